import pytest

from ntk_companion.evidence import Evidence, Kind, Role, Verdict, certified, symbolic
from ntk_companion.judging import MutantKilled, Run, Tally, check, counterexample, random_seed, record, running
from ntk_companion.statement import Hypothesis, Statement


def statement(**changes):
    fields = {"id": "test:a", "title": "t", "source": "s", "number": "1", "formula": "f", "qualification": "q"}
    return Statement(**fields | changes)


def test_a_refutation_that_nobody_expects_raises():
    with pytest.raises(AssertionError, match="1 < 0"):
        Tally(Role.STATEMENT, refutation_expected=False).add(certified(False, "1 < 0"))


def test_a_refutation_of_a_finding_is_counted():
    tally = Tally(Role.STATEMENT, refutation_expected=True)
    tally.add(certified(False, "as expected"))
    tally.add(certified(False, "a smaller case"))
    tally.add(symbolic(Verdict.REFUTED, "exactly", covers_all=True))
    assert tally.refutation == "[certified] as expected; [symbolic] exactly"
    assert tally.verdicts == {Verdict.REFUTED: 3}


@pytest.mark.parametrize("role", [Role.MUTANT, Role.COUNTEREXAMPLE])
def test_the_first_refutation_of_a_mutant_ends_its_check(role):
    with pytest.raises(MutantKilled):
        Tally(role, refutation_expected=False).add(certified(False))


def test_the_tightest_margin_is_kept():
    tally = Tally(Role.STATEMENT, refutation_expected=False)
    for margin in (3.0, 1.0, 2.0):
        tally.add(certified(True, margin=margin))
    assert tally.margin == 1.0


def test_undecided_evidence_is_neither_confirmed_nor_refuted():
    assert certified(None).verdict is Verdict.INCONCLUSIVE


def test_a_disproof_covers_no_quantifier():
    assert not symbolic(Verdict.REFUTED, covers_all=True).covers_all
    assert symbolic(Verdict.CONFIRMED, covers_all=True).covers_all


def test_symbolic_evidence_is_no_bool_and_says_whether_it_covers_all():
    with pytest.raises(TypeError, match="takes a Verdict, not False"):
        symbolic(False, covers_all=False)
    with pytest.raises(TypeError, match="covers_all"):
        symbolic(Verdict.CONFIRMED)


def test_recording_outside_a_run_still_raises_on_a_refutation():
    record(Evidence(Kind.SYMBOLIC, Verdict.CONFIRMED))
    with pytest.raises(AssertionError):
        record(symbolic(Verdict.REFUTED, covers_all=False))


def test_two_statements_cannot_share_an_id():
    check(statement(id="test:twice"))
    with pytest.raises(ValueError, match="test:twice"):
        check(statement(id="test:twice", title="another"))


def test_a_counterexample_names_a_hypothesis_of_its_statement():
    with pytest.raises(ValueError, match="no hypothesis"):
        counterexample(statement(id="test:c"), Hypothesis("other", "another"))


def test_seeds_depend_on_the_statement_the_purpose_and_the_session():
    def seed(name, session, purpose):
        with running(Run(name, Tally(Role.STATEMENT, False), session, False)):
            return random_seed(purpose)

    seeds = {seed("a", 0, "x"), seed("b", 0, "x"), seed("a", 1, "x"), seed("a", 0, "y")}
    assert len(seeds) == 4
    assert seed("a", 0, "x") == seed("a", 0, "x")
