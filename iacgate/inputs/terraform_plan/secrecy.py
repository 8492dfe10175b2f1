"""Sensitive values of a plan or state, wrapped where they stand.

Room: ``inputs``. In: the parsed document. Out: the same document, changed in place: what its marks call sensitive is
a :class:`~iacgate.model.Secret`. A mark on a container is pushed down to its leaves: attribute names and lengths stay
visible, values do not. Old plans (format 0.1) carry no marks; there, and in the configuration, where no plan has any,
names decide. What the type of a resource makes sensitive is wrapped in every plan, as it is in source.
Terraform writes a sensitive value in up to seven places of one file; all are covered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from iacgate.lang.terraform.sensitive import conceal_known, leaves, names_secret
from iacgate.model import Hidden, Secret

_EXPRESSION = frozenset(("constant_value", "references"))


def hide(document: dict[str, Any]) -> None:
    """Wrap every sensitive value of a plan or state."""
    configuration = _mapping(document.get("configuration"))
    root = _mapping(configuration.get("root_module"))
    marked: dict[tuple[tuple[str, ...], str], list[Any]] = {}
    for change in _changes(document):
        _hide_change(change, marked)
    for action in _objects(document, "action_invocations"):
        if action.get("config_values") is not None:
            seal(action, "config_values", action.get("config_sensitive"))
    _hide_variables(document, root)
    _hide_outputs(_mapping(document.get("output_changes")))
    prior = _mapping(_mapping(document.get("prior_state")).get("values"))
    for values in (_mapping(document.get("planned_values")), prior, _mapping(document.get("values"))):
        _hide_values(values)
    for provider in _mapping(configuration.get("provider_config")).values():
        _hide_constants(_mapping(_mapping(provider).get("expressions")))
    _hide_configuration(root, marked)


def seal(holder: Any, key: Any, marks: Any = True) -> None:  # noqa: FBT002  (a mark is what Terraform calls `true`)
    """Wrap the leaves of ``holder[key]`` that ``marks`` (Terraform's mirror structure of booleans) call sensitive."""
    stack = [(holder, key, marks)]
    while stack:
        container, step, mark = stack.pop()
        value = container[step]
        if mark is True:
            if isinstance(value, dict):
                stack.extend((value, name, True) for name in value)
            elif isinstance(value, list):
                stack.extend((value, index, True) for index in range(len(value)))
            elif value is not None and not isinstance(value, Secret):
                container[step] = Secret(value)
        elif isinstance(mark, dict) and isinstance(value, dict):
            stack.extend((value, name, inner) for name, inner in mark.items() if inner and name in value)
        elif isinstance(mark, list) and isinstance(value, list):
            stack.extend((value, index, inner) for index, inner in enumerate(mark[: len(value)]) if inner)


def seal_by_name(holder: Any, key: Any) -> None:
    """Wrap the texts in ``holder[key]`` that stand under a name such as ``password``."""
    for container, step, value in leaves(holder, key):
        if isinstance(value, str) and isinstance(step, str) and names_secret(step):
            container[step] = Hidden(value)


def _changes(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for section in ("resource_changes", "resource_drift"):
        yield from _objects(document, section)
    for deferred in _objects(document, "deferred_changes"):
        if isinstance(deferred.get("resource_change"), dict):
            yield deferred["resource_change"]


def _hide_change(entry: dict[str, Any], marked: dict[tuple[tuple[str, ...], str], list[Any]]) -> None:
    change = entry.get("change")
    if not isinstance(change, dict):
        return
    kind = _kind(entry)
    for side in ("before", "after"):
        if change.get(side) is None:
            continue
        marks = change.get(f"{side}_sensitive")
        if marks:
            seal(change, side, marks)
            if side == "after" and _holds_mark(marks):
                marked.setdefault(_block_key(entry), []).append(marks)
                if change.get("before") is not None:
                    _hide_marked(change, "before", marks)
        elif marks is None:
            seal_by_name(change, side)
        conceal_known(kind, change[side])
    if isinstance(change.get("generated_config"), str):
        change["generated_config"] = Secret(change["generated_config"])


def _kind(entry: dict[str, Any]) -> str:
    kind = entry.get("type")
    return kind if isinstance(kind, str) else ""


def _hide_marked(holder: Any, key: Any, marks: Any) -> None:
    """Wrap what stood before under marks of what stands after: a value may have become sensitive only now.

    Elements may have moved, so what is sensitive in any element of a list is so in all.
    """
    stack = [(holder, key, marks)]
    while stack:
        container, step, mark = stack.pop()
        value = container[step]
        if mark is True or (isinstance(mark, list) and not isinstance(value, list)):
            seal(container, step)
        elif isinstance(mark, dict) and isinstance(value, dict):
            stack.extend((value, name, inner) for name, inner in mark.items() if inner and name in value)
        elif isinstance(mark, list):
            inner = [one for one in mark if _holds_mark(one)]
            stack.extend((value, index, one) for index in range(len(value)) for one in inner)


def _holds_mark(marks: Any) -> bool:
    stack = [marks]
    while stack:
        mark = stack.pop()
        if mark is True:
            return True
        if isinstance(mark, dict):
            stack.extend(mark.values())
        elif isinstance(mark, list):
            stack.extend(mark)
    return False


def _block_key(entry: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    from iacgate.lang.terraform.address import AddressError, parse_module

    try:
        steps = parse_module(entry.get("module_address") or "")
    except (AddressError, TypeError):
        steps = ()
    head = "data." if entry.get("mode") == "data" else ""
    return tuple(step.name for step in steps), f"{head}{entry.get('type')}.{entry.get('name')}"


def _hide_variables(document: dict[str, Any], root: dict[str, Any]) -> None:
    declared = _mapping(root.get("variables"))
    for name, variable in _mapping(document.get("variables")).items():
        if isinstance(variable, dict) and "value" in variable:
            if _mapping(declared.get(name)).get("sensitive") is True or names_secret(name):
                seal(variable, "value")
            else:
                seal_by_name(variable, "value")


def _hide_outputs(changes: dict[str, Any]) -> None:
    for change in changes.values():
        for side in ("before", "after"):
            if isinstance(change, dict) and change.get(side) is not None and change.get(f"{side}_sensitive"):
                seal(change, side, change[f"{side}_sensitive"])


def _hide_values(values: dict[str, Any]) -> None:
    for name, output in _mapping(values.get("outputs")).items():
        if isinstance(output, dict) and "value" in output and (output.get("sensitive") is True or names_secret(name)):
            seal(output, "value")
    stack = [_mapping(values.get("root_module"))]
    while stack:
        module = stack.pop()
        stack.extend(_objects(module, "child_modules"))
        for resource in _objects(module, "resources"):
            if resource.get("values") is not None:
                marks = resource.get("sensitive_values")
                if marks:
                    seal(resource, "values", marks)
                elif marks is None:
                    seal_by_name(resource, "values")
                conceal_known(_kind(resource), resource["values"])


def _hide_configuration(root: dict[str, Any], marked: dict[tuple[tuple[str, ...], str], list[Any]]) -> None:
    stack: list[tuple[tuple[str, ...], dict[str, Any]]] = [((), root)]
    while stack:
        path, module = stack.pop()
        for name, variable in _mapping(module.get("variables")).items():
            if isinstance(variable, dict) and variable.get("default") is not None:
                if variable.get("sensitive") is True or names_secret(name):
                    seal(variable, "default")
                else:
                    seal_by_name(variable, "default")
        for block in _objects(module, "resources"):
            if isinstance(block.get("expressions"), dict):
                _hide_constants(block["expressions"])
                for marks in marked.get((path, _local(block)), ()) if marked else ():
                    _hide_marked_constants(block["expressions"], marks)
        for output in _mapping(module.get("outputs")).values():
            if isinstance(output, dict) and output.get("sensitive") is True:
                _seal_constant(output.get("expression"))
        for name, call in _mapping(module.get("module_calls")).items():
            if isinstance(call, dict):
                _hide_call(call)
                stack.append(((*path, name), _mapping(call.get("module"))))


def _local(block: dict[str, Any]) -> str:
    return f"{'data.' if block.get('mode') == 'data' else ''}{block.get('type')}.{block.get('name')}"


def _hide_call(call: dict[str, Any]) -> None:
    declared = _mapping(_mapping(call.get("module")).get("variables"))
    for name, expression in _mapping(call.get("expressions")).items():
        if _mapping(declared.get(name)).get("sensitive") is True or names_secret(name):
            _seal_constant(expression)


def _hide_constants(expressions: dict[str, Any]) -> None:
    stack: list[tuple[str, Any]] = list(expressions.items())
    while stack:
        name, node = stack.pop()
        if isinstance(node, list):
            stack.extend((name, item) for item in node)
        elif isinstance(node, dict):
            if not node.keys() <= _EXPRESSION:
                stack.extend(node.items())
            elif "constant_value" in node:
                constant = node["constant_value"]
                if isinstance(constant, str) and names_secret(name):
                    node["constant_value"] = Hidden(constant)
                elif isinstance(constant, dict | list):
                    seal_by_name(node, "constant_value")


def _hide_marked_constants(expressions: dict[str, Any], marks: Any) -> None:
    """Wrap the constants that give a value which the provider's schema, not the author, calls sensitive."""
    stack: list[tuple[Any, Any]] = [(expressions, marks)]
    while stack:
        node, mark = stack.pop()
        if isinstance(node, dict) and node.keys() <= _EXPRESSION and node:
            if _holds_mark(mark):
                _seal_constant(node)
        elif mark is True:
            inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
            stack.extend((item, True) for item in inner)
        elif isinstance(node, dict):
            pairs = mark.items() if isinstance(mark, dict) else ()
            stack.extend((node[name], inner) for name, inner in pairs if name in node)
            if isinstance(mark, list):
                stack.extend((node, inner) for inner in mark)
        elif isinstance(node, list) and isinstance(mark, list):
            # sets are sorted differently in the plan, so any marked element marks them all
            stack.extend((item, inner) for item in node for inner in mark)


def _seal_constant(expression: Any) -> None:
    if isinstance(expression, dict) and "constant_value" in expression:
        seal(expression, "constant_value")


def _objects(holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    items = holder.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
