(** Gradient flow (2.7) of any network: (3.1), (3.2) and (C.22), and that it dissipates. *)
From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices dissipation parameter_sums.
Open Scope R_scope.

Section Gradient_flow.
Context {A : Type}.
Variable eq_dec : forall p q : A, {p = q} + {p <> q}.
(** The trained parameters, and the outputs on the n samples as functions of all parameters. *)
Variable trained : list A.
Variable n : nat.
Variable F : (A -> R) -> nat -> R.
Hypothesis once : NoDup trained.
Definition update (theta : A -> R) (p : A) (v : R) (q : A) : R := if eq_dec q p then v else theta q.
Definition partial (theta : A -> R) (i : nat) (p : A) : R := Derive (fun v => F (update theta p v) i) (theta p).
(** (3.1) *)
Definition empirical (theta : A -> R) (i j : nat) : R := parameter_sum trained (fun p => partial theta i p * partial theta j p).
(** F(., i) is differentiable in the trained parameters at theta, with gradient g. *)
Definition differentiable (theta : A -> R) (i : nat) (g : A -> R) : Prop :=
  forall e, 0 < e -> exists d, 0 < d /\ forall h, (forall p, ~ In p trained -> h p = 0) ->
    (forall p, In p trained -> Rabs (h p) < d) ->
    Rabs (F (fun p => theta p + h p) i - F theta i - parameter_sum trained (fun p => g p * h p)) <= e * parameter_sum trained (fun p => Rabs (h p)).
Hypothesis F_ext : forall theta theta' i, (forall p, theta p = theta' p) -> F theta i = F theta' i.
Lemma chain_rule theta i g t v : differentiable (theta t) i g ->
  (forall p, In p trained -> is_derive (fun r => theta r p) t (v p)) ->
  (forall p r, ~ In p trained -> theta r p = theta t p) ->
  is_derive (fun r => F (theta r) i) t (parameter_sum trained (fun p => g p * v p)).
Proof.
  intros HF Hv Hfix. apply is_derive_Reals. intros e He.
  set (B := parameter_sum trained (fun p => Rabs (v p)) + INR (length trained)).
  set (Gm := parameter_sum trained (fun p => Rabs (g p))).
  assert (HB : 0 <= B).
  { apply Rplus_le_le_0_compat; [apply parameter_sum_nonneg; intros; apply Rabs_pos|apply pos_INR]. }
  assert (HG : 0 <= Gm) by (apply parameter_sum_nonneg; intros; apply Rabs_pos).
  set (e1 := e / (2 * (B + 1))). assert (He1 : 0 < e1) by (apply Rdiv_lt_0_compat; lra).
  set (e2 := Rmin 1 (e / (4 * (Gm + 1)))).
  assert (He2 : 0 < e2) by (apply Rmin_glb_lt; [lra|apply Rdiv_lt_0_compat; lra]).
  destruct (HF e1 He1) as [d [Hd HFd]].
  (* one radius for all trained parameters *)
  destruct (common_radius trained theta t v d e2 He2 Hd Hv) as [r [Hr H]].
  exists (mkposreal r Hr). intros h Hh0 Hh. simpl in Hh.
  set (delta := fun p => theta (t + h) p - theta t p).
  assert (Hf := HFd delta).
  assert (Hf' : Rabs (F (theta (t + h)) i - F (theta t) i - parameter_sum trained (fun p => g p * delta p))
            <= e1 * parameter_sum trained (fun p => Rabs (delta p))).
  { rewrite (F_ext (theta (t + h)) (fun p => theta t p + delta p)) by (intros; unfold delta; ring).
    apply Hf; [intros p Hp; unfold delta; rewrite (Hfix p (t + h) Hp); ring|].
    intros p Hp. apply (H p Hp h Hh0 Hh). }
  assert (Hah : 0 < Rabs h) by (apply Rabs_pos_lt, Hh0).
  assert (Hdl : parameter_sum trained (fun p => Rabs (delta p)) <= B * Rabs h).
  { apply (path_length trained theta t v e2); [apply Rmin_l|exact Hah|]. intros p Hp. apply (H p Hp h Hh0 Hh). }
  assert (Hgl : Rabs (parameter_sum trained (fun p => g p * delta p) - h * parameter_sum trained (fun p => g p * v p)) <= e2 * Gm * Rabs h).
  { apply (path_slope trained theta t v g e2); [exact Hah|]. intros p Hp. apply (H p Hp h Hh0 Hh). }
  apply (Rmult_lt_reg_r (Rabs h)); [exact Hah|]. rewrite <- Rabs_mult.
  replace (((F (theta (t + h)) i - F (theta t) i) / h - parameter_sum trained (fun p => g p * v p)) * h)
    with ((F (theta (t + h)) i - F (theta t) i - parameter_sum trained (fun p => g p * delta p))
          + (parameter_sum trained (fun p => g p * delta p) - h * parameter_sum trained (fun p => g p * v p))) by (field; exact Hh0).
  eapply Rle_lt_trans; [apply Rabs_triang|].
  assert (HA1 : e1 * (B * Rabs h) <= e / 2 * Rabs h).
  { rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [lra|]. unfold e1.
    replace (e / (2 * (B + 1)) * B) with (e / 2 * (B / (B + 1))) by (field; lra).
    assert (B / (B + 1) <= 1) by (apply (Rmult_le_reg_r (B + 1)); [lra|]; replace (B / (B + 1) * (B + 1)) with B by (field; lra); lra).
    nra. }
  assert (HA2 : e2 * Gm * Rabs h <= e / 4 * Rabs h).
  { apply Rmult_le_compat_r; [lra|]. assert (e2 <= e / (4 * (Gm + 1))) by apply Rmin_r.
    apply Rle_trans with (e / (4 * (Gm + 1)) * Gm); [apply Rmult_le_compat_r; lra|].
    replace (e / (4 * (Gm + 1)) * Gm) with (e / 4 * (Gm / (Gm + 1))) by (field; lra).
    assert (Gm / (Gm + 1) <= 1) by (apply (Rmult_le_reg_r (Gm + 1)); [lra|]; replace (Gm / (Gm + 1) * (Gm + 1)) with Gm by (field; lra); lra).
    nra. }
  assert (e1 * parameter_sum trained (fun p => Rabs (delta p)) <= e1 * (B * Rabs h)) by (apply Rmult_le_compat_l; lra).
  nra.
