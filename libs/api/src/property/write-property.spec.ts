import { readFileSync } from 'node:fs';
import { Fuel, FuelSpent } from '@eso/runtime';
import * as fc from 'fast-check';
import { readPropertySync } from './read-property.ts';
import { writePropertySync as writeWith } from './write-property.ts';

type Text = string | { base64: string };
interface Case {
  document: Text;
  path: Text;
  value: Text;
  answer: Text | null;
}

// Answered by sjson 1.2.5 itself: tools/json-oracle/sjson.
const { cases } = JSON.parse(readFileSync(new URL('./testdata/sjson-cases.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

const encode = (text: Text): Buffer =>
  typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.base64, 'base64');
const unlimited = (): Fuel => new Fuel(Infinity);
const write = (document: string, path: string, value = 'new'): string | undefined => {
  const written = writeWith(Buffer.from(document), path, Buffer.from(value), unlimited());
  return written && Buffer.from(written).toString();
};

/** What became of a case, in sjson's terms: null where it refuses, the document as it was where nothing is selected. */
function outcome({ document, path, value }: Case): string | null {
  try {
    const json = encode(document);
    const written = writeWith(json, encode(path).toString(), encode(value), unlimited());
    return Buffer.from(written ?? json).toString('latin1');
  } catch {
    return null;
  }
}

/**
 * Where sjson loses track of what it found, it cuts documents up (an array collected by a nested `#`, or behind a pipe), or puts the
 * text in the place of all of it (`@this` behind white space). Nothing is written there.
 */
const isDestroyed = ({ answer }: Case): boolean => answer !== null && !isContainer(encode(answer).toString());

function isContainer(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as unknown) === 'object';
  } catch {
    return text.trim() === '';
  }
}

test('the table holds what it should', () => {
  expect(cases.length).toBeGreaterThan(1_500);
  expect(cases.filter(({ answer }) => answer === null).length).toBeGreaterThan(100);
});

test.each(cases.map((row) => [JSON.stringify(row.document), JSON.stringify(row.path), row] as const))(
  '%s at %s [V1.12.1]',
  (_document, _path, row) => {
    const expected = row.answer === null ? null : encode(row.answer).toString('latin1');
    expect(outcome(row)).toBe(isDestroyed(row) ? encode(row.document).toString('latin1') : expected);
  },
);

test.each(['5', '"text"', ' true '])('a stored %s is not lost to an object [V1.12.4]', (document) => {
  expect(() => write(document, 'a')).toThrow(expect.objectContaining({ code: 'NOT_AN_OBJECT' }) as Error);
});

test.each(['{"a":1', '{"a":1}x', "{'a':1}"])('%s, which is no JSON, is left alone', (document) => {
  expect(() => write(document, 'a')).toThrow(expect.objectContaining({ code: 'NOT_AN_OBJECT' }) as Error);
});

test('a path that selects nothing is told apart from one that wrote [V1.12.3]', () => {
  expect(write('{"a":[]}', 'a.#.b')).toBeUndefined();
  expect(write('{"a":[{"b":1}]}', 'a.#.b')).toBe('{"a":[{"b":"new"}]}');
});

test('a long value goes through many levels once', () => {
  const spent = (path: string): number => {
    const fuel = unlimited();
    writeWith(Buffer.from('{}'), path, Buffer.alloc(1024 * 1024, 'v'), fuel);
    return fuel.spent;
  };
  expect(spent(`a${'.0'.repeat(300)}`)).toBeLessThan(2 * spent('a'));
});

describe('hostile paths end', () => {
  const large = JSON.stringify({ a: Array.from({ length: 50_000 }, (_, i) => ({ k: [i] })) });
  test.each([
    ['a large number', '{}', 'a.4000000000'],
    ['many levels', '', 'a.'.repeat(4_000) + 'a'],
    ['many paddings', '', '9999.'.repeat(399) + '9999'],
    ['a long path', '{}', 'a'.repeat(9_000)],
    ['many passes', large, Array(200).fill('@reverse').join('|')],
    ['a deep document', '['.repeat(20_000) + ']'.repeat(20_000), '0'],
  ])('%s', (_, document, path) => {
    expect(() => write(document, path)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }) as Error);
  });

  test('with the fuel', () => {
    const document = Buffer.from(large);
    expect(() => writeWith(document, 'b', Buffer.from('v'), new Fuel(1_000_000))).toThrow(FuelSpent);
  });
});

const keys = fc.stringMatching(/^[a-z\u00e9<& "\\]{1,6}$/);
const values = fc.string({ unit: 'grapheme' });
const documents = fc.dictionary(keys, fc.jsonValue({ maxDepth: 3 })).map((value) => JSON.stringify(value, null, 1));
const escaped = (key: string): string => key.replace(/[\\.|#@*?:!{[]/g, '\\$&');

test('what was written is read back, and the rest keeps its text [V1.12.2]', () => {
  fc.assert(
    fc.property(documents, fc.array(keys, { minLength: 1, maxLength: 3 }), values, (document, names, value) => {
      const root = JSON.parse(document) as Record<string, unknown>;
      // A key into an array is refused.
      fc.pre(!names.some((_, i) => Array.isArray(at(root, names.slice(0, i)))));
      const path = names.map(escaped).join('.');
      const written = write(document, path, value);
      expect(written).toBeDefined();
      expect(Buffer.from(readPropertySync(Buffer.from(written!), path, 'path', unlimited())!).toString()).toBe(
        value.toWellFormed(),
      );
      expect(write(written!, path, value)).toBe(written);
      for (const [key, member] of Object.entries(root)) {
        if (key === names[0]) continue;
        expect((JSON.parse(written!) as Record<string, unknown>)[key]).toEqual(member);
        expect(written).toContain(`${JSON.stringify(key)}: ${JSON.stringify(member, null, 1).replaceAll('\n', '\n ')}`);
      }
    }),
    { numRuns: 1_000 },
  );
});

function at(root: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    root,
  );
}
