"""The page's style sheet: system fonts, light and dark by the reader's setting, and paper."""

STYLE = """
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f7fa; --line: #dde3ea; --ink: #1b2430; --faint: #5d6977;
  --series0: #2a6ab0; --series1: #9cc0e4; --series2: #e0a33e; --track: #edf1f5;
  --good: #1d7a4a; --bad: #b3261e; --alert: #fdf0ee; --link: #2a6ab0;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14181d; --panel: #1c2229; --line: #323b46; --ink: #e4e9ef; --faint: #9aa6b4;
    --series0: #6aa9ec; --series1: #3a5f87; --series2: #c98f32; --track: #20272f;
    --good: #5cc48e; --bad: #ff8a80; --alert: #33201f; --link: #7db6f2;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1280px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 8px 0 16px; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 48px 0 12px; padding-top: 16px; border-top: 1px solid var(--line); }
a { color: var(--link); }
code, td.code, th.code[scope=row], pre {
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.92em;
}
.state {
  display: inline-block; vertical-align: middle; padding: 2px 10px; border-radius: 999px;
  border: 1px solid currentColor; font-size: 0.85rem; font-weight: 600;
}
.good { color: var(--good); }
.bad { color: var(--bad); }
.alert {
  margin: 12px 0; padding: 10px 14px; border-left: 4px solid var(--bad); border-radius: 4px;
  background: var(--alert); overflow-wrap: anywhere;
}
.alert ul { margin: 4px 0 0; padding-left: 20px; }
.note { margin: 8px 0; color: var(--faint); max-width: 80ch; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 16px; margin: 12px 0 20px; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 12px 0 16px; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 4px 0 6px; white-space: nowrap; }
th, td { padding: 4px 18px 4px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--faint); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; white-space: nowrap; }
th.text:first-child { position: sticky; left: 0; background: var(--page); }
tbody tr:hover > * { background: var(--panel); }
.number { text-align: right; white-space: nowrap; }
thead .number { white-space: normal; }
td.code { overflow-wrap: anywhere; min-width: 24ch; }
.whole { white-space: nowrap; }
.list { display: flex; flex-wrap: wrap; gap: 0 12px; color: var(--faint); }
.list span { white-space: nowrap; }
.beside { display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px 40px; align-items: start; }
figure { margin: 12px 0 20px; }
figcaption { display: flex; flex-wrap: wrap; gap: 0 14px; font-weight: 600; font-size: 0.9rem; margin-bottom: 6px; }
.legend { display: inline-flex; flex-wrap: wrap; gap: 0 14px; font-weight: 400; color: var(--faint); }
.swatch { display: inline-block; width: 11px; height: 11px; margin-right: 5px; border-radius: 2px; }
svg { display: block; }
svg text { font-size: 13px; fill: var(--ink); }
svg text.value { fill: var(--faint); text-anchor: end; }
rect.track { fill: var(--track); }
.series0 { fill: var(--series0); background: var(--series0); }
.series1 { fill: var(--series1); background: var(--series1); }
.series2 { fill: var(--series2); background: var(--series2); }
details { margin: 12px 0; }
summary { cursor: pointer; color: var(--link); }
pre { background: var(--panel); padding: 12px; border-radius: 4px; overflow-x: auto; max-height: 70vh; }
@media screen and (max-width: 560px) {
  main { padding: 16px 14px 48px; }
  caption { white-space: normal; }
}
@media (min-width: 1100px) {
  .beside { grid-template-columns: minmax(0, 1fr) 340px; }
}
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .scroll, pre { overflow: visible; max-height: none; }
  caption { white-space: normal; }
  pre { white-space: pre-wrap; }
  h2, caption, thead { break-after: avoid; }
  th.text:first-child { position: static; background: none; }
  tr, figure, .alert { break-inside: avoid; }
  svg, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
