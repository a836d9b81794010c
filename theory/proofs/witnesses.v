(** Examples in which the hypotheses of the theorems hold together.

    A witness says that a theorem with False for its conclusion is not true. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants power_series arccosine layer_kernels network_kernels definiteness definition_1
  dissipation envelope theorem_1 theorem_2 upper_envelope output_bound.
Open Scope R_scope.

(** ** One sample, one number *)
Definition scalar_matrix (r : R) : matrix := fun _ _ => r.

Lemma scalar_below r l : l <= r -> below 1 (scalar_matrix r) l.
Proof. intros H v. unfold scalar_matrix, norm2, quad; simpl. assert (S := Rle_0_sqr (v 0%nat)). unfold Rsqr in S. nra. Qed.

Lemma scalar_within r g : 0 <= g -> within 1 (scalar_matrix r) (scalar_matrix r) g.
Proof. intros H i j _ _. unfold scalar_matrix. rewrite Rminus_eq_0, Rabs_R0. exact H. Qed.

Lemma ones_signs n : signs n (fun _ => 1).
Proof. intros i _. left. reflexivity. Qed.

Lemma scalar_label r c : c <= r -> label 1 (fun _ => 1) (scalar_matrix r) c.
Proof. intros H v _. unfold scalar_matrix, quad, signed; simpl. assert (S := Rle_0_sqr (v 0%nat)). unfold Rsqr in S. nra. Qed.

Lemma scalar_norm1 r b w : b <= r -> b * norm1 1 w ^ 2 <= quad 1 (scalar_matrix r) w.
Proof.
  intros H. unfold scalar_matrix, norm1, quad; simpl. rewrite !Rplus_0_l, Rmult_1_r.
  assert (E : Rabs (w 0%nat) * Rabs (w 0%nat) = w 0%nat * w 0%nat).
  { rewrite <- Rabs_mult. apply Rabs_pos_eq. apply Rle_0_sqr. }
  rewrite E. assert (S := Rle_0_sqr (w 0%nat)). unfold Rsqr in S. nra.
Qed.

Theorem witness_lemma_7 : ~ (forall (n : nat) (K : nat -> nat -> R) (Kt : R -> nat -> nat -> R) (l0 : R), (0 < n)%nat ->
  0 <= l0 -> below n K l0 -> (forall t : R, 0 <= t -> within n K (Kt t) (l0 / (2 * INR n ^ 2))) ->
  forall t : R, 0 <= t -> False).
Proof.
  intros H. apply (H 1%nat (scalar_matrix 1) (fun _ => scalar_matrix 1) 1 ltac:(lia) ltac:(lra) (scalar_below 1 1 (Rle_refl 1))) with (t := 0).
  - intros t _. apply scalar_within. simpl. lra.
  - lra.
Qed.

Theorem witness_sharp_constant : ~ (forall (n : nat) (K H : nat -> nat -> R) (l0 g : R), (0 < n)%nat -> 0 <= g ->
  g < l0 / INR n -> below n K l0 -> within n K H g -> False).
Proof.
  intros H. apply (H 1%nat (scalar_matrix 1) (scalar_matrix 1) 1 (/ 2)); [lia|lra|simpl; lra|apply scalar_below; lra|apply scalar_within; lra].
Qed.

Theorem witness_sharp_constant_attained : ~ (forall (n : nat) (K : nat -> nat -> R) (l0 : R) (s : nat -> R), (0 < n)%nat ->
  signs n s -> quad n K s = l0 * norm2 n s -> False).
Proof.
  intros H. apply (H 1%nat (scalar_matrix 1) 1 (fun _ => 1)); [lia|apply ones_signs|]. unfold quad, norm2, scalar_matrix; simpl. ring.
Qed.

Theorem witness_label_aware_constant : ~ (forall (n : nat) (s : nat -> R) (K H : nat -> nat -> R) (c g : R), signs n s ->
  label n s K c -> within n K H g -> False).
Proof.
  intros H. apply (H 1%nat (fun _ => 1) (scalar_matrix 1) (scalar_matrix 1) 1 (/ 2));
    [apply ones_signs|apply scalar_label; lra|apply scalar_within; lra].
Qed.

Theorem witness_label_below : ~ (forall (n : nat) (s : nat -> R) (K : nat -> nat -> R) (l0 : R), (0 < n)%nat -> 0 <= l0 ->
  signs n s -> below n K l0 -> False).
Proof.
  intros H. apply (H 1%nat (fun _ => 1) (scalar_matrix 1) 1); [lia|lra|apply ones_signs|apply scalar_below; lra].
Qed.

Theorem witness_best_constant : ~ (forall (n : nat) (K H : nat -> nat -> R) (b g : R),
  (forall w : nat -> R, b * norm1 n w ^ 2 <= quad n K w) -> g < b -> within n K H g -> False).
Proof.
  intros H. apply (H 1%nat (scalar_matrix 1) (scalar_matrix 1) 1 (/ 2));
    [intros w; apply scalar_norm1; lra|lra|apply scalar_within; lra].
Qed.

Theorem witness_best_constant_attained : ~ (forall (n : nat) (K : nat -> nat -> R) (b : R) (w : nat -> R), 0 <= b ->
  quad n K w = b * norm1 n w ^ 2 -> let H := fun i j : nat => K i j - b * (sign (w i) * sign (w j)) in False).
Proof.
  intros H. apply (H 1%nat (scalar_matrix 1) 1 (fun _ => 1)); [lra|].
  unfold quad, norm1, scalar_matrix; simpl. rewrite Rabs_R1. ring.
Qed.

Theorem witness_best_label : ~ (forall (n : nat) (s : nat -> R) (K : nat -> nat -> R) (b : R), signs n s ->
  (forall w : nat -> R, b * norm1 n w ^ 2 <= quad n K w) -> False).
Proof. intros H. apply (H 1%nat (fun _ => 1) (scalar_matrix 1) 1); [apply ones_signs|intros w; apply scalar_norm1; lra]. Qed.

Theorem witness_below_best : ~ (forall (n : nat) (K : nat -> nat -> R) (l0 : R), (0 < n)%nat -> 0 <= l0 -> below n K l0 ->
  forall w : nat -> R, False).
Proof. intros H. apply (H 1%nat (scalar_matrix 1) 1); [lia|lra|apply scalar_below; lra|exact (fun _ => 0)]. Qed.

(** ** Two different points, and two orthogonal ones *)
Definition on_a_line (i l : nat) : R := INR i.

Lemma on_a_line_different : different 2 1 on_a_line.
Proof. intros i j Hi Hj Hij. exists 0%nat. split; [lia|]. apply not_INR, Hij. Qed.

Definition orthonormal (i l : nat) : R := if Nat.eq_dec i l then 1 else 0.

Lemma orthonormal_gram i j : (i < 2)%nat -> (j < 2)%nat -> gram 2 orthonormal i j = if Nat.eq_dec i j then 1 else 0.
Proof.
  intros Hi Hj. unfold gram, dot, orthonormal.
  destruct i as [|[|i]], j as [|[|j]]; try lia; simpl; ring.
Qed.

Lemma orthonormal_correlation : correlation 2 (gram 2 orthonormal).
Proof.
  split.
  - intros i Hi. rewrite orthonormal_gram by assumption. destruct (Nat.eq_dec i i); [reflexivity|lia].
  - intros i j Hi Hj Hij. rewrite orthonormal_gram by assumption. destruct (Nat.eq_dec i j); [lia|lra].
Qed.

Theorem witness_lemma_2 : ~ (forall (n d : nat) (x : nat -> nat -> R) (h : R -> R) (a : nat -> R) (e : nat -> nat),
  correlation n (gram d x) -> expands n (gram d x) h a e -> (forall N : nat, exists k : nat, (N <= e k)%nat /\ 0 < a k) -> False).
Proof.
  intros H. apply (H 2%nat 2%nat orthonormal k1 k1_coefficient k1_exponent).
  - exact orthonormal_correlation.
  - split; [intros k; left; apply k1_coefficient_pos|]. intros i j Hi Hj. apply k1_series.
    rewrite orthonormal_gram by assumption. destruct (Nat.eq_dec i j); lra.
  - exact k1_unbounded.
Qed.

Theorem witness_definition_1 : ~ (forall (d : nat) (K : (nat -> R) -> (nat -> R) -> R),
  (forall x y : nat -> R, K x y = K y x) -> False).
Proof. intros H. exact (H 0%nat (fun _ _ => 0) (fun _ _ => eq_refl)). Qed.

Lemma sigma_2_symmetric d x y : sigma_2 d x y = sigma_2 d y x.
Proof. unfold sigma_2, cosine. rewrite (augmented_symmetric d x y), (Rmult_comm (augmented d x x)). ring. Qed.

Lemma sigma_2_positive d x : 0 < sigma_2 d x x.
Proof.
  assert (H := augmented_pos d x). unfold sigma_2, cosine. rewrite sqrt_square by lra.
  replace (augmented d x x / augmented d x x) with 1 by (field; lra). rewrite k1_one. assert (Hs := sqrt_lt_R0 _ H).
  repeat apply Rmult_lt_0_compat; lra.
Qed.

Theorem witness_lemma_1 : ~ (forall (d : nat) (K E : kernel), (forall x y : nat -> R, K x y = K y x) ->
  strictly_positive_definite d K -> relu_mean K E -> False).
Proof.
  intros H. apply (H 1%nat (sigma_2 1) (relu_kernel (sigma_2 1)) (sigma_2_symmetric 1) (lemma_4 1)).
  apply relu_kernel_mean, sigma_2_positive.
Qed.

Theorem witness_lemma_5 : ~ (forall (alpha : R) (d l : nat), (1 <= l)%nat -> alpha <> 0 -> False).
Proof. intros H. exact (H 1 1%nat 1%nat (le_n 1) R1_neq_R0). Qed.

Theorem witness_lemma_6 : ~ (forall (alpha : R) (d : nat), alpha <> 0 -> False).
Proof. intros H. exact (H 1 1%nat R1_neq_R0). Qed.

Theorem witness_proposition_1 : ~ (forall d L : nat, (1 <= L)%nat -> False).
Proof. intros H. exact (H 1%nat 1%nat (le_n 1)). Qed.

Theorem witness_proposition_2 : ~ (forall (n d : nat) (x : nat -> nat -> R), different n d x -> forall L : nat, (1 <= L)%nat -> False).
Proof. intros H. exact (H 2%nat 1%nat on_a_line on_a_line_different 1%nat (le_n 1)). Qed.

Theorem witness_proposition_3 : ~ (forall (n d : nat) (x : nat -> nat -> R) (alpha : R), different n d x ->
  forall L : nat, (1 <= L)%nat -> alpha <> 0 -> False).
Proof. intros H. exact (H 2%nat 1%nat on_a_line 1 on_a_line_different 1%nat (le_n 1) R1_neq_R0). Qed.

(** ** A flow of one sample: f(t) = 2 ln(1 + t), with the kernel that (3.2) then asks for *)
Definition learned (_ : nat) (t : R) : R := 2 * ln (1 + t).
Definition learning_kernel (t : R) : matrix := scalar_matrix (2 / (1 + t) * (1 + (1 + t) ^ 2)).
Definition always (_ : R) : Prop := True.

Lemma learning_trains : trains always 1 (fun _ => 1) learned learning_kernel.
Proof.
  assert (HE : forall t, 0 <= t -> exp (2 * ln (1 + t)) = (1 + t) ^ 2).
  { intros t Ht. replace (2 * ln (1 + t)) with (ln (1 + t) + ln (1 + t)) by ring.
    rewrite exp_plus, exp_ln by lra. ring. }
  split; [apply ones_signs|]. unfold learned, learning_kernel, scalar_matrix, always.
  apply dissipates_derivative.
    + intros t Ht. unfold loss, dissipation, quad, signed, residual, margin; simpl.
      rewrite Rmult_1_l, HE by lra.
      apply (is_derive_ext_loc (fun t => 0 + ln (1 + / (1 + t) ^ 2))).
      * exists (mkposreal t Ht). intros y Hy. unfold ball in Hy; simpl in Hy.
        unfold AbsRing_ball, abs, minus, plus, opp in Hy; simpl in Hy. apply Rabs_def2 in Hy.
        rewrite Rmult_1_l, exp_Ropp, HE by lra. reflexivity.
      * assert (0 < (1 + t) * ((1 + t) * 1)) by nra.
        assert (0 < / ((1 + t) * ((1 + t) * 1))) by (apply Rinv_0_lt_compat; lra).
        auto_derive.
        -- repeat split; lra.
        -- field. repeat split; nra.
    + unfold loss, margin; simpl.
      assert (Hc : continuous (fun x => 0 + ln (1 + exp (- (1 * (2 * ln (1 + x)))))) 0).
      { apply (ex_derive_continuous (fun x => 0 + ln (1 + exp (- (1 * (2 * ln (1 + x))))))).
        auto_derive. assert (H := exp_pos (- (1 * (2 * ln (1 + 0))))). repeat split; lra. }
      intros P HP. destruct (Hc P HP) as [d Hd]. exists d. intros y Hy _. apply Hd, Hy.
Qed.

Lemma learning_above t : 0 <= t -> 2 <= 2 / (1 + t) * (1 + (1 + t) ^ 2).
Proof.
  intros Ht. replace (2 / (1 + t) * (1 + (1 + t) ^ 2)) with (2 * (1 + t) + 2 / (1 + t)) by (field; lra).
  assert (0 < 2 / (1 + t)) by (apply Rdiv_lt_0_compat; lra). lra.
Qed.

Lemma learning_below t : 0 <= t -> always t -> below 1 (learning_kernel t) 2.
Proof. intros Ht _. apply scalar_below, learning_above, Ht. Qed.

Lemma learning_output i t : 0 <= t -> 1 * Rabs (learned i t) <= learning_kernel t i i.
Proof.
  intros Ht. unfold learned, learning_kernel, scalar_matrix. assert (H0 : 0 <= ln (1 + t)).
    { rewrite <- ln_1. destruct Ht as [Ht|<-]; [left; apply ln_increasing; lra|rewrite Rplus_0_r; lra]. }
    rewrite Rabs_pos_eq by lra.
    assert (ln (1 + t) <= t).
    { assert (H1 := exp_ineq1_le t). apply Rnot_lt_le. intros Hlt. apply exp_increasing in Hlt.
      rewrite exp_ln in Hlt by lra. lra. }
    replace (2 / (1 + t) * (1 + (1 + t) ^ 2)) with (2 * (1 + t) + 2 / (1 + t)) by (field; lra).
    assert (0 < 2 / (1 + t)) by (apply Rdiv_lt_0_compat; lra). lra.
Qed.

Lemma always_unbounded : unbounded always.
Proof. intros T. exists T. split; [lra|exact I]. Qed.

Theorem trains_inhabited : exists (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R),
  trains always 1 s f K /\ (forall t, 0 <= t -> label 1 s (K t) 2) /\ (forall t, 0 <= t -> 1 * Rabs (f 0%nat t) <= K t 0%nat 0%nat).
Proof.
  exists (fun _ => 1), learned, learning_kernel. split; [exact learning_trains|]. split.
  - intros t Ht. apply scalar_label, learning_above, Ht.
  - exact (learning_output 0%nat).
Qed.

Theorem witness_theorem_1 : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R),
  trains Q n s f K -> 0 < C -> (forall t : R, 0 <= t -> Q t -> below n (K t) C) -> forall i : nat, (i < n)%nat -> False).
