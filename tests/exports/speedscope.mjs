// speedscope, as a user opens it, in Chromium and without a network: trace, pprof and collapsed stacks open, broken ones
// are refused.
import { existsSync, writeFileSync } from 'node:fs';
import { bytesOf, expect, finish, namesOf, packagePath, require, skip } from './reading.mjs';

const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!chromiumPath) skip('no chromium here; install the package chromium');
const { chromium } = require('playwright-core');
const release = `${packagePath('speedscope')}/dist/release`;
const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-gpu', '--allow-file-access-from-files'] });

/** Its title names the profile that it shows; a file that it does not know is told in a dialog. */
async function open(name, bytes) {
  const script = `${release}/sample-${name.replace(/[^a-z.]/g, '')}.js`;
  writeFileSync(script, `speedscope.loadFileFromBase64(${JSON.stringify(name)}, ${JSON.stringify(bytes.toString('base64'))})`);
  const context = await browser.newContext({ offline: true });
  const page = await context.newPage();
  const heard = { errors: [], dialog: '' };
  page.on('pageerror', error => heard.errors.push(error.message));
  const refused = new Promise(told => page.on('dialog', dialog => { heard.dialog = dialog.message(); dialog.dismiss(); told(); }));
  await page.goto(`file://${release}/index.html#localProfilePath=${script}`);
  const shown = page.waitForFunction(() => document.title.includes(' - '), null, { timeout: 20000 }).catch(() => {});
  await Promise.race([shown, refused]);
  const title = await page.title();
  await context.close();
  return { opened: title.includes(' - ') && !heard.dialog && !heard.errors.length, title, ...heard };
}

for (const end of ['.trace.json', '.pb.gz', '.folded']) {
  for (const name of namesOf(end).filter(one => /^(matmul|hostile)/.test(one))) {
    const seen = await open(name, bytesOf(name));
    expect(seen.opened, `${name}: ${JSON.stringify(seen)}`);
  }
}
const broken = await open('broken.trace.json', Buffer.from('{"traceEvents": "none"'));
expect(broken.dialog.includes('Unrecognized format'), `a broken one was not refused: ${JSON.stringify(broken)}`);
await browser.close();
finish();
