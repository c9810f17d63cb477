import { type Lockfile, runtimeClosure } from './lockfile.ts';

const lock: Lockfile = {
  packages: {
    'apps/one': { dependencies: { '@x/low': '1', sdk: '1' } },
    'libs/low': { dependencies: { log: '1' }, peerDependencies: { zod: '1' }, peerDependenciesMeta: { zod: { optional: true } } },
    'libs/high': { dependencies: { '@x/low': '1' } },
    'node_modules/@x/low': { link: true, resolved: 'libs/low' },
    'node_modules/@x/high': { link: true, resolved: 'libs/high' },
    'node_modules/sdk': { dependencies: { text: '2' }, optionalDependencies: { absent: '1' }, peerDependencies: { peer: '1' } },
    'node_modules/sdk/node_modules/text': {},
    'node_modules/text': {},
    'node_modules/log': { dependencies: { sdk: '1' }, peerDependenciesMeta: { colour: { optional: true }, none: { optional: true } } },
    'node_modules/colour': {},
    'node_modules/peer': {},
    'node_modules/zod': {},
  },
}; // prettier-ignore

test('all that a package needs when it runs, by the place where Node would find it', () => {
  expect([...runtimeClosure(lock, 'apps/one')].sort()).toEqual([
    'apps/one',
    'libs/low',
    'node_modules/colour',
    'node_modules/log',
    'node_modules/peer',
    'node_modules/sdk',
    'node_modules/sdk/node_modules/text',
  ]);
});

test('a package of the workspace is not followed where the caller says so', () => {
  const asked: string[] = [];
  const found = runtimeClosure(lock, 'libs/high', (from, to) => {
    asked.push(`${from} → ${to}`);
    return false;
  });
  expect([...found]).toEqual(['libs/high']);
  expect(asked).toEqual(['libs/high → libs/low']);
});
