"""Answers that hold: of which applications a screening found to stand what an earlier one said, in one row for all of them."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Func, Value
from django.utils.translation import gettext_lazy as _

from ground.clock import ClockNow
from programs.models.application import Application
from programs.models.call import Call
from programs.models.screening import STAYS, Screened, Screening


class Holding(models.Model):
    """A list of a call's applications (`Held`) of which all criteria, in these versions, said still what a row of `Screened`
    says. It stays with the screenings that uphold it; one that nobody names may go."""

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    criteria = ArrayField(models.UUIDField())
    versions = ArrayField(models.PositiveSmallIntegerField())

    class Meta:
        verbose_name = _("list of answers that hold")
        verbose_name_plural = _("lists of answers that hold")
        triggers = [pgtrigger.Protect(name="stays", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.call} {self.pk}"


class Held(models.Model):
    """An application of a list, and the row that says its answers. As of `Screened`, the triggers check all rows of a statement
    at once: the row is one of the application, by the rules of the list, and a list that is upheld stays as it is."""

    pk = models.CompositePrimaryKey("application", "holding")
    holding = models.ForeignKey(
        Holding, on_delete=models.DO_NOTHING, related_name="rows", db_constraint=False, db_index=False
    )
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    said = models.ForeignKey(
        Screened, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        verbose_name = _("answers that hold")
        verbose_name_plural = _("answers that hold")
        indexes = [BrinIndex(fields=["holding"], name="held_of_holding", pages_per_range=16)]
        triggers = [
            pgtrigger.Protect(name="stays", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="belongs",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="found"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (
                        SELECT FROM found f
                        LEFT JOIN programs_holding h ON h.id = f.holding_id
                        LEFT JOIN programs_screened o ON o.id = f.said_id AND o.application_id = f.application_id
                        LEFT JOIN programs_screening s ON s.id = o.screening_id AND s.call_id = h.call_id
                            AND s.criteria = h.criteria AND s.versions = h.versions
                        WHERE s.id IS NULL
                    ) OR EXISTS (
                        SELECT FROM programs_upheld u WHERE u.holding_id IN (SELECT holding_id FROM found)
                    ) THEN
                        RAISE EXCEPTION 'held_belongs: a row of the application, taken by the rules of a list not yet upheld'
                            USING ERRCODE = 'foreign_key_violation';
                    END IF;
                    RETURN NULL;""",
            ),
            pgtrigger.Trigger(
                name="goes",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="gone"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (SELECT FROM gone JOIN programs_holding h ON h.id = gone.holding_id) THEN
                        RAISE EXCEPTION 'held_stays: answers that hold go with their list'
                            USING ERRCODE = 'foreign_key_violation';
                    END IF;
                    RETURN NULL;""",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}"


class Upheld(models.Model):
    """One screening said of the applications of a list, all but a few, what the list says. Insert-only. Its number is drawn with
    those of `Screened`, so all that was said of an application has one order."""

    id = models.BigIntegerField(
        primary_key=True, db_default=Func(Value("programs_screened_id_seq"), function="nextval")
    )
    screening = models.OneToOneField(Screening, on_delete=models.PROTECT, related_name="upheld")
    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="+")
    without = ArrayField(models.UUIDField())
    """The applications of the list of which it said nothing, or something else; in their order, since `programs_taken` searches it."""

    class Meta:
        verbose_name = _("upheld answers")
        verbose_name_plural = _("upheld answers")
        triggers = [
            STAYS,
            pgtrigger.Trigger(
                name="same",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM programs_screening s JOIN programs_holding h ON h.id = NEW.holding_id
                            AND h.call_id = s.call_id AND h.criteria = s.criteria AND h.versions = s.versions
                        WHERE s.id = NEW.screening_id
                    ) THEN
                        RAISE EXCEPTION 'upheld_same: answers of the call, by the rules of the screening'
                            USING ERRCODE = 'foreign_key_violation';
                    END IF;
                    IF NEW.without <> ARRAY(SELECT unnest(NEW.without) ORDER BY 1) THEN
                        RAISE EXCEPTION 'upheld_sorted: those left out stand in their order'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;""",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.screening}"


class Taken(models.Model):
    """Each screening of each application, whichever way it is stored: `said` holds its answers. A view; `id` gives the order
    of an application's screenings."""

    id = models.BigIntegerField(primary_key=True)
    application = models.ForeignKey(
        Application, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    screening = models.ForeignKey(
        Screening, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    said = models.ForeignKey(Screened, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        managed = False
        db_table = "programs_taken"
        verbose_name = _("taking of an application")
        verbose_name_plural = _("takings of applications")

    def __str__(self) -> str:
        return f"{self.application_id}"
