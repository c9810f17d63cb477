import { parseFlags } from '@eso/runtime';
import { FLAGS, readSettings } from './flags.ts';

const settings = (...argv: string[]) => readSettings(parseFlags(FLAGS, argv, {}));

test('the defaults are those of the design: 30 days, window by rule, authority one year', () => {
  expect(settings()).toEqual({
    namespace: 'external-secrets',
    leaseName: 'external-secrets-cert-manager-controller',
    clusterDomain: 'cluster.local',
    trustDomain: 'external-secrets.io',
    lifetime: { validityMs: 30 * 86_400_000 },
    authorityValidityMs: 365 * 86_400_000,
    issuance: { perMinute: 60, burst: 120, namespacePerMinute: 6, namespaceBurst: 10 },
    servicesPerNamespace: 20,
  });
});

test('every setting can be given', () => {
  expect(
    settings(
      '--namespace=eso',
      '--leader-election-id=one',
      '--provider-namespaces=a,b,a',
      '--cluster-domain=corp.example',
      '--trust-domain=corp.example',
      '--leaf-validity=5m',
      '--leaf-renewal-window=4m59s',
      '--ca-validity=10m',
      '--issuance-per-minute=600',
      '--issuance-burst=1',
      '--issuance-namespace-per-minute=0.5',
      '--issuance-namespace-burst=2',
      '--issuance-namespace-services=7',
    ),
  ).toEqual({
    namespace: 'eso',
    leaseName: 'one',
    providerNamespaces: ['a', 'b'],
    clusterDomain: 'corp.example',
    trustDomain: 'corp.example',
    lifetime: { validityMs: 300_000, renewalWindowMs: 299_000 },
    authorityValidityMs: 600_000,
    issuance: { perMinute: 600, burst: 1, namespacePerMinute: 0.5, namespaceBurst: 2 },
    servicesPerNamespace: 7,
  });
});

test.each([
  ['--leaf-validity=4m59s', '--leaf-validity: '],
  ['--leaf-validity=2161h', '--leaf-validity: '],
  ['--leaf-renewal-window=720h', '--leaf-renewal-window: '],
  ['--leaf-renewal-window=-1s', '--leaf-renewal-window: '],
  ['--ca-validity=720h', '--ca-validity: '],
  ['--ca-validity=17521h', '--ca-validity: '],
  ['--cluster-domain=Not A Domain', '--cluster-domain: '],
  ['--trust-domain=spiffe://x', '--trust-domain: '],
])('%s is refused with a text that names the flag', (flag, text) => {
  expect(() => settings(flag)).toThrow(text);
});

// A number that switches the bound off would be set by mistake one day.
test('there is no number of Services without a bound', () => {
  expect(() => settings('--issuance-namespace-services=0')).toThrow('--issuance-namespace-services');
});

test('the namespace comes from POD_NAMESPACE', () => {
  expect(readSettings(parseFlags(FLAGS, [], { POD_NAMESPACE: 'eso-x' })).namespace).toBe('eso-x');
});

test('metrics and probes have ports of their own', () => {
  expect(() => settings('--metrics-addr=:8081')).toThrow('--metrics-addr and --health-addr are both on port 8081');
});
