import { bundleViolations, needsWorker } from './bundles.ts';

const bundle = (...inputs: string[]) => ({ inputs: Object.fromEntries(inputs.map((input) => [input, {}])) });

test('core may not contain a provider, a cloud SDK, the server side of the contract, or schema tooling', () => {
  const bad = [
    'apps/provider-aws/src/secrets-manager/backend.ts',
    'node_modules/@aws-sdk/client-sts/dist-es/index.js',
    'libs/api/src/server/index.ts',
    'node_modules/zod/v4/core/core.js',
  ];
  const good = ['apps/core/src/main.ts', 'libs/client/src/index.ts', 'node_modules/pino/pino.js'];
  expect(bundleViolations('core', bundle(...good))).toEqual([]);
  for (const input of bad) expect(bundleViolations('core', bundle(...good, input))).toHaveLength(1);
});

test('a provider may contain the contract and its own SDK, not core, not the client, not another SDK', () => {
  const good = ['apps/provider-fake/src/main.ts', 'libs/api/src/server/index.ts', 'libs/kube/src/client.ts'];
  expect(bundleViolations('provider-fake', bundle(...good))).toEqual([]);
  for (const input of [
    'apps/core/src/main.ts',
    'libs/sync/src/index.ts',
    'libs/client/src/index.ts',
    'node_modules/@aws-sdk/core/index.js',
    'node_modules/a/node_modules/@azure/identity/index.js',
  ])
    expect(bundleViolations('provider-fake', bundle(...good, input))).toHaveLength(1);
});

test('an app without a rule is an error that says where to add it', () => {
  expect(() => bundleViolations('provider-new', bundle())).toThrow('BUNDLE_RULES in tools/check/bundles.ts');
});

test('a bundle with something that starts workers needs a program for them', () => {
  expect(needsWorker(bundle('apps/core/src/main.ts', 'libs/sync/src/shape/shaper.ts'))).toBe(true);
  expect(needsWorker(bundle('apps/cert-manager-controller/src/main.ts', 'libs/runtime/src/index.ts'))).toBe(false);
});
