import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE SEQUENCE reports_line_id;
CREATE FUNCTION naru_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % stay as they came: take one back with a row of sign -1', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TABLE reports_sales_line (
    id bigint NOT NULL DEFAULT nextval('reports_line_id'),
    business_day date NOT NULL,
    agency_id uuid NOT NULL REFERENCES accounts_agency (id),
    batch_id uuid NOT NULL REFERENCES reports_importbatch (id),
    "row" integer NOT NULL CHECK ("row" > 0),
    store_id uuid NOT NULL REFERENCES programs_store (id),
    program_id uuid REFERENCES programs_program (id),
    company_id uuid REFERENCES companies_company (id),
    participation_id uuid REFERENCES programs_participation (id),
    line_key varchar(200) COLLATE "C" NOT NULL,
    version smallint NOT NULL CHECK (version > 0),
    sign smallint NOT NULL CHECK (sign IN (-1, 1)),
    order_reference varchar(60) NOT NULL,
    currency_id varchar(12) NOT NULL REFERENCES ground_currency (code),
    entered_at timestamptz NOT NULL DEFAULT naru_now(),
    pack_reference varchar(60) NOT NULL DEFAULT '',
    ordered_at timestamptz NOT NULL,
    sku varchar(100) NOT NULL DEFAULT '',
    listing_reference varchar(100) NOT NULL DEFAULT '',
    title varchar(300) NOT NULL DEFAULT '',
    units integer NOT NULL,
    unit_amount numeric(18, 4),
    gross_amount numeric(18, 4) NOT NULL,
    fee_amount numeric(18, 4) NOT NULL,
    shipping_in_amount numeric(18, 4) NOT NULL,
    shipping_cost_amount numeric(18, 4) NOT NULL,
    refund_amount numeric(18, 4) NOT NULL,
    net_amount numeric(18, 4) NOT NULL,
    status_text varchar(160) NOT NULL DEFAULT '',
    status_class varchar(10) NOT NULL,
    is_advertised boolean,
    CONSTRAINT reports_sales_line_adds_up CHECK
        (gross_amount + fee_amount + shipping_in_amount + shipping_cost_amount + refund_amount = net_amount),
    CONSTRAINT reports_sales_line_assigned_whole CHECK (num_nulls(program_id, company_id, participation_id) IN (0, 3)),
    CONSTRAINT reports_sales_line_same_agency FOREIGN KEY (agency_id, batch_id) REFERENCES reports_importbatch (agency_id, id),
    CONSTRAINT reports_sales_line_store_same_agency FOREIGN KEY (agency_id, store_id) REFERENCES programs_store (agency_id, id),
    CONSTRAINT reports_sales_line_of_program FOREIGN KEY (program_id, participation_id)
        REFERENCES programs_participation (program_id, id),
    CONSTRAINT reports_sales_line_of_company FOREIGN KEY (company_id, participation_id)
        REFERENCES programs_participation (company_id, id),
    PRIMARY KEY (business_day, id),
    CONSTRAINT reports_sales_line_once UNIQUE (business_day, store_id, line_key, version, sign)
) PARTITION BY RANGE (business_day);
CREATE INDEX reports_sales_line_key ON reports_sales_line (store_id, line_key);
CREATE INDEX reports_sales_line_program ON reports_sales_line (program_id, business_day);
CREATE INDEX reports_sales_line_company ON reports_sales_line (company_id, business_day);
CREATE INDEX reports_sales_line_batch ON reports_sales_line (batch_id);
CREATE TRIGGER reports_sales_line_insert_only BEFORE UPDATE OR DELETE ON reports_sales_line FOR EACH ROW EXECUTE FUNCTION naru_insert_only();

