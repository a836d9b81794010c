import json
import sys

import pytest

CHECKS = """
    from hypothesis import given, strategies as st
    from ntk_companion import *

    SQUARES = Statement(id="mine:squares", title="squares", source="me", number="1", formula="x^2 >= 0",
                        qualification="only what was tried",
                        hypotheses=(REAL := Hypothesis("real", "x is real", lambda x: x == x.real),))

    def not_negative(claim, x):
        record(certified(claim(x).real >= 0, f"at {x}", margin=float(claim(x).real)))

    @check(SQUARES, lambda x: x * x, mutants={"cubes": lambda x: x * x * x})
    @given(st.integers())
    def test_squares_are_not_negative(claim, x):
        judge_case(not_negative, claim, x)

    @counterexample(SQUARES, REAL, of=test_squares_are_not_negative)
    def test_the_imaginary_unit_has_a_negative_square(claim):
        judge_case(not_negative, claim, 1j)
"""


def run(pytester, *arguments):
    result = pytester.runpytest_subprocess("-p", "no:randomly", *arguments)
    path = pytester.path / "ledger.json"
    return result, json.loads(path.read_text()) if path.exists() else None


def test_a_check_file_in_any_folder_ends_with_a_ledger(pytester):
    pytester.makepyfile(test_mine=CHECKS)
    result, ledger = run(pytester)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["mine:squares *CONFIRMED *instances: * certified * 2/2 *"])
    (entry,) = ledger["statements"]
    assert entry["necessity"] == {"real": "fails without it (certified): at 1j"}
    assert entry["mutants"][0]["by"].startswith("at -")


def test_the_ledger_is_the_same_on_two_workers(pytester):
    pytester.makepyfile(test_mine=CHECKS)
    _, alone = run(pytester)
    _, together = run(pytester, "-n", "2")
    for ledger in (alone, together):
        del ledger["index"]
        for entry in ledger["statements"]:
            del entry["seconds"]
    assert alone == together


def test_a_run_of_a_part_leaves_the_ledger_of_the_whole(pytester):
    pytester.makepyfile(test_mine=CHECKS)
    _, whole = run(pytester)
    result, part = run(pytester, "-k", "cubes")
    assert part == whole
    result.stdout.fnmatch_lines(["written to *, except mine:squares: run only in part"])


def test_checks_of_two_folders_land_in_one_ledger(pytester):
    pytester.makepyfile(test_mine=CHECKS)
    run(pytester)
    pytester.makepyfile(test_mine=CHECKS.replace("mine:squares", "yours:squares"))
    _, both = run(pytester)
    assert [entry["id"] for entry in both["statements"]] == ["mine:squares", "yours:squares"]


def test_a_surviving_mutant_turns_the_run_red(pytester):
    pytester.makepyfile(test_mine=CHECKS.replace("x * x * x", "x * x + 1"))
    result, ledger = run(pytester)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*FAILS: mine:squares: the mutant 'cubes' survives"])
    assert not ledger["statements"][0]["mutants"][0]["killed"]


def test_a_refuted_statement_turns_the_run_red_with_a_shrunk_case(pytester):
    pytester.makepyfile(test_mine=CHECKS.replace("lambda x: x * x, ", "lambda x: x, "))
    result, ledger = run(pytester)
    assert result.ret == 1
    assert ledger["statements"][0]["verdict"] == "REFUTED"
    result.stdout.fnmatch_lines(["*refuted (certified): at -1*"])


def test_a_check_that_records_nothing_turns_the_run_red(pytester):
    pytester.makepyfile(test_mine=CHECKS.replace("record(certified(claim(x)", "(certified(claim(x)"))
    result, _ = run(pytester)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*the check recorded no evidence*"])


@pytest.mark.parametrize(
    ("case", "says"),
    [("2", "*'real' holds on this case, which drops it*"), ("1j * 1j * 1j + 2", "*no counterexample without*")],
)
def test_what_is_no_counterexample_turns_the_run_red(pytester, case, says):
    pytester.makepyfile(test_mine=CHECKS.replace("claim, 1j)", f"claim, {case})"))
    result, _ = run(pytester)
    assert result.ret == 1
    result.stdout.fnmatch_lines([says])


