"""Choosing target countries (대상국 선정): values with their sources, weights, and a decision of two with the table kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken
from programs.domain.country_scores import MOST_CANDIDATES, MOST_INDICATORS
from programs.models import Candidate, CountryChoice, Indicator, IndicatorValue, Program, WeighedIndicator
from programs.permissions import require_service
from programs.queries import country_choice

Part = WeighedIndicator | Candidate


def save_indicator(indicator: Indicator, *, by: User) -> Indicator:
    """Write an indicator of a program. Refused: `not_your_agency`, `other_program` (it never changes its program)."""
    with transaction.atomic():
        program = Program.objects.select_related("agency").get(pk=indicator.program_id)
        require_service(by, program.agency)
        if not indicator._state.adding and Indicator.objects.get(pk=indicator.pk).program_id != program.pk:
            raise RuleBroken("other_program", _("An indicator stays with its program."), ("program",))
        indicator.agency = program.agency
        indicator.save()
    return indicator


def save_value(value: IndicatorValue, *, by: User) -> IndicatorValue:
    """Write what a source says of a country and year. What was decided with an earlier value keeps its table.

    Refused: `not_your_agency`, `source_missing`, `other_program` (it never changes its program).
    """
    with transaction.atomic():
        indicator = Indicator.objects.select_related("agency").get(pk=value.indicator_id)
        require_service(by, indicator.agency)
        if not value.source.strip():
            raise RuleBroken("source_missing", _("Say where the value comes from."), ("source",))
        if not value._state.adding and value.program_id != indicator.program_id:
            raise RuleBroken("other_program", _("A value stays with its program."), ("indicator",))
        value.agency, value.program_id = indicator.agency, indicator.program_id
        value.save()
    return value


def save_choice(choice: CountryChoice, *, by: User) -> CountryChoice:
    """Write what a choice weighs how. Refused: `not_your_agency`, `decided`, `other_program`. Locks the choice."""
    with transaction.atomic():
        program = Program.objects.select_related("agency").get(pk=choice.program_id)
        require_service(by, program.agency)
        if not choice._state.adding and _open(choice).program_id != program.pk:
            raise RuleBroken("other_program", _("A choice stays with its program."), ("program",))
        choice.agency = program.agency
        choice.save()
    return choice


def save_part(part: Part, *, by: User) -> Part:
    """Write a weighed indicator or a candidate of a choice.

    Refused: `not_your_agency`, `decided`, `other_program` (an indicator of another program), `too_many` (more than
    twelve indicators or sixty candidates are not counted while somebody waits). Locks the choice.
    """
    with transaction.atomic():
        choice = _open(part.choice, by)
        part.agency_id, part.program_id = choice.agency_id, choice.program_id
        if isinstance(part, WeighedIndicator):
            if part.indicator.program_id != choice.program_id:
                raise RuleBroken("other_program", _("Choose an indicator of this program."), ("indicator",))
            if choice.weighed.exclude(pk=part.pk).count() >= MOST_INDICATORS:
                raise RuleBroken(
                    "too_many",
                    _("A choice weighs at most %(count)d indicators.") % {"count": MOST_INDICATORS},
                    ("indicator",),
                )
        elif choice.candidates.exclude(pk=part.pk).count() >= MOST_CANDIDATES:
            raise RuleBroken(
                "too_many",
                _("A choice compares at most %(count)d countries.") % {"count": MOST_CANDIDATES},
                ("country",),
            )
        part.save()
    return part


def drop_part(part: Part, *, by: User) -> None:
    """Take an indicator or a candidate out of a choice; its history keeps it. Refused: `not_your_agency`, `decided`.
    Locks the choice."""
    with transaction.atomic():
        _open(part.choice, by)
        part.delete()


def propose(choice: CountryChoice, countries: Sequence[str], *, reason: str, by: User) -> Approval:
    """Propose countries (ISO codes) of the candidates and ask a second person to agree to exactly this table.

    They need not be the first of the ranking: the reason says why. Refused: `not_your_agency`, `decided`,
    `reason_missing`, `nothing_to_rank`, `other_number` (not as many as the choice says), `not_ranked` (no candidate, or
    too little of it is known). Locks the choice.
    """
    with transaction.atomic(), because(reason.strip()):
        row = _open(choice, by)
        if not reason.strip():
            raise RuleBroken("reason_missing", _("Say why these countries."), ("reason",))
        wanted = set(countries)
        if len(wanted) != row.size:
            raise RuleBroken(
                "other_number",
                _("Choose %(count)d countries, or change how many the choice is of.") % {"count": row.size},
                ("countries",),
            )
        candidates = list(row.candidates.select_related("country"))
        found = country_choice.table(row)
        ranked = {each["code"] for each in found["countries"] if each["rank"]} if found else set()
        if found is not None and len(ranked) >= row.size and wanted - ranked:
            raise RuleBroken("not_ranked", _("Choose among the countries that have a rank."), ("countries",))
        for each in candidates:
            if each.is_chosen != (each.country_id in wanted):
                each.is_chosen = not each.is_chosen
                each.save(update_fields=["is_chosen"])
        row.reason = reason.strip()
        row.save(update_fields=["reason"])
        return approvals.ask(
            agency=row.agency,
            decision=DecisionKind.COUNTRIES,
            subject=f"{row}: {', '.join(str(each.country) for each in candidates if each.is_chosen)}",
            subject_id=row.pk,
            digest=approvals.fingerprint(_standing(row)),
            reason=reason,
            by=by,
        )


def decide(choice: CountryChoice, *, by: User) -> CountryChoice:
    """Decide what was proposed and agreed to, and keep the table as it stands.

    Refused: `not_your_agency`, `decided`, `nothing_to_rank`, `second_person` (nobody agreed, or a value, a weight or the
    proposal has changed since). Locks the choice and its values.
    """
    with transaction.atomic():
        row = _open(choice, by)
        list(
            IndicatorValue.objects.filter(indicator__in=row.weighed.values("indicator"))
            .order_by("id")
            .select_for_update()
        )
        standing = _standing(row)
        row.approval = approvals.require(
            agency=row.agency,
            decision=DecisionKind.COUNTRIES,
            subject_id=row.pk,
            digest=approvals.fingerprint(standing),
        )
        row.kept, row.state, row.decided_at = standing["table"], CountryChoice.State.DECIDED, clock.now()
        row.save(update_fields=["approval", "kept", "state", "decided_at"])
    return row


def approval_of(choice: CountryChoice, found: country_choice.Table | None) -> Approval | None:
    """The question about the choice with exactly this table, answered or not. One query."""
    if found is None or not found["chosen"]:
        return None
    return approvals.latest(
        agency_id=choice.agency_id,
        decision=DecisionKind.COUNTRIES,
        subject_id=choice.pk,
        digest=approvals.fingerprint({"table": found, "reason": choice.reason}),
    )


def _open(choice: CountryChoice, by: User | None = None) -> CountryChoice:
    row: CountryChoice = (
        CountryChoice.objects.select_for_update(of=("self",)).select_related("agency").get(pk=choice.pk)
    )
    if by is not None:
        require_service(by, row.agency)
    if row.state == CountryChoice.State.DECIDED:
        raise RuleBroken("decided", _("The countries are decided: the choice stays as it stood."))
    return row


def _standing(choice: CountryChoice) -> dict[str, Any]:
    found = country_choice.table(choice)
    if found is None or len(found["first"]) < choice.size:
        raise RuleBroken(
            "nothing_to_rank",
            _(
                "Fewer candidates have a rank than are to be chosen. Enter their missing values, or name further candidates."
            ),
        )
    return {"table": found, "reason": choice.reason}
