(** Examples in which the hypotheses of the theorems hold together. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation output_bound parameter_sums gradient_flow fcn_network.
Import ListNotations.
Open Scope R_scope.

(** The hypotheses can hold together, with the kernel of one sample and f(t) = 2 ln(1 + t). *)
Lemma trains_inhabited : exists (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R),
  trains (fun _ => True) 1 s f K /\ (forall t, 0 <= t -> label 1 s (K t) 2) /\ (forall t, 0 <= t -> 1 * Rabs (f 0%nat t) <= K t 0%nat 0%nat).
Proof.
  exists (fun _ => 1), (fun _ t => 2 * ln (1 + t)), (fun t _ _ => 2 / (1 + t) * (1 + (1 + t) ^ 2)).
  assert (HE : forall t, 0 <= t -> exp (2 * ln (1 + t)) = (1 + t) ^ 2).
  { intros t Ht. replace (2 * ln (1 + t)) with (ln (1 + t) + ln (1 + t)) by ring.
    rewrite exp_plus, exp_ln by lra. ring. }
  assert (HK : forall t, 0 <= t -> 2 <= 2 / (1 + t) * (1 + (1 + t) ^ 2)).
  { intros t Ht. replace (2 / (1 + t) * (1 + (1 + t) ^ 2)) with (2 * (1 + t) + 2 / (1 + t)) by (field; lra).
    assert (0 < 2 / (1 + t)) by (apply Rdiv_lt_0_compat; lra). lra. }
  split; [split|split].
  - intros i _. left. reflexivity.
  - apply dissipates_derivative.
    + intros t Ht. unfold loss, dissipation, quad, signed, residual, margin; simpl.
      rewrite Rmult_1_l, HE by lra.
      apply (is_derive_ext_loc (fun t => 0 + ln (1 + / (1 + t) ^ 2))).
      * exists (mkposreal t Ht). intros y Hy. unfold ball in Hy; simpl in Hy.
        unfold AbsRing_ball, abs, minus, plus, opp in Hy; simpl in Hy. apply Rabs_def2 in Hy.
        rewrite Rmult_1_l, exp_Ropp, HE by lra. reflexivity.
      * assert (0 < (1 + t) * ((1 + t) * 1)) by nra.
        assert (0 < / ((1 + t) * ((1 + t) * 1))) by (apply Rinv_0_lt_compat; lra).
        auto_derive.
        -- repeat split; lra.
        -- field. repeat split; nra.
    + unfold loss, margin; simpl.
      assert (Hc : continuous (fun x => 0 + ln (1 + exp (- (1 * (2 * ln (1 + x)))))) 0).
      { apply (ex_derive_continuous (fun x => 0 + ln (1 + exp (- (1 * (2 * ln (1 + x))))))).
        auto_derive. assert (H := exp_pos (- (1 * (2 * ln (1 + 0))))). repeat split; lra. }
      intros P HP. destruct (Hc P HP) as [d Hd]. exists d. intros y Hy _. apply Hd, Hy.
  - intros t Ht u Hu. unfold quad, signed; simpl. specialize (HK t Ht). simpl in HK. nra.
  - intros t Ht. assert (H0 : 0 <= ln (1 + t)).
    { rewrite <- ln_1. destruct Ht as [Ht|<-]; [left; apply ln_increasing; lra|rewrite Rplus_0_r; lra]. }
    rewrite Rabs_pos_eq by lra.
    assert (ln (1 + t) <= t).
    { assert (H1 := exp_ineq1_le t). apply Rnot_lt_le. intros Hlt. apply exp_increasing in Hlt.
      rewrite exp_ln in Hlt by lra. lra. }
    replace (2 / (1 + t) * (1 + (1 + t) ^ 2)) with (2 * (1 + t) + 2 / (1 + t)) by (field; lra).
    assert (0 < 2 / (1 + t)) by (apply Rdiv_lt_0_compat; lra). lra.
Qed.

Definition dead (p : parameter) : R := match p with Weight _ _ _ => 0 | Bias _ _ => -1 end.
Definition all_parameters : list parameter := [Weight 1 0 0; Bias 0 0].
Definition one (l : nat) : nat := match l with O => 0%nat | _ => 1%nat end.
Theorem gradient_flow_inhabited :
  gradient_flow parameter_eq all_parameters 1 (fun th _ => fcn one 1 th (fun _ => 0)) (fun _ => 1) (fun _ => dead).
Proof.
  assert (HF : forall th, fcn one 1 th (fun _ => 0) = th (Weight 1 0 0) * (sqrt (2 / 1) * relu (th (Bias 0 0)))).
  { intros th. unfold fcn, preactivation; simpl. unfold preactivation; simpl. rewrite !Rplus_0_l. reflexivity. }
  assert (Hr : forall v, v < 0 -> relu v = 0) by (intros v Hv; unfold relu; apply Rmax_left; lra).
  assert (Hp : forall p i, In p all_parameters -> partial parameter_eq (fun th (_ : nat) => fcn one 1 th (fun _ => 0)) dead i p = 0).
  { intros p i [<-|[<-|[]]]; unfold partial.
    - rewrite (Derive_ext _ (fun _ => 0)); [apply Derive_const|]. intros v. rewrite HF. unfold update; simpl.
      rewrite (Hr (-1)) by lra. match goal with |- ?a = ?b => change (@eq R a b) end. ring.
    - rewrite (Derive_ext _ (fun _ => 0)); [apply Derive_const|]. intros v. rewrite HF. unfold update; simpl.
      match goal with |- ?a = ?b => change (@eq R a b) end. ring. }
  assert (Hd : forall i, differentiable all_parameters (fun th (_ : nat) => fcn one 1 th (fun _ => 0)) dead i (fun _ => 0)).
  { intros i e He. exists 1. split; [lra|]. intros h _ Hh. rewrite !HF. cbn [dead].
    assert (Hb := Hh (Bias 0 0) (or_intror (or_introl eq_refl))). apply Rabs_def2 in Hb.
    rewrite (Hr (-1 + h (Bias 0 0))), (Hr (-1)) by lra. simpl.
    match goal with |- Rabs ?a <= _ => replace a with 0 by ring end. rewrite Rabs_R0.
    apply Rmult_le_pos; [lra|]. assert (A1 := Rabs_pos (h (Weight 1 0 0))). assert (A2 := Rabs_pos (h (Bias 0 0))). lra. }
  split; [|split; [|split]].
  - intros T. exists nil. intros t _ _. split.
    + intros p Hin. simpl. rewrite (Hp p 0%nat Hin). evar_last; [apply (is_derive_const (dead p) t)|].
      unfold zero; simpl. ring.
    + intros i _. eexists. apply Hd.
  - intros i t _ _. apply continuous_const.
  - intros i _. apply filterlim_const.
  - intros t r p _. reflexivity.
Qed.
