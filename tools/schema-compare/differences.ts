/** Where our CRD of ExternalSecret says something else than upstream's, and why. */
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

/** Every known difference, with its reason. */
export const DIFFERENCES: readonly Difference[] = [
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
