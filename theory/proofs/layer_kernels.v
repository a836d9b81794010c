(** What one layer does to a kernel on the samples: sums, entrywise products, and the Gaussian moments of the
    ReLU and of its derivative. *)
From Coq Require Import Reals.
Require Import matrices arccosine.
Open Scope R_scope.

Definition correlations (S : matrix) : matrix := fun i j => S i j / sqrt (S i i * S j j).
Definition relu_moment (S : matrix) : matrix := fun i j => sqrt (S i i * S j j) * k1 (correlations S i j) / 2.
Definition step_moment (S : matrix) : matrix := fun i j => k0 (correlations S i j) / 2.
Definition add (A B : matrix) : matrix := fun i j => A i j + B i j.
Definition mul (A B : matrix) : matrix := fun i j => A i j * B i j.
Definition const (r : R) : matrix := fun _ _ => r.
