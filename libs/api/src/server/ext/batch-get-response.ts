import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { errorDetail } from '../../contract/error-wire.ts';
import { ProviderError } from '../../contract/provider-error.ts';
import { BatchGetOutcomeSchema, type BatchGetResponseSchema } from '../../gen/provider/ext/v1alpha1/ext_pb.js';
import type { BatchOutcome } from '../backend.ts';
import { checkValue, lengthDelimited, type ResponseLimits } from '../calls/response-limit.ts';

type Outcome = MessageInitShape<typeof BatchGetOutcomeSchema>;

const LEFT_OUT: Outcome = { outcome: { case: 'leftOut', value: true } };
const LEFT_OUT_BYTES = 4;

/**
 * The answer of a batch within the limit of a single one. Each value is whole: one that would fit alone and does not fit beside the
 * others is left out, and one that would not fit alone is LIMIT_EXCEEDED, so that it costs the others nothing.
 */
export function batchGetResponse(
  outcomes: readonly BatchOutcome[],
  limits: ResponseLimits,
): MessageInitShape<typeof BatchGetResponseSchema> {
  let left = limits.responseBytes - outcomes.length * LEFT_OUT_BYTES;
  return {
    outcomes: outcomes.map((outcome) => {
      const { message, bytes } = sized(outcome, limits);
      const more = Math.max(bytes - LEFT_OUT_BYTES, 0);
      if (more > left) return LEFT_OUT;
      left -= more;
      return message;
    }),
  };
}

function sized(outcome: BatchOutcome, limits: ResponseLimits): { readonly message: Outcome; readonly bytes: number } {
  if ('error' in outcome) return failed(outcome.error);
  const { value } = outcome;
  const bytes = lengthDelimited(lengthDelimited(value.length));
  try {
    checkValue(value, limits, { field: 'remoteRef.key', besides: bytes - lengthDelimited(value.length) });
  } catch (error) {
    return failed(ProviderError.from(error));
  }
  return { message: { outcome: { case: 'value', value } }, bytes };
}

function failed(error: ProviderError): { readonly message: Outcome; readonly bytes: number } {
  const message = create(BatchGetOutcomeSchema, { outcome: { case: 'error', value: errorDetail(error) } });
  return { message, bytes: lengthDelimited(toBinary(BatchGetOutcomeSchema, message).length) };
}
