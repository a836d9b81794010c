(** Means over two jointly Gaussian values, as integrals over the plane: E[s(X) s(Y)] of the ReLU s is a b k1(r) / 2 and
    E[s'(X) s'(Y)] is k0(r) / 2, for standard deviations a, b and correlation r. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import output_bound arccosine bell_integrals.
Open Scope R_scope.

Definition line (f : R -> R) (v : R) : Prop := is_RInt_gen f (Rbar_locally m_infty) (Rbar_locally p_infty) v.
Definition normal_density (x : R) : R := bell x / sqrt (2 * PI).
(** E[h(X) h(Y)] = v for X = a x and Y = b (r x + sqrt(1 - r^2) z), x and z independent standard normals: first over z
    at every x, then over x. *)
Definition gaussian_mean (h : R -> R) (a b r v : R) : Prop :=
  exists inner : R -> R,
    (forall x, line (fun z => h (a * x) * h (b * (r * x + sqrt (1 - r ^ 2) * z)) * normal_density z) (inner x)) /\
    line (fun x => inner x * normal_density x) v.

Lemma line_unique f v w : line f v -> line f w -> v = w.
Proof.
  intros Hv Hw.
  rewrite <- (is_RInt_gen_unique (V := R_CompleteNormedModule) f v Hv). apply (is_RInt_gen_unique (V := R_CompleteNormedModule) f w Hw).
Qed.

Lemma line_ext f g v : (forall x, f x = g x) -> line f v -> line g v.
Proof.
  intros H. unfold line. apply (is_RInt_gen_ext f g). apply filter_forall. intros ab x _. apply H.
Qed.

Theorem gaussian_mean_unique h a b r v w : gaussian_mean h a b r v -> gaussian_mean h a b r w -> v = w.
Proof.
  intros [f [Hf Hv]] [g [Hg Hw]]. apply (line_unique _ v w Hv). apply (line_ext (fun x => g x * normal_density x)); [|exact Hw].
  intros x. rewrite (line_unique _ _ _ (Hf x) (Hg x)). reflexivity.
Qed.

(** ** Integrals by an antiderivative *)
Lemma half_line_zero f p : (forall z, z < p -> f z = 0) -> is_RInt_gen f (Rbar_locally m_infty) (at_point p) 0.
Proof.
  intros Hf. apply (is_RInt_gen_ext (fun _ => 0)).
  - apply (Filter_prod _ _ _ (fun x => x < p) (fun y => y = p)); [exists p; intros; assumption|reflexivity|].
    intros x y Hx -> z Hz. simpl in Hz. rewrite Rmin_left, Rmax_right in Hz by lra. symmetry. apply Hf, Hz.
  - intros P HP. apply (Filter_prod _ _ _ (fun _ => True) (fun _ => True)); [exists 0; intros; exact I|exact I|].
    intros x y _ _. exists 0. split; [|apply (locally_singleton _ _ HP)].
    evar_last; [apply (is_RInt_const x y 0)|]. unfold scal; simpl; unfold mult; simpl. real_equation. ring.
Qed.

Lemma by_antiderivative (E F : (R -> Prop) -> Prop) {FE : Filter E} {FF : Filter F} g G la lb : (forall z, is_derive G z (g z)) ->
  (forall z, continuous g z) -> filterlim G E (locally la) -> filterlim G F (locally lb) -> is_RInt_gen g E F (lb - la).
Proof.
  intros Hd Hc Ha Hb. assert (HD : forall r, Derive G r = g r) by (intros; apply is_derive_unique, Hd).
  apply (is_RInt_gen_ext (Derive G)); [apply filter_forall; intros ab z _; apply HD|].
  apply is_RInt_gen_Derive; [| |exact Ha|exact Hb]; apply filter_forall; intros ab z _.
  - eexists. apply Hd.
  - apply (continuous_ext g); [intros; symmetry; apply HD|apply Hc].
Qed.

(** A function that is zero before p and has the antiderivative G after it. *)
Lemma line_from f g G p l v : (forall z, z < p -> f z = 0) -> (forall z, p < z -> f z = g z) -> (forall z, is_derive G z (g z)) ->
  (forall z, continuous g z) -> is_lim G p_infty (Finite l) -> v = l - G p -> line f v.
Proof.
  intros H0 H1 Hd Hc Hl ->. replace (l - G p) with (plus 0 (l - G p)) by (unfold plus; simpl; ring).
  apply (is_RInt_gen_Chasles f p); [apply half_line_zero, H0|].
  apply (is_RInt_gen_ext g); [|apply (by_antiderivative _ _ g G _ _ Hd Hc); [intros P HP; apply (locally_singleton _ _ HP)|exact Hl]].
  apply (Filter_prod _ _ _ (fun x => x = p) (fun y => p < y)); [reflexivity|exists p; intros; assumption|].
  intros x y -> Hy z Hz. simpl in Hz. rewrite Rmin_left, Rmax_right in Hz by lra. symmetry. apply H1, Hz.
Qed.

Lemma line_zero f : (forall z, f z = 0) -> line f 0.
Proof.
  intros H. apply (line_from f (fun _ => 0) (fun _ => 0) 0 0 0); [intros; apply H|intros; apply H| | | |ring].
  - intros z. apply (is_derive_const 0 z).
  - intros z. apply continuous_const.
  - apply is_lim_const.
Qed.

Ltac smooth := match goal with
  | |- context [bell] => eexists; apply bell_derive
  | |- context [area] => eexists; apply area_derive
  end.

(** ** The whole line: bell has the integral sqrt(2 pi) *)
Definition half : R := sqrt (PI / 2).
Definition whole : R := sqrt (2 * PI).

Lemma half_square : half * half = PI / 2.
Proof. apply sqrt_sqrt. assert (H := PI_RGT_0). lra. Qed.

Lemma whole_half : whole = 2 * half.
Proof.
  assert (H := PI_RGT_0). unfold whole, half. replace (2 * PI) with (2 * 2 * (PI / 2)) by field.
  rewrite sqrt_mult, sqrt_square by lra. reflexivity.
Qed.

Lemma half_pos : 0 < half.
Proof. apply sqrt_lt_R0. assert (H := PI_RGT_0). lra. Qed.

Lemma area_limit_left : is_lim area m_infty (- half).
Proof.
  apply (is_lim_ext (fun x => - area (- x))); [intros x; rewrite area_opp; ring|].
  apply (is_lim_opp (fun x => area (- x)) m_infty half).
  apply (is_lim_comp area Ropp m_infty half p_infty); [exact area_limit| |exists 0; intros y _; discriminate].
  apply is_lim_spec. intros M. exists (- M). intros x Hx. lra.
Qed.

Lemma normal_total c : line (fun z => c * normal_density z) c.
Proof.
  assert (Hh := half_pos). assert (Hw : 0 < whole) by (rewrite whole_half; lra).
  assert (Hd : forall z, is_derive (fun z => c / whole * area z) z (c * normal_density z)).
  { intros z. evar_last; [apply (is_derive_scal area z (c / whole)), area_derive|]. unfold normal_density, whole. real_equation. field. fold whole. lra. }
  assert (Hc : forall z, continuous (fun z => c * normal_density z) z).
  { intros z. unfold normal_density. apply (ex_derive_continuous (fun z => c * (bell z / sqrt (2 * PI)))). auto_derive. eexists. apply bell_derive. }
  assert (E : c / whole * half - c / whole * - half = c) by (rewrite whole_half; field; lra).
  enough (H : line (fun z => c * normal_density z) (c / whole * half - c / whole * - half)) by (rewrite E in H; exact H).
  apply (by_antiderivative _ _ _ _ _ _ Hd Hc).
  - apply (is_lim_scal_l area (c / whole) m_infty (- half) area_limit_left).
  - apply (is_lim_scal_l area (c / whole) p_infty half area_limit).
Qed.

(** ** The means, off r = 1 and r = -1 *)
Section Correlated.
Variables a b r : R.
Hypothesis a_pos : 0 < a.
Hypothesis b_pos : 0 < b.
Hypothesis r_range : -1 < r < 1.
Let s := sqrt (1 - r ^ 2).
Let c := r / s.

Lemma s_pos : 0 < s.
Proof. apply sqrt_lt_R0. nra. Qed.

Lemma s_square : s ^ 2 = 1 - r ^ 2.
Proof. unfold s. rewrite <- Rsqr_pow2. apply Rsqr_sqrt. nra. Qed.

Lemma c_square : / (1 + c ^ 2) = s ^ 2.
Proof.
  assert (H := s_pos). assert (H2 := s_square). replace (1 + c ^ 2) with (/ s ^ 2); [apply Rinv_inv|].
  unfold c. replace (1 + (r / s) ^ 2) with ((s ^ 2 + r ^ 2) / s ^ 2) by (field; lra). rewrite H2. field. rewrite <- H2. assert (Hs := pow_lt s 2 H). lra.
Qed.

Lemma angle : PI / 2 + atan c = PI - acos r.
Proof.
  replace (atan c) with (asin r).
  - rewrite acos_asin by lra. field.
  - rewrite asin_atan by exact r_range. unfold c, s. rewrite Rsqr_pow2. reflexivity.
Qed.

(** Y is positive just after z = - c x. *)
Lemma second_sign x z : r * x + s * z = s * (z - - (c * x)).
Proof. assert (H := s_pos). unfold c. field. lra. Qed.

Lemma positive_after x z : - (c * x) < z -> 0 < b * (r * x + s * z).
Proof. intros H. rewrite second_sign. assert (Hs := s_pos). repeat apply Rmult_lt_0_compat; lra. Qed.

Lemma negative_before x z : z < - (c * x) -> b * (r * x + s * z) < 0.
Proof.
  intros H. rewrite second_sign. assert (Hs := s_pos). assert (0 < b * (s * (- (c * x) - z))) by (repeat apply Rmult_lt_0_compat; lra). lra.
Qed.

Lemma pattern_pos z : 0 < z -> pattern z = 1.
Proof. intros H. unfold pattern. destruct (Rlt_dec 0 z); [reflexivity|lra]. Qed.

Lemma pattern_neg z : z <= 0 -> pattern z = 0.
Proof. intros H. unfold pattern. destruct (Rlt_dec 0 z); [lra|reflexivity]. Qed.

Lemma relu_pos z : 0 < z -> relu z = z.
Proof. intros H. unfold relu. apply Rmax_right. lra. Qed.

Lemma relu_neg z : z <= 0 -> relu z = 0.
Proof. intros H. unfold relu. apply Rmax_left. lra. Qed.

Lemma whole_pos : 0 < whole.
Proof. assert (H := half_pos). rewrite whole_half. lra. Qed.

Lemma exponent_decays : is_lim (fun x => exp (- (x ^ 2 * (1 + c ^ 2) / 2))) p_infty 0.
Proof.
  assert (H := pow2_ge_0 c). apply (is_lim_ext (fun x => exp (- (x ^ 2 * ((1 + c ^ 2) / 2))))); [intros x; f_equal; field|]. apply decays. lra.
Qed.

Theorem mean_step : gaussian_mean pattern a b r ((PI - acos r) / (2 * PI)).
Proof.
  assert (HPI := PI_RGT_0). assert (HW := whole_pos). assert (HH := half_pos).
  exists (fun x => pattern x * ((half + area (c * x)) / whole)). split.
  - intros x. destruct (Rlt_dec 0 x) as [Hx|Hx].
    + assert (Hax : 0 < a * x) by (apply Rmult_lt_0_compat; assumption).
      apply (line_from _ normal_density (fun z => area z / whole) (- (c * x)) (half / whole)).
      * intros z Hz. fold s. rewrite (pattern_neg (b * (r * x + s * z))) by (left; apply negative_before, Hz). ring.
      * intros z Hz. fold s. rewrite (pattern_pos (b * (r * x + s * z))) by (apply positive_after, Hz). rewrite (pattern_pos (a * x)) by exact Hax. ring.
      * intros z. apply (is_derive_ext (fun z => / whole * area z)); [intros t; real_equation; field; lra|].
        evar_last; [apply (is_derive_scal area z (/ whole)), area_derive|]. unfold normal_density. fold whole. real_equation. field. lra.
      * intros z. unfold normal_density. apply (ex_derive_continuous (fun z => bell z / sqrt (2 * PI))). auto_derive. eexists. apply bell_derive.
      * apply (is_lim_ext (fun z => / whole * area z)); [intros; field; lra|].
        replace (half / whole) with (/ whole * half) by (field; lra). apply (is_lim_scal_l area (/ whole) p_infty half area_limit).
      * rewrite pattern_pos by exact Hx. rewrite area_opp. field. lra.
    + rewrite (pattern_neg x) by lra. rewrite Rmult_0_l. apply line_zero. intros z.
      rewrite (pattern_neg (a * x)) by nra. ring.
  - apply (line_from _ (fun x => (half + area (c * x)) / whole * (bell x / whole)) (fun x => (half * area x + swept c x) / (2 * PI)) 0
             ((half * half + atan c) / (2 * PI))).
    + intros x Hx. rewrite pattern_neg by lra. ring.
    + intros x Hx. rewrite pattern_pos by lra. unfold normal_density. fold whole. ring.
    + intros x. apply (is_derive_ext (fun x => / (2 * PI) * (half * area x + swept c x))); [intros t; real_equation; field; lra|].
      evar_last.
      * apply (is_derive_scal (fun x => half * area x + swept c x) x (/ (2 * PI))).
        apply (is_derive_plus (fun x => half * area x) (swept c)); [apply (is_derive_scal area x half), area_derive|apply swept_derive].
      * unfold plus; simpl. real_equation.
        replace (2 * PI) with (whole * whole) by (unfold whole; apply sqrt_sqrt; lra). field. lra.
    + intros x. apply (ex_derive_continuous (fun x => (half + area (c * x)) / whole * (bell x / whole))).
      auto_derive. repeat split; smooth.
    + apply (is_lim_ext (fun x => / (2 * PI) * (half * area x + swept c x))); [intros; field; lra|].
      replace ((half * half + atan c) / (2 * PI)) with (/ (2 * PI) * (half * half + atan c)) by (field; lra).
      apply (is_lim_scal_l _ (/ (2 * PI)) p_infty (half * half + atan c)).
      apply is_lim_plus'; [apply (is_lim_scal_l area half p_infty half area_limit)|apply swept_limit].
    + rewrite half_square, angle, area_0, swept_start. field. lra.
Qed.

Theorem mean_relu : gaussian_mean relu a b r (a * b * ((r * (PI - acos r) + s) / (2 * PI))).
Proof.
  assert (HPI := PI_RGT_0). assert (HW := whole_pos). assert (HH := half_pos). assert (Hs := s_pos).
  exists (fun x => relu x * (a * b * (r * x * (half + area (c * x)) + s * bell (c * x)) / whole)). split.
  - intros x. destruct (Rlt_dec 0 x) as [Hx|Hx].
    + assert (Hax : 0 < a * x) by (apply Rmult_lt_0_compat; assumption).
      apply (line_from _ (fun z => a * x * (b * (r * x + s * z)) * (bell z / whole))
               (fun z => a * x * b / whole * (r * x * area z - s * bell z)) (- (c * x)) (a * x * b / whole * (r * x * half - s * 0))).
      * intros z Hz. fold s. rewrite (relu_neg (b * (r * x + s * z))) by (left; apply negative_before, Hz). ring.
      * intros z Hz. fold s. rewrite (relu_pos (b * (r * x + s * z))) by (apply positive_after, Hz). rewrite (relu_pos (a * x)) by exact Hax. reflexivity.
      * intros z. evar_last.
        { apply (is_derive_scal (fun z => r * x * area z - s * bell z) z (a * x * b / whole)).
          apply (is_derive_minus (fun z => r * x * area z) (fun z => s * bell z));
            [apply (is_derive_scal area z (r * x)), area_derive|apply (is_derive_scal bell z s), bell_derive]. }
        unfold minus, plus, opp; simpl. real_equation. field. lra.
      * intros z. apply (ex_derive_continuous (fun z => a * x * (b * (r * x + s * z)) * (bell z / whole))). auto_derive. eexists. apply bell_derive.
      * apply (is_lim_scal_l _ (a * x * b / whole) p_infty (r * x * half - s * 0)).
        apply is_lim_minus'; [apply (is_lim_scal_l area (r * x) p_infty half area_limit)|apply (is_lim_scal_l bell s p_infty 0 bell_decays)].
      * rewrite relu_pos by exact Hx. rewrite area_opp. unfold bell. replace ((- (c * x)) ^ 2) with ((c * x) ^ 2) by ring. field. lra.
    + rewrite (relu_neg x) by lra. rewrite Rmult_0_l. apply line_zero. intros z. rewrite (relu_neg (a * x)) by nra. ring.
  - set (E := fun x => exp (- (x ^ 2 * (1 + c ^ 2) / 2))).
    apply (line_from _ (fun x => x * (a * b * (r * x * (half + area (c * x)) + s * bell (c * x)) / whole) * (bell x / whole))
      (fun x => a * b / (2 * PI) * (r * (half * (area x - x * bell x) - x * bell x * area (c * x) + swept c x + c * s ^ 2 * (1 - E x))
                                  + s * s ^ 2 * (1 - E x))) 0
      (a * b / (2 * PI) * (r * (half * half + atan c + c * s ^ 2) + s * s ^ 2))).
    + intros x Hx. rewrite relu_neg by lra. ring.
    + intros x Hx. rewrite relu_pos by lra. unfold normal_density. fold whole. reflexivity.
    + intros x.
      assert (HE : is_derive E x (- (x * / s ^ 2) * (bell x * bell (c * x)))).
      { unfold E. rewrite bell_product, <- c_square, Rinv_inv. auto_derive; [exact I|]. simpl. unfold Rdiv. field. }
      assert (HA := area_derive x). assert (HB := bell_derive x). assert (HC := area_comp_derive c x). assert (HG := swept_derive c x).
      evar_last.
      * apply (is_derive_scal (fun x => r * (half * (area x - x * bell x) - x * bell x * area (c * x) + swept c x + c * s ^ 2 * (1 - E x))
                                  + s * s ^ 2 * (1 - E x)) x (a * b / (2 * PI))).
        instantiate (1 := r * (half * (bell x - (bell x + x * (- x * bell x)))
          - ((bell x + x * (- x * bell x)) * area (c * x) + x * bell x * (c * bell (c * x))) + bell x * area (c * x)
          + c * s ^ 2 * (0 - - (x * / s ^ 2) * (bell x * bell (c * x)))) + s * s ^ 2 * (0 - - (x * / s ^ 2) * (bell x * bell (c * x)))).
        auto_derive.
        { repeat split; match goal with |- context [E] => eexists; exact HE | |- context [swept] => eexists; exact HG | _ => smooth end. }
        assert (HD := area_derive (c * x)).
        repeat match goal with |- context [Derive ?f ?y] =>
          first [rewrite (is_derive_unique f y _ HA)|rewrite (is_derive_unique f y _ HB)|rewrite (is_derive_unique f y _ HG)
                |rewrite (is_derive_unique f y _ HE)|rewrite (is_derive_unique f y _ HD)] end. ring.
      * replace (2 * PI) with (whole * whole) by (unfold whole; apply sqrt_sqrt; lra). real_equation.
        assert (Hc : r = c * s) by (unfold c; field; lra). field. lra.
    + intros x. apply (ex_derive_continuous (fun x => x * (a * b * (r * x * (half + area (c * x)) + s * bell (c * x)) / whole) * (bell x / whole))).
      auto_derive. repeat split; smooth.
    + assert (HX := product_decays). assert (HE : is_lim E p_infty 0) by exact exponent_decays.
      assert (HXA : is_lim (fun x => x * bell x * area (c * x)) p_infty 0).
      { apply (is_lim_le_le_loc (fun x => - half * (x * bell x)) (fun x => half * (x * bell x))).
        - exists 0. intros x Hx. assert (HAB := area_bound (c * x)). apply Rabs_le_between in HAB. fold half in HAB.
          assert (Hq : 0 < x * bell x) by (apply Rmult_lt_0_compat; [exact Hx|apply bell_pos]). set (q := x * bell x) in *.
          assert (q * - half <= q * area (c * x)) by (apply Rmult_le_compat_l; lra).
          assert (q * area (c * x) <= q * half) by (apply Rmult_le_compat_l; lra). lra.
        - evar_last; [apply (is_lim_scal_l _ (- half) p_infty 0 HX)|]. simpl. f_equal. ring.
        - evar_last; [apply (is_lim_scal_l _ half p_infty 0 HX)|]. simpl. f_equal. ring. }
      evar_last.
      * apply (is_lim_scal_l _ (a * b / (2 * PI)) p_infty (r * (half * (half - 0) - 0 + atan c + c * s ^ 2 * (1 - 0)) + s * s ^ 2 * (1 - 0))).
        apply is_lim_plus'; [apply (is_lim_scal_l _ r p_infty (half * (half - 0) - 0 + atan c + c * s ^ 2 * (1 - 0)))|].
        -- apply is_lim_plus'; [apply is_lim_plus'; [apply is_lim_minus'; [|exact HXA]|apply swept_limit]|].
           ++ apply (is_lim_scal_l _ half p_infty (half - 0)). apply is_lim_minus'; [exact area_limit|exact HX].
           ++ apply (is_lim_scal_l _ (c * s ^ 2) p_infty (1 - 0)). apply is_lim_minus'; [apply is_lim_const|exact HE].
        -- apply (is_lim_scal_l _ (s * s ^ 2) p_infty (1 - 0)). apply is_lim_minus'; [apply is_lim_const|exact HE].
      * simpl. f_equal. ring.
    + unfold E. replace (- (0 ^ 2 * (1 + c ^ 2) / 2)) with 0 by field. rewrite exp_0, area_0, swept_start, half_square.
      rewrite <- angle. assert (Hc : r = c * s) by (unfold c; field; lra). assert (H2 := s_square).
      replace (c * s ^ 2) with (r * s) by (rewrite Hc at 1; ring). rewrite H2. field. lra.
Qed.
End Correlated.

(** ** At r = 1 and r = -1, where Y is b x or - b x *)
Lemma gaussian_mean_degenerate h a b r v : r = 1 \/ r = -1 -> line (fun x => h (a * x) * h (b * (r * x)) * normal_density x) v ->
  gaussian_mean h a b r v.
Proof.
  intros Hr Hv. exists (fun x => h (a * x) * h (b * (r * x))). split; [|exact Hv]. intros x.
  apply (line_ext (fun z => h (a * x) * h (b * (r * x)) * normal_density z)); [|apply normal_total].
  intros z. replace (1 - r ^ 2) with 0 by (destruct Hr as [-> | ->]; ring). rewrite sqrt_0. do 4 f_equal. ring.
Qed.

Lemma mean_step_ends a b r : 0 < a -> 0 < b -> r = 1 \/ r = -1 -> gaussian_mean pattern a b r ((PI - acos r) / (2 * PI)).
Proof.
  intros Ha Hb Hr. assert (HPI := PI_RGT_0). assert (HW := whole_pos). assert (HH := half_pos). apply gaussian_mean_degenerate; [exact Hr|].
  destruct Hr as [-> | ->].
  - apply (line_from _ normal_density (fun x => / whole * area x) 0 (/ whole * half)).
    + intros x Hx. rewrite pattern_neg by nra. ring.
    + intros x Hx. rewrite !pattern_pos by (repeat apply Rmult_lt_0_compat; lra). ring.
    + intros x. evar_last; [apply (is_derive_scal area x (/ whole)), area_derive|]. unfold normal_density. fold whole. real_equation. field. lra.
    + intros x. unfold normal_density. apply (ex_derive_continuous (fun z => bell z / sqrt (2 * PI))). auto_derive. smooth.
    + apply (is_lim_scal_l area (/ whole) p_infty half area_limit).
    + rewrite acos_1, area_0, whole_half. field. lra.
  - replace ((PI - acos (-1)) / (2 * PI)) with 0.
    + apply line_zero. intros x. destruct (Rlt_dec 0 x) as [Hx|Hx].
      * rewrite (pattern_neg (b * (-1 * x))) by nra. ring.
      * rewrite (pattern_neg (a * x)) by nra. ring.
    + replace (-1) with (- (1)) by ring. rewrite acos_opp, acos_1. field. lra.
Qed.

Lemma mean_relu_ends a b r : 0 < a -> 0 < b -> r = 1 \/ r = -1 ->
  gaussian_mean relu a b r (a * b * ((r * (PI - acos r) + sqrt (1 - r ^ 2)) / (2 * PI))).
Proof.
  intros Ha Hb Hr. assert (HPI := PI_RGT_0). assert (HW := whole_pos). assert (HH := half_pos). apply gaussian_mean_degenerate; [exact Hr|].
  destruct Hr as [-> | ->].
  - apply (line_from _ (fun x => a * x * (b * (1 * x)) * normal_density x) (fun x => a * b / whole * (area x - x * bell x)) 0 (a * b / whole * (half - 0))).
    + intros x Hx. rewrite relu_neg by nra. ring.
    + intros x Hx. rewrite !relu_pos by (repeat apply Rmult_lt_0_compat; lra). ring.
    + intros x. assert (HA := area_derive x). assert (HB := bell_derive x).
      apply (is_derive_ext (fun x => a * b / whole * (area x - x * bell x))); [intros; reflexivity|].
      evar_last; [apply (is_derive_scal (fun x => area x - x * bell x) x (a * b / whole) (bell x - (bell x + x * (- x * bell x))))|].
      * auto_derive; [repeat split; smooth|].
        repeat match goal with |- context [Derive ?f ?y] => first [rewrite (is_derive_unique f y _ HA)|rewrite (is_derive_unique f y _ HB)] end. ring.
      * unfold normal_density. fold whole. real_equation. field. lra.
    + intros x. unfold normal_density. apply (ex_derive_continuous (fun x => a * x * (b * (1 * x)) * (bell x / sqrt (2 * PI)))). auto_derive. smooth.
    + apply (is_lim_scal_l _ (a * b / whole) p_infty (half - 0)). apply is_lim_minus'; [exact area_limit|exact product_decays].
    + rewrite acos_1, area_0, whole_half. replace (1 - 1 ^ 2) with 0 by ring. rewrite sqrt_0. field. lra.
  - replace (a * b * ((-1 * (PI - acos (-1)) + sqrt (1 - (-1) ^ 2)) / (2 * PI))) with 0.
    + apply line_zero. intros x. destruct (Rlt_dec 0 x) as [Hx|Hx].
      * rewrite (relu_neg (b * (-1 * x))) by nra. ring.
      * rewrite (relu_neg (a * x)) by nra. ring.
    + replace (1 - (-1) ^ 2) with 0 by ring. rewrite sqrt_0. replace (-1) with (- (1)) by ring. rewrite acos_opp, acos_1. field. lra.
Qed.

Lemma interior_or_end r : -1 <= r <= 1 -> -1 < r < 1 \/ (r = 1 \/ r = -1).
Proof. intros [[H1|H1] [H2|H2]]; lra. Qed.

(** The closed forms of (3.8). *)
Theorem gaussian_mean_step (a b r : R) : 0 < a -> 0 < b -> -1 <= r <= 1 -> gaussian_mean pattern a b r (k0 r / 2).
Proof.
  intros Ha Hb Hr. assert (HPI := PI_RGT_0). replace (k0 r / 2) with ((PI - acos r) / (2 * PI)) by (unfold k0; field; lra).
  destruct (interior_or_end r Hr) as [H|H]; [apply mean_step|apply mean_step_ends]; assumption.
Qed.

Theorem gaussian_mean_relu (a b r : R) : 0 < a -> 0 < b -> -1 <= r <= 1 -> gaussian_mean relu a b r (a * b * (k1 r / 2)).
Proof.
  intros Ha Hb Hr. assert (HPI := PI_RGT_0).
  replace (k1 r / 2) with ((r * (PI - acos r) + sqrt (1 - r ^ 2)) / (2 * PI)) by (unfold k1; field; lra).
  destruct (interior_or_end r Hr) as [H|H]; [apply mean_relu|apply mean_relu_ends]; assumption.
Qed.

(** ** Standard deviations and correlations exist, and near misses are wrong *)
Theorem witness_gaussian_mean_step : ~ (forall a b r : R, 0 < a -> 0 < b -> -1 <= r <= 1 -> False).
Proof. intros H. apply (H 1 1 0); lra. Qed.

Theorem witness_gaussian_mean_relu : ~ (forall a b r : R, 0 < a -> 0 < b -> -1 <= r <= 1 -> False).
Proof. intros H. apply (H 1 1 0); lra. Qed.

Lemma k0_end : k0 1 = 1.
Proof. unfold k0. rewrite acos_1. assert (H := PI_RGT_0). field; lra. Qed.

Lemma k1_end : k1 1 = 1.
Proof. unfold k1. rewrite acos_1. replace (1 - 1 ^ 2) with 0 by ring. rewrite sqrt_0. assert (H := PI_RGT_0). field; lra. Qed.

(** The factor 2 of (3.8) lost. *)
Theorem mutant_gaussian_mean_step : ~ (forall a b r : R, 0 < a -> 0 < b -> -1 <= r <= 1 -> gaussian_mean pattern a b r (k0 r)).
Proof.
  intros H. assert (H1 := H 1 1 1 ltac:(lra) ltac:(lra) ltac:(lra)). assert (H2 := gaussian_mean_step 1 1 1 ltac:(lra) ltac:(lra) ltac:(lra)).
  assert (E := gaussian_mean_unique _ _ _ _ _ _ H1 H2). rewrite k0_end in E. lra.
Qed.

Theorem mutant_gaussian_mean_relu : ~ (forall a b r : R, 0 < a -> 0 < b -> -1 <= r <= 1 -> gaussian_mean relu a b r (a * b * k1 r)).
Proof.
  intros H. assert (H1 := H 1 1 1 ltac:(lra) ltac:(lra) ltac:(lra)). assert (H2 := gaussian_mean_relu 1 1 1 ltac:(lra) ltac:(lra) ltac:(lra)).
  assert (E := gaussian_mean_unique _ _ _ _ _ _ H1 H2). rewrite k1_end in E. lra.
Qed.

(** A standard deviation of zero: the step has no mean 1/2 there. *)
Theorem mutant_gaussian_mean_step_degenerate : ~ (forall a b r : R, 0 < b -> -1 <= r <= 1 -> gaussian_mean pattern a b r (k0 r / 2)).
Proof.
  intros H. assert (H1 := H 0 1 1 ltac:(lra) ltac:(lra)). rewrite k0_end in H1.
  assert (H2 : gaussian_mean pattern 0 1 1 0).
  { apply gaussian_mean_degenerate; [left; reflexivity|]. apply line_zero. intros x. rewrite (pattern_neg (0 * x)) by lra. ring. }
  assert (E := gaussian_mean_unique _ _ _ _ _ _ H1 H2). lra.
Qed.
