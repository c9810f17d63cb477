/** Every value does something: what is set is found in what is rendered, and what is switched changes it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readChartFile, valuesOfChart } from '../generate/charts/files.ts';
import type { Value } from '../generate/charts/values.ts';
import { root } from '../setup.mjs';
import { chartFolder, Helm } from './helm.ts';

/** Helm is built, where nobody has done so before. */
const BUILD_MS = 900_000;
const ALL_MS = 300_000;

let helm: Helm;
let dir: string;
beforeAll(async () => {
  helm = await Helm.prepare();
  dir = mkdtempSync(join(tmpdir(), 'chart-values-'));
}, BUILD_MS);
afterAll(() => rmSync(dir, { recursive: true }));

type Leaf = readonly [path: string, value: Value];
const leavesOf = (values: readonly Value[], above: readonly string[] = []): Leaf[] =>
  values.flatMap((value) => {
    const path = [...above, value.key];
    return value.parts ? leavesOf(value.parts, path) : [[path.join('.'), value] as const];
  });

type Settings = Readonly<Record<string, unknown>>;

/** `a.b` as keys within keys. */
function nested(settings: Settings): Settings {
  const whole: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(settings)) {
    const keys = path.split('.');
    let at = whole;
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[keys.at(-1) ?? ''] = value;
  }
  return whole;
}

