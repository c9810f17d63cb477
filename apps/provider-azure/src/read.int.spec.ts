/** Reads of secrets, keys and certificates, over the wire. */
import { X509Certificate } from 'node:crypto';
import type { ImportCertificateOptions } from '@azure/keyvault-certificates';
import { issue } from '@eso/control-plane/x509.mjs';
import { AzureLab, loginIn, NOBODY, PASSWORD, refusedCall } from './testing/azure-lab.ts';
import { onTestServer } from './testing/real-vault.ts';

let lab: AzureLab;
const run = `t${Date.now().toString(36)}`;
const named = (name: string): string => `${run}-${name}`;

beforeAll(async () => {
  lab = await AzureLab.start();
  lab.config('good');
  lab.login('nobody', { clientId: NOBODY, clientSecret: PASSWORD });
  lab.config('nobody', { authSecretRef: loginIn('nobody') });
  await lab.secrets.setSecret(named('text'), 'first');
  await lab.secrets.setSecret(named('text'), 'second', {
    tags: { team: 'a', doc: '{"x":{"y":"deep"},"z":"w"}', texts: '{"p":"q"}' },
    expiresOn: new Date('2030-01-02T03:04:05Z'),
  });
  await lab.secrets.setSecret(named('json'), '{"a.b":"literal","a":{"b":"path"},"big":12345678901234567890,"f":1.0}');
});
afterAll(() => lab.stop());

describe('a secret', () => {
  test('is its text, by its name alone and by its type [V5.3.1]', async () => {
    expect(await lab.get('good', named('text'))).toBe('second');
    expect(await lab.get('good', `secret/${named('text')}`)).toBe('second');
    // What stands behind a second slash counts for nothing.
    expect(await lab.get('good', `secret/${named('text')}/whatever`)).toBe('second');
  });

  test('has versions [V5.3.2]', async () => {
    const versions: string[] = [];
    for await (const { version, createdOn } of lab.secrets.listPropertiesOfSecretVersions(named('text')))
      versions.push(`${createdOn?.getTime() ?? 0}/${version ?? ''}`);
    const values = await Promise.all(
      versions.map((line) => lab.get('good', named('text'), { version: line.split('/')[1] ?? '' })),
    );
    expect(values.sort()).toEqual(['first', 'second']);
  });

  test('has properties: the path first, then the literal key [V5.3.5] [V5.8.1]', async () => {
    expect(await lab.get('good', named('json'), { property: 'a.b' })).toBe('path');
    expect(await lab.get('good', named('json'), { property: 'big' })).toBe('12345678901234567890');
    const { code, error } = await refusedCall(lab.get('good', named('json'), { property: 'none' }));
    expect({ code, field: error.field }).toEqual({ code: 'PROPERTY_NOT_FOUND', field: 'remoteRef.property' });
  });

  test('has tags and instants as metadata [V5.3.8]', async () => {
    const metadata = JSON.parse(await lab.get('good', named('text'), { metadataPolicy: 'Fetch' })) as object;
    expect(metadata).toMatchObject({ team: 'a', 'attribute.expires': '2030-01-02T03:04:05Z' });
    expect(Object.keys(metadata)).toEqual(expect.arrayContaining(['attribute.created', 'attribute.updated']));
    const fetched = (property: string) => lab.get('good', named('text'), { metadataPolicy: 'Fetch', property });
    expect(await fetched('team')).toBe('a');
    expect(await fetched('doc.x.y')).toBe('deep');
    expect(await refusedCall(fetched('none'))).toMatchObject({ code: 'PROPERTY_NOT_FOUND' });
    expect(await lab.get('good', named('json'), { metadataPolicy: 'Fetch', property: 'attribute.created' })).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
    );
  });

  test('has tags whose JSON is escaped as upstream escapes it [V5.3.8]', async () => {
    await lab.secrets.setSecret(named('markup'), 'v', { tags: { link: '<a&b>' } });
    const text = await lab.get('good', named('markup'), { metadataPolicy: 'Fetch' });
    expect(text).toContain('"link":"\\u003ca\\u0026b\\u003e"');
    expect(await lab.get('good', named('markup'), { metadataPolicy: 'Fetch', property: 'link' })).toBe('<a&b>');
  });

  test('is a map of its members, with their exact texts [V5.4.2]', async () => {
    expect(await lab.map('good', named('json'))).toEqual({
      'a.b': 'literal',
      a: '{"b":"path"}',
      big: '12345678901234567890',
      f: '1.0',
    });
    expect(await refusedCall(lab.map('good', named('text')))).toMatchObject({ code: 'NOT_AN_OBJECT' });
  });

  test('is a map of its tags [V5.4.3]', async () => {
    const map = await lab.map('good', named('text'), { metadataPolicy: 'Fetch' });
    expect(map).toMatchObject({
      [`${named('text')}_team`]: 'a',
      [`${named('text')}_texts_p`]: 'q',
      // Not all of its members are texts.
      [`${named('text')}_doc`]: '{"x":{"y":"deep"},"z":"w"}',
      [`${named('text')}_attribute.expires`]: '2030-01-02T03:04:05Z',
    });
    const one = (property: string) => lab.map('good', named('text'), { metadataPolicy: 'Fetch', property });
    expect(await one('team')).toEqual({ [`${named('text')}_team`]: 'a' });
    expect(await one('none')).toEqual({ [`${named('text')}_none`]: '' });
  });

  onTestServer('whose calls are counted', () => {
    test('that several parts of a sync need is read once', async () => {
      const traceId = 'a'.repeat(32);
      const request = lab.request('good');
      lab.azure.calls.length = 0;
      for (const property of ['a.b', 'big', 'f'])
        await lab.provider.client.store.getSecret({
          ...request,
          providerRef: { ...request.providerRef, traceId },
          remoteRef: { key: named('json'), property },
        });
      expect(lab.azure.calls.filter(({ path }) => path.startsWith('/secrets/'))).toHaveLength(1);
    });
  });
});

