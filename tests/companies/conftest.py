"""A tax office of the tests' own: a real server on the loopback, with made-up firms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from companies.tax_office_server import LocalTaxOffice, running
from tests.factories import register

FIRM = {"b_stt_cd": "01", "start_dt": "20150302", "p_nm": "김가상"}


@pytest.fixture
def tax_office(settings: Any) -> Iterator[LocalTaxOffice]:
    """Firms 1 to 3 of the register's numbers are known to it; `tax_office.manner` gives it bad days."""
    firms = {
        register.number(1): FIRM,
        register.number(2): {**FIRM, "b_stt_cd": "02"},
        register.number(3): {**FIRM, "b_stt_cd": "03", "end_dt": "20240630"},
    }
    with running(firms) as office:
        settings.NARU_TAX_OFFICE_URL = office.address
        settings.NARU_TAX_OFFICE_KEY = "made-up-key"
        yield office
