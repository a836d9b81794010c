(** Matrices on n samples: Rayleigh quotients, definiteness, distance entry by entry, Gram factorisation and
    the Schur product.

    There is no eigenvalue here: [below n K l] says that l is at most the least eigenvalue of K, which is all that
    the paper uses of it. *)
From Coq Require Import Reals Lra Lia.
Require Import sums.
Open Scope R_scope.

(** [below n K l]: the Rayleigh quotient of K is at least l. The least eigenvalue is the greatest such l. *)
Definition below (n : nat) (K : nat -> nat -> R) (l : R) : Prop := forall x, l * norm2 n x <= quad n K x.
Definition within (n : nat) (K H : nat -> nat -> R) (g : R) : Prop :=
  forall i j, (i < n)%nat -> (j < n)%nat -> Rabs (H i j - K i j) <= g.
Definition definite (n : nat) (K : nat -> nat -> R) : Prop :=
  forall x, (exists i, (i < n)%nat /\ x i <> 0) -> 0 < quad n K x.
Definition signed (s : nat -> R) (K : nat -> nat -> R) (i j : nat) : R := s i * s j * K i j.
Definition signs (n : nat) (s : nat -> R) : Prop := forall i, (i < n)%nat -> s i = 1 \/ s i = -1.

Definition matrix := nat -> nat -> R.
Definition symmetric (n : nat) (A : matrix) : Prop := forall i j, (i < n)%nat -> (j < n)%nat -> A i j = A j i.
Definition psd (n : nat) (A : matrix) : Prop := forall c, 0 <= quad n A c.
Definition gram (d : nat) (x : nat -> nat -> R) : matrix := fun i j => dot d (x i) (x j).

(** ** Quadratic forms *)

Lemma quad_small n E g x : (forall i j, (i < n)%nat -> (j < n)%nat -> Rabs (E i j) <= g) ->
  Rabs (quad n E x) <= g * norm1 n x ^ 2.
Proof.
  intros HE. unfold quad, norm1. rewrite sum_square.
  eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal. apply sum_le; intros i Hi.
  eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_scal. apply sum_le; intros j Hj.
  rewrite !Rabs_mult. specialize (HE i j Hi Hj).
  assert (H := Rmult_le_pos _ _ (Rabs_pos (x i)) (Rabs_pos (x j))). nra.
Qed.

(** |E|_2 <= n max |E_ij|. *)
Theorem quad_entrywise n E g x : 0 <= g -> (forall i j, (i < n)%nat -> (j < n)%nat -> Rabs (E i j) <= g) ->
  Rabs (quad n E x) <= INR n * g * norm2 n x.
Proof.
  intros Hg HE. eapply Rle_trans; [apply quad_small; exact HE|].
  assert (H := norm1_norm2 n x). nra.
Qed.

Lemma quad_difference n K H x : quad n H x = quad n K x + quad n (fun i j => H i j - K i j) x.
Proof. rewrite <- quad_plus. apply quad_ext; intros; ring. Qed.

Lemma definite_below n K l : 0 < l -> below n K l -> definite n K.
Proof.
  intros Hl HK x [i [Hi Hx]]. specialize (HK x).
  assert (0 < norm2 n x).
  { apply (sum_pos n (fun k => x k ^ 2) i); [exact Hi| |intros; apply pow2_ge_0].
    assert (0 < (x i)²) by (apply Rsqr_pos_lt; exact Hx). unfold Rsqr in *. nra. }
  nra.
Qed.

Lemma quad_signed n s K u : quad n (signed s K) u = quad n K (fun i => s i * u i).
Proof.
  unfold quad, signed. apply sum_ext; intros i _. apply sum_ext; intros j _. ring.
Qed.

Lemma sign_abs n s i : signs n s -> (i < n)%nat -> Rabs (s i) = 1.
Proof. intros Hs Hi. destruct (Hs i Hi) as [-> | ->]; [apply Rabs_R1|rewrite Rabs_left by lra; lra]. Qed.

