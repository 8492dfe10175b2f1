"""Functions of the AWS provider that need nothing but their arguments. Source: its documentation.

In: strings. Out: objects and strings; ``Fault`` where the provider refuses.
"""

from __future__ import annotations

from typing import Any

from iacgate.lang.terraform.functions.signature import Function
from iacgate.lang.terraform.types import STRING, Type
from iacgate.lang.terraform.values import Fault

_PARTS = ("partition", "service", "region", "account_id", "resource")
_ARN = Type("object", attributes=dict.fromkeys(_PARTS, (STRING, False, None)))


def _parsed(arn: str) -> dict[str, str]:
    pieces = arn.split(":", 5)
    if len(pieces) < 6 or pieces[0] != "arn":
        raise Fault("this is not an ARN")
    return dict(zip(_PARTS, pieces[1:], strict=True))


def _build(partition: str, service: str, region: str, account: str, resource: str) -> str:
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"


def _without_path(arn: str) -> str:
    found = _parsed(arn)
    kind, slash, name = found["resource"].partition("/")
    if found["service"] != "iam" or kind != "role" or not slash:
        raise Fault("this is not the ARN of an IAM role")
    found["resource"] = f"role/{name.rpartition('/')[2]}"
    return ":".join(["arn", *found.values()])


def _arn_type(_: Any) -> Type:
    return _ARN


FUNCTIONS: dict[str, Function] = {
    "provider::aws::arn_build": Function("string string string string string -> string", _build),
    "provider::aws::arn_parse": Function("string -> any", _parsed, _arn_type),
    "provider::aws::trim_iam_role_path": Function("string -> string", _without_path),
}
