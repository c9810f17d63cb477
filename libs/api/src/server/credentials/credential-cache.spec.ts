import { ManualClock } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { MemoryObjects } from '../../testing/memory-objects.ts';
import { CredentialCache } from './credential-cache.ts';
import type { Credentials } from './credentials.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';

const lifetime = new AbortController().signal;
const field = 'spec.auth.secretRef.accessKeyIDSecretRef';

function secret(namespace: string, name: string, data: Record<string, string>) {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const);
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, data: Object.fromEntries(encoded) };
}

function setup(scope: CredentialScope = { kind: 'ownNamespace', namespace: 'team-a' }) {
  const clock = new ManualClock();
  const objects = new MemoryObjects();
  const cache = new CredentialCache({ kube: objects, clock });
  return { clock, objects, cache, reader: cache.reader(scope, lifetime) };
}

async function read(reader: Credentials, key = 'id', namespace?: string): Promise<string> {
  const value = await reader.secretKey({ name: 'login', key, namespace }, field).catch((error: unknown) => {
    const { code, publicMessage } = ProviderError.from(error);
    return `${code}: ${publicMessage}`;
  });
  return Buffer.from(value).toString();
}

test('hands out values verbatim, from one request, for thirty seconds at most [V1.4.6]', async () => {
  const { clock, objects, reader } = setup();
  objects.apply(secret('team-a', 'login', { id: ' one\n', key: 'two' }));
  expect([await read(reader), await read(reader, 'key')]).toEqual([' one\n', 'two']);
  objects.apply(secret('team-a', 'login', { id: 'new' }));
  await clock.advance(29_999);
  expect(await read(reader)).toBe(' one\n');
  await clock.advance(2);
  expect(await read(reader)).toBe('new');
  expect(objects.reads).toBe(2);
});

test('a refused login forgets what was read, and nothing else', async () => {
  const { objects, cache, reader } = setup();
  const other = cache.reader({ kind: 'ownNamespace', namespace: 'team-b' }, lifetime);
  for (const namespace of ['team-a', 'team-b']) objects.apply(secret(namespace, 'login', { id: 'old' }));
  await Promise.all([read(reader), read(other)]);
  for (const namespace of ['team-a', 'team-b']) objects.apply(secret(namespace, 'login', { id: 'new' }));
  reader.invalidate();
  expect([await read(reader), await read(other)]).toEqual(['new', 'old']);
});

test('what is missing is named, and found at the next call once it is there', async () => {
  const { objects, reader } = setup();
  expect(await read(reader)).toBe('CREDENTIALS_UNUSABLE: Secret team-a/login does not exist');
  objects.apply(secret('team-a', 'login', { other: 'x' }));
  expect(await read(reader)).toBe('CREDENTIALS_UNUSABLE: Secret team-a/login has no key id');
  objects.apply(secret('team-a', 'login', { id: 'x' }));
  expect(await read(reader)).toBe('x');
});

test.each([
  [{ key: 'id' }, 'lacks name'],
  [{ name: 'login' }, 'lacks key'],
])('the reference %p %s, and nothing is read', async (selector, problem) => {
  const { reader, objects } = setup();
  const expected = { code: 'CREDENTIALS_UNUSABLE', publicMessage: `the credentials reference ${problem}`, field };
  await expect(reader.secretKey(selector, field)).rejects.toMatchObject(expected);
  expect(objects.reads).toBe(0);
});

test('inherited names are no keys', async () => {
  const { objects, reader } = setup();
  objects.apply(secret('team-a', 'login', {}));
  expect(await read(reader, 'constructor')).toContain('has no key constructor');
});

describe('a Secret as a whole', () => {
  test('has every key, verbatim, and costs no second request', async () => {
    const { objects, reader } = setup();
    objects.apply(secret('team-a', 'login', { id: ' one\n', constructor: 'two', empty: '' }));
    const values = await reader.secret({ name: 'login' }, field);
    expect([...values].map(([key, bytes]) => [key, Buffer.from(bytes).toString()])).toEqual([
      ['id', ' one\n'],
      ['constructor', 'two'],
      ['empty', ''],
    ]);
    await read(reader);
    expect(objects.reads).toBe(1);
  });
});

describe('bounds', () => {
  test('large Secrets do not add up in memory', async () => {
    const { objects, reader } = setup();
    const names = Array.from({ length: 30 }, (_, i) => `large-${i}`);
    const large = Buffer.alloc(1_000_000).toString('base64');
    for (const name of names)
      objects.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'team-a', name }, data: { id: large } });
    const readAll = async (some: readonly string[]) => {
      for (const name of some) await reader.secretKey({ name, key: 'id' }, field);
      return objects.reads;
    };
    expect(await readAll(names)).toBe(30);
    // 32 MiB have room for 25 of them: the latest stay, the oldest are read anew.
    expect(await readAll(names.slice(-20))).toBe(30);
    expect(await readAll(names.slice(0, 3))).toBe(33);
  });

  test('a revision looks at the 256 objects that were read last', async () => {
    const { clock, objects, reader } = setup();
    const names = Array.from({ length: 257 }, (_, i) => `s-${i}`);
    for (const name of names) {
      objects.apply(secret('team-a', name, { id: 'x' }));
      await reader.secretKey({ name, key: 'id' }, field);
    }
    await clock.advance(1_001);
    const before = objects.reads;
    const revision = await reader.revision();
    expect(objects.reads - before).toBe(256);
    objects.apply(secret('team-a', 's-0', { id: 'new' }));
    await clock.advance(1_001);
    expect(await reader.revision()).toBe(revision);
    objects.apply(secret('team-a', 's-1', { id: 'new' }));
    await clock.advance(1_001);
    expect(await reader.revision()).not.toBe(revision);
  });
});

