"""Following up a regulatory item: steps with day, note and papers, corrected by a step in their place."""

from __future__ import annotations

import datetime as dt

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock, files
from ground.audit import because
from ground.errors import RuleBroken
from ground.models import StoredFile
from guidance.domain import regulatory_telling
from guidance.domain.regulatory import await_next, locked, plain
from guidance.models import RegulatoryItem, RegulatoryStep, StepDocument

State = RegulatoryItem.State
MOST_DOCUMENTS = 20


def take_step(
    item: RegulatoryItem,
    state: str,
    *,
    on: dt.date,
    by: User,
    note: str = "",
    next_on: dt.date | None = None,
    document: File[bytes] | StoredFile | None = None,
) -> RegulatoryStep:
    """Write down what happened on a day. Who raised the item or joined it and agreed is told when it moves; the next date
    stands on the desk. The same again by the same person is the same step.

    Refused: `not_your_agency`, `joined`, `not_next` (the state cannot follow), `body_missing` (whom it was sent to),
    `blank` (why it is not changed; what the answer was), `next_missing` (of what is planned), `over`, `next_passed`,
    `later` (a day to come), `earlier` (before the step before), `too_long`; and as `files.keep`. Locks the item.
    """
    with transaction.atomic():
        row = locked(item, by)
        last = _standing(row)[-1]
        said = (state, on, "\n".join(note.strip().splitlines()), by.pk, next_on)
        if said == (last.state, last.on, last.note, last.taken_by_id, row.next_on):
            return last
        if state not in RegulatoryItem.TRANSITIONS[last.state]:
            raise _not_next(last, state)
        if state == State.SENT and not row.body_name:
            raise RuleBroken("body_missing", _("Name the body first that it is sent to."), ("state",))
        _check_day(on, last.on, None)
        step = RegulatoryStep(
            agency=row.agency, item=row, position=last.position + 1, state=state, on=on, note=_note(note, state),
            taken_by=by, taken_at=clock.now(),
        )  # fmt: skip
        _check_next(state, next_on)
        step.save()
        if document is not None:
            _keep(step, document)
        _stand(row, step, next_on)
        regulatory_telling.tell_moved(step)
    return step


def correct_step(
    step: RegulatoryStep, *, state: str, on: dt.date, reason: str, by: User, note: str = "",
    next_on: dt.date | None = None,
) -> RegulatoryStep:  # fmt: skip
    """A step in the place of one that was written wrongly; the former one stays, marked as corrected. Only of the last step
    the state and the next date may change too: it must be one that could follow then, and waits for its day as a step does;
    a date that stands already may have passed. Papers stay with the former step.

    Refused: `not_your_agency`, `joined`, `corrected` (already), `reason_missing`, `not_last`, `not_next`, `body_missing`,
    `blank`, `later`, `earlier` (than the step before, or later than the one after), `next_missing`, `over`, `next_passed`.
    Locks the item.
    """
    with transaction.atomic(), because(reason.strip()):
        row = locked(step.item, by)
        steps = _standing(row)
        place = next((number for number, each in enumerate(steps) if each.pk == step.pk), None)
        if place is None:
            raise RuleBroken(
                "corrected", _("This step was corrected already. Correct the step in its place.")
            )
        former, is_last = steps[place], place == len(steps) - 1
        if not reason.strip():
            raise RuleBroken("reason_missing", _("Say why the step is corrected."), ("reason",))
        if state != former.state:
            if not is_last or place == 0:
                raise RuleBroken("not_last", _("Only the last step can become another one."), ("state",))
            if state not in RegulatoryItem.TRANSITIONS[steps[place - 1].state]:
                raise _not_next(steps[place - 1], state)
            if state == State.SENT and not row.body_name:
                raise RuleBroken("body_missing", _("Name the body first that it is sent to."), ("state",))
        _check_day(on, steps[place - 1].on if place else None, None if is_last else steps[place + 1].on)
        if is_last:
            if state in RegulatoryItem.OVER or next_on is None or next_on != row.next_on:
                _check_next(state, next_on)
        elif next_on not in (None, row.next_on):
            raise RuleBroken("not_last", _("Only after the last step does a next date stand."), ("next_on",))
        former.corrected_at = clock.now()
        former.save(update_fields=["corrected_at"])
        made = RegulatoryStep.objects.create(
            agency=row.agency, item=row, position=former.position, state=state, on=on, note=_note(note, state),
            taken_by=by, taken_at=former.corrected_at, corrects=former, reason=reason.strip()[:300],
        )  # fmt: skip
        if is_last:
            _stand(row, made, next_on)
            if state != former.state:
                regulatory_telling.tell_moved(made)
    return made


def add_document(step: RegulatoryStep, document: File[bytes], *, by: User) -> StepDocument:
    """A further paper of a step. Refused: `not_your_agency`, `joined`, `too_many` (20), and as `files.keep`. Locks the item."""
    with transaction.atomic():
        locked(step.item, by)
        if step.documents.count() >= MOST_DOCUMENTS:
            raise RuleBroken(
                "too_many",
                _("A step has at most %(count)d papers.") % {"count": MOST_DOCUMENTS},
                ("document",),
            )
        return _keep(step, document)


def _standing(item: RegulatoryItem) -> list[RegulatoryStep]:
    return list(item.steps.filter(corrected_at__isnull=True).order_by("position"))


def _stand(item: RegulatoryItem, step: RegulatoryStep, next_on: dt.date | None) -> None:
    item.state, item.state_on, item.next_on = step.state, step.on, next_on
    item.save(update_fields=["state", "state_on", "next_on"])
    await_next(item)


def _keep(step: RegulatoryStep, document: File[bytes] | StoredFile) -> StepDocument:
    if not isinstance(document, StoredFile):
        document = files.keep(document, kind=StoredFile.Kind.PAPER)
    return StepDocument.objects.create(agency_id=step.agency_id, step=step, file=document)


def _note(note: str, state: str) -> str:
    wanted = {State.REFUSED: _("Say why it is not changed."), State.ANSWERED: _("Say what the answer was.")}
    return plain(note, "note", wanted.get(State(state)))


def _check_day(on: dt.date, after: dt.date | None, before: dt.date | None) -> None:
    if on > clock.today():
        raise RuleBroken("later", _("This day has not come yet."), ("on",))
    if (after is not None and on < after) or (before is not None and on > before):
        raise RuleBroken(
            "earlier", _("The steps stand in the order of their days. Choose another day."), ("on",)
        )


def _check_next(state: str, next_on: dt.date | None) -> None:
    if state in RegulatoryItem.OVER:
        if next_on is not None:
            raise RuleBroken("over", _("What is over waits for no day."), ("next_on",))
    elif next_on is None:
        raise RuleBroken("next_missing", _("Say when you look at it next."), ("next_on",))
    elif next_on < clock.today():
        raise RuleBroken("next_passed", _("Choose a later day: this one has passed."), ("next_on",))


def _not_next(last: RegulatoryStep, state: str) -> RuleBroken:
    known = dict(RegulatoryItem.State.choices)
    sentence = _("After “%(last)s” it cannot be “%(next)s”. Look at the steps again.")
    return RuleBroken(
        "not_next", sentence % {"last": known[last.state], "next": known.get(state, state)}, ("state",)
    )
