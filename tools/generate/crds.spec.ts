import { configKind, z } from '@eso/api/schema';
import { root } from '../setup.mjs';
import { CRD_LIMIT, crdFiles, crdText } from './crds.ts';
import { drift } from './files.ts';

test('every chart has the CRDs of its kinds, and no file says anything else', async () => {
  const sets = await crdFiles(root);
  expect(sets.map(({ folder }) => folder)).toContain('charts/external-secrets/files/crds');
  expect(sets.map(({ folder }) => folder)).toContain('charts/provider-fake/files/crds');
  expect(sets.flatMap((set) => drift(root, set))).toEqual([]);
});

test('a CRD that kubectl could not apply is refused', () => {
  const fields = Array.from({ length: 400 }, (_, i) => [`field${i}`, z.string().describe('d'.repeat(CRD_LIMIT / 400))]);
  const huge = configKind({
    kind: 'Huge',
    plural: 'huges',
    description: 'Too much.',
    spec: z.object(Object.fromEntries(fields) as Record<string, z.ZodString>),
  });
  expect(() => crdText('apps/provider-huge', huge)).toThrow(/^the CRD of Huge has \d+ bytes, more than 65536/);
});
