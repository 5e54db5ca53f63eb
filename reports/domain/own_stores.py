"""A company's own store (기업 자체 스토어) for files given under its business number: its every line is that company's."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from companies import numbers
from companies.models import Company
from ground.audit import because
from ground.errors import RuleBroken
from programs.models import Assignment, Participation, Program, Store

ALWAYS = dt.date(2000, 1, 1)


def own_store(program: Program, business_number: str) -> Store:
    """The store that the company holds on the program's market and that is its as a whole; made on first use.

    A store made here has no settlement currency: whether its payouts come in pesos or dollars nobody has said yet.
    Refused: `unknown_company`, `not_taking_part`, `no_market`, `which_store` (it holds several). Locks the
    participation.
    """
    company = Company.objects.filter(business_number=numbers.clean(business_number)).first()
    if company is None:
        raise RuleBroken(
            "unknown_company",
            _("No company with the business number %(number)s is known. Compare it with the certificate.")
            % {"number": business_number},
        )
    with transaction.atomic(), because("first sales file given under the business number"):
        part = (
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .filter(program=program, company=company)
            .first()
        )
        if part is None or part.state not in {Participation.State.AGREED, Participation.State.COMPLETED}:
            raise RuleBroken(
                "not_taking_part",
                _("%(company)s does not take part in %(program)s: its agreement has to be accepted first.")
                % {"company": company, "program": program.code},
            )
        return _found(program, part) or _made(program, company, part)


def _found(program: Program, part: Participation) -> Store | None:
    wholly = Assignment.objects.filter(participation=part, scope=Assignment.Scope.STORE)
    stores = Store.objects.filter(
        agency_id=program.agency_id,
        company_id=part.company_id,
        market__program_markets__program=program,
        disabled_on__isnull=True,
        pk__in=wholly.values("store"),
    ).distinct()
    if len(stores) > 1:
        raise RuleBroken(
            "which_store",
            _("The company has several stores (%(codes)s). Name one of them with --store.")
            % {"codes": ", ".join(store.code for store in stores)},
        )
    return stores.first()


def _made(program: Program, company: Company, part: Participation) -> Store:
    link = program.program_markets.select_related("market").order_by("created_at", "pk").first()
    if link is None:
        raise RuleBroken(
            "no_market", _("The program names no market yet. Add the market to the program first.")
        )
    store = Store.objects.create(
        agency_id=program.agency_id,
        market=link.market,
        code=company.business_number,
        name=company.name_ko,
        holder=Store.Holder.COMPANY,
        company=company,
        kind=Store.Kind.LOCAL,
        zone=link.market.zone,
    )
    Assignment.objects.create(
        agency_id=program.agency_id,
        store=store,
        scope=Assignment.Scope.STORE,
        participation=part,
        program=program,
        from_on=ALWAYS,
    )
    return store
