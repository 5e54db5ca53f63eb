"""SQL functions of the rollups, as migration 0016 made them."""

# Won per unit as a fraction, as `reports.queries.rates` finds it: the rate of the anchor or of up to ten days before, of the
# month's average, or of the customs week; a direct one before two legs by the dollar, unless it is older than both.
RATES = """
CREATE FUNCTION naru_rates(rule text, fixed_on date, currencies text[], days date[], as_of timestamptz)
RETURNS TABLE (currency text, day date, n numeric, d numeric)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
WITH wanted AS (
    SELECT DISTINCT w.currency, w.day, CASE rule WHEN 'fixed' THEN fixed_on
        WHEN 'month_average' THEN date_trunc('month', w.day)::date
        WHEN 'customs_week' THEN w.day - extract(dow FROM w.day)::integer ELSE w.day END AS anchor
    FROM unnest(currencies, days) AS w (currency, day) WHERE w.currency <> 'KRW'
), pairs AS (
    SELECT currency AS one, 'KRW' AS other, anchor FROM wanted UNION SELECT 'USD', 'KRW', anchor FROM wanted
    UNION SELECT 'USD', currency, anchor FROM wanted WHERE currency <> 'USD'
), legs AS MATERIALIZED (
    SELECT p.one, p.other, p.anchor, r.base_id, r.quoted_units::numeric AS units, r.quoted_value AS value, r.day AS rate_on
    FROM pairs p CROSS JOIN LATERAL (
        SELECT e.* FROM reports_exchangerate e
        WHERE ((e.base_id = p.one AND e.quote_id = p.other) OR (e.base_id = p.other AND e.quote_id = p.one))
          AND e.day BETWEEN p.anchor - CASE rule WHEN 'customs_week' THEN 0 ELSE 10 END AND p.anchor
          AND (as_of IS NULL OR e.created_at <= as_of)
          AND e.series = CASE rule WHEN 'customs_week' THEN 'customs_week' ELSE 'day' END
        ORDER BY e.day DESC, (e.base_id = p.one) DESC, e.version DESC LIMIT 1
    ) r WHERE rule <> 'month_average'
    UNION ALL
    SELECT p.one, p.other, p.anchor, p.one, 1::numeric, m.value, m.last_on
    FROM pairs p CROSS JOIN LATERAL (
        SELECT round(avg(x.value), 8) AS value, max(x.day) AS last_on FROM (
            SELECT DISTINCT ON (e.day) e.day, CASE WHEN e.base_id = p.one THEN e.quoted_value / e.quoted_units
                                                   ELSE e.quoted_units / e.quoted_value END AS value
            FROM reports_exchangerate e
            WHERE ((e.base_id = p.one AND e.quote_id = p.other) OR (e.base_id = p.other AND e.quote_id = p.one))
              AND e.day >= p.anchor AND e.day < p.anchor + interval '1 month' AND e.series = 'day'
              AND (as_of IS NULL OR e.created_at <= as_of)
            ORDER BY e.day, (e.base_id = p.one) DESC, e.version DESC
        ) x
    ) m WHERE rule = 'month_average' AND m.value IS NOT NULL
), found AS (
    SELECT w.currency, w.day,
        CASE WHEN a.base_id = w.currency THEN a.value ELSE a.units END AS direct_n,
        CASE WHEN a.base_id = w.currency THEN a.units ELSE a.value END AS direct_d,
        CASE WHEN o.base_id = w.currency THEN o.value ELSE o.units END AS other_n,
        CASE WHEN o.base_id = w.currency THEN o.units ELSE o.value END AS other_d,
        CASE WHEN k.base_id = 'USD' THEN k.value ELSE k.units END AS won_n,
        CASE WHEN k.base_id = 'USD' THEN k.units ELSE k.value END AS won_d,
        a.rate_on AS direct_on, LEAST(o.rate_on, k.rate_on) AS legs_on, o.rate_on IS NOT NULL AND k.rate_on IS NOT NULL AS has_legs
    FROM wanted w
    LEFT JOIN legs a ON a.one = w.currency AND a.other = 'KRW' AND a.anchor = w.anchor
    LEFT JOIN legs k ON k.one = 'USD' AND k.other = 'KRW' AND k.anchor = w.anchor
    LEFT JOIN legs o ON w.currency <> 'USD' AND o.one = 'USD' AND o.other = w.currency AND o.anchor = w.anchor
)
SELECT currency, day,
    CASE WHEN direct_on IS NOT NULL AND (NOT has_legs OR rule = 'month_average' OR direct_on >= legs_on) THEN direct_n
         ELSE other_n * won_n END,
    CASE WHEN direct_on IS NOT NULL AND (NOT has_legs OR rule = 'month_average' OR direct_on >= legs_on) THEN direct_d
         ELSE other_d * won_d END
FROM found WHERE direct_on IS NOT NULL OR has_legs
UNION ALL SELECT DISTINCT w.currency, w.day, 1::numeric, 1::numeric FROM unnest(currencies, days) AS w (currency, day)
WHERE w.currency = 'KRW'
$$;
"""

