// What the page carries as data; written by reports/charts_json.cpp and reports/html_page.cpp.

export type Kind = [name: string, color: string];

export interface TimelineRow {
  name: string;
  unit_s: number;
  /** Five numbers a cell: begin behind the end of the one before, length, kind, percent, name. */
  cells: number[];
}

export interface Timeline {
  end_s: number;
  column_s: number;
  kinds: Kind[];
  names: string[];
  rows: TimelineRow[];
}

export interface Flame {
  kinds: Kind[];
  names: string[];
  /** Four numbers a frame, in preorder: depth, name, kind, microseconds. */
  nodes: number[];
}

export interface Roofline {
  roofs: { name: string; bytes_per_s: number; flops_per_s: number }[];
  points: { name: string; kind: string; share: number; flops_per_s: number; traffic: number }[];
}

export interface Charts {
  timeline: Timeline;
  on_cpu: Flame;
  blocked: Flame;
  roofline: Roofline;
  /** Of a machine's page: all CPUs together. Each page has the charts that it has a place for. */
  roofline_all: Roofline;
}

export interface PageData {
  charts: Charts;
  report?: unknown;
}

export function readData(): PageData {
  return JSON.parse(document.getElementById('data')!.textContent!) as PageData;
}
