(** Theorems of varying_envelope.v and corollary_1_resnet.v: their hypotheses can hold, and near statements are false. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope theorem_1 upper_envelope varying_envelope output_bound
  parameter_sums gradient_flow fcn_network resnet_network corollary_1 corollary_1_resnet mutants.
Open Scope R_scope.

Lemma inverse_continuous_at r : 0 <= r -> continuous (fun t => / (1 + t)) r.
Proof. intros Hr. apply (ex_derive_continuous (fun t => / (1 + t))). auto_derive. lra. Qed.

Lemma inverse_integral t : 0 <= t -> RInt (fun r => / (1 + r)) 0 t = ln (1 + t).
Proof.
  intros Ht. apply is_RInt_unique. evar_last.
  - apply (is_RInt_derive (V := R_CompleteNormedModule) (fun r => ln (1 + r)) (fun r => / (1 + r))).
    + intros r Hr. rewrite Rmin_left, Rmax_right in Hr by lra. auto_derive; [lra|]. field; lra.
    + intros r Hr. rewrite Rmin_left, Rmax_right in Hr by lra. apply inverse_continuous_at. lra.
  - unfold minus, plus, opp; simpl. rewrite Rplus_0_r, ln_1. ring.
Qed.

Lemma ln_diverges : is_lim (fun t => ln (1 + t)) p_infty p_infty.
Proof.
  apply is_lim_spec. intros M. exists (exp M). intros t Ht. assert (H := exp_pos M).
  rewrite <- (ln_exp M). apply ln_increasing; lra.
Qed.

(** [theorem_1_integral] where theorem_1 has no constant: the margin 1 / (1 + t) is below every C > 0 in the end. *)
Theorem theorem_1_integral_inhabited :
  trains (fun _ => True) 1 (fun _ => 1) (fun _ t => ln (1 + t)) (fun _ _ _ => 1) /\
  (forall t, 0 <= t -> continuous (fun r => / (1 + r)) t /\ 0 <= / (1 + t)) /\
  (forall t, 0 <= t -> True -> label 1 (fun _ => 1) (fun _ _ => 1) (/ (1 + t))) /\
  is_lim (fun t => RInt (fun r => / (1 + r)) 0 t) p_infty p_infty.
Proof.
  split; [exact constant_kernel_trains|]. split; [|split].
  - intros t Ht. split; [apply inverse_continuous_at, Ht|]. left. apply Rinv_0_lt_compat. lra.
  - intros t Ht _ u _. unfold quad, signed; simpl. assert (/ (1 + t) <= 1) by (rewrite <- Rinv_1; apply Rinv_le_contravar; lra).
    assert (0 <= u 0%nat * u 0%nat) by apply Rle_0_sqr. nra.
  - apply (is_lim_ext_loc (fun t => ln (1 + t))); [|exact ln_diverges].
    exists 0. intros t Ht. symmetry. apply inverse_integral. lra.
Qed.

(** A rate that is positive at every time, with a finite integral: the margin - 1 / (1 + t) tends to 0. *)
Definition slow (t : R) : R := - / (1 + t).

Lemma slow_trains : trains (fun _ => True) 1 (fun _ => 1) (fun _ t => slow t) (fun t _ _ => (1 + exp (slow t)) / (1 + t) ^ 2).
Proof.
  split; [intros i _; left; reflexivity|]. apply dissipates_derivative.
  - intros t Ht. unfold loss, dissipation, quad, signed, residual, margin; simpl sum.
    apply (is_derive_ext (fun t => ln (1 + exp (- slow t)))); [intros r; rewrite Rmult_1_l, Rplus_0_l; reflexivity|].
    unfold slow. assert (H1 := exp_pos (- / (1 + t))). assert (H2 := exp_pos (- - / (1 + t))).
    auto_derive; [repeat split; lra|]. rewrite Rmult_1_l, (exp_Ropp (- / (1 + t))). field; repeat split; lra.
  - unfold loss, margin; simpl sum.
    assert (Hc : continuous (fun t => 0 + ln (1 + exp (- (1 * slow t)))) 0).
    { apply (ex_derive_continuous (fun t => 0 + ln (1 + exp (- (1 * slow t))))). unfold slow.
      assert (H := exp_pos (- (1 * - / (1 + 0)))). auto_derive. repeat split; lra. }
    intros P HP. destruct (Hc P HP) as [d Hd]. exists d. intros y Hy _. apply Hd, Hy.
Qed.

Theorem mutant_theorem_1_integral : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (c : R -> R),
  trains Q n s f K -> (forall t, 0 <= t -> continuous c t /\ 0 < c t) -> (forall t, 0 <= t -> Q t -> label n s (K t) (c t)) ->
  forall i, (i < n)%nat -> is_lim (margin s f i) p_infty p_infty /\ is_lim (fun t => Rabs (f i t)) p_infty p_infty).