Lemma norm1_signed n s u : signs n s -> (forall i, (i < n)%nat -> 0 <= u i) ->
  norm1 n (fun i => s i * u i) = sum n u.
Proof.
  intros Hs Hu. apply sum_ext; intros i Hi. rewrite Rabs_mult, (sign_abs n s i Hs Hi).
  rewrite Rabs_pos_eq by (apply Hu; exact Hi). ring.
Qed.

Lemma quad_scale n A c v : quad n (fun i j => A i j * (v i * v j)) c = quad n A (fun i => c i * v i).
Proof. unfold quad. apply sum_ext; intros i _. apply sum_ext; intros j _. ring. Qed.

Lemma quad_sum n d (A : nat -> matrix) c : quad n (fun i j => sum d (fun l => A l i j)) c = sum d (fun l => quad n (A l) c).
Proof.
  induction d as [|d IH]; simpl.
  - unfold quad. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|].
    intros i _. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|intros; ring].
  - rewrite quad_plus, IH. reflexivity.
Qed.

Lemma quad_const_mult n A r c : quad n (fun i j => r * A i j) c = r * quad n A c.
Proof.
  unfold quad. rewrite <- sum_scal. apply sum_ext; intros i _. rewrite <- sum_scal.
  apply sum_ext; intros; ring.
Qed.

Lemma quad_identity n c : quad n (fun i j => if Nat.eq_dec i j then 1 else 0) c = norm2 n c.
Proof.
  assert (H : forall m i, sum m (fun j => c i * c j * (if Nat.eq_dec i j then 1 else 0)) = if lt_dec i m then c i ^ 2 else 0).
  { induction m as [|m IH]; intros i; simpl; [destruct (lt_dec i 0); [lia|reflexivity]|].
    rewrite IH. destruct (Nat.eq_dec i m) as [->|Hne].
    - destruct (lt_dec m m); [lia|]. destruct (lt_dec m (S m)); [ring|lia].
    - destruct (lt_dec i m); destruct (lt_dec i (S m)); try lia; ring. }
  unfold quad, norm2. apply sum_ext; intros i Hi. rewrite H. destruct (lt_dec i n); [reflexivity|lia].
Qed.

Lemma norm2_pos n c : (exists i, (i < n)%nat /\ c i <> 0) -> 0 < norm2 n c.
Proof.
  intros [i [Hi Hc]]. apply (sum_pos n (fun k => c k ^ 2) i); [exact Hi| |intros; apply pow2_ge_0].
  assert (H := Rsqr_pos_lt _ Hc). unfold Rsqr in H. nra.
Qed.

(** ** The Schur product *)

(** The Schur product with a Gram matrix keeps positive semidefiniteness. *)
Theorem schur_gram n d A x : psd n A -> psd n (fun i j => A i j * gram d x i j).
Proof.
  intros HA c.
  rewrite (quad_ext n _ (fun i j => sum d (fun l => A i j * (x i l * x j l))) c c); [| |reflexivity].
  - rewrite (quad_sum n d (fun l i j => A i j * (x i l * x j l))).
    apply sum_nonneg; intros l _. rewrite (quad_scale n A c (fun i => x i l)). apply HA.
  - intros i j _ _. unfold gram, dot. rewrite <- sum_scal. apply sum_ext; intros; ring.
Qed.

Lemma psd_one n : psd n (fun _ _ => 1).
Proof.
  intros c. unfold quad. replace (sum n _) with (sum n c ^ 2); [apply pow2_ge_0|].
  rewrite sum_square. apply sum_ext; intros i _. apply sum_ext; intros; ring.
Qed.

Lemma psd_ext n A B : (forall i j, (i < n)%nat -> (j < n)%nat -> A i j = B i j) -> psd n A -> psd n B.
Proof. intros H HA c. rewrite <- (quad_ext n A B c c H); [apply HA|reflexivity]. Qed.

