"""Differences between measures."""