def test_a_counterexample_that_is_not_put_to_the_judge_shows_no_necessity(pytester):
    pytester.makepyfile(
        test_mine=CHECKS.replace("judge_case(not_negative, claim, 1j)", "record(certified(False, 'i'))")
    )
    _, ledger = run(pytester)
    assert ledger["statements"][0]["necessity"] == {"real": "necessity not known"}


def test_a_case_on_which_a_hypothesis_fails_confirms_nothing(pytester):
    pytester.makepyfile(test_mine=CHECKS.replace("not_negative, claim, x)", "not_negative, claim, x + 1j)"))
    _, ledger = run(pytester)
    assert ledger["statements"][0]["verdict"] == "VACUOUS"


def test_a_skipped_check_does_not_confirm(pytester):
    skipped = CHECKS.replace("record(certified(", "import pytest; pytest.skip('no time'); record(certified(")
    pytester.makepyfile(test_mine=skipped)
    _, ledger = run(pytester)
    assert ledger["statements"][0]["verdict"] == "INCONCLUSIVE"


def test_the_seed_changes_the_examples_and_their_absence_fixes_them(pytester):
    pytester.makepyfile(test_mine=CHECKS.replace("record(cert", "open('seen', 'a').write(f'{x} '); record(cert"))
    seen = []
    for arguments in ((), (), ("--seed", "1"), ("--seed", "2")):
        run(pytester, *arguments)
        seen.append((pytester.path / "seen").read_text())
        (pytester.path / "seen").unlink()
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3


def test_a_baseline_of_ones_own_is_recorded_and_held_to(pytester):
    pytester.makepyfile(test_mine=CHECKS)
    result, _ = run(pytester, "--baseline", "mine.json", "--write-baseline")
    assert result.ret == 0
    (entry,) = json.loads((pytester.path / "mine.json").read_text())["statements"]
    assert (entry["id"], entry["verdict"], entry["revision"]) == ("mine:squares", "CONFIRMED", 1)
    assert run(pytester, "--baseline", "mine.json")[0].ret == 0
    pytester.makepyfile(test_mine=CHECKS.replace('"mine:squares"', '"mine:other"'))
    result, _ = run(pytester, "--baseline", "mine.json")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAILS: mine:squares is in the baseline and was not run"])


def test_a_baseline_must_be_there_or_be_written_to_a_file_of_ones_own(pytester):
    pytester.makepyfile(test_mine=CHECKS)
    result, _ = run(pytester, "--baseline", "mine.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*there is no baseline mine.json*"])
    result, _ = run(pytester, "--write-baseline")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAILS: no baseline was written*"])


def test_ordinary_tests_are_left_alone(pytester):
    pytester.makepyfile(test_plain="def test_nothing():\n    pass\n")
    result, ledger = run(pytester)
    assert result.ret == 0
    assert ledger is None


@pytest.mark.parametrize("name", ["--ntk-profile", "--profile", "--seed", "--ledger"])
def test_the_options_are_documented(pytester, name):
    assert name in pytester.runpytest_subprocess("--help").stdout.str()


def test_a_baseline_of_another_version_fails_the_run_in_a_sentence_and_can_be_written_anew(pytester):
    pytester.makepyfile(test_mine=CHECKS)
    (pytester.path / "mine.json").write_text('{"schema": "older"}')
    result, _ = run(pytester, "--baseline", "mine.json")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["FAILS: no baseline to hold the run to: *not a ledger of this version*"])
    assert run(pytester, "--baseline", "mine.json", "--write-baseline")[0].ret == 0


def test_a_mutant_on_which_the_check_ends_in_an_error_is_no_survivor(pytester):
    pytester.makepyfile(test_mine=CHECKS.replace("lambda x: x * x * x", "lambda x: 1 // 0"))
    result, ledger = run(pytester)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["*FAILS: mine:squares: the mutant 'cubes' was not decided: its check ended with ZeroDivisionError: *"]
    )
    result.stdout.no_fnmatch_line("*survives*")
    mutant = ledger["statements"][0]["mutants"][0]
    assert not mutant["killed"] and mutant["error"].startswith("ZeroDivisionError: ")


def test_a_refutation_without_a_detail_is_told_in_words(pytester):
    without = CHECKS.replace('f"at {x}", ', "").replace("x * x, mutants", "x * x - 1, mutants")
    pytester.makepyfile(test_mine=without)
    result, ledger = run(pytester)
    result.stdout.fnmatch_lines(["*refuted (certified): the check does not say where"])
    (entry,) = ledger["statements"]
    assert entry["refutation"] == "the check does not say where"
    assert all(mutant["by"] for mutant in entry["mutants"])


