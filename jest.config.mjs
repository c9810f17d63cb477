// One jest configuration for every project. ES modules run as ES modules (ADR 0033), so jest needs
// --experimental-vm-modules: tools/jest.mjs passes it.
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@eso/source', 'node'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testMatch: ['**/*.spec.ts', '**/*.spec.mjs'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  // A test that needs longer than this hangs; integration tests set their own limit.
  testTimeout: 10_000,
};
