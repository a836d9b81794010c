(** Lemmas 1, 4, 5 and 6, Propositions 1 to 3: the NTK of (2.1) and, for alpha <> 0, of (2.2) is strictly positive
    definite (Definition 1), at every depth, on every number of different points of every dimension. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices power_series arccosine layer_kernels network_kernels.
Open Scope R_scope.

(** ** What keeps a kernel symmetric and positive semidefinite *)
Lemma symmetric_psd_add n A B : symmetric_psd n A -> symmetric_psd n B -> symmetric_psd n (add A B).
Proof.
  intros [SA PA] [SB PB]. split.
  - intros i j Hi Hj. unfold add. rewrite SA, SB by assumption. reflexivity.
  - intros x. unfold add. rewrite quad_plus. specialize (PA x). specialize (PB x). lra.
Qed.

Lemma symmetric_psd_mul n A B : symmetric_psd n A -> symmetric_psd n B -> symmetric_psd n (mul A B).
Proof.
  intros [SA PA] [SB PB]. split.
  - intros i j Hi Hj. unfold mul. rewrite SA, SB by assumption. reflexivity.
  - apply schur; assumption.
Qed.

Lemma symmetric_psd_const n r : 0 <= r -> symmetric_psd n (const r).
Proof.
  intros Hr. split; [intros i j _ _; reflexivity|]. intros x. unfold const.
  rewrite (quad_ext n _ (fun i j => r * 1) x x); [|intros; ring|reflexivity].
  rewrite (quad_const_mult n (fun _ _ => 1)). apply Rmult_le_pos; [exact Hr|apply psd_one].
Qed.

Lemma symmetric_psd_gram n d x : symmetric_psd n (gram d x).
Proof.
  split.
  - intros i j _ _. unfold gram, dot. apply sum_ext; intros; ring.
  - apply (psd_ext n (fun i j => 1 * gram d x i j)); [intros; ring|]. apply (schur_gram n d (fun _ _ => 1)), psd_one.
Qed.

Lemma nondegenerate_add n A B : nondegenerate n A -> symmetric_psd n B -> nondegenerate n (add A B).
Proof.
  intros [HD HA] HB. unfold add. split.
  - intros i Hi. assert (H := diagonal_nonneg n B i (proj2 HB) Hi). specialize (HD i Hi). lra.
  - intros i j Hi Hj Hij a b Hab. specialize (HA i j Hi Hj Hij a b Hab).
    assert (H := two_entries_nonneg n B i j a b HB Hi Hj Hij). lra.
Qed.

Lemma nondegenerate_swap n A B : nondegenerate n (add A B) -> nondegenerate n (add B A).
Proof.
  unfold add. intros [HD HA]. split.
  - intros i Hi. rewrite Rplus_comm. apply HD, Hi.
  - intros i j Hi Hj Hij a b Hab. rewrite (Rplus_comm (B i i)), (Rplus_comm (B i j)), (Rplus_comm (B j j)).
    apply HA; assumption.
Qed.

Lemma definite_add n A B : definite n A -> psd n B -> definite n (add A B).
Proof. intros HA HB x Hx. unfold add. rewrite quad_plus. specialize (HA x Hx). specialize (HB x). lra. Qed.

Lemma definite_add_r n A B : psd n A -> definite n B -> definite n (add A B).
Proof. intros HA HB x Hx. unfold add. rewrite quad_plus. specialize (HB x Hx). specialize (HA x). lra. Qed.

Lemma definite_scale n A r : 0 < r -> definite n A -> definite n (mul (const r) A).
Proof. intros Hr HA x Hx. unfold mul, const. rewrite quad_const_mult. apply Rmult_lt_0_compat; [exact Hr|apply HA, Hx]. Qed.

(** ** One layer *)
Section Layer.
Variable n : nat.
Variable A : matrix.
Hypothesis HA : symmetric_psd n A.
Hypothesis HN : nondegenerate n A.
Lemma scale_pos i : (i < n)%nat -> 0 < sqrt (A i i).
Proof. intros Hi. apply sqrt_lt_R0, HN, Hi. Qed.

Lemma sqrt_split i j : (i < n)%nat -> (j < n)%nat -> sqrt (A i i * A j j) = sqrt (A i i) * sqrt (A j j).
Proof. intros Hi Hj. apply sqrt_mult; left; apply HN; assumption. Qed.

Lemma scale_square i : (i < n)%nat -> sqrt (A i i) * sqrt (A i i) = A i i.
Proof. intros Hi. apply sqrt_sqrt. left. apply HN, Hi. Qed.

Lemma correlations_symmetric_psd : symmetric_psd n (correlations A).
Proof.
  split.
  - intros i j Hi Hj. unfold correlations. rewrite (proj1 HA i j), (Rmult_comm (A i i)) by assumption. reflexivity.
  - apply (psd_ext n (fun i j => A i j * (/ sqrt (A i i) * / sqrt (A j j)))).
    + intros i j Hi Hj. unfold correlations. rewrite sqrt_split by assumption.
      assert (H1 := scale_pos i Hi). assert (H2 := scale_pos j Hj). field. lra.
    + intros x. rewrite (quad_scale n A x (fun i => / sqrt (A i i))). apply HA.
Qed.

Lemma correlations_range : correlation n (correlations A).
Proof.
  split.
  - intros i Hi. unfold correlations. rewrite sqrt_split, scale_square by assumption. field. apply Rgt_not_eq, HN, Hi.
  - intros i j Hi Hj Hij. unfold correlations. rewrite sqrt_split by assumption.
    assert (H1 := scale_pos i Hi). assert (H2 := scale_pos j Hj).
    assert (S1 := scale_square i Hi). assert (S2 := scale_square j Hj).
    set (p := sqrt (A i i)) in *. set (q := sqrt (A j j)) in *.
    assert (Hp := proj2 HN i j Hi Hj Hij q p (or_introl (Rgt_not_eq _ _ H2))).
    assert (Hm := proj2 HN i j Hi Hj Hij q (- p) (or_introl (Rgt_not_eq _ _ H2))).
    rewrite <- S1, <- S2 in Hp, Hm. assert (Hpq : 0 < p * q) by nra.
    assert (E : A i j = A i j / (p * q) * (p * q)) by (field; lra).
    set (r := A i j / (p * q)) in *. rewrite E in Hp, Hm.
    split.
    + apply (Rmult_lt_reg_r ((p * q) * (p * q))); [nra|]. nra.
    + apply (Rmult_lt_reg_r ((p * q) * (p * q))); [nra|]. nra.
Qed.

Lemma correlations_entry i j : (i < n)%nat -> (j < n)%nat -> -1 < correlations A i j <= 1.
Proof.
  intros Hi Hj. destruct correlations_range as [HD HO].
  destruct (Nat.eq_dec i j) as [->|Hij]; [rewrite HD by assumption; lra|]. specialize (HO i j Hi Hj Hij). lra.
Qed.

(** Lemma 1, under the weaker hypothesis that no two samples are collinear. *)
Theorem relu_definite : definite n (relu_moment A).
Proof.
  destruct (gram_factor n (correlations A) (proj1 correlations_symmetric_psd) (proj2 correlations_symmetric_psd)) as [x Hx].
  assert (HR : correlation n (gram n x)).
  { destruct correlations_range as [HD HO]. split.
    - intros i Hi. rewrite <- Hx by assumption. apply HD, Hi.
    - intros i j Hi Hj Hij. rewrite <- Hx by assumption. apply HO; assumption. }
  assert (HK : definite n (fun i j => k1 (gram n x i j))).
  { apply (lemma_2 n n x k1 k1_coefficient k1_exponent HR); [|exact k1_unbounded]. split; [intros; left; apply k1_coefficient_pos|].
    intros i j Hi Hj. apply k1_series. rewrite <- Hx by assumption. apply correlations_entry; assumption. }
  intros v [i0 [Hi0 Hv0]].
  rewrite (quad_ext n _ (fun i j => / 2 * (k1 (gram n x i j) * (sqrt (A i i) * sqrt (A j j)))) v v); [| |reflexivity].
  - rewrite (quad_const_mult n (fun i j => k1 (gram n x i j) * (sqrt (A i i) * sqrt (A j j)))).
    rewrite (quad_scale n (fun i j => k1 (gram n x i j)) v (fun i => sqrt (A i i))).
    assert (0 < quad n (fun i j => k1 (gram n x i j)) (fun i => v i * sqrt (A i i))); [|lra].
    apply HK. exists i0. split; [exact Hi0|]. apply Rmult_integral_contrapositive_currified; [exact Hv0|].
    apply Rgt_not_eq, scale_pos, Hi0.
  - intros i j Hi Hj. unfold relu_moment. rewrite sqrt_split, Hx by assumption. field.
Qed.

Lemma relu_symmetric_psd : symmetric_psd n (relu_moment A).
Proof.
  split; [|apply definite_psd, relu_definite]. intros i j Hi Hj. unfold relu_moment.
  rewrite (proj1 correlations_symmetric_psd i j), (Rmult_comm (A i i)) by assumption. reflexivity.
Qed.

Lemma step_symmetric_psd : symmetric_psd n (step_moment A).
Proof.
  split.
  - intros i j Hi Hj. unfold step_moment. rewrite (proj1 correlations_symmetric_psd i j) by assumption. reflexivity.
  - destruct (gram_factor n (correlations A) (proj1 correlations_symmetric_psd) (proj2 correlations_symmetric_psd)) as [x Hx].
    apply (psd_ext n (fun i j => / 2 * k0 (gram n x i j))).
    + intros i j Hi Hj. unfold step_moment. rewrite Hx by assumption. field.
    + intros v. rewrite (quad_const_mult n (fun i j => k0 (gram n x i j))). apply Rmult_le_pos; [lra|].
      apply (series_psd n n x k0 k0_coefficient k0_exponent). split; [intros; left; apply k0_coefficient_pos|].
      intros i j Hi Hj. apply k0_series. rewrite <- Hx by assumption. apply correlations_entry; assumption.
Qed.

End Layer.

Lemma symmetric_psd_sum n L (A : nat -> matrix) : (forall k, (k < L)%nat -> symmetric_psd n (A k)) ->
  symmetric_psd n (fun i j => sum L (fun k => A k i j)).
Proof.
  intros H. split.
  - intros i j Hi Hj. apply sum_ext; intros k Hk. apply (H k Hk); assumption.
  - intros x. rewrite (quad_sum n L A). apply sum_nonneg; intros k Hk. apply (H k Hk).
Qed.

(** ** The input *)
Definition different (n d : nat) (x : nat -> nat -> R) : Prop :=
  forall i j, (i < n)%nat -> (j < n)%nat -> i <> j -> exists l, (l < d)%nat /\ x i l <> x j l.
Lemma input_nondegenerate n d x : different n d x -> nondegenerate n (add (gram d x) (const 1)).
Proof.
  intros Hx. unfold add, const, gram, dot. split.
  - intros i Hi. assert (0 <= sum d (fun l => x i l * x i l)); [|lra]. apply sum_nonneg; intros; nra.
  - intros i j Hi Hj Hij a b Hab.
    replace (a ^ 2 * (sum d (fun l => x i l * x i l) + 1) + 2 * (a * b) * (sum d (fun l => x i l * x j l) + 1)
             + b ^ 2 * (sum d (fun l => x j l * x j l) + 1))
      with (sum d (fun l => (a * x i l + b * x j l) ^ 2) + (a + b) ^ 2).
    + assert (H0 : 0 <= sum d (fun l => (a * x i l + b * x j l) ^ 2)) by (apply sum_nonneg; intros; apply pow2_ge_0).
      destruct (Req_dec (a + b) 0) as [Hz|Hz].
      * assert (Hb : b = - a) by lra. subst b. destruct (Hx i j Hi Hj Hij) as [l [Hl Hne]].
        assert (Ha : a <> 0) by (destruct Hab; lra).
        assert (0 < sum d (fun l => (a * x i l + - a * x j l) ^ 2)); [|nra].
        apply (sum_pos d _ l Hl); [|intros; apply pow2_ge_0].
        replace ((a * x i l + - a * x j l) ^ 2) with (Rsqr (a * (x i l - x j l))) by (unfold Rsqr; ring).
        apply Rsqr_pos_lt. apply Rmult_integral_contrapositive_currified; [exact Ha|lra].
      * assert (0 < (a + b) ^ 2); [|lra]. replace ((a + b) ^ 2) with (Rsqr (a + b)) by (unfold Rsqr; ring). apply Rsqr_pos_lt, Hz.
    + rewrite (sum_ext d (fun l => (a * x i l + b * x j l) ^ 2)
        (fun l => a ^ 2 * (x i l * x i l) + (2 * (a * b) * (x i l * x j l) + b ^ 2 * (x j l * x j l)))) by (intros; ring).
      rewrite !sum_plus, !sum_scal. ring.
Qed.

(** ** The network (2.1) *)

Section Fcn_definite.
Variables n d : nat.
Variable x : nat -> nat -> R.
Hypothesis Hx : different n d x.
Let G := gram d x.
Lemma fcn_forward l : symmetric_psd n (fcn_S G l) /\ nondegenerate n (fcn_Sigma G l).
Proof.
  induction l as [|l [IH1 IH2]].
  - split; [apply symmetric_psd_gram|apply nondegenerate_swap, input_nondegenerate, Hx].
  - assert (HS : symmetric_psd n (fcn_Sigma G l)) by (apply symmetric_psd_add; [apply symmetric_psd_const; lra|exact IH1]).
    assert (HR := relu_definite n _ HS IH2). assert (HG := relu_symmetric_psd n _ HS IH2).
    assert (H2 : symmetric_psd n (fcn_S G (S l))) by (apply symmetric_psd_mul; [apply symmetric_psd_const; lra|exact HG]).
    split; [exact H2|]. apply nondegenerate_swap, nondegenerate_add; [|apply symmetric_psd_const; lra].
    apply definite_nondegenerate; [apply H2|]. apply definite_scale; [lra|exact HR].
Qed.

Lemma fcn_Sigma_symmetric_psd l : symmetric_psd n (fcn_Sigma G l).
Proof. apply symmetric_psd_add; [apply symmetric_psd_const; lra|apply fcn_forward]. Qed.

Lemma fcn_backward L k : symmetric_psd n (fcn_R G L k).
Proof.
  induction k as [|k IH]; [apply symmetric_psd_const; lra|].
  apply symmetric_psd_mul; [apply symmetric_psd_mul; [apply symmetric_psd_const; lra|exact IH]|].
  apply step_symmetric_psd; [apply fcn_Sigma_symmetric_psd|apply fcn_forward].
Qed.

Lemma fcn_rest_symmetric_psd L : symmetric_psd n (fun i j => sum L (fun k =>
  add (mul (fcn_B G L k) (fcn_S G (L - S k))) (fcn_B G L k) i j)).
Proof.
  apply symmetric_psd_sum. intros k Hk. assert (HB : symmetric_psd n (fcn_B G L k)) by apply (fcn_backward L (S k)).
  apply symmetric_psd_add; [apply symmetric_psd_mul; [exact HB|apply fcn_forward]|exact HB].
Qed.

(** Proposition 2. *)
Theorem proposition_2 L : (1 <= L)%nat -> definite n (fcn_ntk G L).
Proof.
  intros HL. apply definite_add; [|apply fcn_rest_symmetric_psd].
  destruct L as [|l]; [lia|]. apply definite_scale; [lra|].
  apply (relu_definite n (fcn_Sigma G l)); [apply fcn_Sigma_symmetric_psd|apply fcn_forward].
Qed.

Lemma fcn_ntk_symmetric_psd L : symmetric_psd n (fcn_ntk G L).
Proof. apply symmetric_psd_add; [apply fcn_forward|apply fcn_rest_symmetric_psd]. Qed.

End Fcn_definite.

(** ** The network (2.2) *)

Section Resnet_definite.
Variables n d : nat.
Variable x : nat -> nat -> R.
Variable alpha : R.
Hypothesis Hx : different n d x.
Let G := gram d x.
Lemma twice_square_symmetric_psd : symmetric_psd n (mul (const 2) (const (alpha ^ 2))).
Proof. apply symmetric_psd_mul; apply symmetric_psd_const; [lra|apply pow2_ge_0]. Qed.

Lemma resnet_forward l : symmetric_psd n (resnet_S G alpha l) /\ nondegenerate n (resnet_S G alpha l).
Proof.
  induction l as [|l [IH1 IH2]].
  - split; [apply symmetric_psd_add; [apply symmetric_psd_const; lra|apply symmetric_psd_gram]|apply nondegenerate_swap, input_nondegenerate, Hx].
  - assert (H : symmetric_psd n (mul (mul (const 2) (const (alpha ^ 2))) (relu_moment (resnet_S G alpha l)))).
    { apply symmetric_psd_mul; [apply twice_square_symmetric_psd|apply relu_symmetric_psd; assumption]. }
    split; [apply symmetric_psd_add; assumption|apply nondegenerate_add; assumption].
Qed.

Lemma resnet_step_symmetric_psd r l : symmetric_psd n r -> symmetric_psd n (mul (mul (mul (const 2) r) (const (alpha ^ 2))) (step_moment (resnet_Sigma G alpha l))).
Proof.
  intros HR. apply symmetric_psd_mul; [|apply step_symmetric_psd; apply resnet_forward].
  apply symmetric_psd_mul; [apply symmetric_psd_mul; [apply symmetric_psd_const; lra|exact HR]|apply symmetric_psd_const, pow2_ge_0].
Qed.

Lemma resnet_backward L k : symmetric_psd n (resnet_R G alpha L k).
Proof.
  induction k as [|k IH]; [apply symmetric_psd_const; lra|]. apply symmetric_psd_add; [apply resnet_step_symmetric_psd, IH|exact IH].
Qed.

Lemma resnet_rest_symmetric_psd L :
  symmetric_psd n (add (fun i j => sum L (fun k => resnet_block G alpha L k i j)) (add (mul (resnet_R G alpha L L) G) (resnet_R G alpha L L))).
Proof.
  apply symmetric_psd_add; [|apply symmetric_psd_add; [apply symmetric_psd_mul; [apply resnet_backward|apply symmetric_psd_gram]|apply resnet_backward]].
  apply symmetric_psd_sum. intros k Hk. assert (HR := resnet_backward L k).
  assert (HB : symmetric_psd n (resnet_B G alpha L k)) by apply resnet_step_symmetric_psd, HR.
  apply symmetric_psd_add; apply symmetric_psd_add.
  - apply symmetric_psd_mul; [exact HB|apply resnet_forward].
  - exact HB.
  - apply symmetric_psd_mul; [|apply relu_symmetric_psd; apply resnet_forward].
    apply symmetric_psd_mul; [apply symmetric_psd_mul; [apply symmetric_psd_const; lra|exact HR]|apply symmetric_psd_const, pow2_ge_0].
  - apply symmetric_psd_mul; [exact HR|apply symmetric_psd_const, pow2_ge_0].
Qed.

(** Proposition 3; alpha = 0 must be excluded. *)
Theorem proposition_3 L : (1 <= L)%nat -> alpha <> 0 -> definite n (resnet_ntk G alpha L).
Proof.
  intros HL Ha. apply definite_add; [|apply resnet_rest_symmetric_psd].
  destruct L as [|l]; [lia|]. apply definite_add_r; [apply resnet_forward|].
  intros v Hv. unfold mul at 1 2, const.
  rewrite (quad_ext n _ (fun i j => 2 * alpha ^ 2 * relu_moment (resnet_S G alpha l) i j) v v); [|intros; reflexivity|reflexivity].
  rewrite quad_const_mult. apply Rmult_lt_0_compat; [assert (H := Rsqr_pos_lt _ Ha); unfold Rsqr in H; nra|].
  apply (relu_definite n (resnet_S G alpha l)); [apply resnet_forward|apply resnet_forward|exact Hv].
Qed.

Lemma resnet_ntk_symmetric_psd L : symmetric_psd n (resnet_ntk G alpha L).
Proof. apply symmetric_psd_add; [apply resnet_forward|apply resnet_rest_symmetric_psd]. Qed.

End Resnet_definite.