describe('a key', () => {
  test('is its public JWK in the order that upstream has [V5.3.4]', async () => {
    const { key } = await lab.keys.createRsaKey(named('rsa'));
    const text = await lab.get('good', `key/${named('rsa')}`);
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['kid', 'kty', 'key_ops', 'n', 'e']);
    expect(JSON.parse(text)).toMatchObject({ kty: 'RSA', n: Buffer.from(key?.n ?? []).toString('base64url') });
    expect(await lab.get('good', `key/${named('rsa')}`, { property: 'kty' })).toBe('RSA');
    await lab.keys.createEcKey(named('ec'));
    const ec = JSON.parse(await lab.get('good', `key/${named('ec')}`)) as object;
    expect(Object.keys(ec)).toEqual(['kid', 'kty', 'key_ops', 'crv', 'x', 'y']);
  });

  test('is no map [V5.4.1]', async () => {
    const { code, error } = await refusedCall(lab.map('good', `key/${named('rsa')}`));
    expect({ code, field: error.field }).toEqual({ code: 'INVALID_REQUEST', field: 'remoteRef.key' });
    expect(await refusedCall(lab.map('good', `cert/${named('rsa')}`))).toMatchObject({ code: 'INVALID_REQUEST' });
  });
});

test('what is absent is SECRET_NOT_FOUND for each type, and a version that is absent is not [V5.3.3]', async () => {
  for (const type of ['secret', 'key', 'cert'])
    expect(await refusedCall(lab.get('good', `${type}/${named('absent')}`))).toMatchObject({
      code: 'SECRET_NOT_FOUND',
    });
  const version = '0'.repeat(32);
  expect(await refusedCall(lab.get('good', named('text'), { version }))).toMatchObject({ code: 'VERSION_NOT_FOUND' });
  expect(await refusedCall(lab.get('good', named('absent'), { version }))).toMatchObject({ code: 'SECRET_NOT_FOUND' });
});

test('a disabled secret says so, and is not absent [V5.3.7]', async () => {
  await lab.secrets.setSecret(named('disabled'), 'v', { enabled: false });
  const { code, error } = await refusedCall(lab.get('good', named('disabled')));
  expect(code).toBe('ACCESS_DENIED');
  expect(error.nextStep).toBe('enable the secret, or the version asked for');
});

test.each(['text/a', 'certificate/a', '/a', 'secret/', 'a_b', 'secret/a.b', 'x'.repeat(128)])(
  'remote key %p is refused before anybody is asked [V5.3.1]',
  async (key) => {
    const { code, error } = await refusedCall(lab.get('good', key));
    expect({ code, field: error.field }).toEqual({ code: 'INVALID_REQUEST', field: 'remoteRef.key' });
  },
);

