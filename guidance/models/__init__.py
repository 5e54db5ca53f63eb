"""Nouns of the guidance floor."""

from guidance.models.pillar import Pillar

__all__ = ["Pillar"]
