"""Sales that two programs support, for staff: declare, look, take back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.admin.stored import file_fact
from accounts.models import User
from accounts.roles import agency_ids
from ground.errors import RuleBroken, filled
from ground.templatetags.naru import amount, day, seoul
from programs.admin.verbs import RecordAdmin, Verb, day_of, refuse
from programs.forms.staff import ReasonForm
from programs.permissions import WRITERS
from reports.domain import sharing, sharing_between
from reports.domain.sharing import Shares
from reports.models import SharedSupport
from reports.models.sharing import Outside
from reports.printing.sharing import rule
from reports.queries.sharing import bodies, doubled
from reports.sharing_forms import ShareForm
from reports.views import sharing as told


def _take_back(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    sharing.take_back(row, reason=values["reason"], by=by)
    return _("The declaration was taken back.")


def _agree(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    if sharing_between.agree(row, by=by).known_at is None:
        return _("A second person of your agency is asked. The shares are named once somebody agrees.")
    return _("Your agency agrees. No figure changes; both programs name the shares.")


def _refuse(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    sharing_between.refuse(row, reason=values["reason"], by=by)
    return _("Your agency does not agree. The other one reads why.")


class ForMeFilter(admin.SimpleListFilter):
    """What the desk counts."""

    title = _("waits for my agency")
    parameter_name = "for_me"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("yes"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "1":
            return queryset
        own = agency_ids(cast(User, request.user), *WRITERS)
        return queryset.filter(pk__in=SharedSupport.objects.to_answer(own).values("pk"))


@admin.register(SharedSupport)
class SharedSupportAdmin(RecordAdmin):
    empty_text = _(
        "Record it when another program supports the same sales, so that they count once in any total over both."
    )
    for_writers: ClassVar[bool] = True
    verbs: ClassVar[Sequence[Verb]] = [
        Verb(
            "agree",
            _("Agree for your agency"),
            _agree,
            tone="primary",
            is_shown=lambda row: row.is_asked,
            consequence=_(
                "Both programs name the shares. The other agency reads which agreement of yours it is and your share of its sales; you read the"
                " sales that are shared."
            ),
        ),
        Verb(
            "refuse",
            _("Do not agree"),
            _refuse,
            form=ReasonForm,
            is_shown=lambda row: row.is_asked,
            consequence=_("The proposal ends and stays on record; the other agency reads the reason."),
        ),
        Verb(
            "take_back",
            _("Take the declaration back"),
            _take_back,
            form=ReasonForm,
            tone="danger",
            is_shown=lambda row: row.ended_at is None,
            consequence=_("Shares are named no more. No sale changes; the declaration stays on record."),
        ),
    ]
    list_display = [
        "company",
        "carrying_code",
        "other_code",
        day_of("from_on", _("from")),
        day_of("until_on", _("until")),
        "other_percent",
        "state_word",
    ]
    list_filter = [ForMeFilter, ("ended_at", admin.EmptyFieldListFilter)]
    search_fields = [
        "company__name_ko",
        "company__business_number",
        "carrying__number",
        "other__number",
        "outside_body",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own = agency_ids(cast(User, request.user))
        return SharedSupport.objects.of_agencies(own).select_related(
            "agency",
            "other_agency",
            "company",
            "carrying__program",
            "other__program",
            "declared_by",
            "agreed_by",
            "other_agreed_by",
            "other_confirmed_by",
            "ended_by",
            "file",
        )

    @admin.display(description=_("carried by"), ordering="carrying__program__code")
    def carrying_code(self, row: Any) -> str:
        return format_html('<span class="nowrap">{}</span>', row.carrying.program.code)

    @admin.display(description=_("also supported by"), ordering="other__program__code")
    def other_code(self, row: Any) -> str:
        return str(row.shown_code)

    @admin.display(description=_("state"))
    def state_word(self, row: Any) -> str:
        return str(self.badge(row)[0])

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        if record.ended_at:
            return _("taken back"), "neutral"
        if record.known_at:
            return _("in force"), "ok"
        if record.is_asked:
            return str(filled(_("%(agency)s is asked"), agency=record.other_agency)), "wait"
        return _("a second person is asked"), "wait"

    def doings(
        self, request: HttpRequest, record: Any, names: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        """Each agency's own: the one that is asked answers, and takes back what it agreed to."""
        found = super().doings(request, record, names)
        own = agency_ids(cast(User, request.user))
        if record.is_across and record.other_agency_id not in own:
            return [each for each in found if each["name"] == "take_back"]
        if record.is_across and record.agency_id not in own and record.is_asked:
            return [each for each in found if each["name"] != "take_back"]
        return found

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        if record.is_across and record.other_agency_id in agency_ids(cast(User, request.user), *WRITERS):
            return None
        return super().why_not_mine(request, record)

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        def part(row: Any, percent: Any) -> str:
            return f"{row.program} · {row.number} · {amount(percent, 1)} %"

        reader = agency_ids(cast(User, request.user))
        is_other = record.is_across and record.agency_id not in reader
        is_told = not record.is_across or is_other or record.other_agreed_at is not None
        twice = told.doubled(doubled(record.company, record.other_agency if is_other else record.agency))
        return [
            {"label": _("Company"), "value": record.company},
            {
                "label": _("Carried by"),
                "value": part(record.carrying, record.carrying_percent),
                "note": _("The sales are in this program's figures alone."),
            },
            {
                "label": _("Also supported by"),
                "value": part(record.other, record.other_percent)
                if record.other and is_told
                else " · ".join(
                    [
                        str(record.shown_code),
                        *([record.other.number] if record.other else []),
                        f"{amount(record.other_percent, 1)} %",
                    ]
                ),
            },
            *(
                [
                    {
                        "label": _("Amount that it granted"),
                        "value": amount(record.outside_amount),
                        "note": _("won"),
                    }
                ]
                if record.outside_amount is not None
                else []
            ),
            {"label": _("Days"), "value": f"{day(record.from_on)} – {day(record.until_on)}"},
            {"label": _("Reason"), "value": record.reason, "note": record.document},
            *([file_fact(_("Document file"), record.file, _("Open the file"))] if record.file else []),
            {"label": _("Recorded by"), "value": record.declared_by, "note": seoul(record.declared_at)},
            *(
                [
                    {
                        "label": _("Agreed to by"),
                        "value": record.agreed_by,
                        "note": seoul(record.other_asked_at if record.is_across else record.known_at),
                    }
                ]
                if record.agreed_by
                else []
            ),
            *(self._across(record) if record.is_across else []),
            *(
                [
                    {
                        "label": _("Taken back"),
                        "value": record.end_reason,
                        "note": f"{record.ended_by} · {seoul(record.ended_at)}",
                    }
                ]
                if record.ended_at
                else []
            ),
            {"label": _("Rule"), "value": rule()},
            *({"label": _("Possible double support"), "value": sentence} for sentence in twice),
        ]

    def _across(self, record: Any) -> list[dict[str, Any]]:
        """Which agencies, and what the one that is asked said."""
        rows = [
            {"label": _("Proposed by the agency"), "value": record.agency},
            {
                "label": _("Agency of the other program"),
                "value": record.other_agency,
                "note": f"{_('other agency asked at')} {seoul(record.other_asked_at)}"
                if record.other_asked_at
                else _("not asked yet: a second person of the own agency agrees first"),
            },
        ]
        if record.other_agreed_by:
            note = seoul(record.other_agreed_at)
            if not record.known_at and not record.ended_at:
                note = f"{note} · {_('a second person is asked')}"
            rows.append(
                {
                    "label": _("Agreed to for the other agency by"),
                    "value": record.other_agreed_by,
                    "note": note,
                }
            )
        if record.other_confirmed_by:
            rows.append(
                {
                    "label": _("Confirmed for the other agency by"),
                    "value": record.other_confirmed_by,
                    "note": seoul(record.known_at),
                }
            )
        return rows

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Declare that another program supports sales, too."""
        if not self.has_add_permission(request):
            raise Http404
        user = cast(User, request.user)
        is_sent = request.method == "POST"
        own = agency_ids(user, *WRITERS)
        form = ShareForm(request.POST if is_sent else None, request.FILES if is_sent else None, agencies=own)
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                values = dict(form.cleaned_data)
                reason, document, upload = (values.pop(name) for name in ("reason", "document", "upload"))
                outside = Outside(values.pop("outside_body"), values.pop("outside_program"))
                values["outside"] = outside if outside.body or outside.program else None
                try:
                    row = sharing.declare(
                        Shares(**values), reason=reason, document=document, upload=upload, by=user
                    )
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    messages.success(
                        request,
                        _("The sales are shared. No figure changes; both programs name the shares.")
                        if row.known_at
                        else _("The other agency is asked. The shares are named once it agrees.")
                        if row.is_asked
                        else _("A second person is asked. The shares are named once somebody agrees."),
                    )
                    for sentence in told.doubled(doubled(row.company, row.agency)):
                        messages.warning(request, sentence)
                    return HttpResponseRedirect(reverse("admin:reports_sharedsupport_change", args=[row.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Declare shared support"),
            "lead": rule(),
            "opts": self.opts,
            "form": form,
            "button": _("Declare shared support"),
            "empty": "",
            "known_bodies": bodies(own),
        }
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)
