import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_ESO_NAMESPACE } from '@eso/api/resources';
import { isKubeError, type KubeClient } from '@eso/kube';
import { eventually } from '../eventually.ts';
import { chartNames, chartPath, type Origins } from '../workspace.ts';
import { applyManifest, type Manifest, parseManifests } from './manifest.ts';

/** How policies are applied. */
export interface AdmissionOptions {
  /**
   * By provider's chart, namespaces whose config objects may name others, as its `--admin-namespaces`. Default: the chart's own name.
   */
  readonly adminNamespaces?: Readonly<Record<string, readonly string[]>>;
  /** Where charts come from. */
  readonly charts?: Origins;
  /** Namespace of core and cert-manager-controller, whose ServiceAccounts policies name. Default: `external-secrets`. */
  readonly esoNamespace?: string;
}

/** The one that is asked about the probe. */
const PROBED = 'externalsecret-validate';

/**
 * Applies the admission policies of every chart (`charts/<chart>/files/admission*.yaml`) and waits until the API server asks them;
 * the CRDs have to be there.
 * @throws KubeError of the API server, naming what it does not accept
 */
export async function applyAdmission(
  client: KubeClient,
  { adminNamespaces = {}, charts = {}, esoNamespace = DEFAULT_ESO_NAMESPACE }: AdmissionOptions = {},
  signal?: AbortSignal,
): Promise<void> {
  const manifests: Manifest[] = [];
  for (const chart of await chartNames()) {
    for (const text of await policyTexts(chart, charts)) {
      const renamed = text.replaceAll(ACCOUNTS, `system:serviceaccount:${esoNamespace}:`);
      manifests.push(...placeAdmission(parseManifests(renamed), adminNamespaces[chart]));
    }
  }
  // The API server hears of policies, and of bindings, in the order in which they were written: with the last one it has them all.
  const isProbed = ({ metadata }: Manifest): boolean => metadata.name === PROBED;
  for (const manifest of [...manifests.filter((each) => !isProbed(each)), ...manifests.filter(isProbed)])
    await applyManifest(client, manifest, signal);
  await eventually(() => refusesEmptyEntry(client, signal), signal ? { signal } : {});
}

/** How the names of ServiceAccounts of the installation begin in the files. */
const ACCOUNTS = `system:serviceaccount:${DEFAULT_ESO_NAMESPACE}:`;

/** The policy files of a chart; releases differ in which they have. */
async function policyTexts(chart: string, charts: Origins): Promise<string[]> {
  const folder = chartPath([chart, 'files'], charts);
  const names = existsSync(folder) ? await readdir(folder) : [];
  const own = names.filter((name) => /^admission(-.*)?\.yaml$/.test(name)).sort();
  return Promise.all(own.map((name) => readFile(join(folder, name), 'utf8')));
}

/** The documents of a chart as they are applied: its variable `adminNamespaces` names these, unless there is nothing to name. */
export function placeAdmission(documents: readonly Manifest[], adminNamespaces?: readonly string[]): Manifest[] {
  if (!adminNamespaces) return [...documents];
  const expression = `[${adminNamespaces.map((name) => `'${name}'`).join(', ')}]`;
  return documents.map((document) => {
    const spec = document['spec'] as { variables?: { name: string; expression: string }[] };
    const variables = spec.variables?.map((each) => (each.name === 'adminNamespaces' ? { ...each, expression } : each));
    return variables ? { ...document, spec: { ...spec, variables } } : document;
  });
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
