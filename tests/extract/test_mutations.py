"""Whatever is done to an answer, its rows are those of the untouched one but for what it names, or
the error is ours."""

import copy
import json
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug import Response

from extract.world_bank import Answer, WorldBank
from smed.errors import SmedError
from tests.extract.conftest import LIVE_DAY
from tests.extract.lying_api import answer

SERIES = "GB.XPD.RSDV.GD.ZS"
DATA = rf"/series/{SERIES}/country/"
ECONOMIES = ("IDN", "THA")
YEARS = range(2010, 2013)
# of another type than what stands there; the last two would be legal answers in place of a value
OTHERS = ["text", True, [], {}, [[]], {"id": 1}, "", 10**400, -1, None]
LEGAL_VALUES = -2


def places(tree: object, path: tuple = ()) -> list[tuple]:
    """The paths of everything in a JSON tree."""
    children = tree.items() if isinstance(tree, dict) else ()
    children = enumerate(tree) if isinstance(tree, list) else children
    found = [path] if path else []
    for key, child in children:
        found += places(child, (*path, key))
    return found


def mutated(page: dict, data) -> dict | str:
    """The page with one thing dropped, repeated, of another type, or the text cut short."""
    path = data.draw(st.sampled_from(places(page)), label="place")
    kind = data.draw(st.sampled_from(["drop", "retype", "repeat", "truncate"]), label="kind")
    if kind == "truncate":
        text = json.dumps(page)
        return text[: data.draw(st.integers(0, len(text) - 1), label="length")]
    parent = page
    for key in path[:-1]:
        parent = parent[key]
    if kind == "drop":
        del parent[path[-1]]
    elif kind == "repeat" and isinstance(parent, list):
        parent.insert(path[-1], copy.deepcopy(parent[path[-1]]))
    else:
        is_value = path[-1] == "value" and "variable" in parent
        others = OTHERS[:LEGAL_VALUES] if is_value else OTHERS
        parent[path[-1]] = data.draw(st.sampled_from(others), label="other")
    return page


@pytest.fixture
def bank(api, settings) -> SimpleNamespace:
    """A client that has learned what it needs, and the untouched page and grid."""
    patient = settings.model_copy(update={"http_attempts": 1})
    client = WorldBank(patient)
    page = {}
    api.tell(DATA, lambda _, truth: page.update(truth) or Response(json.dumps(truth)))
    grid = client.series(SERIES, "2", ECONOMIES, YEARS, None).grid
    return SimpleNamespace(client=client, page=page, cells=grid.cells, title=grid.title, api=api)


def asked(client: WorldBank) -> Answer | SmedError:
    """The answer, or the error that names what is wrong with it."""
    try:
        return client.series(SERIES, "2", ECONOMIES, YEARS, None)
    except SmedError as error:
        return error


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_mutated_answer_gives_the_same_rows_but_for_what_is_named_or_an_error(bank, data):
    lie = mutated(copy.deepcopy(bank.page), data)
    bank.api.tell(DATA, answer(lie if isinstance(lie, str) else json.dumps(lie)))
    outcome = asked(bank.client)
    if isinstance(outcome, SmedError):
        assert SERIES in str(outcome)
        assert "\n" not in str(outcome)
    else:
        grid, marked = outcome.grid, {problem[:2] for problem in outcome.grid.problems}
        # one economy at most, and in it only what is named
        assert len({economy for economy, _ in marked}) <= 1
        assert grid.title == bank.title
        assert grid.cells == tuple(
            (*cell[:2], None) if cell[:2] in marked else cell for cell in bank.cells
        )
        assert bank.client.dated(outcome, SERIES, LIVE_DAY) == (LIVE_DAY, "lastupdated")
