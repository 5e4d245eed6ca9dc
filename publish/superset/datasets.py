"""Datasets of Superset from dbt's manifest: a mart each, its columns, words and metrics."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from publish.superset.words import (
    MARK,
    WORDS,
    called,
    computed,
    group_of,
    marks_of,
    number_format,
    words_of,
)
from publish.tables import QUALITY_COLUMNS, QUALITY_DESCRIPTION, QUALITY_RESULTS, SCHEMAS

VERSION = "1.0.0"
DATABASE_NAME = "SMED monitor"
MARTS, PLAN = SCHEMAS
FIGURES = "figures" + WORDS
UNIT = "unit_name"
ROWS = "rows_count"
BADGED = "_badged"
BADGES = {"illustrative": "◇", "recorded": "▤"}
# a name alone, so that a chart keeps its address from one version of the files to the next
_NAMES = uuid5(NAMESPACE_URL, "smed/superset")
_TYPES = {
    "string": "VARCHAR",
    "integer": "INTEGER",
    "double": "DOUBLE PRECISION",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_QUALITY_TYPES = {"varchar": "string", "integer": "integer"}


def uuid_of(kind: str, name: str) -> str:
    """The same for the same thing, whoever makes the files and whenever."""
    return str(uuid5(_NAMES, f"{kind}/{name}"))


@dataclass(frozen=True)
class Column:
    """A column of a mart or one computed in Superset; ``expression`` is the SQL of the latter."""

    name: str
    type: str
    description: str
    expression: str | None = None


@dataclass(frozen=True)
class Metric:
    """A metric: its SQL, what it is called and how it reads."""

    name: str
    title: str
    expression: str
    description: str
    format: str | None = None


@dataclass(frozen=True)
class Dataset:
    """A mart as Superset sees it."""

    name: str
    description: str
    columns: dict[str, Column]
    metrics: dict[str, Metric]

    @property
    def uuid(self) -> str:
        """Names it in Superset."""
        return uuid_of("dataset", self.name)

    def title(self, name: str) -> str:
        """What a column or a metric is called."""
        return self.metrics[name].title if name in self.metrics else called(name)

    def format(self, name: str) -> str | None:
        """The d3 format of a column or a metric; None if it is no number."""
        if name in self.metrics:
            return self.metrics[name].format
        return number_format(name, self.columns[name].type)

    def document(self) -> dict:
        """As Superset imports it."""
        return {
            "table_name": self.name,
            "main_dttm_col": None,
            "description": self.description,
            "schema": MARTS,
            "catalog": None,
            "sql": self._sql(),
            # a new release shows at once
            "cache_timeout": -1,
            "filter_select_enabled": True,
            "uuid": self.uuid,
            "columns": [_column_document(column) for column in self.columns.values()],
            "metrics": [_metric_document(metric) for metric in self.metrics.values()],
            "version": VERSION,
            "database_uuid": uuid_of("database", DATABASE_NAME),
        }

    def _sql(self) -> str | None:
        """The name of the unit stands in the plan, not in the mart."""
        if UNIT not in self.columns:
            return None
        return (
            f"select {self.name}.*, units.{UNIT}\nfrom {MARTS}.{self.name} as {self.name}\n"
            f"left join {PLAN}.units as units on {self.name}.unit_code = units.unit_code"
        )


def read_datasets(manifest: dict) -> dict[str, Dataset]:
    """Every mart of a manifest, and what the gate found; by name."""
    found = {QUALITY_RESULTS: _quality_results()}
    units = None
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["schema"] == MARTS:
            found[node["alias"]] = (node["description"], _columns(node))
        if node["resource_type"] == "model" and (node["schema"], node["alias"]) == (PLAN, "units"):
            units = node["columns"][UNIT]["description"]
    return {name: _dataset(name, *found[name], units) for name in sorted(found)}


def _columns(node: dict) -> dict[str, Column]:
    return {
        name: Column(name, facts["data_type"], facts["description"])
        for name, facts in node["columns"].items()
    }


def _quality_results() -> tuple[str, dict[str, Column]]:
    columns = {
        name: Column(name, _QUALITY_TYPES[type_], words)
        for name, (type_, words) in QUALITY_COLUMNS.items()
    }
    return QUALITY_DESCRIPTION, columns


def _dataset(name: str, description: str, columns: dict[str, Column], units: str) -> Dataset:
    columns = dict(columns)
    if "unit_code" in columns:
        columns[UNIT] = Column(UNIT, "string", units)
    added = [*_labels(columns), *_words(name, columns)]
    added += [Column(column, **facts) for column, facts in computed(name).items()]
    if "is_illustrative" in columns:
        added.append(_figures("is_recorded" in columns))
    columns |= {column.name: column for column in added}
    metrics = [metric for column in columns.values() for metric in _metrics(column)]
    metrics += _with_badges(columns)
    rows = Metric(ROWS, "Rows", "count(*)", description, ",d")
    return Dataset(name, description, columns, {m.name: m for m in [rows, *metrics]})


def _labels(columns: dict[str, Column]) -> list[Column]:
    """Code and name in one: it reads well and sorts as the plan does."""
    return [
        Column(
            f"{thing}_label",
            "string",
            f"{columns[f'{thing}_code'].description}: its code and its name",
            f"{thing}_code || ' · ' || {thing}_name",
        )
        for thing in ("goal", "kpi")
        if f"{thing}_code" in columns and f"{thing}_name" in columns
    ]


def _words(table: str, columns: dict[str, Column]) -> list[Column]:
    """What the codes of a column mean, and the mark alone for where there is little room."""
    found = []
    for name, column in columns.items():
        group = group_of(table, name)
        for end, words in ((WORDS, words_of(group)), (MARK, marks_of(group))) if group else ():
            if words:
                said = f"{column.description}; {'in words' if end == WORDS else 'as a mark'}"
                found.append(Column(name + end, "string", said, _case(name, words)))
    return found


def _case(column: str, words: dict[str, str]) -> str:
    """What no list knows stays as it is."""
    cases = " ".join(f"when {_text(code)} then {_text(said)}" for code, said in words.items())
    return f"case {column} {cases} else {column} end"


def _figures(has_recorded: bool) -> Column:
    words = {name: f"{badge} {name.capitalize()}" for name, badge in BADGES.items()}
    said = (
        "Illustrative if any input is invented or quoted for a demonstration, recorded if shipped"
        " with the product rather than fetched; else empty"
    )
    return Column(FIGURES, "string", said, _by_figures(words, has_recorded))


def _by_figures(words: dict[str, str], has_recorded: bool) -> str:
    recorded = f" when is_recorded then {_text(words['recorded'])}" if has_recorded else ""
    return f"case when is_illustrative then {_text(words['illustrative'])}{recorded} else '' end"


def _with_badges(columns: dict[str, Column]) -> list[Metric]:
    """The words of a code with a badge behind them where the figures have one."""
    if FIGURES not in columns:
        return []
    badges = {name: f" {badge}" for name, badge in BADGES.items()}
    badge = _by_figures(badges, "is_recorded" in columns)
    return [
        Metric(
            f"the_{column.name}{BADGED}",
            called(column.name),
            f"max(({column.expression}) || {badge})",
            f"Of one row: {column.description}, with the badge of its figures",
        )
        for column in columns.values()
        if column.name.endswith(WORDS) and column.name != FIGURES
    ]


def _metrics(column: Column) -> list[Metric]:
    """None for what cannot be summed up: codes, names and years."""
    name, title, said = column.name, called(column.name), column.description
    form = number_format(name, column.type)
    # a metric may not name a column that Superset computes
    sql = column.expression or name
    if column.type == "double":
        return [Metric(f"mean_{name}", title, f"avg({sql})", f"Mean of the rows: {said}", form)]
    if column.type == "integer" and name.endswith("_count"):
        return [Metric(f"sum_{name}", title, f"sum({sql})", f"Sum of the rows: {said}", form)]
    if column.type == "boolean":
        sql = f"sum(case when {sql} then 1 else 0 end)"
        return [Metric(f"count_{name}", f"{title}, rows", sql, f"Rows: {said}", ",d")]
    if column.type == "date":
        return [Metric(f"newest_{name}", title, f"max({sql})", f"Newest: {said}")]
    if name.endswith((WORDS, MARK)):
        return [Metric(f"the_{name}", title, f"max({sql})", f"Of one row: {said}")]
    return []


def _column_document(column: Column) -> dict:
    return {
        "column_name": column.name,
        "verbose_name": called(column.name),
        "is_dttm": column.type in ("date", "timestamp"),
        "is_active": True,
        "type": _TYPES[column.type],
        "groupby": True,
        "filterable": True,
        "expression": column.expression,
        "description": column.description,
    }


def _metric_document(metric: Metric) -> dict:
    return {
        "metric_name": metric.name,
        "verbose_name": metric.title,
        "metric_type": None,
        "expression": metric.expression,
        "description": metric.description,
        "d3format": metric.format,
    }


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
