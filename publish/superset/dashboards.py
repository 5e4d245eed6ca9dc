"""Dashboards of Superset from ``dashboards.yml``: rows of charts, filters, one set of colours."""

from publish.superset.charts import Chart
from publish.superset.datasets import VERSION, Dataset, uuid_of
from publish.superset.words import all_colours

WIDTH = 12
_NOTE_HEIGHT = 10
_LAYOUT = {"background": "BACKGROUND_TRANSPARENT"}


def dashboard_document(
    name: str, page: dict, filters: dict[str, dict], charts: dict[str, Chart], datasets
) -> dict:
    """As Superset imports it."""
    return {
        "dashboard_title": page["title"],
        "description": page["note"],
        "css": "",
        "slug": f"smed-{name}",
        "published": True,
        "uuid": uuid_of("dashboard", name),
        "version": VERSION,
        "position": _position(page, charts),
        "metadata": {
            "native_filter_configuration": [
                _filter(key, filters[key], page, datasets) for key in page["filters"]
            ],
            "label_colors": all_colours(),
            "color_scheme": "googleCategory10c",
            "cross_filters_enabled": True,
            "refresh_frequency": 0,
            "timed_refresh_immune_slices": [],
            "expanded_slices": {},
            "chart_configuration": {},
            "global_chart_configuration": {"scope": {"rootPath": ["ROOT_ID"], "excluded": []}},
        },
    }


def chart_names(page: dict) -> list[str]:
    """The charts of a page, from top to bottom."""
    return [name for row in page["rows"] for name in row]


def _position(page: dict, charts: dict[str, Chart]) -> dict:
    rows = [f"ROW-{number}" for number in range(len(page["rows"]) + 1)]
    found = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": _element("GRID", "GRID_ID", rows, ["ROOT_ID"], {}),
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": page["title"]}},
        rows[0]: _element("ROW", rows[0], ["MARKDOWN-note"], ["ROOT_ID", "GRID_ID"], _LAYOUT),
        "MARKDOWN-note": _element(
            "MARKDOWN",
            "MARKDOWN-note",
            [],
            ["ROOT_ID", "GRID_ID", rows[0]],
            {"code": page["note"], "width": WIDTH, "height": _NOTE_HEIGHT},
        ),
    }
    number = 0
    for row, placed in zip(rows[1:], page["rows"], strict=True):
        names = [f"CHART-{name}" for name in placed]
        found[row] = _element("ROW", row, names, ["ROOT_ID", "GRID_ID"], _LAYOUT)
        for name, size in placed.items():
            number += 1
            width, height = map(int, size.split("/"))
            meta = {
                # set by the import, which tells charts apart by it
                "chartId": number,
                "uuid": charts[name].uuid,
                "sliceName": charts[name].title,
                "width": width,
                "height": height,
            }
            key = f"CHART-{name}"
            found[key] = _element("CHART", key, [], ["ROOT_ID", "GRID_ID", row], meta)
    return found


def _element(type_: str, key: str, children: list, parents: list, meta: dict) -> dict:
    return {"type": type_, "id": key, "children": children, "parents": parents, "meta": meta}


def _filter(key: str, given: dict, page: dict, datasets: dict[str, Dataset]) -> dict:
    is_one = given.get("is_one", False)
    numbers = {name: number for number, name in enumerate(chart_names(page), 1)}
    without = [numbers[name] for name in numbers if name not in given.get("only", numbers)]
    return {
        "id": f"NATIVE_FILTER-{key}",
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "name": given["name"],
        "description": "",
        "targets": [
            {
                "datasetUuid": datasets[given["table"]].uuid,
                "column": {"name": given["column"]},
            }
        ],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": without},
        "cascadeParentIds": [f"NATIVE_FILTER-{parent}" for parent in given.get("below", [])],
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        # what is chosen first holds at once
        "requiredFirst": is_one,
        "controlValues": {
            "multiSelect": not is_one,
            "defaultToFirstItem": is_one,
            "enableEmptyFilter": is_one,
            "searchAllOptions": False,
            "inverseSelection": False,
            "sortAscending": True,
        },
    }
