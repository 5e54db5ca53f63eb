"""A sentence with values is worded when it is read, its days as pages write them."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ground.errors import filled

FIRST, LAST = dt.date(2025, 9, 1), dt.date(2025, 9, 30)


def test_a_sentence_and_its_days_are_said_in_the_reader_s_language():
    with override("ko"):
        said = filled(
            _("The program runs from %(first)s to %(last)s: the days must lie in it."), first=FIRST, last=LAST
        )
    with override("en"):
        assert (
            str(said)
            == "The program runs from 1 September 2025 to 30 September 2025: the days must lie in it."
        )
    with override("ko"):
        assert (
            str(said)
            == "사업 기간은 2025. 9. 1.(월)부터 2025. 9. 30.(화)까지이며, 날짜가 그 안에 있어야 합니다."
        )
