(** Cases in which the hypotheses hold together: varying envelopes, sharp constants, Remark 1, printed kernels, lazy
    training, several classes. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants gap_sharpness layer_kernels network_kernels definiteness dissipation envelope
  upper_envelope varying_envelope envelope_cases theorem_1 theorem_2 output_bound parameter_sums gradient_flow fcn_network resnet_network
  output_parts output_sums output_sums_cases bias_free bias_free_cases corollary_1_resnet remark_1 printed_kernels multiclass multiclass_cases multiclass_network lazy lazy_cases moving_networks witnesses.
Import ListNotations.
Open Scope R_scope.

Theorem witness_varying_margin_envelope : ~ (forall (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D c : R -> R), (0 < n)%nat -> dissipates Q (loss n q) D ->
  forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> continuous c r /\ 0 <= c r) -> (forall r : R, 0 <= r <=
  t -> Q r -> c r * sum n (residual q r) ^ 2 <= D r) -> forall y : R, 0 < y -> y + ln y <= potential (loss n q
  0) + RInt c 0 t -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. set (q := margin (fun _ => 1) learned).
  apply (H 1%nat q always (dissipation 1 (fun _ => 1) learned learning_kernel) (fun _ => 2) (le_n 1) (proj2 learning_trains))
    with (t := 0) (y := exp (Rmin (- 1) (potential (loss 1 q 0) - 1))) (i := 0%nat).
  - lra.
  - intros r _. split; [apply continuous_const|lra].
  - intros r Hr _. unfold dissipation. fold q.
    apply (scalar_label (2 / (1 + r) * (1 + (1 + r) ^ 2)) 2 (learning_above r ltac:(lra)) (residual q r)).
    intros j _. left. apply residual_pos.
  - apply exp_pos.
  - rewrite ln_exp, RInt_point. unfold zero; simpl. rewrite Rplus_0_r.
    assert (M1 := Rmin_l (- 1) (potential (loss 1 q 0) - 1)). assert (M2 := Rmin_r (- 1) (potential (loss 1 q 0) - 1)).
    set (M := Rmin (- 1) (potential (loss 1 q 0) - 1)) in *. assert (E := exp_increasing M 0 ltac:(lra)). rewrite exp_0 in E. lra.
  - lia.
Qed.

Theorem witness_varying_upper_envelope : ~ (forall (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D kappa : R -> R), (0 < n)%nat -> dissipates Q (loss n q)
  D -> resists Q (loss n q) D -> forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> continuous kappa r /\ 0
  <= kappa r) -> (forall r : R, 0 <= r <= t -> Q r -> 0 <= D r <= kappa r * sum n (residual q r) ^ 2) -> False).
Proof.
  intros H. destruct varying_upper_envelope_inhabited as [HD [HR HB]].
  apply (H 2%nat _ _ _ (fun _ => 1) ltac:(lia) HD HR 1 ltac:(lra)).
  - intros r _. split; [apply continuous_const|lra].
  - intros r Hr _. apply HB. lra.
Qed.

Theorem witness_theorem_1_integral : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (c : R -> R),
  trains Q n s f K -> (forall t : R, 0 <= t -> continuous c t /\ 0 <= c t) -> (forall t : R, 0 <= t -> Q t ->
  label n s (K t) (c t)) -> is_lim (fun t : R => RInt c 0 t) p_infty p_infty -> forall i : nat, (i < n)%nat ->
  False).
Proof.
  intros H. destruct theorem_1_integral_inhabited as [HT [HC [HL HI]]]. exact (H _ _ _ _ _ _ HT HC HL HI 0%nat (le_n 1)).
Qed.

Theorem witness_corollary_1_fcn_flow : ~ (forall (n L : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list parameter) (theta : R
  -> parameter -> R) (B0 C : R), let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in (0 < n)%nat
  -> signs n s -> NoDup trained -> gradient_flow parameter_eq trained n F s theta -> (forall p : parameter, Rabs
  (theta 0 p) <= B0) -> 0 < C -> (forall t : R, 0 <= t -> flows_at parameter_eq trained n F s theta t -> below n
  (empirical parameter_eq trained F (theta t)) C) -> forall B : R, False).
Proof.
  intros H. destruct moving_fcn as [theta [_ [_ [Hs [HD [_ [_ [Hflow [_ [H0 HB]]]]]]]]]].
  exact (H 1%nat 1%nat one_neuron (fun _ _ => 0) (fun _ => 1) output_and_bias theta 1 4 (le_n 1) Hs HD Hflow H0 ltac:(lra) (fun t Ht _ => HB t Ht) 0).
