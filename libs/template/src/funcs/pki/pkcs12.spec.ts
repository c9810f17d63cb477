import { compile } from '../../index.ts';
import { templateFailure, opensslOutput, pkiFile, pkiText, render } from '../../testing/pki-files.ts';

const authorities = pkiText('intermediate.pem') + pkiText('root.pem');

// Containers of OpenSSL: PBES2; RC2-40 and 3DES with a MAC of SHA-1; RC2-128 and 3DES with two keys; without a password; open.
const containers = [
  ['modern', 'secret'],
  ['legacy', 'secret'],
  ['3des', 'secret'],
  ['rc2-128', 'secret'],
  ['sha512', 'secret'],
  ['empty', ''],
  ['legacy-empty', ''],
  ['open', ''],
  ['umlaut', 'pä€s'],
] as const;
const cases = ['leaf', 'ec'].flatMap((name) => containers.map(([kind, password]) => [name, kind, password] as const));

test.each(cases)('reads the container %s-%s of OpenSSL', (name, kind, password) => {
  const data = { p: pkiFile(`${name}-${kind}.p12`), password };
  expect(render('{{ pkcs12keyPass .password .p }}', data)).toBe(pkiText(`${name}.key`));
  expect(render('{{ pkcs12certPass .password .p }}', data)).toBe(pkiText(`${name}.pem`) + authorities);
});

test.each(['rsa', 'ec', 'legacy'])('reads the container keytool-%s', (kind) => {
  const p = pkiFile(`keytool-${kind}.p12`);
  const key = render('{{ pkcs12keyPass "changeit" .p }}', { p });
  const cert = render('{{ pkcs12certPass "changeit" .p }}', { p });
  expect(opensslOutput(['pkey', '-in', 'k', '-pubout'], { k: key })).toBe(
    opensslOutput(['x509', '-in', 'c', '-noout', '-pubkey'], { c: cert }),
  );
  expect(opensslOutput(['x509', '-in', 'c', '-noout', '-subject'], { c: cert })).toContain('keytool');
});

test.each([
  ['leaf', 'secret'],
  ['ec', 'pä€s'],
  ['ec', ''],
])('OpenSSL reads what is written for %s with the password "%s"', (name, password) => {
  const data = { c: `${pkiText(`${name}.pem`)}${authorities}\n \n`, k: pkiText(`${name}.key`), password };
  const p = Buffer.from(render('{{ fullPemToPkcs12Pass .c .k .password }}', data), 'base64');
  const text = opensslOutput(['pkcs12', '-in', 'p', '-passin', `pass:${password}`, '-nodes'], { p });
  expect(render('{{ filterPEM "certificate" .text }}', { text })).toBe(pkiText(`${name}.pem`) + authorities);
  expect(render('{{ filterPEM "private key" .text }}', { text })).toBe(data.k);
  expect(text.match(/localKeyID/g)).toHaveLength(2);
  expect(render('{{ pkcs12keyPass .password .p }}', { ...data, p })).toBe(data.k);
});

test('a container with one certificate takes the first and accepts every form of key', () => {
  const c = pkiText('leaf.pem') + authorities;
  for (const [key, form] of [
    ['leaf', 'leaf-pkcs1'],
    ['ec', 'ec-sec1'],
  ] as const) {
    const data = { c, k: pkiText(`${form}.key`) };
    expect(render('{{ pemToPkcs12 .c .k | b64dec | pkcs12key }}', data)).toBe(pkiText(`${key}.key`));
    expect(render('{{ pemToPkcs12Pass .c .k "x" | b64dec | pkcs12certPass "x" }}', data)).toBe(pkiText('leaf.pem'));
    expect(render('{{ fullPemToPkcs12 .c .k | b64dec | pkcs12cert }}', data)).toBe(c);
  }
});

test('a trust store names its certificates and marks them for Java', () => {
  const p = Buffer.from(render('{{ pemTruststoreToPKCS12Pass .c "changeit" }}', { c: authorities }), 'base64');
  const text = opensslOutput(['pkcs12', '-in', 'p', '-passin', 'pass:changeit'], { p });
  expect(text).toContain('friendlyName: CN=Intermediate');
  expect(text).toContain('friendlyName: CN=Root,OU=A+OU=B,O=Org\\, Inc,C=DE');
  expect(text.match(/2\.16\.840\.1\.113894\.746875\.1\.1/g)).toHaveLength(2);
  expect(render('{{ filterPEM "CERTIFICATE" .text }}', { text })).toBe(authorities);
  expect(render('{{ pemTruststoreToPKCS12 .c | b64dec | len | lt 100 }}', { c: authorities })).toBe('true');
});

