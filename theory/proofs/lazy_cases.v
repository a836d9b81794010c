(** Theorems of lazy.v: their hypotheses can hold, and near statements are false. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation theorem_1 parameter_sums gradient_flow gap_sharpness multiclass lazy mutants.
Import ListNotations.
Open Scope R_scope.

(** ** One trained parameter, f = theta *)
Definition one_parameter (th : nat -> R) (_ : nat) : R := th 0%nat.

Lemma one_parameter_ext theta theta' i : (forall p, theta p = theta' p) -> one_parameter theta i = one_parameter theta' i.
Proof. intros H. apply H. Qed.

Lemma one_parameter_differentiable theta i : differentiable [0%nat] one_parameter theta i (fun _ => 1).
Proof.
  intros e He. exists 1. split; [lra|]. intros h _ _. unfold one_parameter, parameter_sum.
  replace (theta 0%nat + h 0%nat - theta 0%nat - (1 * h 0%nat + 0)) with 0 by ring. rewrite Rabs_R0.
  assert (H := Rabs_pos (h 0%nat)). nra.
Qed.

Lemma one_parameter_partial theta i : partial Nat.eq_dec one_parameter theta i 0%nat = 1.
Proof.
  symmetry. apply (gradient Nat.eq_dec [0%nat] one_parameter) with (g := fun _ => 1).
  - constructor; [intros []|constructor].
  - exact one_parameter_ext.
  - left. reflexivity.
  - apply one_parameter_differentiable.
Qed.

(** Any x with x' = - l'(x) - beta (x - x(0)) is a penalised flow of it. *)
Lemma one_parameter_flow (l dl : R -> R) beta (x : R -> R) : (forall t, is_derive x t (- dl (x t) - beta * (x t - x 0))) ->
  penalised_flow Nat.eq_dec [0%nat] 1 one_parameter (fun _ => dl) beta (fun t p => match p with O => x t | _ => 0 end).
Proof.
  intros Hx. assert (Hc : forall t, continuous x t) by (intros t; apply (ex_derive_continuous x); eexists; apply Hx).
  assert (Hr : filterlim x (at_right 0) (locally (x 0))) by (intros P HP; destruct (Hc 0 P HP) as [d Hd]; exists d; intros y Hy _; apply Hd, Hy).
  split; [|split; [|split; [|split]]].
  - intros T. exists nil. intros t _ _. split.
    + intros p [<-|[]]. unfold velocity, sum. rewrite one_parameter_partial. unfold one_parameter. evar_last; [apply Hx|]. ring.
    + intros i _. eexists. apply one_parameter_differentiable.
  - intros t _. split; [intros i _; apply Hc|]. intros p [<-|[]]. apply Hc.
  - intros i _. exact Hr.
  - intros p [<-|[]]. exact Hr.
  - intros t r p Hn. destruct p as [|p]; [destruct Hn; left; reflexivity|reflexivity].
Qed.

(** The squared loss (z - 1)^2 / 2 from theta_0 = 0. *)
Definition square_path (beta t : R) : R := (1 - exp (- (1 + beta) * t)) / (1 + beta).

Lemma square_path_0 beta : 0 < beta -> square_path beta 0 = 0.
Proof. intros Hb. unfold square_path. rewrite Rmult_0_r, exp_0. field; lra. Qed.

Lemma square_path_flows beta t : 0 < beta ->
  is_derive (square_path beta) t (- (square_path beta t - 1) - beta * (square_path beta t - square_path beta 0)).
Proof. intros Hb. rewrite square_path_0 by exact Hb. unfold square_path. auto_derive; [exact I|]. field; lra. Qed.

Theorem penalty_bound_inhabited : exists theta : R -> nat -> R,
  (forall i z, (i < 1)%nat -> is_derive ((fun _ z => (z - 1) ^ 2 / 2) i) z ((fun (_ : nat) z => z - 1) i z)) /\
  (forall i z, (i < 1)%nat -> 0 <= (fun (_ : nat) z => (z - 1) ^ 2 / 2) i z) /\
  penalised_flow Nat.eq_dec [0%nat] 1 one_parameter (fun _ z => z - 1) 1 theta /\ 0 < distance2 [0%nat] theta 1.
