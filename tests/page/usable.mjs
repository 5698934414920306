// The charts answer to keys, buttons, the wheel and the search; the data can be saved; nothing moves by itself; the page prints.
import { readFileSync } from 'node:fs';
import { expect, finish, withPage } from './browser.mjs';

const drawing = (page, id) => page.locator(`#${id} svg[role]`).first();
const shapes = (page, id) => drawing(page, id).evaluate(svg => svg.innerHTML);

async function zooms(page) {
  const all = await shapes(page, 'timeline');
  const changes = async (act, said) => {
    await act();
    expect(await shapes(page, 'timeline') !== all, `${said} changes nothing`);
    await page.getByRole('button', { name: 'Show all of the run' }).click();
    expect(await shapes(page, 'timeline') === all, `after ${said} the button does not go back`);
  };
  await changes(() => page.getByRole('button', { name: 'Zoom in' }).click(), 'the button');
  await changes(async () => { await drawing(page, 'timeline').focus(); await page.keyboard.press('+'); await page.keyboard.press('ArrowRight'); }, 'the keyboard');
  await changes(async () => { await drawing(page, 'timeline').hover(); await page.keyboard.down('Control'); await page.mouse.wheel(0, -100); await page.keyboard.up('Control'); }, 'the wheel');
}

async function opensFrames(page) {
  const all = await shapes(page, 'flame');
  await page.getByLabel('Search frames').fill('read_input');
  expect(await page.locator('#flame .found').count() === 1, 'a frame that is searched is not marked');
  expect(/frames, \d/.test(await page.locator('#flame .status').textContent()), 'the search does not say how much it found');
  await page.getByLabel('Search frames').fill('');
  await drawing(page, 'flame').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  expect(/multiply/.test(await page.locator('#flame .status').textContent()), `the keys lead to ${await page.locator('#flame .status').textContent()}`);
  await page.keyboard.press('Escape');
  await page.locator('#flame').getByRole('button', { name: 'blocked' }).click();
  expect(await shapes(page, 'flame') !== all, 'the blocked side is not shown');
}

for (const reducedMotion of ['no-preference', 'reduce'])
  await withPage('demo', { reducedMotion, acceptDownloads: true }, async (page, heard) => {
    await zooms(page);
    await opensFrames(page);
    expect(await page.evaluate(() => document.getAnimations().length) === 0, 'something moves');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /Download/ }).click()]);
    const saved = JSON.parse(readFileSync(await download.path(), 'utf8'));
    expect(saved.report.verdict.class === 'memory_latency' && saved.charts.timeline.rows.length > 0, 'the saved data is not that of the page');
    expect((await page.pdf({ format: 'A4', printBackground: true })).length > 20000, 'nothing was printed');
    expect(heard.errors.length === 0, `complaints: ${heard.errors}`);
  });

/** The pages without a run: what they draw, save and link to. */
const saves = {
  machine: saved => saved.kind === 'machine' && saved.ceilings.length > 15 && saved.unavailable.length === 2,
  comparison: saved => saved.kind === 'comparison' && saved.ratio.value === 1.102,
  demos: saved => saved.kind === 'demos' && saved.demos.length === 2,
};
for (const [name, isWhole] of Object.entries(saves))
  await withPage(name, { acceptDownloads: true }, async (page, heard) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /Download/ }).click()]);
    expect(isWhole(JSON.parse(readFileSync(await download.path(), 'utf8')).report), `${name}: what is saved is not that of the page`);
    for (const id of name === 'machine' ? ['roofline', 'roofline_all'] : [])
      expect(await page.locator(`#${id} svg path.roof`).count() > 2, `${name}: ${id} has no roofs`);
    for (const link of await page.locator('a').all())
      expect(await page.locator(await link.getAttribute('href')).isVisible(), `${name}: ${await link.getAttribute('href')} leads nowhere`);
    expect((await page.pdf({ format: 'A4', printBackground: true })).length > 20000, `${name}: nothing was printed`);
    expect(heard.errors.length === 0, `${name} complained: ${heard.errors}`);
  });
await finish();
