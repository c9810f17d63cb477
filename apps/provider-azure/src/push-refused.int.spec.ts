/** Pushes that are refused, and names that something deleted has: over the wire, to the test server. */
import { AzureLab, loginIn, NOBODY, PASSWORD, refusedCall } from './testing/azure-lab.ts';
import { newMaterial, pfxOf } from './testing/pushed-material.ts';
import { VaultPushes } from './testing/vault-pushes.ts';

let lab: AzureLab;
let pushes: VaultPushes;
const REMOTE_KEY = 'match.remoteRef.remoteKey';
const SECRET_KEY = 'match.secretKey';
/** Stands in no answer and no line of the log. */
const VALUE = 'value-that-nobody-may-see';

beforeAll(async () => {
  // What is told here no real vault does when it is asked to.
  delete process.env['AZURE_KEYVAULT_URL'];
  lab = await AzureLab.start();
  pushes = new VaultPushes(lab);
  lab.config('good');
  lab.login('nobody', { clientId: NOBODY, clientSecret: PASSWORD });
  lab.config('nobody', { authSecretRef: loginIn('nobody') });
});
beforeEach(() => {
  lab.azure.calls.length = 0;
});
afterAll(() => lab.stop());

const vault = () => lab.azure.vault('team-a');
const written = () => lab.azure.calls.filter(({ method, host }) => method !== 'GET' && host.includes('.vault.'));
const refused = (remoteKey: string, value: string | Uint8Array, config = 'good') =>
  refusedCall(pushes.value(config, remoteKey, value));

describe('what Key Vault would refuse is not asked for [V5.6.16]', () => {
  test.each<[string, string, string | Uint8Array, object, string]>([
    ['a name with another character', 'db_password', VALUE, { field: REMOTE_KEY }, '"db_password" is no name of'],
    ['a name that is too long', 'x'.repeat(128), VALUE, { field: REMOTE_KEY }, '"xxx'],
    ['no name', 'secret/', VALUE, { field: REMOTE_KEY }, '"" is no name of an object of Key Vault'],
    ['another type', 'app/db', VALUE, { field: REMOTE_KEY }, 'unknown Azure Key Vault object type app'],
    [
      'bytes that are no text',
      'bin',
      Buffer.from([0xff, 0xfe, 0]),
      { field: SECRET_KEY },
      'key k of the source Secret holds bytes that are no UTF-8 text',
    ],
    ['nothing', 'empty', '', { field: SECRET_KEY }, 'the value is empty'],
    ['too much', 'large', 'ü'.repeat(12_801), { code: 'LIMIT_EXCEEDED' }, 'the value has 25602 bytes, and a secret of'],
    ['no certificate', 'cert/c', VALUE, { field: SECRET_KEY }, 'value from secret is not a valid certificate'],
    ['no key', 'key/k', newMaterial().certPem, { field: SECRET_KEY }, 'key type CERTIFICATE is not supported'],
  ])('%s', async (_name, remoteKey, value, expected, words) => {
    const { code, error } = await refused(remoteKey, value);
    expect({ code, field: error.field }).toEqual({ code: 'INVALID_REQUEST', field: SECRET_KEY, ...expected });
    expect(error.publicMessage.slice(0, words.length)).toBe(words);
    expect(lab.azure.calls.filter(({ host }) => host.includes('.vault.'))).toEqual([]);
  });

  test('a key that the Secret does not have [V5.6.17]', async () => {
    const { code, error } = await refusedCall(pushes.push('good', 'name', { secretKey: 'none', data: { k: VALUE } }));
    expect({ code, field: error.field }).toEqual({ code: 'INVALID_REQUEST', field: SECRET_KEY });
    expect(error.publicMessage).toBe('the source Secret has no key none');
  });

  test('metadata that is not in its envelope, or names the mark [V5.6.18]', async () => {
    const raw = await refusedCall(pushes.push('good', 'name', { metadata: '{"tags":{"a":"b"}}' }));
    expect(raw).toMatchObject({ code: 'INVALID_REQUEST', error: { field: 'metadata.apiVersion' } });
    const mark = await refusedCall(pushes.value('good', 'name', VALUE, { tags: { 'managed-by': 'me' } }));
    expect(mark).toMatchObject({ code: 'INVALID_REQUEST', error: { field: 'metadata.spec.tags.managed-by' } });
    const date = await refusedCall(pushes.value('good', 'name', VALUE, { expirationDate: 'soon' }));
    expect(date.error.publicMessage).toMatch(/^error parsing expiration date in metadata/);
  });

  test('the largest value is taken', async () => {
    await pushes.value('good', 'largest', 'ü'.repeat(12_800));
    expect(written()).toHaveLength(1);
  });
});

