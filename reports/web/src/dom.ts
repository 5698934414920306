// Elements made by hand. Text goes in as text alone: no name of a profile becomes markup.

const svgSpace = 'http://www.w3.org/2000/svg';

export type Attributes = Record<string, string | number>;

export function shape(parent: Element, tag: string, attributes: Attributes, text?: string): SVGElement {
  const made = document.createElementNS(svgSpace, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  parent.appendChild(made);
  return made;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  parent: Element, tag: K, className = '', text = ''): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  parent.appendChild(made);
  return made;
}

export function button(parent: Element, text: string, label: string, press: () => void): HTMLButtonElement {
  const made = element(parent, 'button', '', text);
  made.type = 'button';
  if (label !== text) made.setAttribute('aria-label', label);
  made.title = label;
  made.addEventListener('click', press);
  return made;
}

/** A line below a chart that says what the pointer or the keys are on. */
export function statusLine(parent: Element): HTMLElement {
  const made = element(parent, 'p', 'status');
  made.setAttribute('role', 'status');
  return made;
}

export function drawing(parent: Element, label: string): SVGElement {
  return shape(parent, 'svg', { role: 'img', 'aria-label': label });
}

/** Keys work on it, so it is no mere picture. */
export function keyedDrawing(parent: Element, label: string): SVGElement {
  const made = shape(parent, 'svg', { role: 'application', tabindex: 0, 'aria-label': label });
  return made;
}

export function resize(svg: SVGElement, width: number, height: number): void {
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
}

/** Draws now, and again whenever the width of the host has changed. */
export function drawByWidth(host: HTMLElement, draw: (width: number) => void): void {
  let drawn = 0;
  const again = () => {
    const width = Math.floor(host.clientWidth);
    if (width > 0 && width !== drawn) draw((drawn = width));
  };
  again();
  new ResizeObserver(again).observe(host);
}

/** The characters of a text that fit; of 12 px sans-serif, on the safe side. */
export function fit(text: string, width: number): string {
  const most = Math.floor(width / 6.6);
  if (text.length <= most) return text;
  return most < 3 ? '' : text.slice(0, most - 1) + '…';
}

export function legend(parent: Element, kinds: Iterable<readonly [string, string]>): void {
  const list = element(parent, 'ul', 'kinds');
  for (const [name, color] of kinds) {
    const item = element(list, 'li');
    const swatch = shape(item, 'svg', { width: 12, height: 12, viewBox: '0 0 12 12', 'aria-hidden': 'true', class: 'key' });
    shape(swatch, 'rect', { width: 12, height: 12, class: `k-${color}` });
    item.append(' ' + name);
  }
}
