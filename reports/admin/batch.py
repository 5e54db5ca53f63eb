"""Sales files for staff: upload, preview, confirm; what waits; results of a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import agency_ids
from ground.access import may
from ground.errors import RuleBroken
from ground.templatetags.naru import day
from programs.admin.verbs import RecordAdmin, Verb, refuse
from programs.forms.staff import ReasonForm
from programs.models import Program, Store
from programs.permissions import WRITERS, require_service
from reports.domain import importing, profiles, undoing
from reports.forms import PROFILE_LABELS, StaffUploadForm
from reports.models import BatchSum, ImportBatch
from reports.views import order_counts, rejects
from reports.views.batch_page import WORDS, State, batch_context
from reports.views.outcomes import outcomes_context
from reports.views.sales import own_profiles
from reports.views.workbench import LISTS, list_context, results_context, waiting_context


def _confirm(by: User, batch: Any, values: dict[str, Any]) -> StrOrPromise:
    require_service(by, batch.agency)
    importing.confirm(batch, by=by)
    return _("The lines are being entered.")


def _cancel(by: User, batch: Any, values: dict[str, Any]) -> StrOrPromise:
    require_service(by, batch.agency)
    importing.cancel(batch, by=by)
    return _("The file was not imported; it stays stored.")


def _undo(by: User, batch: Any, values: dict[str, Any]) -> StrOrPromise:
    undoing.undo(batch, reason=values["reason"], by=by)
    return _("The import was taken back.")


def _cannot_confirm(batch: Any) -> StrOrPromise | None:
    if batch.state != State.PREVIEW:
        return _("Only a file that was read and waits for a decision can be imported.")
    return None if batch.accepted else _("The file has no valid row.")


def _cannot_cancel(batch: Any) -> StrOrPromise | None:
    return None if batch.state == State.PREVIEW else _("This file is not waiting for a decision any more.")


class _Files(ChangeList):
    def get_queryset(self, *given: Any, **named: Any) -> QuerySet[Any]:
        return super().get_queryset(*given, **named).defer(*ImportBatch.OF_ITS_PAGE)


@admin.register(ImportBatch)
class ImportBatchAdmin(RecordAdmin):
    for_writers: ClassVar[bool] = True
    change_form_template = "admin/reports/importbatch.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("confirm", _("Confirm and import"), _confirm, why_not=_cannot_confirm, tone="primary"),
        Verb("cancel", _("Do not import"), _cancel, why_not=_cannot_cancel),
        Verb(
            "undo",
            _("Take the import back"),
            _undo,
            form=ReasonForm,
            tone="danger",
            is_shown=lambda batch: batch.state == State.DONE,
            consequence=_(
                "What this file brought counts no more; what it had replaced counts again. Its lines stay on record. Rows of other"
                " files that were left out because this file told their orders count once they are uploaded again; this page then says which."
            ),
        ),
    ]
    pages: ClassVar[Sequence[str]] = ("rejects", "mend")
    list_display = [
        "file", "store", "program", "grade", "state_word", "rows_count", "accepted_count", "rejected_count",
        "unmatched_count", "created_at",
    ]  # fmt: skip
    list_filter = ["state", "grade", "profile", ("program", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["file", "store", "program"]
    search_fields = ["file__name", "store__code", "store__name"]
    date_hierarchy = "created_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        own = agency_ids(cast(User, request.user))
        waiting = (
            BatchSum.objects.filter(batch=OuterRef("pk"), participation__isnull=True)
            .order_by()
            .values("batch")
            .annotate(standing=Sum("lines"))
            .values("standing")
        )
        return (
            ImportBatch.objects.filter(agency__in=own)
            .select_related("file", "store", "program", "agency")
            .annotate(without_company=Coalesce(Subquery(waiting), 0))
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _Files

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("waiting/", view(require_GET(self.waiting_view)), name="reports_waiting"),
            path("results/", view(require_GET(self.results_view)), name="reports_results"),
            path("orders/", view(require_GET(self.orders_view)), name="reports_orders"),
            path("outcomes/", view(require_GET(self.outcomes_view)), name="reports_outcomes"),
        ]
        return own + super().get_urls()

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, batch: ImportBatch) -> str:
        return batch.get_state_display()

    @admin.display(description=_("rows"), ordering="rows")
    def rows_count(self, batch: ImportBatch) -> int:
        return batch.rows

    @admin.display(description=_("accepted"), ordering="accepted")
    def accepted_count(self, batch: ImportBatch) -> int:
        return batch.accepted

    @admin.display(description=_("rejected"), ordering="rejected")
    def rejected_count(self, batch: ImportBatch) -> int:
        return batch.rejected

    @admin.display(description=_("without a company"))
    def unmatched_count(self, batch: ImportBatch) -> int:
        """As of now; before the import as the preview found it."""
        found: int | None = getattr(batch, "without_company", None)
        return batch.unmatched if batch.state != State.DONE or found is None else found

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), WORDS[State(record.state)][0]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Store"), "value": record.store,
             "url": reverse("admin:programs_store_change", args=[record.store_id]), "link_label": _("Open")},
            {"label": _("Program"), "value": record.program},
            {"label": _("Evidence"), "value": record.get_grade_display(), "note": record.uploaded_by or ""},
            *([{"label": _("Where it came from"), "value": record.origin_note}] if record.origin_note else []),
            {"label": _("Kind of file"), "value": PROFILE_LABELS.get(record.profile) or profiles.label_of(record.profile)},
            {"label": _("Days in the file"),
             "value": f"{day(record.first_at.date())} – {day(record.last_at.date())}" if record.first_at else ""},
            {"label": _("SHA-256 of the upload"), "value": record.uploaded_sha256},
        ]  # fmt: skip

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        sample = record.samples.filter(file__removed_at__isnull=True).first()
        may_make = sample is not None and may(request.user, "admin:reports_fileprofile_build", "POST")
        return {
            **batch_context(record),
            "rejects_url": reverse("admin:reports_importbatch_rejects", args=[record.pk]),
            "mend_url": reverse("admin:reports_importbatch_mend", args=[record.pk]),
            "build_url": reverse("admin:reports_fileprofile_build", args=[sample.pk])
            if sample is not None and may_make
            else "",
        }

    def page_rejects(self, request: HttpRequest, record: Any) -> HttpResponse:
        return rejects.listed(record)

    def page_mend(self, request: HttpRequest, record: Any) -> HttpResponse:
        return rejects.in_own_layout(record)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Upload a file for a store of the agency."""
        if not self.has_add_permission(request):
            raise Http404
        user = cast(User, request.user)
        places = _places_of(user)
        is_sent = request.method == "POST"
        form = StaffUploadForm(
            request.POST if is_sent else None,
            request.FILES if is_sent else None,
            places=places,
            own=own_profiles(places),
        )
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                try:
                    batch = _take(user, form.cleaned_data)
                except RuleBroken as error:
                    refuse(form, error)
                    status = 409
                else:
                    return HttpResponseRedirect(reverse("admin:reports_importbatch_change", args=[batch.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Upload a sales file"),
            "opts": self.opts,
            "form": form,
            "button": _("Upload and read"),
            "empty": ""
            if places
            else _("Record a store of the program first; then its files can be uploaded."),
        }
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)

    def waiting_view(self, request: HttpRequest) -> HttpResponse:
        """Lines that are in no total: without a company, with a state to look at, without a rate."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Waiting lines"),
            "opts": self.opts,
            **waiting_context(request.user),
        }
        return TemplateResponse(request, "admin/reports/waiting.html", context)

    def results_view(self, request: HttpRequest) -> HttpResponse:
        """A program's four measures, orders by company, store and grade, payouts against orders."""
        asked = request.GET.get("list", "")
        if asked in LISTS:
            found = list_context(request.user, request.GET.get("program", ""), asked, request.GET.get("page"))
            context = {**self.admin_site.each_context(request), "opts": self.opts, **found}
            return TemplateResponse(request, "admin/reports/results_list.html", context)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Results"),
            "opts": self.opts,
            **results_context(request.user, request.GET.get("program", "")),
        }
        return TemplateResponse(request, "admin/reports/results.html", context)

    def orders_view(self, request: HttpRequest) -> HttpResponse:
        """How many orders there are at each grain, and what an order is."""
        asked = request.GET.get("list", "")
        if asked in order_counts.GRAINS:
            found = order_counts.list_context(
                request.user,
                request.GET.get("program", ""),
                request.GET.get("month", ""),
                asked,
                request.GET.get("page"),
            )
            context = {**self.admin_site.each_context(request), "opts": self.opts, **found}
            return TemplateResponse(request, "admin/reports/orders_list.html", context)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Order counts"),
            "opts": self.opts,
            **order_counts.context(
                request.user, request.GET.get("program", ""), request.GET.get("month", "")
            ),
        }
        return TemplateResponse(request, "admin/reports/orders.html", context)

    def outcomes_view(self, request: HttpRequest) -> HttpResponse:
        """Which companies read, came and asked about a country, and which applied, listed and sold."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("What came of it"),
            "opts": self.opts,
            **outcomes_context(request.user, request.GET.get("country", ""), request.GET.get("page")),
        }
        return TemplateResponse(request, "admin/reports/outcomes.html", context)


def _places_of(user: User) -> list[tuple[str, str]]:
    """Stores of the agencies for which the person writes, with each program on the store's market."""
    own = agency_ids(user, *WRITERS)
    programs = (
        Program.objects.filter(agency__in=own)
        .prefetch_related("program_markets")
        .order_by("-starts_on", "code")
    )
    stores = list(Store.objects.filter(agency__in=own, disabled_on__isnull=True).order_by("code"))
    return [
        (f"{program.pk}|{store.pk}", f"{program.code} · {store.code} {store.name}")
        for program in programs
        for store in stores
        if store.agency_id == program.agency_id
        and store.market_id in {link.market_id for link in program.program_markets.all()}
    ]


def _take(user: User, values: dict[str, Any]) -> ImportBatch:
    program_id, _bar, store_id = values["place"].partition("|")
    program = Program.objects.select_related("agency").get(pk=program_id)
    require_service(user, program.agency)
    with transaction.atomic():
        kept = importing.keep(values["upload"])
        return importing.stage(
            kept,
            program,
            Store.objects.get(pk=store_id),
            user,
            values["received"],
            values["profile"] or None,
            origin_note=values["origin_note"],
        )
