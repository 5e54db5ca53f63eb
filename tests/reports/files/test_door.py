"""Every kind of bad file gets its sentence within seconds, through the same door as a good one."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest

from reports.files import detect, door
from reports.files.lines import RELEASE, VENTAS, FileRefused
from reports.files.writing import PANEL_HEADINGS, write_release, write_ventas
from tests.reports.files import made

SECONDS = 5
AMAZON = "settlement-id\ttotal-amount\tamount-type\tamount-description\tamount\r\n1\t2\t3\t4\t5\r\n"
SETTLEMENT = (
    "EXTERNAL_REFERENCE,SOURCE_ID,TRANSACTION_TYPE,TRANSACTION_AMOUNT,SETTLEMENT_NET_AMOUNT\r\n1,2,3,4,5\r\n"
)
QOO10 = "配送状態,注文番号,カート番号\r\n1,2,3\r\n"


def refusal(path: Path, profile: str | None = None) -> FileRefused:
    started = time.monotonic()
    with pytest.raises(FileRefused) as caught:
        detect.read(path, profile)
    assert time.monotonic() - started < SECONDS
    return caught.value


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    path = tmp_path / "ventas.xlsx"
    write_ventas(path, [made.order(1), made.pack(2)])
    return path


@pytest.fixture
def payouts(tmp_path: Path) -> Path:
    path = tmp_path / "release.csv"
    write_release(path, [made.movement(number) for number in range(1, 6)], columns=23)
    return path


def written(tmp_path: Path, content: bytes, name: str = "upload") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def rewritten(path: Path, **changes: bytes) -> bytes:
    """The archive with some members' content replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in archive.infolist():
            copy.writestr(entry.filename, changes.pop(entry.filename, archive.read(entry)))
        for name, content in changes.items():
            copy.writestr(name, content)
    return out.getvalue()


def encrypted_workbook() -> bytes:
    return door.OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600


def lying_directory(rows: int) -> bytes:
    """The directory declares 100 bytes for a sheet of more."""
    content = made.workbook(["<row/>" * rows])
    place = content.rindex(b"xl/worksheets/sheet1.xml") - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    return content[: place + 24] + struct.pack("<I", 100) + content[place + 28 :]


def nested_entities() -> bytes:
    bomb = '<!DOCTYPE b [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return made.workbook([f'{bomb}<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>'])


