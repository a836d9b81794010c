(** Networks in training for which the hypotheses of the theorems on (2.1) and (2.2) hold together: in those of
    Theorem 2 the output weight and the last bias move; in those of Theorem 1 the output weight, by which the kernel is
    constant and positive. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation output_bound layer_kernels network_kernels definiteness parameter_sums
  gradient_flow fcn_network resnet_network scalar_flow moving_networks witnesses.
Import ListNotations.
Open Scope R_scope.

(** ** Trained parameters of which one, p, is the output up to a factor kappa, and the others are without effect *)
Section Linear.
Context {A : Type}.
Variable eq_dec : forall p q : A, {p = q} + {p <> q}.
Variable p : A.
Variable trained : list A.
Hypothesis once : NoDup trained.
Hypothesis p_trained : In p trained.
Variable base : A -> R.
Variable F : (A -> R) -> nat -> R.
Variable kappa : R.
Hypothesis kappa_pos : 0 < kappa.
Hypothesis linear : forall theta i, (forall r, ~ In r trained -> theta r = base r) -> F theta i = kappa * theta p.
Definition with_value (v : R) : A -> R := update eq_dec base p v.
Definition linear_speed (x : R) : R := kappa / (1 + exp (kappa * x)).

Lemma with_value_p v : with_value v p = v.
Proof. unfold with_value, update. destruct (eq_dec p p); [reflexivity|contradiction]. Qed.

Lemma with_value_off v r : ~ In r trained -> with_value v r = base r.
Proof. intros Hr. unfold with_value, update. destruct (eq_dec r p) as [->|]; [contradiction|reflexivity]. Qed.

Lemma with_value_output v i : F (with_value v) i = kappa * v.
Proof. rewrite linear, with_value_p; [reflexivity|]. intros r Hr. apply with_value_off, Hr. Qed.

Lemma with_value_partial v i q : In q trained -> partial eq_dec F (with_value v) i q = if eq_dec q p then kappa else 0.
Proof.
  intros Hq. apply is_derive_unique.
  apply (is_derive_ext (fun w => kappa * (if eq_dec q p then w else v))).
  - intros w. rewrite linear.
    + unfold update at 1. destruct (eq_dec q p) as [->|Hne]; [destruct (eq_dec p p); [reflexivity|contradiction]|].
      destruct (eq_dec p q); [subst; contradiction|]. rewrite with_value_p. reflexivity.
    + intros r Hr. unfold update. destruct (eq_dec r q) as [->|]; [contradiction|apply with_value_off, Hr].
  - destruct (eq_dec q p); auto_derive; try exact I; ring.
Qed.

Lemma with_value_empirical v i j : empirical eq_dec trained F (with_value v) i j = kappa ^ 2.
Proof.
  unfold empirical. rewrite (parameter_sum_ext trained _ (fun q => if eq_dec q p then kappa ^ 2 else 0)).
  - rewrite (parameter_sum_single eq_dec trained p); [destruct (eq_dec p p); [reflexivity|contradiction]|exact once|exact p_trained|].
    intros q Hq. destruct (eq_dec q p); [contradiction|reflexivity].
  - intros q Hq. rewrite !with_value_partial by exact Hq. destruct (eq_dec q p); ring.
Qed.

Theorem linear_flow : exists theta : R -> A -> R,
  gradient_flow eq_dec trained 1 F (fun _ => 1) theta /\ theta 0 = with_value 0 /\
  forall t i j, empirical eq_dec trained F (theta t) i j = kappa ^ 2.
Proof.
  destruct (scalar_flow linear_speed kappa) as [x [H0 Hx]].
  { intros v. apply (ex_derive_continuous linear_speed). unfold linear_speed. assert (E := exp_pos (kappa * v)). auto_derive. lra. }
  { intros v. unfold linear_speed. assert (E := exp_pos (kappa * v)). split; [apply Rdiv_lt_0_compat; lra|].
    apply (Rmult_le_reg_r (1 + exp (kappa * v))); [lra|].
    replace (kappa / (1 + exp (kappa * v)) * (1 + exp (kappa * v))) with kappa by (field; lra). nra. }
  assert (Hc : forall i t, continuous (fun t => F (with_value (x t)) i) t).
  { intros i t. apply (continuous_ext (fun t => kappa * x t)); [intros; symmetry; apply with_value_output|].
    apply (ex_derive_continuous (fun t => kappa * x t)). auto_derive. eexists; apply Hx. }
  exists (fun t => with_value (x t)). split; [split; [|split; [|split]]|split].
  - intros T. exists nil. intros t _ _. split.
    + intros q Hq. simpl sum. rewrite with_value_partial by exact Hq. unfold residual, margin. rewrite with_value_output, !Rmult_1_l.
      destruct (eq_dec q p) as [->|Hne].
      * apply (is_derive_ext x); [intros; symmetry; apply with_value_p|]. evar_last; [apply Hx|].
        unfold linear_speed, Rdiv. ring.
      * apply (is_derive_ext (fun _ => base q)); [intros; unfold with_value, update; destruct (eq_dec q p); [contradiction|reflexivity]|].
        evar_last; [apply (is_derive_const (base q) t)|]. unfold zero; simpl. ring.
    + intros i _. exists (fun q => if eq_dec q p then kappa else 0). intros e He. exists 1. split; [lra|]. intros h Hoff _.
      rewrite with_value_output, linear, with_value_p by (intros r Hr; rewrite (Hoff r Hr), with_value_off by exact Hr; ring).
      rewrite (parameter_sum_single eq_dec trained p) with (f := fun q => (if eq_dec q p then kappa else 0) * h q);
        [|exact once|exact p_trained|intros q Hq; destruct (eq_dec q p); [contradiction|ring]].
      destruct (eq_dec p p); [|contradiction]. replace (kappa * (x t + h p) - kappa * x t - kappa * h p) with 0 by ring. rewrite Rabs_R0.
      apply Rmult_le_pos; [lra|]. apply parameter_sum_nonneg. intros; apply Rabs_pos.
  - intros i t _ _. apply Hc.
  - intros i _ P HP. destruct (Hc i 0 P HP) as [d Hd]. exists d. intros t Ht _. apply Hd, Ht.
  - intros t r q Hn. rewrite !with_value_off by exact Hn. reflexivity.
  - rewrite H0. reflexivity.
  - intros t. apply with_value_empirical.
Qed.
End Linear.

Lemma single_below K c : K 0%nat 0%nat = c -> below 1 K c.
Proof. intros <- v. unfold norm2, quad; simpl. assert (B := Rle_0_sqr (v 0%nat)). unfold Rsqr in B. nra. Qed.

(** The network (2.1) of one neuron with its bias frozen at 1: f = sqrt 2 w. *)
Definition only_output : list parameter := [Weight 1 0 0].
Definition unit_bias (p : parameter) : R := match p with Weight _ _ _ => 0 | Bias _ _ => 1 end.

Lemma only_output_once : NoDup only_output.
Proof. constructor; [intros []|constructor]. Qed.

Lemma learning_fcn : exists theta : R -> parameter -> R,
  gradient_flow parameter_eq only_output 1 (fun th (i : nat) => fcn one_neuron 1 th (fun _ => 0)) (fun _ => 1) theta /\
  forall t i j, empirical parameter_eq only_output (fun th (i : nat) => fcn one_neuron 1 th (fun _ => 0)) (theta t) i j = 2.
Proof.
  assert (Hs : 0 < sqrt 2) by (apply sqrt_lt_R0; lra). assert (Hss : sqrt 2 ^ 2 = 2) by (simpl; rewrite Rmult_1_r; apply sqrt_sqrt; lra).
  destruct (linear_flow parameter_eq (Weight 1 0 0) only_output only_output_once (or_introl eq_refl) unit_bias
    (fun th (i : nat) => fcn one_neuron 1 th (fun _ => 0)) (sqrt 2) Hs) as [theta [Hflow [_ HK]]].
  - intros th i Hoff. rewrite one_neuron_fcn, (Hoff (Bias 0 0)) by (intros [E|[]]; discriminate). simpl.
    unfold relu. rewrite Rmax_right by lra. replace (2 / 1) with 2 by field. ring.
  - exists theta. split; [exact Hflow|]. intros t i j. rewrite HK. exact Hss.
Qed.

(** The network (2.2) with one block of zeros and its input bias frozen: f = kappa w, whether the last bias d is trained, at alpha = 0, or not. *)
Definition only_readout : list resnet_parameter := [OutWeight 0].
Definition input_bias (kappa : R) (p : resnet_parameter) : R := match p with InBias _ => kappa | _ => 0 end.

Lemma only_readout_once : NoDup only_readout.
Proof. constructor; [intros []|constructor]. Qed.

Lemma learning_resnet : exists theta : R -> resnet_parameter -> R,
  gradient_flow resnet_parameter_eq only_readout 1 (fun th (i : nat) => resnet 0 1 1 1 th (fun _ => 0)) (fun _ => 1) theta /\
  forall t i j, empirical resnet_parameter_eq only_readout (fun th (i : nat) => resnet 0 1 1 1 th (fun _ => 0)) (theta t) i j = 1.
Proof.
  destruct (linear_flow resnet_parameter_eq (OutWeight 0) only_readout only_readout_once (or_introl eq_refl) (input_bias 1)
    (fun th (i : nat) => resnet 0 1 1 1 th (fun _ => 0)) 1 Rlt_0_1) as [theta [Hflow [_ HK]]].
  - intros th i Hoff. unfold resnet, residual_features, branch; simpl.
    rewrite (Hoff (InBias 0)), (Hoff (BranchBias 0 0)), (Hoff (BranchWeight 0 0 0)) by (intros [E|[]]; discriminate). simpl.
    replace (1 / 1) with 1 by field. rewrite sqrt_1. ring.
  - exists theta. split; [exact Hflow|]. intros t i j. rewrite HK. ring.
Qed.

Lemma learning_resnet_0 kappa : 0 < kappa -> exists theta : R -> resnet_parameter -> R,
  gradient_flow resnet_parameter_eq output_and_branch_bias 1 (fun th (i : nat) => resnet 0 1 0 1 th (fun _ => 0)) (fun _ => 1) theta /\
  forall t i j, empirical resnet_parameter_eq output_and_branch_bias (fun th (i : nat) => resnet 0 1 0 1 th (fun _ => 0)) (theta t) i j = kappa ^ 2.
Proof.
  intros Hk.
  destruct (linear_flow resnet_parameter_eq (OutWeight 0) output_and_branch_bias
    ltac:(constructor; [intros [E|[]]; discriminate|constructor; [intros []|constructor]]) (or_introl eq_refl) (input_bias kappa)
    (fun th (i : nat) => resnet 0 1 0 1 th (fun _ => 0)) kappa Hk) as [theta [Hflow [_ HK]]].
  - intros th i Hoff. unfold resnet, residual_features, branch; simpl.
    rewrite (Hoff (InBias 0)) by (intros [E|[E|[]]]; discriminate). simpl. replace (1 / 1) with 1 by field. rewrite sqrt_1. ring.
  - exists theta. split; [exact Hflow|]. intros t i j. apply HK.
Qed.

(** ** The witnesses *)
(** The diagonal of an empirical NTK is a sum of squares. *)
Lemma diagonal_label {A : Type} eq_dec (trained : list A) F theta c : c <= 0 ->
  label 1 (fun _ => 1) (empirical eq_dec trained F theta) c.
Proof.
  intros Hc v _. unfold quad, signed; simpl. assert (S := Rle_0_sqr (v 0%nat)). unfold Rsqr in S.
  assert (E : 0 <= empirical eq_dec trained F theta 0 0) by (apply parameter_sum_nonneg; intros; apply Rle_0_sqr).
  assert (0 <= v 0%nat * v 0%nat * empirical eq_dec trained F theta 0 0) by (apply Rmult_le_pos; assumption). nra.
Qed.

Lemma one_point_different : different 1 0 (fun _ _ => 0).
Proof. intros i j Hi Hj Hij. lia. Qed.

Lemma fcn_ntk_definite : exists l, 0 < l /\ below 1 (fcn_ntk (gram 0 (fun _ _ => 0)) 1) l.
Proof.
  apply definite_below_positive; [apply fcn_ntk_symmetric_psd, one_point_different|].
  apply proposition_2; [exact one_point_different|lia].
Qed.

Lemma resnet_ntk_definite : exists l, 0 < l /\ below 1 (resnet_ntk (gram 0 (fun _ _ => 0)) 1 1) l.
Proof.
  apply definite_below_positive; [apply resnet_ntk_symmetric_psd, one_point_different|].
  apply proposition_3; [exact one_point_different|lia|exact R1_neq_R0].
Qed.

Theorem witness_equation_3_2 : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F : (A -> R) ->
  nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (i : nat), (forall p : A, theta p = theta' p) -> F
  theta i = F theta' i) -> forall (s : nat -> R) (theta : R -> A -> R) (t : R) (i : nat), flows_at eq_dec
  trained n F s theta t -> (forall (r : R) (p : A), ~ In p trained -> theta r p = theta t p) -> (i < n)%nat ->
  False).
Proof.
  intros H. destruct moving_fcn as [theta [Hx [Hm [Hs [HD [HW [Hb [Hflow _]]]]]]]].
  destruct Hflow as [Hflow [_ [_ Hfix]]]. destruct (Hflow 2) as [kinks Hk].
  destruct (avoid kinks 0 1 Rlt_0_1) as [t [Ht Hn]].
  apply (H parameter parameter_eq output_and_bias 1%nat _ HD (fun th th' _ E => fcn_ext one_neuron 1 th th' _ E) _ theta t 0%nat (Hk t ltac:(lra) Hn));
    [intros r p Hp; apply Hfix, Hp|lia].
Qed.

Theorem witness_equation_C_22 : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F : (A -> R) ->
  nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (i : nat), (forall p : A, theta p = theta' p) -> F
  theta i = F theta' i) -> forall (s : nat -> R) (theta : R -> A -> R) (t : R), flows_at eq_dec trained n F s
  theta t -> (forall (r : R) (p : A), ~ In p trained -> theta r p = theta t p) -> False).
Proof.
  intros H. destruct moving_fcn as [theta [Hx [Hm [Hs [HD [HW [Hb [Hflow _]]]]]]]].
  destruct Hflow as [Hflow [_ [_ Hfix]]]. destruct (Hflow 2) as [kinks Hk].
  destruct (avoid kinks 0 1 Rlt_0_1) as [t [Ht Hn]].
  apply (H parameter parameter_eq output_and_bias 1%nat _ HD (fun th th' _ E => fcn_ext one_neuron 1 th th' _ E) _ theta t (Hk t ltac:(lra) Hn)).
  intros r p Hp; apply Hfix, Hp.
Qed.

Theorem witness_kernel_controls_output : ~ (forall (m : nat -> nat) (l : nat), (0 < m (S l))%nat -> forall (x : nat -> nat -> R) (trained : list parameter),
  (forall c : nat, (c < m (S l))%nat -> In (Weight (S l) 0 c) trained) -> (forall r : nat, (r < m (S l))%nat ->
  In (Bias l r) trained) -> forall (theta : parameter -> R) (i : nat), False).
Proof.
  intros H. destruct moving_fcn as [theta [Hx [Hm [Hs [HD [HW [Hb [Hflow _]]]]]]]].
  exact (H one_neuron 0%nat Hm (fun _ _ => 0) output_and_bias HW Hb (theta 0) 0%nat).
Qed.

Theorem witness_kernel_controls_resnet_output : ~ (forall (d m : nat) (alpha : R) (l : nat), (0 < m)%nat -> forall (x : nat -> nat -> R) (trained : list
  resnet_parameter), (forall c : nat, (c < m)%nat -> In (OutWeight c) trained) -> (forall r : nat, (r < m)%nat
  -> In (BranchBias l r) trained) -> forall (theta : resnet_parameter -> R) (i : nat), False).
Proof.
  intros H. destruct moving_resnet as [theta [Hx [Hm [Ha [Hs [HD [HW [Hb [Hflow _]]]]]]]]].
  exact (H 0%nat 1%nat 1 0%nat Hm (fun _ _ => 0) output_and_branch_bias HW Hb (theta 0) 0%nat).
Qed.

Theorem witness_theorem_2_fcn : ~ (forall (n d l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list parameter) (theta : R
  -> parameter -> R), let L := S l in let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in let K
  := fcn_ntk (gram d x) L in let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let times :=
  flows_at parameter_eq trained n F s theta in (0 < n)%nat -> different n d x -> (0 < m L)%nat -> signs n s ->
  NoDup trained -> (forall c : nat, (c < m L)%nat -> In (Weight L 0 c) trained) -> (forall r : nat, (r < m
  L)%nat -> In (Bias l r) trained) -> gradient_flow parameter_eq trained n F s theta -> False).
Proof.
  intros H. destruct moving_fcn as [theta [Hx [Hm [Hs [HD [HW [Hb [Hflow _]]]]]]]].
  exact (H 1%nat 0%nat 0%nat one_neuron (fun _ _ => 0) (fun _ => 1) output_and_bias theta (le_n 1) Hx Hm Hs HD HW Hb Hflow).
Qed.

Theorem witness_theorem_2_resnet : ~ (forall (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list resnet_parameter) (theta
  : R -> resnet_parameter -> R), let L := S l in let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d
  m alpha L th (x i) in let K := resnet_ntk (gram d x) alpha L in let Kt := fun t : R => empirical
  resnet_parameter_eq trained F (theta t) in let times := flows_at resnet_parameter_eq trained n F s theta in (0
  < n)%nat -> different n d x -> (0 < m)%nat -> alpha <> 0 -> signs n s -> NoDup trained -> (forall c : nat, (c
  < m)%nat -> In (OutWeight c) trained) -> (forall r : nat, (r < m)%nat -> In (BranchBias l r) trained) ->
  gradient_flow resnet_parameter_eq trained n F s theta -> False).
Proof.
  intros H. destruct moving_resnet as [theta [Hx [Hm [Ha [Hs [HD [HW [Hb [Hflow _]]]]]]]]].
  exact (H 1%nat 0%nat 0%nat 1%nat 1 (fun _ _ => 0) (fun _ => 1) output_and_branch_bias theta (le_n 1) Hx Hm Ha Hs HD HW Hb Hflow).
Qed.

Theorem witness_theorem_1_fcn : ~ (forall (n L : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list parameter) (theta : R
  -> parameter -> R) (C : R), let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in let Kt := fun
  t : R => empirical parameter_eq trained F (theta t) in let times := flows_at parameter_eq trained n F s theta
  in signs n s -> NoDup trained -> gradient_flow parameter_eq trained n F s theta -> 0 < C -> (forall t : R, 0
  <= t -> times t -> below n (Kt t) C) -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct learning_fcn as [theta [Hflow HK]].
  apply (H 1%nat 1%nat one_neuron (fun _ _ => 0) (fun _ => 1) only_output theta 2 (ones_signs 1)) with (i := 0%nat);
    [constructor; [intros []|constructor]|exact Hflow|lra|intros t _ _; apply single_below, HK|lia].
Qed.

Theorem witness_theorem_1_resnet : ~ (forall (n d m L : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list resnet_parameter) (theta
  : R -> resnet_parameter -> R) (C : R), let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha
  L th (x i) in let Kt := fun t : R => empirical resnet_parameter_eq trained F (theta t) in let times :=
  flows_at resnet_parameter_eq trained n F s theta in signs n s -> NoDup trained -> gradient_flow
  resnet_parameter_eq trained n F s theta -> 0 < C -> (forall t : R, 0 <= t -> times t -> below n (Kt t) C) ->
  forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct learning_resnet as [theta [Hflow HK]].
  apply (H 1%nat 0%nat 1%nat 1%nat 1 (fun _ _ => 0) (fun _ => 1) only_readout theta 1 (ones_signs 1)) with (i := 0%nat);
    [constructor; [intros []|constructor]|exact Hflow|lra|intros t _ _; apply single_below, HK|lia].
Qed.

Theorem witness_theorem_2_fcn_margin : ~ (forall (n l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list parameter) (theta : R
  -> parameter -> R) (K : matrix) (c : R), let L := S l in let F := fun (th : parameter -> R) (i : nat) => fcn m
  L th (x i) in let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let times := flows_at
  parameter_eq trained n F s theta in (0 < n)%nat -> (0 < m L)%nat -> signs n s -> NoDup trained -> (forall c0 :
  nat, (c0 < m L)%nat -> In (Weight L 0 c0) trained) -> (forall r : nat, (r < m L)%nat -> In (Bias l r) trained)
  -> gradient_flow parameter_eq trained n F s theta -> label n s K c -> False).
Proof.
  intros H. destruct moving_fcn as [theta [Hx [Hm [Hs [HD [HW [Hb [Hflow _]]]]]]]].
  exact (H 1%nat 0%nat one_neuron (fun _ _ => 0) (fun _ => 1) output_and_bias theta (scalar_matrix 1) 1 (le_n 1) Hm Hs HD HW Hb Hflow
    (scalar_label 1 1 (Rle_refl 1))).
Qed.

Theorem witness_theorem_2_fcn_initial : ~ (forall (n l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list parameter) (theta : R
  -> parameter -> R) (c : R), let L := S l in let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i)
  in let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let times := flows_at parameter_eq
  trained n F s theta in (0 < n)%nat -> (0 < m L)%nat -> signs n s -> NoDup trained -> (forall c0 : nat, (c0 < m
  L)%nat -> In (Weight L 0 c0) trained) -> (forall r : nat, (r < m L)%nat -> In (Bias l r) trained) ->
  gradient_flow parameter_eq trained n F s theta -> label n s (Kt 0) c -> False).
Proof.
  intros H. destruct moving_fcn as [theta [Hx [Hm [Hs [HD [HW [Hb [Hflow _]]]]]]]].
  apply (H 1%nat 0%nat one_neuron (fun _ _ => 0) (fun _ => 1) output_and_bias theta 0 (le_n 1) Hm Hs HD HW Hb Hflow).
  apply diagonal_label, Rle_refl.
Qed.

Theorem witness_theorem_2_fcn_printed : ~ (forall (n d l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list parameter) (theta : R
  -> parameter -> R) (l0 : R), let L := S l in let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i)
  in let K := fcn_ntk (gram d x) L in let Kt := fun t : R => empirical parameter_eq trained F (theta t) in let
  times := flows_at parameter_eq trained n F s theta in (0 < n)%nat -> different n d x -> (0 < m L)%nat -> signs
  n s -> NoDup trained -> (forall c : nat, (c < m L)%nat -> In (Weight L 0 c) trained) -> (forall r : nat, (r <
  m L)%nat -> In (Bias l r) trained) -> gradient_flow parameter_eq trained n F s theta -> 0 <= l0 -> below n K
  l0 -> False).
Proof.
  intros H. destruct moving_fcn as [theta [Hx [Hm [Hs [HD [HW [Hb [Hflow _]]]]]]]].
  destruct (fcn_ntk_definite) as [l0 [Hl HB]].
  exact (H 1%nat 0%nat 0%nat one_neuron (fun _ _ => 0) (fun _ => 1) output_and_bias theta l0 (le_n 1) Hx Hm Hs HD HW Hb Hflow ltac:(lra) HB).
Qed.

Theorem witness_theorem_2_resnet_margin : ~ (forall (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list resnet_parameter) (theta
  : R -> resnet_parameter -> R) (K : matrix) (c : R), let L := S l in let F := fun (th : resnet_parameter -> R)
  (i : nat) => resnet d m alpha L th (x i) in let Kt := fun t : R => empirical resnet_parameter_eq trained F
  (theta t) in let times := flows_at resnet_parameter_eq trained n F s theta in (0 < n)%nat -> (0 < m)%nat ->
  alpha <> 0 -> signs n s -> NoDup trained -> (forall c0 : nat, (c0 < m)%nat -> In (OutWeight c0) trained) ->
  (forall r : nat, (r < m)%nat -> In (BranchBias l r) trained) -> gradient_flow resnet_parameter_eq trained n F
  s theta -> label n s K c -> False).
Proof.
  intros H. destruct moving_resnet as [theta [Hx [Hm [Ha [Hs [HD [HW [Hb [Hflow _]]]]]]]]].
  exact (H 1%nat 0%nat 0%nat 1%nat 1 (fun _ _ => 0) (fun _ => 1) output_and_branch_bias theta (scalar_matrix 1) 1 (le_n 1) Hm Ha Hs HD HW Hb Hflow
    (scalar_label 1 1 (Rle_refl 1))).
Qed.

Theorem witness_theorem_2_resnet_initial : ~ (forall (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list resnet_parameter) (theta
  : R -> resnet_parameter -> R) (c : R), let L := S l in let F := fun (th : resnet_parameter -> R) (i : nat) =>
  resnet d m alpha L th (x i) in let Kt := fun t : R => empirical resnet_parameter_eq trained F (theta t) in let
  times := flows_at resnet_parameter_eq trained n F s theta in (0 < n)%nat -> (0 < m)%nat -> alpha <> 0 -> signs
  n s -> NoDup trained -> (forall c0 : nat, (c0 < m)%nat -> In (OutWeight c0) trained) -> (forall r : nat, (r <
  m)%nat -> In (BranchBias l r) trained) -> gradient_flow resnet_parameter_eq trained n F s theta -> label n s
  (Kt 0) c -> False).
Proof.
  intros H. destruct moving_resnet as [theta [Hx [Hm [Ha [Hs [HD [HW [Hb [Hflow _]]]]]]]]].
  apply (H 1%nat 0%nat 0%nat 1%nat 1 (fun _ _ => 0) (fun _ => 1) output_and_branch_bias theta 0 (le_n 1) Hm Ha Hs HD HW Hb Hflow).
  apply diagonal_label, Rle_refl.
Qed.

Theorem witness_theorem_2_resnet_printed : ~ (forall (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list resnet_parameter) (theta
  : R -> resnet_parameter -> R) (l0 : R), let L := S l in let F := fun (th : resnet_parameter -> R) (i : nat) =>
  resnet d m alpha L th (x i) in let K := resnet_ntk (gram d x) alpha L in let Kt := fun t : R => empirical
  resnet_parameter_eq trained F (theta t) in let times := flows_at resnet_parameter_eq trained n F s theta in (0
  < n)%nat -> different n d x -> (0 < m)%nat -> alpha <> 0 -> signs n s -> NoDup trained -> (forall c : nat, (c
  < m)%nat -> In (OutWeight c) trained) -> (forall r : nat, (r < m)%nat -> In (BranchBias l r) trained) ->
  gradient_flow resnet_parameter_eq trained n F s theta -> 0 <= l0 -> below n K l0 -> False).
Proof.
  intros H. destruct moving_resnet as [theta [Hx [Hm [Ha [Hs [HD [HW [Hb [Hflow _]]]]]]]]].
  destruct (resnet_ntk_definite) as [l0 [Hl HB]].
  exact (H 1%nat 0%nat 0%nat 1%nat 1 (fun _ _ => 0) (fun _ => 1) output_and_branch_bias theta l0 (le_n 1) Hx Hm Ha Hs HD HW Hb Hflow ltac:(lra) HB).
Qed.

(** ** Parts of the empirical NTK *)
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
