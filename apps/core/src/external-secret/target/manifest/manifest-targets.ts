import type { ExternalSecret } from '@eso/api/resources';
import { Discovery, type Informer, type KubeClient, objectKey } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import { manifestKind } from '@eso/sync';
import type { InformerPool } from '../../../informer-pool.ts';
import type { SyncTarget } from '../target.ts';
import { ManifestKinds, type ManifestKindsOptions } from './manifest-kinds.ts';
import { ManifestTarget, type ManifestTargetOptions } from './manifest-target.ts';

/** What targets of other kinds than Secret stand on. */
export interface ManifestTargetsOptions extends Pick<
  ManifestKindsOptions,
  'perNamespace' | 'enqueue' | 'enqueueOwners'
> {
  readonly client: KubeClient;
  readonly pool: InformerPool;
  /** Which ExternalSecrets there are: who is gone, or writes something else, needs its kind no longer. */
  readonly externalSecrets: Pick<Informer<ExternalSecret>, 'addHandler'>;
  /** Whether they are written at all (`--unsafe-allow-generic-targets`). */
  readonly enabled: boolean;
  readonly clock: Clock;
}

/** Targets of other kinds than Secret, of all ExternalSecrets. */
export class ManifestTargets {
  readonly #options: ManifestTargetOptions;

  constructor({ client, externalSecrets, enabled, ...options }: ManifestTargetsOptions) {
    const discovery = new Discovery({ client, clock: options.clock });
    const kinds = new ManifestKinds({ ...options, discovery });
    this.#options = { client, kinds, enabled };
    externalSecrets.addHandler({
      update: (before, after) => {
        const [was, is] = [manifestKind(before), manifestKind(after)];
        if (was && (was.apiVersion !== is?.apiVersion || was.kind !== is.kind))
          kinds.release(objectKey(before.metadata));
      },
      delete: (es) => kinds.release(objectKey(es.metadata)),
    });
  }

  /** The target of an ExternalSecret; undefined where it is a Secret, in whichever way the manifest says so. */
  targetOf(es: ExternalSecret): SyncTarget | undefined {
    const manifest = es.spec.target?.manifest;
    if (!manifest || (this.#options.enabled && !manifestKind(es))) return undefined;
    return new ManifestTarget(manifest.kind, this.#options);
  }
}
