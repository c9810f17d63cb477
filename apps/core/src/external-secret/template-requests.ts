import type { ExternalSecret } from '@eso/api/resources';
import type { Problem, TemplateRequest } from '@eso/sync';

/** Where an action of a template begins and ends. */
export type TemplateDelimiters = TemplateRequest['delimiters'];

/** A template with everything that it reads. */
export interface PreparedTemplate {
  readonly request: TemplateRequest;
  /** Resource versions of the objects that its texts come from. */
  readonly versions: readonly string[];
}

/** What became of the objects that a template reads. */
export type SourceState =
  /** As they were when the target was rendered, or nothing is known of another one. */
  | { readonly kind: 'unchanged' }
  /** One of them came, changed or went. `waitMs`: it was rendered so often of late that the next time has to wait; milliseconds. */
  | { readonly kind: 'changed'; readonly waitMs: number };

/** Works out how a target is rendered, with the texts that its template refers to as they are now. */
export interface TemplateRequests {
  /**
   * Reads what the template refers to.
   * @returns undefined where there is nothing to render: no template, or a target that is left to others
   * @throws KubeError for a request that failed without a fault of the manifest
   */
  requestFor(
    es: ExternalSecret,
    signal: AbortSignal,
  ): Promise<PreparedTemplate | { readonly problem: Problem } | undefined>;
  /** Remembers that the target is as this made it; undefined: that there was nothing to render. */
  rendered(es: ExternalSecret, prepared: PreparedTemplate | undefined): void;
  /** Whether what it reads has changed since, by the caches alone. */
  stateOf(es: ExternalSecret): SourceState;
}
