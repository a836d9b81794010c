(** Theorems 1 and 2 for the networks (2.1) and (2.2) under gradient flow (2.7), in the forms that fcn_network.v and
    resnet_network.v leave out: Theorem 1; Theorem 2 with the printed constant, and with the squared hard margin of
    any fixed reference kernel, K_0 among them. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation theorem_1 theorem_2 output_bound layer_kernels network_kernels definiteness
  parameter_sums gradient_flow fcn_network resnet_network.
Open Scope R_scope.

(** ** Any network: F th i is its output on sample i at the parameters th *)
Section Any_network.
Context {A : Type}.
Variable eq_dec : forall p q : A, {p = q} + {p <> q}.
Variable trained : list A.
Variable n : nat.
Variable F : (A -> R) -> nat -> R.
Hypothesis once : NoDup trained.
Hypothesis F_ext : forall theta theta' i, (forall p, theta p = theta' p) -> F theta i = F theta' i.
Variable s : nat -> R.
Hypothesis Hs : signs n s.
Variable theta : R -> A -> R.
Hypothesis flow : gradient_flow eq_dec trained n F s theta.
Let times := flows_at eq_dec trained n F s theta.
Let Kt := fun t => empirical eq_dec trained F (theta t).

Lemma network_trains : trains times n s (fun i t => F (theta t) i) Kt.
Proof. apply flow_trains; assumption. Qed.

Theorem theorem_1_network C : 0 < C -> (forall t, 0 <= t -> times t -> below n (Kt t) C) ->
  forall i, (i < n)%nat ->
    is_lim (fun t => s i * F (theta t) i) p_infty p_infty /\ is_lim (fun t => Rabs (F (theta t) i)) p_infty p_infty.
Proof. intros HC HK i Hi. exact (theorem_1 times n s _ Kt C network_trains HC HK i Hi). Qed.

Theorem theorem_2_network (K : matrix) c beta i : (i < n)%nat -> label n s K c -> 0 < beta ->
  (forall th, beta * Rabs (F th i) <= empirical eq_dec trained F th i i) ->
  Rbar_le c (sup_gap times n K Kt) /\
  forall g T, g < c -> 0 <= T -> ~ (forall t, T <= t -> times t -> within n K (Kt t) g).
