(** Theorem 2 for any flow that dissipates, any reference kernel K and any labelling, as a supremum over time, as a
    limsup, and with the time by which a smaller gap has been left. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope theorem_1.
Open Scope R_scope.

(** Theorem 2 for any fixed reference kernel and any labelling. *)
Theorem gap (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R) (Kt : R -> nat -> nat -> R)
    (c g beta : R) (i : nat) :
  (i < n)%nat -> trains Q n s f Kt -> label n s K c -> g < c ->
  0 < beta -> (forall t, 0 <= t -> Q t -> beta * Rabs (f i t) <= Kt t i i) -> unbounded Q ->
  ~ (forall t, 0 <= t -> Q t -> within n K (Kt t) g).
Proof.
  intros Hi HT HK Hg Hb HN HU Hw.
  destruct (theorem_1_label Q n s f Kt (c - g) HT ltac:(lra)) with (i := i) as [_ Hlim]; [|exact Hi|].
  - intros t Ht HQ. apply (label_aware_constant n s K); [apply HT|exact HK|apply Hw; assumption].
  - apply is_lim_spec in Hlim. destruct (Hlim ((K i i + g) / beta)) as [T HTT].
    destruct (HU (Rmax 0 (T + 1))) as [t [Ht HQ]]. assert (M0 := Rmax_l 0 (T + 1)). assert (M1 := Rmax_r 0 (T + 1)).
    assert (H0 : 0 <= t) by lra.
    specialize (HTT t ltac:(lra)). specialize (HN t H0 HQ). specialize (Hw t H0 HQ i i Hi Hi).
    apply Rabs_bounds in Hw.
    assert (beta * ((K i i + g) / beta) < beta * Rabs (f i t)) by (apply Rmult_lt_compat_l; assumption).
    replace (beta * ((K i i + g) / beta)) with (K i i + g) in H by (field; lra). lra.
Qed.

(** The set of all |K_t(x_i, x_j) - K(x_i, x_j)| over time and pairs; its supremum in [0, oo]. *)
Definition differences (Q : R -> Prop) (n : nat) (K : nat -> nat -> R) (Kt : R -> nat -> nat -> R) (r : R) : Prop :=
  exists t i j, 0 <= t /\ Q t /\ (i < n)%nat /\ (j < n)%nat /\ r = Rabs (Kt t i j - K i j).
Definition sup_gap Q n K Kt : Rbar := Lub_Rbar (differences Q n K Kt).
Theorem gap_sup (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R) (Kt : R -> nat -> nat -> R)
    (c beta : R) (i : nat) :
  (i < n)%nat -> trains Q n s f Kt -> label n s K c ->
  0 < beta -> (forall t, 0 <= t -> Q t -> beta * Rabs (f i t) <= Kt t i i) -> unbounded Q ->
  Rbar_le c (sup_gap Q n K Kt).
Proof.
  intros Hi HT HK Hb HN HU. apply Rbar_not_lt_le. intros Hlt.
  destruct (Lub_Rbar_correct (differences Q n K Kt)) as [Hub _]. fold (sup_gap Q n K Kt) in Hub.
  destruct (HU 0) as [t0 [Ht0 HQ0]].
  assert (Hin : differences Q n K Kt (Rabs (Kt t0 i i - K i i))).
  { exists t0, i, i. repeat split; [lra|exact HQ0|exact Hi|exact Hi]. }
  assert (H0 := Hub _ Hin).
  destruct (sup_gap Q n K Kt) as [g| |]; simpl in *; [|contradiction|contradiction].
  apply (gap Q n s f K Kt c g beta i Hi HT HK Hlt Hb HN HU).
  intros t Ht HQ a b Ha Hb'. apply (Hub (Rabs (Kt t a b - K a b))). exists t, a, b. auto 6.
Qed.

(** Theorem 2 with lambda_0 / n in place of the printed lambda_0 / (2 n^2). *)
Theorem theorem_2 (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R) (Kt : R -> nat -> nat -> R)
    (l0 beta : R) (i : nat) :
  (i < n)%nat -> trains Q n s f Kt -> 0 <= l0 -> below n K l0 ->
  0 < beta -> (forall t, 0 <= t -> Q t -> beta * Rabs (f i t) <= Kt t i i) -> unbounded Q ->
  Rbar_le (l0 / INR n) (sup_gap Q n K Kt).
Proof.
  intros Hi HT Hl HK Hb HN HU. apply (gap_sup Q n s f K Kt _ beta i Hi HT); [|exact Hb|exact HN|exact HU].
  apply label_below; [lia|exact Hl|apply HT|exact HK].
Qed.

Lemma printed_constant n l0 : (0 < n)%nat -> 0 <= l0 -> Rbar_le (l0 / (2 * INR n ^ 2)) (l0 / INR n).
Proof.
  intros Hn Hl. assert (Hp : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia).
  simpl. unfold Rdiv. apply Rmult_le_compat_l; [exact Hl|]. apply Rinv_le_contravar; nra.
Qed.

Corollary theorem_2_printed (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R)
    (Kt : R -> nat -> nat -> R) (l0 beta : R) (i : nat) :
  (i < n)%nat -> trains Q n s f Kt -> 0 <= l0 -> below n K l0 ->
  0 < beta -> (forall t, 0 <= t -> Q t -> beta * Rabs (f i t) <= Kt t i i) -> unbounded Q ->
  Rbar_le (l0 / (2 * INR n ^ 2)) (sup_gap Q n K Kt).
Proof.
  intros Hi HT Hl HK Hb HN HU. eapply Rbar_le_trans; [|apply (theorem_2 Q n s f K Kt l0 beta i); assumption].
  apply printed_constant; [lia|exact Hl].
Qed.

(** limsup over t of max_ij |K_t - K| >= c: after every time T and for every g < c some entry is further than g away. *)
Theorem gap_limsup (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R)
    (Kt : R -> nat -> nat -> R) (c g beta T : R) (i : nat) :
  (i < n)%nat -> trains Q n s f Kt -> label n s K c -> g < c ->
  0 < beta -> (forall t, 0 <= t -> Q t -> beta * Rabs (f i t) <= Kt t i i) -> unbounded Q -> 0 <= T ->
  ~ (forall t, T <= t -> Q t -> within n K (Kt t) g).
Proof.
  intros Hi HT HK Hg Hb HN HU H0 Hw.
  apply (gap (fun t => Q (T + t)) n s (fun i t => f i (T + t)) K (fun t => Kt (T + t)) c g beta i Hi
    (trains_later Q n s f Kt T H0 HT) HK Hg Hb).
  - intros t Ht HQ. apply HN; [lra|exact HQ].
  - apply unbounded_later, HU.
  - intros t Ht HQ. apply Hw; [lra|exact HQ].
Qed.

(** By when a smaller gap must have been left. v bounds exp(|f|) while the kernel stays within g. *)
Theorem crossing_time (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R)
    (Kt : R -> nat -> nat -> R) (c g beta T : R) (i : nat) :
  (i < n)%nat -> trains Q n s f Kt -> label n s K c -> g < c ->
  0 < beta -> (forall t, 0 <= t <= T -> Q t -> beta * Rabs (f i t) <= Kt t i i) -> 0 <= T -> Q T ->
  (forall t, 0 <= t <= T -> Q t -> within n K (Kt t) g) ->
  let v := exp ((K i i + g) / beta) in
  T <= (v + ln v - potential (loss n (margin s f) 0)) / (c - g).
Proof.
  intros Hi [Hs HD] HK Hg Hb HN HT HQT Hw v.
  assert (Hn : (0 < n)%nat) by lia.
  assert (HE := envelope n (margin s f) Q (dissipation n s f Kt) Hn HD (c - g) ltac:(lra) 0 T (Rle_refl 0) HT).
  rewrite Rminus_0_r in HE.
  assert (HL : potential (loss n (margin s f) 0) + (c - g) * T <= potential (loss n (margin s f) T)).
  { apply HE. intros r Hr HQ. apply (label_aware_constant n s K (Kt r)); [exact Hs|exact HK|apply Hw; assumption|intros j _; left; apply residual_pos]. }

  assert (Hf : Rabs (f i T) <= (K i i + g) / beta).
  { specialize (HN T ltac:(lra) HQT). specialize (Hw T ltac:(lra) HQT i i Hi Hi). apply Rabs_bounds in Hw.
    apply (Rmult_le_reg_l beta); [exact Hb|]. replace (beta * ((K i i + g) / beta)) with (K i i + g) by (field; lra). lra. }
  assert (Hm : margin s f i T <= (K i i + g) / beta).
  { eapply Rle_trans; [|exact Hf]. unfold margin. destruct (Hs i Hi) as [-> | ->].
    - rewrite Rmult_1_l. apply Rle_abs.
    - rewrite <- Rabs_Ropp. eapply Rle_trans; [|apply Rle_abs]. lra. }
  assert (Hv : 0 < v) by apply exp_pos.
  assert (HS : / v <= exp (loss n (margin s f) T) - 1).
  { eapply Rle_trans; [|apply (margin_loss n (margin s f) T i Hi)]. unfold v. rewrite <- exp_Ropp.
    destruct Hm as [Hm|Hm]; [left; apply exp_increasing; lra|rewrite Hm; lra]. }
  assert (HG : potential (loss n (margin s f) T) <= v + ln v).
  { set (l' := ln (1 + / v)). assert (Hiv := Rinv_0_lt_compat v Hv).
    assert (Hl' : 0 < l') by (unfold l'; rewrite <- ln_1; apply ln_increasing; lra).
    assert (He : exp l' - 1 = / v) by (unfold l'; rewrite exp_ln by lra; ring).
    assert (HG' : potential l' = v + ln v) by (unfold potential; rewrite He, Rinv_inv, ln_Rinv by lra; ring).
    rewrite <- HG'. apply potential_decreasing; [exact Hl'|].
    apply Rnot_lt_le. intros Hlt. apply exp_increasing in Hlt. lra. }
  apply (Rmult_le_reg_r (c - g)); [lra|].
  replace ((v + ln v - potential (loss n (margin s f) 0)) / (c - g) * (c - g)) with (v + ln v - potential (loss n (margin s f) 0))
    by (field; lra). lra.
Qed.
