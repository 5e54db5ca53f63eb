"""A provider's statements to many companies at once (정산 목록): a file is shown row by row as it would be stated, compared with the
ledger, and stated as a whole or not at all, by the verb with which one is typed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Organization, User
from accounts.roles import organization_ids
from ground import clock, files
from ground.errors import RuleBroken, filled
from ground.models import Currency, StoredFile
from programs.models import Participation, Store
from reports.domain import proving
from reports.models import PayoutList, PayoutProof
from reports.queries import calendar_months, statements
from reports.queries.statements import Against

MOST_ROWS = 500
"""A preview states them and takes them back: more are split."""


class Outcome(StrEnum):
    NEW = "new"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file as it was read; `fault` says what of it cannot be read."""

    number: int
    store: str
    business_number: str
    month: dt.date | None
    currency: str
    sold: Decimal
    fee: Decimal
    paid: Decimal
    paid_on: dt.date | None
    statement_number: str
    proof: str = ""
    fault: str = ""
    file: str = ""
    """The stored file that `proof` names."""
    program: str = ""
    """Code of the program, where the company sells in the store in several."""

    def kept(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "store": self.store,
            "business_number": self.business_number,
            "month": self.month and self.month.isoformat(),
            "currency": self.currency,
            "sold": str(self.sold),
            "fee": str(self.fee),
            "paid": str(self.paid),
            "paid_on": self.paid_on and self.paid_on.isoformat(),
            "statement_number": self.statement_number,
            "proof": self.proof,
            "fault": self.fault,
            "file": self.file,
            "program": self.program,
        }


