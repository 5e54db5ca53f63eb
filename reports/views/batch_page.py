"""What a page says of a sales file (판매 파일 화면): how far it is, what it holds, what of it counts twice; for the portal and the staff site alike."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ground.files import MEGABYTE
from ground.spoken import spoken_months
from reports import permissions
from reports.domain import leaving_out, progress
from reports.files import detect
from reports.files.mapping.model import PAYOUTS
from reports.files.sentences import TEXTS, say
from reports.models import ImportBatch
from reports.printing.words import minor_units, money, number
from reports.queries import closing, files, told_twice
from reports.views import compared, months, rejects, tables

SHOWN_REJECTS = 20
State = ImportBatch.State

WORDS: dict[State, tuple[str, Callable[[], str]]] = {
    State.WAITING: ("wait", lambda: _("The file is stored and will be read in a moment.")),
    State.READING: ("wait", lambda: _("The file is being read.")),
    State.PREVIEW: ("warn", lambda: _("The file was read. Look at the figures below; nothing is counted before you confirm.")),
    State.IMPORTING: ("wait", lambda: _("The lines are being entered. You can leave this page.")),
    State.DONE: ("ok", lambda: _("The file is imported and counted.")),
    State.REFUSED: ("danger", lambda: _("The file was not taken. Nothing of it is counted.")),
    State.UNDONE: ("neutral", lambda: _("This import was taken back. Its lines stay on record and count no more.")),
    State.CANCELLED: ("neutral", lambda: _("You did not confirm this file. Nothing of it is counted.")),
}  # fmt: skip


def batch_context(batch: ImportBatch) -> dict[str, Any]:
    """What a page says of a file, for the portal and the staff site alike."""
    tone, sentence = WORDS[State(batch.state)]
    is_done = batch.state == State.DONE
    by_company = files.by_company(batch) if is_done else batch.by_company
    return {
        "batch": batch,
        "tone": tone,
        "sentence": sentence(),
        "refusal": batch.refusal_en if get_language() == "en" else batch.refusal_ko,
        "is_busy": batch.state in {State.WAITING, State.READING, State.IMPORTING},
        "is_unread": batch.state in permissions.UNREAD,
        "is_preview": batch.state == State.PREVIEW,
        "percent": progress.text_of(batch),
        "progress_label": phase(batch),
        "phases": phases(batch),
        "counts": [
            {"label": _("Rows in the file"), "value": batch.rows},
            {"label": _("Accepted"), "value": batch.accepted},
            {"label": _("Rejected"), "value": batch.rejected},
            {"label": _("Known already"), "value": batch.duplicate},
            {"label": _("Replaced by newer values"), "value": batch.replaced},
            {
                "label": _("Without a company now") if is_done else _("Without a company"),
                "value": files.without_company([batch.pk]).get(batch.pk, 0) if is_done else batch.unmatched,
            },
        ],
        "totals": _totals(batch.totals) if batch.totals else None,
        "twice": twice_words(batch),
        "twice_tone": "warn" if batch.state == State.PREVIEW else "danger",
        "before": compared.table_of(batch) if batch.state in COMPARED else None,
        "may_mend": rejects.may_mend(batch),
        "mend_limit": rejects.limit_of(batch) // MEGABYTE,
        "by_company": _by_company(by_company) if by_company else None,
        "by_company_note": _(
            "The lines of this file as they stand now; what another file knew before or replaced since is not among them."
        )
        if is_done
        else "",
        "notes": [str(say(code, **dict(parameters))) for code, parameters in batch.notes if code in TEXTS]
        + months.touched_words(batch),
        "rejects": list(batch.rejections.all()[:SHOWN_REJECTS]) if batch.rejected else [],
    }


def twice_words(batch: ImportBatch) -> str:
    """Where orders of the file count by a file of another kind too: before the import, that they will not enter (of payouts: that their money
    would count twice), after it what to do. Of a file that was taken back, which rows of other files are to be uploaded again, since their orders count nowhere now."""
    if batch.state == State.UNDONE:
        return _in_vain_words(batch)
    found = told_twice.of(batch)
    if found is None:
        return _asked_anew_words(batch)
    values = {"count": f"{found.orders:,}", "order": found.first, "files": ", ".join(found.files)}
    if detect.measure_of(batch.profile) == PAYOUTS:
        return _paid_twice_words(batch, values)
    if batch.state == State.PREVIEW:
        return (
            _(
                "%(count)s orders of this file (first: %(order)s) count already by another kind of file: %(files)s. A sale counts"
                " once, so they will not be entered a second time; the rest of the file will. The totals below still hold them."
            )
            % values
        )
    return (
        _(
            "%(count)s orders of this file (first: %(order)s) are counted twice, because another kind of file tells them too:"
            " %(files)s. Have the agency take one of the two imports back."
        )
        % values
    )


def _paid_twice_words(batch: ImportBatch, values: dict[str, str]) -> str:
    if batch.state == State.PREVIEW:
        return (
            _(
                "Money for %(count)s orders of this file (first: %(order)s) is counted already by another kind of payout file: %(files)s."
                " If both tell the same money, importing this file counts it twice. Import one kind of file only."
            )
            % values
        )
    if closed := closing.touched_months(batch):
        return _(
            "Money for %(count)s orders of this file (first: %(order)s) is counted by another kind of payout file too: %(files)s. If both"
            " tell the same money, it counts twice. This file has lines in a closed month (%(months)s) and cannot be taken back: have the"
            " agency take the imports of the other kind back, open the month again, or decide the difference with this as the reason."
        ) % {**values, "months": spoken_months(closed)}
    return (
        _(
            "Money for %(count)s orders of this file (first: %(order)s) is counted by another kind of payout file too: %(files)s. If both"
            " tell the same money, it counts twice: have the agency take the imports of one of the two kinds back."
        )
        % values
    )


def _asked_anew_words(batch: ImportBatch) -> str:
    if (
        batch.state != State.PREVIEW
        or batch.told_twice is not None
        or detect.measure_of(batch.profile) != PAYOUTS
    ):
        return ""
    return _(
        "Whether other payout files of this store tell the same money is being looked at. Load this page again in a minute, before you import"
        " the file."
    )


def _in_vain_words(batch: ImportBatch) -> str:
    found = told_twice.left_out_in_vain(batch, leaving_out.WHY)
    if not found:
        return ""
    return _(
        "Rows of other files were left out because this file told their orders, and count nowhere now that it was taken back: %(files)s."
        " Open these files, download their rejected rows and upload them again."
    ) % {"files": ", ".join(f"{name} ({rows:,})" for name, rows in found)}


COMPARED = (State.PREVIEW, State.IMPORTING, State.DONE)


def phases(batch: ImportBatch) -> list[tuple[str, str]]:
    """The steps of the work that is being done, each done, current or still to come."""
    steps: list[tuple[int, str]] = {
        State.READING: [(0, _("Reading the file")), (60, _("Comparing"))],
        State.IMPORTING: [(0, _("Checking")), (40, _("Comparing")), (75, _("Entering the lines"))],
    }.get(State(batch.state), [])
    percent = progress.text_of(batch)
    at = max((number for number, (begins, _label) in enumerate(steps) if percent >= begins), default=0)
    return [
        ("done" if number < at else "now" if number == at else "next", label)
        for number, (_begins, label) in enumerate(steps)
    ]


def phase(batch: ImportBatch) -> str:
    """What is being done, in a word."""
    if batch.state == State.WAITING:
        return _("Waiting to be read")
    return next((label for mark, label in phases(batch) if mark == "now"), "")


PARTS = ("gross", "refunds", "fees", "shipping_in", "shipping_cost", "net")


def _money_columns(currency: str) -> list[tables.Column]:
    labels = (
        _("Products"), _("Refunds"), _("Fees and taxes"), _("Shipping income"), _("Shipping cost"), _("Total"),
    )  # fmt: skip
    return [tables.number(label, currency) for label in labels]


def _cells(row: dict[str, Any], currency: str) -> list[str]:
    """Amounts; with their currency unless it stands above the column."""
    amounts = [Decimal(row[part]) for part in PARTS]
    if currency:
        return [number(amount, minor_units(currency)) for amount in amounts]
    return [money(amount, row["currency"]) for amount in amounts]


def _one_currency(rows: list[dict[str, Any]]) -> str:
    found = {row["currency"] for row in rows}
    return found.pop() if len(found) == 1 else ""


def _totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = [tables.Column(_("Currency")), *_money_columns("")]
    return tables.table(
        _("Totals of the file's valid rows, with the file's signs"),
        columns,
        [[row["currency"], *_cells(row, "")] for row in rows],
    )


def _by_company(rows: list[dict[str, Any]]) -> dict[str, Any]:
    currency = _one_currency(rows)
    columns = [tables.Column(_("Company")), tables.number(_("Lines")), *_money_columns(currency)]
    return tables.table(
        _("By company"),
        columns,
        [[row["name"] or _("no company yet"), row["lines"], *_cells(row, currency)] for row in rows],
    )
