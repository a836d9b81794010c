(** The finite network (2.1), its empirical NTK (3.1), and Theorem 2 for it. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation theorem_1 theorem_2 output_bound layer_kernels network_kernels definiteness parameter_sums gradient_flow.
Import ListNotations.
Open Scope R_scope.

(** AM-GM on the two last parameter groups, the bias derivatives known where the neuron is active. *)
Lemma fcn_output_derivatives (m : nat) (w z v : nat -> R) :
  (0 < m)%nat -> (forall j, (j < m)%nat -> 0 < z j -> v j = sqrt (2 / INR m) * w j) ->
  2 * sqrt (2 / INR m) * Rabs (sum m (fun j => w j * (sqrt (2 / INR m) * relu (z j))))
    <= sum m (fun j => v j ^ 2) + sum m (fun j => (sqrt (2 / INR m) * relu (z j)) ^ 2).
Proof.
  intros Hm Hv. set (r := sqrt (2 / INR m)) in *. assert (Hr : 0 <= r) by apply sqrt_pos.
  assert (H := am_gm m v (fun j => r * relu (z j))). unfold norm2, dot in H.
  replace (2 * r * Rabs (sum m (fun j => w j * (r * relu (z j))))) with (2 * Rabs (sum m (fun j => v j * (r * relu (z j))))); [exact H|].
  transitivity (2 * (Rabs r * Rabs (sum m (fun j => w j * (r * relu (z j)))))); [|rewrite (Rabs_pos_eq r Hr); ring].
  rewrite <- Rabs_mult. f_equal. f_equal. rewrite <- sum_scal. apply sum_ext; intros j Hj.
  unfold relu, Rmax. destruct (Rle_dec 0 (z j)) as [Hz|Hz]; [|ring].
  destruct (Rle_lt_or_eq_dec 0 (z j) Hz) as [Hp|<-]; [rewrite (Hv j Hj Hp); ring|ring].
Qed.

(** ** The FCN (2.1). [Weight l r c] is the entry (r, c) of W_(l+1), [Bias l r] that of b_(l+1). *)
Inductive parameter := Weight (l r c : nat) | Bias (l r : nat).

Definition parameter_eq (p q : parameter) : {p = q} + {p <> q}.
Proof. decide equality; apply Nat.eq_dec. Defined.
Definition layer (p : parameter) : nat := match p with Weight l _ _ => l | Bias l _ => l end.
Section Fcn_network.
Variable m : nat -> nat.
Definition preactivation (theta : parameter -> R) (l : nat) (y : nat -> R) (r : nat) : R :=
  sum (m l) (fun c => theta (Weight l r c) * y c) + theta (Bias l r).
Fixpoint features (theta : parameter -> R) (l : nat) (x : nat -> R) : nat -> R :=
  match l with
  | O => x
  | S l => fun r => sqrt (2 / INR (m (S l))) * relu (preactivation theta l (features theta l x) r)
  end.

Definition fcn (L : nat) (theta : parameter -> R) (x : nat -> R) : R :=
  sum (m L) (fun c => theta (Weight L 0 c) * features theta L x c).
Lemma features_ext theta theta' l x r : (forall p, (layer p < l)%nat -> theta p = theta' p) ->
  features theta l x r = features theta' l x r.
Proof.
  revert r. induction l as [|l IH]; intros r H; simpl; [reflexivity|]. f_equal. f_equal. unfold preactivation. f_equal.
  - apply sum_ext; intros c _. rewrite (H (Weight l r c)) by (simpl; lia).
    rewrite (IH c) by (intros; apply H; lia). reflexivity.
  - apply H. simpl; lia.
Qed.

Lemma fcn_ext L theta theta' x : (forall p, theta p = theta' p) -> fcn L theta x = fcn L theta' x.
Proof.
  intros H. apply sum_ext; intros c _. rewrite H. f_equal. apply features_ext. intros; apply H.
Qed.

Variable l : nat.
Let L := S l.
Hypothesis width : (0 < m L)%nat.
Variable n : nat.
Variable x : nat -> nat -> R.
Let F (theta : parameter -> R) (i : nat) : R := fcn L theta (x i).
Let move := update parameter_eq.
Lemma partial_output theta i c : (c < m L)%nat -> partial parameter_eq F theta i (Weight L 0 c) = features theta L (x i) c.
Proof.
  intros Hc. unfold partial. apply is_derive_unique.
  apply (is_derive_ext (fun v => F theta i + (v - theta (Weight L 0 c)) * features theta L (x i) c)).
  - intros v. unfold F, fcn. rewrite <- (sum_update (m L) (fun k => theta (Weight L 0 k))) by exact Hc.
    apply sum_ext; intros k _. f_equal.
    + unfold update. destruct (Nat.eq_dec k c) as [->|Hne].
      * destruct (parameter_eq (Weight L 0 c) (Weight L 0 c)); [reflexivity|contradiction].
      * destruct (parameter_eq (Weight L 0 k) (Weight L 0 c)) as [E|]; [inversion E; contradiction|reflexivity].
    + symmetry. apply features_ext. intros p Hp. unfold update. destruct (parameter_eq p (Weight L 0 c)) as [->|]; [simpl in Hp; lia|reflexivity].
  - apply affine_derive.