Proof.
  intros H.
  destruct (H _ _ _ _ _ (fun t => / (1 + t) * / (1 + t)) slow_trains) with (i := 0%nat) as [H1 _]; [| |lia|].
  - intros t Ht. assert (H2 : 0 < / (1 + t)) by (apply Rinv_0_lt_compat; lra). split; [|apply Rmult_lt_0_compat; exact H2].
    apply (continuous_mult (fun t => / (1 + t)) (fun t => / (1 + t))); apply inverse_continuous_at, Ht.
  - intros t Ht _ u _. unfold quad, signed; simpl. assert (He := exp_pos (slow t)).
    assert (E : (1 + exp (slow t)) / ((1 + t) * ((1 + t) * 1)) = (1 + exp (slow t)) * (/ (1 + t) * / (1 + t))) by (field; lra).
    rewrite E. assert (H2 : 0 < / (1 + t)) by (apply Rinv_0_lt_compat; lra).
    assert (0 <= u 0%nat * u 0%nat) by apply Rle_0_sqr. assert (H3 : 0 < / (1 + t) * / (1 + t)) by (apply Rmult_lt_0_compat; exact H2).
    assert (0 <= exp (slow t) * (/ (1 + t) * / (1 + t)) * (u 0%nat * u 0%nat)) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra|assumption]). nra.
  - apply is_lim_spec in H1. destruct (H1 0) as [T HT]. specialize (HT (Rmax 0 T + 1)).
    assert (M0 := Rmax_l 0 T). assert (M1 := Rmax_r 0 T). specialize (HT ltac:(lra)). unfold margin, slow in HT.
    assert (0 < / (1 + (Rmax 0 T + 1))) by (apply Rinv_0_lt_compat; lra). lra.
Qed.

(** The lower envelope with the integral doubled: f = ln(1 + t), K = 1, at t = 1. *)
Theorem mutant_varying_margin_envelope : ~ (forall (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D c : R -> R),
  (0 < n)%nat -> dissipates Q (loss n q) D ->
  forall t, 0 <= t -> (forall r, 0 <= r <= t -> continuous c r /\ 0 <= c r) ->
  (forall r, 0 <= r <= t -> Q r -> c r * sum n (residual q r) ^ 2 <= D r) ->
  forall y, 0 < y -> y + ln y <= potential (loss n q 0) + 2 * RInt c 0 t ->
  forall i, (i < n)%nat -> ln y <= q i t).
