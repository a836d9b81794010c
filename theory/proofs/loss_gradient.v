(** (2.7): the gradient of the loss (2.3) in terms of the residuals (2.6), and the flow along it. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices dissipation parameter_sums gradient_flow.
Import ListNotations.
Open Scope R_scope.

(** o = 1 / (1 + exp(-f)) of (2.5). *)
Definition probability (f : R) : R := / (1 + exp (- f)).

(** |o - y| = 1 / (1 + exp((2 y - 1) f)) *)
Lemma residual_probability y f : y = 0 \/ y = 1 -> Rabs (probability f - y) = / (1 + exp ((2 * y - 1) * f)).
Proof.
  assert (H := exp_pos f). assert (Hn := exp_pos (- f)). unfold probability. intros [-> | ->].
  - rewrite Rminus_0_r, Rabs_pos_eq by (left; apply Rinv_0_lt_compat; lra). do 3 f_equal. ring.
  - replace (/ (1 + exp (- f)) - 1) with (- (/ (1 + exp ((2 * 1 - 1) * f)))).
    + rewrite Rabs_Ropp. apply Rabs_pos_eq. left. apply Rinv_0_lt_compat. assert (H1 := exp_pos ((2 * 1 - 1) * f)). lra.
    + replace ((2 * 1 - 1) * f) with f by ring. rewrite exp_Ropp. field. lra.
Qed.

Theorem equation_2_7 {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F : (A -> R) -> nat -> R)
    (y : nat -> R) (theta : R -> A -> R) (t : R) (p : A) :
  NoDup trained -> (forall th th' i, (forall p, th p = th' p) -> F th i = F th' i) ->
  (forall i, (i < n)%nat -> y i = 0 \/ y i = 1) -> flows_at eq_dec trained n F (fun i => 2 * y i - 1) theta t -> In p trained ->
  let step := sum n (fun i => partial eq_dec F (theta t) i p * (2 * y i - 1) * Rabs (probability (F (theta t) i) - y i)) in
  is_derive (fun v => sum n (fun i => ln (1 + exp (- ((2 * y i - 1) * F (update eq_dec (theta t) p v) i))))) (theta t p) (- step) /\
  is_derive (fun r => theta r p) t step.
Proof.
  intros HD HF Hy [Hflow Hsm] Hp step. split.
  - unfold step. rewrite <- sum_opp. apply (is_derive_sum n (fun i v => ln (1 + exp (- ((2 * y i - 1) * F (update eq_dec (theta t) p v) i))))).
    intros i Hi. destruct (Hsm i Hi) as [g Hg]. assert (Hd := gradient_derive eq_dec trained F HD HF (theta t) i g p Hp Hg).
    rewrite <- (gradient eq_dec trained F HD HF (theta t) i g p Hp Hg). rewrite (residual_probability (y i) _ (Hy i Hi)).
    set (s := 2 * y i - 1) in *. assert (E : F (update eq_dec (theta t) p (theta t p)) i = F (theta t) i).
    { apply HF. intros q. unfold update. destruct (eq_dec q p) as [->|]; reflexivity. }
    assert (He := exp_pos (s * F (theta t) i)). assert (He' := exp_pos (- (s * F (theta t) i))).
    evar_last.
    + apply (is_derive_comp (fun q => ln (1 + exp (- (s * q)))) (fun v => F (update eq_dec (theta t) p v) i)); [|exact Hd].
      rewrite E. instantiate (1 := - s * / (1 + exp (s * F (theta t) i))). auto_derive; [lra|]. rewrite exp_Ropp. field. lra.
    + unfold scal; simpl; unfold mult; simpl. match goal with |- ?a = ?b => change (@eq R a b) end. ring.
  - evar_last; [apply Hflow, Hp|]. apply sum_ext; intros i Hi. rewrite (residual_probability (y i) _ (Hy i Hi)). unfold residual, margin. reflexivity.
Qed.

(** ** One sample and one parameter, which is the output *)
Definition identity_output (th : unit -> R) (_ : nat) : R := th tt.
Definition unit_eq (p q : unit) : {p = q} + {p <> q}.
Proof. decide equality. Defined.

Lemma unit_partial th i : partial unit_eq identity_output th i tt = 1.
Proof.
  apply is_derive_unique. apply (is_derive_ext (fun v => v)); [|apply (is_derive_id (K := R_AbsRing))].
  intros v. unfold identity_output, update. destruct (unit_eq tt tt); [reflexivity|contradiction].
Qed.

(** At the output 0 the flow has the speed (2 y - 1) / 2. *)
Lemma unit_flows y : flows_at unit_eq [tt] 1 identity_output (fun _ => 2 * y - 1) (fun r _ => (2 * y - 1) / 2 * r) 0.
Proof.
  split.
  - intros p _. destruct p. cbn [sum]. rewrite unit_partial. unfold residual, margin, identity_output. rewrite !Rmult_0_r, exp_0.
    auto_derive; [exact I|]. field.
  - intros i _. exists (fun _ => 1). intros e He. exists 1. split; [lra|]. intros h _ _. unfold identity_output. cbn [parameter_sum].
    replace ((2 * y - 1) / 2 * 0 + h tt - (2 * y - 1) / 2 * 0 - (1 * h tt + 0)) with 0 by field. rewrite Rabs_R0.
    apply Rmult_le_pos; [lra|]. assert (B := Rabs_pos (h tt)). lra.
Qed.

Lemma unit_once : NoDup [tt].
Proof. constructor; [intros []|constructor]. Qed.

Lemma identity_output_ext th th' i : (forall p, th p = th' p) -> identity_output th i = identity_output th' i.
Proof. intros H. apply H. Qed.

Lemma probability_0 : probability 0 = / 2.
Proof. unfold probability. rewrite Ropp_0, exp_0. f_equal. Qed.

Theorem witness_equation_2_7 : ~ (forall (A : Type) (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat)
  (F : (A -> R) -> nat -> R) (y : nat -> R) (theta : R -> A -> R) (t : R) (p : A), NoDup trained ->
  (forall (th th' : A -> R) (i : nat), (forall p0 : A, th p0 = th' p0) -> F th i = F th' i) ->
  (forall i : nat, (i < n)%nat -> y i = 0 \/ y i = 1) -> flows_at eq_dec trained n F (fun i : nat => 2 * y i - 1) theta t -> In p trained ->
  let step := sum n (fun i : nat => partial eq_dec F (theta t) i p * (2 * y i - 1) * Rabs (probability (F (theta t) i) - y i)) in False).
Proof.
  intros H. exact (H unit unit_eq [tt] 1%nat identity_output (fun _ => 1) _ 0 tt unit_once identity_output_ext
    (fun _ _ => or_intror eq_refl) (unit_flows 1) (or_introl eq_refl)).
Qed.

(** The sign lost. *)
Theorem mutant_equation_2_7 : ~ (forall (A : Type) (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat)
  (F : (A -> R) -> nat -> R) (y : nat -> R) (theta : R -> A -> R) (t : R) (p : A), NoDup trained ->
  (forall (th th' : A -> R) (i : nat), (forall p0 : A, th p0 = th' p0) -> F th i = F th' i) ->
  (forall i : nat, (i < n)%nat -> y i = 0 \/ y i = 1) -> flows_at eq_dec trained n F (fun i : nat => 2 * y i - 1) theta t -> In p trained ->
  let step := sum n (fun i : nat => partial eq_dec F (theta t) i p * (2 * y i - 1) * Rabs (probability (F (theta t) i) - y i)) in
  is_derive (fun v => sum n (fun i : nat => ln (1 + exp (- ((2 * y i - 1) * F (update eq_dec (theta t) p v) i))))) (theta t p) step /\
  is_derive (fun r => theta r p) t step).
Proof.
  intros H. destruct (H unit unit_eq [tt] 1%nat identity_output (fun _ => 1) _ 0 tt unit_once identity_output_ext
    (fun _ _ => or_intror eq_refl) (unit_flows 1) (or_introl eq_refl)) as [H1 _].
  destruct (equation_2_7 unit_eq [tt] 1 identity_output (fun _ => 1) _ 0 tt unit_once identity_output_ext
    (fun _ _ => or_intror eq_refl) (unit_flows 1) (or_introl eq_refl)) as [H2 _].
  apply is_derive_unique in H1. rewrite (is_derive_unique _ _ _ H2) in H1. cbn [sum] in H1. rewrite unit_partial in H1.
  unfold identity_output in H1. rewrite Rmult_0_r, probability_0 in H1. rewrite Rabs_left in H1 by lra. lra.
Qed.

(** Labels other than 0 and 1: y = 2. *)
Theorem mutant_equation_2_7_labels : ~ (forall (A : Type) (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat)
  (F : (A -> R) -> nat -> R) (y : nat -> R) (theta : R -> A -> R) (t : R) (p : A), NoDup trained ->
  (forall (th th' : A -> R) (i : nat), (forall p0 : A, th p0 = th' p0) -> F th i = F th' i) ->
  flows_at eq_dec trained n F (fun i : nat => 2 * y i - 1) theta t -> In p trained ->
  let step := sum n (fun i : nat => partial eq_dec F (theta t) i p * (2 * y i - 1) * Rabs (probability (F (theta t) i) - y i)) in
  is_derive (fun v => sum n (fun i : nat => ln (1 + exp (- ((2 * y i - 1) * F (update eq_dec (theta t) p v) i))))) (theta t p) (- step) /\
  is_derive (fun r => theta r p) t step).
Proof.
  intros H. destruct (H unit unit_eq [tt] 1%nat identity_output (fun _ => 2) _ 0 tt unit_once identity_output_ext
    (unit_flows 2) (or_introl eq_refl)) as [_ H1].
  destruct (unit_flows 2) as [H2 _]. specialize (H2 tt (or_introl eq_refl)).
  apply is_derive_unique in H1. rewrite (is_derive_unique _ _ _ H2) in H1. cbn [sum] in H1. rewrite unit_partial in H1.
  unfold residual, margin, identity_output in H1. rewrite !Rmult_0_r, exp_0, probability_0 in H1. rewrite Rabs_left in H1 by lra. lra.
Qed.
