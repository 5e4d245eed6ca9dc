"""How Superset draws each kind of chart, and what the browser and the API ask for it."""

import json

from publish.superset.charts import Chart
from publish.superset.datasets import BADGED, VERSION, Dataset
from publish.superset.words import MARK, WORDS, colours_of, group_of, marks_of, words_of

MOST_ROWS = 10_000


def chart_document(chart: Chart, dataset: Dataset) -> dict:
    """As Superset imports it: how it looks, and the query that its API answers."""
    viz_type, looks = _KINDS[chart.kind](chart, dataset)
    params = {
        "viz_type": viz_type,
        "adhoc_filters": [_adhoc_filter(*given) for given in chart.filters],
        "row_limit": MOST_ROWS,
        "extra_form_data": {},
        **looks,
        **chart.more,
    }
    return {
        "slice_name": chart.title,
        "description": chart.says or None,
        "certified_by": None,
        "certification_details": None,
        "viz_type": viz_type,
        "params": params,
        "query_context": _query_context(chart, dataset, params),
        # a new release shows at once
        "cache_timeout": -1,
        "uuid": chart.uuid,
        "version": VERSION,
        "dataset_uuid": dataset.uuid,
    }


def _query_context(chart: Chart, dataset: Dataset, params: dict) -> str:
    is_raw = params.get("query_mode") == "raw"
    query = {
        "columns": [*chart.columns, *chart.across],
        "filters": [{"col": column, "op": op, "val": value} for column, op, value in chart.filters],
        "orderby": chart.orders,
        "row_limit": params["row_limit"],
        "extras": {"where": "", "having": ""},
        "applied_time_extras": {},
        "annotation_layers": [],
        "series_limit": 0,
    }
    # without a metric the rows stand as they are
    query["metrics"] = None if is_raw else list(chart.metrics)
    context = {
        # both are set by the import
        "datasource": {"id": 0, "type": "table"},
        "form_data": {**params, "datasource": "0__table"},
        "force": False,
        "queries": [query],
        "result_format": "json",
        "result_type": "full",
    }
    return json.dumps(context, sort_keys=True, ensure_ascii=False)


def _adhoc_filter(column: str, operator: str, value) -> dict:
    return {
        "clause": "WHERE",
        "expressionType": "SIMPLE",
        "subject": column,
        "operator": operator,
        "comparator": value,
    }


def _table(chart: Chart, dataset: Dataset) -> tuple[str, dict]:
    """Rows as they stand, or each of them once."""
    is_raw = chart.kind == "table"
    looks = {
        "query_mode": "raw" if is_raw else "aggregate",
        "all_columns": chart.columns if is_raw else [],
        "groupby": [] if is_raw else chart.columns,
        "metrics": chart.metrics,
        "order_by_cols": [json.dumps(order) for order in chart.orders] if is_raw else [],
        "order_desc": True,
        "table_timestamp_format": "%d %b %Y",
        "server_pagination": False,
        "page_length": 0,
        "include_search": False,
        "show_cell_bars": False,
        "color_pn": False,
        "align_pn": False,
        "allow_rearrange_columns": False,
        # what a label says is shown, not done
        "allow_render_html": False,
        "column_config": _column_config(chart, dataset),
        "conditional_formatting": _coloured(chart, dataset),
    }
    return "table", looks


def _column_config(chart: Chart, dataset: Dataset) -> dict:
    formats = {name: dataset.format(name) for name in [*chart.columns, *chart.metrics]}
    return {
        name: {"d3NumberFormat": form, "d3SmallNumberFormat": form, "horizontalAlign": "right"}
        for name, form in formats.items()
        if form
    }


def _coloured(chart: Chart, dataset: Dataset) -> list[dict]:
    """The background of a cell follows its word."""
    found = []
    for name in [*chart.columns, *chart.metrics]:
        column = name.removeprefix("the_").removesuffix(BADGED)
        group = group_of(dataset.name, column.removesuffix(WORDS).removesuffix(MARK))
        if not column.endswith((WORDS, MARK)) or group is None or not marks_of(group):
            continue
        shown = words_of(group) if column.endswith(WORDS) else marks_of(group)
        found += [
            {
                "column": name,
                "operator": "begins with",
                "targetValue": shown[code],
                "colorScheme": colour,
                "useGradient": False,
                "columnFormatting": name,
                "objectFormatting": "BACKGROUND_COLOR",
            }
            for code, colour in colours_of(group).items()
        ]
    return found


def _pivot(chart: Chart, dataset: Dataset) -> tuple[str, dict]:
    """One cell per row and column; its rows are those of the mart, so nothing is summed up."""
    return "pivot_table_v2", {
        "groupbyRows": chart.columns,
        "groupbyColumns": chart.across,
        "metrics": chart.metrics,
        "metricsLayout": "COLUMNS",
        "aggregateFunction": "First",
        "rowOrder": "key_a_to_z",
        "colOrder": "key_a_to_z",
        "rowTotals": False,
        "colTotals": False,
        "allow_render_html": False,
        "valueFormat": dataset.format(chart.metrics[0]) or "SMART_NUMBER",
        "date_format": "%d %b %Y",
        "conditional_formatting": _coloured(chart, dataset),
    }


