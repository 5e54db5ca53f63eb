"""SQL functions of the rollups since migration 0022: by product group and in dollars."""

from reports.migrations._rollups import COUNTED, DECIMALS, SERVER, TIDY, UNSEEN, won

# The product of a line is what its company lists in the store under the line's listing number; else under its SKU; else what
# has the SKU as its own code; else, where its record was merged into another one, what that one has under the code. The first of
# these that states one product group, and no other, tells the group. A product of its own without a group is not the other's.
PRODUCT_GROUPS = """
CREATE FUNCTION naru_product_groups(of_store uuid)
RETURNS TABLE (company_id uuid, is_listing boolean, reference text, product_group text)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
WITH seller AS MATERIALIZED (
    SELECT DISTINCT s.company_id FROM reports_batch_sum s
    WHERE s.ledger = 'sales' AND s.store_id = of_store AND s.company_id IS NOT NULL
), record AS MATERIALIZED (
    SELECT seller.company_id, seller.company_id AS named, g.kept_id IS NOT NULL AS is_merged
    FROM seller LEFT JOIN naru_merged() g ON g.company_id = seller.company_id
    UNION ALL SELECT g.company_id, g.kept_id, true FROM seller JOIN naru_merged() g ON g.company_id = seller.company_id
), product AS MATERIALIZED (
    SELECT r.company_id, r.named, p.id, p.code, p.product_group
    FROM record r JOIN companies_product p ON p.company_id = r.named WHERE p.product_group <> '' OR r.is_merged
), stated AS MATERIALIZED (
    SELECT * FROM product p WHERE p.product_group <> ''
), listed AS MATERIALIZED (
    SELECT l.company_id, l.reference, l.sku, p.product_group
    FROM programs_store s
    JOIN programs_listing l ON l.agency_id = s.agency_id AND l.market_id = s.market_id
        AND (l.store_id IS NULL OR l.store_id = s.id)
    JOIN stated p ON p.id = l.product_id AND p.company_id = l.company_id WHERE s.id = of_store
), known AS (
    SELECT l.company_id, true AS is_listing, l.reference, l.product_group, 1 AS place FROM listed l WHERE l.reference <> ''
    UNION ALL SELECT l.company_id, false, l.sku, l.product_group, 1 FROM listed l WHERE l.sku <> ''
    UNION ALL SELECT p.company_id, false, p.code, p.product_group, 2 FROM stated p WHERE p.named = p.company_id
    UNION ALL SELECT p.company_id, false, p.code, p.product_group, 3 FROM stated p WHERE p.named <> p.company_id
        AND NOT EXISTS (SELECT FROM product o WHERE o.named = p.company_id AND o.company_id = p.company_id AND o.code = p.code)
)
SELECT DISTINCT ON (k.company_id, k.is_listing, k.reference) k.company_id, k.is_listing, k.reference, min(k.product_group)
FROM known k GROUP BY k.company_id, k.is_listing, k.reference, k.place HAVING min(k.product_group) = max(k.product_group)
ORDER BY k.company_id, k.is_listing, k.reference, k.place
$$;
"""

