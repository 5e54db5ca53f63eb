"""The applicants of a call as one table: who, how it stands, what screening says, all figures and all answers, typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from ground.workbooks import Value
from programs.models import Answer, Application, Call, Document, ProductLine, Question
from programs.queries import ends
from programs.queries.answering import choice_label, country_names, yes_no
from programs.queries.case import figure_labels, figures_of
from programs.queries.screening import cases

AT_ONCE = 500
"""Applications whose answers are held at once."""
HANDED_IN = Q(submitted_at__isnull=False) & ~Q(status=Application.Status.DRAFT)
"""What a company takes back is a draft of its own again."""


def applicants_of(call: Call, user: Any) -> tuple[list[str], Iterator[list[Value]]]:
    """Head and rows in the reader's language: every application that was handed in and that the user may see, by
    receipt. Amounts of the baseline are in USD, those of answers in the currency of their head or of the column beside
    them; instants in Seoul time. Countries stand with their code, files with their name; products are rows of
    `products_of`. Persons in charge are not in it. Where staff entered one on a company's behalf, the last column says how
    the company asked. Rows are made as they are asked for, and one that was taken back meanwhile is left out: three queries,
    and four for each `AT_ONCE` applications, one more each for countries and for files.
    """
    questions = [
        each for each in Question.objects.filter(call=call).in_order() if each.kind != Question.Kind.PRODUCTS
    ]
    listed = list(
        Application.objects.visible_to(user)
        .filter(HANDED_IN, call=call)
        .order_by("receipt", "pk")
        .values_list("pk", "receipt", "on_behalf")
    )
    is_any_entered = any(behalf is not None for _pk, _receipt, behalf in listed)
    head = [
        _("Receipt number"), _("Business number"), _("Company"), _("Status"), _("Submitted at (Seoul time)"),
        _("Outcome of screening"), *figure_labels(),
    ]  # fmt: skip
    head += [title for question in questions for title in _titles(question)]
    if is_any_entered:
        head.append(_("Entered on the company’s behalf"))
    keys = [key for key, _receipt, _behalf in listed]
    return head, _rows(call, questions, keys, is_any_entered=is_any_entered)


def _rows(
    call: Call, questions: list[Question], keys: list[UUID], *, is_any_entered: bool
) -> Iterator[list[Value]]:
    countries = country_names(questions)
    applications = Application.objects.filter(HANDED_IN).select_related("company", "baseline", "on_behalf")
    for begin in range(0, len(keys), AT_ONCE):
        some = list(ends.with_end(applications).filter(pk__in=keys[begin : begin + AT_ONCE]))
        found = cases(call, applications=some)
        given: dict[UUID, dict[UUID, Answer]] = defaultdict(dict)
        for answer in Answer.objects.filter(application__in=some):
            given[answer.application_id][answer.question_id] = answer
        files = _files_of(questions, some)
        for each in found:
            yield [
                each.application.receipt,
                each.application.company.pretty_number,
                str(each.application.company),
                ends.word_of(each.application),
                each.application.submitted_at,
                str(each.outcome_label),
                *figures_of(getattr(each.application, "baseline", None)),
                *(
                    value
                    for question in questions
                    for value in (
                        [files.get((each.application.pk, question.pk))]
                        if question.kind == Question.Kind.FILE
                        else _values(question, given[each.application.pk].get(question.pk), countries)
                    )
                ),
                *([_entered(each.application)] if is_any_entered else []),
            ]


def _entered(application: Application) -> str:
    behalf = getattr(application, "on_behalf", None)
    return behalf.get_channel_display() if behalf is not None else ""


def products_of(call: Call, user: Any) -> tuple[list[str], Iterator[list[Value]]] | None:
    """Head and rows of all products in answers of the applications that `applicants_of` lists, by receipt; prices in the
    currency beside them. None where the form asks for no products. Rows are made as they are asked for. Two queries."""
    if not Question.objects.filter(call=call, kind=Question.Kind.PRODUCTS).exists():
        return None
    rows = (
        ProductLine.objects.filter(
            application__in=Application.objects.visible_to(user).filter(HANDED_IN, call=call)
        )
        .select_related("application", "company", "product", "answer__question")
        .order_by("application__receipt", "answer__question__position", "position", "pk")
    )
    head = [
        _("Receipt number"), _("Business number"), _("Company"), _("Question"), _("Product code"), _("Product"),
        _("HS code"), _("Quantity"), _("Price of one"), _("Currency"),
    ]  # fmt: skip
    return head, (
        [
            row.application.receipt, row.company.pretty_number, str(row.company), str(row.answer.question),
            row.product.code, str(row.product), row.product.hs_code, row.quantity, row.price_amount, row.currency,
        ]
        for row in rows.iterator(chunk_size=AT_ONCE)
    )  # fmt: skip


def _files_of(questions: list[Question], applications: list[Application]) -> dict[tuple[UUID, UUID], str]:
    """Names of the files that questions asked for, by application and question; of one that has not passed the check how
    it stands."""
    if not any(each.kind == Question.Kind.FILE for each in questions):
        return {}
    found = Document.objects.filter(
        application__in=applications, required__question__in=questions, replaced_at__isnull=True
    )
    return {
        (each.application_id, each.required.question_id): str(each.file.public_name)
        for each in found.select_related("required", "file")
        if each.required.question_id is not None
    }


def _titles(question: Question) -> list[str]:
    """One column a question; an amount whose currency is open has that beside it."""
    if question.kind != Question.Kind.MONEY:
        return [str(question)]
    if question.currency:
        return [f"{question} ({question.currency})"]
    return [str(question), _("%(question)s: currency") % {"question": question}]


def _values(question: Question, answer: Answer | None, countries: dict[str, str]) -> list[Value]:
    if answer is None:
        return [None] * len(_titles(question))
    match question.kind:
        case Question.Kind.NUMBER:
            return [answer.number]
        case Question.Kind.MONEY:
            return [answer.amount] if question.currency else [answer.amount, answer.currency]
        case Question.Kind.DAY:
            return [answer.day]
        case Question.Kind.YES_NO:
            return [yes_no(answer.is_yes)]
        case Question.Kind.ONE | Question.Kind.MANY:
            return [", ".join(choice_label(question, code) for code in answer.codes)]
        case Question.Kind.COUNTRY:
            return [", ".join(f"{code} {countries.get(code, '')}".strip() for code in answer.codes)]
    return [answer.text]
