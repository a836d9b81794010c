(** Remark 1: Lemma 8 for other losses. It holds for every convex l with l' < 0 that is bounded below, and for no other. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope theorem_1 theorem_2.
Open Scope R_scope.

(** V = sum_i l(q_i) and u_i = - l'(q_i), q_i the margins. *)
Definition loss_of (l : R -> R) (n : nat) (q : nat -> R -> R) (t : R) : R := sum n (fun i => l (q i t)).
Definition slope (dl : R -> R) (q : nat -> R -> R) (t : R) (i : nat) : R := - dl (q i t).
(** l is convex with l' < 0. *)
Definition convex_falling (l dl : R -> R) : Prop :=
  (forall x, is_derive l x (dl x)) /\ (forall x, dl x < 0) /\ forall x y, x <= y -> dl x <= dl y.
Definition bounded_below (l : R -> R) : Prop := exists m, forall x, m <= l x.
(** The flow of the loss l: V falls at least at the rate u' K^r u at the times in Q. *)
Definition trains_loss (Q : R -> Prop) (l dl : R -> R) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) : Prop :=
  signs n s /\ dissipates Q (loss_of l n (margin s f)) (fun t => quad n (signed s (K t)) (slope dl (margin s f) t)).

Section Loss.
Variables l dl : R -> R.
Hypothesis shape : convex_falling l dl.

Lemma falls x y : x < y -> l y < l x.
Proof.
  intros Hxy. destruct shape as [Hd [Hn _]].
  destruct (MVT_gen l x y dl) as [z [_ Hz]].
  - intros; apply Hd.
  - intros z _. apply continuity_pt_filterlim. apply (ex_derive_continuous l). eexists. apply Hd.
  - specialize (Hn z). nra.
Qed.

Lemma above x y : l x < l y -> y < x.
Proof. intros H. apply Rnot_le_lt. intros [Hlt| ->]; [apply falls in Hlt; lra|lra]. Qed.

Hypothesis bounded : bounded_below l.

Lemma infimum : exists m, (forall x, m < l x) /\ forall e, 0 < e -> exists x, l x < m + e.
Proof.
  destruct bounded as [b Hb].
  destruct (completeness (fun v => exists x, v = - l x)) as [M [HM Hleast]].
  - exists (- b). intros v [x ->]. specialize (Hb x). lra.
  - exists (- l 0), 0. reflexivity.
  - exists (- M). split.
    + intros x. assert (H := HM (- l (x + 1)) (ex_intro _ (x + 1) eq_refl)). assert (H1 := falls x (x + 1) ltac:(lra)). lra.
    + intros e He. apply Classical_Prop.NNPP. intros Hno.
      assert (M <= M - e); [|lra]. apply Hleast. intros v [x ->]. apply Rnot_lt_le. intros Hlt. apply Hno. exists x. lra.
Qed.

Variable n : nat.
Variable q : nat -> R -> R.
Variable Q : R -> Prop.
Variable D : R -> R.
Variable c : R.
Hypothesis flow : dissipates Q (loss_of l n q) D.
Hypothesis c_pos : 0 < c.
Hypothesis rate : forall r, 0 <= r -> Q r -> c * sum n (slope dl q r) ^ 2 <= D r.

Lemma slope_pos t i : 0 < slope dl q t i.
Proof. destruct shape as [_ [Hn _]]. unfold slope. specialize (Hn (q i t)). lra. Qed.

Lemma loss_of_decreasing s t : 0 <= s -> s <= t -> loss_of l n q t <= loss_of l n q s.
Proof.
  intros Hs Hst. assert (H := flow s t 0 Hs Hst ltac:(lra)). rewrite Rmult_0_l, Rminus_0_r in H. apply H.
  intros r Hr HQ. eapply Rle_trans; [|apply rate; [lra|exact HQ]]. apply Rmult_le_pos; [lra|apply pow2_ge_0].
Qed.

Theorem loss_margins_diverge i : (i < n)%nat -> is_lim (q i) p_infty p_infty.
Proof.
  intros Hi. destruct infimum as [m [Hm Hinf]]. assert (Hn : 0 < INR n) by (apply lt_0_INR; lia).
  assert (excess : forall t, sum n (fun j => l (q j t) - m) = loss_of l n q t - INR n * m).
  { intros t. unfold loss_of. rewrite sum_minus, sum_const. reflexivity. }
  apply is_lim_spec. intros B; simpl.
  set (e := l B - m). assert (He : 0 < e) by (unfold e; specialize (Hm B); lra).
  destruct (Hinf (e / INR n)) as [x Hx]; [apply Rdiv_lt_0_compat; assumption|].
  set (d := - dl x). assert (Hd : 0 < d) by (unfold d; destruct shape as [_ [Hneg _]]; specialize (Hneg x); lra).
  assert (Hcd : 0 < c * d ^ 2) by (apply Rmult_lt_0_compat; [exact c_pos|apply pow_lt, Hd]).
  (* while the excess is at least e, some sample is left of x and the loss falls at the rate c d^2 *)
  assert (fast : forall t, e <= loss_of l n q t - INR n * m -> d <= sum n (slope dl q t)).
  { intros t Ht.
    assert (Hex : exists j, (j < n)%nat /\ q j t < x).
    { apply Classical_Prop.NNPP. intros Hno.
      assert (Hall : forall j, (j < n)%nat -> l (q j t) - m <= l x - m).
      { intros j Hj. assert (x <= q j t) by (apply Rnot_lt_le; intros Hlt; apply Hno; exists j; split; assumption).
        destruct H as [H|H]; [apply falls in H; lra|rewrite H; lra]. }
      assert (H := sum_le n _ _ Hall). rewrite excess, sum_const in H.
      assert (INR n * (l x - m) < INR n * (e / INR n)) by (apply Rmult_lt_compat_l; lra).
      replace (INR n * (e / INR n)) with e in H0 by (field; lra). lra. }
    destruct Hex as [j [Hj Hlt]]. apply Rle_trans with (slope dl q t j).
    - unfold slope, d. destruct shape as [_ [_ Hconv]]. assert (H := Hconv (q j t) x ltac:(lra)). lra.
    - apply sum_term; [exact Hj|]. intros; left; apply slope_pos. }
  exists (Rmax 0 ((loss_of l n q 0 - INR n * m) / (c * d ^ 2))). intros t Ht.
  assert (T0 := Rmax_l 0 ((loss_of l n q 0 - INR n * m) / (c * d ^ 2))).
  assert (T1 := Rmax_r 0 ((loss_of l n q 0 - INR n * m) / (c * d ^ 2))).
  assert (Hsmall : loss_of l n q t - INR n * m < e).
  { apply Rnot_le_lt. intros Hle.
    assert (H := flow 0 t (c * d ^ 2) ltac:(lra) ltac:(lra) ltac:(lra)). rewrite Rminus_0_r in H.
    assert (H1 : loss_of l n q t <= loss_of l n q 0 - c * d ^ 2 * t).
    { apply H. intros r Hr HQ. eapply Rle_trans; [|apply rate; [lra|exact HQ]]. apply Rmult_le_compat_l; [lra|].
      apply pow_incr. split; [lra|]. apply fast. assert (H2 := loss_of_decreasing r t ltac:(lra) ltac:(lra)). lra. }
    assert (c * d ^ 2 * ((loss_of l n q 0 - INR n * m) / (c * d ^ 2)) < c * d ^ 2 * t) by (apply Rmult_lt_compat_l; lra).
    replace (c * d ^ 2 * ((loss_of l n q 0 - INR n * m) / (c * d ^ 2))) with (loss_of l n q 0 - INR n * m) in H0 by (field; lra). lra. }
  apply above. rewrite <- excess in Hsmall.
  assert (H := sum_term n (fun j => l (q j t) - m) i Hi ltac:(intros j _; specialize (Hm (q j t)); lra)). cbv beta in H.
  unfold e in Hsmall. lra.
Qed.
End Loss.

(** Remark 1 with its right hypothesis. *)
Theorem remark_1 (Q : R -> Prop) (l dl : R -> R) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R) :
  convex_falling l dl -> bounded_below l -> trains_loss Q l dl n s f K -> 0 < C -> (forall t, 0 <= t -> Q t -> below n (K t) C) ->
  forall i, (i < n)%nat -> is_lim (margin s f i) p_infty p_infty /\ is_lim (fun t => Rabs (f i t)) p_infty p_infty.
Proof.
  intros Hl Hb [Hs HD] HC HK i Hi. assert (Hn : (0 < n)%nat) by lia. assert (Hp : 0 < INR n) by (apply lt_0_INR, Hn).
  assert (H : is_lim (margin s f i) p_infty p_infty).
  { apply (loss_margins_diverge l dl Hl Hb n (margin s f) Q _ (C / INR n) HD); [apply Rdiv_lt_0_compat; lra| |exact Hi].
    intros r Hr HQ. apply label_below; [exact Hn|lra|exact Hs|apply HK; assumption|].
    intros j _. left. apply (slope_pos l dl Hl). }
  split; [exact H|apply (abs_diverges s); [apply Hs, Hi|exact H]].
Qed.

(** Whatever loss is not bounded below: two samples, K_t >= 1/3, and the output of the first does not move. *)
Theorem remark_1_needs_bound (l dl : R -> R) : convex_falling l dl -> ~ bounded_below l ->
  exists (f : nat -> R -> R) (K : R -> nat -> nat -> R),
    trains_loss (fun _ => True) l dl 2 (fun _ => 1) f K /\ (forall t, 0 <= t -> below 2 (K t) (1 / 3)) /\ forall t, f 0%nat t = 0.
Proof.
  intros Hl Hb. assert (Hneg := proj1 (proj2 Hl)). assert (Hconv := proj2 (proj2 Hl)).
  set (d := - dl 0). assert (Hd : 0 < d) by (unfold d; specialize (Hneg 0); lra).
  (* the second margin x(t) >= 0 at which l(x) = l(0) - d^2 t *)
  assert (far : forall v, exists x, l x < v).
  { intros v. apply Classical_Prop.NNPP. intros Hno. apply Hb. exists v. intros x. apply Rnot_lt_le. intros Hlt. apply Hno. exists x. exact Hlt. }
  assert (onto : forall t, 0 <= t -> {x | 0 <= x /\ l x = l 0 - d ^ 2 * t}).
  { intros t Ht. set (v := l 0 - d ^ 2 * t). assert (Hv : v <= l 0) by (unfold v; assert (H := pow2_ge_0 d); nra).
    destruct (completeness (fun x => v <= l x)) as [x [Hup Hleast]].
    - destruct (far v) as [b Hbv]. exists b. intros y Hy. apply Rnot_lt_le. intros Hlt. apply (falls l dl Hl) in Hlt. lra.
    - exists 0. exact Hv.
    - exists x. split; [apply Hup, Hv|].
      assert (Hc : continuous l x) by (apply (ex_derive_continuous l); eexists; apply Hl).
      destruct (Rtotal_order (l x) v) as [H|[H|H]]; [exfalso|exact H|exfalso].
      + destruct (Hc (ball (l x) (mkposreal (v - l x) ltac:(lra))) (locally_ball _ _)) as [r Hr].
        assert (Hr0 := cond_pos r). assert (x <= x - r / 2); [|lra]. apply Hleast. intros y Hy. apply Rnot_lt_le. intros Hlt.
        assert (Hyx : y <= x) by (apply Hup, Hy).
        assert (B : ball (l x) (v - l x) (l y)).
        { apply (Hr y). unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl. apply Rabs_def1; lra. }
        unfold ball in B; simpl in B; unfold AbsRing_ball, abs, minus, plus, opp in B; simpl in B. apply Rabs_def2 in B. lra.
      + destruct (Hc (ball (l x) (mkposreal (l x - v) ltac:(lra))) (locally_ball _ _)) as [r Hr].
        assert (Hr0 := cond_pos r). assert (x + r / 2 <= x); [|lra]. apply Hup.
        assert (B : ball (l x) (l x - v) (l (x + r / 2))).
        { apply (Hr (x + r / 2)). unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl. apply Rabs_def1; lra. }
        unfold ball in B; simpl in B; unfold AbsRing_ball, abs, minus, plus, opp in B; simpl in B. apply Rabs_def2 in B. lra. }
  set (x := fun t => match Rle_dec 0 t with left Ht => proj1_sig (onto t Ht) | right _ => 0 end).
  assert (Hx : forall t, 0 <= t -> 0 <= x t /\ l (x t) = l 0 - d ^ 2 * t).
  { intros t Ht. unfold x. destruct (Rle_dec 0 t) as [H|H]; [exact (proj2_sig (onto t H))|contradiction]. }
  set (w := fun t => d / - dl (x t)).
  assert (Hw : forall t, 0 <= t -> 1 <= w t).
  { intros t Ht. unfold w. assert (H := Hneg (x t)). assert (H1 := Hconv 0 (x t) (proj1 (Hx t Ht))).
    apply (Rmult_le_reg_r (- dl (x t))); [lra|]. replace (d / - dl (x t) * - dl (x t)) with d by (field; lra). unfold d. lra. }
  set (f := fun i t => match i with O => 0 | _ => x t end).
  set (K := fun t (i j : nat) => match i, j with O, O => 1 | O, _ | _, O => - w t | _, _ => 2 * w t ^ 2 end).
  exists f, K. split; [split|split].
  - intros i _. left. reflexivity.
  - intros s t c Hs Hst Hc H.
    assert (HV : forall r, 0 <= r -> loss_of l 2 (margin (fun _ => 1) f) r = 2 * l 0 - d ^ 2 * r).
    { intros r Hr. unfold loss_of, margin, f; simpl. rewrite Rmult_0_r, Rmult_1_l. destruct (Hx r Hr) as [_ ->]. simpl. ring. }
    rewrite !HV by lra. specialize (H s ltac:(lra) I).
    assert (HD : quad 2 (signed (fun _ => 1) (K s)) (slope dl (margin (fun _ => 1) f) s) = d ^ 2).
    { assert (E0 : slope dl (margin (fun _ => 1) f) s 0 = d) by (unfold slope, margin, f, d; rewrite Rmult_0_r; reflexivity).
      assert (E1 : slope dl (margin (fun _ => 1) f) s 1 = - dl (x s)) by (unfold slope, margin, f; rewrite Rmult_1_l; reflexivity).
      unfold quad, signed, K; simpl. rewrite E0, E1. unfold w. assert (H1 := Hneg (x s)). field; lra. }
    rewrite HD in H. nra.
  - intros t Ht v. specialize (Hw t Ht). unfold norm2, quad, K; simpl.
    set (a := v 0%nat). set (b := v 1%nat). set (Y := w t * b).
    assert (HY : b * b <= Y * Y).
    { assert (0 <= (w t * w t - 1) * (b * b)) by (apply Rmult_le_pos; [nra|apply Rle_0_sqr]). unfold Y. lra. }
    replace (0 + (0 + a * a * 1 + a * b * - w t) + (0 + b * a * - w t + b * b * (2 * (w t * (w t * 1)))))
      with (a * a - 2 * (a * Y) + 2 * (Y * Y)) by (unfold Y; ring).
    assert (0 <= (2 * a - 3 * Y) ^ 2) by apply pow2_ge_0. nra.
  - intros t. reflexivity.
Qed.


(** ** The hypotheses can hold: the exponential loss, K = 1, q = ln(1 + t). *)
Lemma exponential_convex_falling : convex_falling (fun z => exp (- z)) (fun z => - exp (- z)).
Proof.
  split; [|split].
  - intros z. auto_derive; [exact I|ring].
  - intros z. assert (H := exp_pos (- z)). lra.
  - intros x y [H|H]; [|rewrite H; lra]. assert (exp (- y) < exp (- x)) by (apply exp_increasing; lra). lra.
Qed.

Theorem remark_1_inhabited : convex_falling (fun z => exp (- z)) (fun z => - exp (- z)) /\ bounded_below (fun z => exp (- z)) /\
  trains_loss (fun _ => True) (fun z => exp (- z)) (fun z => - exp (- z)) 1 (fun _ => 1) (fun _ t => ln (1 + t)) (fun _ _ _ => 1) /\
  forall t, 0 <= t -> below 1 ((fun _ _ _ => 1) t) 1.
Proof.
  split; [apply exponential_convex_falling|]. split; [exists 0; intros x; left; apply exp_pos|]. split.
  - split; [intros i _; left; reflexivity|]. intros s t c Hs Hst Hc H.
    assert (HL : forall r, 0 <= r -> loss_of (fun z => exp (- z)) 1 (margin (fun _ => 1) (fun _ t => ln (1 + t))) r = / (1 + r)).
    { intros r Hr. unfold loss_of, margin; simpl. rewrite Rmult_1_l, exp_Ropp, exp_ln by lra. ring. }
    rewrite !HL by lra.
    destruct (MVT_gen (fun r => / (1 + r)) s t (fun r => - (/ (1 + r)) ^ 2)) as [x [Hx Heq]].
    + intros x Hx. rewrite Rmin_left in Hx by lra. auto_derive; [lra|]. field; lra.
    + intros x Hx. rewrite Rmin_left in Hx by lra. apply continuity_pt_filterlim. apply (ex_derive_continuous (fun r => / (1 + r))).
      auto_derive. lra.
    + rewrite Rmin_left, Rmax_right in Hx by lra. specialize (H x Hx I). revert H. unfold quad, signed, slope, margin; simpl.
      rewrite Rmult_1_l, exp_Ropp, exp_ln by lra. intros H. nra.
  - intros t _ v. unfold norm2, quad; simpl. lra.
Qed.

(** ** Mutants *)
(** As printed, without the bound: the loss l(z) = - z. *)
Theorem mutant_remark_1 : ~ (forall (Q : R -> Prop) (l dl : R -> R) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R),
  convex_falling l dl -> trains_loss Q l dl n s f K -> 0 < C -> (forall t, 0 <= t -> Q t -> below n (K t) C) ->
  forall i, (i < n)%nat -> is_lim (margin s f i) p_infty p_infty /\ is_lim (fun t => Rabs (f i t)) p_infty p_infty).
Proof.
  intros H.
  assert (Hl : convex_falling (fun z => - z) (fun _ => -1)).
  { split; [|split]; [intros z; auto_derive; [exact I|ring]|intros; lra|intros; lra]. }
  destruct (remark_1_needs_bound _ _ Hl) as [f [K [HT [HK H0]]]].
  { intros [m Hm]. specialize (Hm (- m + 1)). lra. }
  destruct (H _ _ _ _ _ _ _ (1 / 3) Hl HT ltac:(lra) (fun t Ht _ => HK t Ht) 0%nat ltac:(lia)) as [_ H1].
  assert (H2 : is_lim (fun _ => 0) p_infty p_infty).
  { apply (is_lim_ext (fun t => Rabs (f 0%nat t))); [intros t; rewrite H0; apply Rabs_R0|exact H1]. }
  apply is_lim_unique in H2. rewrite Lim_const in H2. discriminate.
Qed.

(** l' <= 0 in place of l' < 0: a loss that is flat. *)
Theorem mutant_remark_1_flat : ~ (forall (Q : R -> Prop) (l dl : R -> R) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R),
  (forall x, is_derive l x (dl x)) /\ (forall x, dl x <= 0) /\ (forall x y, x <= y -> dl x <= dl y) ->
  bounded_below l -> trains_loss Q l dl n s f K -> 0 < C -> (forall t, 0 <= t -> Q t -> below n (K t) C) ->
  forall i, (i < n)%nat -> is_lim (margin s f i) p_infty p_infty /\ is_lim (fun t => Rabs (f i t)) p_infty p_infty).