Proof.
  exists (fun t p => match p with O => square_path 1 t | _ => 0 end). split; [|split; [|split]].
  - intros i z _. auto_derive; [exact I|]. field.
  - intros i z _. assert (H := pow2_ge_0 (z - 1)). lra.
  - apply (one_parameter_flow (fun z => (z - 1) ^ 2 / 2)). intros t. apply square_path_flows. lra.
  - unfold distance2, parameter_sum. rewrite square_path_0, Rminus_0_r, Rplus_0_r by lra. apply pow_lt. unfold square_path.
    assert (H := exp_increasing (- (1 + 1) * 1) 0 ltac:(lra)). rewrite exp_0 in H. apply Rdiv_lt_0_compat; lra.
Qed.

(** Without a lower bound on the loss: l(z) = - z, theta = 1 - exp(-t). *)
Theorem mutant_penalty_bound : ~ (forall (trained : list nat) (n : nat) (F : (nat -> R) -> nat -> R),
  NoDup trained -> (forall theta theta' i, (forall p, theta p = theta' p) -> F theta i = F theta' i) ->
  forall l dl : nat -> R -> R, (forall i z, (i < n)%nat -> is_derive (l i) z (dl i z)) ->
  forall beta, 0 < beta -> forall theta : R -> nat -> R, penalised_flow Nat.eq_dec trained n F dl beta theta ->
  forall t, 0 <= t -> beta / 2 * distance2 trained theta t <= total_loss n F l theta 0).
Proof.
  intros H.
  assert (H1 := H [0%nat] 1%nat one_parameter ltac:(constructor; [intros []|constructor]) one_parameter_ext (fun _ z => - z) (fun _ _ => -1)
    ltac:(intros i z _; auto_derive; [exact I|ring]) 1 Rlt_0_1 (fun t p => match p with O => 1 - exp (- t) | _ => 0 end)).
  assert (H2 : penalised_flow Nat.eq_dec [0%nat] 1 one_parameter (fun _ _ => -1) 1 (fun t p => match p with O => 1 - exp (- t) | _ => 0 end)).
  { apply (one_parameter_flow (fun z => - z) (fun _ => -1) 1 (fun t => 1 - exp (- t))). intros t. auto_derive; [exact I|]. rewrite Ropp_0, exp_0. ring. }
  specialize (H1 H2 1 ltac:(lra)). unfold distance2, total_loss, one_parameter, parameter_sum, sum in H1.
  rewrite Ropp_0, exp_0 in H1. assert (E := exp_increasing (- (1)) 0 ltac:(lra)). rewrite exp_0 in E.
  assert (0 < (1 - exp (- (1)) - (1 - 1)) ^ 2) by (apply pow_lt; lra). lra.
Qed.

(** The loss at time t in place of that at the start: beta = 1/2, t = 2. *)
Theorem mutant_penalty_bound_now : ~ (forall (trained : list nat) (n : nat) (F : (nat -> R) -> nat -> R),
  NoDup trained -> (forall theta theta' i, (forall p, theta p = theta' p) -> F theta i = F theta' i) ->
  forall l dl : nat -> R -> R, (forall i z, (i < n)%nat -> is_derive (l i) z (dl i z)) -> (forall i z, (i < n)%nat -> 0 <= l i z) ->
  forall beta, 0 < beta -> forall theta : R -> nat -> R, penalised_flow Nat.eq_dec trained n F dl beta theta ->
  forall t, 0 <= t -> beta / 2 * distance2 trained theta t <= total_loss n F l theta t).
Proof.
  intros H.
  assert (H1 := H [0%nat] 1%nat one_parameter ltac:(constructor; [intros []|constructor]) one_parameter_ext
    (fun _ z => (z - 1) ^ 2 / 2) (fun _ z => z - 1)
    ltac:(intros i z _; auto_derive; [exact I|field]) ltac:(intros i z _; assert (A := pow2_ge_0 (z - 1)); lra) (1 / 2) ltac:(lra)
    (fun t p => match p with O => square_path (1 / 2) t | _ => 0 end)
    (one_parameter_flow (fun z => (z - 1) ^ 2 / 2) (fun z => z - 1) (1 / 2) (square_path (1 / 2)) (fun t => square_path_flows (1 / 2) t ltac:(lra))) 2 ltac:(lra)).
  unfold distance2, total_loss, one_parameter, parameter_sum, sum in H1. rewrite square_path_0 in H1 by lra. unfold square_path in H1.
  replace (- (1 + 1 / 2) * 2) with (- (3)) in H1 by field. rewrite exp_Ropp in H1.
  assert (E : 11 <= exp 3).
  { assert (H2 := exp_ineq1_le (1 / 2)). assert (H3 : 9 / 4 <= exp 1) by (replace 1 with (1 / 2 + 1 / 2) by field; rewrite exp_plus; nra).
    replace 3 with (1 + 1 + 1) by ring. rewrite !exp_plus. assert (81 / 16 <= exp 1 * exp 1) by nra. nra. }
  assert (E1 : 0 < / exp 3 <= / 11) by (split; [apply Rinv_0_lt_compat; lra|apply Rinv_le_contravar; lra]).
  set (q := / exp 3) in *. set (a := (1 - q) / (1 + 1 / 2)) in *.
  assert (Ha : 6 / 10 <= a <= 2 / 3) by (unfold a; split; [apply Rle_trans with ((10 / 11) / (3 / 2)); [lra|unfold Rdiv; lra]|lra]).
  nra.
