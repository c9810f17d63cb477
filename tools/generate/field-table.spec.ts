import { secretKeySelector, structuralSchema, withRules, z } from '@eso/api/schema';
import { fieldTable } from './field-table.ts';

const table = (schema: z.ZodType): string[] => fieldTable(structuralSchema(schema), 'spec').split('\n').slice(2);

test('each field has its place, its type, whether it is required, its default and what it means', () => {
  const spec = z.object({
    mode: z.enum(['a', 'b']).default('a').describe('How.'),
    count: z.int().min(1).max(5).describe('How many.'),
    list: z.array(z.object({ name: z.string().min(1) })).optional(),
    labels: z.record(z.string(), z.string().max(3)).optional(),
  });
  expect(table(spec)).toEqual([
    '| `spec.mode` | `a`, `b` |  | `"a"` | How. |',
    '| `spec.count` | integer | yes |  | How many. At least 1, at most 5. |',
    '| `spec.list` | list of object |  |  |  |',
    '| `spec.list[].name` | string | yes |  | Not empty. |',
    '| `spec.labels` | map of string |  |  |  |',
    '',
  ]);
});

test('an expression cannot end a cell', () => {
  expect(table(z.object({ size: z.string().regex(/^(s|m)$/) }))).toEqual([
    '| `spec.size` | string | yes |  | Matches `^(s\\|m)$`. |',
    '',
  ]);
});

test('rules that the API server checks are told with their place', () => {
  const auth = withRules(z.object({ token: secretKeySelector().optional() }), {
    rule: 'has(self.token)',
    message: 'a token is needed',
  });
  expect(table(z.object({ auth })).slice(-4)).toEqual(['Rules:', '', '- `spec.auth`: a token is needed', '']);
});
