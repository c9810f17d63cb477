import fc from 'fast-check';
import { plainText } from './plain-text.ts';

/** Every code point that may not be left: by number, not by the classes that the code itself uses. */
const FORBIDDEN: readonly (readonly [name: string, from: number, to: number])[] = [
  ['control characters', 0x00, 0x1f],
  ['delete and C1', 0x7f, 0x9f],
  ['no-break space', 0xa0, 0xa0],
  ['soft hyphen', 0xad, 0xad],
  ['grapheme joiner', 0x34f, 0x34f],
  ['Arabic letter mark', 0x61c, 0x61c],
  ['Hangul fillers', 0x115f, 0x1160],
  ['Mongolian selectors', 0x180b, 0x180f],
  ['wide spaces', 0x2000, 0x200a],
  ['zero width and marks', 0x200b, 0x200f],
  ['line and paragraph separator', 0x2028, 0x2029],
  ['overrides of the direction', 0x202a, 0x202e],
  ['narrow space', 0x202f, 0x202f],
  ['word joiner and invisible operators', 0x2060, 0x2064],
  ['isolates', 0x2066, 0x2069],
  ['deprecated format characters', 0x206a, 0x206f],
  ['ideographic space', 0x3000, 0x3000],
  ['Hangul filler', 0x3164, 0x3164],
  ['lone surrogates', 0xd800, 0xdfff],
  ['variation selectors', 0xfe00, 0xfe0f],
  ['byte order mark', 0xfeff, 0xfeff],
  ['halfwidth filler', 0xffa0, 0xffa0],
  ['annotations', 0xfff9, 0xfffb],
  ['noncharacters', 0xfffe, 0xffff],
  ['musical format', 0x1d173, 0x1d17a],
  ['tags', 0xe0000, 0xe007f],
  ['more variation selectors', 0xe0100, 0xe01ef],
];
const forbidden = (code: number): boolean => FORBIDDEN.some(([, from, to]) => code >= from && code <= to);

test.each(FORBIDDEN)('%s do not get through', (_name, from, to) => {
  for (let code = from; code <= to; code += 1) {
    const [first = '', second = ''] = plainText(`a${String.fromCodePoint(code)}b`).split(/[ ]?(?=b)/);
    expect([code, first, second]).toEqual([code, 'a', 'b']);
  }
});

test('whatever comes in, what comes out is seen, on one line, and stays as it is', () => {
  const codePoint = fc.oneof(
    fc.integer({ min: 0, max: 0x10ffff }),
    ...FORBIDDEN.map(([, min, max]) => fc.integer({ min, max })),
  );
  fc.assert(
    fc.property(fc.array(codePoint, { maxLength: 40 }), (codes) => {
      const text = plainText(String.fromCodePoint(...codes));
      expect(Array.from(text, (character) => character.codePointAt(0) ?? 0).filter(forbidden)).toEqual([]);
      expect(plainText(text)).toBe(text);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['plain words: $(){}"', 'plain words: $(){}"'],
  ['Schlüssel 鍵 مفتاح नमस्ते 🔑', 'Schlüssel 鍵 مفتاح नमस्ते 🔑'],
  ['a\r\n\tb', 'a b'],
  ['access\u200B\u2060Denied', 'accessDenied'],
  ['user \u202Enimda\u202C is fine', 'user nimda is fine'],
])('%j becomes %j', (text, plain) => {
  expect(plainText(text)).toBe(plain);
});
