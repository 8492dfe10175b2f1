"""Data classes that cost nothing at start-up: the standard ``dataclass`` in meaning, for the arguments we use.

The standard one writes and compiles six methods for each class when a module is imported, almost a millisecond apiece;
a gate has a hundred such classes, and a hook runs on every commit. This one shares the methods of all classes, and
compiles ``__init__`` of those of which many objects are made. Kept equal to the standard one by tests; see
``docs/decisions/0003-light-dataclasses.md``.

Not supported, since nothing here needs it: ``init=False`` on the class, ``InitVar``, ``unsafe_hash``, ``match_args``,
``asdict`` and ``fields``. ``slots`` is always on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")

_MISSING: Any = object()
_FEW = 16
"""So many objects are filled field by field before ``__init__`` is compiled, which takes as long as filling fifty."""
_BECOME: Callable[[Any, type], None] = object.__dict__["__class__"].__set__
"""Sets the class of an object, past any ``__setattr__``."""


class FrozenInstanceError(AttributeError):
    """An attribute of a frozen object was to be set or deleted."""


class _Field:
    """What a class says about one attribute beside its type."""

    __slots__ = ("compare", "default", "default_factory", "init", "repr")

    def __init__(self, default: Any, default_factory: Any, init: bool, repr_: bool, compare: bool) -> None:  # noqa: FBT001  (the shape of a field)
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr_
        self.compare = compare


def field(
    *,
    default: Any = _MISSING,
    default_factory: Callable[[], Any] = _MISSING,
    init: bool = True,
    repr: bool = True,  # noqa: A002  (the standard library's name)
    compare: bool = True,
) -> Any:
    """As :func:`dataclasses.field`."""
    return _Field(default, default_factory, init, repr, compare)


@dataclass_transform(field_specifiers=(field,))
def dataclass(
    *, frozen: bool = False, slots: bool = True, kw_only: bool = False, eq: bool = True, order: bool = False
) -> Callable[[type[T]], type[T]]:
    """As :func:`dataclasses.dataclass` with ``slots=True``."""
    if not slots:
        raise TypeError("a light data class always has slots")

    def decorate(cls: type[T]) -> type[T]:
        return _built(cls, frozen=frozen, kw_only=kw_only, eq=eq, order=order)

    return decorate


def replace(instance: T, **changes: Any) -> T:
    """A copy with some attributes changed, as :func:`dataclasses.replace`."""
    fields: dict[str, _Field] = type(instance).__fields__  # type: ignore[attr-defined]  # set by the decorator
    for name, spec in fields.items():
        if not spec.init:
            if name in changes:
                raise ValueError(f"{name} is not an argument of {type(instance).__name__}")
        elif name not in changes:
            changes[name] = getattr(instance, name)
    return type(instance)(**changes)


def arguments(kind: type[Any]) -> dict[str, bool] | None:
    """The arguments of a light data class, and whether each must be given; ``None`` for any other class."""
    fields: dict[str, _Field] | None = getattr(kind, "__fields__", None)
    if fields is None:
        return None
    return {
        name: spec.default is _MISSING and spec.default_factory is _MISSING
        for name, spec in fields.items()
        if spec.init
    }


def _built(cls: type[T], *, frozen: bool, kw_only: bool, eq: bool, order: bool) -> type[T]:
    own = _own_fields(cls)
    inherited: dict[str, _Field] = getattr(cls, "__fields__", {})
    members = {key: value for key, value in cls.__dict__.items() if key not in {*own, "__dict__", "__weakref__"}}
    members["__slots__"] = tuple(name for name in own if name not in inherited)
    members["__fields__"] = {**inherited, **own}
    members["__kw_only__"] = kw_only
    members.setdefault("__repr__", _repr)
    members["__init__"] = _first_init
    members["__filled__"] = 0
    if frozen:
        members["__setattr__"] = _refuse
        members["__delattr__"] = _refuse
        members["__getstate__"] = _getstate
        members["__setstate__"] = _setstate
    if eq:
        members.setdefault("__eq__", _eq)
        if "__hash__" not in cls.__dict__ or cls.__dict__["__hash__"] is None:
            members["__hash__"] = _hash if frozen else None
    if order:
        members.update(__lt__=_lt, __le__=_le, __gt__=_gt, __ge__=_ge)
    made: type[T] = type(cls)(cls.__name__, cls.__bases__, members)  # type: ignore[misc]  # a class of its metaclass
    made.__qualname__ = cls.__qualname__
    return made


def _own_fields(cls: type[Any]) -> dict[str, _Field]:
    found: dict[str, _Field] = {}
    for name, kind in cls.__annotations__.items():
        if str(kind).startswith(("ClassVar", "typing.ClassVar")):
            continue
        value = cls.__dict__.get(name, _MISSING)
        found[name] = value if isinstance(value, _Field) else field(default=value)
    return found


def _first_init(self: Any, *args: Any, **kwargs: Any) -> None:
    """Fill the first few objects of a class; then compile its own ``__init__`` and put it in place of this one.

    What does not fit the parameters is left to the compiled one as well, which says so as Python does.
    """
    cls: Any = type(self)
    while cls.__dict__.get("__init__") is not _first_init:
        cls = cls.__base__
    values = _bound(cls, args, kwargs) if cls.__filled__ < _FEW else None
    if values is None:
        cls.__init__ = _compiled_init(cls)
        cls.__init__(self, *args, **kwargs)
        return
    cls.__filled__ += 1
    _fill(self, **values)
    if hasattr(cls, "__post_init__"):
        self.__post_init__()


def _bound(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """The value of every field, in their order; ``None`` where the arguments do not fit."""
    fields: dict[str, _Field] = cls.__fields__
    positional = () if cls.__kw_only__ else [name for name, spec in fields.items() if spec.init]
    given = {**dict(zip(positional, args, strict=False)), **kwargs}
    values: dict[str, Any] = {}
    used = 0
    for name, spec in fields.items():
        if spec.init and name in given:
            values[name] = given[name]
            used += 1
        elif spec.default_factory is not _MISSING:
            values[name] = spec.default_factory()
        elif spec.default is not _MISSING:
            values[name] = spec.default
        elif spec.init:
            return None
    return values if used == len(args) + len(kwargs) else None


def _compiled_init(cls: type[Any]) -> Any:
    """``__init__`` as one would write it by hand.

    Assigning to a slot costs a tenth of what it costs to go past the ``__setattr__`` that refuses, so an object of a
    frozen class is one of its open twin while it is filled. A subclass of another layout is filled past it.
    """
    scope: dict[str, Any] = {"_missing": _MISSING, "_become": _BECOME, "_twin": _open_twin(cls), "_fill": _fill}
    parameters: list[str] = []
    given: dict[str, str] = {}
    for name, spec in cls.__fields__.items():
        value = name if spec.init else "_missing"
        if spec.default_factory is not _MISSING:
            scope[f"_make_{name}"] = spec.default_factory
            given[name] = f"_make_{name}() if {value} is _missing else {value}"
        elif spec.init:
            given[name] = name
        elif spec.default is not _MISSING:
            scope[f"_default_{name}"] = spec.default
            given[name] = f"_default_{name}"
        if spec.init:
            parameters.append(_parameter(name, spec, scope))
    star = "*, " if cls.__kw_only__ and parameters else ""
    lines = [f"def __init__(self, {star}{', '.join(parameters)}):", *_filling(cls, given)]
    if hasattr(cls, "__post_init__"):
        lines.append("  self.__post_init__()")
    exec("\n".join(lines), scope)  # noqa: S102  (our own field names only, as the standard library does it)
    return scope["__init__"]


def _filling(cls: type[Any], given: dict[str, str]) -> list[str]:
    """The lines that give every attribute its value."""
    assigned = [f"self.{name} = {value}" for name, value in given.items()] or ["pass"]
    if cls.__setattr__ is not _refuse:
        return [f"  {line}" for line in assigned]
    at_once = ", ".join(f"{name}={value}" for name, value in given.items())
    return [
        "  _own = self.__class__",
        "  try:",
        "    _become(self, _twin)",
        "  except TypeError:",
        f"    _fill(self, {at_once})",
        "  else:",
        *(f"    {line}" for line in assigned),
        "    self.__class__ = _own",
    ]


def _open_twin(cls: type[Any]) -> type[Any]:
    """A class of the same layout whose attributes can be set."""
    members = {name: cls.__dict__[name] for name in ("__slots__", "__orig_bases__") if name in cls.__dict__}
    members |= {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    twin: type[Any] = type(cls)(cls.__name__, cls.__bases__, members)  # type: ignore[misc]  # a class of its metaclass
    return twin


def _fill(self: Any, **values: Any) -> None:
    for name, value in values.items():
        object.__setattr__(self, name, value)


def _parameter(name: str, spec: _Field, scope: dict[str, Any]) -> str:
    if spec.default_factory is not _MISSING:
        return f"{name}=_missing"
    if spec.default is not _MISSING:
        scope[f"_default_{name}"] = spec.default
        return f"{name}=_default_{name}"
    return name


def _compared(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, name) for name, spec in type(self).__fields__.items() if spec.compare)


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, name) for name in type(self).__fields__]


def _setstate(self: Any, state: list[Any]) -> None:
    for name, value in zip(type(self).__fields__, state, strict=True):
        object.__setattr__(self, name, value)


def _repr(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name, spec in type(self).__fields__.items() if spec.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: object) -> Any:
    return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _lt(self: Any, other: object) -> Any:
    return _compared(self) < _compared(other) if type(other) is type(self) else NotImplemented


def _le(self: Any, other: object) -> Any:
    return _compared(self) <= _compared(other) if type(other) is type(self) else NotImplemented


def _gt(self: Any, other: object) -> Any:
    return _compared(self) > _compared(other) if type(other) is type(self) else NotImplemented


def _ge(self: Any, other: object) -> Any:
    return _compared(self) >= _compared(other) if type(other) is type(self) else NotImplemented


def _refuse(self: Any, name: str, *_value: Any) -> None:
    raise FrozenInstanceError(f"{type(self).__name__} is frozen: {name!r} cannot change")
