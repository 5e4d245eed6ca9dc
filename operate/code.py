"""Which code runs here: the step that began a run and those that end it must have the same.

Workers are several machines, and while a new version is handed out they differ for a while. What
one of them began under its models another must not judge or publish under its own.
"""

import hashlib
import platform
from functools import cache
from importlib.metadata import version

from operate.inputs import rules_sha256
from smed.errors import OtherCode
from smed.plan import Plan
from smed.settings import REPOSITORY

ROOMS = ("dags", "dbt_project", "expectations", "extract", "operate", "publish", "smed")
# made by tools beside the code
LEFT_OUT = ("__pycache__", "logs", "target")
ID_DIGITS = 12


def code_of(plan: Plan) -> str:
    """The product's version and a hash over its rooms, the plan and the tools that make numbers."""
    digest = hashlib.sha256((_rooms_sha256() + rules_sha256(plan.folder)).encode())
    return f"{version('smed')}, code {digest.hexdigest()[:ID_DIGITS]}"


def refuse_other_code(plan: Plan, begun: str | None) -> None:
    """OtherCode if a run was begun under other code than runs here; None: a version that said none.

    Airflow tries the task again, and another worker may have the right code.
    """
    here = code_of(plan)
    if begun != here:
        raise OtherCode(
            f"this run was begun by smed {begun or 'of a version that did not say which'},"
            f" and here runs smed {here}",
            f"worker {platform.node()}",
            "give every worker the same version, then clear the task;"
            " or trigger the DAG again, which begins anew",
        )


@cache
def _rooms_sha256() -> str:
    digest = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (REPOSITORY / room).rglob("*")):
        name = path.relative_to(REPOSITORY)
        if not set(name.parts) & set(LEFT_OUT) and path.is_file():
            digest.update(str(name).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