Proof.
  intros H. destruct constant_kernel_trains as [_ HD].
  assert (H2 : ln 2.1 <= margin (fun _ => 1) (fun _ t => ln (1 + t)) 0 1).
  { apply (H 1%nat _ _ _ (fun _ => 1) ltac:(lia) HD 1 ltac:(lra)).
    - intros r _. split; [apply continuous_const|lra].
    - intros r _ _. unfold dissipation, quad, signed; simpl. lra.
    - lra.
    - assert (HG : potential (loss 1 (margin (fun _ => 1) (fun _ t => ln (1 + t))) 0) = 1).
      { unfold loss, margin, potential; simpl. rewrite Rplus_0_r, ln_1, Rmult_0_r, Ropp_0, exp_0, Rplus_0_l, exp_ln by lra.
        replace (1 + 1 - 1) with 1 by ring. rewrite ln_1. field. }
      rewrite HG, RInt_const. unfold scal; simpl; unfold mult; simpl.
      assert (ln 2.1 <= 0.9); [|lra]. rewrite <- (ln_exp 0.9). left. apply ln_increasing; [lra|].
      replace 0.9 with (0.45 + 0.45) by lra. rewrite exp_plus. assert (Hx := exp_ineq1_le 0.45). nra.
    - lia. }
  unfold margin in H2. rewrite Rmult_1_l in H2. assert (H3 : ln (1 + 1) < ln 2.1) by (apply ln_increasing; lra). lra.
Qed.

(** ** The upper envelope: two copies of one sample, q = ln(1 + t) *)
Definition twin_rate (t : R) : R := 2 * (/ (1 + t) * / (2 + t)).

Lemma twin_loss t : 0 <= t -> loss 2 (fun _ t => ln (1 + t)) t = 2 * ln (1 + / (1 + t)).
Proof. intros Ht. unfold loss; simpl. rewrite exp_Ropp, exp_ln by lra. ring. Qed.

Lemma twin_mean s t : 0 <= s -> s < t -> exists z, s <= z <= t /\
  loss 2 (fun _ t => ln (1 + t)) t - loss 2 (fun _ t => ln (1 + t)) s = - twin_rate z * (t - s).
Proof.
  intros Hs Hst.
  destruct (MVT_gen (fun r => 2 * ln (1 + / (1 + r))) s t (fun r => - twin_rate r)) as [z [Hz E]].
  - intros x Hx. rewrite Rmin_left in Hx by lra. assert (0 < / (1 + x)) by (apply Rinv_0_lt_compat; lra).
    unfold twin_rate. auto_derive; [repeat split; lra|]. field; repeat split; lra.
  - intros x Hx. rewrite Rmin_left in Hx by lra. apply continuity_pt_filterlim. apply (ex_derive_continuous (fun r => 2 * ln (1 + / (1 + r)))).
    assert (0 < / (1 + x)) by (apply Rinv_0_lt_compat; lra). auto_derive. repeat split; lra.
  - rewrite Rmin_left, Rmax_right in Hz by lra. exists z. split; [exact Hz|]. rewrite !twin_loss by lra. exact E.
Qed.

Lemma twin_dissipates : dissipates (fun _ => True) (loss 2 (fun _ t => ln (1 + t))) twin_rate.
Proof.
  intros s t c Hs Hst Hc H. destruct Hst as [Hst|<-]; [|lra].
  destruct (twin_mean s t Hs Hst) as [z [Hz E]]. specialize (H z Hz I). nra.
Qed.

Lemma twin_resists : resists (fun _ => True) (loss 2 (fun _ t => ln (1 + t))) twin_rate.
Proof.
  intros s t c Hs Hst Hc H. destruct Hst as [Hst|<-]; [|lra].
  destruct (twin_mean s t Hs Hst) as [z [Hz E]]. specialize (H z Hz I). nra.
Qed.

Lemma twin_bounded r : 0 <= r -> 0 <= twin_rate r <= 1 * sum 2 (residual (fun _ t => ln (1 + t)) r) ^ 2.
Proof.
  intros Hr. unfold twin_rate, residual; simpl. rewrite exp_ln by lra. replace (1 + (1 + r)) with (2 + r) by ring.
  assert (H1 : 0 < / (1 + r)) by (apply Rinv_0_lt_compat; lra). assert (H2 : 0 < / (2 + r)) by (apply Rinv_0_lt_compat; lra).
  assert (H3 : / (1 + r) <= 2 * / (2 + r)).
  { apply (Rmult_le_reg_r ((1 + r) * (2 + r))); [apply Rmult_lt_0_compat; lra|].
    replace (/ (1 + r) * ((1 + r) * (2 + r))) with (2 + r) by (field; lra).
    replace (2 * / (2 + r) * ((1 + r) * (2 + r))) with (2 * (1 + r)) by (field; lra). lra. }
  split; [nra|]. nra.
