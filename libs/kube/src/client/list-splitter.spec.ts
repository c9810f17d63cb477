import fc from 'fast-check';
import type { Line } from './line-splitter.ts';
import { ListSplitter } from './list-splitter.ts';

function split(text: string, cuts: readonly number[], maxItemBytes = 1_000_000): { items: Line[]; envelope: unknown } {
  const bytes = Buffer.from(text);
  const splitter = new ListSplitter(maxItemBytes);
  const items: Line[] = [];
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    items.push(...splitter.push(bytes.subarray(at, at + cut)));
    at += cut;
  }
  return { items, envelope: JSON.parse(splitter.end()) };
}

const parsed = (items: readonly Line[]): unknown[] =>
  items.map((item) => (item.kind === 'line' ? (JSON.parse(item.text) as unknown) : item));

test('finds what JSON.parse finds, however the bytes are cut and wherever the items stand', () => {
  const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());
  const tricky = fc.constantFrom<object>(
    { items: [{ items: [] }] },
    { a: '"items":[{"' },
    { b: '\\"]}' },
    { c: ['[', {}] },
  );
  const items = fc.array(fc.oneof(object, tricky));
  const metadata = fc.record({ resourceVersion: fc.string(), items: fc.jsonValue() });
  fc.assert(
    fc.property(items, metadata, fc.boolean(), fc.boolean(), fc.array(fc.nat(6)), (all, meta, first, pretty, cuts) => {
      const list = first
        ? { items: all, kind: 'items', metadata: meta }
        : { kind: 'items', metadata: meta, items: all };
      const found = split(JSON.stringify(list, undefined, pretty ? 2 : 0), cuts);
      expect(parsed(found.items)).toEqual(JSON.parse(JSON.stringify(all)));
      expect(found.envelope).toEqual(JSON.parse(JSON.stringify({ ...list, items: [] })));
    }),
  );
});

test('null instead of items is a list without any', () => {
  expect(split('{"kind":"L","items":null}', [])).toEqual({ items: [], envelope: { kind: 'L', items: null } });
});

test('an item that is too large leaves its head, and the others are whole', () => {
  const { items } = split(
    JSON.stringify({ items: [{ a: 1 }, { b: 'x'.repeat(6_000) }, { c: 2 }] }),
    [7, 900, 3_000],
    5_000,
  );
  expect(items).toEqual([
    { kind: 'line', text: '{"a":1}' },
    { kind: 'oversized', bytes: 6_008, head: `{"b":"${'x'.repeat(4_090)}` },
    { kind: 'line', text: '{"c":2}' },
  ]);
});

test.each(['{"items":[1]}', '{"items":["a"]}', '{"items":[[]]}', '{"items":[null]}', '{"items":[}'])(
  '%s is no list of objects',
  (text) => {
    expect(() => split(text, [])).toThrow(expect.objectContaining({ code: 'PROTOCOL' }) as Error);
  },
);

test('an envelope that is too large is refused, and what was read of it is not held', () => {
  const splitter = new ListSplitter(10);
  for (let i = 0; i < 20; i += 1)
    expect([...splitter.push(Buffer.alloc(100_000, i === 0 ? '{"a":"' : 'x'))]).toEqual([]);
  expect(() => splitter.end()).toThrow('bytes beside its items');
});
