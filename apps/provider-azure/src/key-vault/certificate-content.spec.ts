import { X509Certificate } from 'node:crypto';
import { ProviderError } from '@eso/api/server';
import { newMaterial, opensslFile, pfxOf } from '../testing/pushed-material.ts';
import { certificateContent } from './certificate-content.ts';

const material = newMaterial();
const { keyPem, certPem, caPem, leaf } = material;

describe('PKCS#12 without a password', () => {
  test.each([
    ['as OpenSSL writes it (PBES2, AES-256)', []],
    ['with 128 bits', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha1']],
    ['with 3DES', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES']],
    ['with RC2 of 40 bits, as old exports are', ['-legacy', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-RC2-40']],
    ['with certificates that are not encrypted', ['-certpbe', 'NONE']],
    ['without a MAC', ['-nomac']],
  ])('%s: the certificate of the key, not that of the authority before it', async (_name, options) => {
    const pfx = pfxOf(material, options);
    const { leaf: found, imported } = await certificateContent(pfx);
    expect(found.equals(leaf)).toBe(true);
    expect(imported).toEqual({ contentType: 'application/x-pkcs12', bytes: pfx });
  });

  test.each([[[]], [['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES']]])(
    'with a password, which Key Vault does not get: %j',
    async (options) => {
      const error = await refused(pfxOf(material, ['-passout', 'pass:geheim', ...options]));
      expect(error.publicMessage).toBe('the PKCS#12 container cannot be read without a password');
    },
  );

  test.each<[number, string[]]>([
    [100_000, []],
    [5_000, ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES']],
  ])('rounds of key derivation are counted before they are run: %d', async (most, options) => {
    const withRounds = (rounds: number) => pfxOf(material, ['-iter', String(rounds), '-nomaciter', ...options]);
    expect((await certificateContent(withRounds(most))).leaf.equals(leaf)).toBe(true);
    const error = await refused(withRounds(most + 1));
    expect(error.publicMessage).toBe(`the PKCS#12 container asks for more than ${most} rounds of key derivation`);
  });

  test('a damaged one is refused in words, wherever the damage is', async () => {
    const pfx = pfxOf(material, ['-certpbe', 'NONE', '-iter', '1', '-nomaciter']);
    for (let at = 0; at < pfx.length; at += 3) {
      const damaged = Buffer.from(pfx);
      damaged[at] = (damaged[at] ?? 0) ^ 0x55;
      const outcome: unknown = await certificateContent(damaged).catch((error: unknown) => error);
      if (outcome instanceof Error)
        expect(outcome).toMatchObject({ code: 'INVALID_REQUEST', field: 'match.secretKey' });
    }
  });

  test('a truncated one is none', async () => {
    expect((await refused(pfxOf(material).subarray(0, 200))).publicMessage).toMatch(
      /^value from secret is not a valid cert/,
    );
  });
});

describe('PEM', () => {
  const parts = (bytes: Uint8Array | undefined): string[] =>
    [
      ...Buffer.from(bytes ?? [])
        .toString()
        .matchAll(/-----BEGIN ([A-Z ]+)-----/g),
    ].map(([, label = '']) => label);

  test.each([
    ['the certificate first', [keyPem, certPem, caPem]],
    ['the authority first, text in between', [caPem, 'subject=CN = x\n', certPem, 'Bag Attributes\n', keyPem]],
  ])('%s: the key, its certificate, and the rest', async (_name, texts) => {
    const { leaf: found, imported } = await certificateContent(Buffer.from(texts.join('')));
    expect(found.equals(leaf)).toBe(true);
    expect(imported?.contentType).toBe('application/x-pem-file');
    expect(parts(imported?.bytes)).toEqual(['PRIVATE KEY', 'CERTIFICATE', 'CERTIFICATE']);
    expect(new X509Certificate(Buffer.from(imported?.bytes ?? [])).raw.equals(leaf)).toBe(true);
  });

  test('a key of SEC 1 becomes PKCS#8, which is all that Key Vault reads', async () => {
    const sec1 = opensslFile(['ec', '-in', 'key', '-out', 'out'], { key: keyPem }).toString();
    expect(sec1).toContain('BEGIN EC PRIVATE KEY');
    expect(parts((await certificateContent(Buffer.from(certPem + sec1))).imported?.bytes)).toEqual([
      'PRIVATE KEY',
      'CERTIFICATE',
    ]);
  });

  test('certificates without a key, as DER, can be compared and not be imported', async () => {
    for (const value of [Buffer.from(certPem + caPem), leaf]) {
      const content = await certificateContent(value);
      expect(content.leaf.equals(leaf)).toBe(true);
      expect(content.imported).toBeUndefined();
    }
  });
});

test.each<[string, string | Buffer, string]>([
  ['empty', '', 'value from secret is not a valid certificate: it is neither PKCS#12 nor DER nor PEM'],
  ['PKCS#12 in base64', pfxOf(material).toString('base64'), 'value from secret is not a valid certificate: it is'],
  ['a key alone', keyPem, 'the PEM text holds no certificate'],
  ['the key of another', certPem + newMaterial().keyPem, 'no certificate of the PEM text belongs to its private key'],
  ['an encrypted key', certPem + encrypted(), 'the private key is encrypted, and Key Vault gets no password'],
  ['a damaged certificate', certPem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA') + keyPem, 'certificate 1 of 1 is no'],
  ['a damaged key', certPem + keyPem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'), 'the private key cannot be read'],
  ['no end', certPem.slice(0, 100), 'the PEM text holds no certificate'],
])('%s is refused in words', async (_name, value, words) => {
  const { code, field, publicMessage } = await refused(Buffer.from(value));
  expect({ code, field }).toEqual({ code: 'INVALID_REQUEST', field: 'match.secretKey' });
  expect(publicMessage.slice(0, words.length)).toBe(words);
});

test('many beginnings without an end take no time that grows with their square', async () => {
  const text = '-----BEGIN CERTIFICATE-----'.repeat(30_000);
  expect((await refused(Buffer.from(text))).publicMessage).toBe('the PEM text holds no certificate');
});

function encrypted(): string {
  const args = ['pkcs8', '-topk8', '-in', 'key', '-out', 'out', '-passout', 'pass:x'];
  return opensslFile(args, { key: keyPem }).toString();
}

async function refused(value: Uint8Array): Promise<ProviderError> {
  const outcome: unknown = await certificateContent(value).catch((error: unknown) => error);
  if (outcome instanceof ProviderError) return outcome;
  throw new Error('it is not refused', { cause: outcome });
}
