(** Steps of the appendix: (C.1) and (C.3), (C.4), (C.11), (C.14), (C.23) and (C.24). *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices dissipation output_bound parameter_sums gradient_flow fcn_network resnet_network output_sums.
Import ListNotations.
Open Scope R_scope.

(** (C.1), (C.3): du_i/dt = - u_i (1 - u_i) [K^r u]_i. *)
Theorem equation_C_1 {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F : (A -> R) -> nat -> R)
    (s : nat -> R) (theta : R -> A -> R) (t : R) (i : nat) :
  NoDup trained -> (forall th th' i, (forall p, th p = th' p) -> F th i = F th' i) ->
  flows_at eq_dec trained n F s theta t -> (forall r p, ~ In p trained -> theta r p = theta t p) -> (i < n)%nat ->
  let u := residual (margin s (fun i t => F (theta t) i)) in
  is_derive (fun t => u t i) t (- (u t i * (1 - u t i) * sum n (fun j => signed s (empirical eq_dec trained F (theta t)) i j * u t j))).
Proof.
  intros HD HF HQ Hfix Hi u. assert (H := equation_3_2 eq_dec trained n F HD HF s theta t i HQ Hfix Hi). fold u in H.
  set (q := fun r => s i * F (theta r) i).
  assert (Hq : is_derive q t (s i * sum n (fun j => empirical eq_dec trained F (theta t) i j * s j * u t j))) by (apply (is_derive_scal (fun r => F (theta r) i) t (s i)), H).
  assert (He := exp_pos (q t)).
  evar_last.
  - apply (is_derive_comp (fun y => / (1 + exp y)) q t); [|exact Hq].
    instantiate (1 := - (exp (q t) / (1 + exp (q t)) ^ 2)). auto_derive; [lra|]. field; lra.
  - unfold scal; simpl; unfold mult; simpl. change (u t i) with (/ (1 + exp (q t))).
    rewrite (sum_ext n (fun j => signed s (empirical eq_dec trained F (theta t)) i j * u t j)
      (fun j => s i * (empirical eq_dec trained F (theta t) i j * s j * u t j))) by (intros; unfold signed; ring).
    rewrite sum_scal. field; lra.
Qed.

(** (C.4): the features with the pattern D_l of active neurons. *)
Theorem equation_C_4 (m : nat -> nat) (theta : parameter -> R) (l : nat) (x : nat -> R) (r : nat) :
  let z := preactivation m theta l (features m theta l x) r in
  features m theta (S l) x r = sqrt (2 / INR (m (S l))) * (pattern z * z).
Proof. intros z. cbn [features]. fold z. rewrite pattern_relu. reflexivity. Qed.

(** (C.11), off the kinks of the last layer, b_L trained. *)
Theorem equation_C_11 (m : nat -> nat) (l : nat) (x : nat -> nat -> R) (trained : list parameter) (theta : parameter -> R) (i : nat) :
  let L := S l in
  let z := fun r => preactivation m theta l (features m theta l (x i)) r in
  (0 < m L)%nat -> (forall r, (r < m L)%nat -> In (Bias l r) trained) -> (forall r, (r < m L)%nat -> z r <> 0) ->
  sum (m L) (fun r => (sqrt (2 / INR (m L)) * theta (Weight L 0 r) * pattern (z r)) ^ 2)
    <= empirical parameter_eq trained (fun th i => fcn m L th (x i)) theta i i.
Proof.
  intros L z Hm Hb Hz.
  eapply Rle_trans; [|apply (parameter_sum_incl (map (Bias l) (seq 0 (m L))))].
  - rewrite parameter_sum_seq. right. apply sum_ext; intros r Hr. unfold pattern. destruct (Rlt_dec 0 (z r)) as [Hp|Hn].
    + assert (E : partial parameter_eq (fun th i => fcn m L th (x i)) theta i (Bias l r) = sqrt (2 / INR (m L)) * theta (Weight L 0 r))
        by exact (partial_bias m l Hm x theta i r Hr Hp). rewrite E. ring.
    + assert (Hlt : z r < 0) by (specialize (Hz r Hr); lra).
      assert (E : partial parameter_eq (fun th i => fcn m L th (x i)) theta i (Bias l r) = 0)
        by exact (partial_bias_inactive m l Hm x theta i r Hr Hlt). rewrite E. ring.
  - apply NoDup_map_seq. intros a b E. inversion E. reflexivity.
  - intros p Hp. apply in_map_iff in Hp. destruct Hp as [r [<- Hr]]. apply in_seq in Hr. apply Hb. lia.
  - intros p. apply Rle_0_sqr.
Qed.

(** (C.14): the features of (2.2) as a sum over the blocks. *)
Section Unrolled.
Variables d m : nat.
Variable alpha : R.
Variable theta : resnet_parameter -> R.
Variable x : nat -> R.
Definition stem_features (r : nat) : R := sqrt (1 / INR m) * (sum d (fun c => theta (InWeight r c) * x c) + theta (InBias r)).
Definition block_image (l c : nat) : R := sum m (fun k => theta (BlockWeight l c k) * residual_features d m alpha theta l x k).

Theorem equation_C_14 L : resnet d m alpha L theta x = sum m (fun r => theta (OutWeight r) * (stem_features r
  + sum L (fun l => sqrt (1 / INR m) * alpha * (sum m (fun c => theta (BranchWeight l r c) * (sqrt (2 / INR m) * relu (block_image l c + theta (BlockBias l c))))
      + theta (BranchBias l r))))).
Proof.
  unfold resnet. apply sum_ext; intros r _. f_equal.
  induction L as [|L IH]; [cbn [residual_features sum]; unfold stem_features; ring|].
  cbn [residual_features sum]. rewrite IH. unfold branch, block_image. ring.
Qed.

(** As printed, sqrt(2 / m) multiplies W_l a_(l-1) alone, inside the ReLU. *)
Definition printed_C_14 (L : nat) : R := sum m (fun r => theta (OutWeight r) * (stem_features r
  + sum L (fun l => sqrt (1 / INR m) * alpha * (sum m (fun c => theta (BranchWeight l r c) * relu (sqrt (2 / INR m) * block_image l c + theta (BlockBias l c)))
      + theta (BranchBias l r))))).
End Unrolled.

(** One neuron, one block: W = 0 and b = 1 in the block, V and the output weight 1. *)
Definition block_bias (p : resnet_parameter) : R :=
  match p with BlockBias _ _ | BranchWeight _ _ _ | OutWeight _ => 1 | _ => 0 end.

Theorem equation_C_14_wrong : resnet 0 1 1 1 block_bias (fun _ => 0) <> printed_C_14 0 1 1 block_bias (fun _ => 0) 1.
Proof.
  rewrite equation_C_14. unfold printed_C_14, stem_features, block_image, sum. cbn [block_bias]. simpl INR. replace (1 / 1) with 1 by field. replace (2 / 1) with 2 by field.
  rewrite sqrt_1. assert (Hs := sqrt_sqrt 2 ltac:(lra)). assert (Hp := sqrt_lt_R0 2 ltac:(lra)).
  unfold relu. rewrite !Rmax_right by (ring_simplify; lra). intros E. ring_simplify in E. nra.
Qed.

(** (C.23): where V = - sum ln(1 - r_i) lies between V* and V* + eps, the largest r_i is between its bounds (the printed lower bound lacks a sign). *)
Definition energy (n : nat) (r : nat -> R) : R := - sum n (fun i => ln (1 - r i)).

Theorem equation_C_23 (n : nat) (r : nat -> R) (V eps : R) :
  (0 < n)%nat -> (forall i, (i < n)%nat -> 0 <= r i < 1) -> V <= energy n r <= V + eps ->
  (exists i, (i < n)%nat /\ 1 - exp (- (V / INR n)) <= r i) /\ (forall i, (i < n)%nat -> r i <= 1 - exp (- (V + eps))).
Proof.
  intros Hn Hr HV. assert (Hp : 0 < INR n) by (apply lt_0_INR, Hn). unfold energy in HV. rewrite <- sum_opp in HV.
  assert (Hl : forall i, (i < n)%nat -> 0 <= - ln (1 - r i)).
  { intros i Hi. specialize (Hr i Hi). assert (H : ln (1 - r i) <= ln 1); [|rewrite ln_1 in H; lra].
    destruct (Req_dec (r i) 0) as [->|Hne]; [rewrite Rminus_0_r; lra|left; apply ln_increasing; lra]. }
  split.
  - apply Classical_Prop.NNPP. intros Hno.
    assert (Hall : forall i, (i < n)%nat -> - ln (1 - r i) < V / INR n).
    { intros i Hi. specialize (Hr i Hi). apply Rnot_le_lt. intros Hle. apply Hno. exists i. split; [exact Hi|].
      assert (H : exp (ln (1 - r i)) <= exp (- (V / INR n))).
      { destruct (Rle_lt_or_eq_dec _ _ Hle) as [H|H]; [left; apply exp_increasing; lra|right; f_equal; lra]. }
      rewrite exp_ln in H by lra. lra. }
    assert (Hs : forall m, (m <= n)%nat -> (0 < m)%nat -> sum m (fun i => - ln (1 - r i)) < INR m * (V / INR n)).
    { induction m as [|m IH]; intros Hm H0; [lia|]. rewrite S_INR. simpl sum. specialize (Hall m ltac:(lia)).
      destruct m as [|m]; [simpl; lra|]. specialize (IH ltac:(lia) ltac:(lia)). lra. }
    specialize (Hs n (le_n n) Hn). replace (INR n * (V / INR n)) with V in Hs by (field; lra). lra.
  - intros i Hi. assert (H := sum_term n (fun i => - ln (1 - r i)) i Hi Hl). cbv beta in H. specialize (Hr i Hi).
    assert (H1 : exp (- (V + eps)) <= exp (ln (1 - r i))).
    { assert (Hle : - (V + eps) <= ln (1 - r i)) by lra. destruct Hle as [H2|H2]; [left; apply exp_increasing, H2|right; f_equal; exact H2]. }
    rewrite exp_ln in H1 by lra. lra.
Qed.

(** (C.23) as printed: r = 0 is in the set, though its energy 0 is below V*. *)
Theorem equation_C_23_wrong (n : nat) (V eps : R) : (0 < n)%nat -> 0 < V -> 0 < eps ->
  (forall i : nat, (i < n)%nat -> 0 <= 0 < 1 /\ 1 - exp (V / INR n) <= 0 <= 1 - exp (- (V + eps))) /\ energy n (fun _ => 0) < V.
Proof.
  intros Hn HV He. assert (Hp : 0 < INR n) by (apply lt_0_INR, Hn). split.
  - intros i _. split; [lra|]. assert (E := exp_0).
    assert (H1 := exp_increasing 0 (V / INR n) ltac:(apply Rdiv_lt_0_compat; lra)). assert (H2 := exp_increasing (- (V + eps)) 0 ltac:(lra)). lra.
  - unfold energy. rewrite (sum_ext n _ (fun _ => 0)), sum_zero by (intros; rewrite Rminus_0_r; apply ln_1). lra.
Qed.

(** (C.24), with M = (1 - exp(- V* / n))^2. *)
Theorem equation_C_24 (n : nat) (K : matrix) (r : nat -> R) (V eps l C : R) :
  (0 < n)%nat -> (forall i, (i < n)%nat -> 0 <= r i < 1) -> 0 <= V -> V <= energy n r <= V + eps -> 0 <= C -> C <= l -> below n K l ->
  l * norm2 n r <= quad n K r /\ l * (1 - exp (- (V / INR n))) ^ 2 <= l * norm2 n r /\
  C * (1 - exp (- (V / INR n))) ^ 2 <= l * (1 - exp (- (V / INR n))) ^ 2.
Proof.
  intros Hn Hr HV0 HV HC Hl HK. split; [apply HK|]. destruct (equation_C_23 n r V eps Hn Hr HV) as [[i [Hi Hle]] _].
  assert (Hp : 0 < INR n) by (apply lt_0_INR, Hn).
  assert (Hpos : 0 <= 1 - exp (- (V / INR n))).
  { assert (H : 0 <= V / INR n) by (apply Rmult_le_pos; [exact HV0|left; apply Rinv_0_lt_compat, Hp]).
    assert (exp (- (V / INR n)) <= 1); [|lra]. rewrite <- exp_0. destruct H as [H|H]; [left; apply exp_increasing; lra|right; f_equal; lra]. }
  split.
  - apply Rmult_le_compat_l; [lra|]. eapply Rle_trans; [|apply (sum_term n (fun i => r i ^ 2) i Hi); intros; apply pow2_ge_0].
    apply pow_incr. lra.
  - apply Rmult_le_compat_r; [apply pow2_ge_0|exact Hl].
Qed.