def _heatmap(chart: Chart, dataset: Dataset) -> tuple[str, dict]:
    return "heatmap_v2", {
        "x_axis": chart.columns[0],
        "groupby": chart.across[0],
        "metric": chart.metrics[0],
        "sort_x_axis": "alpha_asc",
        "sort_y_axis": "alpha_desc",
        "normalize_across": "heatmap",
        "legend_type": "continuous",
        "linear_color_scheme": "schemeBlues",
        "show_legend": True,
        "show_values": True,
        "show_percentage": False,
        "bottom_margin": "auto",
        "left_margin": "auto",
        "xscale_interval": 1,
        "yscale_interval": 1,
        "y_axis_format": dataset.format(chart.metrics[0]),
        "value_bounds": [None, None],
    }


def _series(chart: Chart, dataset: Dataset) -> dict:
    x, *groups = chart.columns
    return {
        "x_axis": x,
        "groupby": [*groups, *chart.across],
        "metrics": chart.metrics,
        "x_axis_sort_asc": True,
        "x_axis_sort_series": "name",
        "x_axis_sort_series_ascending": True,
        "xAxisForceCategorical": dataset.columns[x].type == "integer",
        "x_axis_title": dataset.title(x),
        "x_axis_title_margin": 30,
        "y_axis_title": dataset.title(chart.metrics[0]),
        "y_axis_title_margin": 60,
        "y_axis_title_position": "Left",
        "y_axis_format": dataset.format(chart.metrics[0]),
        "rich_tooltip": True,
        "tooltipSortByMetric": True,
        "show_legend": True,
        "legendType": "scroll",
        "legendOrientation": "top",
        "order_desc": True,
        "truncate_metric": True,
        "show_empty_columns": True,
        "truncateXAxis": False,
        "comparison_type": "values",
        "sort_series_type": "name",
        "sort_series_ascending": True,
    }


def _lines(chart: Chart, dataset: Dataset) -> tuple[str, dict]:
    """A gap stays a gap; the axis need not start at zero."""
    looks = {
        "seriesType": "line",
        "markerEnabled": True,
        "markerSize": 5,
        "connectNulls": False,
        "truncateYAxis": True,
        "y_axis_bounds": [None, None],
    }
    return "echarts_timeseries_line", {**_series(chart, dataset), **looks}


def _bars(chart: Chart, dataset: Dataset) -> tuple[str, dict]:
    looks = {
        "stack": "Stack",
        "orientation": "vertical",
        "show_value": True,
        "only_total": True,
    }
    return "echarts_timeseries_bar", {**_series(chart, dataset), **looks}


def _points(chart: Chart, dataset: Dataset) -> tuple[str, dict]:
    """The first column is a number, which the axis across shows to scale."""
    looks = {
        "xAxisForceCategorical": False,
        "markerSize": 20,
        "rich_tooltip": False,
        "show_empty_columns": False,
        "x_axis_number_format": dataset.format(chart.columns[0]),
        "truncateXAxis": True,
    }
    return "echarts_timeseries_scatter", {**_series(chart, dataset), **looks}


def _gantt(chart: Chart, dataset: Dataset) -> tuple[str, dict]:
    start, end, line, series, *tooltip = chart.columns
    return "gantt_chart", {
        "start_time": start,
        "end_time": end,
        "y_axis": line,
        "series": series,
        "subcategories": False,
        "tooltip_columns": tooltip,
        "tooltip_metrics": [],
        "order_by_cols": [json.dumps(order) for order in chart.orders],
        "show_legend": True,
        "legendType": "plain",
        "legendOrientation": "top",
        "x_axis_time_format": "%Y",
        "x_axis_time_bounds": [None, None],
        "tooltipTimeFormat": "%d %b %Y",
        "y_axis_title": dataset.title(line),
        "y_axis_title_margin": 60,
        "zoomable": False,
        "query_mode": "raw",
    }


def _number(chart: Chart, dataset: Dataset) -> tuple[str, dict]:
    form = dataset.format(chart.metrics[0])
    return "big_number_total", {
        "metric": chart.metrics[0],
        "subtitle": chart.says,
        "subtitle_font_size": 0.15,
        "header_font_size": 0.4,
        "y_axis_format": form or "SMART_NUMBER",
        "time_format": "%d %b %Y",
        "force_timestamp_formatting": form is None,
    }


_KINDS = {
    "table": _table,
    "distinct": _table,
    "pivot": _pivot,
    "heatmap": _heatmap,
    "lines": _lines,
    "bars": _bars,
    "points": _points,
    "gantt": _gantt,
    "number": _number,
}
