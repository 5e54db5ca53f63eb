"""A program: its facts, its parts, its targets in full sentences, and the page where components are assigned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from accounts.admin.acting import tell
from accounts.models import Agency, Organization, User
from accounts.roles import agency_ids
from ground import files, words
from ground.clock import ClockToday
from ground.errors import RuleBroken
from ground.templatetags.naru import day
from ground.workbooks import CONTENT_TYPE, workbook
from programs.admin.parts import CodeForm, OfRecordForm, WithFileForm, typed_forms
from programs.admin.reference import ZoneForm
from programs.admin.verbs import OwnInline, RecordAdmin, Verb, day_of, writes_for
from programs.domain import delivery, planning
from programs.forms.staff import PlanDeliveryForm
from programs.models import (
    Component,
    Market,
    Memorandum,
    MemorandumParty,
    Paper,
    Participation,
    Program,
    ProgramMarket,
    ProgramPartner,
    ProgramShare,
    ProviderContract,
    Target,
)
from programs.queries.delivery import component_totals, contract_use, delivery_table
from programs.queries.participations import list_of
from programs.queries.targets import sentence

TONES = {Program.State.PLANNED: "wait", Program.State.RUNNING: "ok", Program.State.CLOSED: "neutral"}


class PartInline(OwnInline):
    form = OfRecordForm

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.record = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        rows = self.rows_of(db_field.name, request)
        if rows is not None:
            kwargs["queryset"] = rows
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def rows_of(self, name: str, request: HttpRequest) -> QuerySet[Any] | None:
        """What may be chosen; None leaves the choice as it is."""
        return None


class MarketInline(PartInline):
    model = ProgramMarket
    fields = ["market"]

    def rows_of(self, name: str, request: HttpRequest) -> QuerySet[Any] | None:
        return Market.objects.filter(disabled_on__isnull=True).select_related("platform", "country")


class ComponentInline(PartInline):
    model = Component
    fields = ["position", "kind", "name_ko", "name_en", "planned_amount"]


class TargetForm(OfRecordForm):
    def _post_clean(self) -> None:
        """The verb decides; its refusal stands beside its field."""
        super()._post_clean()
        if not self.errors:
            try:
                planning.check_target(self.instance)
            except RuleBroken as error:
                tell(self, error)


class TargetInline(PartInline):
    model = Target
    form = TargetForm
    fields = [
        "measure", "value", "unit", "from_on", "until_on", "moment", "is_before_refunds", "has_tax", "has_shipping",
        "decided_by_paper",
    ]  # fmt: skip

    def rows_of(self, name: str, request: HttpRequest) -> QuerySet[Any] | None:
        return Paper.objects.filter(program=self.record) if self.record else Paper.objects.none()


class ContractInline(PartInline):
    model = ProviderContract
    form = WithFileForm
    fields = ["organization", "number", "from_on", "until_on", "amount", "upload"]

    def rows_of(self, name: str, request: HttpRequest) -> QuerySet[Any] | None:
        return Organization.objects.filter(kind=Organization.Kind.PROVIDER, disabled_on__isnull=True)


class PaperInline(PartInline):
    model = Paper
    form = WithFileForm
    fields = ["kind", "number", "decided_on", "title_ko", "title_en", "upload"]


class ShareInline(PartInline):
    model = ProgramShare
    fields = ["agency", "part_ko", "part_en"]

    def rows_of(self, name: str, request: HttpRequest) -> QuerySet[Any] | None:
        return Agency.objects.exclude(pk=self.record.agency_id) if self.record else Agency.objects.none()


class PartnerInline(PartInline):
    model = ProgramPartner
    fields = ["organization", "part_ko", "part_en"]

    def rows_of(self, name: str, request: HttpRequest) -> QuerySet[Any] | None:
        return Organization.objects.filter(
            kind__in=[Organization.Kind.PARTNER, Organization.Kind.RESEARCH], disabled_on__isnull=True
        )


def _plan(by: User, program: Any, values: dict[str, Any]) -> StrOrPromise:
    count = delivery.assign(
        values["component"],
        values["participations"],
        planned_on=values["planned_on"],
        planned_amount=values["planned_amount"],
        contract=values["contract"],
        by=by,
    )
    return ngettext("Planned for %(count)d company.", "Planned for %(count)d companies.", count) % {
        "count": count
    }


def _why_not_plan(program: Any) -> StrOrPromise | None:
    if not Participation.objects.filter(program=program, state=Participation.State.AGREED).exists():
        return _("No company has accepted the agreement yet.")
    return None


class ProgramForm(CodeForm, ZoneForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "answer_due_day" in self.fields:
            self.fields["answer_due_day"].required = False

    def clean_answer_due_day(self) -> int:
        """Left empty it is what a new program has."""
        return int(
            self.cleaned_data.get("answer_due_day") or Program._meta.get_field("answer_due_day").default
        )

    def clean_reminder_days(self) -> list[int]:
        """Each step once, in order."""
        return sorted(set(self.cleaned_data.get("reminder_days") or []))


@admin.register(Program)
class ProgramAdmin(RecordAdmin):
    form = ProgramForm
    has_form = True
    change_form_template = "admin/programs/program.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb(
            "assign_delivery",
            _("Plan a component for companies"),
            _plan,
            form=PlanDeliveryForm,
            consequence=_("Companies that have the component already are left as they are."),
            why_not=_why_not_plan,
            tone="primary",
        )
    ]
    pages = ["delivery", "agreements"]
    list_display = [
        "name",
        "code",
        "agency",
        "state_word",
        "funding",
        "starts_on",
        "ends_on",
        "companies_count",
    ]
    list_display_links = ["name"]
    list_filter = ["state", "funding"]
    history_hanging = (
        "shares", "program_markets", "partners", "components", "provider_contracts", "papers", "targets",
    )  # fmt: skip
    list_select_related = ["agency"]
    search_fields = ["code", "name_ko", "name_en"]
    fieldsets = [
        (None, {"fields": [("code", "state"), ("name_ko", "name_en"), ("starts_on", "ends_on")]}),
        (_("Money"), {"fields": [("funding", "legal_basis"), ("budget_amount", "rate_rule"), "zone"]}),
        (_("Monthly sales"), {"fields": [("answer_due_day", "reminder_days")]}),
        (_("Summary"), {"fields": ["summary_ko", "summary_en"], "classes": ["collapse"]}),
    ]
    inlines = [
        TargetInline, ComponentInline, MarketInline, ContractInline, PaperInline, PartnerInline, ShareInline,
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Programs of the person's agencies, and those in which one of them has a stated part."""
        return Program.objects.of_agencies(request.user).annotate(
            companies_count=Count(
                "participations",
                filter=Q(participations__state__in=["agreed", "completed"])
                & (Q(participations__last_on__isnull=True) | Q(participations__last_on__gte=ClockToday())),
                distinct=True,
            )
        )

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj is not None else []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj is not None else []

    @admin.display(description=_("name"), ordering="name_ko")
    def name(self, program: Program) -> str:
        return str(words.marked(program, "name"))

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, program: Program) -> str:
        return program.get_state_display()

    @admin.display(description=_("companies"), ordering="companies_count")
    def companies_count(self, program: Any) -> int:
        return int(program.companies_count)

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), TONES[record.state]

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        query = f"?program__id__exact={record.pk}"
        return [
            {
                "label": _("Delivery of the package"),
                "url": reverse("admin:programs_program_delivery", args=[record.pk]),
            },
            {"label": _("Calls"), "url": reverse("admin:programs_call_changelist") + query},
            {"label": _("Participations"), "url": reverse("admin:programs_participation_changelist") + query},
            {
                "label": _("Participations (XLSX)"),
                "url": reverse("admin:programs_program_agreements", args=[record.pk]),
            },
        ]

    def doings(
        self, request: HttpRequest, record: Any, names: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        return super().doings(request, record, names or [])

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {
            "targets": [
                sentence(each, record)
                for each in Target.objects.filter(program=record).order_by("measure", "from_on")
            ],
            "memoranda": Memorandum.objects.filter(program=record).prefetch_related("parties"),
            "shares": list(ProgramShare.objects.filter(program=record).select_related("agency")),
            "partners": list(
                ProgramPartner.objects.filter(program=record)
                .exclude(part_ko="")
                .select_related("organization")
            ),
            "is_own": writes_for(request, record),
        }

    def page_delivery(self, request: HttpRequest, program: Program) -> HttpResponse:
        components, rows = delivery_table(program)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Delivery of the package"),
            "subtitle": str(program),
            "opts": self.opts,
            "program": program,
            "components": components,
            "rows": rows,
            "totals": component_totals(program),
            "contracts": contract_use(program),
            "doings": self.doings(request, program, ["assign_delivery"]),
        }
        return TemplateResponse(request, "admin/programs/delivery_table.html", context)

    def page_agreements(self, request: HttpRequest, program: Program) -> HttpResponse:
        answer = HttpResponse(workbook(*list_of(program)), content_type=CONTENT_TYPE)
        return files.as_download(answer, f"{program.code}-agreements.xlsx")

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency runs this program.")

    def after(self, request: HttpRequest, record: Any) -> str:
        return reverse("admin:programs_program_delivery", args=[record.pk])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        planning.save_program(obj, by=cast(User, request.user))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        save_parts(request, formset)


