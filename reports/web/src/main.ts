// Draws the charts over the tables of the page. Everything that is said stands in the page without
// this script; it decides nothing.
import { readData } from './data';
import { drawFlame } from './flame';
import { drawRoofline } from './roofline';
import { addDownload } from './save';
import { drawTimeline } from './timeline';

const data = readData();

/** One chart that fails takes neither the others nor the tables with it. */
function show(id: string, draw: (host: HTMLElement) => void): void {
  const host = document.getElementById(id);
  if (!host) return;
  host.hidden = false;
  try {
    draw(host);
  } catch (error) {
    host.replaceChildren();
    host.hidden = true;
    console.error(`chart ${id}:`, error);
  }
}

show('roofline', host => drawRoofline(host, data.charts.roofline));
show('roofline_all', host => drawRoofline(host, data.charts.roofline_all, 'all CPUs'));
show('timeline', host => drawTimeline(host, data.charts.timeline));
show('flame', host => drawFlame(host, data.charts));
show('save', host => addDownload(host, data));
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(one => (one.open = true)));
document.documentElement.dataset.charts = 'drawn';
