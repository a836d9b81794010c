(** Theorems of paper_steps.v: their hypotheses can hold, and near statements are false. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices dissipation output_bound parameter_sums gradient_flow fcn_network resnet_network moving_networks output_sums_cases paper_steps.
Import ListNotations.
Open Scope R_scope.

Definition moving_output (th : parameter -> R) (_ : nat) : R := fcn one_neuron 1 th (fun _ => 0).

(** A flow at some time t > 0, with K_t >= 4. *)
Lemma moving_moment : exists (theta : R -> parameter -> R) (t : R),
  NoDup output_and_bias /\ flows_at parameter_eq output_and_bias 1 moving_output (fun _ => 1) theta t /\
  (forall r p, ~ In p output_and_bias -> theta r p = theta t p) /\ 4 <= empirical parameter_eq output_and_bias moving_output (theta t) 0 0.
Proof.
  destruct moving_fcn as [theta [_ [_ [_ [HD [_ [_ [Hflow [_ [_ HK]]]]]]]]]].
  destruct (flows_unbounded parameter_eq output_and_bias 1 moving_output (fun _ => 1) theta Hflow 0) as [t [Ht HQ]].
  exists theta, t. split; [exact HD|]. split; [exact HQ|]. split; [apply Hflow|].
  assert (H := HK t Ht (fun _ => 1)). unfold norm2, quad, sum in H. unfold moving_output. lra.
Qed.

Lemma moving_output_ext : forall (th th' : parameter -> R) (i : nat), (forall p, th p = th' p) -> moving_output th i = moving_output th' i.
Proof. intros th th' i E. exact (fcn_ext one_neuron 1 th th' _ E). Qed.

Theorem witness_equation_C_1 : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F : (A
  -> R) -> nat -> R) (s : nat -> R) (theta : R -> A -> R) (t : R) (i : nat), NoDup trained -> (forall (th th' : A -> R) (i0 : nat),
  (forall p : A, th p = th' p) -> F th i0 = F th' i0) -> flows_at eq_dec trained n F s theta t -> (forall (r : R) (p : A), ~ In p trained
  -> theta r p = theta t p) -> (i < n)%nat -> let u := residual (margin s (fun (i0 : nat) (t0 : R) => F (theta t0) i0)) in False).
Proof.
  intros H. destruct moving_moment as [theta [t [HD [HQ [Hfix _]]]]].
  exact (H parameter parameter_eq output_and_bias 1%nat moving_output (fun _ => 1) theta t 0%nat HD moving_output_ext HQ Hfix (le_n 1)).
Qed.

Theorem witness_equation_C_11 : ~ (forall (m : nat -> nat) (l : nat) (x : nat -> nat -> R) (trained : list parameter) (theta : parameter
  -> R) (i : nat), let L := S l in let z := fun r : nat => preactivation m theta l (features m theta l (x i)) r in (0 < m L)%nat ->
  (forall r : nat, (r < m L)%nat -> In (Bias l r) trained) -> (forall r : nat, (r < m L)%nat -> z r <> 0) -> False).
Proof.
  intros H. apply (H one_neuron 0%nat (fun _ _ => 0) output_and_bias (at_bias 1) 0%nat).
  - simpl. lia.
  - apply output_and_bias_in.
  - intros r Hr. apply (at_bias_off 1 0%nat r (le_n 1) Hr).
Qed.

Theorem witness_equation_C_23 : ~ (forall (n : nat) (r : nat -> R) (V eps : R), (0 < n)%nat -> (forall i : nat, (i < n)%nat -> 0 <= r i
  < 1) -> V <= energy n r <= V + eps -> False).
Proof.
  intros H. apply (H 1%nat (fun _ => 0) 0 0 (le_n 1)); [intros; lra|].
  unfold energy, sum. rewrite Rminus_0_r, ln_1. lra.
Qed.

Theorem witness_equation_C_24 : ~ (forall (n : nat) (K : matrix) (r : nat -> R) (V eps l C : R), (0 < n)%nat -> (forall i : nat, (i <
  n)%nat -> 0 <= r i < 1) -> 0 <= V -> V <= energy n r <= V + eps -> 0 <= C -> C <= l -> below n K l -> False).
Proof.
  intros H. apply (H 1%nat (fun _ _ => 1) (fun _ => 0) 0 0 1 1 (le_n 1)); try lra; [intros; lra|unfold energy, sum; rewrite Rminus_0_r, ln_1; lra|].
  intros v. unfold norm2, quad, sum. lra.
Qed.

(** ** Mutants *)

Theorem mutant_equation_C_1 : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F : (A ->
  R) -> nat -> R) (s : nat -> R) (theta : R -> A -> R) (t : R) (i : nat), NoDup trained -> (forall (th th' : A -> R) (i0 : nat), (forall p
  : A, th p = th' p) -> F th i0 = F th' i0) -> flows_at eq_dec trained n F s theta t -> (forall (r : R) (p : A), ~ In p trained -> theta r
  p = theta t p) -> (i < n)%nat -> let u := residual (margin s (fun (i0 : nat) (t0 : R) => F (theta t0) i0)) in is_derive (fun t0 :
  R_AbsRing => u t0 i) t (- (u t i * (1 + u t i) * sum n (fun j : nat => signed s (empirical eq_dec trained F (theta t)) i j * u t j)))).
