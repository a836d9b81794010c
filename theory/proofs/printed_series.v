(** (B.6) and (B.7) in the paper's words: the series converge on [-1, 1], and their sums give k0 and k1. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices power_series arccosine arccosine_ends.
Open Scope R_scope.

(** The terms of (B.6) and of (B.7) at n = k. *)
Definition term_B_6 (u : R) (k : nat) : R :=
  INR (fact (2 * k)) / (4 ^ k * INR (fact k) ^ 2 * (2 * INR k + 1)) * u ^ (2 * k + 1).
Definition term_B_7 (u : R) (k : nat) : R :=
  INR (fact (2 * k)) / (4 ^ k * INR (fact k) * INR (fact (k + 1))) * (u ^ (2 * k + 2) / (2 * INR k + 1)).

Lemma term_B_6_coefficient u k : term_B_6 u k = arcsine_coefficient k * u ^ (2 * k + 1).
Proof.
  unfold term_B_6, arcsine_coefficient. rewrite central_binomial_factorial.
  assert (H1 := INR_fact_neq_0 k). assert (H2 := pos_INR k). assert (H3 : 4 ^ k <> 0) by (apply pow_nonzero; lra).
  field. repeat split; try assumption; lra.
Qed.

Lemma term_B_7_coefficient u k : term_B_7 u k = 2 * (k1_tail k * u ^ (2 * k + 2)).
Proof.
  unfold term_B_7, k1_tail, arcsine_coefficient. rewrite central_binomial_factorial.
  replace (k + 1)%nat with (S k) by lia. rewrite (fact_simpl k), mult_INR, S_INR.
  assert (H1 := INR_fact_neq_0 k). assert (H2 := pos_INR k). assert (H3 : 4 ^ k <> 0) by (apply pow_nonzero; lra).
  field. repeat split; try assumption; lra.
Qed.

Theorem equation_B_6 (u : R) : -1 <= u <= 1 ->
  ex_series (term_B_6 u) /\ k0 u = 1 / 2 + 1 / PI * Series (term_B_6 u).
Proof.
  intros Hu. assert (HPI := PI_RGT_0). assert (H := proj1 lemma_3_closed u Hu).
  assert (HS : is_series (term_B_6 u) (PI * (k0 u - 1 / 2))).
  { apply (is_series_ext (fun k => PI * (k0_coefficient (S k) * u ^ k0_exponent (S k)))).
    - intros k. rewrite term_B_6_coefficient. change (k0_coefficient (S k)) with (arcsine_coefficient k / PI).
      change (k0_exponent (S k)) with (2 * k + 1)%nat. match goal with |- ?a = ?b => change (@eq R a b) end. field. lra.
    - apply (is_series_scal_l PI (fun k => k0_coefficient (S k) * u ^ k0_exponent (S k)) (k0 u - 1 / 2)).
      apply (is_series_incr_1 (fun k => k0_coefficient k * u ^ k0_exponent k)).
      evar_last; [exact H|]. unfold plus; simpl. match goal with |- ?a = ?b => change (@eq R a b) end. field. }
  split; [eexists; exact HS|]. rewrite (is_series_unique _ _ HS). field. lra.
Qed.

Theorem equation_B_7 (u : R) : -1 <= u <= 1 ->
  ex_series (term_B_7 u) /\ k1 u = 1 / PI + u / 2 + 1 / (2 * PI) * Series (term_B_7 u).
Proof.
  intros Hu. assert (HPI := PI_RGT_0). assert (H := proj2 lemma_3_closed u Hu).
  assert (HS : is_series (term_B_7 u) (2 * PI * (k1 u - 1 / PI - u / 2))).
  { apply (is_series_ext (fun k => 2 * PI * (k1_coefficient (S (S k)) * u ^ k1_exponent (S (S k))))).
    - intros k. rewrite term_B_7_coefficient. change (k1_coefficient (S (S k))) with (k1_tail k / PI).
      change (k1_exponent (S (S k))) with (2 * k + 2)%nat. match goal with |- ?a = ?b => change (@eq R a b) end. field. lra.
    - apply (is_series_scal_l (2 * PI) (fun k => k1_coefficient (S (S k)) * u ^ k1_exponent (S (S k))) (k1 u - 1 / PI - u / 2)).
      apply (is_series_incr_1 (fun k => k1_coefficient (S k) * u ^ k1_exponent (S k))), (is_series_incr_1 (fun k => k1_coefficient k * u ^ k1_exponent k)).
      evar_last; [exact H|]. unfold plus; simpl. match goal with |- ?a = ?b => change (@eq R a b) end. field. lra. }
  split; [eexists; exact HS|]. rewrite (is_series_unique _ _ HS). field. lra.
Qed.

(** ** The interval is not empty, and near misses are wrong at u = 0 or u = 1 *)
Theorem witness_equation_B_6 : ~ (forall u : R, -1 <= u <= 1 -> False).
Proof. intros H. apply (H 0). lra. Qed.

Theorem witness_equation_B_7 : ~ (forall u : R, -1 <= u <= 1 -> False).
Proof. intros H. apply (H 0). lra. Qed.

(** The summary's k0, with pi/2 in place of pi. *)
Theorem mutant_equation_B_6 : ~ (forall u : R, -1 <= u <= 1 ->
  ex_series (term_B_6 u) /\ k0 u = 1 / PI * Series (term_B_6 u)).
Proof.
  intros H. destruct (H 0 ltac:(lra)) as [_ H1]. destruct (equation_B_6 0 ltac:(lra)) as [_ H2]. lra.
Qed.

Theorem mutant_equation_B_6_factor : ~ (forall u : R, -1 <= u <= 1 ->
  ex_series (term_B_6 u) /\ k0 u = 1 / 2 + 2 / PI * Series (term_B_6 u)).
Proof.
  intros H. destruct (H 1 ltac:(lra)) as [_ H1]. destruct (equation_B_6 1 ltac:(lra)) as [_ H2].
  assert (H3 : k0 1 = 1) by (unfold k0; rewrite acos_1; assert (H3 := PI_RGT_0); field; lra). unfold Rdiv in *. lra.
Qed.

Theorem mutant_equation_B_7 : ~ (forall u : R, -1 <= u <= 1 ->
  ex_series (term_B_7 u) /\ k1 u = 1 / PI + u / 2 + 1 / PI * Series (term_B_7 u)).
Proof.
  intros H. destruct (H 1 ltac:(lra)) as [_ H1]. destruct (equation_B_7 1 ltac:(lra)) as [_ H2].
  assert (HPI := PI2_3_2). assert (H3 : k1 1 = 1).
  { unfold k1. rewrite acos_1. replace (1 - 1 ^ 2) with 0 by ring. rewrite sqrt_0. field; lra. }
  rewrite H3 in H1, H2. set (s := Series (term_B_7 1)) in *.
  assert (E1 : PI = (1 / PI + 1 / 2 + 1 / PI * s) * PI) by (rewrite <- H1; ring).
  assert (E2 : PI = (1 / PI + 1 / 2 + 1 / (2 * PI) * s) * PI) by (rewrite <- H2; ring).
  replace ((1 / PI + 1 / 2 + 1 / PI * s) * PI) with (1 + PI / 2 + s) in E1 by (field; lra).
  replace ((1 / PI + 1 / 2 + 1 / (2 * PI) * s) * PI) with (1 + PI / 2 + s / 2) in E2 by (field; lra).
  lra.
Qed.