# The same for a program: of days of closed months as of their closing, or of the first later one that knows a rate.
KEPT_RATES = """
CREATE FUNCTION naru_kept_rates(of_program uuid, rule text, fixed_on date, currencies text[], days date[])
RETURNS TABLE (currency text, day date, n numeric, d numeric)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    closing record;
    found jsonb := '{}';
    each record;
BEGIN
    FOR closing IN
        SELECT c.month, c.closed_at FROM reports_closedmonth c WHERE c.program_id = of_program AND c.state = 'closed'
        UNION ALL SELECT NULL, NULL ORDER BY 1 NULLS LAST
    LOOP
        FOR each IN
            SELECT r.* FROM (
                SELECT array_agg(w.currency) AS of_currencies, array_agg(w.day) AS of_days
                FROM unnest(currencies, days) AS w (currency, day)
                WHERE NOT found ? (w.currency || w.day)
                  AND (closing.month IS NULL OR date_trunc('month', w.day) <= closing.month)
            ) left_over CROSS JOIN LATERAL naru_rates(rule, fixed_on, of_currencies, of_days, closing.closed_at) r
        LOOP
            found := found || jsonb_build_object(each.currency || each.day, true);
            currency := each.currency; day := each.day; n := each.n; d := each.d;
            RETURN NEXT;
        END LOOP;
    END LOOP;
END $$;
"""

SERVER = "(SELECT system_identifier::text FROM pg_control_system())"

# Which changes a month's snapshot does not see: all that were written down by transactions that it saw as open or not begun, and
# what its own transaction wrote afterwards (a snapshot does not tell its own transaction from those that have ended). A dump may bring changes of a server that numbered further.
UNSEEN = """CASE WHEN c."transaction" < s.seen_from THEN false WHEN c."transaction" = s."transaction" THEN c.id > s.change_id
    ELSE NOT pg_visible_in_snapshot(c."transaction"::text::xid8, s.snapshot::pg_snapshot) END"""
OUT_OF_DATE = f"""
CREATE FUNCTION naru_rollups_out_of_date(of_program uuid, from_month date, until_month date)
RETURNS TABLE (store_id uuid, month date)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
WITH change AS MATERIALIZED (
    SELECT c.id, c."transaction", c.what, c.store_id, c.first_on,
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
    WHERE (c.program_id IS NULL OR c.program_id = of_program)
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
WHERE c.what <> 'lines' AND s.month BETWEEN from_month AND until_month AND {UNSEEN}
UNION
SELECT c.store_id, c.first_on FROM change c
WHERE c.what = 'lines' AND c.first_on BETWEEN from_month AND until_month AND NOT EXISTS (
    SELECT FROM reports_rollup_month s WHERE s.program_id = of_program AND s.store_id = c.store_id AND s.month = c.first_on)
$$;
"""

# Months of which nothing changed since are taken to see the present; then changes that all of them see are let go, a day after
# they were written down: whoever has not ended by then and did not see them is not awaited. A month that is being made is left
# for the next time, so that nobody waits for the other.
TIDY = """
CREATE FUNCTION naru_tidy_rollups() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    seen text := pg_current_snapshot()::text;
    noted bigint := (SELECT coalesce(max(id), 0) FROM reports_rollup_change
        WHERE "transaction" = pg_current_xact_id()::text::bigint);
BEGIN
    WITH left_behind AS MATERIALIZED (
        SELECT p.id AS program_id, o.store_id, o.month
        FROM programs_program p CROSS JOIN LATERAL naru_rollups_out_of_date(p.id, '-infinity', 'infinity') o
    ), free AS MATERIALIZED (
        SELECT s.id FROM reports_rollup_month s
        WHERE NOT EXISTS (SELECT FROM left_behind o WHERE (o.program_id, o.store_id, o.month) = (s.program_id, s.store_id, s.month))
        FOR UPDATE SKIP LOCKED
    )
    UPDATE reports_rollup_month s SET snapshot = seen, seen_from = pg_snapshot_xmin(seen::pg_snapshot)::text::bigint,
        "transaction" = pg_current_xact_id()::text::bigint, change_id = noted
    FROM free WHERE free.id = s.id;
    DELETE FROM reports_rollup_change c
    WHERE c.noted_at < now() - interval '1 day' AND pg_visible_in_snapshot(c."transaction"::text::xid8, seen::pg_snapshot)
      AND c."transaction" < (
        SELECT min(s.seen_from) FROM reports_rollup_month s)
      AND NOT (c.what = 'lines' AND NOT EXISTS (
        SELECT FROM reports_rollup_month s WHERE s.program_id = c.program_id AND s.store_id = c.store_id AND s.month = c.first_on));
END $$;
"""


def won(amount: str) -> str:
    """Whole won, half away from zero, each line by itself; `x.up` and `x.down` are twice the fraction, `x.half` is half of `x.down`."""
    return f"sign({amount}) * div(abs({amount}) * x.up + x.half, x.down)"


