import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isKubeError, type KubeClient } from '@eso/kube';
import { eventually } from '../eventually.ts';
import { chartPath } from '../workspace.ts';
import { applyManifest, parseManifests } from './manifest.ts';

/**
 * Applies the admission policies of every chart (`charts/<chart>/files/admission.yaml`) and waits until the API server asks them;
 * the CRDs have to be there.
 * @throws KubeError of the API server, naming what it does not accept
 */
export async function applyAdmission(client: KubeClient, signal?: AbortSignal): Promise<void> {
  for (const chart of await readdir(chartPath())) {
    const path = chartPath(chart, 'files', 'admission.yaml');
    if (!existsSync(path)) continue;
    for (const manifest of parseManifests(await readFile(path, 'utf8'))) await applyManifest(client, manifest, signal);
  }
  await eventually(() => refusesEmptyEntry(client, signal), signal ? { signal } : {});
}

/** A spec that only the policy refuses. */
const PROBE = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'admission-probe' },
  spec: { dataFrom: [{}] },
};

async function refusesEmptyEntry(client: KubeClient, signal?: AbortSignal): Promise<void> {
  const path = '/apis/external-secrets.io/v1/namespaces/default/externalsecrets';
  try {
    await client.request('POST', path, { query: { dryRun: 'All' }, body: PROBE, ...(signal && { signal }) });
  } catch (error) {
    if (isKubeError(error, 'ADMISSION_DENIED') || isKubeError(error, 'INVALID')) return;
    throw error;
  }
  throw new Error('the API server does not ask the admission policy yet');
}
