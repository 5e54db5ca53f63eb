"""A company's own store (기업 자체 스토어) for files given under its business number: its every line is that company's."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from companies import numbers
from companies.models import Company
from ground import outbox
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.history import event_model
from ground.reasons import own
from programs.domain import giving_back, tasks
from programs.domain.stores import REPLAY
from programs.models import Assignment, Participation, Program, Store, Task

FIRST_FILE = own(gettext_noop("first sales file given under the business number"))

ALWAYS = dt.date(2000, 1, 1)


def own_store(program: Program, business_number: str) -> Store:
    """The store that the company holds on the program's market and that is its as a whole; made on first use, and
    taken over from an earlier program of the agency: that one keeps the days until its end.

    A store made here has no settlement currency: whether its payouts come in pesos or dollars nobody has said yet.
    Refused: `unknown_company`, `not_taking_part`, `no_market`, `which_store` (it holds several), `store_code_taken`
    (another store has the business number as its code), `assignment_overlap` (the store's days are another's),
    `withdrawn` (the agency has taken the store out). Locks the participation.
    """
    company = Company.objects.filter(business_number=numbers.clean(business_number)).first()
    if company is None:
        raise RuleBroken(
            "unknown_company",
            filled(
                _(
                    "No company with the business number %(number)s is known. Compare it with the certificate."
                ),
                number=business_number,
            ),
        )
    with transaction.atomic(), because(FIRST_FILE):
        part = (
            Participation.objects.taking_part()
            .select_for_update(of=("self",), no_key=True)
            .filter(program=program, company=company)
            .first()
        )
        if part is None:
            raise RuleBroken(
                "not_taking_part",
                filled(
                    _(
                        "%(company)s does not take part in %(program)s: its agreement has to be accepted first."
                    ),
                    company=company,
                    program=program.code,
                ),
            )
        return _found(program, part) or _made(program, company, part)


def _found(program: Program, part: Participation) -> Store | None:
    own = Store.objects.filter(
        agency_id=program.agency_id,
        company_id=part.company_id,
        market__program_markets__program=program,
        disabled_on__isnull=True,
    ).distinct()
    wholly = Assignment.objects.filter(participation=part, scope=Assignment.Scope.STORE)
    assigned = list(own.filter(pk__in=wholly.values("store")))
    stores = assigned or list(own)
    if len(stores) > 1:
        raise RuleBroken(
            "which_store",
            filled(
                _("The company has several stores (%(codes)s). Name one of them with --store.")
                if assigned
                else _(
                    "The company has several stores (%(codes)s), and none of them is assigned to this program. Ask the"
                    " agency to assign the one that these sales come from."
                ),
                codes=", ".join(store.code for store in stores),
            ),
        )
    if stores and not wholly.filter(store=stores[0]).exists():
        _take_over(program, part, stores[0])
    return stores[0] if stores else None


def _take_over(program: Program, part: Participation, store: Store) -> None:
    """The store's lines are the program's from the day on which no earlier program of the company has them. What the
    agency has withdrawn does not come back by itself. Locks the store."""
    history: Any = event_model(Assignment)
    if history.objects.filter(store=store, participation=part, pgh_label="delete").exists():
        raise RuleBroken(
            "withdrawn",
            filled(
                _(
                    "The agency has taken the store %(code)s out of this program. Ask the agency to assign it."
                ),
                code=store.code,
            ),
        )
    Store.objects.select_for_update(of=("self",), no_key=True).get(pk=store.pk)
    earlier = Assignment.objects.filter(
        store=store, scope=Assignment.Scope.STORE, participation__company=part.company_id
    )
    for each in earlier.filter(until_on__isnull=True).select_related("program"):
        each.until_on = max(each.from_on, each.program.ends_on)
        each.save(update_fields=["until_on"])
    last = earlier.order_by("-until_on").values_list("until_on", flat=True).first()
    _assign(program, part, store, max(program.starts_on, last + dt.timedelta(days=1)) if last else ALWAYS)


def _assign(program: Program, part: Participation, store: Store, from_on: dt.date) -> None:
    refused = RuleBroken(
        "assignment_overlap",
        filled(
            _(
                "The company's store %(code)s belongs to another program on these days. Ask the agency to divide the days."
            ),
            code=store.code,
        ),
    )
    if from_on > (part.last_on or program.ends_on):
        raise refused
    try:
        with transaction.atomic(), giving_back.asked_until(part, None):
            Assignment.objects.create(
                agency_id=program.agency_id,
                store=store,
                scope=Assignment.Scope.STORE,
                participation=part,
                program=program,
                from_on=from_on,
                until_on=part.last_on,
            )
    except IntegrityError as error:
        if "assignment_one_at_a_time" not in str(error):
            raise
        raise refused from None
    tasks.close_task(kind=Task.Kind.ASSIGN, subject_id=part.pk, side=Task.Side.AGENCY)
    outbox.publish(REPLAY, {"store": str(store.pk)})


def _made(program: Program, company: Company, part: Participation) -> Store:
    link = program.program_markets.select_related("market").order_by("created_at", "pk").first()
    if link is None:
        raise RuleBroken(
            "no_market", _("The program names no market yet. Add the market to the program first.")
        )
    if Store.objects.filter(agency_id=program.agency_id, code=company.business_number).exists():
        raise RuleBroken(
            "store_code_taken",
            _(
                "Another store has the company's business number as its code. Ask the agency to name the store."
            ),
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
    _assign(program, part, store, ALWAYS)
    return store
