(** Finite sums over i < n, quadratic forms, and the inequality of Cauchy and Schwarz.

    A vector is a function nat -> R of which the first n values count, a matrix a function nat -> nat -> R. *)
From Coq Require Import Reals Lra Lia.
Open Scope R_scope.

Fixpoint sum (n : nat) (f : nat -> R) : R :=
  match n with
  | O => 0
  | S k => sum k f + f k
  end.

Definition dot (n : nat) (a b : nat -> R) : R := sum n (fun i => a i * b i).
Definition norm2 (n : nat) (a : nat -> R) : R := sum n (fun i => a i ^ 2).
Definition norm1 (n : nat) (a : nat -> R) : R := sum n (fun i => Rabs (a i)).
Definition quad (n : nat) (K : nat -> nat -> R) (a : nat -> R) : R :=
  sum n (fun i => sum n (fun j => a i * a j * K i j)).
Lemma sum_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> sum n f = sum n g.
Proof.
  induction n as [|n IH]; intros H; simpl; [reflexivity|].
  rewrite IH by (intros; apply H; lia). rewrite H by lia. reflexivity.
Qed.

Lemma sum_zero n : sum n (fun _ => 0) = 0.
Proof. induction n as [|n IH]; simpl; [reflexivity|rewrite IH; ring]. Qed.

Lemma sum_const n c : sum n (fun _ => c) = INR n * c.
Proof. induction n as [|n IH]; [simpl; ring|]. rewrite S_INR; simpl; rewrite IH; ring. Qed.

