"""Features are neighbours: one is used through its service, its queries and its tables, and the shell knows none."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

WEBAPP = Path(__file__).resolve().parents[1] / "webapp"
OPEN_TO_NEIGHBOURS = {"service", "queries", "models"}
#: The ground of all kinds of publication: kinds stand on it as on the shell (docs/decisions/0002), and it knows none of them.
COMMON_GROUND = "publications"
MODULES = [path for path in sorted(WEBAPP.rglob("*.py")) if path.parent != WEBAPP]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(WEBAPP)))
def test_a_feature_enters_its_neighbours_by_the_door(module: Path) -> None:
    feature = module.relative_to(WEBAPP).parts[0]
    for line, neighbour, part in _neighbours_used(module):
        if neighbour in (feature, "shell") or (neighbour == COMMON_GROUND and feature != "shell"):
            continue
        assert feature != "shell", (
            f"line {line}: the shell discovers features and names none, yet uses {neighbour}"
        )
        assert part in OPEN_TO_NEIGHBOURS, (
            f"line {line}: {feature} uses {neighbour}.{part or '__init__'};"
            f" a neighbour's doors are {', '.join(sorted(OPEN_TO_NEIGHBOURS))}"
        )


def _neighbours_used(module: Path) -> Iterator[tuple[int, str, str]]:
    """(line, feature, module of it) for each import from webapp."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            paths = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from webapp.tools import service` and `from webapp.tools.service import approve` are one and the same.
            depth = node.module.count(".")
            paths = [f"{node.module}.{alias.name}" if depth < 2 else node.module for alias in node.names]
        else:
            continue
        for path in paths:
            parts = [*path.split("."), "", ""]
            if parts[0] == "webapp" and parts[1] and (WEBAPP / parts[1]).is_dir():
                yield node.lineno, parts[1], parts[2]
