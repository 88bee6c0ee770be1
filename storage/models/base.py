"""What all tables share: the names of constraints, and the column types; what views share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Float, Index, LargeBinary, MetaData, event, text
from sqlalchemy.orm import DeclarativeBase

from storage.database.types import StorableJSON, StorableText, UTCDateTime


class Base(DeclarativeBase):
    # With explicit constraint names, a migration can name them on every database.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it as a plain class attribute)
        datetime: UTCDateTime,
        str: StorableText,
        bytes: LargeBinary,
        float: Float(53),
        list[str]: StorableJSON,
        dict[str, Any]: StorableJSON,
    }


class View(DeclarativeBase):
    """A view: read like a table, made by the migrations."""

    metadata = MetaData()
    type_annotation_map = Base.type_annotation_map


def index_where(condition: str, name: str, *columns: str) -> Index:
    """Return an index of those rows of a table for which a condition of SQL holds."""
    return Index(name, *columns, info={_CONDITION: condition})


_CONDITION = "condition"


# An index with `postgresql_where` loads SQLAlchemy's dialect of PostgreSQL, whatever the database: a tenth of a second
# of each start. So the conditions are told when tables are made, to the dialect that is in use.
@event.listens_for(Base.metadata, "before_create")
def _limit_indexes(_metadata: MetaData, connection: Connection, **_: object) -> None:
    limit_indexes(connection)


def limit_indexes(connection: Connection) -> None:
    """Tell the indexes of `index_where` their conditions, before they are created on this connection."""
    for table in Base.metadata.tables.values():
        for index in table.indexes:
            if (condition := index.info.get(_CONDITION)) is not None:
                index.dialect_kwargs[f"{connection.dialect.name}_where"] = text(condition)
