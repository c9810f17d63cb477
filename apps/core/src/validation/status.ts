import { isDeepStrictEqual } from 'node:util';
import { quotedText } from '@eso/api/contract';
import { ProviderConditionType, ProviderReason, type ProviderStatus } from '@eso/api/resources';
import { bounded } from '@eso/runtime';
import { conditionMessage, mergeCondition, type Problem } from '@eso/sync';
import type { StatusWords } from './status-words.ts';
import type { StoreVerdict } from './verdict.ts';

/** Status of a store or a class, as core writes it. */
export type ValidationStatus = ProviderStatus;
type ProviderCondition = NonNullable<ProviderStatus['conditions']>[number];
type NewCondition = Omit<ProviderCondition, 'lastTransitionTime'>;

/** Room for what a provider warns about, in bytes. */
const MESSAGE_BYTES = 1_024;

/** Of what, and when, a status speaks. */
interface StatusContext {
  readonly words: StatusWords;
  /** What core itself warns about. Default none. */
  readonly notes?: readonly string[];
  readonly generation: number;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: number;
}

/** The status after a pass. Returns `before` itself when nothing changes, so that nothing is written. */
export function storeStatusAfter(
  before: ProviderStatus | undefined,
  verdict: StoreVerdict,
  context: StatusContext,
): ProviderStatus | undefined {
  const conditions = conditionsAfter(before?.conditions ?? [], verdict, context);
  const { capabilities, features } = capabilitiesAfter(before, verdict);
  if (
    before &&
    conditions === before.conditions &&
    capabilities === before.capabilities &&
    isDeepStrictEqual(features, before.features)
  )
    return before;
  return {
    conditions: [...conditions],
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(features === undefined ? {} : { features: [...features] }),
  };
}

type Known = Pick<ProviderStatus, 'capabilities'> & { readonly features?: readonly string[] | undefined };

/** An answer that failed, is empty or is not understood says nothing: what is known stays. */
function capabilitiesAfter(before: ProviderStatus | undefined, verdict: StoreVerdict): Known {
  if (verdict.kind === 'circuitOpen') return before ?? {};
  const { capabilities, features } = verdict;
  if (capabilities === undefined && features === undefined) return before ?? {};
  return { ...(capabilities === undefined ? {} : { capabilities }), features };
}

/** The condition of a type in a status. */
export function conditionOf(status: ProviderStatus | undefined, type: string): ProviderCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

function conditionsAfter(
  before: readonly ProviderCondition[],
  verdict: StoreVerdict,
  context: StatusContext,
): readonly ProviderCondition[] {
  const { words, generation, now } = context;
  const ready = before.find(({ type }) => type === ProviderConditionType.ready);
  // A failure that is known says more than that the process is left alone for a while because of it.
  const isKnownFailure =
    ready?.status === 'False' && ready.observedGeneration === generation && words.mayBeUnreached(ready.reason ?? '');
  if (verdict.kind === 'circuitOpen' && isKnownFailure) return before;
  const withReady = mergeCondition(before, readyCondition(verdict, context), now);
  if (verdict.kind === 'unknown' && words.showsValidated)
    return mergeCondition(withReady, validatedUnknown(generation), now);
  return withReady.some(isValidated) ? withReady.filter((condition) => !isValidated(condition)) : withReady;
}

const isValidated = ({ type }: { readonly type: string }): boolean => type === ProviderConditionType.validated;

function readyCondition(verdict: StoreVerdict, context: StatusContext): NewCondition {
  const { words, notes = [], generation: observedGeneration } = context;
  const type = ProviderConditionType.ready;
  if (!('problem' in verdict)) {
    const { reason, message } = words[verdict.kind];
    return {
      type,
      status: 'True',
      reason,
      message: withWarnings(message, notes, verdict.warnings),
      observedGeneration,
    };
  }
  const problem: Problem = verdict.problem;
  const prefix = verdict.kind === 'invalid' && verdict.told ? words.invalid : words.unreached;
  const [reason, message] = [words.reasonOf(problem.code), conditionMessage(prefix, problem)];
  return { type, status: 'False', reason, message, observedGeneration };
}

/** Only while it is not known: the first answer that says more removes it. */
function validatedUnknown(observedGeneration: number): NewCondition {
  return {
    type: ProviderConditionType.validated,
    status: 'Unknown',
    reason: ProviderReason.validationUnknown,
    message: 'credentials are those of each consumer; they are checked at use',
    observedGeneration,
  };
}

function withWarnings(message: string, notes: readonly string[], warnings: readonly string[]): string {
  const said = warnings.map(quotedText).filter((words) => words !== '');
  const all = [...notes, ...said.map((words) => `the provider said: ${words}`)];
  return bounded([message, ...all.map((words) => `warning: ${words}`)].join('; '), MESSAGE_BYTES);
}
