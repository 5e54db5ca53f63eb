"""The receipt of a submission as a paper: what the company keeps to show what it handed in, and when."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from ground.clock import SEOUL
from ground.templatetags.naru import day
from programs.printing.consents import consents_section
from programs.printing.paper import Column, Facts, Paper, Remark, Section, Table, write_pdf
from programs.queries.receipts import Receipt


def receipt_pdf(receipt: Receipt) -> bytes:
    """The receipt as PDF bytes in the active language, dated with the instant of receipt: the same receipt gives the
    same bytes."""
    return write_pdf(
        Paper(
            title=_("Receipt"),
            subtitle=receipt.number,
            issuer=receipt.agency,
            footer=_("Checksum of the content (SHA-256)") + f" {receipt.content_sha256}",
            dated=receipt.received_at,
            facts=(
                (_("Receipt number"), receipt.number),
                (_("Received"), to_the_second(receipt.received_at)),
                (_("Call"), f"{receipt.call}\n{receipt.notice_number}"),
                (_("Company"), receipt.company),
                (_("Business number"), receipt.business_number),
                *([(_("Entered by"), receipt.entered_by)] if receipt.entered_by else []),
                (_("Checksum of the content (SHA-256)"), receipt.content_sha256),
            ),
            sections=(_answers(receipt), _files(receipt), consents_section(receipt.consents), _remarks()),
        )
    )


def to_the_second(instant: dt.datetime) -> str:
    """Day and time in Seoul with seconds, the zone said."""
    local = instant.astimezone(SEOUL)
    return _("%(day)s %(time)s (Seoul time)") % {"day": day(local.date()), "time": f"{local:%H:%M:%S}"}


def size_text(size: int) -> str:
    return _("%(count)s bytes") % {"count": f"{size:,}"}


def _answers(receipt: Receipt) -> Section:
    lines = tuple(
        (str(number), heading.label, _("answered") if heading.is_answered else _("left empty"))
        for number, heading in enumerate(receipt.headings, start=1)
    )
    baseline = (
        _("handed in, last year %(year)d") % {"year": receipt.baseline_year}
        if receipt.baseline_year is not None
        else _("not handed in")
    )
    return Section(
        _("Answers handed in"),
        (
            Facts(((_("Baseline"), baseline),)),
            Table(
                (Column(_("No."), 1, number=True), Column(_("Question"), 12), Column(_("Answer"), 3)), lines
            )
            if lines
            else Remark(_("The call asks no questions of its own.")),
        ),
    )


def _files(receipt: Receipt) -> Section:
    lines = tuple(
        (f"{each.document}\n{each.name}", size_text(each.size), each.sha256) for each in receipt.files
    )
    columns = (Column(_("Document and file"), 8), Column(_("Size"), 4, number=True), Column("SHA-256", 9))
    return Section(
        _("Files handed in"), (Table(columns, lines) if lines else Remark(_("No file was handed in.")),)
    )


def _remarks() -> Section:
    return Section(
        _("About this receipt"),
        (
            Remark(
                _(
                    "It says what was handed in at this instant. An application can be recalled or corrected later: whether"
                    " this receipt is still in force stands on its page in the portal."
                )
            ),
        ),
    )
