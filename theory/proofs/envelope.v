(** Lower envelope: how fast every margin must grow while u' K^r u >= c (sum u)^2.

    With S = exp(L) - 1 the potential 1/S - ln S rises at least at the rate c. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices dissipation.
Open Scope R_scope.

(** [potential loss] is 1/S - ln S with S = exp(L) - 1; it rises at least at the rate gamma^2. *)
Definition potential (l : R) : R := / (exp l - 1) - ln (exp l - 1).
Lemma exp_minus_pos l : 0 < l -> 0 < exp l - 1.
Proof. intros H. assert (H1 := exp_increasing 0 l H). rewrite exp_0 in H1. lra. Qed.

Lemma rate_pos l : 0 < l -> 0 < 1 - exp (- l) < 1.
Proof.
  intros H. assert (H1 := exp_increasing (- l) 0 ltac:(lra)). rewrite exp_0 in H1.
  assert (H2 := exp_pos (- l)). lra.
Qed.

Lemma rate_increasing a b : a <= b -> 1 - exp (- a) <= 1 - exp (- b).
Proof. intros [H|H]; [assert (H1 := exp_increasing (- b) (- a) ltac:(lra)); lra|rewrite H; lra]. Qed.

Lemma potential_derive l : 0 < l -> is_derive potential l (- / (1 - exp (- l)) ^ 2).
Proof.
  intros Hl. assert (H := exp_minus_pos l Hl). assert (HE := exp_pos l). unfold potential.
  auto_derive.
  - repeat split; [lra|exact H].
  - rewrite exp_Ropp. field. repeat split; lra.
Qed.

Lemma potential_convex a b : 0 < b -> b <= a -> (a - b) / (1 - exp (- a)) ^ 2 <= potential b - potential a.
Proof.
  intros Hb Hab.
  destruct (MVT_gen potential b a (fun l => - / (1 - exp (- l)) ^ 2)) as [x [Hx Heq]].
  - intros x Hx. rewrite Rmin_left in Hx by lra. apply potential_derive. lra.
  - intros x Hx. rewrite Rmin_left in Hx by lra. apply continuity_pt_filterlim.
    apply (ex_derive_continuous potential). eexists. apply potential_derive. lra.
  - rewrite Rmin_left, Rmax_right in Hx by lra.
    replace (potential b - potential a) with (/ (1 - exp (- x)) ^ 2 * (a - b)) by lra.
    unfold Rdiv. rewrite Rmult_comm. apply Rmult_le_compat_r; [lra|].
    assert (H1 := rate_pos x ltac:(lra)). assert (H2 := rate_increasing x a ltac:(lra)).
    apply Rinv_le_contravar; [apply pow_lt; lra|apply pow_incr; lra].
Qed.

Section Flow.
Variable n : nat.
Variable q : nat -> R -> R.
Variable Q : R -> Prop.
Variable D : R -> R.
Hypothesis n_pos : (0 < n)%nat.
Hypothesis flow : dissipates Q (loss n q) D.
Variable c : R.
Hypothesis c_nonneg : 0 <= c.
Lemma loss_decreasing s t : 0 <= s -> s <= t ->
  (forall r, s <= r <= t -> Q r -> c * sum n (residual q r) ^ 2 <= D r) -> loss n q t <= loss n q s.
Proof.
  intros Hs Hst HD. assert (H := flow s t 0 Hs Hst ltac:(lra)).
  rewrite Rmult_0_l in H. replace (loss n q s) with (loss n q s - 0) by ring. apply H. intros r Hr HQ.
  eapply Rle_trans; [|apply HD; [exact Hr|exact HQ]]. apply Rmult_le_pos; [exact c_nonneg|apply pow2_ge_0].
Qed.

Lemma one_step s t : 0 <= s -> s <= t ->
  (forall r, s <= r <= t -> Q r -> c * sum n (residual q r) ^ 2 <= D r) ->
  c * (t - s) * ((1 - exp (- loss n q t)) / (1 - exp (- loss n q s))) ^ 2 <= potential (loss n q t) - potential (loss n q s).
Proof.
  intros Hs Hst HD.
  assert (Lt := loss_pos n q t n_pos).
  assert (Hdec := loss_decreasing s t Hs Hst HD).
  assert (Xt := rate_pos _ Lt). assert (Xs := rate_pos (loss n q s) ltac:(lra)).
  eapply Rle_trans; [|apply potential_convex; assumption].
  set (x := 1 - exp (- loss n q t)) in *. set (y := 1 - exp (- loss n q s)) in *.
  assert (Hfall := flow s t (c * x ^ 2) Hs Hst ltac:(apply Rmult_le_pos; [lra|apply pow2_ge_0])).
  assert (Hfall' : loss n q t <= loss n q s - c * x ^ 2 * (t - s)).
  { apply Hfall. intros r Hr HQ. eapply Rle_trans; [|apply HD; [exact Hr|exact HQ]].
    apply Rmult_le_compat_l; [exact c_nonneg|]. apply pow_incr. split; [lra|].
    eapply Rle_trans; [|apply residual_loss]. apply rate_increasing.
    apply loss_decreasing; [lra|lra|intros r' Hr' HQ'; apply HD; [lra|exact HQ']]. }
  replace (c * (t - s) * (x / y) ^ 2) with (c * x ^ 2 * (t - s) * / y ^ 2) by (field; lra).
  unfold Rdiv. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, pow_lt; lra|]. lra.
