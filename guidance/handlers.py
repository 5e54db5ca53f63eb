"""Imports every outbox handler of this floor."""
