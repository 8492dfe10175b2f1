"""The pipeline: the stations of a scan, in order. It knows every room and holds no logic.

In: paths and a :class:`Request`. Out: a :class:`~iacgate.model.ScanReport`, whole before any output is written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from iacgate import __version__
from iacgate.config import (
    about_parameters,
    check_exception_names,
    check_packs,
    check_setting_names,
    find_settings,
    load_exceptions,
    load_settings,
)
from iacgate.decide import decide, fixed, gate
from iacgate.discover import changed_lines, discover, file_source, not_ignored, report_root, surroundings
from iacgate.engines.native import NativeRules
from iacgate.errors import CommandError, PolicyError
from iacgate.evaluate import evaluate, rule_troubles, without_twins
from iacgate.inputs import Registry
from iacgate.inputs.reading import Around, Progress, Surroundings, read
from iacgate.join import build_inventory
from iacgate.model import (
    Evaluation,
    Finding,
    Inventory,
    Mode,
    Rule,
    RuleNames,
    ScanReport,
    Settings,
    Severity,
    SourceFile,
    SourceRecord,
    SourceStatus,
    Trouble,
    canonical_alias,
)
from iacgate.model.compliance import Compliance
from iacgate.model.dataclass import dataclass, field, replace
from iacgate.triage import Baseline, TriageInput, checked_glass, load_baseline, load_codeowners, triage
from iacgate.triage.changed import only_changed
from iacgate.triage.place import placed

__all__ = ["Request", "Taken", "compliance", "load_native_rules", "rule_names", "scan", "settings_of", "take_inventory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked beside the paths. ``today`` is the day to judge by; ``None`` elsewhere: as the settings say.

    Terraform's variables: ``variables`` over ``var_files``, over both ``assigned``, in which later ones win: (name,
    value), or ("", path of a file). ``environment_variables`` count only where nothing else says anything.
    ``callers``: whether a module that is scanned alone is evaluated through the modules of the project that call it.
    """

    cwd: str
    today: date
    config: str | None = None
    use_settings: bool = True
    exclude: tuple[str, ...] = ()
    use_gitignore: bool = True
    variables: Mapping[str, str] = field(default_factory=dict)
    var_files: tuple[str, ...] = ()
    assigned: tuple[tuple[str, str], ...] = ()
    environment_variables: Mapping[str, str] = field(default_factory=dict)
    workspace: str | None = None
    source: str | None = None
    callers: bool = True
    render: str | None = None
    ruleset: str | None = None
    rules: tuple[str, ...] = ()
    compliance: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    fail_on: Severity | None = None
    report_level: Severity | None = None
    maturity: int | None = None
    environment: str = ""
    changed_since: str | None = None
    baseline: str | None = None
    use_baseline: bool = True
    exceptions: str | None = None
    break_glass: str = ""
    reason: str = ""
    fail_if_empty: bool = False
    plan_new_only: bool = False
    progress: Progress | None = None
    timings: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An inventory, and what became of the files it was taken from."""

    inventory: Inventory
    settings: Settings
    root: str
    records: list[SourceRecord]
    troubles: list[Trouble]
    notices: list[str]


def scan(paths: Sequence[str], request: Request) -> ScanReport:
    """The whole way from paths to a report. Raises :class:`~iacgate.errors.IacgateError` for a broken command."""
    tell = request.timings or (lambda _station: None)
    taken = take_inventory(paths, request)
    settings = _overridden(taken.settings, request)
    tell(f"read {len(taken.records)} files")
    native = load_native_rules(settings, request)
    names = rule_names(native)
    check_setting_names(settings, names)
    waivers = load_exceptions(settings, request.today, taken.root)
    check_exception_names(waivers, names)
    rules = _applicable(native, taken.inventory, request)
    tell(f"load {len(rules)} rules")
    judged = _judged(rules, native, taken, request, tell)
    codeowners = load_codeowners(taken.root, settings.owner.codeowners)
    labelled = triage(
        _findings(judged.evaluations),
        TriageInput(
            inventory=taken.inventory,
            settings=settings,
            today=request.today,
            names=names,
            waivers=(*waivers, *native.waivers),
            baseline=_baseline(settings, request, taken.root),
            codeowners=codeowners,
            environment=request.environment,
            break_glass=checked_glass(request.break_glass, request.reason, settings),
            whole=_is_whole(paths, taken, request),
        ),
    )
    decision = decide(labelled.triaged, settings.enforcement, request.today)
    gone = _findings(judged.mended)
    gone = placed(gone, judged.before, settings, request.environment, codeowners) if gone else []
    troubles = [*taken.troubles, *rule_troubles(judged.evaluations), *_empty(taken, request)]
    answer = gate(decision.verdicts, troubles, settings.enforcement, request.today, judged.evaluations)
    notices = [
        *_notices(taken, paths, rules),
        *_no_plan(judged.plans, request),
        *_no_baseline(settings, request),
        *labelled.notices,
    ]
    tell("decide")
    return ScanReport(
        tool="iacgate",
        version=__version__,
        gate=answer.gate,
        exit_code=answer.exit_code,
        maturity=settings.enforcement.maturity,
        because=answer.because,
        sources=tuple(taken.records),
        declined=(*native.declined, *decision.declined),
        rules={rule.id: rule for rule in (*rules, *(finding.rule for finding in gone))},
        evaluations=judged.evaluations,
        verdicts=decision.verdicts,
        stale_waivers=labelled.stale,
        applied_waivers=labelled.applied,
        troubles=tuple(troubles),
        notices=tuple(dict.fromkeys(notices)),
        resources=taken.inventory.resources,
        break_glass=labelled.break_glass,
        report_level=settings.report_level,
        root=taken.root,
        compared=judged.plans,
        new_only=request.plan_new_only,
        fixed=fixed(gone, settings.enforcement, request.today),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What the rules answered, and where plans were among the inputs, how it was ``before`` and what they mend."""

    evaluations: list[Evaluation]
    plans: frozenset[str]
    before: Inventory
    mended: Sequence[Evaluation] = ()


