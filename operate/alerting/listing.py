"""What the command ``smed alerts`` shows: what is open, and what could not be delivered."""

from dataclasses import asdict

from rich.table import Table

from expectations.alerts.delivery import open_alerts, undelivered
from expectations.alerts.routing import URLS_SETTING, read_addresses
from operate.terminal import NO_VALUE, OUT
from smed.plan import Plan
from smed.settings import Settings

HOW_TO_SET = (
    f"No address is set, so nobody is told. Set {URLS_SETTING}, as .env.example shows, or in"
    " Airflow the connections smed_alerts_<owner> (the address as their password)."
)


def listed(settings: Settings, plan: Plan | None) -> dict:
    """JSON-able: open, undelivered, problems (of the settings), is_configured."""
    addresses = read_addresses(settings, plan)
    return {
        "open": [asdict(alert) for alert in open_alerts(settings)],
        "undelivered": [asdict(message) for message in undelivered(settings)],
        "problems": list(addresses.problems),
        "is_configured": addresses.is_configured,
    }


def print_alerts(facts: dict) -> None:
    """The open alerts as a table, then what is not delivered and why."""
    if facts["open"]:
        OUT.print(_table(facts["open"]))
    else:
        OUT.print("Nothing is wrong, as far as the last runs looked.")
    for message in facts["undelivered"]:
        OUT.print(
            f"Not delivered to {message['receiver']}, since {message['since']}"
            f" ({message['attempts']} attempts): {message['reason']}. {message['subject']}",
            markup=False,
            soft_wrap=True,
        )
    if facts["undelivered"]:
        OUT.print("They are tried again by every run, and by `smed alerts --retry`.")
    for problem in facts["problems"]:
        OUT.print(problem, markup=False, soft_wrap=True)
    if not facts["is_configured"]:
        OUT.print(HOW_TO_SET, markup=False, soft_wrap=True)


def _table(alerts: list[dict]) -> Table:
    table = Table()
    for name in ("Fingerprint", "What", "Whose", "Since", "Day", "Quiet until", "Told last"):
        table.add_column(name, no_wrap=name == "Fingerprint")
    for alert in alerts:
        row = (
            *(alert["fingerprint"], f"{alert['severity']}: {alert['title']}"),
            *(", ".join(alert["owners"]), alert["since"], str(alert["day_number"])),
            *(alert["snoozed_until"] or NO_VALUE, _told_last(alert)),
        )
        table.add_row(*(text.replace("[", r"\[") for text in row))
    return table


def _told_last(alert: dict) -> str:
    """The day on which a message of it arrived, and for whom the newest one still waits."""
    parts = [max(alert["told_on"].values())] if alert["told_on"] else []
    if alert["not_delivered"]:
        parts.append(f"not delivered: {', '.join(alert['not_delivered'])}")
    return "; ".join(parts) or NO_VALUE


def print_undelivered(settings: Settings) -> None:
    """One line if something is not delivered."""
    count = len(undelivered(settings))
    if count:
        OUT.print(f"{count} alerts are not delivered; see `smed alerts`.")
