(** Integrals of bell(x) = exp(-x^2/2): over the line, over half-planes, and the limits that the moments of the ReLU need.
    They rest on one fact: the integral of bell(x) bell(z) over 0 < x < X, 0 < z < c x has in c the derivative
    (1 - exp(-X^2 (1 + c^2) / 2)) / (1 + c^2), so that it tends to atan(c) as X grows. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Definition bell (x : R) : R := exp (- x ^ 2 / 2).
Definition area (y : R) : R := RInt bell 0 y.
Definition swept (c x : R) : R := RInt (fun t => bell t * area (c * t)) 0 x.

Ltac real_equation := match goal with |- ?a = ?b => change (@eq R a b) end.

Lemma bell_pos x : 0 < bell x.
Proof. apply exp_pos. Qed.

Lemma bell_derive x : is_derive bell x (- x * bell x).
Proof. unfold bell. auto_derive; [exact I|]. simpl. unfold Rdiv. field. Qed.

Lemma bell_continuous x : continuous bell x.
Proof. apply (ex_derive_continuous bell). eexists. apply bell_derive. Qed.

Lemma area_derive y : is_derive area y (bell y).
Proof.
  apply (is_derive_RInt bell area 0 y); [|apply bell_continuous].
  apply filter_forall. intros b. apply (RInt_correct (V := R_CompleteNormedModule)), (ex_RInt_continuous (V := R_CompleteNormedModule)).
  intros; apply bell_continuous.
Qed.

Lemma area_0 : area 0 = 0.
Proof. unfold area. rewrite RInt_point. reflexivity. Qed.

Lemma area_comp_derive c x : is_derive (fun t => area (c * t)) x (c * bell (c * x)).
Proof.
  assert (Hl : is_derive (fun t => c * t) x c) by (auto_derive; [exact I|ring]).
  evar_last; [apply (is_derive_comp area (fun t => c * t) x _ _ (area_derive (c * x)) Hl)|].
  unfold scal; simpl; unfold mult; simpl. real_equation. ring.
Qed.

Lemma area_continuous y : continuous area y.
Proof. apply (ex_derive_continuous area). eexists. apply area_derive. Qed.

Lemma same_slope (f g df : R -> R) : (forall x, is_derive f x (df x)) -> (forall x, is_derive g x (df x)) -> f 0 = g 0 ->
  forall x, f x = g x.
Proof.
  intros Hf Hg H0 x.
  assert (Hz : forall v, is_derive (fun y => f y - g y) v zero).
  { intros v. evar_last; [apply (is_derive_minus f g); [apply Hf|apply Hg]|]. unfold minus, plus, opp, zero; simpl. real_equation. ring. }
  assert (f x - g x = f 0 - g 0); [|lra].
  destruct (Rtotal_order x 0) as [H|[->|H]]; [|reflexivity|].
  - apply (eq_is_derive (fun y => f y - g y) x 0); [intros; apply Hz|exact H].
  - symmetry. apply (eq_is_derive (fun y => f y - g y) 0 x); [intros; apply Hz|exact H].
Qed.

Lemma area_opp y : area (- y) = - area y.
Proof.
  apply (same_slope (fun y => area (- y)) (fun y => - area y) (fun y => - bell y)).
  - intros x. apply (is_derive_ext (fun t => area (-1 * t))); [intros t; f_equal; ring|]. evar_last; [apply area_comp_derive|].
    real_equation. unfold bell. replace (- (-1 * x) ^ 2 / 2) with (- x ^ 2 / 2) by field. ring.
  - intros x. apply (is_derive_opp area). apply area_derive.
  - rewrite Ropp_0, area_0. ring.
Qed.

Lemma swept_continuous c x : continuous (fun t => bell t * area (c * t)) x.
Proof.
  apply (continuous_mult bell (fun t => area (c * t))); [apply bell_continuous|].
  apply (ex_derive_continuous (fun t => area (c * t))). eexists. apply area_comp_derive.
Qed.

Lemma swept_derive c x : is_derive (swept c) x (bell x * area (c * x)).
Proof.
  apply (is_derive_RInt (fun t => bell t * area (c * t)) (swept c) 0 x); [|apply swept_continuous].
  apply filter_forall. intros b. apply (RInt_correct (V := R_CompleteNormedModule)), (ex_RInt_continuous (V := R_CompleteNormedModule)).
  intros; apply swept_continuous.
Qed.

Lemma swept_start c : swept c 0 = 0.
Proof. unfold swept. rewrite RInt_point. reflexivity. Qed.

Lemma swept_flat x : swept 0 x = 0.
Proof.
  unfold swept. rewrite (RInt_ext _ (fun _ => 0)).
  - rewrite RInt_const. unfold scal; simpl; unfold mult; simpl. real_equation. ring.
  - intros t _. rewrite Rmult_0_l, area_0. real_equation. ring.
Qed.

Lemma bell_product x c : bell x * bell (c * x) = exp (- (x ^ 2 * (1 + c ^ 2) / 2)).
Proof. unfold bell. rewrite <- exp_plus. f_equal. field. Qed.

(** The derivative in c. *)
Lemma swept_slope c x : is_derive (fun c => swept c x) c ((1 - exp (- (x ^ 2 * (1 + c ^ 2) / 2))) / (1 + c ^ 2)).
Proof.
  assert (Hd : forall u t, is_derive (fun z => bell t * area (z * t)) u (bell t * (t * bell (u * t)))).
  { intros u t. apply (is_derive_scal (fun z => area (z * t)) u (bell t)).
    apply (is_derive_ext (fun z => area (t * z))); [intros z; f_equal; ring|]. evar_last; [apply area_comp_derive|].
    rewrite (Rmult_comm t u). reflexivity. }
  evar_last.
  - apply (is_derive_RInt_param (fun c t => bell t * area (c * t)) 0 x c).
    + apply filter_forall. intros u t _. eexists. apply Hd.
    + intros t _. apply (continuity_2d_pt_ext (fun u v => bell v * (v * bell (u * v)))).
      { intros u v. symmetry. apply is_derive_unique, Hd. }
      assert (Hb : forall y, continuity_pt bell y) by (intros y; apply continuity_pt_filterlim, bell_continuous).
      apply continuity_2d_pt_mult; [apply (continuity_1d_2d_pt_comp bell (fun _ v => v)); [apply Hb|apply continuity_2d_pt_id2]|].
      apply continuity_2d_pt_mult; [apply continuity_2d_pt_id2|].
      apply (continuity_1d_2d_pt_comp bell (fun u v => u * v)); [apply Hb|].
      apply continuity_2d_pt_mult; [apply continuity_2d_pt_id1|apply continuity_2d_pt_id2].
    + apply filter_forall. intros u. apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros t _. apply swept_continuous.
  - assert (Hc : 0 < 1 + c ^ 2) by (assert (H := pow2_ge_0 c); lra).
    rewrite (RInt_ext _ (fun t => t * exp (- (t ^ 2 * (1 + c ^ 2) / 2)))).
    2:{ intros t _. etransitivity; [apply is_derive_unique, Hd|]. rewrite <- bell_product, (Rmult_comm c t). real_equation. ring. }
    assert (H : is_RInt (fun t => t * exp (- (t ^ 2 * (1 + c ^ 2) / 2))) 0 x
      (minus (- exp (- (x ^ 2 * (1 + c ^ 2) / 2)) / (1 + c ^ 2)) (- exp (- (0 ^ 2 * (1 + c ^ 2) / 2)) / (1 + c ^ 2)))).
    { apply (is_RInt_derive (fun t => - exp (- (t ^ 2 * (1 + c ^ 2) / 2)) / (1 + c ^ 2))).
      - intros t _. auto_derive; [exact I|]. simpl. unfold Rdiv. field. simpl in Hc. lra.
      - intros t _. apply (ex_derive_continuous (fun t => t * exp (- (t ^ 2 * (1 + c ^ 2) / 2)))). auto_derive. exact I. }
    rewrite (is_RInt_unique (V := R_CompleteNormedModule) _ _ _ _ H). unfold minus, plus, opp; simpl. real_equation.
    replace (- (0 * (0 * 1) * (1 + c * (c * 1)) / 2)) with 0 by field. rewrite exp_0. field. simpl in Hc. lra.
Qed.

(** ** Limits *)
Lemma square_grows (k : R) : 0 < k -> is_lim (fun x => - (x ^ 2 * k)) p_infty m_infty.
Proof.
  intros Hk. apply is_lim_spec. intros M. exists (Rmax 1 (- M / k)). intros x Hx.
  assert (H1 := Rmax_l 1 (- M / k)). assert (H2 := Rmax_r 1 (- M / k)).
  assert (- M < x * k) by (apply (Rmult_lt_reg_r (/ k)); [apply Rinv_0_lt_compat, Hk|]; replace (x * k * / k) with x by (field; lra); unfold Rdiv in *; lra).
  assert (Hk1 : 0 <= x * k) by (apply Rmult_le_pos; lra).
  assert (x * k * 1 <= x * k * x) by (apply Rmult_le_compat_l; lra). replace (x ^ 2 * k) with (x * k * x) by ring. lra.
Qed.

Lemma decays (k : R) : 0 < k -> is_lim (fun x => exp (- (x ^ 2 * k))) p_infty 0.
Proof.
  intros Hk. apply (is_lim_comp exp (fun x => - (x ^ 2 * k)) p_infty 0 m_infty); [apply is_lim_exp_m|apply square_grows, Hk|].
  exists 0. intros x _. discriminate.
Qed.

Lemma bell_decays : is_lim bell p_infty 0.
Proof. apply (is_lim_ext (fun x => exp (- (x ^ 2 * / 2)))); [intros x; unfold bell; f_equal; field|]. apply decays. lra. Qed.

(** x bell(x) lies between 0 and 1 / x. *)
Lemma product_decays : is_lim (fun x => x * bell x) p_infty 0.
Proof.
  apply (is_lim_le_le_loc (fun _ => 0) (fun x => 2 / x)).
  - exists 1. intros x Hx. assert (H := bell_pos x). split; [nra|].
    assert (E : bell x * exp (x ^ 2 / 2) = 1) by (unfold bell; rewrite <- exp_plus, <- exp_0; f_equal; field).
    assert (H1 := exp_ineq1_le (x ^ 2 / 2)). apply (Rmult_le_reg_r x); [lra|]. replace (2 / x * x) with 2 by (field; lra). nra.
  - apply is_lim_const.
  - apply is_lim_spec. intros e. exists (2 / e + 1). intros x Hx. assert (He := cond_pos e).
    assert (H0 : 0 < 2 / e) by (apply Rdiv_lt_0_compat; lra). rewrite Rminus_0_r, Rabs_pos_eq by (left; apply Rdiv_lt_0_compat; lra).
    apply (Rmult_lt_reg_r x); [lra|]. replace (2 / x * x) with 2 by (field; lra).
    apply (Rmult_lt_compat_r e) in Hx; [|exact He]. replace ((2 / e + 1) * e) with (2 + e) in Hx by (field; lra). lra.
Qed.

Lemma swept_near_atan c x : Rabs (swept c x - atan c) <= exp (- (x ^ 2 * / 2)) * Rabs c.
Proof.
  assert (H := bounded_variation (fun c => swept c x - atan c)
    (fun c => (1 - exp (- (x ^ 2 * (1 + c ^ 2) / 2))) / (1 + c ^ 2) - / (1 + c ^ 2)) (exp (- (x ^ 2 * / 2))) 0 c).
  cbv beta in H. rewrite swept_flat, atan_0 in H. replace (0 - 0) with 0 in H by ring. rewrite !Rminus_0_r in H. apply H. intros u _.
  assert (Hu := pow2_ge_0 u). split.
  - apply (is_derive_minus (fun c => swept c x) atan); [apply swept_slope|]. evar_last; [apply is_derive_atan|]. unfold Rsqr. real_equation. simpl. rewrite Rmult_1_r. reflexivity.
  - assert (He := exp_pos (- (x ^ 2 * (1 + u ^ 2) / 2))).
    replace ((1 - exp (- (x ^ 2 * (1 + u ^ 2) / 2))) / (1 + u ^ 2) - / (1 + u ^ 2)) with (- (exp (- (x ^ 2 * (1 + u ^ 2) / 2)) / (1 + u ^ 2))) by (field; lra).
    rewrite Rabs_Ropp, Rabs_pos_eq by (left; apply Rdiv_lt_0_compat; lra).
    apply Rle_trans with (exp (- (x ^ 2 * (1 + u ^ 2) / 2))).
    + apply (Rmult_le_reg_r (1 + u ^ 2)); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra.
    + assert (Hx := pow2_ge_0 x). assert (Hle : - (x ^ 2 * (1 + u ^ 2) / 2) <= - (x ^ 2 * / 2)) by nra.
      destruct Hle as [Hlt|E]; [left; apply exp_increasing, Hlt|right; rewrite E; reflexivity].
Qed.

Theorem swept_limit c : is_lim (swept c) p_infty (atan c).
Proof.
  assert (Hz : is_lim (fun x => exp (- (x ^ 2 * / 2)) * Rabs c) p_infty 0).
  { evar_last; [apply (is_lim_scal_r _ (Rabs c) _ 0), decays; lra|]. simpl. f_equal. ring. }
  apply (is_lim_le_le_loc (fun x => atan c - exp (- (x ^ 2 * / 2)) * Rabs c) (fun x => atan c + exp (- (x ^ 2 * / 2)) * Rabs c)).
  - exists 0. intros x _. assert (H := swept_near_atan c x). apply Rabs_le_between in H. lra.
  - evar_last; [apply is_lim_minus'; [apply is_lim_const|exact Hz]|]. f_equal. ring.
  - evar_last; [apply is_lim_plus'; [apply is_lim_const|exact Hz]|]. f_equal. ring.
Qed.

(** The integral of bell over the half-line: its square is twice the limit of swept 1. *)
Theorem area_limit : is_lim area p_infty (sqrt (PI / 2)).
Proof.
  assert (E : forall x, swept 1 x = area x ^ 2 / 2).
  { apply (same_slope (swept 1) (fun x => area x ^ 2 / 2) (fun x => bell x * area x)).
    - intros x. evar_last; [apply swept_derive|]. rewrite Rmult_1_l. reflexivity.
    - intros x. evar_last.
      + apply (is_derive_ext (fun x => / 2 * area x ^ 2)); [intros t; real_equation; field|].
        apply (is_derive_scal (fun x => area x ^ 2) x (/ 2)), (is_derive_pow area 2), area_derive.
      + simpl. real_equation. field.
    - rewrite swept_start, area_0. field. }
  assert (H : is_lim (fun x => sqrt (2 * swept 1 x)) p_infty (sqrt (2 * atan 1))).
  { apply (filterlim_comp _ _ _ (swept 1) (fun y => sqrt (2 * y)) _ (locally (atan 1)) _ (swept_limit 1)).
    apply (continuous_comp (fun y => 2 * y) sqrt); [|apply continuous_sqrt].
    apply (ex_derive_continuous (fun y => 2 * y)). auto_derive. exact I. }
  replace (2 * atan 1) with (PI / 2) in H by (rewrite atan_1; field).
  apply (is_lim_ext_loc (fun x => sqrt (2 * swept 1 x))); [|exact H].
  exists 0. intros x Hx. rewrite E. replace (2 * (area x ^ 2 / 2)) with (area x ^ 2) by field.
  rewrite <- Rsqr_pow2. apply sqrt_Rsqr. unfold area. apply (RInt_ge_0 bell 0 x); [lra| |intros; left; apply bell_pos].
  apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros; apply bell_continuous.
Qed.

Lemma area_increases x y : x <= y -> area x <= area y.
Proof.
  intros Hxy. destruct (MVT_gen area x y bell) as [z [_ E]].
  - intros; apply area_derive.
  - intros t _. apply continuity_pt_filterlim, area_continuous.
  - assert (H := bell_pos z). nra.
Qed.

Lemma area_bound y : Rabs (area y) <= sqrt (PI / 2).
Proof.
  assert (H : forall y, area y <= sqrt (PI / 2)).
  { intros z. assert (H : Rbar_le (area z) (sqrt (PI / 2))); [|exact H].
    apply (is_lim_le_loc (fun _ => area z) area p_infty); [|apply is_lim_const|exact area_limit].
    exists z. intros x Hx. apply area_increases. lra. }
  apply Rabs_le. split; [|apply H]. assert (H1 := H (- y)). rewrite area_opp in H1. lra.
Qed.
