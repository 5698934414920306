// Numbers as reports/units.h writes them.
import { format } from 'd3-format';

const short = format('.3~g');

export function seconds(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0 s';
  if (size < 1e-6) return `${short(value * 1e9)} ns`;
  if (size < 1e-3) return `${short(value * 1e6)} µs`;
  if (size < 1) return `${short(value * 1e3)} ms`;
  return size < 120 ? `${short(value)} s` : `${short(value / 60)} min`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share >= 0.1 ? 0 : 1)} %`;
}

/** 0.1, 1, 10, 1000, 10⁶: never "100m". */
export function power(value: number): string {
  if (value >= 0.001 && value < 1e5) return String(Number(value.toPrecision(3)));
  const raised = [...String(Math.round(Math.log10(value)))].map(c => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)]));
  return `10${raised.join('')}`;
}

export const giga = (value: number): string => short(value / 1e9);
export const rounded = short;
