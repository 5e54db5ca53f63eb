"""Profiles of files: made from a sample, looked at on real rows, changed by a further version, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import agency_ids
from ground.errors import RuleBroken, filled
from ground.templatetags.naru import seoul
from programs.admin.verbs import RecordAdmin, Verb, instant_of, refuse, writes_for
from programs.forms.staff import ReasonForm
from programs.models import Program
from programs.permissions import WRITERS
from reports.domain import profiles
from reports.files.lines import FileRefused
from reports.models import FileProfile, FileSample
from reports.profile_answers import NONE, OPEN
from reports.profile_forms import SampleForm
from reports.profile_values import BY_MEASURE, MEASURES
from reports.views.profiles import (
    first_form,
    form_of,
    looked,
    measure_of,
    page_context,
    preview_context,
    sent_form,
    store_left,
    unknown_states,
)


def _change(by: User, profile: Any, values: dict[str, Any]) -> StrOrPromise:
    profile.sample = profiles.change(profile, by=by)
    return ""


def _withdraw(by: User, profile: Any, values: dict[str, Any]) -> StrOrPromise:
    profiles.withdraw(profile, reason=values["reason"], by=by)
    return _("Withdrawn. No further file is read with it.")


def _restore(by: User, profile: Any, values: dict[str, Any]) -> StrOrPromise:
    profiles.restore(profile, reason=values["reason"], by=by)
    return _("Files are read with it again.")


@admin.register(FileProfile)
class FileProfileAdmin(RecordAdmin):
    empty_text = _(
        "Naru reads the files of the usual marketplaces already. For any other file, build a profile from a sample."
    )
    for_writers: ClassVar[bool] = True
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("alter", _("Change how files are read"), _change, tone="primary",
             is_shown=lambda profile: profile.withdrawn_at is None,
             consequence=_("A change is a new version. Files that were read stay as they were read.")),
        Verb("withdraw", _("Withdraw"), _withdraw, form=ReasonForm, tone="danger",
             is_shown=lambda profile: profile.withdrawn_at is None,
             consequence=_("No further file is read with it; files that were read stay as they are.")),
        Verb("restore", _("Use again"), _restore, form=ReasonForm,
             is_shown=lambda profile: profile.withdrawn_at is not None),
    ]  # fmt: skip
    change_form_template = "admin/reports/fileprofile.html"
    history_hanging = ("versions",)
    list_display = [
        "name",
        "program",
        "store",
        "version_word",
        "state_word",
        instant_of("created_at", _("made at")),
    ]
    list_filter = [("program", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["program", "store"]
    search_fields = ["name", "program__code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        found: QuerySet[Any] = rows.select_related("program", "store", "agency").annotate(
            newest=Max("versions__number")
        )
        return found

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        build = view(require_http_methods(["GET", "POST"])(self.build_view))
        return [path("samples/<uuid:pk>/", build, name="reports_fileprofile_build"), *super().get_urls()]

    @admin.display(description=_("version"))
    def version_word(self, profile: Any) -> str:
        return str(profile.newest or "")

    @admin.display(description=_("state"), ordering="withdrawn_at")
    def state_word(self, profile: FileProfile) -> str:
        return str(_("withdrawn") if profile.withdrawn_at else _("in use"))

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("withdrawn"), "neutral") if record.withdrawn_at else (_("in use"), "ok")

    def after(self, request: HttpRequest, record: Any) -> str:
        sample = getattr(record, "sample", None)
        if sample is not None:
            return reverse("admin:reports_fileprofile_build", args=[sample.pk])
        return super().after(request, record)

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        newest = record.versions.select_related("made_by").first()
        mapping = newest.mapping if newest else {}
        of = BY_MEASURE[mapping["measure"]].values if newest else {}
        return [
            {"label": _("Program"), "value": record.program},
            {"label": _("Store"), "value": record.store or _("Every store of the program")},
            {"label": _("Version"), "value": newest.number if newest else "",
             "note": f"{newest.made_by}, {seoul(newest.created_at)}" if newest else ""},
            {"label": _("What the file tells"), "value": dict(MEASURES).get(mapping.get("measure", ""), "")},
            {"label": _("Files are recognized by"), "value": ", ".join(mapping.get("signature", []))},
            {"label": _("Columns that are read"),
             "value": "; ".join(f"{of.get(each['into'], each['into'])}: {each['names'][0]}"
                                for each in mapping.get("columns", []))},
            {"label": _("Columns of buyers that are emptied"), "value": ", ".join(mapping.get("personal", [])) or "–"},
        ]  # fmt: skip

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return {"versions": record.versions.select_related("made_by")}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Upload a sample; what it proves stands on the next page."""
        if not self.has_add_permission(request):
            raise Http404
        user = cast(User, request.user)
        programs = (
            Program.objects.filter(agency__in=agency_ids(user, *WRITERS))
            .select_related("agency")
            .order_by("-starts_on", "code")
        )
        is_sent = request.method == "POST"
        form = SampleForm(
            request.POST if is_sent else None, request.FILES if is_sent else None, programs=programs
        )
        status = 200
        if is_sent:
            status = 400
            if form.is_valid():
                try:
                    sample = profiles.take(
                        form.cleaned_data["upload"], form.cleaned_data["program"], by=user,
                        profile=form.cleaned_data["profile"], measure=form.cleaned_data["measure"],
                    )  # fmt: skip
                except (RuleBroken, FileRefused) as error:
                    form.add_error("upload", str(error.sentence))
                    status = 409
                else:
                    return HttpResponseRedirect(reverse("admin:reports_fileprofile_build", args=[sample.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Make a profile of a file"),
            "opts": self.opts,
            "form": form,
            "button": _("Look at the file"),
            "lead": _(
                "For files that Naru does not know. You see on real rows how they would be read before anything is saved."
            ),
            "empty": "" if programs else _("Record a program first; then its files can be described."),
        }
        return TemplateResponse(request, "admin/reports/ask.html", context, status=status)

    def build_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """What the sample proposes and asks; shown again with each answer, saved as a profile."""
        samples = FileSample.objects.visible_to(request.user).select_related(
            "file", "program__agency", "profile", "agency"
        )
        sample = get_object_or_404(samples, pk=pk)
        if not writes_for(request, sample):
            raise Http404
        status, found, refusal = 200, None, ""
        if request.method == "POST":
            form = sent_form(sample, request.POST)
            if form.is_valid():
                values, store = form.mapping(), form.cleaned_data["store"]
                found, refusal = looked(sample, values, store, request.user)
                new = unknown_states(found, values) if found else {}
                if found and not new and request.POST.get("do") == "save":
                    try:
                        version = profiles.save(
                            sample,
                            values,
                            name=form.cleaned_data["name"],
                            store=store,
                            by=cast(User, request.user),
                        )
                    except (RuleBroken, FileRefused) as error:
                        if isinstance(error, RuleBroken):
                            refuse(form, error)
                        else:
                            form.add_error(None, str(error.sentence))
                        status = 409
                    else:
                        messages.success(request, str(_("Saved. Files of this kind are read from now on.")))
                        return HttpResponseRedirect(
                            reverse("admin:reports_fileprofile_change", args=[version.profile_id])
                        )
                elif new:
                    sample.draft["store"] = str(store.pk) if store else ""
                    form = form_of(sample, values, [], new)
                    refusal = str(_("Say below what the states mean that stand in the file."))
            else:
                status = 400
        else:
            form = first_form(sample)
            values = sample.draft.get("values") or sample.facts["values"]
            if sample.draft or not sample.facts["questions"]:
                found, refusal = looked(sample, values, store_left(sample), request.user, keep=False)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change the profile “%(name)s”") % {"name": sample.profile}
            if sample.profile
            else _("Make a profile of a file"),
            "opts": self.opts,
            "form": form,
            "groups": _groups(form),
            "refusal": refusal,
            "preview": preview_context(found, measure_of(sample)) if found else None,
            **page_context(sample, request.user),
        }
        return TemplateResponse(request, "admin/reports/fileprofile_build.html", context, status=status)


def _groups(form: Any) -> list[dict[str, Any]]:
    """The form's fields in the order of the mind: what it is, which column is what, how it is written, what states mean. Costs of which no
    column is chosen stand folded, since most files have few; what is wrong with one of them unfolds them."""
    costs = [form[name] for name in form.fields if name.startswith("sign_")]
    absent = [each for each in costs if form[each.name.removeprefix("sign_")].value() in {None, OPEN, NONE}]
    states = [form[f"state_{number}"] for number in range(len(form.state_texts))]
    return [
        {"title": "", "fields": [form["name"], form["store"]], "is_tight": False},
        {
            "title": _("Which column holds what"),
            "fields": [form[name] for name in form.of.values],
            "is_tight": True,
        },
        {
            "title": _("How it is written"),
            "fields": [
                form[name]
                for name in ("numbers", "dates", "zone", "currency_of", "key", "once", "parts", "turned")
                if name in form.fields
            ],
            "is_tight": False,
        },
        {
            "title": _("How costs are written"),
            "fields": [each for each in costs if each not in absent],
            "rest": absent,
            "rest_title": filled(_("Costs of which no column is chosen (%(number)s)"), number=len(absent)),
            "is_open": any(each.errors for each in absent),
            "is_tight": True,
        },
        {
            "title": form.of.meanings_title,
            "fields": [*states, form["status_if_blank"]],
            "is_tight": True,
        },
    ]
