(** Near misses of the identities of the flow, of Theorem 1 and Lemma 8, of the alternative, of Theorem 2 and of the crossing time, each
    refuted by one sample. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices dissipation envelope theorem_1 gap_constants theorem_2 alternative parameter_sums gradient_flow mutants loss_gradient.
Import ListNotations.
Open Scope R_scope.

(** ** (3.2), (C.22) and (5.4): the flow of one parameter that is the output, at the output 0 *)
Lemma unit_unmoved (theta : R -> unit -> R) (r : R) (p : unit) : ~ In p [tt] -> theta r p = theta 0 p.
Proof. intros Hn. exfalso. apply Hn. destruct p. left. reflexivity. Qed.

Lemma unit_empirical th : empirical unit_eq [tt] identity_output th 0 0 = 1.
Proof. unfold empirical. cbn [parameter_sum]. rewrite unit_partial. ring. Qed.

(** The sign lost. *)
Theorem mutant_equation_3_2 : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F : (A ->
  R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (i : nat), (forall p : A, theta p = theta' p) -> F theta i = F theta'
  i) -> forall (s : nat -> R) (theta : R -> A -> R) (t : R) (i : nat), flows_at eq_dec trained n F s theta t -> (forall (r : R) (p : A), ~
  In p trained -> theta r p = theta t p) -> (i < n)%nat -> is_derive ((fun (i0 : nat) (t0 : R) => F (theta t0) i0) i) t (- sum n (fun j :
  nat => empirical eq_dec trained F (theta t) i j * s j * residual (margin s (fun (i0 : nat) (t0 : R) => F (theta t0) i0)) t j))).
Proof.
  intros H. assert (H1 := H unit unit_eq [tt] 1%nat identity_output unit_once identity_output_ext (fun _ => 2 * 1 - 1) _ 0 0%nat (unit_flows 1)
    (unit_unmoved _) (le_n 1)).
  assert (H2 := equation_3_2 unit_eq [tt] 1 identity_output unit_once identity_output_ext (fun _ => 2 * 1 - 1) _ 0 0 (unit_flows 1)
    (unit_unmoved _) (le_n 1)).
  apply is_derive_unique in H1. rewrite (is_derive_unique _ _ _ H2) in H1. cbn [sum] in H1. rewrite unit_empirical in H1.
  unfold residual, margin, identity_output in H1. rewrite !Rmult_0_r, exp_0 in H1. lra.
Qed.

Theorem mutant_equation_C_22_sign : ~ (forall {A : Type} (eq_dec : forall p q : A, {p = q} + {p <> q}) (trained : list A) (n : nat) (F :
  (A -> R) -> nat -> R), NoDup trained -> (forall (theta theta' : A -> R) (i : nat), (forall p : A, theta p = theta' p) -> F theta i = F
  theta' i) -> forall (s : nat -> R) (theta : R -> A -> R) (t : R), flows_at eq_dec trained n F s theta t -> (forall (r : R) (p : A), ~ In
  p trained -> theta r p = theta t p) -> is_derive (loss n (margin s (fun (i : nat) (t0 : R) => F (theta t0) i))) t (dissipation n s (fun
  (i : nat) (t0 : R) => F (theta t0) i) (fun r : R => empirical eq_dec trained F (theta r)) t)).
Proof.
  intros H. assert (H1 := H unit unit_eq [tt] 1%nat identity_output unit_once identity_output_ext (fun _ => 2 * 1 - 1) _ 0 (unit_flows 1) (unit_unmoved _)).
  assert (H2 := equation_C_22 unit_eq [tt] 1 identity_output unit_once identity_output_ext (fun _ => 2 * 1 - 1) _ 0 (unit_flows 1) (unit_unmoved _)).
  apply is_derive_unique in H1. rewrite (is_derive_unique _ _ _ H2) in H1. revert H1. unfold dissipation, quad, signed. cbn [sum].
  rewrite unit_empirical. unfold residual, margin, identity_output. rewrite !Rmult_0_r, exp_0. lra.
Qed.

(** (5.4) as printed. *)
Theorem mutant_equation_5_4 : ~ (forall (n : nat) (q : nat -> R -> R) (t : R), sum n (fun i : nat => ln (1 - residual q t i)) = loss n q
  t).
Proof.
  intros H. assert (H1 := H 1%nat (fun _ _ => 0) 0). rewrite <- equation_5_4 in H1. revert H1. unfold residual. cbn [sum]. rewrite exp_0.
  assert (H2 : ln (1 - / (1 + 1)) < ln 1) by (apply ln_increasing; lra). rewrite ln_1 in H2. lra.
Qed.

(** ** A flow that rests, its kernel zero; and one with the kernel 1, along which ln(1 + t) grows *)
Lemma zero_below t : below 1 ((fun (_ : R) (_ _ : nat) => 0) t) 0.
Proof. intros v. small. lra. Qed.

Lemma constant_diverges (c : R) : ~ is_lim (fun _ => c) p_infty p_infty.
Proof. intros H. apply is_lim_unique in H. rewrite Lim_const in H. discriminate. Qed.

Lemma everywhere : unbounded (fun _ => True).
Proof. intros T. exists (Rmax 0 T + 1). assert (H0 := Rmax_l 0 T). assert (H1 := Rmax_r 0 T). split; [lra|exact I]. Qed.

Lemma kernel_one_below : below 1 (fun _ _ => 1) 1.
Proof. intros v. small. nra. Qed.

Lemma kernel_one_label : label 1 (fun _ => 1) (fun _ _ => 1) 1.
Proof. intros v _. small. nra. Qed.

Lemma kernel_one_gap : Rbar_le (sup_gap (fun _ => True) 1 (fun _ _ => 1) (fun _ _ _ => 1)) 0.
Proof.
  apply (proj2 (Lub_Rbar_correct (differences (fun _ => True) 1 (fun _ _ => 1) (fun _ _ _ => 1)))).
  intros r [t [i [j [_ [_ [_ [_ ->]]]]]]]. rewrite Rminus_eq_0, Rabs_R0. simpl. lra.
Qed.

Lemma kernel_one_within g t : 0 <= g -> within 1 (fun _ _ => 1) ((fun (_ : R) (_ _ : nat) => 1) t) g.
Proof. intros Hg i j _ _. rewrite Rminus_eq_0, Rabs_R0. exact Hg. Qed.

(** lambda_min may be zero. *)
Theorem mutant_theorem_1_definite : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C :
  R), trains Q n s f K -> 0 <= C -> (forall t : R, 0 <= t -> Q t -> below n (K t) C) -> forall i : nat, (i < n)%nat -> is_lim (margin s f
  i) p_infty p_infty /\ is_lim (fun t : R => Rabs (f i t)) p_infty p_infty).
