"""What becomes of the register's own tables when two records of one company are merged, and what stands in the way."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from companies.models import (
    Ban,
    Certificate,
    CertificateJudgment,
    Claim,
    Company,
    CompanyIndustry,
    CompanySize,
    Consent,
    Contact,
    DistinctPair,
    FinancialMark,
    Invitation,
    Member,
    Merge,
    Place,
    Product,
    Sight,
    StatusCheck,
    Succession,
    SupportDeclaration,
    YearlyFigure,
)
from companies.verdicts import Block, Rows, Verdict, blocked_by, elsewhere, stays, unnamed, verdict
from ground import clock
from ground.models import StoredFile
from ground.templatetags.naru import day

MOVES = Verdict.MOVES


def _place(row: Place) -> Hashable:
    """A company has one head office at a time, so the head offices are taken together; other places one by one."""
    if row.kind == Place.Kind.HEAD_OFFICE:
        return row.kind
    return (row.kind, row.province_id, row.address, row.from_on, row.until_on)


def _consents() -> QuerySet[Consent]:
    stands = Q(withdrawn_at__isnull=True, ends_at__gt=clock.ClockNow())
    return Consent.objects.with_end().annotate(stands=ExpressionWrapper(stands, BooleanField()))


def _consent(row: Any) -> Hashable:
    """What was withdrawn or is over stands in no way."""
    key: Hashable = row.text_id if row.stands else row.pk
    return key


def _size(row: CompanySize) -> Hashable:
    return row.on if row.certificate_id is None else row.pk


verdict(
    Member,
    Rows(
        "company",
        Verdict.SHARED,
        _(
            "Members of one record become members of the other. Roles at the record that stays hold; where it has an owner, who was no member of it comes as a reader, and the owner gives them more."
        ),
    ),
)
verdict(
    Sight,
    Rows(
        "company",
        Verdict.SHARED,
        _("Agencies that see the record given up come to see the record that stays."),
    ),
)
verdict(Contact, Rows("company", MOVES, same=lambda row: row.kind, compared=("name", "email", "phone")))
verdict(
    Place,
    Rows(
        "company",
        MOVES,
        same=_place,
        compared=("province", "address", "from_on", "until_on"),
        label=_("places of business"),
    ),
)
verdict(
    CompanyIndustry,
    Rows("company", MOVES, same=lambda row: "industries", compared=("industry", "digits", "is_main")),
)
verdict(
    YearlyFigure,
    Rows(
        "company",
        MOVES,
        same=lambda row: row.year,
        compared=("year", "sales_amount", "export_amount", "employees", "source", "is_estimated"),
    ),
)
verdict(Certificate, Rows("company", MOVES, _("With what agencies found when they looked at it.")))
verdict(CompanySize, Rows("company", MOVES, same=_size, compared=("on", "size", "fiscal_month")))
verdict(
    FinancialMark,
    Rows(
        "company",
        MOVES,
        _("A second look-up for the same day stays as what it was: an answer about that number."),
        same=lambda row: (row.agency_id, row.kind, row.on),
        may_stay=True,
        agency="agency",
    ),
)
verdict(Ban, Rows("company", MOVES, _("A ban goes on at the record that stays."), agency="agency"))
verdict(
    Consent,
    Rows(
        "company",
        MOVES,
        _(
            "A consent that both records gave goes on at the record that stays and ends at the other. What one of them withdrew later is withdrawn."
        ),
        same=_consent,
        may_stay=True,
        agency="text__agency",
        reading=_consents,
    ),
)
verdict(
    Product,
    Rows("company", MOVES, _("Products that an application or a listing names stay with it, as do all of a record that takes part in a program, where they are listed, and those whose code the record that stays gave to another product."),
         is_moving=lambda: unnamed(Product), same=lambda row: row.code,
         compared=("name_ko", "name_en", "category", "hs_code", "product_group", "disabled_on"), may_stay=True),
)  # fmt: skip
stays((Invitation, "company"), (Claim, "company"), why=_("What was asked and answered about that record."))
stays((StatusCheck, "company"), why=_("Answers of the tax office about that number."))
stays((SupportDeclaration, "company"), why=_("Declared for that number; support is counted over both."))
_decided = _("What was decided about that record.")
stays((Succession, "former"), (Succession, "successor"), why=_decided)
stays(
    (DistinctPair, "first"), (DistinctPair, "second"), (Merge, "kept"), (Merge, "given_up"), why=_decided, agency="agency",
)  # fmt: skip


@blocked_by
def open_questions(kept: Company, given_up: Company, agency: Agency) -> Iterable[Block]:
    """Claims, invitations, successions and other merges that wait for somebody; a pair that was told apart."""
    both, page = [kept, given_up], "admin:companies_company_change"
    for claim in Claim.objects.waiting().filter(company__in=both).select_related("company"):
        yield Block(
            _("Somebody claims %(company)s: answer that first.") % {"company": claim.company},
            "admin:companies_claim_change",
            claim.pk,
        )
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=clock.now())
    if waiting.filter(company=given_up).exists():
        yield Block(
            _("Somebody is invited to %(company)s: wait until that is accepted, withdrawn or run out.")
            % {"company": given_up},
            page,
            given_up.pk,
        )
    touching = Q(former__in=both) | Q(successor__in=both)
    between = Q(former__in=both, successor__in=both)
    for row in Succession.objects.open().filter(touching).filter(Q(confirmed_at=None) | between):
        yield Block(
            _("A succession of one of the two is asked for or ties them already."),
            "admin:companies_succession_change",
            row.pk,
        )
    merges = Merge.objects.under_way().beside(kept, given_up).select_related("agency")
    lying = Merge.objects.lying().exclude(agency=agency).values("pk")
    for other in merges.exclude(kept=kept, given_up=given_up).exclude(pk__in=lying):
        if other.agency_id != agency.pk:
            yield elsewhere(other.agency)
            continue
        yield Block(
            _("Another merge with one of the two is under way: drop it or carry it out first."),
            "admin:companies_merge_change",
            other.pk,
        )
    pairs = DistinctPair.objects.filter(first__in=both, second__in=both, taken_back_at=None)
    for pair in pairs.select_related("agency"):
        if pair.agency_id != agency.pk:
            yield elsewhere(pair.agency)
            continue
        yield Block(
            _("%(agency)s said that these are two companies. That is taken back first.")
            % {"agency": pair.agency},
            "admin:companies_distinctpair_change",
            pair.pk,
        )


@blocked_by
def papers(kept: Company, given_up: Company, agency: Agency) -> Iterable[Block]:
    """Files that are being checked, and certificates of one number that contradict each other."""
    page = "admin:companies_company_change"
    checked = Certificate.objects.filter(file__passage=StoredFile.Passage.QUARANTINE)
    for company in (kept, given_up):
        if checked.filter(company=company).exists():
            yield Block(
                _("A certificate is still being checked for malware: wait until that is over."),
                page,
                company.pk,
            )
    refused = CertificateJudgment.objects.filter(
        certificate__company__in=[kept, given_up], agency=agency, state=CertificateJudgment.State.REFUSED
    )
    rows = Certificate.objects.exclude(pk__in=refused.values("certificate")).exclude(number="")
    known: dict[Any, list[Certificate]] = {}
    for each in rows.filter(company=kept).order_by("valid_from", "pk"):
        known.setdefault((each.kind, each.number), []).append(each)
    for each in rows.filter(company=given_up):
        others = known.get((each.kind, each.number), [])
        if others and _days(each) not in map(_days, others):
            other = others[-1]
            yield Block(
                _("%(paper)s names other days at each record: %(kept)s and %(given_up)s. Look at both and refuse one.")
                % {"paper": each, "kept": " ~ ".join(_days(other)), "given_up": " ~ ".join(_days(each))},
                page,
                kept.pk,
            )  # fmt: skip


@blocked_by
def look_ups(kept: Company, given_up: Company, agency: Agency) -> Iterable[Block]:
    """Marks of the same day that contradict each other, until there is a later look-up at the record that stays."""
    rows = FinancialMark.objects.filter(company__in=[kept, given_up]).select_related("agency")
    known: dict[Any, dict[Any, FinancialMark]] = {}
    for row in rows:
        known.setdefault((row.agency_id, row.kind, row.on), {})[row.company_id] = row
    for (of, kind, on), pair in known.items():
        results = {(each.is_found, each.until_on, each.cure, each.cured_on) for each in pair.values()}
        later = any(
            row.company_id == kept.pk and (row.agency_id, row.kind) == (of, kind) and row.on > on
            for row in rows
        )
        if len(pair) < 2 or len(results) < 2 or later:
            continue
        if of not in (None, agency.pk):
            yield elsewhere(pair[kept.pk].agency)
        else:
            yield Block(
                _("%(mark)s: the look-ups of %(day)s contradict each other. %(who)s looks it up again for the record that stays.")
                % {"mark": pair[kept.pk], "day": day(on), "who": pair[kept.pk].agency or kept},
                "admin:companies_company_change",
                kept.pk,
            )  # fmt: skip


def _days(paper: Certificate) -> tuple[str, str]:
    return day(paper.valid_from) or "–", day(paper.valid_until) or "–"