describe('a ConfigMap', () => {
  const configMap = (data: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'team-a', name: 'settings' },
    ...data,
  });
  const selector = { name: 'settings', key: 'k' };

  test.each<[string, object, string]>([
    ['text', { data: { k: ' grüße\n' } }, ' grüße\n'],
    [
      'text that was stored as bytes',
      { binaryData: { k: Buffer.from('\ufeffgrüße').toString('base64') } },
      '\ufeffgrüße',
    ],
  ])('gives %s verbatim', async (_what, data, expected) => {
    const { objects, reader } = setup();
    objects.apply(configMap(data));
    expect(await reader.configMapKey(selector, field)).toBe(expected);
  });

  test('with bytes that are no text is refused', async () => {
    const { objects, reader } = setup();
    objects.apply(configMap({ binaryData: { k: '/w==' } }));
    await expect(reader.configMapKey(selector, field)).rejects.toMatchObject({ code: 'CREDENTIALS_UNUSABLE', field });
  });
});

test('a ServiceAccount gives its identity and annotations', async () => {
  const { objects, reader } = setup();
  const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/app' };
  objects.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: 'team-a', name: 'app', uid: 'u-1', annotations },
  });
  const identity = { namespace: 'team-a', name: 'app', uid: 'u-1', annotations };
  expect(await reader.serviceAccount({ name: 'app' }, field)).toEqual(identity);
});

test('objects of different kinds with one name are not mixed up', async () => {
  const { objects, reader } = setup();
  objects.apply(secret('team-a', 'login', { id: 'of the Secret' }));
  objects.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'team-a', name: 'login' },
    data: { id: 'of the ConfigMap' },
  });
  expect(await read(reader)).toBe('of the Secret');
  expect(await reader.configMapKey({ name: 'login', key: 'id' }, field)).toBe('of the ConfigMap');
});

describe('a revision', () => {
  /** Revisions are a second old at most. */
  const later = async (clock: ManualClock, reader: Credentials) => {
    await clock.advance(1_001);
    return reader.revision();
  };

  test('stays while nothing changes, and changes with each object that was read', async () => {
    const { clock, objects, reader } = setup();
    objects.apply(secret('team-a', 'login', { id: 'x' }));
    const login = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'team-a', name: 'login' } };
    objects.apply(login);
    const seen = [await reader.revision()];
    await read(reader);
    await reader.serviceAccount({ name: 'login' }, field);
    seen.push(await later(clock, reader));
    expect(await later(clock, reader)).toBe(seen[1]);
    objects.apply(secret('team-a', 'login', { id: 'x' }));
    seen.push(await later(clock, reader));
    objects.apply(login);
    seen.push(await later(clock, reader));
    objects.remove('Secret', { namespace: 'team-a', name: 'login' });
    seen.push(await later(clock, reader));
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('does not change with what was not read', async () => {
    const { clock, objects, reader } = setup();
    objects.apply(secret('team-a', 'login', { id: 'x' }));
    await read(reader);
    const before = await reader.revision();
    objects.apply(secret('team-a', 'other', { id: 'x' }));
    expect(await later(clock, reader)).toBe(before);
  });

  test('changes when something comes that was read in vain, and outlives invalidate', async () => {
    const { clock, objects, reader } = setup();
    await read(reader);
    const before = await reader.revision();
    reader.invalidate();
    expect(await reader.revision()).toBe(before);
    objects.apply(secret('team-a', 'login', { id: 'x' }));
    expect(await later(clock, reader)).not.toBe(before);
  });

  test('tells what the next read will see', async () => {
    const { clock, objects, reader } = setup();
    objects.apply(secret('team-a', 'login', { id: 'old' }));
    await read(reader);
    objects.apply(secret('team-a', 'login', { id: 'new' }));
    await later(clock, reader);
    expect(await read(reader)).toBe('new');
  });

  test('costs one request for each object and second, whoever asks', async () => {
    const { clock, objects, reader } = setup();
    objects.apply(secret('team-a', 'login', { id: 'x' }));
    await read(reader);
    await clock.advance(1_001);
    await Promise.all(Array.from({ length: 50 }, () => reader.revision()));
    await reader.revision();
    expect(objects.reads).toBe(2);
  });

  test('is not guessed while the API server is away', async () => {
    const { clock, objects, reader } = setup();
    objects.apply(secret('team-a', 'login', { id: 'x' }));
    await read(reader);
    objects.setReachable(false);
    await clock.advance(1_001);
    await expect(reader.revision()).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });
});
