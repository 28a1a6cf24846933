"""What the pages of the administration share: its tabs, for those they exist for."""

from collections.abc import Callable
from typing import Any

from flask import current_app, request, url_for

from core.locale import _
from webapp.admin import feature, queries

TABS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("admin.index", "speedometer2", lambda: _("Vue d’ensemble")),
    ("admin.people", "people", lambda: _("Personnes")),
    ("admin.spaces", "grid", lambda: _("Espaces")),
    ("admin.organisations", "building", lambda: _("Organisations")),
    ("admin.network", "sliders", lambda: _("Réseau")),
    ("admin.work", "arrow-repeat", lambda: _("Tâches")),
    ("admin.mails", "envelope", lambda: _("Courriels")),
    ("journal.index", "clock-history", lambda: _("Journal")),
)


@feature.page_part
def known_to_pages() -> dict[str, Any]:
    """`admin_tabs()`, for the templates that extend « admin/frame.html »."""
    return {"admin_tabs": tabs, "stuck_count": queries.stuck_count}


def tabs() -> list[dict[str, Any]]:
    return [
        {"href": url_for(endpoint), "label": label(), "icon": icon, "current": request.endpoint == endpoint}
        for endpoint, icon, label in TABS
        if endpoint in current_app.view_functions
    ]
