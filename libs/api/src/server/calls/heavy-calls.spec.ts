import { createRegistry, silentLogger, systemClock } from '@eso/runtime';
import type { RemoteRef } from '../backend.ts';
import { canonicalDocument, objectOf, readProperty, valueMap, writeProperty } from '../documents/documents.ts';
import { pushMetadataField } from '../documents/push-metadata.ts';
import { pushValue } from '../documents/push-value.ts';
import { type CallWork, HeavyCalls, type HeavyCallsOptions } from './heavy-calls.ts';
import { nameMatcher } from './requests.ts';

const open: HeavyCalls[] = [];

function callWith(options: Partial<HeavyCallsOptions> = {}): {
  call: { work: CallWork };
  results: () => Promise<unknown>;
} {
  const registry = createRegistry({ processMetrics: false });
  const heavy = new HeavyCalls({ clock: systemClock, logger: silentLogger, registry, ...options });
  open.push(heavy);
  return {
    call: { work: heavy.forCall({ tenant: 'team-a', signal: new AbortController().signal }) },
    results: async () =>
      ((await registry.getSingleMetric('worker_jobs_total')?.get())?.values ?? []).map(({ labels }) => labels),
  };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((heavy) => heavy.close()));
});

const failure = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error); // prettier-ignore
const ref = (property = ''): RemoteRef => ({ key: 'app/db', property, version: '', metadataPolicy: 'None' });
const document = Buffer.from('{"a":{"b":"v"},"port":1.0}');

test.each([
  ['here', {}, []],
  ['in a worker', { loopSteps: 10 }, ['property', 'object', 'select']],
])('documents are read and names matched %s, with one result', async (_, options, inWorker) => {
  const { call, results } = callWith(options);
  expect(Buffer.from((await readProperty(document, 'a.b', call)) ?? []).toString()).toBe('v');
  expect(await readProperty(document, 'a.c', callWith(options).call)).toBeUndefined();
  const map = await objectOf(document, ref(), call);
  expect([...map].map(([key, value]) => [key, Buffer.from(value).toString()])).toEqual([
    ['a', '{"b":"v"}'],
    ['port', '1.0'],
  ]);
  expect(await nameMatcher('^db', call).select(['db1', 'x', 'db2'])).toEqual(['db1', 'db2']);
  expect(await results()).toEqual(inWorker.map((task) => ({ task, result: 'done' })));
});

test.each([
  ['here', {}, []],
  ['in a worker', { loopSteps: 10 }, ['write', 'canonical', 'object', 'data', 'metadata']],
])('documents are written %s, with one result', async (_, options, inWorker) => {
  const { call, results } = callWith(options);
  const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();
  expect(text(await writeProperty(document, 'a.c', Buffer.from('new'), call))).toBe(
    '{"a":{"b":"v","c":"new"},"port":1.0}',
  );
  expect(await writeProperty(document, 'a.*x', Buffer.from('new'), callWith(options).call)).toBeUndefined();
  expect(text(await canonicalDocument(Buffer.from('{ "b":1.0, "a":"<" }'), call, { escapeHtml: true }))).toBe(
    '{"a":"\\u003c","b":1.0}',
  );
  const map = await valueMap(Buffer.from('{"o":{ "a" : 1.0 }}'), ref(), call, {
    values: 'decoded',
    numbers: 'float64',
  });
  expect(text(map.get('o'))).toBe('{"a":1}');
  const data = new Map([['k', Buffer.from('value')]]);
  expect(text(await pushValue({ data, secretKey: '' }, call))).toBe('{"k":"value"}');
  expect(await pushMetadataField({ metadata: Buffer.from('a: {b: yes, c: "yes"}') }, 'c', call)).toBe('yes');
  expect(await results()).toEqual(inWorker.map((task) => ({ task, result: 'done' })));
});

test('what is wrong is told from the worker as from here', async () => {
  const path = Array(300).fill('@this').join('|');
  const here = await failure(readProperty(document, path, callWith().call));
  const there = await failure(readProperty(document, path, callWith({ loopSteps: 0 }).call));
  expect(here).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    field: 'remoteRef.property',
    publicMessage: 'the property path names more than 64 modifiers',
  });
  expect(JSON.stringify(there)).toBe(JSON.stringify(here));
});

test.each([
  ['', 'secret app/db is not a JSON object', 'remoteRef.key'],
  ['a', 'property a of secret app/db is not a JSON object', 'remoteRef.property'],
])('what is no object names what was asked for: %p', async (property, publicMessage, field) => {
  expect(await failure(objectOf(Buffer.from('[1]'), ref(property), callWith().call))).toMatchObject({
    code: 'NOT_AN_OBJECT',
    publicMessage,
    field,
  });
});

test('names that take too long to match are an error with field and bound', async () => {
  const { call, results } = callWith({ timeoutMs: 300 });
  const names = Array.from({ length: 2_000 }, (_, i) => `${i}`.padStart(248, 'a'));
  const hostile = nameMatcher(`${'([a-z]?){100}'.repeat(9)}[0-9]$`, call);
  expect(await failure(hostile.select(names))).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    field: 'find.name.regexp',
    publicMessage: 'matching the names: the work takes more than 300ms',
  });
  expect(await results()).toEqual([{ task: 'select', result: 'timeout' }]);
  expect(await nameMatcher('^db', call).select(['db'])).toEqual(['db']);
});

test('a property that asks for too much work is an error with field and bound', async () => {
  const { call, results } = callWith({ timeoutMs: 200 });
  const large = Buffer.from(JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ n: [i, i, i] }))));
  const path = `${'@pretty|'.repeat(60)}@this`;
  const error = await failure(readProperty(large, path, call));
  expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'remoteRef.property' });
  expect(await results()).toHaveLength(1);
  expect(await readProperty(document, 'port', call)).toBeDefined();
});
