"""A company's applications: begin one, see how it stands, its receipts, recall and withdraw."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from companies.views.own import person
from ground import clock, files
from ground.errors import RuleBroken
from ground.templatetags.naru import amount, day, seoul
from ground.words import marked, plain
from programs.domain import intake, intake_rules
from programs.forms.intake import YES_NO, BaselineForm, StartForm, choice_of
from programs.models import Answer, Application, Baseline, Document, Task
from programs.models.call import Stage
from programs.printing.receipt import receipt_pdf
from programs.queries import applications, calls, receipts, takings
from programs.queries.answering import country_names, shown
from programs.queries.reading import Reading

Status = Application.Status
NOBODY = UUID(int=0)


def mine(request: HttpRequest, pk: UUID) -> Application:
    """An application of one of the reader's companies, or one that the reader enters for a company; no other exists."""
    found = applications.one_of(person(request), pk)
    if found is None:
        raise Http404
    return found


def crumbs(application: Application | None = None, *, is_of_reader: bool = True) -> list[dict[str, Any]]:
    if application is None or (is_of_reader and applications.is_of_reader(application)):
        trail = [{"label": _("My applications"), "url": reverse("application_list")}]
    else:
        staff_page = reverse("admin:programs_call_change", args=[application.call_id])
        trail = [{"label": _("Calls"), "url": staff_page}]
    if application is not None:
        url = address("application_show", application.pk)
        trail.append({"label": plain(application.call, "title"), "url": url})
    return trail


@cache
def _address_of_nobody(route: str, **more: str) -> str:
    return reverse(route, kwargs={"pk": NOBODY, **more})


def address(route: str, pk: UUID, **more: str) -> str:
    """The address of an application's page: each step shows those of all others."""
    return _address_of_nobody(route, **more).replace(str(NOBODY), str(pk))


@require_GET
def application_list(request: HttpRequest) -> HttpResponse:
    """All applications of the reader's companies, the newest first."""
    page = Paginator(applications.own(request.user).order_by("-created_at", "id"), 20).get_page(
        request.GET.get("page")
    )
    now = clock.now()
    rows = [applications.ApplicationRow(row, applications.standing_of(row, now)) for row in page]
    return render(request, "programs/application_list.html", {"rows": rows, "page_obj": page})


@require_http_methods(["GET", "POST"])
def application_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose the company and begin. Whoever has begun already is led to the draft."""
    written = (intake_rules.companies_written_by, (person(request).pk,))
    call, (companies,) = calls.readable_one(request.user, pk, written)
    if call is None:
        raise Http404
    if request.method == "GET" and len(companies) == 1:
        begun = calls.standing_application(call, companies[0])
        if begun is not None:
            return redirect("application_show", pk=begun.pk)
    form = StartForm(companies, request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        company = form.cleaned_data["company"]
        try:
            application = intake.start(
                call, company, by=person(request), form_key=form.cleaned_data["form_key"]
            )
        except RuleBroken as refusal:
            form.add_error(None, str(refusal.sentence))
            status = 409
        else:
            if application.status != Status.DRAFT:
                return redirect("application_show", pk=application.pk)
            return HttpResponseRedirect(address("application_baseline", application.pk))
    return render(
        request,
        "programs/application_start.html",
        {
            "call": call,
            "form": form,
            "has_company": bool(companies),
            "crumbs": [
                {"label": _("Calls"), "url": reverse("call_list")},
                {"label": plain(call, "title"), "url": reverse("call_show", kwargs={"pk": call.pk})},
            ],
        },
        status=status,
    )


@require_GET
def application_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How the application stands, what to do now, what was handed in."""
    application: Any = mine(request, pk)
    now = application.read_at
    prefetch_related_objects([application], "returns")
    standing = applications.standing_of(application, now)
    may_write = application.may_be_written
    can = _can(application, now) if may_write else {}
    if not applications.is_of_reader(application):
        can["withdraw"] = False
    submissions = list(application.submissions.select_related("submitted_by").order_by("submitted_at"))
    documents = list(
        Document.objects.filter(application=application)
        .select_related("required", "file")
        .order_by("required__position", "-created_at")
    )
    return render(
        request,
        "programs/application_show.html",
        {
            "application": application,
            "call": application.call,
            "standing": standing,
            "may_write": may_write,
            "can": can,
            "submissions": submissions,
            "documents": [each for each in documents if each.replaced_at is None],
            "replaced": [each for each in documents if each.replaced_at is not None],
            "answers": _answers(application),
            "baseline": _baseline(application),
            "person": [
                {"label": _("Name"), "value": application.contact_name},
                {"label": _("E-mail"), "value": application.contact_email},
                {"label": _("Phone"), "value": application.contact_phone},
            ],
            "reasons": _reasons(application, standing.status),
            "asked_later": _is_asked_later(application, standing.status),
            "renewals": _renewals(application),
            "crumbs": crumbs(application)[:1],
        },
    )


def _answers(application: Application) -> list[dict[str, Any]]:
    """What was answered, in the order of the form."""
    answers = sorted(
        Answer.objects.filter(application=application)
        .select_related("question__section")
        .prefetch_related("lines__product"),
        key=lambda each: each.question.place,
    )
    countries = country_names(each.question for each in answers)
    return [
        {"label": marked(each.question, "label"), "value": shown(each.question, each, countries)}
        for each in answers
    ]


