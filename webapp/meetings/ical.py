"""Meetings as calendars read them: RFC 5545, one UID for life, the network's time zone spelled out."""

from zoneinfo import ZoneInfo

from flask import current_app
from icalendar import Calendar, Event, vText

from core import clock, links, text
from core.locale import _
from core.network import the_network
from webapp.meetings.models import Meeting


def calendar(meetings: list[Meeting], *, name: str = "", with_online: bool = False) -> bytes:
    """A VCALENDAR of these meetings. `with_online` adds the video address: only for whoever may see it."""
    made = Calendar()
    made.add("prodid", "-//Maillage//Maillage//FR")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    if name:
        made.add("x-wr-calname", name)
    for meeting in meetings:
        made.add_component(_event(meeting, with_online=with_online))
    made.add_missing_timezones()
    return bytes(made.to_ical())


def _event(meeting: Meeting, *, with_online: bool) -> Event:
    zone: ZoneInfo = current_app.config["MAILLAGE"].zone
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.edited_at or meeting.published_at or clock.now())
    if meeting.all_day:
        event.add("dtstart", meeting.starts_at.astimezone(zone).date())
        event.add("dtend", meeting.ends_at.astimezone(zone).date())
    else:
        event.add("dtstart", meeting.starts_at.astimezone(zone))
        event.add("dtend", meeting.ends_at.astimezone(zone))
    event.add("summary", meeting.title)
    event.add("description", _description(meeting, with_online=with_online))
    if meeting.place:
        event.add("location", meeting.place)
    if with_online and meeting.online_url:
        event["conference"] = vText(meeting.online_url)
    event.add("url", links.url_to("meetings.show", id=meeting.id))
    event.add("status", "CANCELLED" if meeting.is_cancelled else "CONFIRMED")
    event.add(
        "organizer", f"mailto:{current_app.config['MAILLAGE'].mail_from.rsplit('<', 1)[-1].rstrip('> ')}"
    )
    event["organizer"].params["CN"] = the_network().name
    return event


def _description(meeting: Meeting, *, with_online: bool) -> str:
    parts = [text.to_plain(meeting.text)]
    if with_online and meeting.online_url:
        parts.append(_("En ligne : %(address)s", address=meeting.online_url))
    if meeting.is_cancelled:
        parts.insert(0, _("Réunion annulée : %(reason)s", reason=meeting.cancel_reason))
    return "\n\n".join(part for part in parts if part)
