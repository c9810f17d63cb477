import { z } from 'zod';
import { bytes, dateTime, exactlyOneOf, intOrString, openObject, stringMap, withRules } from './fields.ts';
import { structuralSchema } from './openapi.ts';

test.each<[string, z.ZodType, object]>([
  ['text with a pattern', z.string().regex(/^a$/).min(1), { type: 'string', pattern: '^a$', minLength: 1 }],
  ['a choice', z.enum(['a', 'b']), { type: 'string', enum: ['a', 'b'] }],
  ['a whole number without bounds of a double', z.int(), { type: 'integer' }],
  ['a whole number with bounds', z.int().min(0).max(2), { type: 'integer', minimum: 0, maximum: 2 }],
  ['bytes', bytes(), { type: 'string', format: 'byte' }],
  ['an instant', dateTime().nullable(), { type: 'string', format: 'date-time', nullable: true }],
  ['a map', stringMap(), { type: 'object', additionalProperties: { type: 'string' } }],
  ['a number or text', intOrString(), { 'x-kubernetes-int-or-string': true }],
  ['an open object', openObject(), { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }],
  [
    'an open object with known fields',
    z.looseObject({ a: z.string() }),
    {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      'x-kubernetes-preserve-unknown-fields': true,
    },
  ],
  [
    'a strict object',
    z.strictObject({ a: z.string().optional() }),
    { type: 'object', properties: { a: { type: 'string' } } },
  ],
  [
    'an object of which one field is set',
    z.object({ one: exactlyOneOf({ a: z.string().optional() }).optional().describe('d') }),
    {
      type: 'object',
      properties: {
        one: {
          type: 'object',
          description: 'd',
          properties: { a: { type: 'string' } },
          minProperties: 1,
          maxProperties: 1,
        },
      },
    },
  ],
  [
    'a rule',
    withRules(z.object({ a: z.string().default('x') }).describe('d'), { rule: "self.a != ''", message: 'm' }),
    {
      type: 'object',
      description: 'd',
      properties: { a: { type: 'string', default: 'x' } },
      'x-kubernetes-validations': [{ rule: "self.a != ''", message: 'm' }],
    },
  ],
  [
    'a rule behind a rule, kept by what comes later',
    withRules(withRules(z.object({ a: z.int() }), { rule: 'self.a > 0', message: 'm' }).describe('d'), {
      rule: 'self.a < 9',
      message: 'n',
    })
      .extend({ b: z.int() })
      .optional(),
    {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'integer' } },
      required: ['a', 'b'],
      'x-kubernetes-validations': [
        { rule: 'self.a > 0', message: 'm' },
        { rule: 'self.a < 9', message: 'n' },
      ],
    },
  ],
  [
    'keywords that later conditions do not take away',
    z.object({ a: bytes().min(1), b: exactlyOneOf({ x: z.string().optional() }).extend({ y: z.int().optional() }) }),
    {
      type: 'object',
      properties: {
        a: { type: 'string', format: 'byte', minLength: 1 },
        b: {
          type: 'object',
          properties: { x: { type: 'string' }, y: { type: 'integer' } },
          minProperties: 1,
          maxProperties: 1,
        },
      },
      required: ['a', 'b'],
    },
  ],
  ['flags of an expression', z.string().regex(/^a.b$/isu), { type: 'string', pattern: '(?is:^a.b$)' }],
  [
    'two expressions',
    z.string().regex(/^a/i).regex(/b$/),
    { type: 'string', allOf: [{ pattern: '(?i:^a)' }, { pattern: 'b$' }] },
  ],
  [
    'open bounds',
    z.number().gt(1).lt(5),
    { type: 'number', minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: true },
  ],
  ['a step', z.int().multipleOf(5), { type: 'integer', multipleOf: 5 }],
  [
    'a map with enumerated keys',
    z.record(z.enum(['a', 'b']), z.int()),
    { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } }, required: ['a', 'b'] },
  ],
  [
    'a map with some of the enumerated keys',
    z.partialRecord(z.enum(['a', 'b']), z.int()),
    { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } },
  ],
  [
    'a number or text with conditions',
    intOrString().meta({ description: 'd' }),
    { 'x-kubernetes-int-or-string': true, description: 'd' },
  ],
  [
    'alternatives of one type',
    z.union([z.string().regex(/^a/), z.string().max(2)]),
    { type: 'string', anyOf: [{ pattern: '^a' }, { maxLength: 2 }] },
  ],
  [
    'alternatives with a field that tells them apart',
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), x: z.string().min(1), both: z.int() }),
      z.strictObject({ kind: z.literal('b'), y: z.int().optional(), both: z.int() }),
    ]),
    {
      type: 'object',
      properties: {
        kind: { type: 'string', enum: ['a', 'b'] },
        x: { type: 'string', minLength: 1 },
        both: { type: 'integer' },
        y: { type: 'integer' },
      },
      oneOf: [
        { required: ['kind', 'x', 'both'], properties: { kind: { enum: ['a'] } } },
        {
          required: ['kind', 'both'],
          properties: { kind: { enum: ['b'] } },
          not: { anyOf: [{ required: ['x'] }] },
        },
      ],
    },
  ],
])('%s', (_name, schema, expected) => {
  expect(structuralSchema(schema)).toEqual(expected);
});

test.each<[string, z.ZodType, RegExp]>([
  [
    'a union of two types',
    z.object({ a: z.object({ b: z.union([z.string(), z.int()]) }) }),
    /^schema at \.a\.b is string or integer, for which there is no common type: use intOrString/,
  ],
  [
    'a default in a union',
    z.object({ u: z.union([z.object({ a: z.int().default(1) }), z.object({ b: z.int() })]) }),
    /^schema at \.u has default in one of several alternatives/,
  ],
  ['look-ahead', z.object({ p: z.string().regex(/^(?!x)a/) }), /^schema at \.p has the expression .* none of RE2/],
  ['a back-reference', z.string().regex(/(a)\1/), /^schema at the top has the expression .* none of RE2/],
  ['a flag that RE2 lacks', z.string().regex(/a/y), /^schema at the top has an expression with flag y/],
  ['keys of a form', z.record(z.string().regex(/^a/), z.string()), /^schema at the top restricts the keys of a map/],
  ['fields beside a map', z.object({ a: z.string() }).catchall(z.int()), /^schema at the top has fields and a map/],
  ['a tuple', z.object({ t: z.tuple([z.string()]) }), /^schema at \.t/],
  ['anything', z.object({ list: z.array(z.unknown()) }), /^schema at \.list\[\] has no type: use openObject/],
])('%s cannot be expressed, and the error says where', (_name, schema, expected) => {
  expect(() => structuralSchema(schema)).toThrow(expected);
});
