(** Theorem 2 for k classes from the definitions of the networks: (2.1) and (2.2) with k rows in W_(L+1), gradient
    flow of the summed cross-entropy, any n, depth, widths and different points. *)
From Coq Require Import Reals Lra Lia List FinFun.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices gap_constants dissipation envelope theorem_1 theorem_2 output_bound matrices power_series layer_kernels generated network_kernels definiteness parameter_sums gradient_flow fcn_network resnet_network multiclass.
Import ListNotations.
Open Scope R_scope.

(** ** The chain rule for the cross-entropy *)
Lemma limit_of_sum (E : (R -> Prop) -> Prop) {FE : Filter E} m (h : nat -> R -> R) (l : nat -> R) :
  (forall i, (i < m)%nat -> filterlim (h i) E (locally (l i))) ->
  filterlim (fun r => sum m (fun i => h i r)) E (locally (sum m l)).
Proof.
  induction m as [|m IH]; intros H; simpl; [apply filterlim_const|].
  apply (filterlim_comp_2 (F := E) (G := locally (sum m l)) (H := locally (l m)) _ _ (@plus R_AbelianGroup)).
  - apply IH. intros; apply H; lia.
  - apply H. lia.
  - apply (@filterlim_plus R_AbsRing R_NormedModule).
Qed.

Section Cross_entropy.
Variable k : nat.
Variable y : nat.
Hypothesis label_in : (y < k)%nat.

Lemma cross_entropy_split z : cross_entropy k z y = ln (sum k (fun c => exp (z c))) - z y.
Proof.
  unfold cross_entropy, softmax, Rdiv. assert (H := total_pos k z y label_in).
  rewrite ln_mult, ln_exp, ln_Rinv by (try apply exp_pos; try apply Rinv_0_lt_compat; exact H). ring.
Qed.

Lemma onehot_sum g : sum k (fun c => onehot y c * g c) = g y.
Proof.
  rewrite (sum_others k y _ label_in), (sum_ext k (others y _) (fun _ => 0)), sum_zero.
  - unfold onehot. destruct (Nat.eq_dec y y); [ring|contradiction].
  - intros c _. unfold others, onehot. destruct (Nat.eq_dec c y); ring.
Qed.

Theorem cross_entropy_derive (z : nat -> R -> R) (dz : nat -> R) t : (forall c, (c < k)%nat -> is_derive (z c) t (dz c)) ->
  is_derive (fun r => cross_entropy k (fun c => z c r) y) t (sum k (fun c => class_error k (fun c => z c t) y c * dz c)).
Proof.
  intros Hz. apply (is_derive_ext (fun r => ln (sum k (fun c => exp (z c r))) - z y r)); [intros; symmetry; apply cross_entropy_split|].
  assert (H := total_pos k (fun c => z c t) y label_in).
  evar_last.
  - apply (is_derive_minus (fun r => ln (sum k (fun c => exp (z c r)))) (z y)); [|apply Hz, label_in].
    apply (is_derive_comp ln (fun r => sum k (fun c => exp (z c r)))).
    + apply is_derive_Reals, derivable_pt_lim_ln, H.
    + apply (is_derive_sum k (fun c r => exp (z c r)) (fun c => dz c * exp (z c t))). intros c Hc.
      apply (is_derive_comp exp (z c)); [apply is_derive_Reals, derivable_pt_lim_exp|apply Hz, Hc].
  - unfold class_error. rewrite (sum_ext k (fun c => (softmax k (fun c => z c t) c - onehot y c) * dz c)
      (fun c => softmax k (fun c => z c t) c * dz c - onehot y c * dz c)) by (intros; ring).
    rewrite sum_minus, onehot_sum. unfold minus, plus, opp, scal; simpl; unfold mult; simpl.
    rewrite <- sum_scal_r. unfold Rminus. f_equal. apply sum_ext; intros c _. unfold softmax. field; lra.
Qed.

Lemma cross_entropy_limit (E : (R -> Prop) -> Prop) {FE : Filter E} (z : nat -> R -> R) (l : nat -> R) :
  (forall c, (c < k)%nat -> filterlim (z c) E (locally (l c))) ->
  filterlim (fun r => cross_entropy k (fun c => z c r) y) E (locally (cross_entropy k l y)).
