"""Features, found by discovery: a folder of webapp with a `feature` is a room of the house; no list of them stands anywhere."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Any

from flask import Blueprint, Flask

from core.spaces import Space

#: Imported in this order when the folder has them: tables before facts, facts before pages.
PARTS = ("models", "queries", "rules", "events", "service", "forms", "views", "api", "page")


class Feature(Blueprint):
    """A room: `feature = Feature(__name__, label=lazy_("Outils"))` in the folder's `__init__.py`, routes in `views.py`.

    Its name, and so the prefix of its endpoints, is its folder's. Addresses are written whole, in French, on each
    route. `module=True`: spaces may switch it on or off; `icon` and `position` then place its tab, which leads to the
    endpoint `index`, and `new_label` (« Nouvelle annonce ») is the button that leads to the endpoint `new`, if there is one.
    """

    def __init__(
        self,
        import_name: str,
        *,
        label: Any = "",
        module: bool = False,
        icon: str = "",
        position: int = 50,
        new_label: Any = "",
    ) -> None:
        super().__init__(import_name.rsplit(".", 1)[-1], import_name, template_folder="templates")
        self.label = label
        self.is_module = module
        self.icon = icon
        self.position = position
        self.new_label = new_label
        self.space_asides: list[Callable[[Space], str]] = []
        self.page_parts: list[Callable[[], dict[str, Any]]] = []
        self.starters: list[Callable[[Flask], None]] = []

    def page_part(self, function: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
        """Decorator: what this adds is known to every template that extends the frame (« to_moderate »)."""
        self.page_parts.append(function)
        return function

    def space_aside(self, function: Callable[[Space], str]) -> Callable[[Space], str]:
        """Decorator: `function(space)` gives what stands beside a space's feed, safe HTML; "" for nothing to show.

        Asked only where the module is on; the reader is `webapp.shell.identity.me()`.
        """
        self.space_asides.append(function)
        return function

    def at_start(self, function: Callable[[Flask], None]) -> Callable[[Flask], None]:
        """Decorator: called once with the application while it is being made."""
        self.starters.append(function)
        return function


def discover() -> list[Feature]:
    """Import every feature's parts; in the order of their names. Tables and events exist once this returns."""
    webapp = importlib.import_module("webapp")
    found = []
    for info in sorted(pkgutil.iter_modules(webapp.__path__), key=lambda i: i.name):
        if not info.ispkg or info.name == "shell":
            continue
        package = importlib.import_module(f"webapp.{info.name}")
        feature = getattr(package, "feature", None)
        if isinstance(feature, Feature):
            _import_parts(package)
            found.append(feature)
    return found


def modules(app: Flask) -> list[Feature]:
    """The features that a space may switch on, in the order of their tabs."""
    features: list[Feature] = app.extensions["features"]
    return sorted((f for f in features if f.is_module), key=lambda f: (f.position, f.name))


def modules_of(app: Flask, space: Space) -> list[Feature]:
    """The modules that are on in a space, in the order of their tabs."""
    return [feature for feature in modules(app) if space.has(feature.name)]


def _import_parts(package: ModuleType) -> None:
    for part in PARTS:
        name = f"{package.__name__}.{part}"
        if importlib.util.find_spec(name):
            importlib.import_module(name)