CREATE TABLE reports_payout_line (
    id bigint NOT NULL DEFAULT nextval('reports_line_id'),
    business_day date NOT NULL,
    agency_id uuid NOT NULL REFERENCES accounts_agency (id),
    batch_id uuid NOT NULL REFERENCES reports_importbatch (id),
    "row" integer NOT NULL CHECK ("row" > 0),
    store_id uuid NOT NULL REFERENCES programs_store (id),
    program_id uuid REFERENCES programs_program (id),
    company_id uuid REFERENCES companies_company (id),
    participation_id uuid REFERENCES programs_participation (id),
    line_key varchar(200) COLLATE "C" NOT NULL,
    version smallint NOT NULL CHECK (version > 0),
    sign smallint NOT NULL CHECK (sign IN (-1, 1)),
    order_reference varchar(60) NOT NULL,
    currency_id varchar(12) NOT NULL REFERENCES ground_currency (code),
    entered_at timestamptz NOT NULL DEFAULT naru_now(),
    source_reference varchar(100) NOT NULL,
    released_at timestamptz NOT NULL,
    description varchar(80) NOT NULL DEFAULT '',
    description_class varchar(12) NOT NULL,
    gross_amount numeric(18, 4) NOT NULL,
    fee_amount numeric(18, 4) NOT NULL,
    financing_fee_amount numeric(18, 4) NOT NULL,
    shipping_fee_amount numeric(18, 4) NOT NULL,
    tax_amount numeric(18, 4) NOT NULL,
    net_amount numeric(18, 4) NOT NULL,
    CONSTRAINT reports_payout_line_adds_up CHECK
        (gross_amount + fee_amount + financing_fee_amount + shipping_fee_amount + tax_amount = net_amount),
    CONSTRAINT reports_payout_line_assigned_whole CHECK (num_nulls(program_id, company_id, participation_id) IN (0, 3)),
    CONSTRAINT reports_payout_line_same_agency FOREIGN KEY (agency_id, batch_id) REFERENCES reports_importbatch (agency_id, id),
    CONSTRAINT reports_payout_line_store_same_agency FOREIGN KEY (agency_id, store_id) REFERENCES programs_store (agency_id, id),
    CONSTRAINT reports_payout_line_of_program FOREIGN KEY (program_id, participation_id)
        REFERENCES programs_participation (program_id, id),
    CONSTRAINT reports_payout_line_of_company FOREIGN KEY (company_id, participation_id)
        REFERENCES programs_participation (company_id, id),
    PRIMARY KEY (business_day, id),
    CONSTRAINT reports_payout_line_once UNIQUE (business_day, store_id, line_key, version, sign)
) PARTITION BY RANGE (business_day);
CREATE INDEX reports_payout_line_key ON reports_payout_line (store_id, line_key);
CREATE INDEX reports_payout_line_program ON reports_payout_line (program_id, business_day);
CREATE INDEX reports_payout_line_company ON reports_payout_line (company_id, business_day);
CREATE INDEX reports_payout_line_batch ON reports_payout_line (batch_id);
CREATE TRIGGER reports_payout_line_insert_only BEFORE UPDATE OR DELETE ON reports_payout_line FOR EACH ROW EXECUTE FUNCTION naru_insert_only();

CREATE FUNCTION naru_ensure_month(base text, day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', day)::date;
    part text := base || '_p' || to_char(first, 'YYYYMM');
BEGIN
    IF base NOT IN ('reports_sales_line', 'reports_payout_line') THEN
        RAISE EXCEPTION 'no ledger named %', base;
    END IF;
    IF first NOT BETWEEN DATE '2000-01-01' AND DATE '2099-12-01' THEN
        RAISE EXCEPTION 'no month %', first USING ERRCODE = 'datetime_field_overflow';
    END IF;
    IF to_regclass(part) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('naru_ensure_month'));
        IF to_regclass(part) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                           part, base, first, (first + interval '1 month')::date);
        END IF;
    END IF;
