"""What a start refuses: production with something missing, and an installation for others with the published secret."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.config.users import PROJECT, environment

WHOLE = {
    "NARU_ENV": "production",
    "NARU_SECRET_KEY": "a secret of this installation alone, with more than fifty characters",
    "NARU_HOSTS": "naru.example",
    "DATABASE_URL": "postgresql://naru_web@db.example/naru",
    "BROKER_URL": "redis://broker.example/0",
    "NARU_MAIL_URL": "smtp+tls://user:key@mail.example:587",
}
SHOWN = "import config.settings as s; print(s.NARU_PROXIES, s.NARU_STAFF_MFA, s.SECURE_SSL_REDIRECT)"


def start(facts: dict[str, str], code: str = "import config.settings") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env=environment(**facts), cwd=PROJECT, capture_output=True, text=True
    )


def test_a_whole_production_starts():
    done = start(WHOLE, SHOWN)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 True True\n", "")


REFUSED = [
    ({"NARU_SECRET_KEY": ""}, "NARU_SECRET_KEY must be a secret of your own"),
    ({"NARU_SECRET_KEY": "short"}, "NARU_SECRET_KEY must be a secret of your own"),
    (
        {"NARU_SECRET_KEY": "embedded-only-never-in-production-0123456789-abcdefghijklmnop"},
        "NARU_SECRET_KEY must be a secret of your own",
    ),
    ({"NARU_HOSTS": ""}, "NARU_HOSTS must name the hosts"),
    ({"DATABASE_URL": ""}, "Production needs DATABASE_URL and BROKER_URL"),
    ({"BROKER_URL": ""}, "Production needs DATABASE_URL and BROKER_URL"),
    ({"NARU_EMBEDDED": "1"}, "Production needs DATABASE_URL and BROKER_URL"),
    ({"NARU_DEMO": "1"}, "NARU_DEMO and NARU_ENV=production exclude each other"),
    ({"NARU_MAIL_URL": ""}, "NARU_MAIL_URL must name the mail server"),
    ({"NARU_STAFF_MFA": "0"}, "NARU_STAFF_MFA=0 and NARU_ENV=production exclude each other"),
    ({"NARU_ENV": "prod"}, 'NARU_ENV is "production" or left out'),
    ({"NARU_ENV": "", "NARU_SECRET_KEY": ""}, "NARU_HOSTS names other hosts than this machine"),
]


def left(facts: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in {**WHOLE, **facts}.items() if value}


@pytest.mark.parametrize(("facts", "sentence"), REFUSED, ids=lambda each: str(each)[:60])
def test_a_start_is_refused_with_a_sentence(facts, sentence):
    done = start(left(facts))
    assert done.returncode == 1
    assert sentence in done.stderr.splitlines()[-1]


def test_a_trial_needs_nothing_and_answers_only_for_this_machine():
    done = start({}, f"{SHOWN[:-1]}, s.ALLOWED_HOSTS)".replace(", s.SECURE_SSL_REDIRECT", ""))
    assert done.stdout == "0 True ['127.0.0.1', 'localhost', '[::1]', 'testserver']\n"
    assert start({"NARU_HOSTS": "localhost,127.0.0.1"}).returncode == 0
    assert start({"NARU_HOSTS": "localhost,192.0.2.7"}).returncode == 1


def test_the_demonstration_relaxes_the_second_factor_and_may_be_told_not_to():
    code = "import config.settings as s; print(s.NARU_STAFF_MFA)"
    assert start({"NARU_DEMO": "1"}, code).stdout == "False\n"
    assert start({"NARU_DEMO": "1", "NARU_STAFF_MFA": "1"}, code).stdout == "True\n"
