import { extract, failsFor, failsWithBound, find, type HostileEntry } from '../entry.ts';

const MIB = 1024 * 1024;
const source = /spec\.dataFrom\[0\]/;
const tooLarge = failsWithBound(source, 'RESPONSE_TOO_LARGE');

/** Tag and wire type of `secrets`, and of key and value in one of its entries: bytes with a length. */
const ENTRY = 0x0a;
const KEY = 0x0a;
const VALUE = 0x12;

/** What a provider of somebody else's can make core work on. The bytes are made here: an encoder would not make such. */
export const answerEntries: readonly HostileEntry[] = [
  {
    name: 'answer-many-keys',
    attack: '422,799 keys in four mebibytes',
    backend: { kind: 'answer', message: () => Buffer.concat(entries(422_799, (index) => [index.toString(36), ''])) },
    spec: find('answer-many-keys'),
    expected: tooLarge,
  },
  {
    name: 'answer-one-key-often',
    attack: 'two million entries of two bytes',
    backend: { kind: 'answer', message: () => Buffer.alloc(4 * MIB, Buffer.from([ENTRY, 0])) },
    spec: find('answer-one-key-often'),
    expected: tooLarge,
  },
  {
    name: 'answer-unknown-fields',
    attack: 'two million fields that nobody knows',
    backend: { kind: 'answer', message: () => Buffer.alloc(4 * MIB, Buffer.from([0x18, 0])) },
    spec: find('answer-unknown-fields'),
    expected: tooLarge,
  },
  {
    name: 'answer-key-again',
    attack: 'one entry with a million keys',
    backend: {
      kind: 'answer',
      message: () => lengthDelimited(ENTRY, Buffer.alloc(3 * MIB, Buffer.from([KEY, 1, 0x61]))),
    },
    spec: find('answer-key-again'),
    expected: tooLarge,
  },
  {
    name: 'answer-long-key',
    attack: 'one key of three mebibytes',
    backend: { kind: 'answer', message: () => Buffer.concat(entries(1, () => ['k'.repeat(3 * MIB), 'v'])) },
    spec: find('answer-long-key'),
    expected: tooLarge,
  },
  {
    name: 'answer-value-again',
    attack: 'one value two million times',
    backend: { kind: 'answer', message: () => Buffer.alloc(4 * MIB, Buffer.from([0x0a, 0])) },
    spec: { data: [{ secretKey: 'value', remoteRef: { key: 'answer-value-again' } }] },
    expected: failsWithBound(/spec\.data\[0\]/, 'RESPONSE_TOO_LARGE'),
  },
  {
    name: 'answer-no-message',
    attack: 'fields that end in the middle',
    backend: { kind: 'answer', message: () => Buffer.from([ENTRY, 0x05, KEY, 0x7f]) },
    spec: extract([], { key: 'answer-no-message' }),
    expected: failsFor(source, 'ANSWER_BROKEN'),
  },
  {
    name: 'answer-in-crumbs',
    attack: 'twenty thousand bytes, two at a time',
    backend: { kind: 'answer', message: () => Buffer.alloc(20_000, Buffer.from([ENTRY, 0])), pieceBytes: 2 },
    spec: find('answer-in-crumbs'),
    expected: failsFor(source, 'ANSWER_BROKEN'),
  },
  {
    name: 'answer-largest-legal',
    attack: 'ten thousand keys of 250 characters with values to four mebibytes',
    backend: {
      kind: 'answer',
      message: () => Buffer.concat(entries(10_000, (index) => [`${index}-`.padEnd(250, 'k'), 'v'.repeat(140)])),
    },
    spec: find('answer-largest-legal'),
    expected: failsWithBound(/spec/, 'SECRET_TOO_LARGE', 'TOO_EXPENSIVE'),
  },
  {
    name: 'answer-largest-convert',
    attack: 'ten thousand keys of 120 wide characters, each of which becomes seven',
    backend: {
      kind: 'answer',
      message: () => Buffer.concat(entries(10_000, (index) => [`${index}-`.padEnd(120, 'ä'), 'v'.repeat(100)])),
    },
    spec: find('answer-largest-convert', [], { conversionStrategy: 'Unicode' }),
    expected: failsFor(/spec/, 'KEY_INVALID', 'DATA_TOO_LARGE', 'TOO_EXPENSIVE'),
  },
  {
    name: 'answer-large-value',
    attack: 'a value of nearly four mebibytes, decoded',
    backend: { kind: 'answer', message: () => lengthDelimited(0x0a, Buffer.alloc(4 * MIB - 100, 'YWFh')) },
    spec: { data: [{ secretKey: 'value', remoteRef: { key: 'answer-large-value', decodingStrategy: 'Auto' } }] },
    expected: failsWithBound(/spec/, 'SECRET_TOO_LARGE', 'TOO_EXPENSIVE'),
  },
];

function entries(count: number, entry: (index: number) => readonly [key: string, value: string]): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const [key, value] = entry(index);
    return lengthDelimited(
      ENTRY,
      Buffer.concat([
        lengthDelimited(KEY, Buffer.from(key)),
        value === '' ? Buffer.alloc(0) : lengthDelimited(VALUE, Buffer.from(value)),
      ]),
    );
  });
}

function lengthDelimited(tag: number, content: Buffer): Buffer {
  const head = [tag];
  let rest = content.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) head.push((rest % 0x80) | 0x80);
  head.push(rest);
  return Buffer.concat([Buffer.from(head), content]);
}
