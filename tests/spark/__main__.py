"""``make test-spark``: says what is missing, installs Spark, and runs these tests.

Where a network namespace can be made they run in it, so that nothing can call out.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from smed.settings import REPOSITORY
from tests.end_to_end.processes import without_network

FOLDER = REPOSITORY / "deploy" / "spark"
# beside the product's environment, which cannot hold it
ENVIRONMENT = REPOSITORY / ".venv" / "spark"
JAVA = "apt-get install --no-install-recommends openjdk-17-jre-headless"
OLDEST_JAVA = 17


def require_spark() -> None:
    """Sets ``SPARK_HOME`` unless it is set; ends the process where no Java can run Spark."""
    _require_java()
    os.environ["SPARK_HOME"] = os.environ.get("SPARK_HOME") or str(spark_home())


def _require_java() -> None:
    if not shutil.which("java"):
        sys.exit(f"missing: {JAVA}")
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if not found or int(found.group(1)) < OLDEST_JAVA:
        sys.exit(f"Spark needs Java {OLDEST_JAVA}, and this is {said.splitlines()[0]}: {JAVA}")


def spark_home() -> Path:
    """The folder of the package pyspark, which is installed unless it is there."""
    python = ENVIRONMENT / "bin" / "python"
    if not list(ENVIRONMENT.glob("lib/*/site-packages/pyspark-*")):
        print("installing Spark (450 MB) from deploy/spark", flush=True)
        _uv("venv", "-q", "--clear", "-p", sys.executable, str(ENVIRONMENT))
        install = ("pip", "install", "-q", "--python", str(python), "--no-deps", "--require-hashes")
        _uv(*install, "-r", str(FOLDER / "build-requirements.txt"))
        _uv(*install, "--no-build-isolation", "-r", str(FOLDER / "requirements.txt"))
    (home,) = ENVIRONMENT.glob("lib/*/site-packages/pyspark")
    return home


def _uv(*arguments: str) -> None:
    uv = shutil.which("uv") or Path(sys.executable).with_name("uv")
    subprocess.run([str(uv), *arguments], check=True, timeout=1800)


def main() -> None:
    """Becomes pytest."""
    require_spark()
    tests = (sys.executable, "-m", "pytest", "-m", "spark", "tests/spark", *sys.argv[1:])
    command = (*without_network(), *tests)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
