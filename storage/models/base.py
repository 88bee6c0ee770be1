"""What all tables share: the names of constraints, and the column types; what views share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, LargeBinary, MetaData
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
