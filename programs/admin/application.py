"""An application as staff see it: the list of a call's applications, and each one's record (the case)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from accounts.roles import agency_ids
from companies.models import Place
from ground import clock, files
from ground.errors import RuleBroken
from ground.printing.binding import NotBound
from ground.templatetags.naru import day, seoul, whole
from programs.admin.verbs import RecordAdmin, Verb, instant_of
from programs.domain import agreement, asking_anew, correction, ending, lasting, screening
from programs.forms.screening import DecideForm, EvidenceForm, OverrideForm, ResultForm, SendBackForm
from programs.forms.staff import AcceptByForm, LeaveForm, ReasonForm
from programs.models import Application, EndRequest
from programs.models.screening import Outcome
from programs.printing.book import Book, Enclosure, book_pdf
from programs.queries import ends, takings
from programs.queries import screening as screened
from programs.queries.case import answers_of, baseline_of, case_file, consents_of, papers_of

Status = Application.Status
TONES = {
    Status.DRAFT: "neutral", Status.SUBMITTED: "info", Status.RETURNED: "wait", Status.INELIGIBLE: "danger",
    Status.ELIGIBLE: "ok", Status.SELECTED: "ok", Status.RESERVE: "wait", Status.NOT_SELECTED: "neutral",
    Status.AGREED: "ok", Status.COMPLETED: "ok", Status.WITHDRAWN: "neutral",
}  # fmt: skip
OUTCOME_TONES = {Outcome.MET: "ok", Outcome.NOT_MET: "danger", Outcome.LOOK: "warn"}


class StatusFilter(admin.SimpleListFilter):
    """By the words that the list says; drafts are not in it."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        states = [each for each in Status.choices if each[0] != Status.DRAFT]
        return [*states, ("ended", ends.BADGES[ends.BY_AGENCY][0]), ("offer", ends.BADGES[ends.OFFER][0])]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        word, withdrawn = self.value(), queryset.filter(status=Status.WITHDRAWN)
        if word == Status.WITHDRAWN:
            return withdrawn.filter(end_kind__isnull=True)
        if word == "offer":
            return withdrawn.filter(end_kind=ends.OFFER)
        if word == "ended":
            return withdrawn.filter(end_kind__in=[ends.BY_AGENCY, ends.AS_AGREED])
        return queryset.filter(status=word) if word else queryset


def _result(application: Any, key: UUID) -> takings.Result:
    """The application's answer to this criterion; anything else does not exist."""
    found = takings.of_criterion(application, key)
    if found is None:
        raise Http404
    return found


def _override(by: User, application: Any, values: dict[str, Any]) -> StrOrPromise:
    result = screening.override(
        _result(application, values["result"]), to=values["to"], reason=values["reason"], by=by
    )
    if result.approval is not None:
        return _("This is an exception: a second person has been asked. It does not count before they agree.")
    return _("Your decision is recorded.")


def _take_back(by: User, application: Any, values: dict[str, Any]) -> StrOrPromise:
    screening.take_back(_result(application, values["result"]), by=by)
    return _("The decision was taken back; the rule's answer counts again.")


def _look_at(by: User, application: Any, values: dict[str, Any]) -> StrOrPromise:
    screening.look_at_evidence(
        _result(application, values["result"]),
        is_accepted=values["answer"] == "accept",
        reason=values["reason"],
        by=by,
    )
    return _("Recorded, and the criteria were taken again.")


def _rescreen(by: User, application: Any, values: dict[str, Any]) -> StrOrPromise:
    screening.screen_application(application, by=by)
    return _("The criteria were taken again.")


def _ask_anew(by: User, application: Any, values: dict[str, Any]) -> StrOrPromise:
    asking_anew.ask_about(application, by=by)
    return _("The tax office is being asked. Its answer counts once the criteria are taken again.")


def _decide(by: User, application: Any, values: dict[str, Any]) -> StrOrPromise:
    row = screening.decide_eligibility(
        application, is_eligible=values["decision"] == "eligible", reason=values["reason"], by=by
    )
    return _now("%(company)s: %(status)s") % {"company": row.company, "status": row.get_status_display()}


