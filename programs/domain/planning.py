"""Planning (사업 계획): programs with their parts and calls with their questions, and until when these may change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from accounts.roles import officer_roles
from ground import outbox
from ground.errors import RuleBroken, filled
from ground.ids import new_id
from programs.domain import agreement, form_building, keeping_ahead, settled
from programs.domain.criteria.values import shape_faults
from programs.domain.evaluation import lock_undecided
from programs.domain.leaving import PARTS
from programs.domain.publishing import NOTICE, check_days
from programs.domain.stores import check_zone
from programs.models import (
    Call,
    Criterion,
    Memorandum,
    MemorandumParty,
    Program,
    ProgramMarket,
    ProgramShare,
    Question,
    RequiredDocument,
    Score,
    ScoreItem,
    Section,
    Target,
)
from programs.permissions import WRITERS, require_service


def own_agency(by: User) -> Agency:
    """The agency that the person writes for, own post before deputyship. `RuleBroken('not_your_agency')` if none."""
    for agency, role in officer_roles(by):
        if role in WRITERS:
            return agency
    raise RuleBroken("not_your_agency", _("Only managers and officers of an agency can do this."))


def save_program(program: Program, *, by: User) -> Program:
    """Write a program. A new one belongs to the person's own agency; an old one never changes its agency.

    Its code begins with the agency's, so that no agency learns from a refusal which codes another one has.
    Refused: `not_your_agency`, `unknown_zone`, `code_prefix`, `code_taken`, `rates_settled` (another rate rule, or another
    first day whose rate is the fixed one, while months are closed).
    """
    with transaction.atomic():
        if program._state.adding:
            program.agency = own_agency(by)
        else:
            before = Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
            program.agency = before.agency
            require_service(by, program.agency)
            _require_rates_open(before, program)
            if (before.starts_on, before.ends_on) != (program.starts_on, program.ends_on):
                outbox.publish(PARTS, {"program": str(program.pk)})
        check_zone(program.zone)
        _require_own_code(program, program.agency.code)
        with _one_of_each_code():
            program.save()
    return program


def _require_rates_open(before: Program, after: Program) -> None:
    is_fixed = before.rate_rule == Program.RateRule.FIXED
    if before.rate_rule == after.rate_rule and not (is_fixed and before.starts_on != after.starts_on):
        return
    if settled.program_open_from(before.pk) is not None:
        raise RuleBroken(
            "rates_settled",
            _(
                "Months of this program are closed with the rates that it had. Open them again first, the last one first; or"
                " leave the rate rule as it is."
            ),
            ("rate_rule",),
        )


def _require_own_code(record: Program | Call, prefix: str) -> None:
    """Of a new or another code: it begins with the prefix, and nobody else has it."""
    earlier = type(record).objects.filter(pk=record.pk).values_list("code", flat=True).first()
    if record.code == earlier:
        return
    if not record.code.startswith(f"{prefix}-"):
        raise RuleBroken(
            "code_prefix", _("Begin the code with %(prefix)s.") % {"prefix": f"{prefix}-"}, ("code",)
        )
    if type(record).objects.filter(code=record.code).exclude(pk=record.pk).exists():
        raise _code_taken()


def _code_taken() -> RuleBroken:
    return RuleBroken("code_taken", _("This code is taken. Choose another one."), ("code",))


@contextmanager
def _one_of_each_code() -> Iterator[None]:
    """Of two that are given the same code at once, one is refused."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "code" not in str(error):
            raise
        raise _code_taken() from None


def save_part(part: Any, *, by: User) -> Any:
    """Write a part of a program (component, contract, paper, memorandum, target, market, share, partner).

    Its agency is the program's; one with a share sees the companies that take part. Refused: `not_your_agency`,
    `own_share` (the program's own agency has no share in it); a target as `check_target` says.
    """
    if isinstance(part, Target):
        check_target(part)
    with transaction.atomic():
        program = Program.objects.select_related("agency").get(pk=part.program_id)
        require_service(by, program.agency)
        if isinstance(part, ProgramShare) and part.agency_id == program.agency_id:
            raise RuleBroken(
                "own_share", _("This is the program's own agency. Name another one."), ("agency",)
            )
        if not isinstance(part, ProgramShare) and any(each.name == "agency" for each in part._meta.fields):
            part.agency = program.agency
        part.save()
        if isinstance(part, ProgramShare):
            agreement.show_to_shares(program)
        if isinstance(part, ProgramMarket):
            outbox.publish(PARTS, {"program": str(program.pk)})
    return part


