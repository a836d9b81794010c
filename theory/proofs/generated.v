(** Written by theory/coq.py from the derivation; `make generated` writes it again. Do not edit. *)
From Coq Require Import Reals.
Require Import sums matrices layer_kernels.
Open Scope R_scope.

Definition derived_k0 (u : R) : R := ((/ (PI ^ 1)) * (PI + ((-1) * (acos u)))).
Definition derived_k1 (u : R) : R := ((/ (PI ^ 1)) * ((sqrt (1 + ((-1) * (u ^ 2)))) + (PI * u) + ((-1) * u * (acos u)))).

Fixpoint derived_fcn_S (G : matrix) (l : nat) : matrix :=
  match l with
  | O => G
  | S l =>
    let S_previous := derived_fcn_S G l in
    let Sigma_l := (add (const 1) S_previous) in
    (mul (const 2) (relu_moment Sigma_l))
  end.
Fixpoint derived_fcn_R (G : matrix) (L k : nat) : matrix :=
  match k with
  | O => (const 1)
  | S k =>
    let S_previous := derived_fcn_S G (L - S k) in
    let R_l := derived_fcn_R G L k in
    let Sigma_l := (add (const 1) S_previous) in
    let B_l := (mul (mul (const 2) R_l) (step_moment Sigma_l)) in
    B_l
  end.
Definition derived_fcn_block (G : matrix) (L k : nat) : matrix :=
    let S_previous := derived_fcn_S G (L - S k) in
    let R_l := derived_fcn_R G L k in
    let Sigma_l := (add (const 1) S_previous) in
    let B_l := (mul (mul (const 2) R_l) (step_moment Sigma_l)) in
    add ((mul B_l S_previous)) B_l.
Definition derived_fcn_ntk (G : matrix) (L : nat) : matrix :=
    let S_end := derived_fcn_S G L in
    let R_end := derived_fcn_R G L L in
    add (S_end) (fun i j => sum L (fun k => derived_fcn_block G L k i j)).

Fixpoint derived_resnet_S (alpha : R) (G : matrix) (l : nat) : matrix :=
  match l with
  | O => (add (const 1) G)
  | S l =>
    let S_previous := derived_resnet_S alpha G l in
    let Sigma_l := S_previous in
    (add S_previous (mul (mul (const 2) (const (alpha ^ 2))) (relu_moment Sigma_l)))
  end.
Fixpoint derived_resnet_R (alpha : R) (G : matrix) (L k : nat) : matrix :=
  match k with
  | O => (const 1)
  | S k =>
    let S_previous := derived_resnet_S alpha G (L - S k) in
    let R_l := derived_resnet_R alpha G L k in
    let Sigma_l := S_previous in
    let B_l := (mul (mul (mul (const 2) R_l) (const (alpha ^ 2))) (step_moment Sigma_l)) in
    (add B_l R_l)
  end.
Definition derived_resnet_block (alpha : R) (G : matrix) (L k : nat) : matrix :=
    let S_previous := derived_resnet_S alpha G (L - S k) in
    let R_l := derived_resnet_R alpha G L k in
    let Sigma_l := S_previous in
    let B_l := (mul (mul (mul (const 2) R_l) (const (alpha ^ 2))) (step_moment Sigma_l)) in
    add (add (add ((mul (mul (mul (const 2) R_l) (const (alpha ^ 2))) (relu_moment Sigma_l))) (mul R_l (const (alpha ^ 2)))) (mul B_l S_previous)) B_l.
Definition derived_resnet_ntk (alpha : R) (G : matrix) (L : nat) : matrix :=
    let S_end := derived_resnet_S alpha G L in
    let R_end := derived_resnet_R alpha G L L in
    add (add (add ((mul R_end G)) R_end) S_end) (fun i j => sum L (fun k => derived_resnet_block alpha G L k i j)).

Definition derived_fcn_1 (G : matrix) : matrix :=
  let Sigma_1 := (add (const 1) G) in
  let S_1 := (mul (const 2) (relu_moment Sigma_1)) in
  let R_1 := (const 1) in
  let B_1 := (mul (mul (const 2) R_1) (step_moment Sigma_1)) in
  add (add ((mul B_1 G)) B_1) S_1.

Definition derived_resnet_1 (alpha : R) (G : matrix) : matrix :=
  let S_0 := (add (const 1) G) in
  let Sigma_1 := S_0 in
  let S_1 := (add S_0 (mul (mul (const 2) (const (alpha ^ 2))) (relu_moment Sigma_1))) in
  let R_1 := (const 1) in
  let B_1 := (mul (mul (mul (const 2) R_1) (const (alpha ^ 2))) (step_moment Sigma_1)) in
  let R_0 := (add B_1 R_1) in
  add (add (add (add (add (add ((mul R_0 G)) R_0) (mul B_1 S_0)) B_1) (mul (mul (mul (const 2) R_1) (const (alpha ^ 2))) (relu_moment Sigma_1))) (mul R_1 (const (alpha ^ 2)))) S_1.

