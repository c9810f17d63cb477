import { type Report, RULES, type RuleId } from '@eso/conformance';
import type { PeerLanguage } from '@eso/testing';
import type { PeerBench } from './peer-run.ts';

/**
 * Rules whose check waits for something, or takes many connections, or megabytes: they are checked where they are broken, and in the run
 * of an unbroken provider.
 */
export const SLOW_RULES: ReadonlySet<RuleId> = new Set<RuleId>([
  'authentication.1',
  'authentication.2',
  'authentication.3',
  'limits.1',
  'limits.4',
  'concurrency.1',
  'concurrency.2',
  'health.4',
  'cancellation.1',
  'cancellation.2',
  'cancellation.3',
  'concurrency.3',
  'shutdown.1',
  'shutdown.2',
  'shutdown.3',
  'shutdown.4',
]);

/** Judges a provider that breaks one rule. @returns what is wrong with the judgement: nothing where that rule failed and no other did */
export async function wronglyJudged(bench: PeerBench, language: PeerLanguage, fault: RuleId): Promise<string[]> {
  const only = RULES.map(({ id }) => id).filter((id) => id === fault || !SLOW_RULES.has(id));
  const seen = failed(await bench.judge({ language, fault, only }));
  if (seen.length === 1 && seen[0]?.startsWith(`${fault}: `)) return [];
  return [`with ${fault} broken: ${seen.join('; ') || 'nothing failed'}`];
}

/** Rules that failed, with what was seen. */
function failed({ rules }: Report): string[] {
  return rules.flatMap(({ id, outcome, reason }) => (outcome === 'failed' ? [`${id}: ${reason ?? ''}`] : []));
}
