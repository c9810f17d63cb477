/** A cluster without the rules at admission: core alone refuses, and leaves the target alone. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExternalSecretSpec, externalSecrets } from '@eso/api/resources';
import { applyManifest, eventually, type Manifest, parseManifests, workspaceRoot } from '@eso/testing';
import { CoreProcess } from '../testing/core-process.ts';

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start({ flags: ['--unsafe-allow-generic-targets'] });
  core.backend.set('user', 'first');
  const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
  for (const name of ['externalsecret-validate', 'external-secrets-guarded-targets', 'external-secrets-core-secrets'])
    await core.admin.request('DELETE', `${bindings}/${name}`);
  const path = join(workspaceRoot, 'charts/external-secrets/files/crds/external-secrets.io_externalsecrets.yaml');
  const [crd] = parseManifests(await readFile(path, 'utf8'));
  const dropped = (key: string, value: unknown): unknown => (key === 'x-kubernetes-validations' ? undefined : value);
  await applyManifest(core.admin, JSON.parse(JSON.stringify(crd, dropped)) as Manifest);
  namespace = await core.tenant();
});
afterAll(() => core.stop());

const SA = 'kubernetes.io/service-account-token';
const data = [{ secretKey: 'user', remoteRef: { key: 'user' } }];
const extract = { key: 'user' };
type Target = NonNullable<ExternalSecretSpec['target']>;
const ofTarget = (target: Target): Partial<ExternalSecretSpec> => ({ target });

test.each<[string, Partial<ExternalSecretSpec>, string]>([
  [
    'delete-needs-owner',
    ofTarget({ creationPolicy: 'Merge', deletionPolicy: 'Delete' }),
    "spec.target.deletionPolicy: deletionPolicy=Delete must not be used when the controller doesn't own the secret",
  ],
  [
    'merge-needs-secret',
    ofTarget({ creationPolicy: 'None', deletionPolicy: 'Merge' }),
    'spec.target.deletionPolicy: deletionPolicy=Merge must not be used with creationPolicy=None',
  ],
  ['has-source', { data: [] }, 'spec: either data or dataFrom should be specified'],
  [
    'token-by-annotation',
    ofTarget({
      template: { type: SA, metadata: { annotations: { 'kubernetes.io/service-account.name': 'default' } } },
    }),
    `spec.target.template.metadata.annotations: template.type="${SA}" with annotation`,
  ],
  [
    'token-by-template',
    ofTarget({ template: { type: SA, templateFrom: [{ target: 'annotations', literal: 'a: b' }] } }),
    `spec.target.template.templateFrom: template.type="${SA}" with templateFrom target="Annotations" is not allowed`,
  ],
  [
    'bootstrap-token',
    ofTarget({ template: { type: 'bootstrap.kubernetes.io/token' } }),
    'spec.target.template.type: template.type="bootstrap.kubernetes.io/token" is not allowed',
  ],
  [
    'bootstrap-token-manifest',
    ofTarget({ manifest: { apiVersion: 'v1', kind: 'Secret' }, template: { type: 'bootstrap.kubernetes.io/token' } }),
    'spec.target.template.type: template.type="bootstrap.kubernetes.io/token" is not allowed',
  ],
  [
    'secret-template-targets',
    ofTarget({ template: { templateFrom: [{ target: 'spec.x', literal: 'a: b' }] } }),
    'spec.target.template.templateFrom[0].target: templateFrom target="spec.x" is not allowed when targeting a Secret',
  ],
  [
    'one-source-an-entry',
    { dataFrom: [{ extract, find: {} }] },
    'spec.dataFrom[0]: extract, find, or generatorRef cannot be set at the same time',
  ],
  [
    'no-empty-entry',
    { dataFrom: [{}] },
    'spec.dataFrom[0]: either extract, find, or sourceRef must be set to dataFrom',
  ],
  ['no-repeated-key', { data: [...data, ...data] }, 'spec.data[1].secretKey: duplicate secretKey found: user'],
])(
  '%s is refused by core before anything is written, and its correction is taken [1.5.14] [1.13.2] [8.54]',
  async (name, broken, text) => {
    await core.create(namespace, name, ['user']);
    await core.holds(namespace, name, { user: 'first' });
    await core.ready(namespace, name);
    await core.atRest();
    const before = await core.secret(namespace, name);
    const fetches = core.fetches;
    const patch = (spec: object) => core.admin.patch(externalSecrets, { namespace, name }, { spec }, { type: 'merge' });
    // The API server takes a changed CRD into use a moment after it was written.
    await eventually(() => patch(broken));
    const message = await core.ready(namespace, name, 'False');
    expect(message).toMatch(/^could not update secret: .*\[INVALID_SPEC\]\. Correct the ExternalSecret/s);
    expect(message).toContain(text);
    const { status } = await core.admin.get(externalSecrets, { namespace, name });
    expect(status?.conditions).toMatchObject([{ type: 'Ready', reason: 'SecretSyncedError' }]);
    await core.atRest();
    expect(core.fetches).toBe(fetches);
    expect(await core.secret(namespace, name)).toEqual(before);
    await patch({
      data,
      dataFrom: null,
      target: { creationPolicy: 'Owner', deletionPolicy: 'Retain', template: null, manifest: null },
    });
    expect(await core.ready(namespace, name)).toBe('secret synced');
  },
);

test('the type of a Secret that is there already is nobody’s business [1.5.15]', async () => {
  const type = 'bootstrap.kubernetes.io/token';
  const metadata = { namespace, name: 'bootstrap' };
  const body = { apiVersion: 'v1', kind: 'Secret', metadata, type, data: {} };
  await core.admin.request('POST', `/api/v1/namespaces/${namespace}/secrets`, { body });
  await core.create(namespace, 'bootstrap', ['user'], { spec: { target: { creationPolicy: 'Merge' } } });
  await core.holds(namespace, 'bootstrap', { user: 'first' });
  expect((await core.secret(namespace, 'bootstrap'))?.type).toBe(type);
});
