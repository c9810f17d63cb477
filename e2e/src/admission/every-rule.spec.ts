/**
 * Every rule of every admission policy, by a request that it alone refuses: with the rule taken out of its policy the same request is
 * taken, and the other rules of the policy still refuse theirs. Every exception, by a request that is refused without it.
 */
import { eventually } from '@eso/testing';
import { Actors, NO_RIGHT } from './rules/actors.ts';
import { chartPolicies, exceptionsOf, policiesOf, type Policy, replacePolicy, rounds, rulesOf, without } from './rules/parts.ts'; // prettier-ignore
import type { PartName } from './rules/row.ts';
import { exceptionRows, ONLY_SAVES_WORK, RULES, standing } from './rules/table.ts';

const policies = chartPolicies();
const exceptionParts = policies.flatMap(exceptionsOf);
const EXCEPTIONS = exceptionRows(exceptionParts);

let actors: Actors;
let whole: ReadonlyMap<string, Policy>;
beforeAll(async () => {
  actors = await Actors.start(standing(exceptionParts));
  whole = await policiesOf(actors.bench.admin);
});
afterAll(() => actors[Symbol.asyncDispose]());

const named = ({ policy, part }: PartName): string => `${policy}: ${part}`;
const titled = <T extends PartName>(rows: readonly T[]): [string, T][] => rows.map((row) => [named(row), row]);

/** Takes one part out of each of these policies, and puts back whatever was taken out before. */
async function takeOut(parts: readonly PartName[]): Promise<void> {
  const changed = new Map(parts.map(({ policy, part }) => [policy, part]));
  for (const [name, policy] of whole) {
    const part = changed.get(name);
    await replacePolicy(actors.bench.admin, part === undefined ? policy : without(policy, part));
  }
}

describe('the tables are whole', () => {
  test('every rule of a policy has a row, and every row a rule', () => {
    expect(RULES.map(named).sort()).toEqual(policies.flatMap(rulesOf).map(named).sort());
    expect(RULES.length).toBeGreaterThan(0);
  });

  test('every exception of a policy has a row, or is said to save work alone', () => {
    const said = [...EXCEPTIONS, ...ONLY_SAVES_WORK].map(named);
    expect(said.sort()).toEqual(exceptionParts.map(named).sort());
  });

  test('the API server has the policies of the charts, and no others', () => {
    expect([...whole.keys()].sort()).toEqual(policies.map(({ metadata }) => metadata.name).sort());
  });
});

describe('with every policy as it is', () => {
  test.each(titled(RULES))('%s refuses who it is about, and nobody else', async (_name, row) => {
    const { request, refused, taken = [], noRight = [], says, policy } = row;
    const denied = `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: `;
    expect(refused.length).toBeGreaterThan(0);
    for (const who of refused)
      expect(await eventually(() => saidTo(who))).toContain(`${denied}${actors.inPlace(says)}`);
    for (const who of taken) expect([who, await actors.told(who, request)]).toEqual([who, '']);
    for (const who of noRight) expect([who, await actors.told(who, request)]).toEqual([who, NO_RIGHT]);

    async function saidTo(who: (typeof refused)[number]): Promise<string> {
      const said = await actors.told(who, request);
      expect(said).not.toBe('');
      return said;
    }
  });

  test.each(titled(EXCEPTIONS))('%s lets through', async (_name, { request, who }) => {
    expect(await actors.told(who, request)).toBe('');
  });
});

describe.each(rounds(RULES).map((round, at) => [at, round] as const))('without a rule, round %i', (_at, round) => {
  beforeAll(() => takeOut(round));

  test.each(titled(round))('%s: what it refused is taken, what others refuse is not', async (_name, row) => {
    for (const who of row.refused)
      await eventually(async () => expect([who, await actors.told(who, row.request)]).toEqual([who, '']));
    for (const other of RULES.filter(({ policy, part }) => policy === row.policy && part !== row.part))
      for (const who of other.refused) {
        const said = await actors.told(who, other.request);
        expect([named(other), said]).toEqual([named(other), expect.stringContaining(actors.inPlace(other.says))]);
      }
  });
});

describe.each(rounds(EXCEPTIONS).map((round, at) => [at, round] as const))(
  'without an exception, round %i',
  (_at, round) => {
    beforeAll(() => takeOut(round));

    test.each(titled(round))('%s: what it let through is refused', async (_name, { policy, request, who }) => {
      const said = await eventually(async () => {
        const text = await actors.told(who, request);
        expect(text).not.toBe('');
        return text;
      });
      expect(said).toContain(`ValidatingAdmissionPolicy '${policy}' `);
    });
  },
);

test('what only saves work changes nothing when it is taken out', async () => {
  await takeOut(ONLY_SAVES_WORK);
  const about = ONLY_SAVES_WORK.map(({ policy }) => policy);
  for (const { request, refused, says } of RULES.filter(({ policy }) => about.includes(policy)))
    for (const who of refused)
      await eventually(async () => expect(await actors.told(who, request)).toContain(actors.inPlace(says)));
});
