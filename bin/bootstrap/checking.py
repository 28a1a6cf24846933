"""bin/check: the guards of the house, side by side, with what they say only when they complain."""

import argparse
import os
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from bootstrap import environment, say

ROOT = environment.ROOT
FLOORS = ("core", "notifications", "webapp", "workers", "migrations")
TYPED_BESIDES = ("bin/bootstrap", "hatch_build.py", "tests/servers.py")


@dataclass(frozen=True)
class Guard:
    """One tool and what it watches. A `fast` one answers within three seconds."""

    title: str
    command: tuple[str, ...]
    fast: bool = True


def main() -> int:
    return say.guarded(_check)


def _check() -> int:
    wanted = _arguments()
    if not (environment.VENV / "bin" / "ruff").exists():
        with environment.alone():
            environment.prepare("dev")
    if wanted.fix:
        _mend(wanted.paths)
    return 0 if watch(fast=wanted.fast, paths=wanted.paths) else 1


def watch(*, fast: bool = False, paths: Sequence[str] = ()) -> bool:
    """Run the guards, the longest first; True if none complains. With `paths`, those that can look at a few files."""
    guards = list(_on_paths(paths) if paths else _on_everything(fast=fast))
    with ThreadPoolExecutor(max_workers=min(4, (os.cpu_count() or 2) + 1)) as pool:
        done = [pool.submit(_run, guard) for guard in guards]
        # A list, not a generator: the first complaint must not silence the others.
        return all([_report(*future.result()) for future in as_completed(done)])  # noqa: C419


def _on_everything(*, fast: bool) -> list[Guard]:
    floors = [floor for floor in FLOORS if (ROOT / floor / "__init__.py").exists()]
    guards = [
        Guard("types (mypy)", ("mypy", *floors, *TYPED_BESIDES)),
        Guard("migrations", ("python", "bin/bootstrap/schema.py"), fast=False),
        Guard("traductions", ("python", "bin/bootstrap/catalogues.py", "check"), fast=False),
        Guard("gabarits (djlint)", ("djlint", "--lint", "--quiet", *_template_folders())),
        Guard("étages (import-linter)", ("lint-imports", "--no-logo")),
        Guard("style (ruff check)", ("ruff", "check", "--quiet", "--output-format=concise", ".")),
        Guard("mise en forme (ruff format)", ("ruff", "format", "--check", "--quiet", ".")),
    ]
    return [guard for guard in guards if (guard.fast or not fast) and _has_something_to_watch(guard)]


def _on_paths(paths: Sequence[str]) -> list[Guard]:
    python = tuple(path for path in paths if path.endswith(".py") or Path(path).is_dir())
    templates = tuple(path for path in paths if path.endswith(".html") or any(Path(path).glob("**/*.html")))
    guards = []
    if python:
        guards += [
            Guard("types (mypy)", ("mypy", *python)),
            Guard("style (ruff check)", ("ruff", "check", "--quiet", "--output-format=concise", *python)),
            Guard("mise en forme (ruff format)", ("ruff", "format", "--check", "--quiet", *python)),
        ]
    if templates:
        guards.append(Guard("gabarits (djlint)", ("djlint", "--lint", "--quiet", *templates)))
    return guards


def _mend(paths: Sequence[str]) -> None:
    for command in (("ruff", "check", "--fix", "--quiet"), ("ruff", "format", "--quiet")):
        _output((*command, *(paths or (".",))))


def _run(guard: Guard) -> tuple[Guard, int, str, float]:
    start = time.monotonic()
    code, output = _output(guard.command)
    return guard, code, output, time.monotonic() - start


def _report(guard: Guard, code: int, output: str, seconds: float) -> bool:
    lasted = f"{seconds:.1f} s".replace(".", ",")
    if code == 0:
        say.good(f"{guard.title} ({lasted})")
        return True
    say.bad(f"{guard.title} ({lasted})")
    say.line(output.strip() + "\n")
    return False


def _output(command: Sequence[str]) -> tuple[int, str]:
    done = subprocess.run(
        [str(environment.VENV / "bin" / command[0]), *command[1:]],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def _template_folders() -> tuple[str, ...]:
    folders = {
        path.relative_to(ROOT).parts[0] for path in ROOT.glob("*/**/templates/**/*.html") if _is_ours(path)
    }
    return tuple(sorted(folders))


def _is_ours(path: Path) -> bool:
    return path.relative_to(ROOT).parts[0] in FLOORS


def _has_something_to_watch(guard: Guard) -> bool:
    """A young house has no template or floor yet, and tools that watch nothing complain of it."""
    if guard.command[0] == "djlint":
        return bool(_template_folders())
    if guard.title == "migrations":
        return any(ROOT.glob("migrations/versions/*.py"))
    if guard.title == "traductions":
        return any(ROOT.glob("core/translations/*/LC_MESSAGES/*.po"))
    if guard.command[0] == "lint-imports":
        return all(
            (ROOT / floor / "__init__.py").exists()
            for floor in ("core", "notifications", "webapp", "workers")
        )
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/check", description="Vérifie le style, les types, les étages, les gabarits."
    )
    parser.add_argument("--fast", action="store_true", help="sans les migrations ni les traductions")
    parser.add_argument(
        "--fix", action="store_true", help="met d’abord en forme ce qui peut l’être tout seul"
    )
    parser.add_argument("paths", nargs="*", help="seulement ces fichiers ou dossiers")
    return parser.parse_args()
