// Saved reports, comparisons and SARIF by their schemas, with ajv; and each of them broken, which ajv must refuse.
import { readFileSync } from 'node:fs';
import { expect, finish, namesOf, require, textOf } from './reading.mjs';

const Ajv = require('ajv').default;
const root = process.argv[4];
const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false });
const compile = path => ajv.compile(JSON.parse(readFileSync(`${root}/${path}`, 'utf8')));

const kinds = [
  { end: '.report.json', check: compile('docs/schema/report.schema.json'),
    broken: [file => { delete file.verdict; }, file => { file.shares = []; }] },
  { end: '.comparison.json', check: compile('docs/schema/comparison.schema.json'),
    broken: [file => { file.verdict = 'fine'; }, file => { file.ratio = 1.1; }] },
  { end: '.sarif', check: compile('tests/exports/sarif_subset.schema.json'),
    broken: [file => { file.version = '2.0'; }, file => { file.runs[0].results.push({ level: 'bad' }); },
      file => { file.runs[0].tool = {}; }] },
];

for (const { end, check, broken } of kinds) {
  const names = namesOf(end);
  expect(names.length > 3, `no samples ${end}`);
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
