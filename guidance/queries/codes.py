"""The code of a registration as a picture that a phone's camera reads: it leads to the page at the door."""

from __future__ import annotations

import base64
import io

import qrcode
from django.conf import settings
from django.urls import reverse
from qrcode.image.svg import SvgPathImage

from guidance.models import Registration


def door_address(registration: Registration) -> str:
    """Where staff check the person in; nobody else can open it."""
    path = reverse("briefing_door", kwargs={"pk": registration.briefing_id})
    return f"{settings.NARU_ADDRESS}{path}?code={registration.code}"


def picture_of(registration: Registration) -> str:
    """The picture as an address of its own (`data:`), so that no further request and no script is needed."""
    out = io.BytesIO()
    qrcode.make(door_address(registration), image_factory=SvgPathImage, box_size=20).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
