"""System checks of the roof: what a start must refuse or warn about."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register
def fonts(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The Korean font of printed papers is there with a regular and a bold weight."""
    from ground.printing.fonts import check_fonts

    return check_fonts(app_configs, **kwargs)


@register(Tags.security, deploy=True)
def antivirus(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Production says so when nobody scans what companies hand in."""
    if settings.NARU_CLAMD:
        return []
    return [
        Warning(
            "NARU_CLAMD names no antivirus scanner: files that companies hand in pass as “not scanned”.",
            hint="Run ClamAV's clamd and name it: tcp://host:3310 or unix:/run/clamav/clamd.ctl.",
            id="naru.W001",
        )
    ]
