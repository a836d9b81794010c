(** Theorems of multiclass.v: their hypotheses can hold, and near statements are false. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope theorem_1 theorem_2 multiclass witnesses mutants.
Open Scope R_scope.

(** ** Every binary flow is one of two classes: outputs - f/2 and f/2, block kernel (K/2) (x) 1 *)
Definition class_of (s : nat -> R) (i : nat) : nat := if Rle_dec 0 (s i) then 1%nat else 0%nat.
Definition halves (f : nat -> R -> R) (a : nat) (t : R) : R := (INR (a mod 2) - / 2) * f (a / 2)%nat t.
Definition half_block (K : R -> nat -> nat -> R) (t : R) : nat -> nat -> R := kron 2 (fun i j => K t i j / 2).

Lemma even_odd i : ((2 * i) / 2 = i /\ (2 * i) mod 2 = 0 /\ (2 * i + 1) / 2 = i /\ (2 * i + 1) mod 2 = 1)%nat.
Proof.
  assert (H0 := block_index i 2 0 ltac:(lia)). assert (H1 := block_index i 2 1 ltac:(lia)).
  replace (i * 2 + 0)%nat with (2 * i)%nat in H0 by lia. replace (i * 2 + 1)%nat with (2 * i + 1)%nat in H1 by lia. tauto.
Qed.

Lemma halves_difference f i t : difference_output (halves f) i t = f i t.
Proof. unfold difference_output, halves. destruct (even_odd i) as [-> [-> [-> ->]]]. simpl. lra. Qed.

Lemma class_of_sign n s i : signs n s -> (i < n)%nat -> sign_of (class_of s) i = s i.
Proof.
  intros Hs Hi. unfold sign_of, class_of. destruct (Hs i Hi) as [E|E]; rewrite E; destruct (Rle_dec 0 _); simpl; lra.
Qed.

Lemma class_of_labels n s : labels n 2 (class_of s).
Proof. intros i _. unfold class_of. destruct (Rle_dec 0 (s i)); lia. Qed.

Theorem binary_two_classes Q n s f K : trains Q n s f K -> class_trains Q n 2 (class_of s) (halves f) (half_block K).
Proof.
  intros [Hs HD]. split; [apply class_of_labels|].
  assert (Hm : forall t i, (i < n)%nat -> margin (sign_of (class_of s)) (difference_output (halves f)) i t = margin s f i t).
  { intros t i Hi. unfold margin. rewrite (class_of_sign n), halves_difference by assumption. reflexivity. }
  assert (HL : forall t, class_loss n 2 (class_of s) (halves f) t = loss n (margin s f) t).
  { intros t. rewrite (two_classes_loss n _ _ _ (class_of_labels n s)). apply sum_ext; intros i Hi. rewrite Hm by exact Hi. reflexivity. }
  assert (HE : forall t, class_dissipation n 2 (class_of s) (halves f) (half_block K) t = dissipation n s f K t).
  { intros t. rewrite (two_classes_dissipation n _ _ _ _ (class_of_labels n s)). unfold dissipation. apply quad_ext.
    - intros i j Hi Hj. unfold signed, half_block. rewrite two_classes_kron, !(class_of_sign n) by assumption. field.
    - intros i Hi. unfold residual. rewrite Hm by exact Hi. reflexivity. }
  intros a b c Ha Hab Hc H. rewrite !HL. apply HD; [exact Ha|exact Hab|exact Hc|].
  intros r Hr HQ. rewrite <- HE. apply H; assumption.
Qed.

Lemma label_two n y K c : labels n 2 y -> label n (sign_of y) (difference_kernel K) c -> label_classes n 2 y K c.
Proof.
  intros Hy HK r u Hr. eapply Rle_trans; [apply HK; intros i Hi; apply Hr, Hi|]. right.
  assert (E : forall i, (i < n)%nat -> r (i * 2 + 0)%nat = sign_of y i * u i /\ r (i * 2 + 1)%nat = - (sign_of y i * u i)).
  { intros i Hi. destruct (Hr i Hi) as [_ [Hl [Ht _]]]. specialize (Hy i Hi). unfold sign_of. simpl sum in Ht.
    destruct (y i) as [|[|k]]; [| |lia]; simpl INR; lra. }
  unfold quad. rewrite sum_blocks. apply sum_ext; intros i Hi. simpl sum.
  rewrite !sum_blocks, Rplus_0_l, <- sum_plus. apply sum_ext; intros j Hj. simpl sum.
  destruct (E i Hi) as [-> ->], (E j Hj) as [-> ->].
  unfold signed, difference_kernel. replace (i * 2 + 0)%nat with (2 * i)%nat by lia. replace (j * 2 + 0)%nat with (2 * j)%nat by lia.
  replace (i * 2 + 1)%nat with (2 * i + 1)%nat by lia. replace (j * 2 + 1)%nat with (2 * j + 1)%nat by lia. ring.
Qed.

(** ** The hypotheses of envelope_classes, theorem_1_classes and theorem_2_classes can hold together *)
Theorem classes_inhabited : exists (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R),
  class_trains (fun _ => True) 1 2 y f K /\ (forall t, 0 <= t -> below (1 * 2) (K t) 1) /\
  (forall t, 0 <= t -> label_classes 1 2 y (K t) 2) /\
  (forall t a, 0 <= t -> (a < 1 * 2)%nat -> 1 * Rabs (f a t) <= K t a a).
Proof.
  destruct trains_inhabited as [s [f [K [HT [HL HN]]]]]. exists (class_of s), (halves f), (half_block K).
  assert (HK : forall t, 0 <= t -> 2 <= K t 0%nat 0%nat).
  { intros t Ht. assert (H := HL t Ht (fun _ => 1) (fun i _ => Rle_0_1)). revert H. unfold quad, signed; simpl.
    destruct (proj1 HT 0%nat ltac:(lia)) as [-> | ->]; lra. }
  assert (HB : forall t, 0 <= t -> below (1 * 2) (half_block K t) 1).
  { intros t Ht. unfold half_block. apply below_kron. intros v. unfold quad, norm2; simpl. specialize (HK t Ht).
    assert (0 <= v 0%nat * v 0%nat) by nra. nra. }
  split; [apply binary_two_classes, HT|]. split; [exact HB|]. split.
  - intros t Ht. replace 2 with (1 * INR 2 / ((INR 2 - 1) * INR 1)) by (simpl; field).
    apply (classes_below 1 2); [lia|lia|apply class_of_labels|lra|apply HB, Ht].
  - intros t a Ht Ha. specialize (HN t Ht). destruct a as [|[|a]]; [| |simpl in Ha; lia];
      unfold halves, half_block, kron, onehot; simpl; rewrite Rabs_mult.
    + rewrite (Rabs_left (0 - / 2)) by lra. lra.
    + rewrite (Rabs_pos_eq (1 - / 2)) by lra. lra.
Qed.

(** ** Mutants *)
(** C >= 0 in place of C > 0. *)
Theorem mutant_theorem_1_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R),
  (2 <= k)%nat -> class_trains Q n k y f K -> 0 <= C -> (forall t, 0 <= t -> Q t -> below (n * k) (K t) C) ->
  forall i c, (i < n)%nat -> (c < k)%nat -> c <> y i ->
    is_lim (fun t => f (i * k + y i)%nat t - f (i * k + c)%nat t) p_infty p_infty).
