"""Measures side by side, the queue of differences, tolerances, and questions that were never answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.db.models.functions import Abs
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import agency_ids
from ground.errors import RuleBroken
from ground.templatetags.naru import month, seoul
from programs.admin.verbs import RecordAdmin, Verb, instant_of, refuse
from programs.models import Program
from programs.permissions import WRITERS
from reports.domain.differing import deciding, finding, tolerating
from reports.forms import AskDifferenceForm, DecideDifferenceForm, ToleranceForm
from reports.models import Comparison, Difference, Tolerance
from reports.printing.words import money
from reports.queries.differing import tolerances
from reports.views import difference_lines, differing
from reports.views.answers import FORMATS

State = Difference.State


def _decide(by: User, record: Any, values: dict[str, Any]) -> StrOrPromise:
    deciding.decide(record, by=by, **values)
    return _("Decided. It is opened again by itself if its amount changes.")


def _ask(by: User, record: Any, values: dict[str, Any]) -> StrOrPromise:
    deciding.ask(record, by=by, **values)
    return _("The company has been asked, by mail and on its page.")


def _open_to_decide(record: Any) -> StrOrPromise | None:
    if record.state == State.DECIDED:
        return _("It is decided. It is opened again by itself if its amount changes.")
    return _("The difference is gone: the figures agree now.") if record.state == State.GONE else None


def _open_to_ask(record: Any) -> StrOrPromise | None:
    if record.state == State.ASKED:
        return _("The company is asked already. Wait for its answer, or decide without it.")
    return _open_to_decide(record)


@admin.register(Difference)
class DifferenceAdmin(RecordAdmin):
    for_writers: ClassVar[bool] = True
    change_form_template = "admin/reports/difference.html"
    history_hanging = ("decisions", "questions")
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("decide", _("Decide"), _decide, form=DecideDifferenceForm, tone="primary", why_not=_open_to_decide),
        Verb("ask", _("Ask the company"), _ask, form=AskDifferenceForm, why_not=_open_to_ask,
             consequence=_("Everybody who writes for the company gets a mail; the question stands on its page.")),
    ]  # fmt: skip
    list_display = [
        "company_word", "program", "comparison", "month_word", "difference_amount", "cause_word", "state",
        instant_of("found_at", _("found at")),
    ]  # fmt: skip
    list_display_links = ["company_word"]
    list_filter = ["state", "comparison", ("program", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["participation__company__name_ko", "participation__company__business_number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            Difference.objects.visible_to(request.user)
            .select_related("program__agency", "participation__company", "agency")
            .annotate(size=Abs(F("left_krw") - F("right_krw")))
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "compared/",
                view(require_http_methods(["GET", "POST"])(self.compared_view)),
                name="reports_compared",
            ),
            path(
                "compared/<uuid:pk>/<str:comparison>/<str:month>/",
                view(require_GET(self.lines_view)),
                name="programs_participation_lines",
            ),
            path("unanswered/", view(require_GET(self.unanswered_view)), name="reports_unanswered"),
            *super().get_urls(),
        ]

    @admin.display(description=_("company"), ordering="participation__company__name_ko")
    def company_word(self, record: Difference) -> str:
        return str(record.participation.company)

    @admin.display(description=_("month"), ordering="month")
    def month_word(self, record: Difference) -> str:
        return month(record.month) if record.month else "–"

    @admin.display(description=_("difference (KRW)"), ordering="size")
    def difference_amount(self, record: Difference) -> str:
        return differing.signed(record.krw_amount)

    @admin.display(description=_("proposed cause"))
    def cause_word(self, record: Difference) -> str:
        found = differing.cause_rows(record)
        return str(found[0]["label"]) if found else str(_("no cause found"))

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), differing.STATES[State(record.state)]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        left, right = differing.SIDES[Comparison(record.comparison)]
        limit = tolerances.of_program(record.program)[Comparison(record.comparison)]
        rows = [
            {"label": _("Program"), "value": record.program},
            {"label": _("Company"), "value": record.participation.company,
             "url": reverse("admin:programs_participation_change", args=[record.participation_id]), "link_label": _("Open")},
            {"label": _("Month"), "value": month(record.month) if record.month else _("all months so far")},
            {"label": left, "value": money(record.left_krw, "KRW")},
            {"label": right, "value": money(record.right_krw, "KRW")},
            {"label": _("Difference"), "value": _("KRW %(amount)s") % {"amount": differing.signed(record.krw_amount)},
             "note": f"{_('figures since')} {seoul(record.changed_at)}"},
            {"label": _("Tolerance"), "value": differing.limit_words(limit), "note": differing.limit_by(limit)},
            {"label": _("found at"), "value": seoul(record.found_at)},
        ]  # fmt: skip
        if record.gone_at:
            rows.append({"label": _("Gone"), "value": seoul(record.gone_at)})
        return rows

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        url = differing.lines_url(record.participation_id, record.comparison, record.month)
        return [{"label": _("To the lines"), "url": url}] if record.state != State.GONE else []

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return differing.record_context(record)

    def compared_view(self, request: HttpRequest) -> HttpResponse:
        """A program's measures side by side; a POST has them compared now."""
        if request.method == "POST":
            return self._compare(request)
        found = differing.chosen(request.user, request.GET)
        wanted = request.GET.get("format", "")
        if found is not None and wanted in FORMATS:
            return differing.compared_download(found, wanted)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Measures side by side"),
            "opts": self.opts,
            **differing.compared_context(request, found),
        }
        return TemplateResponse(request, "admin/reports/compared.html", context)

    def _compare(self, request: HttpRequest) -> HttpResponse:
        programs = Program.objects.of_agencies(request.user).select_related("agency")
        program = programs.filter(code=request.POST.get("program", "")).first()
        if program is None:
            raise Http404
        try:
            finding.ask_to_find(program, by=cast(User, request.user))
        except RuleBroken as error:
            messages.error(request, str(error.sentence))
        else:
            messages.success(
                request,
                str(_("The program is being compared. New differences stand in the queue in a moment.")),
            )
        return HttpResponseRedirect(
            f"{reverse('admin:reports_compared')}?{urlencode({'program': program.code})}"
        )

    def lines_view(self, request: HttpRequest, pk: UUID, comparison: str, month: str) -> HttpResponse:
        """The lines of both sides of one company's comparison."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            **difference_lines.lines_context(request, pk, comparison, month),
        }
        return TemplateResponse(request, "admin/reports/compared_lines.html", context)

    def unanswered_view(self, request: HttpRequest) -> HttpResponse:
        """Questions to companies past their day."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Never answered"),
            "opts": self.opts,
            **differing.unanswered_context(request.user, request.GET.get("page")),
        }
        return TemplateResponse(request, "admin/reports/unanswered.html", context)


