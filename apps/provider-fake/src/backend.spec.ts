import { nameMatcher } from '@eso/api/server';
import { testCall } from '@eso/api/testing';
import { checkFake, FakeBackend, type PushedSecrets } from './backend.ts';
import type { FakeConfig } from './config/fake.ts';

const config: FakeConfig = {
  data: [
    { key: 'db', value: 'plain' },
    { key: 'db', value: 'second', version: 'v2' },
    { key: 'app', value: '{"user":{"name":"ann"},"port":1.0,"off":null}' },
    { key: 'old', value: 'nine', version: 'v9' },
    { key: 'old', value: 'ten', version: 'v10' },
  ],
};

function backend(changes: Partial<FakeConfig> = {}, pushed: PushedSecrets = new Map()): FakeBackend {
  return new FakeBackend({ ...config, ...changes }, pushed);
}

const ref = (key: string, property = '', version = '') => ({ key, property, version, metadataPolicy: 'None' as const });
const tags = new Map<string, string>();
const call = testCall();
const text = (value: Uint8Array): string => Buffer.from(value).toString();
const texts = (map: Map<string, Uint8Array>) => Object.fromEntries([...map].map(([key, value]) => [key, text(value)]));

describe('GetSecret', () => {
  test.each([
    ['db', '', '', 'plain'],
    ['db', '', 'v2', 'second'],
    ['app', 'user.name', '', 'ann'],
    ['app', 'off', '', ''],
  ])('%s, property %p, version %p [3.7.10] [3.7.11]', async (key, property, version, value) => {
    expect(text(await backend().getSecret(ref(key, property, version), call))).toBe(value);
  });

  test.each([
    ['absent', '', ''],
    ['db', '', 'v3'],
    ['old', '', ''],
    ['app', 'user.age', ''],
  ])('%s, property %p, version %p is no secret [3.7.4]', async (key, property, version) => {
    await expect(async () => backend().getSecret(ref(key, property, version), call)).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
    });
  });
});

describe('GetSecretMap', () => {
  test('keeps the exact text of what is no string [3.7.5]', async () => {
    expect(texts(await backend().getSecretMap(ref('app'), call))).toEqual({
      user: '{"name":"ann"}',
      port: '1.0',
      off: '',
    });
    expect(texts(await backend().getSecretMap(ref('app', 'user'), call))).toEqual({ name: 'ann' });
  });

  test('needs a JSON object [3.7.12]', async () => {
    await expect(backend().getSecretMap(ref('db'), call)).rejects.toMatchObject({
      code: 'NOT_AN_OBJECT',
      field: 'remoteRef.key',
      publicMessage: 'secret db is not a JSON object',
    });
  });
});

describe('GetAllSecrets', () => {
  test('finds by name, of several versions the last in text order [3.7.6] [3.7.13]', async () => {
    const found = await backend().getAllSecrets({
      nameRegexp: nameMatcher('^(db|old)$', call),
      tags,
      conversionStrategy: 'Default',
    });
    expect(texts(found)).toEqual({ db: 'second', old: 'nine' });
  });

  test('converts the keys itself, so that a rewrite sees them converted [1.11.13]', async () => {
    const paths = backend({ data: [{ key: 'a/b', value: 'x' }] });
    const find = { nameRegexp: nameMatcher('^a/', call), tags };
    expect(texts(await paths.getAllSecrets({ ...find, conversionStrategy: 'Default' }))).toEqual({ a_b: 'x' });
    expect(texts(await paths.getAllSecrets({ ...find, conversionStrategy: 'Unicode' }))).toEqual({ a_U002f_b: 'x' });
  });

  test('loses no secret to another one whose key becomes the same', async () => {
    const paths = backend({
      data: [
        { key: 'a/b', value: 'x' },
        { key: 'a b', value: 'y' },
      ],
    });
    await expect(async () =>
      paths.getAllSecrets({ nameRegexp: nameMatcher('^a', call), tags, conversionStrategy: 'Default' }),
    ).rejects.toMatchObject({ code: 'KEY_COLLISION' });
  });

  test.each([{ tags }, { nameRegexp: nameMatcher('x', call), path: 'a', tags }, { tags: new Map([['a', 'b']]) }])(
    'knows no other way (%#) [3.7.13]',
    async (find) => {
      await expect(async () =>
        backend().getAllSecrets({ conversionStrategy: 'Default', ...find }),
      ).rejects.toMatchObject({ code: 'UNSUPPORTED', publicMessage: 'unsupported find operator' });
    },
  );
});

describe('pushed secrets', () => {
  const push = (remoteKey: string, secretKey = 'k') => ({
    remoteKey,
    secretKey,
    data: new Map([['k', Buffer.from('pushed')]]),
    property: '',
    metadata: new Uint8Array(),
    secretType: 'Opaque',
    secretLabels: tags,
    secretAnnotations: tags,
  });

  test('outlive a change of the config object, and are found [V1.14.5]', async () => {
    const pushed: PushedSecrets = new Map();
    await backend({}, pushed).pushSecret(push('new'));
    const later = backend({ data: [] }, pushed);
    expect(text(await later.getSecret(ref('new'), call))).toBe('pushed');
    expect(await later.secretExists({ remoteKey: 'new' })).toBe(true);
    const found = await later.getAllSecrets({ nameRegexp: nameMatcher('', call), tags, conversionStrategy: 'Default' });
    expect(texts(found)).toEqual({ new: 'pushed' });
  });

  test('a key that the source lacks is pushed as an empty value', async () => {
    const fake = backend();
    await fake.pushSecret(push('new', 'absent'));
    expect(text(await fake.getSecret(ref('new'), call))).toBe('');
  });

  test('never replace an entry of the config object [3.7.14]', async () => {
    await expect(async () => backend().pushSecret(push('db'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });
});

test.each([
  [undefined, 'valid'],
  [0, 'valid'],
  [1, 'unknown'],
  [2, 'invalid'],
  // The schema of stores has no bounds there.
  [7, 'invalid'],
])('validationResult %p is %s [3.7.8] [3.7.10]', async (validationResult, kind) => {
  const fake = backend(validationResult === undefined ? {} : { validationResult });
  expect((await fake.validate()).kind).toBe(kind);
});

test('that it is for tests is no warning [3.7.15]', async () => {
  expect(await backend().validate()).toEqual({ kind: 'valid' });
});

test('an entry without a value or a key is named', () => {
  expect(
    checkFake({
      data: [
        { key: 'a', value: 'x' },
        { key: 'b', value: '' },
        { key: '', value: 'x' },
      ],
    }),
  ).toEqual([
    { field: 'spec.data[1].value', problem: 'entry 1 has no value', nextStep: 'give it a value' },
    { field: 'spec.data[2].key', problem: 'entry 2 has no key', nextStep: 'give it a key' },
  ]);
});
