"""What becomes of this floor's tables when two records of one company are merged."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from companies.verdicts import Rows, Verdict, stays, verdict
from guidance.models import (
    Concern,
    Favorite,
    GuideQuestion,
    MailingReceiver,
    Rating,
    Reading,
    Registration,
)

verdict(
    Reading,
    Rows("company", Verdict.MOVES, _("What both read on the same day counts once."),
         same=lambda row: (row.edition_id, row.kind, row.on), agency="agency"),
)  # fmt: skip
verdict(
    Favorite,
    Rows("company", Verdict.MOVES, _("What both keep is kept once."), same=lambda row: (row.program_id, row.country_id), agency="agency"),
)  # fmt: skip
verdict(
    Rating,
    Rows("company", Verdict.MOVES, _("One word of each edition: where they differ, somebody chooses."),
         same=lambda row: row.edition_id, compared=("useful",), may_stay=True, agency="agency"),
)  # fmt: skip
stays((GuideQuestion, "company"), why=_("Answered to whom it was asked by."), agency="agency")
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
stays((MailingReceiver, "company"), why=_("To whom it was written."), agency="agency")
verdict(
    Registration,
    Rows("company", Verdict.MOVES, _("Who is registered and who came goes on under the record that stays."), agency="agency"),
)  # fmt: skip
