"""A page for each rule set, and one that lists them all."""

from __future__ import annotations

from collections.abc import Iterable

from _generator import code, table
from iacgate.engines.native import NativeRules
from iacgate.model.compliance import Control, Framework

OWN = {
    "baseline": (
        "The part of `recommended` that no team should argue about: rules of severity high and critical",
        "that are rarely wrong. For a first gate, and for repositories that cannot have more yet.",
    ),
    "recommended": (
        "What runs when nothing else is asked for: what a team can adopt without drowning. Rules that ask for more",
        "than most need (a key of one's own everywhere, digests, tracing) are left to `strict`.",
    ),
    "strict": ("Everything: each rule that ships, and each of your packs.",),
}
"""The sets that are no framework, in our words."""

STRENGTH = {"direct": "checked by", "support": "supported by"}


def ruleset_pages() -> dict[str, str]:
    """File name → page, for ``docs/rules/``."""
    rules = NativeRules.load(ruleset="strict", entry_points=False)
    frameworks = [rules.frameworks.get(name) for name in rules.frameworks.names]
    pages = {f"set-{name}.md": _own_page(rules, name, words) for name, words in OWN.items()}
    pages |= {f"set-{one.name}.md": _framework_page(rules, one) for one in frameworks}
    pages["sets.md"] = _index(rules, frameworks)
    return pages


def _index(rules: NativeRules, frameworks: Iterable[Framework]) -> str:
    own = [(_link(name), OWN[name][0].split(":")[0], str(len(members(rules, name)))) for name in OWN]
    named = [(_link(one.name), f"{one.title} ({one.version})", _amount(rules, one)) for one in frameworks]
    return "\n".join((
        "# Rule sets",
        "",
        "`--ruleset NAME`, or `rules.ruleset` in the settings, says which rules run. Several names with commas",
        "between them run together: `--ruleset baseline,pss-restricted`.",
        "",
        table(["set", "what it is", "rules"], own),
        "Every framework is a rule set too: the rules that say they are evidence for one of its controls.",
        "[Report by control](../concepts/compliance.md) with `--compliance NAME`.",
        "",
        table(["set", "framework", "rules"], named),
    ))  # fmt: skip


def members(rules: NativeRules, name: str) -> list[str]:
    """The rules of a set that is no framework."""
    return [rule for rule in rules.ids() if name in rules.rule(rule).rulesets]


def _link(name: str) -> str:
    return f"[{code(name)}](set-{name}.md)"


def _amount(rules: NativeRules, framework: Framework) -> str:
    return str(len(rules.frameworks.members(framework.name)))


def _own_page(rules: NativeRules, name: str, words: tuple[str, ...]) -> str:
    chosen = members(rules, name)
    parts = [*_top(name, name), *words, "", f"{len(chosen)} rules.", ""]
    if name != "strict":
        rows = [
            (f"[{code(rule)}]({rule}.md)", str(rules.rule(rule).severity), rules.rule(rule).title) for rule in chosen
        ]
        parts.append(table(["rule", "severity", "what is wrong"], rows))
    return "\n".join(parts)


def _framework_page(rules: NativeRules, framework: Framework) -> str:
    by_control = rules.frameworks.rules(framework.name)
    controls = rules.frameworks.controls(framework.name)
    covered = sum(bool(by_control[one]) for one in controls)
    parts = [
        *_top(framework.name, f"{framework.title} ({framework.version})"),
        framework.about,
        "",
        f"{_amount(rules, framework)} rules speak for {covered} of the {len(controls)} controls below.",
        "A passing rule supports a control; no control is met by looking at configuration alone. The titles are",
        f"ours; what a control asks for in full stands in the [framework itself]({framework.url}).",
        "",
    ]
    if framework.includes:
        parts += [f"Includes {', '.join(map(_link, framework.includes))}.", ""]
    rows = [_control_row(one, by_control[one.id]) for one in controls.values()]
    listing = table(["control", "in short", "rules"], rows)
    return "\n".join([*parts, "```{table}", ":widths: 12 40 48", listing.rstrip(), "```", ""])


def _control_row(control: Control, rules: Iterable[str]) -> tuple[str, str, str]:
    links = " ".join(f"[{code(rule)}]({rule}.md)" for rule in rules)
    empty = "*configuration cannot tell*" if control.manual else "*no rule yet*"
    return control.id, control.title, f"{STRENGTH[control.strength]}: {links}" if links else empty


def _top(name: str, title: str) -> list[str]:
    return ["---", "orphan: true", "---", f"# {title}", "", f"[Rule sets](sets.md) / {code(name)}", ""]
