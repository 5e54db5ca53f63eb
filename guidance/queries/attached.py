"""The strategies of countries that companies of a program find: attached to it, to its markets or to their platforms."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from ground.models import Country
from guidance.models import Attachment, Edition, StatementVersion
from programs.models import Program, ProgramMarket
from programs.queries.further import Further, tells


def attached_to(program: Program) -> list[Attachment]:
    """Those with a guide that still says something, each strategy and country once, by country. One query."""
    published = StatementVersion.objects.filter(
        program=OuterRef("strategy"), statement__country=OuterRef("country"), state="published"
    )
    markets = ProgramMarket.objects.filter(program=program)
    rows = (
        Attachment.objects.standing()
        .filter(
            Q(program=program) | Q(market__in=markets.values("market"))
            | Q(platform__in=markets.values("market__platform")),
            Exists(published),
            Exists(Edition.objects.filter(program=OuterRef("strategy"), country=OuterRef("country"))),
        )
        .select_related("strategy", "country")
        .order_by("country", "strategy__code", "created_at")
    )  # fmt: skip
    return list({(each.strategy_id, each.country_id): each for each in rows}.values())


@tells
def strategies(program: Program) -> Iterable[Further]:
    """What pages of calls and agreements show. One query."""
    return [
        Further(
            label=_("Strategy for %(country)s") % {"country": each.country},
            hint=str(each.strategy),
            url=address_of(each.strategy, each.country),
        )
        for each in attached_to(program)
    ]


def address_of(strategy: Program, country: Country) -> str:
    """The public page of a country's strategy."""
    return reverse("guide_show", args=[strategy.code, country.pk])