def test_a_row_without_a_judge_has_the_parameters_of_its_test_for_coordinates(pytester):
    pytester.makepyfile(
        test_mine="""
        import pytest
        from ntk_companion import *
        ONE = Statement(id="mine:one", title="one", source="me", number="1", formula="1", qualification="one case")

        @pytest.mark.parametrize("depth", [3])
        @check(ONE, 1, mutants={"two": 2})
        def test_one(claim, depth):
            record(certified(claim == 1, f"{claim}"))
        """
    )
    _, ledger = run(pytester)
    assert ledger["statements"][0]["mutants"][0]["case"] == "depth = 3"


def test_a_check_that_stalls_fails_and_the_others_are_run(pytester):
    stalling = CHECKS.replace("judge_case(not_negative, claim, x)", "exec('while True: pass')")
    pytester.makepyfile(test_mine=stalling)
    pytester.makeconftest("import ntk_companion.plugin as p; p.MOST_SECONDS = {'default': 1}")
    result, ledger = run(pytester)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["mine:squares: stalled, not done in 1 s"])
    assert ledger["statements"][0]["verdict"] == "INCONCLUSIVE"


@pytest.mark.parametrize(
    "options",
    [["--ledger", "nowhere/ledger.json"], ["--ledger", "folder"], ["--ledger", "notes.txt"], [], ["-n", "2"]],
    ids=" ".join,
)
def test_a_place_where_no_ledger_can_go_is_told_before_any_check_runs(pytester, options):
    pytester.makepyfile(test_mine=CHECKS.replace("x * x,", "open('ran', 'w').write('') or x * x,"))
    (pytester.path / "folder").mkdir()
    mine = pytester.path / "notes.txt" if "--ledger" in options else pytester.path / "ledger.json"
    mine.write_text('{"mine": 1}')
    result, _ = run(pytester, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*ledger*give another --ledger*"])
    assert mine.read_text() == '{"mine": 1}' and not (pytester.path / "ran").exists()


def test_data_of_a_package_that_is_not_installed_are_skipped_and_the_verdict_says_so(pytester):
    pytester.makepyfile(test_mine=CHECKS)
    run(pytester, "--baseline", "mine.json", "--write-baseline")
    missing = "from numerics.data.images import NotInstalledError; raise NotInstalledError('needs mlxtend')"
    pytester.makepyfile(test_mine=CHECKS.replace("record(certified(", f"{missing}; record(certified("))
    result, ledger = run(pytester, "--baseline", "mine.json")
    assert result.ret == 0
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["mine:squares *INCONCLUSIVE (skipped)*", "SKIPPED*mine:squares: needs mlxtend"])
    assert ledger["statements"][0]["undecided"] == "needs mlxtend"


@pytest.mark.parametrize("fault", ["edited", "of another version"])
def test_a_run_of_some_checks_leaves_a_ledger_that_it_cannot_add_to(pytester, fault):
    pytester.makepyfile(test_mine=CHECKS)
    _, ledger = run(pytester)
    path = pytester.path / "ledger.json"
    if fault == "edited":
        ledger["statements"][0]["verdict"] = "REFUTED"
    else:
        ledger = {"schema": "ntk-companion ledger 1"}
    path.write_text(json.dumps(ledger))
    result, after = run(pytester)
    assert result.ret == 1 and after == ledger
    result.stdout.fnmatch_lines(["mine:squares *CONFIRMED*", "FAILS: the ledger was not written*ledger.json*"])


def test_runs_at_the_same_time_lose_none_of_their_entries(pytester):
    for name in "abc":
        pytester.makepyfile(**{f"test_{name}": CHECKS.replace("mine:squares", f"mine:{name}")})
    runs = [pytester.popen([sys.executable, "-m", "pytest", "-q", f"test_{name}.py"], stdout=-3) for name in "abc"]
    assert [one.wait() for one in runs] == [0, 0, 0]
    ledger = json.loads((pytester.path / "ledger.json").read_text())
    assert {entry["id"] for entry in ledger["statements"]} == {"mine:a", "mine:b", "mine:c"}
