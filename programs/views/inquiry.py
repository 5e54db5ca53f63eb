"""A company asks about a call, and takes a question back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from companies.forms import tell
from companies.models import Company
from companies.views.own import person, sent
from ground.errors import RuleBroken
from ground.words import plain
from programs.domain import inquiries
from programs.forms.inquiry import AskForm
from programs.models import Call, Inquiry


@require_http_methods(["GET", "HEAD", "POST"])
def call_ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write a question for one of the reader's companies; what was typed stays when it is refused."""
    call = get_object_or_404(Call.objects.published(), pk=pk)
    companies = list(Company.objects.of_member(person(request)))
    form = AskForm(companies, sent(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            inquiries.ask(
                call, values["company"], values["text"], by=person(request), form_key=values["form_key"]
            )
        except RuleBroken as refusal:
            tell(form, refusal)
            status = 409
        else:
            messages.success(request, _("The question is with the agency. You get a mail with the answer."))
            return redirect(reverse("call_show", kwargs={"pk": call.pk}) + "#questions")
    return render(
        request,
        "programs/call_ask.html",
        {
            "call": call,
            "form": form,
            "has_company": bool(companies),
            "is_choosing": len(companies) > 1,
            "nobody": _(
                "Members of a company ask about a call. Register your company, or ask its owner to invite you."
            ),
            "crumbs": [
                {"label": _("Calls"), "url": reverse("call_list")},
                {"label": plain(call, "title"), "url": reverse("call_show", kwargs={"pk": call.pk})},
            ],
        },
        status=status,
    )


@require_POST
def inquiry_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back what one of the reader's companies asked."""
    inquiry = get_object_or_404(Inquiry.objects.of_member(request.user), pk=pk)
    inquiries.withdraw(inquiry, by=person(request))
    messages.success(request, _("The question was taken back."))
    return redirect(reverse("call_show", kwargs={"pk": inquiry.call_id}) + "#questions")
