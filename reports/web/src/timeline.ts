// Rows of threads and GPU streams over time. Whatever the number of cells, each pixel of a row is
// drawn once: with what most of it was, as high as the share of it that was used.
import type { Kind, Timeline, TimelineRow } from './data';
import { button, drawByWidth, element, fit, keyedDrawing, legend, resize, shape, statusLine } from './dom';
import { percent, seconds } from './units';
import { scaleLinear } from 'd3-scale';

const lane = 22, gap = 4, axis = 22, pixel = 2;

interface Cells {
  row: TimelineRow;
  start: Float64Array;
  end: Float64Array;
  kind: Int32Array;
  fill: Float64Array;
  name: Int32Array;
}

function unpack(row: TimelineRow): Cells {
  const count = row.cells.length / 5;
  const cells: Cells = {
    row, start: new Float64Array(count), end: new Float64Array(count), kind: new Int32Array(count),
    fill: new Float64Array(count), name: new Int32Array(count),
  };
  let at = 0;
  for (let i = 0; i < count; ++i) {
    const [begin, length, kind, fill, name] = row.cells.slice(i * 5, i * 5 + 5);
    at += begin;
    cells.start[i] = at * row.unit_s;
    at += length;
    cells.end[i] = at * row.unit_s;
    cells.kind[i] = kind;
    cells.fill[i] = fill / 100;
    cells.name[i] = name;
  }
  return cells;
}

/** Seconds by kind in each of `count` equal parts of [from, to]. */
function sumByPixel(cells: Cells, from: number, to: number, count: number, kinds: number): Float64Array {
  const sums = new Float64Array(count * kinds);
  const scale = count / (to - from);
  for (let i = 0; i < cells.start.length; ++i) {
    const begin = (cells.start[i] - from) * scale, end = (cells.end[i] - from) * scale;
    if (end <= 0 || begin >= count) continue;
    const last = Math.min(count - 1, Math.ceil(end) - 1);
    for (let p = Math.max(0, Math.floor(begin)); p <= last; ++p)
      sums[p * kinds + cells.kind[i]] += (Math.min(end, p + 1) - Math.max(begin, p)) * cells.fill[i];
  }
  return sums;
}

/** One path for each kind: a few hundred elements, whatever the number of cells. */
function pathsOf(cells: Cells, from: number, to: number, x0: number, y0: number, width: number, kinds: number): string[] {
  const count = Math.max(1, Math.floor(width / pixel));
  const sums = sumByPixel(cells, from, to, count, kinds);
  const paths: string[] = new Array(kinds).fill('');
  let runKind = -1, runHeight = 0, runFrom = 0;
  const flush = (p: number) => {
    if (runKind >= 0) paths[runKind] += `M${x0 + runFrom * pixel} ${y0 + lane - runHeight}h${(p - runFrom) * pixel}v${runHeight}h${-(p - runFrom) * pixel}z`;
  };
  for (let p = 0; p < count; ++p) {
    let kind = -1, most = 0, all = 0;
    for (let k = 0; k < kinds; ++k) {
      const part = sums[p * kinds + k];
      all += part;
      if (part > most) { most = part; kind = k; }
    }
    const height = kind < 0 ? 0 : Math.max(2, Math.round(Math.min(all, 1) * lane));
    if (kind === runKind && height === runHeight) continue;
    flush(p);
    runKind = kind;
    runHeight = height;
    runFrom = p;
  }
  flush(count);
  return paths;
}

class View {
  from = 0;
  to: number;
  constructor(readonly all: number) { this.to = all; }

  /** `factor` below 1 goes closer; `at` in 0..1 stays where it is. */
  zoom(factor: number, at = 0.5): void {
    const length = Math.min(this.all, Math.max(this.all * 1e-6, (this.to - this.from) * factor));
    const fixed = this.from + (this.to - this.from) * at;
    this.place(fixed - length * at, length);
  }
  move(share: number): void { this.place(this.from + (this.to - this.from) * share, this.to - this.from); }
  reset(): void { this.place(0, this.all); }
  private place(from: number, length: number): void {
    this.from = Math.min(Math.max(0, from), this.all - length);
    this.to = this.from + length;
  }
}

function describe(data: Timeline, cells: Cells, at: number): string {
  let said = 'off the CPU, or not seen';
  for (let i = 0; i < cells.start.length; ++i) {
    if (at < cells.start[i] || at >= cells.end[i]) continue;
    const name = cells.name[i] >= 0 ? `, ${data.names[cells.name[i]]}` : '';
    const length = cells.row.unit_s < data.column_s ? `, ${seconds(cells.end[i] - cells.start[i])}` : '';
    said = `${data.kinds[cells.kind[i]][0]}${name}${length}, ${percent(cells.fill[i])} of it`;
  }
  return `${cells.row.name} at ${seconds(at)}: ${said}`;
}

