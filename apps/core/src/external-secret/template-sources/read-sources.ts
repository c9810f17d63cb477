import { type ExternalSecret, LABEL_MANAGED_BY, MANAGED_BY_CERT_MANAGER } from '@eso/api/resources';
import { type ConfigMap, type KubeClient, KubeError, type KubeObject, type Secret } from '@eso/kube';
import { Permits } from '@eso/runtime';
import type { Problem, TemplateText } from '@eso/sync';
import { guarded, missingKey, tooManySources, tooMuchText, unreadable } from './source-problems.ts';
import { MAX_SOURCES, sourceKinds, type TemplateSource } from './source-refs.ts';

/** Most bytes of the texts of one template; a ConfigMap has at most 1 MiB. */
export const MAX_TEXT_BYTES = 4 * 1024 * 1024;
/** Objects that are read at a time: each is held whole until its keys are taken out. */
const READS = 8;
/** And for one ExternalSecret, so that one that reads many stands with few of them before others. */
const READS_EACH = 4;

/** What the template of an ExternalSecret reads, as it is now. */
export type SourceReading =
  | {
      readonly kind: 'texts';
      readonly texts: readonly TemplateText[];
      /** Resource versions of the objects, in the order of the sources. */
      readonly versions: readonly string[];
    }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Reads ConfigMaps and Secrets for templates, from the API server itself: nothing of them is kept. */
export class SourceReader {
  readonly #client: Pick<KubeClient, 'get'>;
  readonly #permits = new Permits(READS);

  constructor(client: Pick<KubeClient, 'get'>) {
    this.#client = client;
  }

  /**
   * Reads these objects, all of them at once as far as there is room.
   * @param sources all of the ExternalSecret
   * @throws KubeError for what is no matter of the manifest and may pass by itself; the signal's reason
   */
  async read(es: ExternalSecret, sources: readonly TemplateSource[], signal: AbortSignal): Promise<SourceReading> {
    if (sources.length > MAX_SOURCES) return { kind: 'problem', problem: tooManySources(sources.length) };
    const { namespace = '' } = es.metadata;
    const objects = await this.#readAll(sources, namespace, signal);
    const texts: TemplateText[] = [];
    const versions: string[] = [];
    let bytes = 0;
    for (const { source, object } of objects) {
      if ('code' in object) return { kind: 'problem', problem: object };
      versions.push(object.version);
      for (const item of source.items) {
        const text = object.texts.get(item.key);
        if (text === undefined) return { kind: 'problem', problem: missingKey(source, item) };
        bytes += text.length;
        if (bytes > MAX_TEXT_BYTES) return { kind: 'problem', problem: tooMuchText(item.field, MAX_TEXT_BYTES) };
        texts.push({ ...item, from: source.kind, text });
      }
    }
    return { kind: 'texts', texts, versions };
  }

  async #readAll(sources: readonly TemplateSource[], namespace: string, signal: AbortSignal): Promise<Found[]> {
    const found: Found[] = [];
    const rest = sources.entries();
    let bytes = 0;
    // They take from the same iterator: each the next one when it has read one. What is known to be too much is not read to its end.
    const reads = Array.from({ length: READS_EACH }, async () => {
      for (const [index, source] of rest) {
        const object = await this.#readOne(source, namespace, signal);
        found[index] = { source, object };
        bytes += 'code' in object ? 0 : sumOf([...object.texts.values()].map(({ length }) => length));
        if (bytes > MAX_TEXT_BYTES) return;
      }
    });
    await Promise.all(reads);
    return found;
  }

  async #readOne(source: TemplateSource, namespace: string, signal: AbortSignal): Promise<ReadObject | Problem> {
    const release = await this.#permits.acquire(signal);
    try {
      const ref = { namespace, name: source.name };
      const object = await this.#client.get(sourceKinds[source.kind].type, ref, { signal });
      if (object.metadata.labels?.[LABEL_MANAGED_BY] === MANAGED_BY_CERT_MANAGER) return guarded(source);
      return { version: object.metadata.resourceVersion ?? '', texts: textsOf(object, source) };
    } catch (thrown) {
      signal.throwIfAborted();
      const error = KubeError.from(thrown);
      const problem = unreadable(error, source, namespace);
      if (!problem) throw error;
      return problem;
    } finally {
      release();
    }
  }
}

interface Found {
  readonly source: TemplateSource;
  readonly object: ReadObject | Problem;
}

interface ReadObject {
  readonly version: string;
  /** Of the keys that are asked for, those that are there. */
  readonly texts: ReadonlyMap<string, Uint8Array>;
}

/** The keys that are asked for and no others; the object is not held any longer. */
function textsOf(object: KubeObject, { kind, items }: TemplateSource): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const { key } of items) {
    const text = kind === 'secret' ? secretText(object, key) : configMapText(object, key);
    if (text) found.set(key, text);
  }
  return found;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function secretText({ data = {} }: Partial<Secret>, key: string): Uint8Array | undefined {
  const value = own(data, key);
  return value === undefined ? undefined : Buffer.from(value, 'base64');
}

function configMapText({ data = {}, binaryData = {} }: Partial<ConfigMap>, key: string): Uint8Array | undefined {
  const text = own(data, key);
  if (text !== undefined) return Buffer.from(text);
  const bytes = own(binaryData, key);
  return bytes === undefined ? undefined : Buffer.from(bytes, 'base64');
}

function own(data: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}
