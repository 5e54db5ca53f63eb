"""System checks of the roof: what a start must refuse or warn about."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, register


@register
def fonts(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The Korean font of printed papers is there with a regular and a bold weight."""
    from ground.printing.fonts import check_fonts

    return check_fonts(app_configs, **kwargs)
