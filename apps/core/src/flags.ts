import { checkLeaderElectionFlags, LEADER_ELECTION_FLAGS } from '@eso/controller';
import { type FlagSpec, type FlagValues, RuntimeError } from '@eso/runtime';

/** Core's flags. Names and defaults are those of External Secrets 2.x where it has the flag (docs/reference/flags.md). */
export const CORE_FLAGS = {
  'metrics-addr': { type: 'listen', default: ':8080', hostEnv: 'POD_IP', describe: 'Where metrics are served' },
  'live-addr': {
    type: 'listen',
    default: ':8082',
    hostEnv: 'POD_IP',
    describe: 'Where the probes /livez, /healthz and /readyz are served',
  },
  'controller-class': { type: 'string', default: 'default', describe: 'Stores of another class are left to others' },
  namespace: { type: 'string', default: '', describe: 'The only namespace to work on; empty = see --namespaces' },
  namespaces: { type: 'list', default: [], describe: 'Namespaces to work on, with rights in these only; empty = all' },
  concurrent: {
    type: 'number',
    default: 32,
    min: 1,
    max: 1_000,
    describe: 'Objects reconciled at once, per controller',
  },
  'client-cert-dir': {
    type: 'string',
    default: '/etc/external-secrets/client-tls',
    describe: 'Directory of the client certificate: ca.crt, tls.crt, tls.key',
  },
  'endpoint-overrides': {
    type: 'string',
    default: '',
    describe: 'YAML file that maps namespace/service:port to host:port, where pods have no addresses',
  },
  'cluster-domain': { type: 'string', default: 'cluster.local', describe: 'DNS domain of the cluster' },
  'store-requeue-interval': {
    type: 'duration',
    default: '5m',
    min: 1_000,
    describe: 'How often a ready store is validated again',
  },
  'provider-deadline': {
    type: 'duration',
    default: '30s',
    min: 1_000,
    max: 600_000,
    describe: 'Time for one call to a provider, retries included',
  },
  'max-response-bytes': {
    type: 'number',
    default: 4 * 1024 * 1024,
    min: 1_024,
    max: 16 * 1024 * 1024,
    describe: 'Largest answer of a provider that is read',
  },
  'enable-cluster-store-reconciler': {
    type: 'boolean',
    default: true,
    describe: 'Serve ClusterProviders; needs rights on a cluster-scoped kind',
  },
  'unsafe-allow-generic-targets': {
    type: 'boolean',
    default: false,
    describe: 'Write targets other than Secrets (spec.target.manifest); core needs rights on their kinds',
  },
  ...LEADER_ELECTION_FLAGS,
  'leader-election-id': { type: 'string', default: 'external-secrets-controller', describe: 'Name of the Lease' },
  'pod-namespace': {
    type: 'string',
    default: 'external-secrets',
    env: 'POD_NAMESPACE',
    describe: 'Namespace that core runs in; holds its Lease',
  },
} as const satisfies FlagSpec;

/** Flags of External Secrets 2.x that a manifest may carry and that change nothing here, because what they tune is gone. */
const ACCEPTED_FLAGS = {
  'client-qps': { type: 'number', default: 50, describe: 'Accepted, no effect: the API server sets the pace' },
  'client-burst': { type: 'number', default: 100, describe: 'Accepted, no effect: the API server sets the pace' },
  'enable-secrets-caching': {
    type: 'boolean',
    default: false,
    describe: 'Accepted, no effect: values are never cached',
  },
  'enable-configmaps-caching': { type: 'boolean', default: false, describe: 'Accepted, no effect' },
  'enable-managed-secrets-caching': {
    type: 'boolean',
    default: true,
    describe: 'Accepted, no effect: hashes are cached',
  },
  'enable-secret-api-read-on-cache-mismatch': { type: 'boolean', default: true, describe: 'Accepted, no effect' },
  'enable-flood-gate': {
    type: 'boolean',
    default: true,
    describe: 'Accepted, no effect: a store that is not ready is not called',
  },
  'enable-secret-store-reconciler': { type: 'boolean', default: true, describe: 'Accepted, no effect yet' },
  'enable-http2': { type: 'boolean', default: false, describe: 'Accepted, no effect' },
  'zap-time-encoding': { type: 'string', default: 'epoch', describe: 'Accepted, no effect: logs carry ISO 8601' },
} as const satisfies FlagSpec;

/** Flags of External Secrets 2.x for what is not built yet: any other value than the default is refused at start. */
const UNBUILT_FLAGS = {
  'metrics-auth': { type: 'boolean', default: false, describe: 'Not built yet' },
  'metrics-secure': { type: 'boolean', default: false, describe: 'Not built yet' },
  'enable-extended-metric-labels': { type: 'boolean', default: false, describe: 'Not built yet' },
  'template-left-delimiter': { type: 'string', default: '{{', describe: 'Not built yet' },
  'template-right-delimiter': { type: 'string', default: '}}', describe: 'Not built yet' },
} as const satisfies FlagSpec;

/** Every flag that core understands. */
export const ALL_FLAGS = { ...CORE_FLAGS, ...ACCEPTED_FLAGS, ...UNBUILT_FLAGS } as const satisfies FlagSpec;

/** The flags as read from the command line, each with its default. */
export type CoreFlags = FlagValues<typeof ALL_FLAGS>;

/**
 * What the flags together mean.
 * @throws RuntimeError INVALID_FLAG for a flag of a part that is not built yet, or flags that contradict each other
 */
export function checkFlags(flags: CoreFlags): { namespaces: readonly string[] | undefined } {
  for (const [name, { default: expected }] of Object.entries(UNBUILT_FLAGS)) {
    if (flags[name as keyof typeof UNBUILT_FLAGS] !== expected)
      throw new RuntimeError(
        'INVALID_FLAG',
        `--${name} is not built yet: leave it at its default "${String(expected)}"`,
      );
  }
  if (flags.namespace !== '' && flags.namespaces.length > 0)
    throw new RuntimeError('INVALID_FLAG', '--namespace and --namespaces exclude each other: use --namespaces');
  checkLeaderElectionFlags(flags);
  const namespaces = flags.namespace === '' ? flags.namespaces : [flags.namespace];
  return { namespaces: namespaces.length === 0 ? undefined : [...new Set(namespaces)] };
}
