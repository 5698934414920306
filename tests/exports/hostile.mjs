// Whatever stands in a name: each text is UTF-8 without control and direction characters, below what its receivers take,
// and Markdown rendered as GitHub does, with HTML allowed, holds no element and no link of a name.
import { bytesOf, expect, finish, namesOf, require, textOf } from './reading.mjs';

const markdown = require('markdown-it')({ html: true, linkify: true });
const kilobyte = 1024;
const most = { '.md': 64 * kilobyte, '.sarif': 10 * kilobyte * kilobyte, '.trace.json': 10 * kilobyte * kilobyte, '.folded': 10 * kilobyte * kilobyte,
  '.junit.xml': kilobyte * kilobyte };
// eslint-disable-next-line no-control-regex
const wild = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const foreign = /<(script|img|iframe|a|svg|style|link|form|input|b)[ >]/i;

/** Of text that is not ours: it is shown, so it stands there, but as text. */
const problems = (end, text) => [
  wild.test(text) && `character ${JSON.stringify(wild.exec(text)[0])}`,
  text.length > most[end] && `${text.length} bytes`,
  end !== '.md' && end !== '.folded' && /<\/script/i.test(text) && 'the end of a script',
  end === '.md' && foreign.test(markdown.render(text)) && `the element ${foreign.exec(markdown.render(text))[0]}`,
].filter(Boolean);

for (const end of Object.keys(most)) {
  const names = namesOf(end).filter(name => /^(hostile|named|others_hostile)/.test(name));
  expect(names.length > 0, `no hostile samples ${end}`);
  for (const name of names) {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(name)); // throws: no UTF-8
    for (const problem of problems(end, text)) expect(false, `${name}: ${problem}`);
    if (name.startsWith('named')) expect(text.includes('document.title'), `${name}: the name is not shown`);
  }
}
for (const kind of ['.report.json', '.machine.json', '.demos.json', '.comparison.json', '.demo_list.json'])
  for (const name of namesOf(kind).filter(one => /hostile|named/.test(one))) expect(JSON.parse(textOf(name)), name);
for (const [end, broken] of [['.md', '<img src=x>'], ['.md', 'http://example.org'], ['.md', '[x](y)'], ['.sarif', '\u001b['], ['.junit.xml', '\u202e']])
  expect(problems(end, broken).length > 0, `a broken ${end} passed: ${broken}`);
finish();
