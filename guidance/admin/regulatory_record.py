"""What stands on the page of a regulatory item: its facts, its steps, whom it concerns."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.acting import ActingAdmin, Table, Words, fact
from accounts.admin.second_person import answer_of
from accounts.admin.stored import file_link
from ground import words
from ground.templatetags.naru import amount, day, seoul
from guidance.domain import regulatory_public
from guidance.models import Concern, RegulatoryItem, RegulatoryStep
from guidance.queries import regulatory as questions
from guidance.views.regulatory import TONES


class RegulatoryRecord(ActingAdmin):
    @admin.display(description=_("program"), ordering="program__code")
    def program_name(self, row: Any) -> Words:
        return str(row.program) if row.program else _("of the agency alone")

    def badge(self, record: Any) -> tuple[Words, str]:
        if record.joined_into_id:
            return _("joined with another one"), "neutral"
        return record.get_state_display(), TONES[RegulatoryItem.State(record.state)]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        names = questions.named(record.countries)
        weight = questions.weight_of(record.root_id)
        losses = "; ".join(f"{each.currency} {amount(each.amount)}" for each in weight.losses)
        found = [
            fact(_("what hinders"), linebreaksbr(words.plain(record, "hinders"))),
            fact(_("program"), self.program_name(record)),
            fact(
                _("countries"),
                ", ".join(str(names[code]) for code in record.countries) or _("whatever the country"),
            ),
            fact(_("products (HS codes)"), ", ".join(record.products) or _("no certain ones")),
            fact(_("pillar"), record.get_pillar_display()),
            fact(_("law and article"), " ".join(filter(None, (record.law, record.article)))),
            fact(_("body asked"), record.body_name, record.body_contact),
            fact(
                _("companies that said that it concerns them"),
                weight.companies,
                _("loss a year, as they said: %(losses)s") % {"losses": losses} if losses else "",
            ),
            fact(_("next date"), day(record.next_on) if record.next_on else ""),
        ]
        if record.stated_companies is not None or record.stated_amount is not None:
            stated = [
                ngettext("%(count)d company", "%(count)d companies", record.stated_companies)
                % {"count": record.stated_companies}
                if record.stated_companies
                else "",
                f"{record.stated_currency_id} {amount(record.stated_amount)}" if record.stated_amount else "",
            ]
            note = (
                f"{record.stated_source} · {_('illustrative')}"
                if record.is_illustrative
                else record.stated_source
            )
            found.append(fact(_("estimate"), " · ".join(filter(None, stated)), note))
        if record.joined_into is not None:
            url = self.url("change", record.joined_into)
            goes_on = format_html('<a href="{}">{}</a>', url, record.joined_into)
            found.insert(0, fact(_("goes on as"), goes_on, seoul(record.joined_at)))
        return [*found, *self._public_facts(record)]

    def _public_facts(self, record: Any) -> list[dict[str, Any]]:
        found = []
        public = self._public(record)
        if public is not None:
            url = reverse("regulatory_show", args=[record.pk])
            note = _("published %(when)s, version %(number)d") % {
                "when": seoul(public.published_at), "number": public.number,
            }  # fmt: skip
            found.append(fact(_("public"), format_html('<a href="{}">{}</a>', url, public), note))
            if any(
                public.serializable_value(name) != record.serializable_value(name)
                for name in regulatory_public.FACTS
            ):
                found.append(
                    fact(
                        _("not public yet"),
                        _("Facts were changed since. Write the words anew and publish them."),
                    )
                )
        draft = self._draft(record)
        if draft is not None:
            asked = regulatory_public.asked_about(draft)
            found.append(fact(_("draft of the words"), draft, answer_of(asked)[0] if asked else ""))
        return found

    def tables(self, request: HttpRequest, record: Any) -> list[Table]:
        steps = (
            RegulatoryStep.objects.filter(item=record)
            .select_related("taken_by")
            .prefetch_related("documents__file")
            .order_by("position", "taken_at")
        )
        concerns = (
            Concern.objects.about(record.pk)
            .select_related("company", "organization", "briefing", "item", "said_by")
            .order_by("said_at", "id")
        )
        return [
            Table(
                _("steps"),
                [_("day"), _("step"), _("note"), _("papers"), _("written by"), _("corrected")],
                [
                    [
                        day(each.on),
                        each.get_state_display(),
                        each.note,
                        format_html_join(
                            " ", "{}", ((file_link(paper.file),) for paper in each.documents.all())
                        ),
                        f"{each.taken_by} {seoul(each.taken_at)}",
                        _("corrected") if each.corrected_at else each.reason,
                    ]
                    for each in steps
                ],
            ),
            Table(
                _("whom it concerns"),
                [
                    _("raised by"),
                    _("company or body"),
                    _("in their words"),
                    _("loss a year"),
                    _("is told"),
                    _("written at"),
                ],
                [self._concern_row(record, each) for each in concerns],
                _("Nobody stands there yet."),
            ),
        ]

    def _concern_row(self, record: Any, concern: Concern) -> list[Any]:
        named = concern.company or concern.organization
        of = f" ({concern.item})" if concern.item_id != record.pk else ""
        if concern.withdrawn_at is not None:
            state: Words = _("taken back")
        else:
            state = _("yes") if concern.is_told else _("no")
        number = f" {concern.company.pretty_number}" if concern.company else ""
        briefing = str(concern.briefing) if concern.briefing else ""
        return [
            concern.get_source_display(),
            " · ".join(filter(None, (f"{named}{number}" if named else "", briefing, concern.reference))) + of,
            concern.text,
            f"{concern.currency_id} {amount(concern.amount)}" if concern.amount is not None else "",
            state,
            f"{seoul(concern.said_at)} {concern.said_by}",
        ]

    def _public(self, record: Any) -> Any:
        return _once(record, "shown_public", lambda: record.wordings.public().first())

    def _draft(self, record: Any) -> Any:
        return _once(record, "shown_draft", lambda: record.wordings.draft().select_related("agency").first())


def _once(record: Any, name: str, ask: Any) -> Any:
    """For one page: what stands on it at several places is asked once."""
    if name not in vars(record):
        vars(record)[name] = ask()
    return vars(record)[name]
