// Every JSON that is written by its schema, with ajv: ours in docs/schema, and SARIF 2.1.0 as OASIS has it, from the npm
// package @microsoft/jest-sarif; and each of them broken, which ajv must refuse.
import { readFileSync } from 'node:fs';
import { expect, finish, namesOf, packagePath, require, textOf } from './reading.mjs';

const Ajv = require('ajv').default, Ajv4 = require('ajv-draft-04').default;
const root = process.argv[4];
const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false });
const schemaOf = path => JSON.parse(readFileSync(path, 'utf8'));
const ours = kind => `${root}/docs/schema/${kind}.schema.json`;
ajv.addSchema(schemaOf(ours('report')), 'report.schema.json'); // as demos.schema.json names it
const compile = kind => ajv.compile(schemaOf(ours(kind)));
const sarif = new Ajv4({ strict: false, validateFormats: false, unicodeRegExp: false }) // one of its patterns is no Unicode one
  .compile(schemaOf(`${packagePath('@microsoft/jest-sarif')}/lib/schemas/sarif-2.1.0-rtm.5.json`));

const kinds = [
  { end: '.report.json', check: ajv.getSchema('report.schema.json'),
    broken: [file => { delete file.verdict; }, file => { file.shares = []; }] },
  { end: '.comparison.json', check: compile('comparison'),
    broken: [file => { file.verdict = 'fine'; }, file => { file.ratio = 1.1; },
      file => { file.cpu_ratio = {}; }] },
  { end: '.machine.json', check: compile('machine'), broken: [file => { file.set = 'best'; }, file => { file.ceilings[0].unit = 'MB/s'; },
    file => { delete file.unavailable[0].reason; }] },
  { end: '.demos.json', check: compile('demos'), broken: [file => { file.kind = 'demo_list'; }, file => { delete file.demos[0].verdict; },
    file => { delete file.demos[0].demo; }] },
  { end: '.demo_list.json', check: compile('demo_list'), broken: [file => { file.demos[0].variants = []; }, file => { file.demos[0].default_size = 0; },
    file => { file.demos[0].variants[0].claim = 'magic'; }] },
  { end: '.sarif', check: sarif,
    broken: [file => { file.version = '2.0'; }, file => { file.runs[0].results.push({ message: { text: '' }, level: 'bad' }); },
      file => { file.runs[0].results.push({ level: 'note' }); }, file => { file.runs[0].tool = {}; }, file => { file.runs[0].surprise = 1; },
      file => { file.runs[0].invocations = [{}]; }] },
];

for (const { end, check, broken } of kinds) {
  const names = namesOf(end);
  expect(names.length > 1, `no samples ${end}`);
  for (const name of names) {
    const file = JSON.parse(textOf(name));
    expect(check(file), `${name}: ${JSON.stringify(check.errors)}`);
    for (const spoil of broken) {
      const copy = structuredClone(file);
      spoil(copy);
      expect(!check(copy), `${name}: a broken one passed: ${spoil}`);
    }
  }
}

const found = namesOf('.sarif').flatMap(name => JSON.parse(textOf(name)).runs[0].results);
expect(found.length > 0, 'no sample has a SARIF result');
for (const one of namesOf('.sarif').map(name => JSON.parse(textOf(name)).runs[0]))
  for (const result of one.results)
    expect(one.tool.driver.rules[result.ruleIndex].id === result.ruleId, `rule ${result.ruleId} is not where its index says`);
finish();
