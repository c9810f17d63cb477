import type { Logger } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { Backend } from '../backend.ts';
import type { ConfigProblem } from '../config-check.ts';
import type { KindDefinition } from '../define-kind.ts';
import type { OpenContext } from '../open-context.ts';
import { fromAuthor, wrongReturn } from './author-errors.ts';
import type { AuthorFaults } from './author-faults.ts';
import { backendProblem, checkedBackend, describeType } from './checked-backend.ts';

/** An open backend: what the kit calls, and what it closes. */
export interface OpenBackend {
  readonly calls: Backend;
  close: NonNullable<Backend['close']>;
}

/**
 * Checks a config object and opens its backend, with a guard around each function of the author.
 * @throws ProviderError CONFIG_INVALID; what `open` throws; INTERNAL for a defect of the author's code.
 */
export async function openBackend(
  kind: KindDefinition,
  context: OpenContext<unknown, unknown>,
  faults: AuthorFaults,
): Promise<OpenBackend> {
  const { logger } = context;
  checkConfig(kind, context.config, faults, logger);
  let backend: Backend;
  try {
    backend = await kind.open(context);
  } catch (error) {
    // What it threw because it was given up is nobody's concern.
    if (context.signal.aborted) throw error;
    throw fromAuthor(faults, logger, 'open', error);
  }
  const problem = backendProblem(backend);
  if (problem) throw wrongReturn(faults, logger, 'open', problem);
  return {
    calls: checkedBackend(backend, faults, logger),
    close: (closing) => backend.close?.(closing),
  };
}

function checkConfig(kind: KindDefinition, config: unknown, faults: AuthorFaults, logger: Logger): void {
  let problems: unknown;
  try {
    problems = kind.checkConfig(config);
  } catch (error) {
    throw fromAuthor(faults, logger, 'checkConfig', error);
  }
  if (!Array.isArray(problems))
    throw wrongReturn(faults, logger, 'checkConfig', `${describeType(problems)} instead of a list of problems`);
  if (problems.length === 0) return;
  const first: unknown = problems[0];
  const { field, problem, nextStep, code } = (first ?? {}) as Record<keyof ConfigProblem, unknown>;
  if (typeof field !== 'string' || typeof problem !== 'string' || typeof nextStep !== 'string')
    throw wrongReturn(faults, logger, 'checkConfig', 'a problem without field, problem or nextStep');
  throw new ProviderError(code === 'UNSUPPORTED' ? code : 'CONFIG_INVALID', problem, { field, nextStep });
}
