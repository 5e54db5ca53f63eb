"""Samples for verification."""
