(** Lemma 7, and three larger constants: lambda_0 / n, g* = min of w' K w over |w|_1 = 1, and the squared hard margin
    gamma^2 = min of w' K^r w over the simplex, each with what shows that it cannot be enlarged. *)
From Coq Require Import Reals Lra Lia.
Require Import sums matrices.
Open Scope R_scope.

Theorem below_within n K H l g : 0 <= g -> below n K l -> within n K H g -> below n H (l - INR n * g).
Proof.
  intros Hg HK HH x. rewrite (quad_difference n K H x).
  assert (H1 := quad_entrywise n _ g x Hg HH). specialize (HK x).
  apply Rabs_bounds in H1. lra.
Qed.

(** Lemma 7 as printed. *)
Theorem lemma_7 (n : nat) (K : nat -> nat -> R) (Kt : R -> nat -> nat -> R) (l0 : R) :
  (0 < n)%nat -> 0 <= l0 -> below n K l0 ->
  (forall t, 0 <= t -> within n K (Kt t) (l0 / (2 * INR n ^ 2))) ->
  forall t, 0 <= t -> below n (Kt t) (l0 / 2).
Proof.
  intros Hn Hl HK Hw t Ht x.
  assert (H1 : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia).
  assert (Hg : 0 <= l0 / (2 * INR n ^ 2)) by (apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; nra]).
  assert (H := below_within n K (Kt t) l0 _ Hg HK (Hw t Ht) x).
  assert (Hle : INR n * (l0 / (2 * INR n ^ 2)) <= l0 / 2).
  { replace (INR n * (l0 / (2 * INR n ^ 2))) with (l0 / 2 * / INR n) by (field; lra).
    assert (/ INR n <= 1) by (rewrite <- Rinv_1; apply Rinv_le_contravar; lra).
    assert (0 <= l0 / 2) by lra. nra. }
  assert (H2 := norm2_nonneg n x). nra.
Qed.

(** Less than lambda_0 / n away, the kernel stays definite. *)
Theorem sharp_constant (n : nat) (K H : nat -> nat -> R) (l0 g : R) :
  (0 < n)%nat -> 0 <= g -> g < l0 / INR n -> below n K l0 -> within n K H g -> definite n H.
Proof.
  intros Hn Hg Hlt HK HH.
  assert (H1 : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia).
  apply (definite_below n H (l0 - INR n * g)); [|apply (below_within n K); assumption].
  assert (INR n * g < INR n * (l0 / INR n)) by (apply Rmult_lt_compat_l; lra).
  replace (INR n * (l0 / INR n)) with l0 in H0 by (field; lra). lra.
Qed.

(** The constant is attained whenever a bottom eigenvector is flat in modulus. *)
Theorem sharp_constant_attained (n : nat) (K : nat -> nat -> R) (l0 : R) (s : nat -> R) :
  (0 < n)%nat -> signs n s -> quad n K s = l0 * norm2 n s ->
  quad n (fun i j => K i j - l0 / INR n * (s i * s j)) s = 0.
Proof.
  intros Hn Hs HK.
  assert (H1 : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia).
  rewrite (quad_difference n K). rewrite HK.
  assert (Hsq : forall i, (i < n)%nat -> s i * s i = 1) by (intros i Hi; destruct (Hs i Hi) as [-> | ->]; ring).
  assert (HN : norm2 n s = INR n).
  { unfold norm2. rewrite (sum_ext n _ (fun _ => 1)); [rewrite sum_const; ring|].
    intros i Hi. rewrite <- (Hsq i Hi). ring. }
  rewrite HN.
  assert (quad n (fun i j => K i j - l0 / INR n * (s i * s j) - K i j) s = - (l0 * INR n)).
  { unfold quad. rewrite (sum_ext n _ (fun _ => - l0)).
    - rewrite sum_const. ring.
    - intros i Hi. rewrite (sum_ext n _ (fun _ => - (l0 / INR n))).
      + rewrite sum_const. field. lra.
      + intros j Hj. assert (A := Hsq i Hi). assert (B := Hsq j Hj).
        replace (s i * s j * (K i j - l0 / INR n * (s i * s j) - K i j))
          with (- (l0 / INR n) * ((s i * s i) * (s j * s j))) by ring.
        rewrite A, B. ring. }
  lra.
Qed.

(** [label n s K c]: the squared hard margin is at least c. *)
Definition label (n : nat) (s : nat -> R) (K : nat -> nat -> R) (c : R) : Prop :=
  forall u, (forall i, (i < n)%nat -> 0 <= u i) -> c * sum n u ^ 2 <= quad n (signed s K) u.
(** The label-aware constant. *)
Theorem label_aware_constant (n : nat) (s : nat -> R) (K H : nat -> nat -> R) (c g : R) :
  signs n s -> label n s K c -> within n K H g -> label n s H (c - g).
Proof.
  intros Hs HK HH u Hu. specialize (HK u Hu). rewrite quad_signed in *.
  rewrite (quad_difference n K H).
  assert (H1 := quad_small n _ g (fun i => s i * u i) HH).
  rewrite (norm1_signed n s u Hs Hu) in H1. apply Rabs_bounds in H1. lra.
