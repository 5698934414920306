// The style of what stands around and in the charts. A drawing's colours are the classes' own
// (html_style.cpp), so that it follows the light, the dark and paper by itself.
#include "reports/html_sections.h"

namespace bottleneck {

const Literal chart_style = R"(
.chart { margin: 0 0 .5rem; }
.chart[hidden] { display: none; }
.chart svg { display: block; width: 100%; height: auto; touch-action: pan-y; }
.chart .key { display: inline-block; width: .8em; height: .8em; margin-right: .2em; }
.chart svg:focus-visible, .chart button:focus-visible, .chart input:focus-visible {
  outline: 2px solid var(--compute); outline-offset: 2px;
}
.chart text { fill: var(--text); font: 12px system-ui, sans-serif; }
.chart .quiet { fill: var(--faint); }
.chart .onto { fill: var(--label); }
.chart .axis { stroke: var(--faint); fill: none; }
.chart .grid { stroke: var(--line); fill: none; }
.chart .roof { stroke: var(--text); stroke-width: 1.5; fill: none; }
.chart .lane { fill: var(--card); }
.chart .found { fill: none; stroke: var(--text); stroke-width: 2; }
.chart .cursor { fill: none; stroke: var(--text); stroke-width: 2; stroke-dasharray: 3 2; }
.chart .halo { paint-order: stroke; stroke: var(--page); stroke-width: 5px; }
.chart .k-compute { fill: var(--compute); }
.chart .k-memory_bandwidth { fill: var(--memory_bandwidth); }
.chart .k-memory_latency { fill: var(--memory_latency); }
.chart .k-memory_capacity { fill: var(--memory_capacity); }
.chart .k-io_read { fill: var(--io_read); }
.chart .k-io_write { fill: var(--io_write); }
.chart .k-network { fill: var(--network); }
.chart .k-lock { fill: var(--lock); }
.chart .k-sleep { fill: var(--sleep); }
.chart .k-kernel { fill: var(--kernel); }
.chart .k-run_queue { fill: var(--run_queue); }
.chart .k-gpu_transfer { fill: var(--gpu_transfer); }
.chart .k-gpu_compute { fill: var(--gpu_compute); }
.chart .k-gpu_memory { fill: var(--gpu_memory); }
.chart .k-gpu_launch { fill: var(--gpu_launch); }
.chart .k-gpu_sync { fill: var(--gpu_sync); }
.chart .k-unattributed { fill: var(--unattributed); }
.chart .k-others { fill: var(--faint); }
.chart .k-plain { fill: var(--good); }
.chart .k-frame { fill: var(--line); }
.controls { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; margin: .25rem 0; }
.controls button, .controls input, .save button {
  font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--faint);
  border-radius: .3rem; padding: .2rem .6rem; min-height: 1.9rem;
}
.controls input { flex: 1 1 10rem; max-width: 22rem; background: var(--page); }
.controls button[aria-pressed=true] { background: var(--text); color: var(--page); }
.kinds { display: flex; flex-wrap: wrap; gap: .1rem 1rem; list-style: none; padding: 0; margin: .25rem 0; font-size: .9rem; }
.status { min-height: 1.5em; margin: .25rem 0; color: var(--faint); font-size: .9rem; }
.code code { white-space: pre-wrap; }
.code .source td { background: var(--card); }
.scroll .code td:not(.number) { min-width: 7rem; }
@media print { .controls, .status, .save { display: none; } }
)";

}  // namespace bottleneck
