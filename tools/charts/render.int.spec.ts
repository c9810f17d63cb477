/** What the charts render, by the real Helm and without a cluster: as committed, within bounds, and with words where values cannot be. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Manifest, parseManifests, placeRights, rightsOf } from '@eso/testing';
import { committedGolden, goldenOf } from './golden.ts';
import { chartFolder, Helm, objectsOf, type Rendered } from './helm.ts';
import { chartIn, chartsOf, profiles, renderProfile } from './profiles.ts';

/** Helm is built, where nobody has done so before. */
const BUILD_MS = 900_000;
const KEY = '--set=keyEncryptionKey.existingSecret=key';

interface Crd {
  readonly spec: { readonly conversion?: { readonly strategy: string } };
}

let helm: Helm;
const rendered: Record<string, Rendered[]> = {};
beforeAll(async () => {
  helm = await Helm.prepare();
  for (const profile of profiles) rendered[profile] = await renderProfile(helm, profile);
}, BUILD_MS);

const inProfile = (profile: string): Rendered[] => rendered[profile] ?? [];

test.each(profiles)('profile %s is rendered as committed', (profile) => {
  // node --conditions=@eso/source tools/charts/golden.ts writes what is committed.
  expect(goldenOf(inProfile(profile))).toEqual(committedGolden(profile));
});

test.each(profiles.flatMap((profile) => chartsOf(profile).map((chart) => [chart, profile] as const)))(
  'Helm finds nothing wrong with %s as profile %s has it',
  async (chart, profile) => {
    const { code, stdout } = await helm.run('lint', '--strict', ...chartIn(profile, chart));
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('0 chart(s) failed') as string });
  },
);

test('nothing is called by the API server, so that nothing serves it or needs a certificate for it: no webhook, no conversion [6.9.2]', () => {
  for (const profile of profiles) {
    const objects = inProfile(profile);
    expect(objects.filter(({ kind }) => /WebhookConfiguration$/.test(kind))).toEqual([]);
    const crds = objects.filter(({ kind }) => kind === 'CustomResourceDefinition') as unknown as Crd[];
    expect(crds.filter(({ spec }) => (spec.conversion?.strategy ?? 'None') !== 'None')).toEqual([]);
  }
});

test('CRDs have the labels that they have always had, and those of the release', () => {
  const crds = inProfile('whole-cluster').filter(({ kind }) => kind === 'CustomResourceDefinition');
  expect(crds.length).toBeGreaterThan(10);
  for (const { metadata } of crds)
    expect(metadata.labels).toMatchObject({
      'external-secrets.io/component': 'controller',
      'app.kubernetes.io/part-of': 'external-secrets',
    });
});

describe.each(profiles)('rights of profile %s', (profile) => {
  test('hold no wildcard', () => {
    for (const { verb, group, resource } of rightsOf(inProfile(profile)))
      expect([verb, group, resource]).not.toContain('*');
  });

  test('let no provider at Secrets, ConfigMaps or tokens but in namespaces that are listed', () => {
    const kept = /^(secrets|configmaps|serviceaccounts(\/token)?)$/;
    const wide = rightsOf(inProfile(profile)).filter(
      ({ account, resource, namespace }) => account.startsWith('provider-') && kept.test(resource) && !namespace,
    );
    expect(wide).toEqual([]);
  });

  test('let core at Secrets in the namespaces that it serves, and everywhere only where it serves all', () => {
    const places = rightsOf(inProfile(profile))
      .filter(({ account, resource }) => account.startsWith('external-secrets/external') && resource === 'secrets')
      .map(({ namespace = 'all' }) => namespace);
    const expected: Record<string, string[]> = {
      'by-name': ['team-a'],
      namespaces: ['team-a', 'team-b'],
      'one-namespace': ['team-a'],
      'own-policies': [],
      'whole-cluster': ['all'],
    };
    expect([...new Set(places)].sort()).toEqual(expected[profile]);
  });
});

