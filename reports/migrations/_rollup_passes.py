"""The SQL functions that make sums of sales, since migration 0025: they look less often at each line."""

from reports.migrations._rollups import COUNTED, DECIMALS, SERVER

FACTORS = """unnest(currencies, days, ups, downs, halves, usds, tax_ups, tax_downs, decimals_of, as_read)
                    AS f (currency, day, up, down, half, usd, tax_up, tax_down, decimals, is_as_read)"""
EVENT_DAY = "COALESCE(l.event_on, l.business_day)"
LINES = """reports_sales_line l WHERE l.program_id = of_program AND l.store_id = of_store
                AND l.business_day >= of_month AND l.business_day < (of_month + interval '1 month')::date"""

GROUPS = """LEFT JOIN unnest(listing_sellers, listings, listing_groups) AS g (company_id, reference, product_group)
                    ON g.company_id = l.company_id AND g.reference = l.listing_reference
                LEFT JOIN unnest(sku_sellers, skus, sku_groups) AS k (company_id, reference, product_group)
                    ON k.company_id = l.company_id AND k.reference = l.sku"""
# A second process takes some milliseconds to start. What it costs is said to be nothing: of a new month's table nothing is known, and its
# lines are taken for one.
RAW = "l.gross_amount + l.discount_amount + CASE WHEN has_shipping THEN l.shipping_in_amount ELSE 0 END"
RAW_SOONER = """CASE WHEN has_shipping THEN l.gross_amount + l.discount_amount + l.shipping_in_amount
                        ELSE l.gross_amount + l.discount_amount END"""
"""The same without adding the nought."""
ORDER = "coalesce(nullif(l.pack_reference, ''), l.order_reference)"
ORDERS = f"""SELECT l.company_id, l.currency_id
            FROM {LINES} AND {COUNTED}
            AND (is_whole OR (l.currency_id::text, {EVENT_DAY}) IN (SELECT f.currency, f.day FROM {FACTORS}))
            GROUP BY GROUPING SETS (
                (l.currency_id, {ORDER}),
                (l.company_id, l.currency_id, {ORDER}))
            HAVING sum(l.sign) > 0"""  # noqa: S608 — the pieces are constants of this module
ORDERS_SORTED = f"""SELECT l.company_id, l.currency_id
            FROM (
                SELECT l.company_id, l.currency_id, l.sign, {ORDER} AS reference
                FROM {LINES} AND {COUNTED}
                AND (is_whole OR (l.currency_id::text, {EVENT_DAY}) IN (SELECT f.currency, f.day FROM {FACTORS}))
                ORDER BY reference, l.currency_id, l.company_id
            ) l
            GROUP BY GROUPING SETS ((l.reference, l.currency_id), (l.reference, l.currency_id, l.company_id))
            HAVING sum(l.sign) > 0"""  # noqa: S608 — the pieces are constants of this module
"""The same one after the other instead of by two tables of all orders: lines mostly stand in the order of their numbers."""
HOW_MANY = """(SELECT sum(s.lines) FROM reports_batch_sum s WHERE s.ledger = 'sales' AND s.store_id = of_store
        AND s.program_id = of_program AND s.month = of_month) > 10000"""


def won(amount: str) -> str:
    """Whole won, half away from zero, each line by itself: `div` cuts towards zero. Otherwise as `_rollups.won`."""
    return f"div({amount} * x.up + CASE WHEN {amount} < 0 THEN - x.half ELSE x.half END, x.down)"


