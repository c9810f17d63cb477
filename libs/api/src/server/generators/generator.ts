import type { Requester } from '../backend.ts';
import type { CallWork } from '../calls/heavy-calls.ts';
import type { KindBehaviour } from '../define-kind.ts';
import type { NoFlags, OpenContext } from '../open-context.ts';
import type { ConfigSchema } from '../stores/inline-config.ts';

/** What one call of a generator works with: what a backend is opened with, and what belongs to the call. */
export interface CleanupContext<Config, Flags = NoFlags> extends Omit<
  OpenContext<Config, Flags>,
  'signal' | 'deadlineMs'
> {
  /** Aborts when the caller gave up, the deadline has passed, or the process is forced to end. */
  readonly signal: AbortSignal;
  /** Who asks. Generators read references in this namespace and no other. */
  readonly requester: Requester;
  /** What `readProperty` and `objectOf` do their work with. */
  readonly work: CallWork;
}

/** What a generator makes its values with. */
export interface GenerateContext<Config, Flags = NoFlags> extends CleanupContext<Config, Flags> {
  /**
   * Notes what has been made so far, as soon as it is there: when the call fails afterwards, or nobody waits for its answer any
   * more, the kit hands the last state to `cleanup` at once. The wire has no state beside an error.
   * @param state a JSON value without secrets, 64 KiB at most: core keeps it in an object of the cluster.
   */
  readonly keep: (state: unknown) => void;
}

/** What a generator made. */
export interface Generated {
  /** By the keys that the generator promises. */
  readonly values: ReadonlyMap<string, Uint8Array>;
  /** What `cleanup` needs later, as for `keep`. Absent: what was kept last, if anything. */
  readonly state?: unknown;
}

/** A kind of generator: an object that describes values to be made anew for each who asks. */
export interface GeneratorOptions<Config, Flags = NoFlags> extends Pick<
  KindBehaviour<Config>,
  'metricName' | 'checkConfig'
> {
  /** `generators.external-secrets.io/v1alpha1` for those that users of External Secrets know. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Name of the kind in API paths: `passwords`. */
  readonly plural: string;
  /**
   * Lets a ClusterGenerator describe one for every namespace. Absent: it cannot. Even there, references are read in the namespace
   * of whoever asks.
   */
  readonly cluster?: {
    /** Structural schema of what stands under the key, as a CRD has it: the CRD of ClusterGenerator is open there. */
    readonly schema: ConfigSchema;
    /** Key under `spec.generator`. Default: from the kind, as External Secrets has them: `sshKeySpec` for SSHKey. */
    readonly key?: string;
  };
  /**
   * Makes new values. Called once for each that asks; never repeated by itself.
   * @throws ProviderError, but never SECRET_NOT_FOUND.
   */
  generate(context: GenerateContext<Config, Flags>): Promise<Generated> | Generated;
  /**
   * Takes back what `generate` made. What is gone already is a success. Absent: there is nothing to take back.
   * @param state what was kept, after a stay in the cluster, where others may have changed it: check it.
   */
  cleanup?(state: unknown, context: CleanupContext<Config, Flags>): Promise<void> | void;
}

/** What the kit adds to a call of an opened generator. */
export type GeneratorCall = Pick<GenerateContext<unknown>, 'signal' | 'requester' | 'work'>;

/** An opened generator, as the pool of backends holds it. */
export interface OpenGenerator {
  generate(call: GeneratorCall & Pick<GenerateContext<unknown>, 'keep'>): Promise<Generated>;
  cleanup?(state: unknown, call: GeneratorCall): Promise<void>;
}
