(** output_bias_free is attained by one neuron with weights 1 and x = 1; and near statements are false. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices output_bound parameter_sums gradient_flow fcn_network moving_networks bias_free.
Import ListNotations.
Open Scope R_scope.

Definition ones (_ : nat) : nat := 1%nat.
Definition two_weights : list parameter := [Weight 1 0 0; Weight 0 0 0].
Definition unit_weights : parameter -> R := placed parameter_eq (Weight 1 0 0) (Weight 0 0 0) (fun _ => 0) 1 1.

Lemma ones_bilinear v w : 0 < w ->
  fcn ones 1 (placed parameter_eq (Weight 1 0 0) (Weight 0 0 0) (fun _ => 0) v w) (fun _ => 1) = sqrt 2 * v * w.
Proof.
  intros Hw. unfold fcn, features, preactivation, ones; simpl. unfold placed; simpl. unfold relu. rewrite Rmax_right by lra.
  replace (2 / 1) with 2 by field. ring.
Qed.

Lemma unit_smooth : exists g, differentiable two_weights (fun th (_ : nat) => fcn ones 1 th (fun _ => 1)) unit_weights 0 g.
Proof.
  eexists. apply (placed_differentiable parameter_eq (Weight 1 0 0) (Weight 0 0 0) ltac:(discriminate) (fun _ => 0)
    (fun th (_ : nat) => fcn ones 1 th (fun _ => 1)) (fun th th' _ E => fcn_ext ones 1 th th' _ E) (sqrt 2) (sqrt_lt_R0 2 ltac:(lra)) ones_bilinear 1 1 Rlt_0_1).
Qed.

Lemma unit_partials : forall p, In p two_weights -> partial parameter_eq (fun th (_ : nat) => fcn ones 1 th (fun _ => 1)) unit_weights 0 p = sqrt 2.
Proof.
  intros p [<-|[<-|[]]].
  - assert (H := placed_partial_p parameter_eq (Weight 1 0 0) (Weight 0 0 0) ltac:(discriminate) (fun _ => 0)
      (fun th (_ : nat) => fcn ones 1 th (fun _ => 1)) (fun th th' _ E => fcn_ext ones 1 th th' _ E) (sqrt 2) ones_bilinear 1 1 Rlt_0_1).
    rewrite Rmult_1_r in H. exact H.
  - assert (H := placed_partial_q parameter_eq (Weight 1 0 0) (Weight 0 0 0) (fun _ => 0)
      (fun th (_ : nat) => fcn ones 1 th (fun _ => 1)) (fun th th' _ E => fcn_ext ones 1 th th' _ E) (sqrt 2) ones_bilinear 1 1 Rlt_0_1).
    rewrite Rmult_1_r in H. exact H.
Qed.

Lemma unit_once : NoDup two_weights.
Proof. constructor; [intros [E|[]]; discriminate|]. constructor; [intros []|constructor]. Qed.

Lemma unit_kernel : empirical parameter_eq two_weights (fun th (_ : nat) => fcn ones 1 th (fun _ => 1)) unit_weights 0 0 = 4.
Proof.
  unfold empirical. rewrite (parameter_sum_ext two_weights _ (fun _ => 2)).
  - simpl. ring.
  - intros p Hp. rewrite unit_partials by exact Hp. apply sqrt_sqrt. lra.
Qed.

Lemma unit_output2 : fcn ones 1 unit_weights (fun _ => 1) ^ 2 = 2.
Proof.
  unfold unit_weights. rewrite ones_bilinear by lra. replace (sqrt 2 * 1 * 1) with (sqrt 2) by ring. simpl. rewrite Rmult_1_r. apply sqrt_sqrt. lra.
Qed.

(** All hypotheses of [output_bias_free] hold, and with equality. *)
Theorem output_bias_free_attained : exists g : parameter -> R,
  (forall l r, unit_weights (Bias l r) = 0) /\ NoDup two_weights /\
  (forall l r c, (l <= 1)%nat -> (r < rows ones 1 l)%nat -> (c < ones l)%nat -> In (Weight l r c) two_weights) /\
  (forall l, (0 < ones l)%nat) /\
  differentiable two_weights (fun th (_ : nat) => fcn ones 1 th (fun _ => 1)) unit_weights 0 g /\
  norm2 (ones 0) (fun _ => 1) * product 1 (fun l => 2 / INR (ones (S l))) * fcn ones 1 unit_weights (fun _ => 1) ^ (2 * 1)
    = (empirical parameter_eq two_weights (fun th (_ : nat) => fcn ones 1 th (fun _ => 1)) unit_weights 0 0 / INR 2) ^ 2.
Proof.
  destruct unit_smooth as [g Hg]. exists g. split; [reflexivity|]. split; [exact unit_once|]. split; [|split; [|split; [exact Hg|]]].
  - intros l r c Hl Hr Hc. unfold rows, ones in *. destruct l as [|[|l]]; [| |lia]; simpl in Hr;
      assert (r = 0)%nat by lia; assert (c = 0)%nat by lia; subst; [right; left|left]; reflexivity.
  - intros l. unfold ones. lia.
  - rewrite unit_kernel. change (2 * 1)%nat with 2%nat. rewrite unit_output2. unfold norm2, ones; simpl. field.
Qed.

(** ** Mutants *)
(** 3 / m in place of 2 / m. *)
Theorem mutant_output_bias_free : ~ (forall (m : nat -> nat) (L : nat) (theta : parameter -> R) (x : nat -> R), (forall l r, theta (Bias l r) = 0) ->
  forall trained : list parameter, NoDup trained ->
  (forall l r c, (l <= L)%nat -> (r < rows m L l)%nat -> (c < m l)%nat -> In (Weight l r c) trained) -> (forall l, (0 < m l)%nat) ->
  forall g, differentiable trained (fun th (_ : nat) => fcn m L th x) theta 0 g ->
  norm2 (m 0%nat) x * product L (fun l => 3 / INR (m (S l))) * fcn m L theta x ^ (2 * L)
    <= (empirical parameter_eq trained (fun th (_ : nat) => fcn m L th x) theta 0 0 / INR (S L)) ^ S L).
Proof.
  intros H. destruct output_bias_free_attained as [g [H1 [H2 [H3 [H4 [H5 _]]]]]].
  assert (H6 := H ones 1%nat unit_weights (fun _ => 1) H1 two_weights H2 H3 H4 g H5).
  rewrite unit_kernel in H6. change (2 * 1)%nat with 2%nat in H6. rewrite unit_output2 in H6. unfold norm2, ones in H6; simpl in H6. lra.
Qed.

(** The hidden weights frozen. *)
Theorem mutant_output_bias_free_frozen : ~ (forall (m : nat -> nat) (L : nat) (theta : parameter -> R) (x : nat -> R), (forall l r, theta (Bias l r) = 0) ->
  forall trained : list parameter, NoDup trained ->
  (forall r c, (r < rows m L L)%nat -> (c < m L)%nat -> In (Weight L r c) trained) -> (forall l, (0 < m l)%nat) ->
  forall g, differentiable trained (fun th (_ : nat) => fcn m L th x) theta 0 g ->
  norm2 (m 0%nat) x * product L (fun l => 2 / INR (m (S l))) * fcn m L theta x ^ (2 * L)
    <= (empirical parameter_eq trained (fun th (_ : nat) => fcn m L th x) theta 0 0 / INR (S L)) ^ S L).
Proof.
  intros H. destruct unit_smooth as [g Hg].
  assert (Hone : differentiable [Weight 1 0 0] (fun th (_ : nat) => fcn ones 1 th (fun _ => 1)) unit_weights 0 g).
  { intros e He. destruct (Hg e He) as [d [Hd HF]]. exists d. split; [exact Hd|]. intros h Hoff Hh.
    assert (H0 : h (Weight 0 0 0) = 0) by (apply Hoff; intros [E|[]]; discriminate).
    assert (HF' := HF h). unfold two_weights in HF'. cbn [parameter_sum] in *. rewrite H0, Rabs_R0, Rmult_0_r in HF'. rewrite !Rplus_0_r in *. apply HF'.
    - intros p Hp. apply Hoff. intros [E|[]]. apply Hp. left. exact E.
    - intros p [<-|[<-|[]]]; [apply Hh; left; reflexivity|rewrite H0, Rabs_R0; exact Hd]. }
  assert (H6 := H ones 1%nat unit_weights (fun _ => 1) (fun l r => eq_refl) [Weight 1 0 0] ltac:(constructor; [intros []|constructor])
    ltac:(unfold rows, ones; simpl; intros r c Hr Hc; assert (r = 0)%nat by lia; assert (c = 0)%nat by lia; subst; left; reflexivity)
    ltac:(intros; unfold ones; lia) g Hone).
  unfold empirical, parameter_sum in H6. rewrite unit_partials, (sqrt_sqrt 2) in H6 by (lra || (left; reflexivity)).
  change (2 * 1)%nat with 2%nat in H6. rewrite unit_output2 in H6. unfold norm2, ones in H6; simpl in H6. lra.
Qed.

Theorem witness_means : ~ (forall (n : nat) (f : nat -> R), (0 < n)%nat -> (forall i : nat, (i < n)%nat -> 0 <= f i) -> False).
Proof.
  intros H. apply (H 1%nat (fun _ => 1) (le_n 1)). intros; lra.
Qed.

Theorem witness_output_bias_free : ~ (forall (m : nat -> nat) (L : nat) (theta : parameter -> R) (x : nat -> R), (forall l r : nat,
  theta (Bias l r) = 0) -> forall trained : list parameter, NoDup trained -> (forall l r c : nat, (l <= L)%nat -> (r < rows m L l)%nat ->
  (c < m l)%nat -> In (Weight l r c) trained) -> (forall l : nat, (0 < m l)%nat) -> forall g : parameter -> R, differentiable trained (fun
  (th : parameter -> R) (_ : nat) => fcn m L th x) theta 0 g -> False).
Proof.
  intros H. destruct output_bias_free_attained as [g [H1 [H2 [H3 [H4 [H5 _]]]]]]. exact (H _ _ _ _ H1 _ H2 H3 H4 _ H5).
Qed.

Theorem mutant_means : ~ (forall (n : nat) (f : nat -> R), (0 < n)%nat -> (forall i : nat, (i < n)%nat -> 0 <= f i) -> product n f <=
  (sum n f / (2 * INR n)) ^ n).
Proof.
  intros H. assert (H1 := H 1%nat (fun _ => 1) (le_n 1) ltac:(intros; lra)). simpl in H1. lra.
Qed.
