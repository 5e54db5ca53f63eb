"""Criteria (요건) as data, compiled to SQL: one definition for one company, a call's applications and the whole register."""