Qed.

(** The hypotheses of [varying_upper_envelope] can hold. *)
Theorem varying_upper_envelope_inhabited :
  dissipates (fun _ => True) (loss 2 (fun _ t => ln (1 + t))) twin_rate /\ resists (fun _ => True) (loss 2 (fun _ t => ln (1 + t))) twin_rate /\
  forall r, 0 <= r -> 0 <= twin_rate r <= 1 * sum 2 (residual (fun _ t => ln (1 + t)) r) ^ 2.
Proof. split; [exact twin_dissipates|]. split; [exact twin_resists|exact twin_bounded]. Qed.

(** The factor n lost. *)
Theorem mutant_varying_upper_envelope : ~ (forall (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D kappa : R -> R),
  (0 < n)%nat -> dissipates Q (loss n q) D -> resists Q (loss n q) D ->
  forall t, 0 <= t -> (forall r, 0 <= r <= t -> continuous kappa r /\ 0 <= kappa r) ->
  (forall r, 0 <= r <= t -> Q r -> 0 <= D r <= kappa r * sum n (residual q r) ^ 2) ->
  potential (loss n q t / INR n) <= potential (loss n q 0 / INR n) + RInt kappa 0 t).
Proof.
  intros H.
  assert (H1 := H 2%nat _ _ _ (fun _ => 1) ltac:(lia) twin_dissipates twin_resists 1 ltac:(lra)
    ltac:(intros r _; split; [apply continuous_const|lra]) ltac:(intros r Hr _; apply twin_bounded; lra)).
  rewrite RInt_const in H1. unfold scal in H1; simpl in H1; unfold mult in H1; simpl in H1.
  rewrite !twin_loss in H1 by lra. unfold potential in H1.
  replace (2 * ln (1 + / (1 + 1)) / (1 + 1)) with (ln (1 + / 2)) in H1 by (replace (1 + 1) with 2 by ring; field).
  replace (2 * ln (1 + / (1 + 0)) / (1 + 1)) with (ln 2) in H1 by (replace (1 + / (1 + 0)) with 2 by field; field).
  rewrite !exp_ln in H1 by lra. replace (1 + / 2 - 1) with (/ 2) in H1 by ring. replace (2 - 1) with 1 in H1 by ring.
  rewrite Rinv_inv, Rinv_1, ln_1, (ln_Rinv 2) in H1 by lra.
  assert (0 < ln 2) by (rewrite <- ln_1; apply ln_increasing; lra). lra.
Qed.

(** The same samples with the labels 1 and the kernel that gives this rate: all its entries are equal, and at most 1. *)
Definition twin_kernel (t : R) (_ _ : nat) : R := (2 + t) / (2 * (1 + t)).

Lemma twin_margin : margin (fun _ => 1) (fun _ t => ln (1 + t)) = fun _ t => ln (1 + t).
Proof.
  apply FunctionalExtensionality.functional_extensionality; intros i. apply FunctionalExtensionality.functional_extensionality; intros t.
  unfold margin. ring.
Qed.

Lemma twin_dissipation t : 0 <= t -> dissipation 2 (fun _ => 1) (fun _ t => ln (1 + t)) twin_kernel t = twin_rate t.
Proof.
  intros Ht. unfold dissipation. rewrite twin_margin. unfold quad, signed, twin_kernel, twin_rate, residual; simpl. rewrite exp_ln by lra.
  replace (1 + (1 + t)) with (2 + t) by ring. field; lra.
Qed.

