import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { limits } from '@eso/api/contract';
import {
  CapabilitiesResponseSchema,
  ErrorSchema,
  GetAllSecretsResponseSchema,
  GetSecretResponseSchema,
  HealthCheckResponseSchema,
  ProviderReferenceSchema,
  SecretStoreCapabilities,
  ValidateResponseSchema,
} from '@eso/api/stubs';
import { checkAnswer } from './answer-bounds.ts';
import { WireFailure } from './wire-failure.ts';

const bounds = { entries: 3, keyBytes: 8 };
const value = Buffer.from('the value');

/** What the check says: `ok`, or kind and text of the failure. */
function verdict(bytes: Uint8Array, schema: Parameters<typeof checkAnswer>[0] = GetAllSecretsResponseSchema): string {
  try {
    checkAnswer(schema, bytes, bounds);
    return 'ok';
  } catch (error) {
    if (!(error instanceof WireFailure)) throw error;
    return `${error.kind}: ${error.message}`;
  }
}

const map = (keys: readonly string[]): Uint8Array =>
  toBinary(
    GetAllSecretsResponseSchema,
    create(GetAllSecretsResponseSchema, { secrets: Object.fromEntries(keys.map((key) => [key, value])) }),
  );

/** The same entry again and again, which is one key to the decoder and as much work as if they were different. */
const entries = (count: number, entry: readonly number[] = [0x0a, 0x00]): Uint8Array =>
  Uint8Array.from(Array.from({ length: count }, () => entry).flat());

const notOfTheType = 'protocol: the answer is not of the type that was asked for';

describe('honest answers pass', () => {
  test.each([
    ['nothing', GetAllSecretsResponseSchema, new Uint8Array()],
    ['as many keys as allowed', GetAllSecretsResponseSchema, map(['a', 'b', 'c'])],
    ['a key as long as allowed', GetAllSecretsResponseSchema, map(['12345678'])],
    ['a value', GetSecretResponseSchema, toBinary(GetSecretResponseSchema, create(GetSecretResponseSchema, { value }))],
    [
      'a validation',
      ValidateResponseSchema,
      toBinary(
        ValidateResponseSchema,
        create(ValidateResponseSchema, { valid: true, error: 'e', warnings: ['a', 'b', 'c'], validationUnknown: true }),
      ),
    ],
    [
      'an enum',
      CapabilitiesResponseSchema,
      toBinary(
        CapabilitiesResponseSchema,
        create(CapabilitiesResponseSchema, { capabilities: SecretStoreCapabilities.READ_WRITE }),
      ),
    ],
    [
      'a map of texts',
      ErrorSchema,
      toBinary(ErrorSchema, create(ErrorSchema, { code: 'c', retryable: true, details: { a: 'b' } })),
    ],
    [
      'a 64-bit number',
      ProviderReferenceSchema,
      toBinary(ProviderReferenceSchema, create(ProviderReferenceSchema, { storeGeneration: 1n << 60n })),
    ],
    ['fields of a later version', HealthCheckResponseSchema, laterVersion()],
  ])('%s', (_, schema, bytes) => expect(verdict(bytes, schema)).toBe('ok'));

  function laterVersion(): Uint8Array {
    const writer = new BinaryWriter().tag(1, WireType.Varint).int32(1);
    writer
      .tag(200, WireType.LengthDelimited)
      .bytes(value)
      .tag(201, WireType.Varint)
      .uint64(1n << 40n);
    return writer.tag(202, WireType.Bit64).fixed64(7).tag(203, WireType.Bit32).fixed32(7).finish();
  }
});

