(** Theorem 2 for networks with a hypothesis dropped is false: alpha = 0, repeated points. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope theorem_1 theorem_2 output_bound matrices power_series arccosine layer_kernels generated network_kernels definiteness parameter_sums gradient_flow fcn_network resnet_network multiclass multiclass_network
  scalar_flow moving_networks mutants.
Import ListNotations.
Open Scope R_scope.

(** ** A network whose outputs do not depend on small changes of the trained parameters stays where it is *)
Section Still.
Context {A : Type}.
Variable eq_dec : forall p q : A, {p = q} + {p <> q}.
Variable trained : list A.
Hypothesis once : NoDup trained.
Variable N : nat.
Variable F : (A -> R) -> nat -> R.
Hypothesis F_ext : forall theta theta' i, (forall r, theta r = theta' r) -> F theta i = F theta' i.
Variable base : A -> R.
Hypothesis flat : exists d, 0 < d /\ forall h i, (i < N)%nat -> (forall p, ~ In p trained -> h p = 0) -> (forall p, In p trained -> Rabs (h p) < d) ->
  F (fun p => base p + h p) i = F base i.

Lemma still_differentiable i : (i < N)%nat -> differentiable trained F base i (fun _ => 0).
Proof.
  intros Hi e He. destruct flat as [d [Hd H]]. exists d. split; [exact Hd|]. intros h Hoff Hh. rewrite (H h i Hi Hoff Hh).
  rewrite (parameter_sum_ext trained (fun p => 0 * h p) (fun p => 0 * 0)) by (intros; ring). rewrite parameter_sum_scal.
  replace (F base i - F base i - 0 * parameter_sum trained (fun _ => 0)) with 0 by ring. rewrite Rabs_R0.
  apply Rmult_le_pos; [lra|]. apply parameter_sum_nonneg. intros; apply Rabs_pos.
Qed.

Lemma still_partial i p : (i < N)%nat -> In p trained -> partial eq_dec F base i p = 0.
Proof. intros Hi Hp. symmetry. apply (gradient eq_dec trained F once F_ext base i (fun _ => 0) p Hp (still_differentiable i Hi)). Qed.

Lemma still_zero : forall n, (n <= N)%nat -> forall p g, In p trained ->
  sum n (fun i => partial eq_dec F base i p * g i) = 0.
Proof.
  intros n Hn p g Hp. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|]. intros i Hi. rewrite still_partial by (lia || exact Hp). ring.
Qed.

Theorem still_flow s : gradient_flow eq_dec trained N F s (fun _ => base).
Proof.
  split; [|split; [|split]].
  - intros T. exists nil. intros t _ _. split.
    + intros p Hp. evar_last; [apply (is_derive_const (base p) t)|]. symmetry.
      rewrite (sum_ext N _ (fun i => partial eq_dec F base i p * (s i * residual (margin s (fun i _ => F base i)) t i))) by (intros; ring).
      apply (still_zero N (le_n N) p _ Hp).
    + intros i Hi. eexists. apply still_differentiable, Hi.
  - intros i t _ _. apply continuous_const.
  - intros i _. apply filterlim_const.
  - intros t r p _. reflexivity.
Qed.

Theorem still_class_flow n k y : N = (n * k)%nat -> class_gradient_flow eq_dec trained n k F y (fun _ => base).
Proof.
  intros HN. split; [|split; [|split]].
  - intros T. exists nil. intros t _ _. split.
    + intros p Hp. evar_last; [apply (is_derive_const (base p) t)|]. symmetry.
      rewrite (still_zero (n * k) ltac:(lia) p _ Hp). unfold zero; simpl. ring.
    + intros a Ha. eexists. apply still_differentiable. lia.
  - intros a t _ _. apply continuous_const.
  - intros a _. apply filterlim_const.
  - intros t r p _. reflexivity.
Qed.
End Still.

(** ** ResNet at alpha = 0: 0, 1, 2 on the line, all of A, b zero *)
Definition three_points (i _ : nat) : R := INR i.

Lemma three_points_different : different 3 1 three_points.
Proof. intros i j Hi Hj Hij. exists 0%nat. split; [lia|]. apply not_INR, Hij. Qed.

Lemma three_points_singular l0 : 0 < l0 -> ~ below 3 (resnet_ntk (gram 1 three_points) 0 1) l0.
Proof.
  intros Hl H. assert (H1 := H (fun i => match i with 1%nat => -2 | _ => 1 end)). revert H1.
  small. rewrite !resnet_0_ntk. unfold gram, dot, three_points; simpl. lra.
Qed.

Lemma resnet_0_flat th i : (forall r, th (InBias r) = 0) -> (forall r c, th (InWeight r c) = 0) ->
  resnet 1 1 0 1 th (three_points i) = 0.