Qed.

(** gamma^2 >= g* >= lambda_0 / n: a bound on the Rayleigh quotient is a bound for every labelling. *)
Theorem label_below (n : nat) (s : nat -> R) (K : nat -> nat -> R) (l0 : R) :
  (0 < n)%nat -> 0 <= l0 -> signs n s -> below n K l0 -> label n s K (l0 / INR n).
Proof.
  intros Hn Hl Hs HK u Hu. rewrite quad_signed.
  assert (H1 : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia).
  specialize (HK (fun i => s i * u i)).
  assert (H2 := norm1_norm2 n (fun i => s i * u i)). rewrite (norm1_signed n s u Hs Hu) in H2.
  set (N := norm2 n (fun i => s i * u i)) in *.
  assert (l0 / INR n * sum n u ^ 2 <= l0 / INR n * (INR n * N)).
  { apply Rmult_le_compat_l; [|exact H2]. apply Rmult_le_pos; [exact Hl|left; apply Rinv_0_lt_compat; lra]. }
  replace (l0 / INR n * (INR n * N)) with (l0 * N) in H by (field; lra). lra.
Qed.

(** Below g*, the least w'Kw over |w|_1 = 1, the kernel stays definite; at g* it need not. *)
Theorem best_constant (n : nat) (K H : nat -> nat -> R) (b g : R) :
  (forall w, b * norm1 n w ^ 2 <= quad n K w) -> g < b -> within n K H g -> definite n H.
Proof.
  intros HK Hg HH x [i [Hi Hx]]. rewrite (quad_difference n K H).
  assert (H1 := quad_small n _ g x HH). apply Rabs_bounds in H1. specialize (HK x).
  assert (0 < norm1 n x).
  { apply (sum_pos n (fun k => Rabs (x k)) i); [exact Hi|apply Rabs_pos_lt, Hx|intros; apply Rabs_pos]. }
  assert (0 < norm1 n x ^ 2) by (apply pow_lt; assumption). nra.
Qed.

Definition sign (r : R) : R := if Rle_dec 0 r then 1 else -1.
Lemma sign_abs_mult r : r * sign r = Rabs r.
Proof. unfold sign. destruct (Rle_dec 0 r); [rewrite Rabs_pos_eq by lra|rewrite Rabs_left by lra]; ring. Qed.

Theorem best_constant_attained (n : nat) (K : nat -> nat -> R) (b : R) (w : nat -> R) :
  0 <= b -> quad n K w = b * norm1 n w ^ 2 ->
  let H := fun i j => K i j - b * (sign (w i) * sign (w j)) in within n K H b /\ quad n H w = 0.
Proof.
  intros Hb HK H. split.
  - intros i j _ _. unfold H. replace (K i j - b * (sign (w i) * sign (w j)) - K i j) with (- (b * (sign (w i) * sign (w j)))) by ring.
    rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq b) by exact Hb.
    assert (E : forall r, Rabs (sign r) = 1) by (intros r; unfold sign; destruct (Rle_dec 0 r); [apply Rabs_R1|rewrite Rabs_left; lra]).
    rewrite Rabs_mult, !E. lra.
  - rewrite (quad_difference n K H), HK.
    assert (E : quad n (fun i j => H i j - K i j) w = - (b * norm1 n w ^ 2)).
    { unfold quad, norm1. rewrite sum_square, <- sum_scal, <- sum_opp. apply sum_ext; intros i _.
      rewrite <- sum_scal, <- sum_opp. apply sum_ext; intros j _. unfold H. rewrite <- !sign_abs_mult. ring. }
    rewrite E. ring.
Qed.

(** The chain gamma^2 >= g* >= lambda_0 / n. *)
Theorem best_label (n : nat) (s : nat -> R) (K : nat -> nat -> R) (b : R) :
  signs n s -> (forall w, b * norm1 n w ^ 2 <= quad n K w) -> label n s K b.
Proof. intros Hs HK u Hu. rewrite quad_signed. rewrite <- (norm1_signed n s u Hs Hu). apply HK. Qed.

Theorem below_best (n : nat) (K : nat -> nat -> R) (l0 : R) : (0 < n)%nat -> 0 <= l0 -> below n K l0 ->
  forall w, l0 / INR n * norm1 n w ^ 2 <= quad n K w.
Proof.
  intros Hn Hl HK w. assert (H1 : 0 < INR n) by (apply lt_0_INR, Hn). specialize (HK w). assert (H2 := norm1_norm2 n w).
  assert (l0 / INR n * norm1 n w ^ 2 <= l0 / INR n * (INR n * norm2 n w)).
  { apply Rmult_le_compat_l; [|exact H2]. unfold Rdiv. apply Rmult_le_pos; [exact Hl|left; apply Rinv_0_lt_compat, H1]. }
  replace (l0 / INR n * (INR n * norm2 n w)) with (l0 * norm2 n w) in H by (field; lra). lra.
Qed.
