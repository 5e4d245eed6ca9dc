"""The house rules that a machine can check."""

import ast
import re
import subprocess
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest

from smed.settings import DBT_PROJECT, REPOSITORY, Settings

ROOMS = ("dags", "expectations", "extract", "operate", "publish", "smed")
MAY_IMPORT = {
    "dags": {"dags", "operate"},
    "operate": {"operate", "publish", "expectations", "extract", "smed"},
    "publish": {"publish", "smed"},
    "expectations": {"expectations", "smed"},
    "extract": {"extract", "smed"},
    "smed": {"smed"},
}
HEAVY = {"pandas", "dbt", "great_expectations", "duckdb", "wbgapi", "airflow", "requests"}
LONGEST = {"dags": 80, "tests": 400}
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40
LONGEST_MODEL, LONGEST_YAML = 90, 150


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z", *patterns],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = [REPOSITORY / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def _modules(*rooms: str) -> list[Path]:
    found = [p for p in _tracked("*.py") if p.relative_to(REPOSITORY).parts[0] in rooms]
    assert found, "a rule that looks at nothing"
    return found


def _name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def _imports(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


def test_imports_run_one_way():
    wrong = []
    for path in _modules(*ROOMS):
        room = path.relative_to(REPOSITORY).parts[0]
        own = _imports(ast.parse(path.read_text())) & set(ROOMS)
        wrong += [f"{_name(path)} imports {name}" for name in sorted(own - MAY_IMPORT[room])]
    assert wrong == []


def test_only_the_settings_read_the_environment_of_the_product():
    readers = [
        _name(path)
        for path in _modules(*ROOMS)
        if re.search(r"os\.environ\.get\(\s*[\"']SMED_|os\.getenv", path.read_text())
    ]
    assert readers == []


@pytest.mark.parametrize("path", ["operate/cli.py", "dags/extract_indicators.py"])
def test_the_command_line_and_dag_files_import_nothing_heavy_at_the_top(path):
    tree = ast.parse((REPOSITORY / path).read_text())
    top = ast.Module([node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))])
    allowed = {"airflow"} if path.startswith("dags/") else set()
    assert _imports(top) & HEAVY - allowed == set()


def test_dag_files_name_no_other_heavy_import_anywhere():
    for path in _modules("dags"):
        assert _imports(ast.parse(path.read_text())) & HEAVY <= {"airflow"}, _name(path)


def test_files_and_functions_stay_short():
    long = []
    for path in _modules(*ROOMS, "tests", "bench"):
        text = path.read_text()
        most = LONGEST.get(path.relative_to(REPOSITORY).parts[0], LONGEST_MODULE)
        if len(text.splitlines()) > most:
            long.append(f"{_name(path)}: {len(text.splitlines())} lines, at most {most}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = node.end_lineno - node.lineno + 1
                # a DAG is declared in one function; its file is short enough
                if lines > LONGEST_FUNCTION and "dags" not in path.parts:
                    long.append(f"{_name(path)}: {node.name} has {lines} lines")
    for path in _tracked("dbt_project/*.sql", "dbt_project/*.yml", "expectations/raw_sql/*.sql"):
        most = LONGEST_MODEL if path.suffix == ".sql" else LONGEST_YAML
        if len(path.read_text().splitlines()) > most:
            long.append(f"{_name(path)}: over {most} lines")
    assert long == []


def test_no_code_names_a_kpi_a_goal_or_a_country():
    """They are data; code that knew one would be wrong for the next plan."""
    countries = {row.split(",")[0] for row in _seed_rows("countries")}
    series = {row.split(",")[3] for row in _seed_rows("kpi_series")}
    words = re.compile(
        r"\bKPI-\d|\b(" + "|".join(map(re.escape, sorted(countries | series))) + r")\b"
    )
    named = []
    for path in [*_modules(*ROOMS), *_tracked("dbt_project/models/*.sql")]:
        code = path.read_text()
        if path.suffix == ".py":
            code = _without_docstrings(code)
        named += [f"{_name(path)}: {hit.group()}" for hit in words.finditer(code)]
    assert named == []


def _seed_rows(name: str) -> list[str]:
    return (DBT_PROJECT / "seeds" / f"{name}.csv").read_text(encoding="utf-8").splitlines()[1:]


def _without_docstrings(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        ):
            node.body[0].value = ast.Constant("")
    return ast.unparse(tree)


def test_public_functions_say_what_they_do():
    silent = []
    for path in _modules(*ROOMS):
        for node in ast.parse(path.read_text()).body:
            is_public = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[0] != "_"
            if is_public and not ast.get_docstring(node):
                silent.append(f"{_name(path)}: {node.name}")
    assert silent == []


def test_the_lock_holds_every_requirement_with_hashes():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    groups = [project["project"]["optional-dependencies"], project["dependency-groups"]]
    wanted = [
        *project["project"]["dependencies"],
        *(r for g in groups for rs in g.values() for r in rs),
    ]
    lock = (REPOSITORY / "requirements.lock").read_text()
    for requirement in wanted:
        name = re.match(r"[a-z0-9-]+", requirement).group()
        assert re.search(rf"^{name}==\S+.*\\\n    --hash=sha256:", lock, re.MULTILINE), name
    assert "http" not in re.sub(r"^[a-z0-9-]+==", "", lock, flags=re.MULTILINE)


def test_what_is_installed_is_what_the_lock_says():
    lock = (REPOSITORY / "requirements.lock").read_text()
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", lock, re.MULTILINE))
    found = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in distributions()}
    for name in ("apache-airflow", "dbt-core", "duckdb", "great-expectations", "wbgapi"):
        assert found[name] == locked[name]


def test_every_setting_stands_in_the_example():
    example = (REPOSITORY / ".env.example").read_text()
    named = re.findall(r"^#? ?(SMED_[A-Z_]+)=", example, re.MULTILINE)
    assert sorted(named) == sorted(f"SMED_{name.upper()}" for name in Settings.model_fields)


def test_no_file_names_a_path_of_a_machine():
    found = []
    for path in _tracked():
        if path.suffix in (".csv", ".lock") or path.name == "LICENSE":
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [
            f"{_name(path)}: {hit.group()}"
            for hit in re.finditer(r"(?<![\w.])/(home|root|wor[k]|Users)/\w+", text)
        ]
    assert found == []
