(** The finite network (2.2), its empirical NTK (3.1), and Theorem 2 for it. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation theorem_1 theorem_2 output_bound layer_kernels network_kernels definiteness parameter_sums gradient_flow.
Import ListNotations.
Open Scope R_scope.

(** A, b, and for block l + 1: W, b, V, d; and W_(L+1). *)
Inductive resnet_parameter := InWeight (r c : nat) | InBias (r : nat) | BlockWeight (l r c : nat) | BlockBias (l r : nat)
  | BranchWeight (l r c : nat) | BranchBias (l r : nat) | OutWeight (c : nat).

Definition resnet_parameter_eq (p q : resnet_parameter) : {p = q} + {p <> q}.
Proof. decide equality; apply Nat.eq_dec. Defined.
Section Resnet_network.
Variables d m : nat.
Variable alpha : R.
Definition branch (theta : resnet_parameter -> R) (l : nat) (y : nat -> R) (r : nat) : R :=
  sqrt (2 / INR m) * relu (sum m (fun c => theta (BlockWeight l r c) * y c) + theta (BlockBias l r)).
Fixpoint residual_features (theta : resnet_parameter -> R) (l : nat) (x : nat -> R) : nat -> R :=
  match l with
  | O => fun r => sqrt (1 / INR m) * (sum d (fun c => theta (InWeight r c) * x c) + theta (InBias r))
  | S l => fun r => residual_features theta l x r
      + alpha * sqrt (1 / INR m) * (sum m (fun c => theta (BranchWeight l r c) * branch theta l (residual_features theta l x) c) + theta (BranchBias l r))
  end.

Definition resnet (L : nat) (theta : resnet_parameter -> R) (x : nat -> R) : R := sum m (fun c => theta (OutWeight c) * residual_features theta L x c).
(** [before l p]: p has a part in the features a_l. *)
Definition before (l : nat) (p : resnet_parameter) : Prop :=
  match p with
  | InWeight _ _ | InBias _ => True
  | BlockWeight k _ _ | BlockBias k _ | BranchWeight k _ _ | BranchBias k _ => (k < l)%nat
  | OutWeight _ => False
  end.
Lemma before_step l p : before l p -> before (S l) p.
Proof. destruct p; simpl; lia || tauto. Qed.

Lemma residual_features_ext theta theta' l x r : (forall p, before l p -> theta p = theta' p) -> residual_features theta l x r = residual_features theta' l x r.
Proof.
  revert r. induction l as [|l IH]; intros r H; simpl.
  - rewrite (H (InBias r)) by exact I. f_equal. f_equal. apply sum_ext; intros c _. rewrite (H (InWeight r c)) by exact I. reflexivity.
  - assert (E : forall k, residual_features theta l x k = residual_features theta' l x k) by (intros k; apply IH; intros p Hp; apply H, before_step, Hp).
    rewrite E, (H (BranchBias l r)) by (simpl; lia). f_equal. f_equal. f_equal. apply sum_ext; intros c _.
    rewrite (H (BranchWeight l r c)) by (simpl; lia). f_equal. unfold branch. rewrite (H (BlockBias l c)) by (simpl; lia).
    f_equal. f_equal. f_equal. apply sum_ext; intros k _. rewrite (H (BlockWeight l c k)) by (simpl; lia). rewrite E. reflexivity.
Qed.

Lemma resnet_ext L theta theta' x : (forall p, theta p = theta' p) -> resnet L theta x = resnet L theta' x.
Proof. intros H. apply sum_ext; intros c _. rewrite H. f_equal. apply residual_features_ext. intros; apply H. Qed.

Variable l : nat.
Let L := S l.
Hypothesis width : (0 < m)%nat.
Variable n : nat.
Variable x : nat -> nat -> R.
Let F (theta : resnet_parameter -> R) (i : nat) : R := resnet L theta (x i).
Lemma partial_out theta i c : (c < m)%nat -> partial resnet_parameter_eq F theta i (OutWeight c) = residual_features theta L (x i) c.
Proof.
  intros Hc. unfold partial. apply is_derive_unique.
  apply (is_derive_ext (fun v => F theta i + (v - theta (OutWeight c)) * residual_features theta L (x i) c)).
  - intros v. unfold F, resnet. rewrite <- (sum_update m (fun k => theta (OutWeight k))) by exact Hc.
    apply sum_ext; intros k _. f_equal.
    + unfold update. destruct (Nat.eq_dec k c) as [->|Hne].
      * destruct (resnet_parameter_eq (OutWeight c) (OutWeight c)); [reflexivity|contradiction].
      * destruct (resnet_parameter_eq (OutWeight k) (OutWeight c)) as [E|]; [inversion E; contradiction|reflexivity].
    + symmetry. apply residual_features_ext. intros p Hp. unfold update. destruct (resnet_parameter_eq p (OutWeight c)) as [->|]; [contradiction|reflexivity].
  - apply affine_derive.
