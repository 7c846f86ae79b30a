"""Column types that mean the same on SQLite and on Postgres."""

import math
import re
from datetime import UTC, datetime

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Double, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

# What a Python string may hold and a database's text may not: NUL (Postgres refuses it) and lone
# surrogates (no UTF-8 for them; they appear in names of files that are not UTF-8). A noncharacter
# introduces their code point in hexadecimal, so nothing is lost; ordinary text stays as it is.
_MARK = "\ufdd0"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff\ufdd0]")
_ESCAPED = re.compile(_MARK + "([0-9a-f]{4})")


def escape(text: str) -> str:
    """`text` in a form that every database takes; `unescape` gives the same string back."""
    return _UNSTORABLE.sub(lambda match: f"{_MARK}{ord(match.group()):04x}", text)


def unescape(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)


class AnyText(TypeDecorator[str]):
    """Text that comes back exactly as it was, whatever it holds."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else escape(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else unescape(value)


class Moment(TypeDecorator[datetime]):
    """A point in time, always with its zone; SQLite keeps the UTC clock time without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Ratio(TypeDecorator[float]):
    """A double in which "not a number" is NULL: SQLite makes it so anyway, and aggregates skip it."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:
        del dialect
        return None if value is None or math.isnan(value) else float(value)

    def process_result_value(self, value: float | None, dialect: Dialect) -> float:
        del dialect
        return math.nan if value is None else value


# SQLite counts rows only in a column that is spelled INTEGER PRIMARY KEY.
RowId: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")
Json: TypeEngine[object] = JSON(none_as_null=True)
