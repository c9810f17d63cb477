import { Code } from '@connectrpc/connect';
import type { Feature } from '@eso/api/contract';
import type { CriteriaFixture, Fixtures } from '../config/fixtures.ts';
import { expectAnswer, expectEntries, expectRefusal, refusalOf } from '../expect.ts';
import { demand, NothingToCheck } from '../broken-rule.ts';
import type { Lab } from '../lab.ts';
import type { Check } from './check.ts';

/** GetAllSecrets: all of what matches, and never a part. */
export const findChecks = {
  'find.1': finds('findByName'),
  'find.2': finds('findByTags'),
  'find.3': finds('findByPath'),
  'find.4': async (lab) => {
    const { secrets } = await expectAnswer(find(lab, { name: `^${lab.makeName()}$` }), 'a name that nobody has');
    expectEntries(secrets, {}, 'the answer');
  },
  'find.5': async (lab) => {
    for (const name of ['(', 'a(?=b)', '(a)\\1'])
      await expectRefusal(find(lab, { name }), [Code.InvalidArgument], `the expression ${name}`);
  },
  'find.6': async (lab) => {
    const unclaimed = Object.entries(CRITERIA).filter(([feature]) => !lab.features.has(feature as Feature));
    if (unclaimed.length === 0) throw new NothingToCheck('every criterion is offered');
    if (unclaimed.length === Object.keys(CRITERIA).length) throw new NothingToCheck('no criterion is offered');
    for (const [feature, criteria] of unclaimed)
      await expectRefusal(
        find(lab, criteria),
        [Code.Unimplemented, Code.InvalidArgument],
        `${feature}, which is not offered,`,
      );
  },
  'find.7': async (lab) => {
    await expectRefusal(
      lab.connection.store.getAllSecrets(lab.through()),
      [Code.InvalidArgument],
      'a request without criteria',
    );
  },
  'find.8': async (lab) => {
    const request = find(lab, { name: '.', store: lab.missingStore() });
    await expectRefusal(request, [Code.FailedPrecondition], 'a missing config');
  },
  'find.9': async (lab) => {
    const refusal = await refusalOf(find(lab, lab.fixture('partialFind')));
    demand(refusal !== undefined, 'a part of what was found was passed on as an answer');
    demand(refusal.status !== Code.NotFound, 'a part of what was found was taken for absence');
  },
} as const satisfies Readonly<Record<string, Check>>;

/** What each feature is asked with, to no avail where it is not offered. */
const CRITERIA: Readonly<Partial<Record<Feature, CriteriaFixture>>> = {
  findByName: { name: '.' },
  findByTags: { tags: { conformance: 'none' } },
  findByPath: { path: 'conformance/none' },
};

const find = (lab: Lab, criteria: CriteriaFixture) => lab.connection.store.getAllSecrets(lab.search(criteria));

function finds(fixture: 'findByName' | 'findByTags' | 'findByPath'): Check {
  return async (lab) => {
    const cases: readonly NonNullable<Fixtures['findByName' | 'findByTags' | 'findByPath']>[number][] =
      lab.fixture(fixture);
    for (const { entries, ...criteria } of cases) {
      const { name, path, tags } = criteria;
      const what = `what was found for ${JSON.stringify({ name, path, tags })}`;
      const { secrets } = await expectAnswer(find(lab, criteria), what);
      expectEntries(secrets, entries, what);
    }
  };
}
