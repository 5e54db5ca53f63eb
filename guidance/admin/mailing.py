"""Sending a guide: what is sent, rules that find companies of the register, the preview, and the sending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import linebreaksbr
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.acting import ActingAdmin, Doing, Table, Words, fact, sent, who
from companies.models import Sight
from ground.access import may
from ground.ids import is_key
from ground.small import LEAST
from ground.templatetags.naru import seoul
from guidance.domain import mailing as mailings
from guidance.forms.mailing import MailingForm, RuleKindForm, RuleValuesForm, SendForm, edition_label
from guidance.models import Mailing, MailingRule
from guidance.queries.mailing import Preview, Told, names, preview, told
from programs.admin.verbs import instant_of, writes_for
from programs.domain.criteria.names import names_of
from programs.domain.criteria.wording import asks
from programs.models import Criterion

SHOWN = 50


@admin.register(Mailing)
class MailingAdmin(ActingAdmin):
    add_form_class = MailingForm
    list_display = [
        "name",
        "program",
        "guide",
        "receivers_count",
        instant_of("sent_at", _("sent at")),
    ]
    list_filter = [
        ("sent_at", admin.EmptyFieldListFilter),
        ("edition__country", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["name", "subject", "program__code", "edition__program__code"]
    history_hanging = ("rules",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        named = rows.select_related("agency", "program", "edition__country", "edition__program", "sent_by")
        mailed = Q(receivers__mailed_at__isnull=False)
        seen = Q(receivers__company__in=Sight.objects.filter(agency=OuterRef("agency")).values("company"))
        counted: QuerySet[Any] = named.defer("edition__content").annotate(
            count=Count("receivers"), seen=Count("receivers", filter=seen),
            mailed=Count("receivers", filter=mailed), mailed_seen=Count("receivers", filter=mailed & seen),
        )  # fmt: skip
        return counted

    def get_urls(self) -> list[URLPattern]:
        return [
            self._path("edit", self._edit),
            self._path("kind", self._kind),
            self._path("rule", self._rule),
            self._path("send", self._send),
            self.verb_path("drop_rule", self._drop_rule),
            *super().get_urls(),
        ]

    @admin.display(description=_("guide"), ordering="edition__country")
    def guide(self, row: Any) -> str:
        return f"{row.edition.country} {row.edition.version}"

    @admin.display(description=_("companies"))
    def receivers_count(self, row: Any) -> Any:
        return _companies(told(row.count, row.seen)) if row.sent_at else ""

    def form_for(self, request: HttpRequest, form_class: Any, record: Any) -> forms.BaseForm:
        form: forms.BaseForm = form_class(sent(request), user=who(request))
        return form

    def add(self, request: HttpRequest, facts: dict[str, Any]) -> Mailing:
        return mailings.save_mailing(Mailing(**facts), by=who(request))

    def badge(self, record: Any) -> tuple[Words, str]:
        return (_("sent"), "ok") if record.sent_at else (_("being prepared"), "wait")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found = [
            fact(_("program"), record.program),
            fact(_("guide"), edition_label(record.edition)),
            fact(_("subject"), record.subject),
            fact(_("text"), linebreaksbr(record.body)),
            fact(_("only to those who have not read it"), _("yes") if record.is_unread_only else _("no")),
        ]
        if record.sent_at:
            mailed = told(record.mailed, record.mailed_seen, in_steps=True)
            note = _("mails are written to: %(companies)s") % {"companies": _companies(mailed)}
            found.append(fact(_("sent at"), seoul(record.sent_at), record.sent_by))
            found.append(fact(_("companies"), _companies(told(record.count, record.seen)), note))
            return found
        seen = self._preview(record)
        found += [
            fact(_("would be written to"), _companies(seen.told(seen.reached))),
            fact(
                _("got this edition before"),
                _companies(seen.told(seen.again)),
                _("left out unless you say again"),
            ),
            fact(
                _("left out: did not agree to mails with guides, or withdrew"),
                _companies(seen.told(seen.without_consent, in_steps=True)),
            ),
        ]
        if record.is_unread_only:
            readers = _companies(seen.told(seen.readers, in_steps=True))
            found.append(fact(_("left out: read it"), readers))
        if self._rules(record):
            unknown = _companies(told(seen.unknown, 0, in_steps=True))
            found.append(fact(_("left out: nobody knows whether they meet the rules"), unknown))
        return found

    def tables(self, request: HttpRequest, record: Any) -> list[Table]:
        tables = [
            Table(
                _("rules: a company meets all of them"),
                [_("rule")],
                [[said] for _rule, said in self._rules(record)],
                _("No rule yet: every company of the register is meant."),
            )
        ]
        if record.sent_at:
            shown = names(set(record.receivers.values_list("company", flat=True)), request.user, most=SHOWN)
        else:
            shown = names(self._preview(record).reached, request.user, most=SHOWN)
        rows = [[each, each.pretty_number] for each in shown]
        title = _("companies, as far as your agency sees them (%(most)d at most)") % {"most": SHOWN}
        return [
            *tables,
            Table(title, [_("company"), _("business number")], rows, _("None that your agency sees.")),
        ]

    def doings(self, request: HttpRequest, record: Any) -> list[Doing]:
        if (
            record.sent_at
            or not writes_for(request, record)
            or not may(request.user, self._route("send"), "POST")
        ):
            return []
        found = [
            Doing(_("Send"), self.url("send", record), tone="primary", is_page=True),
            Doing(_("Add a rule"), self.url("kind", record), is_page=True),
            Doing(_("Change the mailing"), self.url("edit", record), is_page=True),
        ]
        for rule, said in self._rules(record):
            label = _("Take out: %(rule)s") % {"rule": said}
            found.append(Doing(label, self.url("drop_rule", record), values={"rule": str(rule.pk)}))
        return found

    def _rules(self, record: Any) -> list[tuple[MailingRule, str]]:
        """Each with its sentence; asked once for one page."""
        if "shown_rules" not in vars(record):
            rules = list(record.rules.all())
            criteria = [Criterion(kind=each.kind, values=each.values) for each in rules]
            known = names_of(criteria)
            vars(record)["shown_rules"] = [
                (rule, asks(each, known)) for rule, each in zip(rules, criteria, strict=True)
            ]
        found: list[tuple[MailingRule, str]] = vars(record)["shown_rules"]
        return found

    def _preview(self, record: Any) -> Preview:
        """Asked once for one page."""
        if "shown_preview" not in vars(record):
            vars(record)["shown_preview"] = preview(record)
        found: Preview = vars(record)["shown_preview"]
        return found

    def _unsent(self, request: HttpRequest, pk: UUID) -> Any:
        """The record of a form that is opened; of a mailing that was sent there is none. What is sent in, the verb answers."""
        record = self.seen(request, pk)
        if record.sent_at is not None and request.method != "POST":
            raise mailings.was_sent()
        return record

    def _edit(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        record = self._unsent(request, pk)
        form = MailingForm(sent(request), instance=record, user=who(request))
        return self.ask(
            request, record, form, lambda values: mailings.save_mailing(record, by=who(request)), title=_("Change the mailing")
        )  # fmt: skip

    def _kind(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Which kind; its fields follow."""
        record = self._unsent(request, pk)
        form = RuleKindForm(sent(request))
        if request.method == "POST" and form.is_valid():
            return HttpResponseRedirect(f"{self.url('rule', record)}?kind={form.cleaned_data['kind']}")
        return self.ask(request, record, form, lambda values: None, title=_("Add a rule"))

    def _rule(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        record, kind = self._unsent(request, pk), request.GET.get("kind", "")
        if kind not in dict(MailingRule.KINDS):
            raise Http404
        form = RuleValuesForm(sent(request), mailing=record, kind=kind)

        def act(values: dict[str, Any]) -> None:
            mailings.save_rule(record, kind, form.values, by=who(request))

        title = _("Add a rule: %(kind)s") % {"kind": dict(MailingRule.KINDS)[kind]}
        return self.ask(request, record, form, act, title=title)

    def _drop_rule(self, request: HttpRequest, record: Any) -> Words:
        key = request.POST.get("rule", "")
        rule = record.rules.filter(pk=key).first() if is_key(key) else None
        if rule is None:
            raise Http404
        mailings.drop_rule(rule, by=who(request))
        return _("The rule is taken out.")

    def _send(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The numbers once more, and whether it is sent again to those that had it."""
        record = self._unsent(request, pk)
        seen = self._preview(record)
        every = seen.told(seen.reached | seen.again)
        initial = {"expected": seen.told(seen.reached).least, "expected_all": every.least}
        form = SendForm(sent(request), initial=initial)

        def act(values: dict[str, Any]) -> None:
            is_again = values["is_again"]
            expected = values["expected_all" if is_again else "expected"]
            mailings.send(record, expected=expected, is_again=is_again, by=who(request))

        why = _("%(reached)s are written to. %(again)s got this edition before and are left out unless you tick it.") % {
            "reached": _companies(seen.told(seen.reached)), "again": _companies(seen.told(seen.again)),
        }  # fmt: skip
        return self.ask(request, record, form, act, title=_("Send"), why=why)


def _companies(number: Told) -> str:
    """Of few that the agency does not see, no number and not whether there are any."""
    values = {"count": number.least, "least": LEAST}
    if number.is_least:
        return _("at least %(count)d companies") % values
    if number.others is not None:
        return ngettext("%(count)d company", "%(count)d companies", number.least) % values
    if not number.seen:
        return _("fewer than %(least)d companies") % values
    return (
        ngettext(
            "%(count)d company that your agency sees, and fewer than %(least)d others",
            "%(count)d companies that your agency sees, and fewer than %(least)d others",
            number.seen,
        )
        % values
    )