Proof.
  intros H. destruct moving_moment as [theta [t [HD [HQ [Hfix HK]]]]].
  assert (H1 := equation_C_1 parameter_eq output_and_bias 1 moving_output (fun _ => 1) theta t 0 HD moving_output_ext HQ Hfix (le_n 1)).
  assert (H2 := H parameter parameter_eq output_and_bias 1%nat moving_output (fun _ => 1) theta t 0%nat HD moving_output_ext HQ Hfix (le_n 1)).
  cbv zeta in H1, H2. apply is_derive_unique in H1. apply is_derive_unique in H2. rewrite H1 in H2.
  assert (Hu := residual_pos (margin (fun _ => 1) (fun i t => moving_output (theta t) i)) t 0).
  set (u := residual (margin (fun _ => 1) (fun i t => moving_output (theta t) i)) t 0) in *. unfold signed, sum in H2. fold u in H2.
  set (k := empirical parameter_eq output_and_bias moving_output (theta t) 0 0) in *.
  assert (E : u * u * u * k = 0) by lra. assert (0 < u * u * u * k) by (repeat apply Rmult_lt_0_compat; lra). lra.
Qed.

Theorem mutant_equation_C_4 : ~ (forall (m : nat -> nat) (theta : parameter -> R) (l : nat) (x : nat -> R) (r : nat), let z :=
  preactivation m theta l (features m theta l x) r in features m theta (S l) x r = sqrt (2 / INR (m (S l))) * z).
Proof.
  intros H. assert (H1 := H one_neuron (fun p => match p with Bias _ _ => -1 | _ => 0 end) 0%nat (fun _ => 0) 0%nat). cbv zeta in H1.
  rewrite equation_C_4 in H1. cbv zeta in H1. unfold preactivation, pattern in H1. simpl in H1. replace (2 / 1) with 2 in H1 by field.
  assert (Hp := sqrt_lt_R0 2 ltac:(lra)). destruct (Rlt_dec 0 (0 + -1)); [lra|]. nra.
Qed.

Theorem mutant_equation_C_11 : ~ (forall (m : nat -> nat) (l : nat) (x : nat -> nat -> R) (trained : list parameter) (theta : parameter
  -> R) (i : nat), let L := S l in let z := fun r : nat => preactivation m theta l (features m theta l (x i)) r in (0 < m L)%nat ->
  (forall r : nat, (r < m L)%nat -> In (Bias l r) trained) -> (forall r : nat, (r < m L)%nat -> z r <> 0) -> sum (m L) (fun r : nat =>
  (sqrt (3 / INR (m L)) * theta (Weight L 0 r) * pattern (z r)) ^ 2) <= empirical parameter_eq trained (fun (th : parameter -> R) (i0 :
  nat) => fcn m L th (x i0)) theta i i).
Proof.
  intros H.
  assert (H1 := H one_neuron 0%nat (fun _ _ => 0) [Bias 0 0] (at_bias 1) 0%nat ltac:(simpl; lia)
    ltac:(simpl; intros r Hr; assert (r = 0)%nat by lia; subst r; left; reflexivity) (fun r Hr => at_bias_off 1 0%nat r (le_n 1) Hr)).
  change (sum 1 (fun r => (sqrt (3 / 1) * at_bias 1 (Weight 1 0 r) * pattern (preactivation one_neuron (at_bias 1) 0 (fun _ => 0) r)) ^ 2)
    <= empirical parameter_eq [Bias 0 0] (fun th (_ : nat) => fcn one_neuron 1 th (fun _ => 0)) (at_bias 1) 0 0) in H1.
  unfold empirical, parameter_sum, sum in H1. rewrite at_bias_bias in H1.
  assert (E1 : at_bias 1 (Weight 1 0 0) = 1) by reflexivity.
  assert (E2 : pattern (preactivation one_neuron (at_bias 1) 0 (fun _ => 0) 0) = 1).
  { unfold pattern, preactivation; simpl. unfold at_bias, placed; simpl. destruct (Rlt_dec 0 (0 + 1)); [reflexivity|lra]. }
  rewrite E1, E2 in H1. replace (3 / 1) with 3 in H1 by field.
  assert (S2 := sqrt_sqrt 2 ltac:(lra)). assert (S3 := sqrt_sqrt 3 ltac:(lra)). nra.
Qed.

