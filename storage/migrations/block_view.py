"""The view `block`, as the migration 0019 makes it: a row for each block that the value `article.blocks` holds.

storage.articles.packed_blocks tells the form of the value. A new database is made without Alembic (newest.py).
"""

from __future__ import annotations

SQLITE = """
CREATE VIEW block AS SELECT
  article.id AS article_id,
  one.key AS position,
  json_extract(one.value, '$[0]') AS kind,
  CASE json_type(one.value, '$[1]')
    WHEN 'text' THEN json_extract(one.value, '$[1]')
    ELSE substr(article.text, json_extract(one.value, '$[1]') + 1, json_extract(one.value, '$[2]'))
  END AS text,
  coalesce(json_extract(one.value, '$[6]'), 0.0) AS link_share,
  coalesce(json_extract(one.value, '$[7]'), '[]') AS links,
  json_extract(article.blocks, '$.paths[' || json_extract(one.value, '$[3]') || ']') AS path,
  json_extract(one.value, '$[4]') AS rule,
  json_extract(one.value, '$[5]') AS evidence,
  json_extract(one.value, '$[8]') AS layout,
  json_extract(one.value, '$[9]') AS entry
FROM article CROSS JOIN json_each(article.blocks, '$.blocks') AS one"""
POSTGRESQL = """
CREATE VIEW block AS SELECT
  article.id AS article_id,
  CAST(one.number - 1 AS integer) AS position,
  one.value ->> 0 AS kind,
  CASE json_typeof(one.value -> 1)
    WHEN 'string' THEN one.value ->> 1
    ELSE substr(article.text, CAST(one.value ->> 1 AS integer) + 1, CAST(one.value ->> 2 AS integer))
  END AS text,
  coalesce(CAST(one.value ->> 6 AS double precision), 0) AS link_share,
  CASE json_typeof(one.value -> 7) WHEN 'array' THEN one.value -> 7 ELSE CAST('[]' AS json) END AS links,
  CAST(article.blocks AS json) -> 'paths' ->> CAST(one.value ->> 3 AS integer) AS path,
  one.value ->> 4 AS rule,
  one.value ->> 5 AS evidence,
  one.value ->> 8 AS layout,
  CAST(one.value ->> 9 AS integer) AS entry
FROM article CROSS JOIN LATERAL
  json_array_elements(CAST(article.blocks AS json) -> 'blocks') WITH ORDINALITY AS one (value, number)"""
