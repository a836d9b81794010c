(** Printed kernels against the derived ones: (3.4)-(3.7), (3.6) alone, (3.9), (3.10); and Lemmas 5 and 6 with alpha <> 0,
    which is needed. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants matrices power_series arccosine layer_kernels generated network_kernels definiteness mutants.
Open Scope R_scope.

(** ** (3.6) alone: from the derived Sigma_(l+1), the printed Sigma_(l+2) is 2 E + 2 in place of 2 E + 1. *)
Definition printed_covariance (Sigma : matrix) : matrix := mul (const 2) (add (relu_moment Sigma) (const 1)).

Theorem equation_3_6_wrong G l i j : printed_covariance (fcn_Sigma G l) i j = fcn_Sigma G (S l) i j + 1.
Proof. unfold fcn_Sigma at 2. cbn [fcn_S]. fold (fcn_Sigma G l). unfold printed_covariance, mul, add, const. ring. Qed.

(** ** (3.9), (3.10) *)
Section Residual.
Variable alpha : R.
(** K_l, B_(L+1-k) and r_L at a cosine u. *)
Fixpoint printed_K (l : nat) (u : R) : R :=
  match l with O => u | S l => printed_K l u + alpha ^ 2 * (1 + alpha ^ 2) ^ l * k1 (printed_K l u / (1 + alpha ^ 2) ^ l) end.
Fixpoint printed_B (L k : nat) (u : R) : R :=
  match k with O => 1 | S k => printed_B L k u * (1 + alpha ^ 2 * k0 (printed_K (L - S k) u / (1 + alpha ^ 2) ^ (L - S k))) end.
(** Block l + 1 = L - k of r_L. *)
Definition printed_block (L k : nat) (u : R) : R :=
  let l := (L - S k)%nat in
  printed_B L k u * ((1 + alpha ^ 2) ^ l * k1 (printed_K l u / (1 + alpha ^ 2) ^ l) + (printed_K l u + 1) * k0 (printed_K l u / (1 + alpha ^ 2) ^ l) + 1).
Definition printed_r (L : nat) (u : R) : R := alpha ^ 2 * sum L (fun k => printed_block L k u).
(** (3.9), from the Gram matrix G of the inputs: |x~_i| |x~_j| [r_L + u B_1 + K_L]. *)
Definition printed_resnet (L : nat) (G : matrix) : matrix := fun i j =>
  let S := add (const 1) G in let u := correlations S i j in
  sqrt (S i i * S j j) * (printed_r L u + u * printed_B L L u + printed_K L u).
End Residual.

Lemma k0_1 : k0 1 = 1.
Proof. unfold k0. rewrite acos_1. assert (H := PI_RGT_0). field; lra. Qed.

Lemma k1_1 : k1 1 = 1.
Proof.
  unfold k1. rewrite acos_1. replace (1 - 1 ^ 2) with 0 by ring. rewrite sqrt_0. assert (H := PI_RGT_0). field; lra.
Qed.

Lemma correlation_diagonal S i : 0 < S i i -> correlations S i i = 1.
Proof. intros H. unfold correlations. rewrite sqrt_square by lra. field; lra. Qed.

(** *** What is right in (3.10): K_l and B_l, at every depth *)
Section Two_points.
Variable alpha : R.
Variable G : matrix.
Variables i j : nat.
Hypothesis G_i : 0 < 1 + G i i.
Hypothesis G_j : 0 < 1 + G j j.
Let a := 1 + alpha ^ 2.
Let norms := sqrt ((1 + G i i) * (1 + G j j)).
Let u := correlations (add (const 1) G) i j.

Lemma a_pos l : 0 < a ^ l.
Proof. apply pow_lt. assert (H := pow2_ge_0 alpha). unfold a. lra. Qed.

Lemma norms_pos : 0 < norms.
Proof. apply sqrt_lt_R0, Rmult_lt_0_compat; assumption. Qed.

Lemma resnet_S_diagonal l p : 0 < 1 + G p p -> resnet_S G alpha l p p = (1 + G p p) * a ^ l.
Proof.
  intros Hp. induction l as [|l IH]; cbn [resnet_S]; unfold add, mul, const; [simpl; ring|]. rewrite IH. unfold relu_moment.
  assert (H := a_pos l). assert (HS : 0 < resnet_S G alpha l p p) by (rewrite IH; apply Rmult_lt_0_compat; assumption).
  rewrite correlation_diagonal, IH, k1_1, sqrt_square by (exact HS || (apply Rmult_le_pos; lra)). unfold a. simpl. field.
Qed.

Theorem printed_K_right l : resnet_S G alpha l i j = norms * printed_K alpha l u.
Proof.
  assert (HN := norms_pos).
  induction l as [|l IH]; cbn [resnet_S printed_K].
  - unfold u, norms, correlations, add, const in *. field; lra.
  - unfold add, mul, const, relu_moment. assert (H := a_pos l).
    assert (HD : sqrt (resnet_S G alpha l i i * resnet_S G alpha l j j) = norms * a ^ l).
    { rewrite !resnet_S_diagonal by assumption.
      replace ((1 + G i i) * a ^ l * ((1 + G j j) * a ^ l)) with ((1 + G i i) * (1 + G j j) * (a ^ l * a ^ l)) by ring.
      rewrite sqrt_mult, sqrt_square by (try (apply Rmult_le_pos; lra); lra). reflexivity. }
    assert (HC : correlations (resnet_S G alpha l) i j = printed_K alpha l u / a ^ l).
    { unfold correlations. rewrite HD, IH. field; lra. }
    rewrite HC, HD, IH. fold a. field; lra.
Qed.

Lemma correlation_right l : correlations (resnet_S G alpha l) i j = printed_K alpha l u / a ^ l.
Proof.
  assert (HN := norms_pos). assert (H := a_pos l). unfold correlations. rewrite printed_K_right, !resnet_S_diagonal by assumption.
  replace ((1 + G i i) * a ^ l * ((1 + G j j) * a ^ l)) with ((1 + G i i) * (1 + G j j) * (a ^ l * a ^ l)) by ring.
  rewrite sqrt_mult, sqrt_square by (try (apply Rmult_le_pos; lra); lra). fold norms. field; lra.
Qed.

Theorem printed_B_right L k : resnet_R G alpha L k i j = printed_B alpha L k u.
Proof.
  induction k as [|k IH]; cbn [resnet_R printed_B]; [reflexivity|].
  unfold add, mul, const, step_moment, resnet_Sigma. rewrite IH, correlation_right. fold a. field.
Qed.

(** (3.9) and (3.10) as they should read: the biases b_l and d_l carry no factor |x~| |x~'|. *)
Theorem equations_3_9_3_10 L : resnet_ntk G alpha L i j =
  norms * (printed_K alpha L u + u * printed_B alpha L L u
    + alpha ^ 2 * sum L (fun k => let l := (L - S k)%nat in printed_B alpha L k u
        * (a ^ l * k1 (printed_K alpha l u / a ^ l) + printed_K alpha l u * k0 (printed_K alpha l u / a ^ l))))
  + alpha ^ 2 * sum L (fun k => let l := (L - S k)%nat in printed_B alpha L k u * (k0 (printed_K alpha l u / a ^ l) + 1)).
Proof.
  assert (HN := norms_pos).
  unfold resnet_ntk, add at 1 2 3. unfold mul at 1. rewrite printed_K_right, printed_B_right.
  rewrite (sum_ext L (fun k => resnet_block G alpha L k i j) (fun k => norms * (alpha ^ 2 * (let l := (L - S k)%nat in printed_B alpha L k u
        * (a ^ l * k1 (printed_K alpha l u / a ^ l) + printed_K alpha l u * k0 (printed_K alpha l u / a ^ l))))
      + alpha ^ 2 * (let l := (L - S k)%nat in printed_B alpha L k u * (k0 (printed_K alpha l u / a ^ l) + 1)))).
  - rewrite sum_plus, !sum_scal.
    assert (HG : G i j + 1 = norms * u) by (unfold u, norms, correlations, add, const in *; field; lra).
    replace (printed_B alpha L L u * G i j + printed_B alpha L L u) with (printed_B alpha L L u * (norms * u)) by (rewrite <- HG; ring). ring.
  - intros k _. cbv zeta. set (l := (L - S k)%nat). unfold resnet_block, resnet_B, add, mul, const, relu_moment, step_moment, resnet_Sigma. fold l.
    rewrite printed_B_right, correlation_right, printed_K_right.
    rewrite !resnet_S_diagonal by assumption. assert (H := a_pos l).
    replace ((1 + G i i) * a ^ l * ((1 + G j j) * a ^ l)) with ((1 + G i i) * (1 + G j j) * (a ^ l * a ^ l)) by ring.
    rewrite sqrt_mult, sqrt_square by (try (apply Rmult_le_pos; lra); lra). fold norms. field; lra.
Qed.
End Two_points.

(** *** What is wrong: one point off the origin, one block, every alpha <> 0.
    With T = |x~|^2 the printed kernel is T (2 + 6 alpha^2) and the derived one T (2 + 4 alpha^2) + 2 alpha^2. *)
Lemma printed_resnet_diagonal alpha G i : 0 < 1 + G i i -> printed_resnet alpha 1 G i i = (1 + G i i) * (2 + 6 * alpha ^ 2).
Proof.
  intros H. unfold printed_resnet. rewrite correlation_diagonal by exact H.
  unfold printed_r, printed_block. cbn [sum printed_B printed_K Nat.sub]. unfold add, const. rewrite sqrt_square by lra.
  rewrite !pow_O. replace (1 / 1) with 1 by field. rewrite k0_1, k1_1. ring.
Qed.

Lemma derived_resnet_diagonal alpha G i : 0 < 1 + G i i ->
  resnet_ntk G alpha 1 i i = (1 + G i i) * (2 + 4 * alpha ^ 2) + 2 * alpha ^ 2.
Proof.
  intros H. rewrite (equations_3_9_3_10 alpha G i i H H). rewrite correlation_diagonal by exact H.
  cbn [sum printed_B printed_K Nat.sub]. rewrite sqrt_square by lra. rewrite !pow_O. replace (1 / 1) with 1 by field. rewrite k0_1, k1_1. ring.
Qed.

(** (3.9), at every depth 1, point off the origin and alpha <> 0. *)
Theorem equation_3_9_wrong alpha G i : alpha <> 0 -> 0 < G i i -> printed_resnet alpha 1 G i i <> resnet_ntk G alpha 1 i i.
Proof.
  intros Ha HG. rewrite printed_resnet_diagonal, derived_resnet_diagonal by lra.
  assert (H := Rsqr_pos_lt _ Ha). unfold Rsqr in H. nra.
Qed.

(** (3.10) alone: r_L is to be the share of the blocks' parameters, over |x~| |x~'|. *)
Theorem equation_3_10_wrong alpha G i : alpha <> 0 -> 0 < G i i ->
  sqrt ((1 + G i i) * (1 + G i i)) * printed_r alpha 1 (correlations (add (const 1) G) i i) <> resnet_block G alpha 1 0 i i.
Proof.
  intros Ha HG. rewrite correlation_diagonal by (unfold add, const; lra). rewrite sqrt_square by lra.
  unfold printed_r, printed_block. cbn [sum printed_B printed_K Nat.sub]. rewrite !pow_O. replace (1 / 1) with 1 by field. rewrite k0_1, k1_1.
  unfold resnet_block, resnet_B, resnet_Sigma. cbn [resnet_R resnet_S Nat.sub]. unfold mul, const, relu_moment, step_moment. unfold add at 1 2 3.
  unfold add, const. rewrite !correlation_diagonal by lra. rewrite sqrt_square by lra. rewrite k0_1, k1_1.
  assert (H := Rsqr_pos_lt _ Ha). unfold Rsqr in H. nra.
Qed.

(** The hypotheses can hold: the point x = 1 on the line. *)
Theorem printed_kernels_inhabited : 1 <> 0 /\ 0 < gram 1 (fun _ _ => 1) 0%nat 0%nat.
Proof. split; [lra|]. unfold gram, dot; simpl. lra. Qed.

(** ** Lemmas 5 and 6 at alpha = 0: K_l = u has rank 2 at three points of the half circle. *)
Definition half_circle (i l : nat) : R :=
  match i, l with O, O => 0 | O, _ => 1 | 1%nat, O => 3 / 5 | _, O => - (3 / 5) | _, _ => 4 / 5 end.

Lemma printed_K_0 l u : printed_K 0 l u = u.
Proof. induction l as [|l IH]; simpl; [reflexivity|]. rewrite IH. ring. Qed.

Theorem mutant_lemma_5 : ~ (forall (n d : nat) (x : nat -> nat -> R) (alpha : R) (l : nat),
  correlation n (gram d x) -> (1 <= l)%nat -> definite n (fun i j => printed_K alpha l (gram d x i j))).
Proof.
  intros H.
  assert (HR : correlation 3 (gram 2 half_circle)).
  { split.
    - intros i Hi. destruct i as [|[|[|i]]]; [| | |lia]; unfold gram, dot, half_circle; simpl; lra.
    - intros i j Hi Hj Hij. destruct i as [|[|[|i]]], j as [|[|[|j]]]; try lia; unfold gram, dot, half_circle; simpl; lra. }
  assert (H1 := H 3%nat 2%nat half_circle 0 2%nat HR ltac:(lia) (fun i => match i with O => 8 / 5 | _ => -1 end)
    (ex_intro _ 1%nat (conj (le_S _ _ (le_n 2)) (Rlt_not_eq (-1) 0 ltac:(lra))))).
  revert H1. unfold quad, sum. rewrite !printed_K_0. unfold gram, dot, half_circle; simpl. lra.
Qed.

Theorem witness_printed_K_right : ~ (forall (alpha : R) (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j -> forall l : nat,
  False).
Proof.
  intros H. apply (H 1 (const 0) 0%nat 0%nat); unfold const; lra || exact 0%nat.
Qed.

Theorem witness_printed_B_right : ~ (forall (alpha : R) (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j -> forall L k : nat,
  False).
Proof.
  intros H. apply (H 1 (const 0) 0%nat 0%nat); unfold const; lra || exact 0%nat.
Qed.

Theorem witness_equations_3_9_3_10 : ~ (forall (alpha : R) (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j -> forall L : nat,
  False).
Proof.
  intros H. apply (H 1 (const 0) 0%nat 0%nat); unfold const; lra || exact 0%nat.
Qed.

Theorem witness_equation_3_9_wrong : ~ (forall (alpha : R) (G : nat -> nat -> R) (i : nat), alpha <> 0 -> 0 < G i i -> False).
Proof.
  intros H. apply (H 1 (const 1) 0%nat); unfold const; lra.
Qed.

Theorem witness_equation_3_10_wrong : ~ (forall (alpha : R) (G : nat -> nat -> R) (i : nat), alpha <> 0 -> 0 < G i i -> False).
Proof.
  intros H. apply (H 1 (const 1) 0%nat); unfold const; lra.
Qed.

Theorem mutant_equation_3_6 : ~ (forall (G : matrix) (l i j : nat), printed_covariance (fcn_Sigma G l) i j = fcn_Sigma G (S l) i j).
Proof.
  intros H. assert (H1 := H (const 0) 0%nat 0%nat 0%nat). rewrite equation_3_6_wrong in H1. lra.
Qed.

Theorem mutant_printed_K : ~ (forall (alpha : R) (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j -> forall l : nat, resnet_S G
  alpha l i j = printed_K alpha l (correlations (add (const 1) G) i j)).
Proof.
  intros H. assert (H1 := H 1 (const 1) 0%nat 0%nat ltac:(unfold const; lra) ltac:(unfold const; lra) 0%nat).
  rewrite correlation_diagonal in H1 by (unfold add, const; lra). cbn [resnet_S printed_K] in H1. unfold add, const in H1. lra.
Qed.

Theorem mutant_printed_B : ~ (forall (alpha : R) (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j -> forall L k : nat, resnet_R
  G alpha L k i j = printed_B alpha L (S k) (correlations (add (const 1) G) i j)).
Proof.
  intros H. assert (H1 := H 1 (const 0) 0%nat 0%nat ltac:(unfold const; lra) ltac:(unfold const; lra) 1%nat 0%nat).
  rewrite correlation_diagonal in H1 by (unfold add, const; lra). cbn [resnet_R printed_B printed_K Nat.sub] in H1. unfold const in H1.
  rewrite pow_O in H1. replace (1 / 1) with 1 in H1 by field. rewrite k0_1 in H1. lra.
Qed.

Theorem mutant_equations_3_9_3_10 : ~ (forall (alpha : R) (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j -> forall L : nat,
  resnet_ntk G alpha L i j = sqrt ((1 + G i i) * (1 + G j j)) * (printed_K alpha L (correlations (add (const 1) G) i j) + correlations
  (add (const 1) G) i j * printed_B alpha L L (correlations (add (const 1) G) i j) + alpha ^ 2 * sum L (fun k : nat => let l := (L - S
  k)%nat in printed_B alpha L k (correlations (add (const 1) G) i j) * ((1 + alpha ^ 2) ^ l * k1 (printed_K alpha l (correlations (add
  (const 1) G) i j) / (1 + alpha ^ 2) ^ l) + printed_K alpha l (correlations (add (const 1) G) i j) * k0 (printed_K alpha l (correlations
  (add (const 1) G) i j) / (1 + alpha ^ 2) ^ l)))) + alpha ^ 2 * sum L (fun k : nat => let l := (L - S k)%nat in printed_B alpha L k
  (correlations (add (const 1) G) i j) * (k0 (printed_K alpha l (correlations (add (const 1) G) i j) / (1 + alpha ^ 2) ^ l)))).
Proof.
  intros H. assert (P0 : 0 < 1 + const 0 0%nat 0%nat) by (unfold const; lra). assert (H1 := H 1 (const 0) 0%nat 0%nat P0 P0 1%nat).
  rewrite (equations_3_9_3_10 1 (const 0) 0%nat 0%nat P0 P0 1%nat) in H1.
  cbv zeta in H1. cbn [sum printed_B] in H1. lra.
Qed.

Theorem mutant_equation_3_9_alpha : ~ (forall (alpha : R) (G : nat -> nat -> R) (i : nat), 0 < G i i -> printed_resnet alpha 1 G i i <>
  resnet_ntk G alpha 1 i i).
Proof.
  intros H. apply (H 0 (const 1) 0%nat); [unfold const; lra|].
  rewrite printed_resnet_diagonal, derived_resnet_diagonal by (unfold const; lra). ring.
Qed.

Theorem mutant_equation_3_9_origin : ~ (forall (alpha : R) (G : nat -> nat -> R) (i : nat), alpha <> 0 -> 0 <= G i i -> printed_resnet
  alpha 1 G i i <> resnet_ntk G alpha 1 i i).
Proof.
  intros H. apply (H 1 (const 0) 0%nat); [lra|unfold const; lra|].
  rewrite printed_resnet_diagonal, derived_resnet_diagonal by (unfold const; lra). unfold const. ring.
Qed.

Theorem mutant_equation_3_10_alpha : ~ (forall (alpha : R) (G : nat -> nat -> R) (i : nat), 0 < G i i -> sqrt ((1 + G i i) * (1 + G i
  i)) * printed_r alpha 1 (correlations (add (const 1) G) i i) <> resnet_block G alpha 1 0 i i).
Proof.
  intros H. apply (H 0 (const 1) 0%nat); [unfold const; lra|]. rewrite correlation_diagonal by (unfold add, const; lra).
  unfold printed_r, resnet_block, resnet_B, resnet_Sigma. cbn [resnet_R]. unfold add, mul, const. ring.
Qed.