END $$;
"""

BACKWARD = """
DROP FUNCTION naru_ensure_month(text, date);
DROP TABLE reports_payout_line;
DROP TABLE reports_sales_line;
DROP FUNCTION naru_insert_only();
DROP SEQUENCE reports_line_id;
"""


class Migration(migrations.Migration):
    """The ledger of lines: insert-only, partitioned by month; Django sees `id` as the key, the database (day, id)."""

    dependencies = [
        ("reports", "0001_rates_batches_runs"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARD, BACKWARD)],
            state_operations=[
                migrations.CreateModel(
                    name="SalesLine",
                    fields=[
                        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("business_day", models.DateField(verbose_name="business day")),
                        ("row", models.PositiveIntegerField(verbose_name="row in the file")),
                        ("line_key", models.CharField(max_length=200)),
                        ("version", models.PositiveSmallIntegerField()),
                        ("sign", models.SmallIntegerField()),
                        ("order_reference", models.CharField(max_length=60, verbose_name="order")),
                        ("entered_at", models.DateTimeField()),
                        ("pack_reference", models.CharField(blank=True, max_length=60)),
                        ("ordered_at", models.DateTimeField(verbose_name="ordered at")),
                        ("sku", models.CharField(blank=True, max_length=100, verbose_name="SKU")),
                        (
                            "listing_reference",
                            models.CharField(blank=True, max_length=100, verbose_name="listing number"),
                        ),
                        ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                        ("units", models.IntegerField(verbose_name="units")),
                        (
                            "unit_amount",
                            models.DecimalField(
                                decimal_places=4, max_digits=18, null=True, verbose_name="unit price"
                            ),
                        ),
                        (
                            "gross_amount",
                            models.DecimalField(decimal_places=4, max_digits=18, verbose_name="products"),
                        ),
                        (
                            "fee_amount",
                            models.DecimalField(
                                decimal_places=4, max_digits=18, verbose_name="fees and taxes"
                            ),
                        ),
                        (
                            "shipping_in_amount",
                            models.DecimalField(
                                decimal_places=4, max_digits=18, verbose_name="shipping income"
                            ),
                        ),
                        (
                            "shipping_cost_amount",
                            models.DecimalField(
                                decimal_places=4, max_digits=18, verbose_name="shipping cost"
                            ),
                        ),
                        (
                            "refund_amount",
                            models.DecimalField(decimal_places=4, max_digits=18, verbose_name="refunds"),
                        ),
                        (
                            "net_amount",
                            models.DecimalField(decimal_places=4, max_digits=18, verbose_name="total"),
                        ),
                        (
                            "status_text",
                            models.CharField(blank=True, max_length=160, verbose_name="state in the file"),
                        ),
                        ("status_class", models.CharField(max_length=10, verbose_name="state")),
                        (
                            "is_advertised",
                            models.BooleanField(null=True, verbose_name="sold through an advertisement"),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="accounts.agency",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reports.importbatch",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="companies.company",
                            ),
                        ),
                        (
                            "currency",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="ground.currency",
                            ),
                        ),
                        (
                            "participation",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.participation",
                            ),
                        ),
                        (
                            "program",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.program",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.store",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "sales line",
                        "verbose_name_plural": "sales lines",
                        "db_table": "reports_sales_line",
                    },
                ),
                migrations.CreateModel(
                    name="PayoutLine",
                    fields=[
                        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("business_day", models.DateField(verbose_name="business day")),
                        ("row", models.PositiveIntegerField(verbose_name="row in the file")),
                        ("line_key", models.CharField(max_length=200)),
                        ("version", models.PositiveSmallIntegerField()),
                        ("sign", models.SmallIntegerField()),
                        ("order_reference", models.CharField(max_length=60, verbose_name="order")),
                        ("entered_at", models.DateTimeField()),
                        ("source_reference", models.CharField(max_length=100)),
                        ("released_at", models.DateTimeField(verbose_name="released at")),
                        ("description", models.CharField(max_length=80)),
                        ("description_class", models.CharField(max_length=12)),
                        (
                            "gross_amount",
                            models.DecimalField(decimal_places=4, max_digits=18, verbose_name="gross"),
                        ),
                        (
                            "fee_amount",
                            models.DecimalField(decimal_places=4, max_digits=18, verbose_name="fees"),
                        ),
                        (
                            "financing_fee_amount",
                            models.DecimalField(
                                decimal_places=4, max_digits=18, verbose_name="financing fees"
                            ),
                        ),
                        (
                            "shipping_fee_amount",
                            models.DecimalField(
                                decimal_places=4, max_digits=18, verbose_name="shipping fees"
                            ),
                        ),
                        (
                            "tax_amount",
                            models.DecimalField(decimal_places=4, max_digits=18, verbose_name="taxes"),
                        ),
                        (
                            "net_amount",
                            models.DecimalField(decimal_places=4, max_digits=18, verbose_name="net"),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="accounts.agency",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reports.importbatch",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="companies.company",
                            ),
                        ),
                        (
                            "currency",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="ground.currency",
                            ),
                        ),
                        (
                            "participation",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.participation",
                            ),
                        ),
                        (
                            "program",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.program",
                            ),
                        ),
                        (
                            "store",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="programs.store",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "payout line",
                        "verbose_name_plural": "payout lines",
                        "db_table": "reports_payout_line",
                    },
                ),
            ],
        ),
    ]