Qed.

Lemma partial_branch theta i r : (r < m)%nat -> partial resnet_parameter_eq F theta i (BranchBias l r) = alpha * sqrt (1 / INR m) * theta (OutWeight r).
Proof.
  intros Hr. unfold partial. apply is_derive_unique.
  apply (is_derive_ext (fun v => F theta i + (v - theta (BranchBias l r)) * (alpha * sqrt (1 / INR m) * theta (OutWeight r)))).
  - intros v. unfold F, resnet. set (th := update resnet_parameter_eq theta (BranchBias l r) v).
    assert (E : forall k, residual_features th L (x i) k = if Nat.eq_dec k r
              then residual_features theta L (x i) r + alpha * sqrt (1 / INR m) * (v - theta (BranchBias l r)) else residual_features theta L (x i) k).
    { intros k. unfold L. simpl.
      assert (Es : forall j, residual_features th l (x i) j = residual_features theta l (x i) j).
      { intros j. apply residual_features_ext. intros p Hp. unfold th, update. destruct (resnet_parameter_eq p (BranchBias l r)) as [->|]; [simpl in Hp; lia|reflexivity]. }
      rewrite Es.
      rewrite (sum_ext m (fun c => th (BranchWeight l k c) * branch th l (residual_features th l (x i)) c)
                 (fun c => theta (BranchWeight l k c) * branch theta l (residual_features theta l (x i)) c)).
      - unfold th at 1, update. destruct (Nat.eq_dec k r) as [->|Hne].
        + destruct (resnet_parameter_eq (BranchBias l r) (BranchBias l r)); [ring|contradiction].
        + destruct (resnet_parameter_eq (BranchBias l k) (BranchBias l r)) as [Eq|]; [inversion Eq; contradiction|reflexivity].
      - intros c _. f_equal. unfold branch. f_equal. f_equal. f_equal. apply sum_ext; intros j _. rewrite Es. reflexivity. }
    rewrite (sum_ext m (fun c => th (OutWeight c) * residual_features th L (x i) c)
      (fun k => (if Nat.eq_dec k r then residual_features theta L (x i) r + alpha * sqrt (1 / INR m) * (v - theta (BranchBias l r))
                 else residual_features theta L (x i) k) * theta (OutWeight k))).
    + rewrite (sum_update m (fun k => residual_features theta L (x i) k) (fun k => theta (OutWeight k))) by exact Hr.
      rewrite (sum_ext m (fun c => theta (OutWeight c) * residual_features theta L (x i) c) (fun k => residual_features theta L (x i) k * theta (OutWeight k)))
        by (intros; ring).
      match goal with |- ?a = ?b => change (@eq R a b) end. ring.
    + intros k _. rewrite E. change (th (OutWeight k)) with (theta (OutWeight k)). ring.
  - apply affine_derive.
Qed.

Variable trained : list resnet_parameter.
Hypothesis once : NoDup trained.
Hypothesis trains_output : forall c, (c < m)%nat -> In (OutWeight c) trained.
Hypothesis trains_bias : forall r, (r < m)%nat -> In (BranchBias l r) trained.
Definition last_two : list resnet_parameter := map OutWeight (seq 0 m) ++ map (BranchBias l) (seq 0 m).
Lemma last_two_once : NoDup last_two.
Proof.
  unfold last_two.
  assert (H1 : NoDup (map OutWeight (seq 0 m))) by (apply NoDup_map_seq; intros a b E; inversion E; reflexivity).
  assert (H2 : NoDup (map (BranchBias l) (seq 0 m))) by (apply NoDup_map_seq; intros a b E; inversion E; reflexivity).
  revert H1. generalize (map (BranchBias l) (seq 0 m)) H2 (fun q => proj1 (in_map_iff (BranchBias l) (seq 0 m) q)).
  intros bs Hbs Hin. generalize (seq 0 m). induction l0 as [|c cs IH]; simpl; intros H1; [exact Hbs|].
  inversion H1; subst. constructor; [|apply IH; assumption].
  intros H. apply in_app_or in H. destruct H as [H|H]; [contradiction|]. destruct (Hin _ H) as [k [E _]]. discriminate.
Qed.

