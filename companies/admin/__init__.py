"""The staff's screens of the company register."""

from companies.admin import ban, claim, company, consent, destruction, mark, merge, succession, support

__all__ = ["ban", "claim", "company", "consent", "destruction", "mark", "merge", "succession", "support"]
