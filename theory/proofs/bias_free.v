(** The output bound without biases: where the outputs of the FCN are differentiable, all weights trained,
    (K(x, x) / (L + 1))^(L + 1) >= |x|^2 prod_l (2 / m_l) f(x)^(2 L), by the inequality of the means over the layers. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices output_bound parameter_sums gradient_flow fcn_network.
Import ListNotations.
Open Scope R_scope.

Fixpoint product (n : nat) (f : nat -> R) : R := match n with O => 1 | S n => product n f * f n end.

Lemma product_nonneg n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= product n f.
Proof.
  induction n as [|n IH]; intros H; simpl; [lra|]. apply Rmult_le_pos; [apply IH; intros; apply H; lia|apply H; lia].
Qed.

(** The inequality of the means, from exp(x) >= 1 + x. *)
Theorem means n f : (0 < n)%nat -> (forall i, (i < n)%nat -> 0 <= f i) -> product n f <= (sum n f / INR n) ^ n.
Proof.
  intros Hn Hf. assert (Hp : 0 < INR n) by (apply lt_0_INR, Hn). set (M := sum n f / INR n).
  assert (HM : 0 <= M) by (apply Rmult_le_pos; [apply sum_nonneg, Hf|left; apply Rinv_0_lt_compat, Hp]).
  destruct HM as [HM|HM].
  - assert (H : forall k, (k <= n)%nat -> product k f <= M ^ k * exp (sum k f / M - INR k)).
    { induction k as [|k IH]; intros Hk.
      - simpl. replace (0 / M - 0) with 0 by (field; lra). rewrite exp_0. lra.
      - rewrite S_INR. simpl. specialize (IH ltac:(lia)).
        replace ((sum k f + f k) / M - (INR k + 1)) with (sum k f / M - INR k + (f k / M - 1)) by (field; lra). rewrite exp_plus.
        assert (H1 := exp_ineq1_le (f k / M - 1)). assert (Hk0 := Hf k ltac:(lia)).
        assert (H2 : f k <= M * exp (f k / M - 1)).
        { apply Rle_trans with (M * (f k / M)); [right; field; lra|apply Rmult_le_compat_l; lra]. }
        assert (H3 := product_nonneg k f (fun i Hi => Hf i ltac:(lia))).
        apply Rle_trans with (M ^ k * exp (sum k f / M - INR k) * (M * exp (f k / M - 1))); [apply Rmult_le_compat; assumption|right; ring]. }
    specialize (H n (le_n n)). replace (sum n f / M - INR n) with 0 in H; [rewrite exp_0 in H; lra|].
    unfold M in *. assert (Hs : sum n f <> 0) by (intros E; rewrite E in HM; unfold Rdiv in HM; rewrite Rmult_0_l in HM; lra).
    field; repeat split; exact Hs || lra.
  - assert (Hs : sum n f = 0) by (unfold M in HM; apply (Rmult_eq_reg_r (/ INR n)); [rewrite Rmult_0_l; symmetry; exact HM|apply Rgt_not_eq, Rinv_0_lt_compat, Hp]).
    assert (Hz : f 0%nat = 0) by (assert (H := sum_term n f 0%nat Hn Hf); specialize (Hf 0%nat Hn); lra).
    assert (E : product n f = 0).
    { clear - Hz Hn. induction n as [|n IH]; [lia|]. simpl. destruct n as [|n]; [simpl; rewrite Hz; ring|]. rewrite IH by lia. ring. }
    rewrite E. apply pow_le. rewrite <- HM. lra.
Qed.

(** ** Lists of the weights of one layer, and of all *)
Lemma NoDup_join {A : Type} (l1 l2 : list A) : NoDup l1 -> NoDup l2 -> (forall p, In p l1 -> ~ In p l2) -> NoDup (l1 ++ l2).
Proof.
  induction l1 as [|p l1 IH]; intros H1 H2 HD; [exact H2|]. inversion H1; subst. simpl. constructor.
  - intros H. apply in_app_or in H. destruct H as [H|H]; [contradiction|]. apply (HD p (or_introl eq_refl) H).
  - apply IH; [assumption|exact H2|]. intros q Hq. apply HD. right. exact Hq.
Qed.

Fixpoint layer_weights (l rows columns : nat) : list parameter :=
  match rows with O => [] | S r => layer_weights l r columns ++ map (Weight l r) (seq 0 columns) end.

Lemma in_layer l rows columns p : In p (layer_weights l rows columns) <-> exists r c, (r < rows)%nat /\ (c < columns)%nat /\ p = Weight l r c.
Proof.
  induction rows as [|rows IH]; simpl.
  - split; [contradiction|]. intros [r [c [Hr _]]]. lia.
  - split.
    + intros H. apply in_app_or in H. destruct H as [H|H].
      * apply IH in H. destruct H as [r [c [Hr [Hc E]]]]. exists r, c. split; [lia|]. split; assumption.
      * apply in_map_iff in H. destruct H as [c [<- Hc]]. apply in_seq in Hc. exists rows, c. split; [lia|]. split; [lia|reflexivity].
    + intros [r [c [Hr [Hc ->]]]]. apply in_or_app. destruct (Nat.eq_dec r rows) as [->|Hne].
      * right. apply in_map, in_seq. lia.
      * left. apply IH. exists r, c. split; [lia|]. split; [exact Hc|reflexivity].
Qed.

Lemma layer_once l rows columns : NoDup (layer_weights l rows columns).
Proof.
  induction rows as [|rows IH]; simpl; [constructor|]. apply NoDup_join; [exact IH| |].
  - apply NoDup_map_seq. intros a b E. inversion E. reflexivity.
  - intros p Hp Hq. apply in_layer in Hp. destruct Hp as [r [c [Hr [_ ->]]]]. apply in_map_iff in Hq. destruct Hq as [c' [E _]]. inversion E. lia.
Qed.

Lemma layer_sum l rows columns f :
  parameter_sum (layer_weights l rows columns) f = sum rows (fun r => sum columns (fun c => f (Weight l r c))).
Proof.
  induction rows as [|rows IH]; simpl; [reflexivity|]. rewrite parameter_sum_app, IH, parameter_sum_seq. reflexivity.
Qed.

Section Bias_free.
Variable m : nat -> nat.
Variable L : nat.
Definition rows (l : nat) : nat := if Nat.eq_dec l L then 1%nat else m (S l).
Fixpoint weights_below (k : nat) : list parameter :=
  match k with O => [] | S k => weights_below k ++ layer_weights k (rows k) (m k) end.

Lemma in_weights k p : In p (weights_below k) <-> exists l r c, (l < k)%nat /\ (r < rows l)%nat /\ (c < m l)%nat /\ p = Weight l r c.
Proof.
  induction k as [|k IH]; simpl.
  - split; [contradiction|]. intros [l [r [c [Hl _]]]]. lia.
  - split.
    + intros H. apply in_app_or in H. destruct H as [H|H].
      * apply IH in H. destruct H as [l [r [c [Hl H]]]]. exists l, r, c. split; [lia|exact H].
      * apply in_layer in H. destruct H as [r [c H]]. exists k, r, c. split; [lia|exact H].
    + intros [l [r [c [Hl [Hr [Hc ->]]]]]]. apply in_or_app. destruct (Nat.eq_dec l k) as [->|Hne].
      * right. apply in_layer. exists r, c. split; [exact Hr|]. split; [exact Hc|reflexivity].
      * left. apply IH. exists l, r, c. split; [lia|]. split; [exact Hr|]. split; [exact Hc|reflexivity].
Qed.

Lemma weights_once k : NoDup (weights_below k).
Proof.
  induction k as [|k IH]; simpl; [constructor|]. apply NoDup_join; [exact IH|apply layer_once|].
  intros p Hp Hq. apply in_weights in Hp. destruct Hp as [l [r [c [Hl [_ [_ ->]]]]]]. apply in_layer in Hq. destruct Hq as [r' [c' [_ [_ E]]]].
  inversion E. lia.
Qed.

Lemma weights_sum k f : parameter_sum (weights_below k) f = sum k (fun l => parameter_sum (layer_weights l (rows l) (m l)) f).
Proof. induction k as [|k IH]; simpl; [reflexivity|]. rewrite parameter_sum_app, IH. reflexivity. Qed.

Variable theta : parameter -> R.
Variable x : nat -> R.
Hypothesis no_bias : forall l r, theta (Bias l r) = 0.
Let a (l : nat) : nat -> R := features m theta l x.
Let z (l : nat) (r : nat) : R := preactivation m theta l (a l) r.

Lemma feature_zero l r : (forall c, (c < m l)%nat -> a l c = 0) -> a (S l) r = 0.
Proof.
  intros H. unfold a. cbn [features]. fold (a l). unfold preactivation. rewrite (sum_ext (m l) _ (fun _ => 0)), sum_zero, no_bias.
  - unfold relu. rewrite Rplus_0_l, Rmax_left by lra. ring.
  - intros c Hc. rewrite (H c Hc). ring.
Qed.

Lemma output_zero l : (l <= L)%nat -> norm2 (m l) (a l) = 0 -> fcn m L theta x = 0.
Proof.
  intros Hl H0.
  assert (H : forall k, (l + k <= L)%nat -> forall c, (c < m (l + k))%nat -> a (l + k) c = 0).
  { induction k as [|k IH]; intros Hk c Hc.
    - rewrite Nat.add_0_r in *. apply (norm2_zero (m l) (a l)); [lra|exact Hc].
    - rewrite Nat.add_succ_r. apply feature_zero. apply IH. lia. }
  unfold fcn. rewrite (sum_ext (m L) _ (fun _ => 0)); [apply sum_zero|]. intros c Hc. fold (a L).
  replace L with (l + (L - l))%nat by lia. rewrite H; [ring|lia|]. replace (l + (L - l))%nat with L by lia. exact Hc.
Qed.

(** ** Layer l + 1 moved so that its features grow by 1 + s: the output grows by 1 + s. *)
Section Direction.
Variable l : nat.
Hypothesis l_below : (l < L)%nat.
Hypothesis features_nonzero : 0 < norm2 (m l) (a l).
Definition direction (p : parameter) : R :=
  match p with
  | Weight k r c => if Nat.eq_dec k l then if lt_dec r (m (S l)) then if lt_dec c (m l) then relu (z l r) * a l c / norm2 (m l) (a l) else 0 else 0 else 0
  | Bias _ _ => 0
  end.
Let moved (s : R) (p : parameter) : R := theta p + s * direction p.

Lemma below_unmoved s r : features m (moved s) l x r = a l r.
Proof.
  apply features_ext. intros p Hp. unfold moved. destruct p as [k q c|k q]; simpl in *; [|ring].
  destruct (Nat.eq_dec k l); [lia|ring].
Qed.

Lemma features_scaled s : -1 < s -> forall k r, (r < m (S l + k))%nat -> features m (moved s) (S l + k) x r = (1 + s) * a (S l + k) r.
Proof.
  intros Hs. induction k as [|k IH]; intros r Hr.
  - rewrite Nat.add_0_r in *. unfold a. cbn [features]. fold (a l).
    assert (E : preactivation m (moved s) l (features m (moved s) l x) r = z l r + s * relu (z l r)).
    { unfold preactivation.
      rewrite (sum_ext (m l) _ (fun c => theta (Weight l r c) * a l c + s * relu (z l r) / norm2 (m l) (a l) * a l c ^ 2)).
      - rewrite sum_plus, sum_scal. unfold moved at 1. cbn [direction]. unfold z, preactivation. fold (norm2 (m l) (a l)). field; lra.
      - intros c Hc. rewrite below_unmoved. unfold moved. cbn [direction]. destruct (Nat.eq_dec l l); [|contradiction].
        destruct (lt_dec r (m (S l))); [|lia]. destruct (lt_dec c (m l)); [|lia]. field; lra. }
    rewrite E. fold (z l r). unfold relu, Rmax. destruct (Rle_dec 0 (z l r)) as [H|H].
    + destruct (Rle_dec 0 (z l r + s * z l r)) as [_|H1]; [ring|]. exfalso. apply H1. nra.
    + destruct (Rle_dec 0 (z l r + s * 0)) as [H1|_]; [lra|ring].
  - rewrite Nat.add_succ_r. unfold a. cbn [features]. fold (a (S l + k)).
    assert (E : preactivation m (moved s) (S l + k) (features m (moved s) (S l + k) x) r = (1 + s) * preactivation m theta (S l + k) (a (S l + k)) r).
    { unfold preactivation. rewrite no_bias. unfold moved at 3. cbn [direction]. rewrite no_bias, Rplus_0_r, Rmult_0_r, !Rplus_0_r, <- sum_scal.
      apply sum_ext; intros c Hc. rewrite (IH c Hc). unfold moved. cbn [direction]. destruct (Nat.eq_dec (S l + k) l); [lia|]. ring. }
    rewrite E. set (y := preactivation m theta (S l + k) (a (S l + k)) r). unfold relu, Rmax.
    destruct (Rle_dec 0 y) as [H|H], (Rle_dec 0 ((1 + s) * y)) as [H1|H1]; try ring; exfalso; nra.
Qed.

Lemma output_scaled s : -1 < s -> fcn m L (moved s) x = (1 + s) * fcn m L theta x.
Proof.
  intros Hs. unfold fcn. rewrite <- sum_scal. apply sum_ext; intros c Hc.
  assert (H := features_scaled s Hs (L - S l) c). replace (S l + (L - S l))%nat with L in H by lia. rewrite (H Hc). fold (a L).
  unfold moved. cbn [direction]. destruct (Nat.eq_dec L l); [lia|]. ring.
Qed.

Lemma direction_norm : parameter_sum (layer_weights l (rows l) (m l)) (fun p => direction p ^ 2)
  = sum (m (S l)) (fun r => relu (z l r) ^ 2) / norm2 (m l) (a l).
Proof.
  rewrite layer_sum. unfold rows. destruct (Nat.eq_dec l L); [lia|]. unfold Rdiv. rewrite <- sum_scal_r. apply sum_ext; intros r Hr.
  rewrite (sum_ext (m l) _ (fun c => relu (z l r) ^ 2 * / norm2 (m l) (a l) ^ 2 * a l c ^ 2)).
  - rewrite sum_scal. fold (norm2 (m l) (a l)). field; lra.
  - intros c Hc. cbn [direction]. destruct (Nat.eq_dec l l); [|contradiction]. destruct (lt_dec r (m (S l))); [|lia]. destruct (lt_dec c (m l)); [|lia]. field; lra.
Qed.
End Direction.

Variable trained : list parameter.
Hypothesis once : NoDup trained.
Hypothesis all_weights : forall l r c, (l <= L)%nat -> (r < rows l)%nat -> (c < m l)%nat -> In (Weight l r c) trained.
Hypothesis widths : forall l, (0 < m l)%nat.
Let F (th : parameter -> R) (_ : nat) : R := fcn m L th x.
Variable g : parameter -> R.
Hypothesis smooth : differentiable trained F theta 0 g.

(** <grad f, direction> = f. *)
Lemma euler l : (l < L)%nat -> 0 < norm2 (m l) (a l) ->
  parameter_sum trained (fun p => g p * direction l p) = fcn m L theta x.
Proof.
  intros Hl Ha. set (B := parameter_sum trained (fun p => Rabs (direction l p))).
  assert (HB : 0 <= B) by (apply parameter_sum_nonneg; intros; apply Rabs_pos).
  apply Rminus_diag_uniq. apply Classical_Prop.NNPP. intros Hne. apply Rabs_pos_lt in Hne.
  set (r := Rabs (parameter_sum trained (fun p => g p * direction l p) - fcn m L theta x)) in *.
  destruct (smooth (r / (2 * (B + 1))) ltac:(apply Rdiv_lt_0_compat; lra)) as [d [Hd H]].
  (* a step s that moves every trained parameter by less than d *)
  assert (bounded : exists D, 0 < D /\ forall p, In p trained -> Rabs (direction l p) <= D).
  { exists (B + 1). split; [lra|]. intros p Hp.
    assert (H1 : parameter_sum [p] (fun p => Rabs (direction l p)) <= B).
    { apply parameter_sum_incl; [constructor; [intros []|constructor]|intros q [<-|[]]; exact Hp|intros; apply Rabs_pos]. }
    cbn [parameter_sum] in H1. lra. }
  destruct bounded as [D [HD Hdir]].
  set (s := Rmin (1 / 2) (d / (2 * D))).
  assert (Hs : 0 < s) by (apply Rmin_glb_lt; [lra|apply Rdiv_lt_0_compat; lra]).
  assert (S1 := Rmin_r (1 / 2) (d / (2 * D))). fold s in S1.
  assert (H1 := H (fun p => s * direction l p)).
  assert (Hoff : forall p, ~ In p trained -> s * direction l p = 0).
  { intros p Hp. destruct p as [k q c|k q]; cbn [direction]; [|ring].
    destruct (Nat.eq_dec k l) as [->|]; [|ring]. destruct (lt_dec q (m (S l))) as [Hq|]; [|ring]. destruct (lt_dec c (m l)) as [Hc|]; [|ring].
    exfalso. apply Hp, all_weights; [lia| |exact Hc]. unfold rows. destruct (Nat.eq_dec l L); [lia|exact Hq]. }
  assert (Hsmall : forall p, In p trained -> Rabs (s * direction l p) < d).
  { intros p Hp. rewrite Rabs_mult, (Rabs_pos_eq s) by lra. specialize (Hdir p Hp).
    apply Rle_lt_trans with (d / (2 * D) * D); [apply Rmult_le_compat; [lra|apply Rabs_pos|exact S1|exact Hdir]|].
    replace (d / (2 * D) * D) with (d / 2) by (field; lra). lra. }
  specialize (H1 Hoff Hsmall). unfold F in H1.
  rewrite (output_scaled l Hl Ha s ltac:(lra)) in H1.
  rewrite (parameter_sum_ext trained (fun p => g p * (s * direction l p)) (fun p => s * (g p * direction l p))), parameter_sum_scal in H1 by (intros; ring).
  rewrite (parameter_sum_ext trained (fun p => Rabs (s * direction l p)) (fun p => s * Rabs (direction l p))), parameter_sum_scal in H1
    by (intros; rewrite Rabs_mult, (Rabs_pos_eq s) by lra; reflexivity).
  fold B in H1.
  replace ((1 + s) * fcn m L theta x - fcn m L theta x - s * parameter_sum trained (fun p => g p * direction l p))
    with (- (s * (parameter_sum trained (fun p => g p * direction l p) - fcn m L theta x))) in H1 by ring.
  rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq s) in H1 by lra. fold r in H1.
  assert (H2 : r <= r / (2 * (B + 1)) * B).
  { apply (Rmult_le_reg_l s); [exact Hs|]. lra. }
  assert (H3 : r / (2 * (B + 1)) * B <= r / 2).
  { apply (Rmult_le_reg_r (2 * (B + 1))); [lra|]. replace (r / (2 * (B + 1)) * B * (2 * (B + 1))) with (r * B) by (field; lra).
    replace (r / 2 * (2 * (B + 1))) with (r * (B + 1)) by field. nra. }
  lra.
