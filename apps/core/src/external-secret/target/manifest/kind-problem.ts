/** Why objects of a kind cannot be targets. */
import { type DiscoveredKind, KubeError, resourceName, type ResourceType } from '@eso/kube';
import { type ManifestKind, type Problem, SyncError } from '@eso/sync';
import type { InformerProblem } from '../../../informer-use.ts';

const FIELD = 'spec.target.manifest';

/** What has to be possible with a kind: read it, follow it, make and change it. */
const NEEDED_VERBS = ['get', 'list', 'watch', 'create', 'patch'];

/** What discovery says against a kind; undefined for one that can be written. */
export function discoveredProblem(
  { apiVersion, kind }: ManifestKind,
  discovered: DiscoveredKind,
): SyncError | undefined {
  switch (discovered.kind) {
    case 'unknownVersion':
      return unknownKind(`the API server serves nothing as ${apiVersion}`);
    case 'unknownKind':
      return unknownKind(`the API server knows no kind ${kind} in ${apiVersion}`);
    case 'found': {
      const lacking = NEEDED_VERBS.filter((verb) => !discovered.verbs.has(verb));
      const why = !discovered.type.namespaced
        ? 'it has no namespace, and an ExternalSecret writes in its own only'
        : lacking.length > 0
          ? `the API server cannot ${lacking.join(', ')} it`
          : undefined;
      return why === undefined
        ? undefined
        : new SyncError({
            code: 'TARGET_KIND_NOT_ALLOWED',
            field: FIELD,
            what: `objects of kind ${kind} of ${apiVersion} cannot be targets: ${why}`,
            nextStep: 'Choose another kind.',
          });
    }
  }
}

/** Why a kind could not be looked for. */
export function discoveryProblem({ apiVersion, kind }: ManifestKind, thrown: unknown): SyncError {
  const { code, publicMessage } = KubeError.from(thrown);
  return new SyncError({
    code: 'TARGET_KIND_UNAVAILABLE',
    field: FIELD,
    what: `where objects of kind ${kind} of ${apiVersion} are could not be found out: ${publicMessage} [${code}]`,
    nextStep: 'Look at the API server, and at the APIService of that group; it is tried again.',
    cause: thrown,
  });
}

/** The kind was there, and is not any more. */
export function vanishedKind({ apiVersion, kind }: ManifestKind): SyncError {
  return unknownKind(`the API server knows no kind ${kind} in ${apiVersion} any more`);
}

/** Why objects of a kind cannot be followed. */
export function followProblem(type: ResourceType, problem: InformerProblem): Problem {
  const nextStep = problem.code === 'FORBIDDEN' ? rightsStep(type) : problem.nextStep;
  return { code: problem.code, field: FIELD, publicMessage: problem.publicMessage, nextStep };
}

/** Which rights core needs on a kind, and how an installation gives them. */
export function rightsStep(type: ResourceType): string {
  return (
    `Grant core the verbs get, list, watch, create, patch and delete on ${resourceName(type)}, ` +
    'with genericTargets.resources of the chart; it is tried again.'
  );
}

function unknownKind(what: string): SyncError {
  return new SyncError({
    code: 'TARGET_KIND_UNKNOWN',
    field: FIELD,
    what,
    nextStep: 'Correct apiVersion and kind, or have the CustomResourceDefinition installed; it is looked for again.',
  });
}
