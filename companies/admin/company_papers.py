"""Certificates on a company's page: the file, what the reader's agencies found, and a small form to look at them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin.stored import file_link
from accounts.models import Agency
from companies.models import Certificate
from ground.templatetags.naru import seoul


def paper_link(certificate: Certificate) -> Any:
    if certificate.file is None:
        return certificate.get_kind_display()
    return file_link(certificate.file, certificate.get_kind_display())


def judged(certificate: Certificate) -> Any:
    """What the reader's agencies found, each with who, when and why."""
    judgments = list(certificate.judgments.all())
    if not judgments:
        return Certificate.State.UNCHECKED.label
    return format_html_join(
        "",
        "<p>{} · {} · {} · {}{}</p>",
        (
            (
                each.get_state_display(),
                each.agency,
                each.by,
                seoul(each.at),
                f" · {each.reason}" if each.reason else "",
            )
            for each in judgments
        ),
    )


def judging(request: HttpRequest, certificate: Certificate, deciding: list[Agency]) -> Any:
    """A small form for each agency of the reader's that has not looked at the paper. Refusing comes first: Enter in the
    reason's field presses the first button."""
    from django.middleware.csrf import get_token

    judged = {each.agency_id for each in certificate.judgments.all()}
    url = reverse(
        "admin:companies_company_certificate",
        kwargs={"pk": certificate.company_id, "certificate": certificate.pk},
    )
    return format_html_join(
        "",
        '<form class="row" method="post" action="{}"><input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="agency" value="{}"><span>{}</span>'
        '<input type="text" name="reason" aria-label="{}" placeholder="{}">'
        '<button class="btn btn-small" type="submit" name="accept" value="0">{}</button>'
        '<button class="btn btn-small" type="submit" name="accept" value="1">{}</button></form>',
        (
            (
                url, get_token(request), each.pk, each if len(deciding) > 1 else "",
                _("Reason for refusing"), _("Reason for refusing"), _("Refuse"), _("Accept"),
            )
            for each in deciding
            if each.pk not in judged
        ),
    )  # fmt: skip
