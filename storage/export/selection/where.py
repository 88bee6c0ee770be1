"""Parses `--where`, an expression over the fields of a record, into an SQL condition.

    words >= 200 and language in ('de', 'en')
    'Ada Reed' in authors or startswith(url, 'https://courier.example/sport/')
    published_at < '2026-11-01' and not tdm_reserved
    licence is null and not authors

Texts are compared by their bytes. `in` finds a text within a text, an item in a list, or a field among values. A time
is compared with a day ('2026-11-01', the whole day in UTC) or a moment ('2026-11-01T08:00Z'). A comparison with a field
that is null is false, and `not` of it is true; `!=` is true.

The expression is parsed, never executed: only the syntax above is accepted, and all values are bound parameters.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    TableValuedAlias,
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
from storage.database.types import make_storable
from storage.export.schema import Field, FieldKind
from storage.export.selection.where_operands import SYNTAX_HINT, OperandParser, get_column

MAX_CHARACTERS = 2_000
MAX_DEPTH = 40  # nested expressions

_OPERATORS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class WhereFilter:
    """A valid expression and its parsed form."""

    text: str
    tree: ast.expr

    def make_condition(self, dialect: str) -> ColumnElement[bool]:
        """Return the expression as an SQL condition on the articles."""
        return _ConditionBuilder(self.text, dialect).build(self.tree)


def parse_where(text: str) -> WhereFilter:
    """Parse an expression. Raise BadArgument, with the position, if it is invalid."""
    if len(text) > MAX_CHARACTERS:
        raise BadArgument(f"--where: at most {MAX_CHARACTERS:,} characters are possible, got {len(text):,}")
    if not text.strip():
        raise BadArgument(f"--where: the expression is empty; {SYNTAX_HINT}")
    if text != make_storable(text):
        raise BadArgument("--where: contains a character that no stored text has")
    lines = text.strip()
    text = " ".join(lines.splitlines())
    try:
        with warnings.catch_warnings(action="ignore"):  # such as those for a backslash in a text
            tree = ast.parse(text, mode="eval").body
            # Parsed with its line breaks too: there a text or a comment ends with its line.
            is_same = ast.dump(tree) == ast.dump(ast.parse(f"({lines}\n)", mode="eval").body)
    except (SyntaxError, ValueError) as error:
        place = f", at character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
        raise BadArgument(f"--where: invalid expression{place}; {SYNTAX_HINT}") from error
    except (RecursionError, MemoryError) as error:
        raise BadArgument("--where: the expression is nested too deeply") from error
    if not is_same:
        raise BadArgument("--where: invalid expression; a # in one of its lines hides the next line")
    where = WhereFilter(text, tree)
    where.make_condition("sqlite")
    return where


class _ConditionBuilder(OperandParser):
    def __init__(self, text: str, dialect: str) -> None:
        super().__init__(text)
        self._dialect = dialect
        self._depth = 0

    def build(self, node: ast.expr) -> ColumnElement[bool]:
        """Return the condition of an expression. Raise BadArgument if it is invalid or nested too deeply."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadArgument(f"--where: more than {MAX_DEPTH} nested expressions")
        try:
            return self._build_node(node)
        finally:
            self._depth -= 1

    def _build_node(self, node: ast.expr) -> ColumnElement[bool]:
        match node:
            case ast.BoolOp(op=operator, values=parts):
                joined = and_ if isinstance(operator, ast.And) else or_
                return joined(*[self.build(part) for part in parts])
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return not_(self.build(part))
            case ast.Compare(left=left, ops=operators, comparators=rights):
                pairs = zip([left, *rights], operators, rights, strict=False)
                return and_(*[self._build_comparison(one, operator, other) for one, operator, other in pairs])
            case ast.Call(func=ast.Name(id="startswith"), args=[ast.Name() as name, start], keywords=[]):
                field = self.find_field(name)
                if field.kind is not FieldKind.TEXT:
                    raise self.make_error(name, f"{field.name} is not a text")
                return self._starts_with(field, self.parse_text(start))
            case ast.Name(id=name) if name.lower() in ("true", "false"):
                return true() if name.lower() == "true" else false()
            case ast.Constant(value=bool(value)):
                return true() if value else false()
            case ast.Name():
                return self._build_flag(node)
            case _:
                raise self.make_error(node, "this is not a condition")

    def _build_flag(self, node: ast.Name) -> ColumnElement[bool]:
        """Return the condition that a boolean is true, or that a list has an item."""
        field = self.find_field(node)
        if field.kind is FieldKind.TEXTS:
            return exists(select(self._list_items(field).c.value))
        if field.kind is not FieldKind.BOOLEAN:
            raise self.make_error(node, f"{field.name} is neither a boolean nor a list: compare it with a value")
        return self._treat_null_as_false(get_column(field).is_(true()))

    def _build_comparison(self, one: ast.expr, operator: ast.cmpop, other: ast.expr) -> ColumnElement[bool]:
        match operator:
            case ast.In():
                return self._build_membership(one, other)
            case ast.NotIn():
                return not_(self._build_membership(one, other))
            case ast.Is() | ast.IsNot():
                if self.is_field(other) or not self.is_field(one) or self.parse_value(other) is not None:
                    raise self.make_error(other, "`is` compares a field with null: licence is null")
                column: ColumnElement[Any] = get_column(self.find_field(one))
                return column.is_(None) if isinstance(operator, ast.Is) else column.is_not(None)
            case _:
                return self._compare_values(one, _OPERATORS[type(operator)], other)

    def _compare_values(self, one: ast.expr, sign: str, other: ast.expr) -> ColumnElement[bool]:
        if not self.is_field(one):
            if not self.is_field(other):
                raise self.make_error(one, "one side must be a field")
            one, other, sign = other, one, _MIRRORED[sign]
        field = self.find_field(one)
        if field.kind is FieldKind.TEXTS:
            raise self.make_error(one, f"{field.name} is a list: use 'text' in {field.name}")
        if field.kind is FieldKind.BOOLEAN and sign not in ("==", "!="):
            raise self.make_error(one, f"{field.name} is a boolean: it has no order")
        column = self._collate_bytewise(field)
        if self.is_field(other):
            second = self.find_field(other)
            if second.kind is not field.kind and {field.kind, second.kind} != {FieldKind.COUNT, FieldKind.SHARE}:
                raise self.make_error(other, f"{field.name} and {second.name} have different types")
            return self._apply_operator(column, sign, self._collate_bytewise(second))
        value = self.parse_value(other)
        if value is None:
            raise self.make_error(other, "use `is` to compare with null: licence is null")
        if field.kind is FieldKind.TIME:
            return self._compare_time(column, sign, other)
        return self._apply_operator(column, sign, self.bind_value(field, other))

    def _compare_time(self, column: ColumnElement[Any], sign: str, node: ast.expr) -> ColumnElement[bool]:
        first, last = self.parse_time_range(node)
        match sign:
            case "==":
                return self._treat_null_as_false(and_(column >= first, column <= last))
            case "!=":
                return not_(self._treat_null_as_false(and_(column >= first, column <= last)))
            case "<" | ">=":
                return self._apply_operator(column, sign, first)
            case _:
                return self._apply_operator(column, sign, last)

    def _build_membership(self, one: ast.expr, other: ast.expr) -> ColumnElement[bool]:
        if self.is_field(other):
            field = self.find_field(other)
            if field.kind is FieldKind.TEXT:
                return self._treat_null_as_false(
                    self._find_position(get_column(field), self._get_text_operand(one)) > 0
                )
            if field.kind is FieldKind.TEXTS:
                return self._contains_item(field, self._get_text_operand(one))
            raise self.make_error(other, f"{field.name} is neither a text nor a list")
        if not isinstance(other, ast.Tuple | ast.List) or not other.elts:
            raise self.make_error(other, "`in` takes a field or values: language in ('de', 'en')")
        return or_(*[self._compare_values(one, "==", value) for value in other.elts])

    def _get_text_operand(self, node: ast.expr) -> Any:
        if not self.is_field(node):
            return self.parse_text(node)
        field = self.find_field(node)
        if field.kind is not FieldKind.TEXT:
            raise self.make_error(node, f"{field.name} is not a text")
        return get_column(field)

    def _find_position(self, text: Any, part: Any) -> ColumnElement[Any]:
        return func.instr(text, part) if self._dialect == "sqlite" else func.strpos(text, part)

    def _starts_with(self, field: Field, start: str) -> ColumnElement[bool]:
        return self._treat_null_as_false(func.substr(get_column(field), 1, len(start)) == start)

    def _contains_item(self, field: Field, item: Any) -> ColumnElement[bool]:
        items = self._list_items(field)
        return exists(select(items.c.value).where(items.c.value == item))

    def _list_items(self, field: Field) -> TableValuedAlias:
        each = func.json_each if self._dialect == "sqlite" else func.json_array_elements_text
        return each(get_column(field)).table_valued(named_column("value"), joins_implicitly=True)

    def _collate_bytewise(self, field: Field) -> ColumnElement[Any]:
        column = get_column(field)
        return collate(column, "C") if field.kind is FieldKind.TEXT and self._dialect == "postgresql" else column

    def _apply_operator(self, one: Any, sign: str, other: Any) -> ColumnElement[bool]:
        conditions: dict[str, Any] = {
            "==": lambda: self._treat_null_as_false(one == other),
            "!=": lambda: one.is_distinct_from(other),
            "<": lambda: self._treat_null_as_false(one < other),
            "<=": lambda: self._treat_null_as_false(one <= other),
            ">": lambda: self._treat_null_as_false(one > other),
            ">=": lambda: self._treat_null_as_false(one >= other),
        }
        condition: ColumnElement[bool] = conditions[sign]()
        return condition

    @staticmethod
    def _treat_null_as_false(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        """Return the condition, with false in place of unknown where a field is null."""
        return func.coalesce(condition, false())
