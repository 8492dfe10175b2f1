"""A provider's empty lists are no blocks, and so are absent as in the source; what somebody wrote stays."""

from __future__ import annotations

import pytest

from iacgate.inputs.terraform_plan.empty_blocks import without_empty_blocks
from iacgate.model import is_unknown

CONSTANT = {"constant_value": "x"}


@pytest.mark.parametrize(
    ("body", "expressions", "expected"),
    [
        pytest.param({"name": "x", "rule": []}, {"name": CONSTANT}, {"name": "x"}, id="no block"),
        pytest.param({"cidrs": []}, {"cidrs": {"constant_value": []}}, {"cidrs": []}, id="an empty list is written"),
        pytest.param({"cidrs": []}, {"cidrs": {}}, {"cidrs": []}, id="a call on literals"),
        pytest.param({"cidrs": []}, {"cidrs": {"references": ["var.x"]}}, {"cidrs": []}, id="a variable"),
        pytest.param({"rule": [{"x": []}]}, {"rule": [{}]}, {"rule": [{}]}, id="inside a block"),
        pytest.param(
            {"rule": [{"x": []}]}, {"rule": [{"x": CONSTANT}]}, {"rule": [{"x": []}]}, id="written in a block"
        ),
        pytest.param(
            {"rule": [{"x": []}, {"x": [1]}]},
            {"rule": [{"x": CONSTANT}, {}]},
            {"rule": [{"x": []}, {"x": [1]}]},
            id="sets are sorted, so either entry may be this element's",
        ),
        pytest.param({"rule": [{"x": []}]}, {}, {"rule": [{"x": []}]}, id="a dynamic block may have written it"),
        pytest.param(
            {"rule": [{"x": []}, {"x": []}]},
            {"rule": [{}]},
            {"rule": [{"x": []}, {"x": []}]},
            id="more than are written",
        ),
        pytest.param({"rule": []}, None, {"rule": []}, id="no configuration"),
        pytest.param([], {}, [], id="no object"),
        pytest.param(
            {"rule": {"x": []}}, {"rule": CONSTANT}, {"rule": {"x": []}}, id="inside of an expression's value"
        ),
    ],
)
def test_empty_lists(body, expressions, expected):
    assert without_empty_blocks(body, expressions) == expected


def test_nothing_is_copied_or_changed_without_need():
    inner = {"x": [1]}
    body = {"rule": [inner], "more": [2]}
    assert without_empty_blocks(body, {"rule": [{"x": CONSTANT}]}) is body
    body = {"rule": [inner], "none": []}
    made = without_empty_blocks(body, {"rule": [{}]})
    assert body == {"rule": [{"x": [1]}], "none": []}
    assert made["rule"] is body["rule"]


def test_deep_configurations_end():
    body, expressions = {"b": []}, {}
    for _ in range(5_000):
        body, expressions = {"a": [body]}, {"a": [expressions]}
    assert without_empty_blocks(body, expressions) is body


def test_the_text_of_a_deferred_policy_document_is_rebuilt_where_it_stands(plan_of, change):
    after = {"statement": [{"actions": ["s3:*"], "principals": []}]}
    unknown = {"id": True, "json": True, "statement": [{"resources": [True]}]}
    entry = change("data.aws_iam_policy_document.p", after, unknown, actions=("read",), mode="data")
    block = {"mode": "data", "type": "aws_iam_policy_document", "name": "p"}
    block["expressions"] = {"statement": [{"actions": CONSTANT, "resources": {"references": ["aws_s3_bucket.b.arn"]}}]}
    resource = plan_of(entry, configuration={"root_module": {"resources": [block]}}).live[0]
    (statement,) = resource.body["json"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", ["s3:*"])
    assert is_unknown(statement["Resource"][0])
    assert "principals" not in resource.body["statement"][0]
    assert [item.path for item in resource.relations()] == [("statement", 0, "resources")]
