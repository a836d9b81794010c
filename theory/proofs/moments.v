(** The Gaussian moments E[s(u) s(v)] and E[s'(u) s'(v)] of the ReLU s at correlation cos(theta), as integrals in polar
    coordinates, are k1/2 and k0/2. The change to polar coordinates is part of the definition [gaussian_moment]. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import arccosine.
Open Scope R_scope.

Definition radial (p : nat) : R := RInt_gen (fun r => r ^ (2 * p + 1) * exp (- r ^ 2 / 2)) (at_point 0) (Rbar_locally p_infty).
Definition angular (p : nat) (theta : R) : R := RInt (fun phi => (cos phi * cos (phi - theta)) ^ p) (theta - PI / 2) (PI / 2).
Definition gaussian_moment (p : nat) (theta : R) : R := / (2 * PI) * radial p * angular p theta.
(** s * exp(-s) and exp(-s) vanish at infinity. *)
Lemma exp_lim : is_lim (fun r => exp (- r ^ 2 / 2)) p_infty 0.
Proof.
  apply (is_lim_comp exp (fun r => - r ^ 2 / 2) p_infty 0 m_infty).
  - apply is_lim_exp_m.
  - apply is_lim_spec. intros M. exists (Rmax 1 (- 2 * M + 1)). intros r Hr.
    assert (H1 := Rmax_l 1 (- 2 * M + 1)). assert (H2 := Rmax_r 1 (- 2 * M + 1)). nra.
  - exists 0. intros r _. discriminate.
Qed.

Lemma square_exp_lim : is_lim (fun r => (- r ^ 2 / 2) * exp (- r ^ 2 / 2)) p_infty 0.
Proof.
  apply (is_lim_comp (fun y => y * exp y) (fun r => - r ^ 2 / 2) p_infty 0 m_infty).
  - apply is_lim_mul_exp_m.
  - apply is_lim_spec. intros M. exists (Rmax 1 (- 2 * M + 1)). intros r Hr.
    assert (H1 := Rmax_l 1 (- 2 * M + 1)). assert (H2 := Rmax_r 1 (- 2 * M + 1)). nra.
  - exists 0. intros r _. discriminate.
Qed.

Lemma improper (f F : R -> R) l : (forall r, is_derive F r (f r)) -> (forall r, continuous f r) -> is_lim F p_infty (Finite l) ->
  RInt_gen f (at_point 0) (Rbar_locally p_infty) = l - F 0.
Proof.
  intros Hd Hc Hl. apply is_RInt_gen_unique.
  assert (HD : forall r, Derive F r = f r) by (intros; apply is_derive_unique, Hd).
  apply (is_RInt_gen_ext (Derive F)).
  - apply (Filter_prod _ _ _ (fun _ => True) (fun _ => True)); [exact I|exists 0; intros; exact I|].
    intros a b _ _ r _. apply HD.
  - apply is_RInt_gen_Derive.
    + apply (Filter_prod _ _ _ (fun _ => True) (fun _ => True)); [exact I|exists 0; intros; exact I|].
      intros a b _ _ r _. eexists. apply Hd.
    + apply (Filter_prod _ _ _ (fun _ => True) (fun _ => True)); [exact I|exists 0; intros; exact I|].
      intros a b _ _ r _. apply (continuous_ext f); [intros; symmetry; apply HD|apply Hc].
    + intros P [e He]. apply He. apply ball_center.
    + exact Hl.
Qed.

Lemma radial_0 : radial 0 = 1.
Proof.
  unfold radial. rewrite (improper _ (fun r => - exp (- r ^ 2 / 2)) 0).
  - replace (- 0 ^ 2 / 2) with 0 by field. rewrite exp_0. ring.
  - intros r. auto_derive; [exact I|]. simpl. unfold Rdiv. field.
  - intros r. apply (ex_derive_continuous (fun r => r ^ (2 * 0 + 1) * exp (- r ^ 2 / 2))). auto_derive. exact I.
  - replace (Finite 0) with (Rbar_opp 0) by (simpl; f_equal; ring). apply is_lim_opp. exact exp_lim.
Qed.

Lemma radial_1 : radial 1 = 2.
Proof.
  unfold radial. rewrite (improper _ (fun r => 2 * ((- r ^ 2 / 2) * exp (- r ^ 2 / 2)) - 2 * exp (- r ^ 2 / 2)) 0).
  - replace (- 0 ^ 2 / 2) with 0 by field. rewrite exp_0. ring.
  - intros r. auto_derive; [exact I|]. simpl. unfold Rdiv. field.
  - intros r. apply (ex_derive_continuous (fun r => r ^ (2 * 1 + 1) * exp (- r ^ 2 / 2))). auto_derive. exact I.
  - evar_last.
    + apply is_lim_minus'; [apply (is_lim_scal_l _ 2 _ 0 square_exp_lim)|apply (is_lim_scal_l _ 2 _ 0 exp_lim)].
    + simpl. f_equal. ring.
Qed.

Lemma angular_0 theta : angular 0 theta = PI - theta.
Proof.
  unfold angular. rewrite (RInt_ext _ (fun _ => 1)) by (intros; reflexivity).
  rewrite RInt_const. unfold scal; simpl; unfold mult; simpl. field.
Qed.

Lemma angular_1 theta : angular 1 theta = ((PI - theta) * cos theta + sin theta) / 2.
Proof.
  unfold angular.
  assert (H : is_RInt (fun phi => (cos phi * cos (phi - theta)) ^ 1) (theta - PI / 2) (PI / 2)
    (minus (PI / 2 * cos theta / 2 + sin (2 * (PI / 2) - theta) / 4)
           ((theta - PI / 2) * cos theta / 2 + sin (2 * (theta - PI / 2) - theta) / 4))).
  { apply (is_RInt_derive (fun phi => phi * cos theta / 2 + sin (2 * phi - theta) / 4)).
    - intros phi _. auto_derive; [exact I|].
      replace (2 * phi + - theta) with (phi + (phi - theta)) by ring. rewrite cos_plus.
      replace (cos theta) with (cos (phi - (phi - theta))) by (f_equal; ring). rewrite cos_minus. field.
    - intros phi _. apply (ex_derive_continuous (fun phi => (cos phi * cos (phi - theta)) ^ 1)). auto_derive. exact I. }
  rewrite (is_RInt_unique (V := R_CompleteNormedModule) _ _ _ _ H). unfold minus, plus, opp; simpl.
  replace (2 * (PI / 2) - theta) with (PI - theta) by field. rewrite sin_PI_x.
  replace (2 * (theta - PI / 2) - theta) with (- (PI - theta)) by field. rewrite sin_neg, sin_PI_x. field.
Qed.

(** The closed forms of (3.8): 2 E[s'(u) s'(v)] = k0 and 2 E[s(u) s(v)] = k1 at correlation u. *)
Theorem moment_0 u : -1 <= u <= 1 -> gaussian_moment 0 (acos u) = k0 u / 2.
Proof.
  intros Hu. unfold gaussian_moment. rewrite radial_0, angular_0. unfold k0. assert (H := PI_RGT_0). field. lra.
Qed.

Theorem moment_1 u : -1 <= u <= 1 -> gaussian_moment 1 (acos u) = k1 u / 2.
Proof.
  intros Hu. unfold gaussian_moment. rewrite radial_1, angular_1, cos_acos, sin_acos by exact Hu.
  unfold k1, Rsqr. replace (1 - u ^ 2) with (1 - u * u) by ring. assert (H := PI_RGT_0). field. lra.
Qed.
