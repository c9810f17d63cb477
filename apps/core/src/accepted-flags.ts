import { type FlagSpec, parseDuration } from '@eso/runtime';

const PROVIDER = 'Accepted, no effect: providers are processes of their own';

/**
 * Flags of External Secrets 2.x that a manifest may carry and that change nothing here: what they tune is gone, lives in a provider's
 * process, or belongs to kinds that core does not serve yet. Names, defaults and types are upstream's.
 */
export const ACCEPTED_FLAGS = {
  'client-qps': {
    type: 'number',
    default: 50,
    fraction: true,
    describe: 'Accepted, no effect: the API server sets the pace',
  },
  'client-burst': { type: 'number', default: 100, describe: 'Accepted, no effect: the API server sets the pace' },
  'enable-secrets-caching': {
    type: 'boolean',
    default: false,
    describe: 'Accepted, no effect: values are never cached',
  },
  'enable-configmaps-caching': {
    type: 'boolean',
    default: false,
    describe: 'Accepted, no effect: ConfigMaps are read when a template needs them',
  },
  'enable-managed-secrets-caching': {
    type: 'boolean',
    default: true,
    describe: 'Accepted, no effect: hashes are cached',
  },
  'enable-secret-api-read-on-cache-mismatch': {
    type: 'boolean',
    default: true,
    describe: 'Accepted, no effect: core knows what it wrote itself',
  },
  'enable-flood-gate': {
    type: 'boolean',
    default: true,
    describe: 'Accepted, no effect: a store that is not ready is not called',
  },
  'enable-http2': {
    type: 'boolean',
    default: false,
    describe: 'Accepted, no effect: metrics are served over HTTP/1.1',
  },

  'enable-secret-store-reconciler': {
    type: 'boolean',
    default: true,
    describe: 'Accepted, no effect yet: SecretStores are not served',
  },
  'enable-cluster-external-secret-reconciler': {
    type: 'boolean',
    default: true,
    describe: 'Accepted, no effect yet: ClusterExternalSecrets are not served',
  },
  'enable-push-secret-reconciler': {
    type: 'boolean',
    default: true,
    describe: 'Accepted, no effect yet: PushSecrets are not served',
  },
  'enable-cluster-push-secret-reconciler': {
    type: 'boolean',
    default: true,
    describe: 'Accepted, no effect yet: ClusterPushSecrets are not served',
  },
  'enable-generator-state': {
    type: 'boolean',
    default: true,
    describe: 'Accepted, no effect yet: generators are not served',
  },
  'generator-gc-grace-period': {
    type: 'duration',
    default: '2m',
    describe: 'Accepted, no effect yet: generators are not served',
  },

  'enable-vault-token-cache': { type: 'boolean', default: false, describe: PROVIDER },
  'vault-token-cache-size': { type: 'number', default: 262_144, describe: PROVIDER },
  'experimental-enable-vault-token-cache': { type: 'boolean', default: false, describe: PROVIDER },
  'experimental-vault-token-cache-size': { type: 'number', default: 262_144, describe: PROVIDER },
  'experimental-enable-doppler-oidc-cache': { type: 'boolean', default: false, describe: PROVIDER },
  'experimental-doppler-oidc-cache-size': { type: 'number', default: 262_144, describe: PROVIDER },
  'doppler-etag-cache-size': { type: 'number', default: 16_384, describe: PROVIDER },
  'pulumi-oidc-cache-size': { type: 'number', default: 262_144, describe: PROVIDER },
  'mysterybox-tokens-cache-size': { type: 'number', default: 4_096, describe: PROVIDER },
  'mysterybox-connections-cache-size': { type: 'number', default: 128, describe: PROVIDER },
} as const satisfies FlagSpec;

const WITHOUT_WEBHOOK =
  'the API server judges by ValidatingAdmissionPolicies, which the chart external-secrets installs (value admissionPolicies). Delete what started it';

/** Commands of External Secrets 2.x beside core itself. */
export const GONE_COMMANDS = {
  webhook: WITHOUT_WEBHOOK,
  certcontroller: WITHOUT_WEBHOOK,
} as const;

/**
 * One line for each flag that was set to something else than its default and has no effect, for the log: nobody should believe that it
 * does what it did.
 */
export function ignoredFlags(flags: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(ACCEPTED_FLAGS)
    .filter(([name, flag]) => flags[name] !== (flag.type === 'duration' ? parseDuration(flag.default) : flag.default))
    .map(([name, { describe }]) => `--${name}=${String(flags[name])}: ${describe.replace('Accepted, ', '')}`);
}
