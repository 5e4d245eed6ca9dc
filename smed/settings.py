"""Every setting of the product; the only place that reads the environment."""

import difflib
import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from smed.errors import SettingInvalid

REPOSITORY = Path(__file__).resolve().parent.parent
DBT_PROJECT = REPOSITORY / "dbt_project"
DAGS = REPOSITORY / "dags"
PREFIX = "SMED_"
# how pydantic begins what a validator here has raised
VALUE_ERROR = "Value error, "


class Settings(BaseSettings):
    """Read from variables with the prefix ``SMED_``; each has a default that works as it is."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(Path("data"), description="Folder of everything that is kept and published")
    plan: Path = Field(DBT_PROJECT / "seeds", description="Folder of the plan's seeds")
    target: Literal["duckdb", "spark"] = Field(
        "duckdb", description="Engine that builds the marts; spark needs a cluster (docs/spark.md)"
    )
    spark_host: str = Field(
        "127.0.0.1", min_length=1, description="Host of the Spark cluster's Thrift server"
    )
    spark_port: int = Field(10000, ge=1, le=65535, description="Its port")
    spark_seconds: int = Field(
        3600, ge=1, description="Longest time that one statement may take on Spark"
    )
    world_bank_url: str = Field(
        "https://api.worldbank.org/v2",
        pattern=r"^https?://",
        description="Address of the World Bank's API",
    )
    adb_url: str = Field(
        "https://kidb.adb.org/api/v5/sdmx",
        pattern=r"^https?://",
        description="Address of ADB's Key Indicators Database",
    )
    http_connect_seconds: float = Field(5, gt=0, description="Longest wait for a connection")
    http_read_seconds: float = Field(60, gt=0, description="Longest wait for an answer")
    http_attempts: int = Field(5, ge=1, description="Attempts at a request that may heal")
    http_wait_seconds: float = Field(1, ge=0, description="Wait before the second attempt")
    http_wait_max_seconds: float = Field(60, ge=0, description="Longest wait between attempts")
    postgres_url: SecretStr | None = Field(
        None, description="PostgreSQL that serves the marts too; without it only files do"
    )
    postgres_reader: str = Field("smed_reader", min_length=1, description="Role that may read")
    postgres_take_over: str = Field(
        "", description="Home that PostgreSQL serves now and this one shall replace, by its id"
    )
    postgres_seconds: float = Field(
        120, gt=0, description="Longest wait for PostgreSQL, or for its readers to let go"
    )
    openlineage_url: SecretStr | None = Field(
        None, description="Where lineage of a refresh is sent; without it none is"
    )
    storage_url: str = Field(
        "",
        examples=["s3://bucket/smed"],
        pattern=r"^(s3://[a-z0-9][a-z0-9.-]+(/[\w!.*'()-]+)*/?)?$",
        description="Storage that several machines share, like s3://bucket/smed; empty: none",
    )
    storage_endpoint: str = Field(
        "",
        examples=["http://127.0.0.1:9000"],
        pattern=r"^(https?://\S+)?$",
        description="Its address, where it is not Amazon's",
    )
    storage_key: SecretStr | None = Field(
        None, description="Its access key; without it what AWS_* variables, files or roles give"
    )
    storage_secret: SecretStr | None = Field(None, description="The secret of that key")
    airflow_port: int = Field(8080, ge=1, le=65535, description="Port of Airflow's pages and API")
    log_format: Literal["text", "json"] = Field(
        "text", description="How the log is written: for people, or one JSON object a line"
    )
    serve_port: int = Field(8787, ge=1, le=65535, description="Port of the report (make serve)")
    releases_kept: int = Field(12, ge=2, description="Releases kept in the home")
    log_days: int = Field(30, ge=1, description="Days that Airflow's logs and past runs are kept")
    candidates_kept: int = Field(3, ge=1, description="Candidates kept for inspection")
    submission_packed_mib: int = Field(10, ge=1, description="Largest file of a submission")
    submission_unpacked_mib: int = Field(32, ge=1, description="Largest workbook, unpacked")
    submission_rows: int = Field(10_000, ge=1, description="Most rows of a submission")
    submission_readers: int = Field(2, ge=1, description="Files that are read at the same time")
    submission_reader_memory_mib: int = Field(1024, ge=256, description="Memory of a reader")
    submission_reader_seconds: int = Field(20, ge=1, description="Time that a file's reader has")
    # the text is read where it is used, so that a slip in it names no secret and stops no run
    alert_urls: SecretStr = Field(
        SecretStr("{}"), description="Where each owner is told: JSON of code and apprise URLs"
    )
    alert_digest: str = Field("", description="Owners who get warnings together, and how often")
    alert_seconds: float = Field(20, gt=0, description="Longest time that telling may take a run")
    alert_incidents: int = Field(20, ge=1, description="Incidents that a message tells in full")
    alert_rows: int = Field(3, ge=1, description="Rows that a message shows of an incident")

    @field_validator("home", "plan")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        if path == Path():
            raise ValueError("is empty, which would mean the folder you are in")
        return path.expanduser().absolute()

    @classmethod
    def load(cls, **given) -> "Settings":
        """Settings from the environment; ``given`` values that are not None win.

        Raises SettingInvalid for an unknown variable or a value that does not fit.
        """
        known = {PREFIX + name.upper(): name for name in cls.model_fields}
        for variable in sorted(os.environ):
            if variable.startswith(PREFIX) and variable not in known:
                near = difflib.get_close_matches(variable, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
                raise SettingInvalid("unknown setting", variable, hint)
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            field = cls.model_fields.get(name)
            example = (field.examples or [field.default])[0] if field else ""
            # every pattern is that of an address
            is_pattern = first["type"] == "string_pattern_mismatch"
            said = "is no such address" if is_pattern else first["msg"].removeprefix(VALUE_ERROR)
            given_text = str(first["input"])
            # an address may hold a password, or a key
            is_address = name.endswith(("_url", "_urls", "_endpoint")) or "@" in given_text
            shown = "" if is_address else f" (it is {given_text!r})"
            raise SettingInvalid(
                said + shown,
                PREFIX + name.upper(),
                f"set it to something like {example}",
            ) from None

    @property
    def raw(self) -> Path:
        """What was received, append-only."""
        return self.home / "raw"

    @property
    def candidates(self) -> Path:
        """Builds that nobody reads but the gate."""
        return self.home / "candidates"

    @property
    def releases(self) -> Path:
        """What was published, one folder a release."""
        return self.home / "releases"

    @property
    def published(self) -> Path:
        """The relative link that readers open."""
        return self.home / "published"
