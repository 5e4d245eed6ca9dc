"""What is asked of a source, and what it answers: a value per economy and time."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Expected:
    """What was asked: one cell per economy and time id (``YR2016``), of one version if archived."""

    series: str
    economies: tuple[str, ...]
    times: tuple[str, ...]
    version: str | None
    where: str
    rules: str = "world_bank"
    economies_seed: str = "countries.csv"


@dataclass(frozen=True)
class Grid:
    """What was answered: a value, or None, per (economy, time id), sorted; complete.

    ``attributes`` name what stands in each cell after its value. ``problems`` are the cells that
    hold none because something else came: economy, time, what is wrong, rule; sorted.
    """

    title: str
    cells: tuple[tuple, ...]
    lastupdated: str | None
    findings: tuple[dict, ...] = field(default=())
    attributes: tuple[str, ...] = ()
    problems: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def values_count(self) -> int:
        """How many cells hold a value."""
        return sum(cell[2] is not None for cell in self.cells)