Proof.
  intros H.
  destruct (H (fun _ => True) (fun _ => 0) (fun _ => 0) 1%nat (fun _ => 1) (fun _ _ => 0) (fun _ _ _ => 1) 1) with (i := 0%nat) as [_ H1].
  - split; [intros x; apply (is_derive_const 0 x)|]. split; intros; lra.
  - exists 0. intros; lra.
  - split; [intros i _; left; reflexivity|]. intros a b c Ha Hab Hc Hr. specialize (Hr a ltac:(lra) I).
    revert Hr. unfold loss_of, quad, signed, slope; simpl. intros Hr. assert (c = 0) by lra. subst c. lra.
  - lra.
  - intros t _ _ v. unfold norm2, quad; simpl. lra.
  - lia.
  - assert (H2 : is_lim (fun _ => 0) p_infty p_infty) by (apply (is_lim_ext (fun _ => Rabs 0)); [intros; apply Rabs_R0|exact H1]).
    apply is_lim_unique in H2. rewrite Lim_const in H2. discriminate.
Qed.

Theorem witness_remark_1 : ~ (forall (Q : R -> Prop) (l dl : R -> R) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat
  -> R) (C : R), convex_falling l dl -> bounded_below l -> trains_loss Q l dl n s f K -> 0 < C -> (forall t : R, 0 <= t -> Q t -> below n
  (K t) C) -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct remark_1_inhabited as [H1 [H2 [H3 H4]]].
  exact (H _ _ _ 1%nat _ _ _ 1 H1 H2 H3 Rlt_0_1 (fun t Ht _ => H4 t Ht) 0%nat (le_n 1)).
