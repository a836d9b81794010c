(** Upper envelope: how fast the least margin can grow at most. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices dissipation envelope.
Open Scope R_scope.

(** [resists Q L D]: over any interval the loss falls at most at the largest rate D at the times Q in it. *)
Definition resists (Q : R -> Prop) (L D : R -> R) : Prop :=
  forall s t c, 0 <= s -> s <= t -> 0 <= c -> (forall r, s <= r <= t -> Q r -> D r <= c) -> L s - c * (t - s) <= L t.
Lemma sum_convex n (l : nat -> R) : (0 < n)%nat -> INR n * exp (- (sum n l / INR n)) <= sum n (fun i => exp (- l i)).
Proof.
  intros Hn. assert (Hp : 0 < INR n) by (apply lt_0_INR, Hn). set (a := - (sum n l / INR n)).
  apply Rle_trans with (sum n (fun i => exp a * (1 + a * -1 + l i * -1))).
  - right. rewrite sum_scal. rewrite sum_plus, sum_scal_r, sum_const. unfold a. field. lra.
  - apply sum_le; intros i _. replace (- l i) with (a + (- l i - a)) by ring. rewrite exp_plus.
    apply Rmult_le_compat_l; [left; apply exp_pos|]. assert (H := exp_ineq1_le (- l i - a)). lra.
Qed.

Lemma residual_upper n q t : (0 < n)%nat -> sum n (residual q t) <= INR n * (1 - exp (- (loss n q t / INR n))).
Proof.
  intros Hn. assert (H := sum_convex n (fun i => ln (1 + exp (- q i t))) Hn). cbv beta in H. fold (loss n q t) in H.
  rewrite (sum_ext n (fun i => exp (- ln (1 + exp (- q i t)))) (fun i => 1 - residual q t i)) in H.
  - rewrite sum_minus, sum_const in H. lra.
  - intros i _. apply one_loss_residual.
Qed.

Lemma quad_upper n s K u kappa : signs n s -> (forall i, (i < n)%nat -> 0 <= u i) ->
  (forall i j, (i < n)%nat -> (j < n)%nat -> Rabs (K i j) <= kappa) -> quad n (signed s K) u <= kappa * sum n u ^ 2.
Proof.
  intros Hs Hu HK. rewrite quad_signed. assert (H := quad_small n K kappa (fun i => s i * u i) HK).
  rewrite (norm1_signed n s u Hs Hu) in H. apply Rabs_bounds in H. lra.
Qed.

Lemma potential_convex_upper a b : 0 < b -> b <= a -> potential b - potential a <= (a - b) / (1 - exp (- b)) ^ 2.
Proof.
  intros Hb Hab.
  destruct (MVT_gen potential b a (fun l => - / (1 - exp (- l)) ^ 2)) as [x [Hx Heq]].
  - intros x Hx. rewrite Rmin_left in Hx by lra. apply potential_derive. lra.
  - intros x Hx. rewrite Rmin_left in Hx by lra. apply continuity_pt_filterlim.
    apply (ex_derive_continuous potential). eexists. apply potential_derive. lra.
  - rewrite Rmin_left, Rmax_right in Hx by lra.
    replace (potential b - potential a) with (/ (1 - exp (- x)) ^ 2 * (a - b)) by lra.
    unfold Rdiv. rewrite (Rmult_comm (a - b)). apply Rmult_le_compat_r; [lra|].
    assert (H1 := rate_pos b Hb). assert (H2 := rate_increasing b x ltac:(lra)).
    apply Rinv_le_contravar; [apply pow_lt; lra|apply pow_incr; lra].
Qed.

Theorem upper_envelope (n : nat) (q : nat -> R -> R) (Q : R -> Prop) (D : R -> R) (kappa : R) :
  (0 < n)%nat -> 0 <= kappa -> dissipates Q (loss n q) D -> resists Q (loss n q) D ->
  forall t, 0 <= t -> (forall r, 0 <= r <= t -> Q r -> 0 <= D r <= kappa * sum n (residual q r) ^ 2) ->
  potential (loss n q t / INR n) <= potential (loss n q 0 / INR n) + INR n * kappa * t.
Proof.
  intros Hn Hk HD HR t Ht Hr. assert (Hp : 0 < INR n) by (apply lt_0_INR, Hn).
  set (x := fun r => loss n q r / INR n). set (X := fun r => 1 - exp (- x r)).
  assert (xp : forall r, 0 < x r) by (intros r; apply Rdiv_lt_0_compat; [apply loss_pos, Hn|exact Hp]).
  assert (Xp : forall r, 0 < X r < 1) by (intros r; apply rate_pos, xp).
  assert (xd : forall a b, 0 <= a -> a <= b -> b <= t -> x b <= x a).
  { intros a b Ha Hab Hb. unfold x, Rdiv. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Hp|].
    assert (H := HD a b 0 Ha Hab ltac:(lra)). rewrite Rmult_0_l, Rminus_0_r in H. apply H. intros r Hr' HQ. apply Hr; [lra|exact HQ]. }
  assert (Xd : forall a b, 0 <= a -> a <= b -> b <= t -> X b <= X a) by (intros; apply rate_increasing, xd; assumption).
  set (M := 2 / X t ^ 2). assert (HM : 0 < M) by (apply Rdiv_lt_0_compat; [lra|apply pow_lt, Xp]).
  assert (step : forall a h, 0 <= a -> 0 <= h -> a + h <= t ->
            potential (x (a + h)) - potential (x a) <= INR n * kappa * h * (1 + M * (X a - X (a + h)))).
  { intros a h Ha Hh Hb.
    assert (Xa := Xp a). assert (Xb := Xp (a + h)). assert (Xt := Xp t).
    assert (D1 := Xd a (a + h) Ha ltac:(lra) Hb). assert (D2 := Xd (a + h) t ltac:(lra) Hb ltac:(lra)).
    assert (Hx := xd a (a + h) Ha ltac:(lra) Hb).
    eapply Rle_trans; [apply potential_convex_upper; [apply xp|exact Hx]|]. fold (X (a + h)).
    assert (Hfall : x a - x (a + h) <= INR n * kappa * h * X a ^ 2).
    { assert (H := HR a (a + h) (kappa * (INR n * X a) ^ 2) Ha ltac:(lra) ltac:(apply Rmult_le_pos; [exact Hk|apply pow2_ge_0])).
      assert (H' : loss n q a - kappa * (INR n * X a) ^ 2 * (a + h - a) <= loss n q (a + h)).
      { apply H. intros r Hr' HQ. eapply Rle_trans; [apply Hr; [lra|exact HQ]|]. apply Rmult_le_compat_l; [exact Hk|].
        apply pow_incr. split; [apply sum_nonneg; intros; left; apply residual_pos|].
        eapply Rle_trans; [apply (residual_upper n q r Hn)|]. apply Rmult_le_compat_l; [lra|].
        apply (Xd a r); lra. }
      unfold x. apply (Rmult_le_reg_l (INR n)); [exact Hp|].
      replace (INR n * (loss n q a / INR n - loss n q (a + h) / INR n)) with (loss n q a - loss n q (a + h)) by (field; lra).
      replace (INR n * (INR n * kappa * h * X a ^ 2)) with (kappa * (INR n * X a) ^ 2 * (a + h - a)) by ring. lra. }
    assert (Hq : X a ^ 2 / X (a + h) ^ 2 <= 1 + M * (X a - X (a + h))).
    { apply (Rmult_le_reg_r (X (a + h) ^ 2)); [apply pow_lt; lra|].
      replace (X a ^ 2 / X (a + h) ^ 2 * X (a + h) ^ 2) with (X a ^ 2) by (field; lra).
      assert (HMX : 2 <= M * X (a + h) ^ 2).
      { replace 2 with (M * X t ^ 2) by (unfold M; field; lra). apply Rmult_le_compat_l; [lra|]. apply pow_incr. lra. }
      nra. }
    assert (Hc : 0 <= INR n * kappa * h) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra|exact Hh]).
    apply Rle_trans with (INR n * kappa * h * (X a ^ 2 / X (a + h) ^ 2)).
    - unfold Rdiv. rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, pow_lt; lra|exact Hfall].
    - apply Rmult_le_compat_l; assumption. }
  assert (steps : forall h k, 0 <= h -> INR k * h <= t ->
            potential (x (INR k * h)) - potential (x 0) <= INR n * kappa * (INR k * h) + INR n * kappa * h * M * (X 0 - X (INR k * h))).
  { intros h k Hh. induction k as [|k IH]; intros Hkh.
    - simpl. rewrite Rmult_0_l. lra.
    - rewrite S_INR in *. assert (H0 : 0 <= INR k * h) by (apply Rmult_le_pos; [apply pos_INR|exact Hh]).
      replace ((INR k + 1) * h) with (INR k * h + h) in * by ring.
      assert (H1 := IH ltac:(lra)). assert (H2 := step (INR k * h) h H0 Hh Hkh). nra. }
  apply Rnot_lt_le. intros Hlt.
  set (e := potential (loss n q t / INR n) - (potential (loss n q 0 / INR n) + INR n * kappa * t)) in *.
  assert (He : 0 < e) by (unfold e; lra).
  set (E := INR n * kappa * t * M * (X 0 - X t)).
  assert (HE : 0 <= E).
  { unfold E. assert (D0 := Xd 0 t ltac:(lra) Ht ltac:(lra)).
    assert (K1 : 0 <= INR n * kappa) by (apply Rmult_le_pos; lra). assert (K2 : 0 <= INR n * kappa * t) by (apply Rmult_le_pos; lra).
    assert (K3 : 0 <= INR n * kappa * t * M) by (apply Rmult_le_pos; lra). apply Rmult_le_pos; lra. }
  assert (HEe : 0 <= E / e) by (unfold Rdiv; apply Rmult_le_pos; [exact HE|left; apply Rinv_0_lt_compat, He]).
  destruct (nfloor_ex _ HEe) as [N [HN1 HN2]].
  assert (HNp : 0 < INR (S N)) by (rewrite S_INR; assert (H := pos_INR N); lra).
  assert (Heq : INR (S N) * (t / INR (S N)) = t) by (field; lra).
  assert (H := steps (t / INR (S N)) (S N)). rewrite Heq in H.
  assert (Hh : 0 <= t / INR (S N)) by (unfold Rdiv; apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat, HNp]).
  specialize (H Hh (Rle_refl t)).
  replace (INR n * kappa * (t / INR (S N)) * M * (X 0 - X t)) with (E / INR (S N)) in H by (unfold E, Rdiv; ring).
  assert (E / INR (S N) < e).
  { apply (Rmult_lt_reg_r (INR (S N))); [exact HNp|]. replace (E / INR (S N) * INR (S N)) with E by (field; lra).
    rewrite S_INR. apply (Rmult_lt_reg_r (/ e)); [apply Rinv_0_lt_compat, He|].
    replace (e * (INR N + 1) * / e) with (INR N + 1) by (field; lra). exact HN2. }
  unfold e, x in *. lra.
