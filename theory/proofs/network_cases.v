(** Theorems of multiclass_network.v and corollary_1_resnet.v: their hypotheses can hold, and near statements are false. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation theorem_1 output_bound layer_kernels network_kernels definiteness parameter_sums gradient_flow
  fcn_network resnet_network multiclass multiclass_network corollary_1_resnet scalar_flow moving_networks network_mutants output_sums output_sums_cases.
Import ListNotations.
Open Scope R_scope.

(** The outputs of [moving_fcn_classes] as theorem_2_fcn_classes writes them. *)
Definition moving_outputs (th : parameter -> R) (a : nat) : R := fcn_classes one_neuron 1 th (fun _ => 0) (a mod 2)%nat.

Lemma moving_outputs_ext theta theta' a : (forall p, theta p = theta' p) -> moving_outputs theta a = moving_outputs theta' a.
Proof. intros H. apply fcn_classes_ext, H. Qed.

(** A flow at some time t > 0, whose kernel there is at least 4. *)
Lemma moving_time : exists (theta : R -> parameter -> R) (t : R),
  class_flows_at parameter_eq two_rows_and_bias 1 2 moving_outputs (fun _ => 1%nat) theta t /\
  (forall r p, ~ In p two_rows_and_bias -> theta r p = theta t p) /\
  below (1 * 2) (empirical parameter_eq two_rows_and_bias moving_outputs (theta t)) 4.
Proof.
  destruct moving_fcn_classes as [theta [_ [_ [_ [_ [_ [_ [Hflow [_ HK]]]]]]]]].
  destruct (class_flows_unbounded parameter_eq two_rows_and_bias 1 2 moving_outputs (fun _ => 1%nat) theta Hflow 0) as [t [Ht HQ]].
  exists theta, t. split; [exact HQ|]. split; [apply Hflow|apply HK, Ht].
Qed.

Lemma two_rows_once : NoDup two_rows_and_bias.
Proof. apply rows_once; repeat split; discriminate. Qed.

Lemma one_label : labels 1 2 (fun _ => 1%nat).
Proof. intros i _. lia. Qed.