COUNTED = """(l.status_class IN ('sold', 'refunded') OR (l.status_class = 'cancelled' AND l.refund_amount <> 0)
                    OR (is_ordered AND l.status_class <> 'look'))"""
FACTORS = """unnest(currencies, days, ups, downs, halves, tax_ups, tax_downs, decimals_of)
                    AS f (currency, day, up, down, half, tax_up, tax_down, decimals)"""
DECIMALS = """GREATEST(f.decimals, scale(trim_scale(l.gross_amount + l.discount_amount)), scale(trim_scale(l.refund_amount)))"""


def roll_up(event_day: str) -> str:
    """The functions, with the day whose rate and tax a row `l` of the ledger has."""
    return RATES + KEPT_RATES + OUT_OF_DATE + TIDY + making(event_day)


def making(event_day: str) -> str:
    """`naru_roll_up`: the cells of a program's store in some months, made anew in the caller's transaction. One at a time of a
    store; what the lines are converted by is prepared once a day and currency. A month's table may be so new that nothing is
    known of it, so plans that are bad for many rows are ruled out."""
    lines = """reports_sales_line l WHERE l.program_id = of_program AND l.store_id = of_store
                AND l.business_day >= of_month AND l.business_day < (of_month + interval '1 month')::date"""
    counted = lines.replace("l WHERE", f"l JOIN {FACTORS} ON f.currency = l.currency_id AND f.day = {event_day} WHERE")
    left = "sum(x.sign) <> 0 OR sum(x.raw_gross) <> 0 OR sum(x.raw_refund) <> 0 OR sum(x.units) <> 0"
    return f"""
CREATE OR REPLACE FUNCTION naru_roll_up(of_program uuid, of_store uuid, of_months date[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '256MB' SET jit = off
SET enable_nestloop = off SET enable_sort = off AS $$
DECLARE
    of_month date; of_basis text; seen text; noted bigint; bases_of text[]; rule text; began date;
    is_ordered boolean; has_tax boolean; has_shipping boolean; is_whole boolean;
    currencies text[]; days date[]; ups numeric[]; downs numeric[]; halves numeric[]; tax_ups numeric[]; tax_downs numeric[]; decimals_of integer[];
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
        DELETE FROM reports_rollup_orders c WHERE c.program_id = of_program AND c.store_id = of_store AND c.month = of_month;
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
            SELECT array_agg(r.currency), array_agg(r.day), array_agg(2 * r.n * x.tax_up), array_agg(2 * r.d * x.tax_down),
                   array_agg(r.d * x.tax_down), array_agg(x.tax_up), array_agg(x.tax_down), array_agg(c.decimals::integer)
            INTO currencies, days, ups, downs, halves, tax_ups, tax_downs, decimals_of
            FROM naru_kept_rates(of_program, rule, began, all_currencies, all_days) r JOIN ground_currency c ON c.code = r.currency
            LEFT JOIN LATERAL (
                SELECT t.treatment, t.rate_percent FROM programs_storetax t
                WHERE t.store_id = of_store AND t.from_on <= r.day AND (t.until_on IS NULL OR t.until_on >= r.day) LIMIT 1
            ) t ON true
            CROSS JOIN LATERAL (
                SELECT CASE WHEN has_tax AND t.treatment = 'collected' AND t.rate_percent IS NOT NULL
                            THEN 100 + t.rate_percent ELSE 100 END AS tax_up,
                       CASE WHEN NOT has_tax AND t.treatment = 'in_price' AND t.rate_percent IS NOT NULL
                            THEN 100 + t.rate_percent ELSE 100 END AS tax_down
            ) x;
            is_whole := cardinality(days) = cardinality(all_days);
            INSERT INTO reports_rollup_cell (program_id, basis, month, store_id, company_id, currency_id, grade,
                gross_amount, refund_amount, krw_amount, net_krw_amount, lines, units)
            SELECT of_program, of_basis, of_month, of_store, x.company_id, x.currency_id, b.grade, sum(x.gross), sum(x.refund),
                   sum(x.krw), sum(CASE WHEN x.raw_refund = 0 THEN x.krw ELSE x.net_krw END), sum(x.sign), sum(x.units)
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
                               l.gross_amount + l.discount_amount + CASE WHEN has_shipping THEN l.shipping_in_amount ELSE 0 END
                                   AS raw_gross,
                               l.refund_amount AS raw_refund, f.tax_up = f.tax_down AND NOT has_shipping AS is_as_read,
                               CASE WHEN f.tax_up = f.tax_down AND NOT has_shipping THEN 0 ELSE {DECIMALS} END AS decimals
                        FROM {counted} AND {COUNTED}
                    ) x
                ) x OFFSET 0
            ) x JOIN reports_importbatch b ON b.id = x.batch_id
            GROUP BY x.company_id, x.currency_id, b.grade HAVING {left};
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
