"""dbt's documentation of a release: one page, with nothing in it of the machine that made it."""

import json
import re

import pytest

from publish.dbt_docs import DBT_MANIFEST, document, read_columns, write_dbt_docs
from smed.errors import BuildFailed, HomeInvalid


@pytest.fixture
def write_page(make_candidate, tmp_path):
    """Writes the page of a candidate with the given manifest; returns its text."""

    def write(manifest, name="first"):
        candidate = make_candidate(name=name)
        candidate.with_name(DBT_MANIFEST).write_text(json.dumps(manifest))
        folder = tmp_path / f"release-{name}"
        folder.mkdir()
        write_dbt_docs(candidate, folder)
        return (folder / "dbt_docs" / "index.html").read_text()

    return write


def _inlined(page: str) -> tuple[dict, dict]:
    """The manifest and the catalog that stand in a page."""
    start = page.index("{", page.index("{manifest:") + 1)
    manifest, length = json.JSONDecoder().raw_decode(page[start:])
    rest = page[start + length :]
    assert rest.startswith(",catalog:")
    catalog, _ = json.JSONDecoder().raw_decode(rest.removeprefix(",catalog:"))
    return manifest, catalog


def test_the_page_holds_what_dbt_knew_and_the_columns_that_there_are(write_page, dbt_manifest):
    manifest, catalog = _inlined(write_page(dbt_manifest))
    assert manifest["nodes"]["model.toy.figures"]["description"] == "One row per key </script>"
    columns = catalog["nodes"]["model.toy.figures"]["columns"]
    assert {name: column["type"] for name, column in columns.items()} == {
        "key_code": "VARCHAR",
        "value": "DOUBLE",
    }
    assert "source.toy.raw" not in catalog["sources"]  # the candidate has no such table


def test_no_text_of_a_description_ends_the_script_that_it_stands_in(write_page, dbt_manifest):
    assert "per key </script>" not in write_page(dbt_manifest)


def test_two_builds_of_the_same_inputs_have_the_same_page(write_page, dbt_manifest):
    first = write_page(dbt_manifest)
    for node in [*dbt_manifest["nodes"].values(), *dbt_manifest["macros"].values()]:
        node |= {"created_at": 2.5, "root_path": "/elsewhere", "build_path": "/elsewhere/run"}
    dbt_manifest["metadata"] |= {"generated_at": "2027-01-01", "invocation_id": "another"}
    dbt_manifest["parent_map"]["model.toy.scratch"].reverse()
    dbt_manifest["nodes"] = dict(reversed(dbt_manifest["nodes"].items()))
    assert write_page(dbt_manifest, "second") == first
    assert "/made/here" not in first
    assert "made-here" not in first


def test_it_tells_nobody_that_it_is_read(write_page, dbt_manifest):
    dbt_manifest["metadata"]["send_anonymous_usage_stats"] = True
    manifest, _ = _inlined(write_page(dbt_manifest))
    assert manifest["metadata"]["send_anonymous_usage_stats"] is False


def test_it_loads_nothing(write_page, dbt_manifest):
    page = write_page(dbt_manifest)
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*?\s(?:src|href)=[\"']?([^\"'\s>]+)", page)
    assert [place for place in loaded if re.match(r"https?:|//", place)] == []


def test_a_column_that_is_handed_on_is_described_as_in_the_model_that_is_named(
    make_candidate, dbt_manifest
):
    shown = document(dbt_manifest, read_columns(make_candidate()))
    columns = shown["nodes"]["model.toy.scratch"]["columns"]
    # not as in the source, which it reads too but does not name
    assert columns["value"]["description"] == "In per cent; null if unknown"
    assert columns["n"]["description"] == ""


def test_macros_of_others_are_left_out(make_candidate, dbt_manifest):
    shown = document(dbt_manifest, read_columns(make_candidate()))
    assert list(shown["macros"]) == ["macro.toy.own"]
    assert shown["nodes"]["model.toy.figures"]["depends_on"]["macros"] == ["macro.toy.own"]


def test_a_candidate_without_what_dbt_wrote_of_it_is_refused(make_candidate, tmp_path):
    candidate = make_candidate()
    candidate.with_name(DBT_MANIFEST).unlink()
    with pytest.raises(HomeInvalid, match=r"dbt_manifest\.json.*smed refresh --full"):
        write_dbt_docs(candidate, tmp_path)


def test_a_page_of_another_dbt_is_refused(write_page, dbt_manifest, monkeypatch, tmp_path):
    other = tmp_path / "index.html"
    other.write_text("<html></html>")
    monkeypatch.setattr("dbt.task.docs.DOCS_INDEX_FILE_PATH", str(other))
    with pytest.raises(BuildFailed, match="dbt's page has no place for"):
        write_page(dbt_manifest)
