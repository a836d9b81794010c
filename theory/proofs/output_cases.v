(** Near misses of the output bounds and of the parts of the last groups, each refuted by one neuron. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices output_bound parameter_sums gradient_flow fcn_network resnet_network output_parts moving_networks network_witnesses
  network_cases output_sums_cases.
Import ListNotations.
Open Scope R_scope.

(** The output weights frozen: one neuron with the bias 1. *)
Theorem mutant_equation_C_10 : ~ (forall (m : nat -> nat) (l : nat) (x : nat -> nat -> R) (trained : list parameter) (theta : parameter ->
  R) (i : nat), norm2 (m (S l)) (features m theta (S l) (x i)) <= empirical parameter_eq trained (fun (th : parameter -> R) (i0 : nat) =>
  fcn m (S l) th (x i0)) theta i i).
Proof.
  intros H. assert (H1 := H one_neuron 0%nat (fun _ _ => 0) [] unit_bias 0%nat). revert H1. unfold empirical, norm2. cbn [parameter_sum].
  change (one_neuron 1) with 1%nat. cbn [sum features]. unfold preactivation. cbn [one_neuron sum unit_bias].
  replace (2 / INR 1) with 2 by (simpl; field). unfold relu. rewrite Rmax_right by lra.
  assert (Hs := sqrt_lt_R0 2 ltac:(lra)). intros H1. nra.
Qed.

(** (C.16) as printed. *)
Theorem mutant_equation_C_16 : ~ (forall (d m : nat) (alpha : R) (l : nat) (x : nat -> nat -> R) (theta : resnet_parameter -> R) (i :
  nat), (0 < m)%nat -> parameter_sum (map (BranchBias l) (seq 0 m)) (fun p : resnet_parameter => partial resnet_parameter_eq (fun (th :
  resnet_parameter -> R) (i0 : nat) => resnet d m alpha (S l) th (x i0)) theta i p ^ 2) = 1 / INR m * norm2 m (fun c : nat => theta
  (OutWeight c))).
Proof.
  intros H. assert (H1 := H 1%nat 1%nat 2 0%nat (fun _ _ => 0) (fun _ => 1) 0%nat (le_n 1)).
  apply (equation_C_16_wrong 1 1 2 0 (fun _ _ => 0) (fun _ => 1) 0 (le_n 1)); [lra| |exact H1]. unfold norm2, sum. lra.
Qed.

(** At alpha = 1 what is printed is right. *)
Theorem mutant_equation_C_16_wrong : ~ (forall (d m : nat) (alpha : R) (l : nat) (x : nat -> nat -> R) (theta : resnet_parameter -> R) (i
  : nat), (0 < m)%nat -> norm2 m (fun c : nat => theta (OutWeight c)) <> 0 -> parameter_sum (map (BranchBias l) (seq 0 m)) (fun p :
  resnet_parameter => partial resnet_parameter_eq (fun (th : resnet_parameter -> R) (i0 : nat) => resnet d m alpha (S l) th (x i0)) theta
  i p ^ 2) <> 1 / INR m * norm2 m (fun c : nat => theta (OutWeight c))).
Proof.
  intros H. apply (H 1%nat 1%nat 1 0%nat (fun _ _ => 0) (fun _ => 1) 0%nat (le_n 1)); [unfold norm2, sum; lra|].
  rewrite equation_C_16 by lia. rewrite pow1. reflexivity.
Qed.

Theorem mutant_equation_C_17 : ~ (forall (d m : nat) (alpha : R) (l : nat) (x : nat -> nat -> R) (theta : resnet_parameter -> R) (i :
  nat), parameter_sum (map OutWeight (seq 0 m)) (fun p : resnet_parameter => partial resnet_parameter_eq (fun (th : resnet_parameter -> R)
  (i0 : nat) => resnet d m alpha (S l) th (x i0)) theta i p ^ 2) = 2 * norm2 m (residual_features d m alpha theta (S l) (x i))).
Proof.
  intros H. assert (H1 := H 0%nat 1%nat 1 0%nat (fun _ _ => 0) (input_bias 1) 0%nat). rewrite equation_C_17 in H1. revert H1.
  unfold norm2, residual_features, branch. cbn [sum input_bias]. replace (1 / INR 1) with 1 by (simpl; field). rewrite sqrt_1. lra.
Qed.

Theorem mutant_resnet_output : ~ (forall (m : nat) (alpha : R) (w a : nat -> R), (0 < m)%nat -> 3 * Rabs alpha / sqrt (INR m) * Rabs (sum
  m (fun j : nat => w j * a j)) <= sum m (fun j : nat => (alpha * sqrt (1 / INR m) * w j) ^ 2) + sum m (fun j : nat => a j ^ 2)).
Proof.
  intros H. assert (H1 := H 1%nat 1 (fun _ => 1) (fun _ => 1) (le_n 1)). revert H1. cbn [sum]. replace (1 / INR 1) with 1 by (simpl; field).
  simpl INR. rewrite sqrt_1, Rabs_R1, Rplus_0_l, Rmult_1_l, Rabs_R1. lra.
Qed.
