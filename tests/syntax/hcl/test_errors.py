"""What is refused, where, and in which words. The rows were checked against Terraform 1.11: it refuses them all."""

from __future__ import annotations

import pytest

from iacgate.errors import SyntaxFailure
from iacgate.syntax.hcl import parse, parse_expression, parse_template

REFUSED = [
    # characters and encodings
    ("a = 1\r", "1:6", 'character "\\u000d" is not part of the language'),
    ("a\x00 = 1\n", "1:2", 'character "\\u0000" is not part of the language'),
    ("\x0ca = 1\n", "1:1", 'character "\\u000c" is not part of the language'),
    ("a = 'x'\n", "1:5", "single quotes do not quote here"),
    ("a = `x`\n", "1:5", "backquotes do not quote here"),
    ("a = b;\n", "1:6", '";" separates nothing here'),
    ("a = b & c\n", "1:7", 'there is no operator "&"'),
    ("a = ~b\n", "1:5", 'there is no operator "~"'),
    ("a = ${x}\n", "1:5", '"$" is only used inside quoted strings'),
    ("b = 1\n/* x\n", "2:1", 'this comment is never closed with "*/"'),
    # arguments
    ("a = 1 b = 2\n", "1:7", 'expected a line break after the argument, found "b"'),
    ("a = 1,\n", "1:6", 'expected a line break after the argument, found ","'),
    ("a = 1}\n", "1:6", 'expected a line break after the argument, found "}"'),
    ("a = 1abc\n", "1:6", 'expected a line break after the argument, found "abc"'),
    ("a = 1 /* x \n */ b = 2\n", "2:5", 'expected a line break after the argument, found "b"'),
    ("a =\n", "1:4", "expected an expression, found the end of the line"),
    ("a = ", "1:5", "expected an expression, found the end of the file"),
    ("a\n", "1:2", 'expected "=" or a block after "a", found the end of the line'),
    ("a: 1\n", "1:2", 'expected "=" or a block after "a", found ":"'),
    ("a.b = 1\n", "1:2", 'expected "=" or a block after "a", found "."'),
    ("a == 1\n", "1:3", 'expected "=" or a block after "a", found "=="'),
    ('"a" = 1\n', "1:1", 'expected an argument or a block, found "a"'),
    ("-a = 1\n", "1:1", 'expected an argument or a block, found "-"'),
    ("1a = 1\n", "1:1", 'expected an argument or a block, found "1"'),
    ("a = 1\nb = 2\na = 2\n", "3:1", 'argument "a" is set a second time in the same block, first on line 1'),
    ("a { b = 1\n}\n", "1:10", 'expected "}" on the same line, after the argument, found the end of the line'),
    # blocks
    ("a {\n", "1:3", "the block opened on line 1 is never closed"),
    ("a {\n  b {\n}\n", "1:3", "the block opened on line 1 is never closed"),
    ("}\n", "1:1", '"}" closes nothing here'),
    ("a {\n}\n}\n", "3:1", '"}" closes nothing here'),
    ("a {} b {}\n", "1:6", 'expected a line break after the block, found "b"'),
    ("a {\n}}\n", "2:2", 'expected a line break after the block, found "}"'),
    ("a { b = 1, c = 2 }\n", "1:10", 'expected "}" on the same line, after the argument, found ","'),
    ("a { b { c = 1 } }\n", "1:7", 'expected "=" after "b", found "{"'),
    ("a { = }\n", "1:5", 'expected an argument or "}" after "{", found "="'),
    ('a "x"\n{\n}\n', "1:6", 'expected "{" on the line of the block\'s type and labels, found the end of the line'),
    ('a "b" = 1\n', "1:7", 'expected "{", found "="'),
    ("a b.c {\n}\n", "1:4", 'expected a label or "{", found "."'),
    ('a "${x}" {\n}\n', "1:3", "the label of a block cannot have interpolations"),
    # strings
    ('a = "x\n', "1:5", "a quoted string must end on the line it begins on"),
    ('a = "x\r\n"\n', "1:5", "a quoted string must end on the line it begins on"),
    ('a = "x', "1:5", "this string is never closed: there is no quote before the end of the file"),
    ('a = "x\\y"\n', "1:7", "\\y is no escape: there are"),
    ('a = "\\$"\n', "1:6", "\\$ is no escape: there are"),
    ('a = "\\u12"\n', "1:6", "\\u must be followed by 4 hexadecimal digits"),
    ('a = "\\U0001F60"\n', "1:6", "\\U must be followed by 8 hexadecimal digits"),
    ('a = "\\UFFFFFFFF"\n', "1:6", "there is no character \\UFFFFFFFF"),
    ('a = "\\ud800"\n', "1:6", "there is no character \\ud800"),
    # templates
    ('a = "${}"\n', "1:8", 'expected an expression, found "}"'),
    ('a = "${x"\n', "1:9", 'expected "}" to close the interpolation that begins with "${", found a quoted string'),
    ('a = "${x y}"\n', "1:10", 'expected "}" after the expression of the interpolation, found "y"'),
    ('a = "${x:y}"\n', "1:9", 'expected "}" after the expression of the interpolation, found ":"'),
    ('a = "%{ if x }y"\n', "1:6", "%{ if } has no %{ endif } before the string ends"),
    ('a = "%{ endif }"\n', "1:6", "%{ endif } without an open %{ if }"),
    ('a = "%{ else }"\n', "1:6", "%{ else } without an open %{ if }"),
    ('a = "%{ for x in y }%{ else }%{ endfor }"\n', "1:21", "%{ else } without an open %{ if }"),
    ('a = "%{ if x }%{ else }%{ else }%{ endif }"\n', "1:24", "a second %{ else } for the same %{ if }"),
    ('a = "%{ for x in y }%{ endif }"\n', "1:21", "expected %{ endfor } for the %{ for } on line 1, found %{ endif }"),
    ('a = "%{ foo }"\n', "1:9", 'expected if, else, endif, for or endfor after %{, found "foo"'),
    ('a = "%{ for }"\n', "1:13", 'expected a variable name after "for", found "}"'),
    ('a = "%{ if x y }%{ endif }"\n', "1:14", 'expected "}" to end the %{ if } directive, found "y"'),
    # heredocs
    ("a = <<EOT\nfoo\nEOT", "1:5", "the heredoc <<EOT is never closed"),
    ("a = <<EOT\nfoo\n", "1:5", "the heredoc <<EOT is never closed"),
    ("a = <<EOT\n${x}  EOT\n", "1:5", "the heredoc <<EOT is never closed"),
    ("a = <<EOT \nfoo\nEOT\n", "1:5", "a heredoc needs its end word, and nothing else, right after <<"),
    ("a = <<\n", "1:5", "a heredoc needs its end word, and nothing else, right after <<"),
    ("a = <<E\n${x\nE\n", "3:1", 'expected "}" after the expression of the interpolation, found "E"'),
    # collections
    ("a = [1 2]\n", "1:8", 'expected "," or "]" after an item of the list that begins on line 1, found "2"'),
    ("a = [1\n2]\n", "2:1", 'expected "," or "]" after an item of the list that begins on line 1, found "2"'),
    ("a = [,]\n", "1:6", 'expected an expression, found ","'),
    ("a = [1,,]\n", "1:8", 'expected an expression, found ","'),
    ("a = [1", "1:7", 'expected "," or "]" after an item of the list that begins on line 1, found the end of the file'),
    ("a = {b = 1 c = 2}\n", "1:12", 'expected "," or the end of the line after the value of "b", found "c"'),
    ("a = {b = 1,, c = 2}\n", "1:12", 'expected a key of the object, found ","'),
    ("a = {b = 1\n,c = 2}\n", "2:1", 'expected a key of the object, found ","'),
    ("a = {b = 1\n", "2:1", 'expected a key of the object, or "}" to close it, found the end of the file'),
    ("a = {b\n= 1}\n", "1:7", 'expected "=" or ":" after a key of the object, found the end of the line'),
    ("a = {b =\n1}\n", "1:9", "expected an expression, found the end of the line"),
    ("a = {b => 1}\n", "1:8", 'expected "=" or ":" after a key of the object, found "=>"'),
    ("a = {b c}\n", "1:8", 'expected "=" or ":" after a key of the object, found "c"'),
    ("a = {for = 1}\n", "1:10", 'expected a variable name after "for", found "="'),
    # for
    ("a = [for x in y : x => z]\n", "1:21", 'a for expression in "[ ]" makes a list and has no key'),
    ("a = [for x in y : x...]\n", "1:20", '"..." groups by key'),
    ("a = {for x in y : x}\n", "1:20", 'expected "=>" and the element'),
    ("a = [for x y : x]\n", "1:12", 'expected "in" after the variable names of "for", found "y"'),
    ("a = [for x, 1 in y : x]\n", "1:13", "expected the name of the value variable after the comma"),
    ("a = [for x in y, x]\n", "1:16", 'expected ":" after the collection of the for expression, found ","'),
    ("a = {for x in y : x => z, }\n", "1:25", 'expected "}" to end the for expression, found ","'),
    # calls, steps, operators
    ("a = f(1 2)\n", "1:9", 'expected "," or ")" after an argument of "f", found "2"'),
    ("a = f(1..., 2)\n", "1:11", 'expected ")" right after "...", found ","'),
    ("a = f(,)\n", "1:7", 'expected an expression, found ","'),
    ("a = b::c\n", "1:9", 'expected "(" to begin the arguments of "b::c", found the end of the line'),
    ("a = b::(1)\n", "1:8", 'expected the name of a function after "::", found "("'),
    ("a = (b)()\n", "1:8", 'expected a line break after the argument, found "("'),
    ("a = (1, 2)\n", "1:7", 'expected ")" to close the parenthesis opened on line 1, found ","'),
    ("a = ()\n", "1:6", 'expected an expression, found ")"'),
    ("a = b.\nc\n", "1:7", 'expected an attribute name after ".", found the end of the line'),
    ("a = b.-c\n", "1:7", 'expected an attribute name after ".", found "-"'),
    ("a = b[]\n", "1:7", 'expected an expression, found "]"'),
    ("a = b[1, 2]\n", "1:8", 'expected "]" after the index, found ","'),
    ("a = b[*\n]\n", "1:8", 'expected "]" right after the star of "[*]", found the end of the line'),
    ("a = b.*.c.*\n", "1:10", '".*" cannot stand inside another ".*"'),
    ("a = b.0.1\n", "1:6", '".0.1": only one old-style index can follow another step'),
    ("a = 1.5.2\n", "1:5", "1.5.2 is not a number"),
    ("a = .5\n", "1:5", 'expected an expression, found "."'),
    ("a = +b\n", "1:5", 'expected an expression, found "+"'),
    ("a = b +\n c\n", "1:8", "expected an expression, found the end of the line"),
    ("a = b\n? c : d\n", "2:1", 'expected an argument or a block, found "?"'),
    ("a = b ? c\n", "1:10", 'expected ":" and the value for the other case of the condition'),
    ("a = b => c\n", "1:7", 'expected a line break after the argument, found "=>"'),
    ("a = ...\n", "1:5", 'expected an expression, found "..."'),
]


