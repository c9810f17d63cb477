import { inlineConfig, z } from '@eso/api/schema';
import { root } from '../setup.mjs';
import { compare } from './compare.ts';
import {
  belowKeys,
  INLINE_DIFFERENCES,
  inlineConfigsOf,
  inlineFacts,
  sharedKeys,
  upstreamInlineFacts,
} from './inline-configs.ts';

test('configs in stores have the types, defaults, bounds and required fields of upstream, but for known differences', async () => {
  const upstream = upstreamInlineFacts(root);
  const configs = await inlineConfigsOf(root);
  const keys = sharedKeys(
    upstream,
    configs.map(({ key }) => key),
  );
  expect(keys).toEqual(expect.arrayContaining(['aws', 'fake']));
  const theirs = belowKeys(upstream, keys);
  // Of a key that is new here the table has nothing but its name: "npm run schema:compare -- --from FILE" makes it anew.
  expect(keys.filter((key) => belowKeys(upstream, [key]).size < 2)).toEqual([]);
  const { problems, fields } = compare(theirs, belowKeys(inlineFacts(configs), keys), INLINE_DIFFERENCES);
  expect(problems).toEqual([]);
  expect(fields).toBe(theirs.size);
  expect(fields).toBeGreaterThan(40);
});

test('a config under a key that upstream does not have is compared with nothing', () => {
  expect(sharedKeys(upstreamInlineFacts(root), ['aws', 'acme', 'azurekv'])).toEqual(['aws', 'azurekv']);
});

test('a planted difference is found', () => {
  const spec = z.object({ data: z.array(z.object({ key: z.string(), value: z.string().optional() })) });
  const ours = inlineFacts([inlineConfig({ key: 'fake', description: 'For tests.', spec })]);
  const theirs = new Map([...upstreamInlineFacts(root)].filter(([path]) => path.startsWith('spec.provider.fake')));
  expect(compare(theirs, ours, []).problems).toEqual([
    'spec.provider.fake.data[].value: required is true upstream and absent here',
    expect.stringContaining('spec.provider.fake.data[].version: field is') as string,
    expect.stringContaining('spec.provider.fake.validationResult: field is') as string,
  ]);
});