Lemma sum_plus n f g : sum n (fun i => f i + g i) = sum n f + sum n g.
Proof. induction n as [|n IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma sum_minus n f g : sum n (fun i => f i - g i) = sum n f - sum n g.
Proof. induction n as [|n IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma sum_scal n c f : sum n (fun i => c * f i) = c * sum n f.
Proof. induction n as [|n IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma sum_scal_r n c f : sum n (fun i => f i * c) = sum n f * c.
Proof. induction n as [|n IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma sum_opp n f : sum n (fun i => - f i) = - sum n f.
Proof. induction n as [|n IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma sum_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> sum n f <= sum n g.
Proof.
  induction n as [|n IH]; intros H; simpl; [lra|].
  apply Rplus_le_compat; [apply IH; intros; apply H|apply H]; lia.
Qed.

Lemma sum_nonneg n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= sum n f.
Proof. intros H. rewrite <- (sum_zero n). apply sum_le. exact H. Qed.

Lemma sum_term n f i : (i < n)%nat -> (forall j, (j < n)%nat -> 0 <= f j) -> f i <= sum n f.
Proof.
  induction n as [|n IH]; intros Hi H; [lia|]. simpl.
  destruct (Nat.eq_dec i n) as [->|Hne].
  - assert (0 <= sum n f) by (apply sum_nonneg; intros; apply H; lia). lra.
  - assert (f i <= sum n f) by (apply IH; [lia|intros; apply H; lia]).
    assert (0 <= f n) by (apply H; lia). lra.
Qed.

Lemma sum_pos n f i : (i < n)%nat -> 0 < f i -> (forall j, (j < n)%nat -> 0 <= f j) -> 0 < sum n f.
Proof. intros Hi Hf H. apply Rlt_le_trans with (f i); [exact Hf|apply sum_term; assumption]. Qed.

Lemma sum_abs n f : Rabs (sum n f) <= sum n (fun i => Rabs (f i)).
Proof.
  induction n as [|n IH]; simpl; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

Lemma sum_swap n m (f : nat -> nat -> R) :
  sum n (fun i => sum m (fun j => f i j)) = sum m (fun j => sum n (fun i => f i j)).
Proof.
  induction n as [|n IH]; simpl; [now rewrite sum_zero|]. rewrite IH, sum_plus. reflexivity.
Qed.

Lemma sum_mult n m f g : sum n f * sum m g = sum n (fun i => sum m (fun j => f i * g j)).
Proof.
  rewrite <- sum_scal_r. apply sum_ext; intros i _. now rewrite sum_scal.
Qed.

Lemma sum_square n f : sum n f ^ 2 = sum n (fun i => sum n (fun j => f i * f j)).
Proof. replace (sum n f ^ 2) with (sum n f * sum n f) by ring. apply sum_mult. Qed.

Lemma norm2_nonneg n a : 0 <= norm2 n a.
Proof. apply sum_nonneg; intros; apply pow2_ge_0. Qed.

Lemma norm1_nonneg n a : 0 <= norm1 n a.
Proof. apply sum_nonneg; intros; apply Rabs_pos. Qed.

Lemma norm2_zero n a : norm2 n a <= 0 -> forall i, (i < n)%nat -> a i = 0.
Proof.
  intros H i Hi.
  assert (H1 : a i ^ 2 <= norm2 n a).
  { apply (sum_term n (fun k => a k ^ 2)); [exact Hi|intros; apply pow2_ge_0]. }
  assert (H2 := pow2_ge_0 (a i)). nra.
Qed.

Theorem cauchy_schwarz n a b : dot n a b ^ 2 <= norm2 n a * norm2 n b.
Proof.
  unfold dot, norm2. induction n as [|n IH]; simpl; [lra|].
  set (s := sum n (fun i => a i * b i)) in *.
  assert (HA : 0 <= sum n (fun i => a i ^ 2)) by (apply sum_nonneg; intros; apply pow2_ge_0).
  assert (HB : 0 <= sum n (fun i => b i ^ 2)) by (apply sum_nonneg; intros; apply pow2_ge_0).
  simpl in *.
  set (A := sum n (fun i => a i * (a i * 1))) in *. set (B := sum n (fun i => b i * (b i * 1))) in *.
  set (p := a n) in *. set (q := b n) in *.
  assert (Hx : 2 * s * p * q <= A * q ^ 2 + B * p ^ 2).
  { apply Rle_trans with (Rabs (2 * s * p * q)); [apply Rle_abs|].
    apply Rsqr_incr_0_var; [|nra]. rewrite <- Rsqr_abs. unfold Rsqr.
    assert (0 <= (A * q ^ 2 - B * p ^ 2) ^ 2) by apply pow2_ge_0.
    assert ((p * q) ^ 2 * (s * (s * 1)) <= (p * q) ^ 2 * (A * B)) by (apply Rmult_le_compat_l; [apply pow2_ge_0|lra]).
    nra. }
  nra.
Qed.

Theorem norm1_norm2 n a : norm1 n a ^ 2 <= INR n * norm2 n a.
Proof.
  assert (H := cauchy_schwarz n (fun i => Rabs (a i)) (fun _ => 1)).
  unfold dot, norm2 in H. unfold norm1, norm2.
  rewrite (sum_ext n (fun i => Rabs (a i) * 1) (fun i => Rabs (a i))) in H by (intros; ring).
  rewrite (sum_ext n (fun i => Rabs (a i) ^ 2) (fun i => a i ^ 2)) in H by (intros; apply pow2_abs).
  rewrite (sum_ext n (fun _ => 1 ^ 2) (fun _ => 1)) in H by (intros; ring).
  rewrite sum_const in H. lra.
Qed.

Lemma quad_plus n K E a : quad n (fun i j => K i j + E i j) a = quad n K a + quad n E a.
Proof.
  unfold quad. rewrite <- sum_plus. apply sum_ext; intros i _. rewrite <- sum_plus.
  apply sum_ext; intros j _. ring.
Qed.

Lemma quad_ext n K E a b :
  (forall i j, (i < n)%nat -> (j < n)%nat -> K i j = E i j) ->
  (forall i, (i < n)%nat -> a i = b i) -> quad n K a = quad n E b.
Proof.
  intros HK Ha. unfold quad. apply sum_ext; intros i Hi. apply sum_ext; intros j Hj.
  rewrite HK, (Ha i), (Ha j) by assumption. reflexivity.
Qed.

Lemma Rabs_bounds x y : Rabs x <= y -> - y <= x <= y.
Proof.
  intros H. assert (H1 := Rle_abs x). assert (H2 := Rle_abs (- x)). rewrite Rabs_Ropp in H2. lra.
Qed.
