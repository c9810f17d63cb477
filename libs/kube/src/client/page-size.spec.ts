import { PageSize } from './page-size.ts';

test('asks for as many objects as are worth a page, by their size so far', () => {
  const size = new PageSize({ limit: 500, pageBytes: 8_000_000 });
  expect(size.next).toBe(50);
  size.observe(50, 50 * 1_400_000);
  expect(size.next).toBe(5);
  size.observe(5, 5 * 100_000);
  expect(size.next).toBe(80);
  size.observe(80, 80 * 1_000);
  expect(size.next).toBe(500);
  size.observe(1, 20_000_000);
  expect(size.next).toBe(1);
  size.observe(0, 100);
  expect(size.next).toBe(1);
});

test('never asks for more than it may', () => {
  expect(new PageSize({ limit: 10, pageBytes: 1 }).next).toBe(10);
});
