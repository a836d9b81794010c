(** Points for which the hypotheses of (3.5)-(3.7), (B.8) and (B.9) hold, and near misses refuted: the origin alone. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices output_bound arccosine gaussian_means layer_kernels generated network_kernels agreement definiteness printed_kernels printed_recursion.
Open Scope R_scope.

Definition origin (_ _ : nat) : R := 0.

Lemma origin_different : different 1 0 origin.
Proof. intros i j Hi Hj Hij. lia. Qed.

Lemma origin_mean_relu l : mean_under relu (derived_Sigma (gram 0 origin) l) 0 0 (relu_moment (derived_Sigma (gram 0 origin) l) 0%nat 0%nat).
Proof.
  apply (relu_moment_mean 1); [|lia|lia]. rewrite derived_Sigma_fcn. apply (fcn_forward 1 0 origin origin_different l).
Qed.

Lemma origin_mean_step l : mean_under pattern (derived_Sigma (gram 0 origin) l) 0 0 (step_moment (derived_Sigma (gram 0 origin) l) 0%nat 0%nat).
Proof.
  apply (step_moment_mean 1); [|lia|lia]. rewrite derived_Sigma_fcn. apply (fcn_forward 1 0 origin origin_different l).
Qed.

Lemma origin_step l : step_moment (derived_Sigma (gram 0 origin) l) 0%nat 0%nat = 1 / 2.
Proof.
  unfold step_moment. rewrite correlation_diagonal, k0_1; [reflexivity|]. rewrite derived_Sigma_fcn.
  apply (fcn_forward 1 0 origin origin_different l). lia.
Qed.

Theorem witness_equation_3_5 : ~ (forall (n d : nat) (x : nat -> nat -> R) (l i j : nat) (E : R), different n d x -> (i < n)%nat -> (j < n)%nat ->
  mean_under pattern (derived_Sigma (gram d x) l) i j E -> False).
Proof. intros H. exact (H 1%nat 0%nat origin 0%nat 0%nat 0%nat _ origin_different ltac:(lia) ltac:(lia) (origin_mean_step 0)). Qed.

Theorem witness_equation_3_6 : ~ (forall (n d : nat) (x : nat -> nat -> R) (l i j : nat) (E : R), different n d x -> (i < n)%nat -> (j < n)%nat ->
  mean_under relu (derived_Sigma (gram d x) l) i j E -> False).
Proof. intros H. exact (H 1%nat 0%nat origin 0%nat 0%nat 0%nat _ origin_different ltac:(lia) ltac:(lia) (origin_mean_relu 0)). Qed.

Theorem witness_equation_3_7 : ~ (forall (n d : nat) (x : nat -> nat -> R) (L k i j : nat) (E : R), different n d x -> (i < n)%nat -> (j < n)%nat ->
  mean_under pattern (derived_Sigma (gram d x) (L - S k)) i j E -> False).
Proof. intros H. exact (H 1%nat 0%nat origin 0%nat 0%nat 0%nat 0%nat _ origin_different ltac:(lia) ltac:(lia) (origin_mean_step 0)). Qed.

Theorem witness_equation_B_8 : ~ (forall (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j -> False).
Proof. intros H. apply (H (const 0) 0%nat 0%nat); unfold const; lra. Qed.

Theorem witness_equation_B_8_wrong : ~ (forall (G : matrix) (i : nat), 0 < 1 + G i i -> False).
Proof. intros H. apply (H (const 0) 0%nat); unfold const; lra. Qed.

Theorem witness_equation_B_9 : ~ (forall (alpha : R) (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j -> False).
Proof. intros H. apply (H 1 (const 0) 0%nat 0%nat); unfold const; lra. Qed.

Theorem mutant_equation_3_4 : ~ (forall (G : matrix) (i j : nat), derived_Theta G 0 i j = derived_Sigma G 0 i j /\ derived_Sigma G 0 i j = G i j).
Proof. intros H. destruct (H (const 0) 0%nat 0%nat) as [_ H1]. destruct (equation_3_4 (const 0) 0%nat 0%nat) as [_ H2]. lra. Qed.

(** The bias of weight 2, as printed. *)
Theorem mutant_equation_3_6_bias : ~ (forall (n d : nat) (x : nat -> nat -> R) (l i j : nat) (E : R), different n d x -> (i < n)%nat -> (j < n)%nat ->
  mean_under relu (derived_Sigma (gram d x) l) i j E -> derived_Sigma (gram d x) (S l) i j = 2 * E + 2).
Proof.
  intros H. assert (H1 := H 1%nat 0%nat origin 0%nat 0%nat 0%nat _ origin_different ltac:(lia) ltac:(lia) (origin_mean_relu 0)).
  assert (H2 := equation_3_6 1 0 origin 0 0 0 _ origin_different ltac:(lia) ltac:(lia) (origin_mean_relu 0)). lra.
Qed.

(** The factor 2 lost. *)
Theorem mutant_equation_3_7 : ~ (forall (n d : nat) (x : nat -> nat -> R) (L k i j : nat) (E : R), different n d x -> (i < n)%nat -> (j < n)%nat ->
  mean_under pattern (derived_Sigma (gram d x) (L - S k)) i j E ->
  derived_fcn_R (gram d x) L (S k) i j = derived_fcn_R (gram d x) L k i j * E).
Proof.
  intros H. assert (H1 := H 1%nat 0%nat origin 0%nat 0%nat 0%nat 0%nat _ origin_different ltac:(lia) ltac:(lia) (origin_mean_step 0)).
  assert (H2 := equation_3_7 1 0 origin 0 0 0 0 _ origin_different ltac:(lia) ltac:(lia) (origin_mean_step 0)).
  rewrite origin_step in H1, H2. change (derived_fcn_R (gram 0 origin) 0 0 0%nat 0%nat) with 1 in H1, H2. lra.
Qed.

(** An output with a bias. *)
Theorem mutant_equation_3_5 : ~ (forall (n d : nat) (x : nat -> nat -> R) (l i j : nat) (E : R), different n d x -> (i < n)%nat -> (j < n)%nat ->
  mean_under pattern (derived_Sigma (gram d x) l) i j E ->
  derived_Theta (gram d x) (S l) i j = derived_Theta (gram d x) l i j * (2 * E) + derived_Sigma (gram d x) (S l) i j /\
  derived_fcn_ntk (gram d x) (S l) i j = derived_Theta (gram d x) l i j * (2 * E) + derived_Sigma (gram d x) (S l) i j).
Proof.
  intros H. destruct (H 1%nat 0%nat origin 0%nat 0%nat 0%nat _ origin_different ltac:(lia) ltac:(lia) (origin_mean_step 0)) as [_ H1].
  destruct (equation_3_5 1 0 origin 0 0 0 _ origin_different ltac:(lia) ltac:(lia) (origin_mean_step 0)) as [_ H2]. lra.
Qed.

Theorem mutant_equation_B_8 : ~ (forall (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j ->
  derived_Sigma G 1 i j = 2 * (augmented_norm G i * (k1 (correlations (derived_Sigma G 0) i j) / 2) * augmented_norm G j)).
Proof.
  intros H. assert (P : 0 < 1 + const 0 0%nat 0%nat) by (unfold const; lra).
  assert (H1 := H (const 0) 0%nat 0%nat P P). rewrite (equation_B_8 (const 0) 0 0 P P) in H1. lra.
Qed.

Theorem mutant_equation_B_8_wrong : ~ (forall (G : matrix) (i : nat), 0 < 1 + G i i -> printed_B_8 G i i = derived_Sigma G 1 i i).
Proof.
  intros H. assert (P : 0 < 1 + const 0 0%nat 0%nat) by (unfold const; lra).
  assert (H1 := H (const 0) 0%nat P). rewrite (equation_B_8_wrong (const 0) 0 P) in H1. lra.
Qed.

(** alpha in place of alpha^2. *)
Theorem mutant_equation_B_9 : ~ (forall (alpha : R) (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j ->
  let u := correlations (add (const 1) G) i j in
  derived_resnet_S alpha G 1 i j = augmented_norm G i * augmented_norm G j * (u + alpha * k1 u)).
Proof.
  intros H. assert (P : 0 < 1 + const 0 0%nat 0%nat) by (unfold const; lra).
  assert (H1 := H 2 (const 0) 0%nat 0%nat P P). cbv zeta in H1. rewrite (equation_B_9 2 (const 0) 0 0 P P) in H1. cbv zeta in H1.
  rewrite correlation_diagonal, k1_1 in H1 by (unfold add, const; lra). unfold augmented_norm, const in H1.
  replace (1 + 0) with 1 in H1 by ring. rewrite sqrt_1 in H1. lra.
Qed.

Theorem mutant_summary_k0_wrong : ~ (forall u : R, summary_k0 u = k0 u).
Proof. intros H. assert (H1 := H 0). rewrite summary_k0_wrong in H1. lra. Qed.

Theorem mutant_poster_wrong : ~ (forall (G : matrix) (L i j : nat), poster_resnet 0 L G i j = 0 /\ resnet_ntk G 0 L i j = 1 + G i j).
Proof.
  intros H. destruct (H (const 0) 0%nat 0%nat 0%nat) as [_ H1]. destruct (poster_wrong (const 0) 0 0 0) as [_ H2]. rewrite H1 in H2.
  unfold const in H2. lra.
Qed.
