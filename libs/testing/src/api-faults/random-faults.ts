import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiFaultProxy } from './api-fault-proxy.ts';
import { type ApiRequest, isWrite } from './api-request.ts';
import type { ApiFault } from './interceptor.ts';
import { SeededRandom } from './random.ts';

/** What suffers, and how badly. */
export interface RandomFaultsOptions {
  readonly proxy: ApiFaultProxy;
  /** The same seed makes the same decision about the n-th write of an object, and the same sequence of holds. */
  readonly seed: number;
  /** Resources whose watches suffer. */
  readonly resources: readonly string[];
  /** Longest time that events or an answer are kept back, in milliseconds. Default 600. */
  readonly longestMs?: number;
}

/** Names fall into this many groups, of which one at a time is held behind the others. */
const GROUPS = 4;

/** Faults in random order until it is stopped; then nothing is held any more, and the client's view becomes true. */
export class RandomFaults {
  readonly #options: Required<RandomFaultsOptions>;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;
  readonly #seen = new Map<string, number>();
  readonly #removeInterceptor: () => void;

  constructor(options: RandomFaultsOptions) {
    this.#options = { longestMs: 600, ...options };
    this.#removeInterceptor = options.proxy.intercept({
      matches: isWrite,
      before: (request) => this.#beforeWrite(request),
      after: (request) => this.#afterWrite(request),
    });
    this.#running = Promise.all(options.resources.map((resource) => this.#watchesOf(resource)));
  }

  /** Ends it; what is held is handed on. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#removeInterceptor();
    await this.#running;
  }

  #isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  async #watchesOf(resource: string): Promise<void> {
    const { proxy, seed, longestMs } = this.#options;
    const random = new SeededRandom(`${seed} ${resource}`);
    while (!this.#isOver()) {
      await this.#pause(random.between(10, longestMs));
      const group = random.between(0, GROUPS);
      const some = random.chance(0.3);
      const inGroup = (name: string): boolean => new SeededRandom(name).between(0, GROUPS) === group;
      const hold = proxy.hold(some ? { resource, name: inGroup } : { resource });
      const quiet = random.chance(0.3) ? undefined : proxy.onEvent(() => 'repeat');
      await this.#pause(random.between(20, longestMs));
      quiet?.();
      const end = this.#isOver() ? 'release' : random.pick(['release', 'expire', 'close']);
      if (end === 'release') hold.release();
      else if (end === 'expire' || some) hold.expire();
      else hold.close();
    }
  }

  /** One write in twenty is refused: by a conflict that was none, or by a server in trouble. */
  #beforeWrite(request: ApiRequest): ApiFault | undefined {
    const random = this.#decision(request, 'before');
    if (!random.chance(0.05)) return undefined;
    return random.chance(0.5) || request.verb === 'create'
      ? { kind: 'refuse', status: 500, reason: 'InternalError' }
      : { kind: 'refuse', status: 409, reason: 'Conflict' };
  }

  /** A third of the answers come late, some never. */
  async #afterWrite(request: ApiRequest): Promise<ApiFault | undefined> {
    const random = this.#decision(request, 'after');
    if (random.chance(0.3)) await this.#pause(random.between(10, this.#options.longestMs));
    return random.chance(0.05) ? { kind: 'cut' } : undefined;
  }

  /** Random numbers for this request, whatever came before it from elsewhere. */
  #decision({ verb, resource, subresource, name }: ApiRequest, stage: string): SeededRandom {
    const what = [stage, verb, resource, subresource, name].join(' ');
    const count = (this.#seen.get(what) ?? 0) + 1;
    this.#seen.set(what, count);
    return new SeededRandom(`${this.#options.seed} ${what} ${count}`);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