Qed.

Theorem witness_remark_1_needs_bound : ~ (forall l dl : R -> R, convex_falling l dl -> ~ bounded_below l -> False).
Proof.
  intros H. apply (H (fun z => - z) (fun _ => -1)).
  - split; [|split]; [intros z; auto_derive; [exact I|ring]|intros; lra|intros; lra].
  - intros [m Hm]. specialize (Hm (- m + 1)). lra.
Qed.

Theorem mutant_remark_1_needs_bound : ~ (forall l dl : R -> R, convex_falling l dl -> exists (f : nat -> R -> R) (K : R -> nat -> nat ->
  R), trains_loss (fun _ : R => True) l dl 2 (fun _ : nat => 1) f K /\ (forall t : R, 0 <= t -> below 2 (K t) (1 / 3)) /\ (forall t : R, f
  0%nat t = 0)).
Proof.
  intros H. destruct (H _ _ exponential_convex_falling) as [f [K [HT [HK H0]]]].
  destruct (remark_1 _ _ _ 2%nat _ f K (1 / 3) exponential_convex_falling (proj1 (proj2 remark_1_inhabited)) HT ltac:(lra)
    (fun t Ht _ => HK t Ht) 0%nat ltac:(lia)) as [_ H1].
  assert (H2 : is_lim (fun _ => 0) p_infty p_infty).
  { apply (is_lim_ext (fun t => Rabs (f 0%nat t))); [intros t; rewrite H0; apply Rabs_R0|exact H1]. }
  apply is_lim_unique in H2. rewrite Lim_const in H2. discriminate.
Qed.
