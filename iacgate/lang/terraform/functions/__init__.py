"""Terraform's functions by name. In: argument values, perhaps unknown or sensitive. Out: a value; ``Fault`` where
Terraform refuses.

Each module here holds one family; it is loaded when one of its functions is first called. How a family's functions
treat unknown and sensitive arguments is settled here, once:

* *whole*: the function sees only wholly known, unmarked values;
* *open*: it sees containers whose elements may be unknown or sensitive, and passes those on untouched.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from iacgate.lang.terraform.values import (
    Exhausted,
    Fault,
    affordable,
    bare,
    first_unknown,
    has_secret,
    secret,
    unknown_from,
)
from iacgate.model import Secret, Unknown

_FAMILIES = {
    "text": """
        chomp endswith format formatlist indent join lower regex regexall replace split startswith strcontains
        strrev substr title trim trimprefix trimspace trimsuffix upper
    """,
    "collection": """
        alltrue anytrue chunklist coalesce coalescelist compact concat contains distinct element flatten index
        keys length list lookup map matchkeys merge one reverse setintersection setproduct setsubtract setunion slice
        sort transpose values zipmap tobool tolist tomap tonumber toset tostring
    """,
    "numeric": "abs ceil floor log max min parseint pow range signum sum",
    "encoding": """
        base64decode base64encode base64sha256 base64sha512 csvdecode jsondecode jsonencode md5 sha1 sha256
        sha512 textdecodebase64 textencodebase64 urlencode uuidv5 yamldecode yamlencode
    """,
    "network": "cidrhost cidrnetmask cidrsubnet cidrsubnets",
    "moment": "formatdate timeadd timecmp",
}
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names.split()}
_OPEN = """
    alltrue anytrue chunklist coalesce coalescelist concat contains element flatten format join jsonencode jsondecode
    keys length list lookup map merge one reverse setproduct setunion slice startswith endswith tolist tomap toset
    values yamldecode yamlencode zipmap
"""
_NULLABLE = """
    coalesce coalescelist compact contains format formatlist jsonencode yamlencode lookup merge tobool tolist tomap
    tonumber toset tostring setproduct
"""
_OPEN_NAMES = frozenset(_OPEN.split())
_NULLABLE_NAMES = frozenset(_NULLABLE.split())
UNDETERMINED = frozenset(
    {"timestamp", "plantimestamp", "uuid", "bcrypt", "rsadecrypt", "abspath", "pathexpand", "ephemeralasnull"}
)
"""Functions whose result depends on when or where they run."""


def call(name: str, arguments: list[Any]) -> Any:
    """The value of ``name(arguments)``. A function that is not known here gives an ``Unknown`` that names it."""
    family = _FAMILY_OF.get(name)
    if family is None:
        return _elsewhere(name, arguments)
    if name not in _NULLABLE_NAMES and any(argument is None for argument in arguments):
        raise Fault(f"an argument of {name} must not be null")
    function = cast("Callable[..., Any]", import_module(f"{__name__}.{family}").FUNCTIONS[name])
    if name in _OPEN_NAMES:
        return _open(name, function, arguments)
    return _whole(name, function, arguments)


def _elsewhere(name: str, arguments: list[Any]) -> Any:
    if name == "sensitive":
        return secret(_only(name, arguments))
    if name == "nonsensitive":
        return bare(_only(name, arguments))
    if name == "issensitive":
        value = _only(name, arguments)
        return unknown_from(value) if isinstance(value, Unknown) else has_secret(value)
    if name in UNDETERMINED:
        return Unknown(f"{name}() is only known when it runs")
    return Unknown(f"the function {name} is not evaluated here")


def _only(name: str, arguments: list[Any]) -> Any:
    if len(arguments) != 1:
        raise Fault(f"{name} takes one argument")
    return arguments[0]


def _open(name: str, function: Callable[..., Any], arguments: list[Any]) -> Any:
    marked = any(isinstance(argument, Secret) for argument in arguments)
    given = [bare(argument) if isinstance(argument, Secret) else argument for argument in arguments]
    value = _applied(name, function, given)
    return secret(value) if marked else value


def _whole(name: str, function: Callable[..., Any], arguments: list[Any]) -> Any:
    for argument in arguments:
        hole = first_unknown(argument)
        if hole is not None:
            return unknown_from(hole)
    if any(has_secret(argument) for argument in arguments):
        return secret(_applied(name, function, [bare(argument) for argument in arguments]))
    return _applied(name, function, arguments)


def _applied(name: str, function: Callable[..., Any], arguments: list[Any]) -> Any:
    for argument in arguments:
        affordable(argument)
    try:
        return function(*arguments)
    except TypeError as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is None:
            raise Fault(f"{name} does not take {len(arguments)} arguments") from error
        raise Exhausted(f"{name} is not evaluated for these arguments") from error
    except (ValueError, OverflowError, ArithmeticError, RecursionError) as error:
        raise Exhausted(f"{name} is not evaluated for these arguments") from error
