"""A provider's statements to many companies: a list to fill in, the list that came back row by row, and stating it as a whole."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Organization
from accounts.roles import organization_ids
from ground import clock, files
from ground.errors import RuleBroken
from ground.months import month_before, next_month
from ground.templatetags.naru import amount, day, seoul
from ground.templatetags.naru import month as month_word
from ground.workbooks import CONTENT_TYPE, workbook
from programs.models import Assignment, Program, Store
from programs.views.evaluation import person
from reports import payout_forms
from reports.domain import payout_lists
from reports.domain.payout_lists import Judged, Outcome
from reports.models import PayoutList
from reports.printing.words import money
from reports.queries import unstated
from reports.views.cohorts import as_file
from reports.views.statements import lines_of

SHOWN = 20


def words() -> dict[Outcome, tuple[str, str]]:
    return {
        Outcome.NEW: (_("new"), "info"),
        Outcome.CORRECTED: (_("corrected"), "warn"),
        Outcome.UNCHANGED: (_("unchanged"), "neutral"),
        Outcome.REFUSED: (_("refused"), "danger"),
    }


def _organization(user: Any, stores: Collection[str] = ()) -> Organization:
    """Of the person's organizations the one that holds most of these stores, else most stores."""
    own = Organization.objects.filter(pk__in=organization_ids(user))
    named = Count("stores", filter=Q(stores__code__in=list(stores)))
    found = own.annotate(named=named, held=Count("stores")).order_by("-named", "-held", "pk").first()
    if found is None:
        raise Http404
    return found


def _crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    return [{"label": _("Provider work"), "url": reverse("provider_home")}, *more]


@require_GET
def payout_list_template(request: HttpRequest, ending: str) -> HttpResponse:
    """The list to fill in: one row for each month that is to be stated, with what the store received; without any, for last month of each
    company."""
    user = person(request)
    if ending not in {"xlsx", "csv"}:
        raise Http404
    stores = list(Store.objects.filter(organization__in=organization_ids(user), disabled_on__isnull=True))
    owed = unstated.of_stores(stores, clock.today())
    codes = dict(Program.objects.filter(pk__in={each.program for each in owed}).values_list("pk", "code"))
    empty = [None, None, None, None, "", ""]
    rows: list[list[Any]] = [
        [each.store_code, each.business_number, each.company, codes[each.program], f"{each.month:%Y-%m}", each.currency, *empty]
        for each in owed
    ]  # fmt: skip
    if not rows:
        last = month_before(clock.today())
        known = (
            Assignment.objects.filter(store__in=stores, from_on__lt=next_month(last))
            .select_related("store", "participation__company", "program")
            .order_by("store__code", "participation__company__name_ko")
        )
        keys = {
            (each.store.code, each.participation.company.business_number, each.participation.company.name_ko,
             each.program.code, each.store.settlement_currency_id or "")
            for each in known
        }  # fmt: skip
        rows = [[*key[:4], f"{last:%Y-%m}", key[4], *empty] for key in sorted(keys)]
    named = payout_forms.heads()
    head = [named[name] for name in payout_forms.COLUMNS]
    if ending == "csv":
        return as_file("payouts", "csv", head, rows)
    content = workbook(head, rows, text_columns=payout_forms.TEXT_COLUMNS)
    return files.as_download(HttpResponse(content, content_type=CONTENT_TYPE), "payouts.xlsx")


@require_http_methods(["GET", "POST"])
def payout_list_upload(request: HttpRequest) -> HttpResponse:
    """Upload a list; what would become of each row is shown next."""
    user = person(request)
    _organization(user)
    is_sent = request.method == "POST"
    form = payout_forms.PayoutListForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    status = 200
    if is_sent:
        status = 400
        if form.is_valid():
            try:
                organization = _organization(user, {row.store for row in form.rows})
                made = payout_lists.take_in(
                    organization, form.cleaned_data["import_file"].name, form.rows, form.cleaned_data["proofs"], by=user
                )  # fmt: skip
            except RuleBroken as error:
                form.add_error(
                    next((name for name in error.fields if name in form.fields), None), str(error.sentence)
                )
                status = 409
            else:
                return redirect("payout_list", pk=made.pk)
    earlier = PayoutList.objects.visible_to(user).select_related("applied_by")[:SHOWN]
    context = {
        "form": form,
        "crumbs": _crumbs(),
        "earlier": [
            {"list": each, "rows": len(each.rows), "uploaded": seoul(each.uploaded_at),
             "applied": seoul(each.applied_at) if each.applied_at else ""}
            for each in earlier
        ],
    }  # fmt: skip
    return render(request, "reports/payout_list_upload.html", context, status=status)


@require_http_methods(["GET", "POST"])
def payout_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list row by row: before it is stated as of now, afterwards as it was done."""
    user = person(request)
    given = get_object_or_404(
        PayoutList.objects.visible_to(user).select_related("applied_by", "organization"), pk=pk
    )
    status, problem = 200, ""
    if request.method == "POST":
        try:
            count = payout_lists.apply(given, by=user)
        except RuleBroken as error:
            status, problem = 409, str(error.sentence)
        else:
            messages.success(
                request,
                ngettext(
                    "%(count)d payout is recorded. Its company is asked to confirm it.",
                    "%(count)d payouts are recorded. Their companies are asked to confirm them.",
                    count,
                )
                % {"count": count},
            )
            return redirect("provider_home")
    rows = [payout_lists.row_of(each) for each in given.rows]
    if given.applied_at:
        judged = [Judged(row, Outcome(each["outcome"])) for row, each in zip(rows, given.rows, strict=True)]
    else:
        judged = payout_lists.judge(rows, given.organization, by=user)
    counts = [(words()[each][0], sum(row.outcome == each for row in judged)) for each in Outcome]
    judged.sort(key=lambda each: each.outcome != Outcome.REFUSED)
    is_refused = any(each.outcome == Outcome.REFUSED for each in judged)
    context = {
        "list": given,
        "problem": problem,
        "counts": [{"label": label, "value": amount(count)} for label, count in counts],
        "judged": [_shown(each) for each in judged],
        "is_refused": is_refused,
        "has_news": any(each.outcome in {Outcome.NEW, Outcome.CORRECTED} for each in judged),
        "crumbs": _crumbs({"label": _("State many by one list"), "url": reverse("payout_list_upload")}),
    }
    return render(request, "reports/payout_list.html", context, status=status)


def _shown(each: Judged) -> dict[str, Any]:
    row, (label, tone) = each.row, words()[each.outcome]
    return {
        "number": row.number,
        "label": label,
        "tone": tone,
        "reason": each.reason,
        "company": each.company or row.business_number,
        "store": row.store,
        "month": month_word(row.month) if row.month else "–",
        "sold": money(row.sold, row.currency),
        "fee": money(row.fee, row.currency),
        "paid": money(row.paid, row.currency),
        "paid_on": day(row.paid_on) if row.paid_on else "",
        "statement_number": row.statement_number,
        "proof": row.proof,
        "ledger": lines_of(each.against) if each.against else [],
    }