describe('more than an answer may have', () => {
  test.each([
    ['keys', map(['a', 'b', 'c', 'd']), 'has more than 3 secrets'],
    ['entries of one key', entries(4), 'has more than 3 secrets'],
    ['a key that is too long', map(['123456789']), 'has a key of more than 8 bytes'],
    ['keys within one entry', entries(1, [0x0a, 0x84, 0x20, ...entries(2_050)]), 'consists of more than 1012 fields'],
    ['fields that nobody knows', entries(1_100, [0x10, 0x00]), 'consists of more than 1012 fields'],
    [
      'fields that nobody knows in an entry',
      entries(1, [0x0a, 0x84, 0x20, ...entries(2_050, [0x18, 0x00])]),
      'consists',
    ],
  ])('%s', (_, bytes, text) => expect(verdict(bytes)).toContain(`tooManyParts: ${text}`));

  test('a number again and again', () => {
    expect(verdict(entries(1_100, [0x08, 0x01]), CapabilitiesResponseSchema)).toContain('consists of more than');
  });

  test('warnings', () => {
    const bytes = toBinary(ValidateResponseSchema, create(ValidateResponseSchema, { warnings: ['', '', '', ''] }));
    expect(verdict(bytes, ValidateResponseSchema)).toBe('tooManyParts: has more than 3 warnings');
  });

  test('the defaults are those of the contract', () => {
    const keys = (count: number): Uint8Array => map(Array.from({ length: count }, (_, index) => `k${index}`));
    expect(() => checkAnswer(GetAllSecretsResponseSchema, keys(limits.responseKeys))).not.toThrow();
    expect(() => checkAnswer(GetAllSecretsResponseSchema, keys(limits.responseKeys + 1))).toThrow('10000 secrets');
    expect(() => checkAnswer(GetAllSecretsResponseSchema, map(['k'.repeat(4_096)]))).not.toThrow();
    expect(() => checkAnswer(GetAllSecretsResponseSchema, map(['k'.repeat(4_097)]))).toThrow('4096 bytes');
  });
});

describe('what the decoder would read otherwise than its tags say is refused', () => {
  /** As long as all that a decoder gets to see and the count of fields does not. */
  const hidden = entries(2_000);

  test.each([
    ['a map under the tag of eight bytes', [0x09, 0, 0x15, 0, 0, 0, 0, 0, 0, 0x1a, 0xa0, 0x1f, ...hidden]],
    ['a map under the tag of a number', [0x08, 0x00]],
    ['a key under the tag of a number', [0x0a, 0x02, 0x08, 0x00]],
    ['a value under the tag of four bytes', [0x0a, 0x05, 0x15, 0, 0, 0, 0]],
    ['a key that leaves its entry', [0x0a, 0x02, 0x0a, 0x10, ...hidden]],
    ['an entry that leaves the answer', [0x0a, 0x10, 0x0a]],
    ['a number that leaves its entry', [0x0a, 0x02, 0x18, 0x80, 0x00]],
    ['a number that does not end', [0x10, 0x80]],
    ['a group', [0x13, ...hidden, 0x14]],
    ['the end of a group', [0x14]],
    ['a tag of field 0', [0x00, 0x00]],
  ])('%s', (_, bytes) => expect(verdict(Uint8Array.from(bytes))).toBe(notOfTheType));

  test('an enum under the tag of a text', () => {
    expect(verdict(Uint8Array.of(0x0a, 0x01, 0x01), CapabilitiesResponseSchema)).toBe(notOfTheType);
  });
});

test('whatever passes and is decoded has no more than the bounds', () => {
  // A fixed seed: the same inputs on each run.
  let state = 4711;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  // Bytes that are likely to mean something: tags of fields 1 to 3 in all wire types, small lengths, ends of numbers.
  const palette = [0x0a, 0x0a, 0x0a, 0x12, 0x08, 0x09, 0x0d, 0x0b, 0x0c, 0x1a, 0x15, 0, 1, 2, 4, 7, 12, 0x80, 0xff];
  let passed = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = Uint8Array.from({ length: random(24) }, () => palette[random(palette.length)] ?? 0);
    if (verdict(bytes) !== 'ok') continue;
    try {
      const { secrets } = fromBinary(GetAllSecretsResponseSchema, bytes, { readUnknownFields: false });
      expect(Object.keys(secrets).length).toBeLessThanOrEqual(bounds.entries);
      passed++;
    } catch (error) {
      // A key that is no text, a number of more than ten bytes.
      expect(error).toBeInstanceOf(Error);
    }
  }
  expect(passed).toBeGreaterThan(200);
});
