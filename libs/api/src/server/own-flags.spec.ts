/** Flags that a provider has beside those of the kit. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { startTestProvider } from '../testing/index.ts';
import { defineKind } from './define-kind.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import { checkDefinition } from './definition-check.ts';
import type { FlagValues } from './index.ts';
import { defineProvider, ownFlags } from './own-flags.ts';

const apiVersion = 'provider.external-secrets.io/v2alpha1';
const flags = {
  'max-words': { type: 'number', default: 7, min: 1, describe: 'Most words in one value' },
  language: { type: 'string', default: 'en', choices: ['en', 'de'], describe: 'Language of the words' },
  patience: { type: 'duration', default: '3s', describe: 'How long to wait' },
} as const;
type Flags = FlagValues<typeof flags>;

let seen: Flags | undefined;
const common = { apiVersion, kind: 'Probe', plural: 'probes', features: ['get'], metricName: 'Probe' } as const;
const kind = defineKind<object, Flags>({
  ...common,
  open: (context) => {
    seen = context.flags;
    return { getSecret: () => Promise.resolve(Buffer.from(context.flags.language)) };
  },
});

test.each<[string, object | undefined, object]>([
  ['not given have their defaults', undefined, { 'max-words': 7, language: 'en', patience: 3_000 }],
  ['given reach the kinds', { language: 'de' }, { 'max-words': 7, language: 'de', patience: 3_000 }],
])('flags that are %s', async (_what, given, expected) => {
  const lab = await TlsLab.create();
  const provider = await startTestProvider({
    definition: defineProvider({ name: 'words', flags, kinds: [kind] }),
    ...(given ? { flags: given as Record<string, unknown> } : {}),
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    objects: [{ apiVersion, kind: 'Probe', metadata: { namespace: 'a', name: 'one' }, spec: {} }],
  });
  try {
    const providerRef = { apiVersion, kind: 'Probe', name: 'one', storeRefKind: 'Provider' };
    await provider.client.store.getSecret({ providerRef, sourceNamespace: 'a', remoteRef: { key: 'k' } });
    expect(seen).toEqual(expected);
  } finally {
    await provider.stop();
    await lab.remove();
  }
});

test('of a command line only the own ones reach the kinds', () => {
  expect(ownFlags({ name: 'x', kinds: [], flags }, { listen: 'x', kubeconfig: 'y', language: 'de' })).toEqual({
    'max-words': undefined,
    language: 'de',
    patience: undefined,
  });
});

test('the compiler sees a kind that reads flags which its provider lacks', () => {
  const { language } = flags;
  // @ts-expect-error -- there is no flag max-words
  expect(defineProvider({ name: 'words', flags: { language }, kinds: [kind] })).toBeDefined();
  const plain = defineKind({ ...common, open: () => ({}) });
  expect(defineProvider({ name: 'words', flags, kinds: [kind, plain] }).flags).toBe(flags);
});

describe('refused at start', () => {
  const flag = { type: 'string', default: '', describe: 'Something' };
  test.each<[string, unknown, string]>([
    ["one of the kit's", { listen: flag }, '--listen is one that every provider has'],
    ['one that every process has', { loglevel: flag }, '--loglevel is one that every provider has'],
    ['help', { help: flag }, '--help is one that every provider has'],
    ['what turns a switch off', { 'no-allow-unnamed-stores': flag }, 'may not begin with no-'],
    ['capital letters', { maxWords: flag }, 'lower case words'],
    ['no description', { words: { type: 'string', default: '' } }, '--words needs a type and a description'],
    ['nothing', { words: undefined }, '--words needs a type and a description'],
    ['no set', 'listen', 'no set of flags'],
    [
      'a default that cannot be read',
      { words: { type: 'duration', default: 'soon', describe: 'When' } },
      'odd default',
    ],
  ])('%s', (_what, own, text) => {
    const definition = { name: 'x', kinds: [kind], flags: own } as unknown as ProviderDefinition;
    expect(() => checkDefinition(definition)).toThrow(text);
  });
});

describe('the program', () => {
  const program = fileURLToPath(new URL('testing/provider-with-flags.ts', import.meta.url));
  const run = (parameters: string[], env: Record<string, string> = {}) =>
    new Promise<{ code: unknown; output: string }>((resolve) => {
      execFile(
        process.execPath,
        ['--conditions=@eso/source', program, ...parameters],
        { env },
        (error, stdout, stderr) => resolve({ code: error?.code ?? 0, output: stdout + stderr }),
      );
    });

  test('lists them after those of the kit', async () => {
    const { output } = await run(['--help']);
    expect(output).toMatch(/--listen=HOST:PORT[^]*--max-words=NUMBER +Most words in one value \(default 7\)/);
  });

  test('refuses a value that one does not take', async () => {
    expect(await run(['--max-words=0'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('--max-words') as string,
    });
  });

  test("does not start with a name of the kit's", async () => {
    const { code, output } = await run([], { TAKEN: '1' });
    expect(code).toBe(1);
    expect(output).toContain('its flag --listen is one that every provider has');
  });
});