(** The output bound: K_t(x, x) >= (2 |alpha| / sqrt m) |f_t(x)|. *)
Theorem kernel_controls_resnet_output theta i :
  2 * Rabs alpha / sqrt (INR m) * Rabs (F theta i) <= empirical resnet_parameter_eq trained F theta i i.
Proof.
  unfold empirical.
  eapply Rle_trans; [|apply (parameter_sum_incl last_two); [exact last_two_once| |intros p; apply Rle_0_sqr]].
  - unfold last_two. rewrite parameter_sum_app, !parameter_sum_seq.
    assert (H := resnet_output m alpha (fun c => theta (OutWeight c)) (residual_features theta L (x i)) width).
    rewrite (sum_ext m (fun r => partial resnet_parameter_eq F theta i (OutWeight r) * partial resnet_parameter_eq F theta i (OutWeight r))
               (fun r => residual_features theta L (x i) r ^ 2)) by (intros c Hc; rewrite partial_out by exact Hc; ring).
    rewrite (sum_ext m (fun r => partial resnet_parameter_eq F theta i (BranchBias l r) * partial resnet_parameter_eq F theta i (BranchBias l r))
               (fun r => (alpha * sqrt (1 / INR m) * theta (OutWeight r)) ^ 2)) by (intros c Hc; rewrite partial_branch by exact Hc; ring).
    change (F theta i) with (sum m (fun j => theta (OutWeight j) * residual_features theta L (x i) j)). lra.
  - intros p Hp. unfold last_two in Hp. apply in_app_or in Hp.
    destruct Hp as [Hp|Hp]; apply in_map_iff in Hp; destruct Hp as [k [<- Hk]]; apply in_seq in Hk;
      [apply trains_output|apply trains_bias]; lia.
Qed.

End Resnet_network.

Theorem theorem_2_resnet (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list resnet_parameter) (theta : R -> resnet_parameter -> R) :
  let L := S l in
  let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha L th (x i) in
  let K := resnet_ntk (gram d x) alpha L in
  let Kt := fun t => empirical resnet_parameter_eq trained F (theta t) in
  let times := flows_at resnet_parameter_eq trained n F s theta in
  (0 < n)%nat -> different n d x -> (0 < m)%nat -> alpha <> 0 -> signs n s -> NoDup trained ->
  (forall c, (c < m)%nat -> In (OutWeight c) trained) -> (forall r, (r < m)%nat -> In (BranchBias l r) trained) ->
  gradient_flow resnet_parameter_eq trained n F s theta ->
  (exists l0, 0 < l0 /\ below n K l0) /\
  forall l0, 0 <= l0 -> below n K l0 ->
    Rbar_le (l0 / INR n) (sup_gap times n K Kt) /\
    (forall g T, g < l0 / INR n -> 0 <= T -> ~ (forall t, T <= t -> times t -> within n K (Kt t) g)).
Proof.
  intros L F K Kt times Hn Hx Hm Ha Hs HD HW Hb Hflow.
  assert (HT : trains times n s (fun i t => F (theta t) i) Kt).
  { apply flow_trains; try assumption. intros th th' i H. apply resnet_ext, H. }
  assert (HU : unbounded times) by (apply flows_unbounded; exact Hflow).
  assert (Hp : 0 < 2 * Rabs alpha / sqrt (INR m)).
  { apply Rdiv_lt_0_compat; [assert (H := Rabs_pos_lt _ Ha); lra|apply sqrt_lt_R0, lt_0_INR, Hm]. }
  assert (HN : forall t, 0 <= t -> times t -> 2 * Rabs alpha / sqrt (INR m) * Rabs (F (theta t) 0%nat) <= Kt t 0%nat 0%nat).
  { intros t _ _. apply (kernel_controls_resnet_output d m alpha l Hm x trained HW Hb). }
  split.
  - apply definite_below_positive; [apply resnet_ntk_symmetric_psd, Hx|apply (proposition_3 n d x alpha Hx L); [unfold L; lia|exact Ha]].
  - intros l0 Hl HB. split.
    + apply (theorem_2 times n s (fun i t => F (theta t) i) K Kt l0 (2 * Rabs alpha / sqrt (INR m)) 0%nat Hn HT Hl HB Hp HN HU).
    + intros g T Hg H0. assert (HLB := label_below n s K l0 Hn Hl Hs HB).
      apply (gap_limsup times n s (fun i t => F (theta t) i) K Kt (l0 / INR n) g (2 * Rabs alpha / sqrt (INR m)) T 0%nat Hn HT HLB Hg Hp HN HU H0).
Qed.
