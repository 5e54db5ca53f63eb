"""The same data gives the same bytes: in another process, time zone and language, with other hashes, on another day."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from django.utils import translation

from reports.printing.checksum import data_sha256
from reports.printing.pdf import write_pdf
from reports.printing.xlsx import write_xlsx
from tests.reports.printing.made_up import monthly_report

ROOT = Path(__file__).resolve().parents[3]


def again(days: int, **environment: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.reports.printing.run_again", str(days)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_the_same_bytes_anywhere_and_any_day():
    report = monthly_report()
    here = {"data": data_sha256(report)}
    with translation.override("en"):
        for lang in ("ko", "en"):
            here[f"pdf-{lang}"] = hashlib.sha256(write_pdf(report, lang)).hexdigest()
            here[f"xlsx-{lang}"] = hashlib.sha256(write_xlsx(report, lang)).hexdigest()
    assert again(0, TZ="America/Santiago", PYTHONHASHSEED="1", LC_ALL="C") == here
    assert again(40, TZ="Asia/Seoul", PYTHONHASHSEED="2", HOME="/nonexistent") == here