Qed.

(** The rate: no differentiability, no continuity. *)
Theorem envelope s t : 0 <= s -> s <= t ->
  (forall r, s <= r <= t -> Q r -> c * sum n (residual q r) ^ 2 <= D r) ->
  potential (loss n q s) + c * (t - s) <= potential (loss n q t).
Proof.
  intros Hs Hst HD.
  set (x := fun r => 1 - exp (- loss n q r)).
  assert (Xp : forall r, 0 < x r < 1) by (intros r; apply rate_pos, loss_pos, n_pos).
  assert (Xd : forall a b, s <= a -> a <= b -> b <= t -> x b <= x a).
  { intros a b Ha Hab Hb. apply rate_increasing, loss_decreasing; [lra|lra|intros r Hr HQ; apply HD; [lra|exact HQ]]. }
  assert (steps : forall h k, 0 <= h -> s + INR k * h <= t ->
    c * (INR k * h) - 2 * c * h * (x s - x (s + INR k * h)) / x t
      <= potential (loss n q (s + INR k * h)) - potential (loss n q s)).
  { intros h k Hh. induction k as [|k IH]; intros Hk.
    - simpl. rewrite !Rmult_0_l, Rplus_0_r. unfold Rdiv. rewrite !Rminus_eq_0, !Rmult_0_r, Rmult_0_l. lra.
    - rewrite S_INR in *. set (a := s + INR k * h) in *.
      replace (s + (INR k + 1) * h) with (a + h) in * by (unfold a; ring).
      assert (Hka : 0 <= INR k * h) by (apply Rmult_le_pos; [apply pos_INR|lra]).
      specialize (IH ltac:(lra)).
      assert (H1 := one_step a (a + h) ltac:(unfold a; lra) ltac:(lra)
                      ltac:(intros r Hr HQ; apply HD; [unfold a in *; lra|exact HQ])).
      fold (x a) (x (a + h)) in H1.
      assert (Xa := Xp a). assert (Xb := Xp (a + h)). assert (Xt := Xp t).
      assert (D1 := Xd a (a + h) ltac:(unfold a; lra) ltac:(lra) ltac:(lra)).
      assert (D2 := Xd (a + h) t ltac:(unfold a; lra) ltac:(lra) ltac:(lra)).
      assert (Hq : 1 - 2 * (x a - x (a + h)) / x t <= (x (a + h) / x a) ^ 2).
      { set (z := x (a + h) / x a).
        assert (Hz : x (a + h) = z * x a) by (unfold z; field; lra).
        assert (Hz1 : 1 - z <= (x a - x (a + h)) / x t).
        { rewrite Hz. apply (Rmult_le_reg_r (x t)); [lra|].
          replace ((x a - z * x a) / x t * x t) with (x a * (1 - z)) by (field; lra).
          assert (z <= 1).
          { unfold z. apply (Rmult_le_reg_r (x a)); [lra|]. replace (x (a + h) / x a * x a) with (x (a + h)) by (field; lra). lra. }
          nra. }
        assert (0 <= (1 - z) ^ 2) by apply pow2_ge_0.
        replace (2 * (x a - x (a + h)) / x t) with (2 * ((x a - x (a + h)) / x t)) by (unfold Rdiv; ring). nra. }
      assert (Hch : 0 <= c * h) by nra.
      assert (H2 : c * h * (1 - 2 * (x a - x (a + h)) / x t) <= potential (loss n q (a + h)) - potential (loss n q a)).
      { eapply Rle_trans; [|exact H1]. replace (a + h - a) with h by ring.
        apply Rmult_le_compat_l; [exact Hch|exact Hq]. }
      replace (c * ((INR k + 1) * h) - 2 * c * h * (x s - x (a + h)) / x t)
        with ((c * (INR k * h) - 2 * c * h * (x s - x a) / x t) + c * h * (1 - 2 * (x a - x (a + h)) / x t))
        by (field; lra).
      lra. }
  apply Rnot_lt_le. intros Hlt.
  set (e := potential (loss n q s) + c * (t - s) - potential (loss n q t)) in *.
  assert (He : 0 < e) by (unfold e; lra).
  set (M := 2 * c * (t - s) * (x s - x t) / x t).
  assert (HM : 0 <= M).
  { unfold M. assert (Xt := Xp t). assert (D0 := Xd s t ltac:(lra) ltac:(lra) ltac:(lra)).
    apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; lra].
    assert (0 <= c * (t - s)) by nra. nra. }
  assert (HMe : 0 <= M / e) by (unfold Rdiv; apply Rmult_le_pos; [exact HM|left; apply Rinv_0_lt_compat; exact He]).
  destruct (nfloor_ex _ HMe) as [N [HN1 HN2]].
  assert (HNp : 0 < INR (S N)) by (rewrite S_INR; assert (H := pos_INR N); lra).
  specialize (steps ((t - s) / INR (S N)) (S N)).
  assert (Heq : INR (S N) * ((t - s) / INR (S N)) = t - s) by (field; lra).
  rewrite Heq in steps. replace (s + (t - s)) with t in steps by ring.
  assert (Hh : 0 <= (t - s) / INR (S N)).
  { unfold Rdiv. apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; exact HNp]. }
  assert (H := steps Hh (Rle_refl t)).
  assert (Xt := Xp t).
  replace (2 * c * ((t - s) / INR (S N)) * (x s - x t) / x t) with (M / INR (S N)) in H
    by (unfold M, Rdiv; ring).
  assert (M / INR (S N) < e).
  { apply (Rmult_lt_reg_r (INR (S N))); [exact HNp|].
    replace (M / INR (S N) * INR (S N)) with M by (field; lra).
    rewrite S_INR. apply (Rmult_lt_reg_r (/ e)); [apply Rinv_0_lt_compat; exact He|].
    replace (e * (INR N + 1) * / e) with (INR N + 1) by (field; lra). exact HN2. }
  unfold e in *. lra.
