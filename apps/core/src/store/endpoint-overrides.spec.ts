import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, silentLogger } from '@eso/runtime';
import { EndpointOverrides, parseOverrides } from './endpoint-overrides.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'overrides-'));
  path = join(dir, 'endpoints.yaml');
});
afterEach(() => rmSync(dir, { recursive: true }));

function open() {
  const clock = new ManualClock();
  const stop = new AbortController();
  const overrides = new EndpointOverrides({ path, clock, logger: silentLogger });
  const changes: (readonly string[])[] = [];
  overrides.onChange((ids) => changes.push(ids));
  overrides.start(stop.signal);
  return { clock, overrides, changes, stop: () => stop.abort() };
}

test('the file is read at once and again when it changes', async () => {
  writeFileSync(path, 'aws/provider:8080: 127.0.0.1:4001\nfake/provider:8080: 127.0.0.1:4002\n');
  const { clock, overrides, changes, stop } = open();
  expect(overrides.get('aws/provider:8080')).toEqual({ host: '127.0.0.1', port: 4001 });
  expect(overrides.get('aws/provider:8081')).toBeUndefined();

  writeFileSync(path, 'aws/provider:8080: 127.0.0.1:4003\nfake/provider:8080: 127.0.0.1:4002\n');
  await clock.advance(1_000);
  expect(overrides.get('aws/provider:8080')).toEqual({ host: '127.0.0.1', port: 4003 });
  expect(changes).toEqual([['aws/provider:8080']]);
  await clock.advance(10_000);
  expect(changes).toHaveLength(1);
  stop();
});

test('a file that comes later is read, one that goes leaves no override', async () => {
  const { clock, overrides, changes, stop } = open();
  expect(overrides.get('aws/provider:8080')).toBeUndefined();
  writeFileSync(path, 'aws/provider:8080: 127.0.0.1:4001\n');
  await clock.advance(1_000);
  expect(overrides.get('aws/provider:8080')).toBeDefined();
  rmSync(path);
  await clock.advance(1_000);
  expect(overrides.get('aws/provider:8080')).toBeUndefined();
  expect(changes).toHaveLength(2);
  stop();
});

test('a file that cannot be read leaves what was read before, until it is mended', async () => {
  writeFileSync(path, 'aws/provider:8080: 127.0.0.1:4001\n');
  const { clock, overrides, changes, stop } = open();
  writeFileSync(path, 'aws/provider:8080: [not an address]\n');
  await clock.advance(2_000);
  expect(overrides.get('aws/provider:8080')).toEqual({ host: '127.0.0.1', port: 4001 });
  expect(changes).toEqual([]);
  writeFileSync(path, 'aws/provider:8080: 127.0.0.1:4009\n');
  await clock.advance(1_000);
  expect(overrides.get('aws/provider:8080')).toEqual({ host: '127.0.0.1', port: 4009 });
  stop();
});

test('nothing is read any more once the signal has aborted', async () => {
  writeFileSync(path, 'a/b:1: 127.0.0.1:1\n');
  const { clock, overrides, stop } = open();
  stop();
  writeFileSync(path, 'a/b:1: 127.0.0.1:2\n');
  await clock.advance(10_000);
  expect(overrides.get('a/b:1')).toEqual({ host: '127.0.0.1', port: 1 });
});

test.each([
  ['- a\n- b\n', 'expected a map'],
  ['just text', 'expected a map'],
  ['provider:8080: 127.0.0.1:1', '"provider:8080" is not of the form'],
  ['aws/provider: 127.0.0.1:1', '"aws/provider" is not of the form'],
  ['aws/provider:8080: 4001', 'aws/provider:8080: expected'],
  ['aws/provider:8080: nowhere', 'nowhere'],
])('%j is refused', (text, problem) => {
  expect(() => parseOverrides(text)).toThrow(problem);
});

test('an empty file is an empty map', () => {
  expect(parseOverrides('').size).toBe(0);
  expect(parseOverrides('# nothing yet\n').size).toBe(0);
});
