(** Lemmas 1, 5 and 6 and Proposition 1 with a hypothesis dropped. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices power_series arccosine output_bound gaussian_means layer_kernels network_kernels definiteness definition_1 mutants printed_kernels network_mutants.
Open Scope R_scope.

(** 0, 3/4, -3/4 on the line: phi = (0, 1), (3/5, 4/5), (-3/5, 4/5). *)
Definition line_points (i _ : nat) : R := match i with O => 0 | 1%nat => 3 / 4 | _ => - (3 / 4) end.

Lemma line_points_different : different 3 1 line_points.
Proof.
  intros i j Hi Hj Hij. exists 0%nat. split; [lia|]. destruct i as [|[|[|i]]], j as [|[|[|j]]]; try lia; unfold line_points; lra.
Qed.

Lemma sqrt_of r s : 0 <= s -> s * s = r -> sqrt r = s.
Proof. intros Hs <-. apply sqrt_square, Hs. Qed.

Lemma hemisphere_0 d l x y : hemisphere_kernel 0 d l x y = cosine d x y.
Proof. induction l as [|l IH]; cbn [hemisphere_kernel]; [reflexivity|]. rewrite IH. ring. Qed.

Lemma line_points_singular l l0 : 0 < l0 -> ~ below 3 (kernel_matrix (hemisphere_kernel 0 1 l) line_points) l0.
Proof.
  intros Hl H. assert (H1 := H (fun i => match i with O => 8 / 5 | _ => -1 end)). revert H1.
  unfold norm2, quad, sum, kernel_matrix. rewrite !hemisphere_0. unfold cosine, augmented, dot, sum, line_points.
  rewrite !(sqrt_of ((0 + 0 * 0 + 1) * (0 + 0 * 0 + 1)) 1) by lra.
  rewrite !(sqrt_of ((0 + 0 * 0 + 1) * (0 + 3 / 4 * (3 / 4) + 1)) (5 / 4)) by lra.
  rewrite !(sqrt_of ((0 + 0 * 0 + 1) * (0 + - (3 / 4) * - (3 / 4) + 1)) (5 / 4)) by lra.
  rewrite !(sqrt_of ((0 + 3 / 4 * (3 / 4) + 1) * (0 + 0 * 0 + 1)) (5 / 4)) by lra.
  rewrite !(sqrt_of ((0 + - (3 / 4) * - (3 / 4) + 1) * (0 + 0 * 0 + 1)) (5 / 4)) by lra.
  rewrite !(sqrt_of ((0 + 3 / 4 * (3 / 4) + 1) * (0 + 3 / 4 * (3 / 4) + 1)) (25 / 16)) by lra.
  rewrite !(sqrt_of ((0 + 3 / 4 * (3 / 4) + 1) * (0 + - (3 / 4) * - (3 / 4) + 1)) (25 / 16)) by lra.
  rewrite !(sqrt_of ((0 + - (3 / 4) * - (3 / 4) + 1) * (0 + 3 / 4 * (3 / 4) + 1)) (25 / 16)) by lra.
  rewrite !(sqrt_of ((0 + - (3 / 4) * - (3 / 4) + 1) * (0 + - (3 / 4) * - (3 / 4) + 1)) (25 / 16)) by lra.
  lra.
Qed.

(** alpha = 0. *)
Theorem mutant_lemma_5_alpha : ~ (forall (alpha : R) (d l : nat), (1 <= l)%nat -> strictly_positive_definite d (hemisphere_kernel alpha d l)).
Proof.
  intros H. destruct (H 0 1%nat 1%nat (le_n 1) 3%nat line_points line_points_different) as [l0 [Hl HB]]. exact (line_points_singular 1 l0 Hl HB).
Qed.

Theorem mutant_lemma_6_alpha : ~ (forall (alpha : R) (d : nat), strictly_positive_definite d (hemisphere_kernel alpha d 1)).
Proof.
  intros H. destruct (H 0 1%nat 3%nat line_points line_points_different) as [l0 [Hl HB]]. exact (line_points_singular 1 l0 Hl HB).
Qed.

Theorem mutant_proposition_1_alpha : ~ (forall (d L : nat), (1 <= L)%nat ->
  strictly_positive_definite d (fcn_kernel d L) /\
  forall alpha, strictly_positive_definite d (resnet_kernel d alpha L)).
Proof.
  intros H. destruct (H 1%nat 1%nat (le_n 1)) as [_ H1]. destruct (H1 0 3%nat three_points three_points_different) as [l0 [Hl HB]].
  apply (three_points_singular l0 Hl). intros v.
  rewrite <- (quad_ext 3 (kernel_matrix (resnet_kernel 1 0 1) three_points) (resnet_ntk (gram 1 three_points) 0 1) v v); [apply HB| |reflexivity].
  intros i j _ _. apply (on_points_matrix (fun G => resnet_ntk G 0 1)), resnet_entrywise.
Qed.

(** K = 0. *)
Theorem mutant_lemma_1 : ~ (forall (d : nat) (K E : kernel), (forall x y : nat -> R, K x y = K y x) -> relu_mean K E -> strictly_positive_definite d E).
Proof.
  intros H. assert (HE : relu_mean (fun _ _ => 0) (fun _ _ => 0)).
  { intros x y r _. exists (fun _ => 0). rewrite sqrt_0. split.
    - intros z. apply line_zero. intros w. rewrite (relu_neg (0 * z)) by lra. ring.
    - apply line_zero. intros z. ring. }
  destruct (H 1%nat (fun _ _ => 0) (fun _ _ => 0) ltac:(reflexivity) HE 1%nat (fun _ _ => 0) ltac:(intros i j Hi Hj Hij; lia)) as [l0 [Hl HB]].
  specialize (HB (fun _ => 1)). revert HB. unfold norm2, quad, kernel_matrix, sum. lra.
Qed.

