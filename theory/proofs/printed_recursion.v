(** (3.4)-(3.7), (B.8) and (B.9): what the derivation of the recursions makes of the networks (2.1) and (2.2) is what these
    formulas say, (3.6) and (B.8) put right. Means are integrals over the plane. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices output_bound arccosine gaussian_means layer_kernels generated network_kernels agreement definiteness mutants printed_kernels.
Open Scope R_scope.

(** E[h(g(x_i)) h(g(x_j))] = v for g ~ S. *)
Definition mean_under (h : R -> R) (S : matrix) (i j : nat) (v : R) : Prop :=
  gaussian_mean h (sqrt (S i i)) (sqrt (S j j)) (correlations S i j) v.

Lemma relu_moment_mean n S i j : nondegenerate n S -> (i < n)%nat -> (j < n)%nat -> mean_under relu S i j (relu_moment S i j).
Proof.
  intros HN Hi Hj. assert (Hr := correlations_entry n S HN i j Hi Hj). assert (Pi := proj1 HN i Hi). assert (Pj := proj1 HN j Hj).
  unfold mean_under, relu_moment. rewrite sqrt_mult by lra.
  match goal with |- gaussian_mean _ ?a ?b ?r _ => replace (a * b * k1 r / 2) with (a * b * (k1 r / 2)) by field end.
  apply gaussian_mean_relu; [apply sqrt_lt_R0, Pi|apply sqrt_lt_R0, Pj|lra].
Qed.

Lemma step_moment_mean n S i j : nondegenerate n S -> (i < n)%nat -> (j < n)%nat -> mean_under pattern S i j (step_moment S i j).
Proof.
  intros HN Hi Hj. assert (Hr := correlations_entry n S HN i j Hi Hj).
  apply gaussian_mean_step; [apply sqrt_lt_R0, HN, Hi|apply sqrt_lt_R0, HN, Hj|lra].
Qed.

(** ** The derived recursion of (2.1): the covariances Sigma_(l+1) of the pre-activations of layer l + 1, and the NTK
    Theta_(l+1) of one of them, whose own weights and bias have the parts S_l and 1. *)
Definition derived_Sigma (G : matrix) (l : nat) : matrix := add (const 1) (derived_fcn_S G l).
Definition derived_Theta (G : matrix) (l : nat) : matrix := add (derived_fcn_ntk G l) (const 1).

Lemma derived_Sigma_fcn G l : derived_Sigma G l = fcn_Sigma G l.
Proof. unfold derived_Sigma. rewrite fcn_S_agrees. reflexivity. Qed.

(** (3.4) *)
Theorem equation_3_4 (G : matrix) (i j : nat) : derived_Theta G 0 i j = derived_Sigma G 0 i j /\ derived_Sigma G 0 i j = G i j + 1.
Proof.
  unfold derived_Theta, derived_Sigma, derived_fcn_ntk, add, const. cbn [derived_fcn_S sum]. split; ring.
Qed.

(** (3.6) put right: the factor 2 does not belong to the bias. *)
Theorem equation_3_6 (n d : nat) (x : nat -> nat -> R) (l i j : nat) (E : R) : different n d x -> (i < n)%nat -> (j < n)%nat ->
  mean_under relu (derived_Sigma (gram d x) l) i j E -> derived_Sigma (gram d x) (S l) i j = 2 * E + 1.
Proof.
  intros Hx Hi Hj HE. rewrite derived_Sigma_fcn in *. destruct (fcn_forward n d x Hx l) as [_ HN].
  rewrite (gaussian_mean_unique _ _ _ _ _ _ HE (relu_moment_mean n _ i j HN Hi Hj)).
  change (fcn_Sigma (gram d x) (S l) i j) with (1 + 2 * relu_moment (fcn_Sigma (gram d x) l) i j). ring.
Qed.

(** (3.7): from layer to layer the kernel of the derivatives of the output takes the factor 2 E[s'(g(x_i)) s'(g(x_j))]. *)
Theorem equation_3_7 (n d : nat) (x : nat -> nat -> R) (L k i j : nat) (E : R) : different n d x -> (i < n)%nat -> (j < n)%nat ->
  mean_under pattern (derived_Sigma (gram d x) (L - S k)) i j E ->
  derived_fcn_R (gram d x) L (S k) i j = derived_fcn_R (gram d x) L k i j * (2 * E).
Proof.
  intros Hx Hi Hj HE. rewrite derived_Sigma_fcn in HE. rewrite !fcn_R_agrees. destruct (fcn_forward n d x Hx (L - S k)) as [_ HN].
  rewrite (gaussian_mean_unique _ _ _ _ _ _ HE (step_moment_mean n _ i j HN Hi Hj)). 
  change (fcn_R (gram d x) L (S k) i j) with (2 * fcn_R (gram d x) L k i j * step_moment (fcn_Sigma (gram d x) (L - S k)) i j). ring.
Qed.

Lemma sum_first n f : sum (S n) f = f 0%nat + sum n (fun k => f (S k)).
Proof. induction n as [|n IH]; [simpl; ring|]. change (sum (S (S n)) f) with (sum (S n) f + f (S n)). rewrite IH. simpl. ring. Qed.

Lemma fcn_R_deeper G l k i j : fcn_R G (S l) (S k) i j = fcn_R G l k i j * (2 * step_moment (fcn_Sigma G l) i j).
Proof.
  induction k as [|k IH].
  - change (fcn_R G (S l) 1 i j) with (2 * 1 * step_moment (fcn_Sigma G (S l - 1)) i j). replace (S l - 1)%nat with l by lia.
    change (fcn_R G l 0 i j) with 1. ring.
  - change (fcn_R G (S l) (S (S k)) i j) with (2 * fcn_R G (S l) (S k) i j * step_moment (fcn_Sigma G (S l - S (S k))) i j).
    change (fcn_R G l (S k) i j) with (2 * fcn_R G l k i j * step_moment (fcn_Sigma G (l - S k)) i j). rewrite IH. replace (S l - S (S k))%nat with (l - S k)%nat by lia. ring.
Qed.

Lemma fcn_ntk_step G l i j :
  fcn_ntk G (S l) i j = (fcn_ntk G l i j + 1) * (2 * step_moment (fcn_Sigma G l) i j) + fcn_S G (S l) i j.
Proof.
  set (f := fun L k => fcn_B G L k i j * fcn_S G (L - S k) i j + fcn_B G L k i j).
  change (fcn_ntk G (S l) i j) with (fcn_S G (S l) i j + sum (S l) (f (S l))). change (fcn_ntk G l i j) with (fcn_S G l i j + sum l (f l)).
  rewrite sum_first, (sum_ext l (fun k => f (S l) (S k)) (fun k => f l k * (2 * step_moment (fcn_Sigma G l) i j))).
  - rewrite sum_scal_r. unfold f at 1. assert (E := fcn_R_deeper G l 0 i j). change (fcn_R G (S l) 1 i j) with (fcn_B G (S l) 0 i j) in E.
    rewrite E. change (fcn_R G l 0 i j) with 1. replace (S l - 1)%nat with l by lia. ring.
  - intros k _. unfold f. assert (E := fcn_R_deeper G l (S k) i j). change (fcn_R G (S l) (S (S k)) i j) with (fcn_B G (S l) (S k) i j) in E.
    change (fcn_R G l (S k) i j) with (fcn_B G l k i j) in E. rewrite E. replace (S l - S (S k))%nat with (l - S k)%nat by lia. ring.
Qed.

(** (3.5), for every l < L; the output has no bias, so that K_FC is Theta_(L+1) with Sigma_(L+1) less 1. *)
Theorem equation_3_5 (n d : nat) (x : nat -> nat -> R) (l i j : nat) (E : R) : different n d x -> (i < n)%nat -> (j < n)%nat ->
  mean_under pattern (derived_Sigma (gram d x) l) i j E ->
  derived_Theta (gram d x) (S l) i j = derived_Theta (gram d x) l i j * (2 * E) + derived_Sigma (gram d x) (S l) i j /\
  derived_fcn_ntk (gram d x) (S l) i j = derived_Theta (gram d x) l i j * (2 * E) + (derived_Sigma (gram d x) (S l) i j - 1).
Proof.
  intros Hx Hi Hj HE. rewrite derived_Sigma_fcn in HE. destruct (fcn_forward n d x Hx l) as [_ HN].
  rewrite (gaussian_mean_unique _ _ _ _ _ _ HE (step_moment_mean n _ i j HN Hi Hj)).
  unfold derived_Theta, derived_Sigma, add, const. rewrite !fcn_agrees, !fcn_S_agrees, fcn_ntk_step. split; ring.
Qed.

(** (B.8) put right, for L >= 2: |x~'| for the second |x~|, and the bias. *)
Definition augmented_norm (G : matrix) (i : nat) : R := sqrt (1 + G i i).
Theorem equation_B_8 (G : matrix) (i j : nat) : 0 < 1 + G i i -> 0 < 1 + G j j ->
  derived_Sigma G 1 i j = 2 * (augmented_norm G i * (k1 (correlations (derived_Sigma G 0) i j) / 2) * augmented_norm G j) + 1.
Proof.
  intros Hi Hj. unfold derived_Sigma. cbn [derived_fcn_S]. unfold augmented_norm. unfold add at 1. unfold mul, const at 1 2, relu_moment, add at 1 2, const at 1 2.
  rewrite sqrt_mult by lra. field.
Qed.

Definition printed_B_8 (G : matrix) (i j : nat) : R := 2 * (augmented_norm G i * (k1 (correlations (derived_Sigma G 0) i j) / 2) * augmented_norm G i).
Theorem equation_B_8_wrong (G : matrix) (i : nat) : 0 < 1 + G i i -> printed_B_8 G i i = derived_Sigma G 1 i i - 1.
Proof. intros H. rewrite (equation_B_8 G i i H H). unfold printed_B_8. ring. Qed.

(** (B.9): K_1 = u + alpha^2 k1(u), over |x~| |x~'|. *)
Theorem equation_B_9 (alpha : R) (G : matrix) (i j : nat) : 0 < 1 + G i i -> 0 < 1 + G j j ->
  let u := correlations (add (const 1) G) i j in
  derived_resnet_S alpha G 1 i j = augmented_norm G i * augmented_norm G j * (u + alpha ^ 2 * k1 u).
Proof.
  intros Hi Hj u. rewrite resnet_S_agrees, (printed_K_right alpha G i j Hi Hj). cbn [printed_K]. fold u. unfold augmented_norm.
  rewrite sqrt_mult by lra. rewrite pow_O. replace (u / 1) with u by field. ring.
Qed.

(** k0 with pi/2 in place of the first pi, as a summary of the paper has it. *)
Definition summary_k0 (u : R) : R := (PI / 2 - acos u) / PI.
Theorem summary_k0_wrong (u : R) : summary_k0 u = k0 u - 1 / 2.
Proof. unfold summary_k0, k0. assert (H := PI_RGT_0). field. lra. Qed.

(** The kernel of the poster, |x~| r_L |x~'|: at alpha = 0 it is zero at every depth. *)
Definition poster_resnet (alpha : R) (L : nat) (G : matrix) (i j : nat) : R :=
  augmented_norm G i * printed_r alpha L (correlations (add (const 1) G) i j) * augmented_norm G j.
Theorem poster_wrong (G : matrix) (L i j : nat) : poster_resnet 0 L G i j = 0 /\ resnet_ntk G 0 L i j = 2 * (1 + G i j).
Proof. split; [unfold poster_resnet, printed_r; ring|rewrite resnet_0_ntk; ring]. Qed.
