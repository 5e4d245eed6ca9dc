"""Files as parties send them, written down by a test, and a desk whose clock the test turns."""

import csv
import io
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extract.submissions import desk as desks
from extract.submissions.events import EventLog
from extract.submissions.forms import TEMPLATE_VERSION, read_forms
from extract.submissions.intake import Incoming, Outcome, take_in
from smed import home
from smed.plan import read_plan
from smed.settings import DBT_PROJECT, Settings

PLAN = read_plan(DBT_PROJECT / "seeds")
START = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
UNIT = "pct"


class Clock:
    """Stands still until it is turned."""

    def __init__(self, now: datetime = START):
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


def csv_file(
    folder: Path, name: str, form: str, party: str, period: str, rows: list[dict], version: int = 1
) -> Path:
    """A filled CSV template: each row gives cells by column code."""
    columns = read_forms()[form].columns
    declared = {
        "template_version": TEMPLATE_VERSION,
        "form_code": form,
        "party_code": party,
        "reporting_period": period,
        "submission_version": version,
    }
    text = io.StringIO()
    text.writelines(f"# {key}: {value}\r\n" for key, value in declared.items())
    writer = csv.writer(text)
    writer.writerow([column.column_label for column in columns])
    writer.writerows([[row.get(c.column_code, "") for c in columns] for row in rows])
    path = folder / name
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def value(year: int, amount, kpi: str = "KPI-08", **more) -> dict:
    """A row of the form kpi."""
    row = {"kpi_code": kpi, "observation_year": year, "value": amount, "unit_code": UNIT}
    return {**row, **more}


def line(code: str, percent, status: str = "in progress", **more) -> dict:
    """A row of the form progress."""
    row = {"action_line_code": code, "reported_status": status, "complete_pct": percent}
    return {**row, "start_date": "2017-01-01", **more}


class Office:
    """A home, its clock, and who sits at the desk."""

    def __init__(self, settings: Settings, folder: Path):
        self.settings = settings
        self.folder = folder
        self.clock = Clock()
        self.published: frozenset[str] = frozenset()

    @contextmanager
    def desk(self):
        known = {"published": self.published, "clock": self.clock}
        with desks.open_desk(self.settings, PLAN, "a test", **known) as desk:
            yield desk

    def send(self, *files: Path, party: str = "MYS", actor: str | None = None) -> list[Outcome]:
        """What becomes of files that are sent for a party by the home's owner."""
        self.clock.turn(minutes=1)
        with self.desk() as desk:
            actor = actor or home.actor()
            return list(take_in(desk, [Incoming(path, party, actor) for path in files]))

    def values(self, rows: list[dict], name: str = "values.csv", **given) -> Outcome:
        """What becomes of a file of KPI values."""
        return self._one("kpi", rows, name, **given)

    def progress(self, rows: list[dict], name: str = "progress.csv", **given) -> Outcome:
        """What becomes of a file of progress."""
        return self._one("progress", rows, name, **given)

    def _one(
        self, form, rows, name, party="MYS", period="2026H1", version=1, actor=None
    ) -> Outcome:
        path = csv_file(self.folder, name, form, party, period, rows, version)
        (outcome,) = self.send(path, party=party, actor=actor)
        return outcome

    def states(self) -> list[str]:
        """The state of every submission in the order in which they came."""
        with self.desk() as desk:
            return [s.state for s in desk.book.submissions.values()]

    def standing(self) -> dict[tuple, float]:
        """The values that count, by KPI, country and year."""
        with self.desk() as desk:
            return {key: row["value"] for key, row in desk.book.values.items()}

    def events(self) -> list[dict]:
        """Everything that was decided."""
        return [event for events in EventLog(self.settings).read() for event in events]

    def publish(self) -> None:
        """As if a release had been made of all that counts."""
        with self.desk() as desk:
            accepted = (s for s in desk.book.submissions.values() if s.state == "accepted")
            self.published = frozenset(s.submission_id for s in accepted)
