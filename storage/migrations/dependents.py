"""What users made of a table or view on PostgreSQL: objects that depend on it, and who may read it."""

from __future__ import annotations

from sqlalchemy import Connection, text

# Normal dependencies ("n") hold up a DROP. What depends is the rule of a view: it is told by the view.
_DEPENDENTS = text(
    """
    SELECT DISTINCT CASE
      WHEN rule.oid IS NULL THEN pg_describe_object(classid, objid, 0)
      ELSE pg_describe_object(CAST(CAST('pg_class' AS regclass) AS oid), rule.ev_class, 0)
    END AS dependent
    FROM pg_depend
      LEFT JOIN pg_rewrite AS rule ON classid = CAST('pg_rewrite' AS regclass) AND objid = rule.oid
    WHERE deptype = 'n'
      AND rule.ev_class IS DISTINCT FROM CAST(CAST(:name AS regclass) AS oid)
      AND (
        (refclassid = CAST('pg_class' AS regclass) AND refobjid = CAST(:name AS regclass))
        OR (
          refclassid = CAST('pg_type' AS regclass)
          AND refobjid IN (
            SELECT unnest(ARRAY[row.oid, row.typarray]) FROM pg_type AS row WHERE row.typrelid = CAST(:name AS regclass)
          )
        )
      )
    ORDER BY dependent
    """
)
_GRANTS = text(
    """
    SELECT format(
      'GRANT SELECT%s ON %s TO %s%s',
      part.columns,
      CAST(:name AS text),
      CASE one.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(one.grantee)) END,
      CASE WHEN one.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
    )
    FROM pg_class AS class
      CROSS JOIN LATERAL (
        SELECT '' AS columns, class.relacl AS acl
        UNION ALL
        SELECT format(' (%I)', attname), attacl FROM pg_attribute
        WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped
      ) AS part
      CROSS JOIN LATERAL aclexplode(part.acl) AS one
    WHERE class.oid = CAST(:name AS regclass) AND one.privilege_type = 'SELECT' AND one.grantee <> class.relowner
    """
)


def find_dependents(connection: Connection, name: str) -> list[str]:
    """Return the objects because of which PostgreSQL would not drop a table or view, such as "view my_cuts"."""
    return list(connection.scalars(_DEPENDENTS, {"name": name}))


def list_grants(connection: Connection, name: str) -> list[str]:
    """Return the statements, as the driver wants them, that allow others to read a table or view as they may now."""
    return [statement.replace("%", "%%") for statement in connection.scalars(_GRANTS, {"name": name})]
