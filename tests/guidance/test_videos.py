"""Videos of guides: shown with captions and transcript or not at all; captions are checked line by line."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from ground.errors import RuleBroken
from ground.models import StoredFile
from guidance.domain import videos
from guidance.domain.captions import Cue, cues
from guidance.models import GuideVideo, ReadingCount
from tests.factories import people
from tests.factories.passing import passed
from tests.ground.uploads import films
from tests.guidance import test_editions
from tests.guidance.test_editions import CODE

pytestmark = pytest.mark.django_db
prepare = test_editions.prepare
GOOD = """WEBVTT - a title

NOTE not shown
STYLE or this

1
00:01.000 --> 00:04.000 align:start
첫 줄
둘째 줄

00:00:04.000 --> 01:00:09.500
끝
"""
BAD = {
    "": 1,
    "SRT": 1,
    "WEBVTT\n": 2,
    "WEBVTT\n\n00:01.000 --> 00:04.00\nx": 3,
    "WEBVTT\n\n00:61.000 --> 00:64.000\nx": 3,
    "WEBVTT\n\n00:04.000 --> 00:04.000\nx": 3,
    "WEBVTT\n\n1\n00:05.000 --> 00:04.000\nx": 4,
    "WEBVTT\n\n00:03.000 --> 00:04.000\nx\n\n00:02.000 --> 00:05.000\ny": 6,
    "WEBVTT\n\n00:01.000 --> 00:02.000\n\n": 3,
    "WEBVTT\n\njust words\n": 3,
}


@pytest.fixture
def made(prepared) -> dict[str, Any]:
    return dict(prepared.made)


def values(**fields: str) -> dict[str, str]:
    return {
        "title_ko": "베트남 영상", "title_en": "", "address": "https://video.example/vn", "captions_ko": GOOD,
        "transcript_ko": "말한 것", "captions_en": "", "transcript_en": "", **fields,
    }  # fmt: skip


def test_captions_are_read_line_by_line():
    found = [Cue(Decimal(1), Decimal(4), "첫 줄\n둘째 줄"), Cue(Decimal(4), Decimal("3609.5"), "끝")]
    assert cues(GOOD) == cues("\ufeff" + GOOD.replace("\n", "\r\n")) == found
    for text, line in BAD.items():
        with pytest.raises(RuleBroken, match=f"captions: .*{line}행"):
            cues(text)


def test_a_video_needs_its_words_and_plays_are_counted(made, client):
    show = reverse("guide_show", kwargs={"program": CODE, "country": "VN"})
    add = reverse("admin:guidance_guidevideo_add")
    client.force_login(people.officer())
    named = {"program": str(made["program"].pk), "country": "VN"}
    for wrong, field in (
        ({"address": "http://video.example/vn"}, "address"),
        ({"address": "javascript:alert(1)"}, "address"),
        ({"transcript_ko": ""}, "transcript_ko"),
        ({"captions_ko": "x"}, "captions_ko"),
        ({"captions_en": GOOD}, "transcript_en"),
        ({"transcript_en": "said"}, "captions_en"),
    ):
        page = client.post(add, {**named, **values(**wrong)})
        assert (page.status_code, list(page.context["adminform"].errors)) == (200, [field]), wrong
    assert client.post(add, {**named, **values()}).status_code == 302
    video = GuideVideo.objects.get()
    client.logout()
    page = client.get(show).text
    assert ["말한 것" in page, "자막(WebVTT)" in page, "video.example" in page] == [True, True, False]
    answer = client.get(reverse("guide_video", kwargs={"pk": video.pk}))
    assert (answer.status_code, answer["Location"]) == (302, "https://video.example/vn")
    assert ReadingCount.objects.get(kind="play").times == 1
    captions = client.get(reverse("guide_captions", kwargs={"pk": video.pk, "lang": "ko"}))
    assert (captions.text, captions["Content-Type"]) == (GOOD.strip(), "text/vtt; charset=utf-8")
    for lang in ("en", "ja"):
        assert client.get(reverse("guide_captions", kwargs={"pk": video.pk, "lang": lang})).status_code == 404
    for other in ("manager", "officer"):
        with pytest.raises(RuleBroken, match="not_your_agency"):
            videos.withdraw(video, by=people.officer(other, "BNA"))
    videos.withdraw(video, by=people.officer())
    assert client.get(reverse("guide_video", kwargs={"pk": video.pk})).status_code == 404
    assert "말한 것" not in client.get(show).text
    with pytest.raises(RuleBroken, match="withdrawn"):
        videos.save(video, by=people.officer())


def film(content: bytes | None = None, name: str = "안내.mp4") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, films.mp4() if content is None else content, "video/mp4")


def test_an_uploaded_video_is_shown_once_it_has_passed_and_plays_in_ranges(made, client):
    show = reverse("guide_show", kwargs={"program": CODE, "country": "VN"})
    kept = reverse("guide_kept", kwargs={"program": CODE, "country": "VN", "lang": "ko"})
    add = reverse("admin:guidance_guidevideo_add")
    named = {
        "program": str(made["program"].pk),
        "country": "VN",
        **values(address="", captions_en=GOOD, transcript_en="Said"),
    }
    client.force_login(people.officer())
    for wrong, field in (
        ({}, "address"),
        ({"address": "https://video.example/vn", "upload": film()}, "address"),
        ({"upload": film(b"")}, "upload"),
        ({"upload": film(b"%PDF-1.7")}, "upload"),
        ({"upload": film(films.mp4()[:-1])}, "upload"),
        ({"upload": film(name="film.mov")}, "upload"),
    ):
        page = client.post(add, {**named, **wrong})
        assert (page.status_code, list(page.context["adminform"].errors)) == (200, [field]), wrong
    assert StoredFile.objects.filter(kind="paper").count() == 0
    assert client.post(add, {**named, "upload": film()}).status_code == 302
    video = GuideVideo.objects.get()
    address = reverse("guide_video", kwargs={"pk": video.pk})
    assert [client.get(address).status_code, "<video" in client.get(show).text] == [404, False]
    passed(video.file)
    client.logout()
    whole = films.mp4()
    page = client.get(show, headers={"accept-language": "en"}).text
    tracks = re.findall(r'<track kind="captions" src="[^"]+" srclang="(..)" label="[^"]+"( default)?>', page)
    assert (tracks, f'<source src="{address}" type="video/mp4">' in page, "Said" in page) == (
        [("ko", ""), ("en", " default")], True, True,
    )  # fmt: skip
    assert [("controls" in page), "기기에 보관되지" in client.get(kept).text] == [True, True]
    for headers, first, status, times in (
        ({"range": "bytes=0-1"}, 2, 206, 0),
        ({"range": "bytes=0-"}, len(whole), 206, 1),
        ({"range": "bytes=100-"}, len(whole) - 100, 206, 1),
        ({"range": "bytes=0-", "if-range": f'"{video.file.sha256}"'}, len(whole), 206, 1),
        ({"range": "bytes=9999-"}, 0, 416, 1),
        ({"if-none-match": f'"{video.file.sha256}"'}, 0, 304, 1),
        ({}, len(whole), 200, 2),
    ):
        answer = client.get(address, headers=headers)
        assert (headers, answer.status_code, len(answer.getvalue())) == (headers, status, first)
        assert sum(ReadingCount.objects.filter(kind="play").values_list("times", flat=True)) == times
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.head(address)["Content-Length"] == str(len(whole))
    assert ReadingCount.objects.get(kind="play").times == 2


def test_bytes_of_what_is_not_shown_reach_staff_of_the_agency_alone(made, client):
    by = people.officer()
    texts = values(address="", title_ko="영상")
    video = videos.save(
        GuideVideo(program=made["program"], country=made["country"], **texts), by=by, upload=film()
    )
    address = reverse("guide_video", kwargs={"pk": video.pk})
    readers = {
        "visitor": None,
        "member": people.user("m@company.example"),
        "ours": by,
        "theirs": people.officer("officer", "BNA"),
    }

    def seen() -> dict[str, int]:
        found = {}
        for name, user in readers.items():
            client.logout()
            if user is not None:
                client.force_login(user)
            found[name] = client.get(address).status_code
        return found

    assert seen() == {"visitor": 404, "member": 404, "ours": 404, "theirs": 404}
    passed(video.file)
    assert seen() == {"visitor": 200, "member": 200, "ours": 200, "theirs": 200}
    earlier = StoredFile.objects.get(pk=video.file_id)
    videos.save(video, by=by, upload=film(films.webm(), "film.webm"))
    earlier.refresh_from_db()
    assert [earlier.removed_at is not None, video.file.content_type] == [True, "video/webm"]
    passed(video.file)
    untold = {"program": made["program"], "country": people.country("CL"), **texts}
    draft = videos.save(GuideVideo(**untold), by=by, upload=film())
    passed(draft.file)
    videos.withdraw(video, by=by)
    for each in (video, draft):
        address = reverse("guide_video", kwargs={"pk": each.pk})
        assert seen() == {"visitor": 404, "member": 404, "ours": 200, "theirs": 404}
    assert ReadingCount.objects.filter(kind="play").get().times == 2, "staff are no readers"
    for wrong in ({"address": ""}, {"address": "https://video.example/vn", "file": draft.file}):
        with pytest.raises(IntegrityError, match="guide_video_source"), transaction.atomic():
            GuideVideo.objects.filter(pk=draft.pk).update(**{"file": None, **wrong})