Qed.

(** ** Soft targets: y = 1/2, f = exp(-t) *)
Lemma soft_force x : 0 < x <= 1 -> 0 < sigmoid x - 1 / 2 <= x.
Proof.
  intros Hx. unfold sigmoid. assert (H1 : exp (- x) < 1) by (rewrite <- exp_0; apply exp_increasing; lra).
  assert (H2 := exp_ineq1_le (- x)). assert (H3 := exp_pos (- x)). split.
  - assert (/ 2 < / (1 + exp (- x))) by (apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra|lra]). lra.
  - assert (/ (1 + exp (- x)) <= / (2 - x)) by (apply Rinv_le_contravar; lra).
    assert (/ (2 - x) <= 1 / 2 + x); [|lra]. apply (Rmult_le_reg_r (2 - x)); [lra|]. rewrite Rinv_l by lra. nra.
Qed.

Lemma exp_decay t : 0 <= t -> 0 < exp (- t) <= 1.
Proof.
  intros Ht. split; [apply exp_pos|]. rewrite <- exp_0. destruct Ht as [Ht|<-]; [left; apply exp_increasing; lra|rewrite Ropp_0; lra].
Qed.

Theorem lazy_soft_limit_inhabited : exists (f : nat -> R -> R) (K : R -> nat -> nat -> R),
  trains_soft (fun _ => True) 1 (fun _ => soft_loss (1 / 2)) (fun _ x => sigmoid x - 1 / 2) f K /\
  (forall t, 0 <= t -> True -> below 1 (K t) 1) /\ f 0%nat 0 = 1.
Proof.
  exists (fun _ t => exp (- t)), (fun t _ _ => exp (- t) / (sigmoid (exp (- t)) - 1 / 2)). split; [|split].
  - apply dissipates_derivative.
    + intros t Ht. assert (Hx := exp_decay t ltac:(lra)). assert (Hs := soft_force (exp (- t)) Hx).
      unfold sum, quad. apply (is_derive_ext (fun t => soft_loss (1 / 2) (exp (- t)))); [intros; symmetry; apply Rplus_0_l|].
      evar_last.
      * apply (is_derive_comp (soft_loss (1 / 2)) (fun t => exp (- t))).
        -- apply (proj1 (soft_loss_minimum (1 / 2) ltac:(lra))).
        -- instantiate (1 := - exp (- t)). auto_derive; [exact I|ring].
      * unfold scal; simpl; unfold mult; simpl. field. lra.
    + assert (Hc : continuous (fun t => 0 + soft_loss (1 / 2) (exp (- t))) 0).
      { apply (ex_derive_continuous (fun t => 0 + soft_loss (1 / 2) (exp (- t)))). unfold soft_loss.
        assert (H := exp_pos (exp (- 0))). auto_derive. lra. }
      intros P HP. destruct (Hc P HP) as [d Hd]. exists d. intros y Hy _. apply Hd, Hy.
  - intros t Ht _ v. assert (Hx := exp_decay t Ht). assert (Hs := soft_force (exp (- t)) Hx). unfold norm2, quad, sum.
    assert (H1 : 1 <= exp (- t) / (sigmoid (exp (- t)) - 1 / 2)).
    { apply (Rmult_le_reg_r (sigmoid (exp (- t)) - 1 / 2)); [lra|].
      replace (exp (- t) / (sigmoid (exp (- t)) - 1 / 2) * (sigmoid (exp (- t)) - 1 / 2)) with (exp (- t)) by (field; lra). lra. }
    assert (0 <= v 0%nat * v 0%nat) by apply Rle_0_sqr. nra.
  - rewrite Ropp_0. apply exp_0.
