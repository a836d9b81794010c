(** least_eigenvalue.v on the hexagon of Figure 1, and a near statement that is false. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices power_series arccosine layer_kernels network_kernels definiteness least_eigenvalue.
Open Scope R_scope.

(** (cos(i pi / 3), sin(i pi / 3)), i = 0, .., 5. *)
Definition hexagon (i l : nat) : R :=
  match l with
  | O => match i with 0%nat => 1 | 1%nat | 5%nat => / 2 | 2%nat | 4%nat => - / 2 | _ => -1 end
  | _ => match i with 1%nat | 2%nat => sqrt 3 / 2 | 4%nat | 5%nat => - (sqrt 3 / 2) | _ => 0 end
  end.

Lemma root_3 : sqrt 3 * sqrt 3 = 3.
Proof. apply sqrt_sqrt. lra. Qed.

Lemma hexagon_gram i j : (i < 6)%nat -> (j < 6)%nat ->
  gram 2 hexagon i j = if Nat.eq_dec i j then 1 else if Nat.eq_dec ((i + 3) mod 6) j then -1
                       else if Nat.eq_dec ((i + 1) mod 6) j then / 2 else if Nat.eq_dec ((i + 5) mod 6) j then / 2 else - / 2.
Proof.
  intros Hi Hj. assert (H3 := root_3). unfold gram, dot, sum.
  destruct i as [|[|[|[|[|[|i]]]]]]; [| | | | | |lia]; destruct j as [|[|[|[|[|[|j]]]]]]; [| | | | | |lia| | | | | | |lia| | | | | | |lia| | | | | | |lia| | | | | | |lia| | | | | | |lia];
    unfold hexagon; simpl; nra.
Qed.

Lemma hexagon_different : different 6 2 hexagon.
Proof.
  intros i j Hi Hj Hij.
  assert (Hd : gram 2 hexagon i j <> 1).
  { rewrite hexagon_gram by assumption. destruct (Nat.eq_dec i j); [contradiction|].
    repeat match goal with |- context [Nat.eq_dec ?a ?b] => destruct (Nat.eq_dec a b) end; lra. }
  assert (Hs : gram 2 hexagon i i = 1) by (rewrite hexagon_gram by assumption; destruct (Nat.eq_dec i i); [reflexivity|contradiction]).
  destruct (Req_dec (hexagon i 0) (hexagon j 0)) as [E0|E0]; [|exists 0%nat; split; [lia|exact E0]].
  destruct (Req_dec (hexagon i 1) (hexagon j 1)) as [E1|E1]; [|exists 1%nat; split; [lia|exact E1]].
  exfalso. apply Hd. rewrite <- Hs. unfold gram, dot, sum. rewrite E0, E1. reflexivity.
Qed.

Lemma hexagon_apart i j : (i < 6)%nat -> (j < 6)%nat -> i <> j ->
  Rabs (1 + gram 2 hexagon i j) <= 3 / 4 * sqrt ((1 + gram 2 hexagon i i) * (1 + gram 2 hexagon j j)).
Proof.
  intros Hi Hj Hij. rewrite !hexagon_gram by assumption.
  destruct (Nat.eq_dec i i); [|contradiction]. destruct (Nat.eq_dec j j); [|contradiction]. destruct (Nat.eq_dec i j); [contradiction|].
  replace ((1 + 1) * (1 + 1)) with (2 * 2) by ring. rewrite sqrt_square by lra.
  repeat match goal with |- context [Nat.eq_dec ?a ?b] => destruct (Nat.eq_dec a b) end; apply Rabs_le; lra.
Qed.

(** The hexagon at depth 1, from the term u^10 of the series: lambda_0 >= 7 / (4608 pi). *)
Theorem hexagon_least_eigenvalue : below 6 (fcn_ntk (gram 2 hexagon) 1) (7 / (4608 * PI)).
Proof.
  assert (HPI := PI_RGT_0).
  assert (E : 7 / (4608 * PI) = k1_coefficient 6 / 2).
  { change (k1_coefficient 6) with (k1_tail 4 / PI). unfold k1_tail, arcsine_coefficient. simpl. field; lra. }
  rewrite E. apply (least_eigenvalue_fcn 6 2 hexagon hexagon_different (3 / 4) ltac:(lra) hexagon_apart 0 6).
  simpl. lra.
Qed.

(** ** Without the separation: points 0 and t on the line, t to 0 *)
Lemma fcn_ntk_depth_1 G i j : let c := correlations (add (const 1) G) i j in
  fcn_ntk G 1 i j = sqrt ((1 + G i i) * (1 + G j j)) * k1 c + k0 c * (G i j + 1).
Proof.
  intros c. unfold fcn_ntk, fcn_B, fcn_Sigma. cbn [sum fcn_S fcn_R Nat.sub]. unfold add at 1 2, mul, step_moment, relu_moment. unfold c.
  unfold add, const. field.
Qed.

Definition near_points (t : R) (i _ : nat) : R := match i with O => 0 | _ => t end.

Lemma near_kernel u : 0 < u < 1 -> let t := sqrt (/ (u * u) - 1) in
  quad 2 (fcn_ntk (gram 1 (near_points t)) 1) (fun i => match i with O => 1 | _ => -1 end) = 2 + 2 / (u * u) - 2 * (k1 u / u + k0 u) /\ t <> 0.
Proof.
  intros Hu t. assert (Hi : 1 < / (u * u)) by (rewrite <- Rinv_1 at 1; apply Rinv_lt_contravar; nra).
  assert (Ht : t * t = / (u * u) - 1) by (apply sqrt_sqrt; lra).
  assert (Hk1 : k1 1 = 1) by exact k1_at_one.
  assert (Hk0 : k0 1 = 1) by (unfold k0; rewrite acos_1; assert (H := PI_RGT_0); field; lra).
  assert (S0 : sqrt ((1 + (0 + 0 * 0)) * (1 + (0 + 0 * 0))) = 1) by (replace ((1 + (0 + 0 * 0)) * (1 + (0 + 0 * 0))) with 1 by ring; apply sqrt_1).
  assert (S1 : sqrt ((1 + (0 + t * t)) * (1 + (0 + t * t))) = / (u * u)).
  { replace (1 + (0 + t * t)) with (/ (u * u)) by (rewrite Ht; ring). apply sqrt_square. lra. }
  assert (Siu : sqrt (/ (u * u)) = / u).
  { replace (/ (u * u)) with (/ u * / u) by (field; lra). apply sqrt_square. left. apply Rinv_0_lt_compat. lra. }
  assert (S01 : sqrt ((1 + (0 + 0 * 0)) * (1 + (0 + t * t))) = / u).
  { replace ((1 + (0 + 0 * 0)) * (1 + (0 + t * t))) with (/ (u * u)) by (rewrite Ht; ring). exact Siu. }
  assert (S10 : sqrt ((1 + (0 + t * t)) * (1 + (0 + 0 * 0))) = / u).
  { replace ((1 + (0 + t * t)) * (1 + (0 + 0 * 0))) with (/ (u * u)) by (rewrite Ht; ring). exact Siu. }
  split.
  - unfold quad, sum. rewrite !fcn_ntk_depth_1. unfold correlations, add, const, gram, dot, sum, near_points.
    rewrite S0, S1, S01, S10.
    replace ((1 + (0 + 0 * 0)) / 1) with 1 by field. replace ((1 + (0 + 0 * t)) / / u) with u by (field; lra).
    replace ((1 + (0 + t * 0)) / / u) with u by (field; lra). replace ((1 + (0 + t * t)) / / (u * u)) with 1 by (rewrite Ht; field; lra).
    rewrite Hk1, Hk0. replace (0 + t * t + 1) with (/ (u * u)) by (rewrite Ht; ring). field; lra.
  - intros E. rewrite E in Ht. lra.
Qed.

Theorem mutant_least_eigenvalue_fcn : ~ (forall (n d : nat) (x : nat -> nat -> R), different n d x -> forall rho : R, 0 <= rho <= 1 ->
  forall l k : nat, 2 * INR n * layer_cosine rho l ^ k1_exponent k <= 1 -> below n (fcn_ntk (gram d x) (S l)) (k1_coefficient k / 2)).
Proof.
  intros H.
  (* u < 1 so close to 1 that k0 and k1 are close to 1 *)
  assert (Hk1 : k1 1 = 1) by exact k1_at_one.
  assert (Hk0 : k0 1 = 1) by (unfold k0; rewrite acos_1; assert (H0 := PI_RGT_0); field; lra).
  assert (L0 := k0_left (ball (k0 1) (mkposreal (1 / 20) ltac:(lra))) (locally_ball _ _)).
  assert (L1 := k1_left (ball (k1 1) (mkposreal (1 / 20) ltac:(lra))) (locally_ball _ _)).
  destruct L0 as [d0 L0], L1 as [d1 L1]. assert (P0 := cond_pos d0). assert (P1 := cond_pos d1).
  set (e := Rmin (1 / 50) (Rmin (d0 / 2) (d1 / 2))). assert (He : 0 < e) by (unfold e; repeat apply Rmin_glb_lt; lra).
  assert (M1 : e <= 1 / 50) by apply Rmin_l. assert (M2 : e <= Rmin (d0 / 2) (d1 / 2)) by apply Rmin_r.
  assert (M3 := Rmin_l (d0 / 2) (d1 / 2)). assert (M4 := Rmin_r (d0 / 2) (d1 / 2)). clearbody e.
  set (u := 1 - e).
  assert (B0 : Rabs (k0 u - k0 1) < 1 / 20).
  { apply (L0 u); [|unfold u; lra]. unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl. unfold u. rewrite Rabs_left; lra. }
  assert (B1 : Rabs (k1 u - k1 1) < 1 / 20).
  { apply (L1 u); [|unfold u; lra]. unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl. unfold u. rewrite Rabs_left; lra. }
  rewrite Hk0 in B0. rewrite Hk1 in B1. apply Rabs_def2 in B0. apply Rabs_def2 in B1.
  assert (Hu : 49 / 50 <= u < 1) by (unfold u; lra). clearbody u.
  destruct (near_kernel u ltac:(lra)) as [E Ht]. set (t := sqrt (/ (u * u) - 1)) in *.
  assert (HD : different 2 1 (near_points t)).
  { intros i j Hi Hj Hij. exists 0%nat. split; [lia|]. destruct i as [|[|i]], j as [|[|j]]; try lia; unfold near_points; intros Eq; apply Ht; lra. }
  assert (H1 := H 2%nat 1%nat (near_points t) HD 0 ltac:(lra) 0%nat 1%nat ltac:(simpl; lra) (fun i => match i with O => 1 | _ => -1 end)).
  rewrite E in H1. unfold norm2, sum in H1. simpl k1_coefficient in H1.
  assert (Hi : / (u * u) <= 105 / 100).
  { apply (Rmult_le_reg_r (u * u)); [nra|]. rewrite Rinv_l by nra. nra. }
  assert (Hi1 : k1 u <= k1 u / u).
  { apply (Rmult_le_reg_r u); [lra|]. replace (k1 u / u * u) with (k1 u) by (field; lra). nra. }
  unfold Rdiv in H1 at 2. lra.
Qed.

Theorem witness_least_eigenvalue_fcn : ~ (forall (n d : nat) (x : nat -> nat -> R), different n d x -> forall rho : R, 0 <= rho <= 1 ->
  (forall i j : nat, (i < n)%nat -> (j < n)%nat -> i <> j -> Rabs (1 + gram d x i j) <= rho * sqrt ((1 + gram d x i i) * (1 + gram d x j
  j))) -> forall l k : nat, 2 * INR n * layer_cosine rho l ^ k1_exponent k <= 1 -> False).
Proof.
  intros H. apply (H 6%nat 2%nat hexagon hexagon_different (3 / 4) ltac:(lra) hexagon_apart 0%nat 6%nat). simpl. lra.
Qed.
