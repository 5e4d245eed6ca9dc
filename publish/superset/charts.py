"""The charts as ``charts.yml`` describes them, before anything of Superset is said."""

from dataclasses import dataclass, field

from publish.superset.datasets import uuid_of
from publish.superset.words import read_list


@dataclass(frozen=True)
class Chart:
    """What one entry of ``charts.yml`` says; see there for what each key means."""

    name: str
    title: str
    kind: str
    table: str
    says: str = ""
    columns: list[str] = field(default_factory=list)
    across: list[str] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    where: dict = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    more: dict = field(default_factory=dict)

    @property
    def uuid(self) -> str:
        """Names it in Superset."""
        return uuid_of("chart", self.name)

    @property
    def named(self) -> list[str]:
        """Every column and metric that it names."""
        ordering = [column for column, _ in self.orders]
        return [*self.columns, *self.across, *self.metrics, *self.where, *ordering]

    @property
    def orders(self) -> list[list]:
        """[column, whether it ascends] of each column that orders its rows."""
        return [[column.removeprefix("-"), column[0] != "-"] for column in self.order]

    @property
    def filters(self) -> list[tuple]:
        """(column, Superset's operator, value) of each condition."""
        found = []
        for column, wanted in self.where.items():
            if wanted is True or wanted is False:
                found.append((column, "IS TRUE" if wanted else "IS FALSE", None))
            elif wanted is None:
                found.append((column, "IS NOT NULL", None))
            elif isinstance(wanted, dict):
                found.append((column, "NOT IN", wanted["not"]))
            else:
                found.append((column, "IN", wanted))
        return found


def read_charts() -> dict[str, Chart]:
    """The charts of ``charts.yml`` by name."""
    return {name: Chart(name=name, **said) for name, said in read_list("charts.yml").items()}
