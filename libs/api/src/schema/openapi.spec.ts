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
])('%s', (_name, schema, expected) => {
  expect(structuralSchema(schema)).toEqual(expected);
});

test.each<[string, z.ZodType, RegExp]>([
  ['a union', z.object({ a: z.object({ b: z.union([z.string(), z.int()]) }) }), /^schema at \.a\.b uses anyOf/],
  ['a tuple', z.object({ t: z.tuple([z.string()]) }), /^schema at \.t/],
  ['anything', z.object({ list: z.array(z.unknown()) }), /^schema at \.list\[\] has no type: use openObject/],
  [
    'an open bound',
    z.object({ m: z.record(z.string(), z.number().gt(1)) }),
    /^schema at \.m\[\*\] uses exclusiveMinimum/,
  ],
])('%s cannot be expressed, and the error says where', (_name, schema, expected) => {
  expect(() => structuralSchema(schema)).toThrow(expected);
});
