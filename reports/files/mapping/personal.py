"""Columns that name or find a person, or may, whatever stands above them: for samples of files that nobody knows yet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from reports.files.cells import Cell, clean
from reports.files.mapping.amounts import LOOSE, SIGN, WIDE
from reports.files.mapping.model import DATES, OF_A_THING, named
from reports.files.mapping.moments import fits

MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}")
# A telephone number (mobile or fixed, of Korea, Japan or elsewhere), a resident registration number, a personal customs code.
NUMBER = re.compile(
    r"(?<![0-9A-Za-z.,-])(?:(?:\+?82[- .]?|0)1[016789][- .][0-9]{3,4}[- .][0-9]{4}"
    r"|\(?0[0-9]{1,2}[- .)] ?[0-9]{3,4}[- .][0-9]{4}|\+[1-9][0-9]{0,2}[- .]?\(?[0-9][0-9 ().-]{5,13}[0-9]"
    r"|[0-9]{6}-[1-8][0-9*]{6}|P[0-9]{12})(?![0-9A-Za-z])"
)
BARE_MOBILE = re.compile(r"(?:01[016789]|0[789]0)[0-9]{7,8}")
FREE_TEXT = re.compile(
    r"\b(memo|notes?|remarks?|message|comments?|comentarios?|mensaje|observaciones|catatan|instructions?)\b"
    r"|메모|요청|비고|메시지|備考|メッセージ|备注|備註|留言|หมายเหตุ"
)
WORDS = (
    "recipient|receiver|consignee|customer|client|user|username|contact|contacto|nome|endereco|tel|mobile|handphone|hp|cp|"
    "whatsapp|line id|wechat|instagram|telefone|celular|cpf|pembeli|pelanggan|nama|telepon|nomor hp|ten|khach hang|"
    "nguoi mua|so dien thoai|số điện thoại|resi|guia|kota|kecamatan|provinsi|estado de entrega|province|street|postcode|birthday",
    "고객|회원|아이디|수하인|받으시는|보내는|배송지|송장|운송장|送り状|追跡|快递|注文者|顧客|お客|連絡先|携帯|届け先|配送先|収件|收件|收货|買家|买家|購買人|姓名|名前|"
    "地址|手机|手機|电话|電話|身份证|ผู้รับ|ลูกค้า|ผู้ซื้อ|ที่อยู่|โทรศัพท์|เบอร์โทร",
)
NAMES = re.compile(
    rf"\b(?:{'|'.join(re.escape(named(word)) for word in WORDS[0].split('|'))})\b"
    rf"|{'|'.join(re.escape(named(word)) for word in WORDS[1].split('|'))}"
)
CODE = re.compile(r"[!-~]{1,40}")
MOST_TEXTS = 40
"""A column of texts that nobody recognizes may hold states if it has no more different ones, each twice on average."""


def holds_persons(cells: Iterable[Cell]) -> bool:
    """Whether any of a column's cells has an e-mail address, a telephone number or a number of a person; or most of them
    are mobile numbers without hyphens, which one order number may look like."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    bare = sum(BARE_MOBILE.fullmatch(text.strip()) is not None for text in texts)
    return any(map(is_of_a_person, texts)) or bare * 2 > len(texts)


def is_of_a_person(text: str) -> bool:
    text = clean(text)
    return NUMBER.search(text) is not None or ("@" in text and MAIL.search(text) is not None)


def is_named(name: str) -> bool:
    """Whether a column of this comparable name may be of buyers, in words that only samples are judged by."""
    name = unicodedata.normalize("NFC", name)
    return NAMES.search(name) is not None and OF_A_THING.search(name) is None


def is_free_text(name: str) -> bool:
    """Whether people write there what they like: such a column is no part of a sample."""
    return FREE_TEXT.search(unicodedata.normalize("NFC", name)) is not None


def is_harmless(cells: Iterable[Cell]) -> bool:
    """Whether a column that nobody recognizes holds no people as far as its cells tell: numbers, days, short codes with a
    digit, or few texts that come again and again, as states do."""
    texts = [clean(cell) for cell in cells if isinstance(cell, str)]
    others = [text for text in texts if not _is_code(text)]
    return not others or (len(set(others)) <= MOST_TEXTS and len(set(others)) * 2 <= len(others))


def _is_code(text: str) -> bool:
    if CODE.fullmatch(text) and any(map(str.isdigit, text)):
        return True
    amount = text.translate(WIDE)
    if amount == amount.upper() or amount.startswith("Rp"):
        amount = SIGN.sub("", amount, count=1).strip()
    return LOOSE.fullmatch(amount) is not None or any(fits(text, form) for form in DATES if form != "unix")