Qed.

Lemma parameter_sum_single l p (f : A -> R) : NoDup l -> In p l -> (forall q, q <> p -> f q = 0) -> parameter_sum l f = f p.
Proof.
  induction l as [|q l IH]; intros HD Hp Hf; [contradiction|]. inversion HD as [|q' l' H1 H2]; subst. simpl.
  destruct (eq_dec q p) as [->|Hne].
  - rewrite (parameter_sum_ext l f (fun _ => 0 * 0)); [rewrite parameter_sum_scal; ring|].
    intros r Hr. rewrite Hf; [ring|]. intros ->. contradiction.
  - destruct Hp as [Hp|Hp]; [contradiction|]. rewrite (Hf q Hne), (IH H2 Hp Hf). ring.
Qed.

(** The gradient is made of the partial derivatives. *)
Lemma gradient_derive theta i g p : In p trained -> differentiable theta i g -> is_derive (fun v => F (update theta p v) i) (theta p) (g p).
Proof.
  intros Hp HF. apply is_derive_Reals. intros e He.
  destruct (HF (e / 2) ltac:(lra)) as [d [Hd H]]. exists (mkposreal d Hd). intros h Hh0 Hh. simpl in Hh.
  set (k := fun q => if eq_dec q p then h else 0).
  assert (Hk : Rabs (F (update theta p (theta p + h)) i - F (update theta p (theta p)) i - g p * h) <= e / 2 * Rabs h).
  { assert (H1 := H k). rewrite (parameter_sum_single trained p (fun q => g q * k q) once Hp) in H1.
    2:{ intros q Hq. unfold k. destruct (eq_dec q p); [contradiction|ring]. }
    rewrite (parameter_sum_single trained p (fun q => Rabs (k q)) once Hp) in H1.
    2:{ intros q Hq. unfold k. destruct (eq_dec q p); [contradiction|apply Rabs_R0]. }
    assert (Hkp : k p = h) by (unfold k; destruct (eq_dec p p); [reflexivity|contradiction]). rewrite Hkp in H1.
    rewrite (F_ext (update theta p (theta p + h)) (fun q => theta q + k q)).
    2:{ intros q. unfold update, k. destruct (eq_dec q p) as [->|]; ring. }
    rewrite (F_ext (update theta p (theta p)) theta).
    2:{ intros q. unfold update. destruct (eq_dec q p) as [->|]; reflexivity. }
    apply H1.
    - intros q Hq. unfold k. destruct (eq_dec q p) as [->|]; [contradiction|reflexivity].
    - intros q Hq. unfold k. destruct (eq_dec q p); [exact Hh|rewrite Rabs_R0; exact Hd]. }
  assert (Hah : 0 < Rabs h) by (apply Rabs_pos_lt, Hh0).
  apply (Rmult_lt_reg_r (Rabs h)); [exact Hah|]. rewrite <- Rabs_mult.
  replace (((F (update theta p (theta p + h)) i - F (update theta p (theta p)) i) / h - g p) * h)
    with (F (update theta p (theta p + h)) i - F (update theta p (theta p)) i - g p * h) by (field; exact Hh0).
  nra.