/** RBAC without what a release adds to it. */
function bare(objects: readonly (Manifest | Rendered)[]): unknown[] {
  return objects
    .filter(({ kind }) => /Role(Binding)?$/.test(kind))
    .map(({ apiVersion, kind, metadata: { name, namespace }, ...rest }) => {
      const { rules, roleRef, subjects } = rest as Record<string, unknown>;
      return { apiVersion, kind, name, namespace, rules, roleRef, subjects };
    })
    .sort((a, b) => (`${a.kind} ${a.namespace} ${a.name}` < `${b.kind} ${b.namespace} ${b.name}` ? -1 : 1));
}

const filed = (chart: string): Manifest[] =>
  parseManifests(readFileSync(join(chartFolder(chart), 'files', 'rbac.yaml'), 'utf8'));

/** All but the roles that the cluster's own take in, which people.int.spec.ts is about. */
function withoutPeople(chart: string, objects: readonly Rendered[]): Rendered[] {
  const aggregated = new Set([`${chart}-view`, `${chart}-edit`]);
  return objects.filter(({ metadata }) => !aggregated.has(metadata.name));
}

test.each(['all', ['team-a', 'team-b']] as const)("core's rights are those of its file, for %j", async (tenants) => {
  const args = tenants === 'all' ? [] : ['--set=watchNamespaces={team-a,team-b}'];
  // Cluster-scoped stores are off where namespaces are listed; here the rest of the rights is of interest.
  const objects = objectsOf(await helm.template('external-secrets', KEY, '--set=providerNamespaces={p}', ...args));
  const expected = placeRights(filed('external-secrets'), {
    chart: 'external-secrets',
    tenantNamespaces: tenants === 'all' ? 'all' : [...tenants],
    providerNamespaces: ['p'],
  });
  const off = new Set(tenants === 'all' ? [] : ['clusterproviders', 'clustersecretstores']);
  for (const { rules } of expected as unknown as { rules?: { resources: string[] }[] }[])
    for (const rule of rules ?? [])
      rule.resources = rule.resources.filter((each) => !off.has(each.split('/')[0] ?? ''));
  const withRules = expected.map((document) => {
    const rules = document['rules'] as { resources: string[] }[] | undefined;
    return rules ? { ...document, rules: rules.filter(({ resources }) => resources.length > 0) } : document;
  });
  expect(bare(withoutPeople('external-secrets', objects))).toEqual(bare(withRules));
});

test.each(['provider-aws', 'provider-azure', 'provider-fake'])("%s's rights are those of its file", async (chart) => {
  const lists = { tenantNamespaces: ['a', 'b'], credentialNamespaces: ['b', 'c'], tokenNamespaces: ['d'] };
  const args = Object.entries(lists).map(([name, list]) => `--set=${name}={${list.join(',')}}`);
  const expected = placeRights(filed(chart), { chart, ...lists });
  // The certificate is put there by cert-manager-controller, whose rights stand in core's file.
  const certificates = placeRights(filed('external-secrets'), { chart, providerNamespaces: [chart] }).filter(
    ({ metadata }) => metadata.annotations?.['external-secrets.io/rights-scope'] === 'provider-namespace',
  );
  const objects = objectsOf(await helm.template(chart, ...args));
  expect(bare(withoutPeople(chart, objects))).toEqual(bare([...expected, ...certificates]));
});

