"""Videos are told by their own parts: what is cut, renamed or holds a page gets its sentence, and nothing is kept."""

from __future__ import annotations

import io

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from ground import files
from ground.errors import RuleBroken
from ground.inspection import video
from ground.inspection.findings import Found
from ground.inspection.sentences import SENTENCES
from ground.models import StoredFile
from tests.ground.uploads.films import FTYP, UNKNOWN, box, element, mp4, webm

pytestmark = pytest.mark.django_db
MOOV, MDAT = box(b"moov", b"x" * 9), box(b"mdat", b"y" * 9)
LARGE = (1).to_bytes(4) + b"mdat" + (16 + 5).to_bytes(8) + b"12345"
PAGE = b"<html><script>alert(1)</script></html>"
GOOD = {
    "plain": mp4(),
    "moov behind": FTYP + MDAT + MOOV,
    "wide size": FTYP + MOOV + LARGE,
    "to the end": FTYP + MOOV + box(b"mdat", b"film", size=0),
    "in parts": FTYP + MOOV + (box(b"moof", b"z") + MDAT) * 3,
    "by a compatible brand": box(b"ftyp", b"XYZ " + bytes(4) + b"mp42") + MOOV + MDAT,
    "words of a page by chance in the film": mp4(PAGE),
    "webm": webm(),
    "sent live": webm(clusters=element("1f43b675", b"film", size=UNKNOWN), size=UNKNOWN),
    "short sizes": webm(clusters=element("1f43b675", b"film", size=b"\x84") + element("1c53bb6b", b"cues")),
}
FOUND = {
    "damaged": [
        FTYP, FTYP + MOOV, FTYP + MDAT, FTYP + MOOV + box(b"mdat", size=4), FTYP + MOOV + b"\x00\x00\x00\x08\xff\xffxx" + MDAT,
        webm(clusters=b""), webm(clusters=element("1f43b675", bytes(12), size=b"\x00")), webm(clusters=element("1c53bb6b", size=UNKNOWN) + bytes(20)),
        element("1a45dfa3", element("4282", b"webm", size=b"\x84")) + element("1f43b675", b"film"),
    ],
    "cut_short": [
        mp4()[:-1], mp4()[:-30], mp4() + b"\x00\x00\x00", FTYP + MOOV + box(b"mdat", b"film", size=10**6), FTYP + MOOV + LARGE[:-1],
        mp4() + PAGE, webm()[:-1], webm()[:-20], webm(clusters=element("1f43b675", b"film", size=b"\x88"), size=UNKNOWN),
    ],
    "media_code": [
        mp4(b"film", box(b"free", b" " * (1024 * 1024 - 12) + PAGE)), FTYP + box(b"moov", b"<?php echo 1;") + MDAT,
        webm(clusters=element("1254c367", PAGE) + element("1f43b675", b"film")),
    ],
    "too_much": [FTYP + MOOV + MDAT + box(b"free") * 50_000],
}  # fmt: skip
STRANGE = [
    PAGE, b"\x00\x00\x00\x18ftypqt  \x00\x00\x00\x00qt  heic" + MOOV + MDAT, webm(b"matroska"), b"\x1a\x45\xdf\xa3", b"RIFF",
    b"\x00\x00\xff\xffftypisom", element("1a45dfa3", size=UNKNOWN) + b"\x42\x82\x84web",
]  # fmt: skip


def kept(name: str, content: bytes) -> StoredFile:
    upload = SimpleUploadedFile(name, content)
    return files.keep(upload, kind="paper", accepted=files.VIDEOS, limit=files.VIDEO_LIMIT)


def ending(content: bytes) -> str:
    return "mp4" if content[4:8] == b"ftyp" else "webm"


def test_films_are_taken_by_their_parts():
    for what, content in GOOD.items():
        file = kept(f"film.{ending(content)}", content)
        found = (what, file.content_type, file.size, file.passage)
        assert found == (what, f"video/{ending(content)}", len(content), "quarantine")


def test_what_is_no_whole_film_is_refused_with_a_sentence_and_nothing_is_kept():
    for code, contents in FOUND.items():
        for number, content in enumerate(contents):
            with pytest.raises(Found) as found:
                video.look(io.BytesIO(content), ending(content))
            assert (code, number, found.value.code) == (code, number, code)
            said = []
            for lang in ("ko", "en"):
                with translation.override(lang):
                    with pytest.raises(RuleBroken, match=r"^file_type:") as refusal:
                        kept(f"film.{ending(content)}", content)
                    said.append(str(refusal.value.sentence) == str(SENTENCES[code]))
            assert said == [True, True]
    for content in [b"%PDF-1.7 a renamed document", *STRANGE]:
        for name in ("film.mp4", "film.webm"):
            with translation.override("en"), pytest.raises(RuleBroken, match="is not what its ending says"):
                kept(name, content)
    for name, content, code in (
        ("film.mp4", b"", "file_empty"),
        ("film.mov", mp4(), "file_type"),
        ("film.webm", mp4(), "file_type"),
        ("film.exe.mp4", mp4(), "file_name"),
    ):
        with pytest.raises(RuleBroken) as refusal:
            kept(name, content)
        assert (name, refusal.value.code) == (name, code)
    with pytest.raises(RuleBroken, match="file_size"):
        files.keep(SimpleUploadedFile("film.mp4", mp4()), kind="paper", accepted=files.VIDEOS, limit=100)
    assert StoredFile.objects.count() == 0
    assert not storages["private"].exists("paper")