Proof.
  intros Hz. rewrite cross_entropy_split.
  apply (filterlim_ext (fun r => plus (ln (sum k (fun c => exp (z c r)))) (opp (z y r)))); [intros; symmetry; apply cross_entropy_split|].
  assert (H := total_pos k l y label_in).
  apply (filterlim_comp_2 (F := E) (G := locally (ln (sum k (fun c => exp (l c))))) (H := locally (opp (l y))) _ _ (@plus R_AbelianGroup)).
  - apply (filterlim_comp _ _ _ (fun r => sum k (fun c => exp (z c r))) ln E (locally (sum k (fun c => exp (l c))))).
    + apply (limit_of_sum E k (fun c r => exp (z c r)) (fun c => exp (l c))). intros c Hc.
      apply (filterlim_comp _ _ _ (z c) exp E (locally (l c))); [apply Hz, Hc|].
      apply (ex_derive_continuous exp). auto_derive. exact I.
    + apply (ex_derive_continuous ln). auto_derive. exact H.
  - apply (filterlim_comp _ _ _ (z y) opp E (locally (l y))); [apply Hz, label_in|].
    apply (filterlim_opp (l y)).
  - apply (@filterlim_plus R_AbsRing R_NormedModule).
Qed.
End Cross_entropy.

(** ** Gradient flow with n * k outputs *)
Section Class_flow.
Context {A : Type}.
Variable eq_dec : forall p q : A, {p = q} + {p <> q}.
Variable trained : list A.
Variables n k : nat.
Variable F : (A -> R) -> nat -> R.
Hypothesis once : NoDup trained.
Hypothesis F_ext : forall theta theta' a, (forall p, theta p = theta' p) -> F theta a = F theta' a.
Variable y : nat -> nat.
Hypothesis y_in : labels n k y.
Variable theta : R -> A -> R.
Let f (a : nat) (t : R) : R := F (theta t) a.

(** d theta/dt = - grad L = - sum_a r_a grad F_a, where every output is differentiable in the parameters. *)
Definition class_flows_at (t : R) : Prop :=
  (forall p, In p trained ->
    is_derive (fun r => theta r p) t (- sum (n * k) (fun a => partial eq_dec F (theta t) a p * class_residual k y f t a))) /\
  (forall a, (a < n * k)%nat -> exists g, differentiable trained F (theta t) a g).

Definition class_gradient_flow : Prop :=
  (forall T, exists kinks : list R, forall t, 0 < t < T -> ~ In t kinks -> class_flows_at t) /\
  (forall a t, (a < n * k)%nat -> 0 < t -> continuous (f a) t) /\
  (forall a, (a < n * k)%nat -> filterlim (f a) (at_right 0) (locally (f a 0))) /\
  (forall t r p, ~ In p trained -> theta r p = theta t p).

(** (3.2) for k classes. *)
Theorem class_equation_3_2 t a : class_flows_at t -> (forall r p, ~ In p trained -> theta r p = theta t p) -> (a < n * k)%nat ->
  is_derive (f a) t (- sum (n * k) (fun b => empirical eq_dec trained F (theta t) a b * class_residual k y f t b)).
Proof.
  intros [Hflow Hsm] Hfix Ha. destruct (Hsm a Ha) as [g Hg].
  assert (H := chain_rule trained F F_ext theta a g t _ Hg Hflow (fun p r Hp => Hfix r p Hp)).
  evar_last; [exact H|].
  rewrite (parameter_sum_ext trained _ (fun p => sum (n * k) (fun b => partial eq_dec F (theta t) a p * partial eq_dec F (theta t) b p * - class_residual k y f t b))).
  - rewrite parameter_sum_sum, <- sum_opp. apply sum_ext; intros b Hb. unfold empirical.
    transitivity (- class_residual k y f t b * parameter_sum trained (fun p => partial eq_dec F (theta t) a p * partial eq_dec F (theta t) b p)); [|ring].
    rewrite <- parameter_sum_scal. apply parameter_sum_ext; intros; ring.
  - intros p Hp. rewrite (gradient eq_dec trained F once F_ext (theta t) a g p Hp Hg), <- sum_opp, <- sum_scal. apply sum_ext; intros; ring.
Qed.

