(** Near misses of what ties the generated definitions, the series and the definitions to one another, refuted. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices power_series arccosine layer_kernels generated network_kernels agreement definiteness printed_kernels definition_1
  definition_mutants mutants network_mutants witnesses printed_recursion least_eigenvalue_cases.
Open Scope R_scope.

Lemma k0_0 : k0 0 = / 2.
Proof. unfold k0. rewrite acos_0. assert (H := PI_RGT_0). field. lra. Qed.

Lemma k1_0 : k1 0 = / PI.
Proof. unfold k1. rewrite acos_0. replace (1 - 0 ^ 2) with 1 by ring. rewrite sqrt_1. assert (H := PI_RGT_0). field. lra. Qed.

Lemma kernels_differ : k0 0 <> k1 0.
Proof.
  rewrite k0_0, k1_0. intros E. assert (H := PI2_3_2). assert (E1 : / / 2 = / / PI) by (rewrite E; reflexivity). rewrite !Rinv_inv in E1. lra.
Qed.

(** k0 and k1 confused. *)
Theorem mutant_k0_agrees : ~ (forall u : R, derived_k0 u = k1 u).
Proof.
  intros H. apply kernels_differ. rewrite <- (H 0). symmetry. apply k0_agrees.
Qed.

Theorem mutant_k1_agrees : ~ (forall u : R, derived_k1 u = k0 u).
Proof.
  intros H. apply kernels_differ. rewrite <- (H 0). apply k1_agrees.
Qed.

(** One layer too many. *)
Theorem mutant_fcn_agrees : ~ (forall (G : matrix) (L i j : nat), derived_fcn_ntk G L i j = fcn_ntk G (S L) i j).
Proof.
  intros H. assert (H1 := H (gram 0 (fun _ _ => 0)) 0%nat 0%nat 0%nat). rewrite fcn_agrees, fcn_ntk_at_origin in H1.
  revert H1. unfold fcn_ntk, add, gram, dot; simpl. lra.
Qed.

(** Another scale of the blocks. *)
Theorem mutant_resnet_agrees : ~ (forall (alpha : R) (G : matrix) (L i j : nat), derived_resnet_ntk alpha G L i j = resnet_ntk G (2 *
  alpha) L i j).
Proof.
  intros H. assert (H1 := H 1 (const 0) 1%nat 0%nat 0%nat). rewrite resnet_agrees in H1.
  rewrite !derived_resnet_diagonal in H1 by (unfold const; lra). unfold const in H1. lra.
Qed.

(** The series of k0 is not that of k1. *)
Theorem mutant_lemma_3 : ~ ((forall k : nat, 0 < k0_coefficient k) /\ (forall k : nat, 0 < k1_coefficient k) /\ (forall N : nat, exists k
  : nat, (N <= k0_exponent k)%nat) /\ (forall N : nat, exists k : nat, (N <= k1_exponent k)%nat) /\ (forall u : R, -1 < u <= 1 ->
  is_series (fun k : nat => k0_coefficient k * u ^ k0_exponent k) (k1 u)) /\ (forall u : R, -1 < u <= 1 -> is_series (fun k : nat =>
  k1_coefficient k * u ^ k1_exponent k) (k1 u))).
Proof.
  intros [_ [_ [_ [_ [H _]]]]]. specialize (H 0 ltac:(lra)). assert (H0 := k0_series 0 ltac:(lra)).
  apply is_series_unique in H. apply is_series_unique in H0. rewrite H in H0. apply kernels_differ. symmetry. exact H0.
Qed.

Theorem mutant_central_binomial_factorial : ~ (forall k : nat, central_binomial k = INR (fact (2 * k)) / (2 ^ k * INR (fact k) ^ 2)).
Proof.
  intros H. assert (H1 := H 1%nat). rewrite central_binomial_factorial in H1. simpl in H1. lra.
Qed.

(** Points that may coincide. *)
Theorem mutant_definition_1 : ~ (forall (d : nat) (K : (nat -> R) -> (nat -> R) -> R), (forall x y : nat -> R, K x y = K y x) ->
  strictly_positive_definite d K <-> (forall (n : nat) (x : nat -> nat -> R), definite n (kernel_matrix K x))).
Proof.
  intros H. destruct (H 1%nat (sigma_2 1) (sigma_2_symmetric 1)) as [H1 _].
  assert (H2 := H1 (lemma_4 1) 2%nat (fun _ _ => 0) (fun i => match i with O => 1 | _ => -1 end) (ex_intro _ 0%nat (conj (le_S _ _ (le_n 1)) R1_neq_R0))).
  revert H2. unfold quad, kernel_matrix; simpl. lra.
Qed.

(** The cosine itself has rank 2 on the half circle. *)
Theorem mutant_lemma_4 : ~ (forall d : nat, strictly_positive_definite d (cosine d)).
Proof.
  intros H. destruct (H 1%nat 3%nat line_points line_points_different) as [l0 [Hl HB]]. exact (line_points_singular 0 l0 Hl HB).
Qed.

Lemma hexagon_diagonal : fcn_ntk (gram 2 hexagon) 1 0%nat 0%nat = 4.
Proof.
  assert (HG : gram 2 hexagon 0%nat 0%nat = 1) by (rewrite hexagon_gram by lia; reflexivity).
  assert (HS : fcn_Sigma (gram 2 hexagon) 0 0%nat 0%nat = 2) by (unfold fcn_Sigma, add, const; cbn [fcn_S]; rewrite HG; ring).
  rewrite fcn_ntk_step. change (fcn_S (gram 2 hexagon) 1 0%nat 0%nat) with (2 * relu_moment (fcn_Sigma (gram 2 hexagon) 0) 0%nat 0%nat).
  unfold relu_moment, step_moment. rewrite correlation_diagonal, HS by lra. rewrite k0_1, k1_1, sqrt_square by lra.
  unfold fcn_ntk, add. cbn [sum fcn_S]. rewrite HG. field.
Qed.

(** Above the diagonal entry 4. *)
Theorem mutant_hexagon_least_eigenvalue : ~ (below 6 (fcn_ntk (gram 2 hexagon) 1) 7).
Proof.
  intros H. assert (H1 := H (fun k => 1 * basis_vector 0 k)). rewrite quad_single, hexagon_diagonal in H1 by lia.
  revert H1. unfold norm2, basis_vector; simpl. lra.
Qed.
