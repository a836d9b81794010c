(** Lemma 3 on all of [-1, 1]: the series (B.6) and (B.7) at u = -1, where opposite directions meet. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Require Import sums matrices power_series arccosine.
Open Scope R_scope.

Lemma is_series_single (j : nat) (c : R) : is_series (fun k => if Nat.eq_dec k j then c else 0) c.
Proof.
  induction j as [|j IH].
  - apply is_series_decr_1. apply (is_series_ext (fun _ => 0)); [intros k; destruct (Nat.eq_dec (S k) 0); [lia|reflexivity]|].
    evar_last; [apply is_series_zero|]. unfold plus, opp; simpl.
    match goal with |- ?a = ?b => change (@eq R a b) end. ring.
  - apply is_series_decr_1. apply (is_series_ext (fun k => if Nat.eq_dec k j then c else 0)).
    + intros k. destruct (Nat.eq_dec k j), (Nat.eq_dec (S k) (S j)); try lia; reflexivity.
    + evar_last; [exact IH|]. unfold plus, opp; simpl.
      match goal with |- ?a = ?b => change (@eq R a b) end. ring.
Qed.

(** Terms that change their sign, but for the one at j. *)
Lemma series_mirrored (a b : nat -> R) (j : nat) (l : R) : is_series a l -> b j = a j -> (forall k, k <> j -> b k = - a k) ->
  is_series b (2 * a j - l).
Proof.
  intros Ha Hj Hb. apply (is_series_ext (fun k => minus (if Nat.eq_dec k j then 2 * a j else 0) (a k))).
  - intros k. unfold minus, plus, opp; simpl. destruct (Nat.eq_dec k j) as [->|H]; [rewrite Hj; ring|rewrite (Hb k H); ring].
  - apply (is_series_minus (fun k => if Nat.eq_dec k j then 2 * a j else 0) a); [apply is_series_single|exact Ha].
Qed.

(** Terms that keep their sign, but for the one at j. *)
Lemma series_kept (a b : nat -> R) (j : nat) (l : R) : is_series a l -> b j = - a j -> (forall k, k <> j -> b k = a k) ->
  is_series b (l - 2 * a j).
Proof.
  intros Ha Hj Hb. apply (is_series_ext (fun k => minus (a k) (if Nat.eq_dec k j then 2 * a j else 0))).
  - intros k. unfold minus, plus, opp; simpl. destruct (Nat.eq_dec k j) as [->|H]; [rewrite Hj; ring|rewrite (Hb k H); ring].
  - apply (is_series_minus a (fun k => if Nat.eq_dec k j then 2 * a j else 0)); [exact Ha|apply is_series_single].
Qed.

Lemma minus_one_even k : (-1) ^ (2 * k) = 1.
Proof. rewrite pow_mult. replace ((-1) ^ 2) with 1 by ring. apply pow1. Qed.

Lemma acos_minus_one : acos (-1) = PI.
Proof.
  replace (-1) with (- (1)) by ring. rewrite acos_opp, acos_1. ring.
Qed.

Theorem k0_series_end : is_series (fun k => k0_coefficient k * (-1) ^ k0_exponent k) (k0 (-1)).
Proof.
  assert (H := k0_series 1 ltac:(lra)). assert (HPI := PI_RGT_0).
  assert (E : k0 (-1) = 2 * (k0_coefficient 0 * 1 ^ k0_exponent 0) - k0 1).
  { unfold k0. rewrite acos_minus_one, acos_1. simpl. field; lra. }
  rewrite E. apply (series_mirrored (fun k => k0_coefficient k * 1 ^ k0_exponent k) _ 0%nat (k0 1) H); [reflexivity|].
  intros k Hk. destruct k as [|k]; [contradiction|]. change (k0_exponent (S k)) with (2 * k + 1)%nat. rewrite !pow_add, minus_one_even, pow1. simpl. ring.
Qed.

Theorem k1_series_end : is_series (fun k => k1_coefficient k * (-1) ^ k1_exponent k) (k1 (-1)).
Proof.
  assert (H := k1_series 1 ltac:(lra)). assert (HPI := PI_RGT_0).
  assert (E : k1 (-1) = k1 1 - 2 * (k1_coefficient 1 * 1 ^ k1_exponent 1)).
  { unfold k1. rewrite acos_minus_one, acos_1. replace (1 - (-1) ^ 2) with 0 by ring. replace (1 - 1 ^ 2) with 0 by ring. rewrite sqrt_0. simpl. field; lra. }
  rewrite E. apply (series_kept (fun k => k1_coefficient k * 1 ^ k1_exponent k) _ 1%nat (k1 1) H).
  - simpl. ring.
  - intros k Hk. destruct k as [|[|k]]; [reflexivity|contradiction|]. change (k1_exponent (S (S k))) with (2 * k + 2)%nat.
    rewrite !pow_add, minus_one_even, !pow1. simpl. ring.
Qed.

(** Lemma 3 with (B.6) and (B.7) on the closed interval. *)
Theorem lemma_3_closed :
  (forall u, -1 <= u <= 1 -> is_series (fun k => k0_coefficient k * u ^ k0_exponent k) (k0 u)) /\
  (forall u, -1 <= u <= 1 -> is_series (fun k => k1_coefficient k * u ^ k1_exponent k) (k1 u)).
Proof.
  split; intros u [[H1| <-] H2].
  - apply k0_series. lra.
  - exact k0_series_end.
  - apply k1_series. lra.
  - exact k1_series_end.
Qed.

(** The series of k0 is not that of k1: at u = 0 they differ. *)
Theorem mutant_lemma_3_closed : ~ (
  (forall u, -1 <= u <= 1 -> is_series (fun k => k0_coefficient k * u ^ k0_exponent k) (k1 u)) /\
  (forall u, -1 <= u <= 1 -> is_series (fun k => k1_coefficient k * u ^ k1_exponent k) (k1 u))).
Proof.
  intros [H _]. specialize (H 0 ltac:(lra)). assert (H0 := k0_series 0 ltac:(lra)).
  apply is_series_unique in H. apply is_series_unique in H0. rewrite H in H0.
  assert (HPI := PI2_3_2). unfold k0, k1 in H0. rewrite acos_0 in H0. replace (1 - 0 ^ 2) with 1 in H0 by ring. rewrite sqrt_1 in H0.
  assert (E : (0 * (PI - PI / 2) + 1) / PI * PI = (PI - PI / 2) / PI * PI) by (rewrite H0; reflexivity).
  replace ((0 * (PI - PI / 2) + 1) / PI * PI) with 1 in E by (field; lra). replace ((PI - PI / 2) / PI * PI) with (PI / 2) in E by (field; lra). lra.
Qed.
