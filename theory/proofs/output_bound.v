(** The kernel bounds the output, at every width and parameter value: K(x, x) >= beta |f(x)| with beta = 2 sqrt(2 / m)
    for (2.1) and 2 |alpha| / sqrt(m) for (2.2). It replaces the last step of the proof of Theorem 2, (C.10)-(C.17). *)
From Coq Require Import Reals Lra Lia.
Require Import sums.
Open Scope R_scope.

Lemma two_abs x y : 2 * Rabs (x * y) <= x ^ 2 + y ^ 2.
Proof.
  rewrite Rabs_mult, <- (pow2_abs x), <- (pow2_abs y).
  assert (H := pow2_ge_0 (Rabs x - Rabs y)). nra.
Qed.

Lemma am_gm n a b : 2 * Rabs (dot n a b) <= norm2 n a + norm2 n b.
Proof.
  unfold dot, norm2. rewrite <- sum_plus.
  assert (H := sum_abs n (fun i => a i * b i)).
  assert (H1 : sum n (fun i => 2 * Rabs (a i * b i)) <= sum n (fun i => a i ^ 2 + b i ^ 2))
    by (apply sum_le; intros; apply two_abs).
  rewrite sum_scal in H1. lra.
Qed.

Definition relu (z : R) : R := Rmax 0 z.
Definition pattern (z : R) : R := if Rlt_dec 0 z then 1 else 0.

Lemma pattern_relu z : relu z = pattern z * z.
Proof. unfold relu, pattern. destruct (Rlt_dec 0 z); [rewrite Rmax_right by lra|rewrite Rmax_left by lra]; ring. Qed.

(** The last hidden layer of (2.1): pre-activations z, output weights w, and d_j a derivative of the ReLU at z_j
    (any value at a kink). The parts of K(x, x) that come from W_{L+1} and b_L. *)
Theorem fcn_output (m : nat) (w z d : nat -> R) :
  (0 < m)%nat -> (forall j, (j < m)%nat -> 0 < z j -> d j = 1) ->
  2 * sqrt (2 / INR m) * Rabs (sum m (fun j => w j * (sqrt (2 / INR m) * relu (z j))))
    <= sum m (fun j => (sqrt (2 / INR m) * w j * d j) ^ 2) + sum m (fun j => (sqrt (2 / INR m) * relu (z j)) ^ 2).
Proof.
  intros Hm Hd. set (r := sqrt (2 / INR m)). assert (Hr : 0 <= r) by apply sqrt_pos.
  assert (H := am_gm m (fun j => r * w j * d j) (fun j => r * relu (z j))). unfold norm2, dot in H.
  replace (2 * r * Rabs (sum m (fun j => w j * (r * relu (z j)))))
    with (2 * Rabs (sum m (fun j => r * w j * d j * (r * relu (z j))))); [exact H|].
  replace (2 * r * Rabs (sum m (fun j => w j * (r * relu (z j)))))
    with (2 * (Rabs r * Rabs (sum m (fun j => w j * (r * relu (z j)))))) by (rewrite (Rabs_pos_eq r Hr); ring).
  rewrite <- Rabs_mult. f_equal. f_equal. rewrite <- sum_scal. apply sum_ext; intros j Hj.
  unfold relu, Rmax. destruct (Rle_dec 0 (z j)) as [Hz|Hz]; [|ring].
  destruct (Rle_lt_or_eq_dec 0 (z j) Hz) as [Hp|<-]; [rewrite (Hd j Hj Hp); ring|ring].
Qed.

(** The last block of (2.2): <df/dd_L, df/dd_L> = (alpha^2 / m) |W_{L+1}|^2 and <df/dW_{L+1}, df/dW_{L+1}> = |a_L|^2. *)
Theorem resnet_output (m : nat) (alpha : R) (w a : nat -> R) :
  (0 < m)%nat ->
  2 * Rabs alpha / sqrt (INR m) * Rabs (sum m (fun j => w j * a j))
    <= sum m (fun j => (alpha * sqrt (1 / INR m) * w j) ^ 2) + sum m (fun j => a j ^ 2).
Proof.
  intros Hm. set (r := alpha * sqrt (1 / INR m)).
  assert (Hp : 0 < INR m) by (apply lt_0_INR; exact Hm).
  assert (H := am_gm m (fun j => r * w j) a). unfold norm2, dot in H.
  replace (2 * Rabs alpha / sqrt (INR m) * Rabs (sum m (fun j => w j * a j)))
    with (2 * Rabs (sum m (fun j => r * w j * a j))); [exact H|].
  rewrite (sum_ext m (fun j => r * w j * a j) (fun j => r * (w j * a j))) by (intros; ring).
  rewrite sum_scal, Rabs_mult. unfold r. rewrite Rabs_mult, (Rabs_pos_eq (sqrt _)) by apply sqrt_pos.
  rewrite sqrt_div_alt, sqrt_1 by exact Hp. field. apply Rgt_not_eq, sqrt_lt_R0, Hp.
Qed.

(** Necessity of alpha <> 0 is visible in the constant; the FCN constant is attained. *)
Theorem fcn_output_sharp : exists w z d : nat -> R, (forall j, (j < 1)%nat -> 0 < z j -> d j = 1) /\
  0 < Rabs (sum 1 (fun j => w j * (sqrt (2 / INR 1) * relu (z j)))) /\
  2 * sqrt (2 / INR 1) * Rabs (sum 1 (fun j => w j * (sqrt (2 / INR 1) * relu (z j))))
    = sum 1 (fun j => (sqrt (2 / INR 1) * w j * d j) ^ 2) + sum 1 (fun j => (sqrt (2 / INR 1) * relu (z j)) ^ 2).
Proof.
  exists (fun _ => 1), (fun _ => 1), (fun _ => 1).
  assert (Hr : 0 < sqrt (2 / INR 1)) by (apply sqrt_lt_R0; simpl; lra).
  unfold relu; simpl in *. rewrite Rmax_right by lra. repeat split; intros.
  - rewrite Rabs_pos_eq; lra.
  - rewrite Rabs_pos_eq by lra. ring.
Qed.
