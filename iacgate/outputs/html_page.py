"""Output ``html``: one page for people, with everything inside it. A report comes in, HTML goes out.

The page loads nothing: its policy forbids it, styles and the filter's few lines are in the page, and without the
script the whole list shows.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from iacgate.model import Fixed, Gate, ScanReport, Severity, State, Trouble, Verdict
from iacgate.outputs._frames import Frames
from iacgate.outputs._listing import (
    belongings,
    break_glass_line,
    by_weight,
    exception_phrase,
    gate_line,
    ordered,
    reading_counts,
    remark,
    stale,
    standing_phrase,
    summed_up,
    troubles,
    waiver_name,
    way,
)
from iacgate.outputs._plain import one_line
from iacgate.outputs._xml import attribute, body, content
from iacgate.spi import OutputOptions

name = "html"
extension = "html"

GATES = {Gate.OPEN: "open", Gate.CLOSED: "closed", Gate.INCOMPLETE: "incomplete"}
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; }
code, pre { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
pre { overflow-x: auto; background: #8881; padding: .6rem; }
.gate, .loud { border-left: .5rem solid; padding: .5rem 1rem; background: #8881; }
.open { border-color: #1a7f37; } .closed, .loud { border-color: #cf222e; } .incomplete { border-color: #9a6700; }
.loud { font-weight: bold; }
form { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1rem 0; }
input, select { font: inherit; }
@media (max-width: 48rem) {
  body { margin: 1rem auto; }
  th, td { padding: .3rem .2rem; }
  thead th { font-size: .7rem; }
  #findings thead { display: none; }
  #findings tr:not([hidden]) { display: block; border-bottom: 1px solid #8886; padding: .6rem 0; }
  #findings td { display: block; border: 0; padding: .1rem 0; }
  #findings td:nth-child(-n+2) { display: inline-block; margin-right: .5rem; font-weight: bold; }
}
"""
SCRIPT = """
const form = document.forms[0], rows = [...document.querySelectorAll('#findings tbody tr')];
const shown = document.getElementById('shown');
form.hidden = false;
form.addEventListener('submit', event => event.preventDefault());
form.addEventListener('input', () => {
  const text = form.text.value.toLowerCase(), state = form.state.value, severity = form.severity.value;
  let count = 0;
  for (const row of rows) {
    const keep = (!state || row.dataset.state === state) && (!severity || row.dataset.severity === severity)
      && row.textContent.toLowerCase().includes(text);
    row.hidden = !keep;
    count += keep;
  }
  shown.textContent = count + ' of ' + rows.length + ' shown';
});
"""


