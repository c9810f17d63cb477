import { abortable, BoundedCache, type Clock, SingleFlight } from '@eso/runtime';
import type { KubeClient } from '../client/client.ts';
import { isKubeError, KubeError } from '../error.ts';
import type { ResourceType } from '../resource/index.ts';

/** What a {@link Discovery} asks, and how long its answers hold. */
export interface KindDiscoveryOptions {
  readonly client: Pick<KubeClient, 'request'>;
  readonly clock: Clock;
  /** How long a list of kinds is good for, in milliseconds. Default 600,000. */
  readonly maxAgeMs?: number;
  /** A kind that is not in a list as old as this is looked for again, in milliseconds. Default 5,000. */
  readonly recheckMs?: number;
  /** Lists that are kept; the one used longest ago makes room. Default 200. */
  readonly capacity?: number;
}

/** What the API server says of a kind. */
export type DiscoveredKind =
  | { readonly kind: 'found'; readonly type: ResourceType; readonly verbs: ReadonlySet<string> }
  /** Nothing serves that group in that version. */
  | { readonly kind: 'unknownVersion' }
  /** The group is served in that version, without such a kind. */
  | { readonly kind: 'unknownKind' };

/** The resources of one group in one version, by kind; `undefined` where there is no such group or version. */
type Resources = ReadonlyMap<string, Extract<DiscoveredKind, { kind: 'found' }>> | undefined;

interface Listed {
  readonly resources: Resources;
  /** Instead of an answer: why there is none. */
  readonly failure?: KubeError;
}

/** A group is a DNS subdomain, a version a DNS label (RFC 1123); anything else is not even asked for. */
const API_VERSION =
  /^(?:(?<group>[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*)\/)?(?<version>[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)$/;
const MAX_LENGTH = 253 + 1 + 63;

/**
 * Finds out at run time where objects of a kind are in the API. Lists of kinds are kept for a while, and asked for again when a kind is not
 * among them; however often somebody asks for what is not there, the API server is asked once per `recheckMs`.
 */
export class Discovery {
  readonly #client: KindDiscoveryOptions['client'];
  readonly #recheckMs: number;
  readonly #lists: BoundedCache<Listed>;
  readonly #flights = new SingleFlight({ abandoned: 'finish' });

  constructor({ client, clock, maxAgeMs = 600_000, recheckMs = 5_000, capacity = 200 }: KindDiscoveryOptions) {
    this.#client = client;
    this.#recheckMs = recheckMs;
    this.#lists = new BoundedCache({ capacity, ttl: { clock, maxAgeMs } });
  }

  /**
   * Where objects of this kind are.
   * @param apiVersion as objects have it: `v1`, `example.com/v1`
   * @throws KubeError when the API server, or what serves that group behind it, gives no answer; the reason of the signal
   */
  async find(apiVersion: string, kind: string, signal?: AbortSignal): Promise<DiscoveredKind> {
    const path = pathOf(apiVersion);
    if (path === undefined) return { kind: 'unknownVersion' };
    const known = this.#lists.get(apiVersion)?.resources?.get(kind);
    if (known) return known;
    const recent = this.#lists.get(apiVersion, this.#recheckMs);
    const { resources, failure } = recent ?? (await this.#list(apiVersion, path, signal));
    if (failure) throw failure;
    return resources ? (resources.get(kind) ?? { kind: 'unknownKind' }) : { kind: 'unknownVersion' };
  }

  /** Forgets what is known of a group in a version: a request showed that it is no longer so. */
  forget(apiVersion: string): void {
    this.#flights.forget(apiVersion);
    this.#lists.delete(apiVersion);
  }

  #list(apiVersion: string, path: string, signal: AbortSignal | undefined): Promise<Listed> {
    return abortable(
      this.#flights.run(apiVersion, undefined, async (_abandoned, flight) => {
        const listed = await this.#ask(apiVersion, path);
        if (!flight.forgotten) this.#lists.set(apiVersion, listed);
        return listed;
      }),
      signal,
    );
  }

  async #ask(apiVersion: string, path: string): Promise<Listed> {
    try {
      return { resources: readResources(apiVersion, await this.#client.request('GET', path)) };
    } catch (error) {
      if (isKubeError(error, 'NOT_FOUND')) return { resources: undefined };
      return { resources: undefined, failure: KubeError.from(error) };
    }
  }
}

function pathOf(apiVersion: string): string | undefined {
  const groups = apiVersion.length > MAX_LENGTH ? undefined : API_VERSION.exec(apiVersion)?.groups;
  if (!groups) return undefined;
  return groups['group'] === undefined ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
}

/** The part of a meta/v1 APIResourceList that is read. */
interface ApiResource {
  readonly name?: unknown;
  readonly kind?: unknown;
  readonly namespaced?: unknown;
  readonly verbs?: unknown;
}

/** @throws KubeError PROTOCOL for what is no list of resources */
function readResources(apiVersion: string, answer: unknown): Resources {
  const resources = (answer as { resources?: unknown } | null)?.resources;
  if (!Array.isArray(resources))
    throw new KubeError('PROTOCOL', `the kinds of ${apiVersion} were not answered with a list of resources`);
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const byKind = new Map<string, Extract<DiscoveredKind, { kind: 'found' }>>();
  for (const { name, kind, namespaced, verbs } of resources as ApiResource[]) {
    // Subresources are listed beside what they belong to, some under a kind of their own.
    if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/') || byKind.has(kind)) continue;
    const type: ResourceType = {
      group: group ?? '',
      version: version ?? '',
      plural: name,
      kind,
      namespaced: namespaced === true,
    };
    byKind.set(kind, { kind: 'found', type, verbs: new Set(Array.isArray(verbs) ? verbs.map(String) : []) });
  }
  return byKind;
}
