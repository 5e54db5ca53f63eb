"""What an unknown state means (상태 해석): a person decides once, and it holds for all lines of the agency with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from ground import clock, outbox
from ground.audit import because
from ground.errors import RuleBroken, filled
from programs.domain.stores import REPLAY
from programs.permissions import require_service
from reports.files.headers import comparable
from reports.files.lines import LOOK, SaleLine
from reports.files.states import classify
from reports.models import StateReading

LONGEST = 160


def key_of(text: str) -> str:
    """Two spellings of one state have one key."""
    return comparable(text[:LONGEST])[:LONGEST]


def readings_of(agency: Agency) -> dict[str, str]:
    """comparable text → meaning."""
    return dict(StateReading.objects.filter(agency=agency).values_list("comparable", "meaning"))


def read(text: str, readings: dict[str, str]) -> str:
    """The class of a state: by the table of known texts, else by what a person decided, else `look`."""
    known = classify(text)
    return readings.get(key_of(text), LOOK) if known == LOOK else known


def applied(lines: Iterable[SaleLine], readings: dict[str, str]) -> Iterator[SaleLine]:
    """The lines with what people decided about their states."""
    for line in lines:
        meaning = read(line.status_text, readings) if line.status_class == LOOK else line.status_class
        yield line if meaning == line.status_class else replace(line, status_class=meaning)


def decide(agency: Agency, text: str, *, meaning: str, reason: str, by: User) -> StateReading:
    """Say what a state means; lines that waited for it are entered anew with it, later files are read with it.

    Refused: `not_your_agency`, `state_known` (the table of known states decides), `state_decided` (said already;
    lines that entered with it would have to change), `reason_missing`, `meaning_unknown`.
    """
    text = " ".join(text.split())[:LONGEST]
    if meaning not in StateReading.Meaning.values:
        raise RuleBroken("meaning_unknown", _("Choose what the state means."), ("meaning",))
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why you read the state so."), ("reason",))
    if classify(text) != LOOK:
        raise RuleBroken("state_known", _("This state is known; its meaning cannot be changed here."))
    with transaction.atomic(), because(reason.strip()):
        require_service(by, agency)
        reading, is_new = StateReading.objects.get_or_create(
            agency=agency,
            comparable=key_of(text),
            defaults={
                "text": text,
                "meaning": meaning,
                "reason": reason.strip()[:300],
                "decided_by": by,
                "decided_at": clock.now(),
            },
        )
        if not is_new and reading.meaning != meaning:
            raise RuleBroken(
                "state_decided",
                filled(
                    _("It was decided already that this state means “%(meaning)s”."),
                    meaning=StateReading.Meaning(reading.meaning).label,
                ),
            )
        for store in stores_with_look(agency):
            outbox.publish(REPLAY, {"store": store})
    return reading


def stores_with_look(agency: Agency) -> list[str]:
    """Keys of the agency's stores with lines whose state waits for a person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT store_id FROM reports_sales_line WHERE agency_id = %s AND status_class = 'look'"
            " GROUP BY store_id HAVING sum(sign) > 0 ORDER BY store_id",
            [agency.pk],
        )
        return [str(store) for (store,) in cursor.fetchall()]