def render(report: ScanReport, options: OutputOptions) -> str:
    verdicts = by_weight(ordered(report))
    lines = [
        *_head(report),
        *_verdict(report),
        *_numbers(report),
        *_findings(verdicts, Frames(report, options.source, options.width)),
        *_fixed(report),
        *_troubles(report),
        *_exceptions(report),
        *_remarks(report),
        "</main>",
        f"<script>{SCRIPT}</script>" if verdicts else "",
        "</body>",
        "</html>",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _head(report: ScanReport) -> Iterator[str]:
    policy = f"default-src 'none'; style-src {_digest(STYLE)}; script-src {_digest(SCRIPT)}"
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>iacgate: gate {report.gate.value}</title>"
    yield f"<style>{STYLE}</style>"
    yield "</head>"
    yield "<body>"
    yield "<main>"


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _verdict(report: ScanReport) -> Iterator[str]:
    yield f"<h1>iacgate: gate {report.gate.value}</h1>"
    if report.break_glass:
        yield f'<p class="loud" role="alert">{_text(break_glass_line(report))}</p>'
    yield f'<p class="gate {GATES[report.gate]}">{_text(gate_line(report))}<br>{_text(summed_up(report))}</p>'


def _numbers(report: ScanReport) -> Iterator[str]:
    yield "<table><caption>Findings by severity and state</caption>"
    heads = "".join(f'<th scope="col" class="n">{state.value}</th>' for state in State)
    yield f'<thead><tr><th scope="col">severity</th>{heads}</tr></thead><tbody>'
    for severity in reversed(Severity):
        states = [verdict.state for verdict in report.verdicts if verdict.severity is severity]
        cells = "".join(f'<td class="n">{states.count(state)}</td>' for state in State)
        yield f'<tr><th scope="row">{severity}</th>{cells}</tr>'
    yield "</tbody></table>"
    yield f"<p>{', '.join(reading_counts(report))}</p>"


def _findings(verdicts: list[Verdict], frames: Frames) -> Iterator[str]:
    yield f"<h2>Findings ({len(verdicts)})</h2>"
    if not verdicts:
        return
    yield '<form hidden aria-label="Filter the findings">'
    yield '<label>Text <input name="text" type="search"></label>'
    yield _choice("State", "state", [state.value for state in State])
    yield _choice("Severity", "severity", [str(severity) for severity in reversed(Severity)])
    yield '<output id="shown" aria-live="polite"></output></form>'
    yield '<table id="findings"><caption>Most severe first</caption><thead><tr>'
    yield "".join(f'<th scope="col">{head}</th>' for head in ("state", "severity", "rule", "place", "what and why"))
    yield "</tr></thead><tbody>"
    for verdict in verdicts:
        yield from _row(verdict, frames)
    yield "</tbody></table>"


def _choice(label: str, field: str, values: list[str]) -> str:
    options = "".join(f"<option>{value}</option>" for value in values)
    return f'<label>{label} <select name="{field}"><option value="">all</option>{options}</select></label>'


def _row(verdict: Verdict, frames: Frames) -> Iterator[str]:
    finding = verdict.finding
    place = f"<code>{_text(str(finding.location))}</code><br><code>{_text(finding.subject.address)}</code>"
    yield f'<tr data-state="{verdict.state.value}" data-severity="{verdict.severity}">'
    yield f"<td>{verdict.state.value}</td><td>{verdict.severity}</td>"
    yield f'<td><code title="{attribute(finding.rule.title)}">{_text(finding.rule.id)}</code></td><td>{place}</td>'
    yield f"<td>{_text(finding.message)}<details><summary>details</summary>"
    frame = frames.of(verdict)
    if frame:
        yield f"<pre>{body(chr(10).join(frame.rows()))}</pre>"
    yield "<dl>"
    yield from (f"<dt>{word}</dt><dd>{_text(text)}</dd>" for word, text in _account(verdict) if text.strip())
    yield "</dl></details></td></tr>"


def _account(verdict: Verdict) -> Iterator[tuple[str, str]]:
    finding = verdict.finding
    yield "why", finding.rule.rationale
    yield "fix", finding.rule.remediation
    yield "gate", verdict.because
    yield "exception", exception_phrase(verdict)
    yield "note", remark(verdict)
    yield "change", standing_phrase(finding)
    yield "of", belongings(finding)
    yield from way(finding)
    for place, text in finding.related:
        yield "related", f"{place}: {text}"


def _fixed(report: ScanReport) -> Iterator[str]:
    found = report.listed_fixed
    if found:
        yield f"<h2>Fixed by this change ({len(found)})</h2><ul>"
        yield from map(_mended, found)
        yield "</ul>"


def _mended(one: Fixed) -> str:
    finding = one.finding
    what = f"<code>{_text(finding.rule.id)}</code> <code>{_text(finding.subject.address)}</code>"
    return f"<li>{one.severity} {what}: {_text(finding.message)}</li>"


def _troubles(report: ScanReport) -> Iterator[str]:
    found = troubles(report)
    if found:
        yield f"<h2>Not understood ({len(found)})</h2><ul>"
        yield from map(_trouble, found)
        yield "</ul>"


def _trouble(trouble: Trouble) -> str:
    place = f" <code>{_text(str(trouble.location))}</code>" if trouble.location else ""
    hint = f"<br>{_text(trouble.hint)}" if trouble.hint else ""
    return f"<li>{_text(trouble.kind)}:{place} {_text(trouble.message)}{hint}</li>"


def _exceptions(report: ScanReport) -> Iterator[str]:
    found = stale(report)
    if found:
        yield f"<h2>Exceptions to look after ({len(found)})</h2><ul>"
        for one in found:
            note = one.note or one.waiver.reason
            yield f"<li>{_text(one.status)}: {_text(waiver_name(one.waiver))}: {_text(note)}</li>"
        yield "</ul>"


def _remarks(report: ScanReport) -> Iterator[str]:
    lines = [f"declined: {one.what}: {one.reason}" for one in report.declined] + list(report.notices)
    if lines:
        yield "<h2>Notes</h2><ul>"
        yield from (f"<li>{_text(line)}</li>" for line in lines)
        yield "</ul>"


def _text(text: str) -> str:
    return content(one_line(text))
