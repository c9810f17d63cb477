import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { project } from './projection.mjs';

/** @type {string} */
let dir;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'projection-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** @param {Record<string, string>} files */
const files = (files) => new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
const visible = () => readdirSync(dir).filter((name) => !name.startsWith('..'));

test('files are links into one directory that is swapped as a whole', async () => {
  await project(dir, files({ a: '1', b: '2' }), 0o400);
  const first = readlinkSync(join(dir, '..data'));
  expect(readlinkSync(join(dir, 'a'))).toBe('..data/a');
  expect(statSync(join(dir, 'a')).mode & 0o777).toBe(0o400);
  await project(dir, files({ a: '3', c: '4' }), 0o440);
  expect(visible()).toEqual(['a', 'c']);
  expect(readFileSync(join(dir, 'a'), 'utf8')).toBe('3');
  expect(readlinkSync(join(dir, '..data'))).not.toBe(first);
  expect(readdirSync(dir)).not.toContain(first);
});

test('a reader that looks all the time sees both old files or both new ones', async () => {
  await project(dir, files({ key: '0', cert: '0' }), 0o400);
  const seen = new Set();
  const writing = (async () => {
    for (let version = 1; version <= 50; version++)
      await project(dir, files({ key: `${version}`, cert: `${version}` }), 0o400);
  })();
  const state = { writing: true };
  void writing.then(() => (state.writing = false));
  while (state.writing) {
    // What a careful reader does: resolve the link once, then read both files there.
    const data = join(dir, readlinkSync(join(dir, '..data')));
    try {
      const pair = [readFileSync(join(data, 'key'), 'utf8'), readFileSync(join(data, 'cert'), 'utf8')];
      expect(pair[0]).toBe(pair[1]);
      seen.add(pair[0]);
    } catch (error) {
      // Removed after it was resolved: look again.
      expect(error).toMatchObject({ code: 'ENOENT' });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
  expect(seen.size).toBeGreaterThan(1);
});
