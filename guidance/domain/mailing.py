"""Sending a guide to companies (안내서 발송): rules of the register, a preview, and one mail a company through the outbox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.domain import records
from accounts.models import User
from companies.domain import mailing as mails
from companies.models import ConsentText, Merge
from ground import clock, letters, outbox
from ground.errors import RuleBroken
from guidance.models import Edition, Mailing, MailingReceiver, MailingRule
from guidance.queries.mailing import CARRY, preview
from programs.domain.criteria.faults import unknown
from programs.domain.criteria.values import declared_faults
from programs.models import Criterion, Program
from programs.permissions import require_service

MOST_RULES = 20


def save_mailing(mailing: Mailing, *, by: User) -> Mailing:
    """Write what is sent and to whom. Refused: `not_your_agency`, `sent` (it stays as it was sent), `other_program`,
    `readers_not_known` (of another agency's guide: companies agreed to being counted by that agency only), `not_valid`.
    Locks the mailing."""
    with transaction.atomic():
        program = Program.objects.select_related("agency").get(pk=mailing.program_id)
        require_service(by, program.agency)
        if not mailing._state.adding and _open(mailing, by).program_id != program.pk:
            raise RuleBroken("other_program", _("A mailing stays with its program."), ("program",))
        if mailing.is_unread_only and mailing.edition.agency_id != program.agency_id:
            raise RuleBroken(
                "readers_not_known",
                _("Your agency does not know who reads the guide of another agency. Send it without this."),
                ("is_unread_only",),
            )
        mailing.agency = program.agency
        mailing.name, mailing.subject = (" ".join(each.split()) for each in (mailing.name, mailing.subject))
        mailing.body = "\n".join(mailing.body.strip().splitlines())
        records.put(mailing)
    return mailing


def save_rule(mailing: Mailing, kind: str, values: dict[str, Any], *, by: User) -> MailingRule:
    """Add a rule that a company has to meet besides the others. The same again is the same rule.

    Refused: `not_your_agency`, `sent`, `no_kind` (a kind that the register does not answer), `values_not_sound` and
    `code_unknown` (with the parameter as their field), `too_many`. Locks the mailing.
    """
    with transaction.atomic():
        row = _open(mailing, by)
        if kind not in dict(MailingRule.KINDS):
            raise RuleBroken("no_kind", _("Choose a kind that the register answers."), ("kind",))
        for code, found in (
            ("values_not_sound", declared_faults(kind, values)),
            ("code_unknown", unknown(Criterion(kind=kind, values=values))),
        ):
            for fault in found:
                raise RuleBroken(code, fault.sentence, (fault.parameter,))
        known = row.rules.filter(kind=kind, values=values).first()
        if known is not None:
            return known
        if row.rules.count() >= MOST_RULES:
            raise RuleBroken(
                "too_many", _("A mailing has at most %(count)d rules.") % {"count": MOST_RULES}, ("kind",)
            )
        return MailingRule.objects.create(agency_id=row.agency_id, mailing=row, kind=kind, values=values)


def drop_rule(rule: MailingRule, *, by: User) -> None:
    """Take a rule out; its history keeps it. Refused: `not_your_agency`, `sent`. Locks the mailing."""
    with transaction.atomic():
        _open(rule.mailing, by)
        rule.delete()


def send(mailing: Mailing, *, expected: int, by: User, is_again: bool = False) -> Mailing:
    """Send it to the companies that the rules find and that agreed; `expected` is the number that was told and confirmed
    (`Told.least`). Those that got this edition before are left out unless `is_again`. The worker writes the mails. Sent twice
    is once.

    Refused: `not_your_agency`, `nobody`, `had_it` (all of them got this edition before: it is asked whether again; of so few
    that it is not told, it is `nobody`), `other_number`. Locks the mailing and its edition: of two mailings of one edition
    the later one knows to whom the other goes.
    """
    with transaction.atomic():
        row = _locked(mailing, by)
        if row.sent_at is not None:
            return row
        _lock_edition(row)
        found = preview(row)
        told = found.reached | found.again if is_again else found.reached
        number = found.told(told).least
        if not told and found.told(found.again).least:
            raise RuleBroken(
                "had_it",
                _("All of them got this edition before. Say that it is sent to them again."),
                ("is_again",),
            )
        if not told:
            raise RuleBroken(
                "nobody",
                _("Nobody is reached: look at the rules, at who agreed and at who got this edition before."),
            )
        if number != expected:
            raise RuleBroken(
                "other_number",
                ngettext(
                    "It would go to %(count)d company now. Look at the number again and confirm it.",
                    "It would go to %(count)d companies now. Look at the number again and confirm it.",
                    number,
                )
                % {"count": number},
            )
        MailingReceiver.objects.bulk_create(
            [MailingReceiver(agency_id=row.agency_id, mailing=row, company_id=key) for key in sorted(told)],
            batch_size=1000,
        )
        row.sent_at, row.sent_by = clock.now(), by
        row.save(update_fields=["sent_at", "sent_by"])
        outbox.publish(CARRY, {"mailing": str(row.pk)})
    return row


def carry(key: UUID) -> int:
    """Write the mails of a mailing, in the caller's transaction; who has withdrawn since gets none, and of a record that was
    merged since the one that stays gets it. Returns how many."""
    named = Mailing.objects.select_related("agency", "edition__country", "edition__program")
    mailing = named.defer("edition__content").get(pk=key)
    onward = Merge.objects.onward()
    waiting = mailing.receivers.filter(mailed_at__isnull=True)
    rows = {onward.get(each.company_id, each.company_id): each for each in waiting}
    now, mailed = clock.now(), []
    for each in mails.receivers(mailing.agency_id, rows, ConsentText.Kind.GUIDE):
        letters.write(
            each.person,
            "guide_mailing",
            {"mailing": mailing, "agency": mailing.agency, "company": each.company, "stop": each.stop},
            headers=each.headers,
        )
        rows[each.company.pk].mailed_at = now
        mailed.append(rows[each.company.pk])
    MailingReceiver.objects.bulk_update(mailed, ["mailed_at"], batch_size=1000)
    return len(mailed)


def _lock_edition(mailing: Mailing) -> None:
    Edition.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=mailing.edition_id)


def _locked(mailing: Mailing, by: User) -> Mailing:
    row: Mailing = Mailing.objects.select_for_update(of=("self",)).select_related("agency").get(pk=mailing.pk)
    require_service(by, row.agency)
    return row


def _open(mailing: Mailing, by: User) -> Mailing:
    row = _locked(mailing, by)
    if row.sent_at is not None:
        raise was_sent()
    return row


def was_sent() -> RuleBroken:
    """What is said when somebody wants to change a mailing that was sent."""
    return RuleBroken("sent", _("This mailing was sent: it stays as it was."))
