(** A proved lower bound on the least eigenvalue of the NTK of the FCN, at every depth, for points whose directions x~ / |x~|
    have cosines of at most rho: one term of the series of k1 is enough. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices power_series arccosine arccosine_ends layer_kernels network_kernels definiteness gap_constants.
Open Scope R_scope.

(** |k1(u)| <= k1(rho) for |u| <= rho <= 1, term by term. *)
Lemma k1_dominated u rho : Rabs u <= rho -> rho <= 1 -> Rabs (k1 u) <= k1 rho.
Proof.
  intros Hu Hr. assert (Hb := Rabs_bounds u rho Hu). assert (H0 := Rabs_pos u).
  assert (Su := proj2 lemma_3_closed u ltac:(lra)). assert (Sr := proj2 lemma_3_closed rho ltac:(lra)).
  assert (Hterm : forall k, Rabs (k1_coefficient k * u ^ k1_exponent k) <= k1_coefficient k * rho ^ k1_exponent k).
  { intros k. assert (Hk := k1_coefficient_pos k). rewrite Rabs_mult, (Rabs_pos_eq (k1_coefficient k)), <- RPow_abs by lra.
    apply Rmult_le_compat_l; [lra|]. apply pow_incr. lra. }
  assert (Lu : is_lim_seq (sum_n (fun k => k1_coefficient k * u ^ k1_exponent k)) (k1 u)) by exact Su.
  assert (Lr : is_lim_seq (sum_n (fun k => k1_coefficient k * rho ^ k1_exponent k)) (k1 rho)) by exact Sr.
  apply Rabs_le. split.
  - assert (Lm : is_lim_seq (fun N => - sum_n (fun k => k1_coefficient k * rho ^ k1_exponent k) N) (- k1 rho)) by (apply (is_lim_seq_opp _ (k1 rho)); exact Lr).
    assert (H : Rbar_le (- k1 rho) (k1 u)); [|exact H].
    apply (is_lim_seq_le _ _ _ _) with (2 := Lm) (3 := Lu). intros N.
    assert (E : forall M, - sum_n (fun k => k1_coefficient k * rho ^ k1_exponent k) M <= sum_n (fun k => k1_coefficient k * u ^ k1_exponent k) M); [|apply E].
    assert (next : forall (a : nat -> R) M, sum_n a (S M) = sum_n a M + a (S M)) by (intros; rewrite sum_Sn; reflexivity).
    induction M as [|M IH]; [rewrite !sum_O|rewrite !next].
    + assert (H1 := Rabs_bounds _ _ (Hterm 0%nat)). lra.
    + assert (H1 := Rabs_bounds _ _ (Hterm (S M))). lra.
  - assert (H : Rbar_le (k1 u) (k1 rho)); [|exact H].
    apply (is_lim_seq_le _ _ _ _) with (2 := Lu) (3 := Lr). intros N. apply sum_n_m_le. intros k. assert (H1 := Rabs_bounds _ _ (Hterm k)). lra.
Qed.

Lemma k1_at_one : k1 1 = 1.
Proof.
  unfold k1. rewrite acos_1. replace (1 - 1 ^ 2) with 0 by ring. rewrite sqrt_0. assert (H := PI_RGT_0). field; lra.
Qed.

Lemma k1_range rho : 0 <= rho <= 1 -> 0 <= k1 rho <= 1.
Proof.
  intros Hr. split.
  - eapply Rle_trans; [apply Rabs_pos|]. apply (k1_dominated rho rho); [rewrite Rabs_pos_eq; lra|lra].
  - assert (H := k1_dominated rho 1 ltac:(rewrite Rabs_pos_eq; lra) ltac:(lra)). rewrite k1_at_one in H.
    assert (H1 := Rle_abs (k1 rho)). lra.
Qed.

(** [separated n A rho]: a correlation matrix with entries of at most rho in modulus off its diagonal. *)
Definition separated (n : nat) (A : matrix) (rho : R) : Prop :=
  (forall i, (i < n)%nat -> A i i = 1) /\ (forall i j, (i < n)%nat -> (j < n)%nat -> i <> j -> Rabs (A i j) <= rho).

Lemma power_below n A rho e : 0 <= rho -> separated n A rho -> below n (fun i j => A i j ^ e) (1 - INR n * rho ^ e).
Proof.
  intros Hr [Hd Ho]. apply (below_within n (fun i j => if Nat.eq_dec i j then 1 else 0)); [apply pow_le, Hr| |].
  - intros v. rewrite quad_identity. lra.
  - intros i j Hi Hj. destruct (Nat.eq_dec i j) as [->|Hne].
    + rewrite Hd, pow1, Rminus_eq_0, Rabs_R0 by exact Hj. apply pow_le, Hr.
    + rewrite Rminus_0_r, <- RPow_abs. apply pow_incr. split; [apply Rabs_pos|apply Ho; assumption].
Qed.

Lemma k1_below n A rho k : symmetric n A -> psd n A -> 0 <= rho <= 1 -> separated n A rho ->
  below n (fun i j => k1 (A i j)) (k1_coefficient k * (1 - INR n * rho ^ k1_exponent k)).
Proof.
  intros Hs Hp Hr Hsep v. destruct (gram_factor n A Hs Hp) as [x Hx].
  assert (Hrange : forall i j, (i < n)%nat -> (j < n)%nat -> -1 <= gram n x i j <= 1).
  { intros i j Hi Hj. rewrite <- Hx by assumption. destruct Hsep as [Hd Ho].
    destruct (Nat.eq_dec i j) as [->|Hne]; [rewrite Hd by exact Hj; lra|]. assert (H := Rabs_bounds _ _ (Ho i j Hi Hj Hne)). lra. }
  assert (H := is_series_quad n (fun k i j => k1_coefficient k * gram n x i j ^ k1_exponent k) (fun i j => k1 (gram n x i j)) v
    (fun i j Hi Hj => proj2 lemma_3_closed _ (Hrange i j Hi Hj))).
  assert (Hterm : quad n (fun i j => k1_coefficient k * gram n x i j ^ k1_exponent k) v <= quad n (fun i j => k1 (gram n x i j)) v).
  { apply (is_series_term _ _ k H). intros q. rewrite quad_const_mult. apply Rmult_le_pos; [left; apply k1_coefficient_pos|apply powers_psd]. }
  rewrite (quad_ext n (fun i j => k1 (A i j)) (fun i j => k1 (gram n x i j)) v v); [|intros; rewrite Hx by assumption; reflexivity|reflexivity].
  eapply Rle_trans; [|exact Hterm]. rewrite quad_const_mult, Rmult_assoc. apply Rmult_le_compat_l; [left; apply k1_coefficient_pos|].
  rewrite (quad_ext n _ (fun i j => A i j ^ k1_exponent k) v v); [|intros; rewrite Hx by assumption; reflexivity|reflexivity].
  apply power_below; [lra|exact Hsep].
Qed.

Lemma relu_below n A rho k : symmetric_psd n A -> nondegenerate n A -> (forall i, (i < n)%nat -> 1 <= A i i) ->
  0 <= rho <= 1 -> separated n (correlations A) rho -> 2 * INR n * rho ^ k1_exponent k <= 1 ->
  below n (relu_moment A) (k1_coefficient k / 4).
Proof.
  intros HA HN Hd Hr Hsep Hk v. destruct (correlations_symmetric_psd n A HA HN) as [Hs Hp].
  rewrite (quad_ext n _ (fun i j => / 2 * (k1 (correlations A i j) * (sqrt (A i i) * sqrt (A j j)))) v v); [| |reflexivity].
  - rewrite (quad_const_mult n (fun i j => k1 (correlations A i j) * (sqrt (A i i) * sqrt (A j j)))).
    rewrite (quad_scale n (fun i j => k1 (correlations A i j)) v (fun i => sqrt (A i i))).
    assert (H := k1_below n (correlations A) rho k Hs Hp Hr Hsep (fun i => v i * sqrt (A i i))).
    assert (Hc := k1_coefficient_pos k).
    assert (Hnorm : norm2 n v <= norm2 n (fun i => v i * sqrt (A i i))).
    { apply sum_le; intros i Hi. rewrite Rpow_mult_distr, <- (Rsqr_pow2 (sqrt (A i i))), Rsqr_sqrt by (specialize (Hd i Hi); lra).
      assert (H1 := pow2_ge_0 (v i)). specialize (Hd i Hi). nra. }
    assert (Hv := norm2_nonneg n v). set (N := norm2 n (fun i => v i * sqrt (A i i))) in *. set (q := rho ^ k1_exponent k) in *.
    assert (H2 : k1_coefficient k * (1 / 2) * N <= k1_coefficient k * (1 - INR n * q) * N).
    { apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat_l; lra. }
    assert (H3 : k1_coefficient k * norm2 n v <= k1_coefficient k * N) by (apply Rmult_le_compat_l; lra). lra.
  - intros i j Hi Hj. unfold relu_moment. rewrite (sqrt_split n A HN) by assumption. field.
Qed.

(** The cosines of layer l + 1, given those of the input. *)
Fixpoint layer_cosine (rho : R) (l : nat) : R := match l with O => rho | S l => (1 + k1 (layer_cosine rho l)) / 2 end.

Lemma layer_cosine_range rho l : 0 <= rho <= 1 -> 0 <= layer_cosine rho l <= 1.
Proof.
  intros Hr. induction l as [|l IH]; [exact Hr|]. simpl. assert (H := k1_range _ IH). lra.
Qed.

Section Layers.
Variables n d : nat.
Variable x : nat -> nat -> R.
Hypothesis points : different n d x.
Let G := gram d x.
Variable rho : R.
Hypothesis rho_range : 0 <= rho <= 1.
(** x~_i . x~_j <= rho |x~_i| |x~_j| in modulus. *)
Hypothesis apart : forall i j, (i < n)%nat -> (j < n)%nat -> i <> j -> Rabs (1 + G i j) <= rho * sqrt ((1 + G i i) * (1 + G j j)).

Lemma sigma_diagonal l i : (i < n)%nat -> 1 <= fcn_Sigma G l i i.
Proof.
  intros Hi. induction l as [|l IH]; unfold fcn_Sigma, add, const.
  - cbn [fcn_S]. assert (0 <= G i i); [|lra]. apply sum_nonneg; intros; apply Rle_0_sqr.
  - cbn [fcn_S]. fold (fcn_Sigma G l). unfold mul, const, relu_moment.
    assert (E : correlations (fcn_Sigma G l) i i = 1) by (unfold correlations; rewrite sqrt_square by lra; field; lra).
    rewrite E, k1_at_one, sqrt_square by lra. lra.
Qed.

Lemma sigma_separated l : separated n (correlations (fcn_Sigma G l)) (layer_cosine rho l).
Proof.
  split.
  - intros i Hi. assert (H := sigma_diagonal l i Hi). unfold correlations. rewrite sqrt_square by lra. field; lra.
  - induction l as [|l IH]; intros i j Hi Hj Hij.
    + unfold correlations, fcn_Sigma, add, const. cbn [fcn_S layer_cosine].
      assert (Di := sigma_diagonal 0 i Hi). assert (Dj := sigma_diagonal 0 j Hj). unfold fcn_Sigma, add, const in Di, Dj. cbn [fcn_S] in Di, Dj.
      assert (Hp : 0 < sqrt ((1 + G i i) * (1 + G j j))) by (apply sqrt_lt_R0, Rmult_lt_0_compat; lra).
      unfold Rdiv. rewrite Rabs_mult, Rabs_inv, (Rabs_pos_eq (sqrt _)) by lra.
      apply (Rmult_le_reg_r (sqrt ((1 + G i i) * (1 + G j j)))); [exact Hp|]. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. apply apart; assumption.
    + cbn [layer_cosine]. specialize (IH i j Hi Hj Hij). assert (Hrange := layer_cosine_range rho l rho_range).
      assert (Hk := k1_dominated _ _ IH (proj2 Hrange)). assert (Hk1 := k1_range _ Hrange). set (kappa := k1 (layer_cosine rho l)) in *.
      set (S := fcn_Sigma G l) in *. assert (Di := sigma_diagonal l i Hi). assert (Dj := sigma_diagonal l j Hj). fold S in Di, Dj.
      set (s := sqrt (S i i * S j j)).
      assert (Hss : s * s = S i i * S j j) by (apply sqrt_sqrt, Rmult_le_pos; lra).
      assert (Hs : 1 <= s) by (unfold s; rewrite <- sqrt_1; apply sqrt_le_1; nra).
      assert (diagonal : forall p, (p < n)%nat -> 1 <= S p p -> fcn_Sigma G (Datatypes.S l) p p = 1 + S p p).
      { intros p Hp Dp. unfold fcn_Sigma, add, const. cbn [fcn_S]. fold (fcn_Sigma G l). fold S. unfold mul, const, relu_moment.
        assert (E : correlations S p p = 1) by (unfold correlations; rewrite sqrt_square by lra; field; lra).
        rewrite E, k1_at_one, sqrt_square by lra. field. }
      assert (entry : fcn_Sigma G (Datatypes.S l) i j = 1 + s * k1 (correlations S i j)).
      { unfold fcn_Sigma, add, const. cbn [fcn_S]. fold (fcn_Sigma G l). fold S. unfold mul, const, relu_moment. fold s. field. }
      unfold correlations at 1. rewrite entry, (diagonal i Hi Di), (diagonal j Hj Dj).
      set (t := sqrt ((1 + S i i) * (1 + S j j))).
      assert (Ht : 1 + s <= t).
      { unfold t. rewrite <- (sqrt_square (1 + s)) by lra. apply sqrt_le_1; [nra|nra|].
        assert (2 * s <= S i i + S j j); [|nra]. apply Rsqr_incr_0_var; [|lra]. unfold Rsqr.
        assert (0 <= (S i i - S j j) ^ 2) by apply pow2_ge_0. nra. }
      unfold Rdiv. rewrite Rabs_mult, Rabs_inv, (Rabs_pos_eq t) by lra.
      apply (Rmult_le_reg_r t); [lra|]. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
      assert (Hup : Rabs (1 + s * k1 (correlations S i j)) <= 1 + s * kappa).
      { eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_R1, Rabs_mult, (Rabs_pos_eq s) by lra.
        apply Rplus_le_compat_l, Rmult_le_compat_l; [lra|exact Hk]. }
      assert (0 <= (1 - kappa) * (s - 1)) by (apply Rmult_le_pos; lra). nra.
Qed.

(** lambda_min(K) >= a_k / 2 with a_k a coefficient of k1, as soon as 2 n rho_(L-1)^(e_k) <= 1. *)
Theorem least_eigenvalue_fcn l k : 2 * INR n * layer_cosine rho l ^ k1_exponent k <= 1 ->
  below n (fcn_ntk G (S l)) (k1_coefficient k / 2).
Proof.
  intros Hk v. unfold fcn_ntk, add at 1. rewrite quad_plus.
  assert (HP := proj2 (fcn_rest_symmetric_psd n d x points (S l)) v). fold G in HP.
  assert (H := relu_below n (fcn_Sigma G l) (layer_cosine rho l) k (fcn_Sigma_symmetric_psd n d x points l) (proj2 (fcn_forward n d x points l))
    (sigma_diagonal l) (layer_cosine_range rho l rho_range) (sigma_separated l) Hk v).
  cbn [fcn_S]. unfold mul at 1, const at 1. rewrite (quad_const_mult n (relu_moment (fcn_Sigma G l)) 2).
  match type of HP with 0 <= ?q => match goal with |- _ <= ?a + ?b => change b with q end end. lra.
Qed.
End Layers.
