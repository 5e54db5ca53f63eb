"""Filling in an application: every step is saved by itself, typing is kept before it is saved, nothing is overwritten."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Product
from ground.errors import RuleBroken
from ground.postgres.base import planned_once
from programs.domain import asking, intake_marks, intake_rules
from programs.domain.eligibility import closing_day
from programs.models import (
    Answer,
    Application,
    Baseline,
    Draft,
    ProductLine,
    Question,
    ReturnItem,
    ReturnRequest,
)
from programs.models.call import Stage
from programs.queries.reading import Reading

AMOUNTS = (
    "export_last_amount", "export_before_amount", "country_last_amount", "country_before_amount",
    "online_last_amount", "online_before_amount", "platform_last_amount", "platform_before_amount",
)  # fmt: skip


class Stale(RuleBroken):
    """Somebody saved in the meantime. What was typed here is kept aside, what is saved stays as it is."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(
            "stale",
            _(
                "This page was saved in another window or by a colleague in the meantime. Nothing was overwritten:"
                " what you typed is kept. Compare the two and save again."
            ),
        )


@dataclass(frozen=True)
class Line:
    """A product of the company in an answer, with its quantity and the price of one in a currency."""

    product_id: UUID
    quantity: Decimal | None = None
    price_amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class AnswerValue:
    """An answer in the column of its question's kind; amounts come with their currency."""

    text: str = ""
    number: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    day: dt.date | None = None
    is_yes: bool | None = None
    codes: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == AnswerValue(currency=self.currency)


@dataclass(frozen=True)
class Contact:
    """The person in charge of the application."""

    name: str
    email: str
    phone: str


@dataclass
class Entered:
    """An application locked for one of its writers, as it stood then; `is_changed`: what it holds is another than was checked."""

    reading: Reading
    now: dt.datetime
    by: User
    is_changed: bool = False

    @property
    def row(self) -> Application:
        return self.reading.application


def enter(application: Application, by: User, *parts: str) -> Entered:
    """As `intake_rules.enter`, with these parts of it, in one errand."""
    asked = Reading.asked(application.pk, *parts)
    row, now, found = intake_rules.enter_asking(application, by, *asked)
    return Entered(Reading(row).with_found(asked, found), now, by)


def _keep(application: Application, step: str, *, by: User, needs: Sequence[str] = (), **what: Any) -> Draft:
    """Lock, check, write, as `_keep_in`; of the locked application its `write` `needs` these parts."""
    with transaction.atomic():
        draft, is_stale = _keep_in(enter(application, by, "drafts", *needs), step, **what)
    if is_stale:
        raise Stale(draft)
    return draft


def _keep_in(
    entered: Entered,
    step: str,
    *,
    version: int | None,
    typed: Mapping[str, Any],
    write: Callable[[Reading], Mapping[str, Any]] | None = None,
    taken: Mapping[str, Any] | None = None,
) -> tuple[Draft, bool]:
    """Check and write; with an older `version` than what is kept, put `typed` aside and say so.

    `write` saves the checked values (of the row itself, which is saved here, it sets them) and returns what stays to be
    kept as typed. Without it `typed` itself is kept. Marks of what was taken over stay as long as `typed` says the same.
    """
    row, now = entered.row, entered.now
    if step == Draft.Step.CORRECTION:
        intake_rules.require_open_return(row, now)
    else:
        intake_rules.require_draft(row, now)
    draft = entered.reading.drafts.get(step) or Draft(application=row, step=step)
    is_stale = version is not None and draft.version != version
    if is_stale:
        draft.aside = {"typed": dict(typed), "at": now.isoformat(), "by": str(entered.by)}
    else:
        marks = intake_marks.standing({**intake_marks.marks_of(draft), **(taken or {})}, typed)
        if write is not None:
            draft.typed = dict(write(entered.reading))
            draft.aside = {}
            entered.is_changed = True
        else:
            draft.typed = dict(typed)
        if marks:
            draft.typed[Draft.TAKEN] = marks
        draft.version = draft.version + 1
        draft.saved_at, draft.saved_by = now, entered.by
    saved: list[Any] = []
    if entered.is_changed:
        row.version += 1
        saved = [row.version, row.contact_name, row.contact_email, row.contact_phone, row.pk]
    texts = map(json.dumps, (draft.typed, draft.aside))
    kept = [draft.pk, row.pk, step, draft.version, *texts, draft.saved_at, draft.saved_by_id]
    with connection.cursor() as cursor:
        cursor.execute(SAVING if saved else KEEPING, [*saved, *kept])
    return draft, is_stale


KEEPING = planned_once("""INSERT INTO programs_draft
        (id, application_id, step, version, typed, aside, saved_at, saved_by_id)
    VALUES (%s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s)
    ON CONFLICT (application_id, step) DO UPDATE SET version = EXCLUDED.version, typed = EXCLUDED.typed,
        aside = EXCLUDED.aside, saved_at = EXCLUDED.saved_at, saved_by_id = EXCLUDED.saved_by_id""")
