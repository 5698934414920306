// The style sheet of the page. Each colour of a class is told from the page, and its label from it,
// with a contrast of at least 4.5 : 1 (WCAG 2.1 AA), in the light and in the dark; a test computes
// it.
#include "reports/html_sections.h"

namespace bottleneck {

const Literal page_style = R"(
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1b1f24; --faint: #545c66; --line: #d3d8de; --card: #f5f7f9;
  --good: #1a6b3c; --poor: #9a3412; --label: #ffffff;
  --compute: #1f5fa8; --memory_bandwidth: #b0441a; --memory_latency: #a3261c;
  --memory_capacity: #85590a; --io_read: #1c6e3f; --io_write: #4f6a10; --network: #006c75;
  --lock: #7b3fa0; --sleep: #58636e; --kernel: #6b4a33; --run_queue: #ab2268;
  --gpu_transfer: #3f51b5; --gpu_compute: #2b3f95; --gpu_memory: #6a35b8; --gpu_launch: #42647a;
  --gpu_sync: #4a5070; --unattributed: #6f6f6f;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --text: #e6e9ec; --faint: #a7b0ba; --line: #363d45; --card: #1c2126;
    --good: #76d39b; --poor: #ffab7d; --label: #101214;
    --compute: #7db4f0; --memory_bandwidth: #ff9e6b; --memory_latency: #ff8f85;
    --memory_capacity: #e0b050; --io_read: #6fd196; --io_write: #b0d060; --network: #5fd0d8;
    --lock: #cfa0f0; --sleep: #a9b4c0; --kernel: #d0a888; --run_queue: #ff8fc4;
    --gpu_transfer: #a0acff; --gpu_compute: #8fb0ff; --gpu_memory: #c3a6ff; --gpu_launch: #9cc3d8;
    --gpu_sync: #b0b6d8; --unattributed: #a8a8a8;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1, h2, h3, p, dl, ol, ul, figure { margin: 0 0 .75rem; }
h1 { font-size: clamp(1.4rem, 5vw, 2rem); line-height: 1.2; margin-top: 1rem; }
h2 { font-size: 1.3rem; margin-top: 2.25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin-top: 1.25rem; }
code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; }
code, dd, td, th, li, h1, h3, p { unicode-bidi: isolate; }
a { color: var(--compute); }
header p { margin: 0; }
header .tool, .note, figcaption, dt, caption, thead th { color: var(--faint); }
.said { font-size: 1.15rem; }
figcaption, caption { text-align: left; font-size: .9rem; padding: .25rem 0; }
.facts { display: grid; grid-template-columns: minmax(4rem, max-content) 1fr; gap: .25rem 1rem; }
.facts dt { max-width: 9rem; }
.facts dd { margin: 0; min-width: 0; }
.facts .text { white-space: pre-wrap; }
.facts ul { margin: 0; padding-left: 1.1rem; list-style: disc outside; }
.legend th { white-space: nowrap; }
.bar { display: flex; gap: 2px; height: 2.25rem; margin: .25rem 0 .5rem; }
.part {
  flex: 0 0 0; min-width: 2px; overflow: hidden; container-type: inline-size; display: flex;
  align-items: center; color: var(--label);
}
.part span { display: none; white-space: nowrap; padding-left: .5rem; font-size: .9rem; }
@container (min-width: 11.5rem) { .part span { display: inline; } }
td .bar { height: .75rem; margin: .35rem 0 .1rem; }
td .bar .part span { display: none; }
.swatch { display: inline-block; width: .8em; height: .8em; margin-right: .5em; }
.part, .swatch, .meter { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.meter { display: block; height: .75rem; min-width: 1px; background: var(--compute); }
.compute { background: var(--compute); }
.memory_bandwidth { background: var(--memory_bandwidth); }
.memory_latency { background: var(--memory_latency); }
.memory_capacity { background: var(--memory_capacity); }
.io_read { background: var(--io_read); }
.io_write { background: var(--io_write); }
.network { background: var(--network); }
.lock { background: var(--lock); }
.sleep { background: var(--sleep); }
.kernel { background: var(--kernel); }
.run_queue { background: var(--run_queue); }
.gpu_transfer { background: var(--gpu_transfer); }
.gpu_compute { background: var(--gpu_compute); }
.gpu_memory { background: var(--gpu_memory); }
.gpu_launch { background: var(--gpu_launch); }
.gpu_sync { background: var(--gpu_sync); }
.unattributed { background: var(--unattributed); }
.others { background: var(--faint); }
.swatch.unattributed {
  background: repeating-linear-gradient(45deg, var(--unattributed) 0 2px, var(--page) 2px 4px);
}
.scroll { overflow-x: auto; max-width: 100%; margin-bottom: .75rem; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--compute); }
table { border-collapse: collapse; min-width: 50%; font-variant-numeric: tabular-nums; }
th, td {
  text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; font-weight: normal;
  border-bottom: 1px solid var(--line);
}
.legend, .full { width: 100%; }
.scroll th, .scroll td { min-width: 4rem; }
.scroll th[scope=row] { min-width: 10rem; }
.scroll td:not(.number) { min-width: 9rem; }
.scroll .state { min-width: 6.5rem; }
.scroll td:last-child:not(.number):not(.wide):not(.half) { min-width: 10.5rem; }
.number { text-align: right; white-space: nowrap; }
.scroll .wide { width: 75%; min-width: 10rem; }
.scroll .half { width: 40%; min-width: 9rem; }
.scroll .ladder { width: 30%; min-width: 7rem; }
.half .meter + .meter { margin-top: 2px; }
td p { margin: .15rem 0; }
td b { color: var(--faint); font-weight: 600; }
.available { color: var(--good); }
.degraded, .unavailable { color: var(--poor); }
.cards { padding: 0; list-style-position: inside; }
.cards > * {
  background: var(--card); border: 1px solid var(--line); border-radius: .4rem;
  padding: .75rem 1rem; margin: 0 0 .75rem;
}
.cards h3 { margin-top: 0; }
ol.cards h3 { display: inline; }
.gain { margin-top: .35rem; }
.cards dl { margin-bottom: 0; }
.amdahl, .scale {
  max-width: 40rem; width: 100%; height: auto; font-size: .8rem; fill: var(--text);
}
.axis { stroke: var(--faint); }
.grid { stroke: var(--line); }
.gate { stroke: var(--faint); stroke-dasharray: 4 3; }
.amdahl .curve { stroke: var(--compute); stroke-width: 2; fill: none; }
.promise { stroke: var(--faint); stroke-width: 6; stroke-opacity: .5; }
.interval { stroke: var(--text); stroke-width: 2; }
.measured { fill: var(--text); }
.predicted { fill: var(--page); stroke: var(--text); stroke-width: 2; }
.run { fill: var(--compute); fill-opacity: .45; }
summary { cursor: pointer; padding: .4rem 0; font-weight: 600; }
footer { margin-top: 2rem; color: var(--faint); font-size: .9rem; }
@media (max-width: 30rem) {
  body { padding: .75rem; }
  .amdahl, .scale { font-size: 1.2rem; }
  .scroll td:not(.number) { min-width: 10.5rem; }
  .facts { display: block; }
  .facts dt { font-size: .85rem; margin-top: .35rem; }
  .legend td:last-child, .legend th:last-child { font-size: .9rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .scroll { overflow: visible; }
  h1, h2, h3, caption, summary { break-after: avoid; }
  tr, .cards > *, figure { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
)";

}  // namespace bottleneck
