/** Where our CRDs say something else than upstream's, and why. */
import type { Difference } from './compare.ts';

const UPSTREAM_KINDS = ['SecretStore', 'ClusterSecretStore'];
const STORE_KINDS = [...UPSTREAM_KINDS, 'Provider', 'ClusterProvider'];
const GO_DURATION = '^[+-]?(0|(([0-9]+\\.?[0-9]*|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$';

const storeKind = (path: string): Difference => ({
  path,
  keyword: 'enum',
  theirs: UPSTREAM_KINDS,
  ours: STORE_KINDS,
  reason: 'a store may be of the kinds Provider and ClusterProvider, too',
});
const duration = (path: string): Difference => ({
  path,
  keyword: 'pattern',
  ours: GO_DURATION,
  reason:
    'upstream stores what Go cannot parse, and then cannot read its own objects any more; the API server refuses it here',
});

/** Of ExternalSecret. */
export const EXTERNAL_SECRET_DIFFERENCES: readonly Difference[] = [
  storeKind('spec.secretStoreRef.kind'),
  storeKind('spec.data[].sourceRef.storeRef.kind'),
  storeKind('spec.dataFrom[].sourceRef.storeRef.kind'),
  duration('spec.refreshInterval'),
  duration('spec.syncWindows.windows[].duration'),
  {
    path: 'spec',
    keyword: 'default',
    ours: {},
    reason: 'an object without a spec gets its defaults, so that core can say in a condition what is missing',
  },
  {
    path: 'status.conditions[].status',
    keyword: 'enum',
    ours: ['True', 'False', 'Unknown'],
    reason: 'the three values that a condition of Kubernetes can have; only core writes it',
  },
];

const DNS_NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const added = (path: string, ours: Readonly<Record<string, unknown>>, reason: string): Difference => ({
  path,
  keyword: 'field',
  ours,
  reason,
});
const NAMED = 'a store may name its class and a config object in place of a config of its own';
const nameFacts = { type: 'string', minLength: 1, maxLength: 253, pattern: DNS_NAME, required: true };
const NAMED_FIELDS: readonly Difference[] = [
  added('spec.runtimeRef', { type: 'object' }, NAMED),
  added('spec.runtimeRef.kind', { type: 'string', enum: ['ProviderClass', 'ClusterProviderClass'] }, NAMED),
  added('spec.runtimeRef.name', nameFacts, NAMED),
  added('spec.providerRef', { type: 'object' }, NAMED),
  added(
    'spec.providerRef.apiVersion',
    { type: 'string', pattern: '^[a-z0-9.-]+\\/[a-z0-9]+$', maxLength: 317, required: true },
    NAMED,
  ),
  added(
    'spec.providerRef.kind',
    { type: 'string', pattern: '^[A-Z][A-Za-z0-9]*$', maxLength: 63, required: true },
    NAMED,
  ),
  added('spec.providerRef.name', nameFacts, NAMED),
  added(
    'spec.providerRef.namespace',
    { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', minLength: 1, maxLength: 63 },
    NAMED,
  ),
];

const OURS_TO_WRITE = 'only core writes it, and never anything else';
const STATUS_FACTS: readonly Difference[] = [
  { path: 'status.capabilities', keyword: 'enum', ours: ['ReadOnly', 'WriteOnly', 'ReadWrite'], reason: OURS_TO_WRITE },
  { path: 'status.conditions[].type', keyword: 'minLength', ours: 1, reason: OURS_TO_WRITE },
  { path: 'status.conditions[].status', keyword: 'enum', ours: ['True', 'False', 'Unknown'], reason: OURS_TO_WRITE },
  added('status.conditions[].observedGeneration', { type: 'integer' }, 'says of which spec a condition speaks'),
  added('status.features', { type: 'array', maxItems: 64 }, 'what a store can be used for, in detail'),
  added('status.features[]', { type: 'string', maxLength: 63 }, 'what a store can be used for, in detail'),
];

const SELECTOR = 'spec.conditions[].namespaceSelector.matchExpressions';
const atomic = (path: string): Difference => ({
  path,
  keyword: 'x-kubernetes-list-type',
  theirs: 'atomic',
  reason: 'it is what the API server takes a list for that says nothing',
});

/** Of SecretStore and ClusterSecretStore. */
export const STORE_DIFFERENCES: readonly Difference[] = [
  { path: 'spec', keyword: 'required', ours: true, reason: 'a store without a spec has no config and names none' },
  { path: 'spec.provider', keyword: 'required', theirs: true, reason: NAMED },
  {
    path: 'spec.provider',
    keyword: 'x-kubernetes-preserve-unknown-fields',
    ours: true,
    reason: 'core knows no backend: what stands under the key is its provider’s, which validates it',
  },
  atomic(SELECTOR),
  atomic(`${SELECTOR}[].values`),
  ...NAMED_FIELDS,
  ...STATUS_FACTS,
];