# What concerns product groups makes sums by group out of date, and no others: they are asked for with `has_groups`.
OUT_OF_DATE = f"""
DROP FUNCTION naru_rollups_out_of_date(uuid, date, date);
CREATE FUNCTION naru_rollups_out_of_date(of_program uuid, from_month date, until_month date, has_groups boolean DEFAULT false)
RETURNS TABLE (store_id uuid, month date)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
WITH change AS MATERIALIZED (
    SELECT c.id, c."transaction", c.what, c.store_id, c.company_id, c.first_on,
        CASE c.what
            WHEN 'rate' THEN CASE p.rate_rule WHEN 'day' THEN c.first_on
                WHEN 'month_average' THEN date_trunc('month', c.first_on)::date
                WHEN 'fixed' THEN CASE WHEN p.starts_on BETWEEN c.first_on AND c.first_on + 10 THEN '-infinity'::date END END
            WHEN 'week' THEN CASE WHEN p.rate_rule = 'customs_week' THEN c.first_on END
            WHEN 'tax' THEN c.first_on ELSE '-infinity' END AS touched_from,
        CASE c.what
            WHEN 'rate' THEN CASE p.rate_rule WHEN 'day' THEN c.first_on + 10
                WHEN 'month_average' THEN (date_trunc('month', c.first_on) + interval '1 month')::date - 1 ELSE 'infinity' END
            WHEN 'week' THEN c.first_on + 6
            WHEN 'tax' THEN coalesce(c.last_on, 'infinity') ELSE 'infinity' END AS touched_until
    FROM reports_rollup_change c CROSS JOIN (SELECT rate_rule, starts_on FROM programs_program WHERE id = of_program) p
    WHERE (c.program_id IS NULL OR c.program_id = of_program) AND (has_groups OR c.what <> 'group')
      AND (c."transaction" < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
           OR c."transaction" = pg_current_xact_id_if_assigned()::text::bigint)
)
SELECT s.store_id, s.month FROM reports_rollup_month s
WHERE s.program_id = of_program AND s.month BETWEEN from_month AND until_month AND s.server <> {SERVER}
UNION
SELECT s.store_id, s.month FROM change c
JOIN reports_rollup_month s ON s.program_id = of_program AND s.store_id = c.store_id AND s.month = c.first_on
WHERE c.what = 'lines' AND s.month BETWEEN from_month AND until_month AND {UNSEEN}
UNION
SELECT s.store_id, s.month FROM change c
JOIN reports_rollup_month s ON s.program_id = of_program AND s.event_last_on >= c.touched_from
    AND s.event_first_on <= c.touched_until AND (c.store_id IS NULL OR c.store_id = s.store_id)
WHERE c.what <> 'lines' AND c.company_id IS NULL AND s.month BETWEEN from_month AND until_month AND {UNSEEN}
UNION
SELECT s.store_id, s.month FROM change c
CROSS JOIN LATERAL (
    SELECT c.company_id UNION SELECT g.company_id FROM naru_merged() g WHERE g.kept_id = c.company_id
) of_firm (company_id)
JOIN reports_rollup_cell x ON x.company_id = of_firm.company_id AND x.program_id = of_program AND x.month BETWEEN from_month AND until_month
JOIN reports_rollup_month s ON s.program_id = of_program AND s.store_id = x.store_id AND s.month = x.month
WHERE c.what = 'group' AND {UNSEEN}
UNION
SELECT c.store_id, c.first_on FROM change c
WHERE c.what = 'lines' AND c.first_on BETWEEN from_month AND until_month AND NOT EXISTS (
    SELECT FROM reports_rollup_month s WHERE s.program_id = of_program AND s.store_id = c.store_id AND s.month = c.first_on)
$$;
"""

TIDY_ALL = TIDY.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
    "'-infinity', 'infinity')", "'-infinity', 'infinity', true)"
)

FACTORS = """unnest(currencies, days, ups, downs, halves, usds, tax_ups, tax_downs, decimals_of)
                    AS f (currency, day, up, down, half, usd, tax_up, tax_down, decimals)"""


