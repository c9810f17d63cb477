import type { ProviderClient, ProviderEndpoint } from '@eso/client';
import type { Informer, KubeObject, ResourceType } from '@eso/kube';
import type { Dialler } from '../store/services.ts';
import type { EndpointResolution, RequestReference, StoreReadiness, StoreRefusal } from '../store/store-view.ts';
import type { Judged } from '../store/view-parts.ts';
import type { ValidationStatus } from './status.ts';
import type { StatusWords } from './status-words.ts';
import type { StoreVerdict } from './verdict.ts';

/** An object of which core finds out whether it can be used: a store, or the class of a provider. */
export interface ValidatedObject extends KubeObject {
  spec: object;
  status?: ValidationStatus & Judged['status'];
}

/** How objects of one kind are validated. Nothing in the loop asks which kind it has before it. */
export interface ValidatedKind<T extends ValidatedObject = ValidatedObject> {
  /** Names the queue, the metrics and the owners of endpoints. */
  readonly kind: string;
  readonly type: ResourceType<T>;
  readonly informer: Informer<T>;
  readonly words: StatusWords;
  /** What core remembers of an answer of the API server, as the informer does; absent where it is all. */
  readonly snapshot?: ((object: T) => T) | undefined;
  /** Finalizers of earlier installations, that are taken off when an object is deleted. */
  readonly oldFinalizers: readonly string[];
  /** Written as a method, so that kinds of different resources stand in one list. */
  look(object: T): Look;
}

/** An object as the caches show it at one moment. */
export interface Look {
  /** `spec.controller`; absent = served by every installation. */
  readonly controllerClass?: string;
  readonly ready: StoreReadiness;
  /** Who dials its address. */
  readonly dialler: Dialler;
  /** What core itself warns about, where it is valid. */
  notes(): readonly string[];
  /** The address of its process; absent where there is none at the moment. */
  address(): string | undefined;
  resolveEndpoint(): EndpointResolution;
  /**
   * Everything that can be judged without asking its process.
   * @param defaultIntervalMs how often one without an interval of its own is validated, in milliseconds
   */
  check(defaultIntervalMs: number): Checked | StoreRefusal;
}

/** What has passed all checks that need no process. */
export interface Checked {
  readonly kind: 'passed';
  readonly endpoint: ProviderEndpoint;
  /** How often it is validated again, in milliseconds. */
  readonly intervalMs: number;
  /** Asks the process. Never throws but for the caller's own `signal`: a failed call is a verdict, too. */
  ask(client: ProviderClient, signal: AbortSignal): Promise<StoreVerdict>;
}

/** What a process is asked about a store. */
export type StoreQuestion = RequestReference & { readonly hasConfig: boolean };
