"""From the reason of an unknown value to its cause and what to do."""

from __future__ import annotations

import pytest

from iacgate.model.causes import cause_of, causes_of

CASES = [
    ("var.env has no value", "var.env has no value", "pass --var-file FILE or --var env=VALUE", False),
    ("module.a.var.env has no value", "module.a.var.env has no value", "set env in the call of module.a", False),
    (
        'module.a["x.y"].module.b.var.env has no value',
        'module.a["x.y"].module.b.var.env has no value',
        'set env in the call of module.a["x.y"].module.b',
        False,
    ),
    ("known after apply: aws_vpc.main.id", "known after apply: aws_vpc.main.id", "nothing tells it before", True),
    ("known after apply", "known after apply", "nothing tells it before", True),
    ("number of ingress blocks is known after apply", "known after apply: ingress", "nothing tells it before", True),
    ("data.aws_ami.x.id is read by the provider", "read by the provider: data.aws_ami.x.id", "scan the plan", True),
    ("module.v (registry/x) is not downloaded", "module not downloaded: module.v (registry/x)", "terraform init", True),
    ("var.n may be set in a.tfvars, which could not be read", "file of values that does not parse", "correct", False),
    ("terraform.workspace is not known: pass --workspace", "terraform.workspace is not", "--workspace", True),
    ("timestamp() is only known when it runs", "function that differs from run to run", "scan the plan", True),
    ("the file x.json is not in the scanned folders", "file outside of what is scanned: x.json", "scan a folder", True),
    ("ephemeral.a.b is ephemeral: no plan ever holds it", "ephemeral value: ephemeral.a.b", "by hand", False),
    ("local.x is not declared", "not declared: local.x", "declare it", False),
    ("argument x is set twice in one block", "argument that is set twice: x", "remove one", False),
    ("local.x refers to itself", "circle of references: local.x", "break the circle", False),
    ('local.x fails: there is no attribute "y" here', 'local.x fails: there', "Terraform", False),
    ("this expression fails: null is no key", "this expression fails: null is no key", "Terraform refuses", False),
    ("local.x is not evaluated: the string is longer than 10 MiB", "local.x is not evaluated", "scan the plan", True),
    ("the value has more than 250000 elements", "the value has more than 250000 elements", "scan the plan", True),
    ("x_y.a may belong to it: bucket is known after apply: local.b", "known after apply: local.b", "before", True),
    ("x_y.a may belong to it: bucket is var.b has no value", "var.b has no value", "--var b=VALUE", False),
    ("bucket is module.m.data.x.y.id is read by the provider", "read by the provider: module.m", "scan the plan", True),
    ("x_y.b may be meant, bucket of x_y.a names several", "x_y.b may be meant", "scan the plan", True),
    ("build argument V has no default", "build argument without a default: V", "ARG NAME=VALUE", False),
    ("the policy is not valid JSON", "the policy is not valid JSON", "correct", False),
    ("set from var.region", "setting of a provider, which plans do not hold: var.region", "scan the source", False),
    ("something nobody thought of", "something nobody thought of", "", False),
    ("var.n has no value, and count of aws_vpc.a with it", "var.n has no value", "--var n=VALUE", False),
    (
        "var.n has no value, and count of aws_vpc.a with it, and for_each of aws_vpc.b with it",
        "var.n has no value",
        "--var n=VALUE",
        False,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "said", "way", "planned"), CASES)
def test_a_reason_has_a_cause_and_something_to_do(reason, said, way, planned):
    cause = cause_of(reason)
    assert str(cause).startswith(said)
    assert way in cause.help
    assert cause.planned is planned


def test_several_reasons_have_their_causes_once_each():
    found = causes_of("var.a has no value; known after apply: x.a.id; var.a has no value, and count of x.b with it")
    assert [str(cause) for cause in found] == ["var.a has no value", "known after apply: x.a.id"]
    assert causes_of("") == []
