import {
  type IssuedToken,
  KubeError,
  type KubeObject,
  type ObjectRef,
  resourceName,
  type ResourceType,
  type TokenOptions,
} from '@eso/kube';
import type { KubeReader } from '../server/stores/kube-reader.ts';
import { type SpecAdmission, admissions, type TestCrd } from './admission.ts';

/** Any Kubernetes object, as one writes it in a manifest. */
export interface TestObject extends KubeObject {
  readonly [field: string]: unknown;
}

/**
 * Kubernetes objects in memory, read as a provider reads them from the API server. It counts and can be taken away, so
 * that tests of a provider need no control plane.
 */
export class MemoryObjects implements KubeReader {
  readonly #objects = new Map<string, KubeObject>();
  readonly #admissions: ReadonlyMap<string, SpecAdmission>;
  #reachable = true;
  #reads = 0;
  #uids = 0;
  #versions = 0;
  #tokens = 0;

  /**
   * @param crds schemas that are applied to objects of their kinds: unknown fields are dropped, defaults filled in, and what the
   * schema does not take is refused. Objects of other kinds are stored as they are.
   */
  constructor({ crds = [] }: { readonly crds?: readonly TestCrd[] } = {}) {
    this.#admissions = new Map(crds.flatMap((crd) => [...admissions(crd)]));
  }

  /** How many objects were asked for. */
  get reads(): number {
    return this.#reads;
  }

  /**
   * Stores an object as `kubectl apply` would: a new one gets a UID and generation 1, a changed one the next generation.
   * @returns the stored object.
   * @throws KubeError INVALID with the field, when the CRD of its kind does not take it.
   */
  apply(given: TestObject): KubeObject {
    const admit = this.#admissions.get(`${given.apiVersion}/${given.kind}`);
    const object = admit ? { ...given, spec: admit(given['spec']) } : given;
    const id = identify(object.kind, object.metadata);
    const known = this.#objects.get(id);
    const stored: KubeObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid:
          object.metadata.uid ??
          known?.metadata.uid ??
          `00000000-0000-0000-0000-${String(++this.#uids).padStart(12, '0')}`,
        resourceVersion: String(++this.#versions),
        generation: (known?.metadata.generation ?? 0) + 1,
      },
    };
    this.#objects.set(id, stored);
    return stored;
  }

  /** Removes an object; one that comes under its name later has another UID. */
  remove(kind: string, ref: ObjectRef): void {
    this.#objects.delete(identify(kind, ref));
  }

  /** Takes the API server away, or brings it back. */
  setReachable(reachable: boolean): void {
    this.#reachable = reachable;
  }

  isReachable(): boolean {
    return this.#reachable;
  }

  get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef): Promise<T> {
    this.#reads += 1;
    if (!this.#reachable) return Promise.reject(new KubeError('UNREACHABLE', 'the API server is not there'));
    const object = this.#objects.get(identify(type.kind, ref));
    if (!object) return Promise.reject(new KubeError('NOT_FOUND', `${resourceName(type)} ${ref.name} not found`));
    return Promise.resolve(structuredClone(object) as T);
  }

  /** Issues a token that nobody else accepts, for a ServiceAccount that was applied. */
  createToken(account: ObjectRef, { expirationSeconds = 3_600 }: TokenOptions = {}): Promise<IssuedToken> {
    if (!this.#reachable) return Promise.reject(new KubeError('UNREACHABLE', 'the API server is not there'));
    if (!this.#objects.has(identify('ServiceAccount', account)))
      return Promise.reject(new KubeError('NOT_FOUND', `serviceaccounts ${account.name} not found`));
    const expirationTimestamp = new Date(Date.now() + expirationSeconds * 1_000).toISOString();
    return Promise.resolve({ token: `token-${++this.#tokens}-of-${account.name}`, expirationTimestamp });
  }
}

function identify(kind: string, { namespace = '', name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}
