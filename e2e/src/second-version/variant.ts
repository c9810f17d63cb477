/** Gives provider-fake a breaking second version of its config kind, in a copy of the workspace: all that its author would change. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'apps/provider-fake/src';

/** A text of a file, which stands there once, and what stands in its place then. */
interface Replacement {
  readonly file: string;
  readonly text: string;
  readonly by: string;
}

const SECOND_SPEC = `const secondSpec = z.object({
  secrets: z.array(z.object({ name: z.string().min(1), content: z.string() })).describe('The secrets of this backend.'),
  verdict: z.enum(['valid', 'unknown', 'invalid']).default('valid').describe('What a validation answers.'),
});

/** \`spec\` of a Fake in v2beta1. */
export type SecondFakeConfig = Stored<typeof secondSpec>;

`;

const SECOND_KIND = `defineKind<SecondFakeConfig>({
        features: behaviour.features,
        metricName: 'Fake',
        open: ({ config }) =>
          new FakeBackend(
            {
              data: config.secrets.map(({ name, content }) => ({ key: name, value: content })),
              validationResult: ['valid', 'unknown', 'invalid'].indexOf(config.verdict),
            },
            new Map(),
          ),
        apiVersion: 'provider.external-secrets.io/v2beta1',
        kind: 'Fake',
        plural: 'fakes',
        schema: fakeV2beta1Schema,
      }),
      `;

const REPLACEMENTS: readonly Replacement[] = [
  {
    file: 'config/fake.ts',
    text: '/** A backend whose secrets stand in its own config object',
    by: `${SECOND_SPEC}/** A backend whose secrets stand in its own config object`,
  },
  {
    file: 'config/fake.ts',
    text: '  spec,\n});',
    by: `  versions: [
    { tag: 'served', name: 'v2beta1', spec: secondSpec },
    { tag: 'served', name: 'v2alpha1', spec },
  ],
});`,
  },
  {
    file: 'definition.ts',
    text: "import type { FakeConfig, FakeStoreConfig } from './config/fake.ts';\n",
    by: `import type { FakeConfig, FakeStoreConfig, SecondFakeConfig } from './config/fake.ts';
import { fakeV2alpha1Schema } from './config/gen/fake-v2alpha1.ts';
import { fakeV2beta1Schema } from './config/gen/fake-v2beta1.ts';
`,
  },
  { file: 'definition.ts', text: 'defineKind<FakeConfig>({', by: `${SECOND_KIND}defineKind<FakeConfig>({` },
  {
    file: 'definition.ts',
    text: "        apiVersion: 'provider.external-secrets.io/v2alpha1',\n",
    by: "        apiVersion: 'provider.external-secrets.io/v2alpha1',\n        schema: fakeV2alpha1Schema,\n",
  },
];

/**
 * Makes the change; what is generated has to be generated anew.
 * @throws Error when a place is not in its file, or more than once: provider-fake has changed, and this has to follow
 */
export function addSecondVersion(copy: string): void {
  for (const { file, text, by } of REPLACEMENTS) {
    const path = join(copy, FOLDER, file);
    const parts = readFileSync(path, 'utf8').split(text);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places for the change, not one: ${text}`);
    writeFileSync(path, parts.join(by));
  }
}
