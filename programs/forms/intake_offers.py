"""What of earlier applications and the profile is offered beside the empty fields of a form, and why some of it is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies.models import Certificate, Product
from programs.domain import intake_marks
from programs.domain.intake_check import why_not_valid
from programs.domain.intake_marks import PROFILE
from programs.forms.intake_answers import QuestionsForm, limits_sentence, require_decimals
from programs.forms.intake_products import MOST, ProductsField
from programs.models import Answer, Application, Document, Question, RequiredDocument
from programs.queries import answering
from programs.queries.earlier import Person, ProfileFact, day_given

Kind = Question.Kind
OFFERED = 3
"""Different earlier answers beside one question, at most."""
ALL = "all"
"""The press that takes over all that the last application offers."""


@dataclass(frozen=True)
class Source:
    """Where something was given and on which day: an application, or else the profile, or a certificate of it."""

    application: Application | None
    given_on: dt.date | None
    certificate: Certificate | None = None

    @property
    def given_at(self) -> tuple[str, str]:
        """To tell the newest application."""
        found = self.application
        if found is None or found.submitted_at is None:
            return ("", "")
        return (found.submitted_at.astimezone(dt.UTC).isoformat(), str(found.pk))


@dataclass(frozen=True)
class Offer:
    """Something to take over with one press, or why it cannot be; `values` by the name of their field as typed."""

    key: str
    shown: str
    source: Source
    values: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    asked: str = ""
    why_not: StrOrPromise = ""
    document: Document | Certificate | None = None
    required: RequiredDocument | None = None

    @property
    def mark(self) -> dict[str, Any]:
        found = self.source.application
        return {self.name: intake_marks.mark(self.values, str(found.pk) if found else PROFILE)}


@dataclass(frozen=True)
class Beside:
    """What stands beside a field: offers while it is empty, where it was taken over from afterwards."""

    offers: Sequence[Offer] = ()
    taken: Source | None = None


@dataclass(frozen=True)
class Offers:
    """All that is offered on a page; `last` is the application whose answers are taken over in one press."""

    beside: Mapping[str, Beside]
    last: Sequence[Offer] = ()

    def pressed(self, key: str) -> list[Offer]:
        """What a press takes over; nothing when it does not stand on the page."""
        if key == ALL:
            return list(self.last)
        every = (each for part in self.beside.values() for each in part.offers)
        return [each for each in every if each.key == key and not each.why_not]

    @property
    def has_any(self) -> bool:
        return any(part.offers for part in self.beside.values())


def of_application(application: Application) -> Source:
    return Source(application, day_given(application))


def is_empty(form: forms.Form, names: Iterable[str]) -> bool:
    return not any(intake_marks.as_text(form[name].value()) for name in names if name in form.fields)


def for_questions(
    form: QuestionsForm,
    earlier: Mapping[UUID, Sequence[Answer]],
    facts: Mapping[UUID, ProfileFact],
    marks: Mapping[str, Any],
    *,
    has_profile: bool,
) -> dict[str, Beside]:
    """What stands beside each question that is typed."""
    found: dict[str, Beside] = {}
    for question in form.questions:
        name = f"q_{question.code}"
        answers = earlier.get(question.pk, ())
        if question.kind == Kind.FILE:
            continue
        if is_empty(form, [name]):
            offers = _of_answers(form, question, answers)
            if has_profile:
                offers += _of_profile(form, question, facts.get(question.pk))
            found[question.code] = Beside(offers)
        elif name in marks:
            source = _marked(form, marks[name], [each.application for each in answers])
            found[question.code] = Beside(taken=source)
    return found


def _marked(form: forms.Form, each: Mapping[str, Any], sources: Iterable[Application]) -> Source | None:
    """Where it was taken over from, as long as it says the same."""
    now = {name: form[name].value() for name in each["values"] if name in form.fields}
    if not intake_marks.stands(each, now):
        return None
    if each["from"] == PROFILE:
        return Source(None, None)
    return next((of_application(one) for one in sources if str(one.pk) == each["from"]), None)


def _of_answers(form: QuestionsForm, question: Question, answers: Iterable[Answer]) -> list[Offer]:
    offers: list[Offer] = []
    name = f"q_{question.code}"
    for answer in answers:
        values = _typed(question, answer)
        if not values[name] or any(each.values == values for each in offers):
            continue
        is_reworded = answer.question.label_ko.strip() != question.label_ko.strip()
        offers.append(
            Offer(
                f"{question.code}:{answer.pk}",
                _shown(form.fields[name], answer),
                of_application(answer.application),
                values,
                name,
                str(answer.question) if is_reworded else "",
                _why_not(form, question, values, answer),
            )
        )
        if len(offers) == OFFERED:
            break
    return offers


def _typed(question: Question, answer: Answer) -> dict[str, Any]:
    """An answer as somebody would type it into this question."""
    stem = f"q_{answer.question.code}"
    values = {
        f"q_{question.code}{name.removeprefix(stem)}": intake_marks.as_text(value)
        for name, value in QuestionsForm.saved([answer]).items()
    }
    if question.currency:
        values.pop(f"q_{question.code}_currency", None)
    return values


def _shown(input_: forms.Field, answer: Answer) -> str:
    countries = {str(code): str(label) for code, label in getattr(input_, "choices", [])}
    return answering.shown(answer.question, answer, countries)


def _why_not(
    form: QuestionsForm, question: Question, values: Mapping[str, Any], answer: Answer
) -> StrOrPromise:
    """Why the answer does not fit the question any more; empty when it does."""
    name = f"q_{question.code}"
    input_ = form.fields[name]
    if question.kind == Kind.MONEY and question.currency not in {"", answer.currency}:
        return _("It is in %(earlier)s; this question asks for %(now)s.") % {
            "earlier": answer.currency,
            "now": question.currency,
        }
    if question.kind == Kind.MONEY and answer.currency not in form.currencies:
        return _("%(currency)s is not offered any more.") % {"currency": answer.currency}
    if isinstance(input_, ProductsField) and any(
        row["product"] not in input_.products for row in values[name]
    ):
        return _("It names a product that is out of use.")
    try:
        clean = input_.clean(values[name])
        if question.kind == Kind.MONEY and not question.currency:
            require_decimals(clean, form.currencies[answer.currency].decimals)
    except ValidationError as error:
        codes = {each.code for each in error.error_list}
        if "invalid_choice" in codes:
            return _("It names an option that is not offered here.")
        if codes & {"min_value", "max_value"}:
            return limits_sentence(question) or " ".join(error.messages)
        return " ".join(error.messages)
    return ""


def _of_profile(form: QuestionsForm, question: Question, fact: ProfileFact | None) -> list[Offer]:
    name = f"q_{question.code}"
    input_ = form.fields[name]
    shown, since = "", None
    value: Any = None
    if isinstance(input_, ProductsField):
        products: list[Product] = [each for each in input_.products.values() if each.disabled_on is None][
            :MOST
        ]
        shown = "\n".join(f"{each} ({each.code})" for each in products)
        value = [{"product": str(each.pk), "quantity": "", "price": "", "currency": ""} for each in products]
    elif fact is not None:
        shown, value, since = fact.value, fact.value, fact.since
        try:
            input_.clean(value)
        except ValidationError:
            return []
    if not value:
        return []
    return [Offer(f"{question.code}:{PROFILE}", shown, Source(None, since), {name: value}, name)]


def for_documents(
    required: Iterable[RequiredDocument],
    current: Mapping[UUID, Document],
    earlier: Mapping[UUID, Sequence[Document]],
    held: Mapping[UUID, Sequence[Certificate]],
    closing: dt.date,
) -> dict[str, Beside]:
    """What stands beside each document: earlier ones that fit, then certificates that the company's record holds; and, of
    one that is there, whether it is one of them."""
    found: dict[str, Beside] = {}
    for each in required:
        given, own, there = earlier.get(each.pk, ()), held.get(each.pk, ()), current.get(each.pk)
        papers: list[tuple[Document | Certificate, Source]] = [
            (one, of_application(one.application)) for one in given
        ]
        papers += [(one, Source(None, None, one)) for one in own if one.file is not None]
        if there is not None:
            same = [source for one, source in papers if _bytes_of(one) == there.file.sha256]
            found[each.code] = Beside(taken=same[0] if same else None)
            continue
        once = {_bytes_of(one): (one, source) for one, source in reversed(papers)}
        offers = [
            Offer(
                f"{each.code}:{one.pk}", one.file.name, source, why_not=why_not_valid(one, closing), document=one,
                required=each,
            )
            for one, source in reversed(once.values())
            if one.file is not None
        ]  # fmt: skip
        offers += [
            Offer(
                f"{each.code}:{one.pk}", str(one), Source(None, None, one),
                why_not=_("The record holds no file of it. Choose the file here."),
            )
            for one in own
            if one.file is None
        ]  # fmt: skip
        found[each.code] = Beside(sorted(offers, key=lambda one: bool(one.why_not))[:OFFERED])
    return found


def _bytes_of(paper: Document | Certificate) -> str:
    return paper.file.sha256 if paper.file is not None else ""


def last_of(beside: Mapping[str, Beside]) -> list[Offer]:
    """The answers of the last application that fit, one for each question that is empty; nothing for a single one."""
    fitting = [
        each
        for part in beside.values()
        for each in part.offers
        if each.values and not each.why_not and each.source.application
    ]
    given = [each.source.given_at for each in fitting]
    by_name: dict[str, Offer] = {}
    for each in fitting:
        if each.source.given_at == max(given):
            by_name.setdefault(each.name, each)
    return list(by_name.values()) if len(by_name) > 1 else []


CONTACT = ("contact_name", "contact_email", "contact_phone")


def for_contact(form: forms.Form, persons: Sequence[Person], marks: Mapping[str, Any]) -> dict[str, Beside]:
    """Persons in charge named before, while one of the three fields is empty."""
    if "contact" in marks:
        sources = [each.application for each in persons if each.application is not None]
        source = _marked(form, marks["contact"], sources)
        if source is not None:
            return {"contact": Beside(taken=source)}
    if all(not is_empty(form, [name]) for name in CONTACT):
        return {}
    offers = []
    for each in persons:
        values = dict(zip(CONTACT, (each.name, each.email, each.phone), strict=True))
        shown = " · ".join(filter(None, values.values()))
        source = of_application(each.application) if each.application else Source(None, None)
        offers.append(
            Offer(
                f"contact:{each.key}",
                shown,
                source,
                {k: v for k, v in values.items() if v},
                "contact",
                each.kind,
            )
        )
    return {"contact": Beside(offers)}