Proof. intros H. apply (H always 1%nat _ _ _ 2 learning_trains ltac:(lra) learning_below 0%nat). lia. Qed.

Theorem witness_lemma_8 : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R),
  (0 < n)%nat -> trains Q n s f K -> 0 < C -> (forall t : R, 0 <= t -> Q t -> below n (K t) C) -> False).
Proof. intros H. exact (H always 1%nat _ _ _ 2 (le_n 1) learning_trains ltac:(lra) learning_below). Qed.

Theorem witness_margin_envelope : ~ (forall (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D : R -> R) (c : R), (0 < n)%nat ->
  dissipates Q (loss n q) D -> 0 <= c ->
  forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> Q r -> c * sum n (residual q r) ^ 2 <= D r) ->
  forall y : R, 0 < y -> y + ln y <= potential (loss n q 0) + c * t -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. set (q := margin (fun _ => 1) learned).
  apply (H 1%nat q always (dissipation 1 (fun _ => 1) learned learning_kernel) 2 (le_n 1) (proj2 learning_trains) ltac:(lra))
    with (t := 0) (y := exp (Rmin (- 1) (potential (loss 1 q 0) - 1))) (i := 0%nat).
  - lra.
  - intros r Hr _. unfold dissipation. fold q.
    assert (HL := scalar_label (2 / (1 + r) * (1 + (1 + r) ^ 2)) 2 (learning_above r ltac:(lra)) (residual q r)).
    apply HL. intros j _. left. apply residual_pos.
  - apply exp_pos.
  - rewrite ln_exp, Rmult_0_r, Rplus_0_r.
    assert (M1 := Rmin_l (- 1) (potential (loss 1 q 0) - 1)). assert (M2 := Rmin_r (- 1) (potential (loss 1 q 0) - 1)).
    set (M := Rmin (- 1) (potential (loss 1 q 0) - 1)) in *. assert (E := exp_increasing M 0 ltac:(lra)). rewrite exp_0 in E. lra.
  - lia.
