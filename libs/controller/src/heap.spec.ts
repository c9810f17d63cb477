import fc from 'fast-check';
import { Heap } from './heap.ts';

interface Item {
  readonly n: number;
  slot: number;
}

function heapOf(numbers: readonly number[]) {
  const heap = new Heap<Item>((a, b) => a.n < b.n);
  const items = numbers.map((n) => ({ n, slot: -1 }));
  for (const item of items) heap.push(item);
  const drain = (): number[] => {
    const out: number[] = [];
    for (let item = heap.pop(); item; item = heap.pop()) out.push(item.n);
    return out;
  };
  return { heap, items, drain };
}

test('what comes out is sorted, whatever went in and in which order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const { heap, items, drain } = heapOf(numbers);
      expect(heap.size).toBe(numbers.length);
      expect(heap.peek()?.n).toBe(numbers.length === 0 ? undefined : Math.min(...numbers));
      expect(drain()).toEqual(numbers.sort((a, b) => a - b));
      expect(items.every(({ slot }) => slot === -1)).toBe(true);
    }),
  );
});

test('an empty heap gives nothing', () => {
  const { heap } = heapOf([]);
  expect(heap.pop()).toBeUndefined();
  expect(heap.peek()).toBeUndefined();
});

test('what is taken out from anywhere does not come out, the rest still in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.boolean()), { maxLength: 60, size: 'max' }),
      (spec) => {
        const { heap, items, drain } = heapOf(spec.map(([n]) => n));
        spec.forEach(([, stays], i) => {
          const item = items[i];
          if (item && !stays) heap.remove(item);
        });
        const left = spec.filter(([, stays]) => stays).map(([n]) => n);
        expect(heap.size).toBe(left.length);
        expect(drain()).toEqual(left.sort((a, b) => a - b));
      },
    ),
  );
});
