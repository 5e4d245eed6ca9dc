"""What landed of each source, as the tables of a candidate that dbt and the gate on raw read."""

from collections.abc import Iterable

from operate.inputs import Snapshot
from smed.settings import Settings

# of each folder below raw, whether anything landed there or not
_LANDED = (
    "source varchar, series varchar, series_title varchar, database varchar, version varchar,"
    " economy varchar, time varchar, value double, {attributes}problem varchar, rule varchar,"
    " vintage_date date,"
    " vintage_basis varchar, is_recorded boolean, retrieved_at timestamp, snapshot_id varchar"
)
_ADB_ATTRIBUTES = "obs_status varchar, unit varchar, base_year varchar, footnote varchar, "
COLUMNS = {
    "world_bank": _LANDED.format(attributes=""),
    "adb": _LANDED.format(attributes=_ADB_ATTRIBUTES),
}
# what only a file with a bad cell has
PROBLEM_COLUMNS = ("problem", "rule")


def show_observations(connection, settings: Settings, snapshots: Iterable[Snapshot]) -> None:
    """Makes ``inputs.<source>_observations`` of the pinned files: a view, or an empty table."""
    pinned = list(snapshots)
    for source, columns in COLUMNS.items():
        landed = [s for s in pinned if s.path.startswith(f"{source}/")]
        if landed:
            shown = _shown(connection, settings, columns.split(", "), landed)
            connection.execute(f"create view inputs.{source}_observations as {shown}")
        else:
            connection.execute(f"create table inputs.{source}_observations ({columns})")


def _shown(connection, settings: Settings, columns: list[str], landed: list[Snapshot]) -> str:
    """The query over files with and without a bad cell, in the same columns."""
    files = file_list(settings, landed)
    names = f"select file_name from parquet_schema([{files}]) where name = 'problem'"
    marked = {name for (name,) in connection.execute(names).fetchall()}
    parts = []
    for has_problems in (False, True):
        some = [s for s in landed if (str(settings.raw / s.path) in marked) == has_problems]
        if some:
            cells = ", ".join(_cell(column, has_problems) for column in columns)
            parts.append(f"select {cells} from read_parquet([{file_list(settings, some)}])")
    return " union all ".join(parts)


def _cell(column: str, has_problems: bool) -> str:
    """A column, ``name type``, of a landed file in that type and no other."""
    name, kind = column.split()
    is_lacking = name in PROBLEM_COLUMNS and not has_problems
    return f"cast({'null' if is_lacking else name} as {kind}) as {name}"


def file_list(settings: Settings, snapshots: Iterable[Snapshot]) -> str:
    """The landed files as the items of a list in SQL."""
    paths = (str(settings.raw / snapshot.path).replace("'", "''") for snapshot in snapshots)
    return ", ".join(f"'{path}'" for path in paths)
