"""The guard of closings, with the further columns that stay once a month is closed."""

GUARD = """
CREATE OR REPLACE FUNCTION naru_guard_closing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.closed_at IS NOT NULL THEN
            RAISE EXCEPTION 'the record of a closed month stays' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' THEN
            RAISE EXCEPTION 'a month is closed by two people: it is asked for first' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.closed_at IS NOT NULL AND (OLD.program_id, OLD.month, OLD.closed_at, OLD.figures, OLD.rows, OLD.rows_sha256,
        {old}OLD.asked_by_id, OLD.agreed_by_id, OLD.approval_id) IS DISTINCT FROM (NEW.program_id, NEW.month, NEW.closed_at,
        NEW.figures, NEW.rows, NEW.rows_sha256, {new}NEW.asked_by_id, NEW.agreed_by_id, NEW.approval_id) THEN
        RAISE EXCEPTION 'what was kept of a closed month stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('asked', 'closed'), ('closed', 'reopened')) THEN
        RAISE EXCEPTION 'a month that is % does not become %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.reopened_at IS NOT NULL AND (OLD.reopened_at, OLD.reopen_approval_id, OLD.reopen_reason)
        IS DISTINCT FROM (NEW.reopened_at, NEW.reopen_approval_id, NEW.reopen_reason) THEN
        RAISE EXCEPTION 'what was kept of a month that was opened again stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND NOT EXISTS (SELECT 1 FROM accounts_approval a
        WHERE a.decision = 'period_closing' AND a.subject_id = NEW.id AND a.agency_id = NEW.agency_id AND a.is_granted
          AND CASE NEW.state
              WHEN 'closed' THEN a.id = NEW.approval_id AND (a.asked_by_id, a.answered_by_id) = (NEW.asked_by_id, NEW.agreed_by_id)
              ELSE a.id = NEW.reopen_approval_id AND a.id <> NEW.approval_id END) THEN
        RAISE EXCEPTION 'a month is closed by two people, and opened again by two' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> NEW.state AND EXISTS (SELECT 1 FROM reports_closedmonth c
        WHERE c.program_id = NEW.program_id AND c.state = 'closed' AND c.month > NEW.month) THEN
        RAISE EXCEPTION 'months are closed in their order, and opened again from the last' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


def sql(*columns: str) -> str:
    old, new = ("".join(f"{row}.{name}, " for name in columns) for row in ("OLD", "NEW"))
    return GUARD.replace("{old}", old).replace("{new}", new)