Definition derived_fcn_2 (G : matrix) : matrix :=
  let Sigma_1 := (add (const 1) G) in
  let S_1 := (mul (const 2) (relu_moment Sigma_1)) in
  let Sigma_2 := (add (const 1) S_1) in
  let S_2 := (mul (const 2) (relu_moment Sigma_2)) in
  let R_2 := (const 1) in
  let B_2 := (mul (mul (const 2) R_2) (step_moment Sigma_2)) in
  let R_1 := B_2 in
  let B_1 := (mul (mul (const 2) R_1) (step_moment Sigma_1)) in
  add (add (add (add ((mul B_1 G)) B_1) (mul B_2 S_1)) B_2) S_2.

Definition derived_resnet_2 (alpha : R) (G : matrix) : matrix :=
  let S_0 := (add (const 1) G) in
  let Sigma_1 := S_0 in
  let S_1 := (add S_0 (mul (mul (const 2) (const (alpha ^ 2))) (relu_moment Sigma_1))) in
  let Sigma_2 := S_1 in
  let S_2 := (add S_1 (mul (mul (const 2) (const (alpha ^ 2))) (relu_moment Sigma_2))) in
  let R_2 := (const 1) in
  let B_2 := (mul (mul (mul (const 2) R_2) (const (alpha ^ 2))) (step_moment Sigma_2)) in
  let R_1 := (add B_2 R_2) in
  let B_1 := (mul (mul (mul (const 2) R_1) (const (alpha ^ 2))) (step_moment Sigma_1)) in
  let R_0 := (add B_1 R_1) in
  add (add (add (add (add (add (add (add (add (add ((mul R_0 G)) R_0) (mul B_1 S_0)) B_1) (mul (mul (mul (const 2) R_1) (const (alpha ^ 2))) (relu_moment Sigma_1))) (mul R_1 (const (alpha ^ 2)))) (mul B_2 S_1)) B_2) (mul (mul (mul (const 2) R_2) (const (alpha ^ 2))) (relu_moment Sigma_2))) (mul R_2 (const (alpha ^ 2)))) S_2.

Definition derived_fcn_3 (G : matrix) : matrix :=
  let Sigma_1 := (add (const 1) G) in
  let S_1 := (mul (const 2) (relu_moment Sigma_1)) in
  let Sigma_2 := (add (const 1) S_1) in
  let S_2 := (mul (const 2) (relu_moment Sigma_2)) in
  let Sigma_3 := (add (const 1) S_2) in
  let S_3 := (mul (const 2) (relu_moment Sigma_3)) in
  let R_3 := (const 1) in
  let B_3 := (mul (mul (const 2) R_3) (step_moment Sigma_3)) in
  let R_2 := B_3 in
  let B_2 := (mul (mul (const 2) R_2) (step_moment Sigma_2)) in
  let R_1 := B_2 in
  let B_1 := (mul (mul (const 2) R_1) (step_moment Sigma_1)) in
  add (add (add (add (add (add ((mul B_1 G)) B_1) (mul B_2 S_1)) B_2) (mul B_3 S_2)) B_3) S_3.

Definition derived_resnet_3 (alpha : R) (G : matrix) : matrix :=
  let S_0 := (add (const 1) G) in
  let Sigma_1 := S_0 in
  let S_1 := (add S_0 (mul (mul (const 2) (const (alpha ^ 2))) (relu_moment Sigma_1))) in
  let Sigma_2 := S_1 in
  let S_2 := (add S_1 (mul (mul (const 2) (const (alpha ^ 2))) (relu_moment Sigma_2))) in
  let Sigma_3 := S_2 in
  let S_3 := (add S_2 (mul (mul (const 2) (const (alpha ^ 2))) (relu_moment Sigma_3))) in
  let R_3 := (const 1) in
  let B_3 := (mul (mul (mul (const 2) R_3) (const (alpha ^ 2))) (step_moment Sigma_3)) in
  let R_2 := (add B_3 R_3) in
  let B_2 := (mul (mul (mul (const 2) R_2) (const (alpha ^ 2))) (step_moment Sigma_2)) in
  let R_1 := (add B_2 R_2) in
  let B_1 := (mul (mul (mul (const 2) R_1) (const (alpha ^ 2))) (step_moment Sigma_1)) in
  let R_0 := (add B_1 R_1) in
  add (add (add (add (add (add (add (add (add (add (add (add (add (add ((mul R_0 G)) R_0) (mul B_1 S_0)) B_1) (mul (mul (mul (const 2) R_1) (const (alpha ^ 2))) (relu_moment Sigma_1))) (mul R_1 (const (alpha ^ 2)))) (mul B_2 S_1)) B_2) (mul (mul (mul (const 2) R_2) (const (alpha ^ 2))) (relu_moment Sigma_2))) (mul R_2 (const (alpha ^ 2)))) (mul B_3 S_2)) B_3) (mul (mul (mul (const 2) R_3) (const (alpha ^ 2))) (relu_moment Sigma_3))) (mul R_3 (const (alpha ^ 2)))) S_3.