export function drawTimeline(host: HTMLElement, data: Timeline): void {
  const rows = data.rows.filter(row => row.cells.length > 0).map(unpack);
  if (!rows.length) throw new Error('no cells');
  const used = new Set<number>();
  rows.forEach(row => row.kind.forEach(kind => used.add(kind)));
  legend(host, [...used].sort((a, b) => a - b).map(kind => data.kinds[kind] as Kind));

  const view = new View(Math.max(data.end_s, ...rows.map(row => row.end[row.end.length - 1] ?? 0)));
  const controls = element(host, 'div', 'controls');
  const svg = keyedDrawing(host, `Timeline of ${rows.length} rows over ${seconds(view.all)}. Keys: plus and minus zoom, arrows move, 0 shows all. The table below has the figures.`);
  const status = statusLine(host);
  const widest = Math.max(...rows.map(cells => cells.row.name.length * 6.6));
  let width = 0, labels = 0;

  const draw = () => {
    const narrow = labels === 0;
    const step = lane + gap + (narrow ? 14 : 0);
    const height = rows.length * step + axis;
    svg.replaceChildren();
    resize(svg, width, height);
    const time = scaleLinear([view.from, view.to], [labels, width]);
    for (const tick of time.ticks(Math.max(2, Math.floor(width / 110)))) {
      shape(svg, 'path', { d: `M${time(tick)} 0V${height - axis}`, class: 'grid' });
      const anchor = time(tick) > width - 30 ? 'end' : time(tick) < labels + 20 ? 'start' : 'middle';
      shape(svg, 'text', { x: time(tick), y: height - 6, 'text-anchor': anchor, class: 'quiet' }, seconds(tick));
    }
    rows.forEach((cells, i) => {
      const y = i * step + (narrow ? 14 : 0);
      const label = shape(svg, 'text', narrow ? { x: 0, y: y - 3 } : { x: 0, y: y + 15 }, fit(cells.row.name, narrow ? width : labels - 8));
      shape(label, 'title', {}, cells.row.name);
      shape(svg, 'rect', { x: labels, y, width: width - labels, height: lane, class: 'lane' });
      pathsOf(cells, view.from, view.to, labels, y, width - labels, data.kinds.length).forEach((d, kind) => {
        if (d) shape(svg, 'path', { d, class: `k-${data.kinds[kind][1]}` });
      });
    });
  };
  const change = (act: () => void) => {
    act();
    draw();
    status.textContent = `shown: ${seconds(view.from)} to ${seconds(view.to)}`;
  };
  const acts: [string, string, string[], () => void][] = [
    ['+', 'Zoom in', ['+', '='], () => view.zoom(0.5)], ['−', 'Zoom out', ['-'], () => view.zoom(2)],
    ['←', 'Earlier', ['ArrowLeft'], () => view.move(-0.25)], ['→', 'Later', ['ArrowRight'], () => view.move(0.25)],
    ['all', 'Show all of the run', ['0', 'Escape'], () => view.reset()],
  ];
  for (const [text, label, , act] of acts) button(controls, text, label, () => change(act));
  element(controls, 'span', 'note', 'with Ctrl, the wheel zooms too');

  svg.addEventListener('keydown', event => {
    const found = acts.find(([, , keys]) => keys.includes(event.key));
    if (!found || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    change(found[3]);
  });
  const place = (event: MouseEvent) => {
    const box = svg.getBoundingClientRect();
    const scale = width / box.width;
    return { x: ((event.clientX - box.left) * scale - labels) / (width - labels), y: (event.clientY - box.top) * scale };
  };
  svg.addEventListener('wheel', event => {
    if (!event.ctrlKey && document.activeElement !== svg) return;
    event.preventDefault();
    change(() => view.zoom(event.deltaY > 0 ? 1.25 : 0.8, Math.min(1, Math.max(0, place(event).x))));
  }, { passive: false });
  svg.addEventListener('pointermove', event => {
    const { x, y } = place(event);
    const cells = rows[Math.floor(y / (lane + gap + (labels === 0 ? 14 : 0)))];
    if (cells && x >= 0) status.textContent = describe(data, cells, view.from + (view.to - view.from) * x);
  });
  drawByWidth(host, now => {
    width = now;
    labels = now < 600 ? 0 : Math.min(now < 850 ? 160 : 205, widest + 12);
    draw();
  });
}
