"""What an unknown state means (상태 해석): a person decides once, and it holds for all lines of the agency with it. A wrong
reading is corrected with a second person's agreement; what was counted by it enters anew.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import Agency, Approval, User
from accounts.models.agency import DecisionKind
from ground import clock, outbox
from ground.audit import because
from ground.errors import RuleBroken, filled
from programs.domain.stores import REPLAY
from programs.models import Store
from programs.permissions import require_service
from reports.domain import profiles
from reports.files import detect
from reports.files.headers import comparable
from reports.files.lines import LOOK
from reports.files.states import classify
from reports.models import StateReading

LONGEST = 160
REASON_LENGTH = 300


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


def decide(agency: Agency, text: str, *, meaning: str, reason: str, by: User) -> StateReading:
    """Say what a state means; lines that waited for it are entered anew with it, later files are read with it. A line whose
    order another kind of file told meanwhile is left out.

    Refused: `not_your_agency`, `state_known` (the table of known states decides), `state_decided` (said already: what
    was counted by it changes by `correct` only), `reason_missing`, `meaning_unknown`.
    """
    text = " ".join(text.split())[:LONGEST]
    _check_meaning(meaning)
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
                "reason": reason.strip()[:REASON_LENGTH],
                "decided_by": by,
                "decided_at": clock.now(),
            },
        )
        if not is_new and reading.meaning != meaning:
            raise RuleBroken(
                "state_decided",
                filled(
                    _(
                        "It was decided already that this state means “%(meaning)s”. If that is wrong, correct the reading."
                    ),
                    meaning=StateReading.Meaning(reading.meaning).label,
                ),
            )
        for store in stores_with_look(agency):
            outbox.publish(REPLAY, {"store": store})
    return reading


def ask_correction(reading: StateReading, *, meaning: str, reason: str, by: User) -> Approval:
    """Ask a second person to agree that a state was read wrongly and means something else, always.

    Refused: `not_your_agency`, `meaning_unknown`, `same_meaning`, `reason_missing`, `reason_long`.
    """
    with transaction.atomic():
        row = _locked(reading, meaning, by)
        if len(reason.strip()) > REASON_LENGTH:
            raise RuleBroken(
                "reason_long",
                filled(_("The reason has at most %(count)d characters."), count=REASON_LENGTH),
                ("reason",),
            )
        return approvals.ask(
            agency=row.agency,
            decision=DecisionKind.EXCEPTION,
            subject=f"{row.text}: {row.get_meaning_display()} → {StateReading.Meaning(meaning).label}",
            subject_id=row.pk,
            digest=_digest(row, meaning),
            reason=reason,
            by=by,
        )


def correct(reading: StateReading, *, meaning: str, by: User) -> StateReading:
    """Give a state the other meaning that a second person agreed to, with the reason given; all lines with it are entered
    anew, later files are read with it.

    Refused: `not_your_agency`, `meaning_unknown`, `same_meaning`, `second_person`. Locks the reading.
    """
    with transaction.atomic():
        row = _locked(reading, meaning, by)
        approval = approvals.require(
            agency=row.agency,
            decision=DecisionKind.EXCEPTION,
            subject_id=row.pk,
            digest=_digest(row, meaning),
        )
        assert approval is not None
        row.meaning, row.reason = meaning, approval.reason
        row.decided_by, row.decided_at = by, clock.now()
        with because(approval.reason):
            row.save(update_fields=["meaning", "reason", "decided_by", "decided_at"])
        for store in _stores_with(row):
            outbox.publish(REPLAY, {"store": store})
    return row


def _check_meaning(meaning: str) -> None:
    if meaning not in StateReading.Meaning.values:
        raise RuleBroken("meaning_unknown", _("Choose what the state means."), ("meaning",))


def _locked(reading: StateReading, meaning: str, by: User) -> StateReading:
    row = StateReading.objects.select_for_update(of=("self",)).select_related("agency").get(pk=reading.pk)
    require_service(by, row.agency)
    _check_meaning(meaning)
    if meaning == row.meaning:
        raise RuleBroken("same_meaning", _("The state is read so already."), ("meaning",))
    return row


def _digest(reading: StateReading, meaning: str) -> str:
    """An agreement is to one change of the reading as it stands: it does not serve twice."""
    return approvals.fingerprint(
        {"meaning": [reading.meaning, meaning], "decided_at": reading.decided_at.isoformat()}
    )


def otherwise(store: Store) -> dict[str, str]:
    """Texts of the store's standing lines that a person has read → what they mean now, where lines stand that were
    entered with another meaning. A text that the table of a file's own marketplace knows is not theirs to read."""
    readings = readings_of(store.agency)
    if not readings:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.status_text, l.status_class, b.profile FROM reports_sales_line l"
            " JOIN reports_importbatch b ON b.id = l.batch_id WHERE l.store_id = %s GROUP BY 1, 2, 3 HAVING sum(l.sign) > 0",
            [store.pk],
        )
        standing = cursor.fetchall()
    own = profiles.by_code({profile for _text, _state, profile in standing})
    known = {text for text, _state, profile in standing if detect.is_state_known(profile, text, own)}
    return {
        text: meaning
        for text, state, _profile in standing
        if text not in known and (meaning := readings.get(key_of(text), state)) != state
    }


def _stores_with(reading: StateReading) -> list[str]:
    """Keys of the agency's stores with lines of this state."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT store_id, status_text FROM reports_sales_line WHERE agency_id = %s"
            " GROUP BY store_id, status_text HAVING sum(sign) > 0 ORDER BY store_id",
            [reading.agency_id],
        )
        found = {str(store): None for store, text in cursor.fetchall() if key_of(text) == reading.comparable}
    return list(found)


def stores_with_look(agency: Agency) -> list[str]:
    """Keys of the agency's stores with lines whose state waits for a person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT store_id FROM reports_sales_line WHERE agency_id = %s AND status_class = 'look'"
            " GROUP BY store_id HAVING sum(sign) > 0 ORDER BY store_id",
            [agency.pk],
        )
        return [str(store) for (store,) in cursor.fetchall()]