BAD_FILES = {
    "nothing at all": (b"", "empty"),
    "only blanks": (b" \r\n \r\n", "no_header"),
    "a PDF": (b"%PDF-1.7 made up", "not_a_table"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "not_a_table"),
    "a page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "not_a_table"),
    "packed with gzip": (b"\x1f\x8b\x08\x00" + b"\x00" * 40, "not_a_table"),
    "zero bytes inside": (b"DATE,SOURCE_ID\r\n\x00\x01\x02\x03", "not_a_table"),
    "old Excel": (door.OLE + b"\x00" * 600, "old_excel"),
    "with a password": (encrypted_workbook(), "encrypted"),
    "3 million cells": (made.three_million_cells(), "unpacks_too_large"),
    "one value in XFD1048576": (made.one_value_far_away(), "too_long"),
    "values in A1 and XFD1048576": (made.two_values_far_apart(), "too_hungry"),
    "a value in column GS": (made.workbook(['<row r="1"><c r="GS1"><v>1</v></c></row>']), "too_wide"),
    "a directory that hides 20 MB": (lying_directory(3_400_000), "unpacks_too_large"),
    "a directory that hides a little": (lying_directory(50), "damaged"),
    "entities": (nested_entities(), "damaged"),
    "another workbook": (made.workbook(['<row r="1"><c r="A1"><v>1</v></c></row>']), "no_header"),
    "broken XML": (made.workbook(['<row r="1"><c r="A1"><v>1']), "damaged"),
    "no headings": (b"1,2,3\r\n4,5,6\r\n", "no_header"),
    "one endless field": (b'"' + b"x" * 300_000 + b'"', "no_header"),
    "Amazon": (AMAZON.encode(), "missing_columns"),
    "Mercado Pago settlement": (SETTLEMENT.encode(), "missing_columns"),
    "Qoo10": (QOO10.encode(), "wrong_program"),
    "Qoo10 in Shift JIS": (QOO10.encode("cp932"), "wrong_program"),
    "Korean headings in CP949": ("지역별,상품군별,2025 1/4\r\n합계,계,1\r\n".encode("cp949"), "no_header"),
    "Western letters": ("DATE,Año,Descripción\r\n".encode("cp1252"), "encoding_unknown"),
    "Western letters that could be Korean": ("DATE,Área\r\n".encode("cp1252"), "encoding_ambiguous"),
    "a cut character": ("DATE,Añ".encode()[:-1], "cut_short"),
    "a cut UTF-16 character": ("DATE,1".encode("utf-16")[:-1], "cut_short"),
    "the panel as CSV": (",".join(PANEL_HEADINGS).encode(), "panel_as_csv"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files(tmp_path: Path, name: str):
    content, code = BAD_FILES[name]
    refused = refusal(written(tmp_path, content))
    assert refused.code == code
    assert str(refused.sentence)
    assert "{" not in str(refused.sentence)


def test_the_bombs_are_as_small_as_they_claim():
    assert len(made.three_million_cells()) < 130_000
    assert len(made.one_value_far_away()) < 2_000
    assert len(lying_directory(3_400_000)) < 130_000


def test_a_file_larger_than_the_limit_is_not_even_opened(tmp_path: Path):
    path = tmp_path / "large.csv"
    with path.open("wb") as stream:
        stream.truncate(door.TEXT_LIMIT + 1)
    refused = refusal(path)
    assert (refused.code, dict(refused.sentence.parameters)) == ("too_big", {"size": 2049, "limit": 2048})


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
def test_a_workbook_cut_in_the_middle(panel: Path, tmp_path: Path, share: float):
    content = panel.read_bytes()
    assert refusal(written(tmp_path, content[: int(len(content) * share)])).code == "cut_short"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_text_cut_in_the_middle(payouts: Path, tmp_path: Path, share: float):
    content = payouts.read_bytes()
    code = refusal(written(tmp_path, content[: int(len(content) * share)])).code
    assert code in {"cut_short", "total_row_missing"}


def test_a_damaged_member(panel: Path, tmp_path: Path):
    content = bytearray(panel.read_bytes())
    place = content.index(b"xl/worksheets/sheet1.xml") + 200
    content[place : place + 50] = b"\xff" * 50
    assert refusal(written(tmp_path, bytes(content))).code == "damaged"


def test_two_members_of_one_name(panel: Path, tmp_path: Path):
    with zipfile.ZipFile(panel, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert refusal(panel).code == "damaged"


def test_an_encrypted_member(panel: Path, tmp_path: Path):
    content = bytearray(panel.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert refusal(written(tmp_path, bytes(content))).code == "encrypted"


def test_macros(panel: Path, tmp_path: Path):
    path = written(tmp_path, rewritten(panel, **{"xl/vbaProject.bin": b"made up"}), "ventas2.xlsx")
    assert refusal(path).code == "macros"


def test_a_packed_file_that_is_no_workbook(panel: Path, tmp_path: Path):
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(panel, "ventas.xlsx")
    assert refusal(path).code == "other_container"


def test_too_many_entries(panel: Path, tmp_path: Path):
    many = {f"xl/media/{number}.txt": b"x" for number in range(door.ENTRY_LIMIT)}
    assert refusal(written(tmp_path, rewritten(panel, **many))).code == "unpacks_too_large"


def test_another_profile_than_asked(panel: Path, payouts: Path):
    refused = refusal(panel, RELEASE)
    assert refused.code == "wrong_profile"
    assert dict(refused.sentence.parameters) == {"asked": RELEASE, "found": VENTAS}
    assert refusal(payouts, VENTAS).code == "wrong_profile"


def test_the_panel_of_another_country(tmp_path: Path):
    path = tmp_path / "br.xlsx"
    write_ventas(path, [made.order(1)], headings=tuple(name.replace("CLP", "BRL") for name in PANEL_HEADINGS))
    refused = refusal(path)
    assert (refused.code, dict(refused.sentence.parameters)) == ("wrong_market", {"currency": "BRL"})


def test_the_release_report_as_a_workbook(tmp_path: Path):
    path = tmp_path / "release.xlsx"
    write_ventas(path, [], headings=("DATE", "RECORD_TYPE", "NET_CREDIT_AMOUNT", "NET_DEBIT_AMOUNT"))
    assert refusal(path).code == "release_as_workbook"


def test_names_and_endings_do_not_matter(panel: Path, payouts: Path, tmp_path: Path):
    assert len(detect.read(panel.rename(tmp_path / "x.csv")).sales) == 3
    assert len(detect.read(payouts.rename(tmp_path / "y.xlsx")).payouts) == 5


def test_the_panel_may_stand_on_a_later_sheet(tmp_path: Path):
    import xlsxwriter

    path = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.add_worksheet("Ayuda").write_string(0, 0, "Lea esto primero")
        sheet = workbook.add_worksheet("Ventas CL")
        for number, row in enumerate(made.sheet([made.order(1)])):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
    parsed = detect.read(path)
    assert (parsed.layout, [line.row for line in parsed.sales]) == ("59 columns, row 6, Ventas CL", [7])


ENCODINGS = {
    "utf-8": ("utf-8", b""),
    "utf-8-sig": ("utf-8", b"\xef\xbb\xbf"),
    "utf-16": ("utf-16-le", b"\xff\xfe"),
    "utf-16-le": ("utf-16-le", b""),
    "utf-16-be": ("utf-16-be", b""),
}


@pytest.mark.parametrize("expected", ENCODINGS)
def test_encodings(payouts: Path, tmp_path: Path, expected: str):
    encoding, mark = ENCODINGS[expected]
    text = payouts.read_text().replace("master", "tarjeta de crédito")
    parsed = detect.read(written(tmp_path, mark + text.encode(encoding)))
    assert (parsed.encoding, len(parsed.payouts)) == (expected, 5)
    assert parsed.payouts[0].extra["PAYMENT_METHOD"] == "tarjeta de crédito"


@pytest.mark.parametrize(("word", "encoding"), [("신용카드", "euc-kr"), ("신용카드 똠방", "cp949")])
def test_a_file_saved_again_by_a_korean_spreadsheet(payouts: Path, tmp_path: Path, word: str, encoding: str):
    text = payouts.read_text().replace("master", word)
    parsed = detect.read(written(tmp_path, text.encode(encoding)))
    assert parsed.encoding == encoding
    assert parsed.payouts[0].extra["PAYMENT_METHOD"] == word
    assert [(note.code, dict(note.parameters)) for note in parsed.notes] == [
        ("note_encoding", {"encoding": encoding.upper()})
    ]


def test_composed_syllables_of_euc_kr_do_not_turn_into_fillers():
    text, encoding = door.decode("가나다라 ".encode("euc-kr") + "뷁".encode("euc-kr"))
    assert (text, encoding) == ("가나다라 뷁", "euc-kr")


def test_sizes_are_counted_not_believed(panel: Path):
    with panel.open("rb") as stream:
        door.check_archive(stream)
    with zipfile.ZipFile(panel) as archive, panel.open("rb") as stream:
        for entry in archive.infolist():
            assert door._count(stream, entry, 10**9) == len(archive.read(entry))
    with pytest.raises(FileRefused) as caught:
        door.check_archive(io.BytesIO(lying_directory(50)))
    assert caught.value.code == "damaged"


def test_an_unknown_profile_is_a_mistake_of_the_program(panel: Path):
    with pytest.raises(ValueError, match="unknown profile"):
        detect.read(panel, "ebay")
