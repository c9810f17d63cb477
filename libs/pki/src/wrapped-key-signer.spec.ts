import { randomBytes, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { temporaryFile } from './testing/authority.ts';
import { openssl } from './testing/openssl.ts';
import { wrappedKeySource } from './wrapped-key-signer.ts';

const flag = '--key-encryption-key-file';
const TBS = Buffer.from('to be signed');

test('a created key opens again and signs what openssl and node verify', async () => {
  using kek = temporaryFile(randomBytes(32));
  const source = wrappedKeySource({ file: kek.path, flag });
  const { signer, stored } = await source.create();
  const opened = await source.open(stored);
  expect(opened.publicKey.equals(signer.publicKey)).toBe(true);
  const signature = await opened.sign(TBS);
  expect(verify('sha256', TBS, signer.publicKey, signature)).toBe(true);
  const judged = await openssl(['dgst', '-sha256', '-verify', 'pub', '-signature', 'sig', 'tbs'], {
    pub: signer.publicKey.export({ type: 'spki', format: 'pem' }),
    sig: signature,
    tbs: TBS,
  });
  expect(judged).toEqual({ ok: true, output: 'Verified OK\n' });
});

test('what is stored is PBES2 with AES-256, opens for openssl with the key, and holds no plain key', async () => {
  const secret = randomBytes(24).toString('hex');
  using kek = temporaryFile(secret);
  const { signer, stored } = await wrappedKeySource({ file: kek.path, flag }).create();
  expect(Object.keys(stored)).toEqual(['ca.key']);
  expect(stored['ca.key']).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
  const shown = await openssl(['asn1parse', '-in', 'k'], { k: stored['ca.key']! });
  for (const part of ['PBES2', 'PBKDF2', 'hmacWithSHA256', 'aes-256-cbc']) expect(shown.output).toContain(part);
  const opened = await openssl(['pkey', '-in', 'k', '-passin', 'file:p', '-pubout'], {
    k: stored['ca.key']!,
    p: secret,
  });
  expect(opened.output).toBe(signer.publicKey.export({ type: 'spki', format: 'pem' }));
  expect((await openssl(['pkey', '-in', 'k', '-passin', 'pass:', '-noout'], { k: stored['ca.key']! })).ok).toBe(false);
});

test('a binary key-encryption key with zero bytes and line ends is taken as it is', async () => {
  const bytes = Buffer.concat([Buffer.from([0, 10, 13]), randomBytes(28), Buffer.from([10])]);
  using kek = temporaryFile(bytes);
  const source = wrappedKeySource({ file: kek.path, flag });
  const { stored } = await source.create();
  await expect(source.open(stored)).resolves.toMatchObject({ kind: 'wrapped-key' });
  writeFileSync(kek.path, Buffer.concat([bytes.subarray(0, -1), Buffer.from([11])]));
  await expect(source.open(stored)).rejects.toMatchObject({ code: 'KEY_NOT_DECRYPTED' });
});

test('a signer shows nothing of its key', async () => {
  using kek = temporaryFile(randomBytes(32));
  const { signer } = await wrappedKeySource({ file: kek.path, flag }).create();
  expect(Object.keys(signer)).toEqual(['kind', 'algorithm', 'publicKey']);
  expect(inspect(signer, { depth: 9, showHidden: true })).not.toMatch(/PrivateKeyObject/);
});

test.each([
  ['not set', '', `${flag} is not set: name a file`],
  ['absent', '/nonexistent/kek', `${flag}: cannot read /nonexistent/kek (ENOENT)`],
  ['a directory', '/', `${flag}: cannot read / (EISDIR)`],
])('a key-encryption key that is %s gives an error that names flag and file', async (_, file, text) => {
  const source = wrappedKeySource({ file, flag });
  await expect(source.create()).rejects.toMatchObject({
    code: 'KEY_ENCRYPTION_KEY_UNREADABLE',
    publicMessage: expect.stringContaining(text) as string,
  });
});

test.each([0, 31, 1025])('a key-encryption key of %d bytes is refused', async (size) => {
  using kek = temporaryFile(randomBytes(size));
  await expect(wrappedKeySource({ file: kek.path, flag }).create()).rejects.toMatchObject({
    code: 'KEY_ENCRYPTION_KEY_UNUSABLE',
    publicMessage: expect.stringContaining(`${flag}: ${kek.path} holds ${size} bytes`) as string,
  });
});

test('another key-encryption key gives an error that names flag and file and holds no key', async () => {
  using kek = temporaryFile(randomBytes(32));
  using other = temporaryFile(randomBytes(32).toString('base64'));
  const { stored } = await wrappedKeySource({ file: kek.path, flag }).create();
  const opening = wrappedKeySource({ file: other.path, flag }).open(stored);
  await expect(opening).rejects.toMatchObject({ code: 'KEY_NOT_DECRYPTED' });
  await expect(opening).rejects.not.toHaveProperty('cause');
  await expect(opening).rejects.toThrow(`does not open with the key in ${other.path} (${flag})`);
});

test('a plain, foreign or missing key is refused', async () => {
  using kek = temporaryFile(randomBytes(32).toString('hex'));
  const source = wrappedKeySource({ file: kek.path, flag });
  const plain = await openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']);
  await expect(source.open({ 'ca.key': plain.output })).rejects.toThrow('not a private key in encrypted PKCS#8');
  await expect(source.open({ 'ca.key': '' })).rejects.toThrow('ca.key is missing');
  await expect(source.open({})).rejects.toMatchObject({ code: 'KEY_INVALID' });
  const rsa = await openssl(['genpkey', '-quiet', '-algorithm', 'RSA', '-aes-256-cbc', '-pass', `file:${kek.path}`]);
  const pem = rsa.output.slice(rsa.output.indexOf('-----BEGIN'));
  await expect(source.open({ 'ca.key': pem })).rejects.toThrow('ca.key is not an ECDSA key on P-256');
});
