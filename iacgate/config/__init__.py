"""The config room: settings file → :class:`~iacgate.model.Settings`, exceptions file → :class:`~iacgate.model.Waiver`.

A settings file is ``iacgate.yaml``, ``.iacgate.yaml``, ``iacgate.yml`` or ``[tool.iacgate]`` in ``pyproject.toml``, the
nearest at or above what is scanned, up to the top of the repository. What is wrong in one raises
:class:`~iacgate.errors.SettingsError` or :class:`~iacgate.errors.ExceptionsError` with file, line and column.
"""

from iacgate.config.exceptions import load_exceptions, read_exceptions
from iacgate.config.names import about_parameters, check_exception_names, check_packs, check_setting_names
from iacgate.config.schema import exceptions_schema, settings_schema
from iacgate.config.settings import FILE_NAMES, find_settings, load_settings, read_settings

__all__ = [
    "FILE_NAMES",
    "about_parameters",
    "check_exception_names",
    "check_packs",
    "check_setting_names",
    "exceptions_schema",
    "find_settings",
    "load_exceptions",
    "load_settings",
    "read_exceptions",
    "read_settings",
    "settings_schema",
]
