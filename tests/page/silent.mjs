// No request leaves the page, and none could: its policy stops what a script that slipped in would try. The same attempts on a
// page without a policy do arrive, so this test would hear them.
import { createServer } from 'node:http';
import { expect, finish, textOf, withPage } from './browser.mjs';

const heard = [];
const server = createServer((request, response) => {
  heard.push(request.url);
  response.setHeader('Access-Control-Allow-Origin', '*').end();
}).listen(0, 'localhost');
const base = await new Promise(resolve => server.on('listening', () => resolve(`http://localhost:${server.address().port}`)));

/** Each way out that markup or a script has without being followed by hand. */
async function tryEverything(page) {
  await page.evaluate(async to => {
    const add = (tag, name, value) => document.body.appendChild(Object.assign(document.createElement(tag), { [name]: value }));
    add('img', 'src', `${to}/img`);
    add('script', 'src', `${to}/script`);
    add('iframe', 'src', `${to}/frame`);
    add('link', 'rel', 'stylesheet').href = `${to}/style`;
    add('style', 'textContent', `body { background: url(${to}/background) } @import "${to}/import";`);
    add('video', 'src', `${to}/video`);
    navigator.sendBeacon(`${to}/beacon`, 'x');
    await fetch(`${to}/fetch`).catch(() => {});
    try { new WebSocket(to.replace('http', 'ws')); } catch { /* refused at once */ }
  }, base);
  await page.waitForTimeout(500);
}

for (const name of ['demo', 'hostile', 'large', 'machine_hostile', 'comparison_hostile', 'demos_hostile'])
  await withPage(name, {}, async (page, seen) => {
    expect(seen.requests.length === 1, `${name} asked for ${seen.requests.slice(1)}`);
    expect(seen.errors.length === 0, `${name} complained: ${seen.errors}`);
    await tryEverything(page);
    expect(heard.length === 0, `${name} let out ${heard}`);
  });

const open = textOf('demo').replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
expect(open.length < textOf('demo').length, 'no policy found to take away');
const bare = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(open)).listen(0, 'localhost');
await new Promise(resolve => bare.on('listening', resolve));
await withPage(`http://localhost:${bare.address().port}/`, {}, async page => {
  await tryEverything(page);
  for (const way of ['img', 'script', 'frame', 'style', 'background', 'beacon', 'fetch'])
    expect(heard.includes(`/${way}`), `the test would not hear /${way}`);
});
server.closeAllConnections();
bare.closeAllConnections();
server.close();
bare.close();
await finish();
