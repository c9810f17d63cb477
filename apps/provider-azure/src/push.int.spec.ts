/** Pushes of secrets, keys and certificates, and their deletion, over the wire. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { eventually } from '@eso/testing';
import { AzureLab, refusedCall } from './testing/azure-lab.ts';
import { onTestServer } from './testing/real-vault.ts';
import { newMaterial, pfxOf } from './testing/pushed-material.ts';
import { type VaultPush, VaultPushes } from './testing/vault-pushes.ts';

let lab: AzureLab;
let pushes: VaultPushes;
const run = `p${Date.now().toString(36)}`;
const named = (name: string): string => `${run}-${name}`;
const MANAGED = { 'managed-by': 'external-secrets' };

beforeAll(async () => {
  lab = await AzureLab.start();
  pushes = new VaultPushes(lab);
  lab.config('good');
});
afterAll(() => lab.stop());

const value = (key: string, text: string | Uint8Array, spec?: object) => pushes.value('good', key, text, spec);
const push = (key: string, pushed: VaultPush) => pushes.push('good', key, pushed);

const versions = (name: string) => count(lab.secrets.listPropertiesOfSecretVersions(name));
const keyVersions = (name: string) => count(lab.keys.listPropertiesOfKeyVersions(name));
const certificateVersions = (name: string) => count(lab.certificates.listPropertiesOfCertificateVersions(name));

async function count(listed: AsyncIterable<unknown>): Promise<number> {
  let found = 0;
  for await (const version of listed) if (version !== undefined) found++;
  return found;
}

describe('a secret', () => {
  test('that is absent is created with the mark of who manages it [V5.6.1]', async () => {
    const name = named('new');
    await value(name, 'v');
    const { value: stored, properties } = await lab.secrets.getSecret(name);
    expect(stored).toBe('v');
    expect(properties).toMatchObject({ tags: MANAGED, enabled: true });
    expect(properties.expiresOn).toBeUndefined();
    expect(properties.contentType).toBeUndefined();
  });

  test('has the expiry, content type and tags of the metadata [V5.6.2]', async () => {
    const name = named('metadata');
    const spec = { expirationDate: '2030-12-31T20:00:00+01:00', contentType: 'text/x', tags: { team: 'a' } };
    await value(`secret/${name}`, 'v', spec);
    const { properties } = await lab.secrets.getSecret(name);
    expect(properties).toMatchObject({ tags: { ...MANAGED, team: 'a' }, contentType: 'text/x' });
    expect(properties.expiresOn?.toISOString()).toBe('2030-12-31T19:00:00.000Z');
  });

  test('of a whole Secret is one JSON object of texts [V5.6.3]', async () => {
    const name = named('whole');
    await push(name, { secretKey: '', data: { b: '<2>', a: '1' } });
    expect((await lab.secrets.getSecret(name)).value).toBe('{"a":"1","b":"<2>"}');
  });

  test('is not written where value, expiry and content type are the same [V5.6.4]', async () => {
    const name = named('same');
    const spec = { expirationDate: '2030-12-31T20:00:00Z', contentType: 'text/x' };
    await value(name, 'v', spec);
    await value(name, 'v', spec);
    // A content type that is not wanted is left alone; tags alone are no reason.
    await value(name, 'v', { expirationDate: spec.expirationDate, tags: { more: 'x' } });
    expect(await versions(name)).toBe(1);
  });

  test('is written where one of them differs, and keeps a content type that nobody wants otherwise [V5.6.5]', async () => {
    const name = named('differs');
    await value(name, 'v', { expirationDate: '2030-12-31T20:00:00Z', contentType: 'text/x' });
    await value(name, 'v');
    const { properties } = await lab.secrets.getSecret(name);
    expect([properties.expiresOn, properties.contentType]).toEqual([undefined, 'text/x']);
    await value(name, 'w');
    await value(name, 'w', { contentType: 'text/y' });
    expect((await lab.secrets.getSecret(name)).properties.contentType).toBe('text/y');
    expect(await versions(name)).toBe(4);
  });

  test('of somebody else is left as it is [V5.6.6]', async () => {
    const name = named('foreign');
    await lab.secrets.setSecret(name, 'theirs', { tags: { 'managed-by': 'terraform' } });
    const { code, error } = await refusedCall(value(name, 'ours'));
    expect({ code, field: error.field }).toEqual({ code: 'ALREADY_EXISTS', field: 'match.remoteRef.remoteKey' });
    expect(error.publicMessage).toBe(`secret ${name} is not managed by external-secrets`);
    expect((await lab.secrets.getSecret(name)).value).toBe('theirs');
  });

  test('is the whole object, whatever property is named [V5.6.7]', async () => {
    const name = named('property');
    await push(name, { property: 'inner' });
    expect((await lab.secrets.getSecret(name)).value).toBe('v');
  });
});

describe('a certificate', () => {
  const material = newMaterial();

  test('comes as PKCS#12 with its chain, and is what the secret behind it holds [V5.6.8]', async () => {
    const name = named('pfx');
    const pfx = pfxOf(material);
    await value(`cert/${name}`, pfx, { tags: { team: 'a' } });
    const { cer, policy, properties } = await lab.certificates.getCertificate(name);
    expect(Buffer.from(cer ?? []).equals(material.leaf)).toBe(true);
    expect([policy?.contentType, properties.tags]).toEqual(['application/x-pkcs12', { ...MANAGED, team: 'a' }]);
    const behind = await lab.secrets.getSecret(name);
    expect(Buffer.from(behind.value ?? '', 'base64').equals(pfx)).toBe(true);
  });

  test('comes as PEM, in any order, with the content type of PEM [V5.6.9]', async () => {
    const name = named('pem');
    await value(`cert/${name}`, material.caPem + material.certPem + material.keyPem);
    const { cer, policy } = await lab.certificates.getCertificate(name);
    expect(Buffer.from(cer ?? []).equals(material.leaf)).toBe(true);
    expect(policy?.contentType).toBe('application/x-pem-file');
    const behind = (await lab.secrets.getSecret(name)).value ?? '';
    expect(behind).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(new X509Certificate(behind).raw.equals(material.leaf)).toBe(true);
  });

  test('is imported once, in whatever form it comes again [V5.6.10]', async () => {
    const name = named('again');
    await value(`cert/${name}`, pfxOf(material));
    await value(`cert/${name}`, pfxOf(material));
    await value(`cert/${name}`, material.certPem + material.keyPem);
    await value(`cert/${name}`, material.leaf);
    expect(await certificateVersions(name)).toBe(1);
    await value(`cert/${name}`, pfxOf(newMaterial()));
    expect(await certificateVersions(name)).toBe(2);
  });

  test('without its key is refused, and nothing is written [V5.6.11]', async () => {
    const name = named('keyless');
    const { code, error } = await refusedCall(value(`cert/${name}`, material.certPem));
    expect({ code, field: error.field }).toEqual({ code: 'INVALID_REQUEST', field: 'match.secretKey' });
    expect(error.publicMessage).toBe('the certificate comes without its private key');
    expect(await certificateVersions(name).catch(() => 0)).toBe(0);
  });

  test('of somebody else is left as it is [V5.6.6]', async () => {
    const name = named('foreign-cert');
    await lab.certificates.importCertificate(name, pfxOf(material));
    const { code } = await refusedCall(value(`cert/${name}`, pfxOf(newMaterial())));
    expect(code).toBe('ALREADY_EXISTS');
    expect(await certificateVersions(name)).toBe(1);
  });
});

describe('a key', () => {
  const pem = (key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey) =>
    key.export({ type: 'pkcs8', format: 'pem' });

  test.each([
    ['rsa', pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey), 'RSA'],
    ['ec', pem(), 'EC'],
    ['k1', pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey), 'EC'],
  ])('%s is imported, and once only [V5.6.12]', async (kind, text, keyType) => {
    const name = named(`key-${kind}`);
    await value(`key/${name}`, text, { tags: { team: 'a' } });
    const key = await lab.keys.getKey(name);
    expect([key.keyType, key.properties.tags]).toEqual([keyType, { ...MANAGED, team: 'a' }]);
    await value(`key/${name}`, text);
    expect(await keyVersions(name)).toBe(1);
    await value(`key/${name}`, pem());
    expect(await keyVersions(name)).toBe(2);
  });

  onTestServer('in a vault that takes symmetric keys, as real ones do where they are managed HSMs', () => {
    test('that is no PEM is symmetric, and imported each time, as a vault never shows it [V5.6.13]', async () => {
      const name = named('key-oct');
      await value(`key/${name}`, '0123456789abcdef');
      expect((await lab.keys.getKey(name)).keyType).toBe('oct');
      await value(`key/${name}`, '0123456789abcdef');
      expect(await keyVersions(name)).toBe(2);
    });
  });

  test('has the expiry that is wanted [V5.6.14]', async () => {
    const name = named('key-expiry');
    const text = pem();
    await value(`key/${name}`, text, { expirationDate: '2030-12-31T20:00:00Z' });
    expect((await lab.keys.getKey(name)).properties.expiresOn?.toISOString()).toBe('2030-12-31T20:00:00.000Z');
    await value(`key/${name}`, text);
    expect(await keyVersions(name)).toBe(1);
  });
});

/** What was deleted, as soon as it can be seen: a real vault takes its time. */
function deleted(type: 'secret' | 'cert' | 'key', name: string) {
  const read: Record<typeof type, () => Promise<{ readonly properties: { readonly tags?: object } }>> = {
    secret: () => lab.secrets.getDeletedSecret(name),
    cert: () => lab.certificates.getDeletedCertificate(name),
    key: () => lab.keys.getDeletedKey(name),
  };
  return eventually(read[type]);
}