Qed.

Definition layer_part (l : nat) : R := parameter_sum (layer_weights l (rows l) (m l)) (fun p => g p ^ 2).

Lemma list_cauchy_schwarz {A : Type} (q : list A) (u v : A -> R) :
  parameter_sum q (fun p => u p * v p) ^ 2 <= parameter_sum q (fun p => u p ^ 2) * parameter_sum q (fun p => v p ^ 2).
Proof.
  induction q as [|p q IH]; cbn [parameter_sum]; [lra|].
  set (S := parameter_sum q (fun p => u p * v p)) in *. set (U := parameter_sum q (fun p => u p ^ 2)) in *. set (V := parameter_sum q (fun p => v p ^ 2)) in *.
  assert (HU : 0 <= U) by (apply parameter_sum_nonneg; intros; apply pow2_ge_0).
  assert (HV : 0 <= V) by (apply parameter_sum_nonneg; intros; apply pow2_ge_0).
  set (b := u p) in *. set (c := v p) in *.
  assert (Hx : 2 * S * (b * c) <= U * c ^ 2 + V * b ^ 2).
  { apply Rle_trans with (Rabs (2 * S * (b * c))); [apply Rle_abs|]. apply Rsqr_incr_0_var; [|nra]. rewrite <- Rsqr_abs. unfold Rsqr.
    assert (0 <= (U * c ^ 2 - V * b ^ 2) ^ 2) by apply pow2_ge_0.
    assert ((b * c) ^ 2 * S ^ 2 <= (b * c) ^ 2 * (U * V)) by (apply Rmult_le_compat_l; [apply pow2_ge_0|lra]). nra. }
  nra.
