"""Samples for verification (표본검증): how many, which, and what they prove."""