SAVING = planned_once(f"""WITH saved AS (
        UPDATE programs_application SET version = %s, contact_name = %s, contact_email = %s, contact_phone = %s
        WHERE id = %s)
    {KEEPING}""")  # noqa: S608
"""What is kept of a step; where the application is changed, its next version, too."""


def keep_typing(
    application: Application,
    step: str,
    typed: Mapping[str, Any],
    *,
    version: int,
    by: User,
    taken: Mapping[str, Any] | None = None,
) -> Draft:
    """Keep what is typed in a step, unchecked (autosave), and mark what of it was `taken` over (`intake_marks`).
    `Stale` when a newer version is kept already.

    Refused with `reader_only`, `not_draft`, `closed`; for the correction `not_returned`, `correction_over`.
    """
    return _keep(application, step, by=by, version=version, typed=typed, taken=taken)


def keep_typing_in(entered: Entered, step: str, typed: Mapping[str, Any], *, version: int) -> Draft:
    """The same of an application that is locked already: what was changed in it meanwhile raises its version, too."""
    draft, is_stale = _keep_in(entered, step, version=version, typed=typed)
    if is_stale:
        raise Stale(draft)
    return draft


def save_baseline(
    application: Application,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Draft:
    """Save the baseline: amounts in USD, None where unknown (which is not zero). Refused as `keep_typing`, `baseline`."""

    def write(reading: Reading) -> Mapping[str, Any]:
        write_baseline(reading, values)
        return {}

    return _keep(
        application,
        Draft.Step.BASELINE,
        by=by,
        version=version,
        typed=typed or {},
        write=write,
        needs=["baseline"],
    )


def write_baseline(reading: Reading, values: Mapping[str, Any]) -> None:
    row = reading.application
    baseline = reading.baseline or Baseline(application=row)
    baseline.last_year = closing_day(row.call).year - 1
    for name in (*AMOUNTS, "is_first_export", "may_ask_again"):
        if name in values:
            setattr(baseline, name, values[name])
    try:
        baseline.full_clean(exclude=["application"], validate_unique=False, validate_constraints=False)
        if baseline.has_larger_part:
            baseline.validate_constraints(exclude=["application"])
    except ValidationError as error:
        raise RuleBroken("baseline", " ".join(error.messages)) from error
    baseline.save()


def save_answers(
    application: Application,
    answers: Mapping[UUID, AnswerValue],
    *,
    by: User,
    version: int | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Draft:
    """Save answers by their question's id; an empty one takes the earlier answer away. Refused as `keep_typing`,
    `unknown_question`, `unknown_product` (of another company), `product_twice`."""

    def write(reading: Reading) -> Mapping[str, Any]:
        write_answers(reading, answers)
        return {}

    return _keep(
        application,
        Draft.Step.QUESTIONS,
        by=by,
        version=version,
        typed=typed or {},
        write=write,
        needs=["questions", "answers"],
    )


def write_answers(reading: Reading, answers: Mapping[UUID, AnswerValue]) -> None:
    row = reading.application
    known = {question.pk: question for question in reading.questions}
    earlier = {answer.question_id: answer for answer in reading.answers}
    made: list[Answer] = []
    lines: list[tuple[Answer, tuple[Line, ...]]] = []
    for key, value in answers.items():
        if key not in known:
            raise RuleBroken("unknown_question", _("This question does not belong to the call."))
        answer = earlier.get(key) or Answer(application=row, question=known[key], call=row.call)
        new: dict[str, Any] = {
            "text": value.text, "number": value.number, "amount": value.amount, "day": value.day,
            "is_yes": value.is_yes, "codes": list(value.codes),
            "currency": value.currency if value.amount is not None else "",
        }  # fmt: skip
        if value.is_empty and key not in earlier:
            continue
        if key not in earlier or any(getattr(answer, name) != new[name] for name in new):
            for name, each in new.items():
                setattr(answer, name, each)
            if key in earlier:
                answer.save()
            else:
                made.append(answer)
        if value.lines or (key in earlier and answer.lines.all()):
            lines.append((answer, value.lines))
    if made:
        Answer.objects.bulk_create(made)
    for answer, each_line in lines:
        _write_lines(row, answer, each_line)


def lines_of(answer: Answer) -> tuple[Line, ...]:
    """The products of a saved answer, in their order."""
    return tuple(
        Line(each.product_id, each.quantity, each.price_amount, each.currency) for each in answer.lines.all()
    )


def _write_lines(row: Application, answer: Answer, lines: tuple[Line, ...]) -> None:
    if lines_of(answer) == lines:
        return
    products = {each.product_id for each in lines}
    if len(products) != len(lines):
        raise RuleBroken("product_twice", _("Name each product once."))
    if Product.objects.filter(company=row.company_id, pk__in=products).count() != len(products):
        raise RuleBroken("unknown_product", _("Choose products of your company."))
    for gone in answer.lines.all():
        gone.delete()
    ProductLine.objects.bulk_create(
        ProductLine(
            answer=answer, application=row, company=row.company, product_id=each.product_id, position=position,
            quantity=each.quantity, price_amount=each.price_amount,
            currency=each.currency if each.price_amount is not None else "",
        )
        for position, each in enumerate(lines)
    )  # fmt: skip


def later_seen(application: Application) -> str:
    """What stands now of the answers asked only from those selected, as a few letters: a page takes them along."""
    said = {
        answer.question_id: (
            answer.text, answer.number, answer.amount, answer.currency, answer.day, answer.is_yes, answer.codes,
            lines_of(answer),
        )
        for answer in application.answers.filter(question__stage=Stage.SELECTED).prefetch_related("lines")
    }  # fmt: skip
    return hashlib.sha256(repr(sorted(said.items())).encode()).hexdigest()[:16]


def save_later_answers(
    application: Application, answers: Mapping[UUID, AnswerValue], *, by: User, seen: str | None = None
) -> Application:
    """Save answers to what is asked only from those selected. Locks the application.

    Refused with `reader_only`, `not_asked_yet`, `unknown_question` (also one that was asked with the application),
    `changed` (others stand there than were `seen`).
    """
    with transaction.atomic():
        row, _now = intake_rules.enter(application, by)
        intake_rules.require_selected(row)
        later = set(
            Question.objects.filter(call=row.call_id, stage=Stage.SELECTED).values_list("pk", flat=True)
        )
        if not set(answers) <= later:
            raise RuleBroken("unknown_question", _("This question does not belong to the call."))
        if seen is not None and seen != later_seen(row):
            raise RuleBroken(
                "changed",
                _("Somebody else saved answers here meanwhile. What you typed still stands below: check it, then hand it in."),
            )  # fmt: skip
        write_answers(Reading(row), answers)
        asking.close_if_whole(row)
    return row


def save_contact(
    application: Application,
    contact: Contact,
    *,
    consents: Collection[UUID] = (),
    by: User,
    version: int | None = None,
    typed: Mapping[str, Any] | None = None,
) -> Draft:
    """Save the person in charge and which consents are ticked (they are recorded at submission). Refused as
    `keep_typing`, `unknown_consent`."""

    def write(reading: Reading) -> Mapping[str, Any]:
        offered = {text.pk for text in reading.consent_texts}
        if not set(consents) <= offered:
            raise RuleBroken(
                "unknown_consent", _("The text of a consent has changed. Read it again and decide.")
            )
        write_contact(reading.application, contact)
        return {"consents": sorted(str(each) for each in consents)}

    return _keep(
        application,
        Draft.Step.CONTACT,
        by=by,
        version=version,
        typed=typed or {},
        write=write,
        needs=["consents_in_short"],
    )


def write_contact(row: Application, contact: Contact) -> None:
    """Set, and saved with the version (`_keep`)."""
    row.contact_name, row.contact_email, row.contact_phone = contact.name, contact.email, contact.phone


@dataclass(frozen=True)
class Correction:
    """New values for the items that the agency named, and for questions that hang on a named one; what is None stays."""

    answers: Mapping[UUID, AnswerValue]
    baseline: Mapping[str, Any] | None = None
    contact: Contact | None = None


def save_correction(
    application: Application,
    correction: Correction,
    *,
    by: User,
    version: int | None = None,
    typed: Mapping[str, Any] | None = None,
    leftover: Mapping[str, Any] | None = None,
) -> Draft:
    """Save corrected items; `leftover` is what was typed and could not be saved yet.

    Refused with `not_named` when anything is given that the agency did not name, and as `keep_typing`.
    """

    def write(reading: Reading) -> Mapping[str, Any]:
        row = reading.application
        request = ReturnRequest.objects.get(application=row, answered_at__isnull=True)
        items = list(request.items.all())
        opened = asking.opened_by(items, Question.objects.filter(call=row.call))
        for key in correction.answers:
            if key not in opened:
                intake_rules.require_named(items, ReturnItem.Part.QUESTION, key)
        write_answers(reading, correction.answers)
        if correction.baseline is not None:
            intake_rules.require_named(items, ReturnItem.Part.BASELINE)
            write_baseline(reading, correction.baseline)
        if correction.contact is not None:
            intake_rules.require_named(items, ReturnItem.Part.CONTACT)
            write_contact(row, correction.contact)
        return leftover or {}

    return _keep(application, Draft.Step.CORRECTION, by=by, version=version, typed=typed or {}, write=write)
