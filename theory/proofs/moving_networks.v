(** The hypotheses of Theorem 2 for networks can hold on networks that learn: one sample x = 0, one neuron, the output
    weight and the last bias trained. The output is kappa v w in those two, so v = w = exp(x) with a scalar flow x. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope theorem_1 theorem_2 output_bound matrices power_series network_kernels definiteness parameter_sums gradient_flow fcn_network resnet_network multiclass multiclass_network scalar_flow.
Import ListNotations.
Open Scope R_scope.

(** The rate at which ln v grows. *)
Definition speed (a b x : R) : R := a / (1 + exp (b * exp (x + x))).

Lemma speed_range a b x : 0 < a -> 0 < speed a b x <= a.
Proof.
  intros Ha. unfold speed. assert (H := exp_pos (b * exp (x + x))). split; [apply Rdiv_lt_0_compat; lra|].
  apply (Rmult_le_reg_r (1 + exp (b * exp (x + x)))); [lra|].
  replace (a / (1 + exp (b * exp (x + x))) * (1 + exp (b * exp (x + x)))) with a by (field; lra). nra.
Qed.

Lemma speed_continuous a b x : continuous (speed a b) x.
Proof.
  apply (ex_derive_continuous (speed a b)). unfold speed. assert (H := exp_pos (b * exp (x + x))). auto_derive. lra.
Qed.

(** ** Binary classification *)
Section Bilinear.
Context {A : Type}.
Variable eq_dec : forall p q : A, {p = q} + {p <> q}.
Variables p q : A.
Hypothesis distinct : p <> q.
Variable base : A -> R.
Definition placed (v w : R) (r : A) : R := if eq_dec r q then w else if eq_dec r p then v else base r.
Variable F : (A -> R) -> nat -> R.
Hypothesis F_ext : forall theta theta' i, (forall r, theta r = theta' r) -> F theta i = F theta' i.
Variable kappa : R.
Hypothesis kappa_pos : 0 < kappa.
Hypothesis bilinear : forall v w, 0 < w -> F (placed v w) 0%nat = kappa * v * w.

Lemma placed_p v w : placed v w p = v.
Proof. unfold placed. destruct (eq_dec p q); [contradiction|]. destruct (eq_dec p p); [reflexivity|contradiction]. Qed.
Lemma placed_q v w : placed v w q = w.
Proof. unfold placed. destruct (eq_dec q q); [reflexivity|contradiction]. Qed.

Lemma placed_partial_p v w : 0 < w -> partial eq_dec F (placed v w) 0 p = kappa * w.
Proof.
  intros Hw. unfold partial. rewrite placed_p. apply is_derive_unique.
  apply (is_derive_ext (fun v' => kappa * v' * w)); [|auto_derive; [exact I|ring]].
  intros v'. rewrite <- (bilinear v' w Hw). apply F_ext. intros r. unfold update, placed.
  destruct (eq_dec r q), (eq_dec r p); try reflexivity. exfalso; congruence.
Qed.

Lemma placed_partial_q v w : 0 < w -> partial eq_dec F (placed v w) 0 q = kappa * v.
Proof.
  intros Hw. unfold partial. rewrite placed_q. apply is_derive_unique.
  apply (is_derive_ext_loc (fun w' => kappa * v * w')); [|auto_derive; [exact I|ring]].
  exists (mkposreal w Hw). intros w' Hw'. unfold ball in Hw'; simpl in Hw'; unfold AbsRing_ball, abs, minus, plus, opp in Hw'; simpl in Hw'.
  apply Rabs_def2 in Hw'. rewrite <- (bilinear v w' ltac:(lra)). apply F_ext. intros r. unfold update, placed.
  destruct (eq_dec r q); reflexivity.
Qed.

Lemma placed_differentiable v w : 0 < w ->
  differentiable [p; q] F (placed v w) 0 (fun r => if eq_dec r q then kappa * v else kappa * w).
Proof.
  intros Hw e He. exists (Rmin w (e / kappa)).
  assert (Hq : 0 < e / kappa) by (apply Rdiv_lt_0_compat; assumption).
  split; [apply Rmin_glb_lt; assumption|]. intros h Hoff Hh.
  assert (H1 := Hh q (or_intror (or_introl eq_refl))). assert (M1 := Rmin_l w (e / kappa)). assert (M2 := Rmin_r w (e / kappa)).
  assert (Hb := Rabs_def2 _ _ H1).
  rewrite (F_ext (fun r => placed v w r + h r) (placed (v + h p) (w + h q))).
  - rewrite !bilinear by lra. simpl.
    destruct (eq_dec p q); [contradiction|]. destruct (eq_dec q q); [|contradiction].
    replace (kappa * (v + h p) * (w + h q) - kappa * v * w - (kappa * w * h p + (kappa * v * h q + 0))) with (kappa * h q * h p) by ring.
    rewrite !Rabs_mult, (Rabs_pos_eq kappa) by lra. assert (A1 := Rabs_pos (h p)). assert (A2 := Rabs_pos (h q)).
    assert (kappa * Rabs (h q) <= e).
    { replace e with (kappa * (e / kappa)) by (field; lra). apply Rmult_le_compat_l; lra. }
    nra.
  - intros r. unfold placed. destruct (eq_dec r q) as [->|H2]; [reflexivity|]. destruct (eq_dec r p) as [->|H3]; [reflexivity|].
    rewrite (Hoff r); [ring|]. intros [E|[E|[]]]; [apply H3|apply H2]; symmetry; exact E.
