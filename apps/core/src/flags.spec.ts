import { parseFlags } from '@eso/runtime';
import { ACCEPTED_FLAGS, ignoredFlags } from './accepted-flags.ts';
import { ALL_FLAGS, checkFlags } from './flags.ts';

const parse = (...argv: string[]) => parseFlags(ALL_FLAGS, argv, {});
const check = (...argv: string[]) => checkFlags(parse(...argv));

test('works on all namespaces unless told otherwise, each named one once [6.7.16]', () => {
  expect(check().namespaces).toBeUndefined();
  expect(check('--namespace=a').namespaces).toEqual(['a']);
  expect(check('--namespaces=a,b', '--namespaces=a').namespaces).toEqual(['a', 'b']);
});

test('refuses flags that contradict each other', () => {
  expect(() => check('--namespace=a', '--namespaces=b')).toThrow('--namespace and --namespaces exclude each other');
});

test.each([
  ['--metrics-auth', '--metrics-auth requires --metrics-secure: .* Add --metrics-secure, or take --metrics-auth out'],
  ['--metrics-cert-dir=/x', '--metrics-cert-dir requires --metrics-secure: .* or take --metrics-cert-dir out'],
  ['--metrics-addr=:8082', '--metrics-addr and --live-addr are both on port 8082 .*: give one of them another port'],
  ['--leader-election-renew-deadline=20s', 'flag --leader-election-renew-deadline: .*'],
  ['--namespaces=a,Team_B', '--namespaces: "Team_B" is no name of a namespace: .*'],
  ['--namespace=-a', '--namespace: "-a" is no name of a namespace: .*'],
])('%s is refused with both flags named, and the next step', (flag, message) => {
  expect(() => check(flag)).toThrow(new RegExp(`^${message}`));
});

test('a certificate of the metrics is taken where they go over TLS', () => {
  expect(() => check('--metrics-cert-dir=/x', '--metrics-secure')).not.toThrow();
});

/** As a Deployment of External Secrets 2.9 carries them, each with the value that it has by default there. */
const UPSTREAM: readonly (readonly [id: string, flag: string, value: unknown])[] = [
  ['6.7.1', 'metrics-addr=:8080', { host: '', port: 8080 }],
  ['6.7.2', 'metrics-auth=false', false],
  ['6.7.3', 'metrics-secure=false', false],
  ['6.7.4', 'metrics-cert-dir=', ''],
  ['6.7.4', 'metrics-cert-name=tls.crt', 'tls.crt'],
  ['6.7.4', 'metrics-key-name=tls.key', 'tls.key'],
  ['6.7.5', 'controller-class=default', 'default'],
  ['6.7.7', 'leader-election-id=external-secrets-controller', 'external-secrets-controller'],
  ['6.7.8', 'leader-election-lease-duration=15s', 15_000],
  ['6.7.9', 'leader-election-renew-deadline=10s', 10_000],
  ['6.7.10', 'leader-election-retry-period=2s', 2_000],
  ['6.7.12', 'client-qps=50', 50],
  ['6.7.12', 'client-burst=100', 100],
  ['6.7.13', 'live-addr=:8082', { host: '', port: 8082 }],
  ['6.7.16', 'namespace=', ''],
  ['6.7.17', 'enable-cluster-store-reconciler=true', true],
  ['6.7.18', 'enable-secret-store-reconciler=true', true],
  ['6.7.22', 'enable-secrets-caching=false', false],
  ['6.7.23', 'enable-configmaps-caching=false', false],
  ['6.7.24', 'enable-managed-secrets-caching=true', true],
  ['6.7.25', 'enable-secret-api-read-on-cache-mismatch=true', true],
  ['6.7.26', 'store-requeue-interval=5m', 300_000],
  ['6.7.27', 'enable-flood-gate=true', true],
  ['6.7.29', 'enable-extended-metric-labels=false', false],
  ['6.7.30', 'enable-http2=false', false],
  ['6.7.31', 'unsafe-allow-generic-targets=false', false],
  ['6.7.33', 'template-left-delimiter={{', '{{'],
  ['6.7.33', 'template-right-delimiter=}}', '}}'],
  ['6.7.34', 'enable-vault-token-cache=false', false],
  ['6.7.34', 'vault-token-cache-size=262144', 262_144],
  ['6.7.34', 'experimental-enable-vault-token-cache=false', false],
  ['6.7.34', 'experimental-vault-token-cache-size=262144', 262_144],
  ['6.7.35', 'experimental-enable-doppler-oidc-cache=false', false],
  ['6.7.35', 'experimental-doppler-oidc-cache-size=262144', 262_144],
  ['6.7.35', 'doppler-etag-cache-size=16384', 16_384],
  ['6.7.36', 'pulumi-oidc-cache-size=262144', 262_144],
  ['6.7.37', 'mysterybox-tokens-cache-size=4096', 4_096],
  ['6.7.37', 'mysterybox-connections-cache-size=128', 128],
];