def check_target(target: Target) -> None:
    """`RuleBroken` with `not_countable` unless the system can count what the target says (`Target.COUNTED`)."""
    unit, moments = Target.COUNTED[target.measure]
    if target.unit != unit:
        raise RuleBroken(
            "not_countable",
            filled(
                _("“%(measure)s” cannot be counted in this unit. Choose “%(unit)s”."),
                measure=Target.Measure(target.measure).label,
                unit=Target.Unit(unit).label,
            ),
            ("unit",),
        )
    if target.moment not in moments:
        labels = [each.label for each in Target.Moment if each in moments]
        raise RuleBroken(
            "not_countable",
            filled(
                _(
                    "“%(measure)s” cannot be counted at this moment: no file or record tells it. Choose %(moments)s."
                ),
                measure=Target.Measure(target.measure).label,
                moments=" / ".join(f"“{label}”" for label in labels),
            ),
            ("moment",),
        )


def save_party(party: MemorandumParty, *, by: User) -> MemorandumParty:
    """Write a party of a memorandum. Refused: `not_your_agency`."""
    with transaction.atomic():
        memorandum = Memorandum.objects.select_related("agency").get(pk=party.memorandum_id)
        require_service(by, memorandum.agency)
        party.save()
    return party


def save_call(call: Call, *, by: User) -> Call:
    """Write a call. Its agency is the program's.

    Once it is published, everything that the second person agreed to stays; a later closing has a verb of its own
    (`amending.move_closing`). Refused: `not_your_agency`, `decided`, `published`, `closes_before` (a closing that lies
    before the opening), `questions_after` (questions that end after the closing), `agreement_before` (an agreement day that lies before the closing), `code_prefix` (its code
    begins with the program's), `code_taken`. Locks the call.
    """
    with transaction.atomic():
        current = None if call._state.adding else lock_undecided(call.pk)
        if current is not None:
            require_service(by, current.agency)
            if current.published_at is not None and any(
                getattr(call, name) != getattr(current, name) for name in ("program_id", *NOTICE)
            ):
                raise RuleBroken(
                    "published",
                    _("The call is published: what it says stays. Only the closing can be moved."),
                )
        program = Program.objects.select_related("agency").get(pk=call.program_id)
        call.agency = program.agency
        require_service(by, call.agency)
        _require_own_code(call, program.code)
        check_days(
            opens_at=call.opens_at,
            closes_at=call.closes_at,
            agreement_on=call.agreement_on,
            questions_until=call.questions_until,
        )
        with _one_of_each_code():
            call.save(update_fields=None if current is None else ["agency", "program", *NOTICE])
        if current is not None and any(getattr(call, name) != getattr(current, name) for name in THAT_COUNT):
            keeping_ahead.ask_ahead(call)
    return call


TAKEN_OVER = (Section, Question, RequiredDocument, Criterion, ScoreItem)
"""What a call is made of besides its notice."""
DAYS = ("opens_at", "closes_at", "questions_until", "agreement_on")
THAT_COUNT = ("closes_at", "agreement_on", "evaluation_on")
"""Of a day that counts criteria are asked."""


def take_over(
    call: Call,
    *,
    program: Program,
    code: str,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    agreement_on: dt.date,
    by: User,
    notice_number: str = "",
) -> Call:
    """A new call of a program with the texts, places, sections, questions, documents, criteria and score items of an earlier one.

    Days are never taken over; nothing is published, decided or asked. The notice number is the new code until another
    one is given. Refused: `not_your_agency` (of the earlier call or of the program), `program_closed`, and as
    `save_call`: `code_shape`, `code_prefix`, `code_taken`, `closes_before`, `agreement_before`.
    """
    with transaction.atomic():
        source = Call.objects.select_related("agency").get(pk=call.pk)
        require_service(by, source.agency)
        target = Program.objects.select_for_update(of=("self",), no_key=True).get(pk=program.pk)
        if target.state == Program.State.CLOSED:
            raise RuleBroken("program_closed", _("This program is closed. Choose another one."), ("program",))
        copied = {name: getattr(source, name) for name in NOTICE if name not in DAYS}
        copied |= {"code": code.strip(), "notice_number": notice_number.strip() or code.strip()}
        made = Call(
            program=target, opens_at=opens_at, closes_at=closes_at, agreement_on=agreement_on, **copied
        )
        _require_shape(made)
        save_call(made, by=by)
        keys: dict[Any, Any] = {}
        for kind in TAKEN_OVER:
            _copy_parts(kind, source, made, keys)
        keeping_ahead.ask_ahead(made)
    return made