Qed.

Theorem bilinear_flow : exists theta : R -> A -> R,
  gradient_flow eq_dec [p; q] 1 F (fun _ => 1) theta /\ (forall s t, s < t -> theta s p < theta t p) /\
  (forall r, theta 0 r = placed 1 1 r) /\ (forall t, 0 <= t -> below 1 (empirical eq_dec [p; q] F (theta t)) (2 * kappa ^ 2)).
Proof.
  destruct (scalar_flow (speed kappa kappa) kappa (speed_continuous kappa kappa) (fun x => speed_range kappa kappa x kappa_pos))
    as [x [Hx0 Hx]].
  assert (Hmono : forall s t, s < t -> x s < x t).
  { intros s t Hst. destruct (MVT_gen x s t (fun z => speed kappa kappa (x z))) as [z [_ Hz]].
    - intros; apply Hx.
    - intros z _. apply continuity_pt_filterlim. apply (ex_derive_continuous x). eexists. apply Hx.
    - assert (H := speed_range kappa kappa (x z) kappa_pos). nra. }
  set (theta := fun t => placed (exp (x t)) (exp (x t))).
  assert (Hf : forall t, F (theta t) 0%nat = kappa * exp (x t) * exp (x t)) by (intros; apply bilinear, exp_pos).
  assert (Hres : forall t, residual (margin (fun _ => 1) (fun i t => F (theta t) i)) t 0 = / (1 + exp (kappa * exp (x t + x t)))).
  { intros t. unfold residual, margin. rewrite Hf, exp_plus. do 3 f_equal. ring. }
  assert (He : forall t, is_derive (fun t => exp (x t)) t (speed kappa kappa (x t) * exp (x t))).
  { intros t. apply (is_derive_comp exp x t (exp (x t))); [apply is_derive_Reals, derivable_pt_lim_exp|apply Hx]. }
  assert (Hcont : forall t, continuous (fun t => F (theta t) 0%nat) t).
  { intros t. apply (continuous_ext (fun t => kappa * exp (x t) * exp (x t))); [intros; symmetry; apply Hf|].
    apply (ex_derive_continuous (fun t => kappa * exp (x t) * exp (x t))). auto_derive.
    repeat split; eexists; apply Hx. }
  exists theta. split; [split; [|split; [|split]]|split; [|split]].
  - intros T. exists nil. intros t _ _. split.
    + intros r Hr. simpl sum. rewrite Hres.
      assert (Pp : partial eq_dec F (theta t) 0 p = kappa * exp (x t)) by (apply placed_partial_p, exp_pos).
      assert (Pq : partial eq_dec F (theta t) 0 q = kappa * exp (x t)) by (apply placed_partial_q, exp_pos).
      destruct Hr as [<-|[<-|[]]].
      * rewrite Pp. apply (is_derive_ext (fun t => exp (x t))); [intros; symmetry; apply placed_p|].
        evar_last; [apply He|]. unfold speed, Rdiv. ring.
      * rewrite Pq. apply (is_derive_ext (fun t => exp (x t))); [intros; symmetry; apply placed_q|].
        evar_last; [apply He|]. unfold speed, Rdiv. ring.
    + intros i Hi. assert (i = 0)%nat by lia. subst i. eexists. apply placed_differentiable, exp_pos.
  - intros i t Hi _. assert (i = 0)%nat by lia. subst i. apply Hcont.
  - intros i Hi. assert (i = 0)%nat by lia. subst i. intros P HP. destruct (Hcont 0 P HP) as [d Hd]. exists d. intros t Ht _. apply Hd, Ht.
  - intros t r r' Hn. unfold theta, placed. destruct (eq_dec r' q) as [->|]; [destruct Hn; right; left; reflexivity|].
    destruct (eq_dec r' p) as [->|]; [destruct Hn; left; reflexivity|reflexivity].
  - intros s t Hst. unfold theta. rewrite !placed_p. apply exp_increasing, Hmono, Hst.
  - intros r. unfold theta. rewrite Hx0, exp_0. reflexivity.
  - intros t Ht v. unfold norm2, quad, sum, empirical, parameter_sum.
    assert (Pp : partial eq_dec F (theta t) 0 p = kappa * exp (x t)) by (apply placed_partial_p, exp_pos).
    assert (Pq : partial eq_dec F (theta t) 0 q = kappa * exp (x t)) by (apply placed_partial_q, exp_pos).
    rewrite Pp, Pq.
    assert (Hge : 1 <= exp (x t)).
    { rewrite <- exp_0. destruct Ht as [Ht|<-]; [left; apply exp_increasing; rewrite <- Hx0; apply Hmono, Ht|rewrite Hx0; lra]. }
    assert (H1 : 0 <= (exp (x t) * exp (x t) - 1) * (kappa ^ 2 * (v 0%nat * v 0%nat))).
    { apply Rmult_le_pos; [nra|]. apply Rmult_le_pos; [apply pow2_ge_0|apply Rle_0_sqr]. }
    nra.
Qed.
End Bilinear.

(** [theorem_2_fcn]: all hypotheses at once, and the output weight grows. *)
Definition one_neuron (l : nat) : nat := match l with O => 0%nat | _ => 1%nat end.
Definition output_and_bias : list parameter := [Weight 1 0 0; Bias 0 0].

Lemma one_neuron_fcn th : fcn one_neuron 1 th (fun _ => 0) = th (Weight 1 0 0) * (sqrt (2 / 1) * relu (th (Bias 0 0))).
Proof. unfold fcn, features, preactivation; simpl. rewrite !Rplus_0_l. reflexivity. Qed.

Lemma one_neuron_bilinear v w : 0 < w ->
  fcn one_neuron 1 (placed parameter_eq (Weight 1 0 0) (Bias 0 0) (fun _ => 0) v w) (fun _ => 0) = sqrt 2 * v * w.
Proof.
  intros Hw. rewrite one_neuron_fcn. unfold placed; simpl. unfold relu. rewrite Rmax_right by lra.
  replace (2 / 1) with 2 by field. ring.
Qed.

Theorem moving_fcn : exists theta : R -> parameter -> R,
  different 1 0 (fun _ _ => 0) /\ (0 < one_neuron 1)%nat /\ signs 1 (fun _ => 1) /\ NoDup output_and_bias /\
  (forall c, (c < one_neuron 1)%nat -> In (Weight 1 0 c) output_and_bias) /\
  (forall r, (r < one_neuron 1)%nat -> In (Bias 0 r) output_and_bias) /\
  gradient_flow parameter_eq output_and_bias 1 (fun th (i : nat) => fcn one_neuron 1 th (fun _ => 0)) (fun _ => 1) theta /\
  (forall s t, s < t -> theta s (Weight 1 0 0) < theta t (Weight 1 0 0)) /\ (forall p, Rabs (theta 0 p) <= 1) /\
  forall t, 0 <= t -> below 1 (empirical parameter_eq output_and_bias (fun th (i : nat) => fcn one_neuron 1 th (fun _ => 0)) (theta t)) 4.
Proof.
  destruct (bilinear_flow parameter_eq (Weight 1 0 0) (Bias 0 0) ltac:(discriminate) (fun _ => 0)
    (fun th (_ : nat) => fcn one_neuron 1 th (fun _ => 0)) (fun th th' _ E => fcn_ext one_neuron 1 th th' _ E)
    (sqrt 2) (sqrt_lt_R0 2 ltac:(lra)) one_neuron_bilinear) as [theta [Hflow [Hmove [H0 HK]]]].
  exists theta. split; [intros i j Hi Hj Hij; lia|]. split; [simpl; lia|]. split; [intros i _; left; reflexivity|].
  split; [constructor; [intros [E|[]]; discriminate|]; constructor; [intros []|constructor]|].
  split; [intros c Hc; simpl in Hc; assert (c = 0)%nat by lia; subst c; left; reflexivity|].
  split; [intros r Hr; simpl in Hr; assert (r = 0)%nat by lia; subst r; right; left; reflexivity|].
  split; [exact Hflow|]. split; [exact Hmove|]. split.
  - intros p. rewrite H0. unfold placed. destruct (parameter_eq p (Bias 0 0)), (parameter_eq p (Weight 1 0 0)); apply Rabs_le; lra.
  - intros t Ht. replace 4 with (2 * sqrt 2 ^ 2) by (simpl; rewrite Rmult_1_r, sqrt_sqrt by lra; ring). apply HK, Ht.
Qed.

(** [theorem_2_resnet] with alpha = 1; the other parameters are zero and frozen. *)
Definition output_and_branch_bias : list resnet_parameter := [OutWeight 0; BranchBias 0 0].

Lemma one_block_bilinear v w : 0 < w ->
  resnet 0 1 1 1 (placed resnet_parameter_eq (OutWeight 0) (BranchBias 0 0) (fun _ => 0) v w) (fun _ => 0) = 1 * v * w.
Proof.
  intros Hw. unfold resnet, residual_features, branch; simpl. unfold placed; simpl. replace (1 / 1) with 1 by field. rewrite sqrt_1. ring.
Qed.

Theorem moving_resnet : exists theta : R -> resnet_parameter -> R,
  different 1 0 (fun _ _ => 0) /\ (0 < 1)%nat /\ 1 <> 0 /\ signs 1 (fun _ => 1) /\ NoDup output_and_branch_bias /\
  (forall c, (c < 1)%nat -> In (OutWeight c) output_and_branch_bias) /\
  (forall r, (r < 1)%nat -> In (BranchBias 0 r) output_and_branch_bias) /\
  gradient_flow resnet_parameter_eq output_and_branch_bias 1 (fun th (i : nat) => resnet 0 1 1 1 th (fun _ => 0)) (fun _ => 1) theta /\
  (forall s t, s < t -> theta s (OutWeight 0) < theta t (OutWeight 0)) /\ (forall p, Rabs (theta 0 p) <= 1) /\
  forall t, 0 <= t -> below 1 (empirical resnet_parameter_eq output_and_branch_bias (fun th (i : nat) => resnet 0 1 1 1 th (fun _ => 0)) (theta t)) 2.
Proof.
  destruct (bilinear_flow resnet_parameter_eq (OutWeight 0) (BranchBias 0 0) ltac:(discriminate) (fun _ => 0)
    (fun th (_ : nat) => resnet 0 1 1 1 th (fun _ => 0)) (fun th th' _ E => resnet_ext 0 1 1 1 th th' _ E)
    1 Rlt_0_1 one_block_bilinear) as [theta [Hflow [Hmove [H0 HK]]]].
  exists theta. split; [intros i j Hi Hj Hij; lia|]. split; [lia|]. split; [lra|]. split; [intros i _; left; reflexivity|].
  split; [constructor; [intros [E|[]]; discriminate|]; constructor; [intros []|constructor]|].
  split; [intros c Hc; assert (c = 0)%nat by lia; subst c; left; reflexivity|].
  split; [intros r Hr; assert (r = 0)%nat by lia; subst r; right; left; reflexivity|].
  split; [exact Hflow|]. split; [exact Hmove|]. split.
  - intros p. rewrite H0. unfold placed. destruct (resnet_parameter_eq p (BranchBias 0 0)), (resnet_parameter_eq p (OutWeight 0)); apply Rabs_le; lra.
  - intros t Ht. replace 2 with (2 * 1 ^ 2) by ring. apply HK, Ht.
Qed.

(** ** Two classes: outputs kappa v_0 w and kappa v_1 w, label 1, v_1 = - v_0 = exp(x), w = sqrt 2 exp(x) *)
Section Two_rows.
Context {A : Type}.
Variable eq_dec : forall p q : A, {p = q} + {p <> q}.
Variables p0 p1 q : A.
Hypothesis distinct : p0 <> p1 /\ p0 <> q /\ p1 <> q.
Variable base : A -> R.
Definition placed_rows (v0 v1 w : R) (r : A) : R :=
  if eq_dec r q then w else if eq_dec r p0 then v0 else if eq_dec r p1 then v1 else base r.
Variable F : (A -> R) -> nat -> R.
Hypothesis F_ext : forall theta theta' i, (forall r, theta r = theta' r) -> F theta i = F theta' i.
Variable kappa : R.
Hypothesis kappa_pos : 0 < kappa.
Hypothesis output_0 : forall v0 v1 w, 0 < w -> F (placed_rows v0 v1 w) 0%nat = kappa * v0 * w.
Hypothesis output_1 : forall v0 v1 w, 0 < w -> F (placed_rows v0 v1 w) 1%nat = kappa * v1 * w.

