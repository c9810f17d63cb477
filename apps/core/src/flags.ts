import { checkLeaderElectionFlags, LEADER_ELECTION_FLAGS } from '@eso/controller';
import { type FlagSpec, type FlagValues, RuntimeError } from '@eso/runtime';
import { ACCEPTED_FLAGS } from './accepted-flags.ts';

/** The longest delimiter of a template. */
const MAX_DELIMITER_BYTES = 16;

/** Characters of a wrong name that an error repeats. */
const MAX_NAMESPACE_SHOWN = 64;

/** Core's flags. Names and defaults are those of External Secrets 2.x where it has the flag (docs/reference/flags.md). */
export const CORE_FLAGS = {
  'metrics-addr': { type: 'listen', default: ':8080', hostEnv: 'POD_IP', describe: 'Where metrics are served' },
  'metrics-secure': { type: 'boolean', default: false, describe: 'Serve metrics over TLS' },
  'metrics-auth': {
    type: 'boolean',
    default: false,
    describe: 'Show metrics only to tokens of Kubernetes with the right to get /metrics; requires --metrics-secure',
  },
  'metrics-cert-dir': {
    type: 'string',
    default: '',
    describe: 'Directory of the certificate of the metrics; empty = one made at each start, signed by itself',
  },
  'metrics-cert-name': { type: 'string', default: 'tls.crt', describe: 'Name of the certificate in that directory' },
  'metrics-key-name': { type: 'string', default: 'tls.key', describe: 'Name of its key in that directory' },
  'per-object-metrics': {
    type: 'boolean',
    default: true,
    describe: 'Serve the metrics that have a series for each object; off where there are too many of them',
  },
  'enable-extended-metric-labels': {
    type: 'boolean',
    default: false,
    describe: "Add an object's labels app.kubernetes.io/* to its metrics",
  },
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
    describe:
      'Serve cluster-scoped stores; needs rights on a cluster-scoped kind. Off: ExternalSecrets of one are left alone',
  },
  'unsafe-allow-generic-targets': {
    type: 'boolean',
    default: false,
    describe: 'Allow targets that are no Secrets (spec.target.manifest); needs rights on their kinds',
  },
  'template-left-delimiter': { type: 'string', default: '{{', describe: 'Where an action of a template begins' },
  'template-right-delimiter': { type: 'string', default: '}}', describe: 'Where an action of a template ends' },
  'refresh-status-every': {
    type: 'number',
    default: 1,
    min: 1,
    max: 1_000,
    describe: 'Of refreshes in a row that changed nothing, every how many writes status.refreshTime; 1 = each',
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

/** Every flag that core understands. */
export const ALL_FLAGS = { ...CORE_FLAGS, ...ACCEPTED_FLAGS } as const satisfies FlagSpec;

/** The flags as read from the command line, each with its default. */
export type CoreFlags = FlagValues<typeof ALL_FLAGS>;

/** What several flags together mean. */
export interface FlagMeaning {
  /** Namespaces to work on; undefined = all. */
  readonly namespaces: readonly string[] | undefined;
  /** What begins and ends an action of a template. */
  readonly templateDelimiters: { readonly left: string; readonly right: string };
}

/**
 * What the flags together mean.
 * @throws RuntimeError INVALID_FLAG for flags that contradict each other
 */
export function checkFlags(flags: CoreFlags): FlagMeaning {
  if (flags.namespace !== '' && flags.namespaces.length > 0)
    throw invalid('--namespace and --namespaces exclude each other: use --namespaces');
  if (flags['metrics-auth'] && !flags['metrics-secure'])
    throw invalid(
      '--metrics-auth requires --metrics-secure: a token must not go over plain HTTP. Add --metrics-secure, or take --metrics-auth out',
    );
  if (flags['metrics-cert-dir'] !== '' && !flags['metrics-secure'])
    throw invalid(
      '--metrics-cert-dir requires --metrics-secure: metrics go over plain HTTP without it. Add --metrics-secure, or take --metrics-cert-dir out',
    );
  checkLeaderElectionFlags(flags);
  const namespaces = flags.namespace === '' ? flags.namespaces : [flags.namespace];
  for (const name of namespaces) checkNamespace(flags.namespace === '' ? 'namespaces' : 'namespace', name);
  return {
    namespaces: namespaces.length === 0 ? undefined : [...new Set(namespaces)],
    templateDelimiters: delimitersOf(flags),
  };
}

/** RFC 1123, section 2.1: what the API server takes as the name of a namespace. Another one would be waited for in vain. */
function checkNamespace(flag: string, name: string): void {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return;
  const shown = JSON.stringify(name.slice(0, MAX_NAMESPACE_SHOWN));
  throw invalid(`--${flag}: ${shown} is no name of a namespace: small letters, digits and dashes, 63 at most`);
}

/** An empty delimiter means the usual one, as in Go's text/template. */
function delimitersOf(flags: CoreFlags): FlagMeaning['templateDelimiters'] {
  const { 'template-left-delimiter': left, 'template-right-delimiter': right } = flags;
  for (const [name, text] of Object.entries({ left, right })) {
    if (Buffer.byteLength(text) > MAX_DELIMITER_BYTES)
      throw invalid(`--template-${name}-delimiter: longer than ${String(MAX_DELIMITER_BYTES)} bytes`);
  }
  return { left: left === '' ? '{{' : left, right: right === '' ? '}}' : right };
}

function invalid(message: string): RuntimeError {
  return new RuntimeError('INVALID_FLAG', message);
}
