"""A plan as large as a source: made-up figures, the same on every machine.

Grain: each series serves one KPI, for all economies and years. Every tenth series has three
vintages by the day of the build and a fourth one after it, so that both the choice and the leaving
out are work. Between vintages values change, move by noise, are withdrawn, come back and change
their unit; some values are missing or zero.
"""

import csv
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from string import ascii_uppercase

from operate.inputs import Inputs, Snapshot
from smed.settings import DBT_PROJECT, Settings

ECONOMIES, YEARS = 217, 35
FIRST_YEAR, BASELINE_YEAR = 1990, 2016
AS_OF = "2025-06-30"
# of every tenth series; of the others the last one
EARLIER_VINTAGES = ("2023-07-01", "2024-07-01")
VINTAGE, LATER_VINTAGE = "2025-06-01", "2025-12-01"
WITH_EARLIER_VINTAGES = 10
# of every second KPI the regional mean is weighted
WEIGHT = "BIG.WEIGHT"
GOALS = 10

_COPY = """
copy (
    with cells as (
        select
            economy_number,
            year,
            {series} as series_number,
            {vintage} as vintage_number,
            5 + ({series} * 31 + economy_number * 17) % 90 as height,
            ((({series} * 13 + economy_number * 7) % 90) - 30) / 1000 as growth,
            ({series} * 7 + economy_number * 11 + year * 5) % 1009 as chance
        from range({economies}) as economies (economy_number)
        cross join range({first_year}, {last_year}) as years (year)
    )
    select
        'WB' as source,
        '{code}' as series,
        '{title}' as series_title,
        '2' as database,
        cast(null as varchar) as version,
        economy_codes[economy_number + 1] as economy,
        'YR' || year as time,
        case
            -- weights have no holes; of other series some values are missing or withdrawn
            when {is_whole} then height
            when chance < 80 or (chance < 100 and vintage_number = 1) then null
            when chance < 85 then 0
            else round(height * power(1 + growth, year - {first_year}) * (1 + chance / 50000), 6)
                * case
                    when chance < 110 then 1 + vintage_number % 2 / 8
                    when chance < 300 then 1 + vintage_number % 2 / 50
                    when chance < 400 then 1 + vintage_number / 1e11
                    else 1
                end
        end as value,
        cast('{date}' as date) as vintage_date,
        'date_of_copy' as vintage_basis,
        false as is_recorded,
        cast('{date} 06:00:00' as timestamp) as retrieved_at,
        '{snapshot}' as snapshot_id
    from cells
    cross join (select {codes} as economy_codes)
    order by economy, time
) to '{path}' (format parquet)
"""


def economy_codes(count: int, letters: int = 3) -> list[str]:
    """The first codes of so many letters."""
    return ["".join(code) for code in islice(product(ascii_uppercase, repeat=letters), count)]


def _series_code(number: int) -> str:
    return f"BIG.{number:05}"


def _vintages(number: int) -> Iterator[tuple[str, str]]:
    """The days of a series' vintages, each with its title; the title tells the unit."""
    code = _series_code(number)
    has_earlier = number % WITH_EARLIER_VINTAGES == 0
    for date in EARLIER_VINTAGES if has_earlier else ():
        is_rebased = number % (3 * WITH_EARLIER_VINTAGES) == 0
        yield date, f"Former title of {code}" if is_rebased else f"Title of {code}"
    for date in (VINTAGE, LATER_VINTAGE) if has_earlier else (VINTAGE,):
        yield date, f"Title of {code}"


def write_raw(settings: Settings, series: int, economies: int) -> Inputs:
    """Lands every vintage where the product does; the inputs of a build from them.

    The names of snapshots are made up: of figures that a formula gives there is nothing to verify.
    """
    import duckdb

    codes = economy_codes(economies)
    snapshots = []
    with duckdb.connect() as connection:
        for number in range(series + 1):
            code = _series_code(number) if number < series else WEIGHT
            folder = Path("world_bank", "observations", code)
            (settings.raw / folder).mkdir(parents=True)
            vintages = _vintages(number) if number < series else [(VINTAGE, f"Title of {WEIGHT}")]
            for order, (date, title) in enumerate(vintages):
                path, snapshot = folder / f"{date}_{code}.parquet", f"{code} {date}"
                connection.execute(
                    _COPY.format(
                        **{"series": number, "vintage": order, "code": code, "title": title},
                        **{"date": date, "snapshot": snapshot, "codes": codes},
                        **{"economies": economies, "path": settings.raw / path},
                        **{"is_whole": code == WEIGHT},
                        **{"first_year": FIRST_YEAR, "last_year": FIRST_YEAR + YEARS},
                    )
                )
                snapshots.append(Snapshot(str(path), "", snapshot, code, date, "date_of_copy"))
    return Inputs(AS_OF, "bench", tuple(snapshots), "")