Proof.
  intros H.
  assert (H1 := H _ 1%nat 2%nat _ _ _ 0 (le_n 2) (binary_two_classes _ _ _ _ _ zero_trains) ltac:(lra)).
  assert (H2 : is_lim (fun _ => 0) p_infty p_infty).
  { apply (is_lim_ext (fun t => halves (fun _ _ => 0) (0 * 2 + class_of (fun _ => 1) 0) t - halves (fun _ _ => 0) (0 * 2 + 0) t)).
    - intros t. unfold halves. ring.
    - apply H1; [|lia|lia|].
      + intros t _ _. unfold half_block. apply below_kron. intros v. small. lra.
      + unfold class_of. destruct (Rle_dec 0 1); [lia|lra]. }
  apply is_lim_unique in H2. rewrite Lim_const in H2. discriminate.
Qed.

(** The factor 1 / (k - 1) lost: three classes, K the identity, r = (-1, 1/2, 1/2). *)
Theorem mutant_classes_below : ~ (forall (n k : nat) (y : nat -> nat) (K : nat -> nat -> R) (l0 : R),
  (0 < n)%nat -> (2 <= k)%nat -> labels n k y -> 0 <= l0 -> below (n * k) K l0 ->
  label_classes n k y K (l0 * INR k / INR n)).
