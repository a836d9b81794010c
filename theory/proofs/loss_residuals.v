(** (C.22) for any loss l, as Remark 1 has it: with u_i = - l'(q_i), and not with the derivative of l(s_i f(x_i)) by f(x_i). *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices dissipation parameter_sums gradient_flow loss_gradient remark_1.
Import ListNotations.
Open Scope R_scope.

Section Loss_flow.
Context {A : Type}.
Variable eq_dec : forall p q : A, {p = q} + {p <> q}.
Variable trained : list A.
Variable n : nat.
Variable F : (A -> R) -> nat -> R.
Variables l dl : R -> R.
Variable s : nat -> R.
Variable theta : R -> A -> R.
Let f (i : nat) (t : R) : R := F (theta t) i.
(** The flow of sum_i l(s_i f(x_i)) at time t, where every output is differentiable in the parameters. *)
Definition descends_at (t : R) : Prop :=
  (forall p, In p trained ->
    is_derive (fun r => theta r p) t (- sum n (fun i => dl (margin s f i t) * (s i * partial eq_dec F (theta t) i p)))) /\
  (forall i, (i < n)%nat -> exists g, differentiable trained F (theta t) i g).

Theorem loss_falls t : NoDup trained -> (forall th th' i, (forall p, th p = th' p) -> F th i = F th' i) -> (forall x, is_derive l x (dl x)) ->
  descends_at t -> (forall r p, ~ In p trained -> theta r p = theta t p) ->
  is_derive (loss_of l n (margin s f)) t (- quad n (signed s (empirical eq_dec trained F (theta t))) (slope dl (margin s f) t)).
Proof.
  intros HD HF Hl [Hflow Hsm] Hfix. unfold loss_of.
  set (K := empirical eq_dec trained F (theta t)). set (u := slope dl (margin s f) t).
  evar_last.
  - apply (is_derive_sum n (fun i r => l (margin s f i r)) (fun i => - (u i * (s i * sum n (fun j => K i j * (s j * u j)))))).
    intros i Hi. destruct (Hsm i Hi) as [g Hg].
    assert (H := chain_rule trained F HF theta i g t _ Hg Hflow (fun p r Hp => Hfix r p Hp)).
    evar_last.
    + apply (is_derive_comp l (fun r => margin s f i r)); [apply Hl|]. apply (is_derive_scal (f i) t (s i)), H.
    + unfold scal; simpl; unfold mult; simpl. match goal with |- ?a = ?b => change (@eq R a b) end.
      rewrite (parameter_sum_ext trained _ (fun p => sum n (fun j => partial eq_dec F (theta t) i p * partial eq_dec F (theta t) j p * (s j * u j)))).
      * rewrite parameter_sum_sum. rewrite (sum_ext n _ (fun j => K i j * (s j * u j))); [unfold u, slope; ring|].
        intros j Hj. unfold K, empirical.
        transitivity (s j * u j * parameter_sum trained (fun p => partial eq_dec F (theta t) i p * partial eq_dec F (theta t) j p)); [|ring].
        rewrite <- parameter_sum_scal. apply parameter_sum_ext; intros; ring.
      * intros p Hp. rewrite (gradient eq_dec trained F HD HF (theta t) i g p Hp Hg), <- sum_opp, <- sum_scal. apply sum_ext; intros j _.
        unfold u, slope. ring.
  - unfold quad, signed. rewrite sum_opp. f_equal. apply sum_ext; intros i _. rewrite <- !sum_scal. apply sum_ext; intros; ring.
Qed.
End Loss_flow.

(** ** Two samples, one output and opposite labels, for l(x) = - x *)
Definition opposite (i : nat) : R := match i with O => 1 | _ => -1 end.
Definition falling_line (x : R) : R := - x.

Lemma falling_line_derive x : is_derive falling_line x (-1).
Proof. unfold falling_line. auto_derive; [exact I|ring]. Qed.

Lemma opposite_descends t : descends_at unit_eq [tt] 2 identity_output (fun _ => -1) opposite (fun _ _ => 0) t.
Proof.
  split.
  - intros p _. destruct p. evar_last; [apply (is_derive_const 0 t)|]. cbn [sum]. rewrite !unit_partial. unfold opposite, zero; simpl. ring.
  - intros i _. exists (fun _ => 1). intros e He. exists 1. split; [lra|]. intros h _ _. unfold identity_output. cbn [parameter_sum].
    replace (0 + h tt - 0 - (1 * h tt + 0)) with 0 by ring. rewrite Rabs_R0.
    apply Rmult_le_pos; [lra|]. assert (B := Rabs_pos (h tt)). lra.
Qed.

Lemma opposite_rest : is_derive (loss_of falling_line 2 (margin opposite (fun (i : nat) (_ : R) => identity_output (fun _ => 0) i))) 0 0.
Proof.
  apply (is_derive_ext (fun _ => loss_of falling_line 2 (margin opposite (fun (i : nat) (_ : R) => identity_output (fun _ => 0) i)) 0));
    [reflexivity|apply (is_derive_const (loss_of falling_line 2 (margin opposite (fun (i : nat) (_ : R) => identity_output (fun _ => 0) i)) 0) 0)].
Qed.

Theorem witness_loss_falls : ~ (forall (A : Type) (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat)
  (F : (A -> R) -> nat -> R) (l dl : R -> R) (s : nat -> R) (theta : R -> A -> R) (t : R), NoDup trained ->
  (forall (th th' : A -> R) (i : nat), (forall p : A, th p = th' p) -> F th i = F th' i) -> (forall x : R, is_derive l x (dl x)) ->
  descends_at eq_dec trained n F dl s theta t -> (forall (r : R) (p : A), ~ In p trained -> theta r p = theta t p) -> False).
Proof.
  intros H. exact (H unit unit_eq [tt] 2%nat identity_output falling_line (fun _ => -1) opposite (fun _ _ => 0) 0 unit_once identity_output_ext
    falling_line_derive (opposite_descends 0) (fun _ _ _ => eq_refl)).
Qed.

(** u_i = d l(s_i f(x_i)) / d f(x_i) = s_i l'(q_i), as printed: V rests where that rate is -4. *)
Theorem remark_1_residual_wrong : ~ (forall (A : Type) (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat)
  (F : (A -> R) -> nat -> R) (l dl : R -> R) (s : nat -> R) (theta : R -> A -> R) (t : R), NoDup trained ->
  (forall (th th' : A -> R) (i : nat), (forall p : A, th p = th' p) -> F th i = F th' i) -> (forall x : R, is_derive l x (dl x)) ->
  descends_at eq_dec trained n F dl s theta t -> (forall (r : R) (p : A), ~ In p trained -> theta r p = theta t p) ->
  let f := fun (i : nat) (t : R) => F (theta t) i in
  is_derive (loss_of l n (margin s f)) t
    (- quad n (signed s (empirical eq_dec trained F (theta t))) (fun i => s i * dl (margin s f i t)))).
Proof.
  intros H. assert (H1 := H unit unit_eq [tt] 2%nat identity_output falling_line (fun _ => -1) opposite (fun _ _ => 0) 0 unit_once identity_output_ext
    falling_line_derive (opposite_descends 0) (fun _ _ _ => eq_refl)).
  cbv zeta in H1. apply is_derive_unique in H1. assert (E := eq_trans (eq_sym (is_derive_unique _ _ _ opposite_rest)) H1).
  revert E. unfold quad, signed. cbn [sum]. unfold empirical. cbn [parameter_sum]. rewrite !unit_partial. unfold opposite; simpl. lra.
Qed.

(** The labels' signs lost. *)
Theorem mutant_loss_falls : ~ (forall (A : Type) (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat)
  (F : (A -> R) -> nat -> R) (l dl : R -> R) (s : nat -> R) (theta : R -> A -> R) (t : R), NoDup trained ->
  (forall (th th' : A -> R) (i : nat), (forall p : A, th p = th' p) -> F th i = F th' i) -> (forall x : R, is_derive l x (dl x)) ->
  descends_at eq_dec trained n F dl s theta t -> (forall (r : R) (p : A), ~ In p trained -> theta r p = theta t p) ->
  is_derive (loss_of l n (margin s (fun (i : nat) (t0 : R) => F (theta t0) i))) t
    (- quad n (empirical eq_dec trained F (theta t)) (slope dl (margin s (fun (i : nat) (t0 : R) => F (theta t0) i)) t))).
Proof.
  intros H. assert (H1 := H unit unit_eq [tt] 2%nat identity_output falling_line (fun _ => -1) opposite (fun _ _ => 0) 0 unit_once identity_output_ext
    falling_line_derive (opposite_descends 0) (fun _ _ _ => eq_refl)).
  apply is_derive_unique in H1. assert (E := eq_trans (eq_sym (is_derive_unique _ _ _ opposite_rest)) H1).
  revert E. unfold quad, slope. cbn [sum]. unfold empirical. cbn [parameter_sum]. rewrite !unit_partial. simpl. lra.
Qed.
