-- To be run after the part of the migration "cache_versions" that knows no table of Careline's.
CREATE TABLE book (id uuid PRIMARY KEY, title text NOT NULL);

CREATE FUNCTION cache_collect_book() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  CASE TG_OP
    WHEN 'INSERT' THEN PERFORM public.cache_collect(ARRAY(SELECT 'book:' || id FROM new_rows));
    WHEN 'DELETE' THEN PERFORM public.cache_collect(ARRAY(SELECT 'book:' || id FROM old_rows));
    ELSE PERFORM public.cache_collect(ARRAY(
      SELECT 'book:' || id FROM old_rows UNION SELECT 'book:' || id FROM new_rows));
  END CASE;
  RETURN NULL;
END $$;

-- TRUNCATE names no rows: the tag that is part of every key.
CREATE FUNCTION cache_collect_all() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$ BEGIN PERFORM public.cache_collect(ARRAY['*']); RETURN NULL; END $$;

CREATE TRIGGER cache_collect_insert AFTER INSERT ON book
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_book();
CREATE TRIGGER cache_collect_update AFTER UPDATE ON book
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_book();
CREATE TRIGGER cache_collect_delete AFTER DELETE ON book
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_book();
CREATE TRIGGER cache_collect_truncate AFTER TRUNCATE ON book
  FOR EACH STATEMENT EXECUTE FUNCTION cache_collect_all();

-- session_replication_role = replica passes by every other trigger.
ALTER TABLE cache_tag ENABLE ALWAYS TRIGGER cache_tag_guard;
ALTER TABLE cache_tag ENABLE ALWAYS TRIGGER cache_tag_keep;
ALTER TABLE cache_tag ENABLE ALWAYS TRIGGER cache_tag_notify_insert;
ALTER TABLE cache_tag ENABLE ALWAYS TRIGGER cache_tag_notify_update;
ALTER TABLE cache_tag_pending ENABLE ALWAYS TRIGGER cache_tag_flush;
ALTER TABLE book ENABLE ALWAYS TRIGGER cache_collect_insert;
ALTER TABLE book ENABLE ALWAYS TRIGGER cache_collect_update;
ALTER TABLE book ENABLE ALWAYS TRIGGER cache_collect_delete;
ALTER TABLE book ENABLE ALWAYS TRIGGER cache_collect_truncate;

SELECT cache_bump(ARRAY['*']);
