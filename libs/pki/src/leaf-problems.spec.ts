import { ManualClock } from '@eso/runtime';
import { AUTHORITY_SUBJECT, type CertificateAuthority, openCertificateAuthority } from './authority.ts';
import {
  BasicConstraints,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_subjectAltName,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509';
import { buildCertificate, encodeName, extension } from './build-certificate.ts';
import { sealBundle } from './bundle-seal.ts';
import { plainSigner, testAuthority } from './testing/authority.ts';
import { inspectCertificate } from './inspect.ts';
import { issueClientLeaf, issueServerLeaf, type KeyPair } from './issue-leaf.ts';
import { type LeafExpectation, leafProblems, nextLeafRenewal } from './leaf-problems.ts';
import { serverIdentity } from './names.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
const VALIDITY = 30 * DAY;
const START = Date.UTC(2026, 5, 1);
const SERVICE = { service: 'aws', namespace: 'provider-aws' };

let authority: CertificateAuthority;
let leaf: KeyPair;
let expected: LeafExpectation;

beforeAll(async () => {
  const clock = new ManualClock(START);
  authority = await testAuthority(clock);
  leaf = await issueServerLeaf({ authority, ...SERVICE, validityMs: VALIDITY, clock });
  expected = { identity: serverIdentity(SERVICE, {}), authority, lifetime: { validityMs: VALIDITY }, nowMs: START };
});

const otherLeaf = (options: object = {}): Promise<KeyPair> =>
  issueServerLeaf({ authority, ...SERVICE, validityMs: VALIDITY, clock: new ManualClock(START), ...options });

test('a new leaf has no problem until its renewal instant', () => {
  expect(leafProblems(leaf, expected)).toEqual([]);
  const due = START - 5 * MINUTE + 18 * DAY;
  expect(nextLeafRenewal(leaf['tls.crt'], expected)).toBe(due);
  expect(leafProblems(leaf, { ...expected, nowMs: due - 1 })).toEqual([]);
  expect(leafProblems(leaf, { ...expected, nowMs: due })).toEqual(['renewal-due']);
});

test('an explicit window moves the renewal', () => {
  const lifetime = { validityMs: VALIDITY, renewalWindowMs: DAY };
  const due = nextLeafRenewal(leaf['tls.crt'], { authority, lifetime });
  expect(due).toBe(inspectCertificate(leaf['tls.crt']).notAfter.getTime() - DAY);
  expect(leafProblems(leaf, { ...expected, lifetime, nowMs: due - 1 })).toEqual([]);
  expect(leafProblems(leaf, { ...expected, lifetime, nowMs: due })).toEqual(['renewal-due']);
});

test('an ended leaf and one from the future', () => {
  const { notBefore, notAfter } = inspectCertificate(leaf['tls.crt']);
  expect(leafProblems(leaf, { ...expected, nowMs: notAfter.getTime() })).toEqual(['expired']);
  expect(leafProblems(leaf, { ...expected, nowMs: notBefore.getTime() - 1 })).toEqual(['not-yet-valid']);
});

test('missing and unreadable parts', async () => {
  const other = await otherLeaf();
  const problems = (change: object) => leafProblems({ ...leaf, ...change }, expected);
  expect(leafProblems({}, expected)).toEqual(['certificate-missing']);
  expect(problems({ 'tls.crt': '' })).toEqual(['certificate-missing']);
  expect(problems({ 'tls.crt': 'garbage' })).toEqual(['certificate-unreadable']);
  expect(problems({ 'tls.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' })).toEqual([
    'certificate-unreadable',
  ]);
  expect(problems({ 'tls.key': '' })).toEqual(['key-missing']);
  expect(problems({ 'tls.key': 'garbage' })).toEqual(['key-unreadable']);
  expect(problems({ 'tls.key': other['tls.key'] })).toEqual(['key-mismatch']);
  expect(problems({ 'ca.crt': '' })).toEqual(['bundle-changed']);
});

test('another authority, even of the same name', async () => {
  const clock = new ManualClock(START);
  const replaced = await testAuthority(clock);
  expect(leafProblems(leaf, { ...expected, authority: replaced })).toEqual(['authority-changed', 'bundle-changed']);
});

test('a bundle that grew is published without blaming the leaf', async () => {
  const { signer, certificate } = authority;
  const next = await testAuthority(new ManualClock(START));
  const seal = await sealBundle({ certificates: [certificate, next.certificate], generation: 1, signer });
  const grown = openCertificateAuthority({ bundle: authority.bundle + next.bundle, signer, seal });
  expect(leafProblems(leaf, { ...expected, authority: grown })).toEqual(['bundle-changed']);
});

test.each([
  ['of another Service', { service: 'azure' }, ['names-missing', 'names-surplus', 'identity-changed']],
  ['of another namespace', { namespace: 'other' }, ['names-missing', 'names-surplus', 'identity-changed']],
  ['of another cluster domain', { clusterDomain: 'corp.example' }, ['cluster-domain-changed']],
  ['of another trust domain', { trustDomain: 'corp.example' }, ['identity-changed']],
])('a leaf %s', async (_, options, problems) => {
  expect(leafProblems(await otherLeaf(options), expected)).toEqual(problems);
});

test('a client leaf does not serve', async () => {
  const client = await issueClientLeaf({ authority, validityMs: VALIDITY, clock: new ManualClock(START) });
  expect(leafProblems(client, expected)).toEqual(['names-missing', 'identity-changed', 'usage-wrong']);
});

test('surplus names are noticed, whatever their kind', async () => {
  const identity = serverIdentity(SERVICE, {});
  const certificate = async (...surplus: GeneralName[]) => {
    const { publicKey, notBefore, notAfter } = {
      publicKey: authority.signer.publicKey,
      ...inspectCertificate(leaf['tls.crt']),
    };
    const names = [
      ...identity.dnsNames.map((dNSName) => new GeneralName({ dNSName })),
      new GeneralName({ uniformResourceIdentifier: identity.uri }),
      ...surplus,
    ];
    const extensions = [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: false })),
      extension(id_ce_subjectAltName, new SubjectAlternativeName(names)),
    ];
    const template = {
      subject: identity.subject,
      issuer: encodeName(AUTHORITY_SUBJECT),
      publicKey,
      notBefore,
      notAfter,
      extensions,
    };
    return leafProblems({ ...leaf, 'tls.crt': await buildCertificate(template, authority.signer) }, expected);
  };
  const unused = ['key-mismatch', 'usage-wrong'];
  expect(await certificate()).toEqual(unused);
  expect(await certificate(new GeneralName({ dNSName: 'gone.provider-aws.svc' }))).toContain('names-surplus');
  expect(await certificate(new GeneralName({ iPAddress: '10.0.0.1' }))).toContain('names-surplus');
  expect(
    await certificate(new GeneralName({ uniformResourceIdentifier: 'spiffe://external-secrets.io/core' })),
  ).toContain('identity-changed');
});

