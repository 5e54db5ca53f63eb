"""Nouns of the guidance floor."""

from guidance.models.attachment import Attachment
from guidance.models.edition import Booklet, Edition
from guidance.models.pillar import Pillar
from guidance.models.research import Confidence, Finding, FindingFile, ResearchTask
from guidance.models.statement import Review, Statement, StatementFigure, StatementVersion

__all__ = [
    "Attachment",
    "Booklet",
    "Confidence",
    "Edition",
    "Finding",
    "FindingFile",
    "Pillar",
    "ResearchTask",
    "Review",
    "Statement",
    "StatementFigure",
    "StatementVersion",
]
