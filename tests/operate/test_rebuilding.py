"""A release can be built again from what it was made of, byte for byte."""

import pytest

from tests.end_to_end.homes import finished

POPULATION = "SP.POP.TOTL"


def test_though_later_vintages_came_an_older_release_comes_out_the_same(
    home_of_two_releases, copy_of
):
    shared, _ = home_of_two_releases
    home = copy_of(shared)
    before = home.bytes_of("releases")
    candidates = set((home.path / "candidates").iterdir())
    said = finished(home.smed("verify", "1", "--rebuild")).stdout
    # every table but what the gate found, as CSV and as Parquet
    files = 2 * (len(home.manifest(1)["tables"]) - 1)
    assert f"it is the same: {files} files of CSV and Parquet, byte for byte" in said
    assert "changed since" not in said
    assert home.bytes_of("releases") == before
    assert home.shown == 2
    assert set((home.path / "candidates").iterdir()) == candidates


def test_where_the_plan_changed_since_the_tables_that_differ_are_named(
    refreshed_home, copy_of, changed_plan
):
    home = copy_of(refreshed_home)
    before = home.bytes_of("releases")
    plan = changed_plan(thresholds=("value_noise_ratio,0.000000001,", "value_noise_ratio,1,"))
    said = finished(home.smed("verify", "--rebuild", SMED_PLAN=plan), 1).stderr.splitlines()[-1]
    assert said.startswith("smed: release 1: built again from its pinned inputs it differs in ")
    # only changes of more than 100 % are revisions any more
    assert {"kpi_revisions", "plan_thresholds"} <= set(_tables(said))
    assert "goals" not in said
    assert "plan, models, checks or tools have changed since it was published" in said
    kept = said.split("compare its csv/ with ")[1].split(", or put those back")[0]
    other = f"{kept}/kpi_revisions.csv"
    with open(other) as built, open(home.path / "published" / "csv" / "kpi_revisions.csv") as old:
        assert 1 < len(built.readlines()) < len(old.readlines())
    assert home.bytes_of("releases") == before


def _tables(said: str) -> list[str]:
    return said.split("differs in ")[1].split(";")[0].split(", ")


@pytest.mark.parametrize(("is_gone", "what"), [(True, "is gone"), (False, "changed since it")])
def test_an_input_that_is_not_what_it_was_is_named(refreshed_home, copy_of, is_gone, what):
    home = copy_of(refreshed_home)
    path = home.landed(POPULATION)[0]
    path.chmod(0o644)
    path.unlink() if is_gone else path.write_bytes(path.read_bytes() + b"x")
    said = finished(home.smed("verify", "--rebuild"), 1).stderr.splitlines()[-1]
    assert said.startswith(f"smed: {path}: {what}")
    assert "put the landed file back from a backup" in said
