/** Batches and watches over real TLS. */
import { Code, ConnectError } from '@connectrpc/connect';
import { createLogger, ManualClock } from '@eso/runtime';
import { eventually, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import type { errorCodes } from '../../contract/codes.ts';
import { fromConnectError } from '../../contract/error-wire.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import type { BatchGetOutcome, WatchResponse } from '../../gen/provider/ext/v1alpha1/ext_pb.js';
import { startTestProvider, type TestProvider, type TestProviderOptions } from '../../testing/index.ts';
import type { Backend, BatchOutcome, CallContext, Change } from '../backend.ts';
import { defineKind } from '../define-kind.ts';

const apiVersion = 'provider.external-secrets.io/v2alpha1';
const MARKER = 'hunter2-marker';

let lab: TlsLab;
let tls: TestProviderOptions['tls'];
let provider: TestProvider;
let backend: Backend;
let opened = 0;
let lines = '';

const options = { apiVersion, metricName: 'Probe' };
const probe = defineKind({
  ...options,
  kind: 'Probe',
  plural: 'probes',
  features: ['get', 'batch', 'watch'],
  open: () => {
    opened += 1;
    return {
      getSecret: () => Promise.resolve(Buffer.from('v')),
      batchGet: (refs, call) => backend.batchGet!(refs, call),
      watch: (call) => backend.watch!(call),
    };
  },
});
const plain = defineKind({
  ...options,
  kind: 'Plain',
  plural: 'plains',
  features: ['get'],
  open: () => ({ batchGet: () => Promise.resolve([]), watch: () => Promise.resolve(new Source().changes()) }),
});
const lacking = defineKind({
  ...options,
  kind: 'Lacking',
  plural: 'lackings',
  features: ['batch', 'watch'],
  open: () => ({}),
});

const start = (changes: Partial<TestProviderOptions> = {}) =>
  startTestProvider({
    definition: { name: 'probe', kinds: [probe, plain, lacking] },
    tls,
    logger: createLogger({ name: 'test', level: 'debug', destination: { write: (line) => (lines += line) } }),
    ...changes,
  });

function applyAll(to: TestProvider): void {
  for (const kind of ['Probe', 'Plain', 'Lacking'])
    for (const namespace of ['team-a', 'team-b'])
      to.objects.apply({ apiVersion, kind, metadata: { namespace, name: 'one' }, spec: {} });
}

beforeAll(async () => {
  lab = await TlsLab.create();
  tls = {
    serverDir: await lab.directory(await lab.server()),
    clientDir: await lab.directory(await lab.client()),
    serverName: LAB_SERVER_NAME,
  };
  provider = await start({ limits: { responseBytes: 2_000, deadlineMs: 400, watches: 4 } });
  applyAll(provider);
});
beforeEach(() => {
  lines = '';
  backend = {};
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

const refTo = (kind = 'Probe') => ({ apiVersion, kind, name: 'one', storeRefKind: 'Provider' });
const store = { providerRef: refTo(), sourceNamespace: 'team-a' };
const bytes = (length: number): BatchOutcome => ({ value: Buffer.alloc(length, 'x') });
const failed = (code: keyof typeof errorCodes): BatchOutcome => ({ error: new ProviderError(code, `${code} it is`) });

async function failure(call: Promise<unknown>): Promise<{ status: string; error: ProviderError }> {
  const thrown = await call.then(
    () => new ConnectError('answered'),
    (error: unknown) => ConnectError.from(error),
  );
  return { status: Code[thrown.code], error: fromConnectError(thrown) };
}

describe('BatchGet', () => {
  const batch = (keys: string[], changes: object = {}) =>
    provider.client.extension.batchGet({ ...store, remoteRefs: keys.map((key) => ({ key })), ...changes });
  const answers = (...outcomes: unknown[]) =>
    void (backend.batchGet = () => Promise.resolve(outcomes as BatchOutcome[]));
  const told = ({ outcome }: BatchGetOutcome): unknown => {
    if (outcome.case === 'value') return Buffer.from(outcome.value).toString();
    return outcome.case === 'error' ? outcome.value.code : outcome.case;
  };
  const outcomes = async (keys: string[]) => (await batch(keys)).outcomes.map(told);

  test('answers each reference in its place', async () => {
    let seen: unknown;
    backend.batchGet = (refs) => {
      seen = refs;
      return Promise.resolve(refs.map(({ key }) => ({ value: Buffer.from(`value of ${key}`) })));
    };
    const remoteRefs = [{ key: 'a', property: 'p', version: 'v' }, { key: 'b' }, { key: 'a' }];
    const { outcomes } = await provider.client.extension.batchGet({ ...store, remoteRefs });
    expect(outcomes.map(told)).toEqual(['value of a', 'value of b', 'value of a']);
    expect(seen).toMatchObject([
      { key: 'a', property: 'p', version: 'v', metadataPolicy: 'None' },
      { key: 'b' },
      { key: 'a' },
    ]);
  });

  test('what one reference lacks is its own outcome, with all that an error has', async () => {
    answers(
      bytes(1),
      { error: new ProviderError('PROPERTY_NOT_FOUND', 'no p', { field: 'remoteRef.property', nextStep: 'add it' }) },
      failed('SECRET_NOT_FOUND'),
    );
    const { outcomes } = await batch(['a', 'b', 'c']);
    expect(outcomes.map(told)).toEqual(['x', 'PROPERTY_NOT_FOUND', 'SECRET_NOT_FOUND']);
    expect(outcomes[1]?.outcome.value).toMatchObject({
      message: 'no p',
      retryable: false,
      details: { field: 'remoteRef.property', next_step: 'add it' },
    });
  });

  test('an outcome that nobody expected is masked', async () => {
    answers({ error: new Error(MARKER) }, failed('CIRCUIT_OPEN'));
    const { outcomes } = await batch(['a', 'b']);
    expect(outcomes.map(told)).toEqual(['INTERNAL', 'INTERNAL']);
    expect(JSON.stringify(outcomes) + lines).not.toContain(MARKER);
  });

  test.each<[string, BatchOutcome[], unknown[]]>([
    [
      'one that fits beside no other is left out',
      [bytes(1_000), bytes(1_500), bytes(100)],
      ['value', 'leftOut', 'value'],
    ],
    ['one that fits nowhere is told alone', [bytes(2_001), bytes(100)], ['LIMIT_EXCEEDED', 'value']],
    ['errors take room, too', [bytes(1_970), failed('ACCESS_DENIED')], ['value', 'leftOut']],
    ['the largest that fits alone fits in a batch of one', [bytes(1_994)], ['value']],
  ])('of an answer with a limit: %s', async (_what, given, expected) => {
    answers(...given);
    const { outcomes } = await batch(given.map((_, index) => `k${index}`));
    expect(
      outcomes.map((outcome) => (outcome.outcome.case === 'error' ? told(outcome) : outcome.outcome.case)),
    ).toEqual(expected);
  });

  test.each<[string, unknown[], RegExp]>([
    ['too few', [bytes(1)], /1 outcomes for 2 references/],
    ['text', [bytes(1), { value: MARKER }], /text instead of bytes in an outcome/],
    ['nothing', [bytes(1), undefined], /nothing instead of bytes in an outcome/],
  ])('%s in an answer is a defect of the provider', async (_what, given, words) => {
    answers(...given);
    const { error } = await failure(batch(['a', 'b']));
    expect(error).toMatchObject({ code: 'INTERNAL', publicMessage: expect.stringMatching(words) as string });
    expect(lines).not.toContain(MARKER);
  });

  test.each<[string, object, string, string | undefined]>([
    ['no references', { remoteRefs: [] }, 'INVALID_REQUEST', 'remote_refs'],
    ['a reference without a key', { remoteRefs: [{ key: 'a' }, {}] }, 'INVALID_REQUEST', 'remote_refs[1].key'],
    ['too many', { remoteRefs: Array.from({ length: 1_001 }, () => ({ key: 'a' })) }, 'LIMIT_EXCEEDED', 'remote_refs'],
    [
      "another tenant's config",
      { providerRef: { ...refTo(), namespace: 'team-b' } },
      'NAMESPACE_NOT_ALLOWED',
      'providerRef.namespace',
    ],
    ['a kind that does not claim it', { providerRef: refTo('Plain') }, 'UNSUPPORTED', undefined],
    ['a kind that claims what it lacks', { providerRef: refTo('Lacking') }, 'UNSUPPORTED', undefined],
  ])('%s: refused', async (_what, changes, code, field) => {
    answers(bytes(1));
    expect((await failure(batch(['a'], changes))).error).toMatchObject({ code, field });
  });

  test('as a whole it is never an absent secret', async () => {
    backend.batchGet = () => Promise.reject(new ProviderError('SECRET_NOT_FOUND', 'gone'));
    expect(await failure(batch(['a']))).toMatchObject({ status: 'Internal', error: { code: 'INTERNAL' } });
  });

  test('that takes too long is a timeout, and its signal aborts', async () => {
    let signal: AbortSignal | undefined;
    backend.batchGet = (_refs, call) => {
      ({ signal } = call);
      return new Promise(() => undefined);
    };
    expect((await failure(batch(['a']))).error.code).toBe('TIMEOUT');
    expect(signal?.aborted).toBe(true);
  });

  test('credentials that one reference found rejected are not kept', async () => {
    answers(bytes(1));
    await batch(['a']);
    const before = opened;
    answers(failed('CREDENTIALS_REJECTED'));
    expect(await outcomes(['a'])).toEqual(['CREDENTIALS_REJECTED']);
    answers(bytes(1));
    await batch(['a']);
    expect(opened).toBe(before + 1);
  });
});

/** Changes that a test tells. */
class Source {
  signal: AbortSignal | undefined;
  #tell: (change: IteratorResult<Change> | Promise<never>) => void = () => undefined;

  readonly watch = ({ signal }: CallContext): Promise<AsyncIterable<Change>> => {
    this.signal = signal;
    return Promise.resolve(this.changes());
  };

  changes(): AsyncIterable<Change> {
    const next = (): Promise<IteratorResult<Change>> => new Promise((resolve) => (this.#tell = resolve));
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  tell(change: unknown): void {
    this.#tell({ done: false, value: change as Change });
  }

  fail(error: Error): void {
    this.#tell(Promise.reject(error));
  }

  end(): void {
    this.#tell({ done: true, value: undefined });
  }
}

describe('Watch', () => {
  let source: Source;
  let ends: AbortController[];
  beforeEach(() => {
    source = new Source();
    ends = [];
    backend.watch = source.watch;
  });
  afterEach(() => {
    for (const end of ends) end.abort();
  });

  /** A watch that has begun. */
  async function watching(to = provider, changes: object = {}) {
    const end = new AbortController();
    ends.push(end);
    const call = { signal: end.signal, timeoutMs: 0 };
    const messages = to.client.extension.watch({ ...store, ...changes }, call)[Symbol.asyncIterator]();
    const next = async (): Promise<Pick<WatchResponse, 'keys' | 'anything'> | 'end'> => {
      const result: IteratorResult<WatchResponse, undefined> = await messages.next();
      return result.done === true ? 'end' : { keys: result.value.keys, anything: result.value.anything };
    };
    expect(await next()).toEqual({ keys: [], anything: false });
    return { next, end: () => end.abort() };
  }

  test('tells what changes, for longer than a call may take', async () => {
    const { next } = await watching();
    source.tell(['a', 'b']);
    expect(await next()).toEqual({ keys: ['a', 'b'], anything: false });
    const later = next();
    await new Promise((resolve) => setTimeout(resolve, 500));
    source.tell('anything');
    expect(await later).toEqual({ keys: [], anything: true });
  });

  test('ends when the backend ends it', async () => {
    const { next } = await watching();
    source.end();
    expect(await next()).toBe('end');
  });

  test.each<[string, (told: Source) => void, string]>([
    ['a failure', (told) => told.fail(new ProviderError('BACKEND_UNAVAILABLE', 'lost it')), 'BACKEND_UNAVAILABLE'],
    ['what nobody expected', (told) => told.fail(new Error(MARKER)), 'INTERNAL'],
    ['an absent secret', (told) => told.fail(new ProviderError('SECRET_NOT_FOUND', 'gone')), 'INTERNAL'],
    ['what is no change', (told) => told.tell([MARKER, 7]), 'INTERNAL'],
    ['nothing', (told) => told.tell(undefined), 'INTERNAL'],
  ])('ends with %s of the backend', async (_what, happens, code) => {
    const { next } = await watching();
    happens(source);
    expect((await failure(next())).error.code).toBe(code);
    await eventually(() => expect(lines).toContain('/provider.ext.v1alpha1.StoreExtensionService/Watch'));
    expect(lines).not.toContain(MARKER);
  });

  test.each<[string, object, string]>([
    ["another tenant's config", { providerRef: { ...refTo(), namespace: 'team-b' } }, 'NAMESPACE_NOT_ALLOWED'],
    ['a kind that does not claim it', { providerRef: refTo('Plain') }, 'UNSUPPORTED'],
    ['a kind that claims what it lacks', { providerRef: refTo('Lacking') }, 'UNSUPPORTED'],
    ['no reference', { providerRef: undefined }, 'INVALID_REQUEST'],
  ])('%s: refused', async (_what, changes, code) => {
    expect((await failure(watching(provider, changes))).error.code).toBe(code);
  });

  test("a caller who goes ends the backend's", async () => {
    const { end } = await watching();
    end();
    await eventually(() => expect(source.signal?.aborted).toBe(true));
  });

  test('has bounds, and an ended one makes room', async () => {
    const first = await watching();
    await watching();
    expect((await failure(watching())).error).toMatchObject({ code: 'PROVIDER_BUSY', retryable: true });
    await watching(provider, { sourceNamespace: 'team-b' });
    first.end();
    await eventually(async () => {
      await watching();
    });
  });

  test('ends when its config object is another one, so that the next sees that', async () => {
    const { next } = await watching();
    provider.objects.apply({
      apiVersion,
      kind: 'Probe',
      metadata: { namespace: 'team-a', name: 'one' },
      spec: { a: 1 },
    });
    const ended = next();
    await eventually(async () => {
      await provider.client.store.validate(store);
      expect(source.signal?.aborted).toBe(true);
    });
    expect(await ended).toBe('end');
  });

  test('ends after ten minutes, so that the next is judged by what is allowed then', async () => {
    const clock = new ManualClock(Date.now());
    const timed = await start({ clock });
    applyAll(timed);
    const { next } = await watching(timed);
    const ended = next();
    await clock.advance(600_000);
    expect(await ended).toBe('end');
    expect(source.signal?.aborted).toBe(true);
    const stopped = timed.stop();
    await clock.advance(10_000);
    await stopped;
  });

  test('does not keep a process that stops', async () => {
    const stopping = await start();
    applyAll(stopping);
    const { next } = await watching(stopping);
    const ended = failure(next());
    const stopped = stopping.server.stop();
    expect((await ended).error.code).toBe('BACKEND_UNAVAILABLE');
    await stopped;
    await stopping.stop();
  });
});

test('a provider whose kinds have neither does not serve them', async () => {
  const without = await start({ definition: { name: 'plain', kinds: [plain] } });
  try {
    const call = without.client.extension.batchGet({ ...store, remoteRefs: [{ key: 'a' }] });
    expect((await failure(call)).status).toBe('Unimplemented');
    const service = 'provider.ext.v1alpha1.StoreExtensionService';
    expect((await failure(without.client.health.check({ service }))).status).toBe('NotFound');
    expect((await provider.client.health.check({ service })).status).toBe(1);
  } finally {
    await without.stop();
  }
});