Lemma twin_trained : let L := loss 2 (margin (fun _ => 1) (fun _ t => ln (1 + t))) in let D := dissipation 2 (fun _ => 1) (fun _ t => ln (1 + t)) twin_kernel in
  dissipates (fun _ => True) L D /\ resists (fun _ => True) L D.
Proof.
  intros L D. unfold L. rewrite twin_margin. split; intros s t c Hs Hst Hc H.
  - apply (twin_dissipates s t c Hs Hst Hc). intros r Hr HQ. rewrite <- twin_dissipation by lra. apply H; assumption.
  - apply (twin_resists s t c Hs Hst Hc). intros r Hr HQ. rewrite <- twin_dissipation by lra. apply H; assumption.
Qed.

Lemma twin_kernel_bounded r : 0 <= r -> symmetric 2 (twin_kernel r) /\ psd 2 (twin_kernel r) /\ forall i, (i < 2)%nat -> twin_kernel r i i <= 1.
Proof.
  intros Hr. assert (H : 0 <= (2 + r) / (2 * (1 + r)) <= 1).
  { split; [apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; lra]|]. apply (Rmult_le_reg_r (2 * (1 + r))); [lra|].
    replace ((2 + r) / (2 * (1 + r)) * (2 * (1 + r))) with (2 + r) by (field; lra). lra. }
  split; [intros i j _ _; reflexivity|]. split; [|intros i _; apply H].
  intros v. unfold quad, twin_kernel; simpl. set (k := (2 + r) / (2 * (1 + r))) in *. assert (0 <= (v 0%nat + v 1%nat) ^ 2) by apply pow2_ge_0. nra.
Qed.

Theorem witness_varying_least_margin : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (kappa : R -> R),
  (0 < n)%nat -> signs n s -> dissipates Q (loss n (margin s f)) (dissipation n s f K) -> resists Q (loss n (margin s f)) (dissipation n s f K) ->
  forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> continuous kappa r /\ 0 <= kappa r) ->
  (forall r : R, 0 <= r <= t -> Q r -> symmetric n (K r) /\ psd n (K r) /\ (forall i : nat, (i < n)%nat -> K r i i <= kappa r)) -> False).
Proof.
  intros H. destruct twin_trained as [HD HR].
  apply (H (fun _ => True) 2%nat (fun _ => 1) _ twin_kernel (fun _ => 1) ltac:(lia) ltac:(intros i _; left; reflexivity) HD HR 1 Rle_0_1).
  - intros r _. split; [apply continuous_const|lra].
  - intros r Hr _. apply twin_kernel_bounded. lra.
Qed.

Theorem mutant_varying_least_margin : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (kappa : R -> R),
  (0 < n)%nat -> signs n s -> dissipates Q (loss n (margin s f)) (dissipation n s f K) -> resists Q (loss n (margin s f)) (dissipation n s f K) ->
  forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> continuous kappa r /\ 0 <= kappa r) ->
  (forall r : R, 0 <= r <= t -> Q r -> symmetric n (K r) /\ psd n (K r) /\ (forall i : nat, (i < n)%nat -> K r i i <= kappa r)) ->
  exists i : nat, (i < n)%nat /\ exp (margin s f i t) + margin s f i t <= potential (loss n (margin s f) 0 / INR n) + RInt kappa 0 t).
Proof.
  intros H. destruct twin_trained as [HD HR].
  destruct (H (fun _ => True) 2%nat (fun _ => 1) _ twin_kernel (fun _ => 1) ltac:(lia) ltac:(intros i _; left; reflexivity) HD HR 1 Rle_0_1) as [i [_ Hi]].
  - intros r _. split; [apply continuous_const|lra].
  - intros r Hr _. apply twin_kernel_bounded. lra.
  - rewrite twin_margin, twin_loss in Hi by lra. rewrite exp_ln, RInt_const in Hi by lra. unfold scal in Hi; simpl in Hi; unfold mult in Hi; simpl in Hi.
    unfold potential in Hi. replace (2 * ln (1 + / (1 + 0)) / (1 + 1)) with (ln 2) in Hi by (replace (1 + / (1 + 0)) with 2 by field; field).
    rewrite exp_ln in Hi by lra. replace (2 - 1) with 1 in Hi by ring. rewrite Rinv_1, ln_1 in Hi.
    assert (0 < ln (1 + 1)) by (rewrite <- ln_1; apply ln_increasing; lra). lra.
