import type { FlagSpec } from '@eso/runtime';
import { limits } from '../contract/limits.ts';
import { coreIdentity } from '../tls/identity.ts';
import { DEFAULT_BACKEND_LIMITS } from './backends/backend-capacity.ts';
import { DEFAULT_CERTIFICATE_FILES } from '../tls/read-directory.ts';

/** Flags of every provider. There is none that turns TLS or the check of the client off. */
export const PROVIDER_FLAGS = {
  listen: {
    type: 'listen',
    default: ':8080',
    describe: 'Address of the gRPC server (TLS 1.3 with client certificates)',
  },
  'metrics-addr': { type: 'listen', default: ':8081', hostEnv: 'POD_IP', describe: 'Address of /metrics (plain HTTP)' },
  'health-addr': {
    type: 'listen',
    default: ':8082',
    hostEnv: 'POD_IP',
    describe: 'Address of /livez, /healthz and /readyz (plain HTTP)',
  },
  kubeconfig: {
    type: 'string',
    default: '',
    describe: "Path of a kubeconfig; empty: KUBECONFIG, then the pod's ServiceAccount",
  },
  'cert-dir': {
    type: 'string',
    default: '/etc/provider/certs',
    env: 'TLS_CERT_DIR',
    describe: 'Directory with the server certificate, its key and the trust bundle; watched for changes',
  },
  'cert-file': {
    type: 'string',
    default: DEFAULT_CERTIFICATE_FILES.cert,
    env: 'TLS_CERT_FILE',
    describe: 'Name of the certificate file in that directory',
  },
  'key-file': {
    type: 'string',
    default: DEFAULT_CERTIFICATE_FILES.key,
    env: 'TLS_KEY_FILE',
    describe: 'Name of the key file in that directory',
  },
  'ca-file': {
    type: 'string',
    default: DEFAULT_CERTIFICATE_FILES.ca,
    env: 'TLS_CA_CERT_FILE',
    describe: 'Name of the trust bundle in that directory',
  },
  'crl-file': {
    type: 'string',
    default: DEFAULT_CERTIFICATE_FILES.crl,
    describe: 'Name of the revocation lists in that directory; may be absent',
  },
  'accepted-client': {
    type: 'string',
    default: coreIdentity(),
    describe: 'URI identity of the one client that may call',
  },
  'admin-namespaces': {
    type: 'list',
    default: [],
    env: 'POD_NAMESPACE',
    describe: "Namespaces whose config objects may use other namespaces' credentials; default: the provider's own",
  },
  'allow-unnamed-stores': {
    type: 'boolean',
    default: false,
    describe: "Serve a core that does not name its stores, as upstream's does, and take its word for what they say",
  },
  'cluster-store-ambient-credentials': {
    type: 'boolean',
    default: false,
    describe: "Let an administrator's config that a cluster-scoped store uses log in as the provider's own pod",
  },
  'store-ambient-credentials': {
    type: 'boolean',
    default: false,
    describe:
      "Let the config of any namespace log in as the provider's own pod; whoever may create one gets its rights",
  },
  'max-request-bytes': {
    type: 'number',
    default: limits.requestBytes,
    min: 1024,
    max: limits.messageBytesCap,
    describe: 'Largest request',
  },
  'max-response-bytes': {
    type: 'number',
    default: limits.responseBytes,
    min: 1024,
    max: limits.messageBytesCap,
    describe: 'Largest answer; core has a limit of its own',
  },
  'max-response-keys': {
    type: 'number',
    default: limits.responseKeys,
    min: 1,
    max: limits.responseKeysCap,
    describe: 'Most keys in one answer',
  },
  'max-concurrent-streams': {
    type: 'number',
    default: limits.concurrentStreams,
    min: 1,
    describe: 'Calls in flight on one connection',
  },
  'max-connections': {
    type: 'number',
    default: limits.connections,
    min: 1,
    describe: 'Open connections of the accepted client; others have a small room of their own',
  },
  'max-open-backends': {
    type: 'number',
    default: DEFAULT_BACKEND_LIMITS.backends,
    min: 2,
    describe: 'Backends open at once, each with connections and a login; one config object gets half of them at most',
  },
  'max-watches': {
    type: 'number',
    default: limits.watches,
    min: 0,
    describe: 'Watches of backends at a time, each with a call of its own; one namespace gets half of them at most',
  },
  'call-deadline': {
    type: 'duration',
    default: limits.serverDeadlineMs,
    min: 1_000,
    describe: "Longest one call may take; the caller's own deadline is usually shorter",
  },
  'drain-delay': {
    type: 'duration',
    default: '2s',
    min: 0,
    describe: 'Time between not ready and the end of accepting connections at shutdown',
  },
  'stop-timeout': { type: 'duration', default: '25s', min: 0, describe: 'Time for running calls at shutdown' },
  'connection-max-age': {
    type: 'duration',
    default: '30m',
    min: 1_000,
    describe: 'Age at which a connection is asked to go, so that certificates are looked at again',
  },
} as const satisfies FlagSpec;