describe('an identity that may not', () => {
  test('read is told so, and nothing is written [V5.6.19]', async () => {
    const { code, error } = await refused('name', VALUE, 'nobody');
    expect(code).toBe('ACCESS_DENIED');
    expect(error.publicMessage).toMatch(/^may not get secret name: Key Vault answered Forbidden/);
    expect(written()).toEqual([]);
  });

  test.each([
    ['write', 'denied-write', ['get'], 'may not write secret denied-write'],
    ['recover', 'denied-recover', ['get', 'set', 'delete'], 'may not recover deleted secret denied-recover'],
  ])('%s is told so', async (_name, name, secrets, words) => {
    if (secrets.length > 1) {
      await pushes.value('good', name, VALUE);
      await pushes.delete('good', name);
    }
    vault().access = { ...vault().access, [NOBODY]: { secrets } };
    const { code, error } = await refused(name, VALUE, 'nobody');
    expect(code).toBe('ACCESS_DENIED');
    expect(error.publicMessage.slice(0, words.length)).toBe(words);
    expect(error.field).toBe(REMOTE_KEY);
  });

  test('delete is told so, and keeps it', async () => {
    await pushes.value('good', 'denied-delete', VALUE);
    vault().access = { ...vault().access, [NOBODY]: { secrets: ['get'] } };
    const { code, error } = await refusedCall(pushes.delete('nobody', 'denied-delete'));
    expect(code).toBe('ACCESS_DENIED');
    expect(error.publicMessage).toMatch(/^may not delete secret denied-delete/);
    expect(await lab.exists('good', 'denied-delete')).toBe(true);
  });
});

test.each(['secret', 'key'] as const)(
  'a %s that stands behind a certificate is left to that [V5.6.24]',
  async (type) => {
    const name = `behind-${type}`;
    await pushes.value('good', `cert/${name}`, pfxOf(newMaterial()));
    const remoteKey = `${type}/${name}`;
    for (const { code, error } of [
      await refused(remoteKey, VALUE),
      await refusedCall(pushes.delete('good', remoteKey)),
    ]) {
      expect({ code, field: error.field }).toEqual({ code: 'ALREADY_EXISTS', field: REMOTE_KEY });
      expect(error.publicMessage).toBe(`${type} ${name} stands behind certificate ${name}`);
    }
  },
);

describe('a name that something deleted has', () => {
  test('of somebody else is not taken back [V5.6.20]', async () => {
    await lab.secrets.setSecret('theirs', 'theirs');
    await (await lab.secrets.beginDeleteSecret('theirs')).pollUntilDone();
    const { code, error } = await refused('theirs', VALUE);
    expect({ code, field: error.field }).toEqual({ code: 'ALREADY_EXISTS', field: REMOTE_KEY });
    expect(error.publicMessage).toBe('deleted secret theirs is not managed by external-secrets');
    expect((await lab.secrets.getDeletedSecret('theirs')).name).toBe('theirs');
  });

  test('of another type is not ours to take back [V5.6.21]', async () => {
    await pushes.value('good', 'typed', VALUE);
    await pushes.delete('good', 'typed');
    const { code, error } = await refused('cert/typed', pfxOf(newMaterial()));
    expect(code).toBe('ALREADY_EXISTS');
    expect(error.publicMessage).toBe('the name of certificate typed is taken by a deleted object of another type');
  });

  test('is waited for while it is being recovered [V5.6.15]', async () => {
    await pushes.value('good', 'slow', VALUE);
    await pushes.delete('good', 'slow');
    vault().delays.recoveryMs = 300;
    await pushes.value('good', 'slow', 'next');
    vault().delays.recoveryMs = 0;
    expect((await lab.secrets.getSecret('slow')).value).toBe('next');
  });

  test('is left alone while it is being deleted: the push is repeated [V5.6.22]', async () => {
    await pushes.value('good', 'going', VALUE);
    vault().delays.deletionMs = 3_600_000;
    await pushes.delete('good', 'going');
    vault().delays.deletionMs = 0;
    const { code, error } = await refused('going', VALUE);
    expect({ code, retryable: error.retryable }).toEqual({ code: 'CONFLICT', retryable: true });
    expect(error.publicMessage).toBe('cannot write secret going: Key Vault answered Conflict/ObjectIsBeingDeleted');
  });
});

test('the same value again after a recovery is not written once more [V5.6.15]', async () => {
  await pushes.value('good', 'thrice', VALUE);
  await pushes.delete('good', 'thrice');
  lab.azure.calls.length = 0;
  await pushes.value('good', 'thrice', VALUE);
  expect(written().map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
    'PUT /secrets/thrice 409',
    'POST /deletedsecrets/thrice/recover 200',
  ]);
});

test('an answer that quotes the value says nothing of it, neither to who pushes nor in the log [V5.6.23]', async () => {
  lab.azure.intercept(({ method }) =>
    method === 'PUT'
      ? { status: 400, body: { error: { code: 'BadParameter', message: `${VALUE} is no good value` } } }
      : undefined,
  );
  const { code, error } = await refused('quoted', VALUE);
  lab.azure.intercept();
  expect(code).toBe('INVALID_REQUEST');
  expect(error.publicMessage).toBe('cannot write secret quoted: Key Vault answered BadParameter');
  expect(JSON.stringify(error)).not.toContain(VALUE);
  expect(lab.log.join('')).toContain('BadParameter');
  expect(lab.log.join('')).not.toContain(VALUE);
});
