"""Expressions and scripts of a model's author, run without the power of Python.

RestrictedPython compiles them; guards keep attribute access, iteration and writes harmless; nothing can be
imported or opened. It does not stop an endless loop: a deployment is a reviewed act, and workers have time limits.
Knows nothing of BPMN.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

from RestrictedPython import compile_restricted_eval, compile_restricted_exec, limited_builtins, safe_builtins
from RestrictedPython.Eval import default_guarded_getitem, default_guarded_getiter
from RestrictedPython.Guards import full_write_guard, guarded_iter_unpack_sequence, safer_getattr


class ScriptRefused(ValueError):
    """The text is no valid expression or script, or uses what is not allowed; the message says what."""


_IN_PLACE = {
    "+=": operator.add,
    "-=": operator.sub,
    "*=": operator.mul,
    "/=": operator.truediv,
    "//=": operator.floordiv,
    "%=": operator.mod,
}
_PLAIN = (sum, min, max, any, all, dict, list, set, enumerate, map, filter)


def _in_place(sign: str, left: Any, right: Any) -> Any:
    return _IN_PLACE[sign](left, right)


GUARDS: dict[str, Any] = {
    "__builtins__": {**safe_builtins, **limited_builtins, **{f.__name__: f for f in _PLAIN}},
    "_getattr_": safer_getattr,
    "_getiter_": default_guarded_getiter,
    "_getitem_": default_guarded_getitem,
    "_iter_unpack_sequence_": guarded_iter_unpack_sequence,
    "_write_": full_write_guard,
    "_inplacevar_": _in_place,
    "__metaclass__": type,
    "__name__": "script",
}


@lru_cache(maxsize=4096)
def compiled(source: str, mode: str) -> CodeType:
    """The code of `source`; mode is "eval" or "exec". Raises ScriptRefused."""
    compile_it = compile_restricted_eval if mode == "eval" else compile_restricted_exec
    outcome = compile_it(source)
    if outcome.errors or outcome.code is None:
        raise ScriptRefused("; ".join(outcome.errors))
    return outcome.code


def evaluate(expression: str, names: Mapping[str, Any]) -> Any:
    """The value of an expression over `names`; the guards cannot be replaced by a name."""
    return eval(compiled(expression.strip(), "eval"), {**names, **GUARDS})


def execute(script: str, names: Mapping[str, Any], fixed: Mapping[str, Any]) -> dict[str, Any]:
    """The names that `script` leaves behind, started from a deep copy of `names`: a script is atomic."""
    given = {**fixed, **GUARDS}
    space = {**copy.deepcopy(dict(names)), **given}
    exec(compiled(script, "exec"), space)
    return {
        key: value
        for key, value in space.items()
        if key not in given and not key.startswith("_") and not callable(value)
    }
