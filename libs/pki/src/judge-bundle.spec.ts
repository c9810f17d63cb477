import type { X509Certificate } from 'node:crypto';
import { BasicConstraints, id_ce_basicConstraints, id_ce_keyUsage, KeyUsage, KeyUsageFlags } from '@peculiar/asn1-x509';
import { ManualClock } from '@eso/runtime';
import { AUTHORITY_SUBJECT, type CertificateAuthority, openCertificateAuthority } from './authority.ts';
import { buildCertificate, encodeName, extension } from './build-certificate.ts';
import { openSeal, sealBundle } from './bundle-seal.ts';
import { issueServerLeaf } from './issue-leaf.ts';
import { judgeBundle } from './judge-bundle.ts';
import { validitySpan } from './lifetimes.ts';
import { toPem } from './pem.ts';
import { plainSigner, testAuthority } from './testing/authority.ts';
import { openssl } from './testing/openssl.ts';

const DAY = 86_400_000;
const clock = new ManualClock(Date.UTC(2026, 5, 1));
const signer = plainSigner();

let own: CertificateAuthority;
let other: CertificateAuthority;
let third: CertificateAuthority;
beforeAll(async () => {
  [own, other, third] = [
    await testAuthority(clock, { signer }),
    await testAuthority(clock),
    await testAuthority(clock),
  ];
});

const certificates = (...authorities: CertificateAuthority[]) => authorities.map(({ certificate }) => certificate);
const serials = (trusted: readonly X509Certificate[]) => trusted.map(({ serialNumber }) => serialNumber);
const seal = (generation: number, ...authorities: CertificateAuthority[]) =>
  sealBundle({ certificates: certificates(...authorities), generation, signer });

test('without a seal the key vouches for its own certificate alone', () => {
  const judged = judgeBundle({ bundle: own.bundle + other.bundle, signer });
  expect(serials(judged.trusted)).toEqual(serials(certificates(own)));
  expect(judged).toMatchObject({
    generation: 0,
    problems: [{ kind: 'unknown', position: 2, fingerprint: other.certificate.fingerprint256 }],
  });
});

test('what the seal names is trusted, in the order of the bundle, each once; what it does not name is not', async () => {
  const bundle = other.bundle + own.bundle + other.bundle + third.bundle;
  const judged = judgeBundle({ bundle, signer, seal: await seal(3, own, other) });
  expect(serials(judged.trusted)).toEqual(serials(certificates(other, own)));
  expect(serials(judged.own)).toEqual(serials(certificates(own)));
  expect(judged.problems).toEqual([{ kind: 'unknown', position: 4, fingerprint: third.certificate.fingerprint256 }]);
  expect(judged.generation).toBe(3);
});

test('what the seal names and is not there is told', async () => {
  const judged = judgeBundle({ bundle: own.bundle, signer, seal: await seal(1, own, other) });
  expect(judged.problems).toEqual([{ kind: 'missing', fingerprint: other.certificate.fingerprint256 }]);
  expect(serials(judged.trusted)).toEqual(serials(certificates(own)));
});

test('a seal that is older than a known one counts for nothing', async () => {
  const stored = { bundle: own.bundle + other.bundle, signer, seal: await seal(1, own, other) };
  expect(judgeBundle({ ...stored, atLeastGeneration: 1 }).problems).toEqual([]);
  const judged = judgeBundle({ ...stored, atLeastGeneration: 2 });
  expect(serials(judged.trusted)).toEqual(serials(certificates(own)));
  expect(judged.problems.map(({ kind }) => kind)).toEqual(['unknown', 'outdated']);
  expect(judged.generation).toBe(0);
});

test('a seal that is gone is told where a later one than the first was known', () => {
  const stored = { bundle: own.bundle, signer };
  expect(judgeBundle({ ...stored, atLeastGeneration: 1 }).problems).toEqual([]);
  expect(judgeBundle({ ...stored, atLeastGeneration: 2 }).problems).toEqual([
    { kind: 'outdated', generation: 0, known: 2 },
  ]);
});

