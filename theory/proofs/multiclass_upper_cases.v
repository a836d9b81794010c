(** upper_envelope_classes: its hypotheses can hold, and the factor 4 is needed: f = ln(1 + t) as two classes. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope upper_envelope multiclass multiclass_upper multiclass_cases.
Open Scope R_scope.

Definition exact_kernel (t : R) (_ _ : nat) : R := (2 + t) / (1 + t).
Definition log_output (_ : nat) (t : R) : R := ln (1 + t).
Definition log_classes : nat -> R -> R := halves log_output.
Definition log_kernel : R -> nat -> nat -> R := half_block exact_kernel.
Definition positive_label (_ : nat) : R := 1.

Lemma positive_signs : signs 1 positive_label.
Proof. intros i _. left. reflexivity. Qed.

Lemma log_margin t : margin (sign_of (class_of positive_label)) (difference_output log_classes) 0 t = ln (1 + t).
Proof. unfold margin, log_classes. rewrite (class_of_sign 1 positive_label 0 positive_signs (le_n 1)), halves_difference. unfold positive_label, log_output. ring. Qed.

Lemma log_loss t : 0 <= t -> class_loss 1 2 (class_of positive_label) log_classes t = ln (1 + / (1 + t)).
Proof.
  intros Ht. rewrite (two_classes_loss 1 _ _ _ (class_of_labels 1 positive_label)). unfold loss, sum. rewrite log_margin, exp_Ropp, exp_ln by lra. ring.
Qed.

Lemma log_dissipation t : 0 <= t -> class_dissipation 1 2 (class_of positive_label) log_classes log_kernel t = / (1 + t) * / (2 + t).
Proof.
  intros Ht. rewrite (two_classes_dissipation 1 _ _ _ _ (class_of_labels 1 positive_label)).
  unfold dissipation, quad, signed, residual, sum. rewrite log_margin, exp_ln by lra. unfold log_kernel, half_block.
  rewrite two_classes_kron, !(class_of_sign 1 positive_label 0 positive_signs (le_n 1)). unfold positive_label, exact_kernel. field; lra.
Qed.

Lemma log_mean s t : 0 <= s -> s < t -> exists z, s <= z <= t /\
  class_loss 1 2 (class_of positive_label) log_classes t - class_loss 1 2 (class_of positive_label) log_classes s = - (/ (1 + z) * / (2 + z)) * (t - s).
Proof.
  intros Hs Hst.
  destruct (MVT_gen (fun r => ln (1 + / (1 + r))) s t (fun r => - (/ (1 + r) * / (2 + r)))) as [z [Hz E]].
  - intros x Hx. rewrite Rmin_left in Hx by lra. assert (0 < / (1 + x)) by (apply Rinv_0_lt_compat; lra).
    auto_derive; [repeat split; lra|]. field; repeat split; lra.
  - intros x Hx. rewrite Rmin_left in Hx by lra. apply continuity_pt_filterlim. apply (ex_derive_continuous (fun r => ln (1 + / (1 + r)))).
    assert (0 < / (1 + x)) by (apply Rinv_0_lt_compat; lra). auto_derive. repeat split; lra.
  - rewrite Rmin_left, Rmax_right in Hz by lra. exists z. split; [exact Hz|]. rewrite !log_loss by lra. exact E.
Qed.

Lemma log_trains : class_trains (fun _ => True) 1 2 (class_of positive_label) log_classes log_kernel.
Proof.
  split; [apply class_of_labels|]. intros s t c Hs Hst Hc H. destruct Hst as [Hst|<-]; [|lra].
  destruct (log_mean s t Hs Hst) as [z [Hz E]]. specialize (H z Hz I). rewrite log_dissipation in H by lra. nra.
Qed.

Lemma log_resists : resists (fun _ => True) (class_loss 1 2 (class_of positive_label) log_classes) (class_dissipation 1 2 (class_of positive_label) log_classes log_kernel).
Proof.
  intros s t c Hs Hst Hc H. destruct Hst as [Hst|<-]; [|lra].
  destruct (log_mean s t Hs Hst) as [z [Hz E]]. specialize (H z Hz I). rewrite log_dissipation in H by lra. nra.
Qed.

Lemma log_bounded r : 0 <= r -> psd (1 * 2) (log_kernel r) /\ forall a b, (a < 1 * 2)%nat -> (b < 1 * 2)%nat -> Rabs (log_kernel r a b) <= 1.
Proof.
  intros Hr. assert (Hk : 1 <= (2 + r) / (1 + r) <= 2).
  { split; apply (Rmult_le_reg_r (1 + r)); try lra; replace ((2 + r) / (1 + r) * (1 + r)) with (2 + r) by (field; lra); lra. }
  split.
  - intros v. unfold log_kernel, half_block. rewrite quad_kron. apply sum_nonneg; intros c _. unfold quad, sum, exact_kernel.
    assert (0 <= v (0 * 2 + c)%nat * v (0 * 2 + c)%nat) by apply Rle_0_sqr. nra.
  - intros a b _ _. unfold log_kernel, half_block, kron, onehot, exact_kernel. destruct (Nat.eq_dec (b mod 2) (a mod 2)); apply Rabs_le; lra.
Qed.

Theorem witness_upper_envelope_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat
  -> R) (kappa : R), (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f K -> resists Q (class_loss n k y f) (class_dissipation n k y f
  K) -> 0 <= kappa -> forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> Q r -> psd (n * k) (K r) /\ (forall a b : nat, (a < n * k)%nat
  -> (b < n * k)%nat -> Rabs (K r a b) <= kappa)) -> False).
