"""What lies beside the pages."""

from pathlib import Path

import altair
import vl_convert

from publish.report import chart_kinds, charts, writing

ASSETS = Path(writing.__file__).parent / "assets"


def test_the_chart_libraries_are_those_of_the_package_unchanged():
    """Of the very version that altair writes for; else it warns in the reader's console."""
    version = altair.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
    bundle = vl_convert.javascript_bundle(vl_version=version)
    assert (ASSETS / "charts.js").read_text(encoding="utf-8") == bundle


def test_the_specifications_are_those_that_altair_makes():
    """Else: make charts."""
    assert charts.SPECIFICATIONS.read_text(encoding="utf-8") == chart_kinds.specifications()


def test_their_licences_lie_beside_them():
    said = (ASSETS / "charts.licences.txt").read_text(encoding="utf-8")
    assert "BSD 3-Clause" in said
    assert "ISC License" in said


def test_nothing_of_ours_names_a_place_to_fetch_from():
    for name in ("page.js", "report.css"):
        assert "http" not in (ASSETS / name).read_text(encoding="utf-8"), name