test('only the key itself seals, and what it sealed cannot be changed', async () => {
  const text = await seal(1, own, other);
  const stored = JSON.parse(text) as { generation: number; fingerprints: string[]; signature: string };
  expect(openSeal(text, signer)).toEqual({ generation: 1, fingerprints: stored.fingerprints });
  expect(openSeal(text, plainSigner())).toBeUndefined();
  const foreign = third.certificate.fingerprint256;
  const [first = '', second = ''] = stored.fingerprints;
  const changed = [
    { ...stored, generation: 2 },
    { ...stored, fingerprints: [...stored.fingerprints, foreign] },
    { ...stored, fingerprints: [first] },
    { ...stored, fingerprints: [second, first] },
    // The same signed bytes, divided otherwise.
    { ...stored, fingerprints: [`${first}\n${second}`] },
    { ...stored, generation: '1' },
    { ...stored, generation: 0 },
    { ...stored, signature: '' },
    { ...stored, signature: 7 },
    { ...stored, fingerprints: null },
    [],
    null,
  ];
  for (const value of changed) expect(openSeal(JSON.stringify(value), signer)).toBeUndefined();
  for (const generation of [0, -1, 1.5, 2 ** 53]) expect(openSeal(await seal(generation, own), signer)).toBeUndefined();
  for (const junk of ['', 'junk', '{'.repeat(10_000)]) expect(openSeal(junk, signer)).toBeUndefined();
});

test('a signature on a certificate is no seal', async () => {
  const signed: Uint8Array[] = [];
  const spy = { ...signer, sign: (tbs: Uint8Array) => (signed.push(tbs), signer.sign(tbs)) };
  await testAuthority(clock, { signer: spy });
  await sealBundle({ certificates: certificates(own), generation: 1, signer: spy });
  const [certificate, sealed] = signed.map((bytes) => Buffer.from(bytes));
  expect(certificate![0]).toBe(0x30);
  expect(sealed!.toString()).toBe(`external-secrets.io/authority-bundle/v1\n1\n${own.certificate.fingerprint256}\n`);
});

test('a leaf of this authority in the bundle is not trusted', async () => {
  const leaf = await issueServerLeaf({ authority: own, service: 'a', namespace: 'b', validityMs: DAY, clock });
  const { problems, bundle } = openCertificateAuthority({ bundle: own.bundle + leaf['tls.crt'], signer });
  expect(problems).toMatchObject([{ kind: 'unknown', position: 2 }]);
  expect(bundle).toBe(own.bundle);
});

test('a certificate about the same key that somebody else signed is not trusted', async () => {
  const pretender = await buildCertificate(
    {
      subject: AUTHORITY_SUBJECT,
      issuer: encodeName(AUTHORITY_SUBJECT),
      publicKey: signer.publicKey,
      ...validitySpan(clock.now(), DAY),
      extensions: [
        extension(id_ce_basicConstraints, new BasicConstraints({ cA: true }), { critical: true }),
        extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.keyCertSign), { critical: true }),
      ],
    },
    plainSigner(),
  );
  const { problems } = openCertificateAuthority({ bundle: own.bundle + pretender, signer });
  expect(problems).toMatchObject([{ kind: 'unknown', position: 2 }]);
  expect(() => openCertificateAuthority({ bundle: pretender, signer })).toThrow('was not signed by it');
});

test('what does not parse, or has a key of an unknown kind, is told and stops nothing', async () => {
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  const odd = await openssl(['req', '-x509', '-newkey', 'ed448', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=odd']);
  const rsa = await openssl([
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    '/dev/null',
    '-subj',
    '/CN=rsa',
  ]);
  const pem = (text: string) => text.slice(text.indexOf('-----BEGIN CERTIFICATE'));
  const bundle = `a note\n${broken}${pem(odd.output)}${own.bundle}${pem(rsa.output)}${strange()}`;
  const opened = openCertificateAuthority({ bundle, signer });
  expect(opened.bundle).toBe(own.bundle);
  expect(opened.problems.map(({ kind }) => kind)).toEqual(['unreadable', 'unknown', 'unknown', 'unknown']);
  expect(() => openCertificateAuthority({ bundle: strange(), signer })).toThrow('no certificate of the key');
});

/** A certificate whose key is of an algorithm that nobody has heard of: Node throws when it is asked for the key. */
function strange(): string {
  const der = Buffer.from(other.certificate.raw);
  // The last byte of id-ecPublicKey.
  der[der.indexOf(Buffer.from('06072a8648ce3d0201', 'hex')) + 8] = 0x7f;
  return toPem('CERTIFICATE', der);
}