Proof.
  intros Hb HW. unfold resnet, residual_features; simpl. rewrite Hb, HW. ring.
Qed.

Theorem mutant_theorem_2_resnet : ~ (forall (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list resnet_parameter) (theta : R -> resnet_parameter -> R),
  let L := S l in
  let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha L th (x i) in
  let K := resnet_ntk (gram d x) alpha L in
  let Kt := fun t => empirical resnet_parameter_eq trained F (theta t) in
  let times := flows_at resnet_parameter_eq trained n F s theta in
  (0 < n)%nat -> different n d x -> (0 < m)%nat -> signs n s -> NoDup trained ->
  (forall c, (c < m)%nat -> In (OutWeight c) trained) -> (forall r, (r < m)%nat -> In (BranchBias l r) trained) ->
  gradient_flow resnet_parameter_eq trained n F s theta ->
  (exists l0, 0 < l0 /\ below n K l0) /\
  forall l0, 0 <= l0 -> below n K l0 ->
    Rbar_le (l0 / INR n) (sup_gap times n K Kt) /\
    (forall g T, g < l0 / INR n -> 0 <= T -> ~ (forall t, T <= t -> times t -> within n K (Kt t) g))).
Proof.
  intros H.
  assert (HD : NoDup output_and_branch_bias).
  { constructor; [intros [E|[]]; discriminate|]. constructor; [intros []|constructor]. }
  destruct (H 3%nat 1%nat 0%nat 1%nat 0 three_points (fun _ => 1) output_and_branch_bias (fun _ _ => 0)
    ltac:(lia) three_points_different ltac:(lia) ltac:(intros i _; left; reflexivity) HD
    ltac:(intros c Hc; assert (c = 0)%nat by lia; subst c; left; reflexivity)
    ltac:(intros r Hr; assert (r = 0)%nat by lia; subst r; right; left; reflexivity)) as [[l0 [Hl HB]] _].
  - apply still_flow; [exact HD|intros; apply resnet_ext; assumption|].
    exists 1. split; [lra|]. intros h i _ Hoff _.
    rewrite !resnet_0_flat; [reflexivity| | | |]; intros; try reflexivity; rewrite Hoff, Rplus_0_l; try reflexivity; intros [E|[E|[]]]; discriminate.
  - exact (three_points_singular l0 Hl HB).
Qed.

Theorem mutant_theorem_2_resnet_classes : ~ (forall (n d l k m : nat) (alpha : R) (x : nat -> nat -> R) (y : nat -> nat)
    (trained : list class_parameter) (theta : R -> class_parameter -> R),
  let L := S l in
  let F := fun (th : class_parameter -> R) (a : nat) => resnet_classes d m alpha L th (x (a / k)%nat) (a mod k)%nat in
  let K := resnet_ntk (gram d x) alpha L in
  let Kt := fun t => empirical class_parameter_eq trained F (theta t) in
  let times := class_flows_at class_parameter_eq trained n k F y theta in
  (0 < n)%nat -> (2 <= k)%nat -> labels n k y -> different n d x -> (0 < m)%nat -> NoDup trained ->
  (forall c j, (c < k)%nat -> (j < m)%nat -> In (Row c j) trained) -> (forall r, (r < m)%nat -> In (Shared (BranchBias l r)) trained) ->
  class_gradient_flow class_parameter_eq trained n k F y theta ->
  (exists l0, 0 < l0 /\ below n K l0) /\
  forall l0 g T, 0 <= l0 -> below n K l0 -> g < l0 * INR k / (4 * (INR k - 1) * INR n) -> 0 <= T ->
    ~ (forall t, T <= t -> times t -> within (n * k) (kron k K) (Kt t) g)).
Proof.
  intros H.
  assert (HD : NoDup two_rows_and_branch_bias) by (apply rows_once; repeat split; discriminate).
  destruct (H 3%nat 1%nat 0%nat 2%nat 1%nat 0 three_points (fun _ => 0%nat) two_rows_and_branch_bias (fun _ _ => 0)
    ltac:(lia) ltac:(lia) ltac:(intros i _; lia) three_points_different ltac:(lia) HD
    ltac:(intros c j Hc Hj; assert (j = 0)%nat by lia; subst j; destruct c as [|[|c]]; [left|right; left|lia]; reflexivity)
    ltac:(intros r Hr; assert (r = 0)%nat by lia; subst r; right; right; left; reflexivity)) as [[l0 [Hl HB]] _].
  - apply (still_class_flow class_parameter_eq two_rows_and_branch_bias HD 6); [| |reflexivity].
    + intros th th' a E. apply sum_ext; intros j _. rewrite E. f_equal. apply residual_features_ext. intros; apply E.
    + exists 1. split; [lra|]. intros h a _ Hoff _. rewrite !resnet_row_output.
      rewrite !resnet_0_flat; [reflexivity| | | |]; intros; try reflexivity; simpl; rewrite Hoff, Rplus_0_l; try reflexivity; intros [E|[E|[E|[]]]]; discriminate.
  - exact (three_points_singular l0 Hl HB).
