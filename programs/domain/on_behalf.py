"""Entry on a company's behalf (대행 입력): staff fill in what a company handed over on paper or by phone.

The same pages, checks and verbs as for the company itself; that staff entered it stands on the application, in what was
handed in, on the receipt and in the lists. Withdrawing stays with the company.
"""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies import numbers
from companies.domain import standing
from companies.models import Company, Member
from companies.permissions import require_not_succeeded
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken
from programs.domain import intake, intake_rules
from programs.models import Application, Call, EntryOnBehalf
from programs.permissions import require_service

REASON_LENGTH = 300


def begin(
    call: Call, business_number: str, *, channel: str, reason: str, email: str = "", by: User, form_key: UUID
) -> Application:
    """Begin an application for the company with this business number; the company is told by mail at once.

    From here on the agency sees the company. `email` is where a company that nobody signs in for is told, also of the
    submission. The same `form_key` again is the same entry. Locks the company. Refused: `not_your_agency`,
    `reason_missing`, `reason_long`, `no_such_company`, `nobody_to_tell`, `already_begun` (the company's own draft is its
    own), `form_key`, `succeeded`, and as `intake_rules.require_open`.
    """
    reason = reason.strip()
    if not reason:
        raise RuleBroken("reason_missing", _("Say why it is entered on the company’s behalf."), ("reason",))
    if len(reason) > REASON_LENGTH:
        raise RuleBroken(
            "reason_long", _("At most %(count)d characters.") % {"count": REASON_LENGTH}, ("reason",)
        )
    with because(reason), transaction.atomic():
        row = Call.objects.select_related("agency").get(pk=call.pk)
        require_service(by, row.agency)
        company = (
            Company.objects.select_for_update(no_key=True)
            .filter(business_number=numbers.clean(business_number))
            .first()
        )
        if company is None:
            raise RuleBroken(
                "no_such_company",
                _("No company of the register has this number. Take it in with the list of companies first."),
                ("business_number",),
            )
        known = Application.objects.filter(form_key=form_key).first()
        if known is not None:
            if (known.call_id, known.company_id) != (row.pk, company.pk):
                raise RuleBroken("form_key", _("This form was used already. Open the call and begin again."))
            return known
        require_not_succeeded(company.pk, "business_number")
        intake_rules.require_open(row, clock.now())
        if Application.objects.filter(call=row, company=company).standing().exists():
            raise _already_begun()
        if Application.objects.merged_into(company.pk).filter(call=row).exists():
            raise _already_begun()
        is_reached = Member.objects.filter(company=company, ended_at__isnull=True, user__is_active=True)
        if not email.strip() and not is_reached.exists():
            raise RuleBroken(
                "nobody_to_tell",
                _("Nobody signs in for this company. Type the e-mail address at which it is told."),
                ("email",),
            )
        standing.see(company, agency=row.agency, cause=f"on behalf {row.code}")
        made = _create(row, company, email.strip(), form_key)
        EntryOnBehalf.objects.create(
            agency=row.agency, application=made, channel=channel, reason=reason, begun_at=clock.now(), begun_by=by
        )  # fmt: skip
        intake.tell_members(intake_rules.lock(made), "application_on_behalf")
    return made


def _create(call: Call, company: Company, email: str, form_key: UUID) -> Application:
    try:
        with transaction.atomic():
            return Application.objects.create(
                agency=call.agency, call=call, company=company, form_key=form_key, contact_email=email
            )
    except IntegrityError:
        raise _already_begun() from None


def _already_begun() -> RuleBroken:
    return RuleBroken(
        "already_begun",
        _(
            "This company has an application to this call already. What staff entered stands on the call's page."
        ),
        ("business_number",),
    )
