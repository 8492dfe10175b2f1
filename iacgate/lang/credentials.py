"""Credentials that commands are given in plain sight, by the habits of shells: ``mysql -pX``, ``curl -u user:X``.

Room: ``lang``. In: a stretch of text. Out: where the credentials in it stand. They have no shape of their own, so
they are no findings; a report that quotes the line for another reason covers them. References (``$X``, ``${X}``,
``{{ x }}``, ``<x>``, ``%x``) are no credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_Q = r"(?:\\{0,3}[\"'])?"
"""A quote, perhaps escaped for the file around it."""
_V = r"(?P<v>(?![$%<{*`@\\-])[^\s\"'\\|;&<>()`,]+)"
"""A credential as one word of a command."""
_T = r"(?P<v>(?![$%<{*`\\])[^\"'\\|]+?)"
"""A credential between quotes, which may hold spaces."""
_ON = r"[^|;&\n]{0,300}?"
"""More words of the same command."""

_WORDS = r"password|passwd|passphrase|token|secret|api-?key|secret-?key|access-?key"
_NO = r"(?!(?:true|false|yes|no|[01])\b)"
"""What switches something, and is no credential."""
_OPTION = rf"(?<![\w-])--?(?:\w+-){{0,3}}(?:{_WORDS}|pass)={_Q}{_NO}{_V}"
_OPTION_AND_WORD = (
    rf"(?<![\w-])--(?:\w+-){{0,3}}(?:{_WORDS})(?:\\{{0,3}}[\"']\s?,)?\s+{_Q}(?=[^\s\"']*[^a-z\s\"'.,:)]){_V}"
)
"""Without ``=`` the word must look chosen: "use --password to" is prose."""
_VARIABLE = (
    r"(?<![A-Za-z0-9_])(?:[A-Z][A-Z0-9]*_){0,8}"
    r"(?:PASSWORD|PASSWD|PASSPHRASE|PGPASSWORD|MYSQL_PWD|SSHPASS|SECRET|TOKEN|API_?KEY|SECRET_KEY|ACCESS_KEY|PASS)="
    rf"{_Q}{_NO}{_V}"
)

_HABITS: tuple[tuple[str, str], ...] = (
    ("passwd", rf"(?:echo|printf)\s[^|\n]{{0,60}}?{_Q}[\w.@-]{{1,60}}:{_T}{_Q}\s*\|\s*(?:sudo\s+)?(?:\S*/)?chpasswd"),
    ("passwd", rf"chpasswd\s[^|;&\n]{{0,40}}?<<<\s*{_Q}[\w.@-]{{1,60}}:{_T}(?:\\{{0,3}}[\"']|\s|$)"),
    ("passwd", rf"(?:echo|printf)\s+(?:-\w+\s+)*{_Q}{_T}{_Q}\s*\|\s*(?:sudo\s+)?(?:\S*/)?(?:passwd|smbpasswd)\b"),
    ("passwd", rf"htpasswd\s+-\w*b\w*\s+\S+\s+\S+\s+{_Q}{_V}"),
    ("sudo", rf"(?:echo|printf)\s+(?:-\w+\s+)*{_Q}{_T}{_Q}\s*\|\s*sudo\s+-\w*S"),
    ("--password-stdin", rf"(?:echo|printf)\s+(?:-\w+\s+)*{_Q}{_T}{_Q}\s*\|[^|\n]{{0,200}}--password-stdin"),
    ("sshpass", rf"sshpass\s+(?:-[^p\s]\S*\s+)*-p\s*{_Q}{_V}"),
    ("mysql", rf"\bmysql\w*\b{_ON}\s-p{_Q}{_V}"),
    ("mariadb", rf"\bmariadb[\w-]*\b{_ON}\s-p{_Q}{_V}"),
    ("redis-cli", rf"\bredis-cli\b{_ON}\s(?:-a|--pass)\s+{_Q}{_V}"),
    ("mongo", rf"\bmongo\w*\b{_ON}\s-p\s+{_Q}{_V}"),
    (
        "login",
        rf"\b(?:docker|podman|buildah|skopeo|oras|helm|az|oc|cf|nerdctl)\s(?:[\w-]+\s)*login\b{_ON}\s-p\s*{_Q}{_V}",
    ),
    ("ldap", rf"\bldap\w+\b{_ON}\s-w\s*{_Q}{_V}"),
    ("user", rf"\buser(?:add|mod)\b{_ON}\s(?:-p|--password)[ =]+{_Q}{_V}"),
    ("zip", rf"\b(?:un)?zip\b{_ON}\s-P\s*{_Q}{_V}"),
    ("7z", rf"\b7z[ar]?\b{_ON}\s-p{_Q}{_V}"),
    ("keytool", rf"\bkeytool\b{_ON}\s-(?:store|key|deststore|srcstore|new)pass\s+{_Q}{_V}"),
    ("openssl", rf"\bopenssl\b{_ON}\s-pass(?:in|out)?\s+{_Q}pass:{_V}"),
    ("openssl", rf"\bopenssl\b{_ON}\s-k\s+{_Q}{_V}"),
    ("curl", rf"\bcurl\b{_ON}\s(?:-[uU]\s*|--(?:proxy-)?user[ =]){_Q}[^\s:\"'\\]{{1,100}}:{_V}"),
    ("aws_", rf"aws_(?:secret_access_key|session_token)[ =]+{_Q}{_V}"),
    ("://", r"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s:/@\"'<>]{0,100}:(?P<v>(?![$%<{*])[^\s/@\"'<>]{1,300})@(?=[^\s\"'])"),
    ("authorization", rf"(?i:authorization)\\{{0,3}}[\"']?\s{{0,3}}[:=]\s{{0,3}}{_Q}(?i:bearer|basic|token)\s+{_V}"),
    ("_auth", rf"_auth(?:Token)?\s?=\s?{_Q}{_V}"),
    ("--", _OPTION),
    ("--", _OPTION_AND_WORD),
    ("=", _VARIABLE),
)
"""A word that the text must hold (in lower case), and the habit; ``v`` is the credential."""


def credentials(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of credentials in a text, in no order, by first index and end."""
    lowered = text.lower()
    for word, habit in _HABITS:
        if word in lowered:
            for match in re.finditer(habit, text):
                yield match.span("v")