def write_plan(folder: Path, series: int, economies: int) -> None:
    """The seeds; the thresholds are the shipped ones, other seeds are empty."""
    rows = _seeds(series, economies)
    folder.mkdir(parents=True)
    for path in sorted((DBT_PROJECT / "seeds").glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        if path.stem == "thresholds":
            (folder / path.name).write_text(text, encoding="utf-8")
            continue
        with (folder / path.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, text.splitlines()[0].split(","))
            writer.writeheader()
            writer.writerows(rows.get(path.stem, []))


def _seeds(series: int, economies: int) -> dict[str, list[dict]]:
    numbers = range(series)
    state = {"source_code": "WB", "database_code": "2", "source_state": "live"}
    state["state_from_date"] = f"{FIRST_YEAR}-01-01"
    plan = {
        **{"plan_code": "BIG", "plan_name": "Big plan", "baseline_policy": "latest"},
        **{"plan_start_date": f"{BASELINE_YEAR}-01-01", "plan_end_date": f"{AS_OF[:4]}-12-31"},
        **{"baseline_year": BASELINE_YEAR, "first_observation_year": FIRST_YEAR},
        **{"region_code": "ALL", "leading_group_code": "N", "following_group_code": "S"},
    }
    return {
        "plans": [plan],
        "goals": [{"goal_code": f"G{n}", "goal_name": f"Goal {n}"} for n in range(GOALS)],
        "countries": _countries(economies),
        "units": [{"unit_code": u, "unit_name": u, "display_digits": 1} for u in ("u", "old")],
        "data_sources": [{"source_code": "WB", "source_name": "Source", "cadence_days": 365}],
        "kpis": [_kpi(number) for number in numbers],
        "kpi_series": [
            {
                **{"kpi_code": f"BIG-{n}", "preference_number": 1, "unit_code": "u", **state},
                **{"series_code": _series_code(n), "series_title": f"Title of {_series_code(n)}"},
            }
            for n in numbers
        ],
        "weight_series": [
            {
                **{"series_code": WEIGHT, "series_title": f"Title of {WEIGHT}", "unit_code": "u"},
                **state,
            }
        ],
        "former_series_titles": [
            {
                **{"series_code": _series_code(n), "unit_code": "old"},
                "series_title": f"Former title of {_series_code(n)}",
                "first_seen_date": EARLIER_VINTAGES[0],
            }
            for n in numbers[:: 3 * WITH_EARLIER_VINTAGES]
        ],
    }


def _countries(economies: int) -> list[dict]:
    codes = zip(economy_codes(economies), economy_codes(economies, 2), strict=True)
    return [
        {
            **{"country_code": code, "country_name": f"Economy {code}", "iso2_code": short},
            "group_code": "N" if number % 3 else "S",
        }
        for number, (code, short) in enumerate(codes)
    ]


def _kpi(number: int) -> dict:
    is_weighted = number % 2 == 1
    return {
        **{"kpi_code": f"BIG-{number}", "goal_code": f"G{number % GOALS}"},
        **{"kpi_name": f"KPI {number}", "printed_kpi_name": f"KPI {number}", "unit_code": "u"},
        **{"direction": "lower" if number % 3 == 0 else "higher"},
        **{"natural_limit": 100 if number % 4 == 1 else ""},
        **{"plausible_min": 0, "plausible_max": 1000000, "max_yearly_change_pct": 100},
        **{"staleness_limit_years": 3, "publication_lag_years": 1, "baseline_tolerance_years": 1},
        "aggregation_code": "weighted_mean" if is_weighted else "simple_mean",
        "weight_series_code": WEIGHT if is_weighted else "",
    }
