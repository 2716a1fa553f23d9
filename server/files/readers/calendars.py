"""Calendars (RFC 5545): what, when by the file's own clock, where, and who invites.

By icalendar's reader of lines, and not by its model: that one converts times by zones, keeps the first definition of a
zone for the life of the process, and takes what it doesn't know as no zone at all. Here a time is what is written, beside
the name of whose clock it is. Refuses to reckon.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO, Final

from icalendar import vDuration, vText
from icalendar.parser import Contentlines

from protocol.cards import LINES_MAX, CalendarCard, CalendarLine
from protocol.previews import Preview
from server.files.fence.made import Made
from server.files.readers import Reader
from server.files.readers.texts import Unfit, cut, decoded, whole

EVENTS_MAX: Final = 100_000
_TIME: Final = re.compile(r"(\d{8})(?:T(\d{4})\d{2}(Z?))?")
Line = tuple[Mapping[str, Any], str]
"""Parameters and value."""


def reader(_job: str, _family: str, _page: int) -> Reader:
    """What reads calendars."""
    return lambda file: Made(Preview(card=read(file)))


def read(file: BinaryIO) -> CalendarCard:
    """The card of a calendar, of all that stand in a file. Raises Unfit, or what icalendar raises for a line."""
    events: list[CalendarLine] = []
    method, count = "", 0
    inside: list[str] = []
    said: dict[str, Line] = {}
    for name, parameters, value in _lines(decoded(whole(file))):
        if name == "BEGIN":
            inside.append(value.upper())
            if value.upper() == "VEVENT":
                said = {}
        elif name == "END":
            if not inside or inside.pop() != value.upper():
                raise Unfit
            if value.upper() == "VEVENT":
                count += 1
                if count > EVENTS_MAX:
                    raise Unfit
                if len(events) < LINES_MAX:
                    events.append(_event(said))
        elif inside[-1:] == ["VEVENT"]:
            said.setdefault(name, (parameters, value))
        elif inside == ["VCALENDAR"] and name == "METHOD":
            method = method or value.upper()
    if inside or not events:
        raise Unfit
    return CalendarCard(method=cut(method), events=events, more=count - len(events))


def _lines(text: str) -> Iterable[tuple[str, Mapping[str, Any], str]]:
    for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]
        if line:
            name, parameters, value = line.parts()
            yield name.upper(), parameters, value


def _event(said: Mapping[str, Line]) -> CalendarLine:
    if "DTSTART" not in said:
        raise Unfit
    parameters, value = said["DTSTART"]
    starts, zone = _moment(value)
    return CalendarLine(
        summary=_text(said, "SUMMARY"),
        starts=starts,
        ends=_end(said, starts),
        zone=zone or cut(str(parameters.get("TZID", ""))),
        place=_text(said, "LOCATION"),
        organiser=_person(said.get("ORGANIZER")),
        repeats="RRULE" in said,
    )


def _moment(value: str) -> tuple[str, str]:
    """A time as it is written, and UTC if that is what it is of. Raises Unfit."""
    found = _TIME.fullmatch(value.strip())
    if found is None:
        raise Unfit
    try:
        at = datetime.fromisoformat(f"{found[1]}T{found[2] or '0000'}")  # a clock's face, no moment
    except ValueError:
        raise Unfit from None
    return (at.isoformat(timespec="minutes") if found[2] else at.date().isoformat(), "UTC" if found[3] else "")


def _end(said: Mapping[str, Line], starts: str) -> str | None:
    """The end, by the same clock; of whole days the last one, as the format says the one after."""
    if "DTEND" in said:
        ends, _ = _moment(said["DTEND"][1])
        if "T" in ends:
            return ends
        last = date.fromisoformat(ends) - timedelta(days=1)
        return max(last.isoformat(), starts)
    if "DURATION" in said and "T" in starts:
        lasts: timedelta = vDuration.from_ical(said["DURATION"][1])  # type: ignore[no-untyped-call]
        return (datetime.fromisoformat(starts) + lasts).isoformat(timespec="minutes")
    return None


def _text(said: Mapping[str, Line], name: str) -> str:
    return cut(str(vText.from_ical(said[name][1]))) if name in said else ""


def _person(line: Line | None) -> str:
    if line is None:
        return ""
    parameters, value = line
    return cut(str(parameters.get("CN", "")) or re.sub(r"^mailto:", "", value, flags=re.IGNORECASE))