Let value (a : nat) (v0 v1 : R) : R := match a with O => v0 | _ => v1 end.
Let own (a : nat) (r : A) : R := if eq_dec r (match a with O => p0 | _ => p1 end) then 1 else 0.

Lemma output_row a v0 v1 w : (a < 2)%nat -> 0 < w -> F (placed_rows v0 v1 w) a = kappa * value a v0 v1 * w.
Proof. intros Ha Hw. destruct a as [|[|a]]; [apply output_0, Hw|apply output_1, Hw|lia]. Qed.

Ltac decide_all := repeat match goal with |- context [eq_dec ?u ?v] => destruct (eq_dec u v) end; reflexivity || (exfalso; congruence).

Lemma rows_differentiable a v0 v1 w : (a < 2)%nat -> 0 < w ->
  differentiable [p0; p1; q] F (placed_rows v0 v1 w) a (fun r => if eq_dec r q then kappa * value a v0 v1 else kappa * w * own a r).
Proof.
  intros Ha Hw e He. destruct distinct as [D1 [D2 D3]].
  assert (Hq : 0 < e / kappa) by (apply Rdiv_lt_0_compat; assumption).
  exists (Rmin w (e / kappa)). split; [apply Rmin_glb_lt; assumption|]. intros h Hoff Hh.
  assert (H1 := Hh q (or_intror (or_intror (or_introl eq_refl)))). assert (M1 := Rmin_l w (e / kappa)). assert (M2 := Rmin_r w (e / kappa)).
  assert (Hb := Rabs_def2 _ _ H1).
  rewrite (F_ext (fun r => placed_rows v0 v1 w r + h r) (placed_rows (v0 + h p0) (v1 + h p1) (w + h q))).
  - rewrite !output_row by (exact Ha || lra). simpl.
    destruct (eq_dec p0 q); [contradiction|]. destruct (eq_dec p1 q); [contradiction|]. destruct (eq_dec q q); [|contradiction].
    set (hp := value a (h p0) (h p1)).
    assert (E : kappa * w * own a p0 * h p0 + (kappa * w * own a p1 * h p1 + (kappa * value a v0 v1 * h q + 0))
            = kappa * w * hp + kappa * value a v0 v1 * h q).
    { unfold hp, own, value. destruct a; repeat match goal with |- context [eq_dec ?u ?v] => destruct (eq_dec u v) end;
        solve [exfalso; congruence|ring]. }
    rewrite E.
    assert (Ev : value a (v0 + h p0) (v1 + h p1) = value a v0 v1 + hp) by (unfold value, hp; destruct a; reflexivity). rewrite Ev.
    replace (kappa * (value a v0 v1 + hp) * (w + h q) - kappa * value a v0 v1 * w - (kappa * w * hp + kappa * value a v0 v1 * h q))
      with (kappa * h q * hp) by ring.
    rewrite !Rabs_mult, (Rabs_pos_eq kappa) by lra.
    assert (A0 := Rabs_pos (h p0)). assert (A1 := Rabs_pos (h p1)). assert (A2 := Rabs_pos (h q)).
    assert (kappa * Rabs (h q) <= e).
    { replace e with (kappa * (e / kappa)) by (field; lra). apply Rmult_le_compat_l; lra. }
    assert (Rabs hp <= Rabs (h p0) + Rabs (h p1)) by (unfold hp, value; destruct a; lra).
    assert (0 <= Rabs hp) by apply Rabs_pos. nra.
  - intros r. unfold placed_rows. destruct (eq_dec r q) as [->|H2]; [reflexivity|]. destruct (eq_dec r p0) as [->|H3]; [reflexivity|].
    destruct (eq_dec r p1) as [->|H4]; [reflexivity|].
    rewrite (Hoff r); [ring|]. intros [E|[E|[E|[]]]]; [apply H3|apply H4|apply H2]; symmetry; exact E.
