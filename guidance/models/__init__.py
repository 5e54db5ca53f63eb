"""Nouns of the guidance floor."""

from guidance.models.attachment import Attachment
from guidance.models.pillar import Pillar
from guidance.models.research import Confidence, Finding, FindingFile, ResearchTask
from guidance.models.statement import Review, Statement, StatementFigure, StatementVersion

__all__ = [
    "Attachment",
    "Confidence",
    "Finding",
    "FindingFile",
    "Pillar",
    "ResearchTask",
    "Review",
    "Statement",
    "StatementFigure",
    "StatementVersion",
]
