"""What the writers write is what the readers read; and no order of rows changes a line's key or money."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.files import cells, ventas
from reports.files.detect import parse_file
from reports.files.lines import RELEASE, VENTAS, Line, ParsedFile, PayoutLine, SaleLine, totals
from reports.files.sharing import share
from reports.files.writing import (
    LONG_FORM,
    PANEL_HEADINGS,
    RELEASE_HEADINGS,
    SECTIONS,
    SHORT_FORM,
    Movement,
    PanelItem,
    PanelOrder,
    spanish_text,
    write_release,
    write_ventas,
)
from tests.reports.files.made import SANTIAGO, movement, order, pack, santiago, sheet

EXAMPLES = settings.default.max_examples // 3
"""`script/test --full` draws more."""


def read(path: Path) -> ParsedFile:
    return parse_file(path, None, tz="America/Santiago")


moments = st.integers(0, 365 * 24 * 60 - 1).map(
    lambda minute: (dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)).astimezone(
        SANTIAGO
    )
)
certain_moments = moments.filter(lambda moment: not cells.is_uncertain(moment))
# No "e" before digits: 1E5 is what a spreadsheet makes of a long number, and is refused.
codes = st.text("ABCDXYZ0123456789-_./가나다", min_size=1, max_size=20)
titles = st.text(max_size=60).map(cells.clean)
amounts = st.integers(1, 3_000_000).map(Decimal)
costs = st.none() | st.integers(-900_000, 0).map(Decimal)
states = st.sampled_from(["Entregado", "En camino", "Venta cancelada", "Estado nunca visto"])


@st.composite
def items(draw: st.DrawFn) -> PanelItem:
    return PanelItem(
        sku=draw(codes),
        listing_reference=f"MLC{draw(st.integers(1, 10**10))}",
        title=draw(titles),
        units=draw(st.integers(1, 500)),
        unit_price=draw(amounts),
        variant=draw(titles),
        status_text=draw(states),
        is_advertised=draw(st.sampled_from([True, False, None])),
    )


@st.composite
def orders(draw: st.DrawFn) -> list[PanelOrder]:
    found = []
    for number in range(draw(st.integers(1, 6))):
        found.append(
            PanelOrder(
                reference=f"20000{number:011}",
                ordered_at=draw(certain_moments),
                items=tuple(
                    draw(st.lists(items(), min_size=1, max_size=4, unique_by=lambda i: i.listing_reference))
                ),
                fee_amount=draw(costs),
                shipping_in_amount=draw(st.none() | amounts),
                shipping_cost_amount=draw(costs),
                refund_amount=draw(costs),
            )
        )
    return found


def expected(order: PanelOrder) -> list[tuple[object, ...]]:
    """What must come out of an order, worked out apart from the reader."""
    given = (
        order.products_amount,
        order.fee_amount,
        order.shipping_in_amount,
        order.shipping_cost_amount,
        order.refund_amount,
    )
    weights = [item.unit_price * item.units for item in order.items]
    columns = [share(amount or Decimal(0), weights) for amount in given]
    is_pack = len(order.items) > 1
    return [
        (
            order.reference,
            order.reference if is_pack else "",
            f"{order.reference}|{item.listing_reference}|1",
            order.ordered_at,
            (item.sku, item.listing_reference, item.title, item.variant, item.units, item.unit_price),
            tuple(column[place] for column in columns),
            sum(column[place] for column in columns),
            (item.status_text, item.is_advertised),
        )
        for place, item in enumerate(order.items)
    ]


def came_out(line: SaleLine) -> tuple[object, ...]:
    return (
        line.order_reference,
        line.pack_reference,
        line.line_key,
        line.ordered_at,
        (line.sku, line.listing_reference, line.title, line.variant, line.units, line.unit_price),
        (
            line.gross_amount,
            line.fee_amount,
            line.shipping_in_amount,
            line.shipping_cost_amount,
            line.refund_amount,
        ),
        line.net_amount,
        (line.status_text, line.is_advertised),
    )


@settings(max_examples=EXAMPLES)
@given(orders())
def test_a_written_panel_is_read_as_it_was_meant(made: list[PanelOrder]):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ventas.xlsx"
        write_ventas(path, made)
        parsed = read(path)
    assert parsed.rejects == []
    assert [came_out(line) for line in parsed.sales] == [line for order in made for line in expected(order)]
    assert totals(parsed.lines)["CLP"].net == sum(order.net_amount for order in made)
    assert (parsed.profile, parsed.currency) == (VENTAS, "CLP")


def by_key(lines: Iterable[Line]) -> dict[str, tuple[object, ...]]:
    found = {line.line_key: came_out(line) for line in lines if isinstance(line, SaleLine)}
    return found


@settings(max_examples=EXAMPLES)
@given(orders(), st.randoms(use_true_random=False))
def test_no_order_of_the_orders_changes_a_line(made: list[PanelOrder], random):
    mixed = random.sample(made, len(made))
    assert by_key(ventas.parse(sheet(mixed)).lines) == by_key(ventas.parse(sheet(made)).lines)


@settings(max_examples=EXAMPLES)
@given(orders())
def test_every_row_is_accounted_for(made: list[PanelOrder]):
    parsed = ventas.parse(sheet(made))
    assert parsed.rows == len(parsed.lines) + parsed.packs + parsed.rejected_rows + len(parsed.repeated)


cents = st.integers(-5_000_000, 5_000_000).map(lambda number: Decimal(number) / 100)


@st.composite
def movements(draw: st.DrawFn) -> Movement:
    return Movement(
        released_at=draw(moments),
        source_reference=str(draw(st.integers(1, 10**11))),
        gross_amount=draw(cents),
        fee_amount=draw(cents),
        financing_fee_amount=draw(cents),
        shipping_fee_amount=draw(cents),
        tax_amount=draw(cents),
        description=draw(st.sampled_from(["payment", "refund", "reserve_for_payout", "payout", "novelty"])),
        external_reference=draw(codes),
        order_reference=draw(codes),
        approved_at=draw(st.none() | moments),
    )


@settings(max_examples=EXAMPLES)
@given(
    st.lists(movements(), min_size=1, max_size=8, unique_by=lambda each: each.source_reference),
    st.sampled_from([SHORT_FORM, LONG_FORM]),
    st.sampled_from([",", ";"]),
    st.none() | cents,
)
def test_a_written_release_report_is_read_as_it_was_meant(made: list[Movement], columns, delimiter, opening):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "release.csv"
        write_release(
            path, made, columns=columns, delimiter=delimiter, opening_amount=opening, currency="USD"
        )
        parsed = read(path)
    assert (parsed.profile, parsed.rejects) == (RELEASE, [])
    assert [came_in(line) for line in parsed.payouts] == [meant(each, columns) for each in made]
    assert all(line.net_amount == line.net_credit_amount - line.net_debit_amount for line in parsed.payouts)


def meant(each: Movement, columns: int) -> tuple[object, ...]:
    is_long = columns == LONG_FORM
    return (
        each.source_reference,
        each.external_reference,
        each.order_reference if is_long else "",
        each.released_at,
        each.approved_at if is_long else None,
        (
            each.gross_amount,
            each.fee_amount,
            each.financing_fee_amount,
            each.shipping_fee_amount,
            each.tax_amount,
        ),
        each.net_amount,
        "USD" if is_long else "",
    )


def came_in(line: PayoutLine) -> tuple[object, ...]:
    return (
        line.source_reference,
        line.external_reference,
        line.order_reference,
        line.released_at,
        line.approved_at,
        (
            line.gross_amount,
            line.fee_amount,
            line.financing_fee_amount,
            line.shipping_fee_amount,
            line.tax_amount,
        ),
        line.net_amount,
        line.currency,
    )


@given(moments)
def test_spanish_text_is_read_back_to_the_same_day_and_minute(moment: dt.datetime):
    back = cells.local_moment(spanish_text(moment), SANTIAGO)
    assert back is not None
    assert back.replace(tzinfo=None) == moment.replace(tzinfo=None)
    assert spanish_text(santiago(9, 30, 19, 29)) == "30 de septiembre de 2025 19:29 hs."


def test_the_forms_are_the_marketplaces_own():
    assert (len(PANEL_HEADINGS), len(RELEASE_HEADINGS)) == (59, 23)
    assert [len(group) for _section, group in SECTIONS] == [14, 1, 7, 6, 8, 6, 13, 4]
    repeated = {heading: PANEL_HEADINGS.count(heading) for heading in PANEL_HEADINGS}
    assert {heading: count for heading, count in repeated.items() if count > 1} == {
        "Estado": 2,
        "Unidades": 3,
        "Forma de entrega": 2,
        "Fecha en camino": 2,
        "Fecha entregado": 2,
        "Transportista": 2,
        "Número de seguimiento": 2,
        "URL de seguimiento": 2,
    }
    assert RELEASE_HEADINGS[SHORT_FORM - 1] == "PAYMENT_METHOD"


def test_the_same_sales_are_the_same_bytes(tmp_path: Path):
    hashes = set()
    for name in ("one", "two"):
        path = tmp_path / name
        write_ventas(path, [order(1), pack(2)], exported_at=santiago(10, 1))
        hashes.add(hashlib.sha256(path.read_bytes()).hexdigest())
        write_release(path, [movement(1)])
        hashes.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(hashes) == 2
    write_ventas(path, [order(1)])
    with zipfile.ZipFile(path) as archive:
        assert b">2025-01-01T00:00:00Z</dcterms:created>" in archive.read("docProps/core.xml")


def test_a_formula_in_a_title_stays_text(tmp_path: Path):
    path = tmp_path / "ventas.xlsx"
    risky = PanelItem("=1+1", "MLC1", '=HYPERLINK("https://x.invalid")', 1, Decimal(1_000))
    write_ventas(path, [PanelOrder("2000000000000001", santiago(7, 1), (risky,))])
    (line,) = read(path).sales
    assert (line.sku, line.title) == ("=1+1", '=HYPERLINK("https://x.invalid")')
