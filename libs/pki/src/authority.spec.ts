import { ManualClock } from '@eso/runtime';
import { checkAuthorityCurrent, openCertificateAuthority } from './authority.ts';
import { joinBundle, parseBundle } from './bundle.ts';
import { sealBundle } from './bundle-seal.ts';
import { plainSigner, testAuthority } from './testing/authority.ts';
import { certificateText, openssl } from './testing/openssl.ts';
import { thrownCode } from './testing/thrown.ts';
import { inspectCertificate } from './inspect.ts';
import { issueServerLeaf } from './issue-leaf.ts';

const DAY = 86_400_000;
const clock = new ManualClock(Date.UTC(2026, 5, 1));

test('openssl reads an authority that signs leaves and revocation lists and no further authority', async () => {
  const { bundle } = await testAuthority(clock);
  const text = await certificateText(bundle);
  expect(text).toContain('X509v3 Basic Constraints: critical CA:TRUE, pathlen:0');
  expect(text).toContain('X509v3 Key Usage: critical Certificate Sign, CRL Sign X509v3');
  expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
  expect(text).toContain('NIST CURVE: P-256');
  expect(text).toContain(
    'Subject: O = external-secrets.io, OU = provider connections, CN = external-secrets provider authority',
  );
  expect(text).toContain('Not Before: May 31 23:55:00 2026 GMT Not After : May 31 23:55:00 2027 GMT');
  expect(text).not.toContain('Extended Key Usage');
  const self = await openssl(
    ['verify', '-x509_strict', '-check_ss_sig', '-attime', '1780400000', '-CAfile', 'ca', 'ca'],
    {
      ca: bundle,
    },
  );
  expect(self).toEqual({ ok: true, output: 'ca: OK\n' });
});

test('two authorities differ in serial and key', async () => {
  const [one, other] = [await testAuthority(clock), await testAuthority(clock)];
  expect(one.certificate.serialNumber).not.toBe(other.certificate.serialNumber);
  expect(one.certificate.publicKey.equals(other.certificate.publicKey)).toBe(false);
});

test('an authority cannot sign an authority that anybody accepts', async () => {
  const root = await testAuthority(clock);
  const below = await testAuthority(clock);
  const leaf = await issueServerLeaf({ authority: below, service: 'a', namespace: 'b', validityMs: DAY, clock });
  const verified = await openssl(
    ['verify', '-attime', '1780400000', '-CAfile', 'root', '-untrusted', 'below', 'leaf'],
    {
      root: root.bundle,
      below: below.bundle,
      leaf: leaf['tls.crt'],
    },
  );
  expect(verified.ok).toBe(false);
});

test('of a bundle the certificate of the key signs, and all that the key vouches for are trusted, each once', async () => {
  const signer = plainSigner();
  const [old, current] = [await testAuthority(clock), await testAuthority(clock, { signer })];
  const seal = await sealBundle({ certificates: [old.certificate, current.certificate], generation: 1, signer });
  const opened = openCertificateAuthority({ bundle: old.bundle + current.bundle + old.bundle, signer, seal });
  expect(opened.certificate.serialNumber).toBe(current.certificate.serialNumber);
  expect(parseBundle(opened.bundle, 'ca.crt').map((certificate) => certificate.serialNumber)).toEqual([
    old.certificate.serialNumber,
    current.certificate.serialNumber,
  ]);
  expect(joinBundle([current.certificate])).toBe(current.bundle);
});

test('a bundle without the certificate of the key is refused', async () => {
  const { bundle } = await testAuthority(clock);
  expect(thrownCode(() => openCertificateAuthority({ bundle, signer: plainSigner() }))).toBe('AUTHORITY_INVALID');
});

test('a certificate that may not sign is refused as authority', async () => {
  const authority = await testAuthority(clock);
  const leaf = await issueServerLeaf({ authority, service: 'a', namespace: 'b', validityMs: DAY, clock });
  const [certificate] = parseBundle(leaf['tls.crt'], 'tls.crt');
  const signer = { ...plainSigner(), publicKey: certificate!.publicKey };
  expect(() => openCertificateAuthority({ bundle: leaf['tls.crt'], signer })).toThrow('may sign certificates');
});

test.each([
  ['an authority that may sign revocation lists only', 'critical,CA:TRUE', 'critical,cRLSign'],
  ['an authority that does not say what its key is for', 'critical,CA:TRUE', undefined],
  ['no authority, whatever its key usage says', 'critical,CA:FALSE', 'critical,keyCertSign'],
])('%s is refused', async (_, basicConstraints, keyUsage) => {
  const bundle = await selfSigned(basicConstraints, keyUsage);
  const [certificate] = parseBundle(bundle, 'ca.crt');
  const signer = { ...plainSigner(), publicKey: certificate!.publicKey };
  expect(() => openCertificateAuthority({ bundle, signer })).toThrow('may sign certificates');
});

test.each(['', 'not a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])(
  'text without a readable certificate is refused: %j',
  (bundle) => {
    expect(thrownCode(() => openCertificateAuthority({ bundle, signer: plainSigner() }))).toBe('CERTIFICATE_INVALID');
  },
);

test('nothing is issued before an authority starts or after it ended', async () => {
  const authority = await testAuthority(clock, { validityMs: 10 * DAY });
  const { notBefore, notAfter } = inspectCertificate(authority.certificate);
  expect(() => checkAuthorityCurrent(authority, notBefore.getTime() - 1)).toThrow('in the future');
  expect(() => checkAuthorityCurrent(authority, notBefore.getTime())).not.toThrow();
  expect(() => checkAuthorityCurrent(authority, notAfter.getTime())).toThrow('ended at 2026-06-10');
  const late = new ManualClock(notAfter.getTime());
  await expect(
    issueServerLeaf({ authority, service: 'a', namespace: 'b', validityMs: DAY, clock: late }),
  ).rejects.toMatchObject({ code: 'AUTHORITY_ENDED', retryable: false });
});

/** A certificate with these extensions, by openssl: our own code makes none that is wrong. */
async function selfSigned(basicConstraints: string, keyUsage: string | undefined): Promise<string> {
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    '/dev/null',
  ];
  const extensions = ['-config', 'conf', '-extensions', 'own'];
  const conf = `[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=odd\n[own]\nbasicConstraints=${basicConstraints}\n${keyUsage === undefined ? '' : `keyUsage=${keyUsage}\n`}`;
  const { ok, output } = await openssl([...request, ...extensions], { conf });
  if (!ok) throw new Error(output);
  return output.slice(output.indexOf('-----BEGIN'));
}
