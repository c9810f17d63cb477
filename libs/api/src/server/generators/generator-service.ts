import { abortable, withDeadline } from '@eso/runtime';
import type { ServiceImpl } from '@connectrpc/connect';
import { GeneratorProvider, type GenerateResponseSchema } from '../../gen/generator/v1/generator_pb.js';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type CallRuntime, unary } from '../calls/call.ts';
import { checkMap, type ResponseLimits } from '../calls/response-limit.ts';
import type { GeneratorAccess, GeneratorRequest, GeneratorUse } from './generator-access.ts';
import { decodeState, encodeState } from './generator-state.ts';

/** How calls are run, how a generator is found, and how large an answer may be. */
export interface GeneratorServiceOptions {
  readonly runtime: CallRuntime;
  readonly access: GeneratorAccess;
  readonly limits: ResponseLimits;
}

/** Time to take back what a failed call made, milliseconds; its generator is held for as long after its caller has gone. */
const UNDO_MS = 5_000;

/** `generator.v1.GeneratorProvider` over the generators of a provider. */
export function generatorService({
  runtime,
  access,
  limits,
}: GeneratorServiceOptions): ServiceImpl<typeof GeneratorProvider> {
  const rpc = GeneratorProvider.method;
  return {
    generate: unary(runtime, {
      method: rpc.generate,
      describe,
      handle: async (request, signal) =>
        access.use(access.target(request), signal, (use) => generate(use, { runtime, limits, request })),
    }),
    cleanup: unary(runtime, {
      method: rpc.cleanup,
      describe,
      handle: async (request, signal) => {
        const target = access.target(request);
        const state = decodeState(request.state);
        // Nothing was made, or nothing has to be taken back: the object need not be there any more.
        if (state === undefined || target.generator?.cleans === false) return {};
        return access.use(target, signal, async ({ generator, call }) => {
          await generator.cleanup?.(state, call);
          return {};
        });
      },
    }),
  };
}

interface Generation {
  readonly runtime: CallRuntime;
  readonly limits: ResponseLimits;
  readonly request: GeneratorRequest;
}

async function generate(
  use: GeneratorUse,
  generation: Generation,
): Promise<MessageInitShape<typeof GenerateResponseSchema>> {
  const { generator, call } = use;
  let kept: unknown;
  try {
    const { values } = await generator.generate({ ...call, keep: (state) => (kept = state) });
    // Nobody gets the answer: without its state, nobody could clean up.
    call.signal.throwIfAborted();
    const state = encodeState(kept);
    checkMap(values, generation.limits, { besides: state.length });
    return { secrets: Object.fromEntries(values), state };
  } catch (error) {
    if (kept !== undefined) await undo(use, kept, generation);
    throw error;
  }
}

/** Takes back what a call made whose answer nobody gets. It is tried once: what is left then stands in the log. */
async function undo(
  { generator, call }: GeneratorUse,
  state: unknown,
  { runtime, request }: Generation,
): Promise<void> {
  if (!generator.cleanup) return;
  const { clock, logger } = runtime;
  const late = (): Error => new DOMException('no time is left', 'TimeoutError');
  try {
    await withDeadline({ clock, ms: UNDO_MS, late }, async (signal) =>
      abortable(generator.cleanup?.(state, { ...call, signal }) ?? Promise.resolve(), signal),
    );
  } catch {
    logger.error(describe(request), 'what a failed call of a generator had made could not be taken back');
  }
}

function describe({ generatorRef, sourceNamespace }: GeneratorRequest): Record<string, unknown> {
  return {
    requester: { namespace: sourceNamespace },
    generator: generatorRef && { kind: generatorRef.kind, name: generatorRef.name },
  };
}
