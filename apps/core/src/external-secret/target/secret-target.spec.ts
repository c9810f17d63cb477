import { ExternalSecretMessage } from '@eso/api/resources';
import { SyncError } from '@eso/sync';
import { leavesTarget } from './secret-target.ts';

const error = new SyncError({ code: 'TARGET_NOT_OWNED', field: 'spec.target.name', what: 'x', nextStep: 'y' });

test.each([
  [{ kind: 'created' }, true],
  [{ kind: 'updated' }, true],
  [{ kind: 'unchanged', message: ExternalSecretMessage.synced }, true],
  // No values came, so nothing stands under the new name: the Secret under the old one has to stay.
  [{ kind: 'unchanged', message: ExternalSecretMessage.retained }, false],
  [{ kind: 'contended' }, false],
  [{ kind: 'refused', message: ExternalSecretMessage.ownedByOther, error }, false],
] as const)('%j leaves a target: %s', (applied, expected) => {
  expect(leavesTarget(applied)).toBe(expected);
});
