import type { ClusterSecretStore, SecretStore, StoreKind } from '@eso/api/resources';
import { type Problem, storeConfigProblem } from '@eso/sync';
import { keyClaim } from './class-claims.ts';
import { type ClassKind, className, type ClassView } from './class-view.ts';
import type { Classes } from './classes.ts';
import type { ConsumerNamespace, StoreRefusal } from './store-view.ts';
import { ruleRefusal } from './view-parts.ts';

/** The class that serves a store, and the field of the store that says so. */
export interface StoreRoute {
  readonly kind: 'route';
  readonly class: ClassView;
  /** `spec.provider.aws`, `spec.runtimeRef` */
  readonly field: string;
}

/** What routes are looked up in. */
export interface RouteLookup {
  readonly classes: Pick<Classes, 'find' | 'holderOf'>;
  /** The namespace of a name with its labels. */
  readonly namespace: (name: string) => ConsumerNamespace;
}

/** Where a store's config is: in itself, in an object of its own, or it is not told in a way that can be used. */
export type StoreConfig =
  | { readonly tag: 'inline'; readonly key: string }
  | { readonly tag: 'object'; readonly ref: NonNullable<SecretStore['spec']['providerRef']> }
  | { readonly tag: 'invalid'; readonly refusal: StoreRefusal };

/** What a SecretStore or ClusterSecretStore says about its config. The API server checks the same, where it has the rules. */
export function storeConfig(store: SecretStore | ClusterSecretStore): StoreConfig {
  const kind = store.metadata.namespace === undefined ? 'ClusterSecretStore' : 'SecretStore';
  const broken = storeConfigProblem(kind, store);
  if (broken) return { tag: 'invalid', refusal: ruleRefusal(broken) };
  const { provider, providerRef } = store.spec;
  if (providerRef) return { tag: 'object', ref: providerRef };
  const [key = ''] = Object.keys(provider ?? {});
  return { tag: 'inline', key };
}

/** By what a store finds its class: the name that it gives, or what the class claims. */
export type ClassTie =
  | { readonly tag: 'name'; readonly kind: ClassKind; readonly name: string }
  | { readonly tag: 'claim'; readonly id: string };

/** How a store is tied to its class; undefined where it does not say so in a way that can be used. */
export function classTie(store: SecretStore | ClusterSecretStore): ClassTie | undefined {
  const config = storeConfig(store);
  if (config.tag === 'inline') return { tag: 'claim', id: keyClaim(config.key) };
  const { runtimeRef } = store.spec;
  if (config.tag === 'invalid' || !runtimeRef) return undefined;
  return { tag: 'name', kind: runtimeRef.kind ?? defaultClassKind(store.metadata.namespace), name: runtimeRef.name };
}

/** The class that serves a store and may be used by it, or why there is none. */
export function storeRoute(
  kind: Extract<StoreKind, 'SecretStore' | 'ClusterSecretStore'>,
  store: SecretStore | ClusterSecretStore,
  lookup: RouteLookup,
): StoreRoute | StoreRefusal {
  const config = storeConfig(store);
  if (config.tag === 'invalid') return config.refusal;
  const namespace = kind === 'SecretStore' ? store.metadata.namespace : undefined;
  const found = config.tag === 'inline' ? byKey(config.key, namespace, lookup) : byName(store, namespace, lookup);
  if (found.kind === 'refused') return found;
  const { class: served, field } = found;
  const name = className(served);
  if (namespace !== undefined && !served.allows(lookup.namespace(namespace)))
    return refused({
      code: 'CLASS_NOT_ALLOWED',
      field,
      publicMessage: `${name} does not admit namespace "${namespace}"`,
      nextStep: 'Use another class, or have an administrator add the namespace to spec.conditions of the class.',
    });
  if (served.ready.status === 'True') return found;
  // Not its message: every store would be written anew with each word of it.
  const { status, reason = 'no reason is given' } = served.ready;
  const why = status === 'Absent' ? 'it has not been looked at yet' : reason;
  return refused({
    code: 'CLASS_NOT_READY',
    field,
    publicMessage: `${name} is not ready: ${why}`,
    nextStep:
      status === 'Absent'
        ? 'Nothing to do if it was just created; this is tried again as soon as it is ready.'
        : 'Its Ready condition says more. This is tried again as soon as it is ready.',
  });
}

function byKey(key: string, namespace: string | undefined, { classes }: RouteLookup): StoreRoute | StoreRefusal {
  const field = `spec.provider.${key}`;
  const holder = classes.holderOf(keyClaim(key), namespace);
  if (holder) return { kind: 'route', class: holder, field };
  return refused({
    code: 'KEY_NOT_SERVED',
    field,
    publicMessage: `no ClusterProviderClass claims the key "${key}"`,
    nextStep: `Install the provider for it, whose ClusterProviderClass has "${key}" in spec.serves.stores, or correct the key.`,
  });
}

function byName(
  { spec: { runtimeRef } }: SecretStore | ClusterSecretStore,
  namespace: string | undefined,
  { classes }: RouteLookup,
): StoreRoute | StoreRefusal {
  const field = 'spec.runtimeRef';
  const { name = '', kind = defaultClassKind(namespace) } = runtimeRef ?? {};
  const found = classes.find(kind, namespace ?? '', name);
  if (found) return { kind: 'route', class: found, field };
  return refused({
    code: 'CLASS_NOT_FOUND',
    field,
    publicMessage: `${kind} "${name}" does not exist`,
    nextStep:
      kind === 'ProviderClass'
        ? `Create it in namespace "${namespace ?? ''}", correct the name, or set spec.runtimeRef.kind to ClusterProviderClass.`
        : 'Create it or correct the name.',
  });
}

/** The kind that an absent `spec.runtimeRef.kind` means, by the namespace of the store. */
function defaultClassKind(namespace: string | undefined): ClassKind {
  return namespace === undefined ? 'ClusterProviderClass' : 'ProviderClass';
}

function refused(problem: Problem): StoreRefusal {
  return { kind: 'refused', problem };
}