(** ** Every positive semidefinite symmetric matrix is a Gram matrix *)
Definition basis_vector (k i : nat) : R := if Nat.eq_dec i k then 1 else 0.
Lemma sum_last n f c r : sum (S n) (fun i => f i * (if lt_dec i n then c i else r)) = sum n (fun i => f i * c i) + f n * r.
Proof.
  simpl. destruct (lt_dec n n); [lia|]. f_equal. apply sum_ext; intros i Hi. destruct (lt_dec i n); [reflexivity|lia].
Qed.

Lemma quad_last n B c r : symmetric (S n) B ->
  quad (S n) B (fun i => if lt_dec i n then c i else r)
    = quad n B c + 2 * r * sum n (fun i => c i * B i n) + r ^ 2 * B n n.
Proof.
  intros Hs. unfold quad. simpl. destruct (lt_dec n n); [lia|].
  rewrite (sum_ext n (fun i => sum n _ + _) (fun i => sum n (fun j => c i * c j * B i j) + r * (c i * B i n))).
  2:{ intros i Hi. destruct (lt_dec i n); [|lia]. f_equal; [|ring].
      apply sum_ext; intros j Hj. destruct (lt_dec j n); [reflexivity|lia]. }
  rewrite sum_plus, sum_scal.
  rewrite (sum_ext n (fun j => r * _ * B n j) (fun j => r * (c j * B j n))).
  2:{ intros j Hj. destruct (lt_dec j n); [|lia]. rewrite (Hs n j) by lia. ring. }
  rewrite sum_scal. ring.
Qed.

Theorem gram_factor n : forall B, symmetric n B -> psd n B ->
  exists x, forall i j, (i < n)%nat -> (j < n)%nat -> B i j = gram n x i j.
