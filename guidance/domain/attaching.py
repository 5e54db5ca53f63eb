"""Attaching a country's strategy to a program, a platform or a market, so that companies find it there."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from accounts.roles import agency_ids
from ground import clock
from ground.errors import RuleBroken
from guidance.models import Attachment
from guidance.queries.statements import has_published
from programs.permissions import WRITERS, require_service


def attach(attachment: Attachment, *, by: User) -> Attachment:
    """Attach a country's strategy to one place; companies see it there while something of it is published.

    To a program its own agency attaches; to platforms and markets the agency of the strategy does. Refused: `one_place`,
    `not_your_agency`, `nothing_published` (of another agency's strategy), `attached_already`.
    """
    with transaction.atomic():
        check(attachment, by=by)
        attachment.agency = keeper_of(attachment)
        try:
            with transaction.atomic():
                attachment.save()
        except IntegrityError:
            raise RuleBroken("attached_already", _("The strategy is attached there already.")) from None
    return attachment


def check(attachment: Attachment, *, by: User) -> None:
    """Whether it may be attached there. Refused like `attach`."""
    places = [attachment.program_id, attachment.platform_id, attachment.market_id]
    if sum(place is not None for place in places) != 1:
        raise RuleBroken("one_place", _("Choose one place: a program, a platform or a market."), ("program",))
    require_service(by, keeper_of(attachment))
    pair = (attachment.strategy_id, attachment.country_id)
    is_own = attachment.strategy.agency_id in agency_ids(by, *WRITERS)
    if not is_own and not has_published([pair]):
        raise RuleBroken(
            "nothing_published",
            _("Nothing of this strategy is published for this country yet."),
            ("country",),
        )


def detach(attachment: Attachment, *, by: User) -> Attachment:
    """Take it away from there; companies do not see it there any more. Refused: `not_your_agency`, `ended`. Locks it."""
    with transaction.atomic():
        row = (
            Attachment.objects.select_for_update(of=("self",)).select_related("agency").get(pk=attachment.pk)
        )
        require_service(by, row.agency)
        if row.ended_at is not None:
            raise RuleBroken("ended", _("It has been taken away already."))
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
    return row


def keeper_of(attachment: Attachment) -> Agency:
    """Whose attachment it is."""
    of = attachment.program if attachment.program is not None else attachment.strategy
    return of.agency