Proof.
  intros H. apply (H (fun _ => True) 1%nat 2%nat _ _ _ 1 (le_n 1) (le_n 2) log_trains log_resists Rle_0_1 0 (Rle_refl 0)).
  intros r [Hr _] _. apply log_bounded, Hr.
Qed.

Theorem mutant_upper_envelope_classes : ~ (forall (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat
  -> R) (kappa : R), (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f K -> resists Q (class_loss n k y f) (class_dissipation n k y f
  K) -> 0 <= kappa -> forall t : R, 0 <= t -> (forall r : R, 0 <= r <= t -> Q r -> psd (n * k) (K r) /\ (forall a b : nat, (a < n * k)%nat
  -> (b < n * k)%nat -> Rabs (K r a b) <= kappa)) -> exists i c : nat, (i < n)%nat /\ (c < k)%nat /\ c <> y i /\ (let q := f (i * k + y
  i)%nat t - f (i * k + c)%nat t - ln (INR k - 1) in exp q + q <= potential (class_loss n k y f 0 / INR n) + INR n * kappa * t)).
Proof.
  intros H.
  destruct (H (fun _ => True) 1%nat 2%nat _ _ _ 1 (le_n 1) (le_n 2) log_trains log_resists Rle_0_1 1 Rle_0_1
    (fun r Hr _ => log_bounded r (proj1 Hr))) as [i [c [Hi [Hc [Hne Hle]]]]].
  assert (i = 0)%nat by lia. subst i. cbv zeta in Hle.
  assert (Hone : class_of positive_label 0 = 1%nat) by (unfold class_of, positive_label; destruct (Rle_dec 0 1); [reflexivity|lra]).
  rewrite Hone in *. assert (c = 0)%nat by lia. subst c.
  assert (E : log_classes (0 * 2 + 1)%nat 1 - log_classes (0 * 2 + 0)%nat 1 - ln (INR 2 - 1) = ln 2).
  { unfold log_classes, halves, log_output. simpl. replace (1 + 1 - 1) with 1 by ring. rewrite ln_1. replace (1 + 1) with 2 by ring. lra. }
  rewrite E, exp_ln in Hle by lra. rewrite log_loss in Hle by lra.
  replace (ln (1 + / (1 + 0)) / INR 1) with (ln 2) in Hle by (simpl; replace (1 + / (1 + 0)) with 2 by field; field).
  unfold potential in Hle. rewrite exp_ln in Hle by lra. replace (2 - 1) with 1 in Hle by ring. rewrite Rinv_1, ln_1 in Hle. simpl in Hle.
  assert (0 < ln 2) by (rewrite <- ln_1; apply ln_increasing; lra). lra.
Qed.
