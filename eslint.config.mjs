import nx from '@nx/eslint-plugin';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { houseArrows } from './tools/lint/arrows.ts';
import { noImportCircle } from './tools/lint/no-import-circle.ts';
import { refreshProjectGraph } from './tools/lint/project-graph.ts';

await refreshProjectGraph();

export default defineConfig(
  { ignores: ['**/dist/**', '**/gen/**', '**/node_modules/**', '**/*.d.ts', '.nx/**'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.mjs'] } } },
    plugins: { '@nx': nx, '@eso': { rules: { 'no-import-circle': noImportCircle } } },
    rules: {
      '@eso/no-import-circle': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          // Specs of a library use the fixtures, which stand on that library.
          ignoredCircularDependencies: ['http2', 'kube', 'api', 'client', 'runtime', 'pki', 'controller'].map((lib) => [
            '@eso/testing',
            `@eso/${lib}`,
          ]),
          // Runs before any install, so it is no package: @eso/testing wraps it by path.
          allow: [],
          depConstraints: houseArrows(),
        },
      ],
    },
  },
  {
    // Tests may use the fixtures of @eso/testing whatever their layer; fuzz targets reach parsers that no package exports.
    files: [
      '**/*.spec.ts',
      'apps/*/src/testing/**',
      // Not libs/api/src/testing, which provider authors import.
      'libs/client/src/testing/**',
      'libs/api/src/server/**/testing/**',
      'tools/fuzz/targets/**',
    ],
    rules: {
      '@nx/enforce-module-boundaries': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
    },
  },
  { files: ['tools/**', 'e2e/**', '*.mjs'], rules: { 'no-console': 'off' } },
);
