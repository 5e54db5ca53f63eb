"""What becomes of registrations for briefings when two records of one company are merged."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from companies.verdicts import Rows, Verdict, verdict
from guidance.models import Registration

verdict(
    Registration,
    Rows("company", Verdict.MOVES, _("Who is registered and who came goes on under the record that stays."), agency="agency"),
)  # fmt: skip
