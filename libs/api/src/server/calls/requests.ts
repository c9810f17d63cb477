import { Fuel } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { compileRegexp, RegexpError } from '../../regexp/index.ts';
import type {
  ExternalSecretDataRemoteRef,
  ExternalSecretFind,
  PushSecretRemoteRef,
  PushSecretRequest,
} from '../../gen/provider/v1/provider_pb.js';
import type { CallContext, Find, NameMatcher, Push, PushedRef, RemoteRef } from '../backend.ts';
import { selectTask } from './heavy-tasks.ts';

/** @throws ProviderError INVALID_REQUEST */
export function remoteRefOf(ref: ExternalSecretDataRemoteRef | undefined, field = 'remoteRef'): RemoteRef {
  if (!ref?.key) throw invalid(`${field}.key`, `${field}.key is required`);
  return {
    key: ref.key,
    version: ref.version,
    property: ref.property,
    metadataPolicy: oneOf(`${field}.metadataPolicy`, ref.metadataPolicy, ['None', 'Fetch']),
  };
}

/** @throws ProviderError INVALID_REQUEST, INVALID_REGEXP, REGEXP_TOO_LARGE */
export function findOf(find: ExternalSecretFind | undefined, call: Pick<CallContext, 'work'>): Find {
  if (!find) throw invalid('find', 'find is required');
  return {
    tags: new Map(Object.entries(find.tags)),
    conversionStrategy: oneOf('find.conversionStrategy', find.conversionStrategy, ['Default', 'Unicode']),
    ...(find.path ? { path: find.path } : {}),
    ...(find.name ? { nameRegexp: nameMatcher(find.name.regexp, call) } : {}),
  };
}

/** @throws ProviderError INVALID_REQUEST */
export function pushOf(request: PushSecretRequest): Push {
  const push = request.pushSecretData;
  if (!push?.remoteKey) throw invalid('match.remoteRef.remoteKey', 'match.remoteRef.remoteKey is required');
  return {
    data: new Map(Object.entries(request.secretData)),
    secretKey: push.secretKey,
    remoteKey: push.remoteKey,
    property: push.property,
    metadata: push.metadata,
    secretType: request.secretType,
    secretLabels: new Map(Object.entries(request.secretLabels)),
    secretAnnotations: new Map(Object.entries(request.secretAnnotations)),
  };
}

/** @throws ProviderError INVALID_REQUEST */
export function pushedRefOf(ref: PushSecretRemoteRef | undefined): PushedRef {
  if (!ref?.remoteKey) throw invalid('match.remoteRef.remoteKey', 'match.remoteRef.remoteKey is required');
  return { remoteKey: ref.remoteKey, property: ref.property };
}

/**
 * Compiles `find.name.regexp`.
 * @throws ProviderError INVALID_REGEXP, REGEXP_TOO_LARGE
 */
export function nameMatcher(source: string, { work }: Pick<CallContext, 'work'>): NameMatcher {
  const field = 'find.name.regexp';
  try {
    // Compiling is bounded by itself; what it takes is paid for in the matching.
    compileRegexp(source, new Fuel(Infinity));
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error;
    const { code, message, nextStep } = error;
    throw new ProviderError(code, `could not compile find.name.regexp: ${message}`, { field, nextStep, cause: error });
  }
  return {
    source,
    select: (names) =>
      work.run({
        task: selectTask,
        input: { expression: source, names: [...names] },
        source,
        field,
        what: 'matching the names',
      }),
  };
}

/** The value of an enumeration that the wire carries as text; empty = the first. */
function oneOf<const T extends string>(field: string, value: string, allowed: readonly [T, ...T[]]): T {
  if (value === '') return allowed[0];
  const known = allowed.find((candidate) => candidate === value);
  if (known !== undefined) return known;
  throw invalid(field, `${field} must be one of ${allowed.join(', ')}`);
}

function invalid(field: string, problem: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', problem, { field });
}
