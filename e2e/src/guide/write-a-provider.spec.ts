/** The guide for authors in this repository, followed word by word in a copy of it; then its provider serves an ExternalSecret. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { testCertificates, type TestCertificates } from '@eso/api/testing';
import { copyWorkspace, workspaceRoot } from '@eso/testing';
import { startVaultbox, type Vaultbox } from '../../../tools/guide/vaultbox.ts';
import { followGuide, type GuideStep, guideSteps, timesTable } from '../support/guide.ts';
import { System } from '../support/system.ts';

const PAGE = 'docs/write-a-provider.md';
const CHART = 'charts/provider-vaultbox';
const TENANT = 'team-a';

const steps = guideSteps(readFileSync(join(workspaceRoot, PAGE), 'utf8'));
let copy: string;
let certificates: TestCertificates;
let vaultbox: Vaultbox;
let system: System | undefined;

beforeAll(async () => {
  copy = copyWorkspace();
  // Its packages are links to those here, so that there is nothing to install.
  execFileSync(process.execPath, [
    '-e',
    `import('${join(copy, 'tools/setup.mjs')}').then((setup) => setup.markInstalled())`,
  ]);
  certificates = await testCertificates({ service: 'vaultbox', namespace: 'example' });
  vaultbox = await startVaultbox({
    certDir: certificates.serverDir,
    clients: { tests: 'good' },
    secrets: { 'tests/document': '{"user":"ann"}', 'tests/text': 'plain' },
  });
});
afterAll(async () => {
  await system?.stop();
  await vaultbox.stop();
  await certificates.remove();
  rmSync(copy, { recursive: true });
});

test('every command and every file of the guide does what it says', async () => {
  const times = await followGuide(steps, copy);
  expect(times.length).toBeGreaterThan(5);
  console.log(timesTable(times));
});

test('the provider of the guide serves the ExternalSecret of the guide', async () => {
  system = await System.start(
    {
      tenants: [TENANT],
      providers: { vaultbox: {} },
      programs: { 'provider-vaultbox': copy },
      charts: { 'provider-vaultbox': copy },
    },
    async (cluster) => {
      for (const file of ['files/crds/provider.external-secrets.io_vaultboxes.yaml', 'files/admission.yaml'])
        await cluster.apply(readFileSync(join(copy, CHART, file), 'utf8'));
    },
  );
  await system.apply(manifests().join('\n---\n'));
  await system.holds(TENANT, 'from-vaultbox', { user: 'ann', tests_text: 'plain' });
  expect(vaultbox.logins).toBe(1);
});

/** The objects of the guide in its namespace, with the address of the service that runs here. */
function manifests(): string[] {
  const applied = steps.filter((step): step is Extract<GuideStep, { tag: 'apply' }> => step.tag === 'apply');
  expect(applied.map(({ namespace }) => namespace)).toEqual([TENANT]);
  const caBundle = readFileSync(join(certificates.serverDir, 'ca.crt')).toString('base64');
  const server = `server: ${vaultbox.url}\n      tls: { serverName: ${certificates.serverName}, caBundle: ${caBundle} }`;
  return applied.map(({ manifest, namespace }) =>
    manifest
      .replaceAll('metadata: { name:', `metadata: { namespace: ${namespace}, name:`)
      .replace('server: https://vaultbox.example.org', server),
  );
}