Proof.
  induction n as [|n IH]; intros B Hs Hp; [exists (fun _ _ => 0); intros; lia|].
  assert (Hlast : forall c r, 0 <= quad n B c + 2 * r * sum n (fun i => c i * B i n) + r ^ 2 * B n n).
  { intros c r. rewrite <- quad_last by exact Hs. apply Hp. }
  assert (Hnn : 0 <= B n n).
  { specialize (Hlast (fun _ => 0) 1). unfold quad in Hlast.
    rewrite (sum_ext n _ (fun _ => 0)), sum_zero in Hlast.
    - rewrite (sum_ext n (fun i => 0 * B i n) (fun _ => 0)), sum_zero in Hlast; [lra|intros; ring].
    - intros i _. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|intros; ring]. }
  destruct (Rle_lt_or_eq_dec _ _ Hnn) as [Hpos|Hzero].
  - (* peel off the last row *)
    set (B' := fun i j => B i j - B i n * B j n / B n n).
    destruct (IH B') as [x Hx].
    + intros i j Hi Hj. unfold B'. rewrite (Hs i j) by lia. field. lra.
    + intros c. specialize (Hlast c (- sum n (fun i => c i * B i n) / B n n)).
      set (b := sum n (fun i => c i * B i n)) in *.
      assert (HB : quad n B' c = quad n B c - b ^ 2 / B n n).
      { unfold B', quad. rewrite (sum_ext n _ (fun i => sum n (fun j => c i * c j * B i j) - (c i * B i n) * (b / B n n))).
        - rewrite sum_minus, sum_scal_r. fold b. field. lra.
        - intros i Hi. rewrite (sum_ext n _ (fun j => c i * c j * B i j - (c i * B i n / B n n) * (c j * B j n))).
          + rewrite sum_minus, sum_scal. fold b. field. lra.
          + intros j Hj. field. lra. }
      rewrite HB. replace (quad n B c - b ^ 2 / B n n) with (quad n B c + 2 * (- b / B n n) * b + (- b / B n n) ^ 2 * B n n)
        by (field; lra). exact Hlast.
    + exists (fun i l => if lt_dec l n then (if lt_dec i n then x i l else 0) else B i n / sqrt (B n n)).
      assert (Hsq : sqrt (B n n) * sqrt (B n n) = B n n) by (apply sqrt_sqrt; lra).
      assert (Hsp : 0 < sqrt (B n n)) by (apply sqrt_lt_R0, Hpos).
      intros i j Hi Hj. unfold gram, dot. simpl. destruct (lt_dec n n); [lia|].
      replace (B i n / sqrt (B n n) * (B j n / sqrt (B n n))) with (B i n * B j n / B n n)
        by (rewrite <- Hsq at 1; field; lra).
      destruct (lt_dec i n) as [Hin|Hin].
      * destruct (lt_dec j n) as [Hjn|Hjn].
        -- rewrite (sum_ext n _ (fun l => x i l * x j l)).
           ++ specialize (Hx i j Hin Hjn). unfold gram, dot, B' in Hx. rewrite <- Hx. ring.
           ++ intros l Hl. destruct (lt_dec l n); [reflexivity|lia].
        -- assert (j = n) by lia. subst j. rewrite (sum_ext n _ (fun _ => 0)).
           ++ rewrite sum_zero. field. lra.
           ++ intros l Hl. destruct (lt_dec l n); [ring|lia].
      * assert (i = n) by lia. subst i. rewrite (sum_ext n _ (fun _ => 0)).
        -- rewrite sum_zero, (Hs n j) by lia. field. lra.
        -- intros l Hl. destruct (lt_dec l n); [ring|lia].
  - (* the last row vanishes *)
    assert (Hrow : forall i, (i < n)%nat -> B i n = 0).
    { intros i Hi.
      assert (Hone : forall f, sum n (fun j => basis_vector i j * f j) = f i).
      { intros f. assert (H : forall m, sum m (fun j => basis_vector i j * f j) = if lt_dec i m then f i else 0).
        { induction m as [|m IHm]; simpl; [destruct (lt_dec i 0); [lia|reflexivity]|]. rewrite IHm. unfold basis_vector.
          destruct (Nat.eq_dec m i) as [->|Hne].
          - destruct (lt_dec i i); [lia|]. destruct (lt_dec i (S i)); [ring|lia].
          - destruct (lt_dec i m); destruct (lt_dec i (S m)); try lia; ring. }
        rewrite H. destruct (lt_dec i n); [reflexivity|lia]. }
      assert (Hq : forall r, 0 <= quad n B (basis_vector i) + 2 * r * B i n).
      { intros r. specialize (Hlast (basis_vector i) r). rewrite Hone in Hlast. rewrite <- Hzero in Hlast. lra. }
      destruct (Req_dec (B i n) 0) as [H0|H0]; [exact H0|exfalso].
      specialize (Hq (- (quad n B (basis_vector i) + 1) / (2 * B i n))).
      replace (2 * (- (quad n B (basis_vector i) + 1) / (2 * B i n)) * B i n) with (- (quad n B (basis_vector i) + 1)) in Hq
        by (field; exact H0). lra. }
    destruct (IH B) as [x Hx].
    + intros i j Hi Hj. apply Hs; lia.
    + intros c. specialize (Hlast c 0). lra.
    + exists (fun i l => if lt_dec l n then (if lt_dec i n then x i l else 0) else 0).
      intros i j Hi Hj. unfold gram, dot. simpl. destruct (lt_dec n n); [lia|]. rewrite Rmult_0_l, Rplus_0_r.
      destruct (lt_dec i n) as [Hin|Hin].
      * destruct (lt_dec j n) as [Hjn|Hjn].
        -- rewrite (Hx i j Hin Hjn). unfold gram, dot. apply sum_ext; intros l Hl. destruct (lt_dec l n); [reflexivity|lia].
        -- assert (j = n) by lia. subst j. rewrite Hrow by exact Hin. symmetry. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|].
           intros l Hl. destruct (lt_dec l n); [ring|lia].
      * assert (i = n) by lia. subst i. rewrite (Hs n j) by lia.
        assert (HBj : B j n = 0) by (destruct (Nat.eq_dec j n) as [->|]; [symmetry; exact Hzero|apply Hrow; lia]).
        rewrite HBj. symmetry. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|].
        intros l Hl. destruct (lt_dec l n); [ring|lia].
Qed.

(** The Schur product theorem. *)
Theorem schur n A B : psd n A -> symmetric n B -> psd n B -> psd n (fun i j => A i j * B i j).
Proof.
  intros HA Hs HB. destruct (gram_factor n B Hs HB) as [x Hx].
  apply (psd_ext n (fun i j => A i j * gram n x i j)); [intros; rewrite Hx by assumption; reflexivity|].
  apply schur_gram, HA.
Qed.

(** ** Two rows at a time *)

Definition symmetric_psd (n : nat) (A : matrix) : Prop := symmetric n A /\ psd n A.
(** No two samples are collinear in feature space. *)
Definition nondegenerate (n : nat) (A : matrix) : Prop :=
  (forall i, (i < n)%nat -> 0 < A i i) /\
  forall i j, (i < n)%nat -> (j < n)%nat -> i <> j -> forall a b, a <> 0 \/ b <> 0 ->
    0 < a ^ 2 * A i i + 2 * (a * b) * A i j + b ^ 2 * A j j.
Definition two_entries (i j : nat) (a b : R) (k : nat) : R := if Nat.eq_dec k i then a else if Nat.eq_dec k j then b else 0.
Lemma sum_two_entries n f i j a b : (i < n)%nat -> (j < n)%nat -> i <> j ->
  sum n (fun k => two_entries i j a b k * f k) = a * f i + b * f j.
Proof.
  intros Hi Hj Hij.
  assert (H : forall m, sum m (fun k => two_entries i j a b k * f k)
            = (if lt_dec i m then a * f i else 0) + (if lt_dec j m then b * f j else 0)).
  { induction m as [|m IH]; simpl; [destruct (lt_dec i 0), (lt_dec j 0); try lia; ring|].
    rewrite IH. unfold two_entries. destruct (Nat.eq_dec m i) as [->|H1]; [|destruct (Nat.eq_dec m j) as [->|H2]];
      repeat match goal with |- context [lt_dec ?u ?v] => destruct (lt_dec u v) end; try lia; ring. }
  rewrite H. destruct (lt_dec i n), (lt_dec j n); try lia. reflexivity.
Qed.

Lemma quad_two_entries n A i j a b : symmetric n A -> (i < n)%nat -> (j < n)%nat -> i <> j ->
  quad n A (two_entries i j a b) = a ^ 2 * A i i + 2 * (a * b) * A i j + b ^ 2 * A j j.
Proof.
  intros Hs Hi Hj Hij. unfold quad.
  rewrite (sum_ext n _ (fun k => two_entries i j a b k * (a * A k i + b * A k j))).
  - rewrite (sum_two_entries n (fun k => a * A k i + b * A k j)) by assumption. rewrite (Hs j i) by assumption. ring.
  - intros k Hk. rewrite <- (sum_two_entries n (fun l => A k l) i j a b) by assumption.
    rewrite <- sum_scal. apply sum_ext; intros; ring.
Qed.

Lemma two_entries_nonneg n A i j a b : symmetric_psd n A -> (i < n)%nat -> (j < n)%nat -> i <> j ->
  0 <= a ^ 2 * A i i + 2 * (a * b) * A i j + b ^ 2 * A j j.
Proof. intros [Hs Hp] Hi Hj Hij. rewrite <- (quad_two_entries n) by assumption. apply Hp. Qed.

Lemma quad_single n A i a : (i < n)%nat -> quad n A (fun k => a * basis_vector i k) = a ^ 2 * A i i.
Proof.
  intros Hi.
  assert (H : forall f m, sum m (fun k => a * basis_vector i k * f k) = if lt_dec i m then a * f i else 0).
  { intros f. induction m as [|m IH]; simpl; [destruct (lt_dec i 0); [lia|reflexivity]|]. rewrite IH. unfold basis_vector.
    destruct (Nat.eq_dec m i) as [->|Hne]; repeat match goal with |- context [lt_dec ?u ?v] => destruct (lt_dec u v) end; try lia; ring. }
  unfold quad. rewrite (sum_ext n _ (fun k => a * basis_vector i k * (a * A k i))).
  - rewrite (H (fun k => a * A k i)). destruct (lt_dec i n); [ring|lia].
  - intros k Hk. rewrite (sum_ext n _ (fun l => a * basis_vector i l * (a * basis_vector i k * A k l))) by (intros; ring).
    rewrite (H (fun l => a * basis_vector i k * A k l)). destruct (lt_dec i n); [ring|lia].
Qed.

Lemma diagonal_nonneg n A i : psd n A -> (i < n)%nat -> 0 <= A i i.
Proof. intros H Hi. assert (H1 := H (fun k => 1 * basis_vector i k)). rewrite quad_single in H1 by exact Hi. lra. Qed.

Lemma definite_nondegenerate n A : symmetric n A -> definite n A -> nondegenerate n A.
Proof.
  intros Hs HA. split.
  - intros i Hi. assert (H := HA (fun k => 1 * basis_vector i k)). rewrite quad_single in H by exact Hi.
    assert (0 < 1 ^ 2 * A i i); [|lra]. apply H. exists i. split; [exact Hi|]. unfold basis_vector. destruct (Nat.eq_dec i i); [lra|lia].
  - intros i j Hi Hj Hij a b Hab. rewrite <- (quad_two_entries n) by assumption. apply HA.
    destruct Hab as [H|H]; [exists i|exists j]; (split; [assumption|]); unfold two_entries.
    + destruct (Nat.eq_dec i i); [exact H|lia].
    + destruct (Nat.eq_dec j i); [lia|]. destruct (Nat.eq_dec j j); [exact H|lia].
Qed.

Lemma definite_psd n A : definite n A -> psd n A.
Proof.
  intros HA x.
  assert (Hdec : forall m, (m <= n)%nat -> (exists i, (i < m)%nat /\ x i <> 0) \/ (forall i, (i < m)%nat -> x i = 0)).
  { induction m as [|m IH]; intros Hm; [right; intros; lia|]. destruct (IH ltac:(lia)) as [[i [Hi Hx]]|H].
    - left. exists i. split; [lia|exact Hx].
    - destruct (Req_dec (x m) 0) as [H0|H0].
      + right. intros i Hi. destruct (Nat.eq_dec i m) as [->|]; [exact H0|apply H; lia].
      + left. exists m. split; [lia|exact H0]. }
  destruct (Hdec n (le_n n)) as [H|H]; [left; apply HA, H|].
  right. symmetry. unfold quad. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|].
  intros i Hi. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|]. intros j Hj. rewrite (H i Hi). ring.
