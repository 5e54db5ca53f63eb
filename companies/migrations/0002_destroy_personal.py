from django.db import migrations

FORWARD = """
CREATE FUNCTION naru_blank(name_of_column name, kind oid, is_required boolean, stands_for text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT format('%I = %s', name_of_column, CASE WHEN stands_for IS NOT NULL THEN stands_for
        WHEN NOT is_required THEN 'NULL'
        WHEN kind = 'jsonb'::regtype THEN quote_literal('{}') || '::jsonb' ELSE quote_literal('') END)
$$;
CREATE FUNCTION naru_is_unique(facts regclass, name_of_column name) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = facts AND a.attname = name_of_column
        WHERE i.indrelid = facts AND i.indisunique AND i.indpred IS NULL AND i.indnkeyatts = 1
        AND i.indkey[0] = a.attnum)
$$;
CREATE FUNCTION naru_repeats(place regclass, name_of_column name, key name, ids uuid[], why text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found boolean;
BEGIN
    -- Typing kept as JSON holds single words and figures, too: only longer ones and Korean ones count.
    EXECUTE format($sql$SELECT EXISTS (
        SELECT FROM %s AS t, LATERAL jsonb_path_query(to_jsonb(t.%I), 'strict $.** ? (@.type() == "string")') AS part(value),
            LATERAL (SELECT lower(btrim(part.value #>> '{}'))) AS words(text)
        WHERE t.%I = ANY ($1) AND length(words.text) > 1 AND position(words.text in lower($2)) > 0
            AND (jsonb_typeof(to_jsonb(t.%2$I)) = 'string' OR length(words.text) > 4 OR words.text ~ '[^ -~]{2}'))$sql$,
        place, name_of_column, key) INTO found USING ids, why;
    RETURN found;
END $$;
CREATE FUNCTION naru_unguard(history regclass, is_open boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    guard name;
BEGIN
    FOR guard IN SELECT tgname FROM pg_trigger WHERE tgrelid = history AND NOT tgisinternal
                 AND tgname LIKE 'pgtrigger\\_append\\_only\\_%' LOOP
        EXECUTE format('ALTER TABLE %s %s TRIGGER %I', history, CASE WHEN is_open THEN 'DISABLE' ELSE 'ENABLE' END, guard);
    END LOOP;
END $$;
CREATE FUNCTION naru_destroy_personal(subject text, wanted text[], ids uuid[], why text, by_user uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    facts regclass := to_regclass(format('public.%I', subject));
    history regclass := to_regclass(format('public.%I', subject || 'event'));
    made uuid := gen_random_uuid();
    number_of_records integer;
    number_in_history integer := 0;
    name_of_column text;
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
        is_named := naru_repeats(facts, name_of_column::name, 'id', ids, why);
        IF NOT is_named AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = history AND attname = name_of_column) THEN
            is_named := naru_repeats(history, name_of_column::name, 'pgh_obj_id', ids, why);
        END IF;
        IF is_named THEN
            RAISE EXCEPTION 'naru: the reason repeats what is to be destroyed';
        END IF;
    END LOOP;
    -- A column that is unique keeps the record's key in place of what stood there, in the history likewise.
    SELECT string_agg(naru_blank(attname, atttypid, attnotnull, CASE WHEN naru_is_unique(facts, attname)
            THEN 'id::text || ''@destroyed.invalid''' END), ', '),
        string_agg(naru_blank(attname, atttypid, attnotnull, CASE WHEN naru_is_unique(facts, attname)
            THEN 'pgh_obj_id::text || ''@destroyed.invalid''' END), ', ')
            FILTER (WHERE EXISTS (SELECT FROM pg_attribute h WHERE h.attrelid = history AND h.attname = a.attname))
        INTO blanks, blanks_of_history FROM pg_attribute a WHERE attrelid = facts AND attname = ANY (wanted);

    PERFORM set_config('lock_timeout', '10s', true);
    PERFORM set_config('pghistory.context_id', made::text, true);
    PERFORM set_config('pghistory.context_metadata', jsonb_build_object('user', by_user, 'reason', why,
        'destruction', made)::text, true);
    IF subject = 'companies_invitation' THEN  -- nobody can answer an invitation without its address
        UPDATE companies_invitation SET withdrawn_at = naru_now()
            WHERE id = ANY (ids) AND accepted_at IS NULL AND withdrawn_at IS NULL;
    END IF;
    EXECUTE format('UPDATE %s SET %s WHERE id = ANY ($1)', facts, blanks) USING ids;
    GET DIAGNOSTICS number_of_records = ROW_COUNT;

    -- The history's own guard gives way in this file and nowhere else, within the transaction and under the table's lock.
    PERFORM naru_unguard(history, true);
    EXECUTE format('UPDATE %s SET %s WHERE pgh_obj_id = ANY ($1)', history,
        concat_ws(', ', 'pgh_context = pgh_context - ''{address,who}''::text[]', blanks_of_history)) USING ids;
    GET DIAGNOSTICS number_in_history = ROW_COUNT;
    PERFORM naru_unguard(history, false);

    INSERT INTO companies_destructionrecord
        (id, subject, columns, record_ids, records, history_rows, reason, by_id)
        VALUES (made, subject, to_jsonb(wanted), to_jsonb(ids), number_of_records, number_in_history, why, by_user);
    PERFORM set_config('pghistory.context_id', '', true);
    PERFORM set_config('pghistory.context_metadata', '', true);
    RETURN made;
END $$;
CREATE FUNCTION naru_destroy_person(person uuid, why text, by_user uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    made uuid;
    addresses text[];
    history regclass;
    has_any boolean;
BEGIN
    PERFORM 1 FROM accounts_user WHERE id = by_user AND is_active AND is_operator AND id <> person;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'naru: the data of a person are destroyed by an operator';
    END IF;
    SELECT array_agg(DISTINCT lower(email)) INTO addresses FROM (
        SELECT email FROM accounts_user WHERE id = person
        UNION SELECT email FROM accounts_userevent WHERE pgh_obj_id = person
        UNION SELECT email FROM account_emailaddress WHERE user_id = person) AS known;
    made := naru_destroy_personal('accounts_user', ARRAY['name', 'email'], ARRAY[person], why, by_user);

    PERFORM set_config('pghistory.context_id', made::text, true);
    PERFORM set_config('pghistory.context_metadata', jsonb_build_object('user', by_user, 'reason', why,
        'destruction', made)::text, true);
    UPDATE accounts_user SET password = '!', is_active = false, is_operator = false, last_login = NULL WHERE id = person;
    PERFORM set_config('pghistory.context_id', '', true);
    PERFORM set_config('pghistory.context_metadata', '', true);

    DELETE FROM account_emailconfirmation
        WHERE email_address_id IN (SELECT id FROM account_emailaddress WHERE user_id = person);
    DELETE FROM account_emailaddress WHERE user_id = person;
    DELETE FROM mfa_authenticator WHERE user_id = person;
    DELETE FROM django_session WHERE session_key IN (SELECT session_key FROM usersessions_usersession WHERE user_id = person);
    DELETE FROM usersessions_usersession WHERE user_id = person;
    UPDATE ground_message SET recipients = '[]', subject = '', body = '', body_html = '', headers = '{}',
        wiped_at = coalesce(wiped_at, statement_timestamp())
        WHERE sent_at IS NOT NULL AND EXISTS (SELECT FROM jsonb_array_elements_text(recipients) AS r(address)
            WHERE lower(r.address) = ANY (addresses));
    UPDATE ground_outbox_event SET context = context - '{address,who}'::text[] WHERE context->>'user' = person::text;

    -- What the person did stays, with the key of a record without a name; from where they did it goes.
    FOR history IN SELECT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'pgh_context' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE pgh_context->>''user'' = $1'
                       ' AND pgh_context ?| ''{address,who}''::text[])', history) INTO has_any USING person::text;
        IF has_any THEN
            PERFORM naru_unguard(history, true);
            EXECUTE format('UPDATE %s SET pgh_context = pgh_context - ''{address,who}''::text[]'
                           ' WHERE pgh_context->>''user'' = $1', history) USING person::text;
            PERFORM naru_unguard(history, false);
        END IF;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION naru_unguard(regclass, boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION naru_destroy_personal(text, text[], uuid[], text, uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION naru_destroy_person(uuid, text, uuid) FROM PUBLIC;
"""

BACKWARD = """
DROP FUNCTION naru_destroy_person(uuid, text, uuid);
DROP FUNCTION naru_destroy_personal(text, text[], uuid[], text, uuid);
DROP FUNCTION naru_unguard(regclass, boolean);
DROP FUNCTION naru_repeats(regclass, name, name, uuid[], text);
DROP FUNCTION naru_is_unique(regclass, name);
DROP FUNCTION naru_blank(name, oid, boolean, text);
"""


class Migration(migrations.Migration):
    """Blanks personal columns in records and in their history; the only way past the history's guard."""

    dependencies = [("companies", "0001_register")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
