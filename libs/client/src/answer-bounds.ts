import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { limits } from '@eso/api/contract';
import { WireFailure } from './wire-failure.ts';

/** What an answer may consist of, whatever its size in bytes. */
export interface AnswerBounds {
  /** Most entries of one map or list. */
  readonly entries: number;
  /** Longest key of a map, bytes. */
  readonly keyBytes: number;
}

const DEFAULT_BOUNDS: AnswerBounds = { entries: limits.responseKeys, keyBytes: limits.responseKeyBytes };

/** An entry of a map takes three tags: its own, that of the key, that of the value. One more for what is new on the wire. */
const TAGS_PER_ENTRY = 4;
/** Tags of everything that is no entry. */
const MORE_TAGS = 1_000;

/** Numbers of the fields of an entry of a map. */
const KEY = 1;
const VALUE = 2;

/**
 * Refuses an answer of more parts than an honest one has, before any of them is made into a value: each costs this side a hundred
 * times what it costs the peer to write its two bytes. Reads tags and lengths alone and ends at the bound, so that it takes the same
 * short time for every answer.
 * @throws WireFailure of kind `tooManyParts`; of kind `protocol` where the bytes are no protobuf message
 */
export function checkAnswer(schema: DescMessage, bytes: Uint8Array, bounds: AnswerBounds = DEFAULT_BOUNDS): void {
  try {
    new Scan(bytes, bounds).message(schema, bytes.length);
  } catch (thrown) {
    if (thrown instanceof WireFailure) throw thrown;
    // The reader's own errors: a varint that does not end, bytes that end in the middle of a field.
    throw new WireFailure('protocol', 'the answer is not of the type that was asked for', thrown);
  }
}

/**
 * Walks over the wire as the decoder will. What the decoder would read otherwise than its tag says (a known field of another wire type,
 * a field that leaves its message) is refused: from there on, the two would not see the same fields.
 */
class Scan {
  readonly #reader: BinaryReader;
  readonly #bounds: AnswerBounds;
  readonly #maxTags: number;
  #tags = 0;

  constructor(bytes: Uint8Array, bounds: AnswerBounds) {
    this.#reader = new BinaryReader(bytes);
    this.#bounds = bounds;
    this.#maxTags = bounds.entries * TAGS_PER_ENTRY + MORE_TAGS;
  }

  message(schema: DescMessage, end: number): void {
    const entries = new Map<DescField, number>();
    this.#fields(end, (number, type) => {
      const field = fieldOf(schema, number);
      const more = field ? this.#field(field, type, end) : undefined;
      if (!field) this.#reader.skip(type, number);
      if (!field || more === undefined) return;
      const count = (entries.get(field) ?? 0) + more;
      entries.set(field, count);
      if (count > this.#bounds.entries)
        throw new WireFailure('tooManyParts', `has more than ${this.#bounds.entries} ${field.name}`);
    });
  }

  /** Passes a field; how many entries it adds, undefined where the field is no map or list. */
  #field(field: DescField, type: WireType, end: number): number | undefined {
    switch (field.fieldKind) {
      case 'scalar':
        this.#scalar(field.scalar, type, end);
        return undefined;
      case 'enum':
        this.#scalar(ScalarType.INT32, type, end);
        return undefined;
      case 'message':
        this.message(field.message, this.#contentEnd(type, end));
        return undefined;
      case 'map':
        this.#mapEntry(field, this.#contentEnd(type, end));
        return 1;
      case 'list':
        return this.#listEntries(field, type, end);
    }
  }

  #mapEntry(field: DescField & { fieldKind: 'map' }, end: number): void {
    this.#fields(end, (number, type) => {
      if (number === KEY) this.#key(field.mapKey, type, end);
      else if (number !== VALUE) this.#reader.skip(type, number);
      else if (field.mapKind === 'message') this.message(field.message, this.#contentEnd(type, end));
      else this.#scalar(field.mapKind === 'enum' ? ScalarType.INT32 : field.scalar, type, end);
    });
  }

  #key(scalar: ScalarType, type: WireType, end: number): void {
    if (scalar !== ScalarType.STRING) {
      this.#scalar(scalar, type, end);
      return;
    }
    const to = this.#contentEnd(type, end);
    if (to - this.#reader.pos > this.#bounds.keyBytes)
      throw new WireFailure('tooManyParts', `has a key of more than ${this.#bounds.keyBytes} bytes`);
    this.#reader.pos = to;
  }

  /** One entry, or as many as there are numbers in a packed list. */
  #listEntries(field: DescField & { fieldKind: 'list' }, type: WireType, end: number): number {
    if (field.listKind === 'message') {
      this.message(field.message, this.#contentEnd(type, end));
      return 1;
    }
    const scalar = field.listKind === 'enum' ? ScalarType.INT32 : field.scalar;
    if (type !== WireType.LengthDelimited || wireTypeOf(scalar) === WireType.LengthDelimited) {
      this.#scalar(scalar, type, end);
      return 1;
    }
    const to = this.#contentEnd(type, end);
    let entries = 0;
    for (; this.#reader.pos < to && entries <= this.#bounds.entries; entries++)
      this.#scalar(scalar, wireTypeOf(scalar), to);
    return entries;
  }

  #scalar(scalar: ScalarType, type: WireType, end: number): void {
    if (type !== wireTypeOf(scalar)) throw new RangeError(`a field of wire type ${type} where another one belongs`);
    this.#reader.skip(type);
    if (this.#reader.pos > end) throw new RangeError('a field ends outside of its message');
  }

  #fields(end: number, read: (number: number, type: WireType) => void): void {
    while (this.#reader.pos < end) {
      const [number, type] = this.#reader.tag();
      // proto3 has no groups, and what is in one is not counted by who skips it.
      if (type === WireType.StartGroup) throw new RangeError('a group, which the contract does not have');
      if (++this.#tags > this.#maxTags)
        throw new WireFailure('tooManyParts', `consists of more than ${this.#maxTags} fields`);
      read(number, type);
      if (this.#reader.pos > end) throw new RangeError('a field ends outside of its message');
    }
  }

  /** Reads a length; where the content ends. */
  #contentEnd(type: WireType, end: number): number {
    if (type !== WireType.LengthDelimited) throw new RangeError(`a field of wire type ${type} where a message belongs`);
    const length = this.#reader.uint32();
    const to = this.#reader.pos + length;
    if (to > end) throw new RangeError('a field ends outside of its message');
    return to;
  }
}

const fieldsByNumber = new WeakMap<DescMessage, Map<number, DescField>>();

function fieldOf(schema: DescMessage, number: number): DescField | undefined {
  let fields = fieldsByNumber.get(schema);
  if (!fields) {
    fields = new Map(schema.fields.map((field) => [field.number, field]));
    fieldsByNumber.set(schema, fields);
  }
  return fields.get(number);
}

function wireTypeOf(scalar: ScalarType): WireType {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    default:
      return WireType.Varint;
  }
}
