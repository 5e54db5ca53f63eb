"""Writes the made-up report in a process of its own and prints the checksums, on a day given in days from now."""

import hashlib
import json
import sys
import time

_real = time.time, time.localtime, time.gmtime
_shift = 86_400 * int(sys.argv[1])
time.time = lambda: _real[0]() + _shift
time.localtime = lambda seconds=None: _real[1](time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: _real[2](time.time() if seconds is None else seconds)

import django  # noqa: E402

django.setup()

from reports.printing.checksum import data_sha256  # noqa: E402
from reports.printing.pdf import write_pdf  # noqa: E402
from reports.printing.xlsx import write_xlsx  # noqa: E402
from tests.reports.printing.made_up import monthly_report  # noqa: E402

report = monthly_report()
found = {"data": data_sha256(report)}
for lang in ("en", "ko"):
    found[f"pdf-{lang}"] = hashlib.sha256(write_pdf(report, lang)).hexdigest()
    found[f"xlsx-{lang}"] = hashlib.sha256(write_xlsx(report, lang)).hexdigest()
sys.stdout.write(json.dumps(found))