def _judged(
    rules: Sequence[Rule], native: NativeRules, taken: Taken, request: Request, tell: Callable[[str], None]
) -> _Judged:
    """Ask the rules, compare with what was before a plan, and leave out what is said twice or not asked for."""
    inventory = taken.inventory
    evaluations = list(evaluate(rules, inventory))
    tell(f"evaluate {len(evaluations)} times")
    plans = frozenset(one.root for one in inventory.resources if one.category == "plan")
    before = inventory
    mended: Sequence[Evaluation] = ()
    if plans:
        before, evaluations, mended = _compared(evaluations, rules, native, inventory, request)
        tell("compare with what was before")
    evaluations = without_twins(evaluations)
    if request.changed_since is not None:
        changed = changed_lines(taken.root, request.changed_since)
        evaluations = list(only_changed(evaluations, changed, inventory))
        mended = list(only_changed(mended, changed, inventory))
    return _Judged(evaluations=evaluations, plans=plans, before=before, mended=mended)


def _findings(evaluations: Iterable[Evaluation]) -> list[Finding]:
    return [finding for evaluation in evaluations for finding in evaluation.findings]


def take_inventory(paths: Sequence[str], request: Request) -> Taken:
    """Discover and read: everything before the first rule."""
    settings = settings_of(paths, request)
    registry = Registry()
    found = discover(
        paths,
        cwd=request.cwd,
        wanted=registry.wants,
        exclude=(*settings.inputs.exclude, *request.exclude),
        include=settings.inputs.include,
        use_gitignore=request.use_gitignore,
        remote=_remote,
    )
    place = Surroundings(
        root=found.root,
        whole=found.whole,
        open=_opener(found.root, request),
        around=_surroundings(paths, found.root, settings, request),
        shown=not_ignored(found.root, use_gitignore=request.use_gitignore),
    )
    own = _adapter_settings(settings, request)
    reading = read(found.sources, registry, place, settings=own, progress=request.progress)
    inventory = build_inventory(
        reading.resources,
        reading.documents,
        whole=found.whole,
        troubles=reading.troubles,
        notices=reading.notices,
    )
    return Taken(
        inventory=inventory,
        settings=settings,
        root=found.root,
        records=[*found.records, *reading.records],
        troubles=[*found.troubles, *reading.troubles],
        notices=reading.notices,
    )


def load_native_rules(settings: Settings, request: Request) -> NativeRules:
    """The rules that the settings and the request ask for."""
    check_packs(settings)
    packs = [
        *map(settings.resolve, settings.rules.packs),
        *(os.path.join(request.cwd, pack) for pack in request.packs),
    ]
    try:
        return NativeRules.load(
            packs=packs,
            ruleset=_ruleset(settings, request),
            disable=settings.rules.disable,
            severity=settings.enforcement.severity,
            params=settings.rules.params,
        )
    except PolicyError as error:
        # what the settings name and nobody has is told with its place in the settings, where it can be mended
        check_setting_names(settings, rule_names(NativeRules.load(packs=packs)))
        raise (about_parameters(error, settings) or error) from None


def _ruleset(settings: Settings, request: Request) -> str:
    """The rule sets to run: those asked for, with those of the frameworks to report by; else as the settings say."""
    asked = ",".join(filter(None, (request.ruleset, *request.compliance)))
    return asked or ("strict" if request.rules else settings.rules.ruleset)


