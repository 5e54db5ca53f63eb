"""The staff's screens of this floor and of the ground's code lists."""

from accounts.admin import agency, codes, officer, organization, person, second_person

__all__ = ["agency", "codes", "officer", "organization", "person", "second_person"]
