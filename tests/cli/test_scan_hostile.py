"""What ``iacgate scan`` does with files that nobody would write by hand: the right exit code and a sentence, never a
traceback, never silence, never green."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from iacgate.cli.entry import run

LEVELS = 200_000
POD_HEAD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: "
PLAN_HEAD = '{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": '


def alias_bomb() -> str:
    rows = [f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]" for n in range(12)]
    return "\n".join(["a: &a [x, x, x, x, x, x, x, x, x, x]", *rows, "apiVersion: v1", "kind: Pod"])


UNREADABLE = {
    "hcl broken": ("main.tf", 'resource "aws_vpc" "a" {\n'),
    "hcl brackets": ("main.tf", "locals {\n  a = " + "[" * LEVELS + "]" * LEVELS + "\n}\n"),
    "hcl objects": ("main.tf", "locals {\n  a = " + "{a=" * LEVELS + "1" + "}" * LEVELS + "\n}\n"),
    "hcl parentheses": ("main.tf", "locals {\n  a = " + "(" * LEVELS + "1" + ")" * LEVELS + "\n}\n"),
    "hcl blocks": ("main.tf", "a {\n" * LEVELS + "}\n" * LEVELS),
    "hcl templates": ("main.tf", 'locals {\n  a = "' + "${" * LEVELS + "1" + "}" * LEVELS + '"\n}\n'),
    "hcl negations": ("main.tf", "locals {\n  a = " + "!" * LEVELS + "true\n}\n"),
    "hcl binary": ("main.tf", bytes(range(256)) * 40),
    "hcl utf-16": ("main.tf", 'locals {\n  a = "ä"\n}\n'.encode("utf-16")),
    "hcl json broken": ("main.tf.json", '{"resource": '),
    "hcl json brackets": ("main.tf.json", '{"locals": {"a": ' + "[" * LEVELS + "]" * LEVELS + "}}"),
    "yaml broken": ("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: [\n"),
    "yaml sequences": ("pod.yaml", POD_HEAD + "[" * LEVELS + "]" * LEVELS),
    "yaml mappings": ("pod.yaml", POD_HEAD + "{a: " * LEVELS + "1" + "}" * LEVELS),
    "yaml dashes": ("pod.yaml", POD_HEAD + "\n" + "- " * LEVELS + "1"),
    "yaml alias bomb": ("pod.yaml", alias_bomb()),
    "yaml alias of itself": ("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: &a [*a]\n"),
    "yaml control characters": ("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: \x01}\n"),
    "plan cut off": ("plan.json", PLAN_HEAD + '{"root_module": {"resources": [{"address": "aws_vpc'),
    "plan brackets": ("plan.json", PLAN_HEAD + '{"root_module": {"resources": ' + "[" * LEVELS + "]" * LEVELS + "}}}"),
    "plan of the wrong type": ("plan.json", PLAN_HEAD + "7}"),
    "plan not in json": ("tfplan.json", '{"format_version": "1.2", "planned_values": NaN'),
    "dockerfile word": ("Dockerfile", "FROM alpine\nNONSENSE x\n"),
    "dockerfile of one line": ("Dockerfile", "FROM alpine\nRUN " + "$(" * LEVELS + ")" * LEVELS + "\n"),
    "dockerfile braces": ("Dockerfile", "FROM alpine\nENV A=" + "${A:-" * LEVELS + "}" * LEVELS + "\n"),
    "dockerfile binary": ("Dockerfile", b"FROM alpine\nRUN \xff\xfe\x00\x01\n"),
    "dockerfile open heredoc": ("Dockerfile", "FROM alpine\nRUN <<EOF\nhello\n"),
}


@pytest.mark.parametrize(("name", "content"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_named_and_never_green(name, content, here, capsys):
    (here / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert run(["scan", "-o", "json=report.json"]) == 3
    out, err = capsys.readouterr()
    assert f"not understood: {name}" in out
    assert "= help: " in out, "what to do about it"
    assert "gate incomplete (exit 3)" in out
    assert "Traceback" not in out + err
    report = json.loads((here / "report.json").read_text())
    assert [source["path"] for source in report["sources"] if source["status"] == "unreadable"] == [name]
    trouble, *left_out = report["errors"]
    assert trouble["location"]["file"] == name
    assert trouble["location"]["line"] >= 1
    assert all(one["message"].endswith("not judged") for one in left_out)
    assert 10 < len(trouble["message"]) < 400
    assert 10 < len(trouble["hint"]) < 200


def test_entry_of_a_plan_that_is_none_says_what_to_do_about_it(here, capsys):
    (here / "plan.json").write_text('{"format_version": "1.2", "resource_changes": [7]}')
    assert run(["scan", "-o", "json"]) == 3
    (trouble,) = json.loads(capsys.readouterr().out)["errors"]
    assert "resource_changes[0]" in trouble["message"]
    assert "terraform show -json" in trouble["hint"]


@pytest.mark.parametrize("name", sorted({name for name, _ in UNREADABLE.values()}))
def test_empty_file_holds_nothing_and_nothing_is_wrong_with_it(name, here, capsys):
    (here / name).write_bytes(b"")
    never_empty = name in {"Dockerfile", "tfplan.json", "main.tf.json"}
    assert run(["scan"]) == (3 if never_empty else 0)
    out, err = capsys.readouterr()
    assert (name in out + err) == never_empty
    assert "Traceback" not in err


DEEP_RULE = f"""\
id: x
title: t
severity: low
on: [Pod]
why: w
fix: f
since: '0.1'
deny: '{"(" * 5000}a{")" * 5000}'
"""
DEEP_SETTINGS = {
    "settings": ("iacgate.yaml", "rollout: " + "[" * LEVELS, []),
    "settings bomb": ("iacgate.yaml", alias_bomb(), []),
    "settings binary": ("iacgate.yaml", b"\xff\x00\xfe", []),
    "pyproject": ("pyproject.toml", "[tool.iacgate]\na = " + "[" * 5000 + "]" * 5000, []),
    "exceptions": ("e.yaml", "exceptions: " + "[" * LEVELS, ["--exceptions", "e.yaml"]),
    "baseline": ("b.json", "[" * LEVELS, ["--baseline", "b.json"]),
    "rule": ("p/x.yaml", "id: x\non: " + "[" * LEVELS, ["--pack", "p"]),
    "expression": ("p/x.yaml", DEEP_RULE, ["--pack", "p"]),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "words"), DEEP_SETTINGS.values(), ids=DEEP_SETTINGS)
def test_settings_that_nobody_would_write_are_usage(name, content, words, pod, capsys):
    (pod / name).parent.mkdir(exist_ok=True)
    (pod / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert run(["scan", *words]) == 2
    out, err = capsys.readouterr()
    assert name in err
    assert err.startswith("error: ")
    assert len(err) < 1000
    assert out == ""


def test_folder_that_leads_to_itself_is_walked_once(pod, capsys):
    os.symlink(".", pod / "again")
    assert run(["scan", "-q", "-o", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [source["path"] for source in report["sources"] if source["status"] == "read"] == ["pod.yaml"]


def test_link_that_leads_out_of_the_repository_or_nowhere_stops_nothing(pod, capsys):
    os.symlink("/nowhere/at/all.yaml", pod / "gone.yaml")
    os.symlink("/etc/hostname", pod / "host.tf")
    assert run(["scan"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_pipe_in_a_folder_is_not_waited_for(pod, iacgate):
    os.mkfifo(pod / "pipe.tf")
    assert iacgate("scan", timeout=60).returncode == 1


def test_thousands_of_files_that_are_not_ours(here, iacgate):
    (here / "many").mkdir()
    for number in range(3000):
        (here / f"many/{number}.txt").write_text("")
    done = iacgate("scan")
    assert done.returncode == 0
    assert "nothing to scan" in done.stdout + done.stderr


@pytest.mark.slow
def test_plan_of_a_hundred_megabytes(here, iacgate):
    def entry(number: int) -> dict:
        return {
            "address": f"aws_security_group.g[{number}]",
            "mode": "managed",
            "type": "aws_security_group",
            "name": "g",
            "index": number,
            "provider_name": "registry.terraform.io/hashicorp/aws",
        }

    def values(number: int) -> dict:
        ports = {"from_port": 22, "to_port": 22, "protocol": "tcp", "description": "d" * 600}
        return {
            "name": f"g{number}",
            "ingress": [{**ports, "cidr_blocks": ["0.0.0.0/0" if number == 7 else "10.0.0.0/8"]}],
        }

    with open(here / "plan.json", "w") as stream:
        stream.write('{"format_version": "1.2", "terraform_version": "1.9.0", "configuration": {"root_module": {}}, ')
        for place, wrap in (("planned_values", ('{"root_module": {"resources": [', "]}}, ")), ("changes", ("[", "]}"))):
            stream.write(f'"{place if place != "changes" else "resource_changes"}": {wrap[0]}')
            for number in range(55_000):
                after = values(number)
                change = {"actions": ["create"], "before": None, "after": after, "after_unknown": {}}
                item = {**entry(number), **({"values": after} if place == "planned_values" else {"change": change})}
                stream.write(("," if number else "") + json.dumps(item))
            stream.write(wrap[1])
    assert (here / "plan.json").stat().st_size > 100_000_000
    done = iacgate("scan", "--rule", "aws-sg-ssh-open", "-o", "concise", "plan.json", timeout=600)
    assert done.returncode == 1, done.stderr
    assert re.findall(r"aws-sg-ssh-open\] (\S+): ", done.stdout) == ["aws_security_group.g[7]"]


def command(*words: str, **around) -> subprocess.CompletedProcess[str]:
    """A process of its own: what its streams and its folder are is decided before it begins."""
    interpreter = [sys.executable, "-m", "iacgate.cli.entry"]
    return subprocess.run([*interpreter, *words], text=True, stderr=subprocess.PIPE, check=False, **around)


def test_standard_input_that_is_closed_is_no_bug_of_ours(here):
    done = command("scan", "-", preexec_fn=lambda: os.close(0))
    assert done.returncode == 2
    assert "-: standard input cannot be read: closed" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_behind_standard_output_is_told_and_not_green(here, form):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = command("scan", "-o", form, stdout=full)
    assert done.returncode == 2
    assert "standard output cannot be written: no space left on device" in done.stderr
    assert "our bug" not in done.stderr


def test_a_folder_that_is_gone_is_no_bug_of_ours(here, monkeypatch, capsys):
    (here / "gone").mkdir()
    monkeypatch.chdir(here / "gone")
    (here / "gone").rmdir()
    for words in (["scan"], ["init"], ["inventory"]):
        assert run(words) == 2
        assert "the current folder is not there any more" in capsys.readouterr().err
