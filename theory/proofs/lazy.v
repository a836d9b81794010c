(** The lazy regime (LZ-1, LZ-2, LZ-4): a penalty keeps the parameters in a ball, soft targets make the outputs converge, and the
    solutions in terms of the kernel are unique. Set-up: this suite. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants gap_sharpness dissipation output_bound parameter_sums gradient_flow multiclass multiclass_network.
Open Scope R_scope.

(** ** LZ-1: loss + (beta / 2) |theta - theta_0|^2, for any network and any losses l_i >= 0 *)
Section Sums_in_time.
Context {A : Type}.

Lemma derive_of_parameter_sum (l : list A) (h : A -> R -> R) (dh : A -> R) t : (forall p, In p l -> is_derive (h p) t (dh p)) ->
  is_derive (fun r => parameter_sum l (fun p => h p r)) t (parameter_sum l dh).
Proof.
  induction l as [|p l IH]; intros H; cbn [parameter_sum]; [apply (is_derive_const 0 t)|].
  apply (is_derive_plus (h p) (fun r => parameter_sum l (fun p => h p r))); [apply H; left; reflexivity|].
  apply IH. intros q Hq. apply H. right. exact Hq.
Qed.

Lemma limit_of_parameter_sum (E : (R -> Prop) -> Prop) {FE : Filter E} (l : list A) (h : A -> R -> R) (v : A -> R) :
  (forall p, In p l -> filterlim (h p) E (locally (v p))) ->
  filterlim (fun r => parameter_sum l (fun p => h p r)) E (locally (parameter_sum l v)).
Proof.
  induction l as [|p l IH]; intros H; cbn [parameter_sum]; [apply filterlim_const|].
  apply (filterlim_comp_2 (F := E) (G := locally (v p)) (H := locally (parameter_sum l v)) _ _ (@plus R_AbelianGroup)).
  - apply H. left. reflexivity.
  - apply IH. intros q Hq. apply H. right. exact Hq.
  - apply (@filterlim_plus R_AbsRing R_NormedModule).
Qed.
End Sums_in_time.

Section Penalty.
Context {A : Type}.
Variable eq_dec : forall p q : A, {p = q} + {p <> q}.
Variable trained : list A.
Variable n : nat.
Variable F : (A -> R) -> nat -> R.
Hypothesis once : NoDup trained.
Hypothesis F_ext : forall theta theta' i, (forall p, theta p = theta' p) -> F theta i = F theta' i.
Variables l dl : nat -> R -> R.
Hypothesis l_derive : forall i z, (i < n)%nat -> is_derive (l i) z (dl i z).
Hypothesis l_nonneg : forall i z, (i < n)%nat -> 0 <= l i z.
Variable beta : R.
Hypothesis beta_pos : 0 < beta.
Variable theta : R -> A -> R.
Let f (i : nat) (t : R) : R := F (theta t) i.

Definition total_loss (t : R) : R := sum n (fun i => l i (f i t)).
Definition distance2 (t : R) : R := parameter_sum trained (fun p => (theta t p - theta 0 p) ^ 2).
Definition objective (t : R) : R := total_loss t + beta / 2 * distance2 t.
(** d theta/dt = - grad (L + (beta / 2) |theta - theta_0|^2). *)
Definition velocity (t : R) (p : A) : R :=
  - sum n (fun i => partial eq_dec F (theta t) i p * dl i (f i t)) - beta * (theta t p - theta 0 p).
Definition penalised_at (t : R) : Prop :=
  (forall p, In p trained -> is_derive (fun r => theta r p) t (velocity t p)) /\
  (forall i, (i < n)%nat -> exists g, differentiable trained F (theta t) i g).
(** Kinks are crossed at finitely many times in every bounded interval. *)
Definition penalised_flow : Prop :=
  (forall T, exists kinks : list R, forall t, 0 < t < T -> ~ In t kinks -> penalised_at t) /\
  (forall t, 0 < t -> (forall i, (i < n)%nat -> continuous (f i) t) /\ forall p, In p trained -> continuous (fun r => theta r p) t) /\
  (forall i, (i < n)%nat -> filterlim (f i) (at_right 0) (locally (f i 0))) /\
  (forall p, In p trained -> filterlim (fun r => theta r p) (at_right 0) (locally (theta 0 p))) /\
  (forall t r p, ~ In p trained -> theta r p = theta t p).