Proof.
  intros H.
  assert (H1 := H 1%nat 3%nat (fun _ => 0%nat) (fun i j => if Nat.eq_dec i j then 1 else 0) 1 ltac:(lia) ltac:(lia)
    ltac:(intros i _; lia) ltac:(lra) ltac:(intros v; small; lra)
    (fun a => match a with 0%nat => -1 | _ => / 2 end) (fun _ => 1)).
  assert (H2 : shaped 1 3 (fun _ => 0%nat) (fun a => match a with 0%nat => -1 | _ => / 2 end) (fun _ => 1)).
  { intros i Hi. assert (i = 0)%nat by lia. subst i. simpl. repeat split; try lra. intros c _ Hc. destruct c; [contradiction|lra]. }
  specialize (H1 H2). revert H1. small. lra.
Qed.

(** 2 g in place of 4 g. *)
Theorem mutant_classes_within : ~ (forall (n k : nat) (y : nat -> nat) (K H : nat -> nat -> R) (c g : R),
  labels n k y -> label_classes n k y K c -> within (n * k) K H g -> label_classes n k y H (c - 2 * g)).
Proof.
  intros H.
  set (K := fun i j : nat => if Nat.eq_dec i j then 1 else 0). set (E := fun i j : nat => if Nat.eq_dec i j then 0 else 1).
  assert (HK : label_classes 1 2 (fun _ => 0%nat) K 2).
  { replace 2 with (1 * INR 2 / ((INR 2 - 1) * INR 1)) by (simpl; field).
    apply (classes_below 1 2); [lia|lia|intros i _; lia|lra|]. intros v. unfold K. small. lra. }
  assert (HW : within (1 * 2) K E 1).
  { intros i j _ _. unfold K, E. destruct (Nat.eq_dec i j); apply Rabs_le; lra. }
  assert (H1 := H 1%nat 2%nat (fun _ => 0%nat) K E 2 1 ltac:(intros i _; lia) HK HW
    (fun a => match a with 0%nat => -1 | _ => 1 end) (fun _ => 1)).
  assert (H2 : shaped 1 2 (fun _ => 0%nat) (fun a => match a with 0%nat => -1 | _ => 1 end) (fun _ => 1)).
  { intros i Hi. assert (i = 0)%nat by lia. subst i. simpl. repeat split; try lra. intros c _ Hc. destruct c; [contradiction|lra]. }
  specialize (H1 H2). revert H1. unfold E. small. lra.
Qed.

(** The envelope with the rate doubled: f = ln(1 + t) under a constant kernel, at t = 1. *)
Theorem mutant_envelope_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (g : R),
  (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f K -> 0 <= g ->
  forall t, 0 <= t -> (forall r, 0 <= r <= t -> Q r -> label_classes n k y (K r) g) ->
  forall w, 0 < w -> w + ln w <= potential (class_loss n k y f 0) + 2 * g * t ->
  forall i c, (i < n)%nat -> (c < k)%nat -> c <> y i -> ln w <= f (i * k + y i)%nat t - f (i * k + c)%nat t).
