import { PageSize } from './page-size.ts';

test('asks for as many objects as are worth a page, by their size so far', () => {
  const size = new PageSize({ limit: 500, pageBytes: 8_000_000 });
  expect(size.next).toBe(50);
  size.learn(50, 50 * 1_400_000);
  expect(size.next).toBe(5);
  size.learn(5, 5 * 100_000);
  expect(size.next).toBe(80);
  size.learn(80, 80 * 1_000);
  expect(size.next).toBe(500);
  size.learn(1, 20_000_000);
  expect(size.next).toBe(1);
  size.learn(0, 100);
  expect(size.next).toBe(1);
});

test('never asks for more than it may', () => {
  expect(new PageSize({ limit: 10, pageBytes: 1 }).next).toBe(10);
});
