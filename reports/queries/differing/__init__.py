"""Measures of a company beside each other (대사), as questions: which differ, why, and on which lines."""