Proof.
  intros H.
  assert (Hy := class_of_labels 1 (fun _ => 1)).
  assert (Hone : class_of (fun _ => 1) 0 = 1%nat) by (unfold class_of; destruct (Rle_dec 0 1); [reflexivity|lra]).
  assert (H1 := H _ 1%nat 2%nat _ _ _ 1 ltac:(lia) (le_n 2) (binary_two_classes _ _ _ _ _ constant_kernel_trains) ltac:(lra) 1 ltac:(lra)).
  assert (H2 : ln 2.1 <= ln (1 + 1)).
  { assert (E : ln (1 + 1) = halves (fun _ t => ln (1 + t)) (0 * 2 + class_of (fun _ => 1) 0) 1 - halves (fun _ t => ln (1 + t)) (0 * 2 + 0) 1)
      by (rewrite Hone; unfold halves; simpl; lra).
    rewrite E. apply H1.
    - intros r _ _. apply label_two; [exact Hy|]. intros u _. unfold half_block. unfold quad, signed; simpl.
      rewrite two_classes_kron, !(class_of_sign 1 (fun _ => 1) 0) by (lia || (intros j _; left; reflexivity)). lra.
    - lra.
    - assert (HG : potential (class_loss 1 2 (class_of (fun _ => 1)) (halves (fun _ t => ln (1 + t))) 0) = 1).
      { rewrite (two_classes_loss 1 _ _ _ Hy). unfold loss, margin, potential; simpl.
        rewrite halves_difference, (class_of_sign 1 (fun _ => 1) 0) by (lia || (intros j _; left; reflexivity)).
        rewrite Rplus_0_r, ln_1, Rmult_0_r, Ropp_0, exp_0, Rplus_0_l, exp_ln by lra.
        replace (1 + 1 - 1) with 1 by ring. rewrite ln_1. field. }
      rewrite HG. assert (ln 2.1 <= 0.9); [|lra]. rewrite <- (ln_exp 0.9). left. apply ln_increasing; [lra|].
      replace 0.9 with (0.45 + 0.45) by lra. rewrite exp_plus. assert (Hx := exp_ineq1_le 0.45). nra.
    - lia.
    - lia.
    - rewrite Hone. lia. }
  assert (H3 : ln (1 + 1) < ln 2.1) by (apply ln_increasing; lra). lra.
Qed.

(** Theorem 2 without the output bound. *)
Theorem mutant_theorem_2_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : nat -> nat -> R)
    (Kt : R -> nat -> nat -> R) (l0 g T : R),
  (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f Kt -> 0 <= l0 -> below (n * k) K l0 ->
  g < l0 * INR k / (4 * (INR k - 1) * INR n) -> unbounded Q -> 0 <= T ->
  ~ (forall t, T <= t -> Q t -> within (n * k) K (Kt t) g)).
Proof.
  intros H.
  apply (H (fun _ => True) 1%nat 2%nat _ _ (kron 2 (fun _ _ => 1 / 2)) _ (1 / 2) 0 0 ltac:(lia) (le_n 2) (binary_two_classes _ _ _ _ _ constant_kernel_trains)).
  - lra.
  - apply below_kron. intros v. small. lra.
  - simpl. lra.
  - intros T. exists T. split; [lra|exact I].
  - lra.
  - intros t _ _ i j _ _. unfold half_block. rewrite Rminus_eq_0, Rabs_R0. lra.
Qed.

Theorem witness_classes_below : ~ (forall (n k : nat) (y : nat -> nat) (K : nat -> nat -> R) (l0 : R), (0 < n)%nat -> (2 <= k)%nat ->
  labels n k y -> 0 <= l0 -> below (n * k) K l0 -> False).
Proof.
  intros H. apply (H 1%nat 2%nat (fun _ => 0%nat) (fun _ _ => 0) 0 ltac:(lia) ltac:(lia)); [intros i _; lia|lra|].
  intros v. small. lra.
Qed.

Theorem witness_classes_within : ~ (forall (n k : nat) (y : nat -> nat) (K H : nat -> nat -> R) (c g : R), labels n k y -> label_classes
  n k y K c -> within (n * k) K H g -> False).
Proof.
  intros H. destruct classes_inhabited as [y [f [K [[Hy _] [_ [HL _]]]]]].
  apply (H 1%nat 2%nat y (K 0) (K 0) 2 0 Hy (HL 0 (Rle_refl 0))). intros i j _ _. rewrite Rminus_eq_0, Rabs_R0. lra.
Qed.

