(** Sums over a list of parameters, and how far a path of parameters moves in a short time. *)
From Coq Require Import Reals Lra Lia List FinFun.
From Coquelicot Require Import Coquelicot.
Require Import sums.
Import ListNotations.
Open Scope R_scope.

Fixpoint parameter_sum {A : Type} (l : list A) (f : A -> R) : R :=
  match l with nil => 0 | p :: l => f p + parameter_sum l f end.

Section Lists.
Context {A : Type}.
Lemma parameter_sum_ext (l : list A) f g : (forall p, In p l -> f p = g p) -> parameter_sum l f = parameter_sum l g.
Proof.
  induction l as [|p l IH]; intros H; simpl; [reflexivity|].
  rewrite IH by (intros; apply H; right; assumption). rewrite (H p) by (left; reflexivity). reflexivity.
Qed.

Lemma parameter_sum_scal (l : list A) c f : parameter_sum l (fun p => c * f p) = c * parameter_sum l f.
Proof. induction l as [|p l IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma parameter_sum_sum (l : list A) n (f : A -> nat -> R) :
  parameter_sum l (fun p => sum n (fun i => f p i)) = sum n (fun i => parameter_sum l (fun p => f p i)).
Proof.
  induction l as [|p l IH]; simpl; [now rewrite sum_zero|]. rewrite IH, <- sum_plus. reflexivity.
Qed.

Lemma parameter_sum_nonneg (l : list A) f : (forall p, In p l -> 0 <= f p) -> 0 <= parameter_sum l f.
Proof.
  induction l as [|p l IH]; intros H; simpl; [lra|].
  assert (0 <= f p) by (apply H; left; reflexivity). assert (0 <= parameter_sum l f) by (apply IH; intros; apply H; right; assumption). lra.
Qed.

Lemma parameter_sum_app (l1 l2 : list A) f : parameter_sum (l1 ++ l2) f = parameter_sum l1 f + parameter_sum l2 f.
Proof. induction l1 as [|p l IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma parameter_sum_incl (l1 : list A) : forall l2 f, NoDup l1 -> incl l1 l2 -> (forall p, 0 <= f p) -> parameter_sum l1 f <= parameter_sum l2 f.
Proof.
  induction l1 as [|p l1 IH]; intros l2 f HD HI Hf; simpl; [apply parameter_sum_nonneg; intros; apply Hf|].
  inversion HD as [|q l H1 H2]; subst.
  destruct (in_split p l2) as [a [b ->]]; [apply HI; left; reflexivity|].
  rewrite parameter_sum_app. simpl.
  assert (parameter_sum l1 f <= parameter_sum (a ++ b) f).
  { apply IH; [exact H2| |exact Hf]. intros q Hq. assert (H := HI q (or_intror Hq)).
    apply in_app_or in H. apply in_or_app. destruct H as [H|[H|H]]; [left; exact H|subst; contradiction|right; exact H]. }
  rewrite parameter_sum_app in H. lra.
Qed.

Lemma common_radius (l : list A) (theta : R -> A -> R) t v d e : 0 < e -> 0 < d ->
  (forall p, In p l -> is_derive (fun r => theta r p) t (v p)) ->
  exists r, 0 < r /\ forall p, In p l -> forall h, h <> 0 -> Rabs h < r ->
    Rabs ((theta (t + h) p - theta t p) / h - v p) < e /\ Rabs (theta (t + h) p - theta t p) < d.
Proof.
  intros He Hd Hv. induction l as [|p l IH].
  - exists 1. split; [lra|]. intros p Hp; contradiction.
  - destruct IH as [r [Hr H]]; [intros q Hq; apply Hv; right; exact Hq|].
    assert (Hp := Hv p (or_introl eq_refl)). assert (Hp' := Hp). apply is_derive_Reals in Hp'.
    destruct (Hp' e He) as [r2 Hr2].
    assert (Hc : continuous (fun r => theta r p) t) by (apply (ex_derive_continuous (fun r => theta r p)); eexists; exact Hp).
    destruct (Hc (ball (theta t p) (mkposreal d Hd)) (locally_ball _ _)) as [r3 Hr3].
    assert (P2 := cond_pos r2). assert (P3 := cond_pos r3).
    exists (Rmin r (Rmin r2 r3)). split; [repeat apply Rmin_glb_lt; assumption|].
    intros q Hq h Hh0 Hh.
    assert (h1 : Rabs h < r) by (eapply Rlt_le_trans; [exact Hh|apply Rmin_l]).
    assert (h23 : Rabs h < Rmin r2 r3) by (eapply Rlt_le_trans; [exact Hh|apply Rmin_r]).
    assert (h2 : Rabs h < r2) by (eapply Rlt_le_trans; [exact h23|apply Rmin_l]).
    assert (h3 : Rabs h < r3) by (eapply Rlt_le_trans; [exact h23|apply Rmin_r]).
    destruct Hq as [<-|Hq]; [|apply H; assumption]. split; [apply Hr2; assumption|].
    apply (Hr3 (t + h)). unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl.
    replace (t + h + - t) with h by ring. exact h3.
Qed.

Lemma path_length (l : list A) (theta : R -> A -> R) t v e h : e <= 1 -> 0 < Rabs h ->
  (forall p, In p l -> Rabs ((theta (t + h) p - theta t p) / h - v p) < e) ->
  parameter_sum l (fun p => Rabs (theta (t + h) p - theta t p)) <= (parameter_sum l (fun p => Rabs (v p)) + INR (length l)) * Rabs h.
Proof.
  intros He Hah H. assert (Hh0 : h <> 0) by (intros ->; rewrite Rabs_R0 in Hah; lra).
  induction l as [|p l IH]; [simpl; lra|].
  change (length (p :: l)) with (S (length l)). rewrite S_INR. simpl parameter_sum.
  assert (IH' := IH (fun q Hq => H q (or_intror Hq))). assert (Hp := H p (or_introl eq_refl)).
  set (delta := theta (t + h) p - theta t p) in *.
  assert (Hdp : Rabs delta <= (Rabs (v p) + 1) * Rabs h).
  { replace delta with (delta / h * h) at 1 by (field; exact Hh0). rewrite Rabs_mult.
    apply Rmult_le_compat_r; [lra|]. replace (delta / h) with (v p + (delta / h - v p)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. lra. }
  nra.
Qed.

Lemma path_slope (l : list A) (theta : R -> A -> R) t v g e h : 0 < Rabs h ->
  (forall p, In p l -> Rabs ((theta (t + h) p - theta t p) / h - v p) < e) ->
  Rabs (parameter_sum l (fun p => g p * (theta (t + h) p - theta t p)) - h * parameter_sum l (fun p => g p * v p))
    <= e * parameter_sum l (fun p => Rabs (g p)) * Rabs h.
Proof.
  intros Hah H. assert (Hh0 : h <> 0) by (intros ->; rewrite Rabs_R0 in Hah; lra).
  induction l as [|p l IH]; simpl; [rewrite Rmult_0_r, Rminus_0_r, Rabs_R0; lra|].
  assert (IH' := IH (fun q Hq => H q (or_intror Hq))). assert (Hp := H p (or_introl eq_refl)).
  set (delta := theta (t + h) p - theta t p) in *.
  set (rest := parameter_sum l (fun p => g p * (theta (t + h) p - theta t p))) in *.
  replace (g p * delta + rest - h * (g p * v p + parameter_sum l (fun p => g p * v p)))
    with (g p * (delta - h * v p) + (rest - h * parameter_sum l (fun p => g p * v p))) by ring.
  eapply Rle_trans; [apply Rabs_triang|].
  assert (Hone : Rabs (g p * (delta - h * v p)) <= e * Rabs (g p) * Rabs h).
  { replace (g p * (delta - h * v p)) with (g p * h * (delta / h - v p)) by (field; exact Hh0).
    rewrite !Rabs_mult. assert (0 <= Rabs (g p) * Rabs h) by (apply Rmult_le_pos; apply Rabs_pos). nra. }
  lra.
Qed.

End Lists.

Lemma parameter_sum_seq {A : Type} (g : nat -> A) f m : parameter_sum (map g (seq 0 m)) f = sum m (fun r => f (g r)).
Proof.
  induction m as [|m IH]; [reflexivity|]. rewrite seq_S, map_app, parameter_sum_app, IH. simpl. ring.
Qed.

Lemma NoDup_map_seq {A : Type} (g : nat -> A) m : (forall a b, g a = g b -> a = b) -> NoDup (map g (seq 0 m)).
Proof.
  intros Hg. apply Injective_map_NoDup; [exact Hg|apply seq_NoDup].
Qed.

Lemma sum_update m w a c v : (c < m)%nat ->
  sum m (fun k => (if Nat.eq_dec k c then v else w k) * a k) = sum m (fun k => w k * a k) + (v - w c) * a c.
Proof.
  intros Hc.
  assert (H : forall j, sum j (fun k => (if Nat.eq_dec k c then v else w k) * a k)
            = sum j (fun k => w k * a k) + (if lt_dec c j then (v - w c) * a c else 0)).
  { induction j as [|j IH]; simpl; [destruct (lt_dec c 0); [lia|ring]|]. rewrite IH.
    destruct (Nat.eq_dec j c) as [->|Hne]; repeat match goal with |- context [lt_dec ?u ?v] => destruct (lt_dec u v) end; try lia; ring. }
  rewrite H. destruct (lt_dec c m); [reflexivity|lia].
Qed.

Lemma affine_derive a b c x : is_derive (fun v => a + (v - b) * c) x c.
Proof. auto_derive; [exact I|ring]. Qed.
