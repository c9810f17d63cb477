import { checkLeaderElectionFlags, LEADER_ELECTION_FLAGS } from '@eso/controller';
import { type FlagSpec, type FlagValues, RuntimeError } from '@eso/runtime';
import { DEFAULT_ESO_NAMESPACE } from '@eso/api/resources';
import {
  checkAuthorityValidity,
  checkClusterDomain,
  checkLeafLifetime,
  checkTrustDomain,
  DEFAULT_CLUSTER_DOMAIN,
  DEFAULT_TRUST_DOMAIN,
  type KeyEncryptionKeyFile,
  type LeafLifetime,
  PkiError,
} from '@eso/pki';
import { DEFAULT_ISSUANCE_LIMITS, type IssuanceLimits } from './issuance/issuance-limiter.ts';
import { DEFAULT_SERVICES_PER_NAMESPACE } from './service/service-limit.ts';

/** Flags of the process; README.md lists them. */
export const FLAGS = {
  'cluster-domain': {
    type: 'string',
    default: DEFAULT_CLUSTER_DOMAIN,
    describe: 'DNS domain of the cluster, the end of the longest name in a server certificate',
  },
  'trust-domain': {
    type: 'string',
    default: DEFAULT_TRUST_DOMAIN,
    describe: 'SPIFFE trust domain of the identities in certificates; core and providers have to be told the same',
  },
  'leaf-validity': {
    type: 'duration',
    default: '720h',
    describe: 'Life of a server or client certificate, 5m to 2160h',
  },
  'leaf-renewal-window': {
    type: 'duration',
    default: '0s',
    describe: 'How long before its end a certificate is renewed; 0 = 840h or 40 % of its life, whichever is less',
  },
  'ca-validity': {
    type: 'duration',
    default: '8760h',
    describe: 'Life of a new certificate authority, 10m to 17520h, longer than that of a leaf',
  },
  'issuance-per-minute': {
    type: 'number',
    default: DEFAULT_ISSUANCE_LIMITS.perMinute,
    fraction: true,
    min: 1,
    max: 100_000,
    describe: 'First certificates of Services a minute, for all namespaces together',
  },
  'issuance-burst': {
    type: 'number',
    default: DEFAULT_ISSUANCE_LIMITS.burst,
    min: 1,
    max: 100_000,
    describe: 'First certificates at once after a quiet time, for all namespaces together',
  },
  'issuance-namespace-per-minute': {
    type: 'number',
    default: DEFAULT_ISSUANCE_LIMITS.namespacePerMinute,
    fraction: true,
    min: 0.1,
    max: 100_000,
    describe: 'First certificates a minute in one namespace; renewals have a limit of their own, five times this',
  },
  'issuance-namespace-burst': {
    type: 'number',
    default: DEFAULT_ISSUANCE_LIMITS.namespaceBurst,
    min: 1,
    max: 100_000,
    describe: 'First certificates at once in one namespace; renewals have a limit of their own, five times this',
  },
  'issuance-namespace-services': {
    type: 'number',
    default: DEFAULT_SERVICES_PER_NAMESPACE,
    min: 1,
    max: 100_000,
    describe: 'Labelled Services of one namespace that get certificates; those that came first do',
  },
  'key-encryption-key-file': {
    type: 'string',
    default: '',
    describe: 'File of 32 to 1024 random bytes under which the key of the certificate authority is stored; required',
  },
  namespace: {
    type: 'string',
    default: DEFAULT_ESO_NAMESPACE,
    env: 'POD_NAMESPACE',
    describe: 'Namespace of core; holds the authority, the client certificate and the Lease',
  },
  'provider-namespaces': {
    type: 'list',
    default: [],
    describe: 'Namespaces in which Services of providers are looked for; empty = all',
  },
  'metrics-addr': { type: 'listen', default: ':8080', hostEnv: 'POD_IP', describe: 'Where /metrics is served' },
  'health-addr': {
    type: 'listen',
    default: ':8081',
    hostEnv: 'POD_IP',
    describe: 'Where /livez, /healthz and /readyz are served',
  },
  ...LEADER_ELECTION_FLAGS,
  'leader-election-id': {
    type: 'string',
    default: 'external-secrets-cert-manager-controller',
    describe: 'Name of the Lease',
  },
} as const satisfies FlagSpec;

/** The values of {@link FLAGS}: durations in milliseconds. */
export type CertManagerFlags = FlagValues<typeof FLAGS>;

/** What the process issues, for whom, and where. */
export interface Settings {
  /** Namespace of the authority and of core's client certificate. */
  readonly namespace: string;
  /** Name of the Lease of the leader election, in that namespace. */
  readonly leaseName: string;
  /** Namespaces in which providers are looked for; absent = all. */
  readonly providerNamespaces?: readonly string[];
  readonly clusterDomain: string;
  readonly trustDomain: string;
  readonly lifetime: LeafLifetime;
  /** Milliseconds. */
  readonly authorityValidityMs: number;
  readonly issuance: IssuanceLimits;
  /** How many labelled Services of one namespace get certificates. */
  readonly servicesPerNamespace: number;
}

/**
 * What the flags together mean.
 * @throws RuntimeError INVALID_FLAG naming the flag
 */
export function readSettings(flags: CertManagerFlags): Settings {
  checkLeaderElectionFlags(flags);
  const validityMs = flags['leaf-validity'];
  const windowMs = flags['leaf-renewal-window'];
  const lifetime: LeafLifetime = windowMs === 0 ? { validityMs } : { validityMs, renewalWindowMs: windowMs };
  check('leaf-validity', () => checkLeafLifetime({ validityMs }));
  check('leaf-renewal-window', () => checkLeafLifetime(lifetime));
  check('ca-validity', () => checkAuthorityValidity(flags['ca-validity'], validityMs));
  check('cluster-domain', () => checkClusterDomain(flags['cluster-domain']));
  check('trust-domain', () => checkTrustDomain(flags['trust-domain']));
  const providerNamespaces = [...new Set(flags['provider-namespaces'])];
  return {
    namespace: flags.namespace,
    leaseName: flags['leader-election-id'],
    ...(providerNamespaces.length > 0 && { providerNamespaces }),
    clusterDomain: flags['cluster-domain'],
    trustDomain: flags['trust-domain'],
    lifetime,
    authorityValidityMs: flags['ca-validity'],
    issuance: {
      perMinute: flags['issuance-per-minute'],
      burst: flags['issuance-burst'],
      namespacePerMinute: flags['issuance-namespace-per-minute'],
      namespaceBurst: flags['issuance-namespace-burst'],
    },
    servicesPerNamespace: flags['issuance-namespace-services'],
  };
}

/** Where the key-encryption key is, and how errors about it name the flag. */
export function keyEncryptionKeyFile(flags: CertManagerFlags): KeyEncryptionKeyFile {
  return { file: flags['key-encryption-key-file'], flag: '--key-encryption-key-file' };
}

function check(flag: keyof CertManagerFlags, run: () => void): void {
  try {
    run();
  } catch (error) {
    throw new RuntimeError('INVALID_FLAG', `--${flag}: ${PkiError.from(error).publicMessage}`, { cause: error });
  }
}
