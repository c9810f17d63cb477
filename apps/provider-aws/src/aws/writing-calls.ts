import { type ApiCallMetrics, ProviderError } from '@eso/api/server';
import type { FieldPath } from './aws-config.ts';
import { type AwsError, awsFailure, backendAnswer, isAwsError } from './failure.ts';

/** Where a push says what it writes to. */
export const REMOTE_KEY = 'match.remoteRef.remoteKey';

/** What the writing calls of one config to one service have in common. */
export interface WritingCallsOptions {
  /** As users know it: `AWS Secrets Manager`. */
  readonly service: string;
  readonly region: string;
  readonly metrics: ApiCallMetrics;
  readonly at: FieldPath;
  /** Names of the errors that one of two who write at the same time gets. */
  readonly conflicts: readonly string[];
  /** What helps with errors of these names, where the general words do not. */
  readonly nextSteps?: Readonly<Record<string, string>>;
  /** Where an error speaks of a part of the push, that part: `metadata.spec.kmsKeyID`. Default: the field of the call. */
  readonly fieldOf?: (error: AwsError) => string | undefined;
}

/** A call that belongs to a push or a deletion. */
export interface WritingCall<T> {
  readonly operation: string;
  /** What was tried, after "cannot" and "may not": `write secret db`. */
  readonly action: string;
  /** What the user wrote that led to the call. Default: the remote key. */
  readonly field?: string;
  /** What helps where AWS does not accept what is sent, if more is known than that. */
  readonly nextStep?: string | undefined;
  readonly signal: AbortSignal;
  readonly send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>;
}

/** Errors whose text names rights and ARNs. Those of other errors may quote what was sent, the value among it. */
const QUOTES_NO_VALUE: ReadonlySet<string> = new Set(['AccessDeniedException', 'AccessDenied']);

/** Makes calls that belong to a push or a deletion, counted, abortable, and with failures that say what they mean and quote no value. */
export class WritingCalls {
  readonly #options: WritingCallsOptions;

  constructor(options: WritingCallsOptions) {
    this.#options = options;
  }

  /** @throws ProviderError, never SECRET_NOT_FOUND; CONFLICT where somebody else wrote at the same time. */
  async run<T>(call: WritingCall<T>): Promise<T> {
    const { operation, signal, send } = call;
    try {
      return await this.#options.metrics.track(operation, () => send({ abortSignal: signal }));
    } catch (error) {
      signal.throwIfAborted();
      throw this.#failure(error, call);
    }
  }

  #failure(error: unknown, { action, field = REMOTE_KEY, nextStep: special }: WritingCall<unknown>): ProviderError {
    const { service, region, at, conflicts, nextSteps = {}, fieldOf } = this.#options;
    if (error instanceof ProviderError || !isAwsError(error)) return ProviderError.from(error);
    const cause = withoutValue(error);
    if (conflicts.includes(error.name))
      return new ProviderError(
        'CONFLICT',
        `cannot ${action}: somebody else wrote it at the same time (${error.name})`,
        { field, cause, backend: backendAnswer(error) },
      );
    const about = fieldOf?.(error) ?? field;
    const failure = awsFailure(cause, { service, region, action, field: about, invalidRequest: 'INVALID_REQUEST', at });
    const known = Object.hasOwn(nextSteps, error.name) ? nextSteps[error.name] : undefined;
    const nextStep = known ?? (failure.code === 'INVALID_REQUEST' ? special : undefined);
    if (nextStep === undefined) return failure;
    const { code, publicMessage, backend } = failure;
    return new ProviderError(code, publicMessage, { field: about, nextStep, cause, ...(backend && { backend }) });
  }
}

/** The same error of AWS, without a text that may quote the value. What is no answer of AWS stays. */
function withoutValue(error: AwsError): AwsError {
  if (error.$fault !== 'client' || QUOTES_NO_VALUE.has(error.name)) return error;
  const { name, $fault, $metadata, $response } = error;
  const text = 'it does not accept what was sent; its text is left out, as it may quote the value';
  return Object.assign(new Error(text), {
    name,
    $fault,
    ...($metadata ? { $metadata } : {}),
    ...($response === undefined ? {} : { $response }),
  });
}