(** dE/dt = - |d theta/dt|^2. *)
Lemma objective_falls t : penalised_at t -> (forall r p, ~ In p trained -> theta r p = theta t p) ->
  is_derive objective t (- parameter_sum trained (fun p => velocity t p ^ 2)).
Proof.
  intros [Hflow Hsm] Hfix.
  assert (Hf : forall i, (i < n)%nat -> is_derive (f i) t (parameter_sum trained (fun p => partial eq_dec F (theta t) i p * velocity t p))).
  { intros i Hi. destruct (Hsm i Hi) as [g Hg].
    assert (H := chain_rule trained F F_ext theta i g t _ Hg Hflow (fun p r Hp => Hfix r p Hp)).
    evar_last; [exact H|]. apply parameter_sum_ext. intros p Hp. rewrite (gradient eq_dec trained F once F_ext (theta t) i g p Hp Hg). reflexivity. }
  unfold objective. set (speed2 := parameter_sum trained (fun p => velocity t p ^ 2)). evar_last.
  - apply (is_derive_plus total_loss (fun r => beta / 2 * distance2 r)).
    + apply (is_derive_sum n (fun i r => l i (f i r)) (fun i => parameter_sum trained (fun p => partial eq_dec F (theta t) i p * velocity t p) * dl i (f i t))).
      intros i Hi. apply (is_derive_comp (l i) (f i)); [apply l_derive, Hi|apply Hf, Hi].
    + apply (is_derive_scal distance2).
      apply (derive_of_parameter_sum trained (fun p r => (theta r p - theta 0 p) ^ 2) (fun p => 2 * velocity t p * (theta t p - theta 0 p))).
      intros p Hp. specialize (Hflow p Hp). evar_last.
      * apply (is_derive_pow (fun r => theta r p - theta 0 p) 2 t).
        apply (is_derive_minus (fun r => theta r p) (fun _ => theta 0 p)); [exact Hflow|apply is_derive_const].
      * unfold minus, plus, opp, zero; simpl. ring.
  - unfold plus, scal; simpl; unfold mult; simpl.
    rewrite (sum_ext n _ (fun i => parameter_sum trained (fun p => partial eq_dec F (theta t) i p * dl i (f i t) * velocity t p))).
    2:{ intros i _. rewrite Rmult_comm, <- parameter_sum_scal. apply parameter_sum_ext; intros; ring. }
    rewrite <- (parameter_sum_sum trained n (fun p i => partial eq_dec F (theta t) i p * dl i (f i t) * velocity t p)).
    rewrite <- (parameter_sum_scal trained (beta / 2)).
    assert (E : forall l' g h : A -> R, forall tr : list A, (forall p, g p + h p = l' p) -> parameter_sum tr g + parameter_sum tr h = parameter_sum tr l').
    { intros l' g h tr H. induction tr as [|p tr IH]; cbn [parameter_sum]; [ring|]. rewrite <- IH, <- H. ring. }
    rewrite (E (fun p => -1 * velocity t p ^ 2)); [rewrite parameter_sum_scal; unfold speed2; ring|].
    intros p. rewrite sum_scal_r.
    set (S := sum n (fun i => partial eq_dec F (theta t) i p * dl i (f i t))).
    assert (HV : velocity t p = - S - beta * (theta t p - theta 0 p)) by reflexivity.
    rewrite HV. field.
Qed.

Lemma objective_limit (E : (R -> Prop) -> Prop) {FE : Filter E} t :
  (forall i, (i < n)%nat -> filterlim (f i) E (locally (f i t))) ->
  (forall p, In p trained -> filterlim (fun r => theta r p) E (locally (theta t p))) ->
  filterlim objective E (locally (objective t)).
Proof.
  intros Hf Hp. unfold objective.
  apply (filterlim_comp_2 (F := E) (G := locally (total_loss t)) (H := locally (beta / 2 * distance2 t)) _ _ (@plus R_AbelianGroup)).
  - apply (limit_of_sum E n (fun i r => l i (f i r)) (fun i => l i (f i t))). intros i Hi.
    apply (filterlim_comp _ _ _ (f i) (l i) E (locally (f i t))); [apply Hf, Hi|].
    apply (ex_derive_continuous (l i)). eexists. apply l_derive, Hi.
  - apply (filterlim_comp _ _ _ distance2 (fun y => beta / 2 * y) E (locally (distance2 t))).
    + apply (limit_of_parameter_sum E trained (fun p r => (theta r p - theta 0 p) ^ 2)). intros p Hpt.
      apply (filterlim_comp _ _ _ (fun r => theta r p) (fun y => (y - theta 0 p) ^ 2) E (locally (theta t p))); [apply Hp, Hpt|].
      apply (ex_derive_continuous (fun y => (y - theta 0 p) ^ 2)). auto_derive. exact I.
    + apply (ex_derive_continuous (fun y => beta / 2 * y)). auto_derive. exact I.
  - apply (@filterlim_plus R_AbsRing R_NormedModule).
Qed.

Theorem objective_never_rises : penalised_flow -> forall s t, 0 <= s -> s <= t -> objective t <= objective s.
Proof.
  intros [Hflow [Hc [Hf0 [Hp0 Hfix]]]] s t Hs Hst.
  assert (HD : dissipates penalised_at objective (fun t => parameter_sum trained (fun p => velocity t p ^ 2))).
  { apply dissipates_piecewise.
    - intros r Hr. destruct (Hc r Hr) as [H1 H2]. apply (objective_limit (locally r) r); assumption.
    - apply (objective_limit (at_right 0) 0); assumption.
    - exact Hflow.
    - intros r Hr HQ. eexists. split; [apply objective_falls; [exact HQ|intros q p; apply Hfix]|]. lra. }
  assert (H := HD s t 0 Hs Hst ltac:(lra)). rewrite Rmult_0_l, Rminus_0_r in H. apply H. intros r _ _.
  apply parameter_sum_nonneg. intros p _. apply pow2_ge_0.
Qed.

(** LZ-1, pathwise: (beta / 2) |theta_t - theta_0|^2 <= L(theta_0). *)
Theorem penalty_bound : penalised_flow -> forall t, 0 <= t -> beta / 2 * distance2 t <= total_loss 0.
Proof.
  intros Hflow t Ht. assert (H := objective_never_rises Hflow 0 t (Rle_refl 0) Ht). unfold objective in H.
  assert (HL : 0 <= total_loss t) by (apply sum_nonneg; intros; apply l_nonneg; assumption).
  assert (H0 : distance2 0 = 0).
  { unfold distance2. rewrite (parameter_sum_ext trained _ (fun _ => 0 * 0)) by (intros; ring). rewrite parameter_sum_scal. ring. }
  rewrite H0 in H. lra.
Qed.
End Penalty.

(** ** LZ-2: soft targets. Losses l_i whose derivative rises strictly through zero at z_i: the outputs converge to z_i
    while the least eigenvalue of K_t stays above C > 0. *)
Definition sharp_minimum (l dl : R -> R) (z : R) : Prop :=
  (forall x, is_derive l x (dl x)) /\ (forall x y, x < y -> dl x < dl y) /\ dl z = 0.

Section Minimum.
Variables l dl : R -> R.
Variable z : R.
Hypothesis shape : sharp_minimum l dl z.

Lemma right_rises x y : z <= x -> x < y -> l x < l y.
Proof.
  destruct shape as [Hd [Hi Hz]]. intros Hx Hxy.
  assert (Hc : forall r, continuity_pt l r) by (intros r; apply continuity_pt_filterlim; apply (ex_derive_continuous l); eexists; apply Hd).
  (* the mean slope over the right half is positive, over the left half not negative *)
  destruct (MVT_gen l x ((x + y) / 2) dl) as [a [Ha E1]]; [intros; apply Hd|intros; apply Hc|].
  destruct (MVT_gen l ((x + y) / 2) y dl) as [b [Hb E2]]; [intros; apply Hd|intros; apply Hc|].
  rewrite Rmin_left, Rmax_right in Ha, Hb by lra.
  assert (0 <= dl a) by (destruct (Rle_lt_or_eq_dec z a ltac:(lra)) as [Hlt|<-]; [specialize (Hi z a Hlt); lra|lra]).
  assert (0 < dl b) by (specialize (Hi z b ltac:(lra)); lra). nra.
Qed.

Lemma left_falls x y : y <= z -> x < y -> l y < l x.
Proof.
  destruct shape as [Hd [Hi Hz]]. intros Hy Hxy.
  assert (Hc : forall r, continuity_pt l r) by (intros r; apply continuity_pt_filterlim; apply (ex_derive_continuous l); eexists; apply Hd).
  destruct (MVT_gen l x ((x + y) / 2) dl) as [a [Ha E1]]; [intros; apply Hd|intros; apply Hc|].
  destruct (MVT_gen l ((x + y) / 2) y dl) as [b [Hb E2]]; [intros; apply Hd|intros; apply Hc|].
  rewrite Rmin_left, Rmax_right in Ha, Hb by lra.
  assert (dl a < 0) by (specialize (Hi a z ltac:(lra)); lra).
  assert (dl b <= 0) by (destruct (Rle_lt_or_eq_dec b z ltac:(lra)) as [Hlt| ->]; [specialize (Hi b z Hlt); lra|lra]). nra.
Qed.

Lemma minimal x : l z <= l x.
Proof.
  destruct (Rtotal_order x z) as [H|[->|H]]; [left; apply left_falls; lra|lra|left; apply right_rises; lra].
Qed.

(** Small excess, small distance. *)
Lemma excess_distance h : 0 < h -> exists e, 0 < e /\ forall x, l x - l z < e -> Rabs (x - z) < h.
Proof.
  intros Hh. exists (Rmin (l (z + h) - l z) (l (z - h) - l z)).
  assert (H1 := right_rises z (z + h) ltac:(lra) ltac:(lra)). assert (H2 := left_falls (z - h) z ltac:(lra) ltac:(lra)).
  split; [apply Rmin_glb_lt; lra|]. intros x Hx.
  assert (M1 := Rmin_l (l (z + h) - l z) (l (z - h) - l z)). assert (M2 := Rmin_r (l (z + h) - l z) (l (z - h) - l z)).
  apply Rabs_def1.
  - apply Rnot_le_lt. intros H. destruct H as [H|H]; [assert (H3 := right_rises (z + h) x ltac:(lra) ltac:(lra)); lra|].
    replace x with (z + h) in Hx by lra. lra.
  - apply Rnot_le_lt. intros H. destruct H as [H|H]; [assert (H3 := left_falls x (z - h) ltac:(lra) ltac:(lra)); lra|].
    replace x with (z - h) in Hx by lra. lra.
Qed.

(** Excess at least e, force at least d. *)
Lemma excess_force e : 0 < e -> exists d, 0 < d /\ forall x, e <= l x - l z -> d <= Rabs (dl x).
Proof.
  intros He. destruct shape as [Hd [Hi Hz]].
  assert (Hc : continuous l z) by (apply (ex_derive_continuous l); eexists; apply Hd).
  destruct (Hc (ball (l z) (mkposreal e He)) (locally_ball _ _)) as [r Hr]. assert (Hr0 := cond_pos r).
  assert (inside : forall x, Rabs (x - z) < r -> l x - l z < e).
  { intros x Hx. assert (B : ball (l z) e (l x)) by (apply (Hr x); exact Hx).
    unfold ball in B; simpl in B; unfold AbsRing_ball, abs, minus, plus, opp in B; simpl in B. apply Rabs_def2 in B. lra. }
  assert (P1 := Hi z (z + r / 2) ltac:(lra)). assert (P2 := Hi (z - r / 2) z ltac:(lra)).
  exists (Rmin (dl (z + r / 2)) (- dl (z - r / 2))). split; [apply Rmin_glb_lt; lra|]. intros x Hx.
  assert (M1 := Rmin_l (dl (z + r / 2)) (- dl (z - r / 2))). assert (M2 := Rmin_r (dl (z + r / 2)) (- dl (z - r / 2))).
  destruct (Rlt_dec (z + r / 2) x) as [H1|H1].
  - specialize (Hi _ _ H1). rewrite Rabs_pos_eq; lra.
  - destruct (Rlt_dec x (z - r / 2)) as [H2|H2].
    + specialize (Hi _ _ H2). rewrite Rabs_left; lra.
    + exfalso. assert (H := inside x ltac:(apply Rabs_def1; lra)). lra.
Qed.
End Minimum.

Lemma common_bound n (P : nat -> R -> Prop) : (forall i, (i < n)%nat -> exists d, 0 < d /\ P i d) ->
  (forall i d d', P i d -> 0 < d' -> d' <= d -> P i d') -> exists d, 0 < d /\ forall i, (i < n)%nat -> P i d.
Proof.
  intros H Hdown. induction n as [|n IH]; [exists 1; split; [lra|intros; lia]|].
  destruct IH as [a [Ha HA]]; [intros; apply H; lia|]. destruct (H n (le_n _)) as [b [Hb HB]].
  exists (Rmin a b). assert (Hp : 0 < Rmin a b) by (apply Rmin_glb_lt; assumption). split; [exact Hp|].
  intros i Hi. destruct (Nat.eq_dec i n) as [->|Hne]; [apply (Hdown n b); [exact HB|exact Hp|apply Rmin_r]|].
  apply (Hdown i a); [apply HA; lia|exact Hp|apply Rmin_l].
Qed.

(** The force r_i = l_i'(f_i); the loss falls at least at the rate r' K_t r at the times in Q. *)
Definition trains_soft (Q : R -> Prop) (n : nat) (l dl : nat -> R -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) : Prop :=
  dissipates Q (fun t => sum n (fun i => l i (f i t))) (fun t => quad n (K t) (fun i => dl i (f i t))).

Theorem soft_limit (Q : R -> Prop) (n : nat) (l dl : nat -> R -> R) (z : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R) :
  (forall i, (i < n)%nat -> sharp_minimum (l i) (dl i) (z i)) -> trains_soft Q n l dl f K ->
  0 < C -> (forall t, 0 <= t -> Q t -> below n (K t) C) ->
  forall i, (i < n)%nat -> is_lim (f i) p_infty (z i).
Proof.
  intros Hl HD HC HK i Hi. set (V := fun t => sum n (fun i => l i (f i t))).
  set (V0 := sum n (fun i => l i (z i))).
  assert (excess : forall t, sum n (fun j => l j (f j t) - l j (z j)) = V t - V0) by (intros; apply sum_minus).
  assert (nonneg : forall t j, (j < n)%nat -> 0 <= l j (f j t) - l j (z j)).
  { intros t j Hj. assert (H := minimal (l j) (dl j) (z j) (Hl j Hj) (f j t)). lra. }
  assert (Vdec : forall s t, 0 <= s -> s <= t -> V t <= V s).
  { intros s t Hs Hst. assert (H := HD s t 0 Hs Hst ltac:(lra)). rewrite Rmult_0_l, Rminus_0_r in H. apply H.
    intros r Hr HQ. eapply Rle_trans; [|apply HK; [lra|exact HQ]]. apply Rmult_le_pos; [lra|apply norm2_nonneg]. }
  apply is_lim_spec. intros [h Hh]; simpl.
  destruct (excess_distance (l i) (dl i) (z i) (Hl i Hi) h Hh) as [e [He Hdist]].
  assert (Hn : 0 < INR n) by (apply lt_0_INR; lia).
  assert (Hen : 0 < e / INR n) by (apply Rdiv_lt_0_compat; assumption).
  destruct (common_bound n (fun j d => forall x, e / INR n <= l j x - l j (z j) -> d <= Rabs (dl j x))) as [d [Hd Hforce]].
  { intros j Hj. apply (excess_force (l j) (dl j) (z j) (Hl j Hj)), Hen. }
  { intros j a b Ha _ Hab x Hx. specialize (Ha x Hx). lra. }
  assert (Hcd : 0 < C * d ^ 2) by (apply Rmult_lt_0_compat; [exact HC|apply pow_lt, Hd]).
  assert (fast : forall t, e <= V t - V0 -> d ^ 2 <= norm2 n (fun j => dl j (f j t))).
  { intros t Ht.
    assert (Hex : exists j, (j < n)%nat /\ e / INR n <= l j (f j t) - l j (z j)).
    { apply Classical_Prop.NNPP. intros Hno.
      assert (Hall : forall j, (j < n)%nat -> l j (f j t) - l j (z j) < e / INR n).
      { intros j Hj. apply Rnot_le_lt. intros Hle. apply Hno. exists j. split; assumption. }
      assert (Hs : forall m, (m <= n)%nat -> (0 < m)%nat -> sum m (fun j => l j (f j t) - l j (z j)) < INR m * (e / INR n)).
      { induction m as [|m IH]; intros Hm H0; [lia|]. rewrite S_INR. simpl sum. specialize (Hall m ltac:(lia)).
        destruct m as [|m]; [simpl; lra|]. specialize (IH ltac:(lia) ltac:(lia)). lra. }
      specialize (Hs n (le_n n) ltac:(lia)). rewrite excess in Hs. replace (INR n * (e / INR n)) with e in Hs by (field; lra). lra. }
    destruct Hex as [j [Hj Hle]]. specialize (Hforce j Hj (f j t) Hle).
    apply Rle_trans with (dl j (f j t) ^ 2).
    - rewrite <- (pow2_abs (dl j (f j t))). apply pow_incr. lra.
    - apply (sum_term n (fun j => dl j (f j t) ^ 2) j Hj). intros; apply pow2_ge_0. }
  exists (Rmax 0 ((V 0 - V0) / (C * d ^ 2))). intros t Ht.
  assert (T0 := Rmax_l 0 ((V 0 - V0) / (C * d ^ 2))). assert (T1 := Rmax_r 0 ((V 0 - V0) / (C * d ^ 2))).
  apply Hdist. apply Rnot_le_lt. intros Hle.
  assert (HV : e <= V t - V0).
  { rewrite <- excess. eapply Rle_trans; [exact Hle|]. apply (sum_term n (fun j => l j (f j t) - l j (z j)) i Hi). intros; apply nonneg; assumption. }
  assert (H := HD 0 t (C * d ^ 2) ltac:(lra) ltac:(lra) ltac:(lra)). rewrite Rminus_0_r in H. fold (V t) (V 0) in H.
  assert (H1 : V t <= V 0 - C * d ^ 2 * t).
  { apply H. intros r Hr HQ. eapply Rle_trans; [|apply HK; [lra|exact HQ]]. apply Rmult_le_compat_l; [lra|].
    apply fast. assert (H2 := Vdec r t ltac:(lra) ltac:(lra)). lra. }
  assert (C * d ^ 2 * ((V 0 - V0) / (C * d ^ 2)) < C * d ^ 2 * t) by (apply Rmult_lt_compat_l; lra).
  replace (C * d ^ 2 * ((V 0 - V0) / (C * d ^ 2))) with (V 0 - V0) in H0 by (field; lra). lra.
Qed.

(** The logistic loss with target y in (0, 1): - y ln o - (1 - y) ln(1 - o) = ln(1 + exp(f)) - y f, at rest at ln(y / (1 - y)). *)
Definition sigmoid (x : R) : R := / (1 + exp (- x)).
Definition soft_loss (y x : R) : R := ln (1 + exp x) - y * x.

Lemma sigmoid_increasing x y : x < y -> sigmoid x < sigmoid y.
Proof.
  intros H. assert (H1 := exp_pos (- x)). assert (H2 := exp_pos (- y)). assert (H3 : exp (- y) < exp (- x)) by (apply exp_increasing; lra).
  apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra|lra].