/** Those of kinds that come later. */
const LATER: readonly (readonly [flag: string, value: unknown])[] = [
  ['enable-cluster-external-secret-reconciler=true', true],
  ['enable-push-secret-reconciler=true', true],
  ['enable-cluster-push-secret-reconciler=true', true],
  ['enable-generator-state=true', true],
  ['generator-gc-grace-period=2m', 120_000],
];

test.each(UPSTREAM)('[%s] has the flag and default of External Secrets: --%s', (_id, text, value) => {
  const name = text.slice(0, text.indexOf('=')) as keyof typeof ALL_FLAGS;
  expect(parse()[name]).toEqual(value);
  expect(parse(`--${text}`)[name]).toEqual(value);
});

test.each(LATER)('accepts --%s, of kinds that come later', (text, value) => {
  const name = text.slice(0, text.indexOf('=')) as keyof typeof ALL_FLAGS;
  expect(parse()[name]).toEqual(value);
  expect(parse(`--${text}`)[name]).toEqual(value);
});

test('two defaults differ: more is reconciled at once, and only by the leader [6.7.6] [6.7.11] [6.7.38] [1.10.11]', () => {
  expect(parse()).toMatchObject({ concurrent: 32, 'enable-leader-election': true });
  expect(parse('--concurrent', '1', '--enable-leader-election=false')).toMatchObject({
    concurrent: 1,
    'enable-leader-election': false,
  });
});

test('what is accepted without effect says so, where somebody set it', () => {
  expect(ignoredFlags(parse())).toEqual([]);
  expect(ignoredFlags(parse('--client-qps=5', '--enable-vault-token-cache', '--generator-gc-grace-period=3m'))).toEqual(
    [
      '--client-qps=5: no effect: the API server sets the pace',
      '--generator-gc-grace-period=180000: no effect yet: generators are not served',
      '--enable-vault-token-cache=true: no effect: providers are processes of their own',
    ],
  );
  for (const { describe } of Object.values(ACCEPTED_FLAGS)) expect(describe).toMatch(/^Accepted, no effect/);
});

test('tokens go over TLS only [6.7.2]', () => {
  expect(() => check('--metrics-auth')).toThrow('--metrics-auth requires --metrics-secure');
  expect(() => check('--metrics-auth', '--metrics-secure')).not.toThrow();
});

test("delimiters of templates are the user's, empty ones the usual [6.7.33]", () => {
  expect(check().templateDelimiters).toEqual({ left: '{{', right: '}}' });
  expect(check('--template-left-delimiter=[[', '--template-right-delimiter=]]').templateDelimiters).toEqual({
    left: '[[',
    right: ']]',
  });
  expect(check('--template-left-delimiter=').templateDelimiters.left).toBe('{{');
  expect(() => check(`--template-right-delimiter=${'}'.repeat(17)}`)).toThrow('longer than 16 bytes');
});
