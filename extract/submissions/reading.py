"""One file, read without believing anything it says: its rows, and all that is wrong with it."""

import os
import re
from pathlib import Path

from extract.submissions.collector import Collector
from extract.submissions.columns import ReadColumns
from extract.submissions.containers import WORKBOOK, Refused, kind_of, open_workbook
from extract.submissions.delimited import read_delimited
from extract.submissions.documents import Reading
from extract.submissions.forms import (
    DECLARED,
    MARKED_COPY_OF,
    TEMPLATE_VERSION,
    Form,
    read_forms,
)
from extract.submissions.limits import Limits
from extract.submissions.messages import Told
from extract.submissions.records import Fact
from extract.submissions.tables import read_table
from extract.submissions.values import DECIMALS, as_text
from extract.submissions.workbooks import CALAMINE, read_workbook

# optional: which mark a file's numbers have
DECIMAL = "decimal"
_PERIOD = re.compile(r"[0-9]{4}H[12]")
_VERSION = re.compile(r"[1-9][0-9]{0,5}")
# a code, or the name of a country in whatever script
_PARTY = re.compile(r"[^\W_][^\x00-\x1f<>]{0,79}")


def read_file(
    path: Path, file_name: str, limits: Limits | None = None, engine: str = CALAMINE
) -> Reading:
    """The rows of a file and everything wrong with it; never raises for what stands in a file.

    ``file_name`` is what its sender called it: shown, never opened, never believed. ``engine``
    ``openpyxl`` keeps to the slower reader, for a file that killed the fast one.
    """
    return read_told(path, file_name, limits or Limits(), engine).reading()


def read_told(path: Path, file_name: str, limits: Limits, engine: str = CALAMINE) -> Told:
    """The same, its rows still as columns, as it leaves the process that reads."""
    collector = Collector(file_name, limits.findings)
    facts = columns = None
    try:
        facts, columns = _read(Path(path), limits, collector, engine)
    except Refused as refused:
        collector.add(refused.rule_code, value=refused.value, **refused.place)
    except MemoryError:
        collector.add("file.reader_died", value="out of memory")
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except Exception as error:
        collector.add("file.unreadable", value=str(error) or type(error).__name__)
    # a panic of calamine is no Exception, and its words are its programmers'
    except BaseException:
        collector.add("file.unreadable", value="a part of it breaks the reader")
    findings = collector.all()
    return Told(None if collector.stops_file else facts, columns, findings)


def _read(
    path: Path, limits: Limits, collector: Collector, engine: str
) -> tuple[dict | None, ReadColumns | None]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(min(size, limits.packed_bytes) + 1)
    if kind_of(data, limits) == WORKBOOK:
        members = open_workbook(data, limits)
        facts, table = read_workbook(data, members, limits, collector, engine)
    else:
        facts, table = read_delimited(data, read_forms(), limits, collector)
    if MARKED_COPY_OF in facts:
        raise Refused("file.marked_copy", as_text(facts[MARKED_COPY_OF].raw))
    form, said = _declared(facts, collector)
    decimal = _decimal(facts, collector)
    if form is None or table is None:
        return None, None
    columns = read_table(form, table, decimal, limits, collector)
    if columns is not None and not columns.numbers:
        collector.add("sheet.no_rows", sheet_name=table.sheet_name)
    if columns is not None and (count := columns.count_characters()) > limits.all_characters:
        raise Refused("sheet.too_much_text", count, expected=limits.all_characters)
    if collector.stops_file:
        return None, None
    said |= {
        "form_code": form.form_code,
        "submission_version": int(said["submission_version"]),
        "sheet_name": table.sheet_name,
    }
    return said, columns


def _declared(facts: dict[str, Fact], collector: Collector) -> tuple[Form | None, dict[str, str]]:
    """The form, and the facts as text; what lacks or is malformed goes to the collector."""
    said, missing = {}, []
    for name in DECLARED:
        fact = facts.get(name)
        said[name] = "" if fact is None else as_text(fact.raw).strip()
        if fact is not None and fact.is_formula:
            _refuse("file.fact.formula", name, fact, "", collector)
        elif not said[name]:
            missing.append(name)
    if missing:
        reference = facts[missing[0]].reference if missing[0] in facts else ""
        collector.add("file.fact.missing", value=", ".join(missing), reference=reference)
    checks = {
        "template_version": (said["template_version"] == TEMPLATE_VERSION, TEMPLATE_VERSION),
        "form_code": (said["form_code"].casefold() in read_forms(), ", ".join(read_forms())),
        "party_code": (_PARTY.fullmatch(said["party_code"]), "the code as the template printed it"),
        "reporting_period": (_PERIOD.fullmatch(said["reporting_period"].upper()), "such as 2026H2"),
        "submission_version": (_VERSION.fullmatch(said["submission_version"]), "1, 2, 3, ..."),
    }
    for name, (is_good, expected) in checks.items():
        if said[name] and not is_good and not facts[name].is_formula:
            is_version = name == "template_version"
            rule_code = "file.template_version" if is_version else "file.fact.malformed"
            _refuse(rule_code, name, facts[name], expected, collector)
    said["reporting_period"] = said["reporting_period"].upper()
    return read_forms().get(said["form_code"].casefold()), said


def _refuse(rule_code: str, name: str, fact: Fact, expected: str, collector: Collector) -> None:
    collector.add(
        rule_code,
        value=as_text(fact.raw),
        expected=expected,
        column_label=name,
        sheet_name=fact.sheet_name,
        reference=fact.reference,
    )


def _decimal(facts: dict[str, Fact], collector: Collector) -> str:
    fact = facts.get(DECIMAL)
    decimal = "" if fact is None else as_text(fact.raw).strip().casefold()
    if decimal and decimal not in DECIMALS:
        _refuse("file.fact.malformed", DECIMAL, fact, "point or comma", collector)
    return decimal
