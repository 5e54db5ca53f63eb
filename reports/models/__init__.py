"""Nouns of the reports floor."""

from reports.models.assigning import (
    AssignmentList,
    BulkAssignment,
    SetAside,
)
from reports.models.batch import (
    ImportBatch,
    Rejection,
)
from reports.models.closing import (
    ClosedMonth,
)
from reports.models.customs import (
    CustomsLine,
    CustomsList,
    SeenExport,
)
from reports.models.declaration import (
    CustomsRecord,
    Declaration,
    PayoutProof,
)
from reports.models.difference import (
    Cause,
    Comparison,
    Difference,
    DifferenceDecision,
    DifferenceQuestion,
    Tolerance,
)
from reports.models.line import (
    BatchSum,
    PayoutLine,
    SalesLine,
    SeenLine,
)
from reports.models.mark import (
    OrderMark,
)
from reports.models.month import (
    MonthExcuse,
    MonthNotice,
    MonthReminder,
)
from reports.models.payout import (
    CohortCell,
    CohortCompany,
    CohortStore,
    PayoutList,
    PayoutReminder,
    PayoutTerm,
)
from reports.models.profile import (
    FileProfile,
    FileSample,
    ProfileVersion,
)
from reports.models.rate import (
    ExchangeRate,
    RateAttempt,
)
from reports.models.rollup import (
    CountedStore,
    CustomsSum,
    OrderCount,
    PaidCell,
    PaidMonth,
    RollupCell,
    RollupGroup,
    RollupMonth,
    RollupOrders,
    ShortStock,
)
from reports.models.run import (
    GroupList,
    ReportFile,
    ReportRun,
    ReportSchedule,
)
from reports.models.sampling import (
    SampledOrder,
    SampleFinding,
    SamplingPlan,
)
from reports.models.sharing import (
    SharedSupport,
)
from reports.models.shipment import (
    Shipment,
)
from reports.models.state import (
    StateReading,
)

__all__ = [
    "AssignmentList",
    "BatchSum",
    "BulkAssignment",
    "Cause",
    "ClosedMonth",
    "CohortCell",
    "CohortCompany",
    "CohortStore",
    "Comparison",
    "CountedStore",
    "CustomsLine",
    "CustomsList",
    "CustomsRecord",
    "CustomsSum",
    "Declaration",
    "Difference",
    "DifferenceDecision",
    "DifferenceQuestion",
    "ExchangeRate",
    "FileProfile",
    "FileSample",
    "GroupList",
    "ImportBatch",
    "MonthExcuse",
    "MonthNotice",
    "MonthReminder",
    "OrderCount",
    "OrderMark",
    "PaidCell",
    "PaidMonth",
    "PayoutLine",
    "PayoutList",
    "PayoutProof",
    "PayoutReminder",
    "PayoutTerm",
    "ProfileVersion",
    "RateAttempt",
    "Rejection",
    "ReportFile",
    "ReportRun",
    "ReportSchedule",
    "RollupCell",
    "RollupGroup",
    "RollupMonth",
    "RollupOrders",
    "SalesLine",
    "SampleFinding",
    "SampledOrder",
    "SamplingPlan",
    "SeenExport",
    "SeenLine",
    "SetAside",
    "SharedSupport",
    "Shipment",
    "ShortStock",
    "StateReading",
    "Tolerance",
]