def _send_back(by: User, application: Any, values: dict[str, Any]) -> StrOrPromise:
    correction.send_back(
        application,
        items=[
            correction.Correction(
                part=part,
                note=note,
                question_id=subject.pk if part == "question" else None,
                document_id=subject.pk if part == "document" else None,
                criterion_id=subject.pk if part == "criterion" else None,
            )
            for part, subject, note in values["items"]
        ],
        due_at=values["due_at"],
        note=values["note"],
        by=by,
    )
    return _("Sent back. The company has been written to; your clock stands still until it answers.")


def _reopen(by: User, application: Any, values: dict[str, Any]) -> StrOrPromise:
    screening.reopen(application, reason=values["reason"], by=by)
    return _("The application is in screening again.")


def _withdraw(by: User, application: Any, values: dict[str, Any]) -> StrOrPromise:
    ending.step_back(application, reason=values["reason"], last_on=values["last_on"], by=by)
    return _("Recorded: the company steps back, its place is free.")


def _offer(by: User, application: Any, values: dict[str, Any]) -> StrOrPromise:
    agreement.offer(application, accept_by=values["accept_by"], by=by)
    return _("The agreement was offered; the company's owners have been written to.")


def _why_not_withdraw(application: Any) -> StrOrPromise | None:
    asks = EndRequest.objects.waiting().filter(participation__application=application)
    if application.status == Status.AGREED and (asked := asks.first()) is not None:
        if asked.is_to_go_on:
            return _("The company asks that the agreement goes on. Answer that first.")
        return _("The company asks for it: answer its request on the page of its participation.")
    agreed = getattr(application, "participation", None)
    return str(lasting.why_it_ends(agreed.last_on)) if agreed is not None and agreed.ends_with else None


def _why_not_decide(application: Any) -> StrOrPromise | None:
    if clock.now() < application.call.closes_at:
        return _("The call is still open: companies may recall. Decide after it has closed.")
    if application.status == Status.RETURNED:
        request = application.returns.filter(answered_at__isnull=True).first()
        if request is not None and request.due_at > clock.now():
            return _("The application is with the company for correction.")
        return None
    if screening.overall_of([application])[application.pk] == Outcome.LOOK:
        return _("A person must still look at a criterion. Decide that one first.")
    return None


def _is_undecided(call: Any) -> bool:
    return call.decided_at is None and call.cancelled_at is None


def _in_screening(application: Any) -> bool:
    return application.status in screening.IN_SCREENING and _is_undecided(application.call)


def _can_decide_otherwise(application: Any) -> bool:
    return _in_screening(application) or application.status in screening.ASKED_AGAIN


def _is_decided_in_screening(application: Any) -> bool:
    return application.status in {Status.ELIGIBLE, Status.INELIGIBLE} and _is_undecided(application.call)


def _holds_place(application: Any) -> bool:
    return application.status in screening.HOLDS_PLACE


ON_CASE = ("decide", "send_back", "rescreen", "ask_anew", "reopen", "offer", "withdraw")


