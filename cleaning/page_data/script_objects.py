"""Read the object literals of scripts that are no JSON: names without quotes, single quotes, Nuxt's function."""

from __future__ import annotations

import re
from typing import Any

import json_repair

MAX_CHARACTERS = 150_000  # of a script: repairing takes two seconds a million characters
MAX_DEPTH = 60
MAX_NAME_CHARACTERS = 3  # of the parameters of Nuxt's function: a, b, aa
OBJECT = re.compile(r"(?:[=(,]|return)\s{0,20}(?=\{\s{0,20}[\w$'\"]+\s{0,20}:)")
# Nuxt writes values that occur more than once as arguments: (function(a,b){return {title:a}}("The title",false))
FUNCTION = re.compile(r"\(function\s{0,5}\(([\w$, ]{0,20000})\)\s{0,5}\{\s{0,5}return\s{0,5}(?=\{)")
# A string, or a value that is the name of a parameter, or a short form of null, true and false.
TOKEN = re.compile(
    r"(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|(?<=[:,\[(])(?:(void 0)|(!0)|(!1)|([A-Za-z_$][\w$]{0,2}))(?=[,}\])])",
    re.DOTALL,
)


def read_script_object(text: str) -> dict[str, Any] | None:
    """Return the first object that a script writes as a literal; None where there is none, or the script is long."""
    if len(text) > MAX_CHARACTERS:
        return None
    function = FUNCTION.search(text)
    found = function or OBJECT.search(text)
    if found is None:
        return None
    end = text.rfind("}(") + 1 if function else len(text)
    value = _repair(text[found.end() : max(end, found.end())])
    if isinstance(value, list):  # what follows the object
        value = next((one for one in value if isinstance(one, dict)), None)
    if not isinstance(value, dict):
        return None
    if function is None:
        return value
    arguments = _repair(f"[{text[end + 1 :].rstrip(' ;)')}]")
    names = [name.strip() for name in function[1].split(",")]
    values = arguments if isinstance(arguments, list) else []
    resolved = _resolve(value, dict(zip(names, values, strict=False)), 0)
    return resolved if isinstance(resolved, dict) else None


def _repair(text: str) -> Any:
    try:
        return json_repair.loads(TOKEN.sub(_write_as_json, text), skip_json_loads=True)
    except (ValueError, RecursionError):
        return None


def _write_as_json(token: re.Match[str]) -> str:
    text, undefined, true, false, name = token.groups()
    if text:
        return text.replace("\\/", "/")
    return "null" if undefined else "true" if true else "false" if false else f'"{name}"'


def _resolve(value: Any, arguments: dict[str, Any], depth: int) -> Any:
    """Return a value with the arguments in place of the names of parameters."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, str):
        return arguments.get(value, value) if len(value) <= MAX_NAME_CHARACTERS else value
    if isinstance(value, list):
        return [_resolve(one, arguments, depth + 1) for one in value]
    if isinstance(value, dict):
        return {key: _resolve(one, arguments, depth + 1) for key, one in value.items()}
    return value