Theorem witness_envelope_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R)
  (g : R), (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f K -> 0 <= g -> forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> Q r
  -> label_classes n k y (K r) g) -> forall w : R, 0 < w -> w + ln w <= potential (class_loss n k y f 0) + g * t -> forall i c : nat, (i <
  n)%nat -> (c < k)%nat -> c <> y i -> False).
Proof.
  intros H. destruct classes_inhabited as [y [f [K [HT [_ [HL _]]]]]]. assert (Hy := proj1 HT 0%nat (le_n 1)).
  destruct (another 2 (y 0%nat) (le_n 2)) as [c [Hc Hne]].
  (* w small enough that w + ln w is below the potential at the start *)
  set (g0 := potential (class_loss 1 2 y f 0)). set (w := Rmin 1 (exp (g0 - 1))).
  assert (Hw : 0 < w) by (apply Rmin_glb_lt; [lra|apply exp_pos]).
  assert (H1 : ln w <= g0 - 1).
  { rewrite <- (ln_exp (g0 - 1)). assert (Hr := Rmin_r 1 (exp (g0 - 1))). fold w in Hr. destruct Hr as [Hl|He]; [left; apply ln_increasing; assumption|rewrite He; lra]. }
  assert (H2 := Rmin_l 1 (exp (g0 - 1))). fold w in H2.
  apply (H (fun _ => True) 1%nat 2%nat y f K 2 (le_n 1) (le_n 2) HT ltac:(lra) 0 (Rle_refl 0)) with (w := w) (i := 0%nat) (c := c);
    [intros r [Hr _] _; apply HL, Hr|exact Hw| |lia|exact Hc|exact Hne]. fold g0. lra.
Qed.

Theorem witness_theorem_1_classes_label : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat ->
  nat -> R) (g : R), (2 <= k)%nat -> class_trains Q n k y f K -> 0 < g -> (forall t : R, 0 <= t -> Q t -> label_classes n k y (K t) g) ->
  forall i c : nat, (i < n)%nat -> (c < k)%nat -> c <> y i -> False).
Proof.
  intros H. destruct classes_inhabited as [y [f [K [HT [_ [HL _]]]]]]. destruct (another 2 (y 0%nat) (le_n 2)) as [c [Hc Hne]].
  exact (H (fun _ => True) 1%nat 2%nat y f K 2 (le_n 2) HT ltac:(lra) (fun t Ht _ => HL t Ht) 0%nat c (le_n 1) Hc Hne).
Qed.

Theorem witness_theorem_1_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat ->
  R) (C : R), (2 <= k)%nat -> class_trains Q n k y f K -> 0 < C -> (forall t : R, 0 <= t -> Q t -> below (n * k) (K t) C) -> forall i c :
  nat, (i < n)%nat -> (c < k)%nat -> c <> y i -> False).
Proof.
  intros H. destruct classes_inhabited as [y [f [K [HT [HB _]]]]]. destruct (another 2 (y 0%nat) (le_n 2)) as [c [Hc Hne]].
  exact (H (fun _ => True) 1%nat 2%nat y f K 1 (le_n 2) HT ltac:(lra) (fun t Ht _ => HB t Ht) 0%nat c (le_n 1) Hc Hne).
Qed.

Theorem witness_gap_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : nat -> nat -> R) (Kt : R
  -> nat -> nat -> R) (c g beta T : R), (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f Kt -> label_classes n k y K c -> g < c / 4
  -> 0 < beta -> (forall (t : R) (a : nat), 0 <= t -> Q t -> (a < n * k)%nat -> beta * Rabs (f a t) <= Kt t a a) -> unbounded Q -> 0 <= T
  -> False).
Proof.
  intros H. destruct classes_inhabited as [y [f [K [HT [_ [HL HN]]]]]].
  apply (H (fun _ => True) 1%nat 2%nat y f (K 0) K 2 0 1 0 (le_n 1) (le_n 2) HT (HL 0 (Rle_refl 0))); try lra.
  - intros t a Ht _ Ha. apply HN; assumption.
  - intros T. exists T. split; [lra|exact I].
Qed.

