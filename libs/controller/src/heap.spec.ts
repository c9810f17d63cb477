import fc from 'fast-check';
import { Heap } from './heap.ts';

test('what comes out is sorted, whatever went in and in which order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const heap = new Heap<number>((a, b) => a < b);
      for (const n of numbers) heap.push(n);
      const out: number[] = [];
      while (heap.size > 0) {
        expect(heap.peek()).toBeDefined();
        out.push(heap.pop() as number);
      }
      expect(out).toEqual(numbers.sort((a, b) => a - b));
    }),
  );
});

test('an empty heap gives nothing', () => {
  const heap = new Heap<number>((a, b) => a < b);
  expect(heap.pop()).toBeUndefined();
  expect(heap.peek()).toBeUndefined();
});

test('what is dropped does not come out, the rest still in order', () => {
  const heap = new Heap<number>((a, b) => a < b);
  for (const n of [5, 2, 9, 4, 7, 1]) heap.push(n);
  heap.retain((n) => n % 2 === 1);
  expect([heap.pop(), heap.pop(), heap.pop(), heap.pop(), heap.pop()]).toEqual([1, 5, 7, 9, undefined]);
});
