"""Terraform's JSON syntax: the same tree as the native one, with places in the JSON text."""

from __future__ import annotations

import json

import pytest

from iacgate.errors import SyntaxFailure
from iacgate.syntax.hcl import json_blocks, parse, parse_json, walk
from iacgate.syntax.hcl import nodes as n

CONFIGURATION = {
    "//": "top",
    "terraform": {"required_version": ">= 1", "backend": {"s3": {"bucket": "state"}}},
    "variable": {"v": {"type": "list(string)", "validation": [{"condition": "${true}"}, {"condition": "${false}"}]}},
    "locals": [{"a": 1}, {"b": "${local.a}"}],
    "resource": {
        "aws_instance": {
            "web": {
                "//": "inner",
                "count": 2,
                "ami": "x-${var.v}",
                "lifecycle": {"prevent_destroy": True},
                "provisioner": [{"local-exec": {"command": "a"}}, {"file": {"source": "b"}}],
                "ebs_block_device": [{"size": 1}, {"size": 2}],
                "dynamic": {"tag": {"for_each": "${var.v}", "content": {"key": "${tag.value}"}}},
            },
            "db": [{"ami": "y"}],
        },
        "aws_vpc": {"main": {}},
    },
    "output": {"o": {"value": "${local.b}"}},
}


def outline(body) -> list:
    return [*body.attributes, *((block.type, block.labels, outline(block.body)) for block in body.blocks)]


EXPECTED = [
    ("terraform", (), ["required_version", ("backend", ("s3",), ["bucket"])]),
    ("variable", ("v",), ["type", ("validation", (), ["condition"]), ("validation", (), ["condition"])]),
    ("locals", (), ["a"]),
    ("locals", (), ["b"]),
    (
        "resource",
        ("aws_instance", "web"),
        [
            "count",
            "ami",
            "ebs_block_device",
            ("lifecycle", (), ["prevent_destroy"]),
            ("provisioner", ("local-exec",), ["command"]),
            ("provisioner", ("file",), ["source"]),
            ("dynamic", ("tag",), ["for_each", ("content", (), ["key"])]),
        ],
    ),
    ("resource", ("aws_instance", "db"), ["ami"]),
    ("resource", ("aws_vpc", "main"), []),
    ("output", ("o",), ["value"]),
]


@pytest.mark.parametrize("indent", [None, 1, "\t"])
def test_outline(indent):
    assert outline(parse_json(json.dumps(CONFIGURATION, indent=indent), "x.tf.json").body) == EXPECTED


def test_the_top_may_be_a_list():
    text = json.dumps([{key: value} for key, value in CONFIGURATION.items()])
    assert outline(parse_json(text, "x.tf.json").body) == EXPECTED


@pytest.mark.parametrize(
    ("value", "tree"),
    [
        ("1", "1"),
        ("-3", "-3"),
        ("1.50", "1.50"),
        ("-1e3", "-1E+3"),
        ("123456789012345678901", "123456789012345678901"),
        ("true", "true"),
        ("null", "null"),
        ('"a"', "'a'"),
        ('"\\u00e9\\n\\ud83d\\ude00"', "'é\\n😀'"),
        ('"\\ud800"', "'\ufffd'"),
        ('"${a.b}"', "T(${a.b})"),
        ('"a${f(\\"b\\")}c"', "T('a', ${f('b')}, 'c')"),
        ('"$${a}"', "'${a}'"),
        ('"%{ if a }b%{ endif }"', "T(if(a: 'b'))"),
        ('[1, "${a}", [], {}]', "[1, T(${a}), [], {}]"),
        ('{"a": 1, "${b}": 2, "//": 3}', "{'a' = 1, T(${b}) = 2, '//' = 3}"),
    ],
)
def test_values(value, tree, show):
    file = parse_json(f'{{"a": {value}}}', "x.tf.json")
    assert show(file.body.attributes["a"].expression) == tree


def test_strings_of_variable_values_mean_themselves(show):
    text = '{"a": "${b}", "locals": {"c": "$${d}"}}'
    body = parse_json(text, "prod.auto.tfvars.json").body
    assert [show(attribute.expression) for attribute in body.attributes.values()] == ["'${b}'", "{'c' = '$${d}'}"]
    assert body.blocks == []


