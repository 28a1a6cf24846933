"""bin/migration: compare a migrated database with the models, and write down what is missing. Runs in `.venv`."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import sqlalchemy as sa
from alembic import command

import migrations
from core import config
from core.db import Base
from webapp import create_app


def main() -> int:
    wanted = _arguments()
    if wanted.first:
        for path in _scripts():
            path.unlink()
    with tempfile.TemporaryDirectory(prefix="maillage-migration-") as folder:
        settings = config.load({"MAILLAGE_DATA_DIR": folder, "MAILLAGE_SECRET_KEY": "x" * 48})
        migrations.upgrade(settings)
        create_app(settings)  # the tables of every feature exist once it returns
        before = set(_scripts())
        _write(settings, wanted.message)
    for path in sorted(set(_scripts()) - before):
        _tidy(path)
        print(path.relative_to(ROOT))
    return 0


def _write(settings: config.Settings, message: str) -> None:
    with sa.create_engine(settings.database_url).connect() as connection:
        how = migrations.config_on(connection)
        how.attributes["metadata"] = Base.metadata
        number = f"{len(_scripts()) + 1:04d}"
        command.revision(how, message=message, autogenerate=True, rev_id=number)


def _scripts() -> list[Path]:
    return sorted((ROOT / "migrations" / "versions").glob("*.py"))


def _tidy(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if "# ### " not in line)
    # Compared on SQLite, where a truth is a number; PostgreSQL wants it said.
    for number, truth in (("0", "false"), ("1", "true")):
        text = text.replace(
            f"sa.Boolean(), server_default=sa.text('{number}')", f"sa.Boolean(), server_default=sa.{truth}()"
        )
    path.write_text(text, encoding="utf-8")
    ruff = Path(sys.executable).with_name("ruff")
    subprocess.run([ruff, "check", "--fix", "--quiet", path], cwd=ROOT, check=False)
    subprocess.run([ruff, "format", "--quiet", path], cwd=ROOT, check=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/migration", description=__doc__)
    parser.add_argument("message", nargs="?", default="the first tables", help="what changes, in a few words")
    parser.add_argument(
        "--first", action="store_true", help="forget every migration and write the first anew"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
