"""Rules that stand in the way: what everybody reads of them, and how a company raises one or says that it is concerned."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.forms import tell
from companies.views.own import person, sent
from ground import words
from ground.access import may
from ground.errors import RuleBroken
from ground.ids import is_key
from ground.small import LEAST
from ground.templatetags.naru import amount, day
from guidance.domain import regulatory
from guidance.forms.concern import OWN, RaiseForm, TooForm
from guidance.models import Concern, Pillar, RegulatoryItem, RegulatoryStep, RegulatoryWording
from guidance.queries import regulatory as questions
from programs.models import Listing

ROWS = 20
TONES = {
    RegulatoryItem.State.RAISED: "neutral", RegulatoryItem.State.EXAMINED: "info", RegulatoryItem.State.SENT: "wait",
    RegulatoryItem.State.ANSWERED: "info", RegulatoryItem.State.PLANNED: "wait", RegulatoryItem.State.DONE: "ok",
    RegulatoryItem.State.REFUSED: "danger",
}  # fmt: skip


@require_safe
def regulatory_list(request: HttpRequest) -> HttpResponse:
    """Public items by country, pillar and state, the last moved first; above them what the reader's companies raised."""
    countries = questions.public_countries()
    names = {each.code: each for each in countries}
    country = request.GET.get("country", "")
    country = country if country in names else ""
    pillar = request.GET.get("pillar", "")
    pillar = pillar if pillar in Pillar.values else ""
    state = request.GET.get("state", "")
    state = state if state in RegulatoryItem.State.values else ""
    page = Paginator(questions.public_rows(country, pillar, state), ROWS).get_page(request.GET.get("page"))
    own = list(questions.raised_by(request.user)[:ROWS]) if request.user.is_authenticated else []
    known = questions.public_of(each.item.root_id for each in own)
    return render(
        request,
        "guidance/regulatory_list.html",
        {
            "page_obj": page,
            "rows": [
                {
                    "wording": each,
                    "tone": TONES[RegulatoryItem.State(each.item.state)],
                    "places": _places(each, names),
                    "count": each.count if each.count >= LEAST else 0,  # type: ignore[attr-defined]
                }
                for each in page
            ],
            "own": [
                {
                    "concern": each,
                    "matter": known.get(each.item.root_id, each),
                    "item": (root := each.item.joined_into or each.item),
                    "tone": TONES[RegulatoryItem.State(root.state)],
                }
                for each in own
            ],
            "countries": countries,
            "country": country,
            "pillars": Pillar.choices,
            "pillar": pillar,
            "states": RegulatoryItem.State.choices,
            "state": state,
            "is_filtered": bool(country or pillar or state),
            "may_raise": _may_raise(request),
        },
    )


