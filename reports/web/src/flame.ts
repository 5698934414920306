// Thread time as nested frames: on a CPU, or blocked. Searchable; frames open by pointer and keys.
import { hierarchy, partition, type HierarchyRectangularNode } from 'd3-hierarchy';
import type { Charts, Flame } from './data';
import { button, drawByWidth, element, fit, keyedDrawing, legend, resize, shape, statusLine } from './dom';
import { percent, seconds } from './units';

interface Frame { name: string; kind: number; seconds: number; below: Frame[] }
type Node = HierarchyRectangularNode<Frame>;

const line = 19, least = 0.7;

function build(flame: Flame): Frame {
  const path: Frame[] = [];
  for (let i = 0; i < flame.nodes.length; i += 4) {
    const [depth, name, kind, micros] = flame.nodes.slice(i, i + 4);
    const frame: Frame = { name: flame.names[name], kind, seconds: micros / 1e6, below: [] };
    path.length = depth;
    if (depth > 0) path[depth - 1].below.push(frame);
    path.push(frame);
  }
  return path[0];
}

/** A frame's width is its own time: what its children leave free is time in itself. */
function layOut(flame: Flame): Node {
  const root = hierarchy(build(flame), frame => frame.below);
  root.eachAfter(node => { (node as { value?: number }).value = node.data.seconds; });
  return partition<Frame>().size([1, 1])(root);
}

class FlameView {
  private root!: Node;
  private focus!: Node;
  private cursor!: Node;
  private wanted = '';
  private width = 0;
  private height = 0;

  constructor(private svg: SVGElement, private status: HTMLElement, private flame: Flame) { this.show(flame); }

  show(flame: Flame): void {
    this.flame = flame;
    this.root = this.focus = this.cursor = layOut(flame);
  }
  draw(width = this.width): void {
    this.width = width;
    if (!width) return;
    const shown = this.visible();
    this.height = (Math.max(...shown.map(node => node.depth)) + 1) * line;
    this.svg.replaceChildren();
    resize(this.svg, width, this.height);
    const paths = new Map<string, string>();
    let found = '';
    for (const node of shown) {
      const [x, w] = this.span(node);
      const box = `M${x.toFixed(1)} ${node.depth * line}h${Math.max(least, w - 1).toFixed(1)}v${line - 1}h${(-Math.max(least, w - 1)).toFixed(1)}z`;
      const color = node.data.kind >= 0 ? this.flame.kinds[node.data.kind][1] : 'frame';
      paths.set(color, (paths.get(color) ?? '') + box);
      if (this.matches(node)) found += box;
    }
    for (const [color, d] of paths) shape(this.svg, 'path', { d, class: `k-${color}` });
    for (const node of shown) this.label(node);
    if (found) shape(this.svg, 'path', { d: found, class: 'found' });
    if (document.activeElement === this.svg && shown.includes(this.cursor)) {
      const [x, w] = this.span(this.cursor);
      shape(this.svg, 'rect', { x: x + 1, y: this.cursor.depth * line + 1, width: Math.max(2, w - 3), height: line - 3, class: 'cursor' });
    }
  }
  private visible(): Node[] {
    const shown: Node[] = [];
    const visit = (node: Node) => {
      if (this.span(node)[1] < least) return;
      shown.push(node);
      node.children?.forEach(visit);
    };
    shown.push(...this.focus.ancestors().slice(1).reverse());
    visit(this.focus);
    return shown;
  }
  private label(node: Node): void {
    const [x, w] = this.span(node);
    if (w < 26) return;
    const text = fit(node.data.name, w - 8);
    if (text) shape(this.svg, 'text', { x: (x + 4).toFixed(1), y: node.depth * line + 13, class: node.data.kind >= 0 ? 'onto' : '' }, text);
  }
  private span(node: Node): [number, number] {
    const scale = this.width / (this.focus.x1 - this.focus.x0);
    const from = Math.max(0, (node.x0 - this.focus.x0) * scale), to = Math.min(this.width, (node.x1 - this.focus.x0) * scale);
    return [from, to - from];
  }
  private matches(node: Node): boolean {
    return this.wanted !== '' && node.data.name.toLowerCase().includes(this.wanted);
  }
  at(x: number, y: number): Node | undefined {
    const depth = Math.floor(y * this.height / line);
    return this.visible().find(node => {
      const [from, w] = this.span(node);
      return node.depth === depth && x * this.width >= from && x * this.width < from + w;
    });
  }
  say(node: Node): void {
    const kind = node.data.kind >= 0 ? `, ${this.flame.kinds[node.data.kind][0]}` : '';
    this.status.textContent = `${node.data.name}: ${seconds(node.data.seconds)}, ${percent(node.data.seconds / this.root.data.seconds)}${kind}`;
  }
  open(node: Node): void {
    this.focus = node === this.focus && node.parent ? node.parent : node;
    this.cursor = node;
    this.draw();
    this.say(node);
  }
  reset(): void { this.open(this.root); }
  step(key: string): boolean {
    const siblings = this.cursor.parent?.children ?? [this.cursor];
    const next = {
      ArrowDown: this.cursor.children?.[0], ArrowUp: this.cursor.parent ?? undefined,
      ArrowLeft: siblings[siblings.indexOf(this.cursor) - 1], ArrowRight: siblings[siblings.indexOf(this.cursor) + 1],
    }[key];
    if (!key.startsWith('Arrow')) return false;
    if (next) {
      this.cursor = next;
      if (!this.visible().includes(next)) this.focus = next;
      this.draw();
    }
    this.say(this.cursor);
    return true;
  }
  enter(): void { this.open(this.cursor); }
  /** The time of frames that match; of nested ones the outermost counts. */
  search(text: string): void {
    this.wanted = text.trim().toLowerCase();
    let time = 0, count = 0;
    const visit = (node: Node, inside: boolean) => {
      const hit = this.matches(node);
      if (hit) ++count;
      if (hit && !inside) time += node.data.seconds;
      node.children?.forEach(child => visit(child, inside || hit));
    };
    visit(this.root, false);
    this.draw();
    this.status.textContent = this.wanted ? `${count} frames, ${percent(time / this.root.data.seconds)} of the time` : '';
  }
}