Proof.
  intros Hi HK Hb HN. assert (HU : unbounded times) by (apply flows_unbounded; exact flow).
  assert (HN' : forall t, 0 <= t -> times t -> beta * Rabs (F (theta t) i) <= Kt t i i) by (intros; apply HN).
  split.
  - exact (gap_sup times n s _ K Kt c beta i Hi network_trains HK Hb HN' HU).
  - intros g T Hg HT. exact (gap_limsup times n s _ K Kt c g beta T i Hi network_trains HK Hg Hb HN' HU HT).
Qed.
End Any_network.

(** ** The network (2.1) *)
Theorem theorem_1_fcn (n L : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list parameter) (theta : R -> parameter -> R) (C : R) :
  let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in
  let Kt := fun t => empirical parameter_eq trained F (theta t) in
  let times := flows_at parameter_eq trained n F s theta in
  signs n s -> NoDup trained -> gradient_flow parameter_eq trained n F s theta ->
  0 < C -> (forall t, 0 <= t -> times t -> below n (Kt t) C) ->
  forall i, (i < n)%nat ->
    is_lim (fun t => s i * F (theta t) i) p_infty p_infty /\ is_lim (fun t => Rabs (F (theta t) i)) p_infty p_infty.
Proof.
  intros F Kt times Hs HD Hflow. apply theorem_1_network; try assumption. intros th th' i H. apply fcn_ext, H.
Qed.

Theorem theorem_2_fcn_margin (n l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list parameter) (theta : R -> parameter -> R) (K : matrix) (c : R) :
  let L := S l in
  let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in
  let Kt := fun t => empirical parameter_eq trained F (theta t) in
  let times := flows_at parameter_eq trained n F s theta in
  (0 < n)%nat -> (0 < m L)%nat -> signs n s -> NoDup trained ->
  (forall c, (c < m L)%nat -> In (Weight L 0 c) trained) -> (forall r, (r < m L)%nat -> In (Bias l r) trained) ->
  gradient_flow parameter_eq trained n F s theta -> label n s K c ->
  Rbar_le c (sup_gap times n K Kt) /\
  forall g T, g < c -> 0 <= T -> ~ (forall t, T <= t -> times t -> within n K (Kt t) g).
Proof.
  intros L F Kt times Hn Hm Hs HD HW Hb Hflow HK.
  apply (theorem_2_network parameter_eq trained n F HD) with (beta := 2 * sqrt (2 / INR (m L))) (i := 0%nat); try assumption.
  - intros th th' i H. apply fcn_ext, H.
  - apply Rmult_lt_0_compat; [lra|]. apply sqrt_lt_R0, Rdiv_lt_0_compat; [lra|apply lt_0_INR, Hm].
  - intros th. apply (kernel_controls_output m l Hm x trained HW Hb).
Qed.

(** Against the kernel at initialisation: a statement on training alone. *)
Theorem theorem_2_fcn_initial (n l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list parameter) (theta : R -> parameter -> R) (c : R) :
  let L := S l in
  let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in
  let Kt := fun t => empirical parameter_eq trained F (theta t) in
  let times := flows_at parameter_eq trained n F s theta in
  (0 < n)%nat -> (0 < m L)%nat -> signs n s -> NoDup trained ->
  (forall c, (c < m L)%nat -> In (Weight L 0 c) trained) -> (forall r, (r < m L)%nat -> In (Bias l r) trained) ->
  gradient_flow parameter_eq trained n F s theta -> label n s (Kt 0) c ->
  Rbar_le c (sup_gap times n (Kt 0) Kt).
Proof. intros L F Kt times Hn Hm Hs HD HW Hb Hflow HK. apply theorem_2_fcn_margin; assumption. Qed.

(** (4.3) as printed. *)
Theorem theorem_2_fcn_printed (n d l : nat) (m : nat -> nat) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list parameter) (theta : R -> parameter -> R) (l0 : R) :
  let L := S l in
  let F := fun (th : parameter -> R) (i : nat) => fcn m L th (x i) in
  let K := fcn_ntk (gram d x) L in
  let Kt := fun t => empirical parameter_eq trained F (theta t) in
  let times := flows_at parameter_eq trained n F s theta in
  (0 < n)%nat -> different n d x -> (0 < m L)%nat -> signs n s -> NoDup trained ->
  (forall c, (c < m L)%nat -> In (Weight L 0 c) trained) -> (forall r, (r < m L)%nat -> In (Bias l r) trained) ->
  gradient_flow parameter_eq trained n F s theta -> 0 <= l0 -> below n K l0 ->
  Rbar_le (l0 / (2 * INR n ^ 2)) (sup_gap times n K Kt).
Proof.
  intros L F K Kt times Hn Hx Hm Hs HD HW Hb Hflow Hl HB.
  destruct (theorem_2_fcn n d l m x s trained theta Hn Hx Hm Hs HD HW Hb Hflow) as [_ H].
  eapply Rbar_le_trans; [|apply (H l0 Hl HB)]. apply printed_constant; assumption.
Qed.

(** ** The network (2.2) *)
Theorem theorem_1_resnet (n d m L : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list resnet_parameter) (theta : R -> resnet_parameter -> R) (C : R) :
  let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha L th (x i) in
  let Kt := fun t => empirical resnet_parameter_eq trained F (theta t) in
  let times := flows_at resnet_parameter_eq trained n F s theta in
  signs n s -> NoDup trained -> gradient_flow resnet_parameter_eq trained n F s theta ->
  0 < C -> (forall t, 0 <= t -> times t -> below n (Kt t) C) ->
  forall i, (i < n)%nat ->
    is_lim (fun t => s i * F (theta t) i) p_infty p_infty /\ is_lim (fun t => Rabs (F (theta t) i)) p_infty p_infty.
Proof.
  intros F Kt times Hs HD Hflow. apply theorem_1_network; try assumption. intros th th' i H. apply resnet_ext, H.
Qed.

Theorem theorem_2_resnet_margin (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list resnet_parameter) (theta : R -> resnet_parameter -> R) (K : matrix) (c : R) :
  let L := S l in
  let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha L th (x i) in
  let Kt := fun t => empirical resnet_parameter_eq trained F (theta t) in
  let times := flows_at resnet_parameter_eq trained n F s theta in
  (0 < n)%nat -> (0 < m)%nat -> alpha <> 0 -> signs n s -> NoDup trained ->
  (forall c, (c < m)%nat -> In (OutWeight c) trained) -> (forall r, (r < m)%nat -> In (BranchBias l r) trained) ->
  gradient_flow resnet_parameter_eq trained n F s theta -> label n s K c ->
  Rbar_le c (sup_gap times n K Kt) /\
  forall g T, g < c -> 0 <= T -> ~ (forall t, T <= t -> times t -> within n K (Kt t) g).
Proof.
  intros L F Kt times Hn Hm Ha Hs HD HW Hb Hflow HK.
  apply (theorem_2_network resnet_parameter_eq trained n F HD) with (beta := 2 * Rabs alpha / sqrt (INR m)) (i := 0%nat); try assumption.
  - intros th th' i H. apply resnet_ext, H.
  - apply Rdiv_lt_0_compat; [assert (H := Rabs_pos_lt _ Ha); lra|apply sqrt_lt_R0, lt_0_INR, Hm].
  - intros th. apply (kernel_controls_resnet_output d m alpha l Hm x trained HW Hb).
Qed.

Theorem theorem_2_resnet_initial (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list resnet_parameter) (theta : R -> resnet_parameter -> R) (c : R) :
  let L := S l in
  let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha L th (x i) in
  let Kt := fun t => empirical resnet_parameter_eq trained F (theta t) in
  let times := flows_at resnet_parameter_eq trained n F s theta in
  (0 < n)%nat -> (0 < m)%nat -> alpha <> 0 -> signs n s -> NoDup trained ->
  (forall c, (c < m)%nat -> In (OutWeight c) trained) -> (forall r, (r < m)%nat -> In (BranchBias l r) trained) ->
  gradient_flow resnet_parameter_eq trained n F s theta -> label n s (Kt 0) c ->
  Rbar_le c (sup_gap times n (Kt 0) Kt).
Proof. intros L F Kt times Hn Hm Ha Hs HD HW Hb Hflow HK. apply theorem_2_resnet_margin; assumption. Qed.

(** (4.4). *)
Theorem theorem_2_resnet_printed (n d l m : nat) (alpha : R) (x : nat -> nat -> R) (s : nat -> R)
    (trained : list resnet_parameter) (theta : R -> resnet_parameter -> R) (l0 : R) :
  let L := S l in
  let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha L th (x i) in
  let K := resnet_ntk (gram d x) alpha L in
  let Kt := fun t => empirical resnet_parameter_eq trained F (theta t) in
  let times := flows_at resnet_parameter_eq trained n F s theta in
  (0 < n)%nat -> different n d x -> (0 < m)%nat -> alpha <> 0 -> signs n s -> NoDup trained ->
  (forall c, (c < m)%nat -> In (OutWeight c) trained) -> (forall r, (r < m)%nat -> In (BranchBias l r) trained) ->
  gradient_flow resnet_parameter_eq trained n F s theta -> 0 <= l0 -> below n K l0 ->
  Rbar_le (l0 / (2 * INR n ^ 2)) (sup_gap times n K Kt).
Proof.
  intros L F K Kt times Hn Hx Hm Ha Hs HD HW Hb Hflow Hl HB.
  destruct (theorem_2_resnet n d l m alpha x s trained theta Hn Hx Hm Ha Hs HD HW Hb Hflow) as [_ H].
  eapply Rbar_le_trans; [|apply (H l0 Hl HB)]. apply printed_constant; assumption.
Qed.
