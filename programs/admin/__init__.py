"""The staff's screens of this floor."""

from programs.admin import application, call, listing, participation, program, reference, store

__all__ = ["application", "call", "listing", "participation", "program", "reference", "store"]
