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
from guidance.models.mailing import (
    Mailing,
    MailingReceiver,
    MailingRule,
)
from guidance.models.pillar import (
    Pillar,
)
from guidance.models.reader import (
    Favorite,
    GuideQuestion,
    Rating,
    Reading,
    ReadingCount,
    ReadingKind,
)
from guidance.models.registration import (
    Registration,
)
from guidance.models.regulatory import (
    Concern,
    RegulatoryItem,
    RegulatoryWording,
)
from guidance.models.regulatory_step import RegulatoryStep, StepDocument
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
from guidance.models.video import (
    GuideVideo,
)

__all__ = [
    "Attachment",
    "Booklet",
    "Briefing",
    "BriefingCountry",
    "BriefingMaterial",
    "BriefingQuestion",
    "BriefingSession",
    "Concern",
    "Confidence",
    "Edition",
    "Favorite",
    "Finding",
    "FindingFile",
    "GuideQuestion",
    "GuideVideo",
    "Mailing",
    "MailingReceiver",
    "MailingRule",
    "Pillar",
    "Rating",
    "Reading",
    "ReadingCount",
    "ReadingKind",
    "Registration",
    "RegulatoryItem",
    "RegulatoryStep",
    "RegulatoryWording",
    "ResearchTask",
    "Review",
    "Statement",
    "StatementFigure",
    "StatementVersion",
    "StepDocument",
    "SurveyAnswer",
    "SurveyReply",
]