def _of_days(side: str, raw: str) -> str:
    """The sums of the days on one side of the middle of the month. There is no fence (`OFFSET 0`) between the two queries: it would keep a
    second process out."""
    lines = LINES.replace(
        " WHERE", f" JOIN {FACTORS} ON f.currency = l.currency_id AND f.day = {EVENT_DAY} {GROUPS} WHERE"
    )
    return f"""SELECT x.company_id, x.currency_id, x.batch_id, x.product_group,
               sum(CASE WHEN x.is_as_read THEN x.raw_gross ELSE {_taxed("x.raw_gross")} END) AS gross,
               sum(CASE WHEN x.is_as_read OR NOT x.is_refunded THEN x.raw_refund ELSE {_taxed("x.raw_refund")} END) AS refund,
               sum({won("x.raw_gross")}) AS krw,
               sum(CASE WHEN x.is_refunded THEN {won("(x.raw_gross + x.raw_refund)")} - {won("x.raw_gross")} END) AS refund_krw,
               CASE WHEN bool_and(x.usd IS NOT NULL) THEN sum(x.raw_gross * x.usd) END AS usd,
               coalesce(sum(CASE WHEN x.is_refunded THEN x.raw_refund * x.usd END), 0) AS refund_usd,
               sum(x.sign) AS lines, sum(x.units) AS units,
               sum(x.raw_gross - {_taxed("x.raw_gross")}) FILTER (WHERE NOT x.is_as_read) AS off_gross,
               sum(x.raw_refund - {_taxed("x.raw_refund")}) FILTER (WHERE NOT x.is_as_read AND x.is_refunded) AS off_refund,
               NULL::bigint AS orders
        FROM (
            SELECT l.company_id, l.batch_id, l.currency_id, l.sign, l.units, f.up, f.down, f.half, f.tax_up, f.tax_down,
                   f.usd, coalesce(g.product_group, k.product_group, '') AS product_group,
                   {raw} AS raw_gross,
                   l.refund_amount AS raw_refund, l.refund_amount <> 0 AS is_refunded, f.is_as_read, {DECIMALS} AS decimals
            FROM {lines} AND l.business_day {side} of_month + 15 AND {COUNTED}
        ) x
        GROUP BY x.company_id, x.currency_id, x.batch_id, x.product_group"""  # noqa: S608 — the pieces are constants of this module


def _taxed(amount: str) -> str:
    return f"round({amount} * x.tax_up / x.tax_down, x.decimals)"


def summing(raw: str = RAW, orders: str = ORDERS) -> str:
    """`naru_month_sums`: a month's sums on a basis by company, currency, file and product group, of its first and of its second half, and in rows
    of their own its counts of orders, by company and over all. Where there are many lines the three are made side by side."""
    return f"""
CREATE OR REPLACE FUNCTION naru_month_sums(of_program uuid, of_store uuid, of_month date, of_basis text, all_currencies text[], all_days date[])
RETURNS TABLE (company_id uuid, currency_id varchar, batch_id uuid, product_group text, gross numeric, refund numeric, krw numeric,
    refund_krw numeric, usd numeric, refund_usd numeric, lines bigint, units bigint, off_gross numeric, off_refund numeric, orders bigint)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp SET work_mem = '256MB' SET jit = off
SET enable_nestloop = off SET enable_sort = off SET plan_cache_mode = force_custom_plan
SET parallel_setup_cost = 0 SET parallel_tuple_cost = 0 SET max_parallel_workers_per_gather = 0 AS $$
#variable_conflict use_column
DECLARE
    rule text; began date; is_whole boolean;
    is_ordered boolean := split_part(of_basis, ',', 1) = 'ordered';
    has_tax boolean := ',' || of_basis || ',' LIKE '%,tax,%';
    has_shipping boolean := ',' || of_basis || ',' LIKE '%,shipping,%';
    currencies text[]; days date[]; ups numeric[]; downs numeric[]; halves numeric[]; tax_ups numeric[]; tax_downs numeric[]; decimals_of integer[];
    usds numeric[]; as_read boolean[];
    listing_sellers uuid[]; listings text[]; listing_groups text[]; sku_sellers uuid[]; skus text[]; sku_groups text[];
BEGIN
    SELECT p.rate_rule, p.starts_on INTO STRICT rule, began FROM programs_program p WHERE p.id = of_program;
    SELECT array_agg(g.company_id) FILTER (WHERE g.is_listing), array_agg(g.reference) FILTER (WHERE g.is_listing),
           array_agg(g.product_group) FILTER (WHERE g.is_listing), array_agg(g.company_id) FILTER (WHERE NOT g.is_listing),
           array_agg(g.reference) FILTER (WHERE NOT g.is_listing), array_agg(g.product_group) FILTER (WHERE NOT g.is_listing)
        INTO listing_sellers, listings, listing_groups, sku_sellers, skus, sku_groups
    FROM naru_product_groups(of_store) g;
    WITH known AS MATERIALIZED (
        SELECT r.* FROM naru_kept_rates(of_program, rule, began, all_currencies || array_fill('USD'::text, ARRAY[cardinality(all_days)]),
                                        all_days || all_days) r
    )
    SELECT array_agg(r.currency), array_agg(r.day), array_agg(2 * r.n * x.tax_up), array_agg(2 * r.d * x.tax_down),
           array_agg(r.d * x.tax_down), array_agg(x.tax_up), array_agg(x.tax_down), array_agg(c.decimals::integer),
           array_agg(CASE WHEN x.tax_up = x.tax_down THEN v.usd ELSE round(v.usd * x.tax_up / x.tax_down, 16) END),
           array_agg(x.tax_up = x.tax_down AND NOT has_shipping)
    INTO currencies, days, ups, downs, halves, tax_ups, tax_downs, decimals_of, usds, as_read
    FROM known r
    JOIN unnest(all_currencies, all_days) AS w (currency, day) ON w.currency = r.currency AND w.day = r.day
    JOIN ground_currency c ON c.code = r.currency
    LEFT JOIN known u ON u.currency = 'USD' AND u.day = r.day
    LEFT JOIN LATERAL (
        SELECT t.treatment, t.rate_percent FROM programs_storetax t
        WHERE t.store_id = of_store AND t.from_on <= r.day AND (t.until_on IS NULL OR t.until_on >= r.day) LIMIT 1
    ) t ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN has_tax AND t.treatment = 'collected' AND t.rate_percent IS NOT NULL
                    THEN 100 + t.rate_percent ELSE 100 END AS tax_up,
               CASE WHEN NOT has_tax AND t.treatment = 'in_price' AND t.rate_percent IS NOT NULL
                    THEN 100 + t.rate_percent ELSE 100 END AS tax_down
    ) x
    CROSS JOIN LATERAL (
        SELECT CASE r.currency WHEN 'USD' THEN 1 ELSE round(r.n::numeric(80, 40) * u.d / (r.d * u.n), 16) END AS usd
    ) v;
    is_whole := cardinality(days) = cardinality(all_days);
    IF {HOW_MANY} THEN
        PERFORM set_config('max_parallel_workers_per_gather', '2', true);
    END IF;
    RETURN QUERY SELECT u.* FROM (
        {_of_days("<", raw)}
        UNION ALL
        {_of_days(">=", raw)}
        UNION ALL
        SELECT x.company_id, x.currency_id, NULL::uuid, NULL::text, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric,
            NULL::numeric, NULL::bigint, NULL::bigint, NULL::numeric, NULL::numeric, count(*)
        FROM (
            {orders}
        ) x GROUP BY x.company_id, x.currency_id
    ) u;
END $$;
"""  # noqa: S608 — the pieces are constants of this module


