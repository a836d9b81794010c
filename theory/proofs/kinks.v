(** Theorem 1 is false for the Gram matrix of automatic differentiation, which takes 1(z > 0) for the derivative
    of the ReLU. Depth 1, three neurons, x = -2, .., 2, labels + - + - +: zero lies in Clarke's subdifferential of the
    loss, so the constant path is a flow, and that Gram matrix is positive definite. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants definiteness dissipation output_bound parameter_sums gradient_flow fcn_network output_sums.
Import ListNotations.
Open Scope R_scope.

(** ** Flows of Clarke's kind, of any network *)
Section Clarke.
Context {A : Type}.
Variable eq_dec : forall p q : A, {p = q} + {p <> q}.
Variable trained : list A.
Variable n : nat.
Variable F : (A -> R) -> nat -> R.
Variable s : nat -> R.

(** G is a limit of gradients at parameters that tend to theta, where all n outputs are differentiable. *)
Definition limiting_gradient (theta : A -> R) (G : nat -> A -> R) : Prop :=
  exists path : R -> A -> R,
    (forall p, filterlim (fun e => path e p) (at_right 0) (locally (theta p))) /\
    at_right 0 (fun e => forall i, (i < n)%nat -> exists g, differentiable trained F (path e) i g) /\
    (forall i p, (i < n)%nat -> In p trained -> filterlim (fun e => partial eq_dec F (path e) i p) (at_right 0) (locally (G i p))).

(** d theta/dt is the midpoint of two limits of - grad L: an element of Clarke's - subdifferential of L. *)
Definition clarke_flow (theta : R -> A -> R) : Prop :=
  forall t, 0 < t -> exists G H, limiting_gradient (theta t) G /\ limiting_gradient (theta t) H /\
    forall p, In p trained -> is_derive (fun r => theta r p) t
      (sum n (fun i => (G i p + H i p) / 2 * s i * residual (margin s (fun i r => F (theta r) i)) t i)).
End Clarke.

(** ** The network *)
Definition three (l : nat) : nat := match l with O => 1%nat | _ => 3%nat end.
Definition point (i : nat) : R := INR i - 2.
Definition alternating (i : nat) : R := match i with 1%nat | 3%nat => -1 | _ => 1 end.
Definition output_of (theta : parameter -> R) (i : nat) : R := fcn three 1 theta (fun _ => point i).
Definition neuron (j : nat) : list parameter := [Weight 1 0 j; Weight 0 j 0; Bias 0 j].
Definition nine : list parameter := neuron 0 ++ neuron 1 ++ neuron 2.
Definition root : R := sqrt (2 / INR 3).
Definition pre_of (theta : parameter -> R) (i j : nat) : R := theta (Weight 0 j 0) * point i + theta (Bias 0 j).
Definition active (z : R) : R := if Rlt_dec 0 z then 1 else 0.
(** The gradient of automatic differentiation. *)
Definition automatic (theta : parameter -> R) (i : nat) (p : parameter) : R :=
  match p with
  | Weight 1 _ j => root * relu (pre_of theta i j)
  | Weight _ j _ => theta (Weight 1 0 j) * root * active (pre_of theta i j) * point i
  | Bias _ j => theta (Weight 1 0 j) * root * active (pre_of theta i j)
  end.
Definition automatic_gram (theta : parameter -> R) (i j : nat) : R :=
  parameter_sum nine (fun p => automatic theta i p * automatic theta j p).

Lemma root_pos : 0 < root.
Proof. apply sqrt_lt_R0. simpl. lra. Qed.

Lemma output_split theta i : output_of theta i = sum 3 (fun j => theta (Weight 1 0 j) * (root * relu (pre_of theta i j))).
Proof.
  unfold output_of, fcn. change (three 1) with 3%nat. apply sum_ext; intros j _. cbn [features]. change (INR (three 1)) with (INR 3).
  fold root. do 3 f_equal. unfold preactivation, pre_of, sum, three. ring.
Qed.

Lemma relu_step z h : Rabs h < Rabs z -> relu (z + h) = relu z + active z * h.
Proof.
  intros H. unfold relu, active. destruct (Rlt_dec 0 z) as [Hz|Hz].
  - rewrite (Rabs_pos_eq z) in H by lra. apply Rabs_def2 in H. rewrite !Rmax_right by lra. ring.
  - rewrite (Rabs_left1 z) in H by lra. apply Rabs_def2 in H. rewrite !Rmax_left by lra. ring.
Qed.

(** Off the kinks automatic differentiation is right. *)
Theorem automatic_right theta i : (forall j, (j < 3)%nat -> pre_of theta i j <> 0) ->
  differentiable nine output_of theta i (automatic theta i).
Proof.
  intros Hz e He. assert (Hr := root_pos). set (X := 1 + Rabs (point i)). assert (HX : 1 <= X) by (unfold X; assert (H := Rabs_pos (point i)); lra).
  set (z := Rmin (Rabs (pre_of theta i 0)) (Rmin (Rabs (pre_of theta i 1)) (Rabs (pre_of theta i 2)))).
  assert (Hzp : 0 < z) by (unfold z; repeat apply Rmin_glb_lt; apply Rabs_pos_lt, Hz; lia).
  assert (Hzj : forall j, (j < 3)%nat -> z <= Rabs (pre_of theta i j)).
  { intros j Hj. assert (H1 := Rmin_l (Rabs (pre_of theta i 0)) (Rmin (Rabs (pre_of theta i 1)) (Rabs (pre_of theta i 2)))).
    assert (H2 := Rmin_r (Rabs (pre_of theta i 0)) (Rmin (Rabs (pre_of theta i 1)) (Rabs (pre_of theta i 2)))). fold z in H1, H2.
    assert (H3 := Rmin_l (Rabs (pre_of theta i 1)) (Rabs (pre_of theta i 2))). assert (H4 := Rmin_r (Rabs (pre_of theta i 1)) (Rabs (pre_of theta i 2))).
    destruct j as [|[|[|j]]]; [lra|lra|lra|lia]. }
  assert (HrX : 0 < root * X) by (apply Rmult_lt_0_compat; lra).
  exists (Rmin (z / X) (e / (root * X))).
  split; [apply Rmin_glb_lt; apply Rdiv_lt_0_compat; lra|]. intros h _ Hh.
  assert (M1 := Rmin_l (z / X) (e / (root * X))). assert (M2 := Rmin_r (z / X) (e / (root * X))). set (d := Rmin (z / X) (e / (root * X))) in *.
  set (delta := fun j => h (Weight 0 j 0) * point i + h (Bias 0 j)).
  assert (Hin : forall j p, (j < 3)%nat -> In p (neuron j) -> In p nine).
  { intros j p Hj Hp. unfold nine. destruct j as [|[|[|j]]]; [| | |lia].
    - apply in_or_app. left. exact Hp.
    - apply in_or_app. right. apply in_or_app. left. exact Hp.
    - apply in_or_app. right. apply in_or_app. right. exact Hp. }
  assert (Hdelta : forall j, (j < 3)%nat -> Rabs (delta j) < d * X).
  { intros j Hj. assert (B1 := Hh (Weight 0 j 0) (Hin j _ Hj (or_intror (or_introl eq_refl)))).
    assert (B2 := Hh (Bias 0 j) (Hin j _ Hj (or_intror (or_intror (or_introl eq_refl))))).
    unfold delta, X. eapply Rle_lt_trans; [apply Rabs_triang|]. rewrite Rabs_mult.
    assert (H := Rabs_pos (point i)). assert (H' := Rabs_pos (h (Weight 0 j 0))). nra. }
  assert (HdX : d * X <= z).
  { apply Rle_trans with (z / X * X); [apply Rmult_le_compat_r; lra|]. right. field; lra. }
  assert (HdR : root * (d * X) <= e).
  { apply Rle_trans with (root * (e / (root * X) * X)); [apply Rmult_le_compat_l; [lra|apply Rmult_le_compat_r; lra]|]. right. field; lra. }
  assert (Hone : forall j, (j < 3)%nat ->
    Rabs ((theta (Weight 1 0 j) + h (Weight 1 0 j)) * (root * relu (pre_of (fun p => theta p + h p) i j))
      - theta (Weight 1 0 j) * (root * relu (pre_of theta i j)) - parameter_sum (neuron j) (fun p => automatic theta i p * h p))
    <= e * parameter_sum (neuron j) (fun p => Rabs (h p))).
  { intros j Hj. assert (Hd := Hdelta j Hj).
    assert (Ep : pre_of (fun p => theta p + h p) i j = pre_of theta i j + delta j) by (unfold pre_of, delta; ring).
    rewrite Ep, (relu_step (pre_of theta i j) (delta j)) by (specialize (Hzj j Hj); lra).
    unfold neuron; simpl. fold (pre_of theta i j).
    match goal with |- Rabs ?a <= _ => replace a with (root * active (pre_of theta i j) * delta j * h (Weight 1 0 j)) by (unfold delta; ring) end.
    rewrite !Rabs_mult, (Rabs_pos_eq root) by lra.
    assert (Ha : 0 <= Rabs (active (pre_of theta i j)) <= 1).
    { unfold active. destruct (Rlt_dec 0 (pre_of theta i j)); [rewrite Rabs_R1|rewrite Rabs_R0]; lra. }
    assert (H1 := Rabs_pos (delta j)). assert (H2 := Rabs_pos (h (Weight 1 0 j))). assert (H3 := Rabs_pos (h (Weight 0 j 0))). assert (H4 := Rabs_pos (h (Bias 0 j))).
    assert (root * Rabs (active (pre_of theta i j)) * Rabs (delta j) <= e).
    { apply Rle_trans with (root * (d * X)); [|exact HdR]. rewrite Rmult_assoc. apply Rmult_le_compat_l; [lra|]. nra. }
    nra. }
  rewrite !output_split.
  unfold nine. rewrite !parameter_sum_app. unfold sum.
  assert (P0 := Hone 0%nat ltac:(lia)). assert (P1 := Hone 1%nat ltac:(lia)). assert (P2 := Hone 2%nat ltac:(lia)).
  match type of P0 with Rabs ?a <= _ => set (t0 := a) in * end.
  match type of P1 with Rabs ?a <= _ => set (t1 := a) in * end.
  match type of P2 with Rabs ?a <= _ => set (t2 := a) in * end.
  match goal with |- Rabs ?a <= _ => replace a with (t0 + (t1 + t2)) by (unfold t0, t1, t2; ring) end.
  eapply Rle_trans; [apply Rabs_triang|]. assert (T := Rabs_triang t1 t2). lra.
Qed.

Lemma output_ext theta theta' i : (forall p, theta p = theta' p) -> output_of theta i = output_of theta' i.
Proof. intros H. apply fcn_ext, H. Qed.

Lemma nine_once : NoDup nine.
Proof. repeat (constructor; [simpl; intuition discriminate|]). constructor. Qed.

(** ** The parameters: neurons x + e, - x + e and 1; outputs b - 2 b |x| at e = 0 *)
Definition stuck (b e : R) (p : parameter) : R :=
  match p with
  | Weight 1 0 0 | Weight 1 0 1 => - 2 * b / root
  | Weight 1 0 2 => b / root
  | Weight 0 0 0 => 1
  | Weight 0 1 0 => -1
  | Bias 0 0 | Bias 0 1 => e
  | Bias 0 2 => 1
  | _ => 0
  end.

Ltac case_sample i := destruct i as [|[|[|[|[|i]]]]]; [| | | | |lia].
Ltac case_neuron j := destruct j as [|[|[|j]]]; [| | |lia].
Ltac evaluate := unfold pre_of, stuck, point; simpl;
  repeat match goal with
  | |- context [Rlt_dec 0 ?z] => destruct (Rlt_dec 0 z); try (exfalso; lra)
  | |- context [Rle_dec 0 ?z] => destruct (Rle_dec 0 z); try (exfalso; lra)
  end.

Lemma relu_lipschitz x y : Rabs (relu x - relu y) <= Rabs (x - y).
Proof.
  unfold relu, Rmax. destruct (Rle_dec 0 x), (Rle_dec 0 y); unfold Rabs; repeat destruct (Rcase_abs _); lra.
Qed.

(** sigma = 1 or -1: the side from which e tends to 0. *)
Lemma active_side b sigma e i j : sigma = 1 \/ sigma = -1 -> 0 < e < 1 -> (i < 5)%nat -> (j < 3)%nat ->
  active (pre_of (stuck b (sigma * e)) i j) = active (pre_of (stuck b (sigma / 2)) i j).
Proof.
  intros Hs He Hi Hj. unfold active. destruct Hs as [-> | ->]; case_sample i; case_neuron j; evaluate; reflexivity.
Qed.

Lemma off_kinks b sigma e i j : sigma = 1 \/ sigma = -1 -> 0 < e < 1 -> (i < 5)%nat -> (j < 3)%nat ->
  pre_of (stuck b (sigma * e)) i j <> 0.
Proof.
  intros Hs He Hi Hj. destruct Hs as [-> | ->]; case_sample i; case_neuron j; unfold pre_of, stuck, point; simpl; lra.
Qed.

Definition side_gradient (b sigma : R) (i : nat) (p : parameter) : R :=
  match p with
  | Weight 1 _ j => root * relu (pre_of (stuck b 0) i j)
  | Weight _ j _ => stuck b 0 (Weight 1 0 j) * root * active (pre_of (stuck b (sigma / 2)) i j) * point i
  | Bias _ j => stuck b 0 (Weight 1 0 j) * root * active (pre_of (stuck b (sigma / 2)) i j)
  end.

Lemma near_right (P : R -> Prop) : (forall e, 0 < e < 1 -> P e) -> at_right 0 P.
Proof.
  intros H. exists (mkposreal 1 Rlt_0_1). intros e He He0. apply H.
  unfold ball in He; simpl in He; unfold AbsRing_ball, abs, minus, plus, opp in He; simpl in He. apply Rabs_def2 in He. lra.
Qed.

Lemma in_nine p : In p nine -> exists j, (j < 3)%nat /\ (p = Weight 1 0 j \/ p = Weight 0 j 0 \/ p = Bias 0 j).
Proof.
  intros Hp. simpl in Hp. repeat (destruct Hp as [Hp|Hp]); try contradiction; subst p;
    [exists 0%nat|exists 0%nat|exists 0%nat|exists 1%nat|exists 1%nat|exists 1%nat|exists 2%nat|exists 2%nat|exists 2%nat]; split; auto.
Qed.

Theorem side_limiting b sigma : sigma = 1 \/ sigma = -1 ->
  limiting_gradient parameter_eq nine 5 output_of (stuck b 0) (side_gradient b sigma).
Proof.
  intros Hs. assert (Hr := root_pos). exists (fun e => stuck b (sigma * e)). split; [|split].
  - intros p.
    assert (Hc : continuous (fun e => stuck b (sigma * e) p) 0).
    { destruct p as [[|[|l]] [|[|r]] [|[|[|k]]]|[|l] [|[|[|r]]]]; try apply continuous_const;
        apply (ex_derive_continuous (fun e => sigma * e)); auto_derive; exact I. }
    intros P HP. assert (E : stuck b 0 p = stuck b (sigma * 0) p) by (f_equal; ring). rewrite E in HP.
    destruct (Hc P HP) as [d Hd]. exists d. intros e He _. apply Hd, He.
  - apply near_right. intros e He i Hi. eexists. apply automatic_right. intros j Hj. apply off_kinks; assumption.
  - intros i p Hi Hp.
    assert (HA : forall e, 0 < e < 1 -> partial parameter_eq output_of (stuck b (sigma * e)) i p = automatic (stuck b (sigma * e)) i p).
    { intros e He. symmetry.
      apply (gradient parameter_eq nine output_of nine_once output_ext (stuck b (sigma * e)) i (automatic (stuck b (sigma * e)) i) p Hp).
      apply automatic_right. intros j Hj. apply off_kinks; assumption. }
    destruct (in_nine p Hp) as [j [Hj [-> | [-> | ->]]]]; simpl side_gradient.
    + intros P [d Hd]. assert (Hd0 := cond_pos d). set (eps := Rmin 1 (d / root)).
      assert (Heps : 0 < eps) by (apply Rmin_glb_lt; [lra|apply Rdiv_lt_0_compat; assumption]).
      exists (mkposreal eps Heps). intros e He He0.
      unfold ball in He; simpl in He; unfold AbsRing_ball, abs, minus, plus, opp in He; simpl in He. apply Rabs_def2 in He.
      assert (E1 := Rmin_l 1 (d / root)). assert (E2 := Rmin_r 1 (d / root)). fold eps in E1, E2.
      apply Hd. rewrite HA by lra. simpl automatic.
      unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl.
      replace (root * relu (pre_of (stuck b (sigma * e)) i j) + - (root * relu (pre_of (stuck b 0) i j)))
        with (root * (relu (pre_of (stuck b (sigma * e)) i j) - relu (pre_of (stuck b 0) i j))) by ring.
      rewrite Rabs_mult, (Rabs_pos_eq root) by lra.
      assert (HL := relu_lipschitz (pre_of (stuck b (sigma * e)) i j) (pre_of (stuck b 0) i j)).
      assert (Hclose : Rabs (pre_of (stuck b (sigma * e)) i j - pre_of (stuck b 0) i j) <= e).
      { unfold pre_of. case_neuron j; cbn [stuck].
        - replace (1 * point i + sigma * e - (1 * point i + 0)) with (sigma * e) by ring. destruct Hs as [-> | ->]; apply Rabs_le; lra.
        - replace (-1 * point i + sigma * e - (-1 * point i + 0)) with (sigma * e) by ring. destruct Hs as [-> | ->]; apply Rabs_le; lra.
        - apply Rabs_le; lra. }
      apply Rle_lt_trans with (root * e); [apply Rmult_le_compat_l; lra|].
      apply Rlt_le_trans with (root * (d / root)); [apply Rmult_lt_compat_l; lra|]. right. field; lra.
    + apply (filterlim_ext_loc (fun _ => side_gradient b sigma i (Weight 0 j 0))); [|apply filterlim_const].
      apply near_right. intros e He. rewrite HA by exact He. simpl. rewrite (active_side b sigma e i j Hs He Hi Hj). reflexivity.
    + apply (filterlim_ext_loc (fun _ => side_gradient b sigma i (Bias 0 j))); [|apply filterlim_const].
      apply near_right. intros e He. rewrite HA by exact He. simpl. rewrite (active_side b sigma e i j Hs He Hi Hj). reflexivity.
Qed.

Lemma stuck_outputs b i : (i < 5)%nat ->
  output_of (stuck b 0) i = match i with 2%nat => b | 1%nat | 3%nat => - b | _ => -3 * b end.
Proof.
  intros Hi. assert (Hr := root_pos). rewrite output_split. unfold sum, relu, Rmax.
  case_sample i; evaluate; field; lra.
Qed.

Lemma balance : exists b, b < 0 /\ 1 + exp (-3 * b) = 2 * (1 + exp b).
Proof.
  destruct (IVT_gen (fun b => 1 + exp (-3 * b) - 2 * (1 + exp b)) (-1) 0 0) as [b [Hb E]].
  - intros x. apply continuity_pt_filterlim. apply (ex_derive_continuous (fun b => 1 + exp (-3 * b) - 2 * (1 + exp b))). auto_derive. exact I.
  - replace (-3 * 0) with 0 by ring. rewrite exp_0. replace (-3 * -1) with (1 + 1 + 1) by ring. rewrite !exp_plus.
    assert (H1 := exp_ineq1_le 1). assert (H2 := exp_increasing (-1) 0 ltac:(lra)). rewrite exp_0 in H2. assert (H3 := exp_pos (-1)).
    assert (8 <= exp 1 * exp 1 * exp 1) by nra.
    split; [apply Rle_trans with (1 + 1 - 2 * (1 + 1)); [apply Rmin_r|lra]|].
    apply Rle_trans with (1 + exp 1 * exp 1 * exp 1 - 2 * (1 + exp (-1))); [lra|apply Rmax_l].
  - rewrite Rmin_left, Rmax_right in Hb by lra. exists b. split; [|lra].
    destruct (proj2 Hb) as [H| ->]; [exact H|]. replace (-3 * 0) with 0 in E by ring. rewrite exp_0 in E. lra.
Qed.

Lemma stuck_residual b t i : 1 + exp (-3 * b) = 2 * (1 + exp b) -> (i < 5)%nat ->
  residual (margin alternating (fun i _ => output_of (stuck b 0) i)) t i
    = match i with 0%nat | 4%nat => / (1 + exp (-3 * b)) | _ => 2 * / (1 + exp (-3 * b)) end.
Proof.
  intros Hb Hi. unfold residual, margin. rewrite stuck_outputs by exact Hi.
  assert (H1 := exp_pos (-3 * b)). assert (H2 := exp_pos b).
  case_sample i; unfold alternating; rewrite ?Rmult_1_l; try reflexivity;
    try (replace (-1 * - b) with b by ring); rewrite Hb; field; lra.
Qed.

Lemma stuck_stationary b t p : 1 + exp (-3 * b) = 2 * (1 + exp b) -> In p nine ->
  sum 5 (fun i => (side_gradient b 1 i p + side_gradient b (-1) i p) / 2 * alternating i
                  * residual (margin alternating (fun i _ => output_of (stuck b 0) i)) t i) = 0.
Proof.
  intros Hb Hp. assert (Hr := root_pos). unfold sum. rewrite !(stuck_residual b t) by (exact Hb || lia).
  set (w := / (1 + exp (-3 * b))). unfold alternating.
  destruct (in_nine p Hp) as [j [Hj [-> | [-> | ->]]]]; case_neuron j; unfold side_gradient, relu, Rmax, active; evaluate; field; lra.
Qed.

(** ** The Gram matrix of automatic differentiation is definite there *)
Lemma stuck_definite b : b < 0 -> definite 5 (automatic_gram (stuck b 0)).
Proof.
  intros Hb c [i0 [Hi0 Hc]]. unfold automatic_gram. rewrite quad_parameter_sum. assert (Hr := root_pos).
  apply Rnot_le_lt. intros Hle.
  assert (Hz : forall p, In p nine -> sum 5 (fun i => c i * automatic (stuck b 0) i p) = 0).
  { intros p Hp.
    assert (Hin : parameter_sum [p] (fun p => sum 5 (fun i => c i * automatic (stuck b 0) i p) ^ 2)
                <= parameter_sum nine (fun p => sum 5 (fun i => c i * automatic (stuck b 0) i p) ^ 2)).
    { apply parameter_sum_incl; [constructor; [intros []|constructor]|intros q [<-|[]]; exact Hp|intros; apply pow2_ge_0]. }
    cbn [parameter_sum] in Hin. assert (H2 := pow2_ge_0 (sum 5 (fun i => c i * automatic (stuck b 0) i p))).
    apply Rsqr_0_uniq. unfold Rsqr. nra. }
  assert (W0 := Hz (Weight 1 0 0) ltac:(simpl; tauto)). assert (B0 := Hz (Bias 0 0) ltac:(simpl; tauto)).
  assert (W1 := Hz (Weight 1 0 1) ltac:(simpl; tauto)). assert (B1 := Hz (Bias 0 1) ltac:(simpl; tauto)).
  assert (W2 := Hz (Weight 1 0 2) ltac:(simpl; tauto)). clear Hz Hle.
  set (k := - 2 * b / root * root). assert (Hk : 0 < k) by (unfold k; replace (- 2 * b / root * root) with (- 2 * b) by (field; lra); lra).
  assert (E0 : root * (c 3%nat + 2 * c 4%nat) = 0).
  { rewrite <- W0. unfold sum, automatic, relu, Rmax. evaluate; ring. }
  assert (E1 : k * (c 3%nat + c 4%nat) = 0).
  { rewrite <- B0. unfold sum, automatic, active, k. evaluate; ring. }
  assert (E2 : root * (c 1%nat + 2 * c 0%nat) = 0).
  { rewrite <- W1. unfold sum, automatic, relu, Rmax. evaluate; ring. }
  assert (E3 : k * (c 1%nat + c 0%nat) = 0).
  { rewrite <- B1. unfold sum, automatic, active, k. evaluate; ring. }
  assert (E4 : root * (c 0%nat + c 1%nat + c 2%nat + c 3%nat + c 4%nat) = 0).
  { rewrite <- W2. unfold sum, automatic, relu, Rmax. evaluate; ring. }
  assert (cancel : forall a x, 0 < a -> a * x = 0 -> x = 0) by (intros a x Ha E; apply Rmult_integral in E; destruct E; lra).
  apply cancel in E0; [|exact Hr]. apply cancel in E1; [|exact Hk]. apply cancel in E2; [|exact Hr].
  apply cancel in E3; [|exact Hk]. apply cancel in E4; [|exact Hr].
  apply Hc. case_sample i0; lra.
Qed.

Lemma automatic_gram_symmetric theta : symmetric 5 (automatic_gram theta).
Proof.
  intros i j _ _. unfold automatic_gram. apply parameter_sum_ext; intros; ring.
Qed.

(** Theorem 1 with the Gram matrix of automatic differentiation is false. *)
Theorem mutant_theorem_1_automatic_gram : ~ (forall (theta : R -> parameter -> R) (C : R),
  signs 5 alternating -> clarke_flow parameter_eq nine 5 output_of alternating theta -> 0 < C ->
  (forall t, 0 <= t -> below 5 (automatic_gram (theta t)) C) ->
  forall i, (i < 5)%nat -> is_lim (fun t => Rabs (output_of (theta t) i)) p_infty p_infty).
Proof.
  intros H. destruct balance as [b [Hb E]].
  destruct (definite_below_positive 5 _ (automatic_gram_symmetric (stuck b 0)) (stuck_definite b Hb)) as [C [HC HB]].
  assert (H1 : is_lim (fun _ : R => Rabs (output_of (stuck b 0) 0)) p_infty p_infty).
  { apply (H (fun _ => stuck b 0) C); [| |exact HC|intros; exact HB|lia].
    - intros i Hi. case_sample i; [left|right|left|right|left]; reflexivity.
    - intros t _. exists (side_gradient b 1), (side_gradient b (-1)).
      split; [apply side_limiting; left; reflexivity|]. split; [apply side_limiting; right; reflexivity|].
      intros p Hp. rewrite (stuck_stationary b t p E Hp). apply (is_derive_const (stuck b 0 p) t). }
  apply is_lim_unique in H1. rewrite Lim_const in H1. discriminate.
Qed.

(** (C.22) with that matrix: the loss stands still, u' K^r u does not. *)
Theorem mutant_equation_C_22 : ~ (forall (theta : R -> parameter -> R) t,
  signs 5 alternating -> clarke_flow parameter_eq nine 5 output_of alternating theta -> 0 < t ->
  is_derive (loss 5 (margin alternating (fun i r => output_of (theta r) i))) t
    (- dissipation 5 alternating (fun i r => output_of (theta r) i) (fun r => automatic_gram (theta r)) t)).
Proof.
  intros H. destruct balance as [b [Hb E]].
  assert (HS : signs 5 alternating) by (intros i Hi; case_sample i; [left|right|left|right|left]; reflexivity).
  assert (H1 := H (fun _ => stuck b 0) 1 HS).
  assert (H2 : clarke_flow parameter_eq nine 5 output_of alternating (fun _ => stuck b 0)).
  { intros t _. exists (side_gradient b 1), (side_gradient b (-1)).
    split; [apply side_limiting; left; reflexivity|]. split; [apply side_limiting; right; reflexivity|].
    intros p Hp. rewrite (stuck_stationary b t p E Hp). apply (is_derive_const (stuck b 0 p) t). }
  specialize (H1 H2 Rlt_0_1).
  assert (H4 : Derive (loss 5 (margin alternating (fun i _ => output_of (stuck b 0) i))) 1 = 0).
  { rewrite (Derive_ext _ (fun _ => loss 5 (margin alternating (fun i _ => output_of (stuck b 0) i)) 0)); [apply Derive_const|reflexivity]. }
  apply is_derive_unique in H1. rewrite H4 in H1.
  assert (H5 : 0 < dissipation 5 alternating (fun i _ => output_of (stuck b 0) i) (fun _ => automatic_gram (stuck b 0)) 1).
  { unfold dissipation. rewrite quad_signed. apply (stuck_definite b Hb). exists 0%nat. split; [lia|].
    assert (H6 := residual_pos (margin alternating (fun i _ => output_of (stuck b 0) i)) 1 0).
    unfold alternating at 1. lra. }
  lra.
Qed.

Theorem witness_automatic_right : ~ (forall (theta : parameter -> R) (i : nat), (forall j : nat, (j < 3)%nat -> pre_of theta i j <> 0)
  -> False).
Proof.
  intros H. apply (H (stuck 0 (1 / 2)) 0%nat). intros j Hj.
  assert (E : 1 / 2 = 1 * (1 / 2)) by ring. rewrite E. apply off_kinks; [left; reflexivity|lra|lia|exact Hj].
Qed.

Theorem mutant_automatic_right : ~ (forall (theta : parameter -> R) (i : nat), differentiable nine output_of theta i (automatic theta
  i)).
Proof.
  intros H. assert (Hr := root_pos).
  (* at x = 0 the first neuron of weight -2 / root is on its kink: moving its bias by h > 0 changes the output by -2 h *)
  destruct (H (stuck 1 0) 2%nat 1 Rlt_0_1) as [d [Hd H1]].
  set (s := d / 2). assert (H2 := H1 (fun p => match p with Bias 0 0 => s | _ => 0 end)).
  assert (H3 := H2 ltac:(intros p Hp; destruct p as [l r c|[|l] [|r]]; try reflexivity; exfalso; apply Hp; simpl; tauto)
    ltac:(intros p _; destruct p as [l r c|[|l] [|r]]; try (rewrite Rabs_R0; exact Hd); unfold s; rewrite Rabs_pos_eq; lra)).
  rewrite !output_split in H3. unfold sum, pre_of in H3.
  revert H3. unfold nine, neuron, automatic, active, pre_of, relu, Rmax, point, s. cbn [app parameter_sum stuck]. simpl INR.
  repeat match goal with
  | |- context [Rlt_dec 0 ?z] => destruct (Rlt_dec 0 z); try (exfalso; lra)
  | |- context [Rle_dec 0 ?z] => destruct (Rle_dec 0 z); try (exfalso; lra)
  end.
  rewrite !Rabs_R0, (Rabs_pos_eq (d / 2)) by lra. intros H3.
  match type of H3 with Rabs ?a <= _ => replace a with (- d) in H3 by (field; lra) end.
  rewrite Rabs_left in H3 by lra. lra.
Qed.

(** Off the kinks that matrix is right: there (C.22) holds with it. *)
Theorem mutant_kinks_needed : ~ ~ (forall (theta : R -> parameter -> R) (t : R), signs 5 alternating ->
  flows_at parameter_eq nine 5 output_of alternating theta t /\ (forall r p, ~ In p nine -> theta r p = theta t p) /\
  (forall i j, (j < 3)%nat -> pre_of (theta t) i j <> 0) -> 0 < t ->
  is_derive (loss 5 (margin alternating (fun (i : nat) (r : R) => output_of (theta r) i))) t
    (- dissipation 5 alternating (fun (i : nat) (r : R) => output_of (theta r) i) (fun r : R => automatic_gram (theta r)) t)).
Proof.
  intros H. apply H. intros theta t _ [Hflow [Hfix Hoff]] _.
  evar_last; [apply (equation_C_22 parameter_eq nine 5 output_of nine_once output_ext alternating theta t Hflow Hfix)|].
  f_equal. unfold dissipation. apply quad_ext; [|reflexivity]. intros i j Hi Hj. unfold signed. f_equal.
  unfold empirical, automatic_gram. apply parameter_sum_ext; intros p Hp.
  rewrite <- !(gradient parameter_eq nine output_of nine_once output_ext (theta t) _ _ p Hp (automatic_right (theta t) _ (Hoff _))). reflexivity.
Qed.
