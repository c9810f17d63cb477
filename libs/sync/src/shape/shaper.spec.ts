import { createRegistry, ManualClock, silentLogger, systemClock } from '@eso/runtime';
import type { ExternalSecretRewrite, ExternalSecretTemplate } from '@eso/api/resources';
import { shapeLimits } from '../bounds/limits.ts';
import { SyncError } from '../error.ts';
import type { Answer } from '../external-secret/assemble.ts';
import type { FindSource } from '../external-secret/sources.ts';
import { requestOf } from '../testing/template-requests.ts';
import type { ShapeRequest } from './shape-request.ts';
import { createShaper, type Shaper, type ShaperOptions } from './shaper.ts';

const store = { kind: 'Provider', name: 's', field: 'spec.secretStoreRef' } as const;
const find = (rewrite: ExternalSecretRewrite[]): FindSource => ({
  kind: 'find',
  field: 'spec.dataFrom[0].find',
  index: 0,
  store,
  find: { name: { regexp: '.*' } },
  rewrite,
});
const regexp = (source: string, target: string): ExternalSecretRewrite => ({ regexp: { source, target } });
const answer = (keys: readonly string[], rewrite: ExternalSecretRewrite[]): Answer => ({
  source: find(rewrite),
  values: new Map(keys.map((key) => [key, Buffer.from(`value of ${key}`)])),
});

const open: Shaper[] = [];
const signal = new AbortController().signal;
const object = { namespace: 'tenant', uid: 'uid', generation: 1 };

function shaperOf(options: Partial<ShaperOptions> = {}): { shaper: Shaper; results: () => Promise<unknown> } {
  const registry = createRegistry({ processMetrics: false });
  const shaper = createShaper({ logger: silentLogger, registry, clock: systemClock, ...options });
  open.push(shaper);
  return {
    shaper,
    results: async () =>
      ((await registry.getSingleMetric('worker_jobs_total')?.get())?.values ?? []).map(
        ({ labels }) => labels['result'],
      ),
  };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((shaper) => shaper.close()));
});

async function failureOf(work: Promise<unknown>): Promise<SyncError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SyncError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const text = (data: ReadonlyMap<string, Uint8Array>) =>
  Object.fromEntries([...data].map(([key, value]) => [key, Buffer.from(value).toString()]));

test('little work is done on this thread', async () => {
  const { shaper, results } = shaperOf();
  const { fetched: data } = await shaper.shape(
    { answers: [answer(['prod/a', 'prod/b'], [regexp('^prod/', '')])] },
    signal,
    object,
  );
  expect(text(data)).toEqual({ a: 'value of prod/a', b: 'value of prod/b' });
  expect(await results()).toEqual([]);
});

test('more work is done in a worker, with the same result', async () => {
  const answers = [answer(['prod/a', 'prod/b', 'x/c'], [regexp('^(?:prod|x)/', ''), regexp('([a-z]?){3}', '$0')])];
  const { fetched: here } = await shaperOf().shaper.shape({ answers: answers }, signal, object);
  const { shaper, results } = shaperOf({ loopSteps: 10_000 });
  const { fetched: there } = await shaper.shape({ answers: answers }, signal, object);
  expect(text(there)).toEqual(text(here));
  expect(await results()).toEqual(['done']);
});

test('what is wrong is told from the worker as from here', async () => {
  const answers = [answer(['a1', 'a2'], [regexp('\\d', '')])];
  const here = await failureOf(shaperOf().shaper.shape({ answers: answers }, signal, object));
  const there = await failureOf(shaperOf({ loopSteps: 1_000 }).shaper.shape({ answers: answers }, signal, object));
  expect(here.code).toBe('KEY_COLLISION');
  expect(JSON.stringify(there)).toBe(JSON.stringify(here));
});

test('work without end is ended, and the error names the field and the bound', async () => {
  const { shaper, results } = shaperOf({ timeoutMs: 300 });
  const keys = Array.from({ length: 120 }, (_, i) => `${i}`.padStart(248, 'a'));
  const hostile = regexp(`${'([a-z]?){100}'.repeat(9)}[0-9]`, '$0');
  const rewrite = [regexp('x', 'y'), ...Array<ExternalSecretRewrite>(20).fill(hostile)];
  expect(await failureOf(shaper.shape({ answers: [answer(keys, rewrite)] }, signal, object))).toMatchObject({
    code: 'TOO_EXPENSIVE',
    retryable: false,
    field: 'spec.dataFrom[0].rewrite[1]',
    publicMessage: 'the work takes more than 300ms',
  });
  expect(await results()).toEqual(['timeout']);
  expect(
    text((await shaper.shape({ answers: [answer(['a'], [])] }, signal, { ...object, uid: 'other' })).fetched),
  ).toEqual({
    a: 'value of a',
  });
});

