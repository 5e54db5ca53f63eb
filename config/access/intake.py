"""Calls and applications, as visitors and companies see them."""

from __future__ import annotations

from ground.access import COMPANY, COMPANY_WRITES, EVERYONE, NOBODY, SIGNED_IN, STAFF_WRITES, Entry, Persons

_entered = COMPANY | STAFF_WRITES
"""Staff come to applications that they enter on a company's behalf, and to no others."""
_public = Entry(reads=EVERYONE)
_reads = Entry(reads=COMPANY, persons=Persons.COMPANY)
_own = Entry(reads=COMPANY_WRITES, writes=COMPANY_WRITES, persons=Persons.COMPANY)
_step = Entry(
    reads=COMPANY_WRITES | STAFF_WRITES, writes=COMPANY_WRITES | STAFF_WRITES, persons=Persons.COMPANY
)
_post = Entry(reads=NOBODY, writes=COMPANY_WRITES | STAFF_WRITES, persons=Persons.COMPANY)

ROWS: dict[str, Entry] = {
    "call_list": _public,
    "call_show": _public,
    "call_calendar": _public,
    "call_version": _public,
    "call_results": _public,
    "call_self_check": Entry(reads=EVERYONE, writes=EVERYONE),
    "call_ask": Entry(reads=SIGNED_IN, writes=COMPANY),
    "inquiry_withdraw": Entry(writes=COMPANY),
    "application_start": Entry(reads=SIGNED_IN, writes=COMPANY_WRITES),
    "application_list": _reads,
    "application_show": Entry(reads=_entered, persons=Persons.COMPANY),
    "application_receipt": Entry(reads=_entered, persons=Persons.COMPANY),
    "application_receipt_pdf": Entry(reads=_entered),
    "application_baseline": _step,
    "application_questions": _step,
    "application_documents": _step,
    "application_contact": _step,
    "application_check": Entry(reads=COMPANY_WRITES | STAFF_WRITES, persons=Persons.COMPANY),
    "application_submit": _post,
    "application_autosave": _post,
    "application_recall": _step,
    "application_withdraw": _own,
    "application_correct": _step,
    "application_papers": _own,
}
