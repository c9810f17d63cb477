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
  ])('%s: the certificate of the key, not that of the authority before it', (_name, options) => {
    const pfx = pfxOf(material, options);
    const { leaf: found, imported } = certificateContent(pfx);
    expect(found.equals(leaf)).toBe(true);
    expect(imported).toEqual({ contentType: 'application/x-pkcs12', bytes: pfx });
  });

  test('with a password: Key Vault gets none', () => {
    const error = refused(pfxOf(material, ['-passout', 'pass:geheim']));
    expect(error.publicMessage).toBe('the PKCS#12 container cannot be read without a password');
  });

  test('rounds of key derivation are counted before they are run', () => {
    const error = refused(pfxOf(material, ['-iter', '2000000', '-nomaciter']));
    expect(error.publicMessage).toBe('the PKCS#12 container asks for more than 20000 rounds of key derivation');
    expect(certificateContent(pfxOf(material, ['-iter', '10000'])).leaf.equals(leaf)).toBe(true);
  });

  test('a truncated one is none', () => {
    expect(refused(pfxOf(material).subarray(0, 200)).publicMessage).toMatch(/^value from secret is not a valid cert/);
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
  ])('%s: the key, its certificate, and the rest', (_name, texts) => {
    const { leaf: found, imported } = certificateContent(Buffer.from(texts.join('')));
    expect(found.equals(leaf)).toBe(true);
    expect(imported?.contentType).toBe('application/x-pem-file');
    expect(parts(imported?.bytes)).toEqual(['PRIVATE KEY', 'CERTIFICATE', 'CERTIFICATE']);
    expect(new X509Certificate(Buffer.from(imported?.bytes ?? [])).raw.equals(leaf)).toBe(true);
  });

  test('a key of SEC 1 becomes PKCS#8, which is all that Key Vault reads', () => {
    const sec1 = opensslFile(['ec', '-in', 'key', '-out', 'out'], { key: keyPem }).toString();
    expect(sec1).toContain('BEGIN EC PRIVATE KEY');
    expect(parts(certificateContent(Buffer.from(certPem + sec1)).imported?.bytes)).toEqual([
      'PRIVATE KEY',
      'CERTIFICATE',
    ]);
  });

  test('certificates without a key, as DER, can be compared and not be imported', () => {
    for (const value of [Buffer.from(certPem + caPem), leaf]) {
      const content = certificateContent(value);
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
])('%s is refused in words', (_name, value, words) => {
  const { code, field, publicMessage } = refused(Buffer.from(value));
  expect({ code, field }).toEqual({ code: 'INVALID_REQUEST', field: 'match.secretKey' });
  expect(publicMessage.slice(0, words.length)).toBe(words);
});

test('many beginnings without an end take no time that grows with their square', () => {
  const text = '-----BEGIN CERTIFICATE-----'.repeat(30_000);
  expect(refused(Buffer.from(text)).publicMessage).toBe('the PEM text holds no certificate');
});

function encrypted(): string {
  const args = ['pkcs8', '-topk8', '-in', 'key', '-out', 'out', '-passout', 'pass:x'];
  return opensslFile(args, { key: keyPem }).toString();
}

function refused(value: Uint8Array): ProviderError {
  try {
    certificateContent(value);
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('it is not refused');
}
