import { type Report, RULES, type RuleId } from '@eso/conformance';
import { peerFaults, type PeerLanguage } from '@eso/testing';
import { PeerBench } from './peer-run.ts';

/** A first build of the programs takes this long on a loaded machine. */
const BUILD_MS = 600_000;
/** Providers that are judged at once. */
const AT_ONCE = 6;
/** Rules whose check waits for something: they are checked where they are broken, and in the run of an unbroken provider. */
const WAITING: ReadonlySet<RuleId> = new Set<RuleId>([
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

const languages: readonly PeerLanguage[] = ['go'];
/** About what the provider in Go lacks nothing of, or leaves to its library. */
const UNBROKEN: readonly RuleId[] = ['find.6', 'capabilities.4', 'limits.5'];

let bench: PeerBench;
const faultsOf = {} as Record<PeerLanguage, readonly RuleId[]>;

beforeAll(async () => {
  bench = await PeerBench.create();
  for (const language of languages) faultsOf[language] = (await peerFaults(language)) as RuleId[];
}, BUILD_MS);
afterAll(() => bench.remove());

/** Rules that failed, with what was seen. */
function failed({ rules }: Report): string[] {
  return rules.flatMap(({ id, outcome, reason }) => (outcome === 'failed' ? [`${id}: ${reason ?? ''}`] : []));
}

test('each rule is broken by one of the providers, but for those that are named', () => {
  const broken = new Set(Object.values(faultsOf).flat());
  expect(
    RULES.map(({ id }) => id)
      .filter((id) => !broken.has(id))
      .sort(),
  ).toEqual([...UNBROKEN].sort());
});

describe.each(languages)('a provider in %s', (language) => {
  test(
    'that breaks one rule fails this rule and no other',
    async () => {
      const rest = [...faultsOf[language]];
      const wrong: string[] = [];
      const next = async (): Promise<void> => {
        for (let fault = rest.shift(); fault !== undefined; fault = rest.shift()) {
          const only = RULES.map(({ id }) => id).filter((id) => id === fault || !WAITING.has(id));
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
