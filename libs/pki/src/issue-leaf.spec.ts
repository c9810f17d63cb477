import { createPrivateKey } from 'node:crypto';
import { ManualClock } from '@eso/runtime';
import { testAuthority } from './testing/authority.ts';
import { certificateText, openssl } from './testing/openssl.ts';
import { inspectCertificate } from './inspect.ts';
import { issueClientLeaf, issueServerLeaf } from './issue-leaf.ts';

const DAY = 86_400_000;
const clock = new ManualClock(Date.UTC(2026, 5, 1));
const AT_TIME = String(Date.UTC(2026, 5, 2) / 1000);

async function serverLeaf(options: { validityMs?: number; clusterDomain?: string; trustDomain?: string } = {}) {
  const authority = await testAuthority(clock);
  return issueServerLeaf({
    authority,
    service: 'aws',
    namespace: 'provider-aws',
    validityMs: 30 * DAY,
    clock,
    ...options,
  });
}

test('openssl verifies a server leaf for its purpose and its four names only', async () => {
  const leaf = await serverLeaf();
  const files = { ca: leaf['ca.crt'], leaf: leaf['tls.crt'] };
  const verify = (...args: string[]) =>
    openssl(['verify', '-x509_strict', '-attime', AT_TIME, ...args, '-CAfile', 'ca', 'leaf'], files);
  for (const host of ['aws', 'aws.provider-aws', 'aws.provider-aws.svc', 'aws.provider-aws.svc.cluster.local'])
    expect(await verify('-purpose', 'sslserver', '-verify_hostname', host)).toEqual({ ok: true, output: 'leaf: OK\n' });
  for (const host of ['aws.other.svc', 'azure.provider-aws.svc', 'provider-aws'])
    expect((await verify('-purpose', 'sslserver', '-verify_hostname', host)).output).toContain('hostname mismatch');
  expect((await verify('-purpose', 'sslclient')).output).toContain('purpose');
});

test('the text of a server leaf', async () => {
  const text = await certificateText(
    (await serverLeaf({ clusterDomain: 'corp.example', trustDomain: 'corp.example' }))['tls.crt'],
  );
  expect(text).toContain('X509v3 Basic Constraints: critical CA:FALSE');
  expect(text).toContain('X509v3 Key Usage: critical Digital Signature X509v3');
  expect(text).toContain('X509v3 Extended Key Usage: TLS Web Server Authentication X509v3');
  expect(text).toContain(
    'X509v3 Subject Alternative Name: DNS:aws, DNS:aws.provider-aws, DNS:aws.provider-aws.svc, ' +
      'DNS:aws.provider-aws.svc.corp.example, URI:spiffe://corp.example/provider/provider-aws/aws X509v3',
  );
  expect(text).toContain('Subject: O = external-secrets.io provider, OU = provider-aws, CN = aws');
  expect(text).toContain('NIST CURVE: P-256');
});

test('a client leaf is good for core and for client authentication only', async () => {
  const authority = await testAuthority(clock);
  const leaf = await issueClientLeaf({ authority, validityMs: 30 * DAY, clock });
  const files = { ca: leaf['ca.crt'], leaf: leaf['tls.crt'] };
  const verify = (purpose: string) =>
    openssl(['verify', '-x509_strict', '-attime', AT_TIME, '-purpose', purpose, '-CAfile', 'ca', 'leaf'], files);
  expect(await verify('sslclient')).toEqual({ ok: true, output: 'leaf: OK\n' });
  expect((await verify('sslserver')).output).toContain('purpose');
  expect(inspectCertificate(leaf['tls.crt'])).toMatchObject({
    dnsNames: [],
    uris: ['spiffe://external-secrets.io/core'],
    otherNames: 0,
    isAuthority: false,
    extendedKeyUsages: ['1.3.6.1.5.5.7.3.2'],
  });
});

test('key and certificate belong together, and each issue has a new key', async () => {
  const authority = await testAuthority(clock);
  const issue = () => issueServerLeaf({ authority, service: 'a', namespace: 'b', validityMs: DAY, clock });
  const [one, other] = [await issue(), await issue()];
  const publicKey = (args: string[], pem: string) => openssl([...args, '-in', 'f', '-pubout'], { f: pem });
  const ofKey = await publicKey(['pkey'], one['tls.key']);
  const ofCertificate = await openssl(['x509', '-in', 'f', '-noout', '-pubkey'], { f: one['tls.crt'] });
  expect(ofKey).toEqual(ofCertificate);
  expect(createPrivateKey(one['tls.key']).equals(createPrivateKey(other['tls.key']))).toBe(false);
});

test('a leaf lives exactly as long as configured and starts a little in the past', async () => {
  const long = inspectCertificate((await serverLeaf({ validityMs: 30 * DAY }))['tls.crt']);
  expect(long.notBefore.getTime()).toBe(clock.now() - 300_000);
  expect(long.notAfter.getTime() - long.notBefore.getTime()).toBe(30 * DAY);
  const short = inspectCertificate((await serverLeaf({ validityMs: 300_000 }))['tls.crt']);
  expect(short.notBefore.getTime()).toBe(clock.now() - 30_000);
  expect(short.notAfter.getTime() - short.notBefore.getTime()).toBe(300_000);
});

test('a leaf ends with its authority at the latest', async () => {
  const authority = await testAuthority(clock, { validityMs: 10 * DAY });
  const leaf = await issueServerLeaf({ authority, service: 'a', namespace: 'b', validityMs: 30 * DAY, clock });
  expect(inspectCertificate(leaf['tls.crt']).notAfter).toEqual(inspectCertificate(authority.certificate).notAfter);
});

test.each([299_999, 90 * DAY + 1])('a validity of %d ms is refused', async (validityMs) => {
  await expect(serverLeaf({ validityMs })).rejects.toMatchObject({ code: 'LIFETIME_INVALID' });
});

test('the longest names that Kubernetes allows still make a valid certificate', async () => {
  const authority = await testAuthority(clock);
  const long = 'x'.repeat(63);
  const leaf = await issueServerLeaf({ authority, service: long, namespace: long, validityMs: 2 * DAY, clock });
  const args = ['-x509_strict', '-attime', AT_TIME, '-purpose', 'sslserver', '-verify_hostname', `${long}.${long}.svc`];
  const files = { ca: leaf['ca.crt'], leaf: leaf['tls.crt'] };
  expect(await openssl(['verify', ...args, '-CAfile', 'ca', 'leaf'], files)).toEqual({
    ok: true,
    output: 'leaf: OK\n',
  });
});
