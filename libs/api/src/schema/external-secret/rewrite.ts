import { z } from 'zod';
import { exactlyOneOf } from '../fields.ts';

/** One step that changes the keys of fetched data before they are written. */
export const rewriteSchema = () =>
  exactlyOneOf({
    regexp: z
      .object({
        source: z.string().describe('Regular expression (RE2 syntax); every match inside a key is replaced.'),
        target: z.string().describe('Replacement; $1, ${1} and ${name} stand for groups of the match.'),
      })
      .optional()
      .describe('Replaces parts of each key.'),
    transform: z
      .object({ template: z.string().describe('Go template; .value is the key, the output is the new key.') })
      .optional()
      .describe('Computes each key by a template.'),
    merge: z
      .object({
        into: z.string().default('').describe('Key that receives the merged object; required for strategy JSON.'),
        priority: z
          .array(z.string())
          .optional()
          .describe('Keys whose properties win over those of other keys; the last one is the strongest.'),
        priorityPolicy: z
          .enum(['Strict', 'IgnoreNotFound'])
          .default('Strict')
          .describe('Whether a priority key that was not fetched is an error.'),
        conflictPolicy: z
          .enum(['Error', 'Ignore'])
          .default('Error')
          .describe('Whether a property that several values have is an error.'),
        strategy: z
          .enum(['Extract', 'JSON'])
          .default('Extract')
          .describe('Extract: each property becomes a key. JSON: one key holds the merged object.'),
      })
      .optional()
      .describe('Merges values that are JSON objects.'),
  });
