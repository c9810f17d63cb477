import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkMaterial } from '../../../libs/api/src/tls/check-material.ts';
import { subjectAltNames } from '../../../libs/api/src/tls/identity.ts';
import { lifetimeProblem } from '../../../libs/api/src/tls/material.ts';
import { joinBundle, parseBundle } from '../../../libs/pki/src/bundle.ts';
import { PkiError } from '../../../libs/pki/src/error.ts';
import { inspectCertificate } from '../../../libs/pki/src/inspect.ts';
import { judgeBundle } from '../../../libs/pki/src/judge-bundle.ts';
import { leafProblems } from '../../../libs/pki/src/leaf-problems.ts';
import { serverIdentity } from '../../../libs/pki/src/names.ts';
import type { Signer } from '../../../libs/pki/src/signer.ts';
import { attempt, must, partsOf, type Target, wordFor } from '../target.ts';

const folder = join(import.meta.dirname, '../fixtures');
const file = (name: string): string => readFileSync(join(folder, name), 'utf8');
const authority = { pem: file('ca.crt'), certificate: new X509Certificate(file('ca.crt')) };
const leaf = { pem: file('tls.crt'), key: file('tls.key') };
const publicKey = createPublicKey(authority.pem);
// Whatever is fuzzed only verifies: this key never signs.
const signer: Signer = {
  kind: 'none',
  algorithm: 'ecdsa-p256-sha256',
  publicKey,
  sign: () => Promise.reject(new Error('the target does not sign')),
};
const identity = serverIdentity({ service: 'aws', namespace: 'provider-aws' }, {});
const expected = {
  identity,
  authority: { certificate: authority.certificate, signer, bundle: authority.pem },
  lifetime: { validityMs: 30 * 86_400_000, renewalWindowMs: 12 * 86_400_000 },
  nowMs: Date.parse('2026-06-01T00:00:00Z'),
};

const ascii = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`;

/**
 * What stands in the files and Secrets of certificates: PEM text as it is, or bytes that become the DER of a certificate, which
 * a mutation of Base64 would seldom reach. Behind NUL: a seal, a key.
 */
export const certificates: Target = {
  name: 'certificates',
  maxBytes: 16_384,
  dictionary: [
    ...['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----', '-----BEGIN PRIVATE KEY-----', '\n', '-----'],
    ...['\x30\x82', '\x06\x03\x55\x1d\x11', '\x82\x04test', '\x86\x06spiffe', '\x06\x03\x55\x1d\x0f', '\x01\x01\xff'],
    ...[
      '\x17\x0d991231235959Z',
      '\x18\x0f99991231235959Z',
      '\x18\x0f00000101000000Z',
      '"generation":1',
      'DNS:a, URI:b',
    ],
  ],
  run(input) {
    const isDer = input[0] === 0x30;
    const [text, seal, key] = isDer ? [Buffer.from(input)] : partsOf(input, 3);
    const pem = isDer ? ascii(Buffer.from(input)) : (text ?? Buffer.alloc(0)).toString('latin1');
    const read = attempt(() => parseBundle(pem, 'the bundle'), PkiError);
    const facts = attempt(() => inspectCertificate(pem), PkiError);
    if ('value' in read) {
      must(joinBundle(parseBundle(joinBundle(read.value), 'it')) === joinBundle(read.value), 'a bundle comes back');
      for (const certificate of read.value) subjectAltNames(certificate);
      if ('value' in facts) must(facts.value.serial === read.value[0]?.serialNumber, 'the first certificate is read');
    }
    return [wordFor(read), wordFor(facts), judged(pem, seal?.toString() ?? ''), checked(pem, key?.toString())].join(
      ' ',
    );
  },
};

function judged(pem: string, seal: string): string {
  const { trusted, own, problems } = judgeBundle({ bundle: pem, signer, seal });
  must(
    trusted.every((certificate) => certificate.raw.equals(authority.certificate.raw)),
    'nothing is trusted that the key did not sign',
  );
  const [gravest = 'good'] = leafProblems({ 'tls.crt': pem, 'tls.key': leaf.key, 'ca.crt': authority.pem }, expected);
  leafProblems({ 'tls.crt': leaf.pem, 'tls.key': pem, 'ca.crt': pem }, expected);
  return `${own.length} ${problems[0]?.kind ?? ''} ${gravest}`;
}

function checked(pem: string, key: string | undefined): string {
  const asLeaf = checkMaterial({ cert: pem, key: key ?? leaf.key, ca: authority.pem }, expected.nowMs);
  const asAuthority = checkMaterial({ cert: leaf.pem, key: leaf.key, ca: pem }, expected.nowMs);
  checkMaterial({ cert: leaf.pem, key: leaf.key, ca: authority.pem, crl: pem }, expected.nowMs);
  checkMaterial({ cert: leaf.pem, key: pem, ca: authority.pem }, expected.nowMs);
  for (const each of [asLeaf, asAuthority]) {
    if (each.kind === 'unusable') continue;
    const { cert, notBefore, notAfter } = each.material;
    must(notBefore <= notAfter && !Number.isNaN(notAfter.getTime()), 'usable material has an end');
    must(new X509Certificate(cert).checkPrivateKey(createPrivateKey(each.material.key)), 'and a key of its own');
    lifetimeProblem(each.material, expected.nowMs);
  }
  const word = (one: typeof asLeaf): string => (one.kind === 'usable' ? 'usable' : one.problem.replace(/\d.*/, ''));
  return `${word(asLeaf)}, ${word(asAuthority)}`;
}