def making(event_day: str) -> str:
    """`naru_roll_up` as `_rollups.making` has it; in dollars too, and every sum by product group beside. Dollars are amounts times
    dollars for a unit, which are rounded at sixteen decimals; the sums are rounded by whoever shows them."""
    lines = """reports_sales_line l WHERE l.program_id = of_program AND l.store_id = of_store
                AND l.business_day >= of_month AND l.business_day < (of_month + interval '1 month')::date"""
    counted = lines.replace(
        "l WHERE",
        f"""l JOIN {FACTORS} ON f.currency = l.currency_id AND f.day = {event_day}
                        LEFT JOIN unnest(listing_sellers, listings, listing_groups) AS g (company_id, reference, product_group)
                            ON g.company_id = l.company_id AND g.reference = l.listing_reference
                        LEFT JOIN unnest(sku_sellers, skus, sku_groups) AS k (company_id, reference, product_group)
                            ON k.company_id = l.company_id AND k.reference = l.sku
                        WHERE""",
    )
    left = "sum(x.lines) <> 0 OR sum(x.raw_gross) <> 0 OR sum(x.raw_refund) <> 0 OR sum(x.units) <> 0"
    sums = """sum(x.gross), sum(x.refund), sum(x.krw), sum(x.net_krw),
                   CASE WHEN bool_and(x.usd IS NOT NULL) THEN sum(x.usd) END,
                   CASE WHEN bool_and(x.usd IS NOT NULL) THEN sum(x.usd + x.refund_usd) END, sum(x.lines), sum(x.units)"""
    amounts = "gross_amount, refund_amount, krw_amount, net_krw_amount, usd_amount, net_usd_amount, lines, units"
    return f"""
CREATE OR REPLACE FUNCTION naru_roll_up(of_program uuid, of_store uuid, of_months date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '256MB' SET jit = off
SET enable_nestloop = off SET enable_sort = off AS $$
DECLARE
    of_month date; of_basis text; seen text; noted bigint; bases_of text[]; rule text; began date;
    is_ordered boolean; has_tax boolean; has_shipping boolean; is_whole boolean;
    currencies text[]; days date[]; ups numeric[]; downs numeric[]; halves numeric[]; tax_ups numeric[]; tax_downs numeric[]; decimals_of integer[];
    usds numeric[];
    listing_sellers uuid[]; listings text[]; listing_groups text[]; sku_sellers uuid[]; skus text[]; sku_groups text[];
    all_currencies text[]; all_days date[]; first_day date; last_day date;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('naru_roll_up' || of_store::text, 0));
    SELECT rate_rule, starts_on INTO STRICT rule, began FROM programs_program WHERE id = of_program;
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
        SELECT array_agg(g.company_id) FILTER (WHERE g.is_listing), array_agg(g.reference) FILTER (WHERE g.is_listing),
               array_agg(g.product_group) FILTER (WHERE g.is_listing), array_agg(g.company_id) FILTER (WHERE NOT g.is_listing),
               array_agg(g.reference) FILTER (WHERE NOT g.is_listing), array_agg(g.product_group) FILTER (WHERE NOT g.is_listing)
            INTO listing_sellers, listings, listing_groups, sku_sellers, skus, sku_groups
        FROM naru_product_groups(of_store) g;
        SELECT array_agg(g.currency), array_agg(g.event_day), min(g.first_day), max(g.last_day)
            INTO all_currencies, all_days, first_day, last_day
        FROM (
            SELECT l.currency_id::text AS currency, {event_day} AS event_day, min(l.business_day) AS first_day,
                   max(l.business_day) AS last_day
            FROM {lines} GROUP BY 1, 2
        ) g;
        FOREACH of_basis IN ARRAY CASE WHEN all_days IS NULL THEN '{{}}' ELSE bases_of END LOOP
            is_ordered := split_part(of_basis, ',', 1) = 'ordered';
            has_tax := ',' || of_basis || ',' LIKE '%,tax,%';
            has_shipping := ',' || of_basis || ',' LIKE '%,shipping,%';
            WITH known AS MATERIALIZED (
                SELECT r.* FROM naru_kept_rates(of_program, rule, began, all_currencies || array_fill('USD'::text, ARRAY[cardinality(all_days)]),
                                                all_days || all_days) r
            )
            SELECT array_agg(r.currency), array_agg(r.day), array_agg(2 * r.n * x.tax_up), array_agg(2 * r.d * x.tax_down),
                   array_agg(r.d * x.tax_down), array_agg(x.tax_up), array_agg(x.tax_down), array_agg(c.decimals::integer),
                   array_agg(CASE WHEN x.tax_up = x.tax_down THEN v.usd ELSE round(v.usd * x.tax_up / x.tax_down, 16) END)
            INTO currencies, days, ups, downs, halves, tax_ups, tax_downs, decimals_of, usds
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
            WITH made AS MATERIALIZED (
                SELECT x.company_id, x.currency_id, b.grade, x.product_group, sum(x.gross) AS gross, sum(x.refund) AS refund,
                       sum(x.krw) AS krw, sum(CASE WHEN x.raw_refund = 0 THEN x.krw ELSE x.net_krw END) AS net_krw,
                       CASE WHEN bool_and(x.usd IS NOT NULL) THEN sum(x.raw_gross * x.usd) END AS usd,
                       coalesce(sum(CASE WHEN x.raw_refund <> 0 THEN x.raw_refund * x.usd END), 0) AS refund_usd,
                       sum(x.sign) AS lines, sum(x.units) AS units, sum(x.raw_gross) AS raw_gross, sum(x.raw_refund) AS raw_refund
                FROM (
                    SELECT x.*, {won("x.raw_gross")} AS krw,
                           CASE WHEN x.raw_refund <> 0 THEN {won("(x.raw_gross + x.raw_refund)")} END AS net_krw
                    FROM (
                        SELECT x.*,
                               CASE WHEN is_as_read THEN x.raw_gross ELSE round(x.raw_gross * x.tax_up / x.tax_down, x.decimals) END AS gross,
                               CASE WHEN x.raw_refund = 0 OR is_as_read THEN x.raw_refund
                                    ELSE round(x.raw_refund * x.tax_up / x.tax_down, x.decimals) END AS refund
                        FROM (
                            SELECT l.company_id, l.batch_id, l.currency_id, l.sign, l.units, f.up, f.down, f.half, f.tax_up, f.tax_down,
                                   f.usd, coalesce(g.product_group, k.product_group, '') AS product_group,
                                   l.gross_amount + l.discount_amount + CASE WHEN has_shipping THEN l.shipping_in_amount ELSE 0 END
                                       AS raw_gross,
                                   l.refund_amount AS raw_refund, f.tax_up = f.tax_down AND NOT has_shipping AS is_as_read,
                                   CASE WHEN f.tax_up = f.tax_down AND NOT has_shipping THEN 0 ELSE {DECIMALS} END AS decimals
                            FROM {counted} AND {COUNTED}
                        ) x
                    ) x OFFSET 0
                ) x JOIN reports_importbatch b ON b.id = x.batch_id
                GROUP BY x.company_id, x.currency_id, b.grade, x.product_group
            ), of_group AS (
                INSERT INTO reports_rollup_group (program_id, basis, month, store_id, company_id, currency_id, product_group, {amounts})
                SELECT of_program, of_basis, of_month, of_store, x.company_id, x.currency_id, x.product_group, {sums}
                FROM made x GROUP BY x.company_id, x.currency_id, x.product_group HAVING {left}
            )
            INSERT INTO reports_rollup_cell (program_id, basis, month, store_id, company_id, currency_id, grade, {amounts})
            SELECT of_program, of_basis, of_month, of_store, x.company_id, x.currency_id, x.grade, {sums}
            FROM made x GROUP BY x.company_id, x.currency_id, x.grade HAVING {left};
            INSERT INTO reports_rollup_orders (program_id, basis, month, store_id, company_id, currency_id, orders)
            SELECT of_program, of_basis, of_month, of_store, x.company_id, x.currency_id, count(*)
            FROM (
                SELECT l.company_id, l.currency_id
                FROM {lines} AND {COUNTED}
                AND (is_whole OR (l.currency_id::text, {event_day}) IN (SELECT f.currency, f.day FROM {FACTORS}))
                GROUP BY GROUPING SETS (
                    (l.currency_id, coalesce(nullif(l.pack_reference, ''), l.order_reference)),
                    (l.company_id, l.currency_id, coalesce(nullif(l.pack_reference, ''), l.order_reference)))
                HAVING sum(l.sign) > 0
            ) x GROUP BY x.company_id, x.currency_id;
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
