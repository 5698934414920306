// A browser for the tests, and what each of them needs of a page. Nothing here knows what is tested.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const skipped = 77; // as ctest is told
const [, , folder, packages] = process.argv;

export function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(skipped);
}

const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!existsSync(`${packages}/node_modules`)) skip('playwright-core and axe-core could not be installed (npm ci)');
if (!chromiumPath) skip('no chromium here; install the package chromium');
if (!readFileSync(`${folder}/demo.html`, 'utf8').includes('sha256-')) skip('built without charts (BOTTLENECK_CHARTS, npm)');

const require = createRequire(`${packages}/`);
const { chromium } = require('playwright-core');
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const urlOf = name => `file://${folder}/${name}.html`;
export const sizeOf = name => readFileSync(`${folder}/${name}.html`).length;
export const textOf = name => readFileSync(`${folder}/${name}.html`, 'utf8');

const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu'] });
const failures = [];

export function expect(fact, said) {
  if (!fact) failures.push(said);
}

/** Opens a page in a context of its own and hands over what it asked for and complained of. */
export async function withPage(name, options, look) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const heard = { requests: [], errors: [], dialogs: 0 };
  page.on('request', request => heard.requests.push(request.url()));
  page.on('pageerror', error => heard.errors.push(error.message));
  page.on('console', message => message.type() === 'error' && heard.errors.push(message.text()));
  page.on('dialog', dialog => { heard.dialogs++; dialog.dismiss(); });
  await page.goto(name.includes(':') ? name : urlOf(name));
  if (options?.javaScriptEnabled !== false) await page.waitForFunction(() => document.documentElement.dataset.charts === 'drawn');
  await look(page, heard);
  await context.close();
}

export async function finish() {
  await browser.close();
  failures.forEach(said => console.log(`failed: ${said}`));
  process.exit(failures.length ? 1 : 0);
}
