"""How a withdrawn application's agreement ended: the state is one word for a company that withdrew and for an agreement that was ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ground.templatetags.naru import day
from programs.models import Application, Participation

BY_AGENCY, AS_AGREED, OFFER = "agency", "agreed", "offer"
BADGES: dict[str, tuple[StrOrPromise, str]] = {
    BY_AGENCY: (_("agreement ended"), "neutral"),
    AS_AGREED: (_("agreement ended"), "neutral"),
    OFFER: (_("no agreement made"), "neutral"),
}
"""A word and a tone."""
SENTENCES: dict[str, StrOrPromise] = {
    BY_AGENCY: _("The agency ended the agreement. Last day of taking part: %(day)s."),
    AS_AGREED: _("The agreement ended as agreed with the agency. Last day of taking part: %(day)s."),
    OFFER: _("The agreement that was offered ended before it was accepted."),
}


def with_end(rows: QuerySet[Application]) -> QuerySet[Application]:
    """With `end_kind`, one of the three, and `end_on`; both empty where no agreement of the application has ended."""
    ended = (
        Participation.objects.filter(application=OuterRef("pk"), state=Participation.State.ENDED)
        .with_end_agreed()
        .annotate(
            kind=Case(
                When(agreed_at__isnull=True, then=Value(OFFER)),
                When(is_end_agreed=True, then=Value(AS_AGREED)),
                default=Value(BY_AGENCY),
            )
        )
        .order_by()
    )
    return rows.annotate(
        end_kind=Subquery(ended.values("kind")[:1]), end_on=Subquery(ended.values("last_on")[:1])
    )


def end_of(application: Any) -> tuple[str, dt.date | None]:
    """Kind and day of one that is withdrawn; else, and where it had no agreement, nothing. A query for rows not `with_end`."""
    if application.status != Application.Status.WITHDRAWN:
        return "", None
    if not hasattr(application, "end_kind"):
        found: Any = with_end(Application.objects.filter(pk=application.pk)).first()
        application.end_kind, application.end_on = found.end_kind, found.end_on
    return application.end_kind or "", application.end_on


def badge_of(application: Any) -> tuple[StrOrPromise, str] | None:
    """Word and tone where an agreement ended; None for all other applications."""
    return BADGES.get(end_of(application)[0])


def sentence_of(application: Any) -> str | None:
    """What happened, where an agreement ended; None for all other applications."""
    kind, on = end_of(application)
    if not kind:
        return None
    return str(SENTENCES[kind]) % {"day": day(on) if on else ""}


def word_of(application: Any) -> str:
    """The state in a word for staff; of an agreement that ended it does not say that the company withdrew."""
    ended = badge_of(application)
    return str(ended[0] if ended else application.get_status_display())
