(** The parts of the last parameter groups in the empirical NTK: (C.10) for (2.1), (C.17) and, with the factor alpha^2
    that it lacks in print, (C.16) for (2.2). *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices parameter_sums gradient_flow output_bound fcn_network resnet_network.
Import ListNotations.
Open Scope R_scope.

(** (C.10): K(x_i, x_i) >= |a_L(x_i)|^2. *)
Theorem equation_C_10 (m : nat -> nat) (l : nat) (x : nat -> nat -> R) (trained : list parameter) theta i :
  (forall c, (c < m (S l))%nat -> In (Weight (S l) 0 c) trained) ->
  norm2 (m (S l)) (features m theta (S l) (x i))
    <= empirical parameter_eq trained (fun th i => fcn m (S l) th (x i)) theta i i.
Proof.
  intros HW. unfold empirical.
  eapply Rle_trans; [|apply (parameter_sum_incl (map (Weight (S l) 0) (seq 0 (m (S l)))))].
  - rewrite parameter_sum_seq. right. apply sum_ext; intros c Hc.
    rewrite (partial_output m l ltac:(lia) x theta i c Hc). ring.
  - apply NoDup_map_seq. intros a b E. inversion E. reflexivity.
  - intros p Hp. apply in_map_iff in Hp. destruct Hp as [c [<- Hc]]. apply in_seq in Hc. apply HW. lia.
  - intros p. apply Rle_0_sqr.
Qed.

(** (C.17): the part of W_(L+1) is |a_L|^2. *)
Theorem equation_C_17 (d m : nat) (alpha : R) (l : nat) (x : nat -> nat -> R) theta i :
  parameter_sum (map OutWeight (seq 0 m))
      (fun p => partial resnet_parameter_eq (fun th i => resnet d m alpha (S l) th (x i)) theta i p ^ 2)
    = norm2 m (residual_features d m alpha theta (S l) (x i)).
Proof.
  rewrite parameter_sum_seq. apply sum_ext; intros c Hc. rewrite (partial_out d m alpha l x theta i c Hc). reflexivity.
Qed.

(** (C.16) with its factor: the part of d_L is (alpha^2 / m) |W_(L+1)|^2. *)
Theorem equation_C_16 (d m : nat) (alpha : R) (l : nat) (x : nat -> nat -> R) theta i : (0 < m)%nat ->
  parameter_sum (map (BranchBias l) (seq 0 m))
      (fun p => partial resnet_parameter_eq (fun th i => resnet d m alpha (S l) th (x i)) theta i p ^ 2)
    = alpha ^ 2 / INR m * norm2 m (fun c => theta (OutWeight c)).
Proof.
  intros Hm. assert (Hp : 0 < INR m) by (apply lt_0_INR, Hm).
  assert (Hr : sqrt (1 / INR m) ^ 2 = / INR m).
  { simpl. rewrite Rmult_1_r, sqrt_sqrt; [field; lra|left; apply Rdiv_lt_0_compat; lra]. }
  rewrite parameter_sum_seq. unfold norm2. rewrite <- sum_scal. apply sum_ext; intros c Hc.
  rewrite (partial_branch d m alpha l Hm x theta i c Hc).
  replace ((alpha * sqrt (1 / INR m) * theta (OutWeight c)) ^ 2)
    with (alpha ^ 2 * sqrt (1 / INR m) ^ 2 * theta (OutWeight c) ^ 2) by ring.
  rewrite Hr. field. lra.
Qed.

(** (C.16) as printed, without alpha^2, fails wherever alpha^2 is not 1 and W_(L+1) not zero. *)
Theorem equation_C_16_wrong (d m : nat) (alpha : R) (l : nat) (x : nat -> nat -> R) theta i : (0 < m)%nat ->
  alpha ^ 2 <> 1 -> norm2 m (fun c => theta (OutWeight c)) <> 0 ->
  parameter_sum (map (BranchBias l) (seq 0 m))
      (fun p => partial resnet_parameter_eq (fun th i => resnet d m alpha (S l) th (x i)) theta i p ^ 2)
    <> 1 / INR m * norm2 m (fun c => theta (OutWeight c)).
Proof.
  intros Hm Ha HW E. rewrite equation_C_16 in E by exact Hm. assert (Hp : 0 < INR m) by (apply lt_0_INR, Hm).
  apply Ha. apply (Rmult_eq_reg_r (norm2 m (fun c => theta (OutWeight c)))); [|exact HW].
  apply (Rmult_eq_reg_l (/ INR m)); [|apply Rinv_neq_0_compat; lra]. unfold Rdiv in E. lra.
Qed.