(** r' K_t r > 0 there. *)
Lemma moving_dissipates : exists (theta : R -> parameter -> R) (t : R),
  class_flows_at parameter_eq two_rows_and_bias 1 2 moving_outputs (fun _ => 1%nat) theta t /\
  (forall r p, ~ In p two_rows_and_bias -> theta r p = theta t p) /\
  0 < class_dissipation 1 2 (fun _ => 1%nat) (fun a t => moving_outputs (theta t) a) (fun r => empirical parameter_eq two_rows_and_bias moving_outputs (theta r)) t.
Proof.
  destruct moving_time as [theta [t [HQ [Hfix HK]]]]. exists theta, t. split; [exact HQ|]. split; [exact Hfix|].
  unfold class_dissipation. eapply Rlt_le_trans; [|apply HK]. apply Rmult_lt_0_compat; [lra|].
  assert (Hs := class_residual_shaped 1 2 (fun _ => 1%nat) (fun a t => moving_outputs (theta t) a) t (le_n 2) one_label 0%nat (le_n 1)).
  destruct Hs as [_ [Hy _]].
  assert (Hu := residual_pos (soft_margins 2 (fun _ => 1%nat) (fun a t => moving_outputs (theta t) a)) t 0).
  apply norm2_pos. exists 1%nat. split; [lia|]. change (0 * 2 + 1)%nat with 1%nat in Hy. rewrite Hy. lra.
Qed.

Theorem witness_class_equation_3_2 : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n k : nat)
  (F : (A -> R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (a : nat), (forall p : A, theta p = theta' p) -> F theta a
  = F theta' a) -> forall (y : nat -> nat) (theta : R -> A -> R) (t : R) (a : nat), class_flows_at eq_dec trained n k F y theta t ->
  (forall (r : R) (p : A), ~ In p trained -> theta r p = theta t p) -> (a < n * k)%nat -> False).
Proof.
  intros H. destruct moving_time as [theta [t [HQ [Hfix _]]]].
  exact (H parameter parameter_eq two_rows_and_bias 1%nat 2%nat moving_outputs two_rows_once moving_outputs_ext (fun _ => 1%nat) theta t 0%nat HQ Hfix (le_S _ _ (le_n 1))).
Qed.

Theorem witness_class_loss_falls : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n k : nat) (F
  : (A -> R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (a : nat), (forall p : A, theta p = theta' p) -> F theta a = F
  theta' a) -> forall y : nat -> nat, labels n k y -> forall (theta : R -> A -> R) (t : R), class_flows_at eq_dec trained n k F y theta t
  -> (forall (r : R) (p : A), ~ In p trained -> theta r p = theta t p) -> False).
Proof.
  intros H. destruct moving_time as [theta [t [HQ [Hfix _]]]].
  exact (H parameter parameter_eq two_rows_and_bias 1%nat 2%nat moving_outputs two_rows_once moving_outputs_ext (fun _ => 1%nat) one_label theta t HQ Hfix).
Qed.

Theorem witness_kernel_controls_class_output : ~ (forall (m : nat -> nat) (l k : nat) (x : nat -> nat -> R) (trained : list parameter)
  (theta : parameter -> R) (a : nat), let L := S l in let F := fun (th : parameter -> R) (a0 : nat) => fcn_classes m L th (x (a0 / k)%nat)
  (a0 mod k) in (0 < m L)%nat -> (0 < k)%nat -> (forall c j : nat, (c < k)%nat -> (j < m L)%nat -> In (Weight L c j) trained) -> (forall r
  : nat, (r < m L)%nat -> In (Bias l r) trained) -> False).
Proof.
  intros H. apply (H one_neuron 0%nat 1%nat (fun _ _ => 0) output_and_bias (at_bias 1) 0%nat ltac:(simpl; lia) (le_n 1)).
  - intros c j Hc Hj. assert (c = 0)%nat by lia. subst c. apply output_and_bias_in, Hj.
  - apply output_and_bias_in.
Qed.

Theorem witness_kernel_controls_resnet_class_output : ~ (forall (d m l k : nat) (alpha : R) (x : nat -> nat -> R) (trained : list
  class_parameter) (theta : class_parameter -> R) (a : nat), let F := fun (th : class_parameter -> R) (a0 : nat) => resnet_classes d m
  alpha (S l) th (x (a0 / k)%nat) (a0 mod k) in (0 < m)%nat -> (0 < k)%nat -> (forall c j : nat, (c < k)%nat -> (j < m)%nat -> In (Row c
  j) trained) -> (forall r : nat, (r < m)%nat -> In (Shared (BranchBias l r)) trained) -> False).
Proof.
  intros H. apply (H 0%nat 1%nat 0%nat 2%nat 1 (fun _ _ => 0) two_rows_and_branch_bias (fun _ => 0) 0%nat (le_n 1) ltac:(lia)).
  - intros c j Hc Hj. assert (j = 0)%nat by lia. subst j. destruct c as [|[|c]]; [left|right; left|lia]; reflexivity.
  - intros r Hr. assert (r = 0)%nat by lia. subst r. right; right; left; reflexivity.
Qed.

Theorem witness_theorem_1_fcn_classes : ~ (forall (n L k : nat) (m : nat -> nat) (x : nat -> nat -> R) (y : nat -> nat) (trained : list
  parameter) (theta : R -> parameter -> R) (C : R), let F := fun (th : parameter -> R) (a : nat) => fcn_classes m L th (x (a / k)%nat) (a
  mod k) in let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let times := class_flows_at parameter_eq trained n k F y
  theta in (2 <= k)%nat -> labels n k y -> NoDup trained -> class_gradient_flow parameter_eq trained n k F y theta -> 0 < C -> (forall t :
  R, 0 <= t -> times t -> below (n * k) (Kt t) C) -> forall i c : nat, (i < n)%nat -> (c < k)%nat -> c <> y i -> False).
Proof.
  intros H. destruct moving_fcn_classes as [theta [Hy [_ [_ [HD [_ [_ [Hflow [_ HK]]]]]]]]].
  exact (H 1%nat 1%nat 2%nat one_neuron (fun _ _ => 0) (fun _ => 1%nat) two_rows_and_bias theta 4 (le_n 2) Hy HD Hflow ltac:(lra) (fun t Ht _ => HK t Ht)
    0%nat 0%nat (le_n 1) (le_S _ _ (le_n 1)) (fun E => O_S 0 E)).
Qed.

Theorem witness_theorem_1_resnet_classes : ~ (forall (n d L k m : nat) (alpha : R) (x : nat -> nat -> R) (y : nat -> nat) (trained :
  list class_parameter) (theta : R -> class_parameter -> R) (C : R), let F := fun (th : class_parameter -> R) (a : nat) => resnet_classes
  d m alpha L th (x (a / k)%nat) (a mod k) in let Kt := fun t : R => empirical class_parameter_eq trained F (theta t) in let times :=
  class_flows_at class_parameter_eq trained n k F y theta in (2 <= k)%nat -> labels n k y -> NoDup trained -> class_gradient_flow
  class_parameter_eq trained n k F y theta -> 0 < C -> (forall t : R, 0 <= t -> times t -> below (n * k) (Kt t) C) -> forall i c : nat, (i
  < n)%nat -> (c < k)%nat -> c <> y i -> False).
Proof.
  intros H. destruct moving_resnet_classes as [theta [Hy [_ [_ [_ [HD [_ [_ [Hflow [_ HK]]]]]]]]]].
  exact (H 1%nat 0%nat 1%nat 2%nat 1%nat 1 (fun _ _ => 0) (fun _ => 1%nat) two_rows_and_branch_bias theta 2 (le_n 2) Hy HD Hflow ltac:(lra) (fun t Ht _ => HK t Ht)
    0%nat 0%nat (le_n 1) (le_S _ _ (le_n 1)) (fun E => O_S 0 E)).
Qed.

Theorem witness_theorem_2_fcn_classes : ~ (forall (n d l k : nat) (m : nat -> nat) (x : nat -> nat -> R) (y : nat -> nat) (trained :
  list parameter) (theta : R -> parameter -> R), let L := S l in let F := fun (th : parameter -> R) (a : nat) => fcn_classes m L th (x (a
  / k)%nat) (a mod k) in let K := fcn_ntk (gram d x) L in let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let times
  := class_flows_at parameter_eq trained n k F y theta in (0 < n)%nat -> (2 <= k)%nat -> labels n k y -> different n d x -> (0 < m L)%nat
  -> NoDup trained -> (forall c j : nat, (c < k)%nat -> (j < m L)%nat -> In (Weight L c j) trained) -> (forall r : nat, (r < m L)%nat ->
  In (Bias l r) trained) -> class_gradient_flow parameter_eq trained n k F y theta -> False).
Proof.
  intros H. destruct moving_fcn_classes as [theta [Hy [Hx [Hm [HD [HW [Hb [Hflow _]]]]]]]].
  exact (H 1%nat 0%nat 0%nat 2%nat one_neuron (fun _ _ => 0) (fun _ => 1%nat) two_rows_and_bias theta (le_n 1) (le_n 2) Hy Hx Hm HD HW Hb Hflow).
Qed.

Theorem witness_theorem_2_resnet_classes : ~ (forall (n d l k m : nat) (alpha : R) (x : nat -> nat -> R) (y : nat -> nat) (trained :
  list class_parameter) (theta : R -> class_parameter -> R), let L := S l in let F := fun (th : class_parameter -> R) (a : nat) =>
  resnet_classes d m alpha L th (x (a / k)%nat) (a mod k) in let K := resnet_ntk (gram d x) alpha L in let Kt := fun t : R => empirical
  class_parameter_eq trained F (theta t) in let times := class_flows_at class_parameter_eq trained n k F y theta in (0 < n)%nat -> (2 <=
  k)%nat -> labels n k y -> different n d x -> (0 < m)%nat -> alpha <> 0 -> NoDup trained -> (forall c j : nat, (c < k)%nat -> (j < m)%nat
  -> In (Row c j) trained) -> (forall r : nat, (r < m)%nat -> In (Shared (BranchBias l r)) trained) -> class_gradient_flow
  class_parameter_eq trained n k F y theta -> False).
Proof.
  intros H. destruct moving_resnet_classes as [theta [Hy [Hx [Hm [Ha [HD [HW [Hb [Hflow _]]]]]]]]].
  exact (H 1%nat 0%nat 0%nat 2%nat 1%nat 1 (fun _ _ => 0) (fun _ => 1%nat) two_rows_and_branch_bias theta (le_n 1) (le_n 2) Hy Hx Hm Ha HD HW Hb Hflow).
Qed.

Theorem witness_corollary_1_fcn_flow : ~ (forall (n L : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  parameter) (theta : R -> parameter -> R) (B0 C : R), let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in (0 < n)%nat ->
  signs n s -> NoDup trained -> gradient_flow parameter_eq trained n F s theta -> (forall p : parameter, Rabs (theta 0 p) <= B0) -> 0 < C
  -> (forall t : R, 0 <= t -> flows_at parameter_eq trained n F s theta t -> below n (empirical parameter_eq trained F (theta t)) C) ->
  forall B : R, False).
Proof.
  intros H. destruct moving_fcn as [theta [_ [_ [Hs [HD [_ [_ [Hflow [_ [H0 HK]]]]]]]]]].
  exact (H 1%nat 1%nat one_neuron (fun _ _ => 0) (fun _ => 1) output_and_bias theta 1 4 (le_n 1) Hs HD Hflow H0 ltac:(lra) (fun t Ht _ => HK t Ht) 0).
Qed.

Theorem witness_corollary_1_resnet_flow : ~ (forall (n d m L : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  resnet_parameter) (theta : R -> resnet_parameter -> R) (B0 C : R), let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m
  alpha L th (x i) in (0 < n)%nat -> signs n s -> NoDup trained -> gradient_flow resnet_parameter_eq trained n F s theta -> (forall p :
  resnet_parameter, Rabs (theta 0 p) <= B0) -> 0 < C -> (forall t : R, 0 <= t -> flows_at resnet_parameter_eq trained n F s theta t ->
  below n (empirical resnet_parameter_eq trained F (theta t)) C) -> forall B : R, False).
Proof.
  intros H. destruct moving_resnet as [theta [_ [_ [_ [Hs [HD [_ [_ [Hflow [_ [H0 HK]]]]]]]]]]].
  exact (H 1%nat 0%nat 1%nat 1%nat 1 (fun _ _ => 0) (fun _ => 1) output_and_branch_bias theta 1 2 (le_n 1) Hs HD Hflow H0 ltac:(lra) (fun t Ht _ => HK t Ht) 0).
Qed.

(** ** Mutants *)

Theorem mutant_class_equation_3_2 : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n k : nat) (F
  : (A -> R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (a : nat), (forall p : A, theta p = theta' p) -> F theta a = F
  theta' a) -> forall (y : nat -> nat) (theta : R -> A -> R) (t : R) (a : nat), class_flows_at eq_dec trained n k F y theta t -> (forall
  (r : R) (p : A), ~ In p trained -> theta r p = theta t p) -> (a < n * k)%nat -> is_derive ((fun (a0 : nat) (t0 : R) => F (theta t0) a0)
  a) t (sum (n * k) (fun b : nat => empirical eq_dec trained F (theta t) a b * class_residual k y (fun (a0 : nat) (t0 : R) => F (theta t0)
  a0) t b))).
Proof.
  intros H. destruct moving_dissipates as [theta [t [HQ [Hfix HD]]]].
  set (r := class_residual 2 (fun _ => 1%nat) (fun a t => moving_outputs (theta t) a) t) in *.
  assert (H0 : forall a, (a < 1 * 2)%nat -> sum (1 * 2) (fun b => empirical parameter_eq two_rows_and_bias moving_outputs (theta t) a b * r b) = 0).
  { intros a Ha.
    assert (H1 := class_equation_3_2 parameter_eq two_rows_and_bias 1 2 moving_outputs two_rows_once moving_outputs_ext (fun _ => 1%nat) theta t a HQ Hfix Ha).
    assert (H2 := H parameter parameter_eq two_rows_and_bias 1%nat 2%nat moving_outputs two_rows_once moving_outputs_ext (fun _ => 1%nat) theta t a HQ Hfix Ha).
    apply is_derive_unique in H1. apply is_derive_unique in H2. rewrite H1 in H2. fold r in H2. lra. }
  assert (E : class_dissipation 1 2 (fun _ => 1%nat) (fun a t => moving_outputs (theta t) a)
            (fun r => empirical parameter_eq two_rows_and_bias moving_outputs (theta r)) t = 0); [|lra].
  unfold class_dissipation, quad. fold r. rewrite (sum_ext (1 * 2) _ (fun _ => 0)); [apply sum_zero|]. intros a Ha.
  rewrite (sum_ext (1 * 2) _ (fun b => r a * (empirical parameter_eq two_rows_and_bias moving_outputs (theta t) a b * r b))) by (intros; ring).
  rewrite sum_scal, (H0 a Ha). ring.
Qed.

Theorem mutant_class_loss_falls : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n k : nat) (F :
  (A -> R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (a : nat), (forall p : A, theta p = theta' p) -> F theta a = F
  theta' a) -> forall y : nat -> nat, labels n k y -> forall (theta : R -> A -> R) (t : R), class_flows_at eq_dec trained n k F y theta t
  -> (forall (r : R) (p : A), ~ In p trained -> theta r p = theta t p) -> is_derive (class_loss n k y (fun (a : nat) (t0 : R) => F (theta
  t0) a)) t (class_dissipation n k y (fun (a : nat) (t0 : R) => F (theta t0) a) (fun r : R => empirical eq_dec trained F (theta r)) t)).
Proof.
  intros H. destruct moving_dissipates as [theta [t [HQ [Hfix HD]]]].
  assert (H1 := class_loss_falls parameter_eq two_rows_and_bias 1 2 moving_outputs two_rows_once moving_outputs_ext (fun _ => 1%nat) one_label theta t HQ Hfix).
  assert (H2 := H parameter parameter_eq two_rows_and_bias 1%nat 2%nat moving_outputs two_rows_once moving_outputs_ext (fun _ => 1%nat) one_label theta t HQ Hfix).
  apply is_derive_unique in H1. apply is_derive_unique in H2. rewrite H1 in H2. lra.
Qed.

Theorem mutant_kernel_controls_class_output : ~ (forall (m : nat -> nat) (l k : nat) (x : nat -> nat -> R) (trained : list parameter)
  (theta : parameter -> R) (a : nat), let L := S l in let F := fun (th : parameter -> R) (a0 : nat) => fcn_classes m L th (x (a0 / k)%nat)
  (a0 mod k) in (0 < m L)%nat -> (0 < k)%nat -> (forall c j : nat, (c < k)%nat -> (j < m L)%nat -> In (Weight L c j) trained) -> (forall r
  : nat, (r < m L)%nat -> In (Bias l r) trained) -> 3 * sqrt (2 / INR (m L)) * Rabs (F theta a) <= empirical parameter_eq trained F theta
  a a).
Proof.
  intros H.
  assert (H1 := H one_neuron 0%nat 1%nat (fun _ _ => 0) output_and_bias (at_bias 1) 0%nat ltac:(simpl; lia) (le_n 1)
    ltac:(intros c j Hc Hj; assert (c = 0)%nat by lia; subst c; apply output_and_bias_in, Hj) (proj2 output_and_bias_in)).
  change (3 * sqrt (2 / INR (one_neuron 1)) * Rabs (fcn one_neuron 1 (at_bias 1) (fun _ => 0))
    <= empirical parameter_eq output_and_bias (fun th (_ : nat) => fcn one_neuron 1 th (fun _ => 0)) (at_bias 1) 0 0) in H1.
  unfold empirical, output_and_bias, parameter_sum in H1. rewrite at_bias_weight, at_bias_bias, at_bias_output in H1.
  simpl INR in H1. replace (2 / 1) with 2 in H1 by field. rewrite Rmult_1_r in H1.
  assert (Hp := sqrt_pos 2). rewrite Rabs_pos_eq in H1 by exact Hp. assert (E : sqrt 2 * sqrt 2 = 2) by (apply sqrt_sqrt; lra). nra.
Qed.

Theorem mutant_kernel_controls_resnet_class_output : ~ (forall (d m l k : nat) (alpha : R) (x : nat -> nat -> R) (trained : list
  class_parameter) (theta : class_parameter -> R) (a : nat), let F := fun (th : class_parameter -> R) (a0 : nat) => resnet_classes d m
  alpha (S l) th (x (a0 / k)%nat) (a0 mod k) in (0 < m)%nat -> (0 < k)%nat -> (forall c j : nat, (c < k)%nat -> (j < m)%nat -> In (Row c
  j) trained) -> (forall r : nat, (r < m)%nat -> In (Shared (BranchBias l r)) trained) -> 3 * Rabs alpha / sqrt (INR m) * Rabs (F theta a)
  <= empirical class_parameter_eq trained F theta a a).
Proof.
  intros H.
  set (F := fun (th : class_parameter -> R) (_ : nat) => resnet_classes 0 1 1 1 th (fun _ => 0) 0).
  assert (HB : forall v w, 0 < w -> F (placed class_parameter_eq (Row 0 0) (Shared (BranchBias 0 0)) (fun _ => 0) v w) 0%nat = 1 * v * w).
  { intros v w Hw. unfold F, resnet_classes, residual_features, branch; simpl. unfold placed; simpl. replace (1 / 1) with 1 by field. rewrite sqrt_1. ring. }
  assert (HF : forall th th' i, (forall r, th r = th' r) -> F th i = F th' i) by (intros th th' i E; apply resnet_classes_ext, E).
  set (u := placed class_parameter_eq (Row 0 0) (Shared (BranchBias 0 0)) (fun _ => 0) 1 1).
  assert (P1 := placed_partial_p class_parameter_eq (Row 0 0) (Shared (BranchBias 0 0)) ltac:(discriminate) (fun _ => 0) F HF 1 HB 1 1 Rlt_0_1). fold u in P1.
  assert (P2 := placed_partial_q class_parameter_eq (Row 0 0) (Shared (BranchBias 0 0)) (fun _ => 0) F HF 1 HB 1 1 Rlt_0_1). fold u in P2.
  assert (H1 := H 0%nat 1%nat 0%nat 1%nat 1 (fun _ _ => 0) [Row 0 0; Shared (BranchBias 0 0)] u 0%nat (le_n 1) (le_n 1)
    ltac:(intros c j Hc Hj; assert (c = 0)%nat by lia; assert (j = 0)%nat by lia; subst; left; reflexivity)
    ltac:(intros r Hr; assert (r = 0)%nat by lia; subst; right; left; reflexivity)).
  change (3 * Rabs 1 / sqrt (INR 1) * Rabs (F u 0%nat) <= empirical class_parameter_eq [Row 0 0; Shared (BranchBias 0 0)] F u 0 0) in H1.
  unfold empirical, parameter_sum in H1. rewrite P1, P2 in H1. assert (E : F u 0%nat = 1 * 1 * 1) by (apply HB; lra). rewrite E in H1.
  simpl INR in H1. rewrite sqrt_1, !Rmult_1_l, Rabs_R1 in H1. lra.
Qed.

Theorem mutant_theorem_1_fcn_classes : ~ (forall (n L k : nat) (m : nat -> nat) (x : nat -> nat -> R) (y : nat -> nat) (trained : list
  parameter) (theta : R -> parameter -> R) (C : R), let F := fun (th : parameter -> R) (a : nat) => fcn_classes m L th (x (a / k)%nat) (a
  mod k) in let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let times := class_flows_at parameter_eq trained n k F y
  theta in (2 <= k)%nat -> labels n k y -> NoDup trained -> class_gradient_flow parameter_eq trained n k F y theta -> 0 <= C -> (forall t
  : R, 0 <= t -> times t -> below (n * k) (Kt t) C) -> forall i c : nat, (i < n)%nat -> (c < k)%nat -> c <> y i -> is_lim (fun t : R =>
  fcn_classes m L (theta t) (x i) (y i) - fcn_classes m L (theta t) (x i) c) p_infty p_infty).
Proof.
  intros H.
  assert (Hrelu : forall v, v < 0 -> relu v = 0) by (intros v Hv; unfold relu; apply Rmax_left; lra).
  set (base := fun p : parameter => match p with Bias _ _ => -1 | _ => 0 end).
  assert (Hflow : class_gradient_flow parameter_eq two_rows_and_bias 1 2 moving_outputs (fun _ => 1%nat) (fun _ => base)).
  { apply (still_class_flow parameter_eq two_rows_and_bias two_rows_once 2); [exact moving_outputs_ext| |reflexivity].
    exists 1. split; [lra|]. intros h a _ Hoff Hh.
    assert (Hb := Rabs_def2 _ _ (Hh (Bias 0 0) (or_intror (or_intror (or_introl eq_refl))))).
    unfold moving_outputs, fcn_classes, features, preactivation, base; simpl. rewrite !Rplus_0_l, !Hrelu by lra. ring. }
  assert (H1 := H 1%nat 1%nat 2%nat one_neuron (fun _ _ => 0) (fun _ => 1%nat) two_rows_and_bias (fun _ => base) 0 (le_n 2) one_label two_rows_once Hflow (Rle_refl 0)
    ltac:(intros t _ _ v; rewrite Rmult_0_l; unfold empirical; rewrite quad_parameter_sum; apply parameter_sum_nonneg; intros; apply pow2_ge_0)
    0%nat 0%nat (le_n 1) (le_S _ _ (le_n 1)) (fun E => O_S 0 E)).
  apply is_lim_unique in H1. rewrite Lim_const in H1. discriminate.
Qed.

Theorem mutant_theorem_1_resnet_classes : ~ (forall (n d L k m : nat) (alpha : R) (x : nat -> nat -> R) (y : nat -> nat) (trained : list
  class_parameter) (theta : R -> class_parameter -> R) (C : R), let F := fun (th : class_parameter -> R) (a : nat) => resnet_classes d m
  alpha L th (x (a / k)%nat) (a mod k) in let Kt := fun t : R => empirical class_parameter_eq trained F (theta t) in let times :=
  class_flows_at class_parameter_eq trained n k F y theta in (2 <= k)%nat -> labels n k y -> NoDup trained -> class_gradient_flow
  class_parameter_eq trained n k F y theta -> 0 <= C -> (forall t : R, 0 <= t -> times t -> below (n * k) (Kt t) C) -> forall i c : nat,
  (i < n)%nat -> (c < k)%nat -> c <> y i -> is_lim (fun t : R => resnet_classes d m alpha L (theta t) (x i) (y i) - resnet_classes d m
  alpha L (theta t) (x i) c) p_infty p_infty).
Proof.
  intros H.
  assert (HD : NoDup two_rows_and_branch_bias) by (apply rows_once; repeat split; discriminate).
  assert (Hflow : class_gradient_flow class_parameter_eq two_rows_and_branch_bias 1 2
            (fun th a => resnet_classes 1 1 0 1 th (three_points 0) (a mod 2)%nat) (fun _ => 1%nat) (fun _ _ => 0)).
  { apply (still_class_flow class_parameter_eq two_rows_and_branch_bias HD 2); [intros th th' a E; apply resnet_classes_ext, E| |reflexivity].
    exists 1. split; [lra|]. intros h a _ Hoff _. rewrite !resnet_row_output.
    rewrite !resnet_0_flat; [reflexivity| | | |]; intros; try reflexivity; simpl; rewrite Hoff, Rplus_0_l; try reflexivity; intros [E|[E|[E|[]]]]; discriminate. }
  assert (H1 := H 1%nat 1%nat 1%nat 2%nat 1%nat 0 (fun _ => three_points 0) (fun _ => 1%nat) two_rows_and_branch_bias (fun _ _ => 0) 0 (le_n 2) one_label HD Hflow (Rle_refl 0)
    ltac:(intros t _ _ v; rewrite Rmult_0_l; unfold empirical; rewrite quad_parameter_sum; apply parameter_sum_nonneg; intros; apply pow2_ge_0)
    0%nat 0%nat (le_n 1) (le_S _ _ (le_n 1)) (fun E => O_S 0 E)).
  apply is_lim_unique in H1. rewrite Lim_const in H1. discriminate.
Qed.

Theorem mutant_corollary_1_fcn_flow : ~ (forall (n L : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  parameter) (theta : R -> parameter -> R) (B0 C : R), let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in (0 < n)%nat ->
  signs n s -> NoDup trained -> gradient_flow parameter_eq trained n F s theta -> (forall p : parameter, Rabs (theta 0 p) <= B0) -> 0 <= C
  -> (forall t : R, 0 <= t -> flows_at parameter_eq trained n F s theta t -> below n (empirical parameter_eq trained F (theta t)) C) ->
  forall B : R, exists T : R, forall t : R, T < t -> exists p : parameter, In p trained /\ B < Rabs (theta t p - theta 0 p)).
Proof.
  intros H.
  assert (Hrelu : forall v, v < 0 -> relu v = 0) by (intros v Hv; unfold relu; apply Rmax_left; lra).
  set (base := fun p : parameter => match p with Bias _ _ => -1 | _ => 0 end).
  assert (HD : NoDup output_and_bias) by (constructor; [intros [E|[]]; discriminate|]; constructor; [intros []|constructor]).
  assert (Hflow : gradient_flow parameter_eq output_and_bias 1 (fun th (i : nat) => fcn one_neuron 1 th (fun _ => 0)) (fun _ => 1) (fun _ => base)).
  { apply (still_flow parameter_eq output_and_bias HD 1); [intros th th' a E; apply fcn_ext, E|].
    exists 1. split; [lra|]. intros h a _ Hoff Hh.
    assert (Hb := Rabs_def2 _ _ (Hh (Bias 0 0) (or_intror (or_introl eq_refl)))).
    rewrite !one_neuron_fcn. unfold base. rewrite !Hrelu by lra. ring. }
  destruct (H 1%nat 1%nat one_neuron (fun _ _ => 0) (fun _ => 1) output_and_bias (fun _ => base) 1 0 (le_n 1) ltac:(intros i _; left; reflexivity) HD Hflow
    ltac:(intros p; destruct p; apply Rabs_le; simpl; lra) (Rle_refl 0)
    ltac:(intros t _ _ v; rewrite Rmult_0_l; unfold empirical; rewrite quad_parameter_sum; apply parameter_sum_nonneg; intros; apply pow2_ge_0) 0) as [T HT].
  destruct (HT (T + 1) ltac:(lra)) as [p [_ Hp]]. rewrite Rminus_eq_0, Rabs_R0 in Hp. lra.
Qed.

Theorem mutant_corollary_1_resnet_flow : ~ (forall (n d m L : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list
  resnet_parameter) (theta : R -> resnet_parameter -> R) (B0 C : R), let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m
  alpha L th (x i) in (0 < n)%nat -> signs n s -> NoDup trained -> gradient_flow resnet_parameter_eq trained n F s theta -> (forall p :
  resnet_parameter, Rabs (theta 0 p) <= B0) -> 0 <= C -> (forall t : R, 0 <= t -> flows_at resnet_parameter_eq trained n F s theta t ->
  below n (empirical resnet_parameter_eq trained F (theta t)) C) -> forall B : R, exists T : R, forall t : R, T < t -> exists p :
  resnet_parameter, In p trained /\ B < Rabs (theta t p - theta 0 p)).
Proof.
  intros H.
  assert (HD : NoDup output_and_branch_bias) by (constructor; [intros [E|[]]; discriminate|]; constructor; [intros []|constructor]).
  assert (Hflow : gradient_flow resnet_parameter_eq output_and_branch_bias 1 (fun th (i : nat) => resnet 1 1 0 1 th (three_points i)) (fun _ => 1) (fun _ _ => 0)).
  { apply (still_flow resnet_parameter_eq output_and_branch_bias HD 1); [intros th th' a E; apply resnet_ext, E|].
    exists 1. split; [lra|]. intros h i _ Hoff _.
    rewrite !resnet_0_flat; [reflexivity| | | |]; intros; try reflexivity; rewrite Hoff, Rplus_0_l; try reflexivity; intros [E|[E|[]]]; discriminate. }
  destruct (H 1%nat 1%nat 1%nat 1%nat 0 three_points (fun _ => 1) output_and_branch_bias (fun _ _ => 0) 1 0 (le_n 1) ltac:(intros i _; left; reflexivity) HD Hflow
    ltac:(intros p; apply Rabs_le; lra) (Rle_refl 0)
    ltac:(intros t _ _ v; rewrite Rmult_0_l; unfold empirical; rewrite quad_parameter_sum; apply parameter_sum_nonneg; intros; apply pow2_ge_0) 0) as [T HT].
  destruct (HT (T + 1) ltac:(lra)) as [p [_ Hp]]. rewrite Rminus_eq_0, Rabs_R0 in Hp. lra.
Qed.