function addSearch(controls: HTMLElement, view: FlameView): HTMLInputElement {
  const field = element(controls, 'input');
  field.type = 'search';
  field.placeholder = 'search frames';
  field.setAttribute('aria-label', 'Search frames by name');
  field.addEventListener('input', () => view.search(field.value));
  return field;
}

function addSides(controls: HTMLElement, charts: Charts, choose: (flame: Flame) => void): void {
  const sides = ([['on a CPU', charts.on_cpu], ['blocked', charts.blocked]] as [string, Flame][]).filter(([, flame]) => flame.nodes.length > 0);
  const buttons = sides.map(([name, flame]) => button(controls, name, name, () => press(name, flame)));
  const press = (name: string, flame: Flame) => {
    buttons.forEach(one => one.setAttribute('aria-pressed', String(one.textContent === name)));
    choose(flame);
  };
  buttons[0].setAttribute('aria-pressed', 'true');
  buttons[1]?.setAttribute('aria-pressed', 'false');
}

export function drawFlame(host: HTMLElement, charts: Charts): void {
  const first = charts.on_cpu.nodes.length > 0 ? charts.on_cpu : charts.blocked;
  const controls = element(host, 'div', 'controls');
  const keys = element(host, 'div');
  const svg = keyedDrawing(host, 'Thread time as nested frames. Keys: arrows go from frame to frame, Enter opens one, Escape shows all. The tables below have the figures.');
  const status = statusLine(host);
  const view = new FlameView(svg, status, first);
  const showKinds = (flame: Flame) => {
    keys.replaceChildren();
    legend(keys, flame.kinds);
  };
  addSides(controls, charts, flame => {
    view.show(flame);
    showKinds(flame);
    view.search(field.value);
  });
  button(controls, 'all', 'Show all frames', () => view.reset());
  const field = addSearch(controls, view);
  showKinds(first);

  const nodeOf = (event: MouseEvent) => {
    const box = svg.getBoundingClientRect();
    return view.at((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  svg.addEventListener('pointermove', event => {
    const node = nodeOf(event);
    if (node) view.say(node);
  });
  svg.addEventListener('click', event => {
    const node = nodeOf(event);
    if (node) view.open(node);
  });
  svg.addEventListener('focus', () => view.draw());
  svg.addEventListener('blur', () => view.draw());
  svg.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const used = event.key === 'Enter' ? (view.enter(), true) : event.key === 'Escape' ? (view.reset(), true) : view.step(event.key);
    if (used) event.preventDefault();
  });
  drawByWidth(host, width => view.draw(width));
}