describe('templates', () => {
  const content = { fetched: { user: 'app', password: 'hunter2' } };
  const requestFor = (template: ExternalSecretTemplate, sources: Record<string, string> = {}): ShapeRequest => ({
    answers: Object.entries(content.fetched).map(([secretKey, value], index) => ({
      source: { kind: 'data', field: `spec.data[${index}]`, index, store, secretKey, ref: { key: 'k' } },
      value: Buffer.from(value),
    })),
    template: requestOf(template, sources),
  });
  const rendered = async (shaper: Shaper, template: ExternalSecretTemplate, owner = object) => {
    const shaped = await shaper.shape(requestFor(template), signal, owner);
    return shaped.rendered?.kind === 'secret' ? text(shaped.rendered.data) : undefined;
  };

  test('are rendered over what was fetched, which comes back as well', async () => {
    const { shaper, results } = shaperOf();
    const shaped = await shaper.shape(requestFor({ data: { url: '{{ .user }}@h' } }), signal, object);
    expect(text(shaped.fetched)).toEqual(content.fetched);
    expect(shaped.rendered).toMatchObject({ kind: 'secret', labels: {}, annotations: {} });
    expect(await rendered(shaper, { data: { url: '{{ .user }}@h' } })).toEqual({ url: 'app@h' });
    expect(await results()).toEqual([]);
  });

  test('are not rendered where nothing was fetched, unless that is wanted', async () => {
    const { shaper } = shaperOf();
    const template = requestOf({ data: { a: 'x' } });
    const shapeNone = (rendersEmpty: boolean) =>
      shaper.shape({ answers: [], template: { ...template, rendersEmpty } }, signal, object);
    expect((await shapeNone(false)).rendered).toBeUndefined();
    expect(await shapeNone(true)).toMatchObject({
      rendered: { kind: 'secret', data: new Map([['a', expect.anything()]]) },
    });
  });

  test('are rendered in a worker where they are long, with the same result', async () => {
    const template = {
      data: { a: '{{ range until 1000 }}{{ $.user }}{{ end }}', b: '{{ now.Unix }}' },
      metadata: { labels: { c: '{{ .user }}' } },
    };
    const clock = new ManualClock();
    const there = shaperOf({ loopSteps: 20_000, clock });
    const shaped = await there.shaper.shape(requestFor(template), signal, object);
    expect(await there.results()).toEqual(['done']);
    expect(shaped).toEqual(await shaperOf({ clock }).shaper.shape(requestFor(template), signal, object));
  });

  test('what is wrong with them is told from the worker as from here', async () => {
    for (const template of [
      { data: { a: '{{ .nope }}' } },
      { data: { a: '{{ if' } },
      { metadata: { labels: { a: '{{ "b c" }}' } } },
    ]) {
      const here = await failureOf(rendered(shaperOf().shaper, template));
      const there = await failureOf(rendered(shaperOf({ loopSteps: 100 }).shaper, template));
      expect(JSON.stringify(there)).toBe(JSON.stringify(here));
    }
  });

  test('that hash passwords go to the worker at once, and have longer there', async () => {
    const { shaper, results } = shaperOf({ timeoutMs: 1, blockingTimeoutMs: 60_000 });
    expect((await rendered(shaper, { data: { a: '{{ bcrypt .password }}' } }))?.['a']).toMatch(/^\$2a\$10\$/);
    expect(await results()).toEqual(['done']);
  });

  test('that come to no end are ended with their worker, and the next object is served', async () => {
    const { shaper, results } = shaperOf({ timeoutMs: 300 });
    const slow = '{{ range until 100000 }}{{ end }}';
    const data = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, slow]));
    expect(await failureOf(rendered(shaper, { data: { a: 'x', ...data } }))).toMatchObject({
      code: 'TOO_EXPENSIVE',
      retryable: false,
      field: expect.stringMatching(/^spec\.target\.template\.data\.k\d+$/) as unknown,
      publicMessage: 'the work takes more than 300ms',
    });
    expect(await results()).toEqual(['timeout']);
    const victim = { namespace: 'victim', uid: 'other', generation: 1 };
    expect(await rendered(shaper, { data: { a: '{{ .user }}' } }, victim)).toEqual({ a: 'app' });
  });

  test('of which the texts are too large are not sent anywhere', async () => {
    const items = Array.from({ length: 17 }, (_, i) => ({ key: `k${i}`, templateAs: 'Values' as const }));
    const sources = Object.fromEntries(items.map(({ key }) => [`cm.${key}`, 'x'.repeat(1024 * 1024)]));
    const request = requestFor({ templateFrom: [{ configMap: { name: 'cm', items } }] }, sources);
    expect(await failureOf(shaperOf().shaper.shape(request, signal, object))).toMatchObject({
      code: 'DATA_TOO_LARGE',
      field: 'spec.target.template.templateFrom',
    });
  });
});

test('when the worker is gone the error may go away by itself', async () => {
  const { shaper } = shaperOf({ loopSteps: 10 });
  await shaper.close();
  expect(await failureOf(shaper.shape({ answers: [answer(['a'], [])] }, signal, object))).toMatchObject({
    code: 'WORKER_FAILED',
    retryable: true,
  });
});

test('answers that are too large are not sent anywhere', async () => {
  const large: Answer = { source: find([]), values: new Map([['k', new Uint8Array(17 * 1024 * 1024)]]) };
  expect(await failureOf(shaperOf().shaper.shape({ answers: [large] }, signal, object))).toMatchObject({
    code: 'DATA_TOO_LARGE',
    field: 'spec.dataFrom[0].find',
    nextStep: 'Select fewer secrets.',
  });
});

test('keys and values count from the first byte to the last that is allowed', async () => {
  const { shaper } = shaperOf();
  const most = (bytes: number): Answer => ({
    source: find([]),
    values: new Map([['k', new Uint8Array(shapeLimits.dataBytes - 1 + bytes)]]),
  });
  const oneMore = await failureOf(shaper.shape({ answers: [most(1)] }, signal, object));
  expect(oneMore.publicMessage).toContain('up to here the sources brought');
  // What is allowed here is still too much for a Secret, which is another check's to say.
  await expect(shaper.shape({ answers: [most(0)] }, signal, object)).resolves.toBeDefined();
});

test('the signal ends it', async () => {
  const controller = new AbortController();
  controller.abort(new Error('over'));
  await expect(shaperOf().shaper.shape({ answers: [answer(['a'], [])] }, controller.signal, object)).rejects.toThrow(
    'over',
  );
});
