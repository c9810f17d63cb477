import { KubeError, type KubeObject, type Lease } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import type { LeaseApi } from '../lease-lock.ts';

/** What becomes of a request: how long it travels, in milliseconds, and how long its answer does; either may get lost. */
export interface Fate {
  readonly thereMs: number | 'lost';
  readonly backMs: number | 'lost';
}

/** A request that arrives, and whose answer arrives, without any time going by. */
export const AT_ONCE: Fate = { thereMs: 0, backMs: 0 };

/** One lease in an API server that does what the real one does about resource versions, behind a network with a fate. */
export class ModelLeases {
  lease: Lease | undefined;
  readonly #clock: Clock;
  #version = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A client whose every request gets the next fate. */
  client(fate: () => Fate): LeaseApi {
    const carry = <T>(signal: AbortSignal | undefined, serve: () => Lease): Promise<T> =>
      this.#carry(fate(), signal, serve) as Promise<T>;
    return {
      get: (_type, _ref, options) => carry(options?.signal, () => this.#get()),
      create: (_type, object, options) => carry(options?.signal, () => this.#create(object)),
      update: (_type, object, options) => carry(options?.signal, () => this.#update(object)),
    };
  }

  #carry({ thereMs, backMs }: Fate, signal: AbortSignal | undefined, serve: () => Lease): Promise<Lease> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      if (thereMs === 'lost') return;
      // It arrives also after its sender has given it up, as on a real network.
      this.#clock.schedule(thereMs, () => {
        const answer = attempt(serve);
        if (backMs === 'lost') return;
        this.#clock.schedule(backMs, () => (answer instanceof Error ? reject(answer) : resolve(answer)));
      });
    });
  }

  #get(): Lease {
    if (!this.lease) throw new KubeError('NOT_FOUND', 'no lease');
    return structuredClone(this.lease);
  }

  #create(object: KubeObject): Lease {
    if (this.lease) throw new KubeError('ALREADY_EXISTS', 'there is one');
    return this.#store(object);
  }

  #update(object: KubeObject): Lease {
    if (!this.lease) throw new KubeError('NOT_FOUND', 'no lease');
    const seen = object.metadata.resourceVersion;
    if (seen !== this.lease.metadata.resourceVersion) throw new KubeError('CONFLICT', 'it has changed');
    return this.#store(object);
  }

  #store(object: KubeObject): Lease {
    const metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    this.lease = structuredClone({ ...object, metadata });
    return structuredClone(this.lease);
  }
}

function attempt(serve: () => Lease): Lease | Error {
  try {
    return serve();
  } catch (error) {
    return error as Error;
  }
}
