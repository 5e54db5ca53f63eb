"""Listings (입점 상품): a product on a platform in a country goes from material to live, step by step.

Which step may follow which stands in `Listing.TRANSITIONS`; a refusal or a pause says why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from companies.models import Product
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken
from ground.reasons import own
from programs.models import Listing, ListingStep, Market, Participation, ProgramMarket, Store
from programs.permissions import require_service

MOVED_ON = own(gettext_noop("next step of the listing"))

NEEDS_REASON = frozenset({Listing.State.PAUSED, Listing.State.REFUSED})


def open_listings(
    participation: Participation,
    products: Iterable[Product],
    market: Market,
    *,
    by: User,
    store: Store | None = None,
) -> int:
    """Begin listings of the company's products on a market of the program; returns how many are new.

    A product that has a listing there already is left as it is. Refused: `not_your_agency`, `not_taking_part`,
    `other_company` (a product of somebody else), `market_not_in_program`, `store_elsewhere`. Locks the participation; waits for
    reports that are being read.
    """
    with transaction.atomic():
        participation = (
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency")
            .get(pk=participation.pk)
        )
        require_service(by, participation.agency)
        if participation.state != Participation.State.AGREED or participation.is_over_on(clock.today()):
            raise RuleBroken(
                "not_taking_part",
                _("The company has not accepted the agreement, or its participation has ended."),
            )
        if not ProgramMarket.objects.filter(program=participation.program_id, market=market).exists():
            raise RuleBroken(
                "market_not_in_program",
                _("This market is not one of the program's. Add it there first."),
                ("market",),
            )
        _check_store(store, market, participation)
        wanted = list(products)
        if any(each.company_id != participation.company_id for each in wanted):
            raise RuleBroken("other_company", _("Choose products of this company."), ("products",))
        known = set(
            Listing.objects.filter(
                participation=participation, market=market, product__in=wanted
            ).values_list("product_id", flat=True)
        )
        made = Listing.objects.bulk_create(
            [
                Listing(
                    agency=participation.agency,
                    program_id=participation.program_id,
                    company_id=participation.company_id,
                    participation=participation,
                    product=each,
                    market=market,
                    store=store,
                    sku=each.code,
                )
                for each in wanted
                if each.pk not in known
            ]
        )
        _write_steps(made, Listing.State.MATERIAL, by=by)
    return len(made)


def _check_store(store: Store | None, market: Market, participation: Participation) -> None:
    if store is None:
        return
    if store.market_id != market.pk or store.agency_id != participation.agency_id:
        raise RuleBroken(
            "store_elsewhere", _("This store is on another market or of another agency."), ("store",)
        )


def advance(
    listing: Listing,
    to: str,
    *,
    by: User,
    reason: str = "",
    reference: str = "",
    sku: str = "",
    store: Store | None = None,
) -> Listing:
    """Take the next step, with the listing number, SKU or store when they are known by then.

    Live listings need a store and a listing number. Refused: `not_your_agency`, `step_not_next`, `reason_missing`,
    `reference_missing`, `reference_taken`, `store_elsewhere`. Locks the listing.
    """
    reason = reason.strip()
    with transaction.atomic(), because(reason or MOVED_ON):
        listing = (
            Listing.objects.select_for_update(of=("self",))
            .select_related("agency", "market", "participation")
            .get(pk=listing.pk)
        )
        require_service(by, listing.agency)
        _check_step(listing, to, reason)
        _check_store(store, listing.market, listing.participation)
        listing.store = store or listing.store
        listing.sku = sku.strip() or listing.sku
        listing.reference = reference.strip() or listing.reference
        if to == Listing.State.LIVE:
            if not listing.reference or listing.store is None:
                raise RuleBroken(
                    "reference_missing",
                    _("A live listing has a store and a listing number. Enter both."),
                    ("reference", "store"),
                )
            listing.live_on = listing.live_on or clock.today()
        listing.state = to
        _save_step(listing)
        _write_steps([listing], to, by=by, reason=reason)
    return listing


def _save_step(listing: Listing) -> None:
    """A number of a market is one product of the agency's programs; a next program records the same product under it.

    What other agencies recorded is neither asked nor told. The exclusion constraint decides.
    """
    try:
        with transaction.atomic():
            listing.save(update_fields=["store", "sku", "reference", "state", "live_on"])
    except IntegrityError as error:
        if "listing_reference_once" not in str(error):
            raise
        raise RuleBroken(
            "reference_taken", _("Another product has this number on this market."), ("reference",)
        ) from None


def advance_many(listings: Sequence[Listing], to: str, *, by: User, reason: str = "") -> int:
    """Take the same step for many listings of one agency, all or none; returns how many.

    Not for going live (each needs its number). Refused as in `advance`; the sentence names the first that cannot.
    """
    if to == Listing.State.LIVE:
        raise RuleBroken("reference_missing", _("Take listings live one by one: each needs its number."))
    with transaction.atomic(), because(reason.strip() or MOVED_ON):
        rows = list(
            Listing.objects.select_for_update(of=("self",))
            .select_related("agency", "product", "market")
            .filter(pk__in=[each.pk for each in listings])
            .order_by("pk")
        )
        for agency in {each.agency for each in rows}:
            require_service(by, agency)
        for each in rows:
            _check_step(each, to, reason.strip())
        Listing.objects.filter(pk__in=[each.pk for each in rows]).update(state=to)
        _write_steps(rows, to, by=by, reason=reason.strip())
    return len(rows)


def _check_step(listing: Listing, to: str, reason: str) -> None:
    if to not in Listing.TRANSITIONS[listing.state]:
        raise RuleBroken(
            "step_not_next",
            _("“%(listing)s” is %(state)s; “%(to)s” cannot follow.")
            % {
                "listing": listing,
                "state": listing.get_state_display(),
                "to": Listing.State(to).label if to in Listing.State.values else to,
            },
            ("to",),
        )
    if to in NEEDS_REASON and not reason:
        raise RuleBroken("reason_missing", _("Say why the listing was refused or paused."), ("reason",))


def _write_steps(listings: Sequence[Listing], state: str, *, by: User, reason: str = "") -> None:
    now: dt.datetime = clock.now()
    ListingStep.objects.bulk_create(
        [
            ListingStep(listing=each, state=state, taken_at=now, taken_by=by, reason=reason)
            for each in listings
        ]
    )
