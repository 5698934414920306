// Roofline: arithmetic a second over arithmetic per byte, both on logarithmic axes.
import { scaleLog } from 'd3-scale';
import type { Roofline } from './data';
import { drawByWidth, drawing, fit, resize, shape, statusLine } from './dom';
import { giga, percent, power, rounded } from './units';

const left = 46, right = 14, top = 26, bottom = 44;

type Scale = (value: number) => number;

function bounds(values: number[], wider: number): [number, number] {
  return [10 ** Math.floor(Math.log10(Math.min(...values) / wider)), 10 ** Math.ceil(Math.log10(Math.max(...values) * wider))];
}

const decades = ([low, high]: [number, number]): number[] => {
  const all: number[] = [];
  for (let value = low; value <= high * 1.001; value *= 10) all.push(value);
  return all;
};

/** Labels that would lie on each other are moved up. */
class Labels {
  private taken: [number, number, number][] = [];
  constructor(private svg: SVGElement) {}
  add(x: number, y: number, text: string, anchor: string, cls: string): void {
    const width = text.length * 6.6;
    const from = anchor === 'end' ? x - width : x;
    let at = y;
    while (at > 12 && this.taken.some(([a, b, c]) => Math.abs(c - at) < 13 && from < b && from + width > a)) at -= 2;
    this.taken.push([from, from + width, at]);
    shape(this.svg, 'text', { x, y: at, 'text-anchor': anchor, class: cls }, text);
  }
}

type Level = { name: string; flops_per_s: number };

/** Levels that a drawing cannot tell apart are one, with both names. */
function joinLevels(levels: Level[]): Level[] {
  const near = 1.25;
  const joined: Level[] = [];
  for (const level of [...levels].sort((a, b) => a.flops_per_s - b.flops_per_s)) {
    const last = joined[joined.length - 1];
    if (last && level.flops_per_s < last.flops_per_s * near) last.name = `${level.name}, ${last.name}`;
    else joined.push({ name: level.name, flops_per_s: level.flops_per_s });
  }
  return joined;
}

/** Without loops it shows the machine alone: its slopes are then those of every cache. */
export function drawRoofline(host: HTMLElement, data: Roofline, cpus = 'one CPU'): void {
  const alone = data.points.length === 0;
  const what = alone ? `${cpus} of this machine` : `${data.points.length} hot loops`;
  const svg = drawing(host, `Roofline of ${what}; the table below has the figures`);
  const status = alone ? undefined : statusLine(host);
  const moving = data.points.filter(point => point.traffic > 0);
  const levels = joinLevels(data.roofs.filter(roof => roof.flops_per_s > 0));
  const slopes = data.roofs.filter(roof => roof.bytes_per_s > 0).sort((a, b) => a.bytes_per_s - b.bytes_per_s);
  const peak = Math.max(...levels.map(roof => roof.flops_per_s), ...data.points.map(point => point.flops_per_s));
  const ridges = slopes.map(roof => peak / roof.bytes_per_s);
  const xs = bounds([0.05, 10, ...moving.map(point => point.flops_per_s / point.traffic), ...ridges], 1.2);
  const ys = bounds([peak / 100, peak, ...data.points.map(point => point.flops_per_s)], 1.2);

  drawByWidth(host, width => {
    const height = Math.min(420, Math.max(280, width * 0.5));
    const x = scaleLog(xs, [left, width - right]) as unknown as Scale;
    const y = scaleLog(ys, [height - bottom, top]) as unknown as Scale;
    svg.replaceChildren();
    resize(svg, width, height);
    for (const tick of decades(xs)) {
      shape(svg, 'path', { d: `M${x(tick)} ${top}V${height - bottom}`, class: 'grid' });
      shape(svg, 'text', { x: x(tick), y: height - bottom + 16, 'text-anchor': 'middle', class: 'quiet' }, power(tick));
    }
    for (const tick of decades(ys)) {
      shape(svg, 'path', { d: `M${left} ${y(tick)}H${width - right}`, class: 'grid' });
      shape(svg, 'text', { x: left - 6, y: y(tick) + 4, 'text-anchor': 'end', class: 'quiet' }, power(tick / 1e9));
    }
    shape(svg, 'text', { x: (left + width - right) / 2, y: height - 8, 'text-anchor': 'middle' }, alone ? 'FLOP per byte' : 'FLOP per byte from beyond L2');
    shape(svg, 'text', { x: 0, y: 12 }, `GFLOP/s of ${cpus}`);

    const labels = new Labels(svg);
    const names: (() => void)[] = []; // behind those of the dots, which stand where they belong
    for (const roof of levels) {
      const from = Math.max(xs[0], Math.min(...slopes.map(slope => roof.flops_per_s / slope.bytes_per_s), xs[1]));
      shape(svg, 'path', { d: `M${x(from)} ${y(roof.flops_per_s)}H${width - right}`, class: 'roof' });
      names.push(() => labels.add(width - right - 2, y(roof.flops_per_s) - 4, `${roof.name} ${giga(roof.flops_per_s)}`, 'end', 'quiet halo'));
    }
    for (const roof of slopes) {
      const from = Math.max(xs[0], ys[0] / roof.bytes_per_s);
      const to = Math.min(xs[1], peak / roof.bytes_per_s);
      if (from >= to) continue;
      shape(svg, 'path', { d: `M${x(from)} ${y(from * roof.bytes_per_s)}L${x(to)} ${y(to * roof.bytes_per_s)}`, class: 'roof' });
      names.push(() => labels.add(x(from) + 4, y(from * roof.bytes_per_s) - 6, `${roof.name} ${giga(roof.bytes_per_s)} GB/s`, 'start', 'quiet halo'));
    }
    for (const point of data.points) {
      const seen = point.traffic > 0;
      const cx = seen ? x(point.flops_per_s / point.traffic) : width - right - 4;
      const cy = y(point.flops_per_s);
      const said = `${point.name}: ${giga(point.flops_per_s)} GFLOP/s, ` +
        (seen ? `${rounded(point.flops_per_s / point.traffic)} FLOP per byte` : 'no stream from beyond L2 seen') +
        `, ${percent(point.share)} of the time in user code`;
      const dot = shape(svg, 'circle', { cx, cy, r: 4 + 8 * Math.sqrt(point.share), class: `k-${point.kind}` });
      shape(dot, 'title', {}, said);
      dot.addEventListener('pointerenter', () => { if (status) status.textContent = said; });
      const end = cx > width * 0.6;
      labels.add(end ? cx - 14 : cx + 14, cy + 4, fit(point.name, width * 0.4), end ? 'end' : 'start', 'halo');
    }
    names.forEach(add => add());
  });
}
