import { ManualClock } from '../clock.ts';
import { TenantBudget } from './tenant-budget.ts';

test('a tenant may use its capacity at once, then a share of the time', async () => {
  const clock = new ManualClock();
  const allowance = new TenantBudget({ capacity: 100, perSecond: 10, clock });
  allowance.take('a', 90);
  expect(allowance.hasLeft('a')).toBe(true);
  allowance.take('a', 30);
  expect(allowance.hasLeft('a')).toBe(false);
  expect(allowance.hasLeft('b')).toBe(true);
  await clock.advance(1_900);
  expect(allowance.hasLeft('a')).toBe(false);
  await clock.advance(200);
  expect(allowance.hasLeft('a')).toBe(true);
});

test('what was saved up is never more than the capacity', async () => {
  const clock = new ManualClock();
  const allowance = new TenantBudget({ capacity: 100, perSecond: 10, clock });
  allowance.take('a', 1);
  await clock.advance(3_600_000);
  allowance.take('a', 100);
  expect(allowance.hasLeft('a')).toBe(false);
});

test('tenants that owe nothing are forgotten, those that owe are not', async () => {
  const clock = new ManualClock();
  const allowance = new TenantBudget({ capacity: 100, perSecond: 10, clock });
  allowance.take('greedy', 1e9);
  for (let i = 0; i < 20_000; i++) {
    allowance.take(`tenant ${i}`, 1);
    if (i % 5_000 === 0) await clock.advance(1_000);
  }
  expect(allowance.hasLeft('greedy')).toBe(false);
});
