(** Near misses of Theorems 1 and 2 for the networks (2.1) and (2.2) and of their output bounds, each refuted by one neuron: in training with a
    constant kernel, or at rest. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation theorem_1 theorem_2 output_bound layer_kernels network_kernels definiteness parameter_sums gradient_flow
  fcn_network resnet_network training multiclass moving_networks mutants network_mutants witnesses network_witnesses output_sums output_sums_cases network_cases.
Import ListNotations.
Open Scope R_scope.

(** ** A kernel that never leaves K *)
Lemma no_gap times K Kt : (forall t, Kt t 0%nat 0%nat = K 0%nat 0%nat) -> Rbar_le (sup_gap times 1 K Kt) 0 /\ forall t, within 1 K (Kt t) 0.
Proof.
  intros HK. split.
  - apply (proj2 (Lub_Rbar_correct (differences times 1 K Kt))). intros r [t [i [j [_ [_ [Hi [Hj ->]]]]]]].
    assert (i = 0)%nat as -> by lia. assert (j = 0)%nat as -> by lia. rewrite HK, Rminus_eq_0, Rabs_R0. simpl. lra.
  - intros t i j Hi Hj. assert (i = 0)%nat as -> by lia. assert (j = 0)%nat as -> by lia. rewrite HK, Rminus_eq_0, Rabs_R0. lra.
Qed.

Lemma too_large c (g : Rbar) : 0 < c -> Rbar_le c g -> Rbar_le g 0 -> False.
Proof. intros Hc H1 H2. assert (H := Rbar_le_trans _ _ _ H1 H2). simpl in H. lra. Qed.

Lemma single_label K c : K 0%nat 0%nat = c -> label 1 (fun _ => 1) K c.
Proof. intros <- v _. unfold quad, signed; simpl. lra. Qed.

(** ** The last bias of the FCN frozen: the kernel is 2, and so is its limit *)

Theorem mutant_theorem_2_fcn : ~ (forall (n d l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list parameter)
  (theta : R -> parameter -> R), let L := S l in let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in let K := fcn_ntk
  (gram d x) L in let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let times := flows_at parameter_eq trained n F s
  theta in (0 < n)%nat -> different n d x -> (0 < m L)%nat -> signs n s -> NoDup trained -> (forall c : nat, (c < m L)%nat -> In (Weight L
  0 c) trained) -> gradient_flow parameter_eq trained n F s theta -> (exists l0 : R, 0 < l0 /\ below n K l0) /\ (forall l0 : R, 0 <= l0 ->
  below n K l0 -> Rbar_le (l0 / INR n) (sup_gap times n K Kt) /\ (forall g T : R, g < l0 / INR n -> 0 <= T -> ~ (forall t : R, T <= t ->
  times t -> within n K (Kt t) g)))).
Proof.
  intros H. destruct learning_fcn as [theta [Hflow HK]].
  destruct (H 1%nat 0%nat 0%nat one_neuron (fun _ _ => 0) (fun _ => 1) only_output theta (le_n 1) one_point_different ltac:(simpl; lia) (ones_signs 1) only_output_once
    ltac:(simpl; intros c Hc; assert (c = 0)%nat by lia; subst c; left; reflexivity) Hflow) as [_ H1].
  destruct (H1 2 ltac:(lra) (single_below _ 2 fcn_ntk_at_origin)) as [_ H2]. apply (H2 0 0 ltac:(simpl; lra) (Rle_refl 0)).
  intros t _ _. exact (proj2 (no_gap (fun _ => True) (fcn_ntk (gram 0 (fun _ _ => 0)) 1) (fun t => empirical parameter_eq only_output
    (fun th (i : nat) => fcn one_neuron 1 th (fun _ => 0)) (theta t)) (fun r => eq_trans (HK r 0%nat 0%nat) (eq_sym fcn_ntk_at_origin))) t).
Qed.

Theorem mutant_theorem_2_fcn_margin : ~ (forall (n l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  parameter) (theta : R -> parameter -> R) (K : matrix) (c : R), let L := S l in let F := fun (th : parameter -> R) (i : nat) => fcn m L
  th (x i) in let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let times := flows_at parameter_eq trained n F s theta
  in (0 < n)%nat -> (0 < m L)%nat -> signs n s -> NoDup trained -> (forall c0 : nat, (c0 < m L)%nat -> In (Weight L 0 c0) trained) ->
  gradient_flow parameter_eq trained n F s theta -> label n s K c -> Rbar_le c (sup_gap times n K Kt) /\ (forall g T : R, g < c -> 0 <= T
  -> ~ (forall t : R, T <= t -> times t -> within n K (Kt t) g))).
Proof.
  intros H. destruct learning_fcn as [theta [Hflow HK]].
  destruct (H 1%nat 0%nat one_neuron (fun _ _ => 0) (fun _ => 1) only_output theta (fun _ _ => 2) 2 (le_n 1) ltac:(simpl; lia) (ones_signs 1) only_output_once
    ltac:(simpl; intros c Hc; assert (c = 0)%nat by lia; subst c; left; reflexivity) Hflow
    (single_label _ 2 eq_refl)) as [H1 _].
  apply (too_large _ _ Rlt_0_2 H1). apply (fun E => proj1 (no_gap _ _ _ E)). intros t. apply HK.
Qed.

Theorem mutant_theorem_2_fcn_initial : ~ (forall (n l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  parameter) (theta : R -> parameter -> R) (c : R), let L := S l in let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in
  let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let times := flows_at parameter_eq trained n F s theta in (0 <
  n)%nat -> (0 < m L)%nat -> signs n s -> NoDup trained -> (forall c0 : nat, (c0 < m L)%nat -> In (Weight L 0 c0) trained) ->
  gradient_flow parameter_eq trained n F s theta -> label n s (Kt 0) c -> Rbar_le c (sup_gap times n (Kt 0) Kt)).
Proof.
  intros H. destruct learning_fcn as [theta [Hflow HK]].
  assert (H1 := H 1%nat 0%nat one_neuron (fun _ _ => 0) (fun _ => 1) only_output theta 2 (le_n 1) ltac:(simpl; lia) (ones_signs 1) only_output_once
    ltac:(simpl; intros c Hc; assert (c = 0)%nat by lia; subst c; left; reflexivity) Hflow
    (single_label _ 2 (HK 0 0%nat 0%nat))).
  apply (too_large _ _ Rlt_0_2 H1). apply (fun E => proj1 (no_gap _ _ _ E)). intros t. rewrite (HK t). symmetry. apply HK.
Qed.

Theorem mutant_theorem_2_fcn_printed : ~ (forall (n d l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  parameter) (theta : R -> parameter -> R) (l0 : R), let L := S l in let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in
  let K := fcn_ntk (gram d x) L in let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let times := flows_at parameter_eq
  trained n F s theta in (0 < n)%nat -> different n d x -> (0 < m L)%nat -> signs n s -> NoDup trained -> (forall c : nat, (c < m L)%nat
  -> In (Weight L 0 c) trained) -> gradient_flow parameter_eq trained n F s theta -> 0 <= l0 -> below n K l0 -> Rbar_le (l0 / (2 * INR n ^
  2)) (sup_gap times n K Kt)).
Proof.
  intros H. destruct learning_fcn as [theta [Hflow HK]].
  assert (H1 := H 1%nat 0%nat 0%nat one_neuron (fun _ _ => 0) (fun _ => 1) only_output theta 2 (le_n 1) one_point_different ltac:(simpl; lia) (ones_signs 1) only_output_once
    ltac:(simpl; intros c Hc; assert (c = 0)%nat by lia; subst c; left; reflexivity) Hflow ltac:(lra)
    (single_below _ 2 fcn_ntk_at_origin)).
  refine (too_large _ _ _ H1 _); [simpl; lra|]. apply (fun E => proj1 (no_gap _ _ _ E)). intros t. rewrite HK. symmetry. exact fcn_ntk_at_origin.
Qed.

(** ** The residual network at alpha = 0, where the last bias has no effect: the kernel is 1, or 2, which is its limit *)
Lemma output_and_branch_bias_once : NoDup output_and_branch_bias.
Proof. constructor; [intros [E|[]]; discriminate|constructor; [intros []|constructor]]. Qed.

Lemma output_and_branch_bias_in : (forall c, (c < 1)%nat -> In (OutWeight c) output_and_branch_bias) /\
  (forall r, (r < 1)%nat -> In (BranchBias 0 r) output_and_branch_bias).
Proof. split; intros k Hk; assert (k = 0)%nat as -> by lia; [left|right; left]; reflexivity. Qed.

Lemma resnet_ntk_at_origin : resnet_ntk (gram 0 (fun _ _ => 0)) 0 1 0%nat 0%nat = 2.
Proof. rewrite resnet_0_ntk. unfold gram, dot; simpl. ring. Qed.

Theorem mutant_theorem_2_resnet_margin : ~ (forall (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  resnet_parameter) (theta : R -> resnet_parameter -> R) (K : matrix) (c : R), let L := S l in let F := fun (th : resnet_parameter -> R)
  (i : nat) => resnet d m alpha L th (x i) in let Kt := fun t : R => empirical resnet_parameter_eq trained F (theta t) in let times :=
  flows_at resnet_parameter_eq trained n F s theta in (0 < n)%nat -> (0 < m)%nat -> signs n s -> NoDup trained -> (forall c0 : nat, (c0 <
  m)%nat -> In (OutWeight c0) trained) -> (forall r : nat, (r < m)%nat -> In (BranchBias l r) trained) -> gradient_flow
  resnet_parameter_eq trained n F s theta -> label n s K c -> Rbar_le c (sup_gap times n K Kt) /\ (forall g T : R, g < c -> 0 <= T -> ~
  (forall t : R, T <= t -> times t -> within n K (Kt t) g))).
Proof.
  intros H. destruct (learning_resnet_0 1 Rlt_0_1) as [theta [Hflow HK]].
  destruct (H 1%nat 0%nat 0%nat 1%nat 0 (fun _ _ => 0) (fun _ => 1) output_and_branch_bias theta (fun _ _ => 1 ^ 2) (1 ^ 2) (le_n 1) (le_n 1)
    (ones_signs 1) output_and_branch_bias_once (proj1 output_and_branch_bias_in) (proj2 output_and_branch_bias_in) Hflow (single_label _ _ eq_refl)) as [H1 _].
  refine (too_large _ _ _ H1 _); [lra|]. apply (fun E => proj1 (no_gap _ _ _ E)). intros t. apply HK.
Qed.

Theorem mutant_theorem_2_resnet_initial : ~ (forall (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  resnet_parameter) (theta : R -> resnet_parameter -> R) (c : R), let L := S l in let F := fun (th : resnet_parameter -> R) (i : nat) =>
  resnet d m alpha L th (x i) in let Kt := fun t : R => empirical resnet_parameter_eq trained F (theta t) in let times := flows_at
  resnet_parameter_eq trained n F s theta in (0 < n)%nat -> (0 < m)%nat -> signs n s -> NoDup trained -> (forall c0 : nat, (c0 < m)%nat ->
  In (OutWeight c0) trained) -> (forall r : nat, (r < m)%nat -> In (BranchBias l r) trained) -> gradient_flow resnet_parameter_eq trained
  n F s theta -> label n s (Kt 0) c -> Rbar_le c (sup_gap times n (Kt 0) Kt)).
Proof.
  intros H. destruct (learning_resnet_0 1 Rlt_0_1) as [theta [Hflow HK]].
  assert (H1 := H 1%nat 0%nat 0%nat 1%nat 0 (fun _ _ => 0) (fun _ => 1) output_and_branch_bias theta (1 ^ 2) (le_n 1) (le_n 1)
    (ones_signs 1) output_and_branch_bias_once (proj1 output_and_branch_bias_in) (proj2 output_and_branch_bias_in) Hflow (single_label _ _ (HK 0 0%nat 0%nat))).
  refine (too_large _ _ _ H1 _); [lra|]. apply (fun E => proj1 (no_gap _ _ _ E)). intros t. rewrite (HK t). symmetry. apply HK.
Qed.

Theorem mutant_theorem_2_resnet_printed : ~ (forall (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  resnet_parameter) (theta : R -> resnet_parameter -> R) (l0 : R), let L := S l in let F := fun (th : resnet_parameter -> R) (i : nat) =>
  resnet d m alpha L th (x i) in let K := resnet_ntk (gram d x) alpha L in let Kt := fun t : R => empirical resnet_parameter_eq trained F
  (theta t) in let times := flows_at resnet_parameter_eq trained n F s theta in (0 < n)%nat -> different n d x -> (0 < m)%nat -> signs n s
  -> NoDup trained -> (forall c : nat, (c < m)%nat -> In (OutWeight c) trained) -> (forall r : nat, (r < m)%nat -> In (BranchBias l r)
  trained) -> gradient_flow resnet_parameter_eq trained n F s theta -> 0 <= l0 -> below n K l0 -> Rbar_le (l0 / (2 * INR n ^ 2)) (sup_gap
  times n K Kt)).
Proof.
  intros H. assert (Hs : 0 < sqrt 2) by (apply sqrt_lt_R0; lra). assert (Hss : sqrt 2 ^ 2 = 2) by (simpl; rewrite Rmult_1_r; apply sqrt_sqrt; lra).
  destruct (learning_resnet_0 (sqrt 2) Hs) as [theta [Hflow HK]].
  assert (H1 := H 1%nat 0%nat 0%nat 1%nat 0 (fun _ _ => 0) (fun _ => 1) output_and_branch_bias theta 2 (le_n 1) one_point_different (le_n 1)
    (ones_signs 1) output_and_branch_bias_once (proj1 output_and_branch_bias_in) (proj2 output_and_branch_bias_in) Hflow ltac:(lra) (single_below _ 2 resnet_ntk_at_origin)).
  refine (too_large _ _ _ H1 _); [simpl; lra|]. apply (fun E => proj1 (no_gap _ _ _ E)). intros t. rewrite HK, Hss. symmetry. exact resnet_ntk_at_origin.
Qed.

(** ** Networks at rest, where lambda_min may be zero *)
Lemma empirical_psd {A : Type} eq_dec (trained : list A) n F theta : below n (empirical eq_dec trained F theta) 0.
Proof. intros v. rewrite Rmult_0_l. unfold empirical. rewrite quad_parameter_sum. apply parameter_sum_nonneg. intros; apply pow2_ge_0. Qed.

Definition dead (p : parameter) : R := match p with Bias _ _ => -1 | _ => 0 end.

Lemma dead_flow : gradient_flow parameter_eq output_and_bias 1 (fun th (i : nat) => fcn one_neuron 1 th (fun _ => 0)) (fun _ => 1) (fun _ => dead).
Proof.
  assert (Hrelu : forall v, v < 0 -> relu v = 0) by (intros v Hv; unfold relu; apply Rmax_left; lra).
  apply (still_flow parameter_eq output_and_bias ltac:(constructor; [intros [E|[]]; discriminate|constructor; [intros []|constructor]]) 1);
    [intros th th' a E; apply fcn_ext, E|].
  exists 1. split; [lra|]. intros h a _ Hoff Hh.
  assert (Hb := Rabs_def2 _ _ (Hh (Bias 0 0) (or_intror (or_introl eq_refl)))).
  rewrite !one_neuron_fcn. unfold dead. rewrite !Hrelu by lra. ring.
Qed.

Lemma resting_resnet_flow : gradient_flow resnet_parameter_eq output_and_branch_bias 1 (fun th (i : nat) => resnet 1 1 0 1 th (three_points i)) (fun _ => 1) (fun _ _ => 0).
Proof.
  apply (still_flow resnet_parameter_eq output_and_branch_bias output_and_branch_bias_once 1); [intros th th' a E; apply resnet_ext, E|].
  exists 1. split; [lra|]. intros h i _ Hoff _.
  rewrite !resnet_0_flat; [reflexivity| | | |]; intros; try reflexivity; rewrite Hoff, Rplus_0_l; try reflexivity; intros [E|[E|[]]]; discriminate.
Qed.

Theorem mutant_theorem_1_fcn : ~ (forall (n L : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list parameter)
  (theta : R -> parameter -> R) (C : R), let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in let Kt := fun t : R =>
  empirical parameter_eq trained F (theta t) in let times := flows_at parameter_eq trained n F s theta in signs n s -> NoDup trained ->
  gradient_flow parameter_eq trained n F s theta -> 0 <= C -> (forall t : R, 0 <= t -> times t -> below n (Kt t) C) -> forall i : nat, (i
  < n)%nat -> is_lim (fun t : R => s i * F (theta t) i) p_infty p_infty /\ is_lim (fun t : R => Rabs (F (theta t) i)) p_infty p_infty).
Proof.
  intros H. destruct (H 1%nat 1%nat one_neuron (fun _ _ => 0) (fun _ => 1) output_and_bias (fun _ => dead) 0 (ones_signs 1)
    ltac:(constructor; [intros [E|[]]; discriminate|constructor; [intros []|constructor]]) dead_flow (Rle_refl 0)
    (fun t _ _ => empirical_psd _ _ _ _ _) 0%nat (le_n 1)) as [_ H1].
  apply is_lim_unique in H1. rewrite Lim_const in H1. discriminate.
Qed.

Theorem mutant_theorem_1_resnet : ~ (forall (n d m L : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  resnet_parameter) (theta : R -> resnet_parameter -> R) (C : R), let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha
  L th (x i) in let Kt := fun t : R => empirical resnet_parameter_eq trained F (theta t) in let times := flows_at resnet_parameter_eq
  trained n F s theta in signs n s -> NoDup trained -> gradient_flow resnet_parameter_eq trained n F s theta -> 0 <= C -> (forall t : R, 0
  <= t -> times t -> below n (Kt t) C) -> forall i : nat, (i < n)%nat -> is_lim (fun t : R => s i * F (theta t) i) p_infty p_infty /\
  is_lim (fun t : R => Rabs (F (theta t) i)) p_infty p_infty).
Proof.
  intros H. destruct (H 1%nat 1%nat 1%nat 1%nat 0 three_points (fun _ => 1) output_and_branch_bias (fun _ _ => 0) 0 (ones_signs 1)
    output_and_branch_bias_once resting_resnet_flow (Rle_refl 0) (fun t _ _ => empirical_psd _ _ _ _ _) 0%nat (le_n 1)) as [_ H1].
  apply is_lim_unique in H1. rewrite Lim_const in H1. discriminate.
Qed.

(** ** Output bounds *)

Theorem mutant_kernel_controls_output : ~ (forall (m : nat -> nat) (l : nat), (0 < m (S l))%nat -> forall (x : nat -> nat -> R) (trained :
  list parameter), (forall c : nat, (c < m (S l))%nat -> In (Weight (S l) 0 c) trained) -> (forall r : nat, (r < m (S l))%nat -> In (Bias
  l r) trained) -> forall (theta : parameter -> R) (i : nat), 3 * sqrt (2 / INR (m (S l))) * Rabs ((fun (theta0 : parameter -> R) (i0 :
  nat) => fcn m (S l) theta0 (x i0)) theta i) <= empirical parameter_eq trained (fun (theta0 : parameter -> R) (i0 : nat) => fcn m (S l)
  theta0 (x i0)) theta i i).
Proof.
  intros H. assert (H1 := H one_neuron 0%nat ltac:(simpl; lia) (fun _ _ => 0) output_and_bias (proj1 output_and_bias_in) (proj2 output_and_bias_in)
    (at_bias 1) 0%nat).
  unfold empirical, output_and_bias, parameter_sum in H1. rewrite at_bias_weight, at_bias_bias, at_bias_output in H1.
  simpl INR in H1. replace (2 / 1) with 2 in H1 by field. rewrite Rmult_1_r in H1.
  assert (Hp := sqrt_pos 2). rewrite Rabs_pos_eq in H1 by exact Hp. assert (E : sqrt 2 * sqrt 2 = 2) by (apply sqrt_sqrt; lra). nra.
Qed.

(** The last bias frozen. *)
Theorem mutant_kernel_controls_output_frozen : ~ (forall (m : nat -> nat) (l : nat), (0 < m (S l))%nat -> forall (x : nat -> nat -> R)
  (trained : list parameter), (forall c : nat, (c < m (S l))%nat -> In (Weight (S l) 0 c) trained) -> forall (theta : parameter -> R) (i :
  nat), 2 * sqrt (2 / INR (m (S l))) * Rabs ((fun (theta0 : parameter -> R) (i0 : nat) => fcn m (S l) theta0 (x i0)) theta i) <= empirical
  parameter_eq trained (fun (theta0 : parameter -> R) (i0 : nat) => fcn m (S l) theta0 (x i0)) theta i i).
Proof.
  intros H. assert (H1 := H one_neuron 0%nat ltac:(simpl; lia) (fun _ _ => 0) [Weight 1 0 0]
    ltac:(simpl; intros c Hc; assert (c = 0)%nat by lia; subst c; left; reflexivity) (at_bias 2) 0%nat).
  unfold empirical, parameter_sum in H1. rewrite at_bias_weight, at_bias_output in H1. simpl INR in H1. replace (2 / 1) with 2 in H1 by field.
  assert (Hp := sqrt_pos 2). rewrite Rabs_pos_eq in H1 by lra. assert (E : sqrt 2 * sqrt 2 = 2) by (apply sqrt_sqrt; lra). nra.
Qed.

Theorem mutant_kernel_controls_resnet_output : ~ (forall (d m : nat) (alpha : R) (l : nat), (0 < m)%nat -> forall (x : nat -> nat -> R)
  (trained : list resnet_parameter), (forall c : nat, (c < m)%nat -> In (OutWeight c) trained) -> (forall r : nat, (r < m)%nat -> In
  (BranchBias l r) trained) -> forall (theta : resnet_parameter -> R) (i : nat), 3 * Rabs alpha / sqrt (INR m) * Rabs ((fun (theta0 :
  resnet_parameter -> R) (i0 : nat) => resnet d m alpha (S l) theta0 (x i0)) theta i) <= empirical resnet_parameter_eq trained (fun
  (theta0 : resnet_parameter -> R) (i0 : nat) => resnet d m alpha (S l) theta0 (x i0)) theta i i).
Proof.
  intros H. assert (H1 := H 0%nat 1%nat 1 0%nat (le_n 1) (fun _ _ => 0) output_and_branch_bias (proj1 output_and_branch_bias_in)
    (proj2 output_and_branch_bias_in) unit_block 0%nat).
  unfold empirical, output_and_branch_bias, parameter_sum in H1.
  rewrite (unit_block_partials (OutWeight 0)), (unit_block_partials (BranchBias 0 0)) in H1 by (simpl; tauto).
  assert (E : resnet 0 1 1 1 unit_block (fun _ => 0) = 1 * 1 * 1) by (apply one_block_bilinear; lra). rewrite E in H1.
  simpl INR in H1. rewrite sqrt_1, !Rmult_1_l, Rabs_R1 in H1. lra.
Qed.
