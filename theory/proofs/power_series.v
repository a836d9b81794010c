(** Lemma 2: a power series with coefficients >= 0, infinitely many of them > 0, of the inner products of unit
    vectors no two of which are equal or opposite, is a positive definite matrix. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices.
Open Scope R_scope.

Theorem powers_psd n d x k : psd n (fun i j => gram d x i j ^ k).
Proof.
  induction k as [|k IH]; simpl; [apply psd_one|].
  apply (psd_ext n (fun i j => gram d x i j ^ k * gram d x i j)); [intros; ring|]. apply schur_gram, IH.
Qed.

Lemma uniform_threshold n (P : nat -> nat -> Prop) :
  (forall i, (i < n)%nat -> exists N, forall k, (N <= k)%nat -> P i k) ->
  exists N, forall i, (i < n)%nat -> forall k, (N <= k)%nat -> P i k.
Proof.
  induction n as [|n IH]; intros H; [exists 0%nat; intros; lia|].
  destruct IH as [N1 H1]; [intros; apply H; lia|]. destruct (H n ltac:(lia)) as [N2 H2].
  exists (Nat.max N1 N2). intros i Hi k Hk.
  destruct (Nat.eq_dec i n) as [->|Hne]; [apply H2; lia|apply H1; lia].
Qed.

Definition correlation (n : nat) (R : matrix) : Prop :=
  (forall i, (i < n)%nat -> R i i = 1) /\
  (forall i j, (i < n)%nat -> (j < n)%nat -> i <> j -> -1 < R i j < 1).
(** The powers of a correlation matrix tend to the identity. *)
Lemma powers_to_identity n R g : correlation n R -> 0 < g ->
  exists N, forall k, (N <= k)%nat -> forall i j, (i < n)%nat -> (j < n)%nat ->
    Rabs (R i j ^ k - (if Nat.eq_dec i j then 1 else 0)) <= g.
Proof.
  intros [Hdiag Hoff] Hg.
  destruct (uniform_threshold n (fun i k => forall j, (j < n)%nat ->
      Rabs (R i j ^ k - (if Nat.eq_dec i j then 1 else 0)) <= g)) as [N HN].
  - intros i Hi.
    destruct (uniform_threshold n (fun j k => Rabs (R i j ^ k - (if Nat.eq_dec i j then 1 else 0)) <= g)) as [N HN].
    + intros j Hj. destruct (Nat.eq_dec i j) as [->|Hne].
      * exists 0%nat. intros k _. rewrite Hdiag, pow1 by assumption. replace (1 - 1) with 0 by ring. rewrite Rabs_R0. lra.
      * assert (HR : Rabs (R i j) < 1) by (apply Rabs_def1; apply Hoff; assumption).
        destruct (pow_lt_1_zero (R i j) HR g Hg) as [N HN]. exists N. intros k Hk.
        rewrite Rminus_0_r. left. apply HN. lia.
    + exists N. intros k Hk j Hj. apply HN; assumption.
  - exists N. intros k Hk i j Hi Hj. apply HN; assumption.
Qed.

Lemma large_powers_positive n R c : correlation n R -> (exists i, (i < n)%nat /\ c i <> 0) ->
  exists N, forall k, (N <= k)%nat -> 0 < quad n (fun i j => R i j ^ k) c.
Proof.
  intros HR Hc. assert (HN := norm2_pos n c Hc). destruct Hc as [i0 [Hi0 _]].
  assert (Hp : 0 < INR n) by (apply lt_0_INR; lia).
  destruct (powers_to_identity n R (/ (2 * INR n)) HR) as [N H]; [apply Rinv_0_lt_compat; lra|].
  exists N. intros k Hk. specialize (H k Hk).
  rewrite (quad_difference n (fun i j => if Nat.eq_dec i j then 1 else 0)), quad_identity.
  assert (Hq := quad_entrywise n _ (/ (2 * INR n)) c ltac:(left; apply Rinv_0_lt_compat; lra) H).
  apply Rabs_bounds in Hq. replace (INR n * / (2 * INR n)) with (/ 2) in Hq by (field; lra). lra.
Qed.

Lemma is_series_zero : is_series (fun _ : nat => 0) 0.
Proof.
  assert (H : is_lim_seq (sum_n (fun _ => 0)) 0); [|exact H].
  apply (is_lim_seq_ext (fun _ => 0)); [|apply is_lim_seq_const].
  induction n as [|n IH]; [rewrite sum_O; reflexivity|]. rewrite sum_Sn, <- IH. unfold plus; simpl. ring.
Qed.

Lemma is_series_quad n (A : nat -> matrix) (B : matrix) c :
  (forall i j, (i < n)%nat -> (j < n)%nat -> is_series (fun k => A k i j) (B i j)) ->
  is_series (fun k => quad n (A k) c) (quad n B c).
Proof.
  assert (Hsum : forall m (f : nat -> nat -> R) (g : nat -> R),
            (forall i, (i < m)%nat -> is_series (fun k => f k i) (g i)) ->
            is_series (fun k => sum m (f k)) (sum m g)).
  { induction m as [|m IH]; intros f g H; simpl.
    - exact is_series_zero.
    - apply (is_series_plus (fun k => sum m (f k)) (fun k => f k m)); [apply IH; intros; apply H; lia|apply H; lia]. }
  intros H. unfold quad. apply (Hsum n (fun k i => sum n (fun j => c i * c j * A k i j))). intros i Hi.
  apply (Hsum n (fun k j => c i * c j * A k i j)). intros j Hj.
  apply (is_series_scal_l (c i * c j) (fun k => A k i j)). apply H; assumption.
Qed.

Lemma is_series_term (b : nat -> R) l k : is_series b l -> (forall i, 0 <= b i) -> b k <= l.
Proof.
  intros Hs Hb.
  assert (H : forall N, (k <= N)%nat -> b k <= sum_n b N).
  { induction N as [|N IH]; intros HN.
    - assert (k = 0)%nat by lia. subst. rewrite sum_O. lra.
    - rewrite sum_Sn. unfold plus; simpl. specialize (Hb (S N)) as HbS.
      destruct (Nat.eq_dec k (S N)) as [->|Hne].
      + assert (0 <= sum_n b N); [|lra]. clear - Hb. induction N as [|N IHN]; [rewrite sum_O; apply Hb|].
        rewrite sum_Sn. unfold plus; simpl. specialize (Hb (S N)). lra.
      + specialize (IH ltac:(lia)). lra. }
  assert (Hl : is_lim_seq (sum_n b) l) by exact Hs.
  assert (HR : Rbar_le (b k) l); [|exact HR].
  apply (is_lim_seq_le_loc (fun _ => b k) (sum_n b)); [exists k; intros; apply H; lia|apply is_lim_seq_const|exact Hl].
Qed.

(** [expands n P h a e]: h(P_ij) = sum_k a_k P_ij^(e_k) for all entries, all a_k >= 0. *)
Definition expands (n : nat) (P : matrix) (h : R -> R) (a : nat -> R) (e : nat -> nat) : Prop :=
  (forall k, 0 <= a k) /\
  (forall i j, (i < n)%nat -> (j < n)%nat -> is_series (fun k => a k * P i j ^ e k) (h (P i j))).

Theorem series_psd n d x h a e : expands n (gram d x) h a e -> psd n (fun i j => h (gram d x i j)).
Proof.
  intros [Ha Hs] c.
  assert (H := is_series_quad n (fun k i j => a k * gram d x i j ^ e k) (fun i j => h (gram d x i j)) c Hs).
  eapply Rle_trans; [|apply (is_series_term _ _ 0%nat H)].
  - rewrite quad_const_mult. apply Rmult_le_pos; [apply Ha|apply powers_psd].
  - intros k. rewrite quad_const_mult. apply Rmult_le_pos; [apply Ha|apply powers_psd].
Qed.

(** Lemma 2: nonnegative coefficients, infinitely many of them positive. *)
Theorem lemma_2 (n d : nat) (x : nat -> nat -> R) (h : R -> R) (a : nat -> R) (e : nat -> nat) :
  correlation n (gram d x) -> expands n (gram d x) h a e ->
  (forall N, exists k, (N <= e k)%nat /\ 0 < a k) ->
  definite n (fun i j => h (gram d x i j)).
Proof.
  intros HR [Ha Hs] Hinf c Hc.
  destruct (large_powers_positive n (gram d x) c HR Hc) as [N HN]. destruct (Hinf N) as [k [Hk Hak]].
  assert (H := is_series_quad n (fun k i j => a k * gram d x i j ^ e k) (fun i j => h (gram d x i j)) c Hs).
  eapply Rlt_le_trans; [|apply (is_series_term _ _ k H)].
  - rewrite quad_const_mult. apply Rmult_lt_0_compat; [exact Hak|apply HN, Hk].
  - intros k'. rewrite quad_const_mult. apply Rmult_le_pos; [apply Ha|apply powers_psd].
Qed.
