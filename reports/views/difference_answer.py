"""A company reads what the agency asks about its figures, and answers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from companies.models import Company, Member
from ground.errors import RuleBroken
from programs.views.evaluation import person
from reports.domain.differing import deciding
from reports.forms import AnswerDifferenceForm
from reports.models import Comparison, DifferenceQuestion
from reports.queries import closing
from reports.views.differing import SIDES, signed


@require_http_methods(["GET", "POST"])
def difference_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The question with the two figures, and its answer."""
    user = person(request)
    own = Company.objects.of_member(user)
    question = get_object_or_404(
        DifferenceQuestion.objects.filter(difference__participation__company__in=own).select_related(
            "difference__participation__company", "difference__program__agency"
        ),
        pk=pk,
    )
    difference = question.difference
    part = difference.participation
    may_write = (
        Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR)
        .filter(pk=part.company_id)
        .exists()
    )
    is_sent = request.method == "POST"
    form = AnswerDifferenceForm(request.POST if is_sent else None)
    status, problem = 200, ""
    if is_sent:
        status = 400
        if form.is_valid():
            try:
                deciding.answer(question, text=form.cleaned_data["text"], by=user)
            except RuleBroken as error:
                status, problem = 409, str(error.sentence)
                question.refresh_from_db()
            else:
                messages.success(request, _("Your answer has been sent to the agency."))
                return redirect("difference_answer", pk=question.pk)
    left, right = SIDES[Comparison(difference.comparison)]
    may_correct = difference.month is not None and not closing.is_closed(part.program_id, difference.month)
    context = {
        "crumbs": [{"label": _("Sales"), "url": reverse("sales_list")}],
        "question": question,
        "difference": difference,
        "size": signed(difference.krw_amount),
        "left": left,
        "right": right,
        "form": form if may_write else None,
        "problem": problem,
        "month_url": reverse("declaration_edit", args=[part.pk, f"{difference.month:%Y-%m}"])
        if may_correct and may_write
        else "",
    }
    return render(request, "reports/difference_answer.html", context, status=status)
