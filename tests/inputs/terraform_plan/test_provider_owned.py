"""Unknown attributes that nobody configures leave the body, and nothing else does."""

from __future__ import annotations

import json

import pytest

from iacgate.model import Relation, Unknown, is_unknown

PLAIN = 'resource "aws_instance" "a" {\n  ami = "ami-1"\n}\n'
ATTRIBUTE = 'variable "o" {}\n' + PLAIN.replace("}", "  metadata_options = var.o\n}")
BLOCK = PLAIN.replace("}", '  metadata_options {\n    http_tokens = "required"\n  }\n}')
EACH = "for_each = aws_x.y.list"
DYNAMIC = PLAIN.replace("}", f'  dynamic "metadata_options" {{\n    {EACH}\n    content {{}}\n  }}\n}}')
JSON_DYNAMIC = json.dumps(
    {
        "resource": {
            "aws_instance": {
                "a": {
                    "ami": "ami-1",
                    "dynamic": {"metadata_options": {"for_each": "${aws_x.y.list}", "content": {"http_tokens": "x"}}},
                }
            }
        }
    }
)


def configuration(*blocks):
    return {"root_module": {"resources": list(blocks)}}


def block(kind, name, expressions):
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "expressions": expressions}


INSTANCE = block("aws_instance", "a", {"ami": {"constant_value": "ami-1"}})


@pytest.fixture
def beside(tmp_path, read_plan):
    """A plan with source beside it: ``files`` by name."""

    def make(files, *changes, **top):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        plan = {"format_version": "1.2", "resource_changes": list(changes), **top}
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        return read_plan(tmp_path / "plan.json")

    return make


@pytest.mark.parametrize(
    ("files", "what"),
    [
        pytest.param({"main.tf": PLAIN}, "left out", id="nobody configures it"),
        pytest.param(
            {"main.tf.json": '{"resource": {"aws_instance": {"a": {"ami": "ami-1"}}}}'}, "left out", id="JSON"
        ),
        pytest.param({"main.tf": DYNAMIC}, "dynamic", id="a dynamic block may make it"),
        pytest.param({"main.tf.json": JSON_DYNAMIC}, "dynamic", id="a dynamic block in JSON"),
        pytest.param({"main.tf": PLAIN, "override.tf": DYNAMIC}, "dynamic", id="a dynamic block of an override"),
        pytest.param({"main.tf": PLAIN.replace('"a"', '"b"')}, "open", id="the source has no such resource"),
        pytest.param({"main.tf": PLAIN.replace("ami ", "image ")}, "open", id="the source sets other arguments"),
        pytest.param({"main.tf": BLOCK}, "set", id="the source has a block"),
        pytest.param({"main.tf": ATTRIBUTE}, "set", id="the source has an argument"),
        pytest.param(
            {"main.tf": PLAIN, "more_override.tf": "resource {"}, "open", id="not all of the source can be read"
        ),
        pytest.param({}, "open", id="no source"),
    ],
)
def test_a_block_that_nobody_configures(beside, change, files, what):
    """Left out; unknown since the source sets it, which is a relation of its own; as the source has it; or open."""
    entry = change("aws_instance.a", {"ami": "ami-1"}, {"id": True, "metadata_options": True})
    resource = beside(files, entry, configuration=configuration(INSTANCE)).by_address["aws_instance.a"]
    path = {"set": ("metadata_options",), "dynamic": ("metadata_options", 0)}.get(what)
    expected = Relation(path=path, target="dynamic metadata_options", certain=False) if path else None
    assert resource.relations() == ((expected,) if expected else ())
    if what == "left out":
        assert resource.body == {"ami": "ami-1"}
        return
    assert list(resource.body) == ["ami", "metadata_options"]
    unknown = resource.get("metadata_options")
    if what == "dynamic":
        assert unknown == []
        assert unknown.like in ([{}], [{"http_tokens": "x"}])
        return
    reasons = {"set": "known after apply", "open": "the provider decides, unless a dynamic block does"}
    assert (unknown.reason, unknown.ref) == (reasons[what], None)


def test_what_is_configured_stays_unknown(beside, change):
    expressions = {
        "ami": {"constant_value": "ami-1"},
        "kms_key_id": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]},
    }
    source = PLAIN.replace("}", "  kms_key_id = aws_kms_key.k.arn\n}")
    entry = change("aws_instance.a", {"ami": "ami-1"}, {"kms_key_id": True})
    key = change("aws_kms_key.k", {})
    plan = beside({"main.tf": source}, entry, key, configuration=configuration(block("aws_instance", "a", expressions)))
    assert plan.by_address["aws_instance.a"].get("kms_key_id").reason == "known after apply: aws_kms_key.k.arn"


