// Slices of one tid nest or follow each other: where they overlap, Perfetto misplaces them. And every pid and tid has a name.
import { expect, finish, namesOf, textOf } from './reading.mjs';

export function nests(events) {
  const tracks = new Map();
  for (const event of events.filter(one => one.ph === 'X')) {
    const track = `${event.pid} ${event.tid}`;
    tracks.set(track, [...(tracks.get(track) ?? []), event]);
  }
  for (const slices of tracks.values()) {
    slices.sort((a, b) => a.ts - b.ts || b.dur - a.dur);
    const open = [];
    for (const { ts, dur } of slices) {
      const end = Math.round((ts + dur) * 1000);
      while (open.length && open.at(-1) <= Math.round(ts * 1000)) open.pop();
      if (open.length && open.at(-1) < end) return false;
      open.push(end);
    }
  }
  return true;
}

expect(!nests([{ ph: 'X', pid: 1, tid: 1, ts: 0, dur: 5 }, { ph: 'X', pid: 1, tid: 1, ts: 3, dur: 5 }]), 'a broken one passed');
for (const name of namesOf('.trace.json')) {
  const { traceEvents: events } = JSON.parse(textOf(name));
  expect(nests(events), `${name}: slices overlap`);
  const named = new Set(events.filter(one => one.name === 'thread_name').map(one => `${one.pid} ${one.tid}`));
  for (const one of events.filter(event => event.ph === 'X')) {
    expect(named.has(`${one.pid} ${one.tid}`), `${name}: tid ${one.tid} has no name`);
    expect(one.ts >= 0 && one.dur > 0 && Number.isInteger(one.tid), `${name}: ${JSON.stringify(one)}`);
  }
  expect(events.some(one => one.ph === 'X'), `${name}: no slices`);
}
finish();
