(** Near misses of the gap constants, each refuted by a matrix of one or two samples. *)
From Coq Require Import Reals Lra Lia.
Require Import sums matrices gap_constants.
Open Scope R_scope.

Definition one_sample (_ _ : nat) : R := 1.
Definition two_samples (i j : nat) : R := if Nat.eq_dec i j then 1 else 0.
Ltac at_samples := unfold quad, norm1, norm2, signed, one_sample, two_samples; simpl.

Lemma two_samples_below : below 2 two_samples 1.
Proof. intros v. at_samples. lra. Qed.

Lemma all_ones n : signs n (fun _ => 1).
Proof. intros i _. left. reflexivity. Qed.

(** Half of the constant leaves the kernel definite. *)
Theorem mutant_sharp_constant_attained : ~ (forall (n : nat) (K : nat -> nat -> R) (l0 : R) (s : nat -> R), (0 < n)%nat -> signs n s ->
  quad n K s = l0 * norm2 n s -> quad n (fun i j : nat => K i j - l0 / (2 * INR n) * (s i * s j)) s = 0).
Proof.
  intros H. assert (H1 := H 1%nat one_sample 1 (fun _ => 1) (le_n 1) (all_ones 1) ltac:(at_samples; lra)). revert H1. at_samples. lra.
Qed.

(** lambda_0 itself is no bound. *)
Theorem mutant_label_below : ~ (forall (n : nat) (s : nat -> R) (K : nat -> nat -> R) (l0 : R), (0 < n)%nat -> 0 <= l0 -> signs n s ->
  below n K l0 -> label n s K l0).
Proof.
  intros H. assert (H1 := H 2%nat (fun _ => 1) two_samples 1 ltac:(lia) ltac:(lra) (all_ones 2) two_samples_below (fun _ => 1) (fun i _ => Rle_0_1)).
  revert H1. at_samples. lra.
Qed.

(** At g* itself the kernel may be singular. *)
Theorem mutant_best_constant : ~ (forall (n : nat) (K H : nat -> nat -> R) (b g : R), (forall w : nat -> R, b * norm1 n w ^ 2 <= quad n K
  w) -> g <= b -> within n K H g -> definite n H).
Proof.
  intros H. assert (H1 := H 1%nat one_sample (fun _ _ => 0) 1 1).
  assert (H2 : within 1 one_sample (fun _ _ => 0) 1) by (intros i j _ _; unfold one_sample; apply Rabs_le; lra).
  assert (H3 : forall w : nat -> R, 1 * norm1 1 w ^ 2 <= quad 1 one_sample w).
  { intros w. at_samples. assert (E := pow2_abs (w 0%nat)). simpl in E. lra. }
  assert (H4 := H1 H3 (Rle_refl 1) H2 (fun _ => 1) (ex_intro _ 0%nat (conj (le_n 1) R1_neq_R0))). revert H4. at_samples. lra.
Qed.

Theorem mutant_best_constant_attained : ~ (forall (n : nat) (K : nat -> nat -> R) (b : R) (w : nat -> R), 0 <= b -> quad n K w = b * norm1
  n w ^ 2 -> let H := fun i j : nat => K i j - b / 2 * (sign (w i) * sign (w j)) in within n K H b /\ quad n H w = 0).
Proof.
  intros H. destruct (H 1%nat one_sample 1 (fun _ => 1) ltac:(lra)) as [_ H1].
  - at_samples. rewrite Rabs_R1. lra.
  - revert H1. at_samples. unfold sign. destruct (Rle_dec 0 1); lra.
Qed.

(** Labels of modulus less than 1. *)
Theorem mutant_best_label : ~ (forall (n : nat) (s : nat -> R) (K : nat -> nat -> R) (b : R), (forall w : nat -> R, b * norm1 n w ^ 2 <=
  quad n K w) -> label n s K b).
Proof.
  intros H. assert (H1 := H 1%nat (fun _ => 1 / 2) one_sample 1).
  assert (H3 : forall w : nat -> R, 1 * norm1 1 w ^ 2 <= quad 1 one_sample w).
  { intros w. at_samples. assert (E := pow2_abs (w 0%nat)). simpl in E. lra. }
  assert (H4 := H1 H3 (fun _ => 1) (fun i _ => Rle_0_1)). revert H4. at_samples. lra.
Qed.

Theorem mutant_below_best : ~ (forall (n : nat) (K : nat -> nat -> R) (l0 : R), (0 < n)%nat -> 0 <= l0 -> below n K l0 -> forall w : nat
  -> R, l0 * norm1 n w ^ 2 <= quad n K w).
Proof.
  intros H. assert (H1 := H 2%nat two_samples 1 ltac:(lia) ltac:(lra) two_samples_below (fun _ => 1)). revert H1. at_samples. rewrite Rabs_R1. lra.
Qed.