Qed.

Theorem witness_corollary_1_resnet_flow : ~ (forall (n d m L : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list resnet_parameter) (theta
  : R -> resnet_parameter -> R) (B0 C : R), let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m
  alpha L th (x i) in (0 < n)%nat -> signs n s -> NoDup trained -> gradient_flow resnet_parameter_eq trained n F
  s theta -> (forall p : resnet_parameter, Rabs (theta 0 p) <= B0) -> 0 < C -> (forall t : R, 0 <= t -> flows_at
  resnet_parameter_eq trained n F s theta t -> below n (empirical resnet_parameter_eq trained F (theta t)) C) ->
  forall B : R, False).
Proof.
  intros H. destruct moving_resnet as [theta [_ [_ [_ [Hs [HD [_ [_ [Hflow [_ [H0 HB]]]]]]]]]]].
  exact (H 1%nat 0%nat 1%nat 1%nat 1 (fun _ _ => 0) (fun _ => 1) output_and_branch_bias theta 1 2 (le_n 1) Hs HD Hflow H0 ltac:(lra) (fun t Ht _ => HB t Ht) 0).
Qed.

Theorem witness_best_constant_sharp : ~ (forall (n : nat) (K P : matrix), symmetric n K -> psd n K -> right_inverse n K P -> forall z : nat -> R, (0 <
  n)%nat -> largest_at n P z -> False).
Proof.
  intros H. destruct best_constant_sharp_inhabited as [HS [HP [HI [HL _]]]]. exact (H _ _ _ HS HP HI _ ltac:(lia) HL).
Qed.

Theorem witness_label_aware_sharp : ~ (forall (n : nat) (s : nat -> R) (K : matrix) (g : R), signs n s -> 0 <= g -> ~ label n s K g -> False).
Proof.
  intros H. apply (H 1%nat (fun _ => 1) (scalar_matrix 0) 1 (ones_signs 1) ltac:(lra)). intros HL.
  assert (H1 := HL (fun _ => 1) ltac:(intros; lra)). unfold quad, signed, scalar_matrix in H1; simpl in H1. lra.
Qed.

Theorem witness_remark_1 : ~ (forall (Q : R -> Prop) (l dl : R -> R) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R)
  (C : R), convex_falling l dl -> bounded_below l -> trains_loss Q l dl n s f K -> 0 < C -> (forall t : R, 0 <=
  t -> Q t -> below n (K t) C) -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct remark_1_inhabited as [HC [HB [HT HK]]].
  exact (H _ _ _ _ _ _ _ 1 HC HB HT Rlt_0_1 (fun t Ht _ => HK t Ht) 0%nat (le_n 1)).
Qed.

Theorem witness_remark_1_needs_bound : ~ (forall l dl : R -> R, convex_falling l dl -> ~ bounded_below l -> False).
Proof.
  intros H. apply (H (fun z => - z) (fun _ => - 1)).
  - split; [|split; [intros; lra|intros; lra]]. intros x. auto_derive; [exact I|ring].
  - intros [m Hm]. specialize (Hm (1 - m)). lra.
Qed.

Theorem witness_equation_3_9_wrong : ~ (forall (alpha : R) (G : nat -> nat -> R) (i : nat), alpha <> 0 -> 0 < G i i -> False).
Proof.
  intros H. apply (H 1 (scalar_matrix 1) 0%nat R1_neq_R0). unfold scalar_matrix. lra.
Qed.

Theorem witness_equation_3_10_wrong : ~ (forall (alpha : R) (G : nat -> nat -> R) (i : nat), alpha <> 0 -> 0 < G i i -> False).
Proof.
  intros H. apply (H 1 (scalar_matrix 1) 0%nat R1_neq_R0). unfold scalar_matrix. lra.
Qed.

Theorem witness_equations_3_9_3_10 : ~ (forall (alpha : R) (G : matrix) (i j : nat), 0 < 1 + G i i -> 0 < 1 + G j j -> forall L : nat, False).
Proof.
  intros H. apply (H 1 (scalar_matrix 1) 0%nat 1%nat); [unfold scalar_matrix; lra|unfold scalar_matrix; lra|exact 1%nat].
Qed.

