import {
  createInformer,
  type Informer,
  type InformerFailure,
  type InformerOptions,
  type KubeClient,
  type KubeObject,
  resourceName,
} from '@eso/kube';
import type { InformerProblem, InformerUse, UsedInformer } from './informer-use.ts';

/** What a {@link SharedInformer} follows, and with what. */
export interface SharedInformerOptions<O extends KubeObject, T> extends Pick<
  InformerOptions<O, T>,
  'clock' | 'logger' | 'registry' | 'listPermits'
> {
  readonly client: KubeClient;
  readonly use: InformerUse<O, T>;
  /** One watch for each; undefined: one over all. */
  readonly namespaces: readonly string[] | undefined;
}

/** What an informer of a pool may be asked without knowing what it keeps. */
export interface PoolEntry {
  readonly key: string;
  /** Of its use. */
  readonly transform: unknown;
  /** Watches that it needs. */
  readonly watches: number;
  /** Uses that have not ended. */
  readonly users: number;
  /** `waiting` for a place, before it was started. */
  readonly state: 'waiting' | 'running' | 'ended';
  start(): void;
  stop(): void;
  health(): string | undefined;
}

/** An informer that several use, from its start, for which there may be no place yet, to its end. */
export class SharedInformer<O extends KubeObject, T> implements PoolEntry, UsedInformer<T> {
  readonly key: string;
  readonly informer: Informer<T>;
  readonly transform: unknown;
  readonly watches: number;
  users = 0;
  readonly #resource: string;
  readonly #end = new AbortController();
  #state: PoolEntry['state'] = 'waiting';

  constructor({ client, use, namespaces, ...common }: SharedInformerOptions<O, T>) {
    const { type, transform, labelSelector, metadataOnly, name } = use;
    this.key = keyOfUse(use);
    this.transform = transform;
    this.#resource = resourceName(type);
    this.watches = namespaces?.length ?? 1;
    this.informer = createInformer<O, T>(client, type, {
      ...common,
      ...(namespaces && { namespaces }),
      ...(labelSelector !== undefined && { labelSelector }),
      ...(metadataOnly !== undefined && { metadataOnly }),
      ...(transform && { transform }),
      name,
    });
  }

  get state(): PoolEntry['state'] {
    return this.#state;
  }

  start(): void {
    this.#state = 'running';
    this.informer.start(this.#end.signal);
  }

  stop(): void {
    this.#state = 'ended';
    this.#end.abort(new Error('nobody follows it any more'));
  }

  /**
   * Silence of a watch, and an API server that does not answer at all. One that answers about this kind with a refusal or a failure of its
   * own (a right, a kind that is gone, another server behind it) is a matter of those who chose the kind.
   */
  health(): string | undefined {
    if (this.informer.failures().some(({ error }) => error.status !== undefined)) return undefined;
    return this.informer.health();
  }

  problem(): InformerProblem | undefined {
    if (this.#state === 'waiting') return TOO_MANY_WATCHES;
    const failures = this.informer.failures();
    const refused = failures.filter(({ error }) => error.code === 'FORBIDDEN');
    const resource = this.#resource;
    const [first] = refused.length > 0 ? refused : failures;
    if (first?.error.code === 'FORBIDDEN') return missingRight(resource, first, refused);
    if (!first) return undefined;
    return {
      code: first.error.code,
      publicMessage: `core cannot ${first.verb} ${resource}${place(first)}: ${first.error.publicMessage}`,
      nextStep: 'It is tried again; if it lasts, look at the API server and at what serves this kind.',
    };
  }
}

/** What users share who share an informer. */
export function keyOfUse<O extends KubeObject, T>(use: InformerUse<O, T>): string {
  const { type, namespace = '', metadataOnly = false, labelSelector = '', name } = use;
  return [resourceName(type), type.version, namespace, metadataOnly, labelSelector, name].join('|');
}

const TOO_MANY_WATCHES: InformerProblem = {
  code: 'TOO_MANY_WATCHES',
  publicMessage: 'core follows as many collections as it may, and this one waits for a place',
  nextStep: 'Have fewer namespaces or kinds followed; changes are noticed at the next refresh until then.',
};

function missingRight(resource: string, first: InformerFailure, refused: readonly InformerFailure[]): InformerProblem {
  const verbs = refused.filter(({ namespace }) => namespace === first.namespace).map(({ verb }) => verb);
  const where = first.namespace === undefined ? 'of the whole cluster' : `in namespace ${first.namespace}`;
  return {
    code: 'FORBIDDEN',
    publicMessage: `core may not ${verbs.join(' and ')} ${resource}${place(first)}`,
    nextStep: `Grant core's ServiceAccount the verbs list and watch on ${resource} ${where}; it is tried again.`,
  };
}

function place({ namespace }: InformerFailure): string {
  return namespace === undefined ? '' : ` in namespace ${namespace}`;
}
