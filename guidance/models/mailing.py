"""Mailings (안내서 발송): a guide brought to companies of the register that a rule finds and that agreed to such mails."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids
from companies.models import Company
from ground.audit import tracked
from ground.constraints import SameKey
from guidance.models.edition import Edition
from programs.models import Criterion, Program
from programs.models.program import OfProgram


class MailingQuerySet(models.QuerySet["Mailing"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agencies that run the program."""
        return self.filter(agency__in=agency_ids(user))


@tracked()
class Mailing(OfProgram):
    """What is sent, about which edition of which guide (of the agency or of another one), and to whom; it stays as it was
    sent."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="mailings"
    )
    name = models.CharField(_("name"), max_length=120)
    edition = models.ForeignKey(
        Edition, verbose_name=_("edition of a guide"), on_delete=models.PROTECT, related_name="mailings"
    )
    subject = models.CharField(_("subject"), max_length=160)
    body = models.TextField(_("text"))
    is_unread_only = models.BooleanField(_("only to those who have not read it"), default=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sent by"), null=True, blank=True, editable=False,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="mailing_agency_key"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by__isnull=True)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="mailing_sent_by_somebody",
            ),
            SameKey(field="program", name="mailing_same_agency"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class MailingRule(OfProgram):
    """One rule of a mailing, of the same kinds as eligibility; a company meets all of them."""

    KINDS = tuple(
        each
        for each in Criterion.Kind.choices
        if each[0] not in {*Criterion.GROUPS, Criterion.Kind.ANSWER, Criterion.Kind.LOOK}
    )
    """Those that the register answers: nobody fills in a form here, and nobody looks."""

    mailing = models.ForeignKey(
        Mailing, verbose_name=_("mailing"), on_delete=models.PROTECT, related_name="rules"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Criterion.Kind)
    values = models.JSONField(_("values"), default=dict, blank=True)

    class Meta:
        verbose_name = _("rule of a mailing")
        verbose_name_plural = _("rules of a mailing")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["answer", "look", "all", "any", "not"]),
                name="mailing_rule_of_register",
            ),
            SameKey(field="mailing", name="mailing_rule_same_agency"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


@tracked()
class MailingReceiver(OfProgram):
    """A company to which a mailing was sent; `mailed_at` once its mail is written, empty where it withdrew before."""

    mailing = models.ForeignKey(
        Mailing, verbose_name=_("mailing"), on_delete=models.PROTECT, related_name="receivers"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="+"
    )
    mailed_at = models.DateTimeField(_("mailed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("receiver of a mailing")
        verbose_name_plural = _("receivers of a mailing")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "company"], name="mailing_receiver_once"),
            SameKey(field="mailing", name="mailing_receiver_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.mailing}: {self.company}"