Qed.

Lemma rows_once : NoDup [p0; p1; q].
Proof.
  destruct distinct as [D1 [D2 D3]]. constructor; [intros [E|[E|[]]]; congruence|].
  constructor; [intros [E|[]]; congruence|]. constructor; [intros []|constructor].
Qed.

Lemma rows_partial a v0 v1 w r : (a < 2)%nat -> 0 < w -> In r [p0; p1; q] ->
  partial eq_dec F (placed_rows v0 v1 w) a r = if eq_dec r q then kappa * value a v0 v1 else kappa * w * own a r.
Proof.
  intros Ha Hw Hr. symmetry.
  apply (gradient eq_dec [p0; p1; q] F rows_once F_ext (placed_rows v0 v1 w) a
    (fun r => if eq_dec r q then kappa * value a v0 v1 else kappa * w * own a r) r Hr (rows_differentiable a v0 v1 w Ha Hw)).
Qed.

Theorem two_rows_flow : exists theta : R -> A -> R,
  class_gradient_flow eq_dec [p0; p1; q] 1 2 F (fun _ => 1%nat) theta /\ (forall s t, s < t -> theta s p1 < theta t p1) /\
  (forall t, 0 <= t -> below (1 * 2) (empirical eq_dec [p0; p1; q] F (theta t)) (2 * kappa ^ 2)).
