"""Names under which countries are printed: of a member state, or of who is no party and why."""

import shutil

import pytest

from smed.errors import PlanInvalid
from smed.plan import read_plan
from smed.settings import DBT_PROJECT


@pytest.mark.parametrize("row", [",Atlantis,", "VNM,Viet-Nam,it is a member"])
def test_a_name_is_of_a_member_state_or_says_why_it_is_none(tmp_path, row):
    seeds = tmp_path / "seeds"
    shutil.copytree(DBT_PROJECT / "seeds", seeds)
    path = seeds / "country_aliases.csv"
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    with pytest.raises(PlanInvalid, match="needs either a country_code or an explanation"):
        read_plan(seeds)