def _require_shape(call: Call) -> None:
    try:
        call.clean_fields(
            exclude=[each.name for each in call._meta.fields if each.name not in {"code", "notice_number"}]
        )
    except ValidationError as error:
        field, (sentence, *_more) = next(iter(error.message_dict.items()))
        raise RuleBroken("code_shape", sentence, (field,)) from None


def _copy_parts(kind: Any, source: Call, made: Call, keys: dict[Any, Any]) -> None:
    """Rows that hang on one another (a part of a combined criterion, a question with its section) hang
    on one another's copies: `keys` are the copies of all kinds so far."""
    rows = list(kind.objects.filter(call=source))
    keys |= dict(zip((row.pk for row in rows), sorted(new_id() for _row in rows), strict=True))
    columns = [each for each in kind._meta.concrete_fields if each.name not in {"id", "created_at", "call"}]
    kind.objects.bulk_create(
        kind(
            id=keys[row.pk],
            call=made,
            **{
                each.attname: keys.get(value, value) if each.is_relation else value
                for each in columns
                if each.name != "version"
                for value in [getattr(row, each.attname)]
            },
        )
        for row in rows
    )


def save_call_part(part: Any, *, by: User) -> Any:
    """Write a section, a question, a document, a criterion or a score item of a call.

    Sections, questions, documents and criteria stay once the call is published; score items stay once somebody has
    scored. A section and a question without a code get one; a question of the kind file gets a document.
    Refused: `decided`, `not_your_agency`, `published`, `scored`, `of_question` (a document that a question asks for); a
    criterion with `values_not_sound`, `group_not_sound`; a question as `form_building.require_sound`.
    """
    with transaction.atomic():
        require_open(part, by)
        if isinstance(part, Criterion):
            _require_sound(part)
        if isinstance(part, RequiredDocument):
            _require_own_document(part)
        if isinstance(part, Section):
            form_building.give_code(part, "s")
        if isinstance(part, Question):
            form_building.give_code(part, "q")
            form_building.require_sound(part)
        part.save()
        if isinstance(part, Question):
            form_building.keep_document(part)
        if isinstance(part, Criterion) and part.kind not in Criterion.GROUPS:
            keeping_ahead.ask_ahead(part.call_id)
    return part


def _require_sound(criterion: Criterion) -> None:
    """What can be seen in one criterion alone; the rest `publishing.faults` says once all are there."""
    if found := shape_faults(criterion.kind, criterion.values):
        raise RuleBroken("values_not_sound", f"{criterion.code}: {found[0]}", ("values",))
    group = criterion.group
    if group is not None and (group.call_id != criterion.call_id or group.kind not in Criterion.GROUPS):
        raise RuleBroken("group_not_sound", _("Choose a group of this call."), ("group",))


def _require_own_document(document: RequiredDocument) -> None:
    if document.question_id is not None:
        raise RuleBroken("of_question", _("A question of the form asks for this document. Change it there."))


def drop_call_part(part: Any, *, by: User) -> None:
    """Take a section, question, document, criterion or score item out of a call. The questions of a section stay.

    Refused as `save_call_part`, and `condition_question` (another question is asked because of this one's answer).
    """
    with transaction.atomic():
        require_open(part, by)
        if isinstance(part, RequiredDocument):
            _require_own_document(part)
        if isinstance(part, Section):
            part.questions.update(section=None)
        if isinstance(part, Question) and (others := form_building.dependents(part)):
            raise RuleBroken(
                "condition_question",
                filled(
                    _("“%(question)s” is asked because of this answer. Change that first."),
                    question=str(others[0]),
                ),
            )
        part.delete()


def require_open(part: Any, by: User) -> None:
    """Whether a part may still change; refused as `save_call_part`. Locks the call."""
    call = lock_undecided(part.call_id)
    require_service(by, call.agency)
    if isinstance(part, ScoreItem):
        if Score.objects.filter(call=call).exists():
            raise RuleBroken("scored", _("Scores have been given: the score items stay as they are."))
    elif call.published_at is not None:
        raise RuleBroken("published", _("The call is published: questions, documents and criteria stay."))