Qed.

(** ** Corollary 1, ResNet: the output weight is t, b = 1, the rest zero; the output is t *)
Definition growing (t : R) (p : resnet_parameter) : R := match p with OutWeight _ => t | InBias _ => 1 | _ => 0 end.

Lemma growing_output t : resnet 0 1 1 0 (growing t) (fun _ => 0) = t.
Proof. unfold resnet; simpl. replace (1 / 1) with 1 by field. rewrite sqrt_1. ring. Qed.

Theorem corollary_1_resnet_inhabited : (forall p, Rabs (growing 0 p) <= 1) /\
  is_lim (fun t => Rabs (resnet 0 1 1 0 (growing t) (fun _ => 0))) p_infty p_infty.
Proof.
  split.
  - intros p. destruct p; simpl; apply Rabs_le; lra.
  - apply is_lim_spec. intros M. exists M. intros t Ht. rewrite growing_output. eapply Rlt_le_trans; [exact Ht|apply Rle_abs].
Qed.

(** Not every parameter moves. *)
Theorem mutant_corollary_1_resnet : ~ (forall (d m : nat) (alpha : R) (L : nat) (x : nat -> R) (theta : R -> resnet_parameter -> R) (B0 : R),
  (forall p, Rabs (theta 0 p) <= B0) ->
  is_lim (fun t => Rabs (resnet d m alpha L (theta t) x)) p_infty p_infty ->
  forall B, exists T, forall t, T < t -> forall p, B < Rabs (theta t p - theta 0 p)).
Proof.
  intros H. destruct corollary_1_resnet_inhabited as [H0 Hl].
  destruct (H 0%nat 1%nat 1 0%nat (fun _ => 0) growing 1 H0 Hl 0) as [T HT].
  specialize (HT (T + 1) ltac:(lra) (InBias 0)). simpl in HT. rewrite Rminus_eq_0, Rabs_R0 in HT. lra.
Qed.

(** A bound that does not hold: the parameters need not move faster than the outputs. *)
Theorem mutant_corollary_1_resnet_bounded : ~ (forall (d m : nat) (alpha : R) (L : nat) (x : nat -> R) (theta : R -> resnet_parameter -> R) (B0 : R),
  (forall p, Rabs (theta 0 p) <= B0) ->
  (forall M, exists t, M < Rabs (resnet d m alpha L (theta t) x)) ->
  forall B, exists T, forall t, T < t -> exists p, B < Rabs (theta t p - theta 0 p)).
Proof.
  intros H. destruct corollary_1_resnet_inhabited as [H0 _].
  (* outputs that are large at negative times only *)
  destruct (H 0%nat 1%nat 1 0%nat (fun _ => 0) (fun t => growing (Rmax 0 (- t))) 1) with (B := 0) as [T HT].
  - intros p. rewrite Ropp_0, Rmax_left by lra. apply H0.
  - intros M. exists (- (Rabs M + 1)). rewrite growing_output, Ropp_involutive.
    assert (A := Rabs_pos M). rewrite Rmax_right by lra. rewrite (Rabs_pos_eq (Rabs M + 1)) by lra. assert (B := Rle_abs M). lra.
  - assert (M0 := Rmax_l 0 T). assert (M1 := Rmax_r 0 T). destruct (HT (Rmax 0 T + 1) ltac:(lra)) as [p Hp].
    rewrite Ropp_0, !Rmax_left, Rminus_eq_0, Rabs_R0 in Hp by lra. lra.
Qed.