Qed.

Lemma gradient theta i g p : In p trained -> differentiable theta i g -> g p = partial theta i p.
Proof. intros Hp HF. symmetry. apply is_derive_unique, gradient_derive; assumption. Qed.

Variable s : nat -> R.
Hypothesis Hs : signs n s.
Variable theta : R -> A -> R.
Let f (i : nat) (t : R) : R := F (theta t) i.
(** (2.7) at time t, where every output is differentiable in the parameters. *)
Definition flows_at (t : R) : Prop :=
  (forall p, In p trained ->
    is_derive (fun r => theta r p) t (sum n (fun i => partial (theta t) i p * s i * residual (margin s f) t i))) /\
  (forall i, (i < n)%nat -> exists g, differentiable (theta t) i g).
(** Gradient flow that may cross kinks, at finitely many times in every bounded interval; the outputs are continuous
    in time, untrained parameters stay. What is assumed is that kinks are crossed and not slid along. *)
Definition gradient_flow : Prop :=
  (forall T, exists kinks : list R, forall t, 0 < t < T -> ~ In t kinks -> flows_at t) /\
  (forall i t, (i < n)%nat -> 0 < t -> continuous (f i) t) /\
  (forall i, (i < n)%nat -> filterlim (f i) (at_right 0) (locally (f i 0))) /\
  (forall t r p, ~ In p trained -> theta r p = theta t p).
(** (3.2) *)
Theorem equation_3_2 t i : flows_at t -> (forall r p, ~ In p trained -> theta r p = theta t p) -> (i < n)%nat ->
  is_derive (f i) t (sum n (fun j => empirical (theta t) i j * s j * residual (margin s f) t j)).
Proof.
  intros [Hflow Hsm] Hfix Hi. destruct (Hsm i Hi) as [g Hg].
  assert (H := chain_rule theta i g t _ Hg Hflow (fun p r Hp => Hfix r p Hp)).
  evar_last; [exact H|].
  rewrite (parameter_sum_ext trained _ (fun p => sum n (fun j => partial (theta t) i p * partial (theta t) j p * (s j * residual (margin s f) t j)))).
  - rewrite parameter_sum_sum. apply sum_ext; intros j Hj. unfold empirical.
    transitivity (s j * residual (margin s f) t j * parameter_sum trained (fun p => partial (theta t) i p * partial (theta t) j p)); [|ring].
    rewrite <- parameter_sum_scal. apply parameter_sum_ext; intros; ring.
  - intros p Hp. rewrite (gradient (theta t) i g p Hp Hg), <- sum_scal. apply sum_ext; intros; ring.
Qed.

Lemma is_derive_sum m (h : nat -> R -> R) (dh : nat -> R) t : (forall i, (i < m)%nat -> is_derive (h i) t (dh i)) ->
  is_derive (fun r => sum m (fun i => h i r)) t (sum m dh).
Proof.
  induction m as [|m IH]; intros H; simpl; [apply (is_derive_const 0 t)|].
  apply (is_derive_plus (fun r => sum m (fun i => h i r)) (h m)); [apply IH; intros; apply H; lia|apply H; lia].
Qed.

