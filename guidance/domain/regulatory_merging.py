"""What becomes of regulatory items when two records of one company are merged: it counts once at the record that stays."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from companies.verdicts import Rows, Verdict, verdict
from guidance.models import Concern

verdict(
    Concern,
    Rows(
        "company",
        Verdict.MOVES,
        _("What both records said of one item counts once, as the record that stays said it."),
        same=lambda row: row.item_id,
        agency="agency",
    ),
)
