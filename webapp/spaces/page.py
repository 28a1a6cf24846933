"""The frame that every page of a space wears: its head, its tabs found by discovery, and what the reader may start here."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request
from markupsafe import Markup

from core.locale import _, _n
from core.spaces import Membership, Space
from webapp.shell.features import Feature, modules_of
from webapp.shell.identity import me
from webapp.shell.page import path_to
from webapp.spaces import feature, queries, rules
from webapp.spaces.models import JOIN_LABELS, ROLE_LABELS, VISIBILITY_LABELS, JoinRequest


@dataclass(frozen=True)
class Link:
    """Somewhere to go: a tab, a button, a line of a menu."""

    href: str
    label: str
    icon: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True)
class Frame:
    """What the head of a space's pages shows to one reader."""

    membership: Membership | None
    tabs: list[Link]
    #: « Nouvelle annonce », « Proposer un outil »: what the modules let this reader start here.
    starts: list[Link]
    #: What those in charge look after.
    cares: list[Link]
    facts: list[tuple[str, str]]
    may_join: bool
    may_ask: bool
    asked: JoinRequest | None


@feature.page_part
def known_to_pages() -> dict[str, Any]:
    """`space_frame(space)`, for every template that extends « spaces/frame.html »."""
    return {"space_frame": frame_of, "space_asides": asides_of, "role_labels": ROLE_LABELS}


def frame_of(space: Space) -> Frame:
    """The head of a space for whoever reads, made once for a page."""
    made: dict[int, Frame] = g.setdefault("space_frames", {})
    if space.id not in made:
        made[space.id] = _frame(space)
    return made[space.id]


def _frame(space: Space) -> Frame:
    """At most six queries, whatever the space holds."""
    person = me()
    mine = queries.membership(space, person)
    modules = modules_of(current_app, space)
    outside = person is not None and mine is None
    removed = outside and queries.was_removed(space, person)
    waiting = queries.count_pending(space) if rules.may_moderate(mine, person) else 0
    return Frame(
        membership=mine,
        tabs=_tabs(space, modules),
        starts=_starts(space, modules) if rules.may_publish(mine, person, space) else [],
        cares=_cares(space, waiting, animates=rules.may_animate(mine, person)) if rules.may_moderate(mine, person) else [],
        facts=_facts(space),
        may_join=rules.may_join(space, mine, person, removed=removed),
        may_ask=rules.may_ask(space, mine, person, removed=removed),
        asked=queries.pending_request(space, person) if outside else None,
    )  # fmt: skip


def asides_of(space: Space) -> list[Markup]:
    """What the modules of a space set beside its feed."""
    shown = [aside(space) for module in modules_of(current_app, space) for aside in module.space_asides]
    return [Markup(one) for one in shown if one]  # noqa: S704 - rendered by the module's own template


def _tabs(space: Space, modules: list[Feature]) -> list[Link]:
    tabs = [_link("spaces.show", space, _("Le fil"), "lightning-charge")]
    tabs += [_link(f"{module.name}.index", space, str(module.label), module.icon) for module in modules]
    tabs += [
        _link("spaces.members", space, _("Membres"), "people"),
        _link("spaces.about", space, _("À propos"), "info-circle"),
    ]
    return [tab for tab in tabs if tab.href]


def _starts(space: Space, modules: list[Feature]) -> list[Link]:
    """Under the tab of a module, what it starts comes first: the first is the button, the others its menu."""
    links = [
        _link(f"{module.name}.new", space, str(module.new_label), module.icon)
        for module in sorted(modules, key=lambda module: module.name != request.blueprint)
        if module.new_label
    ]
    return [link for link in links if link.href]


def _cares(space: Space, waiting: int, *, animates: bool) -> list[Link]:
    links = [
        _link("spaces.requests", space, _("Demandes d’adhésion"), "person-plus", count=waiting),
        _link("moderation.of_space", space, _("À valider"), "clipboard-check"),
        _link("invitations.index", space, _("Inviter des personnes"), "send"),
        _link("journal.of_space", space, _("Journal"), "clock-history"),
    ]
    if animates:
        links.append(_link("spaces.settings", space, _("Réglages de l’espace"), "sliders"))
    return [link for link in links if link.href]


def _facts(space: Space) -> list[tuple[str, str]]:
    members = queries.counts_of_members([space]).get(space.id, 0)
    facts = [
        ("people", _n("%(num)s membre", "%(num)s membres", members)),
        ("eye", str(VISIBILITY_LABELS[space.visibility])),
        ("box-arrow-in-right", str(JOIN_LABELS[space.join_policy])),
    ]
    if space.archived_at is not None:
        facts.append(("archive", _("Archivé : il se lit, on n’y publie plus")))
    return facts


def _link(endpoint: str, space: Space, label: str, icon: str, *, count: int = 0) -> Link:
    """A link to a page that may not be there: its address is then empty."""
    href = path_to(endpoint, slug=space.slug) if endpoint in current_app.view_functions else ""
    current = endpoint.endswith(".index") and (request.endpoint or "").startswith(endpoint[:-5])
    return Link(href or "", label, icon, current=request.endpoint == endpoint or current, count=count)
