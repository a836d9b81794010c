(** The envelopes with rates that vary in time: H(t) = H(0) + int_0^t gamma_s^2 ds below, n int_0^t kappa_s ds above,
    and Theorem 1 under int gamma_t^2 dt = infinity. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope theorem_1 upper_envelope.
Open Scope R_scope.

(** What rises on every interval at least at each rate that is below c there rises at least by the integral of c. *)
Lemma rise_integral (phi c : R -> R) (t : R) : 0 <= t -> (forall r, 0 <= r <= t -> continuous c r) ->
  (forall a b m, 0 <= a -> a <= b -> b <= t -> (forall r, a <= r <= b -> m <= c r) -> m * (b - a) <= phi b - phi a) ->
  RInt c 0 t <= phi t - phi 0.
Proof.
  intros Ht Hc Hphi. apply Rnot_lt_le. intros Hlt.
  set (e := (RInt c 0 t - (phi t - phi 0)) / (2 * (t + 1))).
  assert (He : 0 < e) by (apply Rdiv_lt_0_compat; lra).
  assert (Hcp : forall x, 0 <= x <= t -> continuity_pt c x) by (intros x Hx; apply continuity_pt_filterlim, Hc, Hx).
  destruct (@Heine_cor2 c 0 t Hcp (mkposreal e He)) as [d Hd].
  assert (Hex : forall a b, 0 <= a -> a <= b -> b <= t -> ex_RInt c a b).
  { intros a b Ha Hab Hb. apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros z Hz. rewrite Rmin_left, Rmax_right in Hz by lra. apply Hc. lra. }
  assert (step : forall a h, 0 <= a -> 0 <= h -> h < d -> a + h <= t -> RInt c a (a + h) - 2 * e * h <= phi (a + h) - phi a).
  { intros a h Ha Hh Hhd Hb.
    assert (near : forall r, a <= r <= a + h -> c a - e <= c r <= c a + e).
    { intros r Hr. assert (H : Rabs (c r - c a) < e) by (apply Hd; [lra|lra|rewrite Rabs_pos_eq; lra]). apply Rabs_def2 in H. lra. }
    assert (H1 := Hphi a (a + h) (c a - e) Ha ltac:(lra) Hb ltac:(intros r Hr; apply near, Hr)).
    assert (H2 : RInt c a (a + h) <= RInt (fun _ => c a + e) a (a + h)).
    { apply RInt_le; [lra|apply Hex; lra|apply ex_RInt_const|intros r Hr; apply near; lra]. }
    rewrite RInt_const in H2. unfold scal in H2; simpl in H2; unfold mult in H2; simpl in H2. nra. }
  assert (steps : forall h, 0 <= h -> h < d -> forall k, INR k * h <= t -> RInt c 0 (INR k * h) - 2 * e * (INR k * h) <= phi (INR k * h) - phi 0).
  { intros h Hh Hhd. induction k as [|k IH]; intros Hk.
    - simpl. rewrite !Rmult_0_l, (RInt_point 0 c). unfold zero; simpl. lra.
    - rewrite S_INR in *. assert (H0 : 0 <= INR k * h) by (apply Rmult_le_pos; [apply pos_INR|exact Hh]).
      replace ((INR k + 1) * h) with (INR k * h + h) in * by ring.
      assert (H1 := IH ltac:(lra)). assert (H2 := step (INR k * h) h H0 Hh Hhd Hk).
      assert (H3 : RInt c 0 (INR k * h + h) = RInt c 0 (INR k * h) + RInt c (INR k * h) (INR k * h + h)).
      { symmetry. apply (RInt_Chasles (V := R_CompleteNormedModule) c); apply Hex; lra. }
      lra. }
  assert (Hdp := cond_pos d). assert (Htd : 0 <= t / d) by (apply Rmult_le_pos; [exact Ht|left; apply Rinv_0_lt_compat, Hdp]).
  destruct (nfloor_ex _ Htd) as [N [_ HN]].
  assert (HNp : 0 < INR (S N)) by (apply lt_0_INR; lia).
  assert (Heq : INR (S N) * (t / INR (S N)) = t) by (field; lra).
  assert (Hsmall : t / INR (S N) < d).
  { apply (Rmult_lt_reg_r (INR (S N) / d)); [apply Rdiv_lt_0_compat; assumption|].
    replace (t / INR (S N) * (INR (S N) / d)) with (t / d) by (field; split; lra).
    replace (d * (INR (S N) / d)) with (INR (S N)) by (field; lra). rewrite S_INR. exact HN. }
  assert (H := steps (t / INR (S N)) ltac:(apply Rmult_le_pos; [exact Ht|left; apply Rinv_0_lt_compat, HNp]) Hsmall (S N) ltac:(lra)).
  rewrite Heq in H.
  assert (2 * e * (t + 1) = RInt c 0 t - (phi t - phi 0)) by (unfold e; field; lra). nra.
Qed.

(** Lower envelope. *)
Theorem varying_envelope (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D c : R -> R) :
  (0 < n)%nat -> dissipates Q (loss n q) D ->
  forall t, 0 <= t -> (forall r, 0 <= r <= t -> continuous c r /\ 0 <= c r) ->
  (forall r, 0 <= r <= t -> Q r -> c r * sum n (residual q r) ^ 2 <= D r) ->
  potential (loss n q 0) + RInt c 0 t <= potential (loss n q t).
Proof.
  intros Hn HD t Ht Hc Hr.
  assert (H := rise_integral (fun r => potential (loss n q r)) c t Ht (fun r Hr => proj1 (Hc r Hr))).
  assert (H1 : RInt c 0 t <= potential (loss n q t) - potential (loss n q 0)); [|lra]. apply H.
  intros a b m Ha Hab Hb Hm.
  assert (H0 : forall r, a <= r <= b -> Q r -> Rmax 0 m * sum n (residual q r) ^ 2 <= D r).
  { intros r Hr' HQ. eapply Rle_trans; [|apply Hr; [lra|exact HQ]]. apply Rmult_le_compat_r; [apply pow2_ge_0|].
    apply Rmax_lub; [apply Hc; lra|apply Hm, Hr']. }
  assert (H1 := envelope n q Q D Hn HD (Rmax 0 m) (Rmax_l 0 m) a b Ha Hab H0).
  assert (H2 := Rmax_r 0 m). nra.
Qed.

(** Every margin is at least ln W(exp(H(t))). *)
Theorem varying_margin_envelope (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D c : R -> R) :
  (0 < n)%nat -> dissipates Q (loss n q) D ->
  forall t, 0 <= t -> (forall r, 0 <= r <= t -> continuous c r /\ 0 <= c r) ->
  (forall r, 0 <= r <= t -> Q r -> c r * sum n (residual q r) ^ 2 <= D r) ->
  forall y, 0 < y -> y + ln y <= potential (loss n q 0) + RInt c 0 t ->
  forall i, (i < n)%nat -> ln y <= q i t.
Proof.
  intros Hn HD t Ht Hc Hr y Hy Hyt i Hi.
  assert (H := varying_envelope n q Q D c Hn HD t Ht Hc Hr).
  assert (HS := potential_level (loss n q t) y (loss_pos n q t Hn) Hy ltac:(lra)).
  assert (Hm := margin_loss n q t i Hi).
  assert (Hexp : exp (- q i t) <= exp (- ln y)) by (rewrite (exp_Ropp (ln y)), exp_ln by exact Hy; lra).
  apply Ropp_le_cancel. apply Rnot_lt_le. intros Hlt. apply exp_increasing in Hlt. lra.
Qed.

(** Theorem 1 needs no bound from below: it is enough that the squared hard margin of K_t has an infinite integral. *)
Theorem theorem_1_integral (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (c : R -> R) :
  trains Q n s f K -> (forall t, 0 <= t -> continuous c t /\ 0 <= c t) -> (forall t, 0 <= t -> Q t -> label n s (K t) (c t)) ->
  is_lim (fun t => RInt c 0 t) p_infty p_infty ->
  forall i, (i < n)%nat -> is_lim (margin s f i) p_infty p_infty /\ is_lim (fun t => Rabs (f i t)) p_infty p_infty.
Proof.
  intros [Hs HD] Hc HK Hint i Hi.
  assert (H : is_lim (margin s f i) p_infty p_infty).
  { apply is_lim_spec in Hint. apply is_lim_spec. intros M; simpl.
    assert (He := exp_pos (M + 1)).
    destruct (Hint (exp (M + 1) + (M + 1) - potential (loss n (margin s f) 0))) as [T HT]. exists (Rmax 0 T). intros t Ht.
    assert (M0 := Rmax_l 0 T). assert (M1 := Rmax_r 0 T). specialize (HT t ltac:(lra)). simpl in HT.
    assert (H : ln (exp (M + 1)) <= margin s f i t).
    { apply (varying_margin_envelope n (margin s f) Q (dissipation n s f K) c ltac:(lia) HD t ltac:(lra)).
      - intros r Hr. apply Hc. lra.
      - intros r Hr HQ. apply (HK r ltac:(lra) HQ). intros j _. left. apply residual_pos.
      - exact He.
      - rewrite ln_exp. lra.
      - exact Hi. }
    rewrite ln_exp in H. lra. }
  split; [exact H|apply (abs_diverges s); [apply Hs, Hi|exact H]].
Qed.

(** Upper envelope. *)
Lemma dissipates_shift Q L D a : 0 <= a -> dissipates Q L D -> dissipates (fun t => Q (a + t)) (fun t => L (a + t)) (fun t => D (a + t)).
Proof.
  intros Ha HD s t c Hs Hst Hc H. assert (H1 := HD (a + s) (a + t) c ltac:(lra) ltac:(lra) Hc).
  replace (a + t - (a + s)) with (t - s) in H1 by ring. apply H1. intros r Hr HQ.
  assert (H2 := H (r - a) ltac:(lra)). replace (a + (r - a)) with r in H2 by ring. exact (H2 HQ).
Qed.

Lemma resists_shift Q L D a : 0 <= a -> resists Q L D -> resists (fun t => Q (a + t)) (fun t => L (a + t)) (fun t => D (a + t)).
Proof.
  intros Ha HD s t c Hs Hst Hc H. assert (H1 := HD (a + s) (a + t) c ltac:(lra) ltac:(lra) Hc).
  replace (a + t - (a + s)) with (t - s) in H1 by ring. apply H1. intros r Hr HQ.
  assert (H2 := H (r - a) ltac:(lra)). replace (a + (r - a)) with r in H2 by ring. exact (H2 HQ).
Qed.

Theorem varying_upper_envelope (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D kappa : R -> R) :
  (0 < n)%nat -> dissipates Q (loss n q) D -> resists Q (loss n q) D ->
  forall t, 0 <= t -> (forall r, 0 <= r <= t -> continuous kappa r /\ 0 <= kappa r) ->
  (forall r, 0 <= r <= t -> Q r -> 0 <= D r <= kappa r * sum n (residual q r) ^ 2) ->
  potential (loss n q t / INR n) <= potential (loss n q 0 / INR n) + INR n * RInt kappa 0 t.
Proof.
  intros Hn HD HR t Ht Hk Hr. assert (Hp : 0 < INR n) by (apply lt_0_INR, Hn).
  set (phi := fun r => - (potential (loss n q r / INR n) / INR n)).
  assert (H : RInt (fun r => - kappa r) 0 t <= phi t - phi 0).
  { apply rise_integral; [exact Ht|intros r Hr'; apply (continuous_opp kappa), Hk, Hr'|].
    intros a b m Ha Hab Hb Hm. set (M := - m). assert (HM : forall r, a <= r <= b -> kappa r <= M) by (intros r Hr'; specialize (Hm r Hr'); unfold M; lra).
    assert (HM0 : 0 <= M) by (specialize (HM a ltac:(lra)); assert (H0 := proj2 (Hk a ltac:(lra))); lra).
    assert (H := upper_envelope n (fun i r => q i (a + r)) (fun r => Q (a + r)) (fun r => D (a + r)) M Hn HM0
      (dissipates_shift Q (loss n q) D a Ha HD) (resists_shift Q (loss n q) D a Ha HR) (b - a) ltac:(lra)
      ltac:(intros r Hr' HQ; specialize (Hr (a + r) ltac:(lra) HQ); split; [lra|]; eapply Rle_trans; [apply Hr|];
            apply Rmult_le_compat_r; [apply pow2_ge_0|apply HM; lra])).
    change (loss n (fun i r => q i (a + r)) (b - a)) with (loss n q (a + (b - a))) in H.
    change (loss n (fun i r => q i (a + r)) 0) with (loss n q (a + 0)) in H.
    replace (a + (b - a)) with b in H by ring. rewrite Rplus_0_r in H. unfold phi.
    apply (Rmult_le_reg_l (INR n)); [exact Hp|].
    replace (INR n * (- (potential (loss n q b / INR n) / INR n) - - (potential (loss n q a / INR n) / INR n)))
      with (potential (loss n q a / INR n) - potential (loss n q b / INR n)) by (field; lra).
    unfold M in H. lra. }
  assert (E : RInt (fun r => - kappa r) 0 t = - RInt kappa 0 t).
  { apply (RInt_opp (V := R_CompleteNormedModule) kappa). apply (ex_RInt_continuous (V := R_CompleteNormedModule)).
    intros z Hz. rewrite Rmin_left, Rmax_right in Hz by lra. apply Hk. lra. }
  rewrite E in H. unfold phi in H.
  apply (Rmult_le_compat_l (INR n)) in H; [|lra].
  replace (INR n * (- (potential (loss n q t / INR n) / INR n) - - (potential (loss n q 0 / INR n) / INR n)))
    with (potential (loss n q 0 / INR n) - potential (loss n q t / INR n)) in H by (field; lra). lra.
Qed.

(** The dissipation u' K^r u is at most max_i K_ii (sum u)^2. *)
Lemma dissipation_diagonal n s K u kappa : signs n s -> symmetric n K -> psd n K -> (forall i, (i < n)%nat -> K i i <= kappa) ->
  (forall i, (i < n)%nat -> 0 <= u i) -> quad n (signed s K) u <= kappa * sum n u ^ 2.
Proof.
  intros Hs HY HP Hd Hu. rewrite quad_signed, <- (norm1_signed n s u Hs Hu).
  assert (H := quad_small n K kappa (fun i => s i * u i)). eapply Rle_trans; [apply Rle_abs|]. apply H. intros i j Hi Hj.
  destruct (Nat.eq_dec i j) as [->|Hne].
  - specialize (Hd j Hj). assert (H1 := HP (fun k => 1 * basis_vector j k)). rewrite quad_single in H1 by exact Hj. apply Rabs_le. lra.
  - assert (E : forall b, quad n K (two_entries i j 1 b) = 1 ^ 2 * K i i + 2 * (1 * b) * K i j + b ^ 2 * K j j).
    { intros b. apply quad_two_entries; assumption. }
    assert (H1 := HP (two_entries i j 1 1)). assert (H2 := HP (two_entries i j 1 (-1))). rewrite E in H1, H2.
    assert (D1 := Hd i Hi). assert (D2 := Hd j Hj). apply Rabs_le. lra.
Qed.

(** The least margin is at most ln W(exp(h(t))), h with the integral of max_i K_r(x_i, x_i). *)
Theorem varying_least_margin (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (kappa : R -> R) :
  (0 < n)%nat -> signs n s -> dissipates Q (loss n (margin s f)) (dissipation n s f K) -> resists Q (loss n (margin s f)) (dissipation n s f K) ->
  forall t, 0 <= t -> (forall r, 0 <= r <= t -> continuous kappa r /\ 0 <= kappa r) ->
  (forall r, 0 <= r <= t -> Q r -> symmetric n (K r) /\ psd n (K r) /\ forall i, (i < n)%nat -> K r i i <= kappa r) ->
  exists i, (i < n)%nat /\ exp (margin s f i t) + margin s f i t <= potential (loss n (margin s f) 0 / INR n) + INR n * RInt kappa 0 t.
Proof.
  intros Hn Hs HD HR t Ht Hk HK. apply some_margin; [exact Hn|].
  apply (varying_upper_envelope n (margin s f) Q (dissipation n s f K) kappa Hn HD HR t Ht Hk). intros r Hr HQ.
  destruct (HK r Hr HQ) as [HY [HP Hd]]. unfold dissipation. split; [rewrite quad_signed; apply HP|].
  apply dissipation_diagonal; try assumption. intros i _. left. apply residual_pos.
Qed.
