import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedEntry, cacheRoot, ensureEntry } from './cache.mjs';
import { runCommand } from './command.mjs';

const outer = process.env['XDG_CACHE_HOME'];
/** @type {string} */
let home;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cache-'));
  process.env['XDG_CACHE_HOME'] = home;
});
afterEach(() => {
  if (outer === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = outer;
  rmSync(home, { recursive: true });
});

/** @param {string} content @param {string[]} [calls] */
const entry = (content, calls = []) => ({
  key: 'part/1',
  what: 'part',
  progress: () => undefined,
  produce: (/** @type {string} */ dir) => {
    calls.push(content);
    writeFileSync(join(dir, 'file'), content);
    return Promise.resolve(['file']);
  },
});

test('an entry is made once and found again', async () => {
  /** @type {string[]} */
  const calls = [];
  expect(await cachedEntry('part/1')).toBeUndefined();
  const dir = await ensureEntry(entry('one', calls));
  expect(await ensureEntry(entry('two', calls))).toBe(dir);
  expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('one');
  expect(calls).toEqual(['one']);
});

test.each([
  ['changed', (/** @type {string} */ dir) => writeFileSync(join(dir, 'file'), 'evil')],
  ['removed', (/** @type {string} */ dir) => rmSync(join(dir, 'file'))],
  ['without a manifest', (/** @type {string} */ dir) => rmSync(join(dir, 'manifest.json'))],
])('an entry that was %s is made anew', async (_, damage) => {
  const dir = await ensureEntry(entry('one'));
  damage(dir);
  expect(await cachedEntry('part/1')).toBeUndefined();
  await ensureEntry(entry('two'));
  expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('two');
});

test('a failed attempt leaves nothing, not even its lock', async () => {
  const failing = { ...entry('one'), produce: () => Promise.reject(new Error('no compiler')) };
  await expect(ensureEntry(failing)).rejects.toThrow('no compiler');
  expect(readdirSync(join(cacheRoot(), 'part'))).toEqual([]);
});

test('what a killed process left behind is removed, and its lock taken over', async () => {
  const folder = join(cacheRoot(), 'part');
  mkdirSync(join(folder, '1.draft-dead'), { recursive: true });
  writeFileSync(join(folder, '1.lock'), '');
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(join(folder, '1.lock'), longAgo, longAgo);
  await ensureEntry(entry('one'));
  expect(readdirSync(folder)).toEqual(['1']);
});

test('of two processes at once one works and the other waits', async () => {
  const program = `
    import { writeFileSync } from 'node:fs';
    import { ensureEntry } from ${JSON.stringify(new URL('cache.mjs', import.meta.url).href)};
    await ensureEntry({ key: 'part/1', what: 'part', progress: (text) => console.log(text), produce: async (dir) => {
      console.log('produces');
      await new Promise((next) => setTimeout(next, 500));
      writeFileSync(dir + '/file', '');
      return ['file'];
    } });
    console.log('done');`;
  const runs = [1, 2].map(() => runCommand(process.execPath, ['--input-type=module', '-e', program]));
  const outputs = (await Promise.all(runs)).map((text) => text.trim().split('\n')).sort();
  expect(outputs).toEqual([
    ['part: another process is at it, waiting for it to finish', 'done'],
    ['produces', 'done'],
  ]);
});
