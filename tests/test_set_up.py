"""From a bare Python to a house that can start: the commands of bin/, and the locks they install."""

import ast
import importlib
import os
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_exact_versions_with_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[\w.\[\],-]+==", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    run, dev = _locked("run"), _locked("dev")
    assert _names(project["project"]["dependencies"]) <= run.keys()
    assert _names(project["dependency-groups"]["dev"]) <= dev.keys()
    assert run.items() <= dev.items(), "tests must run on the versions that serve"


def test_the_front_end_lock_holds_no_address_of_a_registry() -> None:
    lock = ROOT / "frontend" / "package-lock.json"
    assert '"resolved"' not in lock.read_text()


@pytest.mark.parametrize("command", ["run", "test", "check", "lock", "translations"])
def test_an_old_python_can_read_a_command_far_enough_to_be_told(command: str) -> None:
    launcher, check = ROOT / "bin" / command, ROOT / "bin" / "bootstrap" / "python.py"
    for path in (launcher, check):
        ast.parse(path.read_text(), feature_version=(3, 4))
    imports = [node for node in ast.parse(launcher.read_text()).body if isinstance(node, ast.ImportFrom)]
    assert [alias.name for alias in imports[0].names] == ["python"], (
        "what needs a recent Python comes after the check"
    )


@pytest.mark.parametrize(
    "module", ["running", "testing", "checking", "locking", "assets", "environment", "house", "say"]
)
def test_what_starts_the_house_needs_the_standard_library_alone(module: str) -> None:
    bare = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, 'bin'); import bootstrap.{module}"]
    subprocess.run(bare, cwd=ROOT, check=True)


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = _refusal("--port", str(port), data=tmp_path)
    assert f"Le port {port} est déjà pris" in said
    assert f"bin/run --port {port + 1}" in said


def test_a_folder_where_one_may_not_write_is_said_so(tmp_path: Path) -> None:
    in_the_way = tmp_path / "var"
    in_the_way.write_text("a file where a folder should be")
    said = _refusal(data=in_the_way)
    assert "ne peut pas écrire" in said
    assert str(in_the_way) in said


def test_a_second_start_on_the_same_data_is_said_so_and_harms_nothing(tmp_path: Path, running: int) -> None:
    (tmp_path / "address").write_text("http://localhost:8123")
    said = _refusal("--reset", data=tmp_path)
    assert "tourne déjà" in said
    assert "http://localhost:8123" in said
    assert (tmp_path / "address").exists()


def test_a_reset_spares_a_folder_that_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memories = tmp_path / "photos"
    memories.mkdir()
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    with pytest.raises(Exception, match="rien n’est effacé"):
        importlib.import_module("bootstrap.running")._reset(tmp_path)
    assert memories.exists()


def test_a_reset_leaves_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret_key").write_text("x")
    (tmp_path / "files").mkdir()
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    importlib.import_module("bootstrap.running")._reset(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The hold that a running Maillage has on its data."""
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    folder = importlib.import_module("bootstrap.running")._hold(tmp_path)
    yield folder
    os.close(folder)


def _refusal(*arguments: str, data: Path) -> str:
    done = subprocess.run(
        [sys.executable, ROOT / "bin" / "run", *arguments],
        env={"PATH": "/nowhere", "HOME": str(data.parent), "MAILLAGE_DATA_DIR": str(data), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def _locked(name: str) -> dict[str, str]:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
    pins = [line.split(" ", 1)[0].split("==") for line in lines if "==" in line and not line.startswith(" ")]
    return {_plain(package): version for package, version in pins}


def _names(requirements: list[str]) -> set[str]:
    return {_plain(requirement) for requirement in requirements}


def _plain(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name.group()).lower()