def making() -> str:
    """`naru_roll_up` as `_rollup_groups.making` has it: the same sums of the same lines. What can be asked for conversion is known without a look
    at each line: a day from the first to the last, or of an event before, in a currency of the month."""
    left = "sum(x.lines) <> 0 OR sum(x.raw_gross) <> 0 OR sum(x.raw_refund) <> 0 OR sum(x.units) <> 0"
    sums = """sum(x.gross), sum(x.refund), sum(x.krw), sum(x.net_krw),
                   CASE WHEN bool_and(x.usd IS NOT NULL) THEN sum(x.usd) END,
                   CASE WHEN bool_and(x.usd IS NOT NULL) THEN sum(x.usd + x.refund_usd) END, sum(x.lines), sum(x.units)"""
    amounts = (
        "gross_amount, refund_amount, krw_amount, net_krw_amount, usd_amount, net_usd_amount, lines, units"
    )
    return f"""
CREATE OR REPLACE FUNCTION naru_roll_up(of_program uuid, of_store uuid, of_months date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '256MB' SET jit = off
SET enable_nestloop = off SET enable_sort = off SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    of_month date; of_basis text; seen text; noted bigint; bases_of text[];
    all_currencies text[]; all_days date[]; first_day date; last_day date; first_late date; last_late date;
    late_currencies text[]; late_days date[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('naru_roll_up' || of_store::text, 0));
    SELECT array_agg(DISTINCT b ORDER BY b) INTO bases_of FROM (
        SELECT 'paid,tax' AS b UNION ALL
        SELECT t.moment || CASE WHEN t.has_tax THEN ',tax' ELSE '' END || CASE WHEN t.has_shipping THEN ',shipping' ELSE '' END
        FROM programs_target t WHERE t.program_id = of_program AND t.measure = 'orders' AND t.moment IN ('ordered', 'paid')
    ) x;
    FOR of_month IN SELECT DISTINCT date_trunc('month', m)::date FROM unnest(of_months) AS m ORDER BY 1 LOOP
        seen := pg_current_snapshot()::text;
        SELECT coalesce(max(c.id), 0) INTO noted FROM reports_rollup_change c
            WHERE c."transaction" = pg_current_xact_id()::text::bigint;
        DELETE FROM reports_rollup_cell c WHERE c.program_id = of_program AND c.store_id = of_store AND c.month = of_month;
        DELETE FROM reports_rollup_group c WHERE c.program_id = of_program AND c.store_id = of_store AND c.month = of_month;
        DELETE FROM reports_rollup_orders c WHERE c.program_id = of_program AND c.store_id = of_store AND c.month = of_month;
        SELECT (SELECT l.business_day FROM {LINES} AND l.event_on IS NULL ORDER BY l.business_day LIMIT 1),
               (SELECT l.business_day FROM {LINES} AND l.event_on IS NULL ORDER BY l.business_day DESC LIMIT 1)
            INTO first_day, last_day;
        SELECT array_agg(g.currency), array_agg(g.event_on), min(g.first_late), max(g.last_late)
            INTO late_currencies, late_days, first_late, last_late
        FROM (
            SELECT l.currency_id::text AS currency, l.event_on, min(l.business_day) AS first_late, max(l.business_day) AS last_late
            FROM {LINES} AND l.event_on IS NOT NULL GROUP BY 1, 2
        ) g;
        SELECT array_agg(g.currency), array_agg(g.day) INTO all_currencies, all_days FROM (
            SELECT s.currency_id::text AS currency, d.day::date AS day
            FROM (
                SELECT DISTINCT currency_id FROM reports_batch_sum
                WHERE ledger = 'sales' AND store_id = of_store AND program_id = of_program AND month = of_month
            ) s CROSS JOIN generate_series(first_day, last_day, interval '1 day') AS d (day)
            UNION SELECT w.currency, w.day FROM unnest(late_currencies, late_days) AS w (currency, day)
        ) g;
        first_day := LEAST(first_day, first_late);
        last_day := GREATEST(last_day, last_late);
        FOREACH of_basis IN ARRAY CASE WHEN all_days IS NULL THEN '{{}}' ELSE bases_of END LOOP
            WITH summed AS MATERIALIZED (
                SELECT * FROM naru_month_sums(of_program, of_store, of_month, of_basis, all_currencies, all_days)
            ), made AS MATERIALIZED (
                SELECT x.*, b.grade, x.krw + coalesce(x.refund_krw, 0) AS net_krw, x.gross + coalesce(x.off_gross, 0) AS raw_gross,
                       x.refund + coalesce(x.off_refund, 0) AS raw_refund
                FROM summed x JOIN reports_importbatch b ON b.id = x.batch_id
            ), of_orders AS (
                INSERT INTO reports_rollup_orders (program_id, basis, month, store_id, company_id, currency_id, orders)
                SELECT of_program, of_basis, of_month, of_store, x.company_id, x.currency_id, x.orders
                FROM summed x WHERE x.orders IS NOT NULL
            ), of_group AS (
                INSERT INTO reports_rollup_group (program_id, basis, month, store_id, company_id, currency_id, product_group, {amounts})
                SELECT of_program, of_basis, of_month, of_store, x.company_id, x.currency_id, x.product_group, {sums}
                FROM made x GROUP BY x.company_id, x.currency_id, x.product_group HAVING {left}
            )
            INSERT INTO reports_rollup_cell (program_id, basis, month, store_id, company_id, currency_id, grade, {amounts})
            SELECT of_program, of_basis, of_month, of_store, x.company_id, x.currency_id, x.grade, {sums}
            FROM made x GROUP BY x.company_id, x.currency_id, x.grade HAVING {left};
        END LOOP;
        INSERT INTO reports_rollup_month (program_id, store_id, month, bases, server, snapshot, seen_from, "transaction",
            change_id, first_on, last_on, event_first_on, event_last_on)
        SELECT of_program, of_store, of_month, bases_of, {SERVER}, seen, pg_snapshot_xmin(seen::pg_snapshot)::text::bigint,
               pg_current_xact_id()::text::bigint, noted,
               first_day, last_day, min(d), max(d) FROM unnest(coalesce(all_days, '{{}}')) AS d
        ON CONFLICT ON CONSTRAINT reports_rollup_month_once DO UPDATE SET (bases, server, snapshot, seen_from, "transaction",
            change_id, first_on, last_on, event_first_on, event_last_on, made_at)
            = (EXCLUDED.bases, EXCLUDED.server, EXCLUDED.snapshot, EXCLUDED.seen_from, EXCLUDED."transaction", EXCLUDED.change_id,
               EXCLUDED.first_on, EXCLUDED.last_on, EXCLUDED.event_first_on, EXCLUDED.event_last_on, EXCLUDED.made_at);
    END LOOP;
END $$;
"""  # noqa: S608 — the pieces are constants of this module
