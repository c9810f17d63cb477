import { types } from 'node:util';
import type { Logger } from '@eso/runtime';
import type { Backend, BatchOutcome, CallContext, Validation } from '../backend.ts';
import { fromAuthor, wrongReturn } from './author-errors.ts';
import type { AuthorFaults } from './author-faults.ts';
import { checkedChanges } from './checked-changes.ts';

/** Methods whose calls are guarded; `close` has a guard of its own. */
const METHODS = [
  'getSecret',
  'getSecretMap',
  'getAllSecrets',
  'pushSecret',
  'deleteSecret',
  'secretExists',
  'validate',
  'batchGet',
  'watch',
  'generate',
  'cleanup',
] as const;

type Method = (typeof METHODS)[number];

/** What is wrong with an answer, by type only; undefined when nothing is. */
type Check = (answer: unknown, parameters: readonly unknown[]) => string | undefined;

const CHECKS: Readonly<Record<Method, Check>> = {
  getSecret: (answer) => (types.isUint8Array(answer) ? undefined : `${describeType(answer)} instead of bytes`),
  getSecretMap: secretsProblem,
  getAllSecrets: secretsProblem,
  pushSecret: () => undefined,
  deleteSecret: () => undefined,
  secretExists: (answer) =>
    typeof answer === 'boolean' ? undefined : `${describeType(answer)} instead of true or false`,
  validate: validationProblem,
  batchGet: batchProblem,
  watch: (answer) =>
    isIterable(answer) ? undefined : `${describeType(answer)} instead of something to read changes from`,
  generate: generatedProblem,
  cleanup: () => undefined,
};

/**
 * A backend as the kit calls it: whatever its author wrote, a call ends in an answer of the right type or in a ProviderError.
 * Without this, protobuf's text about a wrong value, which may quote it, would reach users.
 */
export function checkedBackend(backend: Backend, faults: AuthorFaults, logger: Logger): Backend {
  const checked: Record<string, unknown> = {};
  for (const method of METHODS) {
    const own = functionsOf(backend)[method];
    if (own === undefined) continue;
    checked[method] = async (...parameters: unknown[]): Promise<unknown> => {
      const call = (parameters.at(-1) ?? {}) as Partial<CallContext>;
      const ofCall = (): Logger => callLogger(logger, call);
      let answer: unknown;
      try {
        answer = await (own as (...parameters: unknown[]) => unknown).apply(backend, parameters);
      } catch (error) {
        // What the call's own end interrupted is judged by the call.
        if (call.signal?.aborted) throw error;
        throw fromAuthor(faults, ofCall(), method, error);
      }
      const problem = CHECKS[method](answer, parameters);
      if (problem) throw wrongReturn(faults, ofCall(), method, problem);
      const { signal } = call;
      return finished(method, answer, { faults, logger, ...(signal && { signal }) });
    };
  }
  return checked;
}

/** A defect has one line, which says for whom the call was. */
function callLogger(logger: Logger, { requester, store }: Partial<CallContext>): Logger {
  return requester ? logger.child({ requester, store }) : logger;
}

/** Parts of an answer that are an author's as well: errors of single outcomes, and changes that are still to come. */
function finished(method: Method, answer: unknown, guard: Parameters<typeof checkedChanges>[1]): unknown {
  if (method === 'watch') return checkedChanges(answer as AsyncIterable<unknown>, guard);
  if (method !== 'batchGet') return answer;
  return (answer as readonly BatchOutcome[]).map((outcome) =>
    'error' in outcome ? { error: fromAuthor(guard.faults, guard.logger, 'getSecret', outcome.error) } : outcome,
  );
}

/** What is wrong with the thing that an author's `open` returned; undefined when nothing is. */
export function backendProblem(backend: unknown): string | undefined {
  if (typeof backend !== 'object' || backend === null) return `${describeType(backend)} instead of a backend`;
  for (const method of [...METHODS, 'close'] as const) {
    const own = functionsOf(backend)[method];
    if (own !== undefined && typeof own !== 'function')
      return `a backend whose ${method} is ${describeType(own)} instead of a function`;
  }
  return undefined;
}

function functionsOf(backend: object): Readonly<Record<string, unknown>> {
  return backend as Readonly<Record<string, unknown>>;
}

function secretsProblem(answer: unknown): string | undefined {
  if (!types.isMap(answer)) return `${describeType(answer)} instead of a map`;
  for (const [key, value] of answer) {
    // Neither the key nor the value is named: keys of a document are as secret as it is.
    if (typeof key !== 'string') return `a map with ${describeType(key)} as a key`;
    if (!types.isUint8Array(value)) return `a map with ${describeType(value)} instead of bytes in it`;
  }
  return undefined;
}

function batchProblem(answer: unknown, [refs]: readonly unknown[]): string | undefined {
  if (!Array.isArray(answer)) return `${describeType(answer)} instead of a list of outcomes`;
  const asked = (refs as readonly unknown[]).length;
  if (answer.length !== asked) return `${answer.length} outcomes for ${asked} references`;
  for (const outcome of answer as unknown[]) {
    const { value, error } = (outcome ?? {}) as Record<'value' | 'error', unknown>;
    if (error === undefined && !types.isUint8Array(value))
      return `${describeType(value)} instead of bytes in an outcome`;
  }
  return undefined;
}

function isIterable(answer: unknown): boolean {
  return typeof (answer as Partial<AsyncIterable<unknown>> | undefined | null)?.[Symbol.asyncIterator] === 'function';
}

function generatedProblem(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return `${describeType(answer)} instead of what was generated`;
  const problem = secretsProblem((answer as { readonly values?: unknown }).values);
  return problem === undefined ? undefined : `${problem} as its values`;
}

function validationProblem(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return `${describeType(answer)} instead of a validation`;
  const { kind, message, warnings } = answer as { [K in keyof Required<Validation> | 'message']?: unknown };
  if (kind !== 'valid' && kind !== 'unknown' && kind !== 'invalid') return 'a validation of no known kind';
  if (kind === 'invalid' && typeof message !== 'string')
    return `a validation with ${describeType(message)} as its message`;
  if (warnings === undefined) return undefined;
  if (!Array.isArray(warnings)) return `a validation with ${describeType(warnings)} as its warnings`;
  const odd: unknown = warnings.find((warning) => typeof warning !== 'string');
  return odd === undefined && !warnings.includes(undefined)
    ? undefined
    : `a validation with ${describeType(odd)} as a warning`;
}

/** The type of a value in words. Never the value. */
export function describeType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (types.isMap(value)) return 'a map';
  if (types.isUint8Array(value)) return 'bytes';
  if (types.isPromise(value)) return 'a promise';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'undefined':
      return 'nothing';
    case 'object':
      return 'an object';
    default:
      return `a ${typeof value}`;
  }
}