Qed.

Theorem witness_gap_sup : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R)
  (Kt : R -> nat -> nat -> R) (c beta : R) (i : nat), (i < n)%nat -> trains Q n s f Kt -> label n s K c -> 0 < beta ->
  (forall t : R, 0 <= t -> Q t -> beta * Rabs (f i t) <= Kt t i i) -> unbounded Q -> False).
Proof.
  intros H. apply (H always 1%nat _ _ (scalar_matrix 1) _ 1 1 0%nat (le_n 1) learning_trains (scalar_label 1 1 (Rle_refl 1)) Rlt_0_1);
    [intros t Ht _; apply learning_output, Ht|exact always_unbounded].
Qed.

Theorem witness_gap_limsup : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R)
  (Kt : R -> nat -> nat -> R) (c g beta T : R) (i : nat), (i < n)%nat -> trains Q n s f Kt -> label n s K c -> g < c ->
  0 < beta -> (forall t : R, 0 <= t -> Q t -> beta * Rabs (f i t) <= Kt t i i) -> unbounded Q -> 0 <= T -> False).
Proof.
  intros H. apply (H always 1%nat _ _ (scalar_matrix 1) _ 1 0 1 0 0%nat (le_n 1) learning_trains (scalar_label 1 1 (Rle_refl 1)) Rlt_0_1 Rlt_0_1);
    [intros t Ht _; apply learning_output, Ht|exact always_unbounded|lra].