(** dL/dt = - r' K_t r. *)
Theorem class_loss_falls t : class_flows_at t -> (forall r p, ~ In p trained -> theta r p = theta t p) ->
  is_derive (class_loss n k y f) t (- class_dissipation n k y f (fun r => empirical eq_dec trained F (theta r)) t).
Proof.
  intros Hflow Hfix. set (r := class_residual k y f t).
  set (df := fun a => - sum (n * k) (fun b => empirical eq_dec trained F (theta t) a b * r b)).
  evar_last.
  - apply (is_derive_sum n (fun i s => cross_entropy k (fun c => scores k f s i c) (y i))
             (fun i => sum k (fun c => class_error k (fun c => scores k f t i c) (y i) c * df (i * k + c)%nat))).
    intros i Hi. apply (cross_entropy_derive k (y i) (y_in i Hi) (fun c s => f (i * k + c)%nat s)). intros c Hc.
    apply class_equation_3_2; [exact Hflow|exact Hfix|]. nia.
  - rewrite (sum_ext n _ (fun i => sum k (fun c => r (i * k + c)%nat * df (i * k + c)%nat))).
    + rewrite <- (sum_blocks n k (fun a => r a * df a)). unfold class_dissipation, quad. rewrite <- sum_opp. apply sum_ext; intros a _.
      unfold df. fold r. rewrite <- sum_opp, <- sum_scal, <- sum_opp. apply sum_ext; intros; ring.
    + intros i _. apply sum_ext; intros c Hc. unfold r. rewrite class_residual_entry by exact Hc. reflexivity.
Qed.

Lemma class_loss_limit (E : (R -> Prop) -> Prop) {FE : Filter E} t :
  (forall a, (a < n * k)%nat -> filterlim (f a) E (locally (f a t))) ->
  filterlim (class_loss n k y f) E (locally (class_loss n k y f t)).
Proof.
  intros H. apply (limit_of_sum E n (fun i s => cross_entropy k (scores k f s i) (y i))). intros i Hi.
  apply (cross_entropy_limit k (y i) (y_in i Hi) E (fun c s => scores k f s i c)). intros c Hc. apply H. nia.
Qed.

Theorem class_flow_trains : class_gradient_flow ->
  class_trains class_flows_at n k y f (fun t => empirical eq_dec trained F (theta t)).
Proof.
  intros [Hflow [Hcont [Hstart Hfix]]]. split; [exact y_in|]. apply dissipates_piecewise.
  - intros t Ht. apply (class_loss_limit (locally t)). intros a Ha. apply Hcont; assumption.
  - apply (class_loss_limit (at_right 0)). exact Hstart.
  - exact Hflow.
  - intros t Ht HQ. eexists. split; [apply class_loss_falls; [exact HQ|intros r p; apply Hfix]|]. lra.
Qed.

Lemma class_flows_unbounded : class_gradient_flow -> unbounded class_flows_at.
Proof.
  intros [Hflow _] T. set (a := Rmax 0 T). assert (A0 := Rmax_l 0 T). assert (A1 := Rmax_r 0 T). fold a in A0, A1.
  destruct (Hflow (a + 1)) as [kinks Hk]. destruct (avoid kinks a (a + 1) ltac:(lra)) as [t [Ht Hn]].
  exists t. split; [lra|]. apply Hk; [lra|exact Hn].
Qed.
End Class_flow.

(** ** One row of W_(L+1) is a network with one output: [embed] sends its parameters to those of the whole. *)
Section Row.
Context {A B : Type}.
Variable eqA : forall p q : A, {p = q} + {p <> q}.
Variable eqB : forall p q : B, {p = q} + {p <> q}.
Variable F : (A -> R) -> nat -> R.
Hypothesis F_ext : forall theta theta' i, (forall p, theta p = theta' p) -> F theta i = F theta' i.
Variable embed : A -> B.
Hypothesis injective : forall p q, embed p = embed q -> p = q.
Variable H : (B -> R) -> nat -> R.
Variables a i : nat.
Hypothesis row : forall theta, H theta a = F (fun p => theta (embed p)) i.

Lemma row_partial theta p : partial eqB H theta a (embed p) = partial eqA F (fun p => theta (embed p)) i p.
Proof.
  unfold partial. apply Derive_ext. intros v. rewrite row. apply F_ext. intros q. unfold update.
  destruct (eqB (embed q) (embed p)) as [E|E], (eqA q p) as [E'|E']; try reflexivity.
  - apply injective in E. contradiction.
  - subst. contradiction.
