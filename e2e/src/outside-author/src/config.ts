import { configKind, crd, type Stored, z } from '@eso/api/schema';

const spec = z.object({
  values: z.record(z.string(), z.string()).describe('What there is.'),
  prefix: z.string().default('outside/'),
});

export type OutsideConfig = Stored<typeof spec>;
export const outside = crd(configKind({ kind: 'Outside', plural: 'outsides', description: 'A backend.', spec }));