Theorem witness_varying_envelope : ~ (forall (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D c : R -> R), (0 < n)%nat -> dissipates Q
  (loss n q) D -> forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> continuous c r /\ 0 <= c r) -> (forall r : R, 0 <= r <= t -> Q r
  -> c r * sum n (residual q r) ^ 2 <= D r) -> False).
Proof.
  intros H. destruct constant_kernel_trains as [_ HD].
  apply (H 1%nat _ _ _ (fun _ => 1) (le_n 1) HD 0 (Rle_refl 0)).
  - intros r _. split; [apply continuous_const|lra].
  - intros r _ _. unfold dissipation, quad, signed; simpl. lra.
Qed.

Theorem witness_varying_margin_envelope : ~ (forall (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D c : R -> R), (0 < n)%nat ->
  dissipates Q (loss n q) D -> forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> continuous c r /\ 0 <= c r) -> (forall r : R, 0 <= r
  <= t -> Q r -> c r * sum n (residual q r) ^ 2 <= D r) -> forall y : R, 0 < y -> y + ln y <= potential (loss n q 0) + RInt c 0 t ->
  forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct constant_kernel_trains as [_ HD].
  set (q := margin (fun _ => 1) (fun _ t => ln (1 + t))) in *. set (g0 := potential (loss 1 q 0)). set (w := Rmin 1 (exp (g0 - 1))).
  assert (Hw : 0 < w) by (apply Rmin_glb_lt; [lra|apply exp_pos]).
  assert (H1 : ln w <= g0 - 1).
  { rewrite <- (ln_exp (g0 - 1)). assert (Hr := Rmin_r 1 (exp (g0 - 1))). fold w in Hr. destruct Hr as [Hl|He]; [left; apply ln_increasing; assumption|rewrite He; lra]. }
  assert (H2 := Rmin_l 1 (exp (g0 - 1))). fold w in H2.
  apply (H 1%nat q _ _ (fun _ => 1) (le_n 1) HD 0 (Rle_refl 0)) with (y := w) (i := 0%nat).
  - intros r _. split; [apply continuous_const|lra].
  - intros r _ _. unfold dissipation, quad, signed; simpl. fold q. lra.
  - exact Hw.
  - rewrite (RInt_point 0 (fun _ => 1)). unfold zero; simpl. fold g0. lra.
  - lia.
Qed.

Theorem witness_theorem_1_integral : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R)
  (c : R -> R), trains Q n s f K -> (forall t : R, 0 <= t -> continuous c t /\ 0 <= c t) -> (forall t : R, 0 <= t -> Q t -> label n s (K
  t) (c t)) -> is_lim (fun t : R => RInt c 0 t) p_infty p_infty -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct theorem_1_integral_inhabited as [H1 [H2 [H3 H4]]]. exact (H _ _ _ _ _ _ H1 H2 H3 H4 0%nat (le_n 1)).
Qed.

Theorem witness_varying_upper_envelope : ~ (forall (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D kappa : R -> R), (0 < n)%nat ->
  dissipates Q (loss n q) D -> resists Q (loss n q) D -> forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> continuous kappa r /\ 0 <=
  kappa r) -> (forall r : R, 0 <= r <= t -> Q r -> 0 <= D r <= kappa r * sum n (residual q r) ^ 2) -> False).
Proof.
  intros H. apply (H 2%nat _ _ _ (fun _ => 1) ltac:(lia) twin_dissipates twin_resists 1 ltac:(lra)).
  - intros r _. split; [apply continuous_const|lra].
  - intros r Hr _. apply twin_bounded. lra.
Qed.

Theorem witness_corollary_1_resnet : ~ (forall (d m : nat) (alpha : R) (L : nat) (x : nat -> R) (theta : R -> resnet_parameter -> R) (B0
  : R), (forall p : resnet_parameter, Rabs (theta 0 p) <= B0) -> is_lim (fun t : R => Rabs (resnet d m alpha L (theta t) x)) p_infty
  p_infty -> forall B : R, False).