Qed.

Lemma row_kernel (part : list A) (trained : list B) theta : NoDup part -> (forall p, In p part -> In (embed p) trained) ->
  empirical eqA part F (fun p => theta (embed p)) i i <= empirical eqB trained H theta a a.
Proof.
  intros HD HI. unfold empirical.
  replace (parameter_sum part _) with (parameter_sum (map embed part) (fun q => partial eqB H theta a q * partial eqB H theta a q)).
  - apply parameter_sum_incl; [apply Injective_map_NoDup; [exact injective|exact HD]| |intros; apply Rle_0_sqr].
    intros q Hq. apply in_map_iff in Hq. destruct Hq as [p [<- Hp]]. apply HI, Hp.
  - clear HD HI. induction part as [|p part IH]; [reflexivity|]. simpl. rewrite IH, row_partial. reflexivity.
Qed.
End Row.

(** ** The FCN (2.1) with k outputs *)
Definition fcn_classes (m : nat -> nat) (L : nat) (theta : parameter -> R) (x : nat -> R) (c : nat) : R :=
  sum (m L) (fun j => theta (Weight L c j) * features m theta L x j).
Definition fcn_row (L c : nat) (p : parameter) : parameter :=
  match p with Weight l r j => if Nat.eq_dec l L then Weight l (r + c) j else Weight l r j | Bias l r => Bias l r end.

Lemma fcn_row_injective L c p q : fcn_row L c p = fcn_row L c q -> p = q.
Proof.
  destruct p as [l r j|l r], q as [l' r' j'|l' r']; simpl; repeat match goal with |- context [Nat.eq_dec ?u ?v] => destruct (Nat.eq_dec u v) end;
    intros E; inversion E; subst; try contradiction; try reflexivity. f_equal. lia.
Qed.

Lemma fcn_row_output m L theta x c : fcn_classes m L theta x c = fcn m L (fun p => theta (fcn_row L c p)) x.
Proof.
  unfold fcn_classes, fcn. apply sum_ext; intros j _. simpl. destruct (Nat.eq_dec L L); [|contradiction]. f_equal.
  apply features_ext. intros p Hp. destruct p as [l r i|l r]; simpl in *; [|reflexivity].
  destruct (Nat.eq_dec l L); [lia|reflexivity].
Qed.

Lemma fcn_classes_ext m L theta theta' x c : (forall p, theta p = theta' p) -> fcn_classes m L theta x c = fcn_classes m L theta' x c.
Proof. intros H. apply sum_ext; intros j _. rewrite H. f_equal. apply features_ext. intros; apply H. Qed.

(** The output bound for each output. *)
Theorem kernel_controls_class_output (m : nat -> nat) (l k : nat) (x : nat -> nat -> R) (trained : list parameter) theta a :
  let L := S l in
  let F := fun (th : parameter -> R) (a : nat) => fcn_classes m L th (x (a / k)%nat) (a mod k)%nat in
  (0 < m L)%nat -> (0 < k)%nat ->
  (forall c j, (c < k)%nat -> (j < m L)%nat -> In (Weight L c j) trained) -> (forall r, (r < m L)%nat -> In (Bias l r) trained) ->
  2 * sqrt (2 / INR (m L)) * Rabs (F theta a) <= empirical parameter_eq trained F theta a a.
Proof.
  intros L F Hm Hk HW Hb. set (c := (a mod k)%nat). assert (Hc : (c < k)%nat) by (apply Nat.mod_upper_bound; lia).
  assert (Hrow : forall th, F th a = (fun th i => fcn m L th (x i)) (fun p => th (fcn_row L c p)) (a / k)%nat)
    by (intros th; apply fcn_row_output).
  rewrite Hrow. cbv beta.
  eapply Rle_trans; [|apply (row_kernel parameter_eq parameter_eq (fun th i => fcn m L th (x i))
    (fun th th' i E => fcn_ext m L th th' (x i) E) (fcn_row L c) (fcn_row_injective L c) F a (a / k)%nat Hrow (last_groups m l) trained theta)].
  - apply (kernel_controls_output m l Hm x (last_groups m l)).
    + intros j Hj. apply in_or_app. left. apply in_map, in_seq. lia.
    + intros r Hr. apply in_or_app. right. apply in_map, in_seq. lia.
  - apply last_groups_once.
  - intros p Hp. apply in_app_or in Hp. destruct Hp as [Hp|Hp]; apply in_map_iff in Hp; destruct Hp as [j [<- Hj]]; apply in_seq in Hj; unfold fcn_row.
    + change (S l) with L in Hj |- *. destruct (Nat.eq_dec L L); [|contradiction]. apply HW; [exact Hc|lia].
    + apply Hb. change (S l) with L in Hj. lia.
