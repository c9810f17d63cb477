import { ManualClock } from '@eso/runtime';
import type { RotationReason } from '../leaf/reasons.ts';
import { DEFAULT_ISSUANCE_LIMITS, IssuanceLimiter } from './issuance-limiter.ts';

function setup() {
  const clock = new ManualClock();
  const calls: string[] = [];
  const issuance = new IssuanceLimiter({
    clock,
    limits: DEFAULT_ISSUANCE_LIMITS,
    onAdmitted: (key) => calls.push(key),
  });
  const granted = (count: number, reason: RotationReason, namespace = 'tenant') =>
    Array.from({ length: count }, (_, index) => issuance.admit(`${namespace}/${index}`, reason)).filter(
      ({ kind }) => kind === 'granted',
    ).length;
  return { clock, calls, issuance, granted };
}

test('renewals go while first certificates wait, and have a bound of their own', () => {
  const { granted } = setup();
  expect(granted(300, 'secret-missing')).toBe(10);
  expect(granted(300, 'renewal-due')).toBe(50);
  expect(granted(300, 'key-unreadable', 'other')).toBe(50);
});

test('when the authority changes, every namespace renews at once, however many there are', () => {
  const { granted } = setup();
  const namespaces = Array.from({ length: 100 }, (_, index) => `tenant-${index}`);
  expect(namespaces.map((namespace) => granted(20, 'authority-changed', namespace))).toEqual(namespaces.map(() => 20));
});

test.each(['secret-missing', 'secret-taken-over'] as const)('%s wants a first certificate', (reason) => {
  const { issuance, granted } = setup();
  granted(10, reason);
  expect(issuance.admit('tenant/late', reason)).toEqual({ kind: 'waits', lane: 'first', ms: 10_000, since: 'now' });
  expect(issuance.admit('tenant/late', reason)).toMatchObject({ kind: 'waits', since: 'before' });
  expect(issuance.waitsForFirst('tenant/late')).toBe(true);
});

test('who changes the lane gives its place in the other one back; who is forgotten has none', async () => {
  const { clock, calls, issuance, granted } = setup();
  granted(12, 'secret-missing');
  expect(issuance.admit('tenant/10', 'bundle-changed')).toEqual({ kind: 'granted' });
  expect(issuance.waitsForFirst('tenant/10')).toBe(false);
  issuance.forget('tenant/11');
  await clock.advance(600_000);
  expect(calls).toEqual([]);
});

test('one that waits for a renewal is looked at meanwhile: its bundle may change', () => {
  const { issuance, granted } = setup();
  granted(50, 'renewal-due');
  expect(issuance.admit('tenant/late', 'renewal-due')).toMatchObject({ kind: 'waits', lane: 'renewal' });
  expect(issuance.waitsForFirst('tenant/late')).toBe(false);
});

test('a turn comes once, and not after the end', async () => {
  const { clock, calls, issuance, granted } = setup();
  granted(12, 'secret-missing');
  await clock.advance(10_000);
  expect(calls).toEqual(['tenant/10']);
  expect(issuance.waitsForFirst('tenant/10')).toBe(false);
  expect(issuance.admit('tenant/10', 'secret-missing')).toEqual({ kind: 'granted' });
  issuance.close();
  await clock.advance(60_000);
  expect(calls).toEqual(['tenant/10']);
});
