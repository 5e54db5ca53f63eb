"""The queue of lines without a company: groups with proposals, chosen and assigned or put aside many at once."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.roles import agency_ids
from ground.access import may
from ground.errors import RuleBroken
from ground.templatetags.naru import day
from programs.domain import lasting
from programs.forms.staff import DayInput
from programs.models import Participation
from programs.permissions import WRITERS
from programs.views.evaluation import person
from reports.domain import assigning
from reports.domain.assigning import Group
from reports.models import BulkAssignment, SetAside
from reports.printing.words import money
from reports.queries import unassigned, waiting
from reports.queries.unassigned import Reason
from reports.queries.waiting import Unassigned

ROWS = 100
OFFERED = 300
"""Companies offered while typing; others are found by their number."""


class AssignManyForm(forms.Form):
    """To whom the chosen lines go, and on which days."""

    company = forms.CharField(
        label=gettext_lazy("Company"),
        max_length=80,
        widget=forms.TextInput(attrs={"list": "companies", "autocomplete": "off"}),
        help_text=gettext_lazy("Agreement number or business number."),
    )
    from_on = forms.DateField(
        label=gettext_lazy("from"),
        required=False,
        widget=DayInput(),
        help_text=gettext_lazy("Left empty: from the first day on which such a line waits."),
    )
    until_on = forms.DateField(label=gettext_lazy("until"), required=False, widget=DayInput())
    by_listing = forms.BooleanField(
        label=gettext_lazy("by the listing number, where there is one"), required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_company(self) -> Participation:
        """A company that takes part in a program of the person's agency; of several programs the newest one."""
        text = self.cleaned_data["company"].strip()
        parts = (
            Participation.objects.taking_part()
            .filter(agency__in=agency_ids(self.user, *WRITERS))
            .select_related("company", "program", "agency")
        )
        number = text.partition(" ")[0]
        found = list(parts.filter(number=text) or parts.filter(number=number))
        if not found:
            digits = number.replace("-", "")
            found = list(parts.filter(company__business_number=digits).order_by("-program__starts_on"))
        if not found:
            raise forms.ValidationError(
                _("No company with this number takes part in a program of your agency.")
            )
        if len(found) > 1:
            raise forms.ValidationError(
                _("The company takes part in several programs: type the agreement number (%(numbers)s).")
                % {"numbers": ", ".join(part.number for part in found)}
            )
        return found[0]


def code_of(row: Unassigned | Group) -> str:
    """A group as the value of its box."""
    return json.dumps([str(row.store), row.sku, row.listing_reference], ensure_ascii=False)


def _group(code: str) -> Group:
    try:
        store, sku, listing = json.loads(code)
        if isinstance(sku, str) and isinstance(listing, str):
            return Group(UUID(store), sku, listing)
    except (ValueError, TypeError, AttributeError):
        pass
    raise RuleBroken("nothing_chosen", _("Choose at least one line."))


def solve(request: HttpRequest, form: AssignManyForm) -> tuple[list[BulkAssignment], str]:
    """Do what the button says with the chosen groups: what was assigned, and a sentence. `RuleBroken` as the verbs; an
    invalid form gives neither."""
    user = person(request)
    do = request.POST.get("do", "")
    if do.startswith("one:"):
        chosen = [_group(do.removeprefix("one:"))]
        do = "proposed"
    else:
        chosen = [_group(code) for code in request.POST.getlist("group")]
    if do == "aside":
        count = assigning.set_aside(chosen, reason=request.POST.get("reason", ""), by=user)
        return [], ngettext("%(count)d group put aside.", "%(count)d groups put aside.", count) % {
            "count": count
        }
    if do == "back":
        count = assigning.take_back(chosen, by=user)
        return [], ngettext("%(count)d group waits again.", "%(count)d groups wait again.", count) % {
            "count": count
        }
    if do == "proposed":
        made = assigning.assign_proposed(_proposed(user, chosen), by=user)
        return made, _assigned(made, None)
    if not form.is_valid():
        return [], ""
    values = form.cleaned_data
    bulk = assigning.assign(
        chosen,
        values["company"],
        from_on=values["from_on"],
        until_on=values["until_on"],
        by_listing=values["by_listing"],
        by=user,
    )
    return [bulk], _assigned([bulk], values["until_on"])


