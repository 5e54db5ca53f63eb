"""Triggers write down whose facts a transaction changed: of every table that criteria read over the register, in that transaction."""

import companies.models.change
from django.db import migrations, models

EVERYTHING = """
CREATE FUNCTION naru_everything_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO companies_registerchange ("of", key) VALUES ('everything', '');
    RETURN NULL;
END $$
"""


def of_rows(table, of, *columns):
    """What a row belonged to and what it belongs to, unless it was written as it stood; with the owner's rights, as histories
    are written."""
    was, is_ = (
        " ".join(f"INSERT INTO companies_registerchange (\"of\", key) VALUES ('{of}', {row}.{each});" for each in columns)
        for row in ("OLD", "NEW")
    )
    same = " AND ".join(f"NEW.{each} = OLD.{each}" for each in columns)
    forth = f"""
CREATE FUNCTION naru_changed_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN {was} END IF;
    IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NOT ({same}) THEN {is_} END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER naru_changed AFTER INSERT OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION naru_changed_{table}();
CREATE TRIGGER naru_altered AFTER UPDATE ON {table} FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION naru_changed_{table}();
CREATE TRIGGER naru_emptied AFTER TRUNCATE ON {table} EXECUTE FUNCTION naru_everything_changed();
"""
    back = "".join(f"DROP TRIGGER naru_{each} ON {table}; " for each in ("emptied", "altered", "changed"))
    back += f"DROP FUNCTION naru_changed_{table}();"
    return forth, back


def of_all(table, *columns):
    """What belongs to no company: where one of these columns changes (any without), or a row goes. A new row says nothing
    until another one names it."""
    was, is_ = (", ".join(f"{row}.{each}" for each in columns or ("*",)) for row in ("OLD", "NEW"))
    forth = f"""
CREATE TRIGGER naru_changed AFTER UPDATE ON {table} FOR EACH ROW WHEN (({was}) IS DISTINCT FROM ({is_}))
    EXECUTE FUNCTION naru_everything_changed();
CREATE TRIGGER naru_gone AFTER DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION naru_everything_changed();
"""
    return forth, f"DROP TRIGGER naru_gone ON {table}; DROP TRIGGER naru_changed ON {table};"


def of_any(table):
    """What counts for every company."""
    forth = f"""
CREATE TRIGGER naru_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION naru_everything_changed();
"""
    return forth, f"DROP TRIGGER naru_changed ON {table};"


def together(*watched):
    """One operation, both ways."""
    return migrations.RunSQL("".join(forth for forth, _back in watched), "".join(back for _forth, back in watched))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_merges_are_decisions_of_two"),
        ("companies", "0011_figures_not_below_zero"),
        ("ground", "0004_files_wait_until_they_are_checked"),
    ]

    operations = [
        migrations.CreateModel(
            name='RegisterChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('transaction', models.BigIntegerField(db_default=companies.models.change.ThisTransaction(), editable=False)),
                ('of', models.CharField(choices=[('company', 'Company'), ('number', 'Number'), ('certificate', 'Certificate'), ('participation', 'Participation'), ('everything', 'Everything')], editable=False, max_length=13)),
                ('key', models.CharField(blank=True, editable=False, max_length=36)),
            ],
            options={
                'verbose_name': 'change of the register',
                'verbose_name_plural': 'changes of the register',
                'indexes': [models.Index(fields=['transaction'], name='registerchange_transaction')],
            },
        ),
        migrations.RunSQL(EVERYTHING, "DROP FUNCTION naru_everything_changed()"),
        together(
            of_rows("companies_company", "company", "id"),
            *(
                of_rows(f"companies_{each}", "company", "company_id")
                for each in (
                    "place", "certificate", "statuscheck", "ban", "yearlyfigure", "companyindustry", "product", "companysize",
                    "financialmark", "supportdeclaration",
                )
            ),
            of_rows("companies_certificatejudgment", "certificate", "certificate_id"),
            of_rows("companies_support", "number", "business_number"),
            of_rows("companies_succession", "company", "former_id", "successor_id"),
            of_rows("companies_merge", "company", "given_up_id", "kept_id"),
            of_any("companies_supportlist"),
            of_all("ground_province"),
            of_all("ground_industry"),
            of_all("accounts_agency", "code"),
        ),
    ]
