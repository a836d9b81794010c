(** What is generated from the derivation of the recursions is what the theorems speak of: k0 and k1, and the NTK of
    (2.1) and (2.2), every parameter trained, at every depth. *)
From Coq Require Import Reals Lra Lia.
Require Import sums matrices arccosine layer_kernels generated network_kernels.
Open Scope R_scope.

Theorem k0_agrees u : derived_k0 u = k0 u.
Proof. unfold derived_k0, k0. assert (H := PI_RGT_0). field. lra. Qed.

Theorem k1_agrees u : derived_k1 u = k1 u.
Proof.
  unfold derived_k1, k1. assert (H := PI_RGT_0). replace (1 + -1 * u ^ 2) with (1 - u ^ 2) by ring. field. lra.
Qed.

(** ** Every depth *)
Lemma fcn_S_agrees G l : derived_fcn_S G l = fcn_S G l.
Proof. induction l as [|l IH]; cbn [derived_fcn_S fcn_S]; [reflexivity|]. rewrite IH. reflexivity. Qed.

Lemma fcn_R_agrees G L k : derived_fcn_R G L k = fcn_R G L k.
Proof.
  induction k as [|k IH]; cbn [derived_fcn_R fcn_R]; [reflexivity|]. rewrite IH, fcn_S_agrees. reflexivity.
Qed.

Theorem fcn_agrees G L i j : derived_fcn_ntk G L i j = fcn_ntk G L i j.
Proof.
  unfold derived_fcn_ntk, fcn_ntk, add at 1 2. rewrite fcn_S_agrees. f_equal. apply sum_ext; intros k _.
  unfold derived_fcn_block. rewrite fcn_S_agrees, fcn_R_agrees. unfold fcn_B, fcn_Sigma, add, mul, const. ring.
Qed.

Lemma resnet_S_agrees alpha G l : derived_resnet_S alpha G l = resnet_S G alpha l.
Proof. induction l as [|l IH]; cbn [derived_resnet_S resnet_S]; [reflexivity|]. rewrite IH. reflexivity. Qed.

Lemma resnet_R_agrees alpha G L k : derived_resnet_R alpha G L k = resnet_R G alpha L k.
Proof.
  induction k as [|k IH]; cbn [derived_resnet_R resnet_R]; [reflexivity|]. rewrite IH, resnet_S_agrees. reflexivity.
Qed.

Theorem resnet_agrees alpha G L i j : derived_resnet_ntk alpha G L i j = resnet_ntk G alpha L i j.
Proof.
  unfold derived_resnet_ntk, resnet_ntk, add, mul. rewrite resnet_S_agrees, resnet_R_agrees.
  rewrite (sum_ext L (fun k => derived_resnet_block alpha G L k i j) (fun k => resnet_block G alpha L k i j)).
  - ring.
  - intros k _. unfold derived_resnet_block. rewrite resnet_S_agrees, resnet_R_agrees.
    unfold resnet_block, resnet_B, resnet_Sigma, add, mul, const. ring.
Qed.

(** ** Whole networks as the derivation writes them out, at three depths: the fixpoints take nothing for granted about
    how blocks, stem and head are put together. *)
Ltac agree := intros; cbv -[Rplus Rmult Rinv Rminus Ropp Rdiv IZR relu_moment step_moment]; ring.

Theorem fcn_agrees_1 G i j : derived_fcn_1 G i j = fcn_ntk G 1 i j.
Proof. agree. Qed.
Theorem fcn_agrees_2 G i j : derived_fcn_2 G i j = fcn_ntk G 2 i j.
Proof. agree. Qed.
Theorem fcn_agrees_3 G i j : derived_fcn_3 G i j = fcn_ntk G 3 i j.
Proof. agree. Qed.
Theorem resnet_agrees_1 alpha G i j : derived_resnet_1 alpha G i j = resnet_ntk G alpha 1 i j.
Proof. agree. Qed.
Theorem resnet_agrees_2 alpha G i j : derived_resnet_2 alpha G i j = resnet_ntk G alpha 2 i j.
Proof. agree. Qed.
Theorem resnet_agrees_3 alpha G i j : derived_resnet_3 alpha G i j = resnet_ntk G alpha 3 i j.
Proof. agree. Qed.