test('a leaf that lives longer than is allowed now', () => {
  expect(leafProblems(leaf, { ...expected, lifetime: { validityMs: VALIDITY - 1000 } })).toEqual(['validity-too-long']);
});

test('a leaf that ends with its authority is not renewed again and again, only reported when it ended', async () => {
  const clock = new ManualClock(START);
  const short = await testAuthority(clock, { validityMs: 40 * DAY });
  const end = inspectCertificate(short.certificate).notAfter.getTime();
  const issue = () => issueServerLeaf({ authority: short, ...SERVICE, validityMs: VALIDITY, clock });
  const check = (stored: KeyPair) => leafProblems(stored, { ...expected, authority: short, nowMs: clock.now() });
  const first = await issue();
  await clock.advance(
    nextLeafRenewal(first['tls.crt'], { authority: short, lifetime: expected.lifetime }) - clock.now(),
  );
  expect(check(first)).toEqual(['renewal-due']);
  const last = await issue();
  expect(inspectCertificate(last['tls.crt']).notAfter.getTime()).toBe(end);
  expect(nextLeafRenewal(last['tls.crt'], { authority: short, lifetime: expected.lifetime })).toBe(end);
  await clock.advance(end - 1 - clock.now());
  expect(check(last)).toEqual([]);
  await clock.advance(1);
  expect(check(last)).toEqual(['expired']);
});

test('no stored text makes it throw', () => {
  const junk = ['\0', '{}', plainSigner().publicKey.export({ type: 'spki', format: 'pem' }), 'x'.repeat(100_000)];
  for (const text of junk)
    expect(leafProblems({ 'ca.crt': text, 'tls.crt': text, 'tls.key': text }, expected)).toEqual([
      'certificate-unreadable',
    ]);
});
