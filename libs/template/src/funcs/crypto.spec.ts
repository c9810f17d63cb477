import { compareSync } from 'bcryptjs';
import { compile } from '../index.ts';
import { templateFailure, opensslOutput, pkiText, render } from '../testing/pki-files.ts';

test('bcrypt makes what other programs verify, a new salt each time', () => {
  const [first = '', second = ''] = render('{{ bcrypt "pä€s" }} {{ bcrypt "pä€s" }}').split(' ');
  expect(first).toMatch(/^\$2a\$10\$[./A-Za-z0-9]{53}$/);
  expect(first).not.toBe(second);
  expect(compareSync('pä€s', first)).toBe(true);
  expect(compareSync('pass', first)).toBe(false);
  expect(compareSync('a'.repeat(72), render('{{ bcrypt (repeat 72 "a") }}'))).toBe(true);
  expect(templateFailure('{{ bcrypt .p }}', { p: Uint8Array.of(0xff) }).shown).toBe('bcrypt: the password is no UTF-8');
});

test('htpasswd writes lines of Apache', () => {
  // htpasswd -nbs user password
  expect(render('{{ htpasswd "user" "password" "sha" }}')).toBe('user:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=');
  const line = render('{{ htpasswd "user" "password" "bcrypt" }}');
  expect(compareSync('password', line.replace('user:', ''))).toBe(true);
  expect(render('{{ htpasswd "a:b" "password" "" }}')).toBe('invalid username: a:b');
});

test.each([
  ['rsa', 'RSA PRIVATE KEY', '(4096 bit'],
  ['ecdsa', 'EC PRIVATE KEY', 'prime256v1'],
  ['ed25519', 'PRIVATE KEY', 'ED25519'],
])(
  'genPrivateKey "%s" makes a key that OpenSSL reads',
  (type, label, detail) => {
    const k = render(`{{ genPrivateKey "${type}" }}`);
    expect(k).toMatch(new RegExp(`^-----BEGIN ${label}-----\n`));
    expect(opensslOutput(['pkey', '-in', 'k', '-noout', '-text'], { k })).toContain(detail);
  },
  60_000,
);

test('genPrivateKey "dsa" makes a key that OpenSSL reads, and says that it blocks its thread', () => {
  const template = compile('t', '{{ $k := genPrivateKey "dsa" }}{{ $k }}');
  expect(template.blocks).toBe(true);
  const k = Buffer.from(template.execute({}, { timeMs: Infinity })).toString();
  expect(k).toMatch(/^-----BEGIN DSA PRIVATE KEY-----\n/);
  expect(opensslOutput(['dsa', '-in', 'k', '-noout', '-text'], { k })).toContain('P:');
  const error = 'error creating certificate: x509: certificate private key does not implement crypto.Signer';
  expect(templateFailure('{{ genCAWithKey "c" 1 .k }}', { k }).go).toBe(error);
}, 90_000);

test('encryptAES is what OpenSSL decrypts', () => {
  const sealed = Buffer.from(render('{{ encryptAES "pass" .text }}', { text: 'some text é' }), 'base64');
  const key = Buffer.concat([Buffer.from('pass'), Buffer.alloc(28)]).toString('hex');
  const args = ['enc', '-d', '-aes-256-cbc', '-K', key, '-iv', sealed.subarray(0, 16).toString('hex'), '-in', 'c'];
  expect(opensslOutput(args, { c: sealed.subarray(16) })).toBe('some text é');
});

test('no error shows a value', () => {
  const data = { k: pkiText('ec.key'), odd: pkiText('ec.key').replaceAll('PRIVATE KEY', 'hunter2 PRIVATE KEY') };
  const templates = [
    '{{ genSelfSignedCertWithKey "c" (list "hunter2") nil 1 .k }}',
    '{{ genSelfSignedCertWithKey "c" (list (list "hunter2")) nil 1 .k }}',
    '{{ genSelfSignedCertWithKey "c" nil (list (list "hunter2")) 1 .k }}',
    '{{ genSelfSignedCertWithKey "c" nil (list "hunter2é") 1 .k }}',
    '{{ genCAWithKey "c" 1 .odd }}',
  ];
  for (const template of templates) {
    const { go, shown } = templateFailure(template, data);
    expect(go).toContain('hunter2');
    expect(shown).not.toContain('hunter2');
  }
});
