"""`--where`: a question to the fields of a record, written as an expression and asked of the database.

    words >= 200 and language in ('de', 'en')
    'Ada Reed' in authors or startswith(url, 'https://courier.example/sport/')
    published_at < '2026-11-01' and not tdm_reserved
    licence is null

A text is compared by its bytes, `in` finds a text within a text, an item in a list, or a field among values. A time is
compared with a day ('2026-11-01', all of it, in UTC) or a moment ('2026-11-01T08:00Z'). A comparison with a field that
is null is false, so that `not` of it is true; `!=` is true there.

The expression is parsed, never run: only what is listed here is taken, values are bound, nothing reaches SQL as text.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    collate,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy import column as named_column

from cleaning.errors import BadArgument
from storage.export.schema import Field, Kind
from storage.export.where_operands import THERE_IS, Operands, column_of
from storage.types import storable

LONGEST = 2_000  # characters
DEEPEST = 40  # expressions within one another

_COMPARED = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Where:
    """A question that can be asked. `condition` is it in SQL, for a question to the articles."""

    text: str
    tree: ast.expr

    def condition(self, dialect: str) -> ColumnElement[bool]:
        return _Condition(self.text, dialect).of(self.tree)


def parsed(text: str) -> Where:
    """The question that `text` asks; BadArgument, with the place, where it asks none."""
    if len(text) > LONGEST:
        raise BadArgument(f"--where: takes up to {LONGEST:,} characters, not {len(text):,}")
    if not text.strip():
        raise BadArgument(f"--where: is empty; {THERE_IS}")
    if text != storable(text):
        raise BadArgument("--where: holds a character that no stored text has")
    lines = text.strip()
    text = " ".join(lines.splitlines())
    try:
        with warnings.catch_warnings(action="ignore"):  # of a backslash in a text, say
            tree = ast.parse(text, mode="eval").body
            # On its own lines: there a text ends with its line, and a remark too.
            alike = ast.dump(tree) == ast.dump(ast.parse(f"({lines}\n)", mode="eval").body)
    except (SyntaxError, ValueError) as error:
        place = f", at character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        raise BadArgument(f"--where: this is no expression{place}; {THERE_IS}") from error
    except (RecursionError, MemoryError) as error:
        raise BadArgument("--where: too deep") from error
    if not alike:
        raise BadArgument("--where: this is no expression, a # in one of its lines hides the next")
    where = Where(text, tree)
    where.condition("sqlite")
    return where


class _Condition(Operands):
    def __init__(self, text: str, dialect: str) -> None:
        super().__init__(text)
        self._dialect = dialect
        self._depth = 0

    def of(self, node: ast.expr) -> ColumnElement[bool]:
        """The condition that an expression is."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadArgument(f"--where: more than {DEEPEST} expressions within one another")
        try:
            return self._of(node)
        finally:
            self._depth -= 1

    def _of(self, node: ast.expr) -> ColumnElement[bool]:
        match node:
            case ast.BoolOp(op=operator, values=parts):
                joined = and_ if isinstance(operator, ast.And) else or_
                return joined(*[self.of(part) for part in parts])
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return not_(self.of(part))
            case ast.Compare(left=left, ops=operators, comparators=rights):
                pairs = zip([left, *rights], operators, rights, strict=False)
                return and_(*[self._compared(one, operator, other) for one, operator, other in pairs])
            case ast.Call(func=ast.Name(id="startswith"), args=[ast.Name() as name, start], keywords=[]):
                field = self.field(name)
                if field.kind is not Kind.TEXT:
                    raise self.wrong(name, f"{field.name} is no text")
                return self._starts(field, self.text_of(start))
            case ast.Name(id=name) if name.lower() in ("true", "false"):
                return true() if name.lower() == "true" else false()
            case ast.Constant(value=bool(value)):
                return true() if value else false()
            case ast.Name():
                field = self.field(node)
                if field.kind is not Kind.TRUTH:
                    raise self.wrong(node, f"{field.name} is neither true nor false: compare it with something")
                return self._known(column_of(field).is_(true()))
            case _:
                raise self.wrong(node, "this is no condition")

    def _compared(self, one: ast.expr, operator: ast.cmpop, other: ast.expr) -> ColumnElement[bool]:
        match operator:
            case ast.In():
                return self._in(one, other)
            case ast.NotIn():
                return not_(self._in(one, other))
            case ast.Is() | ast.IsNot():
                if self.is_field(other) or not self.is_field(one) or self.value(other) is not None:
                    raise self.wrong(other, "`is` takes a field and null: licence is null")
                column: ColumnElement[Any] = column_of(self.field(one))
                return column.is_(None) if isinstance(operator, ast.Is) else column.is_not(None)
            case _:
                return self._ordered(one, _COMPARED[type(operator)], other)

    def _ordered(self, one: ast.expr, sign: str, other: ast.expr) -> ColumnElement[bool]:
        if not self.is_field(one):
            if not self.is_field(other):
                raise self.wrong(one, "one of the two must be a field")
            one, other, sign = other, one, _TURNED[sign]
        field = self.field(one)
        if field.kind is Kind.TEXTS:
            raise self.wrong(one, f"{field.name} is a list: ask whether something is in it")
        if field.kind is Kind.TRUTH and sign not in ("==", "!="):
            raise self.wrong(one, f"{field.name} is true or false: it has no order")
        column = self._bytewise(field)
        if self.is_field(other):
            second = self.field(other)
            if second.kind is not field.kind and {field.kind, second.kind} != {Kind.COUNT, Kind.SHARE}:
                raise self.wrong(other, f"{field.name} and {second.name} are not of one kind")
            return self._by_sign(column, sign, self._bytewise(second))
        value = self.value(other)
        if value is None:
            raise self.wrong(other, "null is compared by `is`: licence is null")
        if field.kind is Kind.MOMENT:
            return self._in_time(column, sign, other)
        return self._by_sign(column, sign, self.bound(field, other))

    def _in_time(self, column: ColumnElement[Any], sign: str, node: ast.expr) -> ColumnElement[bool]:
        first, last = self.span(node)
        match sign:
            case "==":
                return self._known(and_(column >= first, column <= last))
            case "!=":
                return not_(self._known(and_(column >= first, column <= last)))
            case "<" | ">=":
                return self._by_sign(column, sign, first)
            case _:
                return self._by_sign(column, sign, last)

    def _in(self, one: ast.expr, other: ast.expr) -> ColumnElement[bool]:
        if self.is_field(other):
            field = self.field(other)
            if field.kind is Kind.TEXT:
                return self._known(self._found(column_of(field), self._operand(one)) > 0)
            if field.kind is Kind.TEXTS:
                return self._is_item(field, self._operand(one))
            raise self.wrong(other, f"{field.name} is neither a text nor a list")
        if not isinstance(other, ast.Tuple | ast.List) or not other.elts:
            raise self.wrong(other, "`in` takes a field or values: language in ('de', 'en')")
        return or_(*[self._ordered(one, "==", value) for value in other.elts])

    def _operand(self, node: ast.expr) -> Any:
        if not self.is_field(node):
            return self.text_of(node)
        field = self.field(node)
        if field.kind is not Kind.TEXT:
            raise self.wrong(node, f"{field.name} is no text")
        return column_of(field)

    def _found(self, text: Any, part: Any) -> ColumnElement[Any]:
        return func.instr(text, part) if self._dialect == "sqlite" else func.strpos(text, part)

    def _starts(self, field: Field, start: str) -> ColumnElement[bool]:
        return self._known(func.substr(column_of(field), 1, len(start)) == start)

    def _is_item(self, field: Field, item: Any) -> ColumnElement[bool]:
        each = func.json_each if self._dialect == "sqlite" else func.json_array_elements_text
        items = each(column_of(field)).table_valued(named_column("value"), joins_implicitly=True)
        found: ColumnElement[bool] = exists(select(items.c.value).where(items.c.value == item))
        return found

    def _bytewise(self, field: Field) -> ColumnElement[Any]:
        column = column_of(field)
        return collate(column, "C") if field.kind is Kind.TEXT and self._dialect == "postgresql" else column

    def _by_sign(self, one: Any, sign: str, other: Any) -> ColumnElement[bool]:
        conditions: dict[str, Any] = {
            "==": lambda: self._known(one == other),
            "!=": lambda: one.is_distinct_from(other),
            "<": lambda: self._known(one < other),
            "<=": lambda: self._known(one <= other),
            ">": lambda: self._known(one > other),
            ">=": lambda: self._known(one >= other),
        }
        condition: ColumnElement[bool] = conditions[sign]()
        return condition

    @staticmethod
    def _known(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """What is unknown, because a field is null, is false."""
        return func.coalesce(condition, false())