test.each([
  ['external-secrets', ['--set=replicas=2'], "additional properties 'replicas' not allowed"],
  ['external-secrets', ['--set=image.name=x'], "at '/image': additional properties 'name' not allowed"],
  ['external-secrets', ['--set=certManagerController.log.levle=x'], "additional properties 'levle' not allowed"],
  ['external-secrets', ['--set=replicaCount=two'], "at '/replicaCount': got string, want integer"],
  ['external-secrets', ['--set=watchNamespaces=a'], "at '/watchNamespaces': got string, want array"],
  ['external-secrets', ['--set=watchNamespaces={*}'], "at '/watchNamespaces/0': '*' does not match pattern"],
  ['external-secrets', ['--set=image.digest=latest'], "at '/image/digest': 'latest' does not match pattern"],
  ['external-secrets', ['--set=concurrent=0'], "at '/concurrent': minimum"],
  ['external-secrets', ['--set=log.level=loud'], "at '/log/level': value must be one of 'trace'"],
  [
    'external-secrets',
    [
      '--set=genericTargets.enabled=true',
      '--set-json=genericTargets.resources=[{"apiGroup":"*","resources":["x"],"verbs":["get"]}]',
    ],
    "at '/genericTargets/resources/0/apiGroup'",
  ],
  ['provider-aws', ['--set=networkPolicy.egres=1'], "at '/networkPolicy': additional properties 'egres' not allowed"],
  ['provider-aws', ['--set-json=secretNames.a=[]'], "at '/secretNames/a'"],
  ['provider-fake', ['--set=tls.enabled=false'], "additional properties 'tls' not allowed"],
])('%s refuses %j by its schema', async (chart, args, message) => {
  const refused = helm.template(chart, ...(chart === 'external-secrets' ? [KEY] : []), ...args);
  await expect(refused).rejects.toThrow(message);
});

test.each([
  ['external-secrets', ['scopedNamespace=a'], 'Set scopedRBAC=true to serve that namespace alone'],
  ['external-secrets', ['scopedRBAC=true', 'watchNamespaces={a}'], 'scopedRBAC and watchNamespaces exclude each other'],
  ['external-secrets', ['watchNamespaces={a}', 'processClusterStore=true'], 'Leave processClusterStore out'],
  ['external-secrets', ['scopedRBAC=true', 'processClusterStore=true'], 'Leave processClusterStore out'],
  ['external-secrets', ['metrics.listen.auth.enabled=true'], 'Set metrics.listen.secure.enabled=true'],
  ['external-secrets', ['metrics.listen.auth.enabled=true'], 'or take metrics.listen.auth.enabled out'],
  ['external-secrets', ['metrics.listen.port=8082'], 'are both on port 8082: give metrics.listen.port another port'],
  [
    'external-secrets',
    ['extraArgs.namespaces=a'],
    'Set that value (README of the chart), and take extraArgs.namespaces out',
  ],
  [
    'external-secrets',
    ['extraArgs.concurrent=2'],
    'extraArgs.concurrent of external-secrets: the chart gives --concurrent',
  ],
  [
    'external-secrets',
    ['certManagerController.extraArgs.namespace=a'],
    'extraArgs.namespace of cert-manager-controller: ',
  ],
  ['provider-fake', ['extraArgs.listen=:1'], 'extraArgs.listen of provider-fake: the chart gives --listen'],
  ['external-secrets', ['leaderElect=false'], 'Set leaderElect=true, or replicaCount=1'],
  ['external-secrets', ['genericTargets.enabled=true'], 'genericTargets.resources is empty'],
  ['external-secrets', ['podDisruptionBudget.minAvailable=2'], 'Have it below the number of replicas'],
  [
    'external-secrets',
    ['serviceMonitor.enabled=true'],
    'serviceMonitor.enabled is true, and networkPolicy.metricsFrom is',
  ],
  ['external-secrets', ['metrics.service.enabled=true'], "such as --set-json 'networkPolicy.metricsFrom=[{"],
  ['provider-fake', ['serviceMonitor.enabled=true'], "such as --set-json 'networkPolicy.metricsFrom=[{"],
  ['provider-aws', ['secretNames.a={x}'], 'Add a to tenantNamespaces or credentialNamespaces'],
  ['provider-aws', ['tenantNamespaces={a}', 'serviceAccountNames.a={x}'], 'Add a to tokenNamespaces'],
  ['provider-fake', ['podDisruptionBudget.minAvailable=5'], 'Have it below the number of replicas'],
])('%s refuses %j, which contradict each other, and says what to do', async (chart, values, message) => {
  const args = [...(chart === 'external-secrets' ? [KEY] : []), ...values.map((each) => `--set=${each}`)];
  await expect(helm.template(chart, ...args)).rejects.toThrow(message);
});