describe('find', () => {
  beforeAll(async () => {
    await lab.secrets.setSecret(named('found-1'), 'one', { tags: { team: 'find', env: 'dev' } });
    await lab.secrets.setSecret(named('found-2'), 'two', { tags: { team: 'find', env: 'prod' } });
    await lab.secrets.setSecret(named('found-3'), 'off', { tags: { team: 'find' }, enabled: false });
  });

  test('by name, without disabled ones, and by no path [V5.5.1]', async () => {
    const name = { regexp: `^${run}-found` };
    const both = { [named('found-1')]: 'one', [named('found-2')]: 'two' };
    expect(await lab.find('good', { name })).toEqual(both);
    const { code, error } = await refusedCall(lab.find('good', { name, path: 'anything' }));
    expect({ code, field: error.field }).toEqual({ code: 'UNSUPPORTED', field: 'find.path' });
  });

  test('by tags, all of them, and by a name as well [V5.5.2]', async () => {
    expect(await lab.find('good', { tags: { team: 'find', env: 'prod' } })).toEqual({ [named('found-2')]: 'two' });
    expect(await lab.find('good', { name: { regexp: '1$' }, tags: { team: 'find' } })).toEqual({
      [named('found-1')]: 'one',
    });
    expect(await lab.find('good', { tags: { team: 'nobody-has-this' } })).toEqual({});
  });

  test('by neither finds all there is, page by page, and nothing but secrets [V5.5.3] [V5.5.5]', async () => {
    const many = Array.from({ length: 30 }, (_, index) => named(`page-${index}`));
    await Promise.all(many.map((name) => lab.secrets.setSecret(name, name)));
    const found = Object.keys(await lab.find('good', {}));
    expect(found).toEqual(expect.arrayContaining([...many, named('text'), named('found-1')]));
    expect(found).not.toContain(named('rsa'));
    expect(found).not.toContain(named('found-3'));
  });

  test('a bad expression is an error and no empty answer [V5.5.4]', async () => {
    expect(await refusedCall(lab.find('good', { name: { regexp: '(' } }))).toMatchObject({ code: 'INVALID_REGEXP' });
  });
});

test('exists: whoever manages it [V5.7.3]', async () => {
  expect(await lab.exists('good', named('text'))).toBe(true);
  expect(await lab.exists('good', `key/${named('rsa')}`)).toBe(true);
  expect(await lab.exists('good', `cert/${named('absent')}`)).toBe(false);
  const { code, error } = await refusedCall(lab.exists('good', 'what/ever'));
  expect({ code, field: error.field }).toEqual({ code: 'INVALID_REQUEST', field: 'match.remoteRef.remoteKey' });
});

onTestServer('an identity without rights', () => {
  test('what the identity may not do is ACCESS_DENIED, and names what to grant', async () => {
    const { code, error } = await refusedCall(lab.get('nobody', named('text')));
    expect(code).toBe('ACCESS_DENIED');
    expect(error.publicMessage).toContain(`may not get secret ${named('text')}`);
    expect(error.nextStep).toContain('Azure RBAC');
    expect(await refusedCall(lab.find('nobody', {}))).toMatchObject({ code: 'ACCESS_DENIED' });
    expect(await refusedCall(lab.exists('nobody', named('text')))).toMatchObject({ code: 'ACCESS_DENIED' });
  });
});

test('a certificate is its DER, whatever property is asked for [V5.3.6]', async () => {
  const pem = selfSigned();
  const contentType = 'application/x-pem-file';
  // The SDK encodes by the one and sends the other.
  const options = { policy: { contentType }, certificatePolicy: { secretProperties: { contentType } } };
  const { cer } = await lab.certificates.importCertificate(
    named('cert'),
    Buffer.from(pem),
    options as ImportCertificateOptions,
  );
  const read = await lab.bytes('good', `cert/${named('cert')}`);
  expect(read).toEqual(Buffer.from(cer ?? []));
  expect(new X509Certificate(read).subject).toContain('tests');
  expect(await lab.bytes('good', `cert/${named('cert')}`, { property: 'x' })).toEqual(read);
});

test('calls are counted by the names that Key Vault has for them [6.4.4]', async () => {
  const metrics = await lab.provider.registry.metrics();
  for (const call of ['GetToken', 'GetSecret', 'GetKey', 'GetCertificate', 'ListSecrets'])
    expect(metrics).toMatch(
      new RegExp(`_api_calls_count{provider="Azure/KeyVault",call="${call}",status="success"} [1-9]`),
    );
});

test('no value, token or client secret has reached the log', () => {
  const log = lab.log.join('');
  for (const secret of ['second', PASSWORD, '12345678901234567890', 'Bearer ']) expect(log).not.toContain(secret);
  // The log does tell of failures, so that there was something to look at.
  expect(log).toContain('SECRET_NOT_FOUND');
});

function selfSigned(): string {
  const { certPem, keyPem } = issue({ commonName: 'tests', use: 'server', names: ['tests'] });
  return `${certPem}${keyPem}`;
}
