"""What members of companies do at a guide: keep it, rate it, ask, agree to being counted."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from companies.domain import consents
from companies.forms import tell
from companies.models import Company
from companies.views.own import own_company, person, sent
from ground import clock
from ground.errors import RuleBroken
from guidance.domain import guide_questions, reading
from guidance.forms.guide import GuideAskForm
from guidance.models import Edition, GuideQuestion
from guidance.queries import guide_desk, guides


def _edition(program: str, country: str) -> Edition:
    found = guides.edition_of(program, country)
    if found is None:
        raise Http404
    return found


def _back(edition: Edition, section: str) -> HttpResponse:
    return redirect(_address(edition) + f"#{section}")


def _address(edition: Edition) -> str:
    return reverse("guide_show", kwargs={"program": edition.program.code, "country": edition.country_id})


@require_POST
def guide_favorite(request: HttpRequest, program: str, country: str, company: UUID) -> HttpResponse:
    """Keep the guide among a company's favorites, or take it out."""
    edition, own = _edition(program, country), own_company(request, company)
    is_kept = request.POST.get("keep") == "yes"
    verb = reading.keep if is_kept else reading.drop
    verb(edition.program, edition.country, own, by=person(request))
    messages.success(
        request, _("Kept among your favorites.") if is_kept else _("Taken out of your favorites.")
    )
    return _back(edition, "company")


@require_POST
def guide_rate(request: HttpRequest, program: str, country: str, company: UUID) -> HttpResponse:
    """Say how useful the newest edition is."""
    edition, own = _edition(program, country), own_company(request, company)
    useful = request.POST.get("useful", "")
    reading.rate(edition, own, int(useful) if useful in "12345" and useful else 0, by=person(request))
    messages.success(request, _("Thank you. Your word is recorded."))
    return _back(edition, "company")


@require_POST
def guide_consent(request: HttpRequest, program: str, country: str, company: UUID) -> HttpResponse:
    """Agree for a company to being counted as a reader; withdrawn on the page of its consents."""
    edition, own = _edition(program, country), own_company(request, company)
    seats = guide_desk.seats(request.user, edition, clock.now())
    text = next((each.asked for each in seats if each.company == own), None)
    if text is None or str(text.pk) != request.POST.get("text"):
        raise Http404
    consents.give(text, own, by=person(request))
    messages.success(request, _("Your consent is recorded."))
    return _back(edition, "company")


@require_http_methods(["GET", "HEAD", "POST"])
def guide_ask(request: HttpRequest, program: str, country: str) -> HttpResponse:
    """Write a question for one of the reader's companies; what was typed stays when it is refused."""
    edition = _edition(program, country)
    companies = list(Company.objects.of_member(person(request)))
    form = GuideAskForm(companies, sent(request))
    status = 200
    if form.is_bound and not form.is_valid():
        status = 400
    elif form.is_bound:
        try:
            guide_questions.ask(edition.program, edition.country, **form.cleaned_data, by=person(request))
        except RuleBroken as refusal:
            tell(form, refusal)
            status = 409
        else:
            messages.success(request, _("The question is with the agency. You get a mail with the answer."))
            return _back(edition, "questions")
    return render(
        request,
        "guidance/guide_ask.html",
        {
            "edition": edition,
            "form": form,
            "has_company": bool(companies),
            "is_choosing": len(companies) > 1,
            "nobody": _(
                "Members of a company ask about a guide. Register your company, or ask its owner to invite you."
            ),
            "crumbs": [
                {"label": _("Guides"), "url": reverse("guide_list")},
                {"label": str(edition.country), "url": _address(edition)},
            ],
        },
        status=status,
    )


@require_POST
def guidequestion_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back what one of the reader's companies asked."""
    rows = GuideQuestion.objects.of_member(request.user).select_related("program")
    question = get_object_or_404(rows, pk=pk)
    guide_questions.withdraw(question, by=person(request))
    messages.success(request, _("The question was taken back."))
    return _to_questions(question)


@require_POST
def guidequestion_unpublish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw the agreement that everybody reads what one of the reader's companies asked."""
    rows = GuideQuestion.objects.of_member(request.user).select_related("program")
    question = get_object_or_404(rows, pk=pk)
    guide_questions.unpublish(question, by=person(request))
    messages.success(request, _("Taken off the page of the guide. Only your company and the agency see it."))
    return _to_questions(question)


def _to_questions(question: GuideQuestion) -> HttpResponse:
    address = {"program": question.program.code, "country": question.country_id}
    return redirect(reverse("guide_show", kwargs=address) + "#questions")
