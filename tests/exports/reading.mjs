// What the tests of this folder share: the samples, the packages, and how a test ends.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [, , folder, packages] = process.argv;
const failures = [];

export function skip(why) {
  console.log(`skip: ${why}`);
  process.exit(77); // as ctest is told
}

if (!existsSync(`${packages}/node_modules`)) skip('the packages of tests/exports could not be installed (npm ci)');
export const require = createRequire(`${packages}/`);
export const packagePath = name => `${packages}/node_modules/${name}`;
export const namesOf = end => readdirSync(folder).filter(name => name.endsWith(end)).sort();
export const pathOf = name => `${folder}/${name}`;
export const bytesOf = name => readFileSync(pathOf(name));
export const textOf = name => readFileSync(pathOf(name), 'utf8');

export function expect(fact, said) {
  if (!fact) failures.push(said);
}

export function finish() {
  failures.forEach(said => console.log(`failed: ${said}`));
  process.exit(failures.length ? 1 : 0);
}