@admin.register(Application)
class ApplicationAdmin(RecordAdmin):
    change_form_template = "admin/programs/application.html"
    pages = ["book"]
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("decide", _("Decide"), _decide, form=DecideForm, why_not=_why_not_decide, is_shown=_in_screening,
             tone="primary", consequence=_("The company learns it with the results.")),
        Verb("send_back", _("Send back for correction"), _send_back, form=SendBackForm,
             is_shown=lambda row: row.status == Status.SUBMITTED and _is_undecided(row.call),
             consequence=_("Write beside each item what is to be corrected; items without a note stay closed.")),
        Verb("rescreen", _("Take the criteria again"), _rescreen, is_shown=_in_screening),
        Verb("ask_anew", _("Ask the tax office"), _ask_anew, is_shown=_can_decide_otherwise),
        Verb("override", _("Decide otherwise"), _override, form=OverrideForm, is_shown=_can_decide_otherwise),
        Verb("take_back", _("Take the decision back"), _take_back, form=ResultForm, is_shown=_can_decide_otherwise),
        Verb("look_at", _("Judge the paper"), _look_at, form=EvidenceForm, is_shown=_can_decide_otherwise),
        Verb("reopen", _("Take back into screening"), _reopen, form=ReasonForm, is_shown=_is_decided_in_screening),
        Verb("offer", _("Offer the agreement"), _offer, form=AcceptByForm, tone="primary",
             is_shown=lambda row: row.status == Status.SELECTED and not hasattr(row, "participation")),
        Verb("withdraw", _("The company steps back"), _withdraw, form=LeaveForm, is_shown=_holds_place, tone="danger",
             why_not=_why_not_withdraw,
             consequence=_("An agreement in force ends with it, as agreed with the company, which is written to and reads the reason; the place goes to the reserve list when you say so.")),
    ]  # fmt: skip
    list_display = [
        "receipt_or_none", "company", "number", "call", "status_word", instant_of("submitted_at", _("submitted at")),
        "entered_by",
    ]  # fmt: skip
    list_display_links = ["receipt_or_none", "company"]
    list_filter = [StatusFilter, ("call", admin.RelatedOnlyFieldListFilter)]
    history_hanging = (
        "overrides",
        "documents",
        "returns",
        "returns__items",
        "answers",
        "baseline",
        "on_behalf",
    )
    list_select_related = ["company", "call", "on_behalf__begun_by"]
    search_fields = ["receipt", "company__name_ko", "company__name_en", "company__business_number"]
    ordering = ["-submitted_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What was submitted to the person's agency; drafts are the companies' own, also to a person who is both."""
        rows = Application.objects.filter(Q(agency__in=agency_ids(cast(User, request.user)))).exclude(
            status=Status.DRAFT
        )
        return ends.with_end(rows).select_related(
            "company", "call", "call__program", "call__agency", "on_behalf__begun_by"
        )

    @admin.display(description=_("receipt number"), ordering="receipt")
    def receipt_or_none(self, application: Application) -> str:
        return application.receipt or "–"

    @admin.display(description=_("business number"), ordering="company__business_number")
    def number(self, application: Application) -> str:
        return whole(application.company.pretty_number)

    @admin.display(description=_("status"), ordering="status")
    def status_word(self, application: Application) -> str:
        return ends.word_of(application)

    @admin.display(description=_("entered by"))
    def entered_by(self, application: Application) -> str:
        behalf = getattr(application, "on_behalf", None)
        if behalf is None:
            return _now("the company")
        return _now("%(who)s on the company’s behalf") % {"who": behalf.begun_by}

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return ends.word_of(record), TONES[record.status]

    def doings(
        self, request: HttpRequest, record: Any, names: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        return super().doings(request, record, ON_CASE if names is None else names)

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        page = reverse("admin:programs_call_screening", args=[record.call_id])
        found = [{"label": _("Workbench"), "url": f"{page}?{urlencode({'application': record.pk})}"}]
        if record.submitted_at is not None:
            found.append(
                {
                    "label": _("Evaluation book (PDF)"),
                    "url": reverse("admin:programs_application_book", args=[record.pk]),
                }
            )
        participation = getattr(record, "participation", None)
        if participation is not None:
            found.append(
                {
                    "label": _("Participation"),
                    "url": reverse("admin:programs_participation_change", args=[participation.pk]),
                }
            )
        return found

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        places = [
            f"{each.get_kind_display()}: {each.province} {each.address} ({day(each.from_on)}~)"
            for each in Place.objects.filter(company=record.company_id, until_on__isnull=True)
            .select_related("province")
            .order_by("kind", "from_on")
        ]
        held = screened.held(record.submitted_at, record.returns.all(), clock.now())
        ended = ends.sentence_of(record)
        return [
            {"label": _("Call"), "value": record.call,
             "url": reverse("admin:programs_call_change", args=[record.call_id]), "link_label": _("Open")},
            *([{"label": _("Participation agreement"), "value": ended}] if ended else []),
            {"label": _("Receipt number"), "value": record.receipt},
            {"label": _("Business number"), "value": whole(record.company.pretty_number)},
            {"label": _("Places of business"), "value": ", ".join(places)},
            {"label": _("Submitted"), "value": seoul(record.submitted_at) if record.submitted_at else None,
             "note": _now("with the agency %(agency)d days, with the company %(company)d days")
             % {"agency": held.agency_days, "company": held.company_days} if record.submitted_at else None},
            {"label": _("Entered by"), "value": self.entered_by(record), "note": self._asked(record)},
            {"label": _("Person in charge"),
             "value": ", ".join(filter(None, [record.contact_name, record.contact_email, record.contact_phone]))},
        ]  # fmt: skip

    def _asked(self, record: Any) -> str:
        """How and why the company asked for it to be entered."""
        behalf = getattr(record, "on_behalf", None)
        return f"{behalf.get_channel_display()}: {behalf.reason}" if behalf is not None else ""

    def page_book(self, request: HttpRequest, record: Application) -> HttpResponseBase:
        """Form and files of the application as one PDF; files that the person may not read are not in it, those that have
        not passed the check are named without their content."""
        if record.submitted_at is None:
            raise Http404
        (case,) = screened.cases(record.call, applications=[record])
        enclosures = [
            Enclosure(str(each.required), each.document.file)
            for each in papers_of(record)
            if each.document is not None
            and (not each.document.file.has_passed or files.may_read(request.user, each.document.file))
        ]
        try:
            book = book_pdf(
                Book(record, case, answers_of(record), baseline_of(record), consents_of(record), enclosures)
            )
        except NotBound:
            raise RuleBroken(
                "book_too_large",
                _("The files are too large to be bound together. Take all files of the call as ZIP instead."),
            ) from None
        return files.as_download(
            FileResponse(book, content_type="application/pdf"), f"{record.receipt}_{record.company}.pdf"
        )

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        (case,) = screened.cases(record.call, applications=[record])
        return self.case_context(request, case)

    def case_context(self, request: HttpRequest, case: screened.Case) -> dict[str, Any]:
        """One application with its criteria, each with the forms to decide it, and what was handed in."""
        record = case.application
        possible = {
            each["name"]: each for each in self.doings(request, record, ["override", "take_back", "look_at"])
        }
        lines = []
        for line in case.lines:
            code = line.criterion.code
            forms: dict[str, Any] = {}
            if line.result is not None and "override" in possible:
                given = {"result": line.result.pk}
                options = {"record": record, "user": request.user}
                forms["override"] = OverrideForm(
                    None, initial={**given, "to": Outcome.MET}, auto_id=f"id_override_{code}_%s", **options
                )
                if line.result.override:
                    forms["take_back"] = ResultForm(
                        None, initial=given, auto_id=f"id_take_back_{code}_%s", **options
                    )
                file = line.result.evidence_file
                if file is not None and file.has_passed and line.result.outcome == Outcome.LOOK:
                    forms["look_at"] = EvidenceForm(
                        None, initial=given, auto_id=f"id_look_at_{code}_%s", **options
                    )
            lines.append({"line": line, "tone": OUTCOME_TONES[Outcome(line.outcome)], "forms": forms})
        return {
            "case": case,
            "case_tone": OUTCOME_TONES[Outcome(case.outcome)],
            "status_word": ends.word_of(record),
            "status_tone": TONES[Status(record.status)],
            "lines": lines,
            "verb_urls": {
                name: reverse(f"admin:programs_application_{name}", args=[record.pk])
                for name in ("override", "take_back", "look_at")
            },
            "case_doings": self.doings(request, record),
            "takings": takings.history(record, [each.criterion for each in case.lines]),
            "file": case_file(record),
            "held": screened.held(record.submitted_at, record.returns.all(), clock.now()),
        }

    def after(self, request: HttpRequest, record: Any) -> str:
        """Back to the workbench if the verb was called there; a decided case makes way for the next one."""
        if request.POST.get("from") != "workbench":
            return super().after(request, record)
        page = reverse("admin:programs_call_screening", args=[record.call_id])
        match = request.resolver_match
        if match and match.url_name in {"programs_application_decide", "programs_application_send_back"}:
            return page
        return f"{page}?{urlencode({'application': record.pk})}"
