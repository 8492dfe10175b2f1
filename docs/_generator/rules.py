"""A page for each shipped rule, an index by provider, and the table of other tools' names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from _generator import Undocumented, code, codes, table
from iacgate.engines.native import NativeRules
from iacgate.engines.native.examples import shipped_examples
from iacgate.engines.native.index import source_folder
from iacgate.engines.native.pages import rule_page

PROVIDERS = {
    "aws": "AWS",
    "azure": "Azure",
    "gcp": "Google Cloud",
    "google": "Google Cloud",
    "kubernetes": "Kubernetes",
    "docker": "Dockerfiles",
    "alicloud": "Alibaba Cloud",
    "cloudstack": "CloudStack",
    "digitalocean": "DigitalOcean",
    "github": "GitHub",
    "ncloud": "Naver Cloud",
    "gitlab": "GitLab",
    "ibm": "IBM Cloud",
    "linode": "Linode",
    "nifcloud": "Nifcloud",
    "oci": "Oracle Cloud",
    "openstack": "OpenStack",
    "panos": "Palo Alto Networks",
    "tencentcloud": "Tencent Cloud",
    "yandex": "Yandex Cloud",
    "terraform": "Terraform itself",
}
SEVERITIES = ("critical", "high", "medium", "low", "info")

TOOLS = (
    (r"CKV|BC_", "checkov"),
    (r"(AWS|AZU|GCP|KSV|DS|AVD|KCV|DIG|GIT|NIF|OCI|OPNSTK|CLDSTK)-?\d|(AWS|AZU|GCP|AVD)-", "trivy"),
    (r"DL\d|SC\d", "hadolint"),
    (r"C-\d", "kubescape"),
    (r"[a-z]", "kube-linter and others"),
)
"""The form of a name → the tool that gives it."""

Facts = dict[str, Any]


def rule_pages() -> dict[str, str]:
    """File name → page, for ``docs/rules/``. Raises :class:`Undocumented` for a rule without examples or words."""
    rules = _rules()
    facts = {name: rules.metadata(name) for name in rules.ids()}
    missing = [problem for name, one in facts.items() for problem in _problems(name, one)]
    if missing:
        raise Undocumented(missing)
    pages = {f"{name}.md": _page(rules, name, one) for name, one in facts.items()}
    pages["index.md"] = _index(facts)
    for provider in dict.fromkeys(one["provider"] for one in facts.values()):
        chosen = {name: one for name, one in facts.items() if one["provider"] == provider}
        pages[f"{provider}.md"] = _provider_page(provider, chosen)
    return pages


def aliases_page() -> str:
    """What other tools call our rules: a table for each tool."""
    rules = _rules()
    named: dict[str, list[tuple[str, str]]] = {}
    for alias, ids in sorted(rules.aliases.items(), key=lambda pair: _natural(pair[0])):
        links = ", ".join(f"[{code(one)}](../../rules/{one}.md)" for one in ids)
        named.setdefault(_tool(alias), []).append((code(alias), links))
    parts = [
        "# Names of other tools",
        "",
        "Made from the rules. Wherever a rule is named (settings, exceptions, `--rule`, `explain`,",
        "comments) these names work as",
        "well. Rollout entries, exceptions and comments read them in any case, with or without `AVD-`",
        "in front; elsewhere write",
        "them as here. One name may stand for several rules, and the reverse.",
        "",
    ]
    for tool in dict.fromkeys(name for _, name in TOOLS):
        if tool in named:
            parts += [f"## {tool}", "", table(["its name", "here"], named[tool])]
    return "\n".join(parts)


def _rules() -> NativeRules:
    return NativeRules.load(ruleset="strict")


def _problems(name: str, facts: Facts) -> Iterable[str]:
    shipped = source_folder()
    for word in ("title", "why", "fix"):
        if not str(facts[word]).strip():
            yield f"rule {name}: no {word!r}"
    if shipped is None or not any((shipped.parent / "fixtures" / name).glob("*")):
        yield f"rule {name}: no fixtures, so no examples"


def _page(rules: NativeRules, name: str, facts: Facts) -> str:
    rule = rules.rule(name)
    page = rule_page(rule, shipped_examples(rule))
    provider = facts["provider"]
    trail = f"[Rules](index.md) / [{PROVIDERS.get(provider, provider)}]({provider}.md)"
    title, _, rest = page.partition("\n")
    facts_table = re.compile(r"^\| \| \|\n.*?(?=\n\n)", re.MULTILINE | re.DOTALL)
    rest = facts_table.sub(r"```{table}\n:class: facts\n\g<0>\n```", rest, count=1)
    return f"---\norphan: true\n---\n{title}\n\n{trail}\n{rest}"


def _index(facts: dict[str, Facts]) -> str:
    providers = list(dict.fromkeys(one["provider"] for one in facts.values()))
    counts = [
        [f"[{PROVIDERS.get(provider, provider)}]({provider}.md)", *_counts(facts, provider)] for provider in providers
    ]
    parts = [
        "# Rules",
        "",
        f"{len(facts)} rules ship with this version. A page for each says why it is there, what to write",
        "instead and which controls it is evidence for, and shows an example that it finds and one that is fine.",
        "In the terminal: `iacgate rules list`, `iacgate explain RULE`.",
        "",
        table(["", *SEVERITIES, "all"], counts),
        "The set `recommended` runs by default; `strict` is everything; there is a set for each framework:",
        "[](sets.md). What other tools call the rules is in [](../reference/generated/aliases.md).",
        "",
        "```{toctree}",
        ":hidden:",
        "",
        "sets",
        *providers,
        "```",
        "",
    ]
    return "\n".join(parts)


def _counts(facts: dict[str, Facts], provider: str) -> list[str]:
    severities = [one["severity"] for one in facts.values() if one["provider"] == provider]
    return [*(str(severities.count(word) or "") for word in SEVERITIES), str(len(severities))]


def _provider_page(provider: str, facts: dict[str, Facts]) -> str:
    parts = [f"# {PROVIDERS.get(provider, provider)}", ""]
    for severity in SEVERITIES:
        chosen = sorted(name for name, one in facts.items() if one["severity"] == severity)
        if chosen:
            listing = table(["rule", "what is wrong", "elsewhere"], (_row(name, facts[name]) for name in chosen))
            parts += [f"## {severity}", "", "```{table}", ":widths: 32 40 28", listing.rstrip(), "```", ""]
    return "\n".join(parts)


def _row(name: str, facts: Facts) -> tuple[str, str, str]:
    sets = "" if "recommended" in facts["rulesets"] else " *(strict)*"
    return f"[{code(name)}]({name}.md)", facts["title"] + sets, codes(facts["aliases"], " ")


def _tool(alias: str) -> str:
    return next((tool for pattern, tool in TOOLS if re.match(pattern, alias)), "others")


def _natural(text: str) -> list[tuple[bool, int, str]]:
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", text)]
