"""The product's own log on stderr: lines for people, or JSON for machines that gather logs."""

import json
import logging
import sys
from datetime import UTC, datetime

_PEOPLES_TIME = "%H:%M:%S"


class _OfRun(logging.Filter):
    """Puts the id of the run that a process works on onto each record."""

    run_id: str | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        record.run_id = self.run_id
        return True


class _AsJson(logging.Formatter):
    """One object a line: at (UTC), level, logger, run_id (null before a run is known), message."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run_id": record.run_id,
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


_OF_RUN = _OfRun()


def name_run(run_id: str) -> None:
    """Says which run the log is about from now on."""
    _OF_RUN.run_id = run_id


def begin_log(log_format: str) -> None:
    """Lets the log speak: ``text`` (with colour on a terminal, else plain lines) or ``json``."""
    log = logging.getLogger("smed")
    log.setLevel(logging.INFO)
    log.propagate = False
    if not log.handlers:
        log.addHandler(_handler(log_format))


def _handler(log_format: str) -> logging.Handler:
    if log_format == "text" and sys.stderr.isatty():
        from rich.console import Console
        from rich.logging import RichHandler

        handler = RichHandler(console=Console(stderr=True), show_path=False, show_level=False)
        handler.setFormatter(logging.Formatter("%(message)s", datefmt=_PEOPLES_TIME))
        return handler
    handler = logging.StreamHandler()
    handler.addFilter(_OF_RUN)
    lines = logging.Formatter("%(asctime)s %(message)s", datefmt=_PEOPLES_TIME)
    handler.setFormatter(_AsJson() if log_format == "json" else lines)
    return handler
