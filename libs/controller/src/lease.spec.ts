import type { Lease } from '@eso/kube';
import { heldLease, nextLeaseMove, observeLease, releasedLease } from './lease.ts';

const me = { identity: 'me', leaseDurationMs: 15_000 };

function lease(spec: Lease['spec']): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace: 'ns', name: 'l' },
    ...(spec === undefined ? {} : { spec }),
  };
}

test.each([
  ['there is none', undefined, 0, 'create'],
  ['it is ours', { holderIdentity: 'me', leaseDurationSeconds: 15 }, 100_000, 'renew'],
  ['it was given back', { holderIdentity: '', leaseDurationSeconds: 1 }, 0, 'takeOver'],
  ['it has no holder', {}, 0, 'takeOver'],
  ['it is held and fresh', { holderIdentity: 'other', leaseDurationSeconds: 15 }, 14_999, 'wait'],
  ['its holder has been silent', { holderIdentity: 'other', leaseDurationSeconds: 15 }, 15_000, 'takeOver'],
  ['its holder promised longer than we would', { holderIdentity: 'other', leaseDurationSeconds: 60 }, 59_999, 'wait'],
  ['its holder promised nothing', { holderIdentity: 'other' }, 15_000, 'takeOver'],
] as const)('when %s', (_name, spec, age, move) => {
  const observed = spec === undefined ? undefined : { lease: lease(spec), at: 1_000 };
  expect(nextLeaseMove(observed, 1_000 + age, me)).toBe(move);
});

test('its age counts from the first sight of its content, whatever its own times say', () => {
  const content = lease({ holderIdentity: 'other', renewTime: '2001-01-01T00:00:00.000000Z' });
  const first = observeLease(undefined, content, 1_000);
  expect(observeLease(first, structuredClone(content), 9_000).at).toBe(1_000);
  expect(observeLease(first, lease({ ...content.spec, renewTime: '2001-01-01T00:00:02.000000Z' }), 9_000).at).toBe(
    9_000,
  );
});

test('what is written says who holds it, since when, and how often it changed hands', () => {
  const noon = Date.UTC(2026, 0, 1, 12);
  const first = heldLease(undefined, me, noon);
  expect(first).toEqual({
    holderIdentity: 'me',
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-01T12:00:00.000000Z',
    renewTime: '2026-01-01T12:00:00.000000Z',
    leaseTransitions: 0,
  });
  const renewed = heldLease(lease(first), me, noon + 2_000);
  expect(renewed).toEqual({ ...first, renewTime: '2026-01-01T12:00:02.000000Z' });
  const taken = heldLease(lease(renewed), { ...me, identity: 'other' }, noon + 60_000);
  expect(taken).toMatchObject({
    holderIdentity: 'other',
    acquireTime: '2026-01-01T12:01:00.000000Z',
    leaseTransitions: 1,
  });
  const released = releasedLease(lease(taken), noon);
  expect(nextLeaseMove({ lease: lease(released), at: 0 }, 0, me)).toBe('takeOver');
  expect(released).toMatchObject({ leaseTransitions: 1 });
});