@pytest.mark.parametrize(("text", "place", "message"), REFUSED)
def test_refused(text, place, message):
    with pytest.raises(SyntaxFailure) as failure:
        parse(text, "x.tf")
    assert str(failure.value).startswith(f"x.tf:{place}: {message}")


@pytest.mark.parametrize(("text", "place", "message"), REFUSED)
def test_places_move_with_the_text_before(text, place, message):
    line, column = place.split(":")
    with pytest.raises(SyntaxFailure) as failure:
        parse("# é\r\nq = [\n1]\n" + text, "x.tf")
    assert failure.value.location.line == int(line) + 3
    assert failure.value.location.column == int(column)


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (b'a = "\xff"\n', "1:6", "not UTF-8 text: byte 0xff"),
        (b"a = 1\n# \xc3\xa9 \xc3\n", "2:5", "not UTF-8 text: byte 0xc3"),
        (b"\xef\xbb\xbfa\xff", "1:2", "not UTF-8 text: byte 0xff"),
        ("a = 1".encode("utf-16"), "1:1", "not UTF-8 text but UTF-16"),
        (b"a = 1\n" * 2_000_000, "1:1", "larger than 10 MiB: not read"),
    ],
)
def test_refused_bytes(data, place, message):
    with pytest.raises(SyntaxFailure) as failure:
        parse(data, "x.tf")
    assert str(failure.value) == f"x.tf:{place}: {message}"


def test_messages_end_where_the_offending_token_ends():
    with pytest.raises(SyntaxFailure) as failure:
        parse("a = 1 bcd = 2\n", "x.tf")
    assert (failure.value.location.column, failure.value.location.end_column) == (7, 10)


def test_messages_stay_short():
    for text in (f"a = 1 {'b' * 5000}\n", f"{'b' * 5000}\n", f"a = f{'::b' * 5000}\n", f'a = "\\{"y" * 5000}"\n'):
        with pytest.raises(SyntaxFailure) as failure:
            parse(text, "x.tf")
        assert len(str(failure.value)) < 200


def test_places_of_extracted_text():
    from iacgate.model import Location

    for read, text in ((parse_expression, "a b"), (parse_template, "${a b}")):
        with pytest.raises(SyntaxFailure) as failure:
            read(text, "x.tf", lambda offset: Location(file="y.tf", line=7, column=offset))
        assert str(failure.value).startswith(f"y.tf:7:{text.index('b')}: ")
