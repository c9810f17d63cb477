/** What the Prometheus operator is given, by its own CRDs on a real API server. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { stringify } from 'yaml';
import { ensureOperatorCrds } from '../prometheus/operator-crds.ts';
import { chartFolder, Helm, objectsOf, type Rendered } from './helm.ts';

/** Helm is built, where nobody has done so before. */
const BUILD_MS = 900_000;
const INSTALL_MS = 120_000;
const KINDS = ['ServiceMonitor', 'PrometheusRule'];

/** Every value that reaches such an object, at once. */
const SETTINGS = [
  ...['serviceMonitor.enabled=true', 'serviceMonitor.renderMode=failIfMissing', 'serviceMonitor.honorLabels=true'],
  ...['serviceMonitor.additionalLabels.team=x', 'serviceMonitor.interval=15s', 'serviceMonitor.scrapeTimeout=10s'],
].map((each) => `--set=${each}`);
const LISTS = [
  'networkPolicy.metricsFrom=[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"monitoring"}}}]',
  'serviceMonitor.relabelings=[{"targetLabel":"cluster","replacement":"one","action":"replace"}]',
  'serviceMonitor.metricRelabelings=[{"sourceLabels":["__name__"],"regex":"nodejs_.*","action":"drop"}]',
].map((each) => `--set-json=${each}`);
const CORE = [
  ...['prometheusRule.enabled=true', 'prometheusRule.renderMode=failIfMissing', 'prometheusRule.additionalLabels.a=b'],
  ...['metrics.listen.secure.enabled=true', 'metrics.listen.auth.enabled=true', 'grafanaDashboard.enabled=true'],
].map((each) => `--set=${each}`);

let own: OwnControlPlane;
let helm: Helm;
beforeAll(async () => {
  own = await ownControlPlane();
  helm = await Helm.prepare(own.cluster.adminKubeconfig, own.controlPlane.dir);
}, BUILD_MS);
afterAll(() => own.cluster.stop());

const install = (chart: string, more: readonly string[] = []) =>
  helm.run('install', chart, chartFolder(chart), '--namespace', chart, '--create-namespace', ...SETTINGS, ...LISTS, ...more); // prettier-ignore

/** As somebody applies it who wants every field to be known. */
async function strictly(object: object): Promise<{ code: number; stderr: string }> {
  const file = join(own.controlPlane.dir, 'strictly.yaml');
  writeFileSync(file, stringify(object));
  const args = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '--force-conflicts'];
  return own.cluster.kubectl(...args, `--filename=${file}`);
}

async function monitorsOf(chart: string): Promise<Rendered[]> {
  const { stdout } = await helm.run('get', 'manifest', chart, '--namespace', chart);
  return objectsOf(stdout).filter(({ kind }) => KINDS.includes(kind));
}

test('where its CRDs are missing, nothing is installed, and they are asked for', async () => {
  const { code, stderr } = await install('external-secrets', CORE);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('Install the CRDs of the Prometheus operator first') as string,
  });
});

describe('with its CRDs', () => {
  beforeAll(async () => {
    for (const path of await ensureOperatorCrds((text) => void process.stderr.write(`${text}\n`))) {
      const { metadata } = objectsOf(readFileSync(path, 'utf8'))[0]!;
      expect(await own.cluster.kubectl('apply', '--server-side', `--filename=${path}`)).toMatchObject({ code: 0 });
      const established = ['wait', `crd/${metadata.name}`, '--for=condition=Established', '--timeout=60s'];
      expect(await own.cluster.kubectl(...established)).toMatchObject({ code: 0 });
    }
    expect(await install('external-secrets', CORE)).toMatchObject({ code: 0, stderr: '' });
    expect(await install('provider-fake')).toMatchObject({ code: 0, stderr: '' });
  }, INSTALL_MS);

  test('each process is scraped, and the alerts are there', async () => {
    const objects = [...(await monitorsOf('external-secrets')), ...(await monitorsOf('provider-fake'))];
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      'PrometheusRule external-secrets',
      'ServiceMonitor cert-manager-controller',
      'ServiceMonitor external-secrets',
      'ServiceMonitor provider-fake',
    ]);
  });

  test('each is stored as it is rendered: no field is one that the CRD does not know', async () => {
    for (const chart of ['external-secrets', 'provider-fake'])
      for (const object of await monitorsOf(chart)) {
        expect(await strictly(object)).toMatchObject({ code: 0 });
        const { kind, metadata } = object;
        const { stdout } = await own.cluster.kubectl('get', kind, metadata.name, `--namespace=${chart}`, '-o', 'json');
        expect((JSON.parse(stdout) as Rendered)['spec']).toEqual(object['spec']);
      }
  });

  test('and one that it does not know is noticed', async () => {
    const [monitor] = (await monitorsOf('provider-fake')) as [Rendered];
    const spec = { ...(monitor['spec'] as object), selektor: {} };
    expect(await strictly({ ...monitor, spec })).toMatchObject({ code: 1, stderr: expect.stringContaining('selektor') as string }); // prettier-ignore
  });

  test('each ServiceMonitor selects one Service with the port that it scrapes, and that one selects pods that serve it', async () => {
    for (const [chart, count] of [
      ['external-secrets', 2],
      ['provider-fake', 1],
    ] as const) {
      // prettier-ignore
      const monitors = (await monitorsOf(chart)).filter(({ kind }) => kind === 'ServiceMonitor');
      expect(monitors).toHaveLength(count);
      for (const { spec } of monitors as unknown as { spec: { selector: { matchLabels: Record<string, string> } } }[]) {
        const selector = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`).join(','); // prettier-ignore
        const args = [`--namespace=${chart}`, `--selector=${selector}`, '-o', 'json'];
        const { items } = JSON.parse((await own.cluster.kubectl('get', 'services', ...args)).stdout) as {
          items: { spec: { ports: { name: string; targetPort: string }[] } }[];
        };
        expect(items.map((item) => item.spec.ports.find(({ name }) => name === 'metrics')?.targetPort)).toEqual(['metrics']); // prettier-ignore
      }
    }
  });

  test('the dashboard is a ConfigMap with the label that the sidecar looks for', async () => {
    const args = ['--namespace=external-secrets', '--selector=grafana_dashboard=1', '-o', 'json'];
    const { items } = JSON.parse((await own.cluster.kubectl('get', 'configmaps', ...args)).stdout) as {
      items: { data: Record<string, string> }[];
    };
    const file = join(chartFolder('external-secrets'), 'files', 'dashboard.json');
    expect(items.map(({ data }) => JSON.parse(data['external-secrets.json'] ?? 'null') as unknown)).toEqual([
      JSON.parse(readFileSync(file, 'utf8')),
    ]);
  });
});
