import { errorCodes, type ProviderClient, ProviderError } from '@eso/api/client';
import type { Capabilities } from '@eso/api/resources';
import type { Checked } from './check.ts';
import { failedVerdict, invalidVerdict, type Verdict } from './verdict.ts';

/** What is asked, on whose behalf. */
type Question = Pick<Checked, 'providerRef' | 'sourceNamespace'>;

/**
 * Asks the process whether it can work with its config, and what it can do. Never throws but for the caller's own
 * `signal`: a failed call is a verdict, too.
 */
export async function ask(client: ProviderClient, question: Question, signal: AbortSignal): Promise<Verdict> {
  try {
    return question.providerRef.namespace === ''
      ? await askWithoutConfig(client, question, signal)
      : await askAboutConfig(client, question, signal);
  } catch (error) {
    signal.throwIfAborted();
    return failedVerdict(ProviderError.from(error));
  }
}

async function askAboutConfig(client: ProviderClient, question: Question, signal: AbortSignal): Promise<Verdict> {
  const { providerRef, sourceNamespace } = question;
  const validation = await client.validate(providerRef, sourceNamespace, { signal });
  if (validation.kind === 'invalid') return invalidVerdict(validation.message);
  const capabilities = await askCapabilities(client, question, signal, ['UNSUPPORTED']);
  return { kind: validation.kind, warnings: validation.warnings, ...capabilities };
}

/**
 * Every consumer of the store has its own config, so there is none to ask about. That the process is there and willing is
 * all that can be known.
 */
async function askWithoutConfig(client: ProviderClient, question: Question, signal: AbortSignal): Promise<Verdict> {
  await client.checkHealth({ signal });
  const tolerated = Object.keys(errorCodes).filter(
    (code) => errorCodes[code as keyof typeof errorCodes].origin === 'provider',
  );
  return { kind: 'unknown', warnings: [], ...(await askCapabilities(client, question, signal, tolerated)) };
}

/** What the process can do; nothing where it answers with one of the `tolerated` codes. */
async function askCapabilities(
  client: ProviderClient,
  { providerRef, sourceNamespace }: Question,
  signal: AbortSignal,
  tolerated: readonly string[],
): Promise<{ readonly capabilities?: Capabilities }> {
  try {
    return { capabilities: await client.capabilities(providerRef, sourceNamespace, { signal }) };
  } catch (error) {
    if (tolerated.includes(ProviderError.from(error).code)) return {};
    throw error;
  }
}