def test_places():
    text = '{"resource": {"a": {"b": {\n  "n": "\\u00e9${var.x}\\n${f(\\"q\\")}",\n  "m": [1]}}}}'
    file = parse_json(text, "x.tf.json")
    (block,) = file.body.blocks
    assert file.text[slice(*block.header_span)] == '"b"'
    assert [file.text[slice(*span)] for span in block.label_spans] == ['"a"', '"b"']
    attribute = block.body.attributes["n"]
    assert file.text[slice(*attribute.name_span)] == '"n"'
    assert file.slice(attribute.expression) == '"\\u00e9${var.x}\\n${f(\\"q\\")}"'
    slices = {type(node).__name__: file.slice(node) for node in walk(attribute.expression)}
    assert slices["Traversal"] == "var.x"
    assert slices["FunctionCall"] == 'f(\\"q\\")'
    call = next(node for node in walk(attribute) if isinstance(node, n.FunctionCall))
    assert file.text[call.start : call.name_end] == "f"
    assert str(file.location(call)) == "x.tf.json:2:27"


def test_comments():
    file = parse_json(json.dumps(CONFIGURATION, indent=1), "x.tf.json")
    assert [file.text[start:end] for start, end in file.comments] == ["top", "inner"]
    assert [(remark.text, remark.alone) for remark in file.remarks()] == [("top", True), ("inner", True)]


def test_json_blocks():
    text = '{"resource": {"a": {"b": {"x": {"p": 1, "dynamic": {"d": {"content": {}}}}, "y": [{"p": 1}, {"p": 2}],'
    text += ' "z": [1], "w": 1, "v": [], "//": ""}}}}'
    file = parse_json(text, "x.tf.json")
    attributes = file.body.blocks[0].body.attributes
    (block,) = json_blocks(attributes["x"])
    assert (block.type, outline(block.body)) == ("x", ["p", ("dynamic", ("d",), [("content", (), [])])])
    assert block.body.json
    assert file.slice(block).startswith('"x": {"p"')
    assert [file.slice(block) for block in json_blocks(attributes["y"])] == ['{"p": 1}', '{"p": 2}']
    assert json_blocks(attributes["z"]) is None
    assert json_blocks(attributes["w"]) is None
    assert json_blocks(attributes["v"]) == []


def test_null_is_no_block():
    assert parse_json('{"locals": null, "resource": {"a": null}}', "x.tf.json").body.blocks == []


def test_the_same_tree_as_in_native_syntax(show):
    native = parse('resource "a" "b" {\n  c = "x${var.d}"\n  lifecycle {\n    e = true\n  }\n}\n', "x.tf").body
    text = '{"resource": {"a": {"b": {"c": "x${var.d}", "lifecycle": {"e": true}}}}}'
    other = parse_json(text, "x.tf.json").body
    assert outline(native) == outline(other)
    one, two = (body.blocks[0].body.attributes["c"].expression for body in (native, other))
    assert show(one) == show(two)


REFUSED = [
    ("", "1:1", "expected a JSON value, found the end of the file"),
    ("[1]", "1:2", "the file must be an object or a list of objects"),
    ('"a"', "1:1", "the file must be an object or a list of objects"),
    ('{"a": 1,}', "1:8", '"," before "}": JSON has no comma after the last member'),
    ('{"a": [1,]}', "1:9", '"," before "]": JSON has no comma after the last item'),
    ('{"a": 1 "b": 2}', "1:9", 'expected "," or "}" after a member of the object, found "b"'),
    ("{'a': 1}", "1:2", '"\'" begins no JSON value'),
    ("{a: 1}", "1:2", 'expected a key in double quotes, or "}" to close the object, found "a"'),
    ('{"a" 1}', "1:6", 'expected ":" after a key, found "1"'),
    ('{"a": 1} x', "1:10", 'expected the end of the file after the JSON value, found "x"'),
    ('{"a": tru}', "1:7", 'expected a JSON value, found "tru"'),
    ('{"a": 01}', "1:7", '"0" begins no JSON value'),
    ('{"a": "x\ny"}', "1:7", "this string is never closed on its line"),
    ('{"a": "\\x"}', "1:7", "the string has an escape that JSON does not know"),
    ("// a\n{}", "1:1", '"/" begins no JSON value'),
    ('{"a":\n "x\\n${1 +}"}', "2:11", 'expected an expression, found "}"'),
    ('{"a": "${"}', "1:10", "expected an expression, found the end of the file"),
    ('{"resource": 1}', "1:14", "the member resource, which needs 2 more level(s) of names, must be an object"),
    ('{"resource": {"a": {"b": 3}}}', "1:26", "the block resource must be an object or a list of objects"),
    ('{"locals": {"a": 1,\n"a": 2}}', "2:1", 'argument "a" is set a second time in the same block, first on line 1'),
]


@pytest.mark.parametrize(("text", "place", "message"), REFUSED)
def test_refused(text, place, message):
    with pytest.raises(SyntaxFailure) as failure:
        parse_json(text, "x.tf.json")
    assert str(failure.value).startswith(f"x.tf.json:{place}: {message}")