def _assigned(made: list[BulkAssignment], until_on: dt.date | None) -> str:
    """What was done; an agreed last day that cut it is said."""
    parts = [each.participation for each in made]
    cut = {part.ends_with for part in parts if part.ends_with and lasting.until(part, until_on) != until_on}
    if cut:
        return " ".join(str(lasting.why_until(day)) for day in sorted(cut))
    return _("Assigned. The lines are looked at again.")


def _proposed(user: User, chosen: list[Group]) -> list[tuple[Group, Participation]]:
    """Each chosen group with its only proposal. Refused: `not_one_proposal`, with how many have none or several."""
    wanted = {(group.store, group.sku, group.listing_reference): group for group in chosen}
    rows = [row for row in waiting.unassigned(user) if (row.store, row.sku, row.listing_reference) in wanted]
    found = unassigned.candidates(rows)
    pairs = [(wanted[key], each[0].participation) for key, each in found.items() if len(each) == 1]
    if len(pairs) < len(wanted):
        count = len(wanted) - len(pairs)
        raise RuleBroken(
            "not_one_proposal",
            ngettext(
                "%(count)d chosen line has no proposal, or several, or waits no more. Take it out, or type its company.",
                "%(count)d chosen lines have no proposal, or several, or wait no more. Take them out, or type their company.",
                count,
            )
            % {"count": count},
        )
    return pairs


def unassigned_context(request: HttpRequest, form: AssignManyForm) -> dict[str, Any]:
    """The groups that wait, or those put aside, with their sums; a page of them with proposals."""
    user = person(request)
    is_aside = request.GET.get("state") == "aside"
    everything, aside = waiting.unassigned(user), waiting.put_aside(user)
    words = request.GET.get("q", "").strip()
    store = request.GET.get("store", "")
    rows = [
        row
        for row in (aside if is_aside else everything)
        if (not store or row.store_code == store)
        and words.lower() in f"{row.title} {row.sku} {row.listing_reference}".lower()
    ]
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    found = {} if is_aside else unassigned.candidates(list(page))
    reasons = {
        (each.store_id, each.sku, each.listing_reference): each
        for each in SetAside.objects.filter(
            agency__in=agency_ids(user), ended_at__isnull=True
        ).select_related("set_by")
    }
    chosen = set(request.POST.getlist("group"))
    return {
        "form": form,
        "is_aside": is_aside,
        "words": words,
        "store": store,
        "stores": sorted({(row.store_code, row.store_name) for row in (aside if is_aside else everything)}),
        "waiting_lines": sum(row.lines for row in everything),
        "aside_lines": sum(row.lines for row in aside),
        "sums": _sums(rows),
        "group_count": len(rows),
        "rows": [
            {
                "row": row,
                "code": code_of(row),
                "is_chosen": code_of(row) in chosen,
                "days": day(row.first_on)
                if row.first_on == row.last_on
                else f"{day(row.first_on)} – {day(row.last_on)}",
                "amount": money(row.amount, row.currency),
                "can_be_assigned": bool(row.sku.strip() or row.listing_reference.strip()),
                "candidates": [
                    {"part": each.participation, "why": _why(each)}
                    for each in found.get((row.store, row.sku, row.listing_reference), [])
                ],
                "aside": reasons.get((row.store, row.sku, row.listing_reference)),
            }
            for row in page
        ],
        "page_obj": page,
        "may_solve": may(user, "admin:reports_unassigned", "POST") and bool(agency_ids(user, *WRITERS)),
        "companies": Participation.objects.taking_part()
        .filter(agency__in=agency_ids(user))
        .select_related("company")
        .order_by("company__name_ko")[:OFFERED],
        "recent": BulkAssignment.objects.filter(agency__in=agency_ids(user)).select_related(
            "participation__company"
        )[:5],
    }


def _why(each: unassigned.Candidate) -> str:
    return {
        Reason.LISTING: _("listing of the product %(where)s"),
        Reason.SKU: _("same SKU in store %(where)s"),
        Reason.TITLE: _("same title before, store %(where)s"),
    }[each.reason] % {"where": each.where}


def _sums(rows: list[Unassigned]) -> list[str]:
    """The amounts of the groups, currency by currency."""
    found: dict[str, Any] = {}
    for row in rows:
        found[row.currency] = found.get(row.currency, 0) + row.amount
    return [money(amount, currency) for currency, amount in sorted(found.items())]
