import { configKind, inlineConfig, type Stored, z } from '@eso/api/schema';

const version = () =>
  z.string().optional().describe('Version that a reference has to ask for. Absent: the one without a version.');

const spec = z.object({
  data: z
    .array(
      z.object({
        key: z.string().min(1).describe('Name of the secret.'),
        value: z.string().describe('Its value.'),
        version: version(),
      }),
    )
    .describe('The secrets of this backend.'),
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

const storeSpec = z.object({
  data: z.array(z.object({ key: z.string(), value: z.string(), version: version() })),
  validationResult: z.int().optional(),
});

/** The same in a store, with the types of External Secrets 2.x; what they let through is left to `checkFake`. */
export const fakeStore = inlineConfig({
  key: 'fake',
  description: 'A backend whose secrets stand in the store itself.',
  spec: storeSpec,
});

/** `spec.provider.fake` of a store. */
export type FakeStoreConfig = Stored<typeof storeSpec>;
