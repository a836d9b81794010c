(** Definition 1 for kernels on R^d, Lemmas 1, 4, 5 and 6 and Proposition 1 in its words.

    A point is a function nat -> R of which the first d values count. *)
From Coq Require Import Reals Lra Lia.
Require Import sums matrices power_series arccosine output_bound gaussian_means layer_kernels network_kernels definiteness.
Open Scope R_scope.

Definition kernel : Type := (nat -> R) -> (nat -> R) -> R.
Definition kernel_matrix (K : kernel) (x : nat -> nat -> R) : matrix := fun i j => K (x i) (x j).

(** Definition 1: lambda_min(K(X, X)) > 0 for every n and every n different points. *)
Definition strictly_positive_definite (d : nat) (K : kernel) : Prop :=
  forall n x, different n d x -> exists l, 0 < l /\ below n (kernel_matrix K x) l.

Lemma strictly_positive_definite_intro d K : (forall x y, K x y = K y x) ->
  (forall n x, different n d x -> definite n (kernel_matrix K x)) -> strictly_positive_definite d K.
Proof. intros HS HD n x Hx. apply definite_below_positive; [intros i j _ _; apply HS|apply HD, Hx]. Qed.

(** The positive least eigenvalue is the positivity of x' K x for x <> 0. *)
Theorem definition_1 d K : (forall x y, K x y = K y x) ->
  (strictly_positive_definite d K <-> (forall n x, different n d x -> definite n (kernel_matrix K x))).
Proof.
  intros HS. split; [|apply strictly_positive_definite_intro, HS].
  intros H n x Hx. destruct (H n x Hx) as [l [Hl HB]]. apply (definite_below n _ l Hl HB).
Qed.

(** ** Lemma 1 *)
(** E(x, y) is the mean of s(g(x)) s(g(y)) for g ~ K. *)
Definition relu_mean (K E : kernel) : Prop :=
  forall x y, let r := K x y / sqrt (K x x * K y y) in -1 <= r <= 1 -> gaussian_mean relu (sqrt (K x x)) (sqrt (K y y)) r (E x y).
Definition relu_kernel (K : kernel) : kernel :=
  fun x y => sqrt (K x x * K y y) * k1 (K x y / sqrt (K x x * K y y)) / 2.

Lemma relu_kernel_mean K : (forall x, 0 < K x x) -> relu_mean K (relu_kernel K).
Proof.
  intros HK x y r Hr. unfold relu_kernel. fold r. rewrite sqrt_mult by (left; apply HK).
  replace (sqrt (K x x) * sqrt (K y y) * k1 r / 2) with (sqrt (K x x) * sqrt (K y y) * (k1 r / 2)) by field.
  apply gaussian_mean_relu; [apply sqrt_lt_R0, HK|apply sqrt_lt_R0, HK|exact Hr].
Qed.

Theorem lemma_1 d K E : (forall x y, K x y = K y x) ->
  strictly_positive_definite d K -> relu_mean K E -> strictly_positive_definite d E.
Proof.
  intros HS HK HE n x Hx. destruct (HK n x Hx) as [l [Hl HB]]. assert (HD := definite_below n _ l Hl HB).
  assert (HY : symmetric_psd n (kernel_matrix K x)) by (split; [intros i j _ _; apply HS|apply definite_psd, HD]).
  assert (HN : nondegenerate n (kernel_matrix K x)) by (apply definite_nondegenerate; [exact (proj1 HY)|exact HD]).
  destruct (definite_below_positive n (relu_moment (kernel_matrix K x))) as [l1 [Hl1 HB1]].
  - apply (relu_symmetric_psd n _ HY HN).
  - apply (relu_definite n _ HY HN).
  - exists l1. split; [exact Hl1|]. intros v. rewrite (quad_ext n _ (relu_moment (kernel_matrix K x)) v v); [apply HB1| |reflexivity].
    intros i j Hi Hj. assert (Hr := correlations_entry n _ HN i j Hi Hj). assert (Pi := proj1 HN i Hi). assert (Pj := proj1 HN j Hj).
    unfold kernel_matrix in *. apply (gaussian_mean_unique relu (sqrt (K (x i) (x i))) (sqrt (K (x j) (x j))) (correlations (fun i j => K (x i) (x j)) i j)).
    + apply HE. unfold correlations in Hr. lra.
    + unfold relu_moment. rewrite sqrt_mult by lra.
      match goal with |- gaussian_mean _ ?a ?b ?r _ => replace (a * b * k1 r / 2) with (a * b * (k1 r / 2)) by field end.
      apply gaussian_mean_relu; [apply sqrt_lt_R0, Pi|apply sqrt_lt_R0, Pj|lra].
Qed.

(** ** A kernel of a network, from its matrix on two points *)
Definition two_points (x y : nat -> R) (i : nat) : nat -> R := match i with O => x | S _ => y end.
Definition on_points (N : matrix -> matrix) (d : nat) : kernel := fun x y => N (gram d (two_points x y)) 0%nat 1%nat.
Definition fcn_kernel (d L : nat) : kernel := on_points (fun G => fcn_ntk G L) d.
Definition resnet_kernel (d : nat) (alpha : R) (L : nat) : kernel := on_points (fun G => resnet_ntk G alpha L) d.

(** An entry of the matrix depends on the two points alone. *)
Definition entrywise (N : matrix -> matrix) : Prop :=
  forall G p i j, N (fun a b => G (p a) (p b)) i j = N G (p i) (p j).

Lemma on_points_matrix N d x i j : entrywise N -> kernel_matrix (on_points N d) x i j = N (gram d x) i j.
Proof.
  intros HN. unfold kernel_matrix, on_points. set (p := fun k : nat => match k with O => i | S _ => j end).
  change (N (gram d x) i j) with (N (gram d x) (p 0%nat) (p 1%nat)). rewrite <- HN.
  apply (f_equal (fun G : matrix => N G 0%nat 1%nat)).
  apply FunctionalExtensionality.functional_extensionality; intros a.
  apply FunctionalExtensionality.functional_extensionality; intros b. destruct a, b; reflexivity.
Qed.

Lemma fcn_S_entrywise l : entrywise (fun G => fcn_S G l).
Proof.
  unfold entrywise. induction l as [|l IH]; intros G p i j; [reflexivity|].
  cbn [fcn_S]. unfold mul, const, relu_moment, correlations, add. rewrite !(IH G p). reflexivity.
Qed.

Lemma fcn_R_entrywise L k : entrywise (fun G => fcn_R G L k).
Proof.
  unfold entrywise. induction k as [|k IH]; intros G p i j; [reflexivity|].
  cbn [fcn_R]. unfold mul, const, step_moment, correlations, fcn_Sigma, add, const. rewrite (IH G p), !(fcn_S_entrywise _ G p). reflexivity.
Qed.

Lemma fcn_entrywise L : entrywise (fun G => fcn_ntk G L).
Proof.
  intros G p i j. unfold fcn_ntk, add. rewrite (fcn_S_entrywise L G p). f_equal. apply sum_ext; intros k _.
  assert (HB : fcn_B (fun a b => G (p a) (p b)) L k i j = fcn_B G L k (p i) (p j)) by apply (fcn_R_entrywise L (S k)).
  unfold mul. rewrite HB, (fcn_S_entrywise _ G p). reflexivity.
Qed.

Lemma resnet_S_entrywise alpha l : entrywise (fun G => resnet_S G alpha l).
Proof.
  unfold entrywise. induction l as [|l IH]; intros G p i j; [reflexivity|].
  cbn [resnet_S]. unfold mul, const, relu_moment, correlations, add. rewrite !(IH G p). reflexivity.
Qed.

Lemma resnet_B_entrywise alpha L k : (forall G p i j, resnet_R (fun a b => G (p a) (p b)) alpha L k i j = resnet_R G alpha L k (p i) (p j)) ->
  entrywise (fun G => resnet_B G alpha L k).
Proof.
  intros HR G p i j. unfold resnet_B, mul, const, step_moment, correlations, resnet_Sigma. rewrite (HR G p), !(resnet_S_entrywise alpha _ G p). reflexivity.
Qed.

Lemma resnet_R_entrywise alpha L k : entrywise (fun G => resnet_R G alpha L k).
Proof.
  unfold entrywise. induction k as [|k IH]; intros G p i j; [reflexivity|].
  cbn [resnet_R]. unfold add at 1 2. rewrite (IH G p). f_equal. apply (resnet_B_entrywise alpha L k IH).
Qed.

Lemma resnet_entrywise alpha L : entrywise (fun G => resnet_ntk G alpha L).
Proof.
  intros G p i j. unfold resnet_ntk, add, mul. rewrite (resnet_S_entrywise alpha L G p), (resnet_R_entrywise alpha L L G p). f_equal. f_equal.
  apply sum_ext; intros k _. unfold resnet_block, add, mul, const, relu_moment, correlations, resnet_Sigma.
  rewrite (resnet_B_entrywise alpha L k (resnet_R_entrywise alpha L k) G p), (resnet_R_entrywise alpha L k G p), !(resnet_S_entrywise alpha _ G p). reflexivity.
Qed.

Lemma on_points_definite N d : entrywise N -> (forall n x, different n d x -> symmetric n (N (gram d x)) /\ definite n (N (gram d x))) ->
  strictly_positive_definite d (on_points N d).
Proof.
  intros HN H n x Hx. destruct (H n x Hx) as [HS HD]. destruct (definite_below_positive n _ HS HD) as [l [Hl HB]].
  exists l. split; [exact Hl|]. intros v. rewrite (quad_ext n _ (N (gram d x)) v v); [apply HB| |reflexivity].
  intros i j _ _. apply on_points_matrix, HN.
Qed.

(** Proposition 1: the NTK of (2.1), and that of (2.2) for alpha <> 0, are strictly positive definite. *)
Theorem proposition_1 (d L : nat) : (1 <= L)%nat ->
  strictly_positive_definite d (fcn_kernel d L) /\
  forall alpha, alpha <> 0 -> strictly_positive_definite d (resnet_kernel d alpha L).
Proof.
  intros HL. split; [|intros alpha Ha]; apply on_points_definite.
  - apply fcn_entrywise.
  - intros n x Hx. split; [apply fcn_ntk_symmetric_psd, Hx|apply proposition_2; assumption].
  - apply resnet_entrywise.
  - intros n x Hx. split; [apply resnet_ntk_symmetric_psd, Hx|apply proposition_3; assumption].
Qed.

(** ** Lemma 4: the kernel (B.8), with x~ = (x, 1) and x~ . y~ = x . y + 1 *)
Definition augmented (d : nat) : kernel := fun x y => dot d x y + 1.
Definition cosine (d : nat) : kernel := fun x y => augmented d x y / sqrt (augmented d x x * augmented d y y).
Definition sigma_2 (d : nat) : kernel :=
  fun x y => 2 * (sqrt (augmented d x x) * (k1 (cosine d x y) / 2) * sqrt (augmented d y y)).

Lemma augmented_pos d x : 0 < augmented d x x.
Proof.
  unfold augmented, dot. assert (0 <= sum d (fun l => x l * x l)); [|lra]. apply sum_nonneg; intros; apply Rle_0_sqr.
Qed.

Lemma augmented_matrix d x : kernel_matrix (augmented d) x = add (gram d x) (const 1).
Proof. reflexivity. Qed.

Lemma augmented_symmetric d x y : augmented d x y = augmented d y x.
Proof. unfold augmented, dot. f_equal. apply sum_ext; intros; ring. Qed.

Lemma augmented_symmetric_psd n d x : symmetric_psd n (kernel_matrix (augmented d) x).
Proof. rewrite augmented_matrix. apply symmetric_psd_add; [apply symmetric_psd_gram|apply symmetric_psd_const; lra]. Qed.

Theorem lemma_4 d : strictly_positive_definite d (sigma_2 d).
Proof.
  apply strictly_positive_definite_intro.
  - intros x y. unfold sigma_2, cosine. rewrite (augmented_symmetric d x y), (Rmult_comm (augmented d x x)). ring.
  - intros n x Hx v Hv. set (A := kernel_matrix (augmented d) x).
    rewrite (quad_ext n _ (fun i j => 2 * relu_moment A i j) v v); [| |reflexivity].
    + rewrite quad_const_mult. apply Rmult_lt_0_compat; [lra|].
      apply (relu_definite n A); [apply augmented_symmetric_psd|exact (input_nondegenerate n d x Hx)|exact Hv].
    + intros i j _ _. unfold A, kernel_matrix, sigma_2, cosine, relu_moment, correlations.
      rewrite (sqrt_mult (augmented d (x i) (x i))) by (left; apply augmented_pos). field.
Qed.

(** ** Lemmas 5 and 6: the kernels K_l of (3.10) on the hemisphere, that is, at the points phi(x) = x~ / |x~| *)
Fixpoint hemisphere_kernel (alpha : R) (d l : nat) : kernel :=
  match l with
  | O => cosine d
  | S l => fun x y => hemisphere_kernel alpha d l x y
             + alpha ^ 2 * (1 + alpha ^ 2) ^ l * k1 (hemisphere_kernel alpha d l x y / (1 + alpha ^ 2) ^ l)
  end.

Lemma hemisphere_symmetric alpha d l x y : hemisphere_kernel alpha d l x y = hemisphere_kernel alpha d l y x.
Proof.
  induction l as [|l IH]; cbn [hemisphere_kernel].
  - unfold cosine. rewrite augmented_symmetric, Rmult_comm. reflexivity.
  - rewrite IH. reflexivity.
Qed.

Lemma growth_pos alpha l : 0 < (1 + alpha ^ 2) ^ l.
Proof. apply pow_lt. assert (H := pow2_ge_0 alpha). lra. Qed.

Lemma k1_one : k1 1 = 1.
Proof.
  unfold k1. rewrite acos_1. replace (1 - 1 ^ 2) with 0 by ring. rewrite sqrt_0. assert (H := PI_RGT_0). field; lra.
Qed.

Lemma hemisphere_diagonal alpha d l x : hemisphere_kernel alpha d l x x = (1 + alpha ^ 2) ^ l.
Proof.
  induction l as [|l IH]; cbn [hemisphere_kernel].
  - unfold cosine. assert (H := augmented_pos d x). rewrite sqrt_square by lra. simpl. field; lra.
  - rewrite IH. assert (H := growth_pos alpha l).
    replace ((1 + alpha ^ 2) ^ l / (1 + alpha ^ 2) ^ l) with 1 by (field; lra). rewrite k1_one. simpl. ring.
Qed.

Lemma hemisphere_step alpha d l x i j :
  kernel_matrix (hemisphere_kernel alpha d (S l)) x i j
    = kernel_matrix (hemisphere_kernel alpha d l) x i j
      + 2 * alpha ^ 2 * relu_moment (kernel_matrix (hemisphere_kernel alpha d l) x) i j.
Proof.
  unfold kernel_matrix, relu_moment, correlations. cbn [hemisphere_kernel]. rewrite !hemisphere_diagonal.
  assert (H := growth_pos alpha l). rewrite sqrt_square by lra. field; lra.
Qed.

Lemma nondegenerate_ext n A B : (forall i j, A i j = B i j) -> nondegenerate n A -> nondegenerate n B.
Proof.
  intros E [HD HA]. split.
  - intros i Hi. rewrite <- E. apply HD, Hi.
  - intros i j Hi Hj Hij a b Hab. rewrite <- !E. apply HA; assumption.
Qed.

Lemma hemisphere_forward alpha d n x l : different n d x ->
  symmetric_psd n (kernel_matrix (hemisphere_kernel alpha d l) x) /\ nondegenerate n (kernel_matrix (hemisphere_kernel alpha d l) x).
Proof.
  intros Hx. induction l as [|l [IH1 IH2]].
  - assert (HN : nondegenerate n (kernel_matrix (augmented d) x)) by exact (input_nondegenerate n d x Hx).
    split; [apply (correlations_symmetric_psd n _ (augmented_symmetric_psd n d x) HN)|].
    destruct (correlations_range n _ HN) as [HD HO]. fold (kernel_matrix (cosine d) x) in *.
    change (correlations (kernel_matrix (augmented d) x)) with (kernel_matrix (cosine d) x) in HD, HO.
    split; [intros i Hi; cbn [hemisphere_kernel]; rewrite HD by exact Hi; lra|].
    intros i j Hi Hj Hij a b Hab. cbn [hemisphere_kernel]. rewrite !HD by assumption.
    specialize (HO i j Hi Hj Hij). set (r := kernel_matrix (cosine d) x i j) in *.
    assert (Ha := pow2_ge_0 (a + b)). assert (Hb := pow2_ge_0 (a - b)).
    assert (0 < a ^ 2 + b ^ 2).
    { assert (H1 := pow2_ge_0 a). assert (H2 := pow2_ge_0 b).
      destruct Hab as [H|H]; apply Rsqr_pos_lt in H; unfold Rsqr in H; nra. }
    replace (a ^ 2 * 1 + 2 * (a * b) * r + b ^ 2 * 1)
      with ((1 + r) / 2 * (a + b) ^ 2 + (1 - r) / 2 * (a - b) ^ 2) by field.
    assert ((a + b) ^ 2 + (a - b) ^ 2 = 2 * (a ^ 2 + b ^ 2)) by ring.
    destruct (Rle_lt_or_eq_dec _ _ Ha) as [H1|H1]; [nra|]. assert (0 < (a - b) ^ 2) by lra. nra.
  - set (A := kernel_matrix (hemisphere_kernel alpha d l) x) in *.
    assert (HR : symmetric_psd n (mul (const (2 * alpha ^ 2)) (relu_moment A))).
    { apply symmetric_psd_mul; [apply symmetric_psd_const; assert (H := pow2_ge_0 alpha); lra|apply relu_symmetric_psd; assumption]. }
    assert (HE : forall i j, add A (mul (const (2 * alpha ^ 2)) (relu_moment A)) i j = kernel_matrix (hemisphere_kernel alpha d (S l)) x i j).
    { intros i j. rewrite hemisphere_step. reflexivity. }
    split; [split|].
    + intros i j _ _. apply hemisphere_symmetric.
    + apply (psd_ext n (add A (mul (const (2 * alpha ^ 2)) (relu_moment A)))); [intros; apply HE|].
      apply symmetric_psd_add; assumption.
    + apply (nondegenerate_ext n _ _ HE). apply nondegenerate_add; assumption.
Qed.

(** Lemma 5, for every depth from 1 on; depth 1 is Lemma 6. At alpha = 0 both are false. *)
Theorem lemma_5 (alpha : R) (d l : nat) : (1 <= l)%nat -> alpha <> 0 -> strictly_positive_definite d (hemisphere_kernel alpha d l).
Proof.
  intros Hl Ha. apply strictly_positive_definite_intro; [apply hemisphere_symmetric|]. intros n x Hx v Hv.
  destruct l as [|l]; [lia|]. destruct (hemisphere_forward alpha d n x l Hx) as [HG HN].
  set (A := kernel_matrix (hemisphere_kernel alpha d l) x) in *.
  rewrite (quad_ext n _ (fun i j => A i j + 2 * alpha ^ 2 * relu_moment A i j) v v); [| |reflexivity].
  - rewrite quad_plus, quad_const_mult. assert (H1 := proj2 HG v). assert (H2 := relu_definite n A HG HN v Hv).
    assert (H3 := Rsqr_pos_lt _ Ha). unfold Rsqr in H3.
    assert (0 < 2 * alpha ^ 2 * quad n (relu_moment A) v) by (apply Rmult_lt_0_compat; [nra|exact H2]). lra.
  - intros i j _ _. apply hemisphere_step.
Qed.

Theorem lemma_6 (alpha : R) (d : nat) : alpha <> 0 -> strictly_positive_definite d (hemisphere_kernel alpha d 1).
Proof. apply lemma_5. lia. Qed.
