// With scripts blocked the page says all it has to say: verdict, bar, evidence, advice, the tables of the charts.
import { expect, finish, withPage } from './browser.mjs';

await withPage('demo', { javaScriptEnabled: false }, async page => {
  const shows = async (selector, text) =>
    expect(await page.locator(selector, { hasText: text }).first().isVisible(), `${text} is not to be seen in ${selector}`);
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
await finish();
