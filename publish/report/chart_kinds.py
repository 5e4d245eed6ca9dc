"""The kinds of charts as altair builds them; what begins with ``@`` is filled in per chart.

Pages are made from ``charts.json``, which ``make charts`` writes from this.
"""

import json

import altair as alt

from publish.report.charts import (
    BLUE,
    FIRST,
    FORMAT,
    HIGH,
    INK,
    LAST,
    LOW,
    PALE,
    SERIES,
    SERIES_COLOURS,
    SERIES_DASHES,
    SPECIFICATIONS,
    UNIT,
    VERMILLION,
)

FONT = "system-ui, sans-serif"
CONFIG = {
    # the figure around it says what it shows
    "aria": False,
    "font": FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": PALE,
        "domainColor": INK,
        "tickColor": INK,
    },
    "header": {"labelFontSize": 13, "labelFontWeight": "bold", "labelColor": INK},
    # the unit, above the axis, where a long one has room
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 12,
        "fontWeight": "normal",
        "color": INK,
        "offset": 8,
    },
    "legend": {"labelFontSize": 13, "symbolSize": 200, "labelColor": INK},
}
YEAR = alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=3, grid=False)).scale(
    domain=[FIRST, LAST], zero=False, nice=False
)


def _value(**scale) -> alt.Y:
    """A line's axis: it need not begin at zero."""
    return alt.Y("value:Q", title=None, axis=alt.Axis(format=FORMAT, tickCount=4)).scale(
        zero=False, nice=True, **scale
    )


def _tooltip(*first: str) -> list:
    return [
        *(alt.Tooltip(f"{name}:N") for name in first),
        alt.Tooltip("year:Q", format="d"),
        alt.Tooltip("value:Q", format=FORMAT),
        alt.Tooltip("nature:N"),
    ]


def _points(colour, *first: str) -> alt.Chart:
    """Hollow where a figure is invented or merely quoted."""
    encoded = {"color": colour} if isinstance(colour, alt.Color) else {}
    stroke = {} if encoded else {"stroke": colour}
    hollow = alt.condition("datum.hollow", alt.value("white"), alt.value(stroke.get("stroke", INK)))
    chart = alt.Chart().transform_filter("isValid(datum.value)")
    return chart.mark_point(size=26, opacity=1, strokeWidth=1.6, **stroke).encode(
        x=YEAR, y=_value(domain=[LOW, HIGH]), fill=hollow, tooltip=_tooltip(*first), **encoded
    )


def _breaks() -> alt.Chart:
    """A cut line where a series was broken."""
    chart = alt.Chart().transform_filter("datum.break")
    return chart.mark_rule(stroke=VERMILLION, strokeDash=[2, 2], strokeWidth=1.5).encode(x=YEAR)


def _ends() -> alt.Chart:
    """A cap where a series ended."""
    chart = alt.Chart().transform_filter("datum.end")
    return chart.mark_tick(orient="vertical", size=18, thickness=3, color=INK).encode(
        x=YEAR, y=_value(domain=[LOW, HIGH])
    )


def _held() -> alt.Chart:
    """A square around the last point of a series of which newer figures are held back."""
    chart = alt.Chart().transform_filter("datum.held")
    return chart.mark_point(shape="square", size=170, stroke=VERMILLION, strokeWidth=2).encode(
        x=YEAR, y=_value(domain=[LOW, HIGH])
    )


def _baseline() -> alt.Chart:
    chart = alt.Chart().transform_filter("isValid(datum.baseline)")
    return chart.mark_rule(stroke=INK, strokeDash=[5, 4], strokeWidth=1).encode(
        y=alt.Y("max(baseline):Q", title=None)
    )


def members() -> dict:
    """Small multiples of member states on one scale, their baselines dashed."""
    line = (
        alt.Chart()
        .mark_line(stroke=BLUE, strokeWidth=2)
        .encode(x=YEAR, y=_value(domain=[LOW, HIGH]))
    )
    layers = alt.layer(_baseline(), line, _breaks(), _ends(), _points(BLUE, "member"), _held())
    facets = layers.properties(width=130, height=96).facet(
        facet=alt.Facet("member:N", title=None), columns=5, data=alt.Data(name="rows")
    )
    return _finished(facets)