Qed.

(** ** FCN, k classes, two equal points: a dead network (b = -1) *)
Theorem mutant_theorem_2_fcn_classes : ~ (forall (n d l k : nat) (m : nat -> nat) (x : nat -> nat -> R) (y : nat -> nat)
    (trained : list parameter) (theta : R -> parameter -> R),
  let L := S l in
  let F := fun (th : parameter -> R) (a : nat) => fcn_classes m L th (x (a / k)%nat) (a mod k)%nat in
  let K := fcn_ntk (gram d x) L in
  let Kt := fun t => empirical parameter_eq trained F (theta t) in
  let times := class_flows_at parameter_eq trained n k F y theta in
  (0 < n)%nat -> (2 <= k)%nat -> labels n k y -> (0 < m L)%nat -> NoDup trained ->
  (forall c j, (c < k)%nat -> (j < m L)%nat -> In (Weight L c j) trained) -> (forall r, (r < m L)%nat -> In (Bias l r) trained) ->
  class_gradient_flow parameter_eq trained n k F y theta ->
  (exists l0, 0 < l0 /\ below n K l0) /\
  forall l0 g T, 0 <= l0 -> below n K l0 -> g < l0 * INR k / (4 * (INR k - 1) * INR n) -> 0 <= T ->
    ~ (forall t, T <= t -> times t -> within (n * k) (kron k K) (Kt t) g)).
Proof.
  intros H.
  assert (HD : NoDup two_rows_and_bias) by (apply rows_once; repeat split; discriminate).
  destruct (H 2%nat 0%nat 0%nat 2%nat one_neuron (fun _ _ => 0) (fun _ => 0%nat) two_rows_and_bias
    (fun _ p => match p with Bias _ _ => -1 | _ => 0 end) ltac:(lia) ltac:(lia) ltac:(intros i _; lia) ltac:(simpl; lia) HD
    ltac:(simpl; intros c j Hc Hj; assert (j = 0)%nat by lia; subst j; destruct c as [|[|c]]; [left|right; left|lia]; reflexivity)
    ltac:(simpl; intros r Hr; assert (r = 0)%nat by lia; subst r; right; right; left; reflexivity)) as [[l0 [Hl HB]] _].
  - apply (still_class_flow parameter_eq two_rows_and_bias HD 4); [| |reflexivity].
    + intros th th' a E. apply fcn_classes_ext, E.
    + exists 1. split; [lra|]. intros h a _ Hoff Hh.
      assert (Hb := Rabs_def2 _ _ (Hh (Bias 0 0) (or_intror (or_intror (or_introl eq_refl))))).
      assert (Hr : forall v, v < 0 -> relu v = 0) by (intros v Hv; unfold relu; apply Rmax_left; lra).
      unfold fcn_classes, features, preactivation; simpl. rewrite !Rplus_0_l, !Hr by lra. ring.
  - assert (E : forall i j, fcn_ntk (gram 0 (fun _ _ => 0)) 1 i j = fcn_ntk (gram 0 (fun _ _ => 0)) 1 0%nat 0%nat) by reflexivity.
    assert (H1 := HB (fun i => match i with O => 1 | _ => -1 end)). revert H1. small.
    rewrite (E 0%nat 1%nat), (E 1%nat 0%nat), (E 1%nat 1%nat). lra.
Qed.

(** ** The limit of the FCN of one layer at the origin *)
Lemma fcn_ntk_at_origin : fcn_ntk (gram 0 (fun _ _ => 0)) 1 0%nat 0%nat = 2.
Proof.
  unfold fcn_ntk; cbn [sum fcn_S].
  unfold fcn_B, fcn_Sigma, add, mul, relu_moment, step_moment, correlations, const, gram, dot; cbn.
  unfold add, mul, const, relu_moment, correlations; cbn.
  replace (1 + 0) with 1 by ring. rewrite !(Rmult_1_l 1), !sqrt_1. replace (1 / 1) with 1 by field.
  assert (HPI := PI_RGT_0). unfold k1, k0. rewrite acos_1. replace (1 - 1 ^ 2) with 0 by ring. rewrite sqrt_0.
  replace ((1 * (PI - 0) + 0) / PI) with 1 by (field; lra). replace ((PI - 0) / PI) with 1 by (field; lra). lra.
Qed.