(** (C.22): dL/dt = - u' K^r u. *)
Theorem equation_C_22 t : flows_at t -> (forall r p, ~ In p trained -> theta r p = theta t p) ->
  is_derive (loss n (margin s f)) t (- dissipation n s f (fun r => empirical (theta r)) t).
Proof.
  intros Hflow Hfix. unfold loss.
  set (df := fun i => sum n (fun j => empirical (theta t) i j * s j * residual (margin s f) t j)).
  evar_last.
  - apply (is_derive_sum n (fun i r => ln (1 + exp (- margin s f i r))) (fun i => - (s i * df i) * residual (margin s f) t i)).
    intros i Hi. assert (H := equation_3_2 t i Hflow Hfix Hi). fold (df i) in H.
    assert (He := exp_pos (- margin s f i t)). assert (He' := exp_pos (margin s f i t)).
    evar_last.
    + apply (is_derive_comp (fun q => ln (1 + exp (- q))) (fun r => margin s f i r)).
      * instantiate (1 := - / (1 + exp (margin s f i t))). auto_derive; [lra|]. rewrite exp_Ropp. field. lra.
      * apply (is_derive_scal (f i) t (s i)), H.
    + unfold scal; simpl; unfold mult; simpl. unfold residual. ring.
  - unfold dissipation, quad, signed, df. rewrite <- sum_opp. apply sum_ext; intros i Hi.
    rewrite (sum_ext n (fun j => residual (margin s f) t i * residual (margin s f) t j * (s i * s j * empirical (theta t) i j))
       (fun j => s i * residual (margin s f) t i * (empirical (theta t) i j * s j * residual (margin s f) t j))) by (intros; ring).
    rewrite sum_scal. ring.
Qed.

Lemma loss_continuous (E : (R -> Prop) -> Prop) {FE : Filter E} t :
  (forall i, (i < n)%nat -> filterlim (f i) E (locally (f i t))) ->
  filterlim (loss n (margin s f)) E (locally (loss n (margin s f) t)).
Proof.
  intros H. unfold loss. clear Hs.
  assert (Hm : forall m, (m <= n)%nat -> filterlim (fun r => sum m (fun i => ln (1 + exp (- margin s f i r)))) E
                 (locally (sum m (fun i => ln (1 + exp (- margin s f i t)))))).
  { induction m as [|m IH]; intros Hm; simpl; [apply filterlim_const|].
    apply (filterlim_comp_2 (F := E) (G := locally (sum m (fun i => ln (1 + exp (- margin s f i t)))))
             (H := locally (ln (1 + exp (- margin s f m t)))) _ _ (@plus R_AbelianGroup)).
    - apply IH. lia.
    - assert (Hc : continuous (fun y => ln (1 + exp (- (s m * y)))) (f m t)).
      { apply (ex_derive_continuous (fun y => ln (1 + exp (- (s m * y))))). auto_derive.
        assert (He := exp_pos (- (s m * f m t))). lra. }
      apply (filterlim_comp _ _ _ (f m) (fun y => ln (1 + exp (- (s m * y)))) _ _ _ (H m ltac:(lia)) Hc).
    - apply (@filterlim_plus R_AbsRing R_NormedModule). }
  apply Hm. lia.
Qed.

Theorem flow_trains : gradient_flow -> trains flows_at n s f (fun t => empirical (theta t)).
Proof.
  intros [Hflow [Hcont [Hstart Hfix]]]. split; [exact Hs|]. apply dissipates_piecewise.
  - intros t Ht. apply (loss_continuous (locally t)). intros i Hi. apply Hcont; assumption.
  - apply (loss_continuous (at_right 0)). exact Hstart.
  - exact Hflow.
  - intros t Ht HQ. eexists. split; [apply equation_C_22; [exact HQ|intros r p; apply Hfix]|]. lra.
Qed.

Lemma avoid : forall (l : list R) a b, a < b -> exists t, a < t < b /\ ~ In t l.
Proof.
  induction l as [|k l IH]; intros a b Hab.
  - exists ((a + b) / 2). split; [lra|]. intros H; exact H.
  - destruct (Rlt_dec a k) as [H1|H1]; [destruct (Rlt_dec k b) as [H2|H2]|].
    + destruct (IH k b H2) as [t [Ht Hn]]. exists t. split; [lra|]. intros [->|H]; [lra|contradiction].
    + destruct (IH a b Hab) as [t [Ht Hn]]. exists t. split; [exact Ht|]. intros [->|H]; [lra|contradiction].
    + destruct (IH a b Hab) as [t [Ht Hn]]. exists t. split; [exact Ht|]. intros [->|H]; [lra|contradiction].
Qed.

Lemma flows_unbounded : gradient_flow -> unbounded flows_at.
Proof.
  intros [Hflow _] T. set (a := Rmax 0 T). assert (A0 := Rmax_l 0 T). assert (A1 := Rmax_r 0 T). fold a in A0, A1.
  destruct (Hflow (a + 1)) as [kinks Hk]. destruct (avoid kinks a (a + 1) ltac:(lra)) as [t [Ht Hn]].
  exists t. split; [lra|]. apply Hk; [lra|exact Hn].
Qed.

End Gradient_flow.
