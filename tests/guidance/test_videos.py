"""Videos of guides: shown with captions and transcript or not at all; captions are checked line by line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from ground.errors import RuleBroken
from guidance.domain import videos
from guidance.domain.captions import Cue, cues
from guidance.models import GuideVideo, ReadingCount
from tests.factories import people
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