@pytest.mark.parametrize(
    ("actions", "before", "left_out"),
    [
        (("create",), None, True),
        (("delete", "create"), {"metadata_options": [{"http_tokens": "required"}]}, True),
        (("create", "forget"), {"metadata_options": [{"http_tokens": "required"}]}, True),
        (("update",), {"metadata_options": [{"http_tokens": "required"}]}, False),
        (("update",), {"metadata_options": None}, True),
        (("transmogrify",), {"metadata_options": [{}]}, False),
    ],
)
def test_what_an_update_recomputes_is_not_a_default(beside, change, actions, before, left_out):
    entry = change("aws_instance.a", {"ami": "ami-1"}, {"metadata_options": True}, actions=actions, before=before)
    plan = beside({"main.tf": PLAIN}, entry, configuration=configuration(INSTANCE))
    assert ("metadata_options" not in plan.by_address["aws_instance.a"].body) is left_out


DISKS = """
resource "aws_instance" "a" {
  ami = "ami-1"
  disk {
    device = "/a"
    kms    = var.key
  }
  disk {
    device = "/b"
  }
}
"""


@pytest.mark.parametrize(
    ("source", "left_out"),
    [
        pytest.param(DISKS, [False, True], id="constants tell the blocks apart"),
        pytest.param(DISKS.replace('"/b"', "var.device"), [False, False], id="nothing tells them apart"),
        pytest.param(
            DISKS.replace('"/a"', '"/A"'), [False, True], id="a constant that the provider spells its own way"
        ),
        pytest.param(DISKS.replace("    kms    = var.key\n", ""), [True, True], id="none of them sets it"),
        pytest.param(
            DISKS.replace(
                "    kms    = var.key\n", '    dynamic "kms" {\n      for_each = var.k\n      content {}\n    }\n'
            ),
            [False, True],
            id="a dynamic block inside",
        ),
        pytest.param(
            DISKS[:-2]
            + '  dynamic "disk" {\n    for_each = var.d\n    content {\n      kms = disk.value\n    }\n  }\n}\n',
            [False, False],
            id="a dynamic block of the same kind",
        ),
    ],
)
def test_inside_nested_blocks(beside, change, source, left_out):
    """Elements come sorted: the one of ``/b`` may stand anywhere."""
    after = {"ami": "ami-1", "disk": [{"device": "/a"}, {"device": "/b"}]}
    entry = change("aws_instance.a", after, {"disk": [{"kms": True}, {"kms": True}]})
    written = {"ami": {"constant_value": "ami-1"}, "disk": [{}, {}]}
    plan = beside({"main.tf": source}, entry, configuration=configuration(block("aws_instance", "a", written)))
    assert ["kms" not in disk for disk in plan.by_address["aws_instance.a"].get("disk")] == left_out


def test_the_parts_of_what_is_not_configured_at_all_stay(beside, change):
    entry = change("aws_instance.a", {"root": [{"size": 8}]}, {"root": [{"kms": True}]})
    plan = beside({"main.tf": PLAIN}, entry, configuration=configuration(INSTANCE))
    assert is_unknown(plan.by_address["aws_instance.a"].get("root", 0, "kms"))


def test_attributes_made_of_configured_ones_stay(beside, change):
    entry = change("aws_instance.a", {"ami": "ami-1"}, {"tags_all": True, "effective_labels": True})
    plan = beside({"main.tf": PLAIN}, entry, configuration=configuration(INSTANCE))
    assert all(
        isinstance(value, Unknown)
        for value in map(plan.by_address["aws_instance.a"].get, ("tags_all", "effective_labels"))
    )
    assert plan.by_address["aws_instance.a"].get("tags_all").reason == "known after apply"


def test_data_sources_and_deferred_changes_keep_their_unknowns(beside, change):
    data = change("data.aws_x.d", {}, {"id": True}, actions=("read",), mode="data", type="aws_x", name="d")
    deferred = {"reason": "resource_config_unknown", "resource_change": change("aws_instance.a", {}, {"id": True})}
    blocks = configuration(INSTANCE, {**block("aws_x", "d", {}), "mode": "data"})
    plan = beside({"main.tf": PLAIN}, data, deferred_changes=[deferred], configuration=blocks)
    assert is_unknown(plan.by_address["data.aws_x.d"].get("id"))
    assert is_unknown(plan.by_address["aws_instance.a"].get("id"))


