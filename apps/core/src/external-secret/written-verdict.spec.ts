import type { CreationPolicy, ExternalSecret } from '@eso/api/resources';
import { SyncError, type TargetOutcome } from '@eso/sync';
import type { TargetWriteResult } from './target/target.ts';
import { leavesOrphans, writtenVerdict } from './written-verdict.ts';

const error = new SyncError({ code: 'TARGET_NOT_OWNED', field: 'spec.target.name', what: 'x', nextStep: 'y' });
const unchanged = (outcome: TargetOutcome): TargetWriteResult => ({ kind: 'unchanged', outcome });
const es = (creationPolicy: CreationPolicy) => ({ spec: { target: { creationPolicy } } }) as ExternalSecret;

test.each<[TargetWriteResult, CreationPolicy, object, boolean]>([
  [{ kind: 'created' }, 'Owner', { outcome: 'synced', bound: true }, true],
  [{ kind: 'updated' }, 'Owner', { outcome: 'synced', bound: true }, true],
  [unchanged('synced'), 'Owner', { outcome: 'synced', bound: true }, true],
  // No values came, so nothing stands under the new name: the Secret under the old one has to stay.
  [unchanged('retained'), 'Owner', { outcome: 'retained', bound: false }, false],
  // The backend has nothing, and no Secret is to be left of it, under no name.
  [{ kind: 'deleted' }, 'Owner', { outcome: 'deleted', bound: false }, true],
  [unchanged('deleted'), 'Owner', { outcome: 'deleted', bound: false }, true],
  [unchanged('missing'), 'Merge', { outcome: 'missing', bound: false }, false],
  [unchanged('synced'), 'None', { outcome: 'synced', bound: false }, false],
  [{ kind: 'refused', refusal: 'ownedByOther', error }, 'Owner', { failure: 'ownedByOther', problem: error }, false],
])('%j under policy %s: %j, and earlier names are left over: %s', (written, policy, verdict, orphans) => {
  const found = writtenVerdict(es(policy), written);
  expect(found).toMatchObject(verdict);
  expect(found && leavesOrphans(found)).toBe(orphans);
});

test('where others were faster there is no verdict', () => {
  expect(writtenVerdict(es('Owner'), { kind: 'contended' })).toBeUndefined();
});
