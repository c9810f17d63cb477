/** Both ways in which people bring CRDs to a cluster, on an API server that has none yet. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, type OwnControlPlane, ownControlPlane, parseManifests, workspaceRoot } from '@eso/testing';

/** Most bytes that all annotations of an object may have together. */
const ANNOTATIONS_LIMIT = 262_144;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

let own: OwnControlPlane;
beforeAll(async () => {
  own = await ownControlPlane();
}, 120_000);
afterAll(() => own.cluster.stop());

const files = globSync('charts/*/files/crds/*.yaml', { cwd: workspaceRoot }).sort();

interface Stored {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: object;
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Applies a file, waits until its kind is served, and returns what is stored. */
async function applied(file: string, ...how: string[]): Promise<Stored> {
  const path = join(workspaceRoot, file);
  const { code, stderr } = await own.cluster.kubectl('apply', ...how, '--filename', path);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const name = parseManifests(readFileSync(path, 'utf8'))[0]?.metadata.name ?? '';
  return eventually(async () => {
    const { stdout } = await own.cluster.kubectl('get', 'crd', name, '-o', 'json');
    const stored = JSON.parse(stdout) as Stored;
    expect(stored.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Established', status: 'True' }));
    expect(stored.status?.conditions).not.toContainEqual(expect.objectContaining({ type: 'NonStructuralSchema' }));
    return stored;
  });
}

test.each(files)('%s is taken from kubectl apply, with room in its annotation, and server-side', async (file) => {
  const clientSide = await applied(file);
  const copy = clientSide.metadata.annotations?.[LAST_APPLIED] ?? '';
  expect(copy.length).toBeGreaterThan(1_000);
  expect(Buffer.byteLength(copy)).toBeLessThan(ANNOTATIONS_LIMIT / 4);
  const serverSide = await applied(file, '--server-side', '--force-conflicts');
  expect(serverSide.spec).toEqual(clientSide.spec);
});
