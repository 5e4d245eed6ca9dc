"""Documents as a reader brings them back, made from a few cells that a test writes down."""

from datetime import date

from extract.submissions.columns import ReadColumns
from extract.submissions.content import Checked, check_document
from extract.submissions.documents import Cell, Document, Row
from extract.submissions.forms import TEMPLATE_VERSION
from extract.submissions.standing import Standing
from smed.plan import Plan, read_plan
from smed.settings import Settings

PERIOD = "2025H2"
TODAY = date(2026, 1, 20)
FILE = "sent.xlsx"
VALUE = {
    **{"kpi_code": "KPI-03", "observation_year": 2022, "value": 47.0, "unit_code": "pct"},
    **{"source_title": "Central bank, 2025", "value_status": "final"},
}
LINE = {
    **{"action_line_code": "E-1-1.5", "reported_status": "in progress", "complete_pct": 60.0},
    "start_date": date(2020, 1, 1),
}


def shipped_plan() -> Plan:
    """The plan that comes with the product."""
    return read_plan(Settings.load().plan)


def row_of(number: int, cells: dict[str, Cell]) -> Row:
    """A row of these cells, wherever they stand."""
    around = [cell.reference.partition(str(number)) for cell in cells.values()]
    columns = ReadColumns(
        list(cells),
        [number],
        [[cell.text] for cell in cells.values()],
        [[cell.value] for cell in cells.values()],
        [(before, after) for before, _, after in around],
    )
    (row,) = columns.rows()
    return row


def document(form: str, *rows: dict, period: str = PERIOD, party: str = "VNM") -> Document:
    """Rows from 2 on; a cell's reference is its column's number and its row."""
    made = [
        row_of(
            number,
            {
                code: Cell("" if value is None else str(value), value, f"C{place}R{number}")
                for place, (code, value) in enumerate(cells.items(), 1)
            },
        )
        for number, cells in enumerate(rows, 2)
    ]
    return Document(form, TEMPLATE_VERSION, party, period, 1, "Data", tuple(made))


def check_kpi(
    plan: Plan, *rows: dict, party: str = "VNM", period: str = PERIOD, **known
) -> Checked:
    """What the checks say of KPI rows; each is VALUE with what the test gives it."""
    sent = document("kpi", *(VALUE | row for row in rows), period=period, party=party)
    standing = Standing(today=TODAY, **known)
    return check_document(sent, plan, standing, FILE, party)


def check_progress(
    plan: Plan, *rows: dict, party: str = "PHL", period: str = PERIOD, **known
) -> Checked:
    """What the checks say of progress rows; each is LINE with what the test gives it."""
    sent = document("progress", *(LINE | row for row in rows), period=period, party=party)
    standing = Standing(today=TODAY, **known)
    return check_document(sent, plan, standing, FILE, party)


def rules(checked: Checked) -> list[str]:
    """The rules that were broken, in the order of the findings."""
    return [finding.rule_code for finding in checked.findings]
