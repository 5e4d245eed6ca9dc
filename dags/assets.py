"""What joins the DAGs: one writes it, the other runs when it was written."""

from airflow.sdk import Asset

RAW_OBSERVATIONS = Asset(name="raw_observations", uri="smed://raw/observations")
SUBMISSIONS = Asset(name="submissions", uri="smed://raw/submissions")
RELEASE = Asset(name="release", uri="smed://published")
