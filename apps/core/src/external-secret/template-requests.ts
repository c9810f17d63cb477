import type { ExternalSecret } from '@eso/api/resources';
import type { Problem, TemplateRequest } from '@eso/sync';

/** Works out how a target is rendered, with the texts that its template refers to as they are now. */
export interface TemplateRequests {
  /** Undefined: it has no template. */
  requestFor(
    es: ExternalSecret,
    signal: AbortSignal,
  ): Promise<TemplateRequest | { readonly problem: Problem } | undefined>;
}
