import type { AdverseProxy } from './adverse-proxy.ts';
import { type AdverseCalls, allOutcomes, answersOf, type CallOutcome } from './call-outcomes.ts';
import type { AdverseCase } from './cases.ts';
import { eventually } from '../eventually.ts';
import { outcomeFindings, leaks } from './outcome-findings.ts';

/** A provider whose backend stands behind an {@link AdverseProxy}. */
export interface AdverseSubject {
  readonly proxy: AdverseProxy;
  /** Of the tenant whom the proxy's faults are for. They answer the same however often they are made. */
  readonly calls: AdverseCalls;
  /** Of a tenant beside it, by the same endpoint. */
  readonly beside: AdverseCalls;
  /** Of a tenant with another endpoint, which a fault that hits everybody does not reach. */
  readonly elsewhere: AdverseCalls;
  /** Makes the provider open its backends anew, for faults of what is asked at the beginning alone. Default: they stay. */
  readonly reopen?: () => void;
  /** How long it may take until all is well again, milliseconds. Default 30,000. */
  readonly recoveryMs?: number;
  /** What no error and no line of the log may hold: values, credentials. */
  readonly hidden: readonly string[];
  /** Lines that the provider wrote to its log so far. */
  readonly log: readonly string[];
}

/** As long as providers wait for their backend by themselves, and longer. */
const PATIENT_MS = 60_000;
/** What a reader may take of one body without an end: the largest answer of the contract, and as much for what is under way. */
const MOST_POURED = 128 * 1024 * 1024;

/**
 * Makes the backend ill in one way, and lists what the provider got wrong about it: what it answered, said and logged, what another
 * tenant had of it, and whether it was well again with its backend. An empty list is what a test wants.
 * @throws Error when the calls fail before anything was wrong
 */
export async function adverseFindings(adverse: AdverseCase, subject: AdverseSubject): Promise<string[]> {
  const { proxy, calls, hidden } = subject;
  const neighbours = adverse.everybody ? subject.elsewhere : subject.beside;
  const [healthy, besideHealthy] = [await answersOf(calls), await answersOf(neighbours)];
  const firstLine = subject.log.length;
  subject.reopen?.();
  await proxy.set(adverse.fault);
  const running = allOutcomes(calls, adverse.deadlineMs ?? PATIENT_MS);
  const beside = await allOutcomes(neighbours, PATIENT_MS);
  if (adverse.codes.length === 0) {
    await eventually(() => {
      if (proxy.held === 0) throw new Error('no request is held back');
    });
    await proxy.set(undefined);
  }
  const outcomes = await running;
  const traffic = trafficFindings(adverse, proxy, Object.keys(calls).length);
  await proxy.set(undefined);
  return [
    ...[...outcomes].flatMap(([name, outcome]) =>
      outcomeFindings({ name, outcome, healthy: healthy.get(name), adverse, hidden }),
    ),
    ...[...beside].flatMap(([name, outcome]) =>
      isAnswer(outcome, besideHealthy.get(name)) ? [] : [`the tenant beside: ${name} ${told(outcome)}`],
    ),
    ...traffic,
    ...(await recoveryFindings(subject, healthy)),
    ...leaks('the log', subject.log.slice(firstLine).join('\n'), hidden),
  ];
}

function trafficFindings(adverse: AdverseCase, proxy: AdverseProxy, calls: number): string[] {
  const findings: string[] = [];
  if (proxy.hit === 0 && adverse.fault.kind !== 'refuse' && !adverse.mayAnswer)
    findings.push('the backend was not asked');
  if (proxy.paths.includes('/elsewhere')) findings.push('a redirect was followed, with what the request carries');
  if (proxy.poured > MOST_POURED * calls) findings.push(`${proxy.poured} bytes of endless answers were taken`);
  return findings;
}

/** By itself, and with the next call where nothing has to run out first. */
async function recoveryFindings(
  { calls, recoveryMs = 30_000 }: AdverseSubject,
  healthy: ReadonlyMap<string, string>,
): Promise<string[]> {
  try {
    await eventually(
      async () => {
        for (const [name, outcome] of await allOutcomes(calls, PATIENT_MS))
          if (!isAnswer(outcome, healthy.get(name))) throw new Error(`${name} ${told(outcome)}`);
      },
      { timeoutMs: recoveryMs },
    );
    return [];
  } catch (error) {
    return [`does not recover: ${(error as Error).message}`];
  }
}

function isAnswer(outcome: CallOutcome, expected: string | undefined): boolean {
  return 'answer' in outcome && outcome.answer === expected;
}

function told(outcome: CallOutcome): string {
  return 'answer' in outcome ? 'answers something else' : `fails with ${outcome.error.code}`;
}
