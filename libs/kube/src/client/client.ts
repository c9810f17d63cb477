import { counterOf, type Registry, silentLogger, systemClock } from '@eso/runtime';
import {
  apiVersionOf,
  type KubeObject,
  type ObjectRef,
  resourceName,
  resourcePath,
  type ResourceType,
  serviceAccounts,
} from '../resource/index.ts';
import { KubeError } from '../error.ts';
import { type Method, Transport, type TransportOptions } from '../transport/transport.ts';
import type {
  ApplyOptions,
  DeleteOptions,
  GetOptions,
  IssuedToken,
  ItemsOptions,
  KubeClientOptions,
  Listed,
  ListOptions,
  ListPage,
  PatchOptions,
  RawRequestOptions,
  TokenOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './options.ts';
import { acceptType, listQuery, queryString, watchQuery } from './query.ts';
import { RestClient } from './rest-client.ts';
import { describeOversized, LineSplitter } from './line-splitter.ts';
import { ListSplitter } from './list-splitter.ts';
import { PageSize } from './page-size.ts';
import { parseWatchLine } from './watch-stream.ts';

const JSON_TYPE = 'application/json';
const PATCH_TYPE = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** Objects per page, as client-go asks for. */
export const DEFAULT_PAGE_SIZE = 500;
const DEFAULT_PAGE_BYTES = 8 * 1024 * 1024;
const DEFAULT_RESPONSE_BYTES = 32 * 1024 * 1024;
const DEFAULT_OBJECT_BYTES = 8 * 1024 * 1024;

/**
 * Talks to one API server. Every method throws KubeError, or the reason of the signal it was given; requests to a server that is
 * down are rejected with UNREACHABLE at once, none takes longer than `requestTimeoutMs`.
 */
export class KubeClient {
  readonly #transport: Transport;
  readonly #rest: RestClient;
  readonly #maxObjectBytes: number;

  constructor(options: KubeClientOptions) {
    const { connection, clock = systemClock, requestTimeoutMs = 30_000 } = options;
    this.#transport = new Transport({
      connection,
      clock,
      logger: options.logger ?? silentLogger,
      userAgent: options.userAgent ?? 'external-secrets',
      connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
      pingIntervalMs: options.pingIntervalMs ?? 30_000,
      pingTimeoutMs: options.pingTimeoutMs ?? 15_000,
      maxBodyBytes: options.maxResponseBytes ?? DEFAULT_RESPONSE_BYTES,
      requests: options.registry && requestCounter(options.registry),
    });
    this.#maxObjectBytes = options.maxObjectBytes ?? DEFAULT_OBJECT_BYTES;
    this.#rest = new RestClient({ transport: this.#transport, connection, clock, requestTimeoutMs });
  }

  /** @throws KubeError NOT_FOUND among others */
  get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options: GetOptions = {}): Promise<T> {
    return this.#object('GET', objectPath(type, ref), {
      accept: acceptType(options, 'object'),
      signal: options.signal,
    });
  }

  /** One page. Items have `apiVersion` and `kind`, which the API server leaves out. */
  async list<T extends KubeObject>(type: ResourceType<T>, options: ListOptions = {}): Promise<ListPage<T>> {
    const path = resourcePath(type, options) + queryString(listQuery(options));
    const accept = acceptType(options, 'list');
    const answer = await this.#rest.request('GET', path, { accept, signal: options.signal });
    return readPage(type, answer);
  }

  /**
   * Object after object, read as they come, so that no more than one of them is held here; asked for in pages whose size follows that of
   * the objects.
   * @throws KubeError GONE when the list expired under way: start again
   */
  async *items<T extends KubeObject>(
    type: ResourceType<T>,
    options: ItemsOptions = {},
  ): AsyncGenerator<Listed<T>, void, undefined> {
    const { limit = DEFAULT_PAGE_SIZE, pageBytes = DEFAULT_PAGE_BYTES, ...select } = options;
    const size = new PageSize({ limit, pageBytes });
    const collection = resourcePath(type, select);
    const request = { accept: acceptType(select, 'list'), signal: select.signal, purpose: 'list' } as const;
    const identity = { apiVersion: apiVersionOf(type), kind: type.kind };
    let token: string | undefined;
    do {
      const query = listQuery({ ...select, limit: size.next, ...(token && { continue: token }) });
      const splitter = new ListSplitter(this.#maxObjectBytes);
      let objects = 0;
      let bytes = 0;
      for await (const chunk of this.#rest.chunks(collection + queryString(query), request)) {
        bytes += chunk.length;
        for (const item of splitter.push(chunk)) {
          objects += 1;
          if (item.kind === 'oversized') yield { ...describeOversized(item), kind: 'oversized' };
          else yield { kind: 'object', object: { ...identity, ...parseItem(type, item.text) } };
        }
      }
      size.observe(objects, bytes);
      const page = readPage(type, parseJson(type, splitter.end()));
      token = page.continue;
      yield { kind: 'page', resourceVersion: page.resourceVersion, last: !token };
    } while (token);
  }

  /**
   * The changes after a resource version. Ends when the API server ends it (`timeoutSeconds`); leaving the loop ends it, too.
   * @throws KubeError GONE when the version is too old, UNREACHABLE when the connection breaks
   */
  async *watch<T extends KubeObject>(
    type: ResourceType<T>,
    options: WatchOptions,
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const collection = resourcePath(type, options);
    const { signal, onOpen } = options;
    const request = { accept: acceptType(options, 'object'), purpose: 'watch', signal, onOpen } as const;
    const identity = { apiVersion: apiVersionOf(type), kind: type.kind };
    const splitter = new LineSplitter(this.#maxObjectBytes);
    for await (const chunk of this.#rest.chunks(collection + queryString(watchQuery(options)), request)) {
      for (const line of splitter.push(chunk)) {
        if (line.kind === 'oversized') {
          yield { ...describeOversized(line), type: 'OVERSIZED' };
          continue;
        }
        const event = parseWatchLine<T>(`a watch of ${resourceName(type)}`, line.text);
        // With metadataOnly it says PartialObjectMetadata, which is no kind anybody looks for.
        Object.assign(event.object, identity);
        yield event;
      }
    }
    if (splitter.pending) throw this.#rest.truncatedAnswer();
  }

  /** @throws KubeError ALREADY_EXISTS or INVALID among others */
  create<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    const { namespace } = object.metadata;
    return this.#write('POST', resourcePath(type, { ...(namespace && { namespace }) }), object, JSON_TYPE, options);
  }

  /** Replaces the object. @throws KubeError CONFLICT when it carries an old `resourceVersion` */
  update<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return this.#write('PUT', objectPath(type, object.metadata), object, JSON_TYPE, options);
  }

  /** Replaces the status alone. @throws KubeError CONFLICT when it carries an old `resourceVersion` */
  updateStatus<T extends KubeObject>(type: ResourceType<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return this.#write('PUT', objectPath(type, object.metadata, 'status'), object, JSON_TYPE, options);
  }

  /** Changes a part of the object, and returns the whole. */
  patch<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, body: unknown, options: PatchOptions): Promise<T> {
    const path = objectPath(type, ref, options.subresource);
    return this.#write('PATCH', path, body, PATCH_TYPE[options.type], options, options.force);
  }

  /**
   * Makes the object, or changes it, so that it has these fields; fields that it does not name stay as they are, those that its manager
   * applied before go. An object whose fields are so already is not written, and keeps its `resourceVersion`.
   * @throws KubeError CONFLICT when others own a field, or for a `uid` or `resourceVersion` that the object does not have; INVALID
   */
  apply<T extends KubeObject>(type: ResourceType<T>, fields: KubeObject, options: ApplyOptions): Promise<T> {
    const { fieldManager, force, signal } = options;
    return this.#object('PATCH', objectPath(type, fields.metadata) + queryString({ fieldManager, force }), {
      accept: JSON_TYPE,
      contentType: PATCH_TYPE.apply,
      body: fields,
      signal,
    });
  }

  /** @throws KubeError NOT_FOUND, or CONFLICT when it is not the object meant */
  async delete(type: ResourceType, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, propagationPolicy, signal } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy,
      preconditions: uid || resourceVersion ? { uid, resourceVersion } : undefined,
    };
    await this.#rest.request('DELETE', objectPath(type, ref), {
      accept: JSON_TYPE,
      contentType: JSON_TYPE,
      body,
      signal,
    });
  }

  /** Issues a short-lived token of a ServiceAccount (TokenRequest). */
  async createToken(serviceAccount: ObjectRef, options: TokenOptions = {}): Promise<IssuedToken> {
    const { signal, ...spec } = options;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const path = objectPath(serviceAccounts, serviceAccount, 'token');
    const answer = await this.#rest.request('POST', path, {
      accept: JSON_TYPE,
      contentType: JSON_TYPE,
      body,
      signal,
    });
    return (answer as { status: IssuedToken }).status;
  }

  /**
   * Any other request. Answers JSON as a value and everything else as text.
   * @param path absolute, such as `/readyz`
   */
  request(method: Method, path: string, options: RawRequestOptions = {}): Promise<unknown> {
    const { query = {}, body, accept = JSON_TYPE, signal } = options;
    const contentType = options.contentType ?? (body === undefined ? undefined : JSON_TYPE);
    return this.#rest.request(method, path + queryString(query), { accept, contentType, body, signal });
  }

  /**
   * Whether the API server was there when it was last heard of; false before the first contact. Asking while it is not makes an
   * attempt to reach it, so that asking again a second later tells the truth.
   */
  isReachable(): boolean {
    return this.#transport.isReachable();
  }

  /** Ends all connections; requests under way fail with UNREACHABLE. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #write<T extends KubeObject>(
    method: Method,
    path: string,
    body: unknown,
    contentType: string,
    { fieldManager, signal }: WriteOptions,
    force?: boolean,
  ): Promise<T> {
    return this.#object(method, path + queryString({ fieldManager, force }), {
      accept: JSON_TYPE,
      contentType,
      body,
      signal,
    });
  }

  async #object<T extends KubeObject>(...request: Parameters<RestClient['request']>): Promise<T> {
    const answer = await this.#rest.request(...request);
    if (typeof answer === 'object' && answer !== null && 'metadata' in answer) return answer as T;
    throw new KubeError('PROTOCOL', `${request[0]} ${request[1]} was not answered with an object`);
  }
}

function objectPath(type: ResourceType, { namespace, name }: ObjectRef, subresource?: string): string {
  return resourcePath(type, { ...(namespace && { namespace }), name, ...(subresource && { subresource }) });
}

function readPage<T extends KubeObject>(type: ResourceType<T>, answer: unknown): ListPage<T> {
  const { metadata, items } = (answer ?? {}) as {
    metadata?: { resourceVersion?: string; continue?: string };
    items?: T[] | null;
  };
  if (typeof metadata?.resourceVersion !== 'string') {
    throw new KubeError('PROTOCOL', `a list of ${resourceName(type)} was not answered with a list`);
  }
  const identity = { apiVersion: apiVersionOf(type), kind: type.kind };
  for (const item of items ?? []) Object.assign(item, identity);
  const page = { items: items ?? [], resourceVersion: metadata.resourceVersion };
  return metadata.continue ? { ...page, continue: metadata.continue } : page;
}

/** @throws KubeError PROTOCOL for what is no object of an API */
function parseItem<T extends KubeObject>(type: ResourceType<T>, text: string): T {
  const item = parseJson(type, text);
  if (typeof item === 'object' && item !== null && 'metadata' in item) return item as T;
  throw new KubeError('PROTOCOL', `a list of ${resourceName(type)} holds something that is no object`);
}

function parseJson(type: ResourceType, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold a Secret.
    throw new KubeError('PROTOCOL', `a list of ${resourceName(type)} was answered with what is not JSON`);
  }
}

function requestCounter(registry: Registry): NonNullable<TransportOptions['requests']> {
  return counterOf(registry, {
    name: 'rest_client_requests_total',
    help: 'Number of HTTP requests, partitioned by status code, method, and host.',
    labelNames: ['code', 'method', 'host'],
  });
}
