import { FINALIZER_EXTERNAL_SECRET } from '@eso/api/resources';
import { ControllerError, type ReconcileContext } from '@eso/controller';
import { systemClock } from '@eso/runtime';
import type { Observation } from './observe.ts';
import { externalSecretReconcile, type ReconcileOptions } from './reconcile.ts';

/** Outcomes that are counted where the only request of a pass ends with the reason of its signal. */
async function counted(reason: Error): Promise<unknown[]> {
  const outcomes: unknown[] = [];
  const metadata = {
    namespace: 'team',
    name: 'app',
    finalizers: [FINALIZER_EXTERNAL_SECRET],
    deletionTimestamp: '2026-01-02T12:00:00Z',
  };
  // An object that is being deleted needs nothing else of them.
  const options = {
    observe: () => ({ key: 'team/app', es: { metadata, spec: {} } }) as Observation,
    client: { patch: () => Promise.reject(reason) },
    metrics: { observeReconcile: (_object: unknown, outcome: unknown) => outcomes.push(outcome) },
    clock: systemClock,
  } as unknown as ReconcileOptions;
  const context = { signal: AbortSignal.abort(reason) } as ReconcileContext;
  await expect(externalSecretReconcile(options)('team/app', context)).rejects.toBe(reason);
  return outcomes;
}

test('a pass that a stop interrupts is none, and one whose time is over has failed', async () => {
  expect(await counted(new Error('the controller stops'))).toEqual([]);
  expect(await counted(new ControllerError('RECONCILE_TIMEOUT', 'too long', { retryable: true }))).toEqual(['failed']);
});
