"""People of a company: who signs in for it, who is invited, who claims it, whom to write to."""

from __future__ import annotations

from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids
from companies.models.company import Company
from companies.models.standing import Sight
from ground.access import Role
from ground.audit import tracked
from ground.models import Record, StoredFile
from ground.personal import PersonalColumn


@tracked()
class Member(Record):
    """A person who signs in for a company."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        EDITOR = "editor", _("editor")
        READER = "reader", _("reader")

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="members"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="company_members",
    )
    role = models.CharField(_("role"), max_length=8, choices=Role)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of a company")
        verbose_name_plural = _("members of companies")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"], condition=Q(ended_at__isnull=True), name="company_member_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


@tracked(exclude=["token_sha256"])
class Invitation(Record):
    """Somebody is invited by e-mail to be a member; the link holds a token whose hash stands here."""

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="invitations"
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=8, choices=Member.Role)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "email"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_open_once",
                violation_error_message=_("This address has been invited already."),
            )
        ]

    personal: ClassVar[dict[str, PersonalColumn]] = {
        "email": PersonalColumn(_("to invite a member"), months=12),
    }

    def __str__(self) -> str:
        return self.email


class ClaimQuerySet(models.QuerySet["Claim"]):
    def waiting(self) -> Self:
        return self.filter(state="waiting")

    def for_people(self) -> Self:
        """Those that owners or staff answer: none about which the tax office is asked still."""
        return self.waiting().exclude(method="asked")

    def for_staff(self, user: Any) -> Self:
        """Those that wait for this manager or officer."""
        deciding = agency_ids(user, Role.MANAGER, Role.OFFICER)
        return self.for_people().visible_to_agencies(deciding).exclude(user=user)

    def visible_to(self, user: Any) -> Self:
        """Own claims; those that an agency of the user may see."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(Q(user=user) | self._open_to(agency_ids(user)))

    def visible_to_agencies(self, agencies: list[UUID]) -> Self:
        """Claims to companies that one of the agencies sees; of companies that no agency sees only those that wait for
        somebody to look at the certificate."""
        return self.filter(self._open_to(agencies))

    @staticmethod
    def _open_to(agencies: list[UUID]) -> Q:
        if not agencies:
            return Q(pk__in=())
        sights = Sight.objects.filter(company=OuterRef("company"), agency__isnull=False)
        is_to_look_at = Q(~Exists(sights), state="waiting", method="certificate")
        return Q(Exists(sights.filter(agency__in=agencies))) | is_to_look_at


@tracked()
class Claim(Record):
    """A person says: this company is mine. Shown by the tax office's check, or by a certificate that staff looked at."""

    class Method(models.TextChoices):
        TAX_OFFICE = "tax_office", _("the tax office confirmed number, representative and opening date")
        CERTIFICATE = "certificate", _("certificate looked at by staff")
        ASKED = "asked", _("the tax office was asked and has not answered yet")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for an answer")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="claims"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="company_claims",
    )
    method = models.CharField(_("method"), max_length=12, choices=Method)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    file = models.ForeignKey(
        StoredFile,
        verbose_name=_("certificate"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    stated_name = models.CharField(_("company name as stated"), max_length=120, blank=True)
    stated_representative = models.CharField(_("representative as stated"), max_length=80, blank=True)
    stated_opened_on = models.DateField(_("opening day as stated"), null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    personal: ClassVar[dict[str, PersonalColumn]] = {
        "stated_representative": PersonalColumn(_("to compare it with the certificate"), months=12),
    }

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"], condition=Q(state="waiting"), name="claim_waiting_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.company}"

    @property
    def is_asked(self) -> bool:
        """Whether the tax office's answer is waited for, so that nobody else decides."""
        return self.state == self.State.WAITING and self.method == self.Method.ASKED


@tracked()
class Contact(Record):
    """A person named for a company: representative or contact. Apart from the facts, blanked when no longer needed."""

    class Kind(models.TextChoices):
        REPRESENTATIVE = "representative", _("representative")
        EXPORT = "export", _("export contact")

    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="contacts"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    name = models.CharField(_("name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [models.UniqueConstraint(fields=["company", "kind"], name="contact_once_per_kind")]

    personal: ClassVar[dict[str, PersonalColumn]] = {
        "name": PersonalColumn(_("to know whom the agency deals with"), months=60),
        "email": PersonalColumn(_("to write about applications and programs"), months=60),
        "phone": PersonalColumn(_("to call about applications and programs"), months=60),
    }

    def __str__(self) -> str:
        return self.name or self.get_kind_display()
