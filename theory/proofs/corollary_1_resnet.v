(** Corollary 1 for the residual network (2.2); and for both networks from gradient flow itself, some trained parameter
    moving further than any bound, for ever. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation theorem_1 output_bound parameter_sums gradient_flow fcn_network resnet_network corollary_1.
Open Scope R_scope.

Section Bounded.
Variables d m : nat.
Variable alpha : R.
Variable theta : resnet_parameter -> R.
Variable x : nat -> R.
Variables B X : R.
Hypothesis HB : 0 <= B.
Hypothesis Htheta : forall p, Rabs (theta p) <= B.
Hypothesis HX : forall c, (c < d)%nat -> Rabs (x c) <= X.

Definition branch_bound (y : R) : R := sqrt (2 / INR m) * (INR m * (B * y) + B).
Fixpoint stream_bound (l : nat) : R :=
  match l with
  | O => sqrt (1 / INR m) * (INR d * (B * Rmax 0 X) + B)
  | S l => stream_bound l + Rabs (alpha * sqrt (1 / INR m)) * (INR m * (B * branch_bound (stream_bound l)) + B)
  end.

(** W y + b with |y_c| <= Y. *)
Lemma affine_bounded k (w : nat -> R) (y : nat -> R) b Y : 0 <= Y -> (forall c, Rabs (w c) <= B) -> Rabs b <= B ->
  (forall c, (c < k)%nat -> Rabs (y c) <= Y) -> Rabs (sum k (fun c => w c * y c) + b) <= INR k * (B * Y) + B.
Proof.
  intros HY Hw Hb Hy. eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat; [|exact Hb].
  eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_const. apply sum_le; intros c Hc. rewrite Rabs_mult.
  apply Rmult_le_compat; [apply Rabs_pos|apply Rabs_pos|apply Hw|apply Hy, Hc].
Qed.

Lemma branch_bound_nonneg y : 0 <= y -> 0 <= branch_bound y.
Proof.
  intros Hy. apply Rmult_le_pos; [apply sqrt_pos|]. apply Rplus_le_le_0_compat; [|exact HB].
  apply Rmult_le_pos; [apply pos_INR|apply Rmult_le_pos; assumption].
Qed.

Lemma stream_bound_nonneg l : 0 <= stream_bound l.
Proof.
  induction l as [|l IH]; simpl.
  - apply Rmult_le_pos; [apply sqrt_pos|]. apply Rplus_le_le_0_compat; [|exact HB].
    apply Rmult_le_pos; [apply pos_INR|]. apply Rmult_le_pos; [exact HB|apply Rmax_l].
  - apply Rplus_le_le_0_compat; [exact IH|]. apply Rmult_le_pos; [apply Rabs_pos|]. apply Rplus_le_le_0_compat; [|exact HB].
    apply Rmult_le_pos; [apply pos_INR|]. apply Rmult_le_pos; [exact HB|apply branch_bound_nonneg, IH].
Qed.

Lemma residual_features_bounded l : forall r, Rabs (residual_features d m alpha theta l x r) <= stream_bound l.
Proof.
  induction l as [|l IH]; intros r; simpl.
  - rewrite Rabs_mult, (Rabs_pos_eq (sqrt _)) by apply sqrt_pos. apply Rmult_le_compat_l; [apply sqrt_pos|].
    apply affine_bounded; [apply Rmax_l|intros; apply Htheta|apply Htheta|]. intros c Hc. eapply Rle_trans; [apply HX, Hc|apply Rmax_r].
  - eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat; [apply IH|]. rewrite Rabs_mult.
    apply Rmult_le_compat_l; [apply Rabs_pos|].
    apply affine_bounded; [apply branch_bound_nonneg, stream_bound_nonneg|intros; apply Htheta|apply Htheta|].
    intros c _. unfold branch, branch_bound. rewrite Rabs_mult, (Rabs_pos_eq (sqrt _)) by apply sqrt_pos.
    apply Rmult_le_compat_l; [apply sqrt_pos|]. eapply Rle_trans; [apply relu_abs|].
    apply affine_bounded; [apply stream_bound_nonneg|intros; apply Htheta|apply Htheta|intros; apply IH].
Qed.

Lemma resnet_bounded L : Rabs (resnet d m alpha L theta x) <= INR m * (B * stream_bound L).
Proof.
  unfold resnet. eapply Rle_trans; [apply sum_abs|]. rewrite <- sum_const. apply sum_le; intros c _. rewrite Rabs_mult.
  apply Rmult_le_compat; [apply Rabs_pos|apply Rabs_pos|apply Htheta|apply residual_features_bounded].
Qed.
End Bounded.

Theorem corollary_1_resnet (d m : nat) (alpha : R) (L : nat) (x : nat -> R) (theta : R -> resnet_parameter -> R) (B0 : R) :
  (forall p, Rabs (theta 0 p) <= B0) ->
  is_lim (fun t => Rabs (resnet d m alpha L (theta t) x)) p_infty p_infty ->
  forall B, exists T, forall t, T < t -> exists p, B < Rabs (theta t p - theta 0 p).
Proof.
  intros H0 Hlim B.
  assert (HB0 : 0 <= B0) by (eapply Rle_trans; [apply Rabs_pos|apply (H0 (InBias 0))]).
  set (Bt := B0 + Rmax 0 B). assert (HBt : 0 <= Bt) by (assert (H := Rmax_l 0 B); unfold Bt; lra).
  set (X := sum d (fun c => Rabs (x c))).
  apply is_lim_spec in Hlim. destruct (Hlim (INR m * (Bt * stream_bound d m alpha Bt X L))) as [T HT]. exists T. intros t Ht.
  specialize (HT t Ht). simpl in HT.
  apply Classical_Prop.NNPP. intros Hno.
  assert (Hall : forall p, Rabs (theta t p) <= Bt).
  { intros p. assert (Hp : Rabs (theta t p - theta 0 p) <= B) by (apply Rnot_lt_le; intros H; apply Hno; exists p; exact H).
    replace (theta t p) with (theta 0 p + (theta t p - theta 0 p)) by ring. eapply Rle_trans; [apply Rabs_triang|].
    assert (H1 := H0 p). assert (H2 := Rmax_r 0 B). unfold Bt. lra. }
  assert (HX : forall c, (c < d)%nat -> Rabs (x c) <= X).
  { intros c Hc. apply (sum_term d (fun c => Rabs (x c))); [exact Hc|intros; apply Rabs_pos]. }
  assert (H := resnet_bounded d m alpha (theta t) x Bt X HBt Hall HX L). lra.
Qed.

(** A parameter that moves is trained. *)
Lemma moved_is_trained {A : Type} eq_dec (trained : list A) n F s theta t p :
  gradient_flow eq_dec trained n F s theta -> 0 < Rabs (theta t p - theta 0 p) -> In p trained.
Proof.
  intros [_ [_ [_ Hfix]]] H. apply Classical_Prop.NNPP. intros Hn. rewrite (Hfix 0 t p Hn), Rminus_eq_0, Rabs_R0 in H. lra.
Qed.

(** From the flow: lambda_min(K_t) >= C > 0 at all times of the flow sends a trained parameter beyond every bound. *)
Theorem corollary_1_fcn_flow (n L : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R) (trained : list parameter)
    (theta : R -> parameter -> R) (B0 C : R) :
  let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in
  (0 < n)%nat -> signs n s -> NoDup trained -> gradient_flow parameter_eq trained n F s theta -> (forall p, Rabs (theta 0 p) <= B0) ->
  0 < C -> (forall t, 0 <= t -> flows_at parameter_eq trained n F s theta t -> below n (empirical parameter_eq trained F (theta t)) C) ->
  forall B, exists T, forall t, T < t -> exists p, In p trained /\ B < Rabs (theta t p - theta 0 p).
Proof.
  intros F Hn Hs HD Hflow H0 HC HK B.
  assert (HT := flow_trains parameter_eq trained n F HD (fun th th' i E => fcn_ext m L th th' (x i) E) s Hs theta Hflow).
  destruct (theorem_1 _ n s _ _ C HT HC HK 0%nat Hn) as [_ Hlim].
  destruct (corollary_1 m L (x 0%nat) theta B0 H0 Hlim (Rmax 0 B)) as [T HTT]. exists T. intros t Ht.
  destruct (HTT t Ht) as [p Hp]. assert (M0 := Rmax_l 0 B). assert (M1 := Rmax_r 0 B).
  exists p. split; [|lra]. apply (moved_is_trained parameter_eq trained n F s theta t p Hflow). lra.
Qed.

Theorem corollary_1_resnet_flow (n d m L : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R) (trained : list resnet_parameter)
    (theta : R -> resnet_parameter -> R) (B0 C : R) :
  let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha L th (x i) in
  (0 < n)%nat -> signs n s -> NoDup trained -> gradient_flow resnet_parameter_eq trained n F s theta -> (forall p, Rabs (theta 0 p) <= B0) ->
  0 < C -> (forall t, 0 <= t -> flows_at resnet_parameter_eq trained n F s theta t -> below n (empirical resnet_parameter_eq trained F (theta t)) C) ->
  forall B, exists T, forall t, T < t -> exists p, In p trained /\ B < Rabs (theta t p - theta 0 p).
Proof.
  intros F Hn Hs HD Hflow H0 HC HK B.
  assert (HT := flow_trains resnet_parameter_eq trained n F HD (fun th th' i E => resnet_ext d m alpha L th th' (x i) E) s Hs theta Hflow).
  destruct (theorem_1 _ n s _ _ C HT HC HK 0%nat Hn) as [_ Hlim].
  destruct (corollary_1_resnet d m alpha L (x 0%nat) theta B0 H0 Hlim (Rmax 0 B)) as [T HTT]. exists T. intros t Ht.
  destruct (HTT t Ht) as [p Hp]. assert (M0 := Rmax_l 0 B). assert (M1 := Rmax_r 0 B).
  exists p. split; [|lra]. apply (moved_is_trained resnet_parameter_eq trained n F s theta t p Hflow). lra.
Qed.
