"""The charts: Vega-Lite, one specification per kind, filled with the rows of a page."""

import json
import textwrap
from functools import cache
from pathlib import Path

from publish.report.labels import N_
from publish.report.wording import Words

# Okabe and Ito's palette, apart for colour-blind eyes; the dashes tell the same without colour
BLUE, ORANGE, GREEN, VERMILLION = "#0072b2", "#b35900", "#007a5a", "#c44500"
INK, PALE = "#1b2733", "#d5dce3"
SERIES_COLOURS = [BLUE, ORANGE, GREEN]
SERIES_DASHES = [[1, 0], [6, 3], [2, 2]]
UNIT, LOW, HIGH, FORMAT, SERIES = "@unit", "@low", "@high", "@format", "@series"
FIRST, LAST = "@first", "@last"
# what `chart_kinds` says, by kind: to import altair takes a third of the time of all pages
SPECIFICATIONS = Path(__file__).with_name("charts.json")
# characters of a line above the narrowest chart
UNIT_WIDTH = 44
# pixels of a row of the timeline
LINE_HEIGHT = 26
HELD_BACK = N_("newer figures held back")
NATURES = {
    "recorded": N_("recorded"),
    "illustrative": N_("illustrative"),
    "live": N_("from the source"),
}


def nature_of(row: dict) -> str:
    """Whether a figure is invented or quoted, recorded earlier, or came from its source."""
    if row.get("is_illustrative"):
        return "illustrative"
    return "recorded" if row.get("is_recorded") else "live"


class Charts:
    """The charts of one page in one language: each is a specification that a script draws."""

    def __init__(self, words: Words) -> None:
        self.w = words

    def members(self, rows: list[dict], members: list[dict]) -> dict | None:
        """A small multiple per member state that has a value, all on one scale; None without."""
        told = {r["country_code"]: r for r in members if r["latest_value"] is not None}
        rows = [row for row in rows if row["country_code"] in told]
        points = [self._point(row, told[row["country_code"]]) for row in rows]
        return self._chart("members", points, rows, [])

    def country(
        self, rows: list[dict], own: dict, means: list[dict], span: list[float]
    ) -> dict | None:
        """A member state's line beside the means of the groups, on the KPI's own scale."""
        points = [self._point(row, own) for row in rows]
        if not any(point["value"] is not None for point in points):
            return None
        name = self.w.country(own["country_code"])
        points = [{**point, "series": name} for point in points]
        groups = sorted({row["group_code"] for row in means})
        points += [self._mean(row) for row in means]
        return self._chart("lines", points, rows, [name, *groups], span)

    def region(self, means: list[dict], unit: str, region: str) -> dict | None:
        """The means of the region, which comes first, and of its groups."""
        points = [self._mean(row) for row in means]
        groups = sorted(
            {row["group_code"] for row in means}, key=lambda code: (code != region, code)
        )
        rows = [{"value": row["value"], "unit_code": unit} for row in means]
        return self._chart("lines", points, rows, groups)

    def gap(self, gaps: list[dict]) -> dict | None:
        """How many times the mean of one group is that of the other, year by year."""
        points = [
            {
                "year": row["observation_year"],
                "value": row["gap_ratio"],
                "nature": self.w(NATURES[nature_of(row)]),
                "hollow": bool(row["is_illustrative"]),
            }
            for row in gaps
        ]
        rows = [{"value": point["value"], "unit_code": None} for point in points]
        rows.append({"value": 1, "unit_code": None})
        if all(point["value"] is None for point in points):
            return None
        return self._chart("gap", points, rows, [], unit=self.w("times"))

    def lines(self, lines: list[dict], reports: dict[str, dict]) -> dict | None:
        """Action lines by their first due date, with the slip to the one that holds now."""
        rows = []
        for line in lines:
            newest = reports.get(line["action_line_code"], line)
            days = {
                "due": line["initial_due_date"],
                "now": newest["current_due_date"],
                "done": line["completed_date"],
            }
            status = self.w.label("delivery", line["delivery_status"])
            rows += [
                {
                    "line": line["action_line_code"],
                    "mark": mark,
                    "day": str(day),
                    "until": str(days["now"] or day) if mark == "due" else str(day),
                    "status": status,
                    "hollow": mark in ("now", "done")
                    and bool(line["is_illustrative"] or newest["is_illustrative"]),
                }
                for mark, day in days.items()
                if day
            ]
        if not rows:
            return None
        height = LINE_HEIGHT * len({row["line"] for row in rows})
        said = json.loads(template_of("timeline"))
        return said | {"data": {"values": rows}, "height": height}

    def _point(self, row: dict, told: dict) -> dict:
        year, value = row["observation_year"], row["value"]
        ended = told["source_state"] == "discontinued" and year == told["latest_year"]
        return {
            "member": self.w.country(row["country_code"]),
            "year": year,
            "value": value,
            "baseline": told["baseline_value"],
            "nature": self._nature(row),
            "hollow": bool(row["is_illustrative"]),
            "break": bool(row["is_break"]),
            "end": bool(ended),
            "held": bool(told["is_held_back"]) and year == told["latest_year"],
        }

    def _nature(self, row: dict) -> str:
        said = self.w(NATURES[nature_of(row)])
        return f"{said}; {self.w(HELD_BACK)}" if row["is_held_back"] else said

    def _mean(self, row: dict) -> dict:
        return {
            "series": row["group_code"],
            "year": row["observation_year"],
            "value": row["value"],
            "nature": self.w(NATURES[nature_of(row)]),
            "hollow": bool(row["is_illustrative"]),
        }

    def _chart(
        self,
        kind: str,
        points: list[dict],
        rows: list[dict],
        series: list[str],
        span: list[float] | None = None,
        unit: str | None = None,
    ) -> dict | None:
        """A kind's specification with its scale, unit and rows; None where no row has a value."""
        values = [row["value"] for row in rows if row["value"] is not None]
        if not values:
            return None
        low, high = span or (min(values), max(values))
        code = next((row["unit_code"] for row in rows if row["value"] is not None), None)
        gaps = {
            FIRST: min(point["year"] for point in points),
            LAST: max(point["year"] for point in points),
            LOW: low,
            HIGH: high,
            UNIT: textwrap.wrap(unit or self.w.unit(code), UNIT_WIDTH),
            FORMAT: f",.{self.w.digits(code) if code else 1}f",
        }
        said = template_of(kind).replace(json.dumps([SERIES]), json.dumps(series))
        for gap, value in gaps.items():
            said = said.replace(json.dumps(gap), json.dumps(value))
        return json.loads(said) | {"data": {"values": points}}


@cache
def _templates() -> dict[str, str]:
    kinds = json.loads(SPECIFICATIONS.read_bytes())
    return {kind: json.dumps(said) for kind, said in kinds.items()}


def template_of(kind: str) -> str:
    """A kind's specification as JSON, with gaps for what differs from chart to chart."""
    return _templates()[kind]