Qed.

Lemma fcn_move_bias theta i r v : (r < m L)%nat ->
  F (update parameter_eq theta (Bias l r) v) i = F theta i
    + theta (Weight L 0 r) * sqrt (2 / INR (m L)) * (relu (preactivation theta l (features theta l (x i)) r + (v - theta (Bias l r)))
                                                   - relu (preactivation theta l (features theta l (x i)) r)).
Proof.
  intros Hr. unfold F, fcn.
  set (th := update parameter_eq theta (Bias l r) v).
  assert (Hf : forall c, features th l (x i) c = features theta l (x i) c).
  { intros c. apply features_ext. intros p Hp. unfold th, update. destruct (parameter_eq p (Bias l r)) as [->|]; [simpl in Hp; lia|reflexivity]. }
  assert (Hpre : forall k, preactivation th l (features th l (x i)) k
            = if Nat.eq_dec k r then preactivation theta l (features theta l (x i)) r + (v - theta (Bias l r)) else preactivation theta l (features theta l (x i)) k).
  { intros k. unfold preactivation.
    rewrite (sum_ext (m l) (fun c => th (Weight l k c) * features th l (x i) c) (fun c => theta (Weight l k c) * features theta l (x i) c)).
    - unfold th at 1, update. destruct (Nat.eq_dec k r) as [->|Hne].
      + destruct (parameter_eq (Bias l r) (Bias l r)); [ring|contradiction].
      + destruct (parameter_eq (Bias l k) (Bias l r)) as [E|]; [inversion E; contradiction|ring].
    - intros c _. rewrite Hf. reflexivity. }
  set (q := sqrt (2 / INR (m L))) in *.
  rewrite (sum_ext (m L) (fun c => th (Weight L 0 c) * features th L (x i) c)
    (fun k => (if Nat.eq_dec k r then q * relu (preactivation theta l (features theta l (x i)) r + (v - theta (Bias l r)))
               else q * relu (preactivation theta l (features theta l (x i)) k)) * theta (Weight L 0 k))).
  - rewrite (sum_update (m L) (fun k => q * relu (preactivation theta l (features theta l (x i)) k)) (fun k => theta (Weight L 0 k))) by exact Hr.
    rewrite (sum_ext (m L) (fun c => theta (Weight L 0 c) * features theta L (x i) c)
      (fun k => q * relu (preactivation theta l (features theta l (x i)) k) * theta (Weight L 0 k))); [ring|].
    intros k _. unfold L. simpl. fold L. fold q. ring.
  - intros k _. unfold L at 2. simpl. fold L. fold q. rewrite Hpre.
    assert (E : th (Weight L 0 k) = theta (Weight L 0 k)).
    { unfold th, update. destruct (parameter_eq (Weight L 0 k) (Bias l r)); [discriminate|reflexivity]. }
    rewrite E. destruct (Nat.eq_dec k r); ring.
Qed.

Lemma partial_bias theta i r : (r < m L)%nat -> 0 < preactivation theta l (features theta l (x i)) r ->
  partial parameter_eq F theta i (Bias l r) = sqrt (2 / INR (m L)) * theta (Weight L 0 r).
Proof.
  intros Hr Hz. unfold partial. apply is_derive_unique.
  set (z := preactivation theta l (features theta l (x i)) r) in *. set (q := sqrt (2 / INR (m L))).
  apply (is_derive_ext_loc (fun v => F theta i + (v - theta (Bias l r)) * (q * theta (Weight L 0 r)))).
  - exists (mkposreal z Hz). intros v Hv. unfold ball in Hv; simpl in Hv. unfold AbsRing_ball, abs, minus, plus, opp in Hv; simpl in Hv.
    apply Rabs_def2 in Hv. rewrite fcn_move_bias by exact Hr. fold z q. unfold relu. rewrite !Rmax_right by lra.
    match goal with |- ?a = ?b => change (@eq R a b) end. ring.
  - apply affine_derive.
Qed.

Definition last_groups : list parameter := map (Weight L 0) (seq 0 (m L)) ++ map (Bias l) (seq 0 (m L)).
Variable trained : list parameter.
Hypothesis once : NoDup trained.
Hypothesis trains_output : forall c, (c < m L)%nat -> In (Weight L 0 c) trained.
Hypothesis trains_bias : forall r, (r < m L)%nat -> In (Bias l r) trained.
Lemma last_groups_once : NoDup last_groups.
Proof.
  unfold last_groups.
  assert (H1 : NoDup (map (Weight L 0) (seq 0 (m L)))) by (apply NoDup_map_seq; intros a b E; inversion E; reflexivity).
  assert (H2 : NoDup (map (Bias l) (seq 0 (m L)))) by (apply NoDup_map_seq; intros a b E; inversion E; reflexivity).
  revert H1. generalize (map (Bias l) (seq 0 (m L))) H2 (fun q => proj1 (in_map_iff (Bias l) (seq 0 (m L)) q)).
  intros bs Hbs Hin. generalize (seq 0 (m L)). induction l0 as [|c cs IH]; simpl; intros H1; [exact Hbs|].
  inversion H1; subst. constructor; [|apply IH; assumption].
  intros H. apply in_app_or in H. destruct H as [H|H]; [contradiction|].
  destruct (Hin _ H) as [k [E _]]. discriminate.
