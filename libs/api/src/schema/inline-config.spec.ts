import { exactlyOneOf, stringMap, withRules } from './fields.ts';
import { inlineConfig, inlineSchema } from './inline-config.ts';
import { z } from 'zod';

const schemaOf = (spec: z.ZodType) => inlineSchema(inlineConfig({ key: 'demo', description: 'For tests.', spec }));

test('a schema says what decides about a config, and no words', () => {
  const spec = z.object({
    url: z.string().describe('Where.'),
    mode: z.enum(['a', 'b']).default('a').describe('How.'),
    description: z.string().optional(),
    tags: z.array(z.object({ key: z.string().describe('Its key.') })).optional(),
    labels: stringMap().optional().describe('More.'),
    one: exactlyOneOf({ a: z.string().optional() }).optional(),
  });
  expect(schemaOf(spec)).toEqual({
    type: 'object',
    required: ['url'],
    properties: {
      url: { type: 'string' },
      mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
      description: { type: 'string' },
      tags: { type: 'array', items: { type: 'object', required: ['key'], properties: { key: { type: 'string' } } } },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      one: { type: 'object', properties: { a: { type: 'string' } }, minProperties: 1, maxProperties: 1 },
    },
  });
});

test('rules in CEL are refused where they stand: nothing would evaluate them', () => {
  const ruled = withRules(stringMap(), { rule: 'true', message: 'never' });
  expect(() => schemaOf(z.object({ tags: z.array(z.object({ more: ruled })) }))).toThrow(
    /^spec\.provider\.demo\.tags\[\]\.more has rules in CEL.*checkConfig/,
  );
});
