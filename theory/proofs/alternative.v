(** The alternative: the kernel comes near a singular one, or all its diagonal entries tend to infinity. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices dissipation theorem_1.
Open Scope R_scope.

(** If the kernel stays away from singular in the end, then every diagonal entry diverges. *)
Theorem alternative (Q : R -> Prop) (n : nat) (s : nat -> R) (f : nat -> R -> R) (K : R -> nat -> nat -> R) (beta : R) :
  trains Q n s f K -> 0 < beta -> (forall t i, 0 <= t -> (i < n)%nat -> beta * Rabs (f i t) <= K t i i) ->
  (exists C T, 0 < C /\ 0 <= T /\ forall t, T <= t -> Q t -> below n (K t) C) ->
  forall i, (i < n)%nat -> is_lim (fun t => K t i i) p_infty p_infty.
Proof.
  intros HT Hb HN [C [T [HC [H0 HK]]]] i Hi.
  assert (H := theorem_1_eventually Q n s f K C T HT HC H0 HK i Hi).
  apply is_lim_spec in H. apply is_lim_spec. intros M. destruct (H (M / beta)) as [N HM].
  exists (Rmax 0 N). intros t Ht. assert (M1 := Rmax_l 0 N). assert (M2 := Rmax_r 0 N).
  assert (H1 := HM t ltac:(lra)). assert (H2 := HN t i ltac:(lra) Hi).
  assert (beta * (M / beta) < beta * Rabs (f i t)) by (apply Rmult_lt_compat_l; assumption).
  replace (beta * (M / beta)) with M in H3 by (field; lra). lra.
Qed.
