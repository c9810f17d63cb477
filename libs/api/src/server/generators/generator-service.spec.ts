/** Generators over real TLS, as core and upstream's core call them. */
import { Code, ConnectError } from '@connectrpc/connect';
import { createLogger } from '@eso/runtime';
import { eventually, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fromConnectError } from '../../contract/error-wire.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import { startTestProvider, type TestProvider } from '../../testing/index.ts';
import { defineKind } from '../define-kind.ts';
import { clusterKey, defineGenerator } from './define-generator.ts';
import type { GenerateContext, Generated } from './generator.ts';

interface Config {
  length?: number;
  bad?: boolean;
  seed?: { name?: string; key?: string; namespace?: string };
}

const apiVersion = 'generators.external-secrets.io/v1alpha1';
const MARKER = 'hunter2-marker';
const one = (text: string): Generated => ({ values: new Map([['token', Buffer.from(text)]]) });

let lab: TlsLab;
let provider: TestProvider;
let generate: (context: GenerateContext<Config>) => Generated | Promise<Generated>;
let cleanup: (state: unknown, context: { signal: AbortSignal }) => Promise<void> | void;
let cleaned: unknown[];
let lines = '';

const cluster = { schema: { type: 'object', properties: { length: { type: 'integer', default: 24 } } } };
const token = defineGenerator<Config>({
  apiVersion,
  kind: 'Token',
  plural: 'tokens',
  metricName: 'Token',
  cluster,
  checkConfig: ({ bad }) => (bad ? [{ field: 'spec.bad', problem: 'bad is not allowed', nextStep: 'remove it' }] : []),
  generate: (context) => generate(context),
  cleanup: (state, context) => {
    cleaned.push(state);
    return cleanup(state, context);
  },
});
const uuid = defineGenerator<object>({
  apiVersion,
  kind: 'UUID',
  plural: 'uuids',
  metricName: 'UUID',
  generate: () => one('u'),
});
const kind = defineKind({
  apiVersion: 'provider.external-secrets.io/v2alpha1',
  kind: 'Probe',
  plural: 'probes',
  features: ['get'],
  metricName: 'Probe',
  open: () => ({}),
});

