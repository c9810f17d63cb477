import { ManualClock } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { MemoryObjects } from '../../testing/memory-objects.ts';
import { CredentialCache, type CredentialReader } from './credential-reader.ts';
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

async function read(reader: CredentialReader, key = 'id', namespace?: string): Promise<string> {
  const value = await reader.secretKey({ name: 'login', key, namespace }, field).catch((error: unknown) => {
    const { code, publicMessage } = ProviderError.from(error);
    return `${code}: ${publicMessage}`;
  });
  return Buffer.from(value).toString();
}

test('hands out values verbatim, from one request, for thirty seconds at most', async () => {
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
])('the reference %p %s', async (selector, problem) => {
  const { reader } = setup();
  const expected = { code: 'CREDENTIALS_UNUSABLE', publicMessage: `the credentials reference ${problem}`, field };
  await expect(reader.secretKey(selector, field)).rejects.toMatchObject(expected);
});

test('inherited names are no keys', async () => {
  const { objects, reader } = setup();
  objects.apply(secret('team-a', 'login', {}));
  expect(await read(reader, 'constructor')).toContain('has no key constructor');
});

test('an API server that is away is a passing problem', async () => {
  const { objects, reader } = setup();
  objects.setReachable(false);
  await expect(reader.secretKey({ name: 'login', key: 'id' }, field)).rejects.toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    retryable: true,
  });
});

describe('namespaces', () => {
  test.each<[CredentialScope['kind'], string | undefined, string]>([
    ['ownNamespace', undefined, 'value of team-a'],
    ['ownNamespace', 'team-a', 'value of team-a'],
    ['ownNamespace', 'team-b', 'NAMESPACE_NOT_ALLOWED'],
    ['anyNamespace', undefined, 'value of team-a'],
    ['anyNamespace', 'team-b', 'value of team-b'],
    ['none', undefined, 'NAMESPACE_NOT_ALLOWED'],
    ['none', 'team-b', 'NAMESPACE_NOT_ALLOWED'],
  ])('scope %s with a reference to %p: %s', async (kind, namespace, expected) => {
    const { objects, reader } = setup({ kind, namespace: 'team-a' });
    for (const team of ['team-a', 'team-b']) objects.apply(secret(team, 'login', { id: `value of ${team}` }));
    expect(await read(reader, 'id', namespace)).toContain(expected);
    if (expected === 'NAMESPACE_NOT_ALLOWED') expect(objects.reads).toBe(0);
  });
});
