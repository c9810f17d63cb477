import { billOf, validateBill } from './bill.ts';
import { bundledPackages } from './contents.ts';

/** The schema is compiled in each process anew: seconds on a machine that does other things. */
const SCHEMA_MS = 60_000;

const described = { app: 'provider-x', version: '1.2.3', description: 'A provider', license: 'Apache-2.0' };
const sha512 = (byte: number): string => `sha512-${Buffer.alloc(64, byte).toString('base64')}`;
const lock = {
  'libs/api': { version: '0.1.0', integrity: '' },
  'node_modules/pino': { version: '9.0.0', integrity: sha512(1), license: 'MIT' },
  'node_modules/@azure/identity': { version: '4.14.1', integrity: sha512(2), license: 'MIT' },
  'node_modules/debug/node_modules/ms': { version: '2.0.0', integrity: sha512(3), license: '(MIT OR Apache-2.0)' },
  'node_modules/ms': { version: '2.1.3', integrity: sha512(4) },
};
const inputs = (...paths: string[]) => ({ inputs: Object.fromEntries(paths.map((path) => [path, {}])) });

test('packages are those that files of the bundle are from, each version once, in whatever bundle they are', () => {
  const main = inputs(
    'libs/api/src/index.ts',
    'node_modules/pino/lib/a.js',
    'node_modules/debug/node_modules/ms/index.js',
  );
  const worker = inputs(
    'node_modules/pino/lib/b.js',
    'node_modules/@azure/identity/dist/x.js',
    'node_modules/ms/index.js',
  );
  expect(bundledPackages([main, worker], lock).map(({ purl }) => purl)).toEqual([
    'pkg:npm/%40eso/api@0.1.0',
    'pkg:npm/pino@9.0.0',
    'pkg:npm/ms@2.0.0',
    'pkg:npm/%40azure/identity@4.14.1',
    'pkg:npm/ms@2.1.3',
  ]);
});

test('a file of a package that the lockfile has not is refused', () => {
  expect(() => bundledPackages([inputs('node_modules/other/index.js')], lock)).toThrow(
    'the bundle has files of node_modules/other, which package-lock.json has not',
  );
});

test(
  'the bill names each package with its licence and content, and is the same whatever order they come in',
  async () => {
    const packages = bundledPackages([inputs('node_modules/pino/a.js', 'node_modules/@azure/identity/b.js')], lock);
    const bill = await billOf(described, packages);
    expect(await billOf(described, [...packages].reverse())).toBe(bill);
    const { specVersion, metadata, components } = JSON.parse(bill) as Record<string, unknown>;
    expect({ specVersion, metadata }).toMatchObject({
      specVersion: '1.6',
      metadata: { component: { type: 'container', name: 'provider-x', version: '1.2.3' } },
    });
    expect(components).toMatchObject([
      {
        group: '@azure',
        name: 'identity',
        version: '4.14.1',
        purl: 'pkg:npm/%40azure/identity@4.14.1',
        hashes: [{ alg: 'SHA-512', content: '02'.repeat(64) }],
        licenses: [{ license: { id: 'MIT' } }],
      },
      { name: 'pino' },
    ]);
  },
  SCHEMA_MS,
);

test(
  'what the schema does not allow is refused with its place',
  async () => {
    const bill = await billOf(described, []);
    await expect(validateBill(bill.replace('"container"', '"vessel"'))).rejects.toThrow('/metadata/component/type');
  },
  SCHEMA_MS,
);