def compliance(report: ScanReport, paths: Sequence[str], request: Request) -> list[Compliance]:
    """What a scan says about the frameworks that the request names, control by control."""
    from iacgate.engines.native.frameworks import by_control

    native = load_native_rules(settings_of(paths, request), request)
    frameworks = [native.framework(name) for name in request.compliance]
    rules = {rule for one in frameworks for rule in native.frameworks.members(one.name)}
    facts = {rule: (native.rule(rule).title, str(native.rule(rule).severity)) for rule in sorted(rules)}
    return [
        by_control(native.frameworks, one.name, facts, native.selected(), report.evaluations, report.verdicts)
        for one in frameworks
    ]


def settings_of(paths: Sequence[str], request: Request) -> Settings:
    """The settings file that is named, else the one found from the first scanned path up to the repository's top."""
    root = report_root(paths, request.cwd)
    if not request.use_settings:
        return load_settings(None, root)
    if request.config is not None:
        return load_settings(os.path.join(request.cwd, request.config), root)
    start = next((path for path in paths if path != "-" and "://" not in path), ".")
    return load_settings(find_settings(os.path.join(request.cwd, start), root), root)


def _overridden(settings: Settings, request: Request) -> Settings:
    """The settings with what the command line says instead."""
    plan = settings.enforcement
    origin = dict(plan.origin)
    if request.fail_on is not None:
        plan, origin["fail_on"] = replace(plan, fail_on=request.fail_on), "--fail-on"
    if request.maturity is not None:
        plan, origin["maturity"] = replace(plan, maturity=request.maturity), "--maturity"
    if request.plan_new_only:
        plan, origin["existing"] = replace(plan, existing=min(plan.existing, Mode.AUDIT)), "--plan-new-only"
    exceptions = settings.exceptions
    if request.exceptions is not None:
        exceptions = replace(exceptions, file=os.path.join(request.cwd, request.exceptions))
    return replace(
        settings,
        enforcement=replace(plan, origin=origin),
        exceptions=exceptions,
        report_level=settings.report_level if request.report_level is None else request.report_level,
    )


def rule_names(native: NativeRules) -> RuleNames:
    """What settings and exceptions may call the rules: their ids, and their aliases in one spelling."""

    def find() -> tuple[frozenset[str], dict[str, set[str]]]:
        aliases: dict[str, set[str]] = {}
        for alias, ids in native.aliases.items():
            aliases.setdefault(canonical_alias(alias), set()).update(ids)
        return frozenset(native.ids()), aliases

    return RuleNames(find=find)


def _applicable(native: NativeRules, inventory: Inventory, request: Request, known: Collection[str] = ()) -> list[Rule]:
    """The rules that may have a subject here and are not known yet; with ``--rule``, only those that are named."""
    named = {rule for name in request.rules for rule in native.resolve(name)}
    return [rule for rule in native.for_inventory(inventory, known) if not named or rule.id in named]


def _compared(
    evaluations: Sequence[Evaluation],
    rules: Sequence[Rule],
    native: NativeRules,
    inventory: Inventory,
    request: Request,
) -> tuple[Inventory, list[Evaluation], tuple[Evaluation, ...]]:
    """What was there before the plans, the evaluations with labelled findings, and what the plans mend.

    The rules on what is wholly gone are asked as well.
    """
    from iacgate.evaluate.change import compare  # only plans have a before
    from iacgate.join.before import before_inventory

    before = before_inventory(inventory)
    more = _applicable(native, before, request, {rule.id for rule in rules}) if before.resources else []
    compared = compare(evaluations, (*rules, *more), inventory, before)
    return before, compared.evaluations, compared.fixed


def _is_whole(paths: Sequence[str], taken: Taken, request: Request) -> bool:
    """Whether all that the settings speak of was judged, so that an exception that covers nothing is not needed."""
    if not taken.inventory.whole or request.changed_since is not None or request.rules:
        return False
    home = os.path.realpath(taken.settings.folder or taken.root)
    scopes = (os.path.realpath(os.path.join(request.cwd, path)) for path in paths)
    return any(home == scope or home.startswith(scope.rstrip(os.sep) + os.sep) for scope in scopes)


def _baseline(settings: Settings, request: Request, root: str) -> Baseline | None:
    if not request.use_baseline:
        return None
    if request.baseline is None:
        path = settings.resolve(settings.baseline) if settings.baseline else ""
        return load_baseline(path, os.path.relpath(path, root)) if path else None
    baseline = load_baseline(os.path.join(request.cwd, request.baseline), request.baseline)
    if baseline is None:
        raise CommandError(f"{request.baseline}: no such baseline", "make one: `iacgate baseline create`")
    return baseline


def _empty(taken: Taken, request: Request) -> list[Trouble]:
    if not request.fail_if_empty or taken.inventory.resources:
        return []
    hint = "name another path, or leave out --fail-if-empty"
    return [Trouble(kind="empty", message="nothing to scan", hint=hint)]


