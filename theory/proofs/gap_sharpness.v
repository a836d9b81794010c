(** Sharpness of the gap constants: g* = 1 / max over z in {-1, 1}^n of z' K^-1 z, with the worst perturbation, and the
    label-aware constant gamma^2. *)
From Coq Require Import Reals Lra Lia.
Require Import sums matrices gap_constants.
Open Scope R_scope.

Definition apply_matrix (n : nat) (K : matrix) (v : nat -> R) (i : nat) : R := sum n (fun j => K i j * v j).
(** K P = 1 on the first n indices: P is K^-1. *)
Definition right_inverse (n : nat) (K P : matrix) : Prop :=
  forall i j, (i < n)%nat -> (j < n)%nat -> sum n (fun k => K i k * P k j) = if Nat.eq_dec i j then 1 else 0.
(** z' P z is largest at z among the vectors of signs. *)
Definition largest_at (n : nat) (P : matrix) (z : nat -> R) : Prop :=
  signs n z /\ forall z', signs n z' -> quad n P z' <= quad n P z.

Lemma quad_times n K v : quad n K v = sum n (fun i => v i * apply_matrix n K v i).
Proof.
  unfold quad, apply_matrix. apply sum_ext; intros i _. rewrite <- sum_scal. apply sum_ext; intros; ring.
Qed.

Lemma times_swap n K a w : symmetric n K -> sum n (fun i => a i * apply_matrix n K w i) = sum n (fun i => w i * apply_matrix n K a i).
Proof.
  intros Hs. unfold apply_matrix.
  rewrite (sum_ext n _ (fun i => sum n (fun j => a i * (K i j * w j)))) by (intros; rewrite sum_scal; reflexivity).
  rewrite sum_swap. apply sum_ext; intros j Hj. rewrite <- sum_scal. apply sum_ext; intros i Hi. rewrite (Hs i j Hi Hj). ring.
Qed.

Lemma quad_line n K a w t : symmetric n K ->
  quad n K (fun i => a i + t * w i) = quad n K a + 2 * t * sum n (fun i => w i * apply_matrix n K a i) + t ^ 2 * quad n K w.
Proof.
  intros Hs.
  assert (E : quad n K (fun i => a i + t * w i)
    = quad n K a + t * sum n (fun i => a i * apply_matrix n K w i) + t * sum n (fun i => w i * apply_matrix n K a i) + t ^ 2 * quad n K w).
  { rewrite !quad_times, <- !sum_scal, <- !sum_plus. apply sum_ext; intros i _.
    assert (Et : apply_matrix n K (fun i => a i + t * w i) i = apply_matrix n K a i + t * apply_matrix n K w i).
    { unfold apply_matrix. rewrite <- sum_scal, <- sum_plus. apply sum_ext; intros; ring. }
    rewrite Et. ring. }
  rewrite E, (times_swap n K a w Hs). ring.
Qed.

(** Cauchy-Schwarz for a positive semidefinite form. *)
Theorem form_cauchy_schwarz n K a w : symmetric n K -> psd n K ->
  sum n (fun i => w i * apply_matrix n K a i) ^ 2 <= quad n K a * quad n K w.
Proof.
  intros Hs Hp. set (B := sum n (fun i => w i * apply_matrix n K a i)).
  assert (H : forall t, 0 <= quad n K a + 2 * t * B + t ^ 2 * quad n K w) by (intros t; unfold B; rewrite <- quad_line by exact Hs; apply Hp).
  assert (Ha := Hp a). destruct (Rle_lt_or_eq_dec _ _ (Hp w)) as [Hw|Hw].
  - specialize (H (- B / quad n K w)).
    replace (quad n K a + 2 * (- B / quad n K w) * B + (- B / quad n K w) ^ 2 * quad n K w) with (quad n K a - B ^ 2 / quad n K w) in H by (field; lra).
    apply (Rmult_le_reg_r (/ quad n K w)); [apply Rinv_0_lt_compat, Hw|].
    replace (quad n K a * quad n K w * / quad n K w) with (quad n K a) by (field; lra). unfold Rdiv in H. lra.
  - rewrite <- Hw in *. destruct (Req_dec B 0) as [->|HB]; [nra|exfalso].
    specialize (H (- (quad n K a + 1) / (2 * B))).
    replace (quad n K a + 2 * (- (quad n K a + 1) / (2 * B)) * B + (- (quad n K a + 1) / (2 * B)) ^ 2 * 0) with (-1) in H by (field; lra). lra.
Qed.

Section Inverse.
Variable n : nat.
Variables K P : matrix.
Hypothesis K_symmetric : symmetric n K.
Hypothesis K_psd : psd n K.
Hypothesis inverse : right_inverse n K P.

Lemma times_inverse v i : (i < n)%nat -> apply_matrix n K (apply_matrix n P v) i = v i.
Proof.
  intros Hi. unfold apply_matrix.
  rewrite (sum_ext n _ (fun k => sum n (fun j => K i k * P k j * v j))) by (intros; rewrite <- sum_scal; apply sum_ext; intros; ring).
  rewrite sum_swap.
  rewrite (sum_ext n _ (fun j => basis_vector i j * v j)).
  - transitivity (sum n (fun j => basis_vector i j * v j)); [reflexivity|].
    assert (H : forall m, sum m (fun j => basis_vector i j * v j) = if lt_dec i m then v i else 0).
    { induction m as [|m IH]; simpl; [destruct (lt_dec i 0); [lia|reflexivity]|]. rewrite IH. unfold basis_vector.
      destruct (Nat.eq_dec m i) as [->|Hne]; repeat match goal with |- context [lt_dec ?a ?b] => destruct (lt_dec a b) end; try lia; ring. }
    rewrite H. destruct (lt_dec i n); [reflexivity|lia].
  - intros j Hj. rewrite sum_scal_r, (inverse i j Hi Hj). unfold basis_vector.
    destruct (Nat.eq_dec i j), (Nat.eq_dec j i); subst; try reflexivity; contradiction.
Qed.

Lemma quad_inverse v : quad n K (apply_matrix n P v) = quad n P v.
Proof.
  rewrite !quad_times. apply sum_ext; intros i Hi. rewrite times_inverse by exact Hi. ring.
Qed.

Lemma norm1_sign w : norm1 n w = sum n (fun i => w i * apply_matrix n K (apply_matrix n P (fun i => sign (w i))) i).
Proof. apply sum_ext; intros i Hi. rewrite times_inverse, sign_abs_mult by exact Hi. reflexivity. Qed.

Lemma sign_signs w : signs n (fun i => sign (w i)).
Proof. intros i _. unfold sign. destruct (Rle_dec 0 (w i)); [left|right]; reflexivity. Qed.

(** |w|_1^2 <= max z' K^-1 z * w' K w. *)
Theorem best_constant_lower z : largest_at n P z -> forall w, norm1 n w ^ 2 <= quad n P z * quad n K w.
Proof.
  intros [_ Hz] w. rewrite norm1_sign.
  eapply Rle_trans; [apply form_cauchy_schwarz; assumption|]. rewrite quad_inverse.
  apply Rmult_le_compat_r; [apply K_psd|apply Hz, sign_signs].
Qed.

Lemma inverse_positive z : (0 < n)%nat -> signs n z -> 0 < quad n P z.
Proof.
  intros Hn Hz.
  assert (H : norm1 n z ^ 2 <= quad n P z * quad n K z).
  { unfold norm1. rewrite (sum_ext n _ (fun i => z i * apply_matrix n K (apply_matrix n P z) i)).
    - eapply Rle_trans; [apply form_cauchy_schwarz; assumption|]. rewrite quad_inverse. lra.
    - intros i Hi. rewrite times_inverse by exact Hi. destruct (Hz i Hi) as [-> | ->];
        [rewrite Rabs_R1; ring|rewrite Rabs_left by lra; ring]. }
  assert (Hp : 0 < norm1 n z).
  { apply (sum_pos n (fun i => Rabs (z i)) 0%nat Hn); [|intros; apply Rabs_pos]. apply Rabs_pos_lt. destruct (Hz 0%nat Hn) as [-> | ->]; lra. }
  assert (H2 : 0 < norm1 n z ^ 2) by (apply pow_lt, Hp).
  assert (H3 := K_psd z). assert (H4 : 0 <= quad n P z) by (rewrite <- quad_inverse; apply K_psd). nra.
Qed.

(** g* = 1 / max z' K^-1 z: below it every perturbation keeps the kernel definite, at it one does not. *)
Theorem best_constant_sharp z : (0 < n)%nat -> largest_at n P z ->
  (forall H g, g < / quad n P z -> within n K H g -> definite n H) /\
  exists H, within n K H (/ quad n P z) /\ ~ definite n H.
Proof.
  intros Hn Hz. assert (HM := inverse_positive z Hn (proj1 Hz)). set (M := quad n P z) in *.
  assert (HB : forall w, / M * norm1 n w ^ 2 <= quad n K w).
  { intros w. apply (Rmult_le_reg_l M); [exact HM|]. replace (M * (/ M * norm1 n w ^ 2)) with (norm1 n w ^ 2) by (field; lra).
    apply best_constant_lower, Hz. }
  split; [intros H g Hg; apply (best_constant n K H (/ M) g HB Hg)|].
  set (w := apply_matrix n P z).
  assert (Hlow : M <= norm1 n w).
  { unfold M, w. rewrite quad_times. apply sum_le; intros i Hi. destruct (proj1 Hz i Hi) as [-> | ->].
    - rewrite Rmult_1_l. apply Rle_abs.
    - rewrite <- Rabs_Ropp. replace (-1 * apply_matrix n P z i) with (- apply_matrix n P z i) by ring. apply Rle_abs. }
  assert (Hq : quad n K w = M) by apply quad_inverse.
  assert (Heq : quad n K w = / M * norm1 n w ^ 2).
  { apply Rle_antisym; [|apply HB]. rewrite Hq. apply (Rmult_le_reg_l M); [exact HM|].
    replace (M * (/ M * norm1 n w ^ 2)) with (norm1 n w ^ 2) by (field; lra). nra. }
  destruct (best_constant_attained n K (/ M) w ltac:(left; apply Rinv_0_lt_compat, HM) Heq) as [HW H0].
  eexists. split; [exact HW|]. intros HD.
  assert (Hex : exists i, (i < n)%nat /\ w i <> 0).
  { apply Classical_Prop.NNPP. intros Hno.
    assert (Hall : forall i, (i < n)%nat -> Rabs (w i) = 0).
    { intros i Hi. destruct (Req_dec (w i) 0) as [-> |H]; [apply Rabs_R0|exfalso; apply Hno; exists i; split; assumption]. }
    unfold norm1 in Hlow. rewrite (sum_ext n _ (fun _ => 0) Hall), sum_zero in Hlow. lra. }
  specialize (HD w Hex). lra.
Qed.
(** At the largest z the vector w = K^-1 z has the signs z, so that u = |w| attains gamma^2(z) = g*. *)
Theorem gap_order z l0 : (0 < n)%nat -> largest_at n P z -> 0 < l0 -> below n K l0 ->
  l0 / (2 * INR n ^ 2) < l0 / INR n /\ l0 / INR n <= / quad n P z /\
  (forall s, signs n s -> label n s K (/ quad n P z)) /\ (forall c, label n z K c -> c <= / quad n P z).
Proof.
  intros Hn Hz Hl HB. assert (HM := inverse_positive z Hn (proj1 Hz)). assert (H1 : 1 <= INR n) by (change 1 with (INR 1); apply le_INR; lia).
  set (w := apply_matrix n P z). set (M := quad n P z) in *. assert (Hq : quad n K w = M) by apply quad_inverse.
  assert (Hlower := best_constant_lower z Hz). fold M in Hlower.
  assert (Hsum : M = sum n (fun i => z i * w i)) by apply quad_times.
  assert (Hterm : forall i, (i < n)%nat -> z i * w i <= Rabs (w i)).
  { intros i Hi. destruct (proj1 Hz i Hi) as [-> | ->]; [rewrite Rmult_1_l; apply Rle_abs|].
    rewrite <- Rabs_Ropp. replace (-1 * w i) with (- w i) by ring. apply Rle_abs. }
  assert (Hnorm : norm1 n w = M).
  { apply Rle_antisym; [|rewrite Hsum; apply sum_le, Hterm].
    apply Rsqr_incr_0_var; [|lra]. specialize (Hlower w). rewrite Hq in Hlower. unfold Rsqr. simpl in Hlower. lra. }
  assert (Hsign : forall i, (i < n)%nat -> z i * w i = Rabs (w i)).
  { intros i Hi. apply Rle_antisym; [apply Hterm, Hi|]. apply Rnot_lt_le. intros Hlt.
    assert (0 < sum n (fun i => Rabs (w i) - z i * w i)).
    { apply (sum_pos n (fun i => Rabs (w i) - z i * w i) i Hi); [lra|]. intros j Hj. specialize (Hterm j Hj). lra. }
    rewrite sum_minus, <- Hsum in H. unfold norm1 in Hnorm. lra. }
  split; [|split; [|split]].
  - apply (Rmult_lt_reg_r (2 * INR n ^ 2)); [nra|]. replace (l0 / (2 * INR n ^ 2) * (2 * INR n ^ 2)) with l0 by (field; lra).
    replace (l0 / INR n * (2 * INR n ^ 2)) with (2 * INR n * l0) by (field; lra). nra.
  - assert (H := below_best n K l0 Hn ltac:(lra) HB w). rewrite Hnorm, Hq in H.
    apply (Rmult_le_reg_r (M ^ 2)); [apply pow_lt, HM|]. replace (/ M * M ^ 2) with M by (field; lra). exact H.
  - intros s Hs. apply best_label; [exact Hs|]. intros v. apply (Rmult_le_reg_l M); [exact HM|].
    replace (M * (/ M * norm1 n v ^ 2)) with (norm1 n v ^ 2) by (field; lra). apply Hlower.
  - intros c Hc. specialize (Hc (fun i => z i * w i)). rewrite quad_signed, <- Hsum in Hc.
    rewrite (quad_ext n K K (fun i => z i * (z i * w i)) w), Hq in Hc; [|reflexivity|].
    + apply (Rmult_le_reg_r (M ^ 2)); [apply pow_lt, HM|]. replace (/ M * M ^ 2) with M by (field; lra). apply Hc.
      intros i Hi. rewrite Hsign by exact Hi. apply Rabs_pos.
    + intros i Hi. destruct (proj1 Hz i Hi) as [-> | ->]; ring.
Qed.
End Inverse.

(** The largest value over signs exists. *)
Lemma largest_sign n : forall f : (nat -> R) -> R, (forall v w, (forall i, (i < n)%nat -> v i = w i) -> f v = f w) ->
  exists z, signs n z /\ forall z', signs n z' -> f z' <= f z.
Proof.
  induction n as [|n IH]; intros f Hf.
  - exists (fun _ => 1). split; [intros i Hi; lia|]. intros z' _. rewrite (Hf z' (fun _ => 1)); [lra|intros; lia].
  - assert (last : forall r, exists z, signs n z /\ forall z', signs n z' -> f (fun i => if Nat.eq_dec i n then r else z' i) <= f (fun i => if Nat.eq_dec i n then r else z i)).
    { intros r. apply (IH (fun z => f (fun i => if Nat.eq_dec i n then r else z i))). intros v w H. apply Hf. intros i Hi.
      destruct (Nat.eq_dec i n); [reflexivity|apply H; lia]. }
    destruct (last 1) as [p [Hp Pmax]], (last (-1)) as [m [Hm Mmax]].
    assert (split_last : forall z', signs (S n) z' -> f z' <= f (fun i => if Nat.eq_dec i n then 1 else p i) \/ f z' <= f (fun i => if Nat.eq_dec i n then -1 else m i)).
    { intros z' Hz'. destruct (Hz' n (le_n _)) as [E|E].
      - left. rewrite (Hf z' (fun i => if Nat.eq_dec i n then 1 else z' i)); [apply Pmax; intros i Hi; apply Hz'; lia|].
        intros i _. destruct (Nat.eq_dec i n) as [->|]; [exact E|reflexivity].
      - right. rewrite (Hf z' (fun i => if Nat.eq_dec i n then -1 else z' i)); [apply Mmax; intros i Hi; apply Hz'; lia|].
        intros i _. destruct (Nat.eq_dec i n) as [->|]; [exact E|reflexivity]. }
    destruct (Rle_dec (f (fun i => if Nat.eq_dec i n then 1 else p i)) (f (fun i => if Nat.eq_dec i n then -1 else m i))) as [H|H].
    + exists (fun i => if Nat.eq_dec i n then -1 else m i). split.
      * intros i Hi. destruct (Nat.eq_dec i n); [right; reflexivity|apply Hm; lia].
      * intros z' Hz'. destruct (split_last z' Hz'); lra.
    + exists (fun i => if Nat.eq_dec i n then 1 else p i). split.
      * intros i Hi. destruct (Nat.eq_dec i n); [left; reflexivity|apply Hp; lia].
      * intros z' Hz'. destruct (split_last z' Hz'); lra.
Qed.

Theorem largest_exists n P : exists z, largest_at n P z.
Proof.
  apply (largest_sign n (quad n P)). intros v w H. apply quad_ext; [reflexivity|exact H].
Qed.

(** The label-aware constant: no larger one does. Where u' K^r u < g (sum u)^2 for some u >= 0, a kernel within g has u' H^r u < 0. *)
Theorem label_aware_sharp (n : nat) (s : nat -> R) (K : matrix) (g : R) : signs n s -> 0 <= g -> ~ label n s K g ->
  exists H, within n K H g /\ exists u, (forall i, (i < n)%nat -> 0 <= u i) /\ quad n (signed s H) u < 0.
Proof.
  intros Hs Hg Hno.
  assert (Hex : exists u, (forall i, (i < n)%nat -> 0 <= u i) /\ quad n (signed s K) u < g * sum n u ^ 2).
  { apply Classical_Prop.NNPP. intros H. apply Hno. intros u Hu. apply Rnot_lt_le. intros Hlt. apply H. exists u. split; assumption. }
  destruct Hex as [u [Hu Hlt]].
  exists (fun i j => K i j - g * (s i * s j)). split.
  - intros i j Hi Hj. replace (K i j - g * (s i * s j) - K i j) with (- (g * (s i * s j))) by ring.
    rewrite Rabs_Ropp, !Rabs_mult, (Rabs_pos_eq g), (sign_abs n s i Hs Hi), (sign_abs n s j Hs Hj) by exact Hg. lra.
  - exists u. split; [exact Hu|].
    rewrite (quad_ext n _ (fun i j => signed s K i j + - g * 1) u u); [| |reflexivity].
    + rewrite quad_plus, quad_const_mult.
      assert (E : quad n (fun _ _ => 1) u = sum n u ^ 2).
      { unfold quad. rewrite sum_square. apply sum_ext; intros i _. apply sum_ext; intros; ring. }
      rewrite E. lra.
    + intros i j Hi Hj. unfold signed.
      assert (Hi1 : s i * s i = 1) by (destruct (Hs i Hi) as [-> | ->]; ring).
      assert (Hj1 : s j * s j = 1) by (destruct (Hs j Hj) as [-> | ->]; ring).
      transitivity (s i * s j * K i j - g * ((s i * s i) * (s j * s j))); [ring|]. rewrite Hi1, Hj1. ring.
Qed.

(** ** The hypotheses can hold: K = diag(1, 2), K^-1 = diag(1, 1/2), max z' K^-1 z = 3/2. *)
Definition diagonal_12 (i j : nat) : R := if Nat.eq_dec i j then INR (S i) else 0.
Definition diagonal_inverse (i j : nat) : R := if Nat.eq_dec i j then / INR (S i) else 0.

Lemma diagonal_psd : symmetric 2 diagonal_12 /\ psd 2 diagonal_12.
Proof.
  split.
  - intros i j _ _. unfold diagonal_12. destruct (Nat.eq_dec i j), (Nat.eq_dec j i); subst; try reflexivity; contradiction.
  - intros v. unfold quad, diagonal_12; simpl. nra.
Qed.

Theorem best_constant_sharp_inhabited :
  symmetric 2 diagonal_12 /\ psd 2 diagonal_12 /\ right_inverse 2 diagonal_12 diagonal_inverse /\
  largest_at 2 diagonal_inverse (fun _ => 1) /\ quad 2 diagonal_inverse (fun _ => 1) = 3 / 2.
Proof.
  split; [apply diagonal_psd|]. split; [apply diagonal_psd|]. split; [|split; [split|]].
  - intros i j Hi Hj. destruct i as [|[|i]], j as [|[|j]]; try lia; unfold diagonal_12, diagonal_inverse; simpl; field.
  - intros i _. left. reflexivity.
  - intros z Hz. unfold quad, diagonal_inverse; simpl. destruct (Hz 0%nat ltac:(lia)) as [-> | ->], (Hz 1%nat ltac:(lia)) as [-> | ->]; lra.
  - unfold quad, diagonal_inverse; simpl. field.
Qed.

(** ** Mutants *)
(** g* = 1 / z' K^-1 z at any z, not the largest: K = (2 1; 1 2), z = (1, 1). *)
Theorem mutant_best_constant_sharp : ~ (forall (n : nat) (K P : matrix), symmetric n K -> psd n K -> right_inverse n K P ->
  forall z, (0 < n)%nat -> signs n z ->
  (forall H g, g < / quad n P z -> within n K H g -> definite n H) /\ exists H, within n K H (/ quad n P z) /\ ~ definite n H).
Proof.
  intros H.
  set (K := fun i j : nat => if Nat.eq_dec i j then 2 else 1). set (P := fun i j : nat => if Nat.eq_dec i j then 2 / 3 else - (1 / 3)).
  destruct (H 2%nat K P) with (z := fun _ : nat => 1) as [H1 _].
  - intros i j _ _. unfold K. destruct (Nat.eq_dec i j), (Nat.eq_dec j i); subst; try reflexivity; contradiction.
  - intros v. unfold quad, K; simpl. assert (0 <= (v 0%nat + v 1%nat) ^ 2) by apply pow2_ge_0. nra.
  - intros i j Hi Hj. destruct i as [|[|i]], j as [|[|j]]; try lia; unfold K, P; simpl; field.
  - lia.
  - intros i _. left. reflexivity.
  - assert (HD := H1 (fun _ _ => 3 / 2) (1 / 2)).
    assert (E : quad 2 P (fun _ => 1) = 2 / 3) by (unfold quad, P; simpl; field). rewrite E in HD.
    specialize (HD ltac:(replace (/ (2 / 3)) with (3 / 2) by field; lra)).
    assert (HW : within 2 K (fun _ _ => 3 / 2) (1 / 2)).
    { intros i j _ _. unfold K. destruct (Nat.eq_dec i j); apply Rabs_le; lra. }
    specialize (HD HW (fun i => match i with O => 1 | _ => -1 end) (ex_intro _ 0%nat (conj (le_S _ _ (le_n 1)) R1_neq_R0))).
    revert HD. unfold quad; simpl. lra.
Qed.

Definition two_one (i j : nat) : R := if Nat.eq_dec i j then 2 else 1.
Definition two_one_inverse (i j : nat) : R := if Nat.eq_dec i j then 2 / 3 else - (1 / 3).

(** The least label-aware constant taken for 1 / z' K^-1 z at any z: K = (2 1; 1 2), z = (1, 1), and the labels (1, -1). *)
Theorem mutant_gap_order : ~ (forall (n : nat) (K P : matrix), symmetric n K -> psd n K -> right_inverse n K P ->
  forall (z : nat -> R) (l0 : R), (0 < n)%nat -> signs n z -> 0 < l0 -> below n K l0 ->
  l0 / (2 * INR n ^ 2) < l0 / INR n /\ l0 / INR n <= / quad n P z /\
  (forall s, signs n s -> label n s K (/ quad n P z)) /\ (forall c, label n z K c -> c <= / quad n P z)).
Proof.
  intros H. destruct (H 2%nat two_one two_one_inverse) with (z := fun _ : nat => 1) (l0 := 1) as [_ [_ [H1 _]]].
  - intros i j _ _. unfold two_one. destruct (Nat.eq_dec i j), (Nat.eq_dec j i); subst; try reflexivity; contradiction.
  - intros v. unfold quad, two_one; simpl. assert (0 <= (v 0%nat + v 1%nat) ^ 2) by apply pow2_ge_0. nra.
  - intros i j Hi Hj. destruct i as [|[|i]], j as [|[|j]]; try lia; unfold two_one, two_one_inverse; simpl; field.
  - lia.
  - intros i _. left. reflexivity.
  - lra.
  - intros v. unfold norm2, quad, two_one; simpl. assert (0 <= (v 0%nat + v 1%nat) ^ 2) by apply pow2_ge_0. nra.
  - assert (E : quad 2 two_one_inverse (fun _ => 1) = 2 / 3) by (unfold quad, two_one_inverse; simpl; field). rewrite E in H1.
    assert (H2 := H1 (fun i => match i with O => 1 | _ => -1 end) ltac:(intros [|i] _; [left|right]; reflexivity) (fun _ => 1) (fun i _ => Rle_0_1)).
    revert H2. unfold quad, signed, two_one; simpl. replace (/ (2 / 3)) with (3 / 2) by field. lra.
Qed.

Theorem witness_gap_order : ~ (forall (n : nat) (K P : matrix), symmetric n K -> psd n K -> right_inverse n K P ->
  forall (z : nat -> R) (l0 : R), (0 < n)%nat -> largest_at n P z -> 0 < l0 -> below n K l0 -> False).
Proof.
  intros H. destruct best_constant_sharp_inhabited as [H1 [H2 [H3 [H4 _]]]]. apply (H _ _ _ H1 H2 H3 _ 1 (le_S _ _ (le_n 1)) H4 Rlt_0_1).
  intros v. unfold norm2, quad, diagonal_12; simpl. nra.
Qed.

(** gamma^2 with twice the constant: [label_aware_constant] does not give c - g / 2. *)
Theorem mutant_label_aware_constant : ~ (forall (n : nat) (s : nat -> R) (K H : nat -> nat -> R) (c g : R),
  signs n s -> label n s K c -> within n K H g -> label n s H (c - g / 2)).
Proof.
  intros H.
  assert (H1 := H 1%nat (fun _ => 1) (fun _ _ => 1) (fun _ _ => 0) 1 1 ltac:(intros i _; left; reflexivity)).
  assert (H2 : label 1 (fun _ => 1) (fun _ _ => 1) 1) by (intros u _; unfold quad, signed; simpl; lra).
  assert (H3 : within 1 (fun _ _ => 1) (fun _ _ => 0) 1) by (intros i j _ _; apply Rabs_le; lra).
  specialize (H1 H2 H3 (fun _ => 1) (fun i _ => Rle_0_1)). revert H1. unfold quad, signed; simpl. lra.
Qed.

Theorem witness_best_constant_sharp : ~ (forall (n : nat) (K P : matrix), symmetric n K -> psd n K -> right_inverse n K P -> forall z :
  nat -> R, (0 < n)%nat -> largest_at n P z -> False).
Proof.
  intros H. destruct best_constant_sharp_inhabited as [H1 [H2 [H3 [H4 _]]]]. exact (H _ _ _ H1 H2 H3 _ (le_S _ _ (le_n 1)) H4).
Qed.

Theorem witness_label_aware_sharp : ~ (forall (n : nat) (s : nat -> R) (K : matrix) (g : R), signs n s -> 0 <= g -> ~ label n s K g ->
  False).
Proof.
  intros H. apply (H 1%nat (fun _ => 1) (fun _ _ => 0) 1); [intros i _; left; reflexivity|lra|].
  intros HL. specialize (HL (fun _ => 1) (fun i _ => Rle_0_1)). revert HL. unfold quad, signed; simpl. lra.
Qed.

Theorem mutant_largest_exists : ~ (forall (n : nat) (P : matrix), exists z : nat -> R, forall z' : nat -> R, quad n P z' <= quad n P z).
Proof.
  intros H. destruct (H 1%nat (fun _ _ => 1)) as [z Hz]. specialize (Hz (fun i => Rabs (z i) + 1)). revert Hz. unfold quad; simpl.
  assert (E : z 0%nat * z 0%nat = Rabs (z 0%nat) * Rabs (z 0%nat)) by (rewrite <- Rabs_mult; symmetry; apply Rabs_pos_eq, Rle_0_sqr).
  assert (H1 := Rabs_pos (z 0%nat)). intros H2. nra.
Qed.

Theorem mutant_label_aware_sharp : ~ (forall (n : nat) (s : nat -> R) (K : matrix) (g : R), signs n s -> 0 <= g -> exists H : nat -> nat
  -> R, within n K H g /\ (exists u : nat -> R, (forall i : nat, (i < n)%nat -> 0 <= u i) /\ quad n (signed s H) u < 0)).
Proof.
  intros H. destruct (H 1%nat (fun _ => 1) (fun _ _ => 2) 1 ltac:(intros i _; left; reflexivity) ltac:(lra)) as [M [HM [u [_ Hlt]]]].
  assert (H1 := Rabs_bounds _ _ (HM 0%nat 0%nat (le_n 1) (le_n 1))). revert Hlt. unfold quad, signed; simpl.
  assert (0 <= u 0%nat * u 0%nat) by apply Rle_0_sqr. intros Hlt. nra.
Qed.
