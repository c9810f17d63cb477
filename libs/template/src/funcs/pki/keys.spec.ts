import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { templateFailure, opensslOutput, pkiFile, pkiText, render } from '../../testing/pki-files.ts';

// RFC 7517, appendix A.2 (EC and RSA), and RFC 8037, appendix A.1.
const ecJwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
};
const okpJwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
};
const rsaJwk = createPrivateKey(pkiText('leaf.key')).export({ format: 'jwk' });

function withoutPrivate(jwk: object): object {
  const { kty, crv, x, y, n, e } = jwk as Record<string, string>;
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })) as object;
}

describe('JWK', () => {
  const privatePem = (jwk: object) => render('{{ jwkPrivateKeyPem .jwk }}', { jwk: JSON.stringify(jwk) });
  const publicPem = (jwk: object) => render('{{ jwkPublicKeyPem .jwk }}', { jwk: JSON.stringify(jwk) });

  test('private keys of the RFCs', () => {
    const text = opensslOutput(['pkey', '-in', 'k', '-noout', '-text'], { k: privatePem(ecJwk) }).replace(/[\s:]/g, '');
    expect(text).toContain(Buffer.from(ecJwk.d, 'base64url').toString('hex'));
    expect(text).toContain(Buffer.from(ecJwk.x, 'base64url').toString('hex'));
    const ed = opensslOutput(['pkey', '-in', 'k', '-noout', '-text'], { k: privatePem(okpJwk) }).replace(/[\s:]/g, '');
    // RFC 8032, 7.1, test 1
    expect(ed).toContain('priv9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
    expect(ed).toContain('pubd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  });

  test('public keys, also of private JWKs', () => {
    for (const jwk of [ecJwk, okpJwk, rsaJwk]) {
      const pem = publicPem(withoutPrivate(jwk));
      expect(pem).toBe(opensslOutput(['pkey', '-in', 'k', '-pubout'], { k: privatePem(jwk) }));
      expect(publicPem(jwk)).toBe(pem);
    }
  });

  test('an RSA key without its primes, or with them alone', () => {
    const { n, e, d, p, q } = rsaJwk;
    expect(privatePem(rsaJwk)).toBe(pkiText('leaf.key'));
    expect(privatePem({ kty: 'RSA', n, e, d, p, q })).toBe(pkiText('leaf.key'));
    const made = privatePem({ kty: 'RSA', n, e, d });
    expect(opensslOutput(['rsa', '-in', 'k', '-check', '-noout'], { k: made })).toContain('RSA key ok');
    expect(opensslOutput(['pkey', '-in', 'k', '-pubout'], { k: made })).toBe(publicPem(rsaJwk));
    const other = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'jwk' });
    const unfit = { jwk: JSON.stringify({ kty: 'RSA', n, e, d: other.d }) };
    expect(templateFailure('{{ jwkPrivateKeyPem .jwk }}', unfit).go).toContain('do not fit');
  });

  test('errors name no value', () => {
    const privateError = (jwk: unknown) => templateFailure('{{ jwkPrivateKeyPem .j }}', { j: JSON.stringify(jwk) });
    expect(privateError(withoutPrivate(rsaJwk)).go).toBe(
      'x509: unknown key type while marshaling PKCS#8: *rsa.PublicKey',
    );
    expect(privateError(withoutPrivate(ecJwk)).go).toBe(
      'x509: unknown key type while marshaling PKCS#8: *ecdsa.PublicKey',
    );
    expect(privateError({ kty: 'oct', k: 'AAAA' }).go).toContain('[]uint8');
    for (const jwk of [
      { kty: 'hunter2' },
      { ...ecJwk, crv: 'hunter2' },
      { ...ecJwk, x: 'hunter2' },
      ['hunter2'],
      1,
      null,
    ]) {
      for (const fn of ['jwkPrivateKeyPem', 'jwkPublicKeyPem']) {
        const { go, shown } = templateFailure(`{{ ${fn} .j }}`, { j: JSON.stringify(jwk) });
        expect(go + shown).toMatch(/^failed to parse JWK/);
        expect(go + shown).not.toContain('hunter2');
      }
    }
    expect(templateFailure('{{ jwkPublicKeyPem "hunter2" }}').shown).toBe('failed to parse JWK: the input is no JSON');
  });
});

test('names of hashes that the reference takes for SHA-256 mean what they say', () => {
  const data = { k: pkiText('leaf.key'), sha1: pkiFile('oaep-sha1.bin'), sha512: pkiFile('oaep-sha512.bin') };
  expect(render('{{ rsaDecrypt "RSA-OAEP" "SHA1" .sha1 .k }}', data)).toBe('secret é');
  expect(render('{{ rsaDecrypt "RSA-OAEP" "sha-1" .sha1 .k }}', data)).toBe('secret é');
  expect(render('{{ rsaDecrypt "RSA-OAEP" "SHA_512" .sha512 .k }}', data)).toBe('secret é');
  const sha256 = { ...data, sha256: pkiFile('oaep-sha256.bin') };
  expect(render('{{ rsaDecrypt "RSA-OAEP" "sha1" .sha256 .k }}', sha256)).toBe('secret é');
  const reason = 'error decrypting data with RSA: crypto/rsa: decryption error';
  expect(templateFailure('{{ rsaDecrypt "RSA-OAEP" "SHA256" .sha1 .k }}', data)).toEqual({ go: reason, shown: reason });
  expect(templateFailure('{{ rsaDecrypt "hunter2" "" "" "" }}').shown).toBe('the decryption scheme is not supported');
});