Theorem witness_penalty_bound : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F : (A -> R) ->
  nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (i : nat), (forall p : A, theta p = theta' p) -> F
  theta i = F theta' i) -> forall l dl : nat -> R -> R, (forall (i : nat) (z : R_AbsRing), (i < n)%nat ->
  is_derive (l i) z (dl i z)) -> (forall (i : nat) (z : R), (i < n)%nat -> 0 <= l i z) -> forall (beta : R)
  (theta : R -> A -> R), penalised_flow eq_dec trained n F dl beta theta -> forall t : R, 0 <= t -> False).
Proof.
  intros H. destruct penalty_bound_inhabited as [theta [Hd [Hn [Hflow _]]]].
  apply (H nat Nat.eq_dec [0%nat] 1%nat one_parameter ltac:(constructor; [intros []|constructor])) with (l := fun _ z => (z - 1) ^ 2 / 2)
    (dl := fun (_ : nat) z => z - 1) (beta := 1) (theta := theta) (t := 0); [|exact Hd|exact Hn|exact Hflow|lra].
  intros th th' i E. unfold one_parameter. apply E.
Qed.

Theorem witness_lazy_soft_limit : ~ (forall (Q : R -> Prop) (n : nat) (y : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R), (forall
  i : nat, (i < n)%nat -> 0 < y i < 1) -> trains_soft Q n (fun i : nat => soft_loss (y i)) (fun (i : nat) (x :
  R) => sigmoid x - y i) f K -> 0 < C -> (forall t : R, 0 <= t -> Q t -> below n (K t) C) -> forall i : nat, (i
  < n)%nat -> False).
Proof.
  intros H. destruct lazy_soft_limit_inhabited as [f [K [HT [HK _]]]].
  exact (H _ 1%nat (fun _ => 1 / 2) f K 1 ltac:(intros; lra) HT Rlt_0_1 HK 0%nat (le_n 1)).
Qed.

