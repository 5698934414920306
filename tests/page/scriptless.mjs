// With scripts blocked the page says all it has to say: verdict, bar, evidence, advice, the tables of the charts.
import { expect, finish, withPage } from './browser.mjs';

const shower = page => async (selector, text) =>
  expect(await page.locator(selector, { hasText: text }).first().isVisible(), `${text} is not to be seen in ${selector}`);

await withPage('demo', { javaScriptEnabled: false }, async page => {
  const shows = shower(page);
  await shows('h1', 'memory_latency, strided, serial');
  await shows('.said', 'waits for a column walk');
  await shows('.legend', '91 %');
  await shows('section', 'speaks against it');
  await shows('section li', 'swap loops j and k');
  await shows('section', 'Quality of the measurement');
  await shows('table', 'GFLOP/s');
  const widths = await page.locator('.bar').first().locator('.part').evaluateAll(parts => parts.map(part => part.getBoundingClientRect().width));
  expect(widths[0] / widths.reduce((a, b) => a + b) > 0.85, `the bar has parts of ${widths} px`);
  for (const chart of ['roofline', 'timeline', 'flame']) {
    expect(await page.locator(`#${chart}`).count() === 1, `no place for ${chart}`);
    expect(!(await page.locator(`#${chart}`).isVisible()), `an empty ${chart} is shown`);
  }
  await page.locator('summary', { hasText: 'Timeline as a table' }).click();
  await shows('td', 'matmul');
});

const said = {
  run: [['section li', 'swap loops j and k'], ['figcaption', 'predicted to give']],
  machine: [['h1', 'What this machine can do'], ['.said', '51 GFLOP/s of doubles'], ['table', 'with 2 threads'], ['td', '96 – 144 ns'],
    ['td', '14 chains of multiply'], ['th', 'main memory'], ['dd', 'the directory is read-only (EROFS)'], ['dd', 'bottleneck machine --directory DIR']],
  comparison: [['h1', 'regression'], ['.said', 'head takes 10.2 % longer'], ['dd', '1.102 [1.087 – 1.115]'], ['td', '+150 ms'], ['th', 'solve()'],
    ['figcaption', '99.2 % interval'], ['p', 'line 3: 1.25 and 1.26'], ['dd', 'a slowdown of 3.0 % would have been found']],
  demos: [['h1', '1 of 3 verdicts right, 1 of 2 predictions held'], ['td', '3.6× [3.5 – 3.7]'], ['td', 'optimistic'], ['td', 'not tried: no GPU answers'],
    ['td', 'could not run: no room'], ['h2', 'triad'], ['dd', 'the diagnosis is wrong']],
};
for (const [name, all] of Object.entries(said))
  await withPage(name, { javaScriptEnabled: false }, async page => {
    const shows = shower(page);
    for (const [selector, text] of all) await shows(selector, text);
    expect(await page.locator('svg.amdahl, svg.scale').count() > 0 || name === 'machine', `${name}: no drawing without a script`);
  });
await finish();
