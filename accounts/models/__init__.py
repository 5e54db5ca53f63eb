"""Nouns of the accounts floor."""

from accounts.models.agency import Agency, Approval, Deputy, Officer, SecondPersonRule
from accounts.models.organization import Organization, OrganizationMember
from accounts.models.user import User

__all__ = [
    "Agency",
    "Approval",
    "Deputy",
    "Officer",
    "Organization",
    "OrganizationMember",
    "SecondPersonRule",
    "User",
]