Theorem witness_penalised_coefficients_unique : ~ (forall (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (beta : R) (C C' : nat -> R), definite n K -> 0 < beta
  -> (forall i : nat, (i < n)%nat -> apply_matrix n K (fun j : nat => beta * C j - (y j - sigmoid (f0 j +
  apply_matrix n K C j))) i = 0) -> (forall i : nat, (i < n)%nat -> apply_matrix n K (fun j : nat => beta * C' j
  - (y j - sigmoid (f0 j + apply_matrix n K C' j))) i = 0) -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct lazy_unique_inhabited as [HD _].
  assert (E : forall i, (i < 1)%nat -> apply_matrix 1 (fun _ _ => 1) (fun j => 1 * 0 - (1 / 2 - sigmoid (0 + apply_matrix 1 (fun _ _ => 1) (fun _ => 0) j))) i = 0).
  { intros i _. unfold apply_matrix, sigmoid, sum. replace (- (0 + (0 + 1 * 0))) with 0 by ring. rewrite exp_0. field. }
  exact (H 1%nat (fun _ _ => 1) (fun _ => 0) (fun _ => 1 / 2) 1 (fun _ => 0) (fun _ => 0) HD Rlt_0_1 E E 0%nat (le_n 1)).
Qed.

Theorem witness_soft_solution_unique : ~ (forall (n : nat) (K : nat -> nat -> R) (f0 y C C' : nat -> R), definite n K -> (forall i : nat, (i < n)%nat ->
  sigmoid (f0 i + apply_matrix n K C i) = y i) -> (forall i : nat, (i < n)%nat -> sigmoid (f0 i + apply_matrix n
  K C' i) = y i) -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct lazy_unique_inhabited as [HD _].
  assert (E : forall i, (i < 1)%nat -> sigmoid (0 + apply_matrix 1 (fun _ _ => 1) (fun _ => 0) i) = 1 / 2).
  { intros i _. unfold apply_matrix, sigmoid, sum. replace (- (0 + (0 + 1 * 0))) with 0 by ring. rewrite exp_0. field. }
  exact (H 1%nat (fun _ _ => 1) (fun _ => 0) (fun _ => 1 / 2) (fun _ => 0) (fun _ => 0) HD E E 0%nat (le_n 1)).
Qed.

Theorem witness_linearised_hessian_definite : ~ (forall (n : nat) (K : nat -> nat -> R) (w : nat -> R) (beta : R) (v : nat -> R), definite n K -> 0 < beta ->
  (forall i : nat, (i < n)%nat -> 0 <= w i) -> (exists i : nat, (i < n)%nat /\ v i <> 0) -> False).
Proof.
  intros H. destruct lazy_unique_inhabited as [HD _].
  apply (H 1%nat (fun _ _ => 1) (fun _ => 1) 1 (fun _ => 1) HD Rlt_0_1); [intros; lra|]. exists 0%nat. split; [lia|lra].
Qed.

Theorem witness_penalised_solution_unique : ~ (forall (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (beta : R) (f g : nat -> R), psd n K -> 0 < beta ->
  penalised_solution n K f0 y beta f -> penalised_solution n K f0 y beta g -> forall i : nat, (i < n)%nat ->
  False).
Proof.
  intros H. destruct lazy_unique_inhabited as [HD HS].
  exact (H 1%nat _ _ _ 1 _ _ (definite_psd 1 _ HD) Rlt_0_1 HS HS 0%nat (le_n 1)).
Qed.

Theorem witness_theorem_1_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R), (2
  <= k)%nat -> class_trains Q n k y f K -> 0 < C -> (forall t : R, 0 <= t -> Q t -> below (n * k) (K t) C) ->
  forall i c : nat, (i < n)%nat -> (c < k)%nat -> c <> y i -> False).
Proof.
  intros H. destruct classes_inhabited as [y [f [K [HT [HB _]]]]].
  destruct (Nat.eq_dec (y 0%nat) 0) as [E|E].
  - exact (H _ 1%nat 2%nat y f K 1 (le_n 2) HT Rlt_0_1 (fun t Ht _ => HB t Ht) 0%nat 1%nat (le_n 1) (le_n 2) ltac:(rewrite E; lia)).
  - exact (H _ 1%nat 2%nat y f K 1 (le_n 2) HT Rlt_0_1 (fun t Ht _ => HB t Ht) 0%nat 0%nat (le_n 1) ltac:(lia) (fun E' => E (eq_sym E'))).
Qed.

Theorem witness_theorem_2_fcn_classes : ~ (forall (n d l k : nat) (m : nat -> nat) (x : nat -> nat -> R) (y : nat -> nat) (trained : list parameter) (theta
  : R -> parameter -> R), let L := S l in let F := fun (th : parameter -> R) (a : nat) => fcn_classes m L th (x
  (a / k)%nat) (a mod k) in let K := fcn_ntk (gram d x) L in let Kt := fun t : R => empirical parameter_eq
  trained F (theta t) in let times := class_flows_at parameter_eq trained n k F y theta in (0 < n)%nat -> (2 <=
  k)%nat -> labels n k y -> different n d x -> (0 < m L)%nat -> NoDup trained -> (forall c j : nat, (c < k)%nat
  -> (j < m L)%nat -> In (Weight L c j) trained) -> (forall r : nat, (r < m L)%nat -> In (Bias l r) trained) ->
  class_gradient_flow parameter_eq trained n k F y theta -> False).
Proof.
  intros H. destruct moving_fcn_classes as [theta [Hl [Hx [Hm [HD [HW [Hb [Hflow _]]]]]]]].
  exact (H 1%nat 0%nat 0%nat 2%nat one_neuron (fun _ _ => 0) (fun _ => 1%nat) two_rows_and_bias theta (le_n 1) (le_n 2) Hl Hx Hm HD HW Hb Hflow).
Qed.

Theorem witness_theorem_2_resnet_classes : ~ (forall (n d l k m : nat) (alpha : R) (x : nat -> nat -> R) (y : nat -> nat) (trained : list class_parameter)
  (theta : R -> class_parameter -> R), let L := S l in let F := fun (th : class_parameter -> R) (a : nat) =>
  resnet_classes d m alpha L th (x (a / k)%nat) (a mod k) in let K := resnet_ntk (gram d x) alpha L in let Kt :=
  fun t : R => empirical class_parameter_eq trained F (theta t) in let times := class_flows_at
  class_parameter_eq trained n k F y theta in (0 < n)%nat -> (2 <= k)%nat -> labels n k y -> different n d x ->
  (0 < m)%nat -> alpha <> 0 -> NoDup trained -> (forall c j : nat, (c < k)%nat -> (j < m)%nat -> In (Row c j)
  trained) -> (forall r : nat, (r < m)%nat -> In (Shared (BranchBias l r)) trained) -> class_gradient_flow
  class_parameter_eq trained n k F y theta -> False).
Proof.
  intros H. destruct moving_resnet_classes as [theta [Hl [Hx [Hm [Ha [HD [HW [Hb [Hflow _]]]]]]]]].
  exact (H 1%nat 0%nat 0%nat 2%nat 1%nat 1 (fun _ _ => 0) (fun _ => 1%nat) two_rows_and_branch_bias theta (le_n 1) (le_n 2) Hl Hx Hm Ha HD HW Hb Hflow).
Qed.

(** ** Parts and sums of the empirical NTK *)
Theorem witness_equation_C_10 : ~ (forall (m : nat -> nat) (l : nat) (x : nat -> nat -> R) (trained : list parameter)
  (theta : parameter -> R) (i : nat), (forall c : nat, (c < m (S l))%nat -> In (Weight (S l) 0 c) trained) -> False).
Proof.
  intros H. destruct moving_fcn as [theta [_ [_ [_ [_ [HW _]]]]]].
  exact (H one_neuron 0%nat (fun _ _ => 0) output_and_bias (theta 0) 0%nat HW).
Qed.

Theorem witness_equation_C_16 : ~ (forall (d m : nat) (alpha : R) (l : nat) (x : nat -> nat -> R)
  (theta : resnet_parameter -> R) (i : nat), (0 < m)%nat -> False).
Proof. intros H. exact (H 1%nat 1%nat 1 0%nat (fun _ _ => 0) (fun _ => 0) 0%nat (le_n 1)). Qed.

Theorem witness_equation_C_16_wrong : ~ (forall (d m : nat) (alpha : R) (l : nat) (x : nat -> nat -> R)
  (theta : resnet_parameter -> R) (i : nat), (0 < m)%nat -> alpha ^ 2 <> 1 ->
  norm2 m (fun c : nat => theta (OutWeight c)) <> 0 -> False).
Proof.
  intros H. apply (H 1%nat 1%nat 2 0%nat (fun _ _ => 0) (fun _ => 1) 0%nat (le_n 1)); [lra|]. unfold norm2, sum. lra.
Qed.

Theorem witness_output_bias_free : ~ (forall (m : nat -> nat) (L : nat) (theta : parameter -> R) (x : nat -> R),
  (forall l r : nat, theta (Bias l r) = 0) -> forall trained : list parameter, NoDup trained ->
  (forall l r c : nat, (l <= L)%nat -> (r < rows m L l)%nat -> (c < m l)%nat -> In (Weight l r c) trained) ->
  (forall l : nat, (0 < m l)%nat) -> forall g : parameter -> R,
  differentiable trained (fun (th : parameter -> R) (_ : nat) => fcn m L th x) theta 0 g -> False).
Proof.
  intros H. destruct output_bias_free_attained as [g [H0 [HD [HW [Hm [Hg _]]]]]]. exact (H _ _ _ _ H0 _ HD HW Hm g Hg).
Qed.

Theorem witness_output_sum_resnet : ~ (forall (d m l n : nat) (alpha : R) (x : nat -> nat -> R) (trained : list resnet_parameter)
  (c : nat -> R) (theta : resnet_parameter -> R),
  let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha (S l) th (x i) in (0 < m)%nat ->
  (forall r : nat, (r < m)%nat -> In (OutWeight r) trained) -> (forall r : nat, (r < m)%nat -> In (BranchBias l r) trained) -> False).
Proof.
  intros H. destruct output_sum_resnet_attained as [Hm [HW [Hb _]]].
  exact (H 0%nat 1%nat 0%nat 1%nat 1 (fun _ _ => 0) output_and_branch_bias (fun _ => 1) unit_block Hm HW Hb).
Qed.

Theorem witness_output_sum_fcn : ~ (forall (m : nat -> nat) (l : nat), (0 < m (S l))%nat ->
  forall (n : nat) (x : nat -> nat -> R) (trained : list parameter),
  (forall c : nat, (c < m (S l))%nat -> In (Weight (S l) 0 c) trained) ->
  (forall r : nat, (r < m (S l))%nat -> In (Bias l r) trained) -> forall theta : parameter -> R,
  (forall i r : nat, (i < n)%nat -> (r < m (S l))%nat -> preactivation m theta l (features m theta l (x i)) r <> 0) -> False).
Proof.
  intros H. destruct output_sum_fcn_attained as [Hm [HW [Hb [Hz _]]]].
  exact (H one_neuron 0%nat Hm 1%nat (fun _ _ => 0) output_and_bias HW Hb (at_bias 1) Hz).
Qed.
