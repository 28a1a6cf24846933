"""bin/test: the guards, then every test: on SQLite, the journeys again on PostgreSQL and Valkey, then the browser."""

import argparse
import os
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bootstrap import checking, environment, house, say

ROOT = environment.ROOT
REPORTS = ROOT / "test-results"
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


@dataclass(frozen=True)
class Run:
    """One run of pytest: which tests, on which set-up."""

    name: str
    title: str
    arguments: tuple[str, ...]
    backend: str = "embedded"


RUNS = (
    Run(
        "sqlite",
        "Tests et parcours, tout en un sur SQLite",
        ("-m", "not browser", "-n", "2", "--dist", "worksteal"),
    ),
    Run(
        "scaled",
        "Parcours sur PostgreSQL et Valkey, processus séparés",
        ("-m", "journey and not browser"),
        "scaled",
    ),
    Run("browser", "Navigateur", ("-m", "browser")),
)


@dataclass(frozen=True)
class Count:
    """How the tests of one or several runs ended."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        # In the words of pytest, and alone on the last line: machines look for it there.
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main() -> int:
    return say.guarded(_test)


def _test() -> int:
    wanted, for_pytest = _arguments()
    start = time.monotonic()
    say.title("Maillage : les preuves")
    house.prepare("dev")
    if for_pytest:
        return _pytest(for_pytest, backend=wanted.backend or "embedded").returncode
    held = wanted.only is not None or _guards()
    chosen = [run for run in RUNS if wanted.only in (None, run.name)]
    results = [_result(run) for run in chosen]
    total = sum((count for count, _ in results), Count())
    held = held and all(ended_well for _, ended_well in results)
    minutes, seconds = divmod(round(time.monotonic() - start), 60)
    say.line(f"\n{'Tout tient' if held else 'Tout ne tient pas'} ({minutes} min {seconds:02d} s).")
    say.line(str(total))
    return 0 if held else 1


def _guards() -> bool:
    say.title("\nGardes")
    return checking.watch()


def _result(run: Run) -> tuple[Count, bool]:
    say.title(f"\n{run.title}")
    report = REPORTS / f"{run.name}.xml"
    report.unlink(missing_ok=True)
    done = _pytest([*run.arguments, "--durations=5", f"--junitxml={report}"], backend=run.backend)
    count = _count(report)
    if IN_CI and count.skipped:
        say.bad(f"{count.skipped} test(s) passé(s) sous silence : ici, tout doit être prouvé.")
    if not count.passed:
        say.bad("Aucun test n’a été exécuté.")
    return count, done.returncode == 0 and bool(count.passed) and not (IN_CI and count.skipped)


def _pytest(arguments: Sequence[str], *, backend: str) -> "subprocess.CompletedProcess[bytes]":
    # What the person's shell says about their own Maillage must not reach the tests.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
    return subprocess.run(
        [environment.PYTHON, "-m", "pytest", *arguments],
        cwd=ROOT,
        env={**kept, "MAILLAGE_TEST_BACKEND": backend},
        check=False,
    )


def _count(report: Path) -> Count:
    if not report.exists():
        return Count(failed=1)  # pytest itself did not hold
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - pytest wrote it a second ago
    if suite is None:
        return Count(failed=1)
    tests, failures, errors, skipped = (
        int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    return Count(max(tests - failed - skipped, 0), failed, skipped)


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="bin/test",
        description="Vérifie tout Maillage. Les arguments inconnus vont à pytest, qui tourne alors seul :"
        " bin/test tests/test_digests.py -k dimanche",
        add_help=False,
    )
    parser.add_argument("-h", "--help", action="help", help="montre cette aide")
    parser.add_argument(
        "--only", choices=[run.name for run in RUNS], help="une seule partie des tests, sans les gardes"
    )
    parser.add_argument(
        "--backend", choices=["embedded", "scaled"], help="pour les tests nommés : tout en un, ou séparé"
    )
    wanted, rest = parser.parse_known_args()
    return wanted, [argument for argument in rest if argument != "--"]