Theorem witness_theorem_2_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : nat -> nat -> R) (Kt
  : R -> nat -> nat -> R) (l0 g beta T : R), (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f Kt -> 0 <= l0 -> below (n * k) K l0 ->
  g < l0 * INR k / (4 * (INR k - 1) * INR n) -> 0 < beta -> (forall (t : R) (a : nat), 0 <= t -> Q t -> (a < n * k)%nat -> beta * Rabs (f
  a t) <= Kt t a a) -> unbounded Q -> 0 <= T -> False).
Proof.
  intros H. destruct classes_inhabited as [y [f [K [HT [HB [_ HN]]]]]].
  apply (H (fun _ => True) 1%nat 2%nat y f (K 0) K 1 0 1 0 (le_n 1) (le_n 2) HT ltac:(lra) (HB 0 (Rle_refl 0))); try lra.
  - simpl. lra.
  - intros t a Ht _ Ha. apply HN; assumption.
  - intros T. exists T. split; [lra|exact I].
Qed.

Theorem witness_below_kron : ~ (forall (n k : nat) (K : nat -> nat -> R) (l0 : R), below n K l0 -> False).
Proof.
  intros H. apply (H 0%nat 0%nat (fun _ _ => 0) 0). intros v. small. lra.
Qed.

Theorem witness_two_classes_loss : ~ (forall (n : nat) (y : nat -> nat) (f : nat -> R -> R) (t : R), labels n 2 y -> False).
Proof.
  intros H. apply (H 0%nat (fun _ => 0%nat) (fun _ _ => 0) 0). intros i Hi. lia.
Qed.

Theorem witness_two_classes_dissipation : ~ (forall (n : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (t : R),
  labels n 2 y -> False).
Proof.
  intros H. apply (H 0%nat (fun _ => 0%nat) (fun _ _ => 0) (fun _ _ _ => 0) 0). intros i Hi. lia.
Qed.

Theorem mutant_theorem_1_classes_label : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat
  -> R) (g : R), (2 <= k)%nat -> class_trains Q n k y f K -> 0 <= g -> (forall t : R, 0 <= t -> Q t -> label_classes n k y (K t) g) ->
  forall i c : nat, (i < n)%nat -> (c < k)%nat -> c <> y i -> is_lim (fun t : R => f (i * k + y i)%nat t - f (i * k + c)%nat t) p_infty
  p_infty).
Proof.
  intros H. apply mutant_theorem_1_classes. intros Q n k y f K C Hk HT HC HK i c Hi Hc Hne.
  assert (Hn : (0 < n)%nat) by lia. assert (Pn : 0 < INR n) by (apply lt_0_INR, Hn).
  assert (Pk : 2 <= INR k) by (change 2 with (INR 2); apply le_INR, Hk).
  apply (H Q n k y f K (C * INR k / ((INR k - 1) * INR n)) Hk HT); try assumption.
  - apply Rmult_le_pos; [apply Rmult_le_pos; lra|]. left. apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra.
  - intros t Ht HQ. apply classes_below; [exact Hn|exact Hk|apply HT|exact HC|apply HK; assumption].
Qed.

Theorem mutant_gap_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : nat -> nat -> R) (Kt : R ->
  nat -> nat -> R) (c g beta T : R), (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f Kt -> label_classes n k y K c -> g < c / 4 -> 0
  < beta -> unbounded Q -> 0 <= T -> ~ (forall t : R, T <= t -> Q t -> within (n * k) K (Kt t) g)).
Proof.
  intros H.
  assert (Hy : labels 1 2 (class_of (fun _ => 1))) by apply class_of_labels.
  apply (H (fun _ => True) 1%nat 2%nat _ _ (kron 2 (fun _ _ => 1 / 2)) _ 1 0 1 0 ltac:(lia) (le_n 2) (binary_two_classes _ _ _ _ _ constant_kernel_trains)).
  - assert (E : 1 / 2 * INR 2 / ((INR 2 - 1) * INR 1) = 1) by (simpl; field).
    assert (HL := classes_below 1 2 _ (kron 2 (fun _ _ => 1 / 2)) (1 / 2) ltac:(lia) ltac:(lia) Hy ltac:(lra)). rewrite E in HL.
    apply HL, below_kron. intros v. small. lra.
  - lra.
  - lra.
  - intros T. exists T. split; [lra|exact I].
  - lra.
  - intros t _ _ i j _ _. unfold half_block. rewrite Rminus_eq_0, Rabs_R0. lra.
