(** (C.5)-(C.7): the gradient of the network (2.1) by every parameter, off the kinks, and the empirical NTK as a sum over
    the groups of parameters. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices output_bound parameter_sums gradient_flow fcn_network bias_free.
Import ListNotations.
Open Scope R_scope.

Ltac real_line := match goal with |- ?a = ?b => change (@eq R a b) end.

Lemma relu_derive z : z <> 0 -> is_derive relu z (pattern z).
Proof.
  intros Hz. unfold pattern. destruct (Rlt_dec 0 z) as [H|H].
  - apply (is_derive_ext_loc (fun y => y)); [|apply (is_derive_id (K := R_AbsRing))].
    exists (mkposreal z H). intros y Hy. unfold ball in Hy; simpl in Hy. unfold AbsRing_ball, abs, minus, plus, opp in Hy; simpl in Hy.
    apply Rabs_def2 in Hy. symmetry. unfold relu. apply Rmax_right. lra.
  - assert (Hn : 0 < - z) by lra. apply (is_derive_ext_loc (fun _ => 0)); [|apply (is_derive_const 0 z)].
    exists (mkposreal (- z) Hn). intros y Hy. unfold ball in Hy; simpl in Hy. unfold AbsRing_ball, abs, minus, plus, opp in Hy; simpl in Hy.
    apply Rabs_def2 in Hy. symmetry. unfold relu. apply Rmax_left. lra.
Qed.

(** ** One input *)
Section Backward.
Variable m : nat -> nat.
Variable L : nat.
Variable x : nat -> R.

(** No pre-activation of a hidden layer is zero. *)
Definition away_from_kinks (theta : parameter -> R) : Prop :=
  forall l r, (l < L)%nat -> (r < m (S l))%nat -> preactivation m theta l (features m theta l x) r <> 0.

(** With [Weight l r c] an entry of W_(l+1): entry r of the row prod_(q = l+2 .. L+1) sqrt(2 / m_(q-1)) W_q D_(q-1)(x), for l = L - k. *)
Fixpoint row (theta : parameter -> R) (k r : nat) : R :=
  match k with
  | O => 1
  | S k => let l := (L - S k)%nat in
      sum (rows m L (S l)) (fun q => row theta k q * (sqrt (2 / INR (m (S l))) * theta (Weight (S l) q r)
        * pattern (preactivation m theta l (features m theta l x) r)))
  end.

(** The pre-activations of layer l + 1, the last of which is the output. *)
Definition unit (l r : nat) (theta : parameter -> R) : R :=
  sum (m l) (fun c => theta (Weight l r c) * features m theta l x c) + (if Nat.eq_dec l L then 0 else theta (Bias l r)).

Lemma unit_hidden l r theta : (l < L)%nat -> unit l r theta = preactivation m theta l (features m theta l x) r.
Proof. intros Hl. unfold unit, preactivation. destruct (Nat.eq_dec l L); [lia|reflexivity]. Qed.

Lemma unit_output theta : unit L 0 theta = fcn m L theta x.
Proof. unfold unit, fcn. destruct (Nat.eq_dec L L); [ring|contradiction]. Qed.

Lemma rows_hidden l : (l < L)%nat -> rows m L l = m (S l).
Proof. intros Hl. unfold rows. destruct (Nat.eq_dec l L); [lia|reflexivity]. Qed.

Section Moved.
Variable theta : parameter -> R.
Hypothesis smooth : away_from_kinks theta.
Variables l r : nat.
Variable p : parameter.
(** The parameter p enters unit r of layer l + 1 with the factor e, and nothing else of that layer or below. *)
Variable e : R.
Hypothesis l_range : (l <= L)%nat.
Hypothesis r_range : (r < rows m L l)%nat.
Hypothesis p_layer : layer p = l.
Let moved (v : R) : parameter -> R := update parameter_eq theta p v.
Hypothesis enters : forall q v, unit l q (moved v) = unit l q theta + (if Nat.eq_dec q r then (v - theta p) * e else 0).

Lemma moved_above q c t v : (l < t)%nat -> moved v (Weight t q c) = theta (Weight t q c) /\ moved v (Bias t q) = theta (Bias t q).
Proof.
  intros Ht. unfold moved, update.
  split; [destruct (parameter_eq (Weight t q c) p) as [E|]|destruct (parameter_eq (Bias t q) p) as [E|]]; try reflexivity;
    subst p; simpl in p_layer; lia.
Qed.

Lemma moved_start t q : unit t q (moved (theta p)) = unit t q theta.
Proof.
  assert (H : forall k, moved (theta p) k = theta k) by (intros k; unfold moved, update; destruct (parameter_eq k p) as [->|]; reflexivity).
  unfold unit. f_equal; [apply sum_ext; intros c _; rewrite H; f_equal; apply features_ext; intros; apply H|destruct (Nat.eq_dec t L); [reflexivity|apply H]].
Qed.

Lemma sum_pick n (f : nat -> R) k : (k < n)%nat -> sum n (fun q => f q * (if Nat.eq_dec q k then e else 0)) = f k * e.
Proof.
  intros Hk. rewrite (sum_ext n _ (fun q => (if Nat.eq_dec q k then e else 0) * f q)) by (intros; ring).
  rewrite (sum_update n (fun _ => 0) f k e Hk). rewrite (sum_ext n _ (fun _ => 0)), sum_zero by (intros; ring). ring.
Qed.

(** Forward, the derivatives D of the units; backward, the row: their product is the same at every layer. *)
Lemma tangent j : (l + j <= L)%nat -> exists D : nat -> R,
  (forall q, (q < rows m L (l + j))%nat -> is_derive (fun v => unit (l + j) q (moved v)) (theta p) (D q)) /\
  sum (rows m L (l + j)) (fun q => row theta (L - (l + j)) q * D q) = row theta (L - l) r * e.
Proof.
  induction j as [|j IH]; intros Hj.
  - rewrite Nat.add_0_r. exists (fun q => if Nat.eq_dec q r then e else 0). split; [|apply sum_pick, r_range].
    intros q _. apply (is_derive_ext (fun v => unit l q theta + (if Nat.eq_dec q r then (v - theta p) * e else 0))); [intros; symmetry; apply enters|].
    destruct (Nat.eq_dec q r); [apply affine_derive|apply (is_derive_ext (fun _ => unit l q theta)); [intros; real_line; ring|apply (is_derive_const (unit l q theta))]].
  - destruct (IH ltac:(lia)) as [D [HD HE]]. set (t := (l + j)%nat) in *. replace (l + S j)%nat with (S t) in * by (unfold t; lia).
    assert (Ht : (t < L)%nat) by lia. rewrite (rows_hidden t Ht) in HD, HE.
    set (s := sqrt (2 / INR (m (S t)))). set (z := fun c => preactivation m theta t (features m theta t x) c).
    exists (fun q => sum (m (S t)) (fun c => theta (Weight (S t) q c) * (s * (D c * pattern (z c))))). split.
    + intros q _. apply (is_derive_ext (fun v => sum (m (S t)) (fun c => theta (Weight (S t) q c) * (s * relu (unit t c (moved v))))
                                         + (if Nat.eq_dec (S t) L then 0 else theta (Bias (S t) q)))).
      * intros v. unfold unit at 2. f_equal.
        -- apply sum_ext; intros c _. destruct (moved_above q c (S t) v ltac:(unfold t; lia)) as [E _]. rewrite E. f_equal.
           cbn [features]. fold s. rewrite unit_hidden by exact Ht. reflexivity.
        -- destruct (Nat.eq_dec (S t) L); [reflexivity|]. symmetry. apply (moved_above q 0 (S t) v). unfold t; lia.
      * evar_last.
        -- apply (is_derive_plus (fun v => sum (m (S t)) (fun c => theta (Weight (S t) q c) * (s * relu (unit t c (moved v))))) (fun _ => if Nat.eq_dec (S t) L then 0 else theta (Bias (S t) q)) (theta p)
             (sum (m (S t)) (fun c => theta (Weight (S t) q c) * (s * (D c * pattern (z c))))) 0); [|apply (is_derive_const (if Nat.eq_dec (S t) L then 0 else theta (Bias (S t) q)))].
           apply (is_derive_sum (m (S t)) (fun c v => theta (Weight (S t) q c) * (s * relu (unit t c (moved v))))). intros c Hc.
           apply (is_derive_scal (fun v => s * relu (unit t c (moved v)))), (is_derive_scal (fun v => relu (unit t c (moved v)))).
           apply (is_derive_comp relu (fun v => unit t c (moved v))); [|apply HD, Hc].
           rewrite moved_start, unit_hidden by exact Ht. apply relu_derive, smooth; assumption.
        -- unfold plus; simpl. real_line. ring.
    + rewrite <- HE. replace (L - t)%nat with (S (L - S t)) by lia. cbn [row]. replace (L - S (L - S t))%nat with t by lia.
      rewrite (sum_ext (m (S t)) _ (fun c => sum (rows m L (S t)) (fun q => row theta (L - S t) q * (s * theta (Weight (S t) q c) * pattern (z c)) * D c)))
        by (intros c _; rewrite sum_scal_r; reflexivity).
      rewrite sum_swap. apply sum_ext; intros q _. rewrite <- sum_scal. apply sum_ext; intros; ring.
Qed.

Lemma output_derive : is_derive (fun v => fcn m L (moved v) x) (theta p) (row theta (L - l) r * e).
Proof.
  destruct (tangent (L - l) ltac:(lia)) as [D [HD HE]]. replace (l + (L - l))%nat with L in * by lia.
  unfold rows in HD, HE. destruct (Nat.eq_dec L L); [|contradiction]. rewrite Nat.sub_diag in HE. cbn [sum row] in HE.
  apply (is_derive_ext (fun v => unit L 0 (moved v))); [intros; apply unit_output|]. evar_last; [apply HD; lia|]. rewrite <- HE. real_line. ring.
Qed.
End Moved.

Lemma features_moved theta p v l c : (l <= layer p)%nat -> features m (update parameter_eq theta p v) l x c = features m theta l x c.
Proof.
  intros Hl. apply features_ext. intros q Hq. unfold update. destruct (parameter_eq q p) as [->|]; [lia|reflexivity].
Qed.

Lemma weight_enters theta l r c q v : (c < m l)%nat ->
  unit l q (update parameter_eq theta (Weight l r c) v) = unit l q theta + (if Nat.eq_dec q r then (v - theta (Weight l r c)) * features m theta l x c else 0).
Proof.
  intros Hc. unfold unit.
  assert (Hb : update parameter_eq theta (Weight l r c) v (Bias l q) = theta (Bias l q)).
  { unfold update. destruct (parameter_eq (Bias l q) (Weight l r c)); [discriminate|reflexivity]. }
  rewrite Hb. destruct (Nat.eq_dec q r) as [->|Hne].
  - rewrite (sum_ext (m l) _ (fun k => (if Nat.eq_dec k c then v else theta (Weight l r k)) * features m theta l x k)).
    + rewrite (sum_update (m l) (fun k => theta (Weight l r k)) (features m theta l x) c v Hc). ring.
    + intros k _. rewrite features_moved by (simpl; lia). f_equal. unfold update.
      destruct (Nat.eq_dec k c) as [->|Hk]; [destruct (parameter_eq (Weight l r c) (Weight l r c)); [reflexivity|contradiction]|].
      destruct (parameter_eq (Weight l r k) (Weight l r c)) as [E|]; [inversion E; contradiction|reflexivity].
  - rewrite Rplus_0_r. f_equal. apply sum_ext; intros k _. rewrite features_moved by (simpl; lia). f_equal. unfold update.
    destruct (parameter_eq (Weight l q k) (Weight l r c)) as [E|]; [inversion E; contradiction|reflexivity].
Qed.

Lemma bias_enters theta l r q v : (l < L)%nat ->
  unit l q (update parameter_eq theta (Bias l r) v) = unit l q theta + (if Nat.eq_dec q r then (v - theta (Bias l r)) * 1 else 0).
Proof.
  intros Hl. unfold unit. destruct (Nat.eq_dec l L); [lia|].
  rewrite (sum_ext (m l) _ (fun k => theta (Weight l q k) * features m theta l x k)).
  - unfold update. destruct (Nat.eq_dec q r) as [->|Hne].
    + destruct (parameter_eq (Bias l r) (Bias l r)); [ring|contradiction].
    + destruct (parameter_eq (Bias l q) (Bias l r)) as [E|]; [inversion E; contradiction|ring].
  - intros k _. rewrite features_moved by (simpl; lia). reflexivity.
Qed.
End Backward.

(** ** The partial derivatives, and the groups *)
Section Groups.
Variable m : nat -> nat.
Variable L : nat.
Variable x : nat -> nat -> R.
Let F (theta : parameter -> R) (i : nat) : R := fcn m L theta (x i).

Theorem partial_weight theta i l r c : away_from_kinks m L (x i) theta -> (l <= L)%nat -> (r < rows m L l)%nat -> (c < m l)%nat ->
  partial parameter_eq F theta i (Weight l r c) = row m L (x i) theta (L - l) r * features m theta l (x i) c.
Proof.
  intros HS Hl Hr Hc. apply is_derive_unique. apply (output_derive m L (x i) theta HS l r (Weight l r c)); [exact Hl|exact Hr|reflexivity|].
  intros q v. apply weight_enters, Hc.
Qed.

Theorem partial_any_bias theta i l r : away_from_kinks m L (x i) theta -> (l < L)%nat -> (r < m (S l))%nat ->
  partial parameter_eq F theta i (Bias l r) = row m L (x i) theta (L - l) r.
Proof.
  intros HS Hl Hr. rewrite <- (Rmult_1_r (row m L (x i) theta (L - l) r)). apply is_derive_unique.
  apply (output_derive m L (x i) theta HS l r (Bias l r)); [lia|rewrite rows_hidden by exact Hl; exact Hr|reflexivity|].
  intros q v. apply bias_enters, Hl.
Qed.

Fixpoint biases_below (k : nat) : list parameter :=
  match k with O => [] | S k => biases_below k ++ map (Bias k) (seq 0 (m (S k))) end.
(** theta of (2.1): W_1 .. W_(L+1) and b_1 .. b_L. *)
Definition all_parameters : list parameter := weights_below m L (S L) ++ biases_below L.
Definition gradients_product (group : list parameter) (theta : parameter -> R) (i j : nat) : R :=
  parameter_sum group (fun p => partial parameter_eq F theta i p * partial parameter_eq F theta j p).
Definition weight_group (l : nat) : list parameter := layer_weights l (rows m L l) (m l).
Definition bias_group (l : nat) : list parameter := map (Bias l) (seq 0 (m (S l))).

Lemma biases_sum k f : parameter_sum (biases_below k) f = sum k (fun l => parameter_sum (bias_group l) f).
Proof. induction k as [|k IH]; [reflexivity|]. simpl. rewrite parameter_sum_app, IH. reflexivity. Qed.

(** (C.5), x' in the second place. *)
Theorem equation_C_5 theta i j : empirical parameter_eq all_parameters F theta i j
  = sum (S L) (fun l => gradients_product (weight_group l) theta i j) + sum L (fun l => gradients_product (bias_group l) theta i j).
Proof.
  unfold empirical, all_parameters. rewrite parameter_sum_app, weights_sum, biases_sum. reflexivity.
Qed.

(** (C.6), its product read as an outer product. *)
Theorem equation_C_6 theta i j : away_from_kinks m L (x i) theta -> away_from_kinks m L (x j) theta ->
  sum (S L) (fun l => gradients_product (weight_group l) theta i j)
    = sum L (fun l => sum (m (S l)) (fun r => sum (m l) (fun c =>
        row m L (x i) theta (L - l) r * features m theta l (x i) c * (row m L (x j) theta (L - l) r * features m theta l (x j) c))))
      + dot (m L) (features m theta L (x i)) (features m theta L (x j)).
Proof.
  intros Hi Hj.
  assert (E : forall l, (l <= L)%nat -> gradients_product (weight_group l) theta i j = sum (rows m L l) (fun r => sum (m l) (fun c =>
        row m L (x i) theta (L - l) r * features m theta l (x i) c * (row m L (x j) theta (L - l) r * features m theta l (x j) c)))).
  { intros l Hl. unfold gradients_product, weight_group. rewrite layer_sum. apply sum_ext; intros r Hr. apply sum_ext; intros c Hc.
    rewrite !partial_weight by assumption. reflexivity. }
  cbn [sum]. f_equal.
  - apply sum_ext; intros l Hl. rewrite E by lia. rewrite rows_hidden by exact Hl. reflexivity.
  - rewrite E by lia. unfold rows. destruct (Nat.eq_dec L L); [|contradiction]. rewrite Nat.sub_diag. cbn [sum row]. rewrite Rplus_0_l.
    apply sum_ext; intros c _. ring.
Qed.

(** (C.7), x' in the second place. *)
Theorem equation_C_7 theta i j : away_from_kinks m L (x i) theta -> away_from_kinks m L (x j) theta ->
  sum L (fun l => gradients_product (bias_group l) theta i j)
    = sum L (fun l => dot (m (S l)) (row m L (x i) theta (L - l)) (row m L (x j) theta (L - l))).
Proof.
  intros Hi Hj. apply sum_ext; intros l Hl. unfold gradients_product, bias_group. rewrite parameter_sum_seq. apply sum_ext; intros r Hr.
  rewrite !partial_any_bias by assumption. reflexivity.
Qed.

(** As printed, with x in both places. *)
Definition printed_C_5 theta i : R :=
  sum (S L) (fun l => gradients_product (weight_group l) theta i i) + sum L (fun l => gradients_product (bias_group l) theta i i).
Definition printed_C_7 theta i : R := sum L (fun l => dot (m (S l)) (row m L (x i) theta (L - l)) (row m L (x i) theta (L - l))).
End Groups.
