// Whatever stands in a name is text: it runs nothing, adds no element, and is shown with its control characters visible.
import { expect, finish, sizeOf, withPage } from './browser.mjs';

await withPage('hostile', {}, async (page, heard) => {
  const found = await page.evaluate(() => ({
    title: document.title,
    scripts: document.scripts.length,
    foreign: document.querySelectorAll('img, iframe, object, embed, link, base').length,
    text: document.body.innerText,
    drawn: document.querySelectorAll('.chart svg path').length,
    data: JSON.parse(document.getElementById('data').textContent),
  }));
  expect(found.title !== 'owned' && heard.dialogs === 0, 'a name was run');
  expect(found.scripts === 2, `${found.scripts} scripts`);
  expect(found.foreign === 0, `${found.foreign} elements of a name`);
  expect(heard.errors.length === 0, `complaints: ${heard.errors}`);
  expect(found.drawn > 0, 'no chart was drawn');
  expect(found.text.includes('</script><script>'), 'the name is not to be read');
  expect(found.text.includes('\\x1b[31m\\xff\\xfe\\u202e'), 'control characters are not visible');
  // eslint-disable-next-line no-control-regex
  const wild = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
  expect(!wild.test(found.text), `character ${JSON.stringify(wild.exec(found.text)?.[0])} in the page`);
  expect(!wild.test(JSON.stringify(found.data.charts)), 'a control character in the data of the charts');
});
expect(sizeOf('hostile') < 1e6, `${sizeOf('hostile')} bytes`);
await finish();