Qed.

Theorem witness_theorem_2 : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R)
  (Kt : R -> nat -> nat -> R) (l0 beta : R) (i : nat), (i < n)%nat -> trains Q n s f Kt -> 0 <= l0 -> below n K l0 ->
  0 < beta -> (forall t : R, 0 <= t -> Q t -> beta * Rabs (f i t) <= Kt t i i) -> unbounded Q -> False).
Proof.
  intros H. apply (H always 1%nat _ _ (scalar_matrix 1) _ 1 1 0%nat (le_n 1) learning_trains ltac:(lra) (scalar_below 1 1 (Rle_refl 1)) Rlt_0_1);
    [intros t Ht _; apply learning_output, Ht|exact always_unbounded].
Qed.

Theorem witness_crossing_time : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R)
  (Kt : R -> nat -> nat -> R) (c g beta T : R) (i : nat), (i < n)%nat -> trains Q n s f Kt -> label n s K c -> g < c ->
  0 < beta -> (forall t : R, 0 <= t <= T -> Q t -> beta * Rabs (f i t) <= Kt t i i) -> 0 <= T -> Q T ->
  (forall t : R, 0 <= t <= T -> Q t -> within n K (Kt t) g) -> let v := exp ((K i i + g) / beta) in False).
Proof.
  intros H. apply (H always 1%nat _ _ (learning_kernel 0) _ 2 0 1 0 0%nat (le_n 1) learning_trains
    (scalar_label _ 2 (learning_above 0 (Rle_refl 0))) ltac:(lra) Rlt_0_1).
  - intros t Ht _. apply learning_output. lra.
  - lra.
  - exact I.
  - intros t Ht _. assert (t = 0) by lra. subst t. apply scalar_within. lra.