Qed.

(** A hard target: y <= 1 in place of y < 1. *)
Theorem mutant_lazy_soft_limit : ~ (forall (Q : R -> Prop) (n : nat) (y : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R),
  (forall i, (i < n)%nat -> 0 < y i <= 1) -> trains_soft Q n (fun i => soft_loss (y i)) (fun i x => sigmoid x - y i) f K ->
  0 < C -> (forall t, 0 <= t -> Q t -> below n (K t) C) ->
  forall i, (i < n)%nat -> is_lim (f i) p_infty (ln (y i / (1 - y i)))).
Proof.
  intros H. destruct constant_kernel_trains as [Hs HD].
  assert (HT : trains_soft (fun _ => True) 1 (fun _ => soft_loss 1) (fun _ x => sigmoid x - 1) (fun _ t => ln (1 + t)) (fun _ _ _ => 1)).
  { intros a b c Ha Hab Hc Hr.
    assert (HL : forall t, sum 1 (fun _ => soft_loss 1 (ln (1 + t))) = loss 1 (margin (fun _ => 1) (fun _ t => ln (1 + t))) t).
    { intros t. unfold loss, margin, soft_loss, sum. rewrite Rmult_1_l. set (x := ln (1 + t)). f_equal.
      assert (H1 := exp_pos x). assert (H2 := exp_pos (- x)).
      replace (1 + exp x) with (exp x * (1 + exp (- x))) by (rewrite Rmult_plus_distr_l, <- exp_plus, Rplus_opp_r, exp_0; ring).
      rewrite ln_mult, ln_exp by lra. ring. }
    rewrite !HL. apply HD; [exact Ha|exact Hab|exact Hc|]. intros r Hr' _. specialize (Hr r Hr' I). eapply Rle_trans; [exact Hr|]. right.
    unfold dissipation, quad, signed, residual, margin, sigmoid, sum. rewrite Rmult_1_l. set (x := ln (1 + r)).
    assert (H1 := exp_pos x). rewrite exp_Ropp. field. lra. }
  assert (H1 := H _ 1%nat (fun _ => 1) _ _ 1 ltac:(intros; lra) HT Rlt_0_1 ltac:(intros t _ _ v; unfold norm2, quad; simpl; lra) 0%nat ltac:(lia)).
  assert (H2 : is_lim (fun t => ln (1 + t)) p_infty p_infty).
  { apply is_lim_spec. intros M. exists (exp M). intros t Ht. assert (E := exp_pos M). rewrite <- (ln_exp M). apply ln_increasing; lra. }
  apply is_lim_unique in H1. apply is_lim_unique in H2. rewrite H1 in H2. discriminate.
Qed.

(** ** Uniqueness *)
Theorem lazy_unique_inhabited : definite 1 (fun _ _ => 1) /\ penalised_solution 1 (fun _ _ => 1) (fun _ => 0) (fun _ => 1 / 2) 1 (fun _ => 0).
Proof.
  split.
  - intros v [i [Hi Hv]]. assert (i = 0)%nat by lia. subst i. unfold quad, sum. assert (H := Rsqr_pos_lt _ Hv). unfold Rsqr in H. lra.
  - intros i _. unfold apply_matrix, sigmoid, sum. rewrite Ropp_0, exp_0. field.
Qed.

