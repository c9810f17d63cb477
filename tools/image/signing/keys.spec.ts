import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signingKey, verificationKey } from './keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BODY = 'bm90IGEga2V5';
function file(name: string, type: string): string {
  const path = join(folder, name);
  writeFileSync(path, `-----BEGIN ${type}-----\n${BODY}\n-----END ${type}-----\n`);
  return path;
}
const key = file('key', 'ENCRYPTED SIGSTORE PRIVATE KEY');
const pub = file('pub', 'PUBLIC KEY');
const env = { COSIGN_PASSWORD: '' };

test('a key of cosign signs, its public half verifies, and what a key manager has is left to cosign', () => {
  expect(signingKey(key, env)).toBe(key);
  expect(verificationKey(pub)).toBe(pub);
  expect(signingKey('awskms:///alias/eso', {})).toBe('awskms:///alias/eso');
  expect(verificationKey('awskms:///alias/eso')).toBe('awskms:///alias/eso');
});

test.each<[string, () => string, RegExp]>([
  [
    'no key',
    () => signingKey(undefined, env),
    /^--key=FILE is needed, the key to sign with: "npm run image -- cosign generate-key-pair" makes a pair$/,
  ],
  [
    'no file',
    () => signingKey(join(folder, 'none'), env),
    /^--key=\S+\/none cannot be read \(ENOENT\): "npm run image -- cosign/,
  ],
  ['a folder', () => verificationKey(folder), /^--key=\S+ cannot be read \(EISDIR\)/],
  ['a public key to sign with', () => signingKey(pub, env), /is a public key: to sign takes the private one$/],
  [
    'another private key',
    () => signingKey(file('other', 'EC PRIVATE KEY'), env),
    /is no private key of cosign: "npm run image/,
  ],
  [
    'no password',
    () => signingKey(key, {}),
    /^COSIGN_PASSWORD is not set: the password of \S+, or nothing where it has none$/,
  ],
  ['a private key to verify with', () => verificationKey(key), /is a private key: to verify takes the public one/],
  ['a certificate', () => verificationKey(file('cert', 'CERTIFICATE')), /is no public key in PEM$/],
])('%s is refused with the next step, and never with its text', (_, take, sentence) => {
  // prettier-ignore
  expect(take).toThrow(sentence);
  expect(take).not.toThrow(BODY);
});
