"""Words by which headings, states and kinds of movements of unknown files are recognized: those of the built-in profiles and
common others."""

from __future__ import annotations

from functools import cache

from reports.files.lines import CANCELLED, PENDING, REFUNDED, SOLD
from reports.files.mapping.model import ORDERS, PAYOUTS, named
from reports.files.mapping.profiles import BUILT_IN

HEADINGS = {
    "order_reference": "order|order id|order no|order number|order #|주문번호|주문 번호|注文番号|受注番号|numero de orden|"
    "número de pedido|# de venta|pedido|no. pesanan|ma don hang|order sn|transaction id|sale number",
    "pack_reference": "pack id|cart id|カート番号|장바구니번호|package id",
    "ordered_at": "order date|order time|ordered at|date|created at|purchase date|주문일|주문일시|주문일자|결제일|결제일시|注文日|"
    "注文日時|fecha|fecha de venta|fecha de compra|sale date|transaction date|date created",
    "sku": "sku|seller sku|sku code|판매자상품코드|상품코드|자체상품코드|商品コード|販売者商品コード|código sku|item code|product code",
    "listing_reference": "listing|listing id|item id|product id|asin|상품번호|商品番号|# de publicación|goods no",
    "title": "title|item title|listing title|product title|product|product name|item name|item|상품명|商品名|título|producto|nama produk|ten san pham|goods name",
    "units": "quantity|qty|units|수량|주문수량|数量|個数|cantidad|unidades|jumlah|so luong",
    "unit_amount": "unit price|price|판매가|단가|상품단가|単価|販売価格|precio|precio unitario|deal price",
    "gross_amount": "amount|gross|gross amount|item price|subtotal|sales|판매금액|상품금액|주문금액|결제금액|売上|金額|"
    "注文金額の合計|importe|monto|product subtotal|total sales",
    "discount_amount": "discount|seller discount|할인|할인금액|판매자할인|割引額|descuento|seller voucher",
    "tax_amount": "tax|vat|세금|부가세|消費税|impuesto|iva",
    "fee_amount": "fee|fees|selling fee|sale fee|sales fee|commission fee|commission|수수료|판매수수료|手数料|comisión|cargo por venta|service fee",
    "shipping_in_amount": "shipping income|shipping paid by buyer|배송비|배송비 수입|送料|envío|shipping fee|shipping",
    "shipping_cost_amount": "shipping cost|배송비 지출|배송비용|costo de envío",
    "refund_amount": "refund|refund amount|환불|환불금액|返金額|reembolso",
    "net_amount": "net|net amount|net total|net proceeds|정산금액|순액|settlement amount|neto|total neto",
    "currency": "currency|currency code|통화|결제통화|通貨|moneda",
    "status": "status|order status|주문상태|상태|배송상태|配送状態|注文状態|estado|status pesanan|trạng thái đơn hàng|state",
}
STATES = {
    SOLD: "sold|completed|complete|delivered|shipped|paid|confirmed|fulfilled|배송완료|배송중|구매확정|결제완료|판매완료|発送済み|配送完了|"
    "完了|entregado|pagado|enviado|selesai",
    PENDING: "pending|unpaid|awaiting payment|입금대기|결제대기|주문접수|入金待ち|pendiente|belum bayar",
    CANCELLED: "cancelled|canceled|취소|취소완료|주문취소|キャンセル|cancelado|cancelada|batal|void",
    REFUNDED: "refunded|returned|환불|환불완료|반품|반품완료|返品|返金|devuelto|reembolsado",
}
PAYOUT_HEADINGS = {
    "released_at": "payout date|payment date|paid on|paid at|paid out on|release date|released at|settlement date|settled on|"
    "disbursement date|transfer date|deposit date|date|transaction date|정산일|정산일자|정산완료일|정산일시|지급일|지급일자|입금일|"
    "입금일자|支払日|入金日|精算日|fecha|fecha de pago|fecha de liquidación|fecha de liberación",
    "order_reference": "order|order id|order no|order number|order #|주문번호|주문 번호|注文番号|受注番号|número de pedido|"
    "numero de orden|pedido|# de venta|sale number|sale id|order sn",
    "source_reference": "transaction id|transaction number|payment id|payment number|payout id|payout number|settlement id|"
    "statement number|statement id|정산번호|거래번호|지급번호|取引番号|精算番号|id de operación|número de operación",
    "item_reference": "order item id|order item number|item number|주문상세번호|품목별 주문번호|상품주문번호",
    "description": "description|type|transaction type|movement|movement type|kind of movement|kind|fee name|구분|거래구분|정산구분|"
    "거래유형|내역|種別|区分|取引種別|descripción|tipo|tipo de operación|concepto",
    "gross_amount": "gross|gross amount|sales|sale amount|product amount|products|item price|주문금액|판매금액|상품금액|결제금액|"
    "売上|売上金額|importe bruto|monto bruto",
    "discount_amount": "discount|seller discount|할인|할인금액|판매자할인|割引額|descuento",
    "refund_amount": "refund|refunds|refund amount|환불|환불금액|返金額|reembolso",
    "fee_amount": "fee|fees|selling fee|sale fee|sales fee|commission|commission fee|marketplace fee|수수료|판매수수료|手数料|"
    "comisión|cargo por venta",
    "financing_fee_amount": "service fee|payment fee|transaction fee|processing fee|결제수수료|決済手数料",
    "shipping_fee_amount": "shipping cost|shipping fee|shipping|logistics fee|배송비|배송비용|送料|costo de envío",
    "shipping_in_amount": "shipping income|shipping paid by buyer|배송비 수입",
    "tax_amount": "tax|taxes|vat|withholding tax|세금|부가세|원천징수|税|消費税|impuesto|impuestos|retención",
    "net_amount": "net|net amount|net total|net proceeds|paid|paid out|paid amount|payout|payout amount|payment amount|"
    "settlement amount|net paid|정산금액|정산액|지급금액|지급액|입금액|실지급액|支払額|入金額|精算額|neto|monto neto|total neto",
    "net_credit_amount": "credit|credit amount|net credit amount|입금|입금 금액|대변|abono",
    "net_debit_amount": "debit|debit amount|net debit amount|출금|출금 금액|차변",
    "currency": "currency|currency code|settlement currency|통화|정산통화|결제통화|通貨|moneda",
}
TOTALS = "amount|total|total amount|금액|합계|金額|合計|importe|monto"
"""Headings of an amount of payouts that may be before costs or after them: without costs beside it, it is what was paid."""
KINDS = {
    "payment": "sale|sales|order|item price|product sales|판매|주문|판매대금|상품대금|売上|販売|venta",
    "refund": "refund|refunds|return|returned|환불|반품|返金|返品|devolución|reembolso",
    "chargeback": "chargeback|차지백|チャージバック|contracargo",
    "dispute": "dispute|분쟁|mediación|disputa",
    "payout": "withdrawal|bank transfer|출금|이체|송금|振込|出金|retiro",
    "shipping": "shipping|shipping fee|shipping cost|배송비|送料|envío",
    "tax": "tax|taxes|withholding tax|세금|원천징수|税|impuesto|retención",
    "fee": "fee|fees|commission|selling fee|service fee|advertising fee|수수료|판매수수료|광고비|手数料|comisión",
    "reserve": "reserve|reserved|hold|유보|지급보류|留保|reserva",
}


