"""What a strategy speaks of (분야): the four pillars of 2015, with culture and rules beside them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class Pillar(models.TextChoices):
    """In the order in which guides and tables show them."""

    PRODUCT = "product", pgettext_lazy("pillar", "product")
    MARKETING = "marketing", pgettext_lazy("pillar", "marketing")
    PAYMENT = "payment", pgettext_lazy("pillar", "payment")
    DELIVERY = "delivery", pgettext_lazy("pillar", "delivery")
    CULTURE = "culture", pgettext_lazy("pillar", "culture")
    RULES = "rules", pgettext_lazy("pillar", "rules")
