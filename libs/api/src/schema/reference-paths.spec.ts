import { z } from 'zod';
import { exactlyOneOf, openObject } from './fields.ts';
import { structuralSchema } from './openapi.ts';
import { referencePaths } from './reference-paths.ts';
import { caProvider, secretKeySelector, serviceAccountSelector } from './references.ts';

const text = (schema: z.ZodType): string[] =>
  referencePaths(schema).map((path) =>
    path.map((step) => (step.tag === 'field' ? `.${step.name}` : step.tag === 'items' ? '[]' : '[*]')).join(''),
  );

test('references are found by themselves, wherever they stand', () => {
  const schema = z.object({
    name: z.string(),
    namespace: z.string().optional(),
    token: secretKeySelector().describe('Said anew.'),
    auth: z.object({ account: serviceAccountSelector().optional() }).optional(),
    trust: z.array(z.object({ ca: caProvider() })),
    headers: z.record(z.string(), secretKeySelector().nullable()),
    nested: z.array(z.record(z.string(), z.array(secretKeySelector()))).default([]),
    one: exactlyOneOf({ a: secretKeySelector().optional(), b: z.string().optional() }),
    either: z.union([z.object({ x: secretKeySelector() }), z.object({ y: secretKeySelector().optional() })]),
    extended: secretKeySelector().extend({ more: z.string() }),
    open: openObject(),
  });
  expect(text(schema)).toEqual([
    '.token',
    '.auth.account',
    '.trust[].ca',
    '.headers[*]',
    '.nested[][*][]',
    '.one.a',
    '.either.x',
    '.either.y',
    '.extended',
  ]);
});

test('a CRD says nothing of it', () => {
  expect(JSON.stringify(structuralSchema(z.object({ token: secretKeySelector().optional() })))).not.toContain('x-eso');
});
