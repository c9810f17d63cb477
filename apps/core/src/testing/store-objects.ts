import type { ClusterProviderClass, ClusterSecretStore, ProviderClass, SecretStore } from '@eso/api/resources';
import { type Informer, type InformerHandler, type KubeObject, objectKey, Store } from '@eso/kube';
import { classIndexers, Classes } from '../store/classes.ts';

/** Where the providers of unit tests listen. */
export const CLASS_ADDRESS = 'provider.fake.svc:8080';
/** A Ready condition that says so. */
export const READY = { conditions: [{ type: 'Ready', status: 'True' as const, reason: 'Healthy' }] };

/** What objects of unit tests have beside a name: when they were created, their conditions, and their spec. */
export interface ClassParts<T extends ProviderClass | ClusterProviderClass> {
  readonly createdAt?: string;
  readonly uid?: string;
  readonly status?: T['status'];
  readonly spec?: Partial<T['spec']>;
}

/** A ClusterProviderClass that is healthy and claims nothing. */
export function clusterClass(name: string, parts: ClassParts<ClusterProviderClass> = {}): ClusterProviderClass {
  const { createdAt: creationTimestamp = '2026-01-01T00:00:00Z', uid = name, status = READY, spec } = parts;
  return {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'ClusterProviderClass',
    metadata: { name, uid, creationTimestamp },
    spec: { address: CLASS_ADDRESS, ...spec },
    status,
  };
}

/** A ProviderClass of a namespace that is healthy and claims nothing. */
export function ownClass(namespace: string, name: string, parts: ClassParts<ProviderClass> = {}): ProviderClass {
  const { createdAt: creationTimestamp = '2026-01-01T00:00:00Z', uid = name, status = READY, spec } = parts;
  return {
    apiVersion: 'external-secrets.io/v1alpha1',
    kind: 'ProviderClass',
    metadata: { namespace, name, uid, creationTimestamp },
    spec: { address: CLASS_ADDRESS, ...spec },
    status,
  };
}

/** A config object that stores name. */
export const CONFIG_REF = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'config' };
const metadata = { name: 'backend', uid: 'u1', generation: 3 };

/** A SecretStore `backend` of namespace `team-a`. */
export function secretStoreOf(spec: SecretStore['spec'], status?: SecretStore['status']): SecretStore {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { ...metadata, namespace: 'team-a' },
    spec,
    ...(status && { status }),
  };
}

/** A ClusterSecretStore `backend`. */
export function clusterSecretStoreOf(
  spec: ClusterSecretStore['spec'],
  status?: ClusterSecretStore['status'],
): ClusterSecretStore {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata,
    spec,
    ...(status && { status }),
  };
}

/** An informer whose events a unit test makes: a store, and handlers that are told in the order of calls. */
export class ScriptedInformer<T extends KubeObject> {
  readonly store: Store<T>;
  hasSynced = true;
  readonly #handlers: InformerHandler<T>[] = [];

  constructor(indexers: Record<string, (object: T) => string[]> = {}) {
    this.store = new Store<T>(indexers);
  }

  addHandler(handler: InformerHandler<T>): () => void {
    this.#handlers.push(handler);
    return () => undefined;
  }

  /** An object came or changed. */
  set(object: T): void {
    const key = objectKey(object.metadata);
    const before = this.store.get(object.metadata.namespace, object.metadata.name);
    this.store.set(key, object);
    for (const handler of this.#handlers)
      if (before) handler.update?.(before, object);
      else handler.add?.(object);
  }

  /** An object went. */
  remove({ metadata }: T): void {
    const before = this.store.get(metadata.namespace, metadata.name);
    this.store.delete(objectKey(metadata));
    if (before) for (const handler of this.#handlers) handler.delete?.(before);
  }

  /** As those who use informers see it. */
  get informer(): Informer<T> {
    return this as unknown as Informer<T>;
  }
}

/** Classes over scripted informers. */
export class ScriptedClasses {
  readonly providerClasses = new ScriptedInformer<ProviderClass>(classIndexers);
  readonly clusterProviderClasses = new ScriptedInformer<ClusterProviderClass>(classIndexers);
  readonly classes = new Classes({
    providerClasses: this.providerClasses.informer,
    clusterProviderClasses: this.clusterProviderClasses.informer,
  });

  /** @param objects of both kinds, as they are there from the start */
  constructor(...objects: readonly (ProviderClass | ClusterProviderClass)[]) {
    for (const object of objects) this.set(object);
  }

  /** A class came or changed. */
  set(object: ProviderClass | ClusterProviderClass): void {
    if (object.metadata.namespace === undefined) this.clusterProviderClasses.set(object);
    else this.providerClasses.set(object);
  }

  /** A class went. */
  remove(object: ProviderClass | ClusterProviderClass): void {
    if (object.metadata.namespace === undefined) this.clusterProviderClasses.remove(object);
    else this.providerClasses.remove(object);
  }
}
