import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { customResourceDefinitions, type KubeClient } from '@eso/kube';
import { eventually } from '../eventually.ts';
import { chartNames, chartPath, type Origins } from '../workspace.ts';
import { applyManifest, type Manifest, parseManifests } from './manifest.ts';

/**
 * Applies the CRDs of every chart (`charts/<chart>/files/crds/*.yaml`) and waits until the API server serves them.
 * @param charts where charts come from
 * @throws KubeError of the API server, naming what it does not accept
 */
export async function installCrds(client: KubeClient, charts: Origins = {}, signal?: AbortSignal): Promise<void> {
  const crds = await readCrds(charts);
  await Promise.all(crds.map((crd) => applyManifest(client, crd, signal)));
  await Promise.all(crds.map((crd) => established(client, crd.metadata.name, signal)));
}

/** Folder of a chart's CRDs; one of a release before there were Helm templates has them elsewhere. */
export function crdFolder(chart: string, charts: Origins = {}): string {
  const folder = chartPath([chart, 'files', 'crds'], charts);
  return existsSync(folder) ? folder : chartPath([chart, 'crds'], charts);
}

async function readCrds(charts: Origins): Promise<Manifest[]> {
  const crds: Manifest[] = [];
  for (const chart of await chartNames()) {
    const folder = crdFolder(chart, charts);
    const files = await readdir(folder).catch(() => []);
    for (const file of files.filter((name) => name.endsWith('.yaml'))) {
      crds.push(...parseManifests(await readFile(join(folder, file), 'utf8')));
    }
  }
  return crds;
}

async function established(client: KubeClient, name: string, signal?: AbortSignal): Promise<void> {
  await eventually(
    async () => {
      const crd = await client.get(customResourceDefinitions, { name }, signal ? { signal } : {});
      const ready = crd.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
      if (!ready) throw new Error(`the API server does not serve ${name} yet: ${JSON.stringify(crd.status)}`);
    },
    signal ? { signal } : {},
  );
}
