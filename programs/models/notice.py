"""What goes on around a published notice: its versions, questions of companies with their answers, and its results."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from companies.models import Company
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from ground.personal import PersonalColumn
from programs.models.call import Call


@tracked()
class NoticeVersion(Record):
    """One version of a notice's texts, kept from the first change on; without an instant it is only proposed."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="notice_versions"
    )
    number = models.PositiveSmallIntegerField(_("version"))
    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    notice_ko = models.TextField(_("notice (Korean)"))
    notice_en = models.TextField(_("notice (English)"), blank=True)
    contact_ko = models.CharField(_("contact (Korean)"), max_length=160)
    contact_en = models.CharField(_("contact (English)"), max_length=160, blank=True)
    reason = models.CharField(_("why the notice was changed"), max_length=300, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("version of a notice")
        verbose_name_plural = _("versions of a notice")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="notice_version_once"),
            models.CheckConstraint(
                condition=Q(number=1) | (Q(number__gt=1) & ~Q(reason="")),
                name="notice_version_has_reason",
                violation_error_message=_("Say why the notice is changed."),
            ),
            SameKey(field="call", name="notice_version_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.call} {self.number}"


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def of_agencies(self, user: Any) -> Self:
        """What the user's agencies were asked."""
        return self.filter(agency__in=agency_ids(user))

    def of_member(self, user: Any) -> Self:
        """What companies asked in which the user is a member today."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(company__in=user.company_members.filter(ended_at__isnull=True).values("company"))

    def waiting(self) -> Self:
        return self.filter(answered_at__isnull=True, withdrawn_at__isnull=True)

    def answered(self) -> Self:
        return self.filter(answered_at__isnull=False)


@tracked()
class Inquiry(Record):
    """A company's question about a call (문의). `text` is as it was asked, for the agency only; question and answer are
    published together, to all, without who asked."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    call = models.ForeignKey(Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="inquiries")
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="inquiries"
    )
    form_key = models.UUIDField(
        unique=True,
        editable=False,
        help_text=_("one-time key of the form: a second click is the same question"),
    )
    text = models.TextField(_("question as asked"))
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    question_ko = models.TextField(_("published question (Korean)"), blank=True)
    question_en = models.TextField(_("published question (English)"), blank=True)
    answer_ko = models.TextField(_("answer (Korean)"), blank=True)
    answer_en = models.TextField(_("answer (English)"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    corrected_at = models.DateTimeField(_("answer corrected at"), null=True, blank=True)
    correction = models.CharField(_("why the answer was corrected"), max_length=300, blank=True)

    objects = InquiryQuerySet.as_manager()

    personal: ClassVar[dict[str, PersonalColumn]] = {
        "text": PersonalColumn(_("to answer the question; it may name who asks"), months=36),
    }

    class Meta:
        verbose_name = _("question about a call")
        verbose_name_plural = _("questions about calls")
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer_ko="", answered_by__isnull=True)
                | (
                    Q(answered_at__isnull=False, answered_by__isnull=False, withdrawn_at__isnull=True)
                    & ~Q(question_ko="")
                    & ~Q(answer_ko="")
                ),
                name="inquiry_answer_is_whole",
                violation_error_message=_("A published answer has its question and its Korean text."),
            ),
            models.CheckConstraint(
                condition=Q(corrected_at__isnull=True, correction="")
                | (Q(corrected_at__isnull=False, answered_at__isnull=False) & ~Q(correction="")),
                name="inquiry_correction_has_reason",
                violation_error_message=_("Say why the answer is corrected."),
            ),
            SameKey(field="call", name="inquiry_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.call}: {self.question_ko or self.text}"[:120]


@tracked()
class ResultNotice(Record):
    """The public notice of a call's results (선정 결과 공고): its words; without an instant it is only proposed. Which
    companies stand on it follows from the selection."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    call = models.OneToOneField(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="result_notice"
    )
    text_ko = models.TextField(_("text (Korean)"))
    text_en = models.TextField(_("text (English)"), blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("notice of results")
        verbose_name_plural = _("notices of results")
        constraints = [SameKey(field="call", name="result_notice_same_agency")]

    def __str__(self) -> str:
        return str(self.call)