@admin.register(Tolerance)
class ToleranceAdmin(RecordAdmin):
    empty_text = _("Naru's own limits hold until the agency sets others.")
    list_display = [
        "program", "comparison", "percent", "krw_amount", "reason", "set_by", instant_of("set_at", _("set at")),
        "state_word",
    ]  # fmt: skip
    list_filter = ["comparison", ("program", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["program", "set_by"]
    search_fields = ["program__code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Tolerance.objects.visible_to(request.user).select_related("program", "set_by", "agency")

    @admin.display(description=_("state"), ordering="replaced_at")
    def state_word(self, record: Tolerance) -> str:
        return str(_("replaced") if record.replaced_at else _("in force"))

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("replaced"), "neutral") if record.replaced_at else (_("in force"), "ok")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Program"), "value": record.program},
            {"label": _("Comparison"), "value": record.get_comparison_display()},
            {"label": _("Tolerance"),
             "value": differing.limit_words(tolerances.Limit(record.percent, record.krw_amount, record))},
            {"label": _("Set by"), "value": record.set_by, "note": seoul(record.set_at)},
            {"label": _("Reason"), "value": record.reason},
        ]  # fmt: skip

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Set how far two measures of a program may lie apart."""
        if not self.has_add_permission(request):
            raise Http404
        user = cast(User, request.user)
        programs = Program.objects.filter(agency__in=agency_ids(user, *WRITERS)).order_by(
            "-starts_on", "code"
        )
        is_sent = request.method == "POST"
        program = programs.filter(code=request.GET.get("program", "")).first()
        wanted = request.GET.get("comparison", "")
        initial: dict[str, Any] = {"program": program, "comparison": wanted}
        if program is not None and wanted in Comparison.values:
            limit = tolerances.of_program(program)[Comparison(wanted)]
            initial |= {"percent": limit.percent.normalize(), "krw_amount": limit.krw_amount}
        form = ToleranceForm(request.POST if is_sent else None, programs=programs, initial=initial)
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                values = form.cleaned_data
                try:
                    tolerating.set_limit(
                        values["program"],
                        values["comparison"],
                        percent=values["percent"],
                        krw_amount=values["krw_amount"],
                        reason=values["reason"],
                        by=user,
                    )
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    messages.success(
                        request, str(_("The tolerance is set. The program is being compared anew."))
                    )
                    asked = {"program": values["program"].code, "comparison": values["comparison"]}
                    return HttpResponseRedirect(f"{reverse('admin:reports_compared')}?{urlencode(asked)}")
        defaults = "; ".join(
            f"{comparison.label}: {differing.limit_words(limit)}"
            for comparison, limit in tolerances.DEFAULTS.items()
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Set a tolerance"),
            "opts": self.opts,
            "form": form,
            "button": _("Set"),
            "lead": _("What is within the percent or within the amount is no difference. Defaults of Naru: %(defaults)s.")
            % {"defaults": defaults},
            "empty": "" if programs else _("Record a program first; then its tolerances can be set."),
        }  # fmt: skip
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)
