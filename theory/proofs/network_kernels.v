(** The NTK of the networks (2.1) and (2.2) in the limit of infinite width, at every depth L.

    S_l is the kernel of the features a_l, Sigma_l that of the pre-activations of layer l; R_l and B_l are the kernels
    of the derivatives of the output by the features and by the pre-activations. [.._R L k] and [.._B L k] count from
    the output: they are R_(L-k) and B_(L-k). agreement.v proves that all this is what the derivation of the
    recursion makes of the two architectures. *)
From Coq Require Import Reals.
Require Import sums matrices layer_kernels.
Open Scope R_scope.

(** ** The fully connected network (2.1), all weights and biases trained *)
Section Fcn.
Variable G : matrix.

Fixpoint fcn_S (l : nat) : matrix :=
  match l with O => G | S l => mul (const 2) (relu_moment (add (const 1) (fcn_S l))) end.

(** Sigma_(l+1). *)
Definition fcn_Sigma (l : nat) : matrix := add (const 1) (fcn_S l).

Fixpoint fcn_R (L k : nat) : matrix :=
  match k with O => const 1 | S k => mul (mul (const 2) (fcn_R L k)) (step_moment (fcn_Sigma (L - S k))) end.

Definition fcn_B (L k : nat) : matrix := mul (mul (const 2) (fcn_R L k)) (step_moment (fcn_Sigma (L - S k))).

(** The parts of W_(L+1), and of W_(L-k) and b_(L-k) for k < L. *)
Definition fcn_ntk (L : nat) : matrix :=
  add (fcn_S L) (fun i j => sum L (fun k => add (mul (fcn_B L k) (fcn_S (L - S k))) (fcn_B L k) i j)).
End Fcn.

(** ** The residual network (2.2), everything trained; b_l and d_l start at zero *)
Section Resnet.
Variable G : matrix.
Variable alpha : R.

Fixpoint resnet_S (l : nat) : matrix :=
  match l with
  | O => add (const 1) G
  | S l => add (resnet_S l) (mul (mul (const 2) (const (alpha ^ 2))) (relu_moment (resnet_S l)))
  end.

(** Sigma_(l+1): a bias that starts at zero adds nothing. *)
Definition resnet_Sigma (l : nat) : matrix := resnet_S l.

Fixpoint resnet_R (L k : nat) : matrix :=
  match k with
  | O => const 1
  | S k => add (mul (mul (mul (const 2) (resnet_R L k)) (const (alpha ^ 2))) (step_moment (resnet_Sigma (L - S k))))
               (resnet_R L k)
  end.

Definition resnet_B (L k : nat) : matrix :=
  mul (mul (mul (const 2) (resnet_R L k)) (const (alpha ^ 2))) (step_moment (resnet_Sigma (L - S k))).

(** The parts of W, b, V and d of block L - k. *)
Definition resnet_block (L k : nat) : matrix :=
  add (add (mul (resnet_B L k) (resnet_S (L - S k))) (resnet_B L k))
      (add (mul (mul (mul (const 2) (resnet_R L k)) (const (alpha ^ 2))) (relu_moment (resnet_Sigma (L - S k))))
           (mul (resnet_R L k) (const (alpha ^ 2)))).

(** The parts of W_(L+1), of the blocks, and of A and b. *)
Definition resnet_ntk (L : nat) : matrix :=
  add (resnet_S L) (add (fun i j => sum L (fun k => resnet_block L k i j)) (add (mul (resnet_R L L) G) (resnet_R L L))).
End Resnet.
