import { ManualClock } from '@eso/runtime';
import { KubeError } from '../error.ts';
import { Discovery } from './discovery.ts';

const clock = new ManualClock();
const asked: string[] = [];
let answers: Record<string, unknown> = {};
const client = {
  request: (_method: string, path: string): Promise<unknown> => {
    asked.push(path);
    const answer = answers[path] ?? new KubeError('NOT_FOUND', 'the server could not find the requested resource');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  },
};
const resource = (name: string, kind: string, verbs = ['get', 'patch']) => ({ name, kind, namespaced: true, verbs });
const listOf = (...resources: unknown[]) => ({ kind: 'APIResourceList', resources });
const type = { group: 'example.com', version: 'v1', plural: 'gadgets', kind: 'Gadget', namespaced: true };

let discovery: Discovery;
beforeEach(() => {
  asked.length = 0;
  answers = {
    '/api/v1': listOf(resource('configmaps', 'ConfigMap'), {
      name: 'namespaces',
      kind: 'Namespace',
      namespaced: false,
    }),
    '/apis/example.com/v1': listOf(
      resource('gadgets', 'Gadget'),
      resource('gadgets/status', 'Gadget'),
      resource('gadgets/scale', 'Scale'),
    ),
  };
  discovery = new Discovery({ client, clock, maxAgeMs: 600_000, recheckMs: 5_000, capacity: 3 });
});

test('finds where a kind is, its scope and its verbs', async () => {
  expect(await discovery.find('example.com/v1', 'Gadget')).toEqual({
    kind: 'found',
    type,
    verbs: new Set(['get', 'patch']),
  });
  expect(await discovery.find('v1', 'ConfigMap')).toMatchObject({
    type: { group: '', version: 'v1', plural: 'configmaps' },
  });
  expect(await discovery.find('v1', 'Namespace')).toMatchObject({ type: { namespaced: false }, verbs: new Set() });
});

test('the kind of a subresource is no kind of its own', async () => {
  expect(await discovery.find('example.com/v1', 'Scale')).toEqual({ kind: 'unknownKind' });
});

test('asks once for each group and version while a list is good, however many ask at once', async () => {
  await Promise.all(['Gadget', 'Gadget', 'Gadget'].map((kind) => discovery.find('example.com/v1', kind)));
  await clock.advance(599_000);
  await discovery.find('example.com/v1', 'Gadget');
  expect(asked).toHaveLength(1);
  await clock.advance(2_000);
  await discovery.find('example.com/v1', 'Gadget');
  expect(asked).toHaveLength(2);
});

test('a kind that is not there is looked for again after a while, and found once it is installed', async () => {
  for (let i = 0; i < 100; i++)
    expect((await discovery.find('late.example.com/v1', 'Late')).kind).toBe('unknownVersion');
  expect(asked).toHaveLength(1);
  answers['/apis/late.example.com/v1'] = listOf(resource('others', 'Other'));
  await clock.advance(5_001);
  for (let i = 0; i < 100; i++) expect((await discovery.find('late.example.com/v1', 'Late')).kind).toBe('unknownKind');
  expect(asked).toHaveLength(2);
  answers['/apis/late.example.com/v1'] = listOf(resource('lates', 'Late'));
  await clock.advance(5_001);
  expect((await discovery.find('late.example.com/v1', 'Late')).kind).toBe('found');
});

test('a server that is down is a failure for all who ask, and asked again after a while', async () => {
  answers['/apis/example.com/v1'] = new KubeError('SERVER_ERROR', 'service unavailable', { status: 503 });
  for (let i = 0; i < 10; i++)
    await expect(discovery.find('example.com/v1', 'Gadget')).rejects.toMatchObject({ code: 'SERVER_ERROR' });
  expect(asked).toHaveLength(1);
  answers['/apis/example.com/v1'] = listOf(resource('gadgets', 'Gadget'));
  await clock.advance(5_001);
  expect((await discovery.find('example.com/v1', 'Gadget')).kind).toBe('found');
});

test('what a request proved wrong is forgotten', async () => {
  await discovery.find('example.com/v1', 'Gadget');
  delete answers['/apis/example.com/v1'];
  discovery.forget('example.com/v1');
  expect(await discovery.find('example.com/v1', 'Gadget')).toEqual({ kind: 'unknownVersion' });
});

test.each([
  '',
  '/',
  'a/b/c',
  '../v1',
  'example.com/v1/../../v1',
  'example.com/V1',
  'v1?x',
  'a..b/v1',
  `${'a'.repeat(400)}/v1`,
])('the API server is not asked for %j', async (apiVersion) => {
  expect(await discovery.find(apiVersion, 'Gadget')).toEqual({ kind: 'unknownVersion' });
  expect(asked).toEqual([]);
});

test('what is no list of kinds is a failure', async () => {
  answers['/apis/example.com/v1'] = { kind: 'Status' };
  await expect(discovery.find('example.com/v1', 'Gadget')).rejects.toMatchObject({ code: 'PROTOCOL' });
});

test('lists are bounded in number', async () => {
  for (const apiVersion of ['v1', 'a.example.com/v1', 'b.example.com/v1', 'c.example.com/v1'])
    await discovery.find(apiVersion, 'X');
  asked.length = 0;
  await discovery.find('v1', 'ConfigMap');
  expect(asked).toEqual(['/api/v1']);
});

test('one who gives up leaves the answer to the others', async () => {
  const held = Promise.withResolvers<unknown>();
  const slow = new Discovery({ client: { request: () => held.promise }, clock });
  const abort = new AbortController();
  const [gone, stays] = [slow.find('example.com/v1', 'Gadget', abort.signal), slow.find('example.com/v1', 'Gadget')];
  abort.abort(new Error('enough'));
  await expect(gone).rejects.toThrow('enough');
  held.resolve(listOf(resource('gadgets', 'Gadget')));
  expect((await stays).kind).toBe('found');
});
