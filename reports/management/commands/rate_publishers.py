from __future__ import annotations

from typing import Any

from ground.offices import OfficeCommand
from reports.demo.rates import bank_days, customs_weeks
from reports.published.server import LocalPublishers


class Command(OfficeCommand):
    help = "Made-up publishers of rates for the demonstration: /exchangeJSON and /getRetrieveTrifFxrtInfo on 127.0.0.1."
    port = 8181

    def office(self, options: dict[str, Any]) -> LocalPublishers:
        return LocalPublishers(bank_days(), customs_weeks(), key="demonstration", port=options["port"])
