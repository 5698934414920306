// How large pages are and how soon something of them is to be seen: one line of JSON for each page. Nothing is judged here.
// Usage: node paint.mjs FOLDER PACKAGES PAGE...     pages of FOLDER, or paths of others; bench/page.py makes the table of docs/ci.md
import { readFileSync } from 'node:fs';
import { finish, urlOf, withPage } from './browser.mjs';

const runs = 5;
const pathOf = name => (name.includes('/') ? name : new URL(urlOf(name)).pathname);

for (const name of process.argv.slice(4)) {
  const seen = { page: name, bytes: readFileSync(pathOf(name)).length, paint_ms: [], drawn_ms: [] };
  for (let run = 0; run < runs; ++run)
    await withPage(`file://${pathOf(name)}`, {}, async page => {
      await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
      const found = await page.evaluate(() => {
        const { timeline, on_cpu: busy, blocked } = JSON.parse(document.getElementById('data').textContent).charts;
        return {
          slices: timeline?.rows.reduce((sum, row) => sum + row.cells.length / 5, 0) ?? 0,
          frames: [busy, blocked].reduce((sum, flame) => sum + (flame?.nodes.length ?? 0) / 4, 0),
          paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
          drawn: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
        };
      });
      Object.assign(seen, { slices: found.slices, frames: found.frames });
      seen.paint_ms.push(found.paint);
      seen.drawn_ms.push(found.drawn);
    });
  console.log(JSON.stringify(seen));
}
await finish();
