"""The staff's screens of this floor."""

from programs.admin import application, call, inquiry, listing, participation, program, reference, store

__all__ = ["application", "call", "inquiry", "listing", "participation", "program", "reference", "store"]
