"""Nouns of the programs floor."""

from programs.models.application import Answer, Application, Baseline, Document, ReceiptCounter, Submission
from programs.models.call import Call, Criterion, RequiredDocument
from programs.models.choice import (
    Candidate,
    CountryChoice,
    Indicator,
    IndicatorValue,
    WeighedIndicator,
)
from programs.models.consultation import Consultation
from programs.models.draft import Draft
from programs.models.ending import EndRequest
from programs.models.evaluation import Conflict, Evaluator, Score, ScoreItem, Selection, SelectionRow
from programs.models.holding import Held, Holding, Taken, Upheld
from programs.models.kept import KeptOutcomes, KeptRegister, KeptTaking
from programs.models.listing import Listing, ListingStep
from programs.models.notice import Inquiry, NoticeVersion, ResultNotice
from programs.models.on_behalf import EntryOnBehalf
from programs.models.participation import Delivery, Participation, Task
from programs.models.payment import Payment
from programs.models.product_line import ProductLine
from programs.models.program import (
    Component,
    Memorandum,
    MemorandumParty,
    Paper,
    Program,
    ProgramMarket,
    ProgramPartner,
    ProgramShare,
    ProviderContract,
    Target,
)
from programs.models.question import Question, Section
from programs.models.reference import Market, Platform
from programs.models.screening import Override, ReturnItem, ReturnRequest, Screened, Screening
from programs.models.store import Assignment, Store, StoreTax

__all__ = [
    "Answer",
    "Application",
    "Assignment",
    "Baseline",
    "Call",
    "Candidate",
    "Component",
    "Conflict",
    "Consultation",
    "CountryChoice",
    "Criterion",
    "Delivery",
    "Document",
    "Draft",
    "EndRequest",
    "EntryOnBehalf",
    "Evaluator",
    "Held",
    "Holding",
    "Indicator",
    "IndicatorValue",
    "Inquiry",
    "KeptOutcomes",
    "KeptRegister",
    "KeptTaking",
    "Listing",
    "ListingStep",
    "Market",
    "Memorandum",
    "MemorandumParty",
    "NoticeVersion",
    "Override",
    "Paper",
    "Participation",
    "Payment",
    "Platform",
    "ProductLine",
    "Program",
    "ProgramMarket",
    "ProgramPartner",
    "ProgramShare",
    "ProviderContract",
    "Question",
    "ReceiptCounter",
    "RequiredDocument",
    "ResultNotice",
    "ReturnItem",
    "ReturnRequest",
    "Score",
    "ScoreItem",
    "Screened",
    "Screening",
    "Section",
    "Selection",
    "SelectionRow",
    "Store",
    "StoreTax",
    "Submission",
    "Taken",
    "Target",
    "Task",
    "Upheld",
    "WeighedIndicator",
]
