"""Differences between measures (차이): tolerated how far, found, asked about, decided."""