test('certificates that are no chain keep the order of the file', () => {
  const c = pkiText('leaf.pem') + pkiText('ec.pem');
  expect(render('{{ fullPemToPkcs12 .c .k | b64dec | pkcs12cert }}', { c, k: pkiText('leaf.key') })).toBe(c);
  const mixed = pkiText('root.pem') + pkiText('leaf.pem') + pkiText('intermediate.pem');
  expect(render('{{ fullPemToPkcs12 .c .k | b64dec | pkcs12cert }}', { c: mixed, k: pkiText('leaf.key') })).toBe(
    pkiText('leaf.pem') + authorities,
  );
});

// RFC 9579, appendix A: the first three are good, then wrong rounds, a wrong salt, no length of the key.
test.each([1, 2, 3])('PBMAC1: the good vector A.%i', (vector) => {
  const p = pkiFile(`rfc9579-a${vector}.p12`);
  const [key, cert] = render('{{ pkcs12keyPass "1234" .p }}|{{ pkcs12certPass "1234" .p }}', { p }).split('|');
  expect(opensslOutput(['pkey', '-in', 'k', '-pubout'], { k: key ?? '' })).toBe(
    opensslOutput(['x509', '-in', 'c', '-noout', '-pubkey'], { c: cert ?? '' }),
  );
});

test.each([
  [4, 'pkcs12: decryption password incorrect'],
  [5, 'pkcs12: decryption password incorrect'],
  [6, 'pkcs12: unacceptable length of the PBMAC1 key'],
])('PBMAC1: the bad vector A.%i', (vector, problem) => {
  const p = pkiFile(`rfc9579-a${vector}.p12`);
  expect(templateFailure('{{ pkcs12keyPass "1234" .p }}', { p }).go).toBe(
    `unable to decode pkcs12 with password: ${problem}`,
  );
});

describe('errors', () => {
  const p = pkiFile('ec-modern.p12');
  const wrongPassword = 'unable to decode pkcs12 with password: pkcs12: decryption password incorrect';

  test('a wrong password is told apart from what is no container', () => {
    expect(templateFailure('{{ pkcs12key .p }}', { p })).toEqual({ go: wrongPassword, shown: wrongPassword });
    expect(templateFailure('{{ pkcs12certPass "x" .p }}', { p }).go).toBe(
      'unable to decode pkcs12 certificate with password: pkcs12: decryption password incorrect',
    );
    const shown = templateFailure('{{ .p | b64enc | pkcs12key }}', { p }).shown;
    expect(shown).toContain('b64dec');
  });

  test('no cut and no flipped bit gets through, or ends in anything but a typed error', () => {
    for (let at = 0; at < p.length; at += 13) {
      expect(templateFailure('{{ pkcs12keyPass "secret" .p }}', { p: p.slice(0, at) }).go).toMatch(
        /^unable to decode pkcs12/,
      );
      const flipped = p.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 0x10;
      expect(templateFailure('{{ pkcs12keyPass "secret" .p }}', { p: flipped }).go).toMatch(/^unable to decode pkcs12/);
    }
  });

  test('rounds are limited before they are run', () => {
    // The last element of a container is the number of rounds of its MAC.
    expect(Buffer.from(p.slice(-4)).toString('hex')).toBe('02020800');
    const more = Buffer.concat([p.slice(0, -2), Buffer.from('7fff', 'hex')]);
    expect(templateFailure('{{ pkcs12keyPass "secret" .p }}', { p: more }).go).toBe(wrongPassword);
    const limited = compile('t', '{{ pkcs12keyPass "secret" .p }}', { limits: { steps: 2500 } });
    expect(() => limited.execute({ p })).toThrow('the template exceeds its limit of 2500 steps');
  });

  test('what is no PEM, no certificate, no key', () => {
    const [c, k] = [pkiText('leaf.pem'), pkiText('leaf.key')];
    const panic = 'runtime error: invalid memory address or nil pointer dereference';
    expect(templateFailure('{{ pemToPkcs12 "value" .k }}', { k })).toEqual({
      go: panic,
      shown: 'the certificate is no PEM',
    });
    expect(templateFailure('{{ pemToPkcs12 .c "value" }}', { c })).toEqual({
      go: panic,
      shown: 'the private key is no PEM',
    });
    expect(templateFailure('{{ fullPemToPkcs12 (print .c "value") .k }}', { c, k }).go).toBe(panic);
    expect(templateFailure('{{ pemTruststoreToPKCS12 "" }}').go).toBe(panic);
    expect(templateFailure('{{ pemToPkcs12 .c .c }}', { c }).go).toBe('unable to parse private key type');
    expect(templateFailure('{{ pemToPkcs12 .k .k }}', { k }).go).toBe('x509: malformed tbs certificate');
  });
});
