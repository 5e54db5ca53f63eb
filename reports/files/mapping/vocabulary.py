"""Words by which headings and states of unknown files are recognized: those of the built-in profiles and common others."""

from __future__ import annotations

from functools import cache

from reports.files.lines import CANCELLED, PENDING, REFUNDED, SOLD
from reports.files.mapping.model import ORDERS, named
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


@cache
def targets() -> dict[str, str]:
    """The value that a heading means, by its comparable name."""
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
def states() -> dict[str, str]:
    """The class of a state, by its comparable text."""
    found: dict[str, str] = {}
    for mapping in BUILT_IN:
        found |= {text: into for text, into in mapping.statuses.items() if len(text) > 1}
    for into, texts in STATES.items():
        found |= {named(text): into for text in texts.split("|")}
    return found
