(** The bounds of output_sums.v are attained by one sample and one neuron; near statements are false. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices output_bound parameter_sums gradient_flow fcn_network resnet_network output_sums moving_networks.
Import ListNotations.
Open Scope R_scope.

(** Output weight v and last bias 1. *)
Definition at_bias (v : R) : parameter -> R := placed parameter_eq (Weight 1 0 0) (Bias 0 0) (fun _ => 0) v 1.

Lemma at_bias_output v : fcn one_neuron 1 (at_bias v) (fun _ => 0) = sqrt 2 * v.
Proof. unfold at_bias. rewrite one_neuron_bilinear by lra. ring. Qed.

Lemma at_bias_weight v : partial parameter_eq (fun th (_ : nat) => fcn one_neuron 1 th (fun _ => 0)) (at_bias v) 0 (Weight 1 0 0) = sqrt 2.
Proof.
  assert (H := placed_partial_p parameter_eq (Weight 1 0 0) (Bias 0 0) ltac:(discriminate) (fun _ => 0)
    (fun th (_ : nat) => fcn one_neuron 1 th (fun _ => 0)) (fun th th' _ E => fcn_ext one_neuron 1 th th' _ E) (sqrt 2) one_neuron_bilinear v 1 Rlt_0_1).
  rewrite Rmult_1_r in H. exact H.
Qed.

Lemma at_bias_bias v : partial parameter_eq (fun th (_ : nat) => fcn one_neuron 1 th (fun _ => 0)) (at_bias v) 0 (Bias 0 0) = sqrt 2 * v.
Proof.
  exact (placed_partial_q parameter_eq (Weight 1 0 0) (Bias 0 0) (fun _ => 0)
    (fun th (_ : nat) => fcn one_neuron 1 th (fun _ => 0)) (fun th th' _ E => fcn_ext one_neuron 1 th th' _ E) (sqrt 2) one_neuron_bilinear v 1 Rlt_0_1).
Qed.

Lemma at_bias_off v : forall i r, (i < 1)%nat -> (r < one_neuron 1)%nat -> preactivation one_neuron (at_bias v) 0 (features one_neuron (at_bias v) 0 ((fun _ _ => 0) i)) r <> 0.
Proof.
  intros i r _ Hr. simpl in Hr. assert (r = 0)%nat by lia. subst r. unfold preactivation; simpl. unfold at_bias, placed; simpl. lra.
Qed.

Lemma output_and_bias_in : (forall c, (c < one_neuron 1)%nat -> In (Weight 1 0 c) output_and_bias) /\
  (forall r, (r < one_neuron 1)%nat -> In (Bias 0 r) output_and_bias).
Proof.
  split; intros c Hc; simpl in Hc; assert (c = 0)%nat by lia; subst c; [left|right; left]; reflexivity.
Qed.

Lemma root_2 : 2 * sqrt (2 / INR (one_neuron 1)) * Rabs (sum 1 (fun i => fcn one_neuron 1 (at_bias 1) ((fun _ _ => 0) i))) = 4.
Proof.
  unfold sum. rewrite at_bias_output. simpl INR. replace (2 / 1) with 2 by field.
  assert (H := sqrt_pos 2). rewrite Rmult_1_r, Rplus_0_l, Rabs_pos_eq by exact H.
  replace (2 * sqrt 2 * sqrt 2) with (2 * (sqrt 2 * sqrt 2)) by ring. rewrite sqrt_sqrt by lra. ring.
Qed.

(** All hypotheses of [output_sum_fcn] hold, and with equality. *)
Theorem output_sum_fcn_attained :
  (0 < one_neuron 1)%nat /\
  (forall c, (c < one_neuron 1)%nat -> In (Weight 1 0 c) output_and_bias) /\ (forall r, (r < one_neuron 1)%nat -> In (Bias 0 r) output_and_bias) /\
  (forall i r, (i < 1)%nat -> (r < one_neuron 1)%nat -> preactivation one_neuron (at_bias 1) 0 (features one_neuron (at_bias 1) 0 ((fun _ _ => 0) i)) r <> 0) /\
  2 * sqrt (2 / INR (one_neuron 1)) * Rabs (sum 1 (fun i => fcn one_neuron 1 (at_bias 1) ((fun _ _ => 0) i)))
    = quad 1 (empirical parameter_eq output_and_bias (fun th (i : nat) => fcn one_neuron 1 th ((fun _ _ => 0) i)) (at_bias 1)) (fun _ => 1).
Proof.
  split; [simpl; lia|]. split; [apply output_and_bias_in|]. split; [apply output_and_bias_in|]. split; [apply at_bias_off|].
  rewrite root_2. unfold quad, sum, empirical, output_and_bias, parameter_sum. rewrite at_bias_weight, at_bias_bias.
  replace (0 + (0 + 1 * 1 * (sqrt 2 * sqrt 2 + (sqrt 2 * 1 * (sqrt 2 * 1) + 0)))) with (2 * (sqrt 2 * sqrt 2)) by ring.
  rewrite sqrt_sqrt by lra. ring.
Qed.

(** Three times the root in place of twice. *)
Theorem mutant_output_sum_fcn : ~ (forall (m : nat -> nat) (l : nat), (0 < m (S l))%nat -> forall (n : nat) (x : nat -> nat -> R) (trained : list parameter),
  (forall c, (c < m (S l))%nat -> In (Weight (S l) 0 c) trained) -> (forall r, (r < m (S l))%nat -> In (Bias l r) trained) ->
  forall theta : parameter -> R,
  (forall i r, (i < n)%nat -> (r < m (S l))%nat -> preactivation m theta l (features m theta l (x i)) r <> 0) ->
  3 * sqrt (2 / INR (m (S l))) * Rabs (sum n (fun i => fcn m (S l) theta (x i)))
    <= quad n (empirical parameter_eq trained (fun th i => fcn m (S l) th (x i)) theta) (fun _ => 1)).
Proof.
  intros H. destruct output_sum_fcn_attained as [H1 [H2 [H3 [H4 H5]]]].
  assert (H6 := H one_neuron 0%nat H1 1%nat (fun _ _ => 0) output_and_bias H2 H3 (at_bias 1) H4).
  cbv beta in H5, H6. rewrite <- H5 in H6. assert (E := root_2). cbv beta in E. lra.
Qed.

(** The last bias frozen: output weight 2. *)
Theorem mutant_output_sum_fcn_frozen : ~ (forall (m : nat -> nat) (l : nat), (0 < m (S l))%nat -> forall (n : nat) (x : nat -> nat -> R) (trained : list parameter),
  (forall c, (c < m (S l))%nat -> In (Weight (S l) 0 c) trained) ->
  forall theta : parameter -> R,
  (forall i r, (i < n)%nat -> (r < m (S l))%nat -> preactivation m theta l (features m theta l (x i)) r <> 0) ->
  2 * sqrt (2 / INR (m (S l))) * Rabs (sum n (fun i => fcn m (S l) theta (x i)))
    <= quad n (empirical parameter_eq trained (fun th i => fcn m (S l) th (x i)) theta) (fun _ => 1)).
Proof.
  intros H.
  assert (H6 := H one_neuron 0%nat ltac:(simpl; lia) 1%nat (fun _ _ => 0) [Weight 1 0 0]
    ltac:(simpl; intros c Hc; assert (c = 0)%nat by lia; subst c; left; reflexivity) (at_bias 2) (at_bias_off 2)).
  unfold quad, sum, empirical, parameter_sum in H6. rewrite at_bias_weight, at_bias_output in H6. simpl INR in H6. replace (2 / 1) with 2 in H6 by field.
  assert (Hp := sqrt_pos 2). rewrite Rplus_0_l, Rabs_pos_eq in H6 by lra. assert (E : sqrt 2 * sqrt 2 = 2) by (apply sqrt_sqrt; lra). nra.
Qed.

(** ** The ResNet: output weight and last bias d of one block both 1 *)
Definition unit_block : resnet_parameter -> R := placed resnet_parameter_eq (OutWeight 0) (BranchBias 0 0) (fun _ => 0) 1 1.

Lemma unit_block_partials p : In p output_and_branch_bias ->
  partial resnet_parameter_eq (fun th (_ : nat) => resnet 0 1 1 1 th (fun _ => 0)) unit_block 0 p = 1.
Proof.
  intros [<-|[<-|[]]].
  - assert (H := placed_partial_p resnet_parameter_eq (OutWeight 0) (BranchBias 0 0) ltac:(discriminate) (fun _ => 0)
      (fun th (_ : nat) => resnet 0 1 1 1 th (fun _ => 0)) (fun th th' _ E => resnet_ext 0 1 1 1 th th' _ E) 1 one_block_bilinear 1 1 Rlt_0_1).
    rewrite Rmult_1_r in H. exact H.
  - assert (H := placed_partial_q resnet_parameter_eq (OutWeight 0) (BranchBias 0 0) (fun _ => 0)
      (fun th (_ : nat) => resnet 0 1 1 1 th (fun _ => 0)) (fun th th' _ E => resnet_ext 0 1 1 1 th th' _ E) 1 one_block_bilinear 1 1 Rlt_0_1).
    rewrite Rmult_1_r in H. exact H.
Qed.

Lemma unit_block_output : resnet 0 1 1 1 unit_block (fun _ => 0) = 1.
Proof. unfold unit_block. rewrite one_block_bilinear by lra. ring. Qed.

Lemma output_and_branch_bias_in : (forall r, (r < 1)%nat -> In (OutWeight r) output_and_branch_bias) /\
  (forall r, (r < 1)%nat -> In (BranchBias 0 r) output_and_branch_bias).
Proof. split; intros r Hr; assert (r = 0)%nat by lia; subst r; [left|right; left]; reflexivity. Qed.

Lemma unit_block_kernel : quad 1 (empirical resnet_parameter_eq output_and_branch_bias (fun th (_ : nat) => resnet 0 1 1 1 th (fun _ => 0)) unit_block) (fun _ => 1) = 2.
Proof.
  unfold quad, sum, empirical. rewrite (parameter_sum_ext output_and_branch_bias _ (fun _ => 1)); [simpl; ring|].
  intros p Hp. rewrite (unit_block_partials p Hp). ring.
Qed.

Theorem output_sum_resnet_attained :
  (0 < 1)%nat /\ (forall r, (r < 1)%nat -> In (OutWeight r) output_and_branch_bias) /\ (forall r, (r < 1)%nat -> In (BranchBias 0 r) output_and_branch_bias) /\
  2 * Rabs 1 / sqrt (INR 1) * (Rabs (sum 1 (fun _ => 1)) * Rabs (sum 1 (fun i => 1 * resnet 0 1 1 1 unit_block ((fun _ _ => 0) i))))
    = quad 1 (empirical resnet_parameter_eq output_and_branch_bias (fun th (i : nat) => resnet 0 1 1 1 th ((fun _ _ => 0) i)) unit_block) (fun _ => 1).
Proof.
  split; [lia|]. split; [apply output_and_branch_bias_in|]. split; [apply output_and_branch_bias_in|].
  rewrite unit_block_kernel. unfold sum. rewrite unit_block_output. simpl INR. rewrite sqrt_1, !Rplus_0_l, Rmult_1_l, !Rabs_R1. field.
Qed.

Theorem mutant_output_sum_resnet : ~ (forall (d m l n : nat) (alpha : R) (x : nat -> nat -> R) (trained : list resnet_parameter) (c : nat -> R) (theta : resnet_parameter -> R),
  (0 < m)%nat -> (forall r, (r < m)%nat -> In (OutWeight r) trained) -> (forall r, (r < m)%nat -> In (BranchBias l r) trained) ->
  3 * Rabs alpha / sqrt (INR m) * (Rabs (sum n c) * Rabs (sum n (fun i => c i * resnet d m alpha (S l) theta (x i))))
    <= quad n (empirical resnet_parameter_eq trained (fun th i => resnet d m alpha (S l) th (x i)) theta) c).
Proof.
  intros H.
  assert (H6 := H 0%nat 1%nat 0%nat 1%nat 1 (fun _ _ => 0) output_and_branch_bias (fun _ => 1) unit_block ltac:(lia)
    (proj1 output_and_branch_bias_in) (proj2 output_and_branch_bias_in)).
  cbv beta in H6. rewrite unit_block_kernel in H6. unfold sum in H6. rewrite unit_block_output in H6. simpl INR in H6.
  rewrite sqrt_1, !Rplus_0_l, Rmult_1_l, !Rabs_R1 in H6. lra.
Qed.

Theorem witness_output_sum_fcn : ~ (forall (m : nat -> nat) (l : nat), (0 < m (S l))%nat -> forall (n : nat) (x : nat -> nat -> R)
  (trained : list parameter), (forall c : nat, (c < m (S l))%nat -> In (Weight (S l) 0 c) trained) -> (forall r : nat, (r < m (S l))%nat
  -> In (Bias l r) trained) -> forall theta : parameter -> R, (forall i r : nat, (i < n)%nat -> (r < m (S l))%nat -> preactivation m theta
  l (features m theta l (x i)) r <> 0) -> False).
Proof.
  intros H. destruct output_sum_fcn_attained as [H1 [H2 [H3 [H4 _]]]]. exact (H one_neuron 0%nat H1 1%nat (fun _ _ => 0) output_and_bias H2 H3 (at_bias 1) H4).
Qed.

Theorem witness_output_sum_resnet : ~ (forall (d m l n : nat) (alpha : R) (x : nat -> nat -> R) (trained : list resnet_parameter) (c :
  nat -> R) (theta : resnet_parameter -> R), let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha (S l) th (x i) in (0
  < m)%nat -> (forall r : nat, (r < m)%nat -> In (OutWeight r) trained) -> (forall r : nat, (r < m)%nat -> In (BranchBias l r) trained) ->
  False).
Proof.
  intros H. exact (H 0%nat 1%nat 0%nat 1%nat 1 (fun _ _ => 0) output_and_branch_bias (fun _ => 1) unit_block (le_n 1)
    (proj1 output_and_branch_bias_in) (proj2 output_and_branch_bias_in)).
Qed.
