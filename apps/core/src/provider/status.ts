import { isDeepStrictEqual } from 'node:util';
import { quotedText } from '@eso/api/contract';
import { ProviderConditionType, ProviderMessage, ProviderReason, type ProviderStatus } from '@eso/api/resources';
import { bounded } from '@eso/runtime';
import { mergeCondition } from '@eso/sync';
import { isUnreachable, type StoreVerdict } from './verdict.ts';

type ProviderCondition = NonNullable<ProviderStatus['conditions']>[number];
type NewCondition = Omit<ProviderCondition, 'lastTransitionTime'>;

/** Room for what a provider warns about, in bytes. */
const MESSAGE_BYTES = 1_024;

/**
 * The status after a pass. Returns `before` itself when nothing changes, so that nothing is written.
 * @param now wall clock, milliseconds since the epoch
 */
export function storeStatusAfter(
  before: ProviderStatus | undefined,
  verdict: StoreVerdict,
  { generation, now }: { readonly generation: number; readonly now: number },
): ProviderStatus | undefined {
  const conditions = conditionsAfter(before?.conditions ?? [], verdict, generation, now);
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
  generation: number,
  now: number,
): readonly ProviderCondition[] {
  const ready = before.find(({ type }) => type === ProviderConditionType.ready);
  // A failure that is known says more than that the process is left alone for a while because of it.
  const isKnownFailure =
    ready?.status === 'False' && ready.observedGeneration === generation && isUnreachable(ready.reason);
  if (verdict.kind === 'circuitOpen' && isKnownFailure) return before;
  const withReady = mergeCondition(before, readyCondition(verdict, generation), now);
  if (verdict.kind === 'unknown') return mergeCondition(withReady, validatedUnknown(generation), now);
  return withReady.some(isValidated) ? withReady.filter((condition) => !isValidated(condition)) : withReady;
}

const isValidated = ({ type }: { readonly type: string }): boolean => type === ProviderConditionType.validated;

function readyCondition(verdict: StoreVerdict, observedGeneration: number): NewCondition {
  const type = ProviderConditionType.ready;
  switch (verdict.kind) {
    case 'valid':
      return {
        type,
        status: 'True',
        reason: ProviderReason.valid,
        message: withWarnings(ProviderMessage.valid, verdict.warnings),
        observedGeneration,
      };
    case 'unknown':
      return {
        type,
        status: 'True',
        reason: ProviderReason.validationUnknown,
        message: withWarnings(ProviderMessage.validationUnknown, verdict.warnings),
        observedGeneration,
      };
    case 'invalid':
    case 'circuitOpen':
      return { type, status: 'False', reason: verdict.reason, message: verdict.message, observedGeneration };
  }
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

function withWarnings(message: string, warnings: readonly string[]): string {
  const said = warnings.map(quotedText).filter((words) => words !== '');
  return bounded([message, ...said.map((words) => `warning: the provider said: ${words}`)].join('; '), MESSAGE_BYTES);
}
