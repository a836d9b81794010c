(** Near misses of the theorems, each refuted by a case: a factor lost, a hypothesis weakened or dropped. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices power_series arccosine layer_kernels network_kernels definiteness gap_constants output_bound dissipation theorem_1 theorem_2.
Open Scope R_scope.

Ltac small := unfold quad, norm2, norm1, signed; simpl.
(** Lemma 7 with the constant lambda_0 / 2: the factor 1 / n^2 lost. *)
Theorem mutant_lemma_7 : ~ (forall (n : nat) (K : nat -> nat -> R) (Kt : R -> nat -> nat -> R) (l0 : R),
  (0 < n)%nat -> 0 <= l0 -> below n K l0 -> (forall t, 0 <= t -> within n K (Kt t) (l0 / 2)) ->
  forall t, 0 <= t -> below n (Kt t) (l0 / 2)).
Proof.
  intros H.
  assert (H1 := H 2%nat (fun i j => if Nat.eq_dec i j then 1 else 0) (fun _ i j => if Nat.eq_dec i j then / 2 else - / 2) 1
    ltac:(lia) ltac:(lra)).
  assert (H2 : below 2 (fun i j => if Nat.eq_dec i j then 1 else 0) 1) by (intros v; small; nra).
  assert (H3 : forall t : R, 0 <= t -> within 2 (fun i j => if Nat.eq_dec i j then 1 else 0)
                (fun i j => if Nat.eq_dec i j then / 2 else - / 2) (1 / 2)).
  { intros t _ i j _ _. destruct (Nat.eq_dec i j); apply Rabs_le; lra. }
  assert (H4 := H1 H2 H3 0 ltac:(lra) (fun _ => 1)). revert H4. small. lra.
Qed.

(** Lemma 7 with the conclusion lambda_0. *)
Theorem mutant_lemma_7_conclusion : ~ (forall (n : nat) (K : nat -> nat -> R) (Kt : R -> nat -> nat -> R) (l0 : R),
  (0 < n)%nat -> 0 <= l0 -> below n K l0 -> (forall t, 0 <= t -> within n K (Kt t) (l0 / (2 * INR n ^ 2))) ->
  forall t, 0 <= t -> below n (Kt t) l0).
Proof.
  intros H. assert (H1 := H 1%nat (fun _ _ => 1) (fun _ _ _ => / 2) 1 ltac:(lia) ltac:(lra)).
  assert (H2 : below 1 (fun _ _ => 1) 1) by (intros v; small; nra).
  assert (H3 : forall t : R, 0 <= t -> within 1 (fun _ _ => 1) (fun _ _ => / 2) (1 / (2 * INR 1 ^ 2))).
  { intros t _ i j _ _. simpl. apply Rabs_le; lra. }
  assert (H4 := H1 H2 H3 0 ltac:(lra) (fun _ => 1)). revert H4. small. lra.
Qed.

(** At lambda_0 / n itself the kernel may be singular. *)
Theorem mutant_sharp : ~ (forall (n : nat) (K H : nat -> nat -> R) (l0 g : R),
  (0 < n)%nat -> 0 <= g -> g <= l0 / INR n -> below n K l0 -> within n K H g -> definite n H).
Proof.
  intros H. assert (H1 := H 1%nat (fun _ _ => 1) (fun _ _ => 0) 1 1 ltac:(lia) ltac:(lra)). simpl in H1.
  assert (H2 : below 1 (fun _ _ => 1) 1) by (intros v; small; nra).
  assert (H3 : within 1 (fun _ _ => 1) (fun _ _ => 0) 1) by (intros i j _ _; apply Rabs_le; lra).
  assert (H4 := H1 ltac:(lra) H2 H3 (fun _ => 1) (ex_intro _ 0%nat (conj (le_n 1) R1_neq_R0))).
  revert H4. small. lra.
Qed.

(** The output bound with twice the constant, and without the bias. *)
Theorem mutant_output_constant : ~ (forall (m : nat) (w z d : nat -> R),
  (0 < m)%nat -> (forall j, (j < m)%nat -> 0 < z j -> d j = 1) ->
  4 * sqrt (2 / INR m) * Rabs (sum m (fun j => w j * (sqrt (2 / INR m) * relu (z j))))
    <= sum m (fun j => (sqrt (2 / INR m) * w j * d j) ^ 2) + sum m (fun j => (sqrt (2 / INR m) * relu (z j)) ^ 2)).
Proof.
  intros H. assert (H1 := H 1%nat (fun _ => 1) (fun _ => 1) (fun _ => 1) ltac:(lia) ltac:(reflexivity)). simpl in H1.
  assert (Hr : 0 < sqrt (2 / 1)) by (apply sqrt_lt_R0; lra).
  unfold relu in H1. rewrite Rmax_right in H1 by lra. rewrite Rabs_pos_eq in H1 by lra. nra.
Qed.

Theorem mutant_output_frozen_bias : ~ (exists c, 0 < c /\ forall w z : R,
  c * Rabs (w * (sqrt 2 * relu z)) <= (sqrt 2 * relu z) ^ 2).
Proof.
  intros [c [Hc H]]. assert (Hr : 0 < sqrt 2) by (apply sqrt_lt_R0; lra). assert (Hs : sqrt 2 * sqrt 2 = 2) by (apply sqrt_sqrt; lra).
  specialize (H (2 * sqrt 2 / c) 1). unfold relu in H. rewrite Rmax_right in H by lra.
  assert (0 < 2 * sqrt 2 / c) by (apply Rdiv_lt_0_compat; lra).
  rewrite Rabs_pos_eq in H by nra.
  replace (c * (2 * sqrt 2 / c * (sqrt 2 * 1))) with (2 * (sqrt 2 * sqrt 2)) in H by (field; lra).
  replace ((sqrt 2 * 1) ^ 2) with (sqrt 2 * sqrt 2) in H by ring. lra.
Qed.

Lemma zero_trains : trains (fun _ => True) 1 (fun _ => 1) (fun _ _ => 0) (fun _ _ _ => 0).
Proof.
  split; [intros i _; left; reflexivity|]. intros s t c Hs Hst Hc H.
  specialize (H s ltac:(lra) I). unfold dissipation in H. revert H. small. intros H. unfold loss, margin; simpl.
  assert (c = 0) by lra. subst c. lra.
Qed.

(** Theorem 1 with C >= 0 in place of C > 0. *)
Theorem mutant_theorem_1 : ~ (forall (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R),
  trains (fun _ => True) n s f K -> 0 <= C -> (forall t, 0 <= t -> below n (K t) C) ->
  forall i, (i < n)%nat -> is_lim (fun t => Rabs (f i t)) p_infty p_infty).
Proof.
  intros H. assert (H1 := H 1%nat _ _ _ 0 zero_trains ltac:(lra)).
  assert (H2 : is_lim (fun _ => Rabs 0) p_infty p_infty).
  { apply (H1 ltac:(intros t _ v; small; lra) 0%nat). lia. }
  apply is_lim_unique in H2. rewrite Lim_const in H2. discriminate.
Qed.

(** A flow with a constant kernel: f(t) = ln(1 + t) dissipates faster than u' u. *)
Lemma constant_kernel_trains : trains (fun _ => True) 1 (fun _ => 1) (fun _ t => ln (1 + t)) (fun _ _ _ => 1).
Proof.
  split; [intros i _; left; reflexivity|]. intros s t c Hs Hst Hc H.
  set (L := fun t => ln (1 + / (1 + t))).
  assert (HL : forall r, 0 <= r -> loss 1 (margin (fun _ => 1) (fun _ t => ln (1 + t))) r = L r).
  { intros r Hr. unfold loss, margin, L; simpl. rewrite Rmult_1_l, exp_Ropp, exp_ln by lra. ring. }
  rewrite !HL by lra.
  destruct (MVT_gen L s t (fun r => - (/ (1 + r) * / (2 + r)))) as [x [Hx Heq]].
  - intros x Hx. rewrite Rmin_left in Hx by lra. unfold L.
    assert (0 < / (1 + x)) by (apply Rinv_0_lt_compat; lra).
    auto_derive; [repeat split; lra|]. field. lra.
  - intros x Hx. rewrite Rmin_left in Hx by lra. apply continuity_pt_filterlim. apply (ex_derive_continuous L). unfold L.
    assert (0 < / (1 + x)) by (apply Rinv_0_lt_compat; lra). auto_derive. repeat split; lra.
  - rewrite Rmin_left, Rmax_right in Hx by lra. specialize (H x Hx I). unfold dissipation in H. revert H. small.
    unfold residual, margin. rewrite Rmult_1_l, exp_ln by lra. intros H.
    replace (1 + (1 + x)) with (2 + x) in H by ring.
    assert (/ (2 + x) <= / (1 + x)) by (apply Rinv_le_contravar; lra).
    assert (0 < / (2 + x)) by (apply Rinv_0_lt_compat; lra).
    assert (c <= / (1 + x) * / (2 + x)) by nra. nra.
Qed.

(** Theorem 2 without the output bound. *)
Theorem mutant_theorem_2 : ~ (forall (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R)
    (Kt : R -> nat -> nat -> R) (l0 : R),
  (0 < n)%nat -> trains (fun _ => True) n s f Kt -> 0 <= l0 -> below n K l0 -> Rbar_le (l0 / (2 * INR n ^ 2)) (sup_gap (fun _ => True) n K Kt)).
Proof.
  intros H.
  assert (H1 := H 1%nat _ _ (fun _ _ => 1) _ 1 ltac:(lia) constant_kernel_trains ltac:(lra) ltac:(intros v; small; nra)).
  assert (H2 : Rbar_le (sup_gap (fun _ => True) 1 (fun _ _ => 1) (fun _ _ _ => 1)) 0).
  { apply (proj2 (Lub_Rbar_correct (differences (fun _ => True) 1 (fun _ _ => 1) (fun _ _ _ => 1)))).
    intros r [t [i [j [_ [_ [_ [_ ->]]]]]]]. rewrite Rminus_eq_0, Rabs_R0. simpl. lra. }
  assert (H3 := Rbar_le_trans _ _ _ H1 H2). simpl in H3. lra.
Qed.

(** Lemma 2 without infinitely many positive coefficients. *)
Theorem mutant_lemma_2 : ~ (forall (n d : nat) (x : nat -> nat -> R) (h : R -> R) (a : nat -> R) (e : nat -> nat),
  correlation n (gram d x) -> expands n (gram d x) h a e -> (exists k, 0 < a k) -> definite n (fun i j => h (gram d x i j))).
Proof.
  intros H.
  assert (H1 := H 2%nat 2%nat (fun i l => if Nat.eq_dec i l then 1 else 0) (fun _ => 1) (fun k => if Nat.eq_dec k 0 then 1 else 0) (fun _ => 0%nat)).
  assert (H2 : 0 < quad 2 (fun _ _ => 1) (fun i => if Nat.eq_dec i 0 then 1 else -1)).
  { apply H1.
    - split; [intros i Hi|intros i j Hi Hj Hij]; unfold gram, dot; simpl;
        repeat (match goal with |- context [Nat.eq_dec ?a ?b] => destruct (Nat.eq_dec a b) end); try lra; try lia.
    - split; [intros k; destruct (Nat.eq_dec k 0); lra|]. intros i j _ _. apply is_series_decr_1.
      apply (is_series_ext (fun _ => 0)); [intros k; simpl; ring|].
      evar_last; [apply is_series_zero|]. unfold plus, opp; simpl. ring.
    - exists 0%nat. simpl. lra.
    - exists 0%nat. split; [lia|]. simpl. lra. }
  revert H2. small. lra.
Qed.

(** Proposition 2 for points that may coincide. *)
Theorem mutant_proposition_2 : ~ (forall (n d : nat) (x : nat -> nat -> R) (L : nat), (1 <= L)%nat -> definite n (fcn_ntk (gram d x) L)).
Proof.
  intros H. assert (H1 := H 2%nat 0%nat (fun _ _ => 0) 1%nat (le_n 1) (fun i => if Nat.eq_dec i 0 then 1 else -1)).
  assert (H2 : exists i, (i < 2)%nat /\ (if Nat.eq_dec i 0 then 1 else -1) <> 0) by (exists 0%nat; split; [lia|simpl; lra]).
  specialize (H1 H2). revert H1. small.
  assert (E : forall i j, fcn_ntk (gram 0 (fun _ _ => 0)) 1 i j = fcn_ntk (gram 0 (fun _ _ => 0)) 1 0%nat 0%nat) by reflexivity.
  rewrite (E 0%nat 1%nat), (E 1%nat 0%nat), (E 1%nat 1%nat). lra.
Qed.

(** Proposition 3 at alpha = 0, at every depth: 0, 1, 2 on the line. *)
Lemma resnet_0_S G l i j : resnet_S G 0 l i j = 1 + G i j.
Proof.
  induction l as [|l IH]; [reflexivity|]. cbn [resnet_S]. unfold add, mul, const. rewrite IH. ring.
Qed.

Lemma resnet_0_R G L k i j : resnet_R G 0 L k i j = 1.
Proof.
  induction k as [|k IH]; [reflexivity|]. cbn [resnet_R]. unfold add, mul, const in *. rewrite IH. ring.
Qed.

Lemma resnet_0_ntk G L i j : resnet_ntk G 0 L i j = 2 + 2 * G i j.
Proof.
  unfold resnet_ntk, add, mul. rewrite resnet_0_S, resnet_0_R.
  rewrite (sum_ext L _ (fun _ => 0)).
  - rewrite sum_zero. ring.
  - intros k _. unfold resnet_block, resnet_B, add, mul, const. ring.
Qed.

Theorem mutant_proposition_3 : ~ (forall (n d : nat) (x : nat -> nat -> R) (alpha : R),
  different n d x -> forall L : nat, (1 <= L)%nat -> definite n (resnet_ntk (gram d x) alpha L)).
Proof.
  intros H.
  assert (H1 := fun D => H 3%nat 1%nat (fun i _ => INR i) 0 D 1%nat).
  assert (H2 : 0 < quad 3 (resnet_ntk (gram 1 (fun i _ => INR i)) 0 1) (fun i => match i with 1%nat => -2 | _ => 1 end)).
  { apply H1; [|lia|exists 0%nat; split; [lia|lra]].
    intros i j Hi Hj Hij. exists 0%nat. split; [lia|]. apply not_INR, Hij. }
  revert H2. unfold quad; simpl. rewrite !resnet_0_ntk. unfold gram, dot; simpl. lra.
Qed.

(** The printed recursion (3.4)-(3.7) is not the kernel of (2.1): Sigma_(l+1) = 2 (E + 1), Theta_(l+1) = Theta_l dSigma + Sigma. *)
Fixpoint printed_Sigma (G : matrix) (l : nat) : matrix :=
  match l with O => add G (const 1) | S l => mul (const 2) (add (relu_moment (printed_Sigma G l)) (const 1)) end.

Fixpoint printed_Theta (G : matrix) (l : nat) : matrix :=
  match l with
  | O => add G (const 1)
  | S l => add (mul (printed_Theta G l) (mul (const 2) (step_moment (printed_Sigma G l)))) (printed_Sigma G (S l))
  end.

Theorem printed_fcn_kernel_wrong : exists G i j, printed_Theta G 1 i j <> fcn_ntk G 1 i j.
Proof.
  exists (const 0), 0%nat, 0%nat.
  unfold fcn_ntk; cbn [sum fcn_S printed_Theta printed_Sigma].
  unfold fcn_B, fcn_Sigma, add, mul, relu_moment, step_moment, correlations, const; cbn.
  unfold add, mul, const, relu_moment, correlations; cbn.
  replace (0 + 1) with 1 by ring. replace (1 + 0) with 1 by ring. rewrite !(Rmult_1_l 1), !sqrt_1.
  replace (1 / 1) with 1 by field.
  assert (HPI := PI_RGT_0). unfold k1, k0. rewrite acos_1. replace (1 - 1 ^ 2) with 0 by ring. rewrite sqrt_0.
  replace ((1 * (PI - 0) + 0) / PI) with 1 by (field; lra). replace ((PI - 0) / PI) with 1 by (field; lra). lra.
Qed.
