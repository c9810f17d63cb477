import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child, lastLines } from './child.mjs';

/** @type {string} */
let dir;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'child-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** @param {string} script */
const shell = (script) =>
  Child.start({ name: 'shell', command: 'sh', args: ['-c', script], logFile: join(dir, 'log') });

/** @param {Child} child @param {string} text */
async function untilLogged(child, text) {
  while (!child.lastLines().includes(text)) await sleep(10);
}

test('a command that does not exist is an error of the start', async () => {
  const start = Child.start({ name: 'etcd', command: join(dir, 'absent'), args: [], logFile: join(dir, 'log') });
  await expect(start).rejects.toThrow(/^etcd cannot be started: .*ENOENT/);
});

test('the end of a process is told with the end of its log', async () => {
  const child = await shell('echo one; echo two >&2; exit 3');
  expect(await child.exited).toEqual({ code: 3, signal: null });
  expect(child.describeExit()).toMatch(/^shell exited with code 3; its log .* ends with:\none\ntwo$/);
});

test('a log that is not there yet has no end: a message about its process is not lost for that', () => {
  expect(lastLines(join(dir, 'none'), 20)).toBe('');
});

test('stop gives a process time to end, then ends it and what it started', async () => {
  const polite = await shell('trap "exit 5" TERM; echo up; while :; do sleep 0.05; done');
  await untilLogged(polite, 'up');
  expect(await polite.stop()).toEqual({ code: 5, signal: null });
  const deaf = await shell('trap "" TERM; echo deaf; while :; do sleep 0.05; done');
  await untilLogged(deaf, 'deaf');
  expect(await deaf.stop(100)).toEqual({ code: null, signal: 'SIGKILL' });
});

test('a frozen process can be stopped', async () => {
  const child = await shell('trap "exit 6" TERM; echo up; while :; do sleep 0.05; done');
  await untilLogged(child, 'up');
  child.signal('SIGSTOP');
  expect(await child.stop()).toEqual({ code: 6, signal: null });
});
