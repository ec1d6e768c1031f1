-- The version authority of the cache (docs/adr/0005-version-triggers.md). Every change of a table that cached responses are
-- made of raises the versions of its tags in the same transaction, whichever program makes it:
--
--   1. collect  statement-level triggers on the tables note in cache_tag_pending the tags that OLD and NEW rows touch;
--   2. bump     at the commit, one deferred trigger takes the transaction's tags and raises them, once each, in sorted order;
--   3. notify   triggers on cache_tag announce every raised version on the channel "cache_tag".
--
-- Every trigger is ENABLE ALWAYS, so that session_replication_role = replica cannot pass it by. Every function is SECURITY
-- DEFINER, so that writers need no rights on the two tables; its search_path ends with pg_temp and its names are qualified,
-- so that nobody's temporary table can stand in for them. PostgreSQL asks for EXECUTE on a trigger function only where the
-- trigger is created.

-- The counter orders versions; the nonce keeps counters apart that a restore or a lossy fail-over repeats.
-- The tag is the end of a notification, which may not exceed 8,000 bytes. No regular expression: it would cost a bump a third.
-- Room on the pages lets a bump stay on its page and out of the index.
CREATE TABLE "cache_tag" (
    "tag" TEXT COLLATE "C" NOT NULL,
    "version" BIGINT NOT NULL,
    "nonce" TEXT NOT NULL,

    CONSTRAINT "cache_tag_pkey" PRIMARY KEY ("tag"),
    CONSTRAINT "cache_tag_tag_check" CHECK (octet_length("tag") BETWEEN 1 AND 255),
    CONSTRAINT "cache_tag_version_check" CHECK ("version" > 0)
) WITH (fillfactor = 50);

-- Empty between transactions, and of no use after a crash: its rows are of transactions that did not commit. Every commit
-- leaves dead rows, so it is vacuumed by their number, not by a share of a size that is zero.
CREATE UNLOGGED TABLE "cache_tag_pending" (
    "xid" xid8 NOT NULL,
    "tag" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "cache_tag_pending_pkey" PRIMARY KEY ("xid","tag")
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000);

-- Raises `tags` at once, creates those that are new, and returns their new versions. Rows are locked in sorted order, as
-- everywhere. In a longer transaction it must be the last statement: it holds its rows until the commit.
CREATE FUNCTION cache_bump(tags text[]) RETURNS TABLE (tag text, version bigint, nonce text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  -- One statement can both create and raise, each seen by a trigger of its own: only here is the whole number known.
  IF cardinality(tags) > 1000 THEN
    PERFORM pg_catalog.set_config('careline.notified_tags', cardinality(tags)::text, true);
  END IF;
  RETURN QUERY
    INSERT INTO public.cache_tag AS raised (tag, version)
    SELECT DISTINCT given.tag COLLATE "C", 1 FROM pg_catalog.unnest(tags) AS given (tag) ORDER BY 1
    ON CONFLICT (tag) DO UPDATE SET version = raised.version + 1
    RETURNING raised.tag, raised.version, raised.nonce;
END $$;

-- Rows of cache_tag.

CREATE FUNCTION cache_tag_guard() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.tag IS DISTINCT FROM OLD.tag OR NEW.version <= OLD.version) THEN
    RAISE EXCEPTION 'a row of cache_tag keeps its tag, and its version only grows'
      USING ERRCODE = 'integrity_constraint_violation', HINT = 'Use cache_bump(ARRAY[...]).';
  END IF;
  -- 48 random bits: the version digit of a uuid is its 13th.
  NEW.nonce := pg_catalog.substr(pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', ''), 1, 12);
  RETURN NEW;
END $$;

CREATE FUNCTION cache_tag_keep() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  -- A row that came back would begin at 1 again, below what caches have seen.
  RAISE EXCEPTION 'rows of cache_tag are never deleted'
    USING ERRCODE = 'integrity_constraint_violation', HINT = 'To flush, use cache_bump(ARRAY[''*'']).';
END $$;

CREATE FUNCTION cache_tag_notify() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  earlier text := pg_catalog.current_setting('careline.notified_tags', true);
  total bigint;
BEGIN
  SELECT pg_catalog.count(*) INTO total FROM new_rows;
  IF total = 0 THEN
    RETURN NULL;
  END IF;
  -- How many tags this transaction has announced. The setting is anybody's to write: what is no number counts as many.
  IF earlier <> '' THEN
    total := total + CASE WHEN earlier ~ '^[0-9]{1,9}$' THEN earlier::bigint ELSE 1001 END;
  END IF;
  PERFORM pg_catalog.set_config('careline.notified_tags', LEAST(total, 999999999)::text, true);
  IF total > 1000 THEN
    -- "Drop your map": PostgreSQL sends equal notifications of one transaction once.
    PERFORM pg_catalog.pg_notify('cache_tag', '*');
  ELSE
    PERFORM pg_catalog.pg_notify('cache_tag', version || '.' || nonce || ' ' || tag) FROM new_rows;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER cache_tag_guard BEFORE INSERT OR UPDATE ON "cache_tag"
  FOR EACH ROW EXECUTE FUNCTION cache_tag_guard();
CREATE TRIGGER cache_tag_keep BEFORE DELETE OR TRUNCATE ON "cache_tag"
  FOR EACH STATEMENT EXECUTE FUNCTION cache_tag_keep();
CREATE TRIGGER cache_tag_notify_insert AFTER INSERT ON "cache_tag"
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_tag_notify();
CREATE TRIGGER cache_tag_notify_update AFTER UPDATE ON "cache_tag"
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_tag_notify();

-- The bump at the commit, once a transaction: the row with the empty tag stands for all, and only it queues an event. (An event
-- for every tag would cost as many calls at the commit of a large transaction.) Changes made later in the same commit, by
-- another deferred trigger, or after SET CONSTRAINTS ... IMMEDIATE, bring a new one.
CREATE FUNCTION cache_tag_flush() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  touched text[];
BEGIN
  WITH gone AS (DELETE FROM public.cache_tag_pending WHERE xid = NEW.xid RETURNING tag)
  SELECT pg_catalog.array_agg(tag) INTO touched FROM gone WHERE tag <> '';
  PERFORM public.cache_bump(touched);
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER cache_tag_flush AFTER INSERT ON "cache_tag_pending"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.tag = '') EXECUTE FUNCTION cache_tag_flush();

