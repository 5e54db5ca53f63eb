"""Request to end an agreement (협약 해지 신청): a company that accepted asks to stop, the agency answers."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from programs.models.participation import Participation


class EndRequestQuerySet(models.QuerySet["EndRequest"]):
    def waiting(self) -> Self:
        return self.filter(state=EndRequest.State.WAITING)

    def to_end(self) -> Self:
        """What waits and asks that an agreement ends."""
        return self.waiting().filter(is_to_go_on=False)

    def to_go_on(self) -> Self:
        """What waits and asks that an agreement whose end is agreed goes on."""
        return self.waiting().filter(is_to_go_on=True)

    def standing(self) -> Self:
        """What the agency agreed to and no later agreement to go on gave up; at most one of a participation."""
        agreed = EndRequest.objects.filter(state=EndRequest.State.ACCEPTED)
        later = agreed.filter(
            participation=OuterRef("participation"), is_to_go_on=True, pk__gt=OuterRef("pk")
        )
        return self.filter(~Exists(later), state=EndRequest.State.ACCEPTED, is_to_go_on=False)


@tracked()
class EndRequest(Record):
    """A company's owner asks that an agreement in force ends with a day. Nothing ends before the agency agrees; until then
    the company may take it back. `ended_on` is the last day that the agency agreed to; while it is to come, the agreement is in
    force (`Participation.last_on`). With `is_to_go_on` it asks the contrary: that such an agreement goes on after all. An officer
    records on the company's behalf what it asked elsewhere, and agrees to it with that."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the agency")
        TAKEN_BACK = "taken_back", _("taken back by the company")
        ACCEPTED = "accepted", _("the agency agreed")
        REFUSED = "refused", _("the agency refused")
        OVER = "over", _("the agreement ended before an answer")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    participation = models.ForeignKey(
        Participation,
        verbose_name=_("participation"),
        on_delete=models.PROTECT,
        related_name="end_requests",
    )
    reason = models.TextField(_("the company’s reason"), max_length=1000)
    is_to_go_on = models.BooleanField(_("asks to go on"), default=False, db_default=False)
    last_on = models.DateField(_("last day that the company asks for"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    answer = models.TextField(_("the agency’s words"), max_length=1000, blank=True)
    ended_on = models.DateField(_("last day that the agency agreed to"), null=True, blank=True)
    reminded_before = models.PositiveSmallIntegerField(
        _("days before the last day at which both sides were last reminded"),
        null=True,
        blank=True,
        editable=False,
    )

    objects = EndRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to end an agreement")
        verbose_name_plural = _("requests to end agreements")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation"], condition=Q(state="waiting"), name="end_request_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", answered_at__isnull=True)
                | (~Q(state="waiting") & Q(answered_at__isnull=False)),
                name="end_request_answered_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", is_to_go_on=False, ended_on__isnull=False)
                | ((~Q(state="accepted") | Q(is_to_go_on=True)) & Q(ended_on__isnull=True)),
                name="end_request_accepted_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & (~Q(state="refused") | ~Q(answer="")),
                name="end_request_has_reasons",
                violation_error_message=_("Say why."),
            ),
            SameKey(field="participation", name="end_request_same_agency"),
        ]

    @property
    def is_on_behalf(self) -> bool:
        """Whether an officer recorded what the company asked elsewhere, and agreed to it with that."""
        return self.state == self.State.ACCEPTED and self.asked_by_id == self.answered_by_id

    def __str__(self) -> str:
        return f"{self.participation_id} {self.get_state_display()}"