def save_parts(request: HttpRequest, formset: Any) -> None:
    """Each new or changed row through its verb, with its upload."""
    formset.save(commit=False)
    by = cast(User, request.user)
    for each in typed_forms(formset):
        if isinstance(each, WithFileForm):
            each.keep_upload()
        planning.save_part(each.instance, by=by)
    formset.save_m2m()


class PartyInline(OwnInline):
    model = MemorandumParty
    fields = ["name_ko", "name_en", "organization"]


class MemorandumForm(WithFileForm):
    pass


@admin.register(Memorandum)
class MemorandumAdmin(RecordAdmin):
    """A memorandum may be signed after the support began; its page says so."""

    form = MemorandumForm
    has_form = True
    list_display = [
        "title", "program", day_of("signed_on", _("signed on")), day_of("expires_on", _("expires on")), "place",
    ]  # fmt: skip
    list_display_links = ["title"]
    list_filter = ["signed_on"]
    list_select_related = ["program"]
    search_fields = ["title_ko", "title_en", "program__code", "program__name_ko"]
    fields = [
        "program", ("title_ko", "title_en"), ("place", "signed_on", "expires_on"), "duties_ko", "duties_en", "upload",
    ]  # fmt: skip
    inlines = [PartyInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            Memorandum.objects.filter(Q(agency__in=agency_ids(cast(User, request.user))))
            .select_related("program")
            .order_by("-signed_on")
        )

    @admin.display(description=_("title"), ordering="title_ko")
    def title(self, memorandum: Memorandum) -> str:
        return str(words.marked(memorandum, "title"))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.filter(Q(agency__in=agency_ids(cast(User, request.user))))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["program"] if obj is not None else []

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        if record.signed_on <= record.program.starts_on:
            return []
        return [
            {
                "label": _("Signed on"),
                "value": day(record.signed_on),
                "note": _now("after the program began on %(day)s") % {"day": day(record.program.starts_on)},
            }
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.keep_upload()
        planning.save_part(obj, by=cast(User, request.user))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for each in typed_forms(formset):
            planning.save_party(each.instance, by=cast(User, request.user))
        formset.save_m2m()
