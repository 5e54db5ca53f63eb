"""Merging two records that are one company: what would become of every table, what must be decided first, and the steps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import lately
from accounts.admin.acting import ActingAdmin, Doing, Table, Words, fact, sent, who
from accounts.admin.second_person import shown_at
from accounts.domain import approvals
from accounts.forms import AgencyChoiceForm
from accounts.models.agency import DecisionKind
from companies import verdicts
from companies.admin.company_history import DocumentForm, linked
from companies.admin.succession import ReasonForm
from companies.domain import merged, merging
from companies.domain.merging_plan import GIVEN_UP, KEPT, SIDES, Line, Plan, name_of, plan_of
from companies.models import Company, Member, Merge
from companies.verdicts import Block, Verdict
from ground.access import may
from ground.templatetags.naru import seoul, whole


class MergeForm(DocumentForm, AgencyChoiceForm):
    kept = forms.CharField(label=_("record that stays"), max_length=20, help_text=_("Its business number."))
    given_up = forms.CharField(
        label=_("record that is given up"),
        max_length=20,
        help_text=_("Its business number. The record is closed for good; nothing that names it is changed."),
    )
    reason = forms.CharField(
        label=_("reason"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("How you know that the two are one company."),
    )
    field_order = ["agency", "kept", "given_up", "reason", "document", "upload"]


class ChoicesForm(forms.Form):
    """For each thing that the records say differently, whose holds."""

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in (each for each in plan.differences if each.is_a_choice):
            self.fields[each.key] = forms.ChoiceField(
                label=each.label,
                initial=each.chosen,
                widget=forms.RadioSelect,
                choices=[
                    (side, format_html("{}: {}", capfirst(str(SIDES[side])), text or "–"))
                    for side, text in ((KEPT, each.kept), (GIVEN_UP, each.given_up))
                ],
            )


shown_at(DecisionKind.MERGE, "admin:companies_merge_change")


@admin.register(Merge)
class MergeAdmin(ActingAdmin):
    empty_text = _(
        "No companies were merged. Whether one company is recorded twice is shown under similar companies."
    )
    list_display = ["given_up", "kept", "standing", "agency", "begun_by", "created_at", "carried_out_at"]
    list_select_related = ["kept", "given_up", "agency", "begun_by"]
    search_fields = [
        "kept__name_ko",
        "kept__business_number",
        "given_up__name_ko",
        "given_up__business_number",
    ]
    add_form_class = MergeForm

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related(
            "agency", "kept", "given_up", "file", "begun_by", "carried_out_by", "succession"
        )

    def get_urls(self) -> list[URLPattern]:
        dropping = self.form_path(
            "drop",
            ReasonForm,
            lambda request, row, facts: merging.drop(row, by=who(request), **facts),
            _("Drop the merge"),
            _("Nothing is changed on either record."),
        )
        verbs = {"ask": self._ask, "answer": self._answer, "carry_out": self._carry_out}
        return [
            dropping,
            self._path("decide", self._decide),
            *(self.verb_path(name, act) for name, act in verbs.items()),
            *super().get_urls(),
        ]

    # Verbs

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        initial = {name: request.GET.get(name, "") for name in ("kept", "given_up")}
        return MergeForm(sent(request), request.FILES or None, user=who(request), initial=initial)

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> Merge:
        return merging.begin(by=who(request), **facts)

    def _decide(self, request: HttpRequest, pk: Any) -> HttpResponse:
        row = self.seen(request, pk)
        return self.ask(
            request,
            row,
            ChoicesForm(sent(request), plan=_plan(row)),
            lambda choices: merging.decide(row, choices=choices, by=who(request)),
            title=_("Say whose facts hold"),
            why=_("What does not hold is taken out; it stays in the history of the record."),
        )

    def _ask(self, request: HttpRequest, row: Merge) -> Words:
        merging.ask(row, by=who(request))
        return _("Asked: another manager of your agency agrees on this page.")

    def _answer(self, request: HttpRequest, row: Merge) -> Words:
        is_granted = request.POST.get("grant") == "1"
        merging.answer(
            row,
            question=request.POST.get("question", ""),
            grant=is_granted,
            reason=request.POST.get("reason", ""),
            by=who(request),
        )
        return _("You agreed. The merge can be carried out now.") if is_granted else _("You refused.")

    def _carry_out(self, request: HttpRequest, row: Merge) -> Words:
        merging.carry_out(row, by=who(request))
        return _("The two records are one now; the members of both are written to.")

    # The record's page

    @admin.display(description=_("state"))
    def standing(self, record: Merge) -> Words:
        return self.badge(record)[0]

    def badge(self, record: Merge) -> tuple[Words, str]:
        if record.carried_out_at:
            return _("carried out"), "ok"
        return (_("dropped"), "neutral") if record.dropped_at else (_("under way"), "wait")

    def facts(self, request: HttpRequest, record: Merge) -> list[dict[str, Any]]:
        found = [
            fact(_("record that stays"), _company(record.kept), whole(record.kept.pretty_number)),
            fact(
                _("record that is given up"), _company(record.given_up), whole(record.given_up.pretty_number)
            ),
            fact(_("reason"), record.reason),
            fact(_("document"), linked(record.file, record.document)),
            fact(_("agency"), record.agency),
            fact(_("begun by"), record.begun_by, seoul(record.created_at)),
        ]
        if record.is_under_way:
            found.append(
                fact(_("once carried out"), _("It cannot be undone: what moved does not come back."))
            )
        asked = merging.latest(record)
        if asked is not None:
            page = reverse("admin:accounts_approval_change", args=[asked.pk])
            answer: Words = _("waits for an answer")
            if asked.answered_at is not None:
                answer = _("approved") if asked.is_granted else _("refused")
            note: Any = asked.answered_by or ""
            if record.is_under_way and asked.digest != _plan(record).digest:
                note = _("Something has changed since: ask again.")
            found.append(fact(_("second person"), format_html('<a href="{}">{}</a>', page, answer), note))
        if record.carried_out_at:
            found.append(fact(_("carried out by"), record.carried_out_by, seoul(record.carried_out_at)))
        return found

    def doings(self, request: HttpRequest, record: Merge) -> list[Doing]:
        if not record.is_under_way or not may(request.user, self._route("ask"), "POST"):
            return []
        plan, asked = _plan(record), merging.latest(record)
        is_open = asked is not None and asked.answered_at is None
        fits = asked is not None and asked.digest == plan.digest
        found = []
        if any(each.is_a_choice for each in plan.differences):
            label = _("Say whose facts hold")
            found.append(
                Doing(
                    label, self.url("decide", record), is_page=True, tone="primary" if plan.undecided else ""
                )
            )
        if asked is not None and is_open and fits:
            url = self.url("answer", record)
            refusal = approvals.why_not(asked, who(request))
            why_not: Words | None = lately.why_not(request) if refusal is None else refusal.sentence
            shown = {"question": str(asked.pk)}
            found += [
                Doing(_("Agree"), url, why_not, tone="primary", values={"grant": "1", **shown}),
                Doing(
                    _("Refuse, with a reason"), url, why_not, values={"grant": "0", **shown}, asks_reason=True
                ),
            ]
        elif not (asked is not None and asked.is_granted and fits):
            tone = "" if plan.undecided else "primary"
            found.append(Doing(_("Ask a second person"), self.url("ask", record), _why_not(plan), tone=tone))
        else:
            found.append(
                Doing(_("Carry the merge out"), self.url("carry_out", record), _why_not(plan), tone="primary")
            )
        return [*found, Doing(_("Drop the merge"), self.url("drop", record), is_page=True)]

    def tables(self, request: HttpRequest, record: Merge) -> list[Table]:
        if record.carried_out_at:
            return [_told(record)]
        if not record.is_under_way:
            return []
        plan = _plan(record)
        differing = [
            [each.label, each.kept or "–", each.given_up or "–", SIDES[each.chosen]]
            for each in plan.differences
        ]
        becoming = [
            [
                each.label,
                _number(each.shown_at(KEPT), each.hides(KEPT)),
                _number(each.shown_at(GIVEN_UP), each.hides(GIVEN_UP)),
                _told_of(each),
            ]
            for each in plan.lines
            if _is_touched(each)
        ]
        without = [each.label for each in plan.lines if not _is_touched(each)]
        becoming.append([_("Nothing at the record given up"), "", "", ", ".join(without)])
        return [
            Table(
                _("what must be decided first"), [_("what stands in the way"), _("where")],
                [[each.sentence, _where(request, each)] for each in plan.blocks], _("Nothing stands in the way."),
            ),
            Table(
                _("what the two records say differently"),
                [_("what"), _("record that stays"), _("record that is given up"), _("whose holds")],
                differing, _("They say the same."),
            ),
            Table(
                _("members"),
                [_("name"), _("e-mail"), _("record that stays"), _("record that is given up"), _("role afterwards")],
                [
                    [each.user, each.user.shown_email, *(Member.Role(role).label if role else "–" for role in (each.now, each.there, each.after))]
                    for each in merged.seats(record.kept, record.given_up)
                ], _("Neither record has a member."),
            ),
            Table(
                _("what becomes of each table"),
                [_("table"), (_("record that stays"), True), (_("record that is given up"), True), _("what becomes of the rows")],
                becoming,
            ),
        ]  # fmt: skip


def _plan(record: Merge) -> Plan:
    """Read once for a page."""
    kept: Any = record
    if not hasattr(kept, "plan"):
        kept.plan = plan_of(record)
    found: Plan = kept.plan
    return found


def _why_not(plan: Plan) -> Words | None:
    if not plan.merge.file.has_passed:
        return _(
            "The paper has not passed the check of files. Wait for it, or drop this and begin with another paper."
        )
    if plan.blocks:
        return _("Something must be decided first: see below.")
    return _("Say first whose facts hold.") if plan.undecided else None


def _is_touched(line: Line) -> bool:
    return bool(line.at_given_up) or line.rows.verdict == Verdict.SHARED


def _told_of(line: Line) -> Any:
    """What becomes of the rows, why, and what goes or stays with them."""
    named = [
        each._meta for each in verdicts.followers()[line.model] if "verbose_name" in each._meta.original_attrs
    ]
    names = [str(each.verbose_name_plural) for each in named]  # others are not for readers
    follow = _("with them: %(names)s") % {"names": ", ".join(names)} if names else ""
    notes = [(note,) for note in (line.rows.why, follow) if note]
    return format_html(
        "<div>{}{}</div>", _becomes(line), format_html_join("", '<br><span class="subtle">{}</span>', notes)
    )


def _becomes(line: Line) -> Words:
    verdict = line.rows.verdict
    if verdict != Verdict.MOVES or not line.shown_at(GIVEN_UP):
        return verdict.label
    numbers = (
        (_("moves: %(number)d"), line.moving),
        (_("same at both or not to hold, taken out: %(number)d"), line.folding),
        (_("of the record that stays, taken out: %(number)d"), line.yielding),
        (_("stays: %(number)d"), line.staying),
        (_("not decided yet: %(number)d"), line.undecided),
    )
    shown = ((text, len(line.shown(keys))) for text, keys in numbers)
    return " · ".join(str(text) % {"number": number} for text, number in shown if number)


def _number(shown: int, hidden: int) -> Words:
    """How many the agency knows, and that there are others, not how many."""
    return _("%(number)d and those of other agencies") % {"number": shown} if hidden else str(shown)


def _told(record: Merge) -> Table:
    labels = {
        name_of(model, rows): rows.label or model._meta.verbose_name_plural
        for model, rows in verdicts.everything()
    }
    columns = [_("table"), (_("moved"), True), (_("taken out"), True), (_("stayed"), True)]
    rows = [
        [
            capfirst(str(labels.get(each["table"], each["table"]))),
            *(_number(count - hidden, hidden) for count, hidden in _counted(each)),
        ]
        for each in record.moved
    ]
    return Table(_("what was moved"), columns, rows, _("Nothing hung on the record given up."))


def _counted(told: dict[str, Any]) -> list[tuple[int, int]]:
    """Of what moved, was taken out and stayed: how many, and how many of those are other agencies'."""
    counts = {"moved": len(told["moved"]), "folded": len(told["folded"]), "stays": told["stays"]}
    return [(count, told["of_others"][name]) for name, count in counts.items()]


def _where(request: HttpRequest, block: Block) -> Any:
    if not block.route or not may(request.user, block.route):
        return ""
    return format_html('<a href="{}">{}</a>', reverse(block.route, args=[block.key]), _("Open"))


def _company(company: Company) -> Any:
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:companies_company_change", args=[company.pk]), company
    )