Qed.

(** |grad_(W_(l+1)) f|^2 |a_(l+1)|^2 >= (2 / m_(l+1)) f^2 |a_l|^2. *)
Lemma layer_bound l : (l < L)%nat -> 0 < norm2 (m l) (a l) ->
  2 / INR (m (S l)) * fcn m L theta x ^ 2 * norm2 (m l) (a l) <= layer_part l * norm2 (m (S l)) (a (S l)).
Proof.
  intros Hl Ha.
  assert (E : parameter_sum (layer_weights l (rows l) (m l)) (fun p => g p * direction l p) = fcn m L theta x).
  { rewrite <- (euler l Hl Ha).
    assert (Hz : forall q : list parameter, NoDup q -> (forall p, In p (layer_weights l (rows l) (m l)) -> In p q) ->
              parameter_sum q (fun p => g p * direction l p) = parameter_sum (layer_weights l (rows l) (m l)) (fun p => g p * direction l p)).
    { generalize (layer_weights l (rows l) (m l)) (layer_once l (rows l) (m l)) (in_layer l (rows l) (m l)). intros w Hw Hin q Hq Hsub.
      (* what is not in the layer contributes nothing *)
      revert w Hw Hsub Hin.
      assert (split_sum : forall w, NoDup w -> forall q, NoDup q -> (forall p, In p w -> In p q) -> (forall p, In p q -> ~ In p w -> direction l p = 0) ->
                parameter_sum q (fun p => g p * direction l p) = parameter_sum w (fun p => g p * direction l p)).
      { induction w as [|p w IH]; intros Hw q' Hq' Hsub Hrest.
        - rewrite (parameter_sum_ext q' _ (fun _ => 0 * 0)); [rewrite parameter_sum_scal; simpl; ring|].
          intros p Hp. rewrite (Hrest p Hp (fun H => H)). ring.
        - inversion Hw; subst. destruct (in_split p q' (Hsub p (or_introl eq_refl))) as [q1 [q2 ->]].
          assert (Hn := NoDup_remove _ _ _ Hq'). destruct Hn as [Hn1 Hn2].
          rewrite parameter_sum_app. cbn [parameter_sum]. rewrite <- (IH ltac:(assumption) (q1 ++ q2) Hn1).
          + rewrite parameter_sum_app. ring.
          + intros p' Hp'. assert (H9 := Hsub p' (or_intror Hp')). apply in_app_or in H9. apply in_or_app.
            destruct H9 as [H9|[H9|H9]]; [left; exact H9|subst; contradiction|right; exact H9].
          + intros p' Hp' Hnot. apply Hrest.
            * apply in_app_or in Hp'. apply in_or_app. destruct Hp' as [H9|H9]; [left; exact H9|right; right; exact H9].
            * intros [->|H9]; [apply Hn2, Hp'|contradiction]. }
      intros w Hw Hsub Hin. apply split_sum; [exact Hw|exact Hq|exact Hsub|]. intros p _ Hnot.
      destruct p as [k r c|k r]; cbn [direction]; [|reflexivity].
      destruct (Nat.eq_dec k l) as [->|]; [|reflexivity]. destruct (lt_dec r (m (S l))) as [Hr|]; [|reflexivity]. destruct (lt_dec c (m l)) as [Hc|]; [|reflexivity].
      exfalso. apply Hnot, Hin. exists r, c. split; [unfold rows; destruct (Nat.eq_dec l L); [lia|exact Hr]|]. split; [exact Hc|reflexivity]. }
    symmetry. apply Hz; [exact once|]. intros p Hp. apply in_layer in Hp. destruct Hp as [r [c [Hr [Hc ->]]]]. apply all_weights; [lia|exact Hr|exact Hc]. }
  assert (H := list_cauchy_schwarz (layer_weights l (rows l) (m l)) g (direction l)). rewrite E, (direction_norm l Hl Ha) in H. fold (layer_part l) in H.
  assert (Hm : 0 < INR (m (S l))) by (apply lt_0_INR, widths).
  assert (EA : norm2 (m (S l)) (a (S l)) = 2 / INR (m (S l)) * sum (m (S l)) (fun r => relu (z l r) ^ 2)).
  { unfold norm2. rewrite <- sum_scal. apply sum_ext; intros r _. unfold a. cbn [features]. fold (a l) (z l r).
    rewrite Rpow_mult_distr, <- Rsqr_pow2, Rsqr_sqrt by (apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat, Hm]). reflexivity. }
  rewrite EA. set (Z := sum (m (S l)) (fun r => relu (z l r) ^ 2)) in *.
  apply (Rmult_le_reg_r (INR (m (S l)) / 2 * / norm2 (m l) (a l))).
  { apply Rmult_lt_0_compat; [lra|apply Rinv_0_lt_compat, Ha]. }
  replace (2 / INR (m (S l)) * fcn m L theta x ^ 2 * norm2 (m l) (a l) * (INR (m (S l)) / 2 * / norm2 (m l) (a l))) with (fcn m L theta x ^ 2) by (field; lra).
  replace (layer_part l * (2 / INR (m (S l)) * Z) * (INR (m (S l)) / 2 * / norm2 (m l) (a l))) with (layer_part l * (Z / norm2 (m l) (a l))) by (field; lra).
  exact H.
Qed.

Lemma last_part : layer_part L = norm2 (m L) (a L).
Proof.
  unfold layer_part. rewrite layer_sum. unfold rows. destruct (Nat.eq_dec L L); [|contradiction]. simpl sum at 1. rewrite Rplus_0_l.
  apply sum_ext; intros c Hc.
  assert (Hin : In (Weight L 0 c) trained) by (apply all_weights; [lia|unfold rows; destruct (Nat.eq_dec L L); [lia|contradiction]|exact Hc]).
  rewrite (gradient parameter_eq trained F once (fun th th' _ E => fcn_ext m L th th' x E) theta 0 g (Weight L 0 c) Hin smooth).
  assert (E : partial parameter_eq F theta 0 (Weight L 0 c) = a L c); [|rewrite E; reflexivity].
  unfold partial. apply is_derive_unique.
  apply (is_derive_ext (fun v => F theta 0 + (v - theta (Weight L 0 c)) * a L c)).
  - intros v. unfold F, fcn. rewrite <- (sum_update (m L) (fun k => theta (Weight L 0 k))) by exact Hc.
    apply sum_ext; intros k _. f_equal.
    + unfold update. destruct (Nat.eq_dec k c) as [->|Hne].
      * destruct (parameter_eq (Weight L 0 c) (Weight L 0 c)); [reflexivity|contradiction].
      * destruct (parameter_eq (Weight L 0 k) (Weight L 0 c)) as [E|]; [inversion E; contradiction|reflexivity].
    + symmetry. apply features_ext. intros p Hp. unfold update. destruct (parameter_eq p (Weight L 0 c)) as [->|]; [simpl in Hp; lia|reflexivity].
  - apply affine_derive.
Qed.

Theorem output_bias_free :
  norm2 (m 0%nat) x * product L (fun l => 2 / INR (m (S l))) * fcn m L theta x ^ (2 * L)
    <= (empirical parameter_eq trained F theta 0 0 / INR (S L)) ^ S L.
Proof.
  assert (Hpart : forall l, 0 <= layer_part l) by (intros; apply parameter_sum_nonneg; intros; apply pow2_ge_0).
  assert (HK : sum (S L) layer_part <= empirical parameter_eq trained F theta 0 0).
  { unfold empirical. rewrite (parameter_sum_ext trained _ (fun p => g p ^ 2)).
    - unfold layer_part. rewrite <- (weights_sum (S L)). apply parameter_sum_incl; [apply weights_once| |intros; apply pow2_ge_0].
      intros p Hp. apply in_weights in Hp. destruct Hp as [l [r [c [Hl [Hr [Hc ->]]]]]]. apply all_weights; [lia|exact Hr|exact Hc].
    - intros p Hp. rewrite (gradient parameter_eq trained F once (fun th th' _ E => fcn_ext m L th th' x E) theta 0 g p Hp smooth). ring. }
  assert (Hp : 0 < INR (S L)) by (apply lt_0_INR; lia).
  assert (HS : 0 <= sum (S L) layer_part / INR (S L)).
  { apply Rmult_le_pos; [apply sum_nonneg; intros; apply Hpart|left; apply Rinv_0_lt_compat, Hp]. }
  apply Rle_trans with ((sum (S L) layer_part / INR (S L)) ^ S L).
  2:{ apply pow_incr. split; [exact HS|]. unfold Rdiv. apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, Hp|exact HK]. }
  apply Rle_trans with (product (S L) layer_part); [|apply means; [lia|intros; apply Hpart]].
  assert (Hc : forall l, 0 <= 2 / INR (m (S l))).
  { intros l. apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat, lt_0_INR, widths]. }
  assert (Hf : 0 <= fcn m L theta x ^ 2) by apply pow2_ge_0.
  cbn [product]. rewrite last_part, pow_mult.
  destruct (Req_dec (fcn m L theta x) 0) as [H0|H0].
  - destruct L as [|L'].
    + cbn [product]. unfold a; cbn [features]. simpl. lra.
    + assert (E0 : (fcn m (S L') theta x ^ 2) ^ S L' = 0) by (rewrite H0; simpl; ring). rewrite E0, Rmult_0_r.
      apply Rmult_le_pos; [apply product_nonneg; intros; apply Hpart|apply norm2_nonneg].
  - assert (Hpos : forall l, (l <= L)%nat -> 0 < norm2 (m l) (a l)).
    { intros l Hl. destruct (Rle_lt_or_eq_dec _ _ (norm2_nonneg (m l) (a l))) as [H|H]; [exact H|]. exfalso. apply H0, (output_zero l Hl). lra. }
    assert (H : forall k, (k <= L)%nat ->
      norm2 (m 0%nat) x * product k (fun l => 2 / INR (m (S l))) * (fcn m L theta x ^ 2) ^ k <= product k layer_part * norm2 (m k) (a k)).
    { induction k as [|k IH]; intros Hk.
      - cbn [product pow]. unfold a; cbn [features]. lra.
      - specialize (IH ltac:(lia)). assert (HL := layer_bound k ltac:(lia) (Hpos k ltac:(lia))). assert (Hk0 := Hpos k ltac:(lia)).
        cbn [product]. rewrite <- (tech_pow_Rmult (fcn m L theta x ^ 2) k).
        set (P := product k layer_part) in *. set (f2 := fcn m L theta x ^ 2) in *. set (c := 2 / INR (m (S k))) in *.
        set (A := norm2 (m 0%nat) x * product k (fun l => 2 / INR (m (S l))) * f2 ^ k) in *.
        assert (HP : 0 <= P) by (apply product_nonneg; intros; apply Hpart).
        replace (norm2 (m 0%nat) x * (product k (fun l => 2 / INR (m (S l))) * c) * (f2 * f2 ^ k)) with (A * (c * f2)) by (unfold A; ring).
        apply (Rmult_le_reg_r (norm2 (m k) (a k))); [exact Hk0|].
        apply Rle_trans with (P * norm2 (m k) (a k) * (c * f2 * norm2 (m k) (a k))).
        + replace (A * (c * f2) * norm2 (m k) (a k)) with (A * (c * f2 * norm2 (m k) (a k))) by ring. apply Rmult_le_compat_r; [|exact IH].
          apply Rmult_le_pos; [apply Rmult_le_pos; [apply Hc|exact Hf]|lra].
        + replace (P * layer_part k * norm2 (m (S k)) (a (S k)) * norm2 (m k) (a k))
            with (P * norm2 (m k) (a k) * (layer_part k * norm2 (m (S k)) (a (S k)))) by ring.
          apply Rmult_le_compat_l; [apply Rmult_le_pos; lra|exact HL]. }
    apply H. lia.
Qed.
End Bias_free.