Qed.

End Flow.

Lemma potential_decreasing a b : 0 < b -> b <= a -> potential a <= potential b.
Proof.
  intros Hb Hab. assert (H := potential_convex a b Hb Hab).
  assert (0 <= (a - b) / (1 - exp (- a)) ^ 2).
  { unfold Rdiv. apply Rmult_le_pos; [lra|]. left. apply Rinv_0_lt_compat, pow_lt, rate_pos. lra. }
  lra.
Qed.

(** [y + ln y <= h] says y <= W(exp h). *)
Lemma potential_level l y : 0 < l -> 0 < y -> y + ln y <= potential l -> exp l - 1 <= / y.
Proof.
  intros Hl Hy H. apply Rnot_lt_le. intros Hlt.
  set (l' := ln (1 + / y)). assert (Hiy := Rinv_0_lt_compat y Hy).
  assert (Hl' : 0 < l') by (unfold l'; rewrite <- ln_1; apply ln_increasing; lra).
  assert (He : exp l' - 1 = / y) by (unfold l'; rewrite exp_ln by lra; ring).
  assert (Hlt' : l' < l).
  { apply exp_lt_inv. lra. }
  assert (HG : potential l' = y + ln y) by (unfold potential; rewrite He, Rinv_inv, ln_Rinv by lra; ring).
  assert (Hc := potential_convex l l' Hl' ltac:(lra)).
  assert (0 < (l - l') / (1 - exp (- l)) ^ 2).
  { apply Rdiv_lt_0_compat; [lra|]. apply pow_lt, rate_pos. lra. }
  lra.
Qed.

(** At a constant rate: every margin is at least ln W(exp(H(t))), H(t) = 1/S_0 - ln S_0 + c t. *)
Theorem margin_envelope (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D : R -> R) (c : R) :
  (0 < n)%nat -> dissipates Q (loss n q) D -> 0 <= c ->
  forall t, 0 <= t -> (forall r, 0 <= r <= t -> Q r -> c * sum n (residual q r) ^ 2 <= D r) ->
  forall y, 0 < y -> y + ln y <= potential (loss n q 0) + c * t ->
  forall i, (i < n)%nat -> ln y <= q i t.
Proof.
  intros Hn HD Hc t Ht Hr y Hy Hyt i Hi.
  assert (H := envelope n q Q D Hn HD c Hc 0 t (Rle_refl 0) Ht Hr). rewrite Rminus_0_r in H.
  assert (HS := potential_level (loss n q t) y (loss_pos n q t Hn) Hy ltac:(lra)).
  assert (Hm := margin_loss n q t i Hi).
  assert (Hexp : exp (- q i t) <= exp (- ln y)) by (rewrite (exp_Ropp (ln y)), exp_ln by exact Hy; lra).
  apply Ropp_le_cancel. apply Rnot_lt_le. intros Hlt. apply exp_increasing in Hlt. lra.
Qed.
