import { configMaps, isKubeError, type KubeObject, secrets, serviceAccounts } from '@eso/kube';
import { type Clock, LoadingCache } from '@eso/runtime';
import type { KubeReader } from '../stores/kube-reader.ts';
import type { Reference } from './reference.ts';
import { describeReference, referenceProblem } from './reference-problem.ts';
import { kubeProblem } from '../stores/kube-problem.ts';

/** What is kept of an object: nothing that no reference can name. */
export interface ReferencedObject {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Values as text: `data` of a ConfigMap. */
  readonly text: Readonly<Record<string, string>>;
  /** Values in base64: `data` of a Secret, `binaryData` of a ConfigMap. */
  readonly base64: Readonly<Record<string, string>>;
}

/** Longest a credential stays in memory, and so the longest that a replaced one is still used, milliseconds. */
const MAX_AGE_MS = 30_000;
/** How old a revision may be, milliseconds: bounds what a store with rejected credentials costs the API server. */
const REVISION_AGE_MS = 1_000;
const MAX_ENTRIES = 1_000;
/** Bytes of all objects together: a Secret may have 1 MiB. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The Secrets, ConfigMaps and ServiceAccounts that were read lately, of all config objects of one process. */
export class ObjectCache {
  readonly #kube: KubeReader;
  readonly #cache: LoadingCache<ReferencedObject>;

  constructor(options: { readonly kube: KubeReader; readonly clock: Clock }) {
    this.#kube = options.kube;
    this.#cache = new LoadingCache({
      ttl: { clock: options.clock, maxAgeMs: MAX_AGE_MS },
      capacity: MAX_ENTRIES,
      maxWeight: MAX_BYTES,
      weigh: bytesOf,
    });
  }

  /** @throws ProviderError CREDENTIALS_UNUSABLE, BACKEND_UNAVAILABLE; the reason of `signal`. */
  async read(reference: Reference, field: string, signal: AbortSignal): Promise<ReferencedObject> {
    try {
      return await this.#get(reference, signal, MAX_AGE_MS);
    } catch (error) {
      signal.throwIfAborted();
      throw referenceProblem(reference, field, error);
    }
  }

  /**
   * Which version of an object there is now, as of a second ago; one that is absent or may not be read has a version, too.
   * @throws ProviderError BACKEND_UNAVAILABLE; the reason of `signal`.
   */
  async version(reference: Reference, signal: AbortSignal): Promise<string> {
    try {
      const { uid, resourceVersion } = await this.#get(reference, signal, REVISION_AGE_MS);
      return `${uid}/${resourceVersion}`;
    } catch (error) {
      signal.throwIfAborted();
      if (isKubeError(error, 'NOT_FOUND', 'FORBIDDEN', 'TOO_LARGE')) return error.code;
      throw kubeProblem(describeReference(reference), error);
    }
  }

  /** Forgets one object; a read under way is not kept either. */
  forget(reference: Reference): void {
    this.#cache.delete(describeReference(reference));
  }

  /** Forgets everything, which also ends all timers. */
  clear(): void {
    this.#cache.clear();
  }

  #get(reference: Reference, signal: AbortSignal, maxAgeMs: number): Promise<ReferencedObject> {
    return this.#cache.get(describeReference(reference), (own) => this.#fetch(reference, own), { signal, maxAgeMs });
  }

  async #fetch({ kind, namespace, name }: Reference, signal: AbortSignal): Promise<ReferencedObject> {
    const ref = { namespace, name };
    switch (kind) {
      case 'Secret': {
        const secret = await this.#kube.get(secrets, ref, { signal });
        return { ...common(secret), text: {}, base64: texts(secret.data) };
      }
      case 'ConfigMap': {
        const configMap = await this.#kube.get(configMaps, ref, { signal });
        return { ...common(configMap), text: texts(configMap.data), base64: texts(configMap.binaryData) };
      }
      case 'ServiceAccount':
        return { ...common(await this.#kube.get(serviceAccounts, ref, { signal })), text: {}, base64: {} };
    }
  }
}

function common({ metadata }: KubeObject): Pick<ReferencedObject, 'uid' | 'resourceVersion' | 'annotations'> {
  const { uid = '', resourceVersion = '', annotations } = metadata;
  return { uid, resourceVersion, annotations: texts(annotations) };
}

/** JSON from outside may have anything in place of a map, `null` among it. */
function texts(map: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(map ?? {}) as [string, unknown][];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function bytesOf({ annotations, text, base64 }: ReferencedObject): number {
  let bytes = 0;
  for (const record of [annotations, text, base64])
    for (const [key, value] of Object.entries(record)) bytes += key.length + value.length;
  return bytes;
}