def lines() -> dict:
    """A few lines that differ in colour and dash."""
    colour = alt.Color(
        "series:N", title=None, legend=alt.Legend(orient="top", columns=3, symbolType="stroke")
    ).scale(domain=[SERIES], range=SERIES_COLOURS)
    dash = alt.StrokeDash("series:N", title=None).scale(domain=[SERIES], range=SERIES_DASHES)
    line = (
        alt.Chart()
        .mark_line(strokeWidth=2.2)
        .encode(x=YEAR, y=_value(domain=[LOW, HIGH]), color=colour, strokeDash=dash)
    )
    hollow = alt.condition("datum.hollow", alt.value("white"), alt.Color("series:N", legend=None))
    points = (
        alt.Chart()
        .transform_filter("isValid(datum.value)")
        .mark_point(size=24, opacity=1)
        .encode(
            x=YEAR,
            y=_value(domain=[LOW, HIGH]),
            color=colour,
            fill=hollow,
            tooltip=_tooltip("series"),
        )
    )
    layers = (_baseline(), line, _breaks(), _ends(), points, _held())
    chart = alt.layer(*layers, data=alt.Data(name="rows"))
    return _finished(chart.properties(width="container", height=170))


def gap() -> dict:
    """A ratio over the years, with the line where both are equal."""
    line = (
        alt.Chart()
        .mark_line(stroke=BLUE, strokeWidth=2.2)
        .encode(x=YEAR, y=_value(domain=[LOW, HIGH]))
    )
    equal = alt.Chart().mark_rule(stroke=INK, strokeDash=[5, 4]).encode(y=alt.datum(1))
    chart = alt.layer(equal, line, _points(BLUE), data=alt.Data(name="rows"))
    return _finished(chart.properties(width="container", height=190))


def timeline() -> dict:
    """Per action line a bar from the date first promised to the one that holds, and when done."""
    line = alt.Y("line:N", title=None, sort=None)
    axis = alt.Axis(format="%b %Y", tickCount=6, grid=True, labelOverlap=True)
    day = alt.X("day:T", title=None, axis=axis)
    marks = ["due", "now", "done"]
    shape = alt.Shape("mark:N", legend=None).scale(
        domain=marks, range=["circle", "triangle-right", "diamond"]
    )
    scale = {"domain": marks, "range": [INK, VERMILLION, BLUE]}
    colour = alt.Stroke("mark:N", legend=None).scale(**scale)
    filled = alt.Fill("mark:N", legend=None).scale(**scale)
    hollow = alt.condition("datum.hollow", alt.value("white"), filled)
    slips = alt.Chart().mark_rule(stroke=VERMILLION, strokeWidth=5)
    points = alt.Chart().mark_point(size=90, opacity=1, strokeWidth=1.6)
    chart = alt.layer(
        slips.encode(x=day, x2="until:T", y=line),
        points.encode(
            x=day,
            y=line,
            shape=shape,
            stroke=colour,
            fill=hollow,
            tooltip=["line:N", "day:T", "status:N"],
        ),
        data=alt.Data(name="rows"),
    )
    return _finished(chart.properties(width="container", height=100), title=None)


def _finished(chart, title: str | None = UNIT) -> dict:
    said = (chart.properties(title=title) if title else chart).to_dict()
    said.pop("datasets", None)
    said["config"] = CONFIG
    return said


KINDS = {"members": members, "lines": lines, "gap": gap, "timeline": timeline}


def specifications() -> str:
    """The text of ``charts.json``."""
    return json.dumps({kind: make() for kind, make in KINDS.items()}, indent=1) + "\n"


if __name__ == "__main__":
    SPECIFICATIONS.write_text(specifications(), encoding="utf-8")