Qed.

(** The output bound for the empirical NTK, at every parameter value. *)
Theorem kernel_controls_output theta i :
  2 * sqrt (2 / INR (m L)) * Rabs (F theta i) <= empirical parameter_eq trained F theta i i.
Proof.
  unfold empirical.
  eapply Rle_trans; [|apply (parameter_sum_incl last_groups); [exact last_groups_once| |intros p; apply Rle_0_sqr]].
  - unfold last_groups. rewrite parameter_sum_app, !parameter_sum_seq.
    set (z := preactivation theta l (features theta l (x i))).
    assert (H := fcn_output_derivatives (m L) (fun c => theta (Weight L 0 c)) z
                   (fun r => partial parameter_eq F theta i (Bias l r)) width (fun r Hr Hz => partial_bias theta i r Hr Hz)).
    rewrite (sum_ext (m L) (fun r => partial parameter_eq F theta i (Weight L 0 r) * partial parameter_eq F theta i (Weight L 0 r))
               (fun r => (sqrt (2 / INR (m L)) * relu (z r)) ^ 2)).
    2:{ intros c Hc. rewrite partial_output by exact Hc. unfold L. simpl. fold L. fold z. ring. }
    rewrite (sum_ext (m L) (fun r => partial parameter_eq F theta i (Bias l r) * partial parameter_eq F theta i (Bias l r))
               (fun r => partial parameter_eq F theta i (Bias l r) ^ 2)) by (intros; ring).
    change (F theta i) with (sum (m L) (fun j => theta (Weight L 0 j) * (sqrt (2 / INR (m L)) * relu (z j)))). lra.
  - intros p Hp. unfold last_groups in Hp. apply in_app_or in Hp.
    destruct Hp as [Hp|Hp]; apply in_map_iff in Hp; destruct Hp as [k [<- Hk]]; apply in_seq in Hk;
      [apply trains_output|apply trains_bias]; lia.
Qed.

End Fcn_network.

(** Theorem 2, FCN. The constant is lambda_0 / n; K is the NTK in the limit of infinite width, any depth L = l + 1;
    any trained set of parameters that has W_(L+1) and b_L. *)
Theorem theorem_2_fcn (n d l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list parameter) (theta : R -> parameter -> R) :
  let L := S l in
  let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in
  let K := fcn_ntk (gram d x) L in
  let Kt := fun t => empirical parameter_eq trained F (theta t) in
  let times := flows_at parameter_eq trained n F s theta in
  (0 < n)%nat -> different n d x -> (0 < m L)%nat -> signs n s -> NoDup trained ->
  (forall c, (c < m L)%nat -> In (Weight L 0 c) trained) -> (forall r, (r < m L)%nat -> In (Bias l r) trained) ->
  gradient_flow parameter_eq trained n F s theta ->
  (exists l0, 0 < l0 /\ below n K l0) /\
  forall l0, 0 <= l0 -> below n K l0 ->
    Rbar_le (l0 / INR n) (sup_gap times n K Kt) /\
    (forall g T, g < l0 / INR n -> 0 <= T -> ~ (forall t, T <= t -> times t -> within n K (Kt t) g)).
Proof.
  intros L F K Kt times Hn Hx Hm Hs HD HW Hb Hflow.
  assert (HT : trains times n s (fun i t => F (theta t) i) Kt).
  { apply flow_trains; try assumption. intros th th' i H. apply fcn_ext, H. }
  assert (HU : unbounded times) by (apply flows_unbounded; exact Hflow).
  assert (Hp : 0 < 2 * sqrt (2 / INR (m L))).
  { apply Rmult_lt_0_compat; [lra|]. apply sqrt_lt_R0, Rdiv_lt_0_compat; [lra|apply lt_0_INR, Hm]. }
  assert (HN : forall t, 0 <= t -> times t -> 2 * sqrt (2 / INR (m L)) * Rabs (F (theta t) 0%nat) <= Kt t 0%nat 0%nat).
  { intros t _ _. apply (kernel_controls_output m l Hm x trained HW Hb). }
  split.
  - apply definite_below_positive; [apply fcn_ntk_symmetric_psd, Hx|apply (proposition_2 n d x Hx L); unfold L; lia].
  - intros l0 Hl HB. split.
    + apply (theorem_2 times n s (fun i t => F (theta t) i) K Kt l0 (2 * sqrt (2 / INR (m L))) 0%nat Hn HT Hl HB Hp HN HU).
    + intros g T Hg H0. assert (HLB := label_below n s K l0 Hn Hl Hs HB).
      apply (gap_limsup times n s (fun i t => F (theta t) i) K Kt (l0 / INR n) g (2 * sqrt (2 / INR (m L))) T 0%nat Hn HT HLB Hg Hp HN HU H0).
Qed.