describe('a deletion', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const content = { secret: 'v', cert: pfxOf(newMaterial()), key } as const;

  test.each(['secret', 'cert', 'key'] as const)('of a %s can be taken back, and is no purge [V5.7.1]', async (type) => {
    const name = named(`gone-${type}`);
    await value(`${type}/${name}`, content[type]);
    await pushes.delete('good', `${type}/${name}`);
    expect(await lab.exists('good', `${type}/${name}`)).toBe(false);
    const { properties } = await deleted(type, name);
    expect(properties.tags).toEqual(MANAGED);
  });

  test('of what is not there is done [V5.7.2]', async () => {
    for (const type of Object.keys(content)) await pushes.delete('good', `${type}/${named('never')}`);
  });

  test('of what somebody else manages is refused [V5.7.4]', async () => {
    const name = named('foreign-gone');
    await lab.secrets.setSecret(name, 'theirs');
    const { code, error } = await refusedCall(pushes.delete('good', name));
    expect(code).toBe('ALREADY_EXISTS');
    expect(error.publicMessage).toBe(`secret ${name} is not managed by external-secrets`);
    expect((await lab.secrets.getSecret(name)).value).toBe('theirs');
  });

  test.each(['secret', 'cert', 'key'] as const)('of a %s is taken back by the next push [V5.6.15]', async (type) => {
    const name = named(`back-${type}`);
    await value(`${type}/${name}`, content[type]);
    await pushes.delete('good', `${type}/${name}`);
    await deleted(type, name);
    await value(`${type}/${name}`, type === 'secret' ? 'w' : content[type]);
    expect(await lab.exists('good', `${type}/${name}`)).toBe(true);
    if (type !== 'secret') return;
    expect((await lab.secrets.getSecret(name)).value).toBe('w');
    expect(await versions(name)).toBe(2);
  });
});