def _notices(taken: Taken, paths: Sequence[str], rules: Sequence[Rule]) -> list[str]:
    return [*taken.notices, *_skipped(taken.records), *_nothing(taken, paths, rules)]


def _skipped(records: Sequence[SourceRecord]) -> list[str]:
    """What is known and was not read, once for each reason: a gate that did not look says so."""
    reasons: dict[str, list[str]] = {}
    for record in records:
        if record.status is SourceStatus.SKIPPED:
            reasons.setdefault(record.detail, []).append(record.path)
    return [f"{paths[0]}{_and_more(len(paths) - 1)} skipped: {detail}" for detail, paths in sorted(reasons.items())]


def _no_baseline(settings: Settings, request: Request) -> list[str]:
    """The settings name a baseline that is not there: findings that were accepted count again, and nobody sees why."""
    if not request.use_baseline or request.baseline is not None or not settings.baseline:
        return []
    if os.path.exists(settings.resolve(settings.baseline)):
        return []
    return [f"the baseline {settings.baseline} of the settings is not there: `iacgate baseline create` makes it"]


def _no_plan(plans: Collection[str], request: Request) -> list[str]:
    if plans or not request.plan_new_only:
        return []
    return ["--plan-new-only: no Terraform plan was scanned, so every finding counts"]


def _and_more(count: int) -> str:
    return f" and {count} more" if count else ""


def _nothing(taken: Taken, paths: Sequence[str], rules: Sequence[Rule]) -> list[str]:
    if taken.inventory.resources and not rules:
        kinds = sorted(taken.inventory.types)
        return [f"no rule looks at what was found: {', '.join(kinds[:3])}{_and_more(max(len(kinds) - 3, 0))}"]
    skipped = any(record.status is SourceStatus.SKIPPED for record in taken.records)
    if taken.inventory.resources or taken.troubles or skipped:
        return []
    return [f"nothing to scan in {', '.join(paths)}: no Terraform, Kubernetes manifest, Dockerfile or plan"]


def _opener(root: str, request: Request) -> Callable[[str], SourceFile | None]:
    """How adapters open further files: only real files inside the scanned root, or what the command line names."""
    named = [os.path.realpath(os.path.join(request.cwd, path)) for path in (request.source,) if path]
    allowed = tuple(folder.rstrip(os.sep) + os.sep for folder in (root, *named))
    files = [*request.var_files, *(path for name, path in request.assigned if not name)]
    single = {os.path.realpath(os.path.join(request.cwd, path)) for path in files}

    def open_file(path: str) -> SourceFile | None:
        absolute = os.path.realpath(path)
        inside = absolute.startswith(allowed) or absolute in single
        return file_source(absolute, root, focus=False) if inside and os.path.isfile(absolute) else None

    return open_file


def _surroundings(paths: Sequence[str], root: str, settings: Settings, request: Request) -> Around:
    """The files of the project that are not among the scanned paths; none where a path is all of it.

    The project is the folder of the settings file, else the repository, else the folder that paths are shown from.
    """
    scanned = [os.path.realpath(os.path.join(request.cwd, path)) for path in paths if path != "-" and "://" not in path]
    home = os.path.realpath(settings.folder) if settings.file and request.config is None else root
    covered = any((home + os.sep).startswith(path.rstrip(os.sep) + os.sep) for path in scanned)
    if not request.callers or not scanned or covered:
        return lambda _wanted: ()
    return lambda wanted: surroundings(
        home,
        root=root,
        wanted=wanted,
        exclude=(*settings.inputs.exclude, *request.exclude),
        include=settings.inputs.include,
        use_gitignore=request.use_gitignore,
        sure=bool(settings.file),
    )


def _remote(url: str) -> SourceFile:
    from iacgate.inputs.object_store import open_s3

    return open_s3(url)


def _adapter_settings(settings: Settings, request: Request) -> dict[str, dict[str, Any]]:
    """The settings of each adapter: those of the file, with relative paths made absolute, and the command line's."""
    merged = {name: dict(values) for name, values in settings.inputs.adapters.items()}
    terraform = merged.setdefault("terraform", {})
    terraform["var_files"] = [settings.resolve(path) for path in terraform.get("var_files", ())]
    assigned = [*(("", path) for path in request.var_files), *request.variables.items(), *request.assigned]
    terraform["assigned"] = [(name, value if name else os.path.join(request.cwd, value)) for name, value in assigned]
    terraform["environment"] = request.environment_variables
    if request.workspace is not None:
        terraform["workspace"] = request.workspace
    source = os.path.join(request.cwd, request.source) if request.source else terraform.get("source")
    merged["terraform-plan"] = {"source": source} if source else {}
    if request.render is not None:
        merged.setdefault("kubernetes", {})["render"] = request.render
    return merged