-- Notes tags for the bump at the commit. A savepoint that is rolled back takes its own with it.
CREATE FUNCTION cache_collect(tags text[]) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF pg_catalog.cardinality(tags) > 0 THEN
    INSERT INTO public.cache_tag_pending (xid, tag)
    SELECT pg_catalog.pg_current_xact_id(), touched.tag FROM pg_catalog.unnest(tags || ''::text) AS touched (tag)
    ON CONFLICT DO NOTHING;
  END IF;
END $$;

-- Collectors, one a table, or kind of table. A transition table exists only under its own event.

CREATE FUNCTION cache_collect_patient() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  CASE TG_OP
    WHEN 'INSERT' THEN
      PERFORM public.cache_collect(ARRAY(
        SELECT 'patient:' || id FROM new_rows UNION SELECT 'patients' FROM new_rows));
    WHEN 'DELETE' THEN
      PERFORM public.cache_collect(ARRAY(
        SELECT 'patient:' || id FROM old_rows UNION SELECT 'patients' FROM old_rows));
    ELSE
      PERFORM public.cache_collect(ARRAY(
        SELECT 'patient:' || id FROM old_rows UNION SELECT 'patient:' || id FROM new_rows
        UNION SELECT 'patients' FROM new_rows));
  END CASE;
  RETURN NULL;
END $$;

-- For every table whose rows belong to a patient by `patient_id`.
CREATE FUNCTION cache_collect_of_patient() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  CASE TG_OP
    WHEN 'INSERT' THEN
      PERFORM public.cache_collect(ARRAY(SELECT DISTINCT 'patient:' || patient_id FROM new_rows));
    WHEN 'DELETE' THEN
      PERFORM public.cache_collect(ARRAY(SELECT DISTINCT 'patient:' || patient_id FROM old_rows));
    ELSE
      -- A row that moves changes the record it leaves and the record it comes to.
      PERFORM public.cache_collect(ARRAY(
        SELECT 'patient:' || patient_id FROM old_rows UNION SELECT 'patient:' || patient_id FROM new_rows));
  END CASE;
  RETURN NULL;
END $$;

CREATE FUNCTION cache_collect_user() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  CASE TG_OP
    WHEN 'INSERT' THEN
      PERFORM public.cache_collect(ARRAY(SELECT 'user:' || id FROM new_rows));
    WHEN 'DELETE' THEN
      PERFORM public.cache_collect(ARRAY(SELECT 'user:' || id FROM old_rows));
    ELSE
      PERFORM public.cache_collect(ARRAY(
        SELECT 'user:' || id FROM old_rows UNION SELECT 'user:' || id FROM new_rows));
  END CASE;
  RETURN NULL;
END $$;

