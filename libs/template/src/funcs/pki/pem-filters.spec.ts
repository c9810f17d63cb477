import { templateFailure, opensslOutput, pkiText, render } from '../../testing/pki-files.ts';

const [root, intermediate, leaf, ec, own] = ['root', 'intermediate', 'leaf', 'ec', 'own'].map((name) =>
  pkiText(`${name}.pem`),
) as [string, string, string, string, string];

describe('filterCertChain', () => {
  const kinds = (certificates: string) =>
    ['leaf', 'intermediate', 'root', 'other'].map((kind) =>
      render('{{ filterCertChain .kind .c }}', { kind, c: certificates }),
    );

  test('sorts a chain from leaf to root', () => {
    expect(kinds(root + leaf + intermediate)).toEqual([leaf, intermediate, root, '']);
    expect(kinds(intermediate + leaf)).toEqual([leaf, intermediate, '', '']);
    expect(kinds(leaf)).toEqual([leaf, '', '', '']);
    expect(kinds(intermediate)).toEqual([intermediate, '', '', '']);
  });

  test('an authority that signs itself is a root and no leaf', () => {
    expect(kinds(root)).toEqual(['', '', root, '']);
  });

  test('a certificate that signs itself and is no authority is both', () => {
    expect(kinds(own)).toEqual([own, '', own, '']);
  });

  test('certificates without key identifiers are linked by their names', () => {
    const data = render(
      '{{ $ca := genCAWithKey "ca" 9 .k }}{{ $c := genSignedCertWithKey "leaf" nil nil 9 $ca .k }}{{ $ca.Cert }}{{ $c.Cert }}',
      { k: pkiText('ec.key') },
    );
    const [ca, signed] = data.split(/(?<=END CERTIFICATE-----\n)/);
    expect(kinds(data)).toEqual([signed, '', ca, '']);
  });

  test('errors', () => {
    const error = (c: string) => templateFailure('{{ filterCertChain "leaf" .c }}', { c }).go;
    expect(error('')).toBe('no leaf certificate found');
    expect(error(leaf + ec)).toBe('found multiple leaf or disjunct certificates');
    expect(error(leaf + pkiText('leaf.key'))).toBe('x509: malformed tbs certificate');
  });
});

test('certSANs lists what OpenSSL shows', () => {
  expect(render('{{ certSANs .c | join "\\n" }}', { c: leaf }).split('\n')).toEqual([
    'a.example',
    '*.b.example',
    '10.0.0.1',
    '2001:db8::1',
    '1.2.3.4',
    'a@b.example',
    'https://x.example/y?z',
  ]);
  expect(templateFailure('{{ certSANs .c }}', { c: 'value' })).toEqual({
    go: 'failed to decode PEM block',
    shown: 'failed to decode PEM block',
  });
});

test('the certificates of templates are what OpenSSL expects', () => {
  const template =
    '{{ $ca := genCAWithKey "ca" 9 .k }}{{ $c := genSignedCertWithKey "" (list "10.0.0.1" "::1") (list "a.b") 9 $ca .r }}';
  const data = { k: pkiText('ec-sec1.key'), r: pkiText('leaf-pkcs1.key') };
  const files = { ca: render(`${template}{{ $ca.Cert }}`, data), c: render(`${template}{{ $c.Cert }}`, data) };
  // Two renderings make two authorities with the same name and key.
  expect(opensslOutput(['verify', '-CAfile', 'ca', '-purpose', 'sslserver', '-verify_ip', '::1', 'c'], files)).toBe(
    'c: OK\n',
  );
  const text = opensslOutput(['x509', '-in', 'c', '-noout', '-text'], files).replace(/\s+/g, ' ');
  expect(text).toContain('Subject Alternative Name: critical DNS:a.b, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  expect(text).toContain('Key Usage: critical Digital Signature, Key Encipherment X509v3');
  expect(text).toContain('Basic Constraints: critical CA:FALSE');
  const caText = opensslOutput(['x509', '-in', 'ca', '-noout', '-text'], files).replace(/\s+/g, ' ');
  expect(caText).toContain('Digital Signature, Key Encipherment, Certificate Sign');
  expect(caText).toContain('CA:TRUE');
  expect(render(`${template}{{ $c.Key }}`, data)).toBe(data.r);
});

test('genCA makes a key of 2048 bits and a certificate of the days asked for', () => {
  const [cert = '', key = ''] = render('{{ $ca := genCA "my ca" 30 }}{{ $ca.Cert }}|{{ $ca.Key }}').split('|');
  expect(key).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
  expect(opensslOutput(['rsa', '-in', 'k', '-pubout'], { k: key })).toBe(
    opensslOutput(['x509', '-in', 'c', '-noout', '-pubkey'], { c: cert }),
  );
  expect(opensslOutput(['x509', '-in', 'c', '-noout', '-text'], { c: cert })).toContain('Public-Key: (2048 bit)');
  expect(opensslOutput(['x509', '-in', 'c', '-noout', '-checkend', `${30 * 86_400 - 60}`], { c: cert })).toContain(
    'will not expire',
  );
});

test('hostile texts take linear time', () => {
  const size = 1024 * 1024;
  const blanks = ' '.repeat(size);
  const texts = [
    `-----BEGIN A-----\n${blanks}x\n-----END A-----\n`,
    `-----BEGIN A-----\na: b${blanks}x\n\n-----END A-----\n`,
    '-----BEGIN A-----\n'.repeat(size / 32),
    '\n-----END A-----'.repeat(size / 32),
    '-----BEGIN A-----\na:b\n\n-----END B-----\n'.repeat(size / 64),
  ];
  // In square time each would run into the time limit of the test.
  for (const c of texts)
    expect(templateFailure('{{ filterPEM "B" (print .c "junk") }}', { c }).go).toBe('error filtering pem: found junk');
});