beforeAll(async () => {
  lab = await TlsLab.create();
  provider = await startTestProvider({
    definition: { name: 'probe', kinds: [kind], generators: [token, uuid] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    limits: { deadlineMs: 400, responseBytes: 2_000, responseKeys: 3 },
    allowUnnamedStores: false,
    logger: createLogger({ name: 'test', level: 'debug', destination: { write: (line) => (lines += line) } }),
  });
  for (const namespace of ['team-a', 'team-b']) {
    const login = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'login' } };
    provider.objects.apply({ ...login, data: { k: Buffer.from(`seed of ${namespace}`).toString('base64') } });
  }
});
beforeEach(() => {
  lines = '';
  cleaned = [];
  cleanup = () => undefined;
  generate = () => one('made');
  for (const kind of ['Token', 'UUID']) apply(kind, {});
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

function apply(kind: string, spec: object, name = 'one') {
  const metadata = kind === 'ClusterGenerator' ? { name } : { namespace: 'team-a', name };
  return provider.objects.apply({ apiVersion, kind, metadata, spec });
}

const refTo = (kind: string, name = 'one', namespace = '') => ({ apiVersion, kind, name, namespace });
const request = { generatorRef: refTo('Token'), sourceNamespace: 'team-a' };
const ask = (changes: object = {}) => provider.client.generator.generate({ ...request, ...changes });
const state = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const clean = (changes: object = {}) =>
  provider.client.generator.cleanup({ ...request, state: state({ id: 7 }), ...changes });

async function text(answer: ReturnType<typeof ask>): Promise<string> {
  return Buffer.from((await answer).secrets['token'] ?? []).toString();
}

async function failure(call: Promise<unknown>): Promise<{ status: string; error: ProviderError }> {
  const thrown = await call.then(
    () => new ConnectError('answered'),
    (error: unknown) => ConnectError.from(error),
  );
  return { status: Code[thrown.code], error: fromConnectError(thrown) };
}

describe('Generate', () => {
  test('answers with values and the state, made anew at each call', async () => {
    let count = 0;
    generate = () => ({ ...one(`made ${++count}`), state: { id: count } });
    const { secrets, state } = await ask();
    expect(Buffer.from(secrets['token'] ?? []).toString()).toBe('made 1');
    expect(Buffer.from(state).toString()).toBe('{"id":1}');
    expect(await text(ask())).toBe('made 2');
    expect(cleaned).toEqual([]);
  });

  test('without a state sends none', async () => {
    expect((await ask()).state).toEqual(new Uint8Array());
  });

  test('has what a backend is opened with, and who asks', async () => {
    const { metadata } = apply('Token', { length: 7 }, 'seen');
    let seen: Partial<GenerateContext<Config>> = {};
    generate = (context) => {
      seen = context;
      return one(context.at('length'));
    };
    expect(await text(ask({ generatorRef: refTo('Token', 'seen') }))).toBe('spec.length');
    expect(seen).toMatchObject({
      config: { length: 7 },
      source: { namespace: 'team-a', name: 'seen', uid: metadata.uid, generation: 1 },
      requester: { namespace: 'team-a' },
    });
    for (const part of [
      'credentials',
      'metrics',
      'logger',
      'clock',
      'lifetime',
      'session',
      'flights',
      'httpClient',
      'work',
    ])
      expect(seen).toHaveProperty(part);
    expect(seen).not.toHaveProperty('store');
  });

  test('sees a correction of its object', async () => {
    generate = ({ config }) => one(String(config.length));
    apply('Token', { bad: true }, 'mended');
    const mended = { generatorRef: refTo('Token', 'mended') };
    expect((await failure(ask(mended))).error).toMatchObject({ code: 'CONFIG_INVALID', field: 'spec.bad' });
    apply('Token', { length: 3 }, 'mended');
    await eventually(async () => expect(await text(ask(mended))).toBe('3'));
  });
});

describe('whose generator', () => {
  test.each<[string, object, string, string]>([
    ['none', { generatorRef: undefined }, 'INVALID_REQUEST', 'generator_ref'],
    ['nobody asks', { sourceNamespace: '' }, 'INVALID_REQUEST', 'source_namespace'],
    ['a path as namespace', { sourceNamespace: '../kube-system' }, 'INVALID_REQUEST', 'source_namespace'],
    ['a path as name', { generatorRef: refTo('Token', '../one') }, 'INVALID_REQUEST', 'generator_ref.name'],
    [
      "another tenant's",
      { generatorRef: refTo('Token', 'one', 'team-b') },
      'NAMESPACE_NOT_ALLOWED',
      'generatorRef.namespace',
    ],
    [
      "another tenant's cluster generator",
      { generatorRef: refTo('ClusterGenerator', 'one', 'team-b') },
      'NAMESPACE_NOT_ALLOWED',
      'generatorRef.namespace',
    ],
    ['a kind that is not served', { generatorRef: refTo('Password') }, 'UNSUPPORTED', 'generatorRef'],
    [
      'a store kind',
      { generatorRef: { ...refTo('Probe'), apiVersion: kind.apiVersion } },
      'UNSUPPORTED',
      'generatorRef',
    ],
    ['another group', { generatorRef: { ...refTo('Token'), apiVersion: 'x.io/v1' } }, 'UNSUPPORTED', 'generatorRef'],
    ['an absent object', { generatorRef: refTo('Token', 'absent') }, 'CONFIG_NOT_FOUND', 'generatorRef'],
    [
      'an absent cluster generator',
      { generatorRef: refTo('ClusterGenerator', 'absent') },
      'CONFIG_NOT_FOUND',
      'generatorRef',
    ],
  ])('%s is refused without generating', async (_what, changes, code, field) => {
    generate = () => one(MARKER);
    expect((await failure(ask(changes))).error).toMatchObject({ code, field });
    if (code !== 'CONFIG_NOT_FOUND') expect((await failure(clean(changes))).error).toMatchObject({ code, field });
    expect(cleaned).toEqual([]);
  });

  test('the own namespace may be named', async () => {
    expect(await text(ask({ generatorRef: refTo('Token', 'one', 'team-a') }))).toBe('made');
  });

  test('references are read in the namespace that asks and no other', async () => {
    generate = async ({ credentials, config }) =>
      one(Buffer.from(await credentials.secretKey(config.seed ?? {}, 'spec.seed')).toString());
    apply('Token', { seed: { name: 'login', key: 'k' } }, 'seeded');
    expect(await text(ask({ generatorRef: refTo('Token', 'seeded') }))).toBe('seed of team-a');
    apply('Token', { seed: { name: 'login', key: 'k', namespace: 'team-b' } }, 'foreign');
    expect((await failure(ask({ generatorRef: refTo('Token', 'foreign') }))).error).toMatchObject({
      code: 'NAMESPACE_NOT_ALLOWED',
      field: 'spec.seed',
    });
  });
});

describe('ClusterGenerator', () => {
  const ref = { generatorRef: refTo('ClusterGenerator') };

  test('serves every namespace, with its defaults and the credentials of who asks', async () => {
    generate = async ({ config, source, credentials }) =>
      one(
        `${config.length} ${source.namespace} ${Buffer.from(await credentials.secretKey({ name: 'login', key: 'k' }, 'f')).toString()}`,
      );
    apply('ClusterGenerator', { kind: 'Token', generator: { tokenSpec: {} } });
    expect(await text(ask(ref))).toBe('24  seed of team-a');
    expect(await text(ask({ ...ref, sourceNamespace: 'team-b' }))).toBe('24  seed of team-b');
    await clean(ref);
    expect(cleaned).toEqual([{ id: 7 }]);
  });

  test.each<[string, object, string, string]>([
    ['a kind that is not served', { kind: 'Password', generator: { passwordSpec: {} } }, 'UNSUPPORTED', 'spec.kind'],
    ['a kind that may not stand there', { kind: 'UUID', generator: { uuidSpec: {} } }, 'UNSUPPORTED', 'spec.kind'],
    ['no kind', {}, 'UNSUPPORTED', 'spec.kind'],
    [
      'nothing under its key',
      { kind: 'Token', generator: { uuidSpec: {} } },
      'CONFIG_INVALID',
      'spec.generator.tokenSpec',
    ],
    [
      'a wrong value',
      { kind: 'Token', generator: { tokenSpec: { length: 'x' } } },
      'CONFIG_INVALID',
      'spec.generator.tokenSpec.length',
    ],
  ])('with %s is refused', async (what, spec, code, field) => {
    const name = what.replaceAll(' ', '-');
    apply('ClusterGenerator', spec, name);
    expect((await failure(ask({ generatorRef: refTo('ClusterGenerator', name) }))).error).toMatchObject({
      code,
      field,
    });
  });

  test.each([
    ['Password', 'passwordSpec'],
    ['ECRAuthorizationToken', 'ecrAuthorizationTokenSpec'],
    ['STSSessionToken', 'stsSessionTokenSpec'],
    ['SSHKey', 'sshKeySpec'],
    ['UUID', 'uuidSpec'],
    ['MFA', 'mfaSpec'],
    ['GithubAccessToken', 'githubAccessTokenSpec'],
  ])('the key of %s is %s', (name, key) => {
    expect(clusterKey(name)).toBe(key);
  });
});

describe('what a generator must not answer', () => {
  const answers: [string, unknown, string, RegExp][] = [
    ['nothing', undefined, 'INTERNAL', /nothing instead of what was generated/],
    ['an object as values', { values: { token: MARKER } }, 'INTERNAL', /an object instead of a map as its values/],
    ['text as a value', { values: new Map([['token', MARKER]]) }, 'INTERNAL', /a map with text instead of bytes/],
    [
      'too many keys',
      { values: new Map(['a', 'b', 'c', 'd'].map((key) => [key, Buffer.alloc(1)])) },
      'LIMIT_EXCEEDED',
      /4 keys/,
    ],
    ['too many bytes', one('x'.repeat(2_000)), 'LIMIT_EXCEEDED', /limit of 2000/],
    ['a state that is no JSON', { ...one('x'), state: 5n }, 'INTERNAL', /no JSON value/],
    ['a state that is too large', { ...one('x'), state: 'x'.repeat(65_535) }, 'LIMIT_EXCEEDED', /65537 bytes/],
    ['with its state too many bytes', { ...one('x'), state: 'x'.repeat(2_000) }, 'LIMIT_EXCEEDED', /limit of 2000/],
  ];
  test.each(answers)('%s', async (_what, answer, code, words) => {
    generate = () => answer as Generated;
    const { error } = await failure(ask());
    expect(error).toMatchObject({ code, publicMessage: expect.stringMatching(words) as string });
    expect(lines).not.toContain(MARKER);
  });

  test.each<[string, () => never, string]>([
    [
      'an error',
      () => {
        throw new Error(MARKER);
      },
      'INTERNAL',
    ],
    [
      'an absent secret, on which targets are deleted',
      () => {
        throw new ProviderError('SECRET_NOT_FOUND', 'gone');
      },
      'INTERNAL',
    ],
    [
      'a failure of its own',
      () => {
        throw new ProviderError('ACCESS_DENIED', 'may not');
      },
      'ACCESS_DENIED',
    ],
  ])('%s', async (_what, throws, code) => {
    generate = throws;
    const { error, status } = await failure(ask());
    expect(error.code).toBe(code);
    expect(status).not.toBe('NotFound');
    expect(lines + error.publicMessage).not.toContain(MARKER);
  });
});

describe('what a failed call made', () => {
  test('is taken back before the failure is answered', async () => {
    generate = ({ keep }) => {
      keep({ id: 1 });
      keep({ id: 2 });
      throw new ProviderError('BACKEND_UNAVAILABLE', 'lost it');
    };
    expect((await failure(ask())).error.code).toBe('BACKEND_UNAVAILABLE');
    expect(cleaned).toEqual([{ id: 2 }]);
  });

  test.each<[string, Generated]>([
    ['its answer is refused', { ...one('x'.repeat(2_000)), state: { id: 3 } }],
    ['its values are of a wrong type', { values: {} as never, state: { id: 3 } }],
  ])('is taken back when %s', async (_what, generated) => {
    generate = () => generated;
    await failure(ask());
    expect(cleaned).toEqual([{ id: 3 }]);
  });

  test('is taken back when nobody waits any more', async () => {
    const late = Promise.withResolvers<Generated>();
    generate = () => late.promise;
    expect((await failure(ask())).error.code).toBe('TIMEOUT');
    let signal: AbortSignal | undefined;
    cleanup = (_state, context) => void (signal = context.signal);
    late.resolve({ ...one('late'), state: { id: 4 } });
    await eventually(() => expect(cleaned).toEqual([{ id: 4 }]));
    expect(signal?.aborted).toBe(false);
  });

  test('and could not be taken back is an error in the log, without the state', async () => {
    generate = ({ keep }) => {
      keep({ id: MARKER });
      throw new ProviderError('BACKEND_UNAVAILABLE', 'lost it');
    };
    cleanup = () => Promise.reject(new ProviderError('BACKEND_UNAVAILABLE', 'lost it, too'));
    expect((await failure(ask())).error.publicMessage).toBe('lost it');
    const line = lines.split('\n').find((text) => text.includes('could not be taken back')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ level: 'error', generator: { kind: 'Token', name: 'one' } });
    expect(lines).not.toContain(MARKER);
  });
});

describe('Cleanup', () => {
  test('gets the state back', async () => {
    await clean({ state: state({ id: 7, url: 'https://x' }) });
    expect(cleaned).toEqual([{ id: 7, url: 'https://x' }]);
  });

  test.each<[string, object]>([
    ['without a state', { state: new Uint8Array() }],
    ['of null', { state: state('null') }],
    ['of a kind that leaves nothing behind', { generatorRef: refTo('UUID', 'gone') }],
  ])('%s is a success, whether the object is there or not', async (_what, changes) => {
    await clean({ generatorRef: refTo('Token', 'gone'), ...changes });
    expect(cleaned).toEqual([]);
  });

  test.each<[string, Buffer, string]>([
    ['no JSON', state(`{${MARKER}`), 'INVALID_REQUEST'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'INVALID_REQUEST'],
    ['too large', state(`"${'x'.repeat(65_535)}"`), 'LIMIT_EXCEEDED'],
  ])('of a state that is %s is refused', async (_what, bytes, code) => {
    expect((await failure(clean({ state: bytes }))).error.code).toBe(code);
    expect(cleaned).toEqual([]);
    expect(lines).not.toContain(MARKER);
  });

  test('that fails is told', async () => {
    cleanup = () => Promise.reject(new ProviderError('ACCESS_DENIED', 'may not'));
    expect((await failure(clean())).error.code).toBe('ACCESS_DENIED');
  });
});

describe('the process', () => {
  test('has a health of its generators', async () => {
    expect((await provider.client.health.check({ service: 'generator.v1.GeneratorProvider' })).status).toBe(1);
  });

  test('that has generators alone serves no stores', async () => {
    const alone = await startTestProvider({
      definition: { name: 'alone', kinds: [], generators: [uuid] },
      tls: {
        serverDir: await lab.directory(await lab.server()),
        clientDir: await lab.directory(await lab.client()),
        serverName: LAB_SERVER_NAME,
      },
      objects: [{ apiVersion, kind: 'UUID', metadata: { namespace: 'team-a', name: 'one' }, spec: {} }],
    });
    try {
      const { secrets } = await alone.client.generator.generate({ ...request, generatorRef: refTo('UUID') });
      expect(Buffer.from(secrets['token'] ?? []).toString()).toBe('u');
      expect((await failure(alone.client.store.validate({}))).status).toBe('Unimplemented');
      expect((await failure(alone.client.health.check({ service: 'provider.v1.SecretStoreProvider' }))).status).toBe(
        'NotFound',
      );
    } finally {
      await alone.stop();
    }
  });
});
