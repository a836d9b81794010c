(** A scalar flow x' = v(x) with v continuous and 0 < v <= V has a solution for all time: the inverse of the time
    T(x) = int_0^x 1/v that it takes to x. From it come networks that move. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Section Scalar_flow.
Variable v : R -> R.
Variable V : R.
Hypothesis v_continuous : forall x, continuous v x.
Hypothesis v_range : forall x, 0 < v x <= V.

Let time (x : R) : R := RInt (fun y => / v y) 0 x.

Lemma inverse_continuous x : continuous (fun y => / v y) x.
Proof.
  assert (H := v_range x). apply (continuous_comp v Rinv); [apply v_continuous|].
  apply (ex_derive_continuous Rinv). auto_derive. lra.
Qed.

Lemma time_derive x : is_derive time x (/ v x).
Proof.
  apply (is_derive_RInt (fun y => / v y) time 0 x); [|apply inverse_continuous].
  exists (mkposreal 1 Rlt_0_1). intros y _. apply (RInt_correct (V := R_CompleteNormedModule) (fun y => / v y) 0 y).
  apply (ex_RInt_continuous (V := R_CompleteNormedModule) (fun y => / v y)).
  intros; apply inverse_continuous.
Qed.

Lemma time_difference x y : exists z, Rmin x y <= z <= Rmax x y /\ time y - time x = / v z * (y - x).
Proof.
  destruct (MVT_gen time x y (fun z => / v z)) as [z Hz].
  - intros; apply time_derive.
  - intros z _. apply continuity_pt_filterlim. apply (ex_derive_continuous time). eexists. apply time_derive.
  - exists z. exact Hz.
Qed.

Lemma V_pos : 0 < V.
Proof. assert (H := v_range 0). lra. Qed.

Lemma slowest z : / V <= / v z.
Proof. assert (H := v_range z). apply Rinv_le_contravar; lra. Qed.

Lemma time_growth x y : x <= y -> (y - x) / V <= time y - time x.
Proof.
  intros Hxy. destruct (time_difference x y) as [z [_ ->]]. assert (H := slowest z).
  unfold Rdiv. rewrite (Rmult_comm (y - x)). apply Rmult_le_compat_r; lra.
Qed.

Lemma time_0 : time 0 = 0.
Proof. unfold time. apply (RInt_point 0 (fun y => / v y)). Qed.

Lemma time_onto t : {x | time x = t}.
Proof.
  set (M := Rabs t * V). assert (HM : 0 <= M) by (apply Rmult_le_pos; [apply Rabs_pos|left; apply V_pos]).
  assert (HV := V_pos). assert (HMV : M / V = Rabs t) by (unfold M; field; lra).
  assert (Hp : Rabs t <= time M).
  { assert (H := time_growth 0 M HM). rewrite time_0, !Rminus_0_r, HMV in H. exact H. }
  assert (Hm : time (- M) <= - Rabs t).
  { assert (H := time_growth (- M) 0 ltac:(lra)). rewrite time_0 in H.
    replace ((0 - - M) / V) with (M / V) in H by (field; lra). rewrite HMV in H. lra. }
  assert (Ht := Rle_abs t). assert (Ht' := Rle_abs (- t)). rewrite Rabs_Ropp in Ht'.
  destruct (IVT_gen time (- M) M t) as [x [_ Hx]].
  - intros x. apply continuity_pt_filterlim. apply (ex_derive_continuous time). eexists. apply time_derive.
  - rewrite Rmin_left, Rmax_right by lra. lra.
  - exists x. exact Hx.
Qed.

Theorem scalar_flow : exists x : R -> R, x 0 = 0 /\ forall t, is_derive x t (v (x t)).
Proof.
  set (x := fun t => proj1_sig (time_onto t)). assert (HV := V_pos).
  assert (Hx : forall t, time (x t) = t) by (intros t; exact (proj2_sig (time_onto t))).
  assert (Hl : forall s t, Rabs (x t - x s) <= V * Rabs (t - s)).
  { intros s t. destruct (time_difference (x s) (x t)) as [z [_ Hz]]. rewrite !Hx in Hz. assert (H := slowest z).
    rewrite Hz, Rabs_mult, (Rabs_pos_eq (/ v z)) by (assert (Hi := Rinv_0_lt_compat V HV); lra).
    rewrite <- Rmult_assoc. rewrite <- (Rmult_1_l (Rabs (x t - x s))) at 1. apply Rmult_le_compat_r; [apply Rabs_pos|].
    rewrite <- (Rinv_r V) by lra. apply Rmult_le_compat_l; lra. }
  exists x. split.
  - assert (H0 : time (x 0) = 0) by apply Hx. destruct (time_difference 0 (x 0)) as [z [_ Hz]].
    rewrite H0, time_0, !Rminus_0_r in Hz. assert (H := v_range z). assert (Hi := Rinv_0_lt_compat (v z) (proj1 H)). nra.
  - intros t. apply is_derive_Reals. intros e He.
    destruct (v_continuous (x t) (ball (v (x t)) (mkposreal e He)) (locally_ball _ _)) as [d Hd].
    assert (Hd0 := cond_pos d). assert (Hr : 0 < d / V) by (apply Rdiv_lt_0_compat; assumption).
    exists (mkposreal _ Hr). intros h Hh0 Hh. simpl in Hh.
    destruct (time_difference (x t) (x (t + h))) as [z [Hz Heq]]. rewrite !Hx in Heq.
    replace (t + h - t) with h in Heq by ring. assert (Hvz := v_range z).
    assert (Hq : x (t + h) - x t = v z * h) 
      by (transitivity (v z * (/ v z * (x (t + h) - x t))); [field; lra|rewrite <- Heq; reflexivity]).
    rewrite Hq. replace (v z * h / h) with (v z) by (field; exact Hh0).
    apply (Hd z). unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl.
    apply Rle_lt_trans with (Rabs (x (t + h) - x t)).
    + unfold Rmin, Rmax in Hz. destruct (Rle_dec (x t) (x (t + h))).
      * rewrite !Rabs_pos_eq; lra.
      * rewrite (Rabs_left1 (z + - x t)), (Rabs_left (x (t + h) - x t)); lra.
    + eapply Rle_lt_trans; [apply Hl|]. replace (t + h - t) with h by ring.
      apply Rlt_le_trans with (V * (d / V)); [apply Rmult_lt_compat_l; assumption|]. right. field; lra.
Qed.
End Scalar_flow.