Proof.
  intros H. destruct (H (fun _ => True) 1%nat _ _ _ 0 zero_trains (Rle_refl 0) (fun t _ _ => zero_below t) 0%nat (le_n 1)) as [_ H1].
  exact (constant_diverges _ H1).
Qed.

Theorem mutant_lemma_8 : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (C : R), (0 <
  n)%nat -> trains Q n s f K -> 0 <= C -> (forall t : R, 0 <= t -> Q t -> below n (K t) C) -> is_lim (loss n (margin s f)) p_infty 0 /\
  (forall i : nat, (i < n)%nat -> is_lim (margin s f i) p_infty p_infty)).
Proof.
  intros H. destruct (H (fun _ => True) 1%nat _ _ _ 0 (le_n 1) zero_trains (Rle_refl 0) (fun t _ _ => zero_below t)) as [_ H1].
  exact (constant_diverges (1 * 0) (H1 0%nat (le_n 1))).
Qed.

(** The kernel does not bound the output. *)
Theorem mutant_alternative : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (beta : R),
  trains Q n s f K -> 0 < beta -> (exists C T : R, 0 < C /\ 0 <= T /\ (forall t : R, T <= t -> Q t -> below n (K t) C)) -> forall i : nat,
  (i < n)%nat -> is_lim (fun t : R => K t i i) p_infty p_infty).
