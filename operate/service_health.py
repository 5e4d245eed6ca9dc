"""Whether a part of the service does its work: ``python -m operate.service_health PART``.

Parts are named as in Airflow's own report (``scheduler``, ``triggerer``, ``dag_processor``,
``metadatabase``), which the API server gives to anybody who can reach it. Only the standard
library is needed, as this runs every few seconds.
"""

import json
import os
import sys
import urllib.request

WAIT_SECONDS = 10


def fault(part: str, address: str) -> str:
    """What is wrong with the part; empty if nothing is."""
    try:
        with urllib.request.urlopen(
            f"{address}/api/v2/monitor/health", timeout=WAIT_SECONDS
        ) as answer:
            report = json.load(answer)
    except (OSError, ValueError) as error:
        return f"the API server at {address} gives no report ({error})"
    state = (report.get(part) or {}).get("status")
    return "" if state == "healthy" else f"{part} is {state or 'unknown'}"


def main(part: str) -> int:
    """0 if it is healthy; 1 and one line if not."""
    address = os.environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"].removesuffix("/execution/")
    wrong = fault(part, address)
    if wrong:
        print(wrong, file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
