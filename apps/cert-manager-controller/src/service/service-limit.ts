import { objectKey } from '@eso/kube';
import type { ProviderService } from './provider-service.ts';

/** Labelled Services of one namespace that get certificates, where no flag says otherwise. */
export const DEFAULT_SERVICES_PER_NAMESPACE = 20;

/** The bound of a {@link ServiceLimit}, and whom it notifies. */
export interface ServiceLimitOptions {
  /** How many Services of one namespace get certificates, at least 1. */
  readonly perNamespace: number;
  /** Called with the key of a Service that has to be looked at because it is within the limit now, or because it is not. */
  readonly onChange: (key: string) => void;
  /** Called with how many Services of a namespace get nothing because of the limit, each time that may have changed. */
  readonly onExcess: (namespace: string, excess: number) => void;
}

/** Where a Service stands. */
export type ServicePlace =
  | { readonly kind: 'within' }
  /** Which of its namespace's Services have certificates is not known yet: {@link ServiceLimit.observe} asks for it. */
  | { readonly kind: 'undecided' }
  | OverLimit;

/** A Service that gets no certificate because of the limit. */
export interface OverLimit {
  readonly kind: 'over';
  /** In the line of its namespace, those within the limit included; the one that gets the next free place is `limit` + 1. */
  readonly position: number;
  /** Services of its namespace. */
  readonly services: number;
  readonly limit: number;
  /** Whether it stood there when it was asked about before. */
  readonly since: 'now' | 'before';
}

interface Namespace {
  /** Keys of those within the limit. */
  readonly within: Set<string>;
  /** The others, oldest first: see `entryOf`. */
  line: string[];
  /** Before it is decided: entries of which is not known yet whether they have a certificate, and those that have one. */
  undecided?: { readonly unknown: Set<string>; readonly holders: Set<string> };
}

/**
 * Bounds how many Services of a namespace get certificates. Who is within the limit stays so until it goes; the oldest of the others
 * comes next. A process that begins to lead finds out who has a certificate where there are too many, so that no Service loses its
 * place to one that is older and was labelled later.
 */
export class ServiceLimit {
  readonly #options: ServiceLimitOptions;
  readonly #namespaces = new Map<string, Namespace>();
  /** Keys of Services that were over the limit when they were asked about last. */
  readonly #reported = new Set<string>();
  #synced = false;

  constructor(options: ServiceLimitOptions) {
    this.#options = options;
  }

  /** All Services that there are have been added: from now on it is decided who is within the limit. */
  onSynced(): void {
    this.#synced = true;
    for (const [name, namespace] of this.#namespaces) {
      if (namespace.line.length > this.#options.perNamespace)
        namespace.undecided = { unknown: new Set(namespace.line), holders: new Set() };
      else this.#admitNext(name, namespace);
    }
  }

  /** A Service that claims a Secret has come. Once for each. */
  add(service: ProviderService): void {
    const { namespace: name } = service.metadata;
    const namespace = this.#namespaces.get(name) ?? { within: new Set(), line: [] };
    this.#namespaces.set(name, namespace);
    const entry = entryOf(service);
    namespace.line.splice(indexOf(namespace.line, entry), 0, entry);
    this.#admitNext(name, namespace);
  }

  /** It has gone, or claims none any more. */
  remove(service: ProviderService): void {
    const { namespace: name } = service.metadata;
    const namespace = this.#namespaces.get(name);
    if (!namespace) return;
    const { within, line, undecided } = namespace;
    const [key, entry] = [objectKey(service.metadata), entryOf(service)];
    this.#reported.delete(key);
    const index = indexOf(line, entry);
    if (!within.delete(key) && line[index] === entry) line.splice(index, 1);
    if (within.size + line.length === 0) this.#namespaces.delete(name);
    undecided?.holders.delete(entry);
    if (undecided?.unknown.delete(entry)) this.#settle(name, namespace);
    this.#admitNext(name, namespace);
  }

  /** What was found out about a Service that is undecided: whether it has a certificate already. */
  observe(service: ProviderService, hasCertificate: boolean): void {
    const { namespace: name } = service.metadata;
    const namespace = this.#namespaces.get(name);
    const entry = entryOf(service);
    if (!namespace?.undecided?.unknown.delete(entry)) return;
    if (hasCertificate) namespace.undecided.holders.add(entry);
    this.#settle(name, namespace);
  }

  /** Where a Service stands that was added. */
  placeOf(service: ProviderService): ServicePlace {
    const namespace = this.#namespaces.get(service.metadata.namespace);
    const key = objectKey(service.metadata);
    if (namespace?.within.has(key)) {
      this.#reported.delete(key);
      return { kind: 'within' };
    }
    if (!namespace || !this.#synced || namespace.undecided) return { kind: 'undecided' };
    const { within, line } = namespace;
    const since = this.#reported.has(key) ? 'before' : 'now';
    this.#reported.add(key);
    const position = within.size + indexOf(line, entryOf(service)) + 1;
    const { perNamespace: limit } = this.#options;
    return { kind: 'over', position, services: within.size + line.length, limit, since };
  }

  /** Once all is known: those that have certificates are the first. */
  #settle(name: string, namespace: Namespace): void {
    const { line, undecided } = namespace;
    if (!undecided || undecided.unknown.size > 0) return;
    delete namespace.undecided;
    const { holders } = undecided;
    namespace.line = [...line.filter((entry) => holders.has(entry)), ...line.filter((entry) => !holders.has(entry))];
    this.#admitNext(name, namespace);
    namespace.line.sort();
    for (const entry of namespace.line) this.#options.onChange(keyOf(name, entry));
  }

  /** Gives free places to those that come first. */
  #admitNext(name: string, namespace: Namespace): void {
    if (!this.#synced || namespace.undecided) return;
    const { perNamespace, onChange, onExcess } = this.#options;
    const { within, line } = namespace;
    for (const entry of line.splice(0, Math.max(0, perNamespace - within.size))) {
      within.add(keyOf(name, entry));
      onChange(keyOf(name, entry));
    }
    onExcess(name, line.length);
  }
}

/** `<time of creation> <name>`: sorts by age, which the API server gives in one format and to the second, then by name. */
function entryOf({ metadata: { creationTimestamp = '', name } }: ProviderService): string {
  return `${creationTimestamp} ${name}`;
}

function keyOf(namespace: string, entry: string): string {
  return objectKey({ namespace, name: entry.slice(entry.indexOf(' ') + 1) });
}

/** Where an entry stands in a sorted list, or would stand. */
function indexOf(sorted: readonly string[], entry: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < entry) low = middle + 1;
    else high = middle;
  }
  return low;
}
