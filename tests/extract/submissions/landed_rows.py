"""What the marts would take of what landed: of each key the row that was accepted last."""

import duckdb

from tests.extract.submissions.desks import Office

KEYS = {"kpi": "kpi_code, country_code, observation_year", "progress": "action_line_code"}
CURRENT = """
select * exclude (accepted_at, submitted_at, known_from, is_superseded, is_retracted)
from (
    select *, row_number() over (partition by {keys} order by accepted_at desc) as place
    from read_parquet('{files}')
    where not is_superseded
)
where place = 1 and not is_retracted
order by all
"""


def current_rows(office: Office, form: str) -> list[tuple]:
    """The landed rows of a form that count, without the times at which they were decided on."""
    folder = office.settings.raw / "submissions" / "observations" / form
    if not folder.is_dir():
        return []
    with duckdb.connect() as connection:
        query = CURRENT.format(keys=KEYS[form], files=folder / "*.parquet")
        return connection.execute(query).fetchall()
