(** One neuron, W = 1 and b = 0, at the points 1, 2 and -1: (C.5) and (C.7) fail there as printed, off the kinks, and near misses of
    (C.5)-(C.7) are refuted. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices output_bound parameter_sums gradient_flow fcn_network bias_free backward.
Import ListNotations.
Open Scope R_scope.

Definition single_neuron (_ : nat) : nat := 1.
Definition weights_of_one (p : parameter) : R := match p with Weight _ _ _ => 1 | Bias _ _ => 0 end.
Definition three_inputs (i _ : nat) : R := match i with O => 1 | 1%nat => 2 | _ => -1 end.

Lemma single_preactivation i : preactivation single_neuron weights_of_one 0 (features single_neuron weights_of_one 0 (three_inputs i)) 0 = three_inputs i 0.
Proof. unfold preactivation. simpl. ring. Qed.

Lemma three_inputs_off_kinks i : away_from_kinks single_neuron 1 (three_inputs i) weights_of_one.
Proof.
  intros l r Hl Hr. unfold single_neuron in Hr. assert (l = 0%nat) as -> by lia. assert (r = 0%nat) as -> by lia.
  rewrite single_preactivation. destruct i as [|[|i]]; simpl; lra.
Qed.

Definition root_two : R := sqrt (2 / INR 1).

Lemma root_two_square : root_two * root_two = 2.
Proof. unfold root_two. simpl INR. rewrite sqrt_sqrt; lra. Qed.

Lemma single_row i : row single_neuron 1 (three_inputs i) weights_of_one 1 0 = root_two * pattern (three_inputs i 0).
Proof.
  cbn [row]. change (1 - 1)%nat with 0%nat. change (rows single_neuron 1 1) with 1%nat. cbn [sum]. rewrite single_preactivation.
  change (weights_of_one (Weight 1 0 0)) with 1. change (single_neuron 1) with 1%nat. fold root_two. ring.
Qed.

Lemma single_features i c : features single_neuron weights_of_one 1 (three_inputs i) c = root_two * relu (three_inputs i 0).
Proof. cbn [features]. change (single_neuron 1) with 1%nat. fold root_two. f_equal. f_equal. unfold preactivation. simpl. ring. Qed.

Definition single_weights (i j : nat) : R :=
  sum 2 (fun l => gradients_product single_neuron 1 three_inputs (weight_group single_neuron 1 l) weights_of_one i j).
Definition single_biases (i j : nat) : R :=
  sum 1 (fun l => gradients_product single_neuron 1 three_inputs (bias_group single_neuron l) weights_of_one i j).

Lemma single_weights_value i j : single_weights i j
  = 2 * (pattern (three_inputs i 0) * three_inputs i 0%nat * (pattern (three_inputs j 0) * three_inputs j 0%nat)
         + relu (three_inputs i 0) * relu (three_inputs j 0)).
Proof.
  unfold single_weights. rewrite (equation_C_6 single_neuron 1 three_inputs weights_of_one i j (three_inputs_off_kinks i) (three_inputs_off_kinks j)).
  assert (H := root_two_square). unfold dot. cbn [sum]. change (single_neuron 1) with 1%nat. change (single_neuron 0) with 1%nat. cbn [sum].
  rewrite !single_features. change (1 - 0)%nat with 1%nat. rewrite !single_row. cbn [features].
  rewrite <- H. ring.
Qed.

Lemma single_biases_value i j : single_biases i j = 2 * (pattern (three_inputs i 0) * pattern (three_inputs j 0)).
Proof.
  unfold single_biases. rewrite (equation_C_7 single_neuron 1 three_inputs weights_of_one i j (three_inputs_off_kinks i) (three_inputs_off_kinks j)).
  assert (H := root_two_square). unfold dot. cbn [sum]. change (single_neuron 1) with 1%nat. cbn [sum]. change (1 - 0)%nat with 1%nat. rewrite !single_row. rewrite <- H. ring.
Qed.

Ltac at_inputs := unfold pattern, relu, Rmax in *; cbn [three_inputs] in *;
  repeat match goal with |- context [Rlt_dec ?a ?b] => destruct (Rlt_dec a b); try lra
                       | |- context [Rle_dec ?a ?b] => destruct (Rle_dec a b); try lra
                       | H : context [Rlt_dec ?a ?b] |- _ => destruct (Rlt_dec a b); try lra
                       | H : context [Rle_dec ?a ?b] |- _ => destruct (Rle_dec a b); try lra end.

(** (C.5) as printed: at the points 1 and 2. *)
Theorem equation_C_5_wrong :
  empirical parameter_eq (all_parameters single_neuron 1) (fun theta i => fcn single_neuron 1 theta (three_inputs i)) weights_of_one 0 1
    <> printed_C_5 single_neuron 1 three_inputs weights_of_one 0.
Proof.
  rewrite (equation_C_5 single_neuron 1 three_inputs weights_of_one 0 1). unfold printed_C_5.
  change (single_weights 0 1 + single_biases 0 1 <> single_weights 0 0 + single_biases 0 0).
  rewrite !single_weights_value, !single_biases_value. intros H. at_inputs.
Qed.

(** (C.7) as printed: at the points 1 and -1. *)
Theorem equation_C_7_wrong :
  sum 1 (fun l => gradients_product single_neuron 1 three_inputs (bias_group single_neuron l) weights_of_one 0 2)
    <> printed_C_7 single_neuron 1 three_inputs weights_of_one 0.
Proof.
  unfold printed_C_7. rewrite <- (equation_C_7 single_neuron 1 three_inputs weights_of_one 0 0 (three_inputs_off_kinks 0) (three_inputs_off_kinks 0)).
  change (single_biases 0 2 <> single_biases 0 0). rewrite !single_biases_value. intros H. at_inputs.
Qed.

Theorem witness_equation_C_6 : ~ (forall (m : nat -> nat) (L : nat) (x : nat -> nat -> R) (theta : parameter -> R) (i j : nat),
  away_from_kinks m L (x i) theta -> away_from_kinks m L (x j) theta -> False).
Proof. intros H. exact (H single_neuron 1%nat three_inputs weights_of_one 0%nat 1%nat (three_inputs_off_kinks 0) (three_inputs_off_kinks 1)). Qed.

Theorem witness_equation_C_7 : ~ (forall (m : nat -> nat) (L : nat) (x : nat -> nat -> R) (theta : parameter -> R) (i j : nat),
  away_from_kinks m L (x i) theta -> away_from_kinks m L (x j) theta -> False).
Proof. intros H. exact (H single_neuron 1%nat three_inputs weights_of_one 0%nat 1%nat (three_inputs_off_kinks 0) (three_inputs_off_kinks 1)). Qed.

(** The biases left out. *)
Theorem mutant_equation_C_5 : ~ (forall (m : nat -> nat) (L : nat) (x : nat -> nat -> R) (theta : parameter -> R) (i j : nat),
  empirical parameter_eq (all_parameters m L) (fun (theta0 : parameter -> R) (i0 : nat) => fcn m L theta0 (x i0)) theta i j =
  sum (S L) (fun l : nat => gradients_product m L x (weight_group m L l) theta i j)).
Proof.
  intros H. assert (H1 := H single_neuron 1%nat three_inputs weights_of_one 0%nat 0%nat).
  rewrite (equation_C_5 single_neuron 1 three_inputs weights_of_one 0 0) in H1.
  change (single_weights 0 0 + single_biases 0 0 = single_weights 0 0) in H1. rewrite single_biases_value in H1. at_inputs.
Qed.

(** The last features lost. *)
Theorem mutant_equation_C_6 : ~ (forall (m : nat -> nat) (L : nat) (x : nat -> nat -> R) (theta : parameter -> R) (i j : nat),
  away_from_kinks m L (x i) theta -> away_from_kinks m L (x j) theta ->
  sum (S L) (fun l : nat => gradients_product m L x (weight_group m L l) theta i j) =
  sum L (fun l : nat => sum (m (S l)) (fun r : nat => sum (m l) (fun c : nat => row m L (x i) theta (L - l) r * features m theta l (x i) c *
    (row m L (x j) theta (L - l) r * features m theta l (x j) c))))).
Proof.
  intros H. assert (H1 := H single_neuron 1%nat three_inputs weights_of_one 0%nat 0%nat (three_inputs_off_kinks 0) (three_inputs_off_kinks 0)).
  rewrite (equation_C_6 single_neuron 1 three_inputs weights_of_one 0 0 (three_inputs_off_kinks 0) (three_inputs_off_kinks 0)) in H1.
  unfold dot in H1. change (single_neuron 1) with 1%nat in H1. cbn [sum] in H1. rewrite !single_features in H1.
  assert (H2 := root_two_square). assert (E : relu (three_inputs 0 0) = 1) by (unfold relu; cbn [three_inputs]; rewrite Rmax_right; lra).
  rewrite E in H1. lra.
Qed.

(** x in the second place, as printed. *)
Theorem mutant_equation_C_7 : ~ (forall (m : nat -> nat) (L : nat) (x : nat -> nat -> R) (theta : parameter -> R) (i j : nat),
  away_from_kinks m L (x i) theta -> away_from_kinks m L (x j) theta ->
  sum L (fun l : nat => gradients_product m L x (bias_group m l) theta i j) =
  sum L (fun l : nat => dot (m (S l)) (row m L (x i) theta (L - l)) (row m L (x i) theta (L - l)))).
Proof.
  intros H. apply equation_C_7_wrong. apply (H single_neuron 1%nat three_inputs weights_of_one 0%nat 2%nat); apply three_inputs_off_kinks.
Qed.

(** ** The product in (C.6) as it stands, a row times a column: two neurons, W_1 = 0, b = (1, 1), W_2 = (1, -1), x = (1, 1) *)
Definition literal_C_6 (m : nat -> nat) (L : nat) (x : nat -> nat -> R) (theta : parameter -> R) (i j : nat) : R :=
  sum L (fun l => dot (m l) (row m L (x i) theta (L - l)) (features m theta l (x i)) * dot (m l) (row m L (x j) theta (L - l)) (features m theta l (x j)))
    + dot (m L) (features m theta L (x i)) (features m theta L (x j)).
Definition two_neurons (_ : nat) : nat := 2.
Definition plus_minus (p : parameter) : R := match p with Weight 1 _ O => 1 | Weight 1 _ _ => -1 | Bias _ _ => 1 | _ => 0 end.
Definition all_one (_ _ : nat) : R := 1.

Lemma plus_minus_preactivation r : preactivation two_neurons plus_minus 0 (features two_neurons plus_minus 0 (all_one 0)) r = 1.
Proof. unfold preactivation. simpl. ring. Qed.

Lemma plus_minus_row r : row two_neurons 1 (all_one 0) plus_minus 1 r = plus_minus (Weight 1 0 r).
Proof.
  cbn [row]. change (1 - 1)%nat with 0%nat. change (rows two_neurons 1 1) with 1%nat. cbn [sum]. rewrite plus_minus_preactivation.
  change (two_neurons 1) with 2%nat. replace (2 / INR 2) with 1 by (simpl; field). rewrite sqrt_1.
  unfold pattern. destruct (Rlt_dec 0 1); [ring|lra].
Qed.

Theorem notation_C_6_wrong :
  sum 2 (fun l => gradients_product two_neurons 1 all_one (weight_group two_neurons 1 l) plus_minus 0 0)
    <> literal_C_6 two_neurons 1 all_one plus_minus 0 0.
Proof.
  assert (HA : away_from_kinks two_neurons 1 (all_one 0) plus_minus).
  { intros l r Hl _. assert (l = 0%nat) as -> by lia. rewrite plus_minus_preactivation. lra. }
  rewrite (equation_C_6 two_neurons 1 all_one plus_minus 0 0 HA HA). unfold literal_C_6. intros E. apply Rplus_eq_reg_r in E. revert E.
  unfold dot. cbn [sum]. change (two_neurons 1) with 2%nat. change (two_neurons 0) with 2%nat. cbn [sum]. change (1 - 0)%nat with 1%nat.
  rewrite !plus_minus_row. cbn [features plus_minus all_one]. unfold all_one. lra.
Qed.
