(** Corollary 1, with a limit in place of the limsup. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices output_bound gradient_flow fcn_network.
Open Scope R_scope.

Section Bounded.
Variable m : nat -> nat.
Variable theta : parameter -> R.
Variable x : nat -> R.
Variables B X : R.
Hypothesis HB : 0 <= B.
Hypothesis Htheta : forall p, Rabs (theta p) <= B.
Hypothesis HX : forall c, (c < m 0)%nat -> Rabs (x c) <= X.
Fixpoint feature_bound (l : nat) : R :=
  match l with O => Rmax 0 X | S l => sqrt (2 / INR (m (S l))) * (INR (m l) * (B * feature_bound l) + B) end.

Lemma feature_bound_nonneg l : 0 <= feature_bound l.
Proof.
  induction l as [|l IH]; simpl; [apply Rmax_l|]. apply Rmult_le_pos; [apply sqrt_pos|].
  apply Rplus_le_le_0_compat; [|exact HB]. apply Rmult_le_pos; [apply pos_INR|apply Rmult_le_pos; assumption].
Qed.

Lemma relu_abs z : Rabs (relu z) <= Rabs z.
Proof.
  unfold relu, Rmax. destruct (Rle_dec 0 z); [lra|]. rewrite Rabs_R0. apply Rabs_pos.
Qed.

Lemma features_bounded l : forall r, (l = 0%nat -> (r < m 0)%nat) -> Rabs (features m theta l x r) <= feature_bound l.
Proof.
  induction l as [|l IH]; intros r Hr; simpl.
  - eapply Rle_trans; [apply HX, Hr; reflexivity|apply Rmax_r].
  - rewrite Rabs_mult, (Rabs_pos_eq (sqrt _)) by apply sqrt_pos. apply Rmult_le_compat_l; [apply sqrt_pos|].
    eapply Rle_trans; [apply relu_abs|]. unfold preactivation. eapply Rle_trans; [apply Rabs_triang|].
    apply Rplus_le_compat; [|apply Htheta]. eapply Rle_trans; [apply sum_abs|].
    rewrite <- sum_const. apply sum_le; intros c Hc. rewrite Rabs_mult.
    apply Rmult_le_compat; [apply Rabs_pos|apply Rabs_pos|apply Htheta|].
    apply IH. intros ->. exact Hc.
Qed.

Lemma fcn_bounded L : Rabs (fcn m L theta x) <= INR (m L) * (B * feature_bound L).
Proof.
  unfold fcn. eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_const. apply sum_le; intros c Hc. rewrite Rabs_mult.
  apply Rmult_le_compat; [apply Rabs_pos|apply Rabs_pos|apply Htheta|]. apply features_bounded. intros ->. exact Hc.
Qed.

End Bounded.

(** Where the outputs diverge, so do the parameters: |theta_t - theta_0|_oo -> infinity.
    [theta 0 p] is bounded over p: only finitely many parameters count, the rest may be zero. *)
Theorem corollary_1 (m : nat -> nat) (L : nat) (x : nat -> R) (theta : R -> parameter -> R) (B0 : R) :
  (forall p, Rabs (theta 0 p) <= B0) ->
  is_lim (fun t => Rabs (fcn m L (theta t) x)) p_infty p_infty ->
  forall B, exists T, forall t, T < t -> exists p, B < Rabs (theta t p - theta 0 p).
Proof.
  intros H0 Hlim B.
  assert (HB0 : 0 <= B0) by (eapply Rle_trans; [apply Rabs_pos|apply (H0 (Bias 0 0))]).
  set (Bt := B0 + Rmax 0 B). assert (HBt : 0 <= Bt) by (assert (H := Rmax_l 0 B); unfold Bt; lra).
  set (X := sum (m 0%nat) (fun c => Rabs (x c))).
  apply is_lim_spec in Hlim. destruct (Hlim (INR (m L) * (Bt * feature_bound m Bt X L))) as [T HT]. exists T. intros t Ht.
  specialize (HT t Ht). simpl in HT.
  apply Classical_Prop.NNPP. intros Hno.
  assert (Hall : forall p, Rabs (theta t p) <= Bt).
  { intros p. assert (Hp : Rabs (theta t p - theta 0 p) <= B) by (apply Rnot_lt_le; intros H; apply Hno; exists p; exact H).
    replace (theta t p) with (theta 0 p + (theta t p - theta 0 p)) by ring. eapply Rle_trans; [apply Rabs_triang|].
    assert (H1 := H0 p). assert (H2 := Rmax_r 0 B). unfold Bt. lra. }
  assert (HX : forall c, (c < m 0)%nat -> Rabs (x c) <= X).
  { intros c Hc. apply (sum_term (m 0%nat) (fun c => Rabs (x c))); [exact Hc|intros; apply Rabs_pos]. }
  assert (H := fcn_bounded m (theta t) x Bt X Hall HX L). lra.
Qed.
