(** Theorem 1 and Lemma 8: where the least eigenvalue of K_t stays above C > 0, every margin tends to infinity. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope.
Open Scope R_scope.

Section Theorem_1.
Variable n : nat.
Variable q : nat -> R -> R.
Variable Q : R -> Prop.
Variable D : R -> R.
Variable c : R.
Hypothesis n_pos : (0 < n)%nat.
Hypothesis flow : dissipates Q (loss n q) D.
Hypothesis c_pos : 0 < c.
Hypothesis rate : forall r, 0 <= r -> Q r -> c * sum n (residual q r) ^ 2 <= D r.
Lemma loss_small e : 0 < e -> exists T, 0 <= T /\ forall t, T < t -> loss n q t < e.
Proof.
  intros He. exists (Rmax 0 ((potential e - potential (loss n q 0)) / c)). split; [apply Rmax_l|].
  intros t Ht. assert (H0 := Rmax_l 0 ((potential e - potential (loss n q 0)) / c)).
  assert (H1 := Rmax_r 0 ((potential e - potential (loss n q 0)) / c)).
  apply Rnot_le_lt. intros Hle.
  assert (H := envelope n q Q D n_pos flow c ltac:(lra) 0 t (Rle_refl 0) ltac:(lra)
                 ltac:(intros r Hr HQ; apply rate; [lra|exact HQ])). rewrite Rminus_0_r in H.
  assert (HG := potential_decreasing (loss n q t) e He Hle).
  assert (c * ((potential e - potential (loss n q 0)) / c) < c * t) by (apply Rmult_lt_compat_l; lra).
  replace (c * ((potential e - potential (loss n q 0)) / c)) with (potential e - potential (loss n q 0)) in H2 by (field; lra). lra.
Qed.

Lemma loss_vanishes : is_lim (loss n q) p_infty 0.
Proof.
  apply is_lim_spec. intros [e He]; simpl. destruct (loss_small e He) as [T [_ HT]].
  exists T. intros t Ht. rewrite Rminus_0_r, Rabs_pos_eq by apply loss_nonneg. apply HT, Ht.
Qed.

Lemma margins_diverge i : (i < n)%nat -> is_lim (q i) p_infty p_infty.
Proof.
  intros Hi. apply is_lim_spec. intros M; simpl. assert (HM := exp_pos (- M)).
  destruct (loss_small (ln (1 + exp (- M)))) as [T [_ HT]]; [apply one_loss_pos|].
  exists T. intros t Ht. specialize (HT t Ht). assert (H := margin_loss n q t i Hi).
  apply exp_increasing in HT. rewrite exp_ln in HT by lra.
  assert (- q i t < - M) by (apply exp_lt_inv; lra). lra.
Qed.

End Theorem_1.

Lemma abs_diverges s f i : (s i = 1 \/ s i = -1) ->
  is_lim (margin s f i) p_infty p_infty -> is_lim (fun t => Rabs (f i t)) p_infty p_infty.
Proof.
  intros Hs H. apply is_lim_spec in H. apply is_lim_spec. intros M. destruct (H M) as [T HT].
  exists T. intros t Ht. specialize (HT t Ht). unfold margin in HT.
  destruct Hs as [Hs|Hs]; rewrite Hs in HT.
  - eapply Rlt_le_trans; [exact HT|]. rewrite Rmult_1_l. apply Rle_abs.
  - eapply Rlt_le_trans; [exact HT|]. rewrite <- Rabs_Ropp. eapply Rle_trans; [|apply Rle_abs]. lra.
Qed.

Theorem theorem_1_label (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (c : R) :
  trains Q n s f K -> 0 < c -> (forall t, 0 <= t -> Q t -> label n s (K t) c) ->
  forall i, (i < n)%nat ->
    is_lim (margin s f i) p_infty p_infty /\ is_lim (fun t => Rabs (f i t)) p_infty p_infty.
Proof.
  intros [Hs HD] Hc HK i Hi.
  assert (H : is_lim (margin s f i) p_infty p_infty).
  { apply (margins_diverge n (margin s f) Q (dissipation n s f K) c ltac:(lia) HD Hc); [|exact Hi].
    intros r Hr HQ. apply (HK r Hr HQ). intros j _. left. apply residual_pos. }
  split; [exact H|apply (abs_diverges s); [apply Hs, Hi|exact H]].
Qed.

Theorem theorem_1 (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R) :
  trains Q n s f K -> 0 < C -> (forall t, 0 <= t -> Q t -> below n (K t) C) ->
  forall i, (i < n)%nat ->
    is_lim (margin s f i) p_infty p_infty /\ is_lim (fun t => Rabs (f i t)) p_infty p_infty.
Proof.
  intros HT HC HK i Hi. assert (Hn : (0 < n)%nat) by lia.
  assert (Hp : 0 < INR n) by (apply lt_0_INR; exact Hn).
  apply (theorem_1_label Q n s f K (C / INR n) HT); [apply Rdiv_lt_0_compat; lra| |exact Hi].
  intros t Ht HQ. apply label_below; [exact Hn|lra|apply HT|apply HK; assumption].
Qed.

Theorem theorem_1_eventually (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C T : R) :
  trains Q n s f K -> 0 < C -> 0 <= T -> (forall t, T <= t -> Q t -> below n (K t) C) ->
  forall i, (i < n)%nat -> is_lim (fun t => Rabs (f i t)) p_infty p_infty.
Proof.
  intros HT HC H0 HK i Hi.
  destruct (theorem_1 (fun t => Q (T + t)) n s (fun i t => f i (T + t)) (fun t => K (T + t)) C (trains_later Q n s f K T H0 HT) HC) with (i := i) as [_ H]; [|exact Hi|].
  - intros t Ht HQ. apply HK; [lra|exact HQ].
  - apply is_lim_spec in H. apply is_lim_spec. intros M. destruct (H M) as [N HN]. exists (T + N). intros t Ht.
    assert (H1 := HN (t - T) ltac:(lra)). simpl in H1. replace (T + (t - T)) with t in H1 by ring. exact H1.
Qed.

(** Lemma 8: the loss vanishes, and every margin, not only every output, tends to infinity. *)
Theorem lemma_8 (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R) :
  (0 < n)%nat -> trains Q n s f K -> 0 < C -> (forall t, 0 <= t -> Q t -> below n (K t) C) ->
  is_lim (loss n (margin s f)) p_infty 0 /\ forall i, (i < n)%nat -> is_lim (margin s f i) p_infty p_infty.
Proof.
  intros Hn HT HC HK. assert (Hp : 0 < INR n) by (apply lt_0_INR; exact Hn). split.
  - apply (loss_vanishes n (margin s f) Q (dissipation n s f K) (C / INR n) Hn (proj2 HT)); [apply Rdiv_lt_0_compat; lra|].
    intros r Hr HQ. apply (label_below n s (K r) C Hn ltac:(lra) (proj1 HT) (HK r Hr HQ)). intros j _. left. apply residual_pos.
  - intros i Hi. apply (theorem_1 Q n s f K C HT HC HK i Hi).
Qed.
