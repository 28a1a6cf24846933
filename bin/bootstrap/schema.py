"""The database that the migrations build must be the one that the code describes. Runs in `.venv`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from core import config
from core.db import Base, db
from webapp import create_app


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="maillage-schema-") as folder:
        settings = {"MAILLAGE_DATA_DIR": folder, "MAILLAGE_SECRET_KEY": "x" * 48}
        _migrate(settings)
        differences = _differences(settings)
    for difference in differences:
        print(_sentence(difference))
    return 1 if differences else 0


def _migrate(settings: dict[str, str]) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
    subprocess.run([sys.executable, "-m", "workers", "migrate"], cwd=ROOT, env=kept | settings, check=True)


def _differences(settings: dict[str, str]) -> list[Any]:
    app = create_app(config.load(settings))
    with app.app_context(), db.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def _sentence(difference: Any) -> str:
    """« add_column deliveries.leased_until »: what a migration would still have to do."""
    if isinstance(difference, list):
        return "\n".join(_sentence(part) for part in difference)
    names = [
        str(getattr(part, "fullname", None) or getattr(part, "name", None) or part)
        for part in difference[1:]
        if part
    ]
    return f"il manque une migration : {difference[0]} {' '.join(names)}"


if __name__ == "__main__":
    sys.exit(main())
