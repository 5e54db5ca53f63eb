"""Shopee: the Seller Centre's orders and income workbooks, and escrow details of the API.

Orders: English names of the Philippine export [M]; names in Bahasa Indonesia and Vietnamese [U, from memory: they serve
to find a column and never to guess one]. Amounts of the order repeat on each of its rows [M] and count on the first.
A return or refund stands beside a state that stays “Completed” [M]; what it says there is [U], so
it is the row's state, and waits for a person.
Who pays: the seller its voucher and its part of a bundle; Shopee its voucher, its part of a bundle, coins, cards and the rebate on
a price [M].
Income: names [M], signs of what is paid out [M], headings in row 6 [M], list maybe longer: so a row whose parts do not add up to
the released amount is named and counts as released. Escrow: names and formula [H]: fees are positive and
subtracted; a cross-border shop has the amounts of its own currency in `*_pri` [H], and whatever has none is of the buyer's
currency and is left out there. The escrow answer has no instant
of its own: the release or creation time must have been put beside it by whoever saved it.
"""

from __future__ import annotations

from reports.files.lines import CANCELLED, PENDING, REFUNDED, SOLD
from reports.files.mapping.model import HEADING, ORDERS, PAYOUTS, Check, Column, Json, Mapping

STATUSES = {
    "UNPAID": PENDING, "READY_TO_SHIP": SOLD, "PROCESSED": SOLD, "SHIPPED": SOLD, "TO_CONFIRM_RECEIVE": SOLD,
    "COMPLETED": SOLD, "IN_CANCEL": PENDING, "CANCELLED": CANCELLED, "TO_RETURN": REFUNDED, "INVOICE_PENDING": SOLD,
    "Unpaid": PENDING, "To ship": SOLD, "Shipping": SOLD, "Completed": SOLD, "Delivered": SOLD, "Canceled": CANCELLED,
    "Belum Bayar": PENDING, "Perlu Dikirim": SOLD, "Sedang Dikirim": SOLD, "Selesai": SOLD, "Batal": CANCELLED,
    "Chờ xác nhận": PENDING, "Đang giao": SOLD, "Hoàn thành": SOLD, "Đã hủy": CANCELLED,
}  # fmt: skip

ORDERS_XLSX = Mapping(
    code="shopee-orders",
    label="Shopee (orders)",
    measure=ORDERS,
    signature=(
        "order id|no. pesanan|mã đơn hàng",
        "order status|status pesanan|trạng thái đơn hàng",
        "sku reference no|nomor referensi sku|sku phân loại hàng",
    ),
    columns=(
        Column("order_reference", ("Order ID", "No. Pesanan", "Mã đơn hàng")),
        Column("ordered_at", ("Order Creation Date", "Waktu Pesanan Dibuat", "Ngày đặt hàng")),
        Column("status", ("Return / Refund Status",), instead=("Order Status", "Status Pesanan", "Trạng Thái Đơn Hàng")),
        Column(
            "sku",
            ("SKU Reference No.", "Nomor Referensi SKU", "SKU phân loại hàng"),
            instead=("Parent SKU Reference No.", "SKU Induk", "SKU sản phẩm"),
        ),
        Column("title", ("Product Name", "Nama Produk", "Tên sản phẩm"), optional=True),
        Column("x_variation", ("Variation Name", "Nama Variasi", "Tên phân loại hàng"), optional=True),
        Column("units", ("Quantity", "Jumlah", "Số lượng")),
        Column("unit_amount", ("Deal Price", "Harga Setelah Diskon", "Giá ưu đãi")),
        Column("discount_amount", ("Seller Voucher", "Voucher Ditanggung Penjual"), True, is_cost=True, once=True),
        Column("shipping_in_amount", ("Buyer Paid Shipping Fee", "Ongkos Kirim Dibayar oleh Pembeli"), True, once=True),
        Column("x_seller_bundle_amount", ("Seller Bundle Discount",), True, is_cost=True, once=True, adds_to="discount_amount"),
        Column("platform_discount_amount", ("Shopee Voucher", "Voucher Ditanggung Shopee"), True, once=True),
        *(
            Column(f"x_platform_{name}_amount", (heading,), True, once=is_of_order, adds_to="platform_discount_amount")
            for name, heading, is_of_order in (
                ("rebate", "Shopee Rebate", False), ("bundle", "Shopee Bundle Discount", True),
                ("coins", "Shopee Coins Offset", True), ("card", "Credit Card Discount Total", True),
            )
        ),
    ),
    key=("order_reference", "sku", "x_variation"),
    numbers="point-grouped",
    dates=("ymd-time", "ymd"),
    currency=HEADING,
    statuses=STATUSES,
    is_priced=True,
    personal=(
        "Username (Buyer)", "Receiver Name", "Phone Number", "Delivery Address", "Town", "District", "Province",
        "Region", "Zip Code", "Remark from buyer", "Note", "Tracking Number*",
    ),
)  # fmt: skip

