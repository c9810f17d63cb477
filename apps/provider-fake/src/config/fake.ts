import { configKind, type Stored, z } from '@eso/api/schema';

const entry = z.object({
  key: z.string().min(1).describe('Name of the secret.'),
  value: z.string().describe('Its value.'),
  version: z
    .string()
    .optional()
    .describe('Version that a reference has to ask for. Absent: the one without a version.'),
});

const spec = z.object({
  data: z.array(entry).describe('The secrets of this backend.'),
  validationResult: z
    .int()
    .min(0)
    .max(2)
    .optional()
    .describe('What a validation answers: 0 ready, 1 unknown, 2 error. Default 0.'),
});

/** A backend whose secrets stand in its own config object, for tests and try-outs. */
export const fake = configKind({
  kind: 'Fake',
  plural: 'fakes',
  shortNames: ['fake'],
  description: 'A backend whose secrets stand in this object itself. For tests and try-outs: it protects nothing.',
  spec,
});

/** `spec` of a Fake. */
export type FakeConfig = Stored<typeof spec>;
