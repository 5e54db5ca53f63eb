from django.db import migrations

FORWARD = """
CREATE FUNCTION naru_blank(name_of_column name, kind oid, is_required boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT format('%I = %s', name_of_column, CASE WHEN NOT is_required THEN 'NULL'
        WHEN kind = 'jsonb'::regtype THEN quote_literal('{}') || '::jsonb' ELSE quote_literal('') END)
$$;
CREATE FUNCTION naru_destroy_personal(subject text, wanted text[], ids uuid[], why text, by_user uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    facts regclass := to_regclass(format('public.%I', subject));
    history regclass := to_regclass(format('public.%I', subject || 'event'));
    made uuid := gen_random_uuid();
    number_of_records integer;
    number_in_history integer := 0;
    name_of_column text;
    guard name;
    blanks text;
    blanks_of_history text;
    is_named boolean;
BEGIN
    IF facts IS NULL OR history IS NULL THEN
        RAISE EXCEPTION 'naru: % is no table with a history', subject;
    END IF;
    IF coalesce(btrim(why), '') = '' THEN
        RAISE EXCEPTION 'naru: a destruction needs a reason';
    END IF;
    IF coalesce(cardinality(wanted), 0) = 0 OR coalesce(cardinality(ids), 0) = 0 THEN
        RAISE EXCEPTION 'naru: columns and records must be named';
    END IF;
    PERFORM 1 FROM accounts_user WHERE id = by_user AND is_active;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'naru: nobody may destroy anonymously';
    END IF;
    FOREACH name_of_column IN ARRAY wanted LOOP
        PERFORM 1 FROM pg_attribute WHERE attrelid = facts AND attname = name_of_column AND attnum > 0
            AND NOT attisdropped AND col_description(facts, attnum) LIKE 'personal:%';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'naru: %.% is not marked as personal', subject, name_of_column;
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE id = ANY ($1) AND length(%2$I::text) > 1'
                       ' AND position(lower(%2$I::text) in lower($2)) > 0)', facts, name_of_column)
            INTO is_named USING ids, why;
        IF is_named THEN
            RAISE EXCEPTION 'naru: the reason repeats what is to be destroyed';
        END IF;
    END LOOP;
    SELECT string_agg(naru_blank(attname, atttypid, attnotnull), ', ')
        INTO blanks FROM pg_attribute WHERE attrelid = facts AND attname = ANY (wanted);
    SELECT string_agg(naru_blank(attname, atttypid, attnotnull), ', ')
        INTO blanks_of_history FROM pg_attribute WHERE attrelid = history AND attname = ANY (wanted);

    PERFORM set_config('lock_timeout', '10s', true);
    PERFORM set_config('pghistory.context_id', made::text, true);
    PERFORM set_config('pghistory.context_metadata', jsonb_build_object('user', by_user, 'reason', why,
        'who', (SELECT name FROM accounts_user WHERE id = by_user), 'destruction', made)::text, true);
    EXECUTE format('UPDATE %s SET %s WHERE id = ANY ($1)', facts, blanks) USING ids;
    GET DIAGNOSTICS number_of_records = ROW_COUNT;

    -- The history's own guard gives way here and nowhere else, within this transaction and under the table's lock.
    FOR guard IN SELECT tgname FROM pg_trigger WHERE tgrelid = history AND NOT tgisinternal
                 AND tgname LIKE 'pgtrigger\\_append\\_only\\_%' LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', history, guard);
    END LOOP;
    IF blanks_of_history IS NOT NULL THEN
        EXECUTE format('UPDATE %s SET %s WHERE pgh_obj_id = ANY ($1)', history, blanks_of_history) USING ids;
        GET DIAGNOSTICS number_in_history = ROW_COUNT;
    END IF;
    FOR guard IN SELECT tgname FROM pg_trigger WHERE tgrelid = history AND NOT tgisinternal
                 AND tgname LIKE 'pgtrigger\\_append\\_only\\_%' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER %I', history, guard);
    END LOOP;

    INSERT INTO companies_destructionrecord
        (id, subject, columns, record_ids, records, history_rows, reason, by_id)
        VALUES (made, subject, to_jsonb(wanted), to_jsonb(ids), number_of_records, number_in_history, why, by_user);
    PERFORM set_config('pghistory.context_id', '', true);
    PERFORM set_config('pghistory.context_metadata', '', true);
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION naru_destroy_personal(text, text[], uuid[], text, uuid) FROM PUBLIC;
"""

BACKWARD = """
DROP FUNCTION naru_destroy_personal(text, text[], uuid[], text, uuid);
DROP FUNCTION naru_blank(name, oid, boolean);
"""


class Migration(migrations.Migration):
    """Blanks personal columns in records and in their history; the only way past the history's guard."""

    dependencies = [("companies", "0001_register")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