Theorem mutant_equation_C_14 : ~ (forall (d m : nat) (alpha : R) (theta : resnet_parameter -> R) (x : nat -> R) (L : nat), resnet d m
  alpha L theta x = sum m (fun r : nat => theta (OutWeight r) * (stem_features d m theta x r + sum L (fun l : nat => sqrt (1 / INR m) *
  alpha * (sum m (fun c : nat => theta (BranchWeight l r c) * (relu (block_image d m alpha theta x l c + theta (BlockBias l c)))) + theta
  (BranchBias l r)))))).
Proof.
  intros H. assert (H1 := H 0%nat 1%nat 1 block_bias (fun _ => 0) 1%nat). rewrite equation_C_14 in H1. revert H1.
  unfold stem_features, block_image, sum. cbn [block_bias]. simpl INR. replace (1 / 1) with 1 by field. replace (2 / 1) with 2 by field.
  rewrite sqrt_1. assert (Hs := sqrt_sqrt 2 ltac:(lra)). assert (Hp := sqrt_lt_R0 2 ltac:(lra)).
  unfold relu. rewrite !Rmax_right by (ring_simplify; lra). intros E. ring_simplify in E. nra.
Qed.

Theorem mutant_equation_C_23 : ~ (forall (n : nat) (r : nat -> R) (V eps : R), (0 < n)%nat -> (forall i : nat, (i < n)%nat -> 0 <= r i <
  1) -> V <= energy n r <= V + eps -> (exists i : nat, (i < n)%nat /\ 1 - exp (- V) <= r i) /\ (forall i : nat, (i < n)%nat -> r i <= 1 -
  exp (- (V + eps)))).
Proof.
  intros H.
  assert (HV : energy 2 (fun _ => / 2) = 2 * ln 2) by (unfold energy, sum; replace (1 - / 2) with (/ 2) by field; rewrite ln_Rinv by lra; ring).
  destruct (H 2%nat (fun _ => / 2) (2 * ln 2) 0 ltac:(lia) ltac:(intros; lra) ltac:(rewrite HV; lra)) as [[i [_ H1]] _].
  rewrite exp_Ropp in H1. replace (2 * ln 2) with (ln 2 + ln 2) in H1 by ring. rewrite exp_plus, exp_ln in H1 by lra. lra.
Qed.

Theorem mutant_equation_C_24 : ~ (forall (n : nat) (K : matrix) (r : nat -> R) (V eps l C : R), (0 < n)%nat -> (forall i : nat, (i <
  n)%nat -> 0 <= r i < 1) -> 0 <= V -> V <= energy n r <= V + eps -> 0 <= C -> below n K l -> l * norm2 n r <= quad n K r /\ l * (1 - exp
  (- (V / INR n))) ^ 2 <= l * norm2 n r /\ C * (1 - exp (- (V / INR n))) ^ 2 <= l * (1 - exp (- (V / INR n))) ^ 2).
Proof.
  intros H.
  assert (HV : energy 1 (fun _ => / 2) = ln 2) by (unfold energy, sum; replace (1 - / 2) with (/ 2) by field; rewrite ln_Rinv by lra; ring).
  assert (Hl : 0 < ln 2) by (rewrite <- ln_1; apply ln_increasing; lra).
  destruct (H 1%nat (fun _ _ => 1) (fun _ => / 2) (ln 2) 0 1 2 (le_n 1) ltac:(intros; lra) ltac:(lra) ltac:(rewrite HV; lra) ltac:(lra)
    ltac:(intros v; unfold norm2, quad, sum; lra)) as [_ [_ H1]].
  simpl INR in H1. replace (ln 2 / 1) with (ln 2) in H1 by field. rewrite exp_Ropp, exp_ln in H1 by lra. lra.
Qed.

Theorem witness_equation_C_23_wrong : ~ (forall (n : nat) (V eps : R), (0 < n)%nat -> 0 < V -> 0 < eps -> False).
Proof. intros H. apply (H 1%nat 1 1); lia || lra. Qed.

(** With the sign put right r = 0 is not in the set. *)
Theorem mutant_equation_C_23_wrong : ~ (forall (n : nat) (V eps : R), (0 < n)%nat -> 0 < V -> 0 < eps ->
  (forall i : nat, (i < n)%nat -> 0 <= 0 < 1 /\ 1 - exp (- V / INR n) <= 0 <= 1 - exp (- (V + eps))) /\ energy n (fun _ => 0) < V).
Proof.
  intros H. destruct (H 1%nat 1 1 (le_n 1) Rlt_0_1 Rlt_0_1) as [H1 _]. destruct (H1 0%nat (le_n 1)) as [_ [H2 _]].
  assert (H3 : exp (- (1) / INR 1) < exp 0) by (apply exp_increasing; simpl; lra). rewrite exp_0 in H3. lra.
Qed.