def test_in_modules(beside, change, tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text(PLAIN)
    call = {"m": {"source": "./m", "module": {"resources": [INSTANCE]}}}
    entries = [
        change(f"{at}.aws_instance.a", {"ami": "ami-1"}, {"metadata_options": True}, module_address=at)
        for at in ('module.m["a.b"]', 'module.m["c"]')
    ]
    source = 'module "m" {\n  source   = "./m"\n  for_each = toset(["a.b", "c"])\n}\n'
    plan = beside({"main.tf": source}, *entries, configuration={"root_module": {"module_calls": call}})
    assert [plan.by_address[entry["address"]].body for entry in entries] == [{"ami": "ami-1"}] * 2


@pytest.mark.parametrize(
    ("others", "left_out"),
    [
        pytest.param([], False, id="nothing tells what it is"),
        pytest.param([{"mode": "fast"}], True, id="text in another instance"),
        pytest.param([{"mode": False}], True, id="a boolean in another instance"),
        pytest.param([{"mode": None}, {"mode": []}], False, id="null and empty lists tell nothing"),
        pytest.param([{"mode": [{"x": "y"}]}], False, id="it may be a block"),
    ],
)
def test_without_source_a_scalar_cannot_be_a_block(plan_of, change, others, left_out):
    entries = [change(f"aws_thing.other[{n}]", values) for n, values in enumerate(others)]
    entry = change("aws_thing.a", {"name": "n"}, {"mode": True})
    blocks = configuration(block("aws_thing", "a", {"name": {"constant_value": "n"}}))
    plan = plan_of(entry, *entries, configuration=blocks)
    assert ("mode" not in plan.by_address["aws_thing.a"].body) is left_out


@pytest.mark.parametrize("provider", ["google", "google-beta"])
def test_without_source_some_names_are_no_blocks_in_a_provider(plan_of, change, provider):
    unknown = {"public_access_prevention": True, "retention_policy": True}
    registry = f"registry.terraform.io/hashicorp/{provider}"
    entry = change("google_storage_bucket.a", {"name": "n"}, unknown, provider_name=registry)
    blocks = configuration(block("google_storage_bucket", "a", {"name": {"constant_value": "n"}}))
    plan = plan_of(entry, configuration=blocks)
    assert list(plan.by_address["google_storage_bucket.a"].body) == ["name", "retention_policy"]


@pytest.mark.parametrize("mode", ["managed", "data"])
def test_the_state_before_tells_types_of_managed_resources_only(plan_of, change, mode):
    prior = {"address": "x", "mode": mode, "type": "aws_thing", "name": "z", "values": {"mode": "fast"}}
    prior["provider_name"] = "registry.terraform.io/hashicorp/aws"
    state = {"values": {"root_module": {"resources": [prior]}}}
    entry = change("aws_thing.a", {}, {"mode": True})
    plan = plan_of(entry, prior_state=state, configuration=configuration(block("aws_thing", "a", {})))
    assert ("mode" not in plan.by_address["aws_thing.a"].body) is (mode == "managed")


@pytest.mark.parametrize(
    ("listed", "left_out"),
    [
        pytest.param([{"size": {"constant_value": 8}}], True, id="listed without it"),
        pytest.param([{"kms_key_id": {"references": ["local.k"]}}], False, id="listed with it"),
        pytest.param([{}, {}], False, id="another number of blocks than of elements"),
        pytest.param({"references": ["var.disks"]}, False, id="one expression for the whole"),
        pytest.param({}, False, id="one expression without references"),
        pytest.param(None, False, id="not listed, so by a dynamic block or by nobody"),
    ],
)
def test_without_source_inside_blocks(plan_of, change, listed, left_out):
    entry = change("aws_thing.a", {"disk": [{"size": 8}]}, {"disk": [{"kms_key_id": True}]})
    expressions = {"name": {"constant_value": "n"}} | ({} if listed is None else {"disk": listed})
    plan = plan_of(entry, configuration=configuration(block("aws_thing", "a", expressions)))
    assert ("kms_key_id" not in plan.by_address["aws_thing.a"].get("disk", 0)) is left_out


def test_a_plan_without_configuration_leaves_nothing_out(beside, change):
    plan = beside(
        {"main.tf": PLAIN}, change("aws_instance.a", {"ami": "ami-1"}, {"id": True, "metadata_options": True})
    )
    assert [is_unknown(plan.by_address["aws_instance.a"].get(name)) for name in ("id", "metadata_options")] == [
        True,
        True,
    ]


@pytest.mark.parametrize("odd", [[], {}, 1, None, True])
def test_entries_of_odd_shapes_are_read(plan_of, change, odd):
    entry = change("aws_thing.a", {"disk": odd}, {"id": True, "disk": [{"x": True}], "mode": True}, before=odd)
    entry.update(type=odd, provider_name=odd)
    blocks = configuration({**block("aws_thing", "a", {"disk": odd}), "type": odd})
    plan = plan_of(entry, change("aws_thing.b", odd, {"mode": True}), configuration=blocks)
    assert plan.by_address["aws_thing.a"].body is not None