Qed.

(** Theorem 1, FCN, k classes. *)
Theorem theorem_1_fcn_classes (n L k : nat) (m : nat -> nat) (x : nat -> nat -> R) (y : nat -> nat)
    (trained : list parameter) (theta : R -> parameter -> R) (C : R) :
  let F := fun (th : parameter -> R) (a : nat) => fcn_classes m L th (x (a / k)%nat) (a mod k)%nat in
  let Kt := fun t => empirical parameter_eq trained F (theta t) in
  let times := class_flows_at parameter_eq trained n k F y theta in
  (2 <= k)%nat -> labels n k y -> NoDup trained -> class_gradient_flow parameter_eq trained n k F y theta ->
  0 < C -> (forall t, 0 <= t -> times t -> below (n * k) (Kt t) C) ->
  forall i c, (i < n)%nat -> (c < k)%nat -> c <> y i ->
    is_lim (fun t => fcn_classes m L (theta t) (x i) (y i) - fcn_classes m L (theta t) (x i) c) p_infty p_infty.
Proof.
  intros F Kt times Hk Hy HD Hflow HC HK i c Hi Hc Hne.
  assert (HT : class_trains times n k y (fun a t => F (theta t) a) Kt).
  { apply class_flow_trains; try assumption. intros th th' a E. apply fcn_classes_ext, E. }
  assert (H := theorem_1_classes times n k y _ Kt C Hk HT HC HK i c Hi Hc Hne). cbv beta in H. unfold F in H.
  destruct (block_index i k (y i) (Hy i Hi)) as [E1 E2], (block_index i k c Hc) as [E3 E4]. rewrite E1, E2, E3, E4 in H. exact H.
Qed.

(** Theorem 2, FCN, k classes: lambda_0 is the least eigenvalue of the scalar kernel K, the limit of the block kernel being K (x) 1. *)
Theorem theorem_2_fcn_classes (n d l k : nat) (m : nat -> nat) (x : nat -> nat -> R) (y : nat -> nat)
    (trained : list parameter) (theta : R -> parameter -> R) :
  let L := S l in
  let F := fun (th : parameter -> R) (a : nat) => fcn_classes m L th (x (a / k)%nat) (a mod k)%nat in
  let K := fcn_ntk (gram d x) L in
  let Kt := fun t => empirical parameter_eq trained F (theta t) in
  let times := class_flows_at parameter_eq trained n k F y theta in
  (0 < n)%nat -> (2 <= k)%nat -> labels n k y -> different n d x -> (0 < m L)%nat -> NoDup trained ->
  (forall c j, (c < k)%nat -> (j < m L)%nat -> In (Weight L c j) trained) -> (forall r, (r < m L)%nat -> In (Bias l r) trained) ->
  class_gradient_flow parameter_eq trained n k F y theta ->
  (exists l0, 0 < l0 /\ below n K l0) /\
  forall l0 g T, 0 <= l0 -> below n K l0 -> g < l0 * INR k / (4 * (INR k - 1) * INR n) -> 0 <= T ->
    ~ (forall t, T <= t -> times t -> within (n * k) (kron k K) (Kt t) g).
Proof.
  intros L F K Kt times Hn Hk Hy Hx Hm HD HW Hb Hflow.
  assert (HT : class_trains times n k y (fun a t => F (theta t) a) Kt).
  { apply class_flow_trains; try assumption. intros th th' a E. apply fcn_classes_ext, E. }
  assert (HU : unbounded times) by (apply class_flows_unbounded; exact Hflow).
  assert (Hp : 0 < 2 * sqrt (2 / INR (m L))).
  { apply Rmult_lt_0_compat; [lra|]. apply sqrt_lt_R0, Rdiv_lt_0_compat; [lra|apply lt_0_INR, Hm]. }
  split.
  - apply definite_below_positive; [apply fcn_ntk_symmetric_psd, Hx|apply (proposition_2 n d x Hx L); unfold L; lia].
  - intros l0 g T Hl HB Hg H0.
    apply (theorem_2_classes times n k y (fun a t => F (theta t) a) (kron k K) Kt l0 g (2 * sqrt (2 / INR (m L))) T Hn Hk HT Hl
      (below_kron n k K l0 HB) Hg Hp); [|exact HU|exact H0].
    intros t a _ _ _. apply (kernel_controls_class_output m l k x trained (theta t) a Hm ltac:(lia) HW Hb).
Qed.

(** ** The residual network (2.2) with k outputs: row c of W_(L+1), everything else shared *)
Inductive class_parameter := Shared (p : resnet_parameter) | Row (c j : nat).
Definition class_parameter_eq (p q : class_parameter) : {p = q} + {p <> q}.
Proof. decide equality; try apply Nat.eq_dec. apply resnet_parameter_eq. Defined.
Definition resnet_row (c : nat) (p : resnet_parameter) : class_parameter := match p with OutWeight j => Row c j | _ => Shared p end.
Definition resnet_classes (d m : nat) (alpha : R) (L : nat) (theta : class_parameter -> R) (x : nat -> R) (c : nat) : R :=
  sum m (fun j => theta (Row c j) * residual_features d m alpha (fun p => theta (Shared p)) L x j).

Lemma resnet_row_injective c p q : resnet_row c p = resnet_row c q -> p = q.
Proof. destruct p, q; simpl; intros E; inversion E; reflexivity. Qed.

Lemma resnet_row_output d m alpha L theta x c :
  resnet_classes d m alpha L theta x c = resnet d m alpha L (fun p => theta (resnet_row c p)) x.
Proof.
  apply sum_ext; intros j _. simpl. f_equal. apply residual_features_ext. intros p Hp. destruct p; simpl in *; reflexivity || contradiction.
Qed.

Lemma resnet_classes_ext d m alpha L theta theta' x c : (forall p, theta p = theta' p) ->
  resnet_classes d m alpha L theta x c = resnet_classes d m alpha L theta' x c.
Proof. intros E. apply sum_ext; intros j _. rewrite E. f_equal. apply residual_features_ext. intros; apply E. Qed.

Theorem kernel_controls_resnet_class_output (d m l k : nat) (alpha : R) (x : nat -> nat -> R) (trained : list class_parameter) theta a :
  let F := fun (th : class_parameter -> R) (a : nat) => resnet_classes d m alpha (S l) th (x (a / k)%nat) (a mod k)%nat in
  (0 < m)%nat -> (0 < k)%nat ->
  (forall c j, (c < k)%nat -> (j < m)%nat -> In (Row c j) trained) -> (forall r, (r < m)%nat -> In (Shared (BranchBias l r)) trained) ->
  2 * Rabs alpha / sqrt (INR m) * Rabs (F theta a) <= empirical class_parameter_eq trained F theta a a.
Proof.
  intros F Hm Hk HW Hb. set (c := (a mod k)%nat). assert (Hc : (c < k)%nat) by (apply Nat.mod_upper_bound; lia).
  assert (Hrow : forall th, F th a = (fun th i => resnet d m alpha (S l) th (x i)) (fun p => th (resnet_row c p)) (a / k)%nat)
    by (intros th; apply resnet_row_output).
  rewrite Hrow. cbv beta.
  eapply Rle_trans; [|apply (row_kernel resnet_parameter_eq class_parameter_eq (fun th i => resnet d m alpha (S l) th (x i))
    (fun th th' i E => resnet_ext d m alpha (S l) th th' (x i) E) (resnet_row c) (resnet_row_injective c) F a (a / k)%nat Hrow (last_two m l) trained theta)].
  - apply (kernel_controls_resnet_output d m alpha l Hm x (last_two m l)).
    + intros j Hj. apply in_or_app. left. apply in_map, in_seq. lia.
    + intros r Hr. apply in_or_app. right. apply in_map, in_seq. lia.
  - apply last_two_once.
  - intros p Hp. apply in_app_or in Hp. destruct Hp as [Hp|Hp]; apply in_map_iff in Hp; destruct Hp as [j [<- Hj]]; apply in_seq in Hj; simpl;
      [apply HW; [exact Hc|lia]|apply Hb; lia].
Qed.

Theorem theorem_1_resnet_classes (n d L k m : nat) (alpha : R) (x : nat -> nat -> R) (y : nat -> nat)
    (trained : list class_parameter) (theta : R -> class_parameter -> R) (C : R) :
  let F := fun (th : class_parameter -> R) (a : nat) => resnet_classes d m alpha L th (x (a / k)%nat) (a mod k)%nat in
  let Kt := fun t => empirical class_parameter_eq trained F (theta t) in
  let times := class_flows_at class_parameter_eq trained n k F y theta in
  (2 <= k)%nat -> labels n k y -> NoDup trained -> class_gradient_flow class_parameter_eq trained n k F y theta ->
  0 < C -> (forall t, 0 <= t -> times t -> below (n * k) (Kt t) C) ->
  forall i c, (i < n)%nat -> (c < k)%nat -> c <> y i ->
    is_lim (fun t => resnet_classes d m alpha L (theta t) (x i) (y i) - resnet_classes d m alpha L (theta t) (x i) c) p_infty p_infty.
Proof.
  intros F Kt times Hk Hy HD Hflow HC HK i c Hi Hc Hne.
  assert (HT : class_trains times n k y (fun a t => F (theta t) a) Kt).
  { apply class_flow_trains; try assumption. intros th th' a E. apply resnet_classes_ext, E. }
  assert (H := theorem_1_classes times n k y _ Kt C Hk HT HC HK i c Hi Hc Hne). cbv beta in H. unfold F in H.
  destruct (block_index i k (y i) (Hy i Hi)) as [E1 E2], (block_index i k c Hc) as [E3 E4]. rewrite E1, E2, E3, E4 in H. exact H.
Qed.

Theorem theorem_2_resnet_classes (n d l k m : nat) (alpha : R) (x : nat -> nat -> R) (y : nat -> nat)
    (trained : list class_parameter) (theta : R -> class_parameter -> R) :
  let L := S l in
  let F := fun (th : class_parameter -> R) (a : nat) => resnet_classes d m alpha L th (x (a / k)%nat) (a mod k)%nat in
  let K := resnet_ntk (gram d x) alpha L in
  let Kt := fun t => empirical class_parameter_eq trained F (theta t) in
  let times := class_flows_at class_parameter_eq trained n k F y theta in
  (0 < n)%nat -> (2 <= k)%nat -> labels n k y -> different n d x -> (0 < m)%nat -> alpha <> 0 -> NoDup trained ->
  (forall c j, (c < k)%nat -> (j < m)%nat -> In (Row c j) trained) -> (forall r, (r < m)%nat -> In (Shared (BranchBias l r)) trained) ->
  class_gradient_flow class_parameter_eq trained n k F y theta ->
  (exists l0, 0 < l0 /\ below n K l0) /\
  forall l0 g T, 0 <= l0 -> below n K l0 -> g < l0 * INR k / (4 * (INR k - 1) * INR n) -> 0 <= T ->
    ~ (forall t, T <= t -> times t -> within (n * k) (kron k K) (Kt t) g).
Proof.
  intros L F K Kt times Hn Hk Hy Hx Hm Ha HD HW Hb Hflow.
  assert (HT : class_trains times n k y (fun a t => F (theta t) a) Kt).
  { apply class_flow_trains; try assumption. intros th th' a E. apply resnet_classes_ext, E. }
  assert (HU : unbounded times) by (apply class_flows_unbounded; exact Hflow).
  assert (Hp : 0 < 2 * Rabs alpha / sqrt (INR m)).
  { apply Rdiv_lt_0_compat; [assert (H := Rabs_pos_lt _ Ha); lra|apply sqrt_lt_R0, lt_0_INR, Hm]. }
  split.
  - apply definite_below_positive; [apply resnet_ntk_symmetric_psd, Hx|apply (proposition_3 n d x alpha Hx L); [unfold L; lia|exact Ha]].
  - intros l0 g T Hl HB Hg H0.
    apply (theorem_2_classes times n k y (fun a t => F (theta t) a) (kron k K) Kt l0 g (2 * Rabs alpha / sqrt (INR m)) T Hn Hk HT Hl
      (below_kron n k K l0 HB) Hg Hp); [|exact HU|exact H0].
    intros t a _ _ _. apply (kernel_controls_resnet_class_output d m l k alpha x trained (theta t) a Hm ltac:(lia) HW Hb).
Qed.

