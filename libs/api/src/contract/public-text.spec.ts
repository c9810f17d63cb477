import fc from 'fast-check';
import { ProviderError } from './provider-error.ts';
import { publicText, quotedText } from './public-text.ts';

/** A reader sees neither of these, and none of them may come from a peer. */
const hidden = fc.constantFrom('\u202E', '\u2066', '\u200B', '\uFEFF', '\u{E0041}', '\u2028', '\u001B', '\uFE0F', '\n');

test('a text of a peer is one line without anything that is not seen, and at most 512 bytes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(hidden, fc.string({ unit: 'grapheme', maxLength: 200 })), { maxLength: 12 }),
      (parts) => {
        const text = publicText(parts.join(''));
        expect(text).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B-\u200F\uFEFF\u2028\u2029\p{Cc}]/u);
        expect(text).not.toMatch(/[\u{E0000}-\u{E007F}]/u);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(512);
      },
    ),
    { numRuns: 500 },
  );
});

test('a quotation is one line within its bound, and ends where its second quote stands', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(hidden, fc.constant('"'), fc.string({ unit: 'grapheme', maxLength: 200 })), { maxLength: 12 }),
      (parts) => {
        const text = quotedText(parts.join(''));
        expect(text).toMatch(/^(?:"[^"\p{Cc}\p{Cf}\u2028\u2029]+")?$/u);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256);
      },
    ),
    { numRuns: 500 },
  );
});

test('every text of an error goes through it', () => {
  const error = new ProviderError('INTERNAL', 'a\u202Eb', { field: 'x\u200By', nextStep: 'do\u{E0041} it' });
  expect([error.publicMessage, error.message, error.field, error.nextStep]).toEqual(['ab', 'ab', 'xy', 'do it']);
});