Qed.

Theorem soft_loss_minimum y : 0 < y < 1 -> sharp_minimum (soft_loss y) (fun x => sigmoid x - y) (ln (y / (1 - y))).
Proof.
  intros Hy. split; [|split].
  - intros x. unfold soft_loss, sigmoid. assert (H := exp_pos x). auto_derive; [lra|]. rewrite exp_Ropp. field; split; lra.
  - intros a b H. apply sigmoid_increasing in H. lra.
  - unfold sigmoid. rewrite exp_Ropp, exp_ln by (apply Rdiv_lt_0_compat; lra). field; lra.
Qed.

Theorem lazy_soft_limit (Q : R -> Prop) (n : nat) (y : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R) :
  (forall i, (i < n)%nat -> 0 < y i < 1) -> trains_soft Q n (fun i => soft_loss (y i)) (fun i x => sigmoid x - y i) f K ->
  0 < C -> (forall t, 0 <= t -> Q t -> below n (K t) C) ->
  forall i, (i < n)%nat -> is_lim (f i) p_infty (ln (y i / (1 - y i))).
Proof.
  intros Hy HT HC HK. apply (soft_limit Q n (fun i => soft_loss (y i)) (fun i x => sigmoid x - y i) (fun i => ln (y i / (1 - y i))) f K C); [|exact HT|exact HC|exact HK].
  intros i Hi. apply soft_loss_minimum, Hy, Hi.
