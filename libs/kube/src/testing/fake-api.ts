import type { ServerHttp2Stream } from 'node:http2';
import type { ConfigMap } from '../resource/index.ts';
import { FaultServer, type ReceivedRequest, status } from './fault-server.ts';

interface HistoryEntry {
  version: number;
  line: string;
}

type Answer = (request: ReceivedRequest) => void;
/** A list, a watch from a version, or a watch that begins with a list. */
type Kind = 'list' | 'watch' | 'stream';

/** A collection of ConfigMaps with list, pages and watch as the API server has them, whose next answers can be spoilt. */
export class FakeApi {
  readonly server: FaultServer;
  readonly #objects = new Map<string, ConfigMap>();
  readonly #watches = new Set<ServerHttp2Stream>();
  /** Whether a watch may begin with a list (KEP-3157); an API server that does not know of it answers 422. */
  streaming = false;
  readonly #scripted: Record<Kind, Answer[]> = { list: [], watch: [], stream: [] };
  #history: HistoryEntry[] = [];
  #oldest = 0;
  #version = 100;

  private constructor(server: FaultServer) {
    this.server = server;
  }

  static async start(): Promise<FakeApi> {
    const server = await FaultServer.start(() => undefined);
    const api = new FakeApi(server);
    server.handle = (request) => api.#answer(request);
    return api;
  }

  /** How often the collection was listed from its start, in pages. */
  get lists(): number {
    return this.#asked('list').filter(({ url }) => !url.searchParams.has('continue')).length;
  }

  /** How often a watch was asked to begin with a list. */
  get streams(): number {
    return this.#asked('stream').length;
  }

  /** The versions that watches started from. */
  get watchedFrom(): string[] {
    return this.#asked('watch').map(({ url }) => url.searchParams.get('resourceVersion') ?? '');
  }

  /** Watches that are open now. */
  get watching(): number {
    return this.#watches.size;
  }

  /** The version of the last change. */
  get version(): string {
    return String(this.#version);
  }

  /** The next lists or watches get these answers, one each. */
  script(kind: Kind, ...answers: Answer[]): void {
    this.#scripted[kind].push(...answers);
  }

  /** Forgets what was scripted and has not been asked for yet. */
  heal(): void {
    for (const answers of Object.values(this.#scripted)) answers.length = 0;
  }

  put(name: string, data: Record<string, string> = {}): void {
    this.#version += 1;
    const type = this.#objects.has(name) ? 'MODIFIED' : 'ADDED';
    const object: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default', resourceVersion: this.version, managedFields: [{ manager: 'test' }] },
      data,
    };
    this.#objects.set(name, object);
    this.#publish(type, object);
  }

  remove(name: string): void {
    const object = this.#objects.get(name);
    if (!object) throw new Error(`no object ${name}`);
    this.#version += 1;
    this.#objects.delete(name);
    this.#publish('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: this.version } });
  }

  bookmark(): void {
    this.#version += 1;
    const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: this.version } };
    this.send(JSON.stringify({ type: 'BOOKMARK', object }) + '\n');
  }

  /** Forgets the changes up to now: a watch from before is answered with 410. */
  compact(): void {
    this.#history = [];
    this.#oldest = this.#version;
  }

  /** Writes to all open watches whatever it is given. */
  send(text: string): void {
    for (const stream of this.#watches) stream.write(text);
  }

  /** Ends all open watches in peace, as at their timeout. */
  endWatches(): void {
    for (const stream of this.#watches) stream.end();
  }

  #publish(type: string, object: ConfigMap): void {
    const line = JSON.stringify({ type, object }) + '\n';
    this.#history.push({ version: this.#version, line });
    this.send(line);
  }

  #answer(request: ReceivedRequest): void {
    const kind = kindOf(request);
    const scripted = this.#scripted[kind].shift();
    if (scripted) scripted(request);
    else if (kind === 'watch') this.#watch(request);
    else if (kind === 'stream') this.#stream(request);
    else this.#list(request);
  }

  #list(request: ReceivedRequest): void {
    const { searchParams } = request.url;
    const from = Number(searchParams.get('continue') ?? 0);
    const limit = Number(searchParams.get('limit') ?? 0) || Infinity;
    const all = [...this.#objects.values()];
    // As in a real list, items come without kind and apiVersion.
    const items = all.slice(from, from + limit).map(({ metadata, data }) => ({ metadata, data }));
    const next = from + limit < all.length ? String(from + limit) : '';
    request.json(200, {
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: this.version, continue: next },
      items,
    });
  }

  #asked(kind: Kind): ReceivedRequest[] {
    return this.server.requests.filter((request) => kindOf(request) === kind);
  }

  #stream(request: ReceivedRequest): void {
    if (!this.streaming) {
      const message = 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the feature is on';
      request.json(422, status(422, 'Invalid', message));
      return;
    }
    const { stream } = request;
    stream.respond({ ':status': 200, 'content-type': 'application/json' });
    for (const object of this.#objects.values()) stream.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const metadata = { resourceVersion: this.version, annotations };
    const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata };
    stream.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
    this.#watches.add(stream);
    stream.on('close', () => this.#watches.delete(stream));
  }

  #watch(request: ReceivedRequest): void {
    const from = Number(request.url.searchParams.get('resourceVersion'));
    if (from < this.#oldest) {
      request.json(410, status(410, 'Expired', `too old resource version: ${from} (${this.#oldest})`));
      return;
    }
    const { stream } = request;
    stream.respond({ ':status': 200, 'content-type': 'application/json' });
    for (const { version, line } of this.#history) if (version > from) stream.write(line);
    this.#watches.add(stream);
    stream.on('close', () => this.#watches.delete(stream));
  }
}

function kindOf({ url }: ReceivedRequest): Kind {
  if (!url.searchParams.has('watch')) return 'list';
  return url.searchParams.has('sendInitialEvents') ? 'stream' : 'watch';
}
