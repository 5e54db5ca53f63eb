import struct
from pathlib import Path

import pytest
import typst

from ground.printing import fonts


def test_the_pinned_font_is_found_and_bold_is_bold():
    assert fonts.check_fonts(None) == []
    assert fonts.fonts().families() == ["Noto Sans JP", "Noto Sans KR", "Noto Sans SC", "Noto Sans TC"]


def test_a_missing_package_is_an_error_that_says_what_to_install(monkeypatch):
    monkeypatch.setattr(fonts, "PACKAGE", "no-such-font-package")
    monkeypatch.setattr(fonts, "font_files", fonts.font_files.__wrapped__)
    monkeypatch.setattr(fonts, "fonts", fonts.fonts.__wrapped__)
    (error,) = fonts.check_fonts(None)
    assert error.id == "ground.E001"
    assert "no-such-font-package" in error.msg


def test_a_font_without_weights_is_an_error(monkeypatch, tmp_path: Path):
    """A copy of the font without its table of weights draws every weight alike."""
    font = fonts.font_files()[0].read_bytes().replace(b"fvar", b"xvar", 1)
    (tmp_path / "NotoSansKR.ttf").write_bytes(font)
    flat = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(tmp_path)])
    monkeypatch.setattr(fonts, "fonts", lambda: flat)
    assert [error.id for error in fonts.check_fonts(None)] == ["ground.E002"]


def test_a_font_without_bold_is_an_error(monkeypatch, tmp_path: Path):
    """A copy of the font whose weights end at 400."""
    weights = b"wght" + struct.pack(">iii", 100 << 16, 100 << 16, 900 << 16)
    light = b"wght" + struct.pack(">iii", 100 << 16, 100 << 16, 400 << 16)
    font = fonts.font_files()[0].read_bytes()
    assert font.count(weights) == 1
    (tmp_path / "NotoSansKR.ttf").write_bytes(font.replace(weights, light))
    flat = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(tmp_path)])
    monkeypatch.setattr(fonts, "fonts", lambda: flat)
    assert [error.id for error in fonts.check_fonts(None)] == ["ground.E002"]


def test_another_font_does_not_stand_in(monkeypatch):
    japanese = str(next(file for file in fonts.font_files() if "JP" in file.name).parent)
    only = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[japanese])
    monkeypatch.setattr(fonts, "fonts", lambda: only)
    assert [error.id for error in fonts.check_fonts(None)] == ["ground.E001"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("가나다 ABC ñ 1,234", "가나다 ABC ñ 1,234"),
        ("漢字 汉语 ㈜ ◎", "漢字 汉语 ㈜ ◎"),
        ("사과🍎", "사과□"),
        ("\u1112\u1161\u11ab", "한"),
        ("a\x01b\ufeffc\u202ed\u200be", "abcde"),
        ("a\tb\u3000c\nd", "a b c\nd"),
        ("\ue000ภ", "□□"),
    ],
)
def test_what_can_be_printed(text, printed):
    assert fonts.printable(text) == printed
