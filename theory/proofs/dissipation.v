(** The loss (2.3)-(2.6), and what it means for a flow to lower it at the rate u' K^r u. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices.
Open Scope R_scope.

Definition loss (n : nat) (q : nat -> R -> R) (t : R) : R := sum n (fun i => ln (1 + exp (- q i t))).
Definition residual (q : nat -> R -> R) (t : R) (i : nat) : R := / (1 + exp (q i t)).
(** [dissipates Q L D]: over any interval the loss falls at least at the least rate of dissipation at the times Q in it.
    Q are the times at which the flow equation holds: all but finitely many, or almost all; K_t means nothing at others.
    It is weaker than L' = -D and than L(t) - L(s) = - int_s^t D (both proved below), and it is what a Clarke
    subgradient flow of a network with kinks satisfies. *)
Definition dissipates (Q : R -> Prop) (L D : R -> R) : Prop :=
  forall s t c, 0 <= s -> s <= t -> 0 <= c -> (forall r, s <= r <= t -> Q r -> c <= D r) -> L t <= L s - c * (t - s).
Lemma dissipates_integral L D :
  (forall s t, 0 <= s -> s <= t -> ex_RInt D s t /\ L t <= L s - RInt D s t) -> dissipates (fun _ => True) L D.
Proof.
  intros H s t c Hs Hst Hc HD. destruct (H s t Hs Hst) as [Hex Hle].
  assert (RInt (fun _ => c) s t <= RInt D s t).
  { apply RInt_le; [exact Hst|apply ex_RInt_const|exact Hex|intros x Hx; apply HD; [lra|exact I]]. }
  rewrite RInt_const in H0. unfold scal in H0; simpl in H0; unfold mult in H0; simpl in H0. lra.
Qed.

Lemma dissipates_from_positive (Q : R -> Prop) (L D : R -> R) :
  (forall s t c, 0 < s -> s <= t -> (forall r, s <= r <= t -> Q r -> c <= D r) -> L t <= L s - c * (t - s)) ->
  filterlim L (at_right 0) (locally (L 0)) -> dissipates Q L D.
Proof.
  intros Hpos H0.
  intros s t c Hs Hst Hc HD.
  destruct (Rle_lt_or_eq_dec 0 s Hs) as [Hs'|<-]; [apply Hpos; assumption|].
  destruct (Rle_lt_or_eq_dec 0 t Hst) as [Ht|<-]; [|lra].
  apply Rnot_lt_le. intros Hlt.
  set (e := L t - (L 0 - c * (t - 0))) in *.
  assert (He : 0 < e) by (unfold e; lra).
  assert (He2 : 0 < e / 2) by lra.
  destruct (H0 (ball (L 0) (mkposreal (e / 2) He2)) (locally_ball _ _)) as [d Hd'].
  assert (Hd0 := cond_pos d).
  assert (Hq : 0 < e / 2 / (c + 1)) by (apply Rdiv_lt_0_compat; lra).
  set (s := Rmin (d / 2) (Rmin t (e / 2 / (c + 1)))).
  assert (Hsd : 0 < s) by (unfold s; repeat apply Rmin_glb_lt; lra).
  assert (Hs2 : s <= d / 2) by apply Rmin_l.
  assert (Hs4 : s <= Rmin t (e / 2 / (c + 1))) by apply Rmin_r.
  assert (Hs5 := Rmin_l t (e / 2 / (c + 1))). assert (Hs6 := Rmin_r t (e / 2 / (c + 1))).
  assert (Hs3 : s * (c + 1) <= e / 2).
  { replace (e / 2) with (e / 2 / (c + 1) * (c + 1)) by (field; lra). apply Rmult_le_compat_r; lra. }
  clearbody s.
  assert (HB : ball (L 0) (e / 2) (L s)).
  { apply (Hd' s); [|lra]. unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl.
    rewrite Rabs_pos_eq by lra. lra. }
  unfold ball in HB; simpl in HB; unfold AbsRing_ball, abs, minus, plus, opp in HB; simpl in HB.
  apply Rabs_def2 in HB.
  assert (HL := Hpos s t c ltac:(lra) ltac:(lra) ltac:(intros r Hr HQ; apply HD; [lra|exact HQ])).
  unfold e in *. lra.
Qed.

Lemma dissipates_derivative L D :
  (forall t, 0 < t -> is_derive L t (- D t)) -> filterlim L (at_right 0) (locally (L 0)) -> dissipates (fun _ => True) L D.
Proof.
  intros Hd H0.
  assert (Hpos : forall s t c, 0 < s -> s <= t -> (forall r, s <= r <= t -> True -> c <= D r) -> L t <= L s - c * (t - s)).
  { intros s t c Hs Hst HD.
    destruct (MVT_gen L s t (fun r => - D r)) as [x [Hx Heq]].
    - intros x Hx. apply Hd. rewrite Rmin_left in Hx by lra. lra.
    - intros x Hx. rewrite Rmin_left in Hx by lra. apply continuity_pt_filterlim.
      apply (ex_derive_continuous L). exists (- D x). apply Hd. lra.
    - rewrite Rmin_left, Rmax_right in Hx by lra. specialize (HD x Hx I). nra. }
  apply dissipates_from_positive; assumption.
Qed.

(** Flows that cross kinks: differentiable except at times of which every bounded interval has finitely many. *)
Lemma fall_piecewise (L : R -> R) (c : R) : forall (kinks : list R) (s t : R), s <= t ->
  (forall r, s <= r <= t -> continuous L r) ->
  (forall r, s < r < t -> ~ In r kinks -> exists l, is_derive L r l /\ l <= - c) ->
  L t <= L s - c * (t - s).
Proof.
  induction kinks as [|k kinks IH]; intros s t Hst Hc Hd.
  - set (df := fun r => if Rlt_dec s r then if Rlt_dec r t then Derive L r else - c else - c).
    destruct (MVT_gen L s t df) as [x [Hx Heq]].
    + intros x Hx. rewrite Rmin_left, Rmax_right in Hx by lra. unfold df.
      destruct (Rlt_dec s x), (Rlt_dec x t); try lra. apply Derive_correct.
      destruct (Hd x Hx (fun H => H)) as [l [Hl _]]. exists l. exact Hl.
    + intros x Hx. rewrite Rmin_left, Rmax_right in Hx by lra. apply continuity_pt_filterlim, Hc, Hx.
    + assert (Hdf : df x <= - c).
      { unfold df. destruct (Rlt_dec s x); [|lra]. destruct (Rlt_dec x t); [|lra].
        destruct (Hd x ltac:(lra) (fun H => H)) as [l [Hl Hle]]. rewrite (is_derive_unique _ _ _ Hl). exact Hle. }
      nra.
  - destruct (Rlt_dec s k) as [Hsk|Hsk]; [destruct (Rlt_dec k t) as [Hkt|Hkt]|].
    + assert (H1 := IH s k ltac:(lra) ltac:(intros r Hr; apply Hc; lra)
        ltac:(intros r Hr Hn; apply Hd; [lra|intros [<-|H]; [lra|contradiction]])).
      assert (H2 := IH k t ltac:(lra) ltac:(intros r Hr; apply Hc; lra)
        ltac:(intros r Hr Hn; apply Hd; [lra|intros [<-|H]; [lra|contradiction]])).
      lra.
    + apply IH; [exact Hst|exact Hc|]. intros r Hr Hn. apply Hd; [exact Hr|]. intros [<-|H]; [lra|contradiction].
    + apply IH; [exact Hst|exact Hc|]. intros r Hr Hn. apply Hd; [exact Hr|]. intros [<-|H]; [lra|contradiction].
Qed.

Theorem dissipates_piecewise (Q : R -> Prop) (L D : R -> R) :
  (forall t, 0 < t -> continuous L t) -> filterlim L (at_right 0) (locally (L 0)) ->
  (forall T, exists kinks, forall t, 0 < t < T -> ~ In t kinks -> Q t) ->
  (forall t, 0 < t -> Q t -> exists l, is_derive L t l /\ l <= - D t) ->
  dissipates Q L D.
Proof.
  intros Hc H0 Hk Hd. apply dissipates_from_positive; [|exact H0].
  intros s t c Hs Hst HD. destruct (Hk (t + 1)) as [kinks Hkk].
  apply (fall_piecewise L c kinks s t Hst).
  - intros r Hr. apply Hc. lra.
  - intros r Hr Hn. assert (HQ := Hkk r ltac:(lra) Hn). destruct (Hd r ltac:(lra) HQ) as [l [Hl Hle]].
    exists l. split; [exact Hl|]. specialize (HD r ltac:(lra) HQ). lra.
Qed.

Lemma residual_pos q t i : 0 < residual q t i.
Proof. apply Rinv_0_lt_compat. assert (H := exp_pos (q i t)). lra. Qed.

Lemma one_loss_pos x : 0 < ln (1 + exp (- x)).
Proof. rewrite <- ln_1. apply ln_increasing; [lra|]. assert (H := exp_pos (- x)). lra. Qed.

Lemma loss_nonneg n q t : 0 <= loss n q t.
Proof. apply sum_nonneg; intros; left; apply one_loss_pos. Qed.

Lemma loss_pos n q t : (0 < n)%nat -> 0 < loss n q t.
Proof. intros Hn. apply (sum_pos n _ 0%nat Hn); intros; [|left]; apply one_loss_pos. Qed.

Lemma one_loss_residual x : exp (- ln (1 + exp (- x))) = 1 - / (1 + exp x).
Proof.
  assert (H := exp_pos x). assert (H' := exp_pos (- x)).
  rewrite exp_Ropp, exp_ln by lra. rewrite exp_Ropp. field. lra.
Qed.

(** (5.4): V = - sum ln(1 - u_i) is the loss. *)
Theorem equation_5_4 n q t : - sum n (fun i => ln (1 - residual q t i)) = loss n q t.
Proof.
  unfold loss. rewrite <- sum_opp. apply sum_ext; intros i _. unfold residual.
  rewrite <- one_loss_residual, ln_exp. ring.
Qed.

(** sum u_i >= 1 - exp(-L). *)
Lemma residual_loss n q t : 1 - exp (- loss n q t) <= sum n (residual q t).
Proof.
  unfold loss. induction n as [|n IH]; simpl.
  - rewrite Ropp_0, exp_0. lra.
  - set (L := sum n (fun i => ln (1 + exp (- q i t)))) in *.
    rewrite Ropp_plus_distr, exp_plus, one_loss_residual. fold (residual q t n).
    assert (H := residual_pos q t n). assert (HL : 0 <= L) by (apply sum_nonneg; intros; left; apply one_loss_pos).
    assert (HE := exp_pos (- L)). assert (HE1 : exp (- L) <= 1).
    { rewrite <- exp_0. destruct HL as [HL|HL]; [left; apply exp_increasing; lra|rewrite <- HL, Ropp_0; lra]. }
    nra.
Qed.

(** Every margin is at least -ln(exp L - 1). *)
Lemma margin_loss n q t i : (i < n)%nat -> exp (- q i t) <= exp (loss n q t) - 1.
Proof.
  intros Hi. assert (H := sum_term n (fun i => ln (1 + exp (- q i t))) i Hi).
  assert (HL : ln (1 + exp (- q i t)) <= loss n q t) by (apply H; intros; left; apply one_loss_pos).
  assert (HP := exp_pos (- q i t)).
  assert (exp (ln (1 + exp (- q i t))) <= exp (loss n q t)).
  { destruct HL as [HL|HL]; [left; apply exp_increasing; exact HL|rewrite HL; lra]. }
  rewrite exp_ln in H0 by lra. lra.
Qed.

(** The margins q_i = s_i f_i and the dissipation u' K^r u of a flow under the logistic loss. *)
Definition margin (s : nat -> R) (f : nat -> R -> R) (i : nat) (t : R) : R := s i * f i t.
Definition dissipation (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (t : R) : R :=
  quad n (signed s (K t)) (residual (margin s f) t).
Definition trains (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) : Prop :=
  signs n s /\ dissipates Q (loss n (margin s f)) (dissipation n s f K).

Definition unbounded (Q : R -> Prop) : Prop := forall T, exists t, T <= t /\ Q t.

(** ** Later starts: the gap comes back for ever, whatever it was at initialisation *)
Lemma trains_later Q n s f K T : 0 <= T -> trains Q n s f K ->
  trains (fun t => Q (T + t)) n s (fun i t => f i (T + t)) (fun t => K (T + t)).
Proof.
  intros HT [Hs HD]. split; [exact Hs|]. intros a b c Ha Hab Hc H.
  assert (H1 := HD (T + a) (T + b) c ltac:(lra) ltac:(lra) Hc). replace (T + b - (T + a)) with (b - a) in H1 by ring.
  apply H1. intros r Hr HQ. assert (H2 := H (r - T) ltac:(lra)). unfold dissipation, residual, margin in *.
  replace (T + (r - T)) with r in H2 by ring. exact (H2 HQ).
Qed.

Lemma unbounded_later Q T : unbounded Q -> unbounded (fun t => Q (T + t)).
Proof.
  intros H M. destruct (H (T + M)) as [t [Ht HQ]]. exists (t - T). split; [lra|]. replace (T + (t - T)) with t by ring. exact HQ.
Qed.
