(** The upper envelope for k classes (N-12): with kappa a bound on the entries of the block kernel, r' K r <= 4 kappa (sum u)^2,
    so that some sample's margin is at most ln W(exp(h(t))) + ln(k - 1). *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope upper_envelope multiclass.
Open Scope R_scope.

(** Some margin f_y - f_c is at most the soft margin plus ln(k - 1). *)
Lemma soft_margin_above k z y : (2 <= k)%nat -> (y < k)%nat -> exists c, (c < k)%nat /\ c <> y /\ z y - z c <= soft_margin k z y + ln (INR k - 1).
Proof.
  intros Hk Hy. assert (Pk : 2 <= INR k) by (change 2 with (INR 2); apply le_INR, Hk).
  apply Classical_Prop.NNPP. intros Hno. set (o := sum k (others y (fun j => exp (z j)))).
  assert (Ho : 0 < o) by (apply others_pos; assumption). set (b := z y - (soft_margin k z y + ln (INR k - 1))).
  assert (Hall : forall c, (c < k)%nat -> c <> y -> z c < b).
  { intros c Hc Hne. apply Rnot_le_lt. intros Hle. apply Hno. exists c. split; [exact Hc|]. split; [exact Hne|]. unfold b in Hle. lra. }
  assert (Eb : exp b = o / (INR k - 1)).
  { unfold b, soft_margin. fold o. replace (z y - (z y - ln o + ln (INR k - 1))) with (ln o + - ln (INR k - 1)) by ring.
    rewrite exp_plus, exp_ln, exp_Ropp, exp_ln by lra. reflexivity. }
  destruct (another k y Hk) as [c0 [Hc0 Hn0]].
  assert (Hlt : o < sum k (others y (fun _ => exp b))).
  { unfold o. apply Rminus_lt. rewrite <- sum_minus.
    assert (H : 0 < sum k (fun c => others y (fun _ => exp b) c - others y (fun j => exp (z j)) c)).
    { apply (sum_pos k _ c0 Hc0).
      - unfold others. destruct (Nat.eq_dec c0 y); [contradiction|]. assert (H := exp_increasing _ _ (Hall c0 Hc0 Hn0)). lra.
      - intros c Hc. unfold others. destruct (Nat.eq_dec c y) as [|Hne]; [lra|]. assert (H := exp_increasing _ _ (Hall c Hc Hne)). lra. }
    rewrite sum_minus in *. lra. }
  rewrite (sum_others_const k y (exp b) Hy), Eb in Hlt. replace ((INR k - 1) * (o / (INR k - 1))) with o in Hlt by (field; lra). lra.
Qed.

Theorem upper_envelope_classes (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (kappa : R) :
  (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f K -> resists Q (class_loss n k y f) (class_dissipation n k y f K) -> 0 <= kappa ->
  forall t, 0 <= t ->
  (forall r, 0 <= r <= t -> Q r -> psd (n * k) (K r) /\ forall a b, (a < n * k)%nat -> (b < n * k)%nat -> Rabs (K r a b) <= kappa) ->
  exists i c, (i < n)%nat /\ (c < k)%nat /\ c <> y i /\
    let q := f (i * k + y i)%nat t - f (i * k + c)%nat t - ln (INR k - 1) in
    exp q + q <= potential (class_loss n k y f 0 / INR n) + INR n * (4 * kappa) * t.
Proof.
  intros Hn Hk HT HR Hkap t Ht HK. assert (Hy := proj1 HT).
  assert (HR' : resists Q (loss n (soft_margins k y f)) (class_dissipation n k y f K)).
  { intros a b c Ha Hab Hc H. rewrite <- !(class_loss_margins n k y f Hk Hy). apply HR; assumption. }
  destruct (some_margin n (soft_margins k y f) t (potential (loss n (soft_margins k y f) 0 / INR n) + INR n * (4 * kappa) * t) Hn) as [i [Hi Hle]].
  - apply (upper_envelope n (soft_margins k y f) Q (class_dissipation n k y f K) (4 * kappa) Hn ltac:(lra)
      (class_dissipates Q n k y f K Hk HT) HR' t Ht). intros r Hr HQ. destruct (HK r Hr HQ) as [Hp Hb]. split; [apply Hp|].
    assert (H := quad_small (n * k) (K r) kappa (class_residual k y f r) Hb).
    rewrite (shaped_norm1 n k y _ _ Hy (class_residual_shaped n k y f r Hk Hy)) in H. apply Rabs_bounds in H.
    unfold class_dissipation. lra.
  - destruct (soft_margin_above k (scores k f t i) (y i) Hk (Hy i Hi)) as [c [Hc [Hne Hs]]].
    exists i, c. split; [exact Hi|]. split; [exact Hc|]. split; [exact Hne|]. cbv zeta.
    set (q := f (i * k + y i)%nat t - f (i * k + c)%nat t - ln (INR k - 1)).
    assert (Hq : q <= soft_margins k y f i t) by (unfold q, soft_margins; change (f (i * k + y i)%nat t) with (scores k f t i (y i)); change (f (i * k + c)%nat t) with (scores k f t i c); lra).
    rewrite (class_loss_margins n k y f Hk Hy).
    assert (exp q <= exp (soft_margins k y f i t)) by (destruct Hq as [H|H]; [left; apply exp_increasing, H|rewrite H; lra]). lra.
Qed.
