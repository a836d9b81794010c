(** K classes under softmax and cross-entropy. The block kernel of n samples and k outputs is a matrix of size
    n * k: row i * k + c belongs to output c at sample i. Dissipation, envelope, Theorem 1 and Theorem 2. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope theorem_1 theorem_2.
Open Scope R_scope.

(** ** One sample *)
Definition softmax (k : nat) (z : nat -> R) (c : nat) : R := exp (z c) / sum k (fun j => exp (z j)).
Definition cross_entropy (k : nat) (z : nat -> R) (y : nat) : R := - ln (softmax k z y).
Definition onehot (y c : nat) : R := if Nat.eq_dec c y then 1 else 0.
(** r = p - e_y, the derivative of the loss by the logits, and u = 1 - p_y. *)
Definition class_error (k : nat) (z : nat -> R) (y c : nat) : R := softmax k z c - onehot y c.
Definition wrong (k : nat) (z : nat -> R) (y : nat) : R := 1 - softmax k z y.
Definition others (y : nat) (g : nat -> R) (c : nat) : R := if Nat.eq_dec c y then 0 else g c.
(** f_y less the logarithm of the sum of exp(f_k) over k <> y: at most every margin f_y - f_k. *)
Definition soft_margin (k : nat) (z : nat -> R) (y : nat) : R := z y - ln (sum k (others y (fun j => exp (z j)))).

Lemma sum_others k y g : (y < k)%nat -> sum k g = g y + sum k (others y g).
Proof.
  intros Hy.
  assert (H : forall m, sum m g = (if lt_dec y m then g y else 0) + sum m (others y g)).
  { induction m as [|m IH]; simpl; [destruct (lt_dec y 0); [lia|ring]|]. rewrite IH. unfold others at 3.
    destruct (Nat.eq_dec m y) as [->|Hne];
      repeat match goal with |- context [lt_dec ?a ?b] => destruct (lt_dec a b) end; try lia; ring. }
  rewrite (H k). destruct (lt_dec y k); [reflexivity|lia].
Qed.

Lemma sum_others_const k y v : (y < k)%nat -> sum k (others y (fun _ => v)) = (INR k - 1) * v.
Proof. intros Hy. assert (H := sum_others k y (fun _ => v) Hy). rewrite sum_const in H. lra. Qed.

Lemma another k y : (2 <= k)%nat -> exists c, (c < k)%nat /\ c <> y.
Proof. intros Hk. destruct (Nat.eq_dec y 0) as [->|H]; [exists 1%nat|exists 0%nat]; lia. Qed.

Section One_sample.
Variable k : nat.
Variable z : nat -> R.
Variable y : nat.
Hypothesis classes : (2 <= k)%nat.
Hypothesis label_in : (y < k)%nat.

Lemma others_exp_nonneg c : 0 <= others y (fun j => exp (z j)) c.
Proof. unfold others. destruct (Nat.eq_dec c y); [lra|left; apply exp_pos]. Qed.

Lemma others_pos : 0 < sum k (others y (fun j => exp (z j))).
Proof.
  destruct (another k y classes) as [c [Hc Hne]]. apply (sum_pos k _ c Hc).
  - unfold others. destruct (Nat.eq_dec c y); [contradiction|apply exp_pos].
  - intros; apply others_exp_nonneg.
Qed.

Lemma total_pos : 0 < sum k (fun j => exp (z j)).
Proof. apply (sum_pos k _ y label_in); intros; [|left]; apply exp_pos. Qed.

Lemma softmax_label : softmax k z y = / (1 + exp (- soft_margin k z y)).
Proof.
  assert (H := others_pos). assert (He := exp_pos (z y)). unfold softmax, soft_margin.
  rewrite (sum_others k y) by exact label_in. set (o := sum k (others y (fun j => exp (z j)))) in *.
  replace (- (z y - ln o)) with (ln o + - z y) by ring. rewrite exp_plus, exp_ln, exp_Ropp by exact H. field; lra.
Qed.

(** The loss and u are those of a binary sample whose margin is the soft margin. *)
Theorem cross_entropy_margin : cross_entropy k z y = ln (1 + exp (- soft_margin k z y)).
Proof.
  unfold cross_entropy. rewrite softmax_label. assert (H := exp_pos (- soft_margin k z y)). rewrite ln_Rinv by lra. ring.
Qed.

Theorem wrong_margin : wrong k z y = / (1 + exp (soft_margin k z y)).
Proof.
  unfold wrong. rewrite softmax_label, exp_Ropp. assert (H := exp_pos (soft_margin k z y)). field; lra.
Qed.

Theorem soft_margin_below c : (c < k)%nat -> c <> y -> soft_margin k z y <= z y - z c.
Proof.
  intros Hc Hne. unfold soft_margin.
  assert (H := sum_term k (others y (fun j => exp (z j))) c Hc (fun j _ => others_exp_nonneg j)).
  unfold others at 1 in H. destruct (Nat.eq_dec c y); [contradiction|].
  assert (z c <= ln (sum k (others y (fun j => exp (z j))))); [|lra].
  rewrite <- (ln_exp (z c)). destruct H as [H|H]; [left; apply ln_increasing; [apply exp_pos|exact H]|rewrite H; lra].
Qed.

Lemma softmax_pos c : 0 < softmax k z c.
Proof. apply Rdiv_lt_0_compat; [apply exp_pos|apply total_pos]. Qed.

Lemma softmax_total : sum k (softmax k z) = 1.
Proof.
  assert (H := total_pos). unfold softmax, Rdiv. rewrite sum_scal_r. field; lra.
Qed.

Lemma class_error_total : sum k (class_error k z y) = 0.
Proof.
  unfold class_error. rewrite sum_minus, softmax_total.
  rewrite (sum_others k y (onehot y) label_in), (sum_ext k (others y (onehot y)) (fun _ => 0)), sum_zero.
  - unfold onehot. destruct (Nat.eq_dec y y); [ring|contradiction].
  - intros c _. unfold others, onehot. destruct (Nat.eq_dec c y); reflexivity.
Qed.
End One_sample.

(** ** A residual of n samples: at each, -u at the label and entries >= 0 of sum u elsewhere *)
Definition shaped (n k : nat) (y : nat -> nat) (r u : nat -> R) : Prop :=
  forall i, (i < n)%nat -> 0 <= u i /\ r (i * k + y i)%nat = - u i /\ sum k (fun c => r (i * k + c)%nat) = 0 /\
    forall c, (c < k)%nat -> c <> y i -> 0 <= r (i * k + c)%nat.
Definition labels (n k : nat) (y : nat -> nat) : Prop := forall i, (i < n)%nat -> (y i < k)%nat.

Lemma sum_append a c g : sum (a + c) g = sum a g + sum c (fun j => g (a + j)%nat).
Proof.
  induction c as [|c IH]; [rewrite Nat.add_0_r; simpl; ring|]. rewrite Nat.add_succ_r. simpl. rewrite IH. ring.
Qed.

Lemma sum_blocks n k g : sum (n * k) g = sum n (fun i => sum k (fun c => g (i * k + c)%nat)).
Proof.
  induction n as [|n IH]; [reflexivity|]. replace (S n * k)%nat with (n * k + k)%nat by (simpl; lia).
  rewrite sum_append, IH. reflexivity.
Qed.

Section Shape.
Variables n k : nat.
Variable y : nat -> nat.
Variables r u : nat -> R.
Hypothesis classes : (2 <= k)%nat.
Hypothesis y_in : labels n k y.
Hypothesis shape : shaped n k y r u.

Lemma shaped_rest i : (i < n)%nat -> sum k (others (y i) (fun c => r (i * k + c)%nat)) = u i.
Proof.
  intros Hi. destruct (shape i Hi) as [_ [Hy [Hs _]]].
  rewrite (sum_others k (y i) _ (y_in i Hi)), Hy in Hs. lra.
Qed.

(** |r|_1 = 2 sum u. *)
Lemma shaped_norm1 : norm1 (n * k) r = 2 * sum n u.
Proof.
  unfold norm1. rewrite sum_blocks, <- sum_scal. apply sum_ext; intros i Hi.
  destruct (shape i Hi) as [Hu [Hy [_ Hc]]]. assert (Hr := shaped_rest i Hi).
  rewrite (sum_others k (y i) _ (y_in i Hi)), Hy, Rabs_Ropp, Rabs_pos_eq by exact Hu.
  rewrite (sum_ext k _ (others (y i) (fun c => r (i * k + c)%nat))); [lra|].
  intros c Hk. unfold others. destruct (Nat.eq_dec c (y i)); [reflexivity|apply Rabs_pos_eq, Hc; assumption].
Qed.

(** |r_i|^2 >= u_i^2 (1 + 1/(k - 1)). *)
Lemma shaped_norm2_sample i : (i < n)%nat -> INR k * u i ^ 2 <= (INR k - 1) * sum k (fun c => r (i * k + c)%nat ^ 2).
Proof.
  intros Hi. destruct (shape i Hi) as [_ [Hy _]].
  assert (H := cauchy_schwarz k (others (y i) (fun c => r (i * k + c)%nat)) (others (y i) (fun _ => 1))).
  unfold dot, norm2 in H.
  rewrite (sum_ext k _ (others (y i) (fun c => r (i * k + c)%nat))), shaped_rest in H by
    (exact Hi || (intros c _; unfold others; destruct (Nat.eq_dec c (y i)); ring)).
  rewrite (sum_ext k (fun c => others (y i) (fun c => r (i * k + c)%nat) c ^ 2) (others (y i) (fun c => r (i * k + c)%nat ^ 2))) in H
    by (intros c _; unfold others; destruct (Nat.eq_dec c (y i)); ring).
  rewrite (sum_ext k (fun c => others (y i) (fun _ => 1) c ^ 2) (others (y i) (fun _ => 1))) in H
    by (intros c _; unfold others; destruct (Nat.eq_dec c (y i)); ring).
  rewrite (sum_others_const k (y i) 1 (y_in i Hi)) in H.
  rewrite (sum_others k (y i) (fun c => r (i * k + c)%nat ^ 2) (y_in i Hi)), Hy. lra.
Qed.

Lemma shaped_norm2 : INR k * sum n (fun i => u i ^ 2) <= (INR k - 1) * norm2 (n * k) r.
Proof.
  unfold norm2. rewrite sum_blocks, <- !sum_scal. apply sum_le. exact shaped_norm2_sample.
Qed.
End Shape.

(** [label_classes n k y K c]: u' K u of the binary case, for residuals of k classes: r' K r >= c (sum u)^2. *)
Definition label_classes (n k : nat) (y : nat -> nat) (K : nat -> nat -> R) (c : R) : Prop :=
  forall r u, shaped n k y r u -> c * sum n u ^ 2 <= quad (n * k) K r.

(** The lowest eigenvalue of the block kernel: c = lambda K / ((K - 1) n). *)
Theorem classes_below (n k : nat) (y : nat -> nat) (K : nat -> nat -> R) (l0 : R) :
  (0 < n)%nat -> (2 <= k)%nat -> labels n k y -> 0 <= l0 -> below (n * k) K l0 ->
  label_classes n k y K (l0 * INR k / ((INR k - 1) * INR n)).
Proof.
  intros Hn Hk Hy Hl HK r u Hr.
  assert (Pn : 0 < INR n) by (apply lt_0_INR, Hn).
  assert (Pk : 2 <= INR k) by (change 2 with (INR 2); apply le_INR, Hk).
  assert (H1 := shaped_norm2 n k y r u Hy Hr). specialize (HK r).
  assert (H2 := norm1_norm2 n u).
  assert (Hu : norm1 n u = sum n u) by (apply sum_ext; intros i Hi; apply Rabs_pos_eq, Hr, Hi).
  rewrite Hu in H2. change (sum n (fun i => u i ^ 2)) with (norm2 n u) in H1.
  set (S := sum n u) in *. set (N := norm2 n u) in *. set (M := norm2 (n * k) r) in *.
  apply Rle_trans with (l0 * M); [|exact HK].
  apply (Rmult_le_reg_r ((INR k - 1) * INR n)); [apply Rmult_lt_0_compat; lra|].
  replace (l0 * INR k / ((INR k - 1) * INR n) * S ^ 2 * ((INR k - 1) * INR n)) with (l0 * (INR k * S ^ 2)) by (field; lra).
  replace (l0 * M * ((INR k - 1) * INR n)) with (l0 * (INR n * ((INR k - 1) * M))) by ring.
  apply Rmult_le_compat_l; [exact Hl|].
  apply Rle_trans with (INR n * (INR k * N)); [|apply Rmult_le_compat_l; lra].
  replace (INR n * (INR k * N)) with (INR k * (INR n * N)) by ring. apply Rmult_le_compat_l; lra.
Qed.

(** A change of every entry by at most g costs 4 g, since |r|_1 = 2 sum u. *)
Theorem classes_within (n k : nat) (y : nat -> nat) (K H : nat -> nat -> R) (c g : R) :
  labels n k y -> label_classes n k y K c -> within (n * k) K H g -> label_classes n k y H (c - 4 * g).
Proof.
  intros Hy HK HH r u Hr. specialize (HK r u Hr). rewrite (quad_difference (n * k) K H).
  assert (H1 := quad_small (n * k) _ g r HH). rewrite (shaped_norm1 n k y r u Hy Hr) in H1.
  apply Rabs_bounds in H1. lra.
Qed.

(** ** A flow *)
Definition scores (k : nat) (f : nat -> R -> R) (t : R) (i c : nat) : R := f (i * k + c)%nat t.
Definition class_loss (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (t : R) : R :=
  sum n (fun i => cross_entropy k (scores k f t i) (y i)).
Definition class_residual (k : nat) (y : nat -> nat) (f : nat -> R -> R) (t : R) (a : nat) : R :=
  class_error k (scores k f t (a / k)%nat) (y (a / k)%nat) (a mod k)%nat.
(** r' K_t r. *)
Definition class_dissipation (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (t : R) : R :=
  quad (n * k) (K t) (class_residual k y f t).
Definition class_trains (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) : Prop :=
  labels n k y /\ dissipates Q (class_loss n k y f) (class_dissipation n k y f K).
Definition soft_margins (k : nat) (y : nat -> nat) (f : nat -> R -> R) (i : nat) (t : R) : R :=
  soft_margin k (scores k f t i) (y i).

Lemma block_index i k c : (c < k)%nat -> ((i * k + c) / k = i /\ (i * k + c) mod k = c)%nat.
Proof.
  intros Hc. split; symmetry; [apply (Nat.div_unique _ _ _ c)|apply (Nat.mod_unique _ _ i)]; lia.
Qed.

Lemma class_residual_entry k y f t i c : (c < k)%nat ->
  class_residual k y f t (i * k + c) = class_error k (scores k f t i) (y i) c.
Proof. intros Hc. unfold class_residual. destruct (block_index i k c Hc) as [-> ->]. reflexivity. Qed.

Lemma class_residual_shaped n k y f t : (2 <= k)%nat -> labels n k y ->
  shaped n k y (class_residual k y f t) (residual (soft_margins k y f) t).
Proof.
  intros Hk Hy i Hi. specialize (Hy i Hi). repeat split.
  - left. apply residual_pos.
  - rewrite class_residual_entry by exact Hy. unfold residual, soft_margins.
    rewrite <- (wrong_margin k _ (y i) Hk Hy). unfold wrong, class_error, onehot. destruct (Nat.eq_dec (y i) (y i)); [ring|contradiction].
  - rewrite (sum_ext k _ (class_error k (scores k f t i) (y i))) by (intros; apply class_residual_entry; assumption).
    apply class_error_total, Hy.
  - intros c Hc Hne. rewrite class_residual_entry by exact Hc. unfold class_error, onehot.
    destruct (Nat.eq_dec c (y i)); [contradiction|]. rewrite Rminus_0_r. left. apply (softmax_pos k _ (y i) Hy).
Qed.

Lemma class_loss_margins n k y f : (2 <= k)%nat -> labels n k y -> forall t, class_loss n k y f t = loss n (soft_margins k y f) t.
Proof. intros Hk Hy t. apply sum_ext; intros i Hi. apply cross_entropy_margin; [exact Hk|apply Hy, Hi]. Qed.

Lemma dissipates_ext Q L L' D : (forall t, L t = L' t) -> dissipates Q L D -> dissipates Q L' D.
Proof. intros H HD s t c Hs Hst Hc Hr. rewrite <- !H. apply HD; assumption. Qed.

Lemma class_dissipates Q n k y f K : (2 <= k)%nat -> class_trains Q n k y f K ->
  dissipates Q (loss n (soft_margins k y f)) (class_dissipation n k y f K).
Proof. intros Hk [Hy HD]. apply (dissipates_ext Q (class_loss n k y f)); [apply class_loss_margins; assumption|exact HD]. Qed.

Lemma class_rate n k y f K c t : (2 <= k)%nat -> labels n k y -> label_classes n k y (K t) c ->
  c * sum n (residual (soft_margins k y f) t) ^ 2 <= class_dissipation n k y f K t.
Proof. intros Hk Hy HK. apply HK, class_residual_shaped; assumption. Qed.

(** The lower envelope: every margin f_y - f_c is at least ln W(exp(H(t))), H(t) = 1/S_0 - ln S_0 + c t. *)
Theorem envelope_classes (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (g : R) :
  (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f K -> 0 <= g ->
  forall t, 0 <= t -> (forall r, 0 <= r <= t -> Q r -> label_classes n k y (K r) g) ->
  forall w, 0 < w -> w + ln w <= potential (class_loss n k y f 0) + g * t ->
  forall i c, (i < n)%nat -> (c < k)%nat -> c <> y i -> ln w <= f (i * k + y i)%nat t - f (i * k + c)%nat t.
Proof.
  intros Hn Hk HT Hg t Ht HK w Hw Hwt i c Hi Hc Hne. assert (Hy := proj1 HT).
  rewrite (class_loss_margins n k y f Hk Hy) in Hwt.
  apply Rle_trans with (soft_margins k y f i t).
  - apply (margin_envelope n (soft_margins k y f) Q (class_dissipation n k y f K) g Hn (class_dissipates Q n k y f K Hk HT) Hg t Ht) with (y := w);
      [|exact Hw|exact Hwt|exact Hi].
    intros r Hr HQ. apply class_rate; [exact Hk|exact Hy|apply HK; assumption].
  - apply (soft_margin_below k (scores k f t i) (y i)); assumption.
Qed.

(** ** Theorem 1 for k classes *)
Theorem theorem_1_classes_label (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (g : R) :
  (2 <= k)%nat -> class_trains Q n k y f K -> 0 < g -> (forall t, 0 <= t -> Q t -> label_classes n k y (K t) g) ->
  forall i c, (i < n)%nat -> (c < k)%nat -> c <> y i ->
    is_lim (fun t => f (i * k + y i)%nat t - f (i * k + c)%nat t) p_infty p_infty.
Proof.
  intros Hk HT Hg HK i c Hi Hc Hne. assert (Hy := proj1 HT).
  assert (H : is_lim (soft_margins k y f i) p_infty p_infty).
  { apply (margins_diverge n (soft_margins k y f) Q (class_dissipation n k y f K) g ltac:(lia) (class_dissipates Q n k y f K Hk HT) Hg); [|exact Hi].
    intros r Hr HQ. apply class_rate; [exact Hk|exact Hy|apply HK; assumption]. }
  apply is_lim_spec in H. apply is_lim_spec. intros M. destruct (H M) as [T HM]. exists T. intros t Ht.
  eapply Rlt_le_trans; [apply HM, Ht|]. apply (soft_margin_below k (scores k f t i) (y i)); assumption.
Qed.

Theorem theorem_1_classes (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R) :
  (2 <= k)%nat -> class_trains Q n k y f K -> 0 < C -> (forall t, 0 <= t -> Q t -> below (n * k) (K t) C) ->
  forall i c, (i < n)%nat -> (c < k)%nat -> c <> y i ->
    is_lim (fun t => f (i * k + y i)%nat t - f (i * k + c)%nat t) p_infty p_infty.
Proof.
  intros Hk HT HC HK i c Hi Hc Hne. assert (Hn : (0 < n)%nat) by lia.
  assert (Pn : 0 < INR n) by (apply lt_0_INR, Hn). assert (Pk : 2 <= INR k) by (change 2 with (INR 2); apply le_INR, Hk).
  apply (theorem_1_classes_label Q n k y f K (C * INR k / ((INR k - 1) * INR n)) Hk HT); try assumption.
  - apply Rdiv_lt_0_compat; apply Rmult_lt_0_compat; lra.
  - intros t Ht HQ. apply classes_below; [exact Hn|exact Hk|apply HT|lra|apply HK; assumption].
Qed.

(** ** Theorem 2 for k classes, as a limsup: from every time T on, some entry of the block kernel is further than g away.
    [outputs]: the output bound for each output, K_t(x, x)_cc >= beta |f_c(x)|. *)
Lemma class_trains_later Q n k y f K T : 0 <= T -> class_trains Q n k y f K ->
  class_trains (fun t => Q (T + t)) n k y (fun a t => f a (T + t)) (fun t => K (T + t)).
Proof.
  intros HT [Hy HD]. split; [exact Hy|]. intros a b c Ha Hab Hc H.
  assert (H1 := HD (T + a) (T + b) c ltac:(lra) ltac:(lra) Hc). replace (T + b - (T + a)) with (b - a) in H1 by ring.
  apply H1. intros r Hr HQ. assert (H2 := H (r - T) ltac:(lra)).
  unfold class_dissipation, class_residual, scores in *. replace (T + (r - T)) with r in H2 by ring. exact (H2 HQ).
Qed.

Theorem gap_classes (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : nat -> nat -> R)
    (Kt : R -> nat -> nat -> R) (c g beta T : R) :
  (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f Kt -> label_classes n k y K c -> g < c / 4 ->
  0 < beta -> (forall t a, 0 <= t -> Q t -> (a < n * k)%nat -> beta * Rabs (f a t) <= Kt t a a) -> unbounded Q -> 0 <= T ->
  ~ (forall t, T <= t -> Q t -> within (n * k) K (Kt t) g).
Proof.
  intros Hn Hk HT HK Hg Hb HN HU H0 Hw. assert (Hy := proj1 HT).
  assert (Hy0 := Hy 0%nat Hn). destruct (another k (y 0%nat) Hk) as [o [Ho Hne]].
  assert (Hlim := theorem_1_classes_label (fun t => Q (T + t)) n k y (fun a t => f a (T + t)) (fun t => Kt (T + t)) (c - 4 * g) Hk
    (class_trains_later Q n k y f Kt T H0 HT) ltac:(lra)
    ltac:(intros t Ht HQ; apply (classes_within n k y K); [exact Hy|exact HK|apply Hw; [lra|exact HQ]]) 0%nat o Hn Ho Hne).
  simpl in Hlim. set (p := y 0%nat) in *.
  assert (Hp : (p < n * k)%nat) by nia. assert (Ho' : (o < n * k)%nat) by nia.
  apply is_lim_spec in Hlim. destruct (Hlim ((K p p + K o o + 2 * g) / beta)) as [M HM].
  destruct (HU (Rmax T (T + M + 1))) as [t [Ht HQ]].
  assert (M0 := Rmax_l T (T + M + 1)). assert (M1 := Rmax_r T (T + M + 1)).
  assert (H1 := HM (t - T) ltac:(lra)). simpl in H1. replace (T + (t - T)) with t in H1 by ring.
  assert (Np := HN t p ltac:(lra) HQ Hp). assert (No := HN t o ltac:(lra) HQ Ho').
  assert (Wp := Rabs_bounds _ _ (Hw t ltac:(lra) HQ p p Hp Hp)). assert (Wo := Rabs_bounds _ _ (Hw t ltac:(lra) HQ o o Ho' Ho')).
  assert (A1 := Rle_abs (f p t)). assert (A2 := Rle_abs (- f o t)). rewrite Rabs_Ropp in A2.
  assert (beta * ((K p p + K o o + 2 * g) / beta) < beta * (Rabs (f p t) + Rabs (f o t))) by (apply Rmult_lt_compat_l; lra).
  replace (beta * ((K p p + K o o + 2 * g) / beta)) with (K p p + K o o + 2 * g) in H by (field; lra). lra.
Qed.

(** Theorem 2 for k classes: g below lambda_0 k / (4 (k - 1) n), lambda_0 the least eigenvalue of the block kernel. *)
Theorem theorem_2_classes (Q : R -> Prop) (n k : nat) (y : nat -> nat) (f : nat -> R -> R) (K : nat -> nat -> R)
    (Kt : R -> nat -> nat -> R) (l0 g beta T : R) :
  (0 < n)%nat -> (2 <= k)%nat -> class_trains Q n k y f Kt -> 0 <= l0 -> below (n * k) K l0 ->
  g < l0 * INR k / (4 * (INR k - 1) * INR n) ->
  0 < beta -> (forall t a, 0 <= t -> Q t -> (a < n * k)%nat -> beta * Rabs (f a t) <= Kt t a a) -> unbounded Q -> 0 <= T ->
  ~ (forall t, T <= t -> Q t -> within (n * k) K (Kt t) g).
Proof.
  intros Hn Hk HT Hl HK Hg Hb HN HU H0.
  assert (Pn : 0 < INR n) by (apply lt_0_INR, Hn). assert (Pk : 2 <= INR k) by (change 2 with (INR 2); apply le_INR, Hk).
  apply (gap_classes Q n k y f K Kt (l0 * INR k / ((INR k - 1) * INR n)) g beta T Hn Hk HT); try assumption.
  - apply classes_below; [exact Hn|exact Hk|apply HT|exact Hl|exact HK].
  - replace (l0 * INR k / ((INR k - 1) * INR n) / 4) with (l0 * INR k / (4 * (INR k - 1) * INR n)) by (field; lra). exact Hg.
Qed.

(** ** The limit of infinite width is K (x) 1: its least eigenvalue is that of K. *)
Definition kron (k : nat) (K : nat -> nat -> R) (a b : nat) : R := K (a / k)%nat (b / k)%nat * onehot (a mod k)%nat (b mod k)%nat.

Lemma quad_kron n k K r : quad (n * k) (kron k K) r = sum k (fun c => quad n K (fun i => r (i * k + c)%nat)).
Proof.
  unfold quad. rewrite sum_blocks.
  rewrite (sum_ext n _ (fun i => sum k (fun c => sum n (fun j => r (i * k + c)%nat * r (j * k + c)%nat * K i j)))).
  - apply sum_swap.
  - intros i _. apply sum_ext; intros c Hc. rewrite sum_blocks. apply sum_ext; intros j _.
    rewrite (sum_others k c _ Hc), (sum_ext k (others c _) (fun _ => 0)), sum_zero.
    + unfold kron. destruct (block_index i k c Hc) as [-> ->], (block_index j k c Hc) as [-> ->]. unfold onehot.
      destruct (Nat.eq_dec c c); [ring|contradiction].
    + intros d Hd. unfold others. destruct (Nat.eq_dec d c) as [|Hne]; [reflexivity|].
      unfold kron. destruct (block_index i k c Hc) as [-> ->], (block_index j k d Hd) as [-> ->]. unfold onehot.
      destruct (Nat.eq_dec d c); [contradiction|ring].
Qed.

Theorem below_kron n k K l0 : below n K l0 -> below (n * k) (kron k K) l0.
Proof.
  intros HK r. rewrite quad_kron. unfold norm2. rewrite sum_blocks, (sum_swap n k (fun i c => r (i * k + c)%nat ^ 2)), <- sum_scal.
  apply sum_le; intros c _. apply (HK (fun i => r (i * k + c)%nat)).
Qed.

(** ** Two classes: the binary case with f = f_1 - f_0, s = 2 y - 1 and the kernel of the difference, K_11 - K_10 - K_01 + K_00.
    For K (x) 1 that kernel is 2 K: the factor between the two normalisations. *)
Definition difference_output (f : nat -> R -> R) (i : nat) (t : R) : R := f (2 * i + 1)%nat t - f (2 * i)%nat t.
Definition difference_kernel (K : nat -> nat -> R) (i j : nat) : R :=
  K (2 * i + 1)%nat (2 * j + 1)%nat - K (2 * i + 1)%nat (2 * j)%nat - K (2 * i)%nat (2 * j + 1)%nat + K (2 * i)%nat (2 * j)%nat.
Definition sign_of (y : nat -> nat) (i : nat) : R := 2 * INR (y i) - 1.

Lemma soft_margin_two y f i t : (y i < 2)%nat -> soft_margins 2 y f i t = margin (sign_of y) (difference_output f) i t.
Proof.
  intros Hy. unfold soft_margins, soft_margin, margin, sign_of, difference_output, scores, others; simpl.
  replace (i * 2)%nat with (2 * i)%nat by lia. replace (i + (i + 0))%nat with (2 * i)%nat by lia. rewrite Nat.add_0_r.
  destruct (y i) as [|[|k]]; [| |lia]; simpl; rewrite ?Nat.add_0_r, ?Rplus_0_l, ?Rplus_0_r, ln_exp; lra.
Qed.

Theorem two_classes_loss n y f t : labels n 2 y ->
  class_loss n 2 y f t = loss n (margin (sign_of y) (difference_output f)) t.
Proof.
  intros Hy. rewrite (class_loss_margins n 2 y f (le_n 2) Hy). apply sum_ext; intros i Hi.
  rewrite (soft_margin_two y f i t (Hy i Hi)). reflexivity.
Qed.

Lemma two_classes_residual n y f t i : labels n 2 y -> (i < n)%nat ->
  let v := sign_of y i * residual (margin (sign_of y) (difference_output f)) t i in
  class_residual 2 y f t (i * 2 + 0) = v /\ class_residual 2 y f t (i * 2 + 1) = - v.
Proof.
  intros Hy Hi v. assert (Hs := class_residual_shaped n 2 y f t (le_n 2) Hy i Hi).
  destruct Hs as [_ [Hl [Ht _]]]. assert (Hm := soft_margin_two y f i t (Hy i Hi)).
  assert (E : residual (soft_margins 2 y f) t i = residual (margin (sign_of y) (difference_output f)) t i)
    by (unfold residual; rewrite Hm; reflexivity).
  rewrite E in Hl. unfold v. set (u := residual (margin (sign_of y) (difference_output f)) t i) in *. unfold sign_of.
  specialize (Hy i Hi). simpl sum in Ht. destruct (y i) as [|[|k]]; [| |lia]; simpl INR; lra.
Qed.

Theorem two_classes_dissipation n y f K t : labels n 2 y ->
  class_dissipation n 2 y f K t = dissipation n (sign_of y) (difference_output f) (fun t => difference_kernel (K t)) t.
Proof.
  intros Hy. unfold class_dissipation, dissipation, quad. rewrite sum_blocks. apply sum_ext; intros i Hi. simpl sum.
  rewrite !sum_blocks, Rplus_0_l, <- sum_plus. apply sum_ext; intros j Hj. simpl sum.
  destruct (two_classes_residual n y f t i Hy Hi) as [-> ->], (two_classes_residual n y f t j Hy Hj) as [-> ->].
  unfold signed, difference_kernel. replace (i * 2 + 0)%nat with (2 * i)%nat by lia. replace (j * 2 + 0)%nat with (2 * j)%nat by lia.
  replace (i * 2 + 1)%nat with (2 * i + 1)%nat by lia. replace (j * 2 + 1)%nat with (2 * j + 1)%nat by lia. ring.
Qed.

Theorem two_classes_kron K i j : difference_kernel (kron 2 K) i j = 2 * K i j.
Proof.
  unfold difference_kernel, kron.
  assert (H : forall i, ((2 * i + 1) / 2 = i /\ (2 * i + 1) mod 2 = 1 /\ (2 * i) / 2 = i /\ (2 * i) mod 2 = 0)%nat).
  { intros m. assert (H0 := block_index m 2 0 ltac:(lia)). assert (H1 := block_index m 2 1 ltac:(lia)).
    replace (m * 2 + 0)%nat with (2 * m)%nat in H0 by lia. replace (m * 2 + 1)%nat with (2 * m + 1)%nat in H1 by lia. tauto. }
  destruct (H i) as [-> [-> [-> ->]]], (H j) as [-> [-> [-> ->]]]. unfold onehot; simpl. ring.
Qed.

