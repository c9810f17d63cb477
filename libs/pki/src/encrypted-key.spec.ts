import { randomBytes } from 'node:crypto';
import { readEncryptedKey } from './encrypted-key.ts';
import { openssl } from './testing/openssl.ts';
import { temporaryFile } from './testing/authority.ts';
import { wrappedKeySource } from './wrapped-key-signer.ts';

const EC = ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];

/** An EC key that openssl encrypted, with this passphrase file. */
async function encrypted(kek: string, ...options: string[]): Promise<string> {
  const { output: plain } = await openssl(EC);
  const { ok, output } = await openssl(['pkcs8', '-topk8', '-in', 'k', '-passout', `file:${kek}`, ...options], {
    k: plain,
  });
  if (!ok) throw new Error(output);
  return output;
}

test.each([
  ['by default', []],
  ['with its cipher named', ['-v2', 'aes-256-cbc']],
  ['with few rounds', ['-v2', 'aes-256-cbc', '-iter', '1']],
  ['with as many rounds as are taken', ['-v2', 'aes-256-cbc', '-iter', '100000']],
])('a key that openssl encrypted %s opens', async (_, options) => {
  using kek = temporaryFile(randomBytes(24).toString('hex'));
  const source = wrappedKeySource({ file: kek.path, flag: '--kek' });
  await expect(source.open({ 'ca.key': await encrypted(kek.path, ...options) })).resolves.toMatchObject({
    algorithm: 'ecdsa-p256-sha256',
  });
});

test.each([
  ['another cipher', ['-v2', 'aes-128-cbc']],
  ['a cipher of the last century', ['-v2', 'des-ede3-cbc']],
  ['another key derivation', ['-scrypt']],
  ['another hash', ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA1']],
  ['PKCS#12 encryption', ['-v1', 'PBE-SHA1-3DES']],
  ['more rounds than the loop has time for', ['-v2', 'aes-256-cbc', '-iter', '100001']],
])('a key with %s is refused, though its passphrase is right', async (_, options) => {
  using kek = temporaryFile(randomBytes(24).toString('hex'));
  const pem = await encrypted(kek.path, ...options);
  expect(() => readEncryptedKey(pem, 'ca.key')).toThrow('ca.key is not encrypted as it has to be');
});

test.each(['02047fffffff', '0203800001', '02020000', '0205017fffffff'])(
  'a count of rounds of %s is refused',
  async (rounds) => {
    using kek = temporaryFile(randomBytes(32));
    const { stored } = await wrappedKeySource({ file: kek.path, flag: '--kek' }).create();
    const der = readEncryptedKey(stored['ca.key']!, 'ca.key').toString('hex');
    const changed = Buffer.from(der.replace('02020800', rounds), 'hex').toString('base64');
    const pem = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${changed}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
    expect(() => readEncryptedKey(pem, 'ca.key')).toThrow('at most 100000 rounds');
  },
);

test('one block and nothing beside it', async () => {
  using kek = temporaryFile(randomBytes(32));
  const { stored } = await wrappedKeySource({ file: kek.path, flag: '--kek' }).create();
  const pem = stored['ca.key']!;
  expect(readEncryptedKey(`\n${pem}\n`, 'ca.key').length).toBeGreaterThan(100);
  for (const text of ['', pem + pem, `# a note\n${pem}`, pem.replace('ENCRYPTED ', '')])
    expect(() => readEncryptedKey(text, 'ca.key')).toThrow('not a private key in encrypted PKCS#8');
});
