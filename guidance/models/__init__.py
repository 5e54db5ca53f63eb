"""Nouns of the guidance floor."""

from guidance.models.attachment import (
    Attachment,
)
from guidance.models.briefing import (
    Briefing,
    BriefingCountry,
    BriefingMaterial,
    BriefingSession,
)
from guidance.models.edition import (
    Booklet,
    Edition,
)
from guidance.models.pillar import (
    Pillar,
)
from guidance.models.registration import (
    Registration,
)
from guidance.models.research import (
    Confidence,
    Finding,
    FindingFile,
    ResearchTask,
)
from guidance.models.statement import (
    Review,
    Statement,
    StatementFigure,
    StatementVersion,
)
from guidance.models.survey import (
    BriefingQuestion,
    SurveyAnswer,
    SurveyReply,
)

__all__ = [
    "Attachment",
    "Booklet",
    "Briefing",
    "BriefingCountry",
    "BriefingMaterial",
    "BriefingQuestion",
    "BriefingSession",
    "Confidence",
    "Edition",
    "Finding",
    "FindingFile",
    "Pillar",
    "Registration",
    "ResearchTask",
    "Review",
    "Statement",
    "StatementFigure",
    "StatementVersion",
    "SurveyAnswer",
    "SurveyReply",
]
