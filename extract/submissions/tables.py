"""Rows of a sheet or a text file, found by the labels of their header, whatever their order."""

import difflib

from extract.submissions.collector import Collector
from extract.submissions.columns import ReadColumns, filled, read_columns
from extract.submissions.forms import SHOWN, Column, Form
from extract.submissions.limits import Limits
from extract.submissions.records import Table
from extract.submissions.scans import column_letters
from extract.submissions.values import as_text

# a row with so many of the form's labels is a header; a title above it has none
_LABELS_OF_A_HEADER = 2


def normal(label: object) -> str:
    """A label without regard to case and spaces."""
    return " ".join(as_text(label).split()).casefold()


def read_table(
    form: Form, table: Table, decimal: str, limits: Limits, collector: Collector
) -> ReadColumns | None:
    """The columns below the header; what is wrong goes to the collector."""
    labels = {normal(column.column_label): column for column in form.columns}
    index = _find_header(table, labels)
    if index is None:
        expected = ", ".join(column.column_label for column in form.columns)
        collector.add("header.not_found", sheet_name=table.sheet_name, expected=expected)
        return None
    number, header = table.records[index]
    columns = _columns(form, table, number, header, labels, collector)
    body = _without_second_headers(table, index, labels, collector)
    _see_unlabelled(table, header, body, collector)
    _see_merged(table, columns, body, collector)
    body = filled(table, columns, body)
    _see_hidden(table, columns, [row_number for row_number, _ in body], collector)
    return read_columns(table, columns, body, decimal, limits, collector)


def _find_header(table: Table, labels: dict[str, Column]) -> int | None:
    for index, (_, record) in enumerate(table.records):
        if _known(record, labels) >= _LABELS_OF_A_HEADER:
            return index
    return None


def _known(record: list, labels: dict[str, Column]) -> int:
    said = {normal(value) for value in record if isinstance(value, str) and value}
    return len(said & labels.keys())


def _columns(
    form: Form,
    table: Table,
    number: int,
    header: list,
    labels: dict[str, Column],
    collector: Collector,
) -> list[tuple[int, Column]]:
    """The columns that are read, with their places; those that lack, repeat or are unknown."""
    found: dict[str, tuple[int, Column]] = {}
    strange: list[int] = []
    repeated: list[int] = []
    for place, raw in enumerate(header):
        label = normal(raw)
        column = labels.get(label)
        if column is None:
            strange += [place] if label else []
        elif column.column_code in found:
            repeated += [] if column.value_type == SHOWN else [place]
        else:
            found[column.column_code] = (place, column)
    missing = [
        column.column_label
        for column in form.columns
        if column.value_type != SHOWN and column.column_code not in found
    ]
    if missing:
        suspects = strange or [i for i, raw in enumerate(header) if not normal(raw)]
        collector.add(
            "header.missing",
            value=_counted([as_text(header[place]) or "(no label)" for place in suspects]),
            expected=_counted(missing),
            reference=_counted([table.reference(number, place) for place in suspects]),
            sheet_name=table.sheet_name,
            row_number=number,
        )
    else:
        _tell_strange("header.unknown", table, number, strange, labels, collector)
    _tell_strange("header.repeated", table, number, repeated, labels, collector)
    return [pair for pair in found.values() if pair[1].value_type != SHOWN]


def _tell_strange(
    rule_code: str,
    table: Table,
    number: int,
    places: list[int],
    labels: dict[str, Column],
    collector: Collector,
) -> None:
    """One finding a label, with the form's label that is most like it."""
    header = dict(table.records)[number] if places else []
    for place in places:
        text = as_text(header[place])
        near = difflib.get_close_matches(normal(text), labels, n=1)
        collector.add(
            rule_code,
            value=text,
            expected=labels[near[0]].column_label if near else "",
            reference=table.reference(number, place),
            sheet_name=table.sheet_name,
            row_number=number,
        )


def _counted(things: list[str]) -> str:
    more = len(things) - 20
    return ", ".join(things[:20] or ["nothing"]) + (f" and {more} more" if more > 0 else "")


def _without_second_headers(
    table: Table, index: int, labels: dict[str, Column], collector: Collector
) -> list[tuple[int, list]]:
    most = _known(table.records[index][1], labels)
    body = []
    for number, record in table.records[index + 1 :]:
        # cheap: only a record whose first filled cell is a label can be a header
        first = next(filter(None, record), "")
        if (
            isinstance(first, str)
            and first.casefold().strip() in labels
            and _known(record, labels) * 2 > most
        ):
            collector.add("header.second", sheet_name=table.sheet_name, row_number=number)
        else:
            body.append((number, record))
    return body


def _see_unlabelled(table: Table, header: list, body: list, collector: Collector) -> None:
    """Values below no label: one finding a column, unless the header itself is at fault."""
    if collector.stops_file:
        return
    seen = {place for place, raw in enumerate(header) if normal(raw)}
    # where the first so many columns all have labels, only what lies behind them is looked at
    labelled = next((place for place in range(len(header)) if place not in seen), len(header))
    for number, record in body:
        if len(record) <= labelled:
            continue
        for place, raw in enumerate(record[labelled:], labelled):
            if place not in seen and raw != "":
                seen.add(place)
                collector.add(
                    "header.unlabelled",
                    value=as_text(raw),
                    sheet_name=table.sheet_name,
                    row_number=number,
                    reference=table.reference(number, place),
                )


def _see_merged(
    table: Table, columns: list[tuple[int, Column]], body: list, collector: Collector
) -> None:
    """Every row that a merged range takes part of, once."""
    if not body or not table.scan.merged:
        return
    places = sorted(place for place, _ in columns)
    reach, first, last = 0, body[0][0], body[-1][0]
    for top, left, bottom, right in sorted(table.scan.merged):
        if not any(left <= place <= right for place in places):
            continue
        area = f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
        for number in range(max(top, reach + 1, first), min(bottom, last) + 1):
            where = {"sheet_name": table.sheet_name, "row_number": number}
            collector.add("sheet.merged", reference=area, **where)
        reach = max(reach, bottom)


def _see_hidden(
    table: Table, columns: list[tuple[int, Column]], numbers: list[int], collector: Collector
) -> None:
    hidden = [str(number) for number in numbers if number in table.scan.hidden_rows]
    if hidden:
        collector.add("sheet.rows_hidden", value=_counted(hidden), sheet_name=table.sheet_name)
    labels = [
        column.column_label
        for place, column in columns
        if any(first <= place <= last for first, last in table.scan.hidden_columns)
    ]
    if labels:
        collector.add("sheet.columns_hidden", value=_counted(labels), sheet_name=table.sheet_name)