test.each(['external-secrets', 'provider-fake'])(
  'nobody may scrape %s unless it is said who, and the words of the refusal say it',
  async (chart) => {
    const key = chart === 'external-secrets' ? [KEY] : [];
    const scraped = (text: string): unknown[] =>
      objectsOf(text)
        .filter(({ kind }) => kind === 'NetworkPolicy')
        .flatMap(({ spec }) => (spec as { ingress: { from?: object[]; ports: { port: number }[] }[] }).ingress)
        .filter(({ from, ports }) => from !== undefined && ports.some(({ port }) => port === metricsPort(chart)))
        .flatMap(({ from }) => from)
        .filter((peer) => !JSON.stringify(peer).includes('"core"'));
    expect(scraped(await helm.template(chart, ...key))).toEqual([]);
    const on = '--set=serviceMonitor.enabled=true';
    const refusal = await helm.template(chart, ...key, on).catch((error: unknown) => String(error));
    const [, words = ''] = /--set-json '([^']+)'/.exec(refusal) ?? [];
    const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
    const opened = scraped(await helm.template(chart, ...key, on, `--set-json=${words}`));
    expect(opened).toEqual(opened.map(() => monitoring));
    expect(opened).toHaveLength(chart === 'external-secrets' ? 2 : 1);
    expect(scraped(await helm.template(chart, ...key, on, '--set=networkPolicy.enabled=false'))).toEqual([]);
  },
);

const metricsPort = (chart: string): number => (chart === 'external-secrets' ? 8080 : 8081);

test.each(['external-secrets', 'provider-aws', 'provider-azure', 'provider-fake'])(
  '%s is refused by a Kubernetes that is too old',
  async (chart) => {
    const args = chart === 'external-secrets' ? [KEY] : [];
    await expect(helm.template(chart, ...args, '--kube-version=1.33.9')).rejects.toThrow(
      /requires kubeVersion: >=1.34.0-0, and Kubernetes is v1.33.9: .* Upgrade the cluster first/,
    );
  },
);

test.each(['serviceMonitor', 'prometheusRule'])(
  '%s is left out, or asked for, where the cluster does not know it',
  async (value) => {
    const on = [KEY, `--set=${value}.enabled=true`, '--set-json=networkPolicy.metricsFrom=[{"podSelector":{}}]'];
    const kind = new RegExp(`^kind: ${value}$`, 'im');
    expect(await helm.template('external-secrets', ...on)).not.toMatch(kind);
    expect(await helm.template('external-secrets', ...on, '--api-versions=monitoring.coreos.com/v1/ServiceMonitor', '--api-versions=monitoring.coreos.com/v1/PrometheusRule')).toMatch(kind); // prettier-ignore
    await expect(helm.template('external-secrets', ...on, `--set=${value}.renderMode=failIfMissing`)).rejects.toThrow(
      'Install the CRDs of the Prometheus operator first',
    );
  },
);

test('Helm packages a chart with its library inside, and installs from the package', async () => {
  const to = mkdtempSync(join(tmpdir(), 'packaged-'));
  const { code, stdout } = await helm.run('package', chartFolder('provider-fake'), '--destination', to);
  expect(code).toBe(0);
  const archive = /saved it to: (\S+)/.exec(stdout)?.[1] ?? '';
  const args = ['provider-fake', archive, '--namespace', 'provider-fake'];
  const packaged = await helm.run('template', ...args);
  expect(packaged.code).toBe(0);
  expect(objectsOf(packaged.stdout)).toEqual(objectsOf(await helm.template('provider-fake')));
  rmSync(to, { recursive: true });
});
