import { isAnySourceChanged, renderedFrom, versionsNow, type WatchedSource } from './rendered-from.ts';

const SYNCED = 10_000;
/** A source as a watch shows it that has come to `position`; no version: it is not there. */
const source = (position: number, version?: number, changedAtMs = 0): WatchedSource => ({
  name: 's',
  view: {
    position: String(position),
    get: (name) =>
      version === undefined ? undefined : { metadata: { name, resourceVersion: String(version) }, changedAtMs },
  },
});
const unlisted: WatchedSource = { name: 's', view: undefined };

test.each<[string, WatchedSource[], string | undefined, boolean]>([
  ['as it was', [source(20, 9)], '9', false],
  ['written since', [source(20, 10)], '9', true],
  ['the watch lags behind what was read', [source(8, 8)], '9', false],
  ['created and read before the watch shows it', [source(8)], '9', false],
  ['deleted', [source(20)], '9', true],
  ['deleted and created again', [source(20, 19)], '9', true],
  ['absent, and it was so', [source(20)], '', false],
  ['there, and it was absent', [source(20, 9)], '', true],
  ['not listed yet', [unlisted], '9', false],
  ['one of several', [source(20, 7), source(20, 12)], '7,11', true],
  ['none of several', [source(20, 7), source(20, 11)], '7,11', false],
  ['each compared with its own', [source(20, 11), source(20, 7)], '11,7', false],
  ['forgotten, written before', [source(20, 9, SYNCED - 1_000)], undefined, false],
  ['forgotten, written in the same second', [source(20, 9, SYNCED)], undefined, true],
  ['forgotten, written after', [source(20, 9, SYNCED + 1_000)], undefined, true],
  ['forgotten, and gone', [source(20)], undefined, true],
  ['forgotten, and not listed yet', [unlisted], undefined, false],
  ['nothing is read', [], undefined, false],
])('%s', (_case, sources, rendered, expected) => {
  expect(isAnySourceChanged(sources, rendered, SYNCED)).toBe(expected);
});

test('what was rendered, and what is seen now, are written alike', () => {
  expect(versionsNow([source(20, 7), source(20)])).toBe(renderedFrom(['7', '']));
  expect(versionsNow([source(20, 7), unlisted])).toBeUndefined();
});
