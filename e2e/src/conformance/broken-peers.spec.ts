import { type Report, RULES, type RuleId } from '@eso/conformance';
import { peerFaults, type PeerLanguage, peerLanguages } from '@eso/testing';
import { PeerBench } from './peer-run.ts';

/** A first build of the programs takes this long on a loaded machine. */
const BUILD_MS = 600_000;
/** Providers that are judged at once. */
const AT_ONCE = 6;
/**
 * Rules whose check waits for something, or takes many connections, or megabytes: they are checked where they are broken, and in the run
 * of an unbroken provider.
 */
const SLOW: ReadonlySet<RuleId> = new Set<RuleId>([
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

let bench: PeerBench;
const faultsOf = {} as Record<PeerLanguage, readonly RuleId[]>;

beforeAll(async () => {
  bench = await PeerBench.create();
  for (const language of peerLanguages) faultsOf[language] = (await peerFaults(language)) as RuleId[];
}, BUILD_MS);
afterAll(() => bench.remove());

/** Rules that failed, with what was seen. */
function failed({ rules }: Report): string[] {
  return rules.flatMap(({ id, outcome, reason }) => (outcome === 'failed' ? [`${id}: ${reason ?? ''}`] : []));
}

test('each rule is broken by one of the providers', () => {
  const broken = new Set(Object.values(faultsOf).flat());
  expect(RULES.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
});

describe.each(peerLanguages)('a provider in %s', (language) => {
  test(
    'that breaks one rule fails this rule and no other',
    async () => {
      const rest = [...faultsOf[language]];
      const wrong: string[] = [];
      const next = async (): Promise<void> => {
        for (let fault = rest.shift(); fault !== undefined; fault = rest.shift()) {
          const only = RULES.map(({ id }) => id).filter((id) => id === fault || !SLOW.has(id));
          const seen = failed(await bench.judge({ language, fault, only }));
          if (seen.length !== 1 || !seen[0]?.startsWith(`${fault}: `))
            wrong.push(`with ${fault} broken: ${seen.join('; ') || 'nothing failed'}`);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      expect(wrong).toEqual([]);
    },
    BUILD_MS,
  );
});
