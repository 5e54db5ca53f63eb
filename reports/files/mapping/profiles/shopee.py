"""Shopee: the Seller Centre's orders and income workbooks, and escrow details of the API.

Orders: English names of the Philippine export [M]; names in Bahasa Indonesia and Vietnamese [U, from memory: they serve
to find a column and never to guess one]. Amounts of the order repeat on each of its rows [M] and count on the first.
Income: names [M], headings in row 6 [M], list maybe longer. Escrow: names and formula [H]: fees are positive and
subtracted; a cross-border shop has the amounts of its own currency in `*_pri` [H]. The escrow answer has no instant
of its own: the release or creation time must have been put beside it by whoever saved it.
"""

from __future__ import annotations

from reports.files.lines import CANCELLED, PENDING, REFUNDED, SOLD
from reports.files.mapping.model import HEADING, ORDERS, PAYOUTS, Column, Json, Mapping

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
        Column("status", ("Order Status", "Status Pesanan", "Trạng Thái Đơn Hàng")),
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
        Column("platform_discount_amount", ("Shopee Voucher", "Voucher Ditanggung Shopee"), True, once=True),
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
        Column("x_promotion_amount", ("Seller Product Promotion",), optional=True),
        Column("refund_amount", ("Refund Amount to Buyer",), optional=True),
        Column("shipping_in_amount", ("Buyer Paid Shipping Fee",), optional=True),
        Column("shipping_fee_amount", ("3rd Party Logistics - Defined Shipping Fee",), optional=True),
        Column("fee_amount", ("Commission fee",), optional=True),
        Column("financing_fee_amount", ("Service Fee",), optional=True),
        Column("tax_amount", ("Transaction Fee",), optional=True),
        Column("net_amount", ("Total Released Amount",)),
    ),
    key=("order_reference", "source_reference"),
    numbers="point-grouped",
    dates=("ymd-time", "ymd"),
    kind="payment",
    personal=("Username (Buyer)",),
)

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
        Column(
            "fee_amount", ("order_income.commission_fee_pri", "order_income.commission_fee"),
            is_cost=True, instead=("order_income.commission_fee",),
        ),
        Column(
            "financing_fee_amount", ("order_income.service_fee_pri", "order_income.service_fee"),
            optional=True, is_cost=True, instead=("order_income.service_fee",),
        ),
        Column(
            "refund_amount", ("order_income.seller_return_refund_pri", "order_income.seller_return_refund"),
            optional=True, instead=("order_income.seller_return_refund",),
        ),
        Column("discount_amount", ("order_income.voucher_from_seller",), optional=True, is_cost=True),
        Column("shipping_fee_amount", ("order_income.actual_shipping_fee",), optional=True, is_cost=True),
        Column("shipping_in_amount", ("order_income.buyer_paid_shipping_fee",), optional=True),
        Column("tax_amount", ("order_income.escrow_tax",), optional=True, is_cost=True),
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