def _baseline(application: Application) -> list[dict[str, Any]]:
    """Amounts as they were stated: zero is zero, unknown is said."""
    baseline = Baseline.objects.filter(application=application).first()
    if baseline is None:
        return []
    form = BaselineForm(Reading(application).markets, baseline.last_year)
    stated = [
        {
            "label": field.label,
            "value": _("not known")
            if getattr(baseline, field.name) is None
            else _("%(currency)s %(amount)s")
            % {"currency": "USD", "amount": amount(getattr(baseline, field.name), 2)},
        }
        for field, _unknown in form.amounts
    ]
    words = dict(YES_NO)
    for name in ("is_first_export", "may_ask_again"):
        value = choice_of(getattr(baseline, name))
        stated.append({"label": form[name].label, "value": str(words.get(value, ""))})
    return stated


def _can(application: Application, now: Any) -> dict[str, bool]:
    """What can be done now."""
    call = application.call
    stands = call.cancelled_at is None
    is_open = stands and call.opens_at <= now < call.closes_at
    return {
        "go_on": application.status == Status.DRAFT and is_open,
        "recall": application.status == Status.SUBMITTED and is_open,
        "correct": stands and application.status == Status.RETURNED,
        "withdraw": intake.why_not_withdraw(application) is None,
    }


def _reasons(application: Application, status: str) -> list[str]:
    """Which requirements were not met, told once the results are released."""
    if status != Status.INELIGIBLE:
        return []
    found = takings.not_met([application])[application.pk]
    return [f"{criterion}: {result.reason}" for criterion, result in found]


def _is_asked_later(application: Application, status: str) -> bool:
    """Whether anything is asked only from those selected, of a company that is."""
    call = application.call
    return status in {Status.SELECTED, Status.AGREED} and (
        call.requireddocuments.filter(stage=Stage.SELECTED).exists()
        or call.questions.filter(stage=Stage.SELECTED).exists()
    )


def _renewals(application: Application) -> list[dict[str, Any]]:
    criteria = application.call.criterions.values("pk")
    waiting = Task.objects.open().filter(
        kind=Task.Kind.RENEW, company=application.company_id, subject_id__in=criteria
    )
    return [{"label": task.subject, "due": day(task.due_on)} for task in waiting]


@require_GET
def application_receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A receipt: number, instant, what was handed in with its checksum."""
    submission: Any = receipts.submission_for(person(request), pk)
    if submission is None:
        raise Http404
    application, now = submission.application, submission.read_at
    company, business_number = receipts.company_of(submission)
    return render(
        request,
        "programs/application_receipt.html",
        {
            "submission": submission,
            "application": application,
            "standing": applications.standing_of(application, now),
            "agreed": submission.content.get("consents") and applications.is_of_reader(submission),
            "facts": [
                {"label": _("Receipt number"), "value": submission.receipt},
                {
                    "label": _("Received"),
                    "value": seoul(submission.submitted_at),
                    "note": _("Seoul time"),
                },
                {"label": _("Call"), "value": marked(application.call, "title")},
                {"label": _("Company"), "value": company, "note": business_number},
                *(
                    [{"label": _("Entered by"), "value": receipts.entered_by(submission)}]
                    if hasattr(application, "on_behalf")
                    else []
                ),
                {"label": _("Checksum of the content (SHA-256)"), "value": submission.content_sha256},
            ],
            "files": [
                {"name": each["name"], "meta": each["sha256"][:16]}
                for each in submission.content["documents"]
            ],
            "crumbs": crumbs(application, is_of_reader=applications.is_of_reader(submission)),
        },
    )


@require_GET
def application_receipt_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The receipt as PDF in the reader's language."""
    submission = receipts.submission_for(person(request), pk)
    if submission is None:
        raise Http404
    content = receipt_pdf(receipts.receipt_of(submission))
    return files.as_download(
        HttpResponse(content, content_type="application/pdf"), f"{submission.receipt}.pdf"
    )


@require_http_methods(["GET", "POST"])
def application_recall(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what recalling means; then do it."""
    application = mine(request, pk)
    if request.method == "POST":
        intake.recall(application, by=person(request))
        messages.success(
            request, _("The application is a draft again. Submit it anew before the call closes.")
        )
        return redirect("application_show", pk=application.pk)
    if application.public_status != Status.SUBMITTED:
        return redirect("application_show", pk=application.pk)
    return render(
        request,
        "programs/application_recall.html",
        {"application": application, "call": application.call, "crumbs": crumbs(application)},
    )


@require_http_methods(["GET", "POST"])
def application_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what withdrawing means; then do it."""
    application = mine(request, pk)
    if request.method == "POST":
        intake.withdraw(application, by=person(request), reason=request.POST.get("reason", "")[:500])
        messages.success(request, _("The application was withdrawn."))
        return redirect("application_show", pk=application.pk)
    refusal = intake.why_not_withdraw(application)
    if refusal is not None:
        raise refusal
    return render(
        request,
        "programs/application_withdraw.html",
        {"application": application, "call": application.call, "crumbs": crumbs(application)},
    )