PAID = (
    "gross_amount", "discount_amount", "coupon_amount", "refund_amount", "shipping_in_amount", "shipping_fee_amount",
    "fee_amount", "financing_fee_amount",
)  # fmt: skip
INCOME_XLSX = Mapping(
    code="shopee-income",
    label="Shopee (income)",
    measure=PAYOUTS,
    signature=("order id", "payout completed date", "total released amount"),
    columns=(
        Column("order_reference", ("Order ID",)),
        Column("source_reference", ("Refund ID",), optional=True),
        Column("approved_at", ("Order Creation Date",), optional=True),
        Column("released_at", ("Payout Completed Date",)),
        Column("gross_amount", ("Original Product Price",)),
        Column("discount_amount", ("Seller Voucher Discount",), optional=True),
        Column("x_promotion_amount", ("Seller Product Promotion",), optional=True, adds_to="discount_amount"),
        Column(
            "x_coins_amount", ("Seller Absorbed Coin Cashback",), optional=True, adds_to="discount_amount"
        ),
        Column("coupon_amount", ("Product Discount Rebate from Shopee",), optional=True),
        Column("x_lost_amount", ("Lost Compensation",), optional=True, adds_to="coupon_amount"),
        Column("refund_amount", ("Refund Amount to Buyer",), optional=True),
        Column("shipping_in_amount", ("Buyer Paid Shipping Fee",), optional=True),
        Column(
            "x_shipping_rebate_amount",
            ("Shipping Fee Rebate From Shopee",),
            optional=True,
            adds_to="shipping_in_amount",
        ),
        Column("shipping_fee_amount", ("3rd Party Logistics - Defined Shipping Fee",), optional=True),
        Column("x_returned_amount", ("Reverse Shipping Fee",), optional=True, adds_to="shipping_fee_amount"),
        Column(
            "x_shipping_promotion_amount",
            ("Shipping Fee Promotion by Seller",),
            optional=True,
            adds_to="shipping_fee_amount",
        ),
        Column("fee_amount", ("Commission fee",), optional=True),
        Column("financing_fee_amount", ("Service Fee",), optional=True),
        Column("x_transaction_amount", ("Transaction Fee",), optional=True, adds_to="financing_fee_amount"),
        Column("net_amount", ("Total Released Amount",)),
    ),
    key=("order_reference", "source_reference"),
    numbers="point-grouped",
    dates=("ymd-time", "ymd"),
    kind="payment",
    personal=("Username (Buyer)",),
    checks=(Check("net_amount", PAID, scope="note"),),
)

OWN_CURRENCY = "order_income.pri_currency"
ESCROW_JSON = Mapping(
    code="shopee-escrow-json",
    label="Shopee (escrow)",
    measure=PAYOUTS,
    signature=("order_sn", "order_income.escrow_amount", "order_income.commission_fee"),
    json=Json((("response",), ("response", "order_income_list"), ("escrow_list",), ())),
    columns=(
        Column("order_reference", ("order_sn",)),
        Column(
            "released_at",
            ("escrow_release_time", "release_time", "payout_time", "create_time"),
            instead=("create_time",),
        ),
        Column("currency", ("order_income.pri_currency", "currency"), optional=True, instead=("currency",)),
        Column(
            "gross_amount", ("order_income.original_price_pri", "order_income.original_price"),
            instead=("order_income.original_price",),
        ),
        Column("fee_amount", ("order_income.commission_fee_pri",), True, is_cost=True),
        Column("financing_fee_amount", ("order_income.service_fee_pri",), True, is_cost=True),
        *(
            Column(
                f"x_{name}_amount", (f"order_income.{name}",), name != "commission_fee", is_cost=True, adds_to=into,
                unless=OWN_CURRENCY,
            )
            for name, into in (
                ("commission_fee", "fee_amount"), ("campaign_fee", "fee_amount"), ("order_ams_commission_fee", "fee_amount"),
                ("service_fee", "financing_fee_amount"), ("seller_transaction_fee", "financing_fee_amount"),
            )
        ),
        Column("refund_amount", ("order_income.seller_return_refund_pri",), True),
        Column("x_refund_amount", ("order_income.seller_return_refund",), True, adds_to="refund_amount", unless=OWN_CURRENCY),
        Column("discount_amount", ("order_income.voucher_from_seller",), True, is_cost=True, unless=OWN_CURRENCY),
        Column("shipping_fee_amount", ("order_income.actual_shipping_fee",), True, is_cost=True, unless=OWN_CURRENCY),
        Column("shipping_in_amount", ("order_income.buyer_paid_shipping_fee",), True, unless=OWN_CURRENCY),
        Column("tax_amount", ("order_income.escrow_tax",), True, is_cost=True, unless=OWN_CURRENCY),
        Column(
            "net_amount", ("order_income.escrow_amount_pri", "order_income.escrow_amount"),
            instead=("order_income.escrow_amount",),
        ),
    ),
    key=("order_reference",),
    dates=("unix", "iso"),
    currency="column",
    kind="payment",
)  # fmt: skip

PROFILES = (ORDERS_XLSX, INCOME_XLSX, ESCROW_JSON)