-- TRUNCATE names no rows: the tag that is part of every key.
CREATE FUNCTION cache_collect_all() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM public.cache_collect(ARRAY['*']);
  RETURN NULL;
END $$;

CREATE TRIGGER cache_collect_insert AFTER INSERT ON "patient"
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_patient();
CREATE TRIGGER cache_collect_update AFTER UPDATE ON "patient"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_patient();
CREATE TRIGGER cache_collect_delete AFTER DELETE ON "patient"
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_patient();
CREATE TRIGGER cache_collect_truncate AFTER TRUNCATE ON "patient"
  FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_all();

CREATE TRIGGER cache_collect_insert AFTER INSERT ON "exam"
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_of_patient();
CREATE TRIGGER cache_collect_update AFTER UPDATE ON "exam"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_of_patient();
CREATE TRIGGER cache_collect_delete AFTER DELETE ON "exam"
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_of_patient();
CREATE TRIGGER cache_collect_truncate AFTER TRUNCATE ON "exam"
  FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_all();

CREATE TRIGGER cache_collect_insert AFTER INSERT ON "medication"
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_of_patient();
CREATE TRIGGER cache_collect_update AFTER UPDATE ON "medication"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_of_patient();
CREATE TRIGGER cache_collect_delete AFTER DELETE ON "medication"
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_of_patient();
CREATE TRIGGER cache_collect_truncate AFTER TRUNCATE ON "medication"
  FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_all();

CREATE TRIGGER cache_collect_insert AFTER INSERT ON "app_user"
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_user();
CREATE TRIGGER cache_collect_update AFTER UPDATE ON "app_user"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_user();
CREATE TRIGGER cache_collect_delete AFTER DELETE ON "app_user"
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_user();
CREATE TRIGGER cache_collect_truncate AFTER TRUNCATE ON "app_user"
  FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_all();

ALTER TABLE "cache_tag" ENABLE ALWAYS TRIGGER cache_tag_guard;
ALTER TABLE "cache_tag" ENABLE ALWAYS TRIGGER cache_tag_keep;
ALTER TABLE "cache_tag" ENABLE ALWAYS TRIGGER cache_tag_notify_insert;
ALTER TABLE "cache_tag" ENABLE ALWAYS TRIGGER cache_tag_notify_update;
ALTER TABLE "cache_tag_pending" ENABLE ALWAYS TRIGGER cache_tag_flush;
ALTER TABLE "patient" ENABLE ALWAYS TRIGGER cache_collect_insert;
ALTER TABLE "patient" ENABLE ALWAYS TRIGGER cache_collect_update;
ALTER TABLE "patient" ENABLE ALWAYS TRIGGER cache_collect_delete;
ALTER TABLE "patient" ENABLE ALWAYS TRIGGER cache_collect_truncate;
ALTER TABLE "exam" ENABLE ALWAYS TRIGGER cache_collect_insert;
ALTER TABLE "exam" ENABLE ALWAYS TRIGGER cache_collect_update;
ALTER TABLE "exam" ENABLE ALWAYS TRIGGER cache_collect_delete;
ALTER TABLE "exam" ENABLE ALWAYS TRIGGER cache_collect_truncate;
ALTER TABLE "medication" ENABLE ALWAYS TRIGGER cache_collect_insert;
ALTER TABLE "medication" ENABLE ALWAYS TRIGGER cache_collect_update;
ALTER TABLE "medication" ENABLE ALWAYS TRIGGER cache_collect_delete;
ALTER TABLE "medication" ENABLE ALWAYS TRIGGER cache_collect_truncate;
ALTER TABLE "app_user" ENABLE ALWAYS TRIGGER cache_collect_insert;
ALTER TABLE "app_user" ENABLE ALWAYS TRIGGER cache_collect_update;
ALTER TABLE "app_user" ENABLE ALWAYS TRIGGER cache_collect_delete;
ALTER TABLE "app_user" ENABLE ALWAYS TRIGGER cache_collect_truncate;

-- Raising versions is for the owner, and for whom it grants this; name_key stays everybody's, for writers of patients need it.
REVOKE ALL ON FUNCTION cache_bump(text[]), cache_tag_guard(), cache_tag_keep(), cache_tag_notify(), cache_tag_flush(),
  cache_collect(text[]), cache_collect_patient(), cache_collect_of_patient(), cache_collect_user(), cache_collect_all() FROM PUBLIC;

-- Rows for what exists already; later ones are created by their first bump.
SELECT cache_bump(ARRAY['*', 'patients', 'messages']
  || ARRAY(SELECT 'patient:' || id FROM "patient")
  || ARRAY(SELECT 'user:' || id FROM "app_user"));