Qed.

Theorem mutant_theorem_2_classes_output : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : nat -> nat ->
  R) (Kt : R -> nat -> nat -> R) (l0 g beta T : R), (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f Kt -> 0 <= l0 -> below (n * k) K
  l0 -> g < l0 * INR k / (4 * (INR k - 1) * INR n) -> 0 < beta -> unbounded Q -> 0 <= T -> ~ (forall t : R, T <= t -> Q t -> within (n *
  k) K (Kt t) g)).
Proof.
  intros H. apply mutant_theorem_2_classes. intros Q n k y f K Kt l0 g T Hn Hk HT Hl HK Hg HU H0.
  exact (H Q n k y f K Kt l0 g 1 T Hn Hk HT Hl HK Hg Rlt_0_1 HU H0).
Qed.

Theorem mutant_below_kron : ~ (forall (n k : nat) (K : nat -> nat -> R) (l0 : R), below n K l0 -> below (n * k) (kron k K) (2 * l0)).
Proof.
  intros H. assert (H1 := H 1%nat 1%nat (fun _ _ => 1) 1 ltac:(intros v; small; lra) (fun _ => 1)).
  revert H1. unfold kron, onehot. small. lra.
Qed.

Theorem mutant_two_classes_loss : ~ (forall (n : nat) (y : nat -> nat) (f : nat -> R -> R) (t : R), labels n 2 y -> class_loss n 2 y f t
  = 2 * loss n (margin (sign_of y) (difference_output f)) t).
Proof.
  intros H. assert (Hy : labels 1 2 (fun _ => 0%nat)) by (intros i _; lia).
  assert (H1 := H 1%nat (fun _ => 0%nat) (fun _ _ => 0) 0 Hy). rewrite (two_classes_loss 1 _ _ _ Hy) in H1.
  assert (H2 := loss_pos 1 (margin (sign_of (fun _ => 0%nat)) (difference_output (fun _ _ => 0))) 0 (le_n 1)). lra.
Qed.

Theorem mutant_two_classes_dissipation : ~ (forall (n : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (t : R),
  labels n 2 y -> class_dissipation n 2 y f K t = 2 * dissipation n (sign_of y) (difference_output f) (fun t0 : R => difference_kernel (K
  t0)) t).
Proof.
  intros H. assert (Hy : labels 1 2 (fun _ => 0%nat)) by (intros i _; lia).
  assert (H1 := H 1%nat (fun _ => 0%nat) (fun _ _ => 0) (fun _ => kron 2 (fun _ _ => 1)) 0 Hy). rewrite (two_classes_dissipation 1 _ _ _ _ Hy) in H1.
  assert (H2 : 0 < dissipation 1 (sign_of (fun _ => 0%nat)) (difference_output (fun _ _ => 0)) (fun _ => difference_kernel (kron 2 (fun _ _ => 1))) 0).
  { unfold dissipation, quad, signed, sum. rewrite two_classes_kron.
    assert (Hu := residual_pos (margin (sign_of (fun _ => 0%nat)) (difference_output (fun _ _ => 0))) 0 0).
    set (u := residual (margin (sign_of (fun _ => 0%nat)) (difference_output (fun _ _ => 0))) 0 0) in *.
    unfold sign_of. simpl INR. assert (0 < u * u) by (apply Rmult_lt_0_compat; exact Hu). nra. }
  lra.
Qed.

Theorem mutant_two_classes_kron : ~ (forall (K : nat -> nat -> R) (i j : nat), difference_kernel (kron 2 K) i j = K i j).
Proof.
  intros H. assert (H1 := H (fun _ _ => 1) 0%nat 0%nat). rewrite two_classes_kron in H1. lra.
Qed.