Proof.
  intros H. destruct corollary_1_resnet_inhabited as [H0 Hl]. exact (H _ _ _ _ _ _ _ H0 Hl 0).
Qed.

Theorem mutant_varying_envelope : ~ (forall (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D c : R -> R), (0 < n)%nat -> dissipates Q
  (loss n q) D -> forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> continuous c r /\ 0 <= c r) -> (forall r : R, 0 <= r <= t -> Q r
  -> c r * sum n (residual q r) ^ 2 <= D r) -> potential (loss n q 0) + 2 * RInt c 0 t <= potential (loss n q t)).
Proof.
  intros H. apply mutant_varying_margin_envelope. intros n q Q D c Hn HD t Ht Hc Hr y Hy Hyt i Hi.
  assert (H1 := H n q Q D c Hn HD t Ht Hc Hr).
  assert (HS := potential_level (loss n q t) y (loss_pos n q t Hn) Hy ltac:(lra)).
  assert (Hm := margin_loss n q t i Hi).
  assert (Hexp : exp (- q i t) <= exp (- ln y)) by (rewrite (exp_Ropp (ln y)), exp_ln by exact Hy; lra).
  apply Ropp_le_cancel. apply Rnot_lt_le. intros Hlt. apply exp_increasing in Hlt. lra.
Qed.

Theorem mutant_theorem_1_positive : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (c
  : R -> R), trains Q n s f K -> (forall t : R, 0 <= t -> continuous c t /\ 0 <= c t) -> (forall t : R, 0 <= t -> Q t -> label n s (K t)
  (c t)) -> (forall t : R, 0 <= t -> 0 < c t) -> forall i : nat, (i < n)%nat -> is_lim (margin s f i) p_infty p_infty /\ is_lim (fun t : R
  => Rabs (f i t)) p_infty p_infty).
Proof.
  intros H. apply mutant_theorem_1_integral. intros Q n s f K c HT Hc HK.
  apply (H Q n s f K c HT); [|exact HK|apply Hc]. intros t Ht. destruct (Hc t Ht) as [H1 H2]. split; [exact H1|lra].
Qed.

Theorem mutant_margin_envelope : ~ (forall (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D : R -> R) (c : R), (0 < n)%nat -> dissipates Q
  (loss n q) D -> 0 <= c -> forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> Q r -> c * sum n (residual q r) ^ 2 <= D r) -> forall y
  : R, 0 < y -> y + ln y <= potential (loss n q 0) + 2 * c * t -> forall i : nat, (i < n)%nat -> ln y <= q i t).
Proof.
  intros H. destruct constant_kernel_trains as [_ HD].
  assert (H2 : ln 2.1 <= margin (fun _ => 1) (fun _ t => ln (1 + t)) 0 1).
  { apply (H 1%nat _ _ _ 1 ltac:(lia) HD ltac:(lra) 1 ltac:(lra)).
    - intros r _ _. unfold dissipation, quad, signed; simpl. lra.
    - lra.
    - assert (HG : potential (loss 1 (margin (fun _ => 1) (fun _ t => ln (1 + t))) 0) = 1).
      { unfold loss, margin, potential; simpl. rewrite Rplus_0_r, ln_1, Rmult_0_r, Ropp_0, exp_0, Rplus_0_l, exp_ln by lra.
        replace (1 + 1 - 1) with 1 by ring. rewrite ln_1. field. }
      rewrite HG. assert (ln 2.1 <= 0.9); [|lra]. rewrite <- (ln_exp 0.9). left. apply ln_increasing; [lra|].
      replace 0.9 with (0.45 + 0.45) by lra. rewrite exp_plus. assert (Hx := exp_ineq1_le 0.45). nra.
    - lia. }
  unfold margin in H2. rewrite Rmult_1_l in H2. assert (H3 : ln (1 + 1) < ln 2.1) by (apply ln_increasing; lra). lra.
Qed.
