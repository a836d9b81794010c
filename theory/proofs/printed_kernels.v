(** Printed kernels against the derived ones: (3.4)-(3.7), (3.6) alone, (3.9), (3.10); and Lemmas 5 and 6 with alpha <> 0,
    which is needed. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums gap schur arccos kernel generated depth mutants.
Open Scope R_scope.

(** ** (3.6) alone: with everything else derived, Sigma_2 as printed is twice E + 1 and not 2 E + 1. *)
Definition printed_covariance (Sigma : matrix) : matrix := mul (const 2) (add (relu_moment Sigma) (const 1)).

Theorem equation_3_6_wrong Sigma i j : printed_covariance Sigma i j = fcn_Sigma_l (fcn_S_l Sigma) i j + 1.
Proof. unfold printed_covariance, fcn_Sigma_l, fcn_S_l, mul, add, const. ring. Qed.

(** ** (3.9), (3.10) *)
Section Residual.
Variable alpha : R.
Let a := 1 + alpha ^ 2.
(** K_l, B_(L+1-k) and r_L at a cosine u. *)
Fixpoint printed_K (l : nat) (u : R) : R :=
  match l with O => u | S l => printed_K l u + alpha ^ 2 * a ^ l * k1 (printed_K l u / a ^ l) end.
Fixpoint printed_B (L k : nat) (u : R) : R :=
  match k with O => 1 | S k => printed_B L k u * (1 + alpha ^ 2 * k0 (printed_K (L - S k) u / a ^ (L - S k))) end.
(** Block l + 1 = L - k of r_L. *)
Definition printed_block (L k : nat) (u : R) : R :=
  let l := (L - S k)%nat in
  printed_B L k u * (a ^ l * k1 (printed_K l u / a ^ l) + (printed_K l u + 1) * k0 (printed_K l u / a ^ l) + 1).
Definition printed_r (L : nat) (u : R) : R := alpha ^ 2 * sum L (fun k => printed_block L k u).
(** (3.9), from the Gram matrix G of the inputs: |x~_i| |x~_j| [r_L + u B_1 + K_L]. *)
Definition printed_resnet (L : nat) (G : matrix) : matrix := fun i j =>
  let S := add (const 1) G in let u := correlations S i j in
  sqrt (S i i * S j j) * (printed_r L u + u * printed_B L L u + printed_K L u).
End Residual.

Lemma k0_1 : k0 1 = 1.
Proof. unfold k0. rewrite acos_1. assert (H := PI_RGT_0). field. lra. Qed.

Lemma k1_1 : k1 1 = 1.
Proof.
  unfold k1. rewrite acos_1. replace (1 - 1 ^ 2) with 0 by ring. rewrite sqrt_0. assert (H := PI_RGT_0). field. lra.
Qed.

Lemma correlation_diagonal S i : 0 < S i i -> correlations S i i = 1.
Proof. intros H. unfold correlations. rewrite sqrt_square by lra. field. lra. Qed.

(** One block, one point with |x~|^2 = T: printed T (2 + 6 alpha^2), derived T (2 + 4 alpha^2) + 2 alpha^2. *)
Lemma printed_resnet_diagonal alpha G i : 0 < 1 + G i i -> printed_resnet alpha 1 G i i = (1 + G i i) * (2 + 6 * alpha ^ 2).
Proof.
  intros H. unfold printed_resnet. rewrite correlation_diagonal by exact H.
  unfold printed_r, printed_block. cbn [sum printed_B printed_K Nat.sub]. unfold add, const. rewrite sqrt_square by lra.
  rewrite !pow_O. replace (1 / 1) with 1 by field. rewrite k0_1, k1_1. ring.
Qed.

Lemma derived_resnet_diagonal alpha G i : 0 < 1 + G i i ->
  resnet_ntk G alpha 1 i i = (1 + G i i) * (2 + 4 * alpha ^ 2) + 2 * alpha ^ 2.
Proof.
  intros H. unfold resnet_ntk, resnet_block, resnet_B, resnet_part_W, resnet_part_b, resnet_part_V, resnet_part_d. cbn [sum Nat.sub resnet_R resnet_S].
  unfold resnet_R_lprevious, resnet_B_l, resnet_S_l, resnet_Sigma, resnet_Sigma_l. cbn [resnet_S].
  unfold add at 1 2 3 4 5 6 7 8 9, mul, const at 1 2 3 4 5 6 7 8 9.
  unfold add, const, mul, relu_moment, step_moment.
  rewrite !correlation_diagonal by exact H. rewrite sqrt_square by lra. rewrite k0_1, k1_1. field.
Qed.

(** (3.9) is wrong at every point but the origin, for every alpha <> 0. *)
Theorem equation_3_9_wrong alpha G i : alpha <> 0 -> 0 < G i i -> printed_resnet alpha 1 G i i <> resnet_ntk G alpha 1 i i.
Proof.
  intros Ha HG. rewrite printed_resnet_diagonal, derived_resnet_diagonal by lra.
  assert (H := Rsqr_pos_lt _ Ha). unfold Rsqr in H. nra.
Qed.