Proof.
  destruct distinct as [D1 [D2 D3]].
  set (top := sqrt 2 * kappa). assert (Hs : 0 < sqrt 2) by (apply sqrt_lt_R0; lra).
  assert (Hss : sqrt 2 * sqrt 2 = 2) by (apply sqrt_sqrt; lra).
  assert (Ha0 : 0 < top) by (apply Rmult_lt_0_compat; assumption).
  destruct (scalar_flow (speed top (2 * top)) top (speed_continuous top (2 * top)) (fun x => speed_range top (2 * top) x Ha0)) as [x [Hx0 Hx]].
  set (theta := fun t => placed_rows (- exp (x t)) (exp (x t)) (sqrt 2 * exp (x t))).
  assert (Hw : forall t, 0 < sqrt 2 * exp (x t)) by (intros t; apply Rmult_lt_0_compat; [exact Hs|apply exp_pos]).
  assert (F0 : forall t, F (theta t) 0%nat = - (top * exp (x t + x t))).
  { intros t. unfold theta. rewrite output_0 by apply Hw. rewrite exp_plus. unfold top. ring. }
  assert (F1 : forall t, F (theta t) 1%nat = top * exp (x t + x t)).
  { intros t. unfold theta. rewrite output_1 by apply Hw. rewrite exp_plus. unfold top. ring. }
  set (u := fun t => / (1 + exp (2 * top * exp (x t + x t)))).
  assert (Hy : labels 1 2 (fun _ => 1%nat)) by (intros i _; lia).
  assert (Hr : forall t, class_residual 2 (fun _ => 1%nat) (fun a t => F (theta t) a) t 0 = u t
            /\ class_residual 2 (fun _ => 1%nat) (fun a t => F (theta t) a) t 1 = - u t).
  { intros t. assert (H := two_classes_residual 1 (fun _ => 1%nat) (fun a t => F (theta t) a) t 0 Hy ltac:(lia)). simpl in H.
    assert (E : residual (margin (sign_of (fun _ => 1%nat)) (difference_output (fun a t => F (theta t) a))) t 0 = u t).
    { unfold residual, margin, difference_output, sign_of, u; simpl. rewrite F0, F1. do 3 f_equal. ring. }
    rewrite E in H. unfold sign_of in H; simpl in H. destruct H as [H0 H1]. rewrite H0, H1. split; ring. }
  assert (He : forall t, is_derive (fun t => exp (x t)) t (top * u t * exp (x t))).
  { intros t. evar_last; [apply (is_derive_comp exp x t (exp (x t))); [apply is_derive_Reals, derivable_pt_lim_exp|apply Hx]|].
    unfold scal; simpl; unfold mult; simpl. unfold speed, u, Rdiv. ring. }
  assert (Hcont : forall a t, (a < 1 * 2)%nat -> continuous (fun t => F (theta t) a) t).
  { intros a t Ha. destruct a as [|[|a]]; [| |simpl in Ha; lia].
    - apply (continuous_ext (fun t => - (top * exp (x t + x t)))); [intros; symmetry; apply F0|].
      apply (ex_derive_continuous (fun t => - (top * exp (x t + x t)))). auto_derive. repeat split; eexists; apply Hx.
    - apply (continuous_ext (fun t => top * exp (x t + x t))); [intros; symmetry; apply F1|].
      apply (ex_derive_continuous (fun t => top * exp (x t + x t))). auto_derive. repeat split; eexists; apply Hx. }
  exists theta. split; [split; [|split; [|split]]|split].
  - intros T. exists nil. intros t _ _. split.
    + intros r Hin. destruct (Hr t) as [R0 R1]. simpl sum. rewrite R0, R1.
      assert (P0 : partial eq_dec F (theta t) 0 r = _) by (apply rows_partial; [lia|apply Hw|exact Hin]).
      assert (P1 : partial eq_dec F (theta t) 1 r = _) by (apply rows_partial; [lia|apply Hw|exact Hin]).
      rewrite P0, P1. unfold value, own. clear P0 P1.
      destruct Hin as [<-|[<-|[<-|[]]]].
      * apply (is_derive_ext (fun t => - exp (x t))).
        { intros s. unfold theta, placed_rows. decide_all. }
        evar_last; [apply (is_derive_opp (fun t => exp (x t))), He|].
        destruct (eq_dec p0 q); [contradiction|]. destruct (eq_dec p0 p0); [|contradiction]. destruct (eq_dec p0 p1); [contradiction|].
        unfold opp; simpl. unfold top. ring.
      * apply (is_derive_ext (fun t => exp (x t))).
        { intros s. unfold theta, placed_rows. decide_all. }
        evar_last; [apply He|].
        destruct (eq_dec p1 q); [contradiction|]. destruct (eq_dec p1 p1); [|contradiction].
        destruct (eq_dec p1 p0) as [E|]; [symmetry in E; contradiction|]. unfold top. ring.
      * apply (is_derive_ext (fun t => sqrt 2 * exp (x t))).
        { intros s. unfold theta, placed_rows. decide_all. }
        evar_last; [apply (is_derive_scal (fun t => exp (x t)) t (sqrt 2)), He|].
        destruct (eq_dec q q); [|contradiction]. unfold top.
        transitivity (sqrt 2 * sqrt 2 * kappa * u t * exp (x t)); [ring|]. rewrite Hss. ring.
    + intros a Ha. simpl in Ha. eexists. apply rows_differentiable; [lia|apply Hw].
  - intros a t Ha _. apply Hcont, Ha.
  - intros a Ha P HP. destruct (Hcont a 0 Ha P HP) as [d Hd]. exists d. intros t Ht _. apply Hd, Ht.
  - intros t r r' Hn. unfold theta, placed_rows.
    destruct (eq_dec r' q) as [->|]; [destruct Hn; right; right; left; reflexivity|].
    destruct (eq_dec r' p0) as [->|]; [destruct Hn; left; reflexivity|].
    destruct (eq_dec r' p1) as [->|]; [destruct Hn; right; left; reflexivity|reflexivity].
  - intros s t Hst. assert (Hp : forall r, theta r p1 = exp (x r)) by (intros r; unfold theta, placed_rows; decide_all).
    rewrite !Hp. apply exp_increasing.
    destruct (MVT_gen x s t (fun z => speed top (2 * top) (x z))) as [z [_ Hz]].
    + intros; apply Hx.
    + intros z _. apply continuity_pt_filterlim. apply (ex_derive_continuous x). eexists. apply Hx.
    + assert (H := speed_range top (2 * top) (x z) Ha0). nra.
  - intros t Ht v.
    assert (Hge : 1 <= exp (x t)).
    { rewrite <- exp_0. destruct Ht as [Ht|<-]; [|rewrite Hx0; lra]. left. apply exp_increasing.
      destruct (MVT_gen x 0 t (fun z => speed top (2 * top) (x z))) as [z [_ Hz]].
      - intros; apply Hx.
      - intros z _. apply continuity_pt_filterlim. apply (ex_derive_continuous x). eexists. apply Hx.
      - assert (H := speed_range top (2 * top) (x z) Ha0). nra. }
    assert (P : forall a r, (a < 2)%nat -> In r [p0; p1; q] ->
              partial eq_dec F (theta t) a r = if eq_dec r q then kappa * value a (- exp (x t)) (exp (x t)) else kappa * (sqrt 2 * exp (x t)) * own a r).
    { intros a r Ha Hin. apply rows_partial; [exact Ha|apply Hw|exact Hin]. }
    unfold norm2, quad, empirical. simpl (1 * 2)%nat. unfold sum, parameter_sum.
    rewrite !P by (lia || (simpl; tauto)). unfold value, own.
    repeat match goal with |- context [eq_dec ?u ?v] => destruct (eq_dec u v); try (exfalso; congruence) end.
    set (h := exp (x t)) in *. set (a := v 0%nat). set (b := v 1%nat).
    assert (E2 : 0 <= (h * h - 1) * (kappa ^ 2 * (a ^ 2 + b ^ 2))).
    { apply Rmult_le_pos; [nra|]. apply Rmult_le_pos; [apply pow2_ge_0|]. assert (H1 := pow2_ge_0 a). assert (H2 := pow2_ge_0 b). lra. }
    assert (E3 : 0 <= kappa ^ 2 * h ^ 2 * (a - b) ^ 2) by (apply Rmult_le_pos; [apply Rmult_le_pos|]; apply pow2_ge_0).
    match goal with |- _ <= ?r => replace r with (sqrt 2 * sqrt 2 * (kappa ^ 2 * h ^ 2) * (a ^ 2 + b ^ 2) + kappa ^ 2 * h ^ 2 * (a - b) ^ 2) by ring end.
    rewrite Hss. nra.
Qed.
End Two_rows.

(** [theorem_2_fcn_classes]: all hypotheses at once, and an output weight grows. *)
Definition two_rows_and_bias : list parameter := [Weight 1 0 0; Weight 1 1 0; Bias 0 0].

Theorem moving_fcn_classes : exists theta : R -> parameter -> R,
  labels 1 2 (fun _ => 1%nat) /\ different 1 0 (fun _ _ => 0) /\ (0 < one_neuron 1)%nat /\ NoDup two_rows_and_bias /\
  (forall c j, (c < 2)%nat -> (j < one_neuron 1)%nat -> In (Weight 1 c j) two_rows_and_bias) /\
  (forall r, (r < one_neuron 1)%nat -> In (Bias 0 r) two_rows_and_bias) /\
  class_gradient_flow parameter_eq two_rows_and_bias 1 2
    (fun th a => fcn_classes one_neuron 1 th (fun _ => 0) (a mod 2)%nat) (fun _ => 1%nat) theta /\
  (forall s t, s < t -> theta s (Weight 1 1 0) < theta t (Weight 1 1 0)) /\
  forall t, 0 <= t -> below (1 * 2) (empirical parameter_eq two_rows_and_bias (fun th a => fcn_classes one_neuron 1 th (fun _ => 0) (a mod 2)%nat) (theta t)) 4.
Proof.
  assert (HF : forall th c, fcn_classes one_neuron 1 th (fun _ => 0) c = th (Weight 1 c 0) * (sqrt (2 / 1) * relu (th (Bias 0 0)))).
  { intros th c. unfold fcn_classes, features, preactivation; simpl. rewrite !Rplus_0_l. reflexivity. }
  assert (HB : forall v0 v1 w a, (a < 2)%nat -> 0 < w ->
    fcn_classes one_neuron 1 (placed_rows parameter_eq (Weight 1 0 0) (Weight 1 1 0) (Bias 0 0) (fun _ => 0) v0 v1 w) (fun _ => 0) (a mod 2)%nat
      = sqrt 2 * match a with O => v0 | _ => v1 end * w).
  { intros v0 v1 w a Ha Hw. rewrite HF. replace (2 / 1) with 2 by field.
    destruct a as [|[|a]]; [| |lia]; simpl; unfold placed_rows; simpl; unfold relu; rewrite Rmax_right by lra; ring. }
  destruct (two_rows_flow parameter_eq (Weight 1 0 0) (Weight 1 1 0) (Bias 0 0) ltac:(repeat split; discriminate) (fun _ => 0)
    (fun th a => fcn_classes one_neuron 1 th (fun _ => 0) (a mod 2)%nat) (fun th th' _ E => fcn_classes_ext one_neuron 1 th th' _ _ E)
    (sqrt 2) (sqrt_lt_R0 2 ltac:(lra)) (fun v0 v1 w => HB v0 v1 w 0%nat ltac:(lia)) (fun v0 v1 w => HB v0 v1 w 1%nat ltac:(lia)))
    as [theta [Hflow [Hmove HK]]].
  exists theta. split; [intros i _; lia|]. split; [intros i j Hi Hj Hij; lia|]. split; [simpl; lia|].
  split; [apply rows_once; repeat split; discriminate|].
  split; [|split; [|split; [exact Hflow|split; [exact Hmove|]]]].
  - intros c j Hc Hj. simpl in Hj. assert (j = 0)%nat by lia. subst j. destruct c as [|[|c]]; [left|right; left|lia]; reflexivity.
  - intros r Hr. simpl in Hr. assert (r = 0)%nat by lia. subst r. right; right; left; reflexivity.
  - intros t Ht. replace 4 with (2 * sqrt 2 ^ 2) by (simpl; rewrite Rmult_1_r, sqrt_sqrt by lra; ring). apply HK, Ht.
Qed.

(** [theorem_2_resnet_classes], alpha = 1. *)
Definition two_rows_and_branch_bias : list class_parameter := [Row 0 0; Row 1 0; Shared (BranchBias 0 0)].

Theorem moving_resnet_classes : exists theta : R -> class_parameter -> R,
  labels 1 2 (fun _ => 1%nat) /\ different 1 0 (fun _ _ => 0) /\ (0 < 1)%nat /\ 1 <> 0 /\ NoDup two_rows_and_branch_bias /\
  (forall c j, (c < 2)%nat -> (j < 1)%nat -> In (Row c j) two_rows_and_branch_bias) /\
  (forall r, (r < 1)%nat -> In (Shared (BranchBias 0 r)) two_rows_and_branch_bias) /\
  class_gradient_flow class_parameter_eq two_rows_and_branch_bias 1 2
    (fun th a => resnet_classes 0 1 1 1 th (fun _ => 0) (a mod 2)%nat) (fun _ => 1%nat) theta /\
  (forall s t, s < t -> theta s (Row 1 0) < theta t (Row 1 0)) /\
  forall t, 0 <= t -> below (1 * 2) (empirical class_parameter_eq two_rows_and_branch_bias (fun th a => resnet_classes 0 1 1 1 th (fun _ => 0) (a mod 2)%nat) (theta t)) 2.
Proof.
  assert (HB : forall v0 v1 w a, (a < 2)%nat -> 0 < w ->
    resnet_classes 0 1 1 1 (placed_rows class_parameter_eq (Row 0 0) (Row 1 0) (Shared (BranchBias 0 0)) (fun _ => 0) v0 v1 w) (fun _ => 0) (a mod 2)%nat
      = 1 * match a with O => v0 | _ => v1 end * w).
  { intros v0 v1 w a Ha Hw. unfold resnet_classes, residual_features, branch.
    destruct a as [|[|a]]; [| |lia]; simpl; unfold placed_rows; simpl; replace (1 / 1) with 1 by field; rewrite sqrt_1; ring. }
  destruct (two_rows_flow class_parameter_eq (Row 0 0) (Row 1 0) (Shared (BranchBias 0 0)) ltac:(repeat split; discriminate) (fun _ => 0)
    (fun th a => resnet_classes 0 1 1 1 th (fun _ => 0) (a mod 2)%nat)
    (fun th th' _ E => resnet_classes_ext 0 1 1 1 th th' _ _ E)
    1 Rlt_0_1 (fun v0 v1 w => HB v0 v1 w 0%nat ltac:(lia)) (fun v0 v1 w => HB v0 v1 w 1%nat ltac:(lia)))
    as [theta [Hflow [Hmove HK]]].
  exists theta. split; [intros i _; lia|]. split; [intros i j Hi Hj Hij; lia|]. split; [lia|]. split; [lra|].
  split; [apply rows_once; repeat split; discriminate|].
  split; [|split; [|split; [exact Hflow|split; [exact Hmove|]]]].
  - intros c j Hc Hj. assert (j = 0)%nat by lia. subst j. destruct c as [|[|c]]; [left|right; left|lia]; reflexivity.
  - intros r Hr. assert (r = 0)%nat by lia. subst r. right; right; left; reflexivity.
  - intros t Ht. replace 2 with (2 * 1 ^ 2) by ring. apply HK, Ht.
Qed.

