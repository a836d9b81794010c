import math
import re
from pathlib import Path

import pytest

import checks
from checks.setups.budget import BUDGET
from numerics.statistics import RUN_FALSE_ALARM, FalseAlarmBudget


def test_the_shares_of_the_false_alarm_budget_add_up_to_at_most_one_in_a_million():
    assert RUN_FALSE_ALARM == 1e-6
    assert math.fsum(BUDGET.shares.values()) <= RUN_FALSE_ALARM


def test_a_budget_that_spends_more_is_refused():
    with pytest.raises(ValueError, match="more than"):
        FalseAlarmBudget({"one": 6e-7, "two": 6e-7})


def test_every_share_is_spent_by_a_check_and_every_check_spends_a_share():
    sources = "".join(path.read_text() for path in Path(checks.__file__).parent.rglob("*.py"))
    spent = set(re.findall(r'BUDGET\.alpha\("([^"]+)"', sources))
    assert spent | {"audit:divergence"} == set(BUDGET.shares)  # the auditor's own rate, for all its claims together
