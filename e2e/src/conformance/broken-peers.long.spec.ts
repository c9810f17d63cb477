/** Every rule that one of the providers can break, broken: minutes. `peers.spec.ts` breaks some of them. */
import { RULES, type RuleId } from '@eso/conformance';
import { peerFaults, type PeerLanguage, peerLanguages } from '@eso/testing';
import { wronglyJudged } from './broken-rule.ts';
import { PeerBench } from './peer-run.ts';

/** A first build of the programs takes this long on a loaded machine. */
const BUILD_MS = 600_000;
/** Providers that are judged at once. */
const AT_ONCE = 6;
let bench: PeerBench;
const faultsOf = {} as Record<PeerLanguage, readonly RuleId[]>;

beforeAll(async () => {
  bench = await PeerBench.create();
  for (const language of peerLanguages) faultsOf[language] = (await peerFaults(language)) as RuleId[];
}, BUILD_MS);
afterAll(() => bench.remove());

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
          wrong.push(...(await wronglyJudged(bench, language, fault)));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      expect(wrong).toEqual([]);
    },
    BUILD_MS,
  );
});
