(** The output bound off the diagonal: 1' K 1 >= 2 sqrt(2 / m) |sum_i f(x_i)| for the FCN off the kinks of its last layer, and
    c' K c >= (2 |alpha| / sqrt m) |sum_i c_i| |sum_i c_i f(x_i)| for the ResNet at every parameter value. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices output_bound parameter_sums gradient_flow fcn_network resnet_network.
Import ListNotations.
Open Scope R_scope.

(** c' K c is a sum of squares over the trained parameters. *)
Lemma quad_parameter_sum {A : Type} (l : list A) n (g : nat -> A -> R) c :
  quad n (fun i j => parameter_sum l (fun p => g i p * g j p)) c = parameter_sum l (fun p => sum n (fun i => c i * g i p) ^ 2).
Proof.
  induction l as [|p l IH]; cbn [parameter_sum].
  - unfold quad. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|]. intros i _. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|intros; ring].
  - rewrite quad_plus, IH. f_equal. unfold quad. rewrite sum_square. apply sum_ext; intros i _. apply sum_ext; intros; ring.
Qed.


Lemma empirical_sum {A : Type} eq_dec (part trained : list A) F theta n c : NoDup part -> incl part trained ->
  parameter_sum part (fun p => sum n (fun i => c i * partial eq_dec F theta i p) ^ 2) <= quad n (empirical eq_dec trained F theta) c.
Proof.
  intros HD HI. unfold empirical. rewrite (quad_parameter_sum trained n (fun i p => partial eq_dec F theta i p)).
  apply parameter_sum_incl; [exact HD|exact HI|intros; apply pow2_ge_0].
Qed.

(** ** The FCN *)
Section Fcn.
Variable m : nat -> nat.
Variable l : nat.
Let L := S l.
Hypothesis width : (0 < m L)%nat.
Variable n : nat.
Variable x : nat -> nat -> R.
Let F (theta : parameter -> R) (i : nat) : R := fcn m L theta (x i).

Lemma partial_bias_inactive theta i r : (r < m L)%nat -> preactivation m theta l (features m theta l (x i)) r < 0 ->
  partial parameter_eq F theta i (Bias l r) = 0.
Proof.
  intros Hr Hz. unfold partial. apply is_derive_unique.
  set (z := preactivation m theta l (features m theta l (x i)) r) in *.
  apply (is_derive_ext_loc (fun v => F theta i)); [|apply (is_derive_const (F theta i) (theta (Bias l r)))].
  exists (mkposreal (- z) ltac:(lra)). intros v Hv. unfold ball in Hv; simpl in Hv. unfold AbsRing_ball, abs, minus, plus, opp in Hv; simpl in Hv.
  apply Rabs_def2 in Hv. unfold F, L. rewrite (fcn_move_bias m l width x theta i r v Hr). fold z. unfold relu. rewrite !Rmax_left by lra.
  match goal with |- ?a = ?b => change (@eq R a b) end. ring.
Qed.

Variable trained : list parameter.
Hypothesis trains_output : forall c, (c < m L)%nat -> In (Weight L 0 c) trained.
Hypothesis trains_bias : forall r, (r < m L)%nat -> In (Bias l r) trained.

Theorem output_sum_fcn theta :
  (forall i r, (i < n)%nat -> (r < m L)%nat -> preactivation m theta l (features m theta l (x i)) r <> 0) ->
  2 * sqrt (2 / INR (m L)) * Rabs (sum n (fun i => F theta i)) <= quad n (empirical parameter_eq trained F theta) (fun _ => 1).
