"""Terraform's functions by name. In: argument values, perhaps unknown or sensitive. Out: a value; ``Fault`` where
Terraform refuses.

Each module here holds one family; it is loaded when one of its functions is first called. What a function takes is
written in its signature (:mod:`~iacgate.lang.terraform.functions.signature`): its own code sees only values that fit.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from iacgate.lang.terraform.functions.signature import Function, invoke
from iacgate.lang.terraform.values import Exhausted, affordable
from iacgate.model import Unknown

_FAMILIES = {
    "text": """
        chomp endswith indent join lower replace split startswith strcontains strrev substr title trim trimprefix
        trimspace trimsuffix upper
    """,
    "formatting": "format formatlist",
    "matching": "regex regexall",
    "collection": """
        alltrue anytrue chunklist coalesce coalescelist compact concat contains distinct element flatten index
        keys length list lookup map matchkeys merge one reverse slice sort transpose values zipmap
    """,
    "sets": "setintersection setproduct setsubtract setunion",
    "numeric": "abs ceil floor log max min parseint pow range signum sum",
    "encoding": """
        base64decode base64encode base64gunzip base64gzip csvdecode jsondecode jsonencode textdecodebase64
        textencodebase64 urldecode urlencode yamldecode yamlencode
    """,
    "digest": "base64sha256 base64sha512 bcrypt md5 rsadecrypt sha1 sha256 sha512 uuid uuidv5",
    "network": "cidrcontains cidrhost cidrnetmask cidrsubnet cidrsubnets",
    "moment": "formatdate plantimestamp timeadd timecmp timestamp",
    "meta": """
        abspath basename dirname ephemeralasnull issensitive nonsensitive pathexpand sensitive tobool tolist tomap
        tonumber toset tostring
    """,
    "aws": "provider::aws::arn_build provider::aws::arn_parse provider::aws::trim_iam_role_path",
}
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names.split()}


def call(name: str, arguments: list[Any]) -> Any:
    """The value of ``name(arguments)``. A function that is not known here gives an ``Unknown`` that names it."""
    family = _FAMILY_OF.get(name)
    if family is None:
        if name.startswith("provider::"):
            return Unknown(f"the function {name} is not evaluated here")
        return Unknown(f"the function {name} is not evaluated here")
    for argument in arguments:
        affordable(argument)
    function = cast("Function", import_module(f"{__name__}.{family}").FUNCTIONS[name])
    try:
        return invoke(name, function, arguments)
    except (ArithmeticError, RecursionError, UnicodeError) as error:
        raise Exhausted(f"{name} is not evaluated for these arguments") from error