Proof.
  intros H. assert (H1 := H (fun _ => True) 1%nat _ _ _ 1 constant_kernel_trains Rlt_0_1
    (ex_intro _ 1 (ex_intro _ 0 (conj Rlt_0_1 (conj (Rle_refl 0) (fun _ _ _ => kernel_one_below))))) 0%nat (le_n 1)).
  exact (constant_diverges _ H1).
Qed.

Theorem mutant_gap_sup : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R) (Kt : R -> nat ->
  nat -> R) (c beta : R) (i : nat), (i < n)%nat -> trains Q n s f Kt -> label n s K c -> 0 < beta -> unbounded Q -> Rbar_le c (sup_gap Q n
  K Kt)).
Proof.
  intros H. assert (H1 := H (fun _ => True) 1%nat _ _ (fun _ _ => 1) _ 1 1 0%nat (le_n 1) constant_kernel_trains kernel_one_label Rlt_0_1 everywhere).
  assert (H2 := Rbar_le_trans _ _ _ H1 kernel_one_gap). simpl in H2. lra.
Qed.

Theorem mutant_gap_limsup : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R) (Kt : R -> nat ->
  nat -> R) (c g beta T : R) (i : nat), (i < n)%nat -> trains Q n s f Kt -> label n s K c -> g < c -> 0 < beta -> unbounded Q -> 0 <= T ->
  ~ (forall t : R, T <= t -> Q t -> within n K (Kt t) g)).
Proof.
  intros H. apply (H (fun _ => True) 1%nat _ _ (fun _ _ => 1) _ 1 0 1 0 0%nat (le_n 1) constant_kernel_trains kernel_one_label Rlt_0_1 Rlt_0_1 everywhere (Rle_refl 0)).
  intros t _ _. exact (kernel_one_within 0 t (Rle_refl 0)).
Qed.

Theorem mutant_theorem_2_output : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R) (Kt : R ->
  nat -> nat -> R) (l0 beta : R) (i : nat), (i < n)%nat -> trains Q n s f Kt -> 0 <= l0 -> below n K l0 -> 0 < beta -> unbounded Q ->
  Rbar_le (l0 / INR n) (sup_gap Q n K Kt)).
Proof.
  intros H. assert (H1 := H (fun _ => True) 1%nat _ _ (fun _ _ => 1) _ 1 1 0%nat (le_n 1) constant_kernel_trains Rle_0_1 kernel_one_below Rlt_0_1 everywhere).
  assert (H2 := Rbar_le_trans _ _ _ H1 kernel_one_gap). simpl in H2. lra.
Qed.

Theorem mutant_crossing_time : ~ (forall (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : nat -> nat -> R) (Kt : R -> nat
  -> nat -> R) (c g beta T : R) (i : nat), (i < n)%nat -> trains Q n s f Kt -> label n s K c -> g < c -> 0 < beta -> 0 <= T -> Q T ->
  (forall t : R, 0 <= t <= T -> Q t -> within n K (Kt t) g) -> let v := exp ((K i i + g) / beta) in T <= (v + ln v - potential (loss n
  (margin s f) 0)) / (c - g)).
Proof.
  intros H. set (f := fun (_ : nat) t => ln (1 + t)).
  set (bound := (exp ((1 + 0) / 1) + ln (exp ((1 + 0) / 1)) - potential (loss 1 (margin (fun _ => 1) f) 0)) / (1 - 0)).
  set (T := Rmax 0 bound + 1). assert (H0 := Rmax_l 0 bound). assert (H1 := Rmax_r 0 bound).
  assert (H2 := H (fun _ => True) 1%nat _ _ (fun _ _ => 1) _ 1 0 1 T 0%nat (le_n 1) constant_kernel_trains kernel_one_label Rlt_0_1 Rlt_0_1
    ltac:(unfold T; lra) I (fun t _ _ => kernel_one_within 0 t (Rle_refl 0))).
  change (T <= bound) in H2. unfold T in H2. lra.
Qed.

(** Without a sample the loss is zero. *)
Theorem mutant_loss_nonneg : ~ (forall (n : nat) (q : nat -> R -> R) (t : R), 0 < loss n q t).
Proof. intros H. assert (H1 := H 0%nat (fun _ _ => 0) 0). unfold loss in H1. cbn [sum] in H1. lra. Qed.
