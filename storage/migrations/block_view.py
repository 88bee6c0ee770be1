"""The view `block`, as the migration 0019 makes it: a row for each block that the value `article.blocks` holds.

storage.models.packed_blocks tells the form of the value. A new database is made without Alembic (newest.py).
What concerns a whole article is done once for it, not for each of its blocks: a live blog has thousands.
"""

from __future__ import annotations

# `paths` is one row, whose column `json` is all the paths: read from the article's row, they would come with all else
# that it holds, once for each block.
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
  json_extract(paths.json, '$[' || json_extract(one.value, '$[3]') || ']') AS path,
  json_extract(one.value, '$[4]') AS rule,
  json_extract(one.value, '$[5]') AS evidence,
  json_extract(one.value, '$[8]') AS layout,
  json_extract(one.value, '$[9]') AS entry
FROM article
  CROSS JOIN json_each(json_extract(article.blocks, '$.paths'), '$[0]') AS paths
  CROSS JOIN json_each(article.blocks, '$.blocks') AS one"""
# The text is cut into pieces of 16,384 characters, because PostgreSQL finds a character by counting from the first.
# OFFSET 0 has what `own` holds computed once.
POSTGRESQL = """
CREATE VIEW block AS SELECT
  article.id AS article_id,
  CAST(one.number - 1 AS integer) AS position,
  one.value ->> 0 AS kind,
  CASE json_typeof(one.value -> 1)
    WHEN 'string' THEN one.value ->> 1
    ELSE substr(
      array_to_string(
        own.pieces[
          CAST(one.value ->> 1 AS integer) / 16384 + 1 :
          (CAST(one.value ->> 1 AS integer) + CAST(one.value ->> 2 AS integer)) / 16384 + 1
        ],
        ''
      ),
      mod(CAST(one.value ->> 1 AS integer), 16384) + 1,
      CAST(one.value ->> 2 AS integer)
    )
  END AS text,
  coalesce(CAST(one.value ->> 6 AS double precision), 0) AS link_share,
  CASE json_typeof(one.value -> 7) WHEN 'array' THEN one.value -> 7 ELSE CAST('[]' AS json) END AS links,
  own.paths[CAST(one.value ->> 3 AS integer) + 1] AS path,
  one.value ->> 4 AS rule,
  one.value ->> 5 AS evidence,
  one.value ->> 8 AS layout,
  CAST(one.value ->> 9 AS integer) AS entry
FROM article
  CROSS JOIN LATERAL (
    SELECT
      ARRAY(SELECT json_array_elements_text(CAST(article.blocks AS json) -> 'paths')) AS paths,
      ARRAY(
        SELECT substr(whole.text, number * 16384 + 1, 16384)
        FROM (SELECT article.text || '' AS text OFFSET 0) AS whole
          CROSS JOIN generate_series(0, length(article.text) / 16384) AS number
        ORDER BY number
      ) AS pieces
    OFFSET 0
  ) AS own
  CROSS JOIN LATERAL
    json_array_elements(CAST(article.blocks AS json) -> 'blocks') WITH ORDINALITY AS one (value, number)"""