(** K not positive semidefinite: with K = - 1 / (sigmoid(1) - 1/2) both 0 and 1 are solutions. *)
Theorem mutant_penalised_solution_unique : ~ (forall (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (beta : R) (f g : nat -> R),
  0 < beta -> penalised_solution n K f0 y beta f -> penalised_solution n K f0 y beta g -> forall i, (i < n)%nat -> f i = g i).
Proof.
  intros H. assert (Hs := soft_force 1 ltac:(lra)).
  assert (H1 := H 1%nat (fun _ _ => - / (sigmoid 1 - 1 / 2)) (fun _ => 0) (fun _ => 1 / 2) 1 (fun _ => 0) (fun _ => 1) Rlt_0_1).
  assert (H2 : penalised_solution 1 (fun _ _ => - / (sigmoid 1 - 1 / 2)) (fun _ => 0) (fun _ => 1 / 2) 1 (fun _ => 0)).
  { intros i _. unfold apply_matrix, sum. replace (sigmoid 0) with (1 / 2) by (unfold sigmoid; rewrite Ropp_0, exp_0; field). field. lra. }
  assert (H3 : penalised_solution 1 (fun _ _ => - / (sigmoid 1 - 1 / 2)) (fun _ => 0) (fun _ => 1 / 2) 1 (fun _ => 1)).
  { intros i _. unfold apply_matrix, sum. field. lra. }
  specialize (H1 H2 H3 0%nat ltac:(lia)). lra.
Qed.

(** K positive semidefinite in place of definite: K = 0 leaves C free. *)
Theorem mutant_penalised_coefficients_unique : ~ (forall (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (beta : R) (C C' : nat -> R),
  psd n K -> 0 < beta ->
  (forall i, (i < n)%nat -> apply_matrix n K (fun j => beta * C j - (y j - sigmoid (f0 j + apply_matrix n K C j))) i = 0) ->
  (forall i, (i < n)%nat -> apply_matrix n K (fun j => beta * C' j - (y j - sigmoid (f0 j + apply_matrix n K C' j))) i = 0) ->
  forall i, (i < n)%nat -> C i = C' i).
Proof.
  intros H. assert (E : 0 = 1); [|lra].
  apply (H 1%nat (fun _ _ => 0) (fun _ => 0) (fun _ => 0) 1 (fun _ => 0) (fun _ => 1)) with (i := 0%nat).
  - intros v. unfold quad; simpl. lra.
  - lra.
  - intros i _. unfold apply_matrix, sum. ring.
  - intros i _. unfold apply_matrix, sum. ring.
  - lia.
Qed.

Theorem mutant_soft_solution_unique : ~ (forall (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (C C' : nat -> R),
  psd n K -> (forall i, (i < n)%nat -> sigmoid (f0 i + apply_matrix n K C i) = y i) ->
  (forall i, (i < n)%nat -> sigmoid (f0 i + apply_matrix n K C' i) = y i) ->
  forall i, (i < n)%nat -> C i = C' i).
Proof.
  intros H. assert (E : 0 = 1); [|lra].
  apply (H 1%nat (fun _ _ => 0) (fun _ => 0) (fun _ => sigmoid 0) (fun _ => 0) (fun _ => 1)) with (i := 0%nat).
  - intros v. unfold quad; simpl. lra.
  - intros i _. unfold apply_matrix, sum. f_equal. ring.
  - intros i _. unfold apply_matrix, sum. f_equal. ring.
  - lia.
Qed.

(** Without the definite kernel the Hessian need not be definite. *)
Theorem mutant_linearised_hessian_definite : ~ (forall (n : nat) (K : nat -> nat -> R) (w : nat -> R) (beta : R) (v : nat -> R),
  psd n K -> 0 < beta -> (forall i, (i < n)%nat -> 0 <= w i) -> (exists i, (i < n)%nat /\ v i <> 0) ->
  0 < sum n (fun i => w i * apply_matrix n K v i ^ 2) + beta * quad n K v).
Proof.
  intros H. assert (H1 := H 1%nat (fun _ _ => 0) (fun _ => 1) 1 (fun _ => 1)).
  assert (H2 := H1 ltac:(intros v; unfold quad; simpl; lra) Rlt_0_1 ltac:(intros; lra) (ex_intro _ 0%nat (conj (le_n 1) R1_neq_R0))).
  revert H2. unfold apply_matrix, quad; simpl. lra.
Qed.

Theorem witness_objective_never_rises : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat)
  (F : (A -> R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (i : nat), (forall p : A, theta p = theta' p) -> F theta i
  = F theta' i) -> forall l dl : nat -> R -> R, (forall (i : nat) (z : R_AbsRing), (i < n)%nat -> is_derive (l i) z (dl i z)) -> forall
  (beta : R) (theta : R -> A -> R), penalised_flow eq_dec trained n F dl beta theta -> forall s t : R, 0 <= s -> s <= t -> False).
Proof.
  intros H. destruct penalty_bound_inhabited as [theta [H1 [_ [H3 _]]]].
  exact (H nat Nat.eq_dec [0%nat] 1%nat one_parameter ltac:(constructor; [intros []|constructor]) one_parameter_ext _ _ H1 1 theta H3 0 0 (Rle_refl 0) (Rle_refl 0)).
Qed.

Theorem witness_penalty_bound : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F : (A
  -> R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (i : nat), (forall p : A, theta p = theta' p) -> F theta i = F
  theta' i) -> forall l dl : nat -> R -> R, (forall (i : nat) (z : R_AbsRing), (i < n)%nat -> is_derive (l i) z (dl i z)) -> (forall (i :
  nat) (z : R), (i < n)%nat -> 0 <= l i z) -> forall (beta : R) (theta : R -> A -> R), penalised_flow eq_dec trained n F dl beta theta ->
  forall t : R, 0 <= t -> False).
Proof.
  intros H. destruct penalty_bound_inhabited as [theta [H1 [H2 [H3 _]]]].
  exact (H nat Nat.eq_dec [0%nat] 1%nat one_parameter ltac:(constructor; [intros []|constructor]) one_parameter_ext _ _ H1 H2 1 theta H3 0 (Rle_refl 0)).
Qed.

Theorem witness_soft_limit : ~ (forall (Q : R -> Prop) (n : nat) (l dl : nat -> R -> R) (z : nat -> R) (f : nat -> R -> R) (K : R -> nat
  -> nat -> R) (C : R), (forall i : nat, (i < n)%nat -> sharp_minimum (l i) (dl i) (z i)) -> trains_soft Q n l dl f K -> 0 < C -> (forall
  t : R, 0 <= t -> Q t -> below n (K t) C) -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct lazy_soft_limit_inhabited as [f [K [HT [HK _]]]].
  apply (H (fun _ => True) 1%nat (fun _ => soft_loss (1 / 2)) (fun _ x => sigmoid x - 1 / 2) (fun _ => ln (1 / 2 / (1 - 1 / 2))) f K 1) with (i := 0%nat); [intros i _; apply soft_loss_minimum; lra|exact HT|lra|exact HK|lia].
Qed.

Theorem witness_lazy_soft_limit : ~ (forall (Q : R -> Prop) (n : nat) (y : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C :
  R), (forall i : nat, (i < n)%nat -> 0 < y i < 1) -> trains_soft Q n (fun i : nat => soft_loss (y i)) (fun (i : nat) (x : R) => sigmoid x
  - y i) f K -> 0 < C -> (forall t : R, 0 <= t -> Q t -> below n (K t) C) -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct lazy_soft_limit_inhabited as [f [K [HT [HK _]]]].
  apply (H (fun _ => True) 1%nat (fun _ => 1 / 2) f K 1) with (i := 0%nat); [intros i _; lra|exact HT|lra|exact HK|lia].
Qed.

Theorem witness_penalised_solution_unique : ~ (forall (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (beta : R) (f g : nat -> R), psd
  n K -> 0 < beta -> penalised_solution n K f0 y beta f -> penalised_solution n K f0 y beta g -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct lazy_unique_inhabited as [HD HS].
  exact (H 1%nat _ _ _ 1 _ _ (definite_psd 1 _ HD) Rlt_0_1 HS HS 0%nat (le_n 1)).
Qed.

Theorem witness_penalised_coefficients_unique : ~ (forall (n : nat) (K : nat -> nat -> R) (f0 y : nat -> R) (beta : R) (C C' : nat ->
  R), definite n K -> 0 < beta -> (forall i : nat, (i < n)%nat -> apply_matrix n K (fun j : nat => beta * C j - (y j - sigmoid (f0 j +
  apply_matrix n K C j))) i = 0) -> (forall i : nat, (i < n)%nat -> apply_matrix n K (fun j : nat => beta * C' j - (y j - sigmoid (f0 j +
  apply_matrix n K C' j))) i = 0) -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct lazy_unique_inhabited as [HD _].
  assert (E : forall i, (i < 1)%nat -> apply_matrix 1 (fun _ _ => 1) (fun j => 1 * 0 - ((fun _ => 1 / 2) j - sigmoid (0 + apply_matrix 1 (fun _ _ => 1) (fun _ => 0) j))) i = 0).
  { intros i _. unfold apply_matrix, sum, sigmoid. replace (- (0 + (0 + 1 * 0))) with 0 by ring. rewrite exp_0. field. }
  exact (H 1%nat _ (fun _ => 0) (fun _ => 1 / 2) 1 (fun _ => 0) (fun _ => 0) HD Rlt_0_1 E E 0%nat (le_n 1)).
Qed.

Theorem witness_soft_solution_unique : ~ (forall (n : nat) (K : nat -> nat -> R) (f0 y C C' : nat -> R), definite n K -> (forall i :
  nat, (i < n)%nat -> sigmoid (f0 i + apply_matrix n K C i) = y i) -> (forall i : nat, (i < n)%nat -> sigmoid (f0 i + apply_matrix n K C'
  i) = y i) -> forall i : nat, (i < n)%nat -> False).
Proof.
  intros H. destruct lazy_unique_inhabited as [HD _].
  exact (H 1%nat _ (fun _ => 0) (fun i => sigmoid (0 + apply_matrix 1 (fun _ _ => 1) (fun _ => 0) i)) (fun _ => 0) (fun _ => 0) HD
    (fun i _ => eq_refl) (fun i _ => eq_refl) 0%nat (le_n 1)).
Qed.

Theorem witness_rest_output : ~ (forall y x : R, 0 < y < 1 -> False).
Proof.
  intros H. apply (H (1 / 2) 0). lra.
Qed.

Theorem witness_rest_logits : ~ (forall (k : nat) (z y : nat -> R) (a b : nat), (a < k)%nat -> (b < k)%nat -> (forall c : nat, (c <
  k)%nat -> softmax k z c = y c) -> False).
Proof.
  intros H. exact (H 1%nat (fun _ => 0) (softmax 1 (fun _ => 0)) 0%nat 0%nat (le_n 1) (le_n 1) (fun c _ => eq_refl)).
Qed.

Theorem witness_mean_logit_kept : ~ (forall (n k : nat) (K f0 C : nat -> nat -> R), (forall j : nat, (j < n)%nat -> sum k (C j) = 0) ->
  forall i : nat, False).
Proof.
  intros H. apply (H 0%nat 0%nat (fun _ _ => 0) (fun _ _ => 0) (fun _ _ => 0)); [intros; lia|exact 0%nat].
Qed.

Theorem witness_linearised_hessian_definite : ~ (forall (n : nat) (K : nat -> nat -> R) (w : nat -> R) (beta : R) (v : nat -> R),
  definite n K -> 0 < beta -> (forall i : nat, (i < n)%nat -> 0 <= w i) -> (exists i : nat, (i < n)%nat /\ v i <> 0) -> False).
Proof.
  intros H. destruct lazy_unique_inhabited as [HD _].
  exact (H 1%nat _ (fun _ => 1) 1 (fun _ => 1) HD Rlt_0_1 (fun i _ => Rle_0_1) (ex_intro _ 0%nat (conj (le_n 1) R1_neq_R0))).
Qed.

Theorem mutant_objective_never_rises : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat)
  (F : (A -> R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (i : nat), (forall p : A, theta p = theta' p) -> F theta i
  = F theta' i) -> forall l dl : nat -> R -> R, (forall (i : nat) (z : R_AbsRing), (i < n)%nat -> is_derive (l i) z (dl i z)) -> forall
  (beta : R) (theta : R -> A -> R), penalised_flow eq_dec trained n F dl beta theta -> forall s t : R, 0 <= s -> s <= t -> objective
  trained n F l beta theta t < objective trained n F l beta theta s).
Proof.
  intros H. destruct penalty_bound_inhabited as [theta [H1 [_ [H3 _]]]].
  assert (H4 := H nat Nat.eq_dec [0%nat] 1%nat one_parameter ltac:(constructor; [intros []|constructor]) one_parameter_ext _ _ H1 1 theta H3 0 0 (Rle_refl 0) (Rle_refl 0)). lra.
Qed.

Theorem mutant_penalty_bound_sign : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F :
  (A -> R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (i : nat), (forall p : A, theta p = theta' p) -> F theta i = F
  theta' i) -> forall l dl : nat -> R -> R, (forall (i : nat) (z : R_AbsRing), (i < n)%nat -> is_derive (l i) z (dl i z)) -> forall (beta
  : R) (theta : R -> A -> R), penalised_flow eq_dec trained n F dl beta theta -> forall t : R, 0 <= t -> beta / 2 * distance2 trained
  theta t <= total_loss n F l theta 0).
Proof.
  intros H. apply mutant_penalty_bound. intros trained n F HD HF l dl Hl beta _ theta Hflow t Ht.
  exact (H nat Nat.eq_dec trained n F HD HF l dl Hl beta theta Hflow t Ht).
Qed.

Theorem mutant_penalty_bound_later : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F
  : (A -> R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (i : nat), (forall p : A, theta p = theta' p) -> F theta i = F
  theta' i) -> forall l dl : nat -> R -> R, (forall (i : nat) (z : R_AbsRing), (i < n)%nat -> is_derive (l i) z (dl i z)) -> (forall (i :
  nat) (z : R), (i < n)%nat -> 0 <= l i z) -> forall (beta : R) (theta : R -> A -> R), penalised_flow eq_dec trained n F dl beta theta ->
  forall t : R, 0 <= t -> beta / 2 * distance2 trained theta t <= total_loss n F l theta t).
Proof.
  intros H. apply mutant_penalty_bound_now. intros trained n F HD HF l dl Hl Hp beta _ theta Hflow t Ht.
  exact (H nat Nat.eq_dec trained n F HD HF l dl Hl Hp beta theta Hflow t Ht).
Qed.

Theorem mutant_soft_limit : ~ (forall (Q : R -> Prop) (n : nat) (l dl : nat -> R -> R) (z : nat -> R) (f : nat -> R -> R) (K : R -> nat
  -> nat -> R) (C : R), (forall i : nat, (i < n)%nat -> sharp_minimum (l i) (dl i) (z i)) -> trains_soft Q n l dl f K -> 0 <= C -> (forall
  t : R, 0 <= t -> Q t -> below n (K t) C) -> forall i : nat, (i < n)%nat -> is_lim (f i) p_infty (z i)).
Proof.
  intros H.
  assert (H1 : is_lim (fun _ : R => 1) p_infty 0).
  { apply (H (fun _ => True) 1%nat (fun _ x => x ^ 2 / 2) (fun _ x => x) (fun _ => 0) (fun _ _ => 1) (fun _ _ _ => 0) 0) with (i := 0%nat).
    - intros i _. split; [|split]; [intros x; auto_derive; [exact I|field]|intros; lra|reflexivity].
    - intros a b c Ha Hab Hc Hr. specialize (Hr a ltac:(lra) I). revert Hr. unfold quad; simpl. intros Hr. assert (c = 0) by lra. subst c. lra.
    - lra.
    - intros t _ _ v. unfold norm2, quad; simpl. lra.
    - lia. }
  apply is_lim_unique in H1. rewrite Lim_const in H1. inversion H1. lra.
Qed.

Theorem mutant_rest_output : ~ (forall y x : R, 0 < y <= 1 -> sigmoid x = y <-> x = ln (y / (1 - y))).
Proof.
  intros H. destruct (H 1 (ln (1 / (1 - 1))) ltac:(lra)) as [_ H1]. specialize (H1 eq_refl). unfold sigmoid in H1.
  assert (E := exp_pos (- ln (1 / (1 - 1)))). set (q := exp (- ln (1 / (1 - 1)))) in *.
  apply (f_equal Rinv) in H1. rewrite Rinv_inv, Rinv_1 in H1. lra.
Qed.

Theorem mutant_rest_logits : ~ (forall (k : nat) (z y : nat -> R) (a b : nat), (a < k)%nat -> (b < k)%nat -> (forall c : nat, (c <
  k)%nat -> softmax k z c = y c) -> z a - z b = ln (y a) + ln (y b)).
Proof.
  intros H. assert (H1 := H 2%nat (fun _ => 0) (fun _ => / 2) 0%nat 0%nat ltac:(lia) ltac:(lia)
    ltac:(intros c _; unfold softmax; simpl; rewrite exp_0; field)).
  cbv beta in H1. rewrite ln_Rinv in H1 by lra. assert (0 < ln 2) by (rewrite <- ln_1; apply ln_increasing; lra). lra.
Qed.

Theorem mutant_mean_logit_kept : ~ (forall (n k : nat) (K f0 C : nat -> nat -> R), forall i : nat, sum k (fun c : nat => f0 i c +
  apply_matrix n K (fun j : nat => C j c) i) = sum k (fun c : nat => f0 i c)).
Proof.
  intros H. assert (H1 := H 1%nat 1%nat (fun _ _ => 1) (fun _ _ => 0) (fun _ _ => 1) 0%nat). revert H1. unfold apply_matrix; simpl. lra.
Qed.
