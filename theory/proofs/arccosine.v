(** Lemma 3, (3.8), (B.6), (B.7): the power series of k0 and k1 on (-1, 1]. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices power_series.
Open Scope R_scope.

Definition k0 (u : R) : R := (PI - acos u) / PI.
Definition k1 (u : R) : R := (u * (PI - acos u) + sqrt (1 - u ^ 2)) / PI.
(** (2k)! / (4^k k!^2), and what (B.6) and (B.7) divide it by. *)
Fixpoint central_binomial (k : nat) : R := match k with O => 1 | S j => central_binomial j * ((2 * INR j + 1) / (2 * INR j + 2)) end.

Definition arcsine_coefficient (k : nat) : R := central_binomial k / (2 * INR k + 1).
Definition k1_tail (k : nat) : R := arcsine_coefficient k / (2 * INR k + 2).
Lemma central_binomial_range k : 0 < central_binomial k <= 1.
Proof.
  induction k as [|k IH]; simpl; [lra|]. assert (H := pos_INR k).
  assert (H1 : 0 < (2 * INR k + 1) / (2 * INR k + 2) <= 1).
  { split; [apply Rdiv_lt_0_compat; lra|]. apply (Rmult_le_reg_r (2 * INR k + 2)); [lra|].
    replace ((2 * INR k + 1) / (2 * INR k + 2) * (2 * INR k + 2)) with (2 * INR k + 1) by (field; lra). lra. }
  split; [apply Rmult_lt_0_compat; lra|nra].
Qed.

Lemma shrink x y : 0 < x <= 1 -> 1 <= y -> 0 < x / y <= 1.
Proof.
  intros Hx Hy. split; [apply Rdiv_lt_0_compat; lra|]. apply (Rmult_le_reg_r y); [lra|].
  replace (x / y * y) with x by (field; lra). lra.
Qed.

Lemma arcsine_coefficient_range k : 0 < arcsine_coefficient k <= 1.
Proof. assert (H := pos_INR k). apply shrink; [apply central_binomial_range|lra]. Qed.

Lemma k1_tail_range k : 0 < k1_tail k <= 1.
Proof. assert (H := pos_INR k). apply shrink; [apply arcsine_coefficient_range|lra]. Qed.

Section Unit_disc.
Variable a : nat -> R.
Hypothesis range : forall k, 0 < a k <= 1.
Lemma radius w : Rabs w < 1 -> Rbar_lt (Rabs w) (CV_radius a).
Proof.
  intros Hw. apply Rbar_lt_le_trans with 1; [exact Hw|].
  apply (proj1 (CV_radius_bounded a)). exists 1. intros k. rewrite pow1, Rmult_1_r.
  destruct (range k) as [H1 H2]. rewrite Rabs_pos_eq by lra. exact H2.
Qed.

Lemma converges w : Rabs w < 1 -> ex_pseries a w.
Proof. intros Hw. apply CV_radius_inside, radius, Hw. Qed.

Lemma converges_derive w : Rabs w < 1 -> ex_pseries (PS_derive a) w.
Proof. intros Hw. apply CV_radius_inside. rewrite CV_radius_derive. apply radius, Hw. Qed.

Lemma derives w : Rabs w < 1 -> is_derive (PSeries a) w (PSeries (PS_derive a) w).
Proof. intros Hw. apply is_derive_PSeries, radius, Hw. Qed.

End Unit_disc.

Lemma euler a f g w beta gamma : (forall k, 0 < f k <= 1) -> (forall k, 0 < g k <= 1) -> Rabs w < 1 ->
  (forall k, a k = beta * f k + gamma * (INR k * g k)) ->
  PSeries a w = beta * PSeries f w + gamma * (w * PSeries (PS_derive g) w).
Proof.
  intros Hf Hg Hw Ha.
  rewrite (PSeries_ext a (PS_plus (PS_scal beta f) (PS_scal gamma (PS_incr_1 (PS_derive g))))).
  - rewrite PSeries_plus, !PSeries_scal, PSeries_incr_1; [reflexivity| |].
    + apply ex_pseries_scal; [apply Rmult_comm|apply converges; assumption].
    + apply ex_pseries_scal; [apply Rmult_comm|]. apply ex_pseries_incr_1, converges_derive; assumption.
  - intros k. rewrite Ha. unfold PS_plus, PS_scal, plus, scal; simpl. unfold mult; simpl.
    destruct k as [|k]; [simpl; unfold zero; simpl; ring|]. unfold PS_incr_1, PS_derive. ring.
Qed.

Lemma PSeries_ge_first a w : (forall k, 0 < a k <= 1) -> 0 <= w < 1 -> a 0%nat <= PSeries a w.
Proof.
  intros Ha Hw.
  assert (H := PSeries_correct a w (converges a Ha w ltac:(rewrite Rabs_pos_eq; lra))).
  apply is_pseries_R in H. replace (a 0%nat) with (a 0%nat * w ^ 0) by (simpl; ring).
  apply (is_series_term (fun k => a k * w ^ k) _ 0%nat H).
  intros k. apply Rmult_le_pos; [left; apply Ha|apply pow_le; lra].
Qed.

(** The binomial series of (1 - w)^(-1/2): its sum B solves (1 - w) B' = B / 2. *)
Theorem binomial_series w : 0 <= w < 1 -> PSeries central_binomial w = / sqrt (1 - w).
Proof.
  intros Hw.
  assert (Hode : forall v, Rabs v < 1 -> (1 - v) * PSeries (PS_derive central_binomial) v = PSeries central_binomial v / 2).
  { intros v Hv.
    assert (HE : PSeries (PS_derive central_binomial) v = / 2 * PSeries central_binomial v + 1 * (v * PSeries (PS_derive central_binomial) v)).
    { apply euler; [apply central_binomial_range|apply central_binomial_range|exact Hv|]. intros k. unfold PS_derive.
      change (central_binomial (S k)) with (central_binomial k * ((2 * INR k + 1) / (2 * INR k + 2))). rewrite S_INR. field.
      assert (Hk := pos_INR k). lra. }
    lra. }
  assert (Hsq : PSeries central_binomial w ^ 2 * (1 - w) = 1).
  { destruct (proj1 Hw) as [Hp|<-].
    - assert (Hc := eq_is_derive (fun v => PSeries central_binomial v ^ 2 * (1 - v)) 0 w).
      rewrite <- Hc; [rewrite PSeries_0; simpl; ring| |exact Hp].
      intros v Hv. assert (Hv1 : Rabs v < 1) by (rewrite Rabs_pos_eq; lra).
      assert (Hd := derives central_binomial central_binomial_range v Hv1). specialize (Hode v Hv1).
      evar_last.
      + apply (is_derive_mult (fun v => PSeries central_binomial v ^ 2) (fun v => 1 - v)).
        * apply (is_derive_pow (PSeries central_binomial) 2 v), Hd.
        * apply (is_derive_minus (fun _ => 1) (fun v => v)); [apply is_derive_const|apply is_derive_id].
        * intros; apply Rmult_comm.
      + unfold plus, mult, minus, opp, zero, one, plus; simpl.
        replace (PSeries central_binomial v) with (2 * ((1 - v) * PSeries (PS_derive central_binomial) v)) by lra. ring.
    - rewrite PSeries_0. simpl. ring. }
  assert (Hpos := PSeries_ge_first central_binomial w central_binomial_range Hw). simpl in Hpos.
  assert (Hs : 0 < sqrt (1 - w)) by (apply sqrt_lt_R0; lra).
  assert (Hss : sqrt (1 - w) * sqrt (1 - w) = 1 - w) by (apply sqrt_sqrt; lra).
  apply (Rmult_eq_reg_r (sqrt (1 - w))); [|lra]. rewrite Rinv_l by lra.
  apply Rsqr_inj; [nra|lra|]. unfold Rsqr. nra.
Qed.

Lemma square_range u : -1 < u < 1 -> 0 <= u ^ 2 < 1.
Proof. intros H. split; [apply pow2_ge_0|nra]. Qed.

Lemma asin_derive u : -1 < u < 1 -> is_derive asin u (/ sqrt (1 - u ^ 2)).
Proof.
  intros Hu. apply is_derive_Reals. assert (H := derive_pt_asin u Hu).
  unfold derive_pt in H. destruct (derivable_pt_asin u Hu) as [l Hl]; simpl in H. subst l.
  replace (/ sqrt (1 - u ^ 2)) with (1 / sqrt (1 - u²)); [exact Hl|].
  unfold Rsqr, Rdiv. rewrite Rmult_1_l. do 3 f_equal. ring.
Qed.

Lemma same_derivative (f g df : R -> R) : (forall u, -1 < u < 1 -> is_derive f u (df u)) ->
  (forall u, -1 < u < 1 -> is_derive g u (df u)) -> f 0 = g 0 -> forall u, -1 < u < 1 -> f u = g u.
Proof.
  intros Hf Hg H0 u Hu.
  assert (Hz : forall v, -1 < v < 1 -> is_derive (fun x => f x - g x) v zero).
  { intros v Hv. evar_last; [apply (is_derive_minus f g); [apply Hf, Hv|apply Hg, Hv]|].
    unfold minus, plus, opp, zero; simpl. ring. }
  assert (f u - g u = f 0 - g 0); [|lra].
  destruct (Rtotal_order u 0) as [H|[->|H]]; [|reflexivity|].
  - apply (eq_is_derive (fun x => f x - g x) u 0); [intros t Ht; apply Hz; lra|exact H].
  - symmetry. apply (eq_is_derive (fun x => f x - g x) 0 u); [intros t Ht; apply Hz; lra|exact H].
Qed.

Lemma square_abs u : -1 < u < 1 -> Rabs (u ^ 2) < 1.
Proof. intros H. rewrite Rabs_pos_eq; apply square_range in H; lra. Qed.

Lemma derives_square a u : (forall k, 0 < a k <= 1) -> -1 < u < 1 ->
  is_derive (fun v => PSeries a (v ^ 2)) u (2 * u * PSeries (PS_derive a) (u ^ 2)).
Proof.
  intros Ha Hu. evar_last.
  - apply (is_derive_comp (PSeries a) (fun v => v ^ 2) u); [apply derives; [exact Ha|apply square_abs, Hu]|].
    apply (is_derive_pow (fun v => v) 2 u), is_derive_id.
  - unfold scal; simpl; unfold mult, one; simpl. ring.
Qed.

Theorem asin_series u : -1 < u < 1 -> asin u = u * PSeries arcsine_coefficient (u ^ 2).
Proof.
  intros Hu. apply (same_derivative asin (fun v => v * PSeries arcsine_coefficient (v ^ 2)) (fun v => / sqrt (1 - v ^ 2))); [| | |exact Hu].
  - apply asin_derive.
  - intros v Hv. evar_last.
    + apply (is_derive_mult (fun v => v) (fun v => PSeries arcsine_coefficient (v ^ 2)));
        [apply is_derive_id|apply derives_square; [apply arcsine_coefficient_range|exact Hv]|intros; apply Rmult_comm].
    + transitivity (1 * PSeries arcsine_coefficient (v ^ 2) + v * (2 * v * PSeries (PS_derive arcsine_coefficient) (v ^ 2))); [reflexivity|].
      rewrite <- (binomial_series (v ^ 2) (square_range v Hv)).
      rewrite (euler central_binomial arcsine_coefficient arcsine_coefficient (v ^ 2) 1 2 arcsine_coefficient_range arcsine_coefficient_range (square_abs v Hv)).
      * ring.
      * intros k. unfold arcsine_coefficient. assert (H := pos_INR k). field. lra.
  - rewrite asin_0. ring.
Qed.

Lemma k0_asin u : -1 <= u <= 1 -> k0 u = / 2 + asin u / PI.
Proof. intros Hu. unfold k0. rewrite acos_asin by exact Hu. assert (H := PI_RGT_0). field. lra. Qed.

Theorem k1_closed u : -1 < u < 1 -> k1 u = / PI + u / 2 + u ^ 2 * PSeries k1_tail (u ^ 2) / PI.
Proof.
  intros Hu. assert (HPI := PI_RGT_0).
  assert (H : u * (PI / 2 + asin u) + sqrt (1 - u ^ 2) = 1 + PI / 2 * u + u ^ 2 * PSeries k1_tail (u ^ 2)).
  { apply (same_derivative (fun v => v * (PI / 2 + asin v) + sqrt (1 - v ^ 2))
             (fun v => 1 + PI / 2 * v + v ^ 2 * PSeries k1_tail (v ^ 2)) (fun v => PI / 2 + asin v)); [| | |exact Hu].
    - intros v Hv. assert (Hs := square_range v Hv). assert (Hsp : 0 < sqrt (1 - v ^ 2)) by (apply sqrt_lt_R0; lra).
      evar_last.
      + apply (is_derive_plus (fun v => v * (PI / 2 + asin v)) (fun v => sqrt (1 - v ^ 2))).
        * apply (is_derive_mult (fun v => v) (fun v => PI / 2 + asin v)); [apply is_derive_id| |intros; apply Rmult_comm].
          apply (is_derive_plus (fun _ => PI / 2) asin); [apply is_derive_const|apply asin_derive, Hv].
        * apply (is_derive_sqrt (fun v => 1 - v ^ 2)); [|exact (proj2 (conj I (Rlt_Rminus _ _ (proj2 Hs))))].
          apply (is_derive_minus (fun _ => 1) (fun v => v ^ 2)); [apply is_derive_const|].
          apply (is_derive_pow (fun v => v) 2 v), is_derive_id.
      + unfold plus, mult, minus, opp, zero, one, scal, plus; simpl. unfold mult; simpl.
        simpl in Hsp. field. lra.
    - intros v Hv. evar_last.
      + apply (is_derive_plus (fun v => 1 + PI / 2 * v) (fun v => v ^ 2 * PSeries k1_tail (v ^ 2))).
        * apply (is_derive_plus (fun _ => 1) (fun v => PI / 2 * v)); [apply is_derive_const|].
          apply (is_derive_scal (fun v => v)), is_derive_id.
        * apply (is_derive_mult (fun v => v ^ 2) (fun v => PSeries k1_tail (v ^ 2)));
            [apply (is_derive_pow (fun v => v) 2 v), is_derive_id|apply derives_square; [apply k1_tail_range|exact Hv]|intros; apply Rmult_comm].
      + rewrite (asin_series v Hv). rewrite (euler arcsine_coefficient k1_tail k1_tail (v ^ 2) 2 2 k1_tail_range k1_tail_range (square_abs v Hv)).
        * match goal with |- ?l = _ => transitivity (0 + PI / 2 * 1 + ((INR 2 * 1 * v ^ 1) * PSeries k1_tail (v ^ 2)
            + v ^ 2 * (2 * v * PSeries (PS_derive k1_tail) (v ^ 2)))); [reflexivity|] end. simpl INR. ring.
        * intros k. unfold k1_tail. assert (H := pos_INR k). field. lra.
    - rewrite asin_0. replace (1 - 0 ^ 2) with 1 by ring. rewrite sqrt_1. ring. }
  unfold k1. rewrite acos_asin by lra.
  replace (u * (PI - (PI / 2 - asin u)) + sqrt (1 - u ^ 2)) with (u * (PI / 2 + asin u) + sqrt (1 - u ^ 2)) by field.
  rewrite H. field. lra.
Qed.

(** Exponents and coefficients of the two series, term by term. *)
Definition k0_coefficient (k : nat) : R := match k with O => / 2 | S j => arcsine_coefficient j / PI end.
Definition k0_exponent (k : nat) : nat := match k with O => 0 | S j => 2 * j + 1 end.
Definition k1_coefficient (k : nat) : R := match k with O => / PI | S O => / 2 | S (S j) => k1_tail j / PI end.
Definition k1_exponent (k : nat) : nat := match k with O => 0 | S O => 1 | S (S j) => 2 * j + 2 end.
Lemma k0_coefficient_pos k : 0 < k0_coefficient k.
Proof. assert (H := PI_RGT_0). destruct k as [|k]; simpl; [lra|]. apply Rdiv_lt_0_compat; [apply arcsine_coefficient_range|exact H]. Qed.

Lemma k1_coefficient_pos k : 0 < k1_coefficient k.
Proof.
  assert (H := PI_RGT_0). destruct k as [|[|k]]; simpl; [apply Rinv_0_lt_compat; exact H|lra|].
  apply Rdiv_lt_0_compat; [apply k1_tail_range|exact H].
Qed.

Lemma k0_series_open u : -1 < u < 1 -> is_series (fun k => k0_coefficient k * u ^ k0_exponent k) (k0 u).
Proof.
  intros Hu. assert (HPI := PI_RGT_0). apply is_series_decr_1.
  assert (H := PSeries_correct arcsine_coefficient (u ^ 2) (converges arcsine_coefficient arcsine_coefficient_range _ (square_abs u Hu))). apply is_pseries_R in H.
  apply (is_series_scal_l (u / PI)) in H.
  evar_last.
  - apply (is_series_ext (fun k => u / PI * (arcsine_coefficient k * (u ^ 2) ^ k))); [|exact H].
    intros k. change (k0_coefficient (S k)) with (arcsine_coefficient k / PI). change (k0_exponent (S k)) with (2 * k + 1)%nat.
    rewrite pow_add, (pow_mult u 2 k). simpl. field. lra.
  - rewrite k0_asin by lra. rewrite (asin_series u Hu). unfold plus, opp, scal; simpl; unfold mult; simpl. field. lra.
Qed.

Lemma k1_series_open u : -1 < u < 1 -> is_series (fun k => k1_coefficient k * u ^ k1_exponent k) (k1 u).
Proof.
  intros Hu. assert (HPI := PI_RGT_0). apply is_series_decr_1. apply is_series_decr_1.
  assert (H := PSeries_correct k1_tail (u ^ 2) (converges k1_tail k1_tail_range _ (square_abs u Hu))). apply is_pseries_R in H.
  apply (is_series_scal_l (u ^ 2 / PI)) in H.
  evar_last.
  - apply (is_series_ext (fun k => u ^ 2 / PI * (k1_tail k * (u ^ 2) ^ k))); [|exact H].
    intros k. change (k1_coefficient (S (S k))) with (k1_tail k / PI). change (k1_exponent (S (S k))) with (2 * k + 2)%nat.
    rewrite pow_add, (pow_mult u 2 k). simpl. field. lra.
  - rewrite (k1_closed u Hu). unfold plus, opp, scal; simpl; unfold mult; simpl. field. lra.
Qed.

Lemma partial_continuous (a : nat -> R) (n : nat -> nat) N x : continuous (fun u => sum_n (fun k => a k * u ^ n k) N) x.
Proof.
  assert (Hone : forall k, continuous (fun u => a k * u ^ n k) x).
  { intros k. apply (ex_derive_continuous (fun u => a k * u ^ n k)). auto_derive. exact I. }
  induction N as [|N IH].
  - apply (continuous_ext (fun u => a 0%nat * u ^ n 0%nat)); [intros; symmetry; apply sum_O|apply Hone].
  - apply (continuous_ext (fun u => plus (sum_n (fun k => a k * u ^ n k) N) (a (S N) * u ^ n (S N)))).
    + intros; symmetry; apply sum_Sn.
    + apply (continuous_plus (fun u => sum_n (fun k => a k * u ^ n k) N)); [exact IH|apply Hone].
Qed.

(** Passing to u = 1. *)
Lemma series_at_one (a : nat -> R) (n : nat -> nat) (h : R -> R) :
  (forall k, 0 <= a k) -> (forall u, 0 <= u < 1 -> is_series (fun k => a k * u ^ n k) (h u)) ->
  filterlim h (at_left 1) (locally (h 1)) -> is_series (fun k => a k * 1 ^ n k) (h 1).
Proof.
  intros Ha Hs Hc. apply (is_series_ext a); [intros; rewrite pow1; symmetry; apply Rmult_1_r|].
  assert (near : forall P : R -> Prop, at_left 1 P -> exists u, 0 <= u < 1 /\ P u).
  { intros P [d Hd]. assert (Hd0 := cond_pos d). exists (Rmax 0 (1 - d / 2)).
    assert (H0 := Rmax_l 0 (1 - d / 2)). assert (H1 := Rmax_r 0 (1 - d / 2)).
    assert (Hlt : Rmax 0 (1 - d / 2) < 1) by (apply Rmax_lub_lt; lra). split; [lra|]. apply Hd; [|exact Hlt].
    unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl. rewrite Rabs_left by lra. lra. }
  assert (Hpart : forall N, sum_n a N <= h 1).
  { intros N. apply Rnot_lt_le. intros Hlt.
    assert (Hcp : continuous (fun u => sum_n (fun k => a k * u ^ n k) N) 1).
    { apply partial_continuous. }
    set (s := (sum_n a N - h 1) / 2). assert (Hsp : 0 < s) by (unfold s; lra).
    assert (H1 : at_left 1 (fun u => ball (sum_n a N) s (sum_n (fun k => a k * u ^ n k) N))).
    { assert (Hone : sum_n (fun k => a k * 1 ^ n k) N = sum_n a N) by (apply sum_n_ext; intros; rewrite pow1; apply Rmult_1_r).
      destruct (Hcp (ball (sum_n a N) (mkposreal s Hsp))) as [d Hd].
      - rewrite Hone. apply locally_ball.
      - exists d. intros y Hy _. apply Hd, Hy. }
    assert (H2 : at_left 1 (fun u => ball (h 1) s (h u))) by (apply (Hc (ball (h 1) (mkposreal s Hsp))), locally_ball).
    destruct (near _ (filter_and _ _ H1 H2)) as [u [Hu [B1 B2]]].
    unfold ball in B1, B2; simpl in B1, B2; unfold AbsRing_ball, abs, minus, plus, opp in B1, B2; simpl in B1, B2.
    apply Rabs_def2 in B1. apply Rabs_def2 in B2.
    assert (Hle : sum_n (fun k => a k * u ^ n k) N <= h u).
    { assert (Hl : is_lim_seq (sum_n (fun k => a k * u ^ n k)) (h u)) by exact (Hs u Hu).
      apply (is_lim_seq_incr_compare _ _ Hl). intros m. rewrite sum_Sn. unfold plus; simpl.
      assert (0 <= a (S m) * u ^ n (S m)) by (apply Rmult_le_pos; [apply Ha|apply pow_le; lra]). lra. }
    unfold s in *. lra. }
  assert (Hinc : forall N, sum_n a N <= sum_n a (S N)).
  { intros N. rewrite sum_Sn. unfold plus; simpl. specialize (Ha (S N)). lra. }
  destruct (ex_finite_lim_seq_incr (sum_n a) (h 1) Hinc Hpart) as [l Hl].
  assert (Hlh : l <= h 1).
  { assert (H : Rbar_le l (h 1)); [|exact H]. apply (is_lim_seq_le (sum_n a) (fun _ => h 1)); [exact Hpart|exact Hl|apply is_lim_seq_const]. }
  assert (Hhl : h 1 <= l).
  { apply Rnot_lt_le. intros Hlt. set (s := h 1 - l). assert (Hsp : 0 < s) by (unfold s; lra).
    assert (H2 : at_left 1 (fun u => ball (h 1) s (h u))) by (apply (Hc (ball (h 1) (mkposreal s Hsp))), locally_ball).
    destruct (near _ H2) as [u [Hu B2]].
    unfold ball in B2; simpl in B2; unfold AbsRing_ball, abs, minus, plus, opp in B2; simpl in B2. apply Rabs_def2 in B2.
    assert (Hul : h u <= l).
    { assert (Hlu : is_lim_seq (sum_n (fun k => a k * u ^ n k)) (h u)) by exact (Hs u Hu).
      assert (H : Rbar_le (h u) l); [|exact H].
      apply (is_lim_seq_le (sum_n (fun k => a k * u ^ n k)) (sum_n a)); [|exact Hlu|exact Hl].
      intros N. apply sum_n_m_le. intros k. rewrite <- (Rmult_1_r (a k)) at 2. apply Rmult_le_compat_l; [apply Ha|].
      rewrite <- (pow1 (n k)). apply pow_incr. lra. }
    unfold s in *. lra. }
  replace (h 1) with l by lra. exact Hl.
Qed.

Lemma asin_left : filterlim asin (at_left 1) (locally (asin 1)).
Proof.
  rewrite asin_1. intros P [d Hd]. assert (Hd0 := cond_pos d). assert (HPI := PI_RGT_0).
  set (x := Rmax 0 (PI / 2 - d / 2)). assert (X0 := Rmax_l 0 (PI / 2 - d / 2)). assert (X1 := Rmax_r 0 (PI / 2 - d / 2)).
  fold x in X0, X1. assert (X2 : x < PI / 2) by (apply Rmax_lub_lt; lra).
  assert (Hs : sin x < 1) by (rewrite <- sin_PI2; apply sin_increasing_1; lra).
  assert (Hs0 : 0 <= sin x) by (apply sin_ge_0; lra).
  exists (mkposreal (1 - sin x) ltac:(lra)). intros u Hu Hu1.
  unfold ball in Hu; simpl in Hu; unfold AbsRing_ball, abs, minus, plus, opp in Hu; simpl in Hu.
  rewrite Rabs_left in Hu by lra.
  assert (Hb := asin_bound u). apply Hd.
  unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl.
  assert (x < asin u).
  { apply Rnot_le_lt. intros Hle. assert (sin (asin u) <= sin x) by (apply sin_incr_1; lra).
    rewrite sin_asin in H by lra. lra. }
  apply Rabs_def1; lra.
Qed.

Lemma k0_left : filterlim k0 (at_left 1) (locally (k0 1)).
Proof.
  rewrite k0_asin by lra.
  apply (filterlim_ext_loc (fun u => / 2 + asin u / PI)).
  - exists (mkposreal 1 Rlt_0_1). intros u Hu Hu1.
    unfold ball in Hu; simpl in Hu; unfold AbsRing_ball, abs, minus, plus, opp in Hu; simpl in Hu.
    apply Rabs_def2 in Hu. symmetry. apply k0_asin. lra.
  - assert (H : continuous (fun y => / 2 + y / PI) (asin 1)).
    { apply (ex_derive_continuous (fun y => / 2 + y / PI)). auto_derive. exact I. }
    apply (filterlim_comp _ _ _ asin (fun y => / 2 + y / PI) _ _ _ asin_left H).
Qed.

Lemma k1_left : filterlim k1 (at_left 1) (locally (k1 1)).
Proof.
  apply (filterlim_ext (fun u => u * k0 u + sqrt (1 - u ^ 2) / PI)).
  { intros u. unfold k1, k0. assert (H := PI_RGT_0). field. lra. }
  replace (k1 1) with (plus (mult 1 (k0 1)) (sqrt (1 - 1 ^ 2) / PI)).
  2:{ unfold k1, k0, plus, mult; simpl. assert (H := PI_RGT_0). field. lra. }
  assert (Hid : filterlim (fun u : R => u) (at_left 1) (locally 1)).
  { intros P [d Hd]. exists d. intros u Hu _. apply Hd, Hu. }
  assert (Hsq : filterlim (fun u => sqrt (1 - u ^ 2) / PI) (at_left 1) (locally (sqrt (1 - 1 ^ 2) / PI))).
  { assert (H : continuous (fun u => sqrt (1 - u ^ 2) / PI) 1).
    { apply (continuous_mult (fun u => sqrt (1 - u ^ 2)) (fun _ => / PI)); [|apply continuous_const].
      apply (continuous_comp (fun u => 1 - u ^ 2) sqrt); [|apply continuous_sqrt].
      apply (ex_derive_continuous (fun u => 1 - u ^ 2)). auto_derive. exact I. }
    intros P HP. destruct (H P HP) as [d Hd]. exists d. intros u Hu _. apply Hd, Hu. }
  apply (filterlim_comp_2 (F := at_left 1) (G := locally (mult 1 (k0 1))) (H := locally (sqrt (1 - 1 ^ 2) / PI)) _ _ (@plus R_AbelianGroup)).
  - apply (filterlim_comp_2 (F := at_left 1) (G := locally 1) (H := locally (k0 1)) _ _ (@mult R_AbsRing)).
    + exact Hid.
    + exact k0_left.
    + apply (@filterlim_mult R_AbsRing).
  - exact Hsq.
  - apply (@filterlim_plus R_AbsRing R_NormedModule).
Qed.

(** Lemma 3. *)
Theorem k0_series u : -1 < u <= 1 -> is_series (fun k => k0_coefficient k * u ^ k0_exponent k) (k0 u).
Proof.
  intros [H1 [H2| ->]]; [apply k0_series_open; lra|].
  apply (series_at_one k0_coefficient k0_exponent k0); [intros; left; apply k0_coefficient_pos|intros; apply k0_series_open; lra|exact k0_left].
Qed.

Theorem k1_series u : -1 < u <= 1 -> is_series (fun k => k1_coefficient k * u ^ k1_exponent k) (k1 u).
Proof.
  intros [H1 [H2| ->]]; [apply k1_series_open; lra|].
  apply (series_at_one k1_coefficient k1_exponent k1); [intros; left; apply k1_coefficient_pos|intros; apply k1_series_open; lra|exact k1_left].
Qed.

Lemma k0_unbounded N : exists k, (N <= k0_exponent k)%nat /\ 0 < k0_coefficient k.
Proof. exists (S N). split; [simpl; lia|apply k0_coefficient_pos]. Qed.

Lemma k1_unbounded N : exists k, (N <= k1_exponent k)%nat /\ 0 < k1_coefficient k.
Proof. exists (S (S N)). split; [simpl; lia|apply k1_coefficient_pos]. Qed.

(** Lemma 3: the coefficients of (B.6) and (B.7) are positive, with exponents beyond every bound, and the series
    converge to k0 and k1 on (-1, 1]. *)
Theorem lemma_3 :
  (forall k, 0 < k0_coefficient k) /\ (forall k, 0 < k1_coefficient k) /\
  (forall N, exists k, (N <= k0_exponent k)%nat) /\ (forall N, exists k, (N <= k1_exponent k)%nat) /\
  (forall u, -1 < u <= 1 -> is_series (fun k => k0_coefficient k * u ^ k0_exponent k) (k0 u)) /\
  (forall u, -1 < u <= 1 -> is_series (fun k => k1_coefficient k * u ^ k1_exponent k) (k1 u)).
Proof.
  repeat split.
  - exact k0_coefficient_pos.
  - exact k1_coefficient_pos.
  - intros N. destruct (k0_unbounded N) as [k [H _]]. exists k. exact H.
  - intros N. destruct (k1_unbounded N) as [k [H _]]. exists k. exact H.
  - exact k0_series.
  - exact k1_series.
Qed.

(** The printed form of the coefficients: (2k)! / (4^k k!^2). *)
Lemma central_binomial_factorial k : central_binomial k = INR (fact (2 * k)) / (4 ^ k * INR (fact k) ^ 2).
Proof.
  induction k as [|k IH]; [simpl; field|].
  change (central_binomial (S k)) with (central_binomial k * ((2 * INR k + 1) / (2 * INR k + 2))). rewrite IH.
  replace (2 * S k)%nat with (S (S (2 * k))) by lia.
  rewrite (fact_simpl (S (2 * k))), (fact_simpl (2 * k)), (fact_simpl k), !mult_INR, !S_INR, mult_INR.
  replace (INR 2) with 2 by reflexivity. assert (H1 := INR_fact_neq_0 k). assert (H2 := pos_INR k).
  assert (H3 : 4 ^ k <> 0) by (apply pow_nonzero; lra). simpl pow. field. repeat split; lra.
Qed.
