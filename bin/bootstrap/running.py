"""bin/run: prepare, migrate, load the demo network into an empty database, serve, and say where and how to sign in."""

import argparse
import errno
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from bootstrap import environment, house, say

ROOT = environment.ROOT
LONGEST_START = 60  # seconds
#: What tells a data folder from any other.
OURS = ("filled", "maillage.sqlite3", "secret_key")


def main() -> int:
    return say.guarded(_run)


def _run() -> int:
    wanted = _arguments()
    os.environ["MAILLAGE_HOST"] = wanted.host
    os.environ["MAILLAGE_PORT"] = str(wanted.port)
    data = Path(os.environ.setdefault("MAILLAGE_DATA_DIR", str(ROOT / "var"))).absolute()
    say.title("Maillage")
    lock = _hold(data)
    _port_must_be_free(wanted.host, wanted.port)
    house.prepare("run")
    if wanted.reset:
        _reset(data)
    _fill(data, with_demo=not wanted.empty)
    return _serve(wanted, data, lock)


def _hold(data: Path) -> int:
    """One Maillage on one data folder. The lock is on the folder itself: `--reset` may delete all that is inside."""
    environment.must_be_writable(data)
    folder = os.open(data, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        where = _noted_address(data)
        raise say.Failure(
            f"Maillage tourne déjà sur les données de « {data} »{f', à l’adresse {where}' if where else ''}."
            " Arrêtez-le d’abord (Ctrl+C dans sa fenêtre), ou donnez un autre dossier : MAILLAGE_DATA_DIR=… bin/run"
        ) from error
    return folder


def _port_must_be_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise say.Failure(_why_not(error, host, port)) from error


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Le port {port} est déjà pris. Choisissez-en un autre : bin/run --port {port + 1}"
    if error.errno == errno.EACCES:
        return (
            f"Le port {port} est réservé au système. Choisissez-en un au-dessus de 1024 : bin/run --port 8000"
        )
    return f"L’adresse « {host} » n’est pas celle de cette machine. Essayez : bin/run --host 127.0.0.1"


def _reset(data: Path) -> None:
    """Delete what Maillage keeps, and nothing that only happens to be where MAILLAGE_DATA_DIR points."""
    if os.environ.get("MAILLAGE_DATABASE_URL"):
        raise say.Failure(
            "La base de données est ailleurs (MAILLAGE_DATABASE_URL) : --reset ne sait effacer que le dossier"
            f" « {data} ». Videz la base vous-même, puis relancez sans --reset."
        )
    if any(data.iterdir()) and not any((data / name).exists() for name in OURS):
        raise say.Failure(
            f"« {data} » ne contient pas les données d’un Maillage : par prudence, rien n’est effacé."
        )
    with say.step("Données effacées"):
        for path in data.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _fill(data: Path, *, with_demo: bool) -> None:
    with say.step("Base de données"):
        _maillage(
            "migrate", otherwise="La base de données n’a pas pu être préparée : la raison est ci-dessus."
        )
    # Written once the first start went well: a demo that someone emptied by hand must not come back.
    filled = data / "filled"
    if filled.exists():
        return
    if with_demo:
        with say.step("Réseau de démonstration"):
            _maillage(
                "demo",
                otherwise="Le réseau de démonstration n’a pas pu être chargé : la raison est ci-dessus.",
            )
    filled.write_text("demo\n" if with_demo else "empty\n", encoding="utf-8")


def _maillage(command: str, *, otherwise: str) -> None:
    environment.run([environment.PYTHON, "-m", "workers", command], otherwise=otherwise)


def _serve(wanted: argparse.Namespace, data: Path, lock: int) -> int:
    """Serve until stopped. The lock goes to the server, so that it outlives this process if only this one is killed."""
    server = subprocess.Popen([environment.PYTHON, "-m", "workers", "serve"], cwd=ROOT, pass_fds=[lock])
    address = _address(wanted.host, wanted.port)
    # A terminal sends Ctrl+C to both: the server stops, and this process has only to wait for it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    if _answers(server, address):
        (data / "address").write_text(address, encoding="utf-8")
        _welcome(address, demo=(data / "filled").read_text(encoding="utf-8").startswith("demo"))
    elif server.poll() is None:
        say.warn(
            f"Maillage tarde à répondre. L’adresse devrait être {address} ; « maillage doctor » aide à comprendre."
        )
    code = server.wait()
    (data / "address").unlink(missing_ok=True)
    if code in (0, -signal.SIGTERM, -signal.SIGINT):
        return 0
    raise say.Failure(
        f"Maillage s’est arrêté (code {code}). La raison est ci-dessus ; « .venv/bin/maillage doctor » aide à la trouver."
    )


def _answers(server: subprocess.Popen[bytes], address: str) -> bool:
    """Wait until the server can serve, or is no more."""
    # A proxy set for the outside has nothing to say about this machine.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    give_up = time.monotonic() + LONGEST_START
    while server.poll() is None and time.monotonic() < give_up:
        try:
            with direct.open(f"{address}/readyz", timeout=2):
                return True
        except urllib.error.HTTPError as error:
            if error.code not in (404, 503):
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def _welcome(address: str, *, demo: bool) -> None:
    say.line()
    say.title(f"  Maillage est ouvert : {address}")
    for text in _how_to_sign_in(address, demo=demo):
        say.line(f"  {text}")
    say.line("  Pour l’arrêter : Ctrl+C")
    say.line()


def _how_to_sign_in(address: str, *, demo: bool) -> list[str]:
    lines = [f"Pour entrer : {address}/connexion"]
    if demo:
        lines.append("Chaque personne de la démonstration a une adresse ; le lien d’entrée arrive dans")
        lines.append(f"{address}/courrier-sortant")
    else:
        lines.append(
            "Le réseau est vide : ouvrez-le à la première personne de l’équipe, depuis une autre fenêtre :"
        )
        lines.append(f"MAILLAGE_BASE_URL={address} .venv/bin/python -m workers staff vous@exemple.be")
    return lines


def _address(host: str, port: int) -> str:
    anywhere = {
        "127.0.0.1": "localhost",
        "::1": "localhost",
        "0.0.0.0": "localhost",
        "::": "localhost",
        "": "localhost",
    }
    name = anywhere.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"


def _noted_address(data: Path) -> str:
    try:
        return (data / "address").read_text(encoding="utf-8")
    except OSError:
        return ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/run",
        description="Démarre Maillage sur cette machine. Au premier démarrage, un réseau de démonstration est chargé.",
        add_help=False,
    )
    parser.add_argument("-h", "--help", action="help", help="montre cette aide")
    parser.add_argument("--empty", action="store_true", help="sans le réseau de démonstration")
    parser.add_argument("--reset", action="store_true", help="efface d’abord toutes les données de var/")
    port = os.environ.get("MAILLAGE_PORT", "8000")
    parser.add_argument(
        "--port", type=_port, default=port, metavar="N", help="le port (8000 si rien n’est dit)"
    )
    host = os.environ.get("MAILLAGE_HOST", "127.0.0.1")
    parser.add_argument(
        "--host", default=host, metavar="ADRESSE", help="l’adresse d’écoute (127.0.0.1 : cette machine seule)"
    )
    return parser.parse_args()


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"« {text} » n’est pas un port : donnez un nombre de 1 à 65535")