async function rendered(chart: string, settings: Settings): Promise<string> {
  const file = join(dir, `${chart}-${Object.keys(settings).length}-${Math.random()}.json`);
  writeFileSync(file, JSON.stringify(nested(settings)));
  const args = ['template', chart, chartFolder(chart), '--namespace', chart, `--values=${file}`];
  const { code, stdout, stderr } = await helm.run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** What has to be on for other values to mean anything. */
const MONITORED: Settings = {
  'serviceMonitor.enabled': true,
  'serviceMonitor.renderMode': 'alwaysRender',
  'networkPolicy.metricsFrom': [{ podSelector: {} }],
};
const CORE: Settings = {
  ...MONITORED,
  'prometheusRule.enabled': true,
  'prometheusRule.renderMode': 'alwaysRender',
  'keyEncryptionKey.existingSecret': 'kek',
  'metrics.listen.secure.enabled': true,
  'metrics.service.enabled': true,
  'genericTargets.enabled': true,
  'genericTargets.resources': [{ apiGroup: 'apps', resources: ['some'], verbs: ['get'] }],
};
const CHARTS: readonly (readonly [string, Settings])[] = [
  ['external-secrets', CORE],
  ['provider-aws', MONITORED],
];

/** Which text is looked for, and where it is put in a value of this schema. */
function marked({ schema }: Value, mark: string, number: number): unknown {
  const items = schema['items'] as { type?: string; enum?: string[] } | undefined;
  if (schema['type'] === 'integer') return number;
  if (schema['type'] === 'array') return items?.type === 'object' ? [{ name: mark }] : [mark];
  if (schema['type'] === 'object') return { [mark]: 'x' };
  return mark;
}

/** Values that cannot hold any text, or only together with others; the tests below are about these. */
const BY_HAND = new Set([
  'image.digest',
  'certManagerController.image.digest',
  'service.ipFamilies',
  'networkPolicy.apiServer.ports',
  'networkPolicy.apiServer.cidrs',
  'secretNames',
  'serviceAccountNames',
  'genericTargets.resources',
  'scopedNamespace',
  'processClusterStore',
  'podDisruptionBudget.minAvailable',
  'certManagerController.podDisruptionBudget.minAvailable',
]);

describe.each(CHARTS)('%s', (chart, base) => {
  const leaves = leavesOf(valuesOfChart(root, readChartFile(root, chart)));
  const free = ([path, { schema }]: Leaf): boolean =>
    schema['type'] !== 'boolean' && schema['enum'] === undefined && !BY_HAND.has(path);

  test('there is a chart full of values', () => expect(leaves.length).toBeGreaterThan(70));

  test(
    'texts, numbers, lists and maps are found in what is rendered',
    async () => {
      const marks = leaves
        .filter(free)
        .map(([path, value], index) => ({ path, value, mark: `m${index}m`, number: 300 + index }));
      const settings = Object.fromEntries(
        marks.map(({ path, value, mark, number }) => [path, marked(value, mark, number)]),
      );
      const text = await rendered(chart, { ...base, ...settings });
      const missing = marks.filter(({ value, mark, number }) => {
        const sought = value.schema['type'] === 'integer' ? String(number) : mark;
        return !new RegExp(`\\b${sought}\\b`).test(text);
      });
      expect(missing.map(({ path }) => path)).toEqual([]);
    },
    ALL_MS,
  );

  test(
    'switches and choices change what is rendered',
    async () => {
      // More than one pod, so that there is something to be left in a disruption.
      const twice = Object.fromEntries(
        leaves.filter(([path]) => path.endsWith('replicaCount')).map(([path]) => [path, 3]),
      );
      const known: Settings = { ...twice, ...base };
      const before = await rendered(chart, known);
      const same: string[] = [];
      for (const [path, { schema, default: standard }] of leaves) {
        if (BY_HAND.has(path) || (schema['type'] !== 'boolean' && schema['enum'] === undefined)) continue;
        const now = path in known ? known[path] : standard;
        const other =
          schema['type'] === 'boolean' ? now !== true : (schema['enum'] as unknown[]).find((each) => each !== now);
        const beside = BESIDE[path] ?? {};
        const from = path in BESIDE ? await rendered(chart, { ...known, ...beside }) : before;
        if ((await rendered(chart, { ...known, ...beside, [path]: other })) === from) same.push(path);
      }
      expect(same).toEqual([]);
    },
    ALL_MS,
  );
});

/** What else has to be so, for a switch to be allowed or to matter. */
const BESIDE: Readonly<Record<string, Settings>> = {
  leaderElect: { replicaCount: 1 },
  'metrics.listen.secure.enabled': { 'metrics.listen.auth.enabled': false },
  'metrics.service.enabled': { 'serviceMonitor.enabled': false },
};

test.each<[string, Settings, string]>([
  ['external-secrets', { 'image.digest': `sha256:${'a'.repeat(64)}`, 'image.tag': 'unused' }, `localhost/external-secrets/core@sha256:${'a'.repeat(64)}`], // prettier-ignore
  ['external-secrets', { 'certManagerController.image.digest': `sha256:${'b'.repeat(64)}` }, `@sha256:${'b'.repeat(64)}`], // prettier-ignore
  ['external-secrets', { scopedRBAC: true, scopedNamespace: 'team' }, '--namespaces=team"'],
  ['external-secrets', { scopedRBAC: true }, '--namespaces=external-secrets"'],
  ['external-secrets', { processClusterStore: false }, '--enable-cluster-store-reconciler=false'],
  ['external-secrets', { 'genericTargets.enabled': true, 'genericTargets.resources': [{ apiGroup: 'apps', resources: ['some'], verbs: ['get'] }] }, 'resources: ["some"]'], // prettier-ignore
  ['external-secrets', { replicaCount: 9, 'podDisruptionBudget.minAvailable': 7 }, 'minAvailable: 7'],
  ['external-secrets', { 'certManagerController.replicaCount': 9, 'certManagerController.podDisruptionBudget.minAvailable': 8 }, 'minAvailable: 8'], // prettier-ignore
  ['external-secrets', { 'networkPolicy.apiServer.ports': [7443] }, 'port: 7443'],
  ['external-secrets', { 'networkPolicy.apiServer.cidrs': ['192.0.2.1/32'] }, 'cidr: 192.0.2.1/32'],
  ['provider-aws', { 'service.ipFamilies': ['IPv6'] }, '- IPv6'],
  ['provider-aws', { tenantNamespaces: ['a'], secretNames: { a: ['only-this'] } }, '- only-this'],
  ['provider-aws', { tokenNamespaces: ['a'], serviceAccountNames: { a: ['only-that'] } }, '- only-that'],
])('%s with %j renders %s', async (chart, settings, text) => {
  const base = chart === 'external-secrets' ? { 'keyEncryptionKey.existingSecret': 'kek' } : {};
  expect(await rendered(chart, base)).not.toContain(text);
  expect(await rendered(chart, { ...base, ...settings })).toContain(text);
});
