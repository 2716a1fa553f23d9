"""What the shortcodes of days stand for, on a given day and in a language (SC-3, SC-4).

Pure: whoever asks says which day it is. Names and the order of a date are the language's own (CLDR, through Babel), so a
further language needs nothing here. LAST and NEXT are the period of that kind before and after, never what yesterday or
tomorrow falls into: on 3 March LAST_MONTH is February, and LAST_YEAR is last year on every day of it.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from protocol.wire import Ms

_REGIONS: Final = {"en": "GB"}
"""Whose order of day and month a language has here, where that isn't its first region's."""


def day_at(now: Ms, time_zone: str) -> date:
    """The calendar day in a time zone."""
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(time_zone)).date()


def locale_of(language: str) -> Locale:
    """How a language writes dates and numbers."""
    return Locale(language, _REGIONS.get(language))


def full_date(day: date, locale: Locale) -> str:
    """A date in full, as "29 november 2026"."""
    return format_date(day, "long", locale)


def values(day: date, language: str) -> dict[str, str]:
    """What each shortcode of a day stands for, by its name."""
    locale = locale_of(language)
    found: dict[str, str] = {}
    for period, step in (("LAST", -1), ("CURRENT", 0), ("NEXT", 1)):
        other = day + timedelta(days=step)
        month = (day.month - 1 + step) % 12 + 1
        found |= {
            f"{period}_DAY_FULL_DATE": full_date(other, locale),
            f"{period}_DAY_NUMBER": str(other.day),
            f"{period}_DAY_NAME": locale.days["stand-alone"]["wide"][other.weekday()],
            f"{period}_WEEK": str((day + timedelta(weeks=step)).isocalendar().week),
            f"{period}_MONTH_NUMBER": str(month),
            f"{period}_MONTH_NAME": locale.months["stand-alone"]["wide"][month],
            f"{period}_QUARTER": str(((day.month - 1) // 3 + step) % 4 + 1),
            f"{period}_YEAR": str(day.year + step),
        }
    return found