@require_safe
def regulatory_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One item in its public words, or, while it is not public, in the words of the reader's company."""
    shown = questions.shown_to(request.user, pk)
    if shown is None:
        raise Http404
    if shown.wording is not None and shown.root.pk != pk:
        return redirect("regulatory_show", pk=shown.root.pk)
    wording, own = shown.wording, shown.own
    weight = questions.weight_of(shown.root.pk).public() if wording else None
    mine_is_open = own is not None and own.withdrawn_at is None
    return render(
        request,
        "guidance/regulatory_show.html",
        {
            "item": shown.item,
            "root": shown.root,
            "wording": wording,
            "title": words.plain(wording or own, "title"),
            "text": words.plain(wording, "text") if wording else own and own.text,
            "is_only_korean": get_language() == "en" and wording is not None and not wording.text_en,
            "state_tone": TONES[RegulatoryItem.State(shown.root.state)],
            "facts": _facts(wording, weight) if wording and weight else [],
            "steps": [_step(each) for each in questions.steps_of(shown.root.pk)],
            "own": own,
            "is_mine_open": mine_is_open,
            "may_say": not shown.root.is_over
            and (wording is not None or own is not None)
            and _may_raise(request),
            "may_end": mine_is_open and may(request.user, "concern_end", "POST"),
            "crumbs": [{"label": _("Rules in the way"), "url": reverse("regulatory_list")}],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def regulatory_raise(request: HttpRequest) -> HttpResponse:
    """A company says what hinders it; `?listing=` of a listing that failed fills the form in."""
    user = person(request)
    key = request.POST.get("listing", "") or request.GET.get("listing", "")
    listings = Listing.objects.filter(company__members__user=user, company__members__ended_at__isnull=True)
    listing = (
        listings.select_related("product", "market__platform", "market__country", "agency", "company").filter(pk=key).first()
        if is_key(key)
        else None
    )  # fmt: skip
    form = RaiseForm(sent(request), user=user, listing=listing)
    status = 200
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            item = regulatory.raise_item(values.pop("company"), by=user, **values)
        except RuleBroken as refusal:
            tell(form, refusal)
            status = 409
        else:
            messages.success(request, _("The agency has it and examines it within 14 days."))
            return redirect("regulatory_show", pk=item.pk)
    return _form(request, form, "regulatory_raise", status, {"listing": listing})


@require_http_methods(["GET", "HEAD", "POST"])
def regulatory_too(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of the reader's companies says that an item concerns it, or corrects what it said."""
    shown = questions.shown_to(request.user, pk)
    if shown is None:
        raise Http404
    initial: dict[str, Any] = {}
    if shown.own is not None:
        mine = shown.own
        initial = {name: getattr(mine, name) for name in ("text", "amount", "is_told")}
        initial |= {"company": mine.company_id, "currency": mine.currency_id or "KRW"}
    form = TooForm(sent(request), user=person(request), initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            regulatory.say_too(shown.root, values.pop("company"), by=person(request), **values)
        except RuleBroken as refusal:
            tell(form, refusal)
            status = 409
        else:
            messages.success(request, _("The agency knows that it concerns you, too."))
            return redirect("regulatory_show", pk=pk)
    title = words.plain(shown.wording or shown.own, "title")
    context = {"title": title, "back": reverse("regulatory_show", kwargs={"pk": pk}), "own": shown.own}
    return _form(request, form, "regulatory_too", status, context)


@require_POST
def concern_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It does not concern the company any more."""
    concern = get_object_or_404(
        Concern.objects.of_member(person(request), *OWN).select_related("company", "item"), pk=pk
    )
    regulatory.take_back(concern, by=person(request))
    messages.success(request, _("Taken back: your company is not counted and gets no more mails about it."))
    return redirect("regulatory_show", pk=concern.item.root_id)


def _form(request: HttpRequest, form: Any, page: str, status: int, context: dict[str, Any]) -> HttpResponse:
    return render(
        request,
        f"guidance/{page}.html",
        {
            "form": form,
            "has_company": bool(form.companies),
            "is_choosing": len(form.companies) > 1,
            "crumbs": [{"label": _("Rules in the way"), "url": reverse("regulatory_list")}],
            **context,
        },
        status=status,
    )


def _may_raise(request: HttpRequest) -> bool:
    """Visitors are led to sign in; who signed in but writes for no company is told nothing of a button."""
    return not request.user.is_authenticated or may(request.user, "regulatory_raise", "POST")


def _places(wording: RegulatoryWording, names: dict[str, Any]) -> str:
    return ", ".join(str(names[code]) for code in wording.countries) or _("whatever the country")


def _step(step: RegulatoryStep) -> dict[str, Any]:
    tone = TONES[RegulatoryItem.State(step.state)]
    return {"when": day(step.on), "what": step.get_state_display(), "tone": tone}


def _facts(wording: RegulatoryWording, weight: questions.Weight) -> list[dict[str, Any]]:
    """What stands beside the words; nothing of fewer than five companies."""
    law = " ".join(filter(None, (wording.law, wording.article)))
    note = _("illustrative: made up") if wording.is_illustrative else ""
    found: list[dict[str, Any]] = [
        {"label": _("Countries"), "value": _places(wording, questions.named(wording.countries))},
        {"label": _("Pillar"), "value": wording.get_pillar_display()},
    ]
    if wording.products:
        found.append({"label": _("Products (HS codes)"), "value": ", ".join(wording.products)})
    if law:
        found.append({"label": _("Law and article"), "value": law})
    if wording.body_name:
        found.append({"label": _("Body asked"), "value": wording.body_name})
    if weight.companies:
        found.append(
            {"label": _("Companies that said that it concerns them"), "value": amount(weight.companies)}
        )
    else:
        found.append(
            {
                "label": _("Companies that said that it concerns them"),
                "value": _("fewer than %(least)d") % {"least": LEAST},
                "note": _("Small numbers are not told, so that nobody can be made out."),
            }
        )
    for loss in weight.losses:
        found.append(
            {
                "label": _("Their loss a year (%(currency)s)") % {"currency": loss.currency},
                "value": amount(loss.amount),
                "note": _("as %(count)d companies said") % {"count": loss.companies},
            }
        )
    if (wording.stated_companies or 0) >= LEAST:
        source = f"{wording.stated_source} · {note}" if note else wording.stated_source
        found.append(
            {
                "label": _("Companies concerned (estimate)"),
                "value": amount(wording.stated_companies),
                "note": source,
            }
        )
        if wording.stated_amount is not None:
            label = _("Loss a year (estimate, %(currency)s)") % {"currency": wording.stated_currency_id}
            found.append({"label": label, "value": amount(wording.stated_amount), "note": source})
    return found