def row_of(kept: dict[str, Any]) -> Row:
    values: dict[str, Any] = {name: value for name, value in kept.items() if name != "outcome"}
    for name in ("month", "paid_on"):
        values[name] = dt.date.fromisoformat(kept[name]) if kept[name] else None
    for name in ("sold", "fee", "paid"):
        values[name] = Decimal(kept[name])
    return Row(**values)


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a row, and why not; what the ledger says of what would be stated."""

    row: Row
    outcome: Outcome
    reason: StrOrPromise = ""
    company: str = ""
    proof: PayoutProof | None = None
    against: Against | None = None


def take_in(
    organization: Organization, name: str, rows: Sequence[Row], uploads: Sequence[File[bytes]], *, by: User
) -> PayoutList:
    """Keep the rows of a file, and the proofs that came with it, with what would become of each today. Nothing is stated yet.

    Refused: `not_your_organization`, `nothing_in_it`, `too_many`, `proof_not_named` (a proof that no row names), and as `files.keep`.
    """
    _require(organization, by)
    if not rows:
        raise RuleBroken("nothing_in_it", _("The list has no row."), ("import_file",))
    if len(rows) > MOST_ROWS:
        raise RuleBroken(
            "too_many",
            filled(_("The list has %(count)s rows. At most %(most)s at once: split it."), count=len(rows), most=MOST_ROWS),
            ("import_file",),
        )  # fmt: skip
    named = {row.proof for row in rows}
    for upload in uploads:
        if (upload.name or "") not in named:
            raise RuleBroken(
                "proof_not_named",
                filled(_("No row names the proof “%(name)s”. Type its name in the rows that it proves."), name=upload.name),
                ("proofs",),
            )  # fmt: skip
    with transaction.atomic():
        kept = {upload.name: files.keep(upload, kind=StoredFile.Kind.EVIDENCE) for upload in uploads}
        rows = [_with_file(row, kept.get(row.proof)) for row in rows]
        judged = judge(rows, organization, by=by)
        return PayoutList.objects.create(
            organization=organization,
            name=name[:200],
            rows=[{**each.row.kept(), "outcome": each.outcome.value} for each in judged],
            uploaded_by=by,
            uploaded_at=clock.now(),
        )


def _with_file(row: Row, file: StoredFile | None) -> Row:
    return row_of({**row.kept(), "file": str(file.pk) if file else ""})


def _require(organization: Organization, by: User) -> None:
    if organization.pk not in set(organization_ids(by)):
        raise RuleBroken("not_your_organization", _("Only people of the provider state its payouts."))


def judge(rows: Sequence[Row], organization: Organization, *, by: User) -> list[Judged]:
    """What would become of each row of a list of the organization now: it is stated and taken back again, so nothing is promised that does
    not hold; nobody is written to. Locks the stores that the rows name."""
    with transaction.atomic():
        judged = _carry_out(rows, organization, by, is_tried=True)
        stated = [each.proof for each in judged if each.proof is not None]
        against = statements.against(stated, clock.today())
        transaction.set_rollback(True)
    return [
        Judged(each.row, each.outcome, each.reason, each.company, each.proof, against[each.proof.pk] if each.proof else None)
        for each in judged
    ]  # fmt: skip


def apply(given: PayoutList, *, by: User) -> int:
    """State the whole list; returns how many statements are new or corrected, whose companies are asked to confirm. Twice is once.

    Refused: `not_your_organization`, `rows_refused` (nothing is stated as long as one row cannot be), `changed_meanwhile` (what would
    become of a row is not what was shown). Locks the list, then the stores.
    """
    with transaction.atomic():
        row = (
            PayoutList.objects.select_for_update(of=("self",)).select_related("organization").get(pk=given.pk)
        )
        _require(row.organization, by)
        if row.applied_at is not None:
            return sum(each["outcome"] != Outcome.UNCHANGED for each in row.rows)
        judged = _carry_out([row_of(each) for each in row.rows], row.organization, by, is_tried=False)
        refused = [each for each in judged if each.outcome == Outcome.REFUSED]
        if refused:
            raise RuleBroken(
                "rows_refused",
                filled(
                    _("Row %(number)s cannot be stated: %(why)s Nothing of the list was stated."),
                    number=refused[0].row.number,
                    why=refused[0].reason,
                ),
            )
        if [each.outcome.value for each in judged] != [each["outcome"] for each in row.rows]:
            raise RuleBroken(
                "changed_meanwhile",
                _(
                    "Statements have changed since the list was shown. Look at the rows again, then state them."
                ),
            )
        row.applied_at, row.applied_by = clock.now(), by
        row.save()
    return sum(each.outcome != Outcome.UNCHANGED for each in judged)


def _carry_out(rows: Sequence[Row], organization: Organization, by: User, *, is_tried: bool) -> list[Judged]:
    """Every row stated in its own savepoint, the refused ones with their reason. Only stores of the list's organization: its other people
    read the list."""
    own = Store.objects.filter(organization=organization, code__in={row.store for row in rows})
    own = own.select_related("organization")
    stores = {
        store.code: store for store in own.order_by("code").select_for_update(of=("self",), no_key=True)
    }
    currencies: Any = Currency.objects.filter(disabled_on__isnull=True).in_bulk()
    seen: dict[tuple[Any, ...], int] = {}
    proofs: dict[str, str] = {}
    judged = []
    for row in rows:
        try:
            with transaction.atomic():
                judged.append(_state(row, stores, currencies, seen, proofs, by, is_tried=is_tried))
        except RuleBroken as error:
            judged.append(Judged(row, Outcome.REFUSED, str(error.sentence)))
    return judged


def _state(
    row: Row,
    stores: dict[str, Store],
    currencies: dict[Any, Currency],
    seen: dict[tuple[Any, ...], int],
    proofs: dict[str, str],
    by: User,
    *,
    is_tried: bool,
) -> Judged:
    if row.fault:
        raise RuleBroken("unreadable", row.fault)
    store, currency = stores.get(row.store), currencies.get(row.currency)
    if store is None:
        raise RuleBroken("store_unknown", filled(_("You hold no store “%(code)s”."), code=row.store))
    if currency is None:
        raise RuleBroken("currency_unknown", filled(_("There is no currency “%(code)s”."), code=row.currency))
    if row.month is None or not row.statement_number:
        raise RuleBroken("number_missing", _("Type the month and the statement number."))
    number = "".join(each for each in row.business_number if each.isdigit())
    part = _participation(row, store, row.month, number)
    key = (store.pk, part.pk, row.month, row.currency)
    if key in seen:
        raise RuleBroken(
            "twice",
            filled(_("Row %(number)s says the same month of the same company already."), number=seen[key]),
        )
    seen[key] = row.number
    if row.proof and proofs.setdefault(row.proof, number) != number:
        raise RuleBroken(
            "proof_of_another", _("A proof is read by its company: give each company its own file.")
        )
    known = PayoutProof.objects.filter(
        store=store, participation=part, month=row.month, currency=currency
    ).first()
    kept = StoredFile.objects.filter(pk=UUID(row.file)).first() if row.file else None
    if row.proof and kept is None and not (known and known.proof and known.proof.name == row.proof):
        raise RuleBroken(
            "proof_missing", filled(_("The proof “%(name)s” did not come with the list."), name=row.proof)
        )
    company = str(part.company)
    if known is not None and known.reopened_at is None and kept is None and _says(known) == _says(row):
        return Judged(row, Outcome.UNCHANGED, company=company, proof=known)
    proof = proving.state(
        store, part, month=row.month, statement_number=row.statement_number, currency=currency, sold_amount=row.sold,
        fee_amount=row.fee, paid_amount=row.paid, paid_on=row.paid_on, by=by, kept=kept, is_tried=is_tried,
    )  # fmt: skip
    return Judged(row, Outcome.CORRECTED if known else Outcome.NEW, company=company, proof=proof)


def _participation(row: Row, store: Store, month: dt.date, number: str) -> Participation:
    """Whose payout a row states: of the company in the program that the row names, or in the only one in which something of the store was
    assigned to it by the end of the month. Money comes after the last day of an assignment and of a program."""
    until = calendar_months.last_day(month)
    found = list(
        Participation.objects.filter(
            company__business_number=number, assignments__store=store, assignments__from_on__lte=until
        )
        .select_related("company", "program")
        .order_by("program__code")
        .distinct()
    )
    if row.program:
        found = [each for each in found if each.program.code == row.program]
    if not found:
        raise RuleBroken(
            "not_in_store",
            filled(_("Nothing of the store was assigned to a company “%(number)s” up to that month."), number=row.business_number),
        )  # fmt: skip
    if len(found) > 1:
        raise RuleBroken(
            "program_missing",
            filled(
                _("The company sells in this store in several programs. Type the code of one: %(codes)s."),
                codes=", ".join(each.program.code for each in found),
            ),
        )
    return found[0]


def _says(of: PayoutProof | Row) -> tuple[Any, ...]:
    if isinstance(of, Row):
        return of.statement_number, of.sold, of.fee, of.paid, of.paid_on
    return of.statement_number, of.sold_amount, of.fee_amount, of.paid_amount, of.paid_on