Proof.
  intros Hoff. set (q := sqrt (2 / INR (m L))). assert (Hq : 0 <= q) by apply sqrt_pos.
  set (z := fun i => preactivation m theta l (features m theta l (x i))).
  set (w := fun r => theta (Weight L 0 r)).
  set (a := fun r => sum n (fun i => q * relu (z i r))).
  assert (Ha : forall r, 0 <= a r).
  { intros r. apply sum_nonneg; intros. apply Rmult_le_pos; [exact Hq|apply Rmax_l]. }
  assert (HF : sum n (fun i => F theta i) = sum (m L) (fun r => w r * a r)).
  { unfold F, fcn. rewrite sum_swap. apply sum_ext; intros r _. rewrite sum_scal. f_equal. }
  assert (HB : forall r, (r < m L)%nat -> 2 * q * (Rabs (w r) * a r)
            <= sum n (fun i => 1 * partial parameter_eq F theta i (Weight L 0 r)) ^ 2 + sum n (fun i => 1 * partial parameter_eq F theta i (Bias l r)) ^ 2).
  { intros r Hr.
    assert (EW : sum n (fun i => 1 * partial parameter_eq F theta i (Weight L 0 r)) = a r).
    { apply sum_ext; intros i _. rewrite Rmult_1_l. apply (partial_output m l width x theta i r Hr). }
    set (N := sum n (fun i => if Rlt_dec 0 (z i r) then 1 else 0)).
    assert (EB : sum n (fun i => 1 * partial parameter_eq F theta i (Bias l r)) = q * w r * N).
    { unfold N. rewrite <- sum_scal. apply sum_ext; intros i Hi. rewrite Rmult_1_l. destruct (Rlt_dec 0 (z i r)) as [Hz|Hz].
      - rewrite Rmult_1_r. apply (partial_bias m l width x theta i r Hr Hz).
      - rewrite Rmult_0_r. apply partial_bias_inactive; [exact Hr|]. specialize (Hoff i r Hi Hr). fold (z i) in *. lra. }
    rewrite EW, EB. destruct (Rle_lt_or_eq_dec 0 (a r) (Ha r)) as [Hp|Hz].
    - assert (HN : 1 <= N).
      { assert (Hex : exists i, (i < n)%nat /\ 0 < z i r).
        { apply Classical_Prop.NNPP. intros Hno. assert (E : a r = 0); [|lra].
          unfold a. rewrite (sum_ext n _ (fun _ => 0)); [apply sum_zero|]. intros i Hi. unfold relu. rewrite Rmax_left; [ring|].
          apply Rnot_lt_le. intros Hlt. apply Hno. exists i. split; assumption. }
        destruct Hex as [i [Hi Hz]]. unfold N.
        assert (H := sum_term n (fun i => if Rlt_dec 0 (z i r) then 1 else 0) i Hi). cbv beta in H.
        destruct (Rlt_dec 0 (z i r)) as [_|Hn]; [|contradiction]. apply H. intros j _. destruct (Rlt_dec 0 (z j r)); lra. }
      assert (H := two_abs (a r) (q * w r * N)). rewrite Rabs_mult, !Rabs_mult, (Rabs_pos_eq q), (Rabs_pos_eq (a r)), (Rabs_pos_eq N) in H by lra.
      assert (0 <= a r * (q * Rabs (w r)) * (N - 1)).
      { apply Rmult_le_pos; [apply Rmult_le_pos; [lra|apply Rmult_le_pos; [exact Hq|apply Rabs_pos]]|lra]. }
      nra.
    - rewrite <- Hz. assert (H := pow2_ge_0 (q * w r * N)). lra. }
  eapply Rle_trans; [|apply (empirical_sum parameter_eq (last_groups m l) trained F theta n (fun _ => 1) (last_groups_once m l))].
  - unfold last_groups. rewrite parameter_sum_app, !parameter_sum_seq, <- sum_plus. rewrite HF.
    eapply Rle_trans; [|apply sum_le; exact HB]. rewrite sum_scal. apply Rmult_le_compat_l; [lra|].
    eapply Rle_trans; [apply sum_abs|]. right. apply sum_ext; intros r _. rewrite Rabs_mult, (Rabs_pos_eq (a r)) by apply Ha. reflexivity.
  - intros p Hp. unfold last_groups in Hp. apply in_app_or in Hp.
    destruct Hp as [Hp|Hp]; apply in_map_iff in Hp; destruct Hp as [r [<- Hr]]; apply in_seq in Hr; [apply trains_output|apply trains_bias]; unfold L; lia.
Qed.
End Fcn.

(** ** The ResNet *)
Theorem output_sum_resnet (d m l n : nat) (alpha : R) (x : nat -> nat -> R) (trained : list resnet_parameter) (c : nat -> R) theta :
  let F := fun (th : resnet_parameter -> R) (i : nat) => resnet d m alpha (S l) th (x i) in
  (0 < m)%nat -> (forall r, (r < m)%nat -> In (OutWeight r) trained) -> (forall r, (r < m)%nat -> In (BranchBias l r) trained) ->
  2 * Rabs alpha / sqrt (INR m) * (Rabs (sum n c) * Rabs (sum n (fun i => c i * F theta i)))
    <= quad n (empirical resnet_parameter_eq trained F theta) c.
Proof.
  intros F Hm HW Hb.
  set (a := fun r => sum n (fun i => c i * residual_features d m alpha theta (S l) (x i) r)).
  eapply Rle_trans; [|apply (empirical_sum resnet_parameter_eq (last_two m l) trained F theta n c (last_two_once m l))].
  - unfold last_two. rewrite parameter_sum_app, !parameter_sum_seq.
    assert (H := resnet_output m alpha (fun r => sum n c * theta (OutWeight r)) a Hm).
    assert (E : sum m (fun j => sum n c * theta (OutWeight j) * a j) = sum n c * sum n (fun i => c i * F theta i)).
    { unfold F, resnet. rewrite (sum_ext n (fun i => c i * sum m _) (fun i => sum m (fun j => c i * (theta (OutWeight j) * residual_features d m alpha theta (S l) (x i) j))))
        by (intros; rewrite sum_scal; reflexivity).
      rewrite (sum_swap n m), <- sum_scal. apply sum_ext; intros j _. unfold a.
      rewrite (sum_ext n (fun i => c i * (theta (OutWeight j) * residual_features d m alpha theta (S l) (x i) j))
        (fun i => theta (OutWeight j) * (c i * residual_features d m alpha theta (S l) (x i) j))) by (intros; ring).
      rewrite sum_scal. ring. }
    cbv beta in H. rewrite E, Rabs_mult in H.
    rewrite (sum_ext m (fun r => sum n (fun i => c i * partial resnet_parameter_eq F theta i (OutWeight r)) ^ 2) (fun r => a r ^ 2)).
    2:{ intros r Hr. f_equal. apply sum_ext; intros i _. f_equal. apply (partial_out d m alpha l x theta i r Hr). }
    rewrite (sum_ext m (fun r => sum n (fun i => c i * partial resnet_parameter_eq F theta i (BranchBias l r)) ^ 2)
      (fun r => (alpha * sqrt (1 / INR m) * (sum n c * theta (OutWeight r))) ^ 2)).
    2:{ intros r Hr. f_equal.
        rewrite (sum_ext n _ (fun i => c i * (alpha * sqrt (1 / INR m) * theta (OutWeight r)))).
        - rewrite sum_scal_r. ring.
        - intros i _. f_equal. apply (partial_branch d m alpha l Hm x theta i r Hr). }
    lra.
  - intros p Hp. unfold last_two in Hp. apply in_app_or in Hp.
    destruct Hp as [Hp|Hp]; apply in_map_iff in Hp; destruct Hp as [r [<- Hr]]; apply in_seq in Hr; [apply HW|apply Hb]; lia.
Qed.