Qed.

Theorem witness_alternative : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (beta : R),
  trains Q n s f K -> 0 < beta -> (forall (t : R) (i : nat), 0 <= t -> (i < n)%nat -> beta * Rabs (f i t) <= K t i i) ->
  (exists C T : R, 0 < C /\ 0 <= T /\ (forall t : R, T <= t -> Q t -> below n (K t) C)) -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. apply (H always 1%nat _ _ _ 1 learning_trains Rlt_0_1) with (i := 0%nat).
  - intros t i Ht _. apply learning_output, Ht.
  - exists 2, 0. repeat split; [lra|lra|exact learning_below].
  - lia.
Qed.

(** A flow that stands still, its kernel zero. *)
(** ** The output bounds *)
Theorem witness_fcn_output : ~ (forall (m : nat) (w z d : nat -> R), (0 < m)%nat ->
  (forall j : nat, (j < m)%nat -> 0 < z j -> d j = 1) -> False).
Proof. intros H. exact (H 1%nat (fun _ => 1) (fun _ => 1) (fun _ => 1) (le_n 1) (fun _ _ _ => eq_refl)). Qed.

Theorem witness_resnet_output : ~ (forall (m : nat) (alpha : R) (w a : nat -> R), (0 < m)%nat -> False).
Proof. intros H. exact (H 1%nat 1 (fun _ => 1) (fun _ => 1) (le_n 1)). Qed.