Qed.

(** ** A definite matrix has a positive least eigenvalue *)
Theorem definite_below_positive n : forall A, symmetric n A -> definite n A -> exists l, 0 < l /\ below n A l.
Proof.
  induction n as [|n IH]; intros A Hs HA.
  - exists 1. split; [lra|]. intros v. unfold norm2, quad; simpl. lra.
  - assert (Hp : 0 < A n n) by (apply (definite_nondegenerate (S n) A Hs HA); lia).
    set (A' := fun i j => A i j - A i n * A j n / A n n).
    assert (Hsplit : forall v r, quad (S n) A (fun i => if lt_dec i n then v i else r)
              = quad n A' v + A n n * (r + sum n (fun i => v i * (A i n / A n n))) ^ 2).
    { intros v r. rewrite quad_last by exact Hs. set (b := sum n (fun i => v i * A i n)).
      replace (sum n (fun i => v i * (A i n / A n n))) with (b / A n n).
      2:{ unfold b, Rdiv. rewrite <- sum_scal_r. apply sum_ext; intros; ring. }
      assert (HB : quad n A' v = quad n A v - b ^ 2 / A n n).
      { unfold A', quad. rewrite (sum_ext n _ (fun i => sum n (fun j => v i * v j * A i j) - (v i * A i n) * (b / A n n))).
        - rewrite sum_minus, sum_scal_r. fold b. field. lra.
        - intros i Hi. rewrite (sum_ext n _ (fun j => v i * v j * A i j - (v i * A i n / A n n) * (v j * A j n))).
          + rewrite sum_minus, sum_scal. fold b. field. lra.
          + intros j Hj. field. lra. }
      rewrite HB. field. lra. }
    destruct (IH A') as [l [Hl HB]].
    + intros i j Hi Hj. unfold A'. rewrite (Hs i j) by lia. field. lra.
    + intros v [i [Hi Hv]].
      assert (H := Hsplit v (- sum n (fun i => v i * (A i n / A n n)))).
      replace (- sum n (fun i => v i * (A i n / A n n)) + sum n (fun i => v i * (A i n / A n n))) with 0 in H by ring.
      assert (0 < quad (S n) A (fun i => if lt_dec i n then v i else - sum n (fun i => v i * (A i n / A n n)))).
      { apply HA. exists i. split; [lia|]. destruct (lt_dec i n); [exact Hv|lia]. }
      simpl pow in H. lra.
    + set (beta := fun i => A i n / A n n). assert (Hb := norm2_nonneg n beta).
      set (M := (1 + 2 * norm2 n beta) / l + 2 / A n n).
      assert (HM1 : 0 < (1 + 2 * norm2 n beta) / l) by (apply Rdiv_lt_0_compat; lra).
      assert (HM2 : 0 < 2 / A n n) by (apply Rdiv_lt_0_compat; lra).
      assert (HM : 0 < M) by (unfold M; lra).
      exists (/ M). split; [apply Rinv_0_lt_compat, HM|]. intros v.
      assert (Hv : quad (S n) A v = quad n A' v + A n n * (v n + sum n (fun i => v i * beta i)) ^ 2).
      { unfold beta. rewrite <- Hsplit. apply quad_ext; [reflexivity|]. intros i Hi.
        destruct (lt_dec i n); [reflexivity|]. f_equal. lia. }
      rewrite Hv. change (norm2 (S n) v) with (norm2 n v + v n ^ 2).
      specialize (HB v). assert (HC := cauchy_schwarz n v beta). unfold dot in HC.
      set (s := sum n (fun i => v i * beta i)) in *. set (N := norm2 n v) in *. set (Q := quad n A' v) in *.
      set (W := norm2 n beta) in *. assert (HN : 0 <= N) by apply norm2_nonneg.
      assert (H1 : v n ^ 2 <= 2 * (v n + s) ^ 2 + 2 * s ^ 2) by (assert (H0 := pow2_ge_0 (v n + 2 * s)); nra).
      assert (H2 : N + v n ^ 2 <= (1 + 2 * W) * N + 2 * (v n + s) ^ 2) by nra.
      assert (H3 : (1 + 2 * W) * N <= (1 + 2 * W) / l * Q).
      { replace ((1 + 2 * W) / l * Q) with ((1 + 2 * W) * (Q / l)) by (field; lra). apply Rmult_le_compat_l; [lra|].
        apply (Rmult_le_reg_r l); [exact Hl|]. replace (Q / l * l) with Q by (field; lra). lra. }
      assert (HQ : 0 <= Q) by nra. assert (Hsq := pow2_ge_0 (v n + s)).
      assert (H4 : 2 * (v n + s) ^ 2 = 2 / A n n * (A n n * (v n + s) ^ 2)) by (field; lra).
      set (P := A n n * (v n + s) ^ 2) in *. assert (HP : 0 <= P) by (unfold P; nra).
      apply (Rmult_le_reg_l M); [exact HM|].
      replace (M * (/ M * (N + v n ^ 2))) with (N + v n ^ 2) by (field; lra).
      unfold M. nra.
Qed.
