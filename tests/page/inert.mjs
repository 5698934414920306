// Whatever stands in a name is text: it runs nothing, adds no element, and is shown with its control characters visible.
import { expect, finish, sizeOf, withPage } from './browser.mjs';

const drawnOn = { hostile: '.chart svg path', machine_hostile: '.chart svg path', comparison_hostile: 'svg.scale circle', demos_hostile: 'svg.amdahl circle' };
const width = 390;

async function staysText(name, page, heard) {
  const found = await page.evaluate(drawing => ({
    title: document.title,
    scripts: document.scripts.length,
    foreign: document.querySelectorAll('img, iframe, object, embed, link, base').length,
    text: document.body.innerText,
    width: document.documentElement.scrollWidth,
    drawn: document.querySelectorAll(drawing).length,
    data: JSON.parse(document.getElementById('data').textContent),
  }), drawnOn[name]);
  expect(found.title !== 'owned' && heard.dialogs === 0, `${name}: a name was run`);
  expect(found.scripts === 2, `${name}: ${found.scripts} scripts`);
  expect(found.foreign === 0, `${name}: ${found.foreign} elements of a name`);
  expect(heard.errors.length === 0, `${name}: complaints: ${heard.errors}`);
  expect(found.drawn > 0, `${name}: nothing was drawn`);
  expect(found.text.includes('</script><script>'), `${name}: the name is not to be read`);
  expect(found.text.includes('\\x1b[31m\\xff\\xfe\\u202e'), `${name}: control characters are not visible`);
  // eslint-disable-next-line no-control-regex
  const wild = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
  expect(!wild.test(found.text), `character ${JSON.stringify(wild.exec(found.text)?.[0])} in the page ${name}`);
  expect(!wild.test(JSON.stringify(found.data.charts)), `${name}: a control character in the data of the charts`);
  expect(found.width <= width, `${name}: ${found.width} px wide on a screen of ${width}`);
  expect(sizeOf(name) < 1e6, `${name}: ${sizeOf(name)} bytes`);
}

for (const name of Object.keys(drawnOn))
  await withPage(name, { viewport: { width, height: 844 } }, (page, heard) => staysText(name, page, heard));
await finish();