Qed.

(** ** LZ-4: uniqueness of the solutions *)
(** f = f_0 + K (y - o(f)) / beta on the samples. *)
Definition penalised_solution (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (beta : R) (f : nat -> R) : Prop :=
  forall i, (i < n)%nat -> f i = f0 i + apply_matrix n K (fun j => y j - sigmoid (f j)) i / beta.

Lemma sigmoid_monotone a b : 0 <= (sigmoid a - sigmoid b) * (a - b) /\ ((sigmoid a - sigmoid b) * (a - b) = 0 -> a = b).
Proof.
  destruct (Rtotal_order a b) as [H|[->|H]].
  - assert (H1 := sigmoid_increasing a b H). split; [nra|intros E; nra].
  - split; [lra|reflexivity].
  - assert (H1 := sigmoid_increasing b a H). split; [nra|intros E; nra].
Qed.

(** Any positive semidefinite K, any targets. *)
Theorem penalised_solution_unique (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (beta : R) (f g : nat -> R) :
  psd n K -> 0 < beta -> penalised_solution n K f0 y beta f -> penalised_solution n K f0 y beta g ->
  forall i, (i < n)%nat -> f i = g i.
Proof.
  intros HK Hb Hf Hg. set (d := fun j => sigmoid (f j) - sigmoid (g j)).
  assert (E : forall i, (i < n)%nat -> d i * (f i - g i) = - / beta * (d i * apply_matrix n K d i)).
  { intros i Hi. rewrite (Hf i Hi), (Hg i Hi).
    assert (Ed : apply_matrix n K (fun j => y j - sigmoid (f j)) i - apply_matrix n K (fun j => y j - sigmoid (g j)) i = - apply_matrix n K d i).
    { unfold apply_matrix. rewrite <- sum_minus, <- sum_opp. apply sum_ext; intros j _. unfold d. ring. }
    transitivity (d i * (/ beta * (apply_matrix n K (fun j => y j - sigmoid (f j)) i - apply_matrix n K (fun j => y j - sigmoid (g j)) i))); [field; lra|].
    rewrite Ed. ring. }
  assert (Hq : quad n K d = sum n (fun i => d i * apply_matrix n K d i)).
  { unfold quad, apply_matrix. apply sum_ext; intros i _. rewrite <- sum_scal. apply sum_ext; intros; ring. }
  assert (Hsum : sum n (fun i => d i * (f i - g i)) <= 0).
  { rewrite (sum_ext n _ _ E), sum_scal, <- Hq. assert (H := HK d). assert (H1 := Rinv_0_lt_compat beta Hb). nra. }
  intros i Hi. apply (proj2 (sigmoid_monotone (f i) (g i))). apply Rle_antisym; [|apply sigmoid_monotone].
  eapply Rle_trans; [|exact Hsum]. apply (sum_term n (fun i => d i * (f i - g i)) i Hi). intros j _. apply sigmoid_monotone.
Qed.

(** The stationary points of the linearised model f_0 + K C under the penalty (beta / 2) C' K C: one, for definite K. *)
Theorem penalised_coefficients_unique (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (beta : R) (C C' : nat -> R) :
  definite n K -> 0 < beta ->
  (forall i, (i < n)%nat -> apply_matrix n K (fun j => beta * C j - (y j - sigmoid (f0 j + apply_matrix n K C j))) i = 0) ->
  (forall i, (i < n)%nat -> apply_matrix n K (fun j => beta * C' j - (y j - sigmoid (f0 j + apply_matrix n K C' j))) i = 0) ->
  forall i, (i < n)%nat -> C i = C' i.
Proof.
  intros HK Hb.
  assert (kernel : forall v, (forall i, (i < n)%nat -> apply_matrix n K v i = 0) -> forall i, (i < n)%nat -> v i = 0).
  { intros v Hv i Hi. apply Classical_Prop.NNPP. intros Hne.
    assert (H := HK v (ex_intro _ i (conj Hi Hne))).
    assert (Hq : quad n K v = sum n (fun i => v i * apply_matrix n K v i)).
    { unfold quad, apply_matrix. apply sum_ext; intros k _. rewrite <- sum_scal. apply sum_ext; intros; ring. }
    rewrite Hq, (sum_ext n _ (fun _ => 0)), sum_zero in H; [lra|]. intros k Hk. rewrite (Hv k Hk). ring. }
  intros H H'. assert (R := kernel _ H). assert (R' := kernel _ H'). cbv beta in R, R'.
  assert (sol : forall D, (forall i, (i < n)%nat -> beta * D i - (y i - sigmoid (f0 i + apply_matrix n K D i)) = 0) ->
            penalised_solution n K f0 y beta (fun i => f0 i + apply_matrix n K D i)).
  { intros D HD i Hi. f_equal. unfold apply_matrix at 2. unfold Rdiv. rewrite <- sum_scal_r. unfold apply_matrix at 1. apply sum_ext; intros j Hj.
    specialize (HD j Hj). replace (y j - sigmoid (f0 j + apply_matrix n K D j)) with (beta * D j) by lra. field; lra. }
  assert (U := penalised_solution_unique n K f0 y beta _ _ (definite_psd n K HK) Hb (sol C R) (sol C' R')). cbv beta in U.
  intros i Hi. specialize (R i Hi). specialize (R' i Hi). rewrite (U i Hi) in R. nra.
Qed.

(** Soft targets, no penalty: the only coefficients at which the linearised model is without force. *)
Theorem soft_solution_unique (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (C C' : nat -> R) :
  definite n K -> (forall i, (i < n)%nat -> sigmoid (f0 i + apply_matrix n K C i) = y i) ->
  (forall i, (i < n)%nat -> sigmoid (f0 i + apply_matrix n K C' i) = y i) ->
  forall i, (i < n)%nat -> C i = C' i.
Proof.
  intros HK H H' i Hi. apply Classical_Prop.NNPP. intros Hne. set (d := fun j => C j - C' j).
  assert (Hd := HK d (ex_intro (fun i => (i < n)%nat /\ d i <> 0) i (conj Hi (Rminus_eq_contra _ _ Hne)))).
  assert (Hq : quad n K d = sum n (fun i => d i * (apply_matrix n K C i - apply_matrix n K C' i))).
  { unfold quad, apply_matrix. apply sum_ext; intros k _. rewrite <- sum_minus, <- sum_scal. apply sum_ext; intros j _. unfold d. ring. }
  rewrite Hq, (sum_ext n _ (fun _ => 0)), sum_zero in Hd; [lra|]. intros k Hk.
  assert (E : f0 k + apply_matrix n K C k = f0 k + apply_matrix n K C' k).
  { apply (proj2 (sigmoid_monotone _ _)). rewrite (H k Hk), (H' k Hk). ring. }
  replace (apply_matrix n K C k) with (apply_matrix n K C' k) by lra. ring.
Qed.

(** ... and there the output on the samples is ln(y / (1 - y)). *)
Theorem rest_output y x : 0 < y < 1 -> (sigmoid x = y <-> x = ln (y / (1 - y))).
Proof.
  intros Hy. assert (E : sigmoid (ln (y / (1 - y))) = y).
  { unfold sigmoid. rewrite exp_Ropp, exp_ln by (apply Rdiv_lt_0_compat; lra). field; lra. }
  split; [|intros ->; exact E]. intros H. apply (proj2 (sigmoid_monotone x (ln (y / (1 - y))))). rewrite E, H. ring.
Qed.

(** Several classes: where softmax(z) = y, logits differ by ln y_a - ln y_b. *)
Theorem rest_logits k z y a b : (a < k)%nat -> (b < k)%nat -> (forall c, (c < k)%nat -> softmax k z c = y c) ->
  z a - z b = ln (y a) - ln (y b).
Proof.
  intros Ha Hb H. assert (HT := total_pos k z a Ha). rewrite <- (H a Ha), <- (H b Hb). unfold softmax, Rdiv.
  rewrite !ln_mult, !ln_exp by (try apply exp_pos; apply Rinv_0_lt_compat, HT). ring.
Qed.

(** Forces of all classes add up to zero, so that the mean logit stays where it started. *)
Theorem mean_logit_kept n k (K : nat -> nat -> R) (f0 C : nat -> nat -> R) :
  (forall j, (j < n)%nat -> sum k (C j) = 0) ->
  forall i, sum k (fun c => f0 i c + apply_matrix n K (fun j => C j c) i) = sum k (fun c => f0 i c).
Proof.
  intros HC i. rewrite sum_plus.
  assert (E : sum k (fun c => apply_matrix n K (fun j => C j c) i) = 0).
  { unfold apply_matrix. rewrite (sum_swap k n (fun c j => K i j * C j c)), (sum_ext n _ (fun _ => 0)); [apply sum_zero|].
    intros j Hj. rewrite sum_scal, (HC j Hj). ring. }
  rewrite E. apply Rplus_0_r.
Qed.

(** The penalised objective of the linearised model is strictly convex in C: its Hessian K diag(w) K + beta K, w = l'' >= 0, is definite. *)
Theorem linearised_hessian_definite (n : nat) (K : nat -> nat -> R) (w : nat -> R) (beta : R) (v : nat -> R) :
  definite n K -> 0 < beta -> (forall i, (i < n)%nat -> 0 <= w i) -> (exists i, (i < n)%nat /\ v i <> 0) ->
  0 < sum n (fun i => w i * apply_matrix n K v i ^ 2) + beta * quad n K v.
Proof.
  intros HK Hb Hw Hv. assert (H := HK v Hv).
  assert (0 <= sum n (fun i => w i * apply_matrix n K v i ^ 2)) by (apply sum_nonneg; intros i Hi; apply Rmult_le_pos; [apply Hw, Hi|apply pow2_ge_0]).
  nra.
Qed.
