"""Writes the formats of a release that are made from its database: for spreadsheets and others."""

from pathlib import Path

import duckdb

from publish.contents import Content, opened, read_contents, scalar
from publish.data_packages import write_data_package
from publish.sdmx import write_sdmx
from publish.spreadsheets import SPREADSHEET, write_safe_csv, write_workbook
from publish.tables import database_error
from smed.files import disk_error, disk_errors

ILLUSTRATIVE = "Rows with is_illustrative are invented or merely quoted for a demonstration."


def write_formats(folder: Path, run: dict, keys: dict[tuple[str, str], tuple[str, ...]]) -> None:
    """Writes ``spreadsheet/``, ``smed.xlsx``, ``sdmx/`` and ``datapackage.json`` into ``folder``.

    Its database and its CSV files are complete already; ``keys`` as in ``contents.read_keys``.
    Raises NoSpace if the disk is full.
    """
    from xlsxwriter.exceptions import XlsxFileError

    try:
        with disk_errors(folder), opened(folder) as connection:
            contents = read_contents(connection, keys)
            (folder / SPREADSHEET).mkdir()
            for content in contents:
                write_safe_csv(connection, folder, content)
            cover = _cover(connection, run, contents)
            write_workbook(connection, folder, contents, cover, run["as_of"])
            write_sdmx(connection, folder, contents)
            write_data_package(connection, folder, contents, cover)
    except duckdb.Error as error:
        raise database_error(error, folder) from error
    except XlsxFileError as error:
        # it wraps what the operating system said
        (reason,) = error.args
        raise disk_error(
            reason if isinstance(reason, OSError) else OSError(reason), folder
        ) from error


def _cover(connection, run: dict, contents: list[Content]) -> dict[str, str]:
    """What a reader must know of the whole: the same in every format that has room for it."""
    plan = scalar(connection, "select plan_name from plan.plans")
    cover = {
        "Title": f"SMED monitor: {plan}" if plan else "SMED monitor",
        "As of": f"{run['as_of']}: what was known by that day",
        "Figures": f"{run['sources']} figures of the sources",
        "Run": run["run_id"],
    }
    has_flag = any(column.name == "is_illustrative" for c in contents for column in c.columns)
    if has_flag:
        cover["Illustrative"] = ILLUSTRATIVE
    sources = scalar(
        connection,
        "select string_agg(citation || coalesce(', ' || licence, ''), '; ' order by source_code)"
        " from plan.data_sources",
    )
    if sources:
        cover["Sources"] = sources
    return cover