@cache
def targets(measure: str = ORDERS) -> dict[str, str]:
    """The value that a heading means in a file of this measure, by its comparable name."""
    if measure == PAYOUTS:
        return _by_word(PAYOUT_HEADINGS)
    found: dict[str, str] = {}
    for mapping in BUILT_IN:
        if mapping.measure == ORDERS and mapping.json is None:
            for column in mapping.columns:
                if not column.into.startswith("x_") and column.into != "kind":
                    for name in column.names:
                        found.setdefault(name, column.into)
    for into, names in HEADINGS.items():
        for name in names.split("|"):
            found[named(name)] = into
    return found


@cache
def totals() -> frozenset[str]:
    """Comparable names of headings that do not say whether an amount is before costs or after them."""
    return frozenset(map(named, TOTALS.split("|")))


@cache
def kinds() -> dict[str, str]:
    """The kind of a movement, by its comparable text; a text that may be of several, such as “payment” or “payout”, is none."""
    return _by_word(KINDS)


def _by_word(meanings: dict[str, str]) -> dict[str, str]:
    return {named(word): into for into, words in meanings.items() for word in words.split("|")}


@cache
def states() -> dict[str, str]:
    """The class of a state, by its comparable text."""
    found: dict[str, str] = {}
    for mapping in BUILT_IN:
        found |= {text: into for text, into in mapping.statuses.items() if len(text) > 1}
    for into, texts in STATES.items():
        found |= {named(text): into for text in texts.split("|")}
    return found
