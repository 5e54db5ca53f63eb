"""Files of every marketplace by description: what a mapping is, and reading a file as it says.

Pure like the rest of `reports.files`: no database, and nothing that a file holds is kept but what its mapping reads.
"""

from reports.files.mapping.account import Account
from reports.files.mapping.model import Check, Column, Json, Mapping, MappingWrong
from reports.files.mapping.plan import Context
from reports.files.mapping.reading import Fact, Reading, read

__all__ = [
    "Account", "Check", "Column", "Context", "Fact", "Json", "Mapping", "MappingWrong", "Reading", "read",
]  # fmt: skip
