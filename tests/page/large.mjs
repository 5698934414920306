// The largest page renders whole and stays below 1 MB. Its times are printed, not judged: scripts/page-check measures them on
// a quiet machine, where the first paint is to be below 0.5 s.
import { expect, finish, sizeOf, withPage } from './browser.mjs';

await withPage('large', {}, async (page, heard) => {
  const found = await page.evaluate(() => {
    const { timeline, on_cpu: busy, blocked } = JSON.parse(document.getElementById('data').textContent).charts;
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    return {
      slices: timeline.rows.reduce((sum, row) => sum + row.cells.length / 5, 0),
      frames: (busy.nodes.length + blocked.nodes.length) / 4,
      drawn: ['timeline', 'flame'].map(id => document.querySelectorAll(`#${id} svg path`).length),
      paint: paint?.startTime,
      loaded: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
      heap: performance.memory?.usedJSHeapSize,
    };
  });
  console.log(`${sizeOf('large')} bytes, ${found.slices} slices, ${found.frames} frames: first paint ${Math.round(found.paint)} ms, ` +
    `all drawn ${Math.round(found.loaded)} ms, ${Math.round(found.heap / 1e6)} MB`);
  expect(found.slices >= 20000, `${found.slices} slices`);
  expect(found.frames >= 6000, `${found.frames} frames`);
  expect(found.drawn.every(count => count > 0), `drawn: ${found.drawn}`);
  expect(heard.errors.length === 0, `complaints: ${heard.errors}`);
});
for (const name of ['large', 'demo', 'run', 'empty', 'machine', 'comparison', 'demos']) expect(sizeOf(name) < (name === 'large' ? 1e6 : 350e3), `${name}: ${sizeOf(name)} bytes`);
await finish();
