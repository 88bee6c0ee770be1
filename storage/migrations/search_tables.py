"""The statements that make the index of the full-text search, as the migration 0012 tells them. They never change.

They stand apart from the migration, because a new database is made without Alembic (newest.py).
"""

from __future__ import annotations

_STATE = """
CASE WHEN {0}rejected IS NOT NULL THEN 2 WHEN {0}duplicate_of IS NOT NULL THEN 1 ELSE 0 END
"""
_SQLITE_BLOCK = """
  INSERT INTO search_block (block, oldest, newest) VALUES (NEW.number >> 12, NEW.at, NEW.at)
    ON CONFLICT (block) DO UPDATE SET oldest = min(oldest, excluded.oldest), newest = max(newest, excluded.newest);
"""
_SQLITE_CHANGED = """
OLD.title IS NOT NEW.title OR OLD.text IS NOT NEW.text OR OLD.site IS NOT NEW.site OR OLD.language IS NOT NEW.language
"""
_SQLITE_INDEX_NEW = """
  INSERT INTO search_entry (article_id, at, state)
    SELECT article_id, at, state FROM search_source WHERE article_id = NEW.id;
"""
SQLITE = [
    "CREATE TABLE search_backlog (position INTEGER PRIMARY KEY, article_id VARCHAR(16) NOT NULL UNIQUE)",
    """
CREATE TABLE search_entry (
  number INTEGER PRIMARY KEY,
  article_id VARCHAR(16) NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  state INTEGER NOT NULL
)""",
    "CREATE TABLE search_block (block INTEGER PRIMARY KEY, oldest INTEGER NOT NULL, newest INTEGER NOT NULL)",
    # Only the index is stored. Its words come folded and separated by spaces, which is all that this tokenizer does.
    "CREATE VIRTUAL TABLE search_index USING fts5(title, text, labels, content='', tokenize='ascii')",
    f"""
CREATE VIEW search_source AS SELECT
  id AS article_id,
  CAST(strftime('%s', coalesce(published_at, fetched_at)) AS INTEGER) AS at,
  {_STATE.format("")} AS state,
  search_words(title) AS title,
  search_words(text) AS text,
  's' || hex(site) || ' l' || hex(language) AS labels
FROM article""",  # noqa: S608 (no value of a user is in these statements)
    f"""
CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN
  INSERT INTO search_index (rowid, title, text, labels)
    SELECT NEW.number, title, text, labels FROM search_source WHERE article_id = NEW.article_id;
  {_SQLITE_BLOCK}
END""",  # noqa: S608
    f"""
CREATE TRIGGER search_entry_moved AFTER UPDATE OF at ON search_entry BEGIN
  {_SQLITE_BLOCK}
END""",
    # FTS5 needs the words that it is to forget: an entry is deleted while its article is as it was indexed.
    """
CREATE TRIGGER search_entry_deleted BEFORE DELETE ON search_entry BEGIN
  INSERT INTO search_index (search_index, rowid, title, text, labels)
    SELECT 'delete', OLD.number, title, text, labels FROM search_source WHERE article_id = OLD.article_id;
END""",
    f"""
CREATE TRIGGER search_article_added AFTER INSERT ON article BEGIN
  {_SQLITE_INDEX_NEW}
END""",
    f"""
CREATE TRIGGER search_article_changes BEFORE UPDATE OF title, text, site, language ON article
WHEN {_SQLITE_CHANGED} BEGIN
  DELETE FROM search_entry WHERE article_id = OLD.id;
END""",  # noqa: S608
    f"""
CREATE TRIGGER search_article_changed AFTER UPDATE OF title, text, site, language ON article
WHEN {_SQLITE_CHANGED} BEGIN
  DELETE FROM search_backlog WHERE article_id = OLD.id;
  {_SQLITE_INDEX_NEW}
END""",  # noqa: S608
    f"""
CREATE TRIGGER search_article_judged AFTER UPDATE OF rejected, duplicate_of, published_at, fetched_at ON article BEGIN
  UPDATE search_entry SET
    at = CAST(strftime('%s', coalesce(NEW.published_at, NEW.fetched_at)) AS INTEGER),
    state = {_STATE.format("NEW.")}
  WHERE article_id = NEW.id;
END""",  # noqa: S608
    """
CREATE TRIGGER search_article_deleted BEFORE DELETE ON article BEGIN
  DELETE FROM search_backlog WHERE article_id = OLD.id;
  DELETE FROM search_entry WHERE article_id = OLD.id;
END""",
]
POSTGRESQL = [
    """
CREATE TABLE search_backlog (
  position bigserial PRIMARY KEY,
  article_id varchar(16) NOT NULL UNIQUE REFERENCES article (id) ON DELETE CASCADE
)""",
    """
CREATE TABLE search_entry (
  article_id varchar(16) PRIMARY KEY REFERENCES article (id) ON DELETE CASCADE,
  at bigint NOT NULL,
  state smallint NOT NULL,
  words tsvector NOT NULL
)""",
    "CREATE INDEX ix_search_entry_words ON search_entry USING gin (words)",
    "CREATE INDEX ix_search_entry_at ON search_entry (at DESC, article_id)",
    f"""
CREATE VIEW search_source AS SELECT
  id AS article_id,
  floor(extract(epoch FROM coalesce(published_at, fetched_at)))::bigint AS at,
  {_STATE.format("")} AS state,
  title, text, site, language
FROM article""",  # noqa: S608
    """
CREATE FUNCTION search_put_into_backlog() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM search_entry WHERE article_id = NEW.id;
  INSERT INTO search_backlog (article_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$""",
    f"""
CREATE FUNCTION search_update_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE search_entry SET
    at = floor(extract(epoch FROM coalesce(NEW.published_at, NEW.fetched_at)))::bigint,
    state = {_STATE.format("NEW.")}
  WHERE article_id = NEW.id;
  RETURN NULL;
END $$""",  # noqa: S608
    """
CREATE TRIGGER search_article_added AFTER INSERT ON article
FOR EACH ROW EXECUTE FUNCTION search_put_into_backlog()""",
    """
CREATE TRIGGER search_article_changed AFTER UPDATE OF title, text, site, language ON article FOR EACH ROW
WHEN ((OLD.title, OLD.text, OLD.site, OLD.language) IS DISTINCT FROM (NEW.title, NEW.text, NEW.site, NEW.language))
EXECUTE FUNCTION search_put_into_backlog()""",
    """
CREATE TRIGGER search_article_judged AFTER UPDATE OF rejected, duplicate_of, published_at, fetched_at ON article
FOR EACH ROW
WHEN ((OLD.rejected, OLD.duplicate_of, OLD.published_at, OLD.fetched_at)
  IS DISTINCT FROM (NEW.rejected, NEW.duplicate_of, NEW.published_at, NEW.fetched_at))
EXECUTE FUNCTION search_update_entry()""",
]
