"""Rules that stand in the way (규제 애로): raised by companies and by staff, joined where two are the same.

The first deadline is that of petitions which suggest a change of rules (건의민원): 14 days, as the Enforcement Decree of the Civil
Petitions Treatment Act says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import Agency, User
from companies.domain.facts import writable
from companies.models import Company, Sight
from ground import clock
from ground.errors import RuleBroken
from ground.models import Country
from guidance.domain import regulatory_telling
from guidance.models import Concern, RegulatoryItem, RegulatoryStep
from guidance.models.products import in_order
from programs.domain import tasks
from programs.models import Listing, Program, Task
from programs.permissions import require_service

State = RegulatoryItem.State
EXAMINE_WITHIN = dt.timedelta(days=14)
MOST_WAITING = 20
"""Items of one company that nobody has examined yet."""
MOST_COUNTRIES = MOST_PRODUCTS = 60
LONGEST = 4000


def raise_item(
    company: Company,
    *,
    agency: Agency,
    title: str,
    text: str,
    pillar: str,
    by: User,
    form_key: UUID,
    countries: Sequence[str] = (),
    products: Sequence[str] = (),
    listing: Listing | None = None,
    amount: Decimal | None = None,
    currency: Any = None,
    is_told: bool = False,
) -> RegulatoryItem:
    """A company says what hinders it; the agency has 14 days to examine it. `amount` is the loss of a year.

    The same `form_key` is the same item. Locks the company. Refused: `read_only`, `succeeded`, `not_your_listing`,
    `too_many` (20 that nobody examined yet), `form_key`, `blank`, `too_long`, `not_valid` with the field.
    """
    with transaction.atomic():
        company = writable(company, by)
        known = Concern.objects.filter(form_key=form_key).select_related("item").first()
        if known is not None:
            if known.company_id != company.pk:
                raise RuleBroken("form_key", _("This form was used already. Open it again."))
            return known.item
        if listing is not None and (listing.company_id, listing.agency_id) != (company.pk, agency.pk):
            raise RuleBroken("not_your_listing", _("This listing is not of this company and agency."))
        waiting = Concern.objects.standing().filter(
            company=company, item__state=State.RAISED, item__joined_into__isnull=True
        )
        if waiting.count() >= MOST_WAITING:
            raise RuleBroken(
                "too_many",
                _(
                    "%(count)d of what your company raised was not examined yet. Raise more when some of it is."
                )
                % {"count": MOST_WAITING},
            )
        item = RegulatoryItem(
            agency=agency, program_id=listing.program_id if listing else None, title_ko=title, hinders_ko=text, pillar=pillar,
            countries=list(countries), products=list(products), next_on=clock.today() + EXAMINE_WITHIN,
        )  # fmt: skip
        source = Concern.Source.COMPANY if listing is None else Concern.Source.LISTING
        raised = Concern(
            company=company, source=source, listing=listing, title_ko=" ".join(title.split()), text=text, amount=amount, currency=currency, is_told=is_told,
            form_key=form_key,
        )  # fmt: skip
        return _open(item, raised, by)


def open_item(
    item: RegulatoryItem, raised: Concern, *, on: dt.date | None = None, by: User
) -> RegulatoryItem:
    """Staff write an item into the register, with who raised it (`on`: the day, today without one). The same form key is
    the same item.

    Refused: `not_your_agency`, `other_agency` (program, listing, consultation or briefing of another one), `not_seen` (a company that
    the agency does not see), `later` (a day to come), `blank`, `too_long`, `not_valid`. Locks the agency.
    """
    with transaction.atomic():
        Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=item.agency_id)
        require_service(by, item.agency)
        known = Concern.objects.filter(form_key=raised.form_key, agency=item.agency).select_related("item")
        if (there := known.first()) is not None:
            return there.item
        _check_raiser(raised, item.agency)
        return _open(item, raised, by, on)


def save_item(item: RegulatoryItem, *, by: User) -> RegulatoryItem:
    """Write what staff know of an item; the public wording stays as it was published. Locks it.

    Refused: `not_your_agency`, `joined`, `over` (a next date for what is over), `other_agency`, `blank`, `too_long`, `not_valid`.
    """
    with transaction.atomic():
        row = locked(item, by)
        item.agency, item.state, item.state_on = row.agency, row.state, row.state_on
        item.joined_into_id, item.joined_at = row.joined_into_id, row.joined_at
        if item.next_on is not None and row.is_over:
            raise RuleBroken("over", _("What is over waits for no day."), ("next_on",))
        _check(item)
        records.put(item)
        await_next(item)
    return item


def say_too(
    item: RegulatoryItem, company: Company, *, text: str = "", amount: Decimal | None = None, currency: Any = None,
    is_told: bool = False, form_key: UUID, by: User,
) -> Concern:  # fmt: skip
    """A company says that a public item concerns it, too; said again, its figures and wishes are the new ones. A company
    counts once, of items that were joined as well.

    Refused: `read_only`, `succeeded`, `not_public` (of others' items that nobody published), `over`, `too_long`,
    `not_valid`. Locks the company and the item.
    """
    with transaction.atomic():
        company = writable(company, by)
        row = (
            RegulatoryItem.objects.select_for_update(of=("self",))
            .select_related("agency")
            .get(pk=item.root_id)
        )
        mine = Concern.objects.about(row.pk).filter(company=company).order_by("said_at").first()
        public = row.wordings.public().first()
        if mine is None and public is None:
            raise RuleBroken("not_public", _("This is not public. Raise what hinders you with the agency."))
        if row.is_over:
            raise RuleBroken("over", _("This is over. Raise it again if it still hinders you."))
        if mine is None:
            assert public is not None
            mine = Concern(
                agency=row.agency, item=row, title_ko=public.title_ko, title_en=public.title_en, company=company, source=Concern.Source.COMPANY, form_key=form_key,
                said_at=clock.now(),
            )  # fmt: skip
        mine.said_by, mine.withdrawn_at = by, None
        mine.text, mine.amount, mine.currency, mine.is_told = plain(text, "text"), amount, currency, is_told
        records.put(mine)
    return mine


def take_back(concern: Concern, *, by: User) -> Concern:
    """It does not concern the company any more: it is neither counted nor written to. Twice is once. Locks the company.
    Refused: `read_only`, `succeeded`."""
    with transaction.atomic():
        assert concern.company is not None
        writable(concern.company, by)
        row = Concern.objects.select_for_update(of=("self",)).get(pk=concern.pk)
        if row.withdrawn_at is None:
            row.withdrawn_at, row.is_told = clock.now(), False
            row.save(update_fields=["withdrawn_at", "is_told"])
    return row


def note_concern(item: RegulatoryItem, concern: Concern, *, by: User) -> Concern:
    """Staff write down that an item came up again: in research, at a briefing, in a consultation, with a listing.

    Refused: `not_your_agency`, `joined`, `other_agency`, `not_seen`, `there` (the company stands there already), `not_valid`.
    The same form key is the same concern. Locks the item.
    """
    with transaction.atomic():
        row = locked(item, by)
        known = Concern.objects.filter(form_key=concern.form_key, item=row).first()
        if known is not None:
            return known
        concern.agency, concern.item = row.agency, row
        _check_raiser(concern, row.agency)
        if concern.company_id and Concern.objects.about(row.pk).filter(company=concern.company_id).exists():
            raise RuleBroken("there", _("The company stands there already."), ("business_number",))
        _put_concern(concern, by)
    return concern


def join(item: RegulatoryItem, other: RegulatoryItem, *, by: User) -> RegulatoryItem:
    """`item` is the same as `other` and goes on as that one; who raised either stays and is told. What was joined with
    `item` before goes along. Twice is once. Locks both, in the order of their keys.

    Refused: `not_your_agency`, `itself`, `other_agency`, `joined` (`other` goes on as a third one, or `item` already does).
    """
    with transaction.atomic():
        keys = sorted([item.pk, other.pk])
        rows = RegulatoryItem.objects.select_for_update(of=("self",)).select_related("agency").order_by("pk")
        found = {each.pk: each for each in rows.filter(pk__in=keys)}
        one, kept = found[item.pk], found[other.pk]
        require_service(by, one.agency)
        if one.pk == kept.pk:
            raise RuleBroken("itself", _("Choose another item."), ("other",))
        if one.agency_id != kept.agency_id:
            raise RuleBroken("other_agency", _("Choose an item of the same agency."), ("other",))
        if one.joined_into_id == kept.pk:
            return one
        if one.joined_into_id or kept.joined_into_id:
            raise joined()
        one.joined_into, one.joined_at, one.next_on = kept, clock.now(), None
        one.save(update_fields=["joined_into", "joined_at", "next_on"])
        RegulatoryItem.objects.filter(joined_into=one).update(joined_into=kept)
        await_next(one)
        regulatory_telling.tell_joined(one)
    return one


def separate(item: RegulatoryItem, *, by: User) -> RegulatoryItem:
    """Take a joining back: the item stands alone again as it stood, to be examined anew unless it was over. Locks it.
    Refused: `not_your_agency`, `not_joined`."""
    with transaction.atomic():
        row = _row(item, by)
        if row.joined_into_id is None:
            raise RuleBroken("not_joined", _("This item stands alone."))
        row.joined_into = row.joined_at = None
        row.next_on = None if row.is_over else clock.today() + EXAMINE_WITHIN
        row.save(update_fields=["joined_into", "joined_at", "next_on"])
        await_next(row)
    return row


def locked(item: RegulatoryItem, by: User) -> RegulatoryItem:
    """The item, locked, for staff who write; `RuleBroken('not_your_agency')`, `joined` for one that goes on as another."""
    row = _row(item, by)
    if row.joined_into_id is not None:
        raise joined()
    return row


def joined() -> RuleBroken:
    return RuleBroken("joined", _("This item was joined with another one: go on there."), ("other",))


def await_next(item: RegulatoryItem) -> None:
    """The next date of an item is a task on the desk of its agency; without one there is none. In the caller's transaction."""
    if item.next_on is None:
        tasks.close_task(Task.Kind.REGULATORY, item.pk)
        return
    tasks.open_task(
        agency=item.agency,
        side=Task.Side.AGENCY,
        kind=Task.Kind.REGULATORY,
        subject_id=item.pk,
        subject=item.title_ko,
        subject_en=item.title_en,
        due_on=item.next_on,
    )


def plain(text: str, field: str, missing: Any = None) -> str:
    """The same text however it was typed; `RuleBroken('blank')` when it is missing, `too_long`."""
    found = "\n".join(text.strip().splitlines())
    if not found and missing is not None:
        raise RuleBroken("blank", missing, (field,))
    if len(found) > LONGEST:
        raise RuleBroken(
            "too_long", _("At most %(count)d characters. Shorten the text.") % {"count": LONGEST}, (field,)
        )
    return found


def _row(item: RegulatoryItem, by: User) -> RegulatoryItem:
    rows = RegulatoryItem.objects.select_for_update(of=("self",)).select_related("agency")
    row: RegulatoryItem = rows.get(pk=item.pk)
    require_service(by, row.agency)
    return row


def _open(item: RegulatoryItem, raised: Concern, by: User, on: dt.date | None = None) -> RegulatoryItem:
    today = clock.today()
    if on is not None and on > today:
        raise RuleBroken("later", _("This day has not come yet."), ("raised_on",))
    item.state, item.state_on = State.RAISED, on or today
    _check(item)
    records.put(item)
    RegulatoryStep.objects.create(
        agency_id=item.agency_id, item=item, position=1, state=State.RAISED, on=item.state_on, taken_by=by,
        taken_at=clock.now(),
    )  # fmt: skip
    raised.agency_id, raised.item = item.agency_id, item
    _put_concern(raised, by)
    await_next(item)
    return item


def _put_concern(concern: Concern, by: User) -> None:
    concern.said_by, concern.said_at = by, clock.now()
    concern.text = plain(concern.text, "text")
    if not concern.title_ko:
        for language in ("ko", "en"):
            with translation.override(language):
                named = gettext("Regulatory item: %(pillar)s") % {"pillar": concern.item.get_pillar_display()}
            setattr(concern, f"title_{language}", named)
    records.put(concern)


def _check(item: RegulatoryItem) -> None:
    item.title_ko, item.title_en = (" ".join(each.split()) for each in (item.title_ko, item.title_en))
    if not item.title_ko:
        raise RuleBroken("blank", _("Give it a title in Korean."), ("title_ko", "title"))
    item.hinders_ko = plain(item.hinders_ko, "hinders_ko", _("Say what hinders."))
    item.hinders_en = plain(item.hinders_en, "hinders_en")
    item.countries = sorted(set(item.countries))
    item.products = in_order(item.products)
    if len(item.countries) > MOST_COUNTRIES or len(item.products) > MOST_PRODUCTS:
        raise RuleBroken("too_many", _("Name fewer countries or products."), ("products",))
    if Country.objects.filter(code__in=item.countries).count() != len(item.countries):
        raise RuleBroken("unknown_country", _("Choose countries of the list."), ("countries",))
    if item.program_id is not None:
        program = Program.objects.filter(pk=item.program_id, agency=item.agency_id)
        if not program.exists():
            raise RuleBroken("other_agency", _("Choose a program of the same agency."), ("program",))


def _check_raiser(concern: Concern, agency: Agency) -> None:
    """Of what staff write: the records belong to the agency, and it sees the company."""
    for record, field in (
        (concern.listing, "listing"), (concern.consultation, "consultation"), (concern.briefing, "briefing"),
    ):  # fmt: skip
        if record is not None and record.agency_id != agency.pk:
            raise RuleBroken("other_agency", _("This record belongs to another agency."), (field,))
    for record in (concern.listing, concern.consultation):
        if record is not None:
            concern.company_id = record.company_id
    if concern.company_id is None:
        return
    if not Sight.objects.filter(company=concern.company_id, agency=agency).exists():
        raise RuleBroken("not_seen", _("Your agency does not see this company."), ("business_number",))
