"""Writing a record: what the model refuses comes back as a sentence for the field that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from ground.errors import RuleBroken


def put(record: models.Model, facts: dict[str, Any] | None = None) -> None:
    """Check and save, in a transaction of its own or the caller's.

    Refused with `RuleBroken('not_valid')`: a field or a constraint does not hold; also when another writer was faster.
    """
    for name, value in (facts or {}).items():
        setattr(record, name, value)
    try:
        with transaction.atomic():
            record.full_clean()
            record.save()
    except ValidationError as error:
        raise not_valid(error) from error
    except IntegrityError as error:
        raise RuleBroken("not_valid", sentence_of(record, error)) from error


def not_valid(error: ValidationError) -> RuleBroken:
    """The first sentence, with the fields it is about."""
    messages = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    field, sentences = next(iter(messages.items()))
    return RuleBroken("not_valid", " ".join(sentences), () if field == NON_FIELD_ERRORS else (field,))


def sentence_of(record: models.Model, error: IntegrityError) -> Any:
    """What a constraint says when the database found it broken."""
    for constraint in _constraints(record):
        if constraint.name and constraint.name in str(error):
            return constraint.get_violation_error_message()
    return _("Somebody else changed this at the same moment. Look at the page again.")


def _constraints(record: models.Model) -> Iterable[Any]:
    return record._meta.constraints
