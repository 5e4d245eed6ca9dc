"""What the plan must say of a component, since nothing else tells what its source may send."""

import pytest

from smed.errors import PlanInvalid
from smed.plan import read_plan
from tests.smed.test_plan import _replace, seeds  # noqa: F401


@pytest.mark.parametrize(
    ("seed", "old", "new", "said"),
    [
        ("adb_economies", "BRU,BND", "BRU,", "row 2: currency_code is empty; fill it in"),
        ("adb_economies", "BRU,BND", "BRU,bnd", "row 2: currency_code: "),
        ("component_series", "PS,100000,", "PS,,", "row 2: plausible_min is empty; fill it in"),
        ("component_series", "PS,100000,", "PS,4e8,", "row 2: row: plausible_min is not below"),
        ("component_series", "PS,100000,", "PS; PER,100000,", "row 2: source_unit_codes: "),
    ],
)
def test_a_component_without_its_unit_or_range_is_named(seeds, seed, old, new, said):  # noqa: F811
    _replace(seeds / f"{seed}.csv", old, new)
    with pytest.raises(PlanInvalid) as raised:
        read_plan(seeds)
    assert f"{seed}.csv {said}" in str(raised.value)
