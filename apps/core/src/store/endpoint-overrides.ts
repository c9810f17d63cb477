import { readFileSync } from 'node:fs';
import { type Clock, errorText, type Logger, parseListenAddress, systemClock } from '@eso/runtime';
import { parse } from 'yaml';
import type { DialAddress } from './endpoints.ts';

/** Where the overrides stand, and how often the file is read. */
export interface EndpointOverridesOptions {
  /** YAML map from `<namespace>/<service>:<port>` to `<host>:<port>`. */
  readonly path: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** How often the file is looked at, in milliseconds. Default 1,000. */
  readonly pollMs?: number;
}

/**
 * Addresses for provider Services whose pods have none, for a local run without a cluster network. It changes where core
 * dials and nothing else: the Service has to exist and be labelled, and the certificate has to carry the Service's name.
 *
 * The file is read again when it changes; one that is missing is an empty map, one that cannot be read leaves the old
 * map in force and is logged once.
 */
export class EndpointOverrides {
  readonly #options: EndpointOverridesOptions;
  readonly #clock: Clock;
  readonly #listeners = new Set<(ids: readonly string[]) => void>();
  #text: string | undefined;
  #map: ReadonlyMap<string, DialAddress> = new Map();
  #failure: string | undefined;

  /** Reads the file once; call {@link start} to follow its changes. */
  constructor(options: EndpointOverridesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#read();
  }

  /** The address to dial for an endpoint (`<namespace>/<service>:<port>`), where the file names one. */
  get(id: string): DialAddress | undefined {
    return this.#map.get(id);
  }

  /** Calls `fn` with the endpoints whose address changed, after each change. The returned function ends that. */
  onChange(fn: (ids: readonly string[]) => void): () => void {
    this.#listeners.add(fn);
    return () => this.#listeners.delete(fn);
  }

  /** Follows the file until `signal` aborts. */
  start(signal: AbortSignal): void {
    let cancel = (): unknown => undefined;
    const poll = (): void => {
      cancel = this.#clock.schedule(this.#options.pollMs ?? 1_000, () => {
        this.#read();
        poll();
      });
    };
    if (signal.aborted) return;
    poll();
    signal.addEventListener('abort', () => cancel(), { once: true });
  }

  #read(): void {
    try {
      // The content decides, not the time stamp: it is a small file, and mounted ones change by a symbolic link.
      const text = readIfThere(this.#options.path);
      if (text === this.#text && this.#failure === undefined) return;
      const map = parseOverrides(text);
      this.#text = text;
      this.#failure = undefined;
      this.#swap(map);
    } catch (error) {
      const failure = errorText(error);
      if (failure === this.#failure) return;
      this.#failure = failure;
      this.#options.logger.error({ path: this.#options.path, error: failure }, 'endpoint overrides stay as they were');
    }
  }

  #swap(map: ReadonlyMap<string, DialAddress>): void {
    const before = this.#map;
    this.#map = map;
    const ids = new Set([...before.keys(), ...map.keys()]);
    const changed = [...ids].filter((id) => !sameAddress(before.get(id), map.get(id)));
    if (changed.length > 0) for (const listener of this.#listeners) listener(changed);
  }
}

/**
 * Reads the map of an overrides file.
 * @throws Error naming the entry, when it is not a map from `<namespace>/<service>:<port>` to `<host>:<port>`.
 */
export function parseOverrides(text: string): ReadonlyMap<string, DialAddress> {
  const content: unknown = parse(text) ?? {};
  if (typeof content !== 'object' || Array.isArray(content))
    throw new Error('endpoint overrides: expected a map of "<namespace>/<service>:<port>" to "<host>:<port>"');
  const map = new Map<string, DialAddress>();
  for (const [id, address] of Object.entries(content as Record<string, unknown>)) {
    if (!/^[^/:]+\/[^/:]+:[0-9]+$/.test(id))
      throw new Error(`endpoint overrides: ${JSON.stringify(id)} is not of the form "<namespace>/<service>:<port>"`);
    if (typeof address !== 'string') throw new Error(`endpoint overrides: ${id}: expected "<host>:<port>"`);
    map.set(id, parseListenAddress(address));
  }
  return map;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function sameAddress(a: DialAddress | undefined, b: DialAddress | undefined): boolean {
  return a?.host === b?.host && a?.port === b?.port;
}
