"""The staff's screens of this floor and of the ground's code lists."""

from accounts.admin import codes, officer, organization, second_person

__all__ = ["codes", "officer", "organization", "second_person"]