Qed.

(** Where the potential of the mean loss is at most h, the least margin is at most ln W(exp(h)): exp(q_i) + q_i <= h for some i. *)
Lemma some_margin (n : nat) (q : nat -> R -> R) (t h : R) : (0 < n)%nat -> potential (loss n q t / INR n) <= h ->
  exists i, (i < n)%nat /\ exp (q i t) + q i t <= h.
Proof.
  intros Hn H. assert (Hp : 0 < INR n) by (apply lt_0_INR, Hn).
  assert (Hmax : exists i, (i < n)%nat /\ loss n q t / INR n <= ln (1 + exp (- q i t))).
  { apply Classical_Prop.NNPP. intros Hno.
    assert (Hall : forall i, (i < n)%nat -> ln (1 + exp (- q i t)) < loss n q t / INR n).
    { intros i Hi. apply Rnot_le_lt. intros Hle. apply Hno. exists i. split; assumption. }
    assert (Hs : forall m, (m <= n)%nat -> (0 < m)%nat -> sum m (fun i => ln (1 + exp (- q i t))) < INR m * (loss n q t / INR n)).
    { induction m as [|m IH]; intros Hm H0; [lia|]. rewrite S_INR. simpl sum. specialize (Hall m ltac:(lia)).
      destruct m as [|m]; [simpl; lra|]. specialize (IH ltac:(lia) ltac:(lia)). lra. }
    specialize (Hs n (le_n n) Hn). fold (loss n q t) in Hs.
    replace (INR n * (loss n q t / INR n)) with (loss n q t) in Hs by (field; lra). lra. }
  destruct Hmax as [i [Hi Hle]]. exists i. split; [exact Hi|].
  assert (Hl : 0 < loss n q t / INR n) by (apply Rdiv_lt_0_compat; [apply loss_pos, Hn|exact Hp]).
  assert (HG := potential_decreasing (ln (1 + exp (- q i t))) (loss n q t / INR n) Hl Hle).
  assert (He : potential (ln (1 + exp (- q i t))) = exp (q i t) + q i t).
  { assert (E0 := exp_pos (- q i t)). unfold potential. rewrite exp_ln by lra. replace (1 + exp (- q i t) - 1) with (exp (- q i t)) by ring.
    rewrite exp_Ropp, Rinv_inv, ln_Rinv, ln_exp by apply exp_pos. ring. }
  lra.
Qed.
