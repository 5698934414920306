// The pprof export by two readers: the npm package pprof-format, and Go's own tool where it is installed.
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync, existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { bytesOf, expect, finish, namesOf, pathOf, require } from './reading.mjs';

const { Profile } = require('pprof-format');
const homes = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter(name => name.startsWith('go-1')).map(name => `/usr/lib/${name}/bin/go`) : [];
const go = ['go', ...homes].find(path => spawnSync(path, ['version']).status === 0);
const top = path => spawnSync(go, ['tool', 'pprof', '-top', '-nodecount=20', path],
  { encoding: 'utf8', env: { ...process.env, HOME: pathOf('.'), PPROF_TMPDIR: pathOf('.') } });
if (!go) console.log('go tool pprof is not here (golang-1.19-go): read by pprof-format alone');

for (const name of namesOf('.pb.gz')) {
  const profile = Profile.decode(gunzipSync(bytesOf(name)));
  const text = at => profile.stringTable.strings[Number(at)];
  expect(profile.sampleType.map(one => text(one.type)).join() === 'samples,cpu,blocked', `${name}: sample types`);
  const functions = new Set(profile.function.map(one => Number(one.id)));
  const places = new Map(profile.location.map(one => [Number(one.id), one]));
  for (const sample of profile.sample)
    for (const id of sample.locationId)
      expect(places.get(Number(id))?.line.every(line => functions.has(Number(line.functionId))), `${name}: location ${id} leads nowhere`);
  if (!go) continue;
  const shown = top(pathOf(name));
  expect(shown.status === 0 && shown.stdout.includes('flat%'), `${name}: go tool pprof: ${shown.stderr}`);
  if (name.startsWith('matmul')) expect(shown.stdout.includes('multiply'), `${name}: go tool pprof shows no function`);
}

const broken = pathOf('broken.pb.gz.cut');
writeFileSync(broken, bytesOf('matmul.pb.gz').subarray(0, 60));
let refused = false;
try {
  Profile.decode(gunzipSync(bytesOf('broken.pb.gz.cut')));
} catch {
  refused = true;
}
expect(refused, 'half a file was read');
if (go) expect(top(broken).status !== 0, 'go tool pprof read half a file');
finish();
