import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type InlineConfig, inlineConfig, z } from '@eso/api/schema';
import { root } from '../setup.mjs';
import { compare } from './compare.ts';
import { INLINE_DIFFERENCES, INLINE_KEYS, inlineFacts, upstreamInlineFacts } from './inline-configs.ts';

async function configsOf(provider: string): Promise<readonly InlineConfig[]> {
  const path = join(root, 'apps', provider, 'src/config/index.ts');
  return ((await import(pathToFileURL(path).href)) as { inlineConfigs: readonly InlineConfig[] }).inlineConfigs;
}

test('configs in stores have the types, defaults, bounds and required fields of upstream, but for known differences', async () => {
  const configs = (await Promise.all(['provider-aws', 'provider-fake'].map(configsOf))).flat();
  expect(configs.map(({ key }) => key)).toEqual(INLINE_KEYS);
  const theirs = upstreamInlineFacts(root);
  const { problems, fields } = compare(theirs, inlineFacts(configs), INLINE_DIFFERENCES);
  expect(problems).toEqual([]);
  expect(fields).toBe(theirs.size);
  expect(fields).toBeGreaterThan(40);
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
