/**
 * Values planted wherever core meets some (the backend, a Secret that a template reads or that is taken over, what a ConfigMap holds
 * beside what is read) come out at none of the places that more people read than may read Secrets: conditions, events, log, metrics.
 */
import { type ExternalSecret, type ExternalSecretSpec, externalSecrets } from '@eso/api/resources';
import { configMaps, events, secrets } from '@eso/kube';
import { eventually } from '@eso/testing';
import { CoreProcess } from '../testing/core-process.ts';

/** Stands in every value, and in every key that comes from inside of a secret. Text functions change its case at most. */
const MARKER = 'huntermarker';
/** Longer than what is compared of a value, and with characters that others quote in their own way. */
const QUOTED = `"${MARKER}": {\n\t"more": "${MARKER}"}`;
const LONG = `${MARKER}-`.repeat(10);
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
const GADGET = { apiVersion: 'planted.test/v1', kind: 'Gadget' };
const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' };

const CLUSTER = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.planted.test}
spec:
  group: planted.test
  scope: Namespaced
  names: {plural: gadgets, kind: Gadget}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              x-kubernetes-validations:
                - {rule: "!has(self.ruled)", messageExpression: '"the value is " + self.ruled'}
                - {rule: "!has(self.fixed) || !has(oldSelf.fixed) || self.fixed == oldSelf.fixed", messageExpression: '"it was " + oldSelf.fixed'}
              properties:
                ruled: {type: string}
                fixed: {type: string}
                data: {type: object, additionalProperties: {type: string, maxLength: 20}}
                level: {type: string, enum: [low, high]}
                pattern: {type: string, pattern: '^[0-9]+$'}
                day: {type: string, format: date}
                numbers: {type: object, additionalProperties: {type: integer}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: planted}
rules:
  - {apiGroups: ['', apps, planted.test], resources: [configmaps, deployments, gadgets], verbs: [get, list, watch, create, patch, delete]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: planted}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: planted}
subjects: [{kind: ServiceAccount, name: external-secrets, namespace: external-secrets}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: planted}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - {apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE, DELETE], resources: [secrets, configmaps]}
      - {apiGroups: [planted.test], apiVersions: [v1], operations: [UPDATE], resources: [gadgets]}
  matchConditions:
    - {name: core, expression: "request.userInfo.username == 'system:serviceaccount:external-secrets:external-secrets'"}
  variables:
    - {name: named, expression: "(request.operation == 'DELETE' ? oldObject : object).metadata.name"}
  validations:
    - expression: "request.operation != 'CREATE' || !variables.named.startsWith('policed-new')"
      messageExpression: "'it holds ' + string(object.data.value)"
    - expression: "request.operation != 'DELETE' || !variables.named.startsWith('policed-gone')"
      messageExpression: "'it held ' + string(oldObject.data.value)"
    - expression: "request.operation != 'UPDATE' || !variables.named.startsWith('policed-old')"
      messageExpression: "'it held ' + string(has(oldObject.spec) ? oldObject.spec.data.old : oldObject.data.old)"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: planted}
spec: {policyName: planted, validationActions: [Deny]}
`;

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start({ flags: ['--unsafe-allow-generic-targets', '--loglevel=debug'] });
  await core.own.cluster.apply(CLUSTER);
  await policyInForce();
  core.backend
    .set('plain', 'harmless')
    .set('value', MARKER)
    .set('long', LONG)
    .set('quoted', QUOTED)
    .set('yaml', `${MARKER}: [`);
  core.backend.set('bytes', `${MARKER}\u0000`).set('large', MARKER.padEnd(1_200_000, 'x'));
  core.backend.set('document', JSON.stringify({ [`prod.${MARKER}`]: MARKER, [`${MARKER}-2`]: LONG }));
  core.backend.set('odd', JSON.stringify({ [`${MARKER} 3`]: MARKER, [`${MARKER}_3`]: LONG }));
  core.backend.set('huge', JSON.stringify({ [`${MARKER}-4`]: MARKER.padEnd(1_200_000, 'x') }));
  namespace = await core.tenant();
  const metadata = { namespace, name: 'source' };
  const texts = {
    parse: `k: v\n{{ if ${MARKER} `,
    action: `k: {{ ${MARKER} .value }}`,
    yaml: `k: [${MARKER}`,
    label: `l: "${LONG}"`,
    key: `"${MARKER}/a/b": x`,
    list: `- ${MARKER}`,
    neighbour: MARKER,
  };
  await core.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: texts });
  await core.admin.create(configMaps, { ...CONFIG_MAP, metadata, data: { fine: 'k: v', neighbour: MARKER } });
}, 120_000);
afterAll(() => core.stop());

/** A policy takes some time to be in force, and refuses whoever it is about until its kinds are known. */
async function policyInForce(): Promise<void> {
  const client = await core.own.cluster.clientFor({ namespace: 'external-secrets', name: 'external-secrets' });
  const data = { value: MARKER };
  await eventually(
    async () => {
      const metadata = { namespace: 'default', name: `policed-new-${performance.now()}` };
      await expect(client.create(configMaps, { ...CONFIG_MAP, metadata, data })).rejects.toThrow('it holds');
    },
    { timeoutMs: 60_000 },
  );
}

type Target = NonNullable<ExternalSecretSpec['target']>;
type Template = NonNullable<Target['template']>;
type From = NonNullable<Template['templateFrom']>[number];

const ready = (name: string) =>
  eventually(
    async () => {
      const { status } = await core.admin.get(externalSecrets, { namespace, name });
      const condition = status?.conditions?.find(({ type }) => type === 'Ready');
      if (!condition) throw new Error(`${name} has no condition`);
      return condition;
    },
    { timeoutMs: 60_000 },
  );

/** It has this code in its condition and in an event; what they say is looked at by the last test. */
async function fails(name: string, code: string): Promise<string> {
  const text = await eventually(
    async () => {
      const { status, message = '' } = await ready(name);
      expect([status, message]).toEqual(['False', expect.stringContaining(`[${code}]`)]);
      return message;
    },
    { timeoutMs: 60_000 },
  );
  expect(text).not.toContain(MARKER);
  return text;
}

const VALUES = ['value', 'long', 'quoted', 'yaml'];
let count = 0;
/** Creates one that takes the values above and fails so. */
async function failing(
  code: string,
  spec: Partial<ExternalSecretSpec>,
  keys: readonly string[] = VALUES,
): Promise<string> {
  const name = `failing-${count++}`;
  await core.create(namespace, name, keys, { spec });
  return fails(name, code);
}
const rendering = (template: Template, manifest?: Target['manifest']): Partial<ExternalSecretSpec> => ({
  target: { template, ...(manifest && { manifest }) },
});
const force = (name: string) =>
  core.edit(namespace, name, { metadata: { annotations: { 'force-sync': String(performance.now()) } } });

describe('templates', () => {
  test.each<[string, string]>([
    ['does not parse', '{{ if "x" }}'],
    ['calls what is no function', '{{ nothing .value }}'],
  ])('a text that %s', async (_, text) => {
    await failing('TEMPLATE_INVALID', rendering({ data: { k: text } }));
  });

  test.each([
    '{{ fail .value }}',
    '{{ fail (printf "%s and %s" .quoted (upper .value)) }}',
    '{{ .value.field }}',
    '{{ .value | fromJson }}',
    '{{ .quoted | fromJson }}',
    '{{ .yaml | fromYaml }}',
    '{{ index .value 99 }}',
    '{{ index (dict .value 1) .value .value }}',
    '{{ template "none" .value }}',
    '{{ .value | b64dec | fromJson }}',
    '{{ .value | pemPrivateKey }}',
    '{{ .value | jwkPublicKeyPem }}',
    '{{ .value | pkcs12cert }}',
    '{{ toDate .value .value }}',
    '{{ regexReplaceAll "(" .value .value }}',
    '{{ regexMatch (printf "(%s" .value) .value }}',
    '{{ semver .value }}',
    '{{ urlParse (printf "%%%s" .value) }}',
    '{{ get .value .value }}',
    '{{ add .value 1 | mustToJson | call }}',
    '{{ range $k, $v := fromJson (printf "{%q: 1}" .value) }}{{ $v.missing.field }}{{ end }}',
  ])('%s fails, in a Secret and in a manifest', async (text) => {
    for (const manifest of [undefined, CONFIG_MAP]) {
      const name = `failing-${count++}`;
      await core.create(namespace, name, VALUES, { spec: rendering({ data: { k: text } }, manifest) });
      await eventually(async () => expect((await ready(name)).status).toMatch(/^(True|False)$/));
      expect((await ready(name)).message ?? '').not.toContain(MARKER);
    }
  });

  test.each<[string, NonNullable<From['target']>, string]>([
    ['parse', 'Data', 'TEMPLATE_INVALID'],
    ['action', 'Data', 'TEMPLATE_INVALID'],
    ['yaml', 'Data', 'TEMPLATE_FAILED'],
    ['list', 'Data', 'TEMPLATE_FAILED'],
    ['label', 'Labels', 'TEMPLATE_FAILED'],
    ['key', 'Annotations', 'TEMPLATE_FAILED'],
    ['absent', 'Data', 'TEMPLATE_KEY_NOT_FOUND'],
  ])('the text %s of a Secret, into %s', async (key, target, code) => {
    for (const manifest of [undefined, CONFIG_MAP, GADGET]) {
      const name = `failing-${count++}`;
      const secret = { name: 'source', items: [{ key, templateAs: 'KeysAndValues' as const }] };
      await core.create(namespace, name, VALUES, { spec: rendering({ templateFrom: [{ target, secret }] }, manifest) });
      const { message = '' } = await ready(name);
      expect(message).toMatch(/spec\.target\.template\.templateFrom\[0\]/);
      expect(message).not.toContain(MARKER);
      if (!manifest) expect(message).toContain(`[${code}]`);
    }
  });

  test('what stands in a ConfigMap beside what is read', async () => {
    const configMap = { name: 'source', items: [{ key: 'absent', templateAs: 'Values' as const }] };
    await failing('TEMPLATE_KEY_NOT_FOUND', rendering({ templateFrom: [{ target: 'Data', configMap }] }));
  });

  test.each([
    ['a value that breaks the YAML around it', 'a: {{ .yaml }}\nb: "{{ .value }}'],
    ['a value that is an alias', 'a: *{{ .value }}'],
    ['a document in place of a text', '{{ .value }}:\n  {{ .value }}: [1]'],
  ])('of KeysAndValues: %s', async (_, literal) => {
    const text = await failing('TEMPLATE_FAILED', rendering({ templateFrom: [{ target: 'Data', literal }] }));
    expect(text).toContain('templateFrom[0].literal');
  });

  test('one without end, which is ended with its worker', async () => {
    const text = '{{ $.value }}{{ range until 100000 }}{{ end }}';
    const data = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, text]));
    await failing('TOO_EXPENSIVE', rendering({ data }));
  }, 60_000);

  test('one that writes more than may be', async () => {
    await failing('DATA_TOO_LARGE', rendering({ data: { k: '{{ repeat 100000 .long }}' } }));
    const half = '{{ repeat 6000 .long }}';
    await failing('SECRET_TOO_LARGE', rendering({ data: { k: half, l: half } }));
  });
});

describe('what was fetched', () => {
  test.each<[string, string, Partial<ExternalSecretSpec>]>([
    [
      'is not in the encoding',
      'DECODE_FAILED',
      { data: [{ secretKey: 'a', remoteRef: { key: 'long', decodingStrategy: 'Base64' } }] },
    ],
    [
      'has a zero byte',
      'NULL_BYTE',
      { data: [{ secretKey: 'a', remoteRef: { key: 'bytes', nullBytePolicy: 'Fail' } }] },
    ],
    ['is too large', 'SECRET_TOO_LARGE', { data: [{ secretKey: 'a', remoteRef: { key: 'large' } }] }],
    ['is too large under a key of its own', 'SECRET_TOO_LARGE', { data: [], dataFrom: [{ extract: { key: 'huge' } }] }],
    [
      'is too large for a ConfigMap',
      'SECRET_TOO_LARGE',
      { target: { manifest: CONFIG_MAP }, data: [], dataFrom: [{ extract: { key: 'huge' } }] },
    ],
    ['has keys that become one', 'KEY_CONFLICT', { data: [], dataFrom: [{ extract: { key: 'odd' } }] }],
    [
      'has a key that cannot be',
      'KEY_INVALID',
      { data: [], dataFrom: [{ extract: { key: 'document' }, rewrite: [{ regexp: { source: '^', target: '/' } }] }] },
    ],
    [
      'has keys that are renamed to one',
      'KEY_CONFLICT',
      { data: [], dataFrom: [{ extract: { key: 'document' }, rewrite: [{ regexp: { source: '.*', target: 'x' } }] }] },
    ],
    [
      'is no JSON to be merged',
      'NOT_AN_OBJECT',
      { data: [], dataFrom: [{ extract: { key: 'document' }, rewrite: [{ merge: {} }] }] },
    ],
  ])('%s', async (_, _code, spec) => {
    const name = `failing-${count++}`;
    await core.create(namespace, name, VALUES, { spec });
    const { status, message = '' } = await ready(name);
    expect(status).toBe('False');
    expect(message).not.toContain(MARKER);
  });
});

describe('what the API server refuses', () => {
  const spec = (literal: string, manifest: NonNullable<Target['manifest']> = GADGET) =>
    rendering({ templateFrom: [{ target: 'spec', literal }] }, manifest);

  test.each<[string, string]>([
    ['a rule of the kind that quotes it', 'ruled: "{{ .value }}"'],
    ['a length', 'data: {k: "{{ .long }}"}'],
    ['an enumeration', 'level: "{{ .value }}"'],
    ['a pattern', 'pattern: {{ .quoted | toJson }}'],
    ['a format', 'day: "{{ .value }}"'],
    ['a type', 'numbers: "{{ .value }}"'],
    ['a type within', 'numbers: {k: "{{ .value }}"}'],
    ['a name that is not in the schema', '{{ .value }}: x'],
  ])('%s', async (_, literal) => {
    await failing('INVALID', spec(literal));
  });

  test('a key from inside of a secret with a point in it, as part of a path', async () => {
    await failing('INVALID', {
      target: {
        manifest: GADGET,
        template: {
          templateFrom: [{ target: 'spec.numbers', literal: '{{ range $k, $v := . }}{{ $k | quote }}: x\n{{ end }}' }],
        },
      },
      data: [],
      dataFrom: [{ extract: { key: 'document' } }],
    });
    await failing('INVALID', { target: { manifest: GADGET }, data: [], dataFrom: [{ extract: { key: 'document' } }] });
  });

  const pod = (more: string, container = '') => `
selector: {matchLabels: {app: x}}
template:
  metadata: {labels: {app: x}${more}}
  spec: {containers: [{name: main, image: x${container}}]}
`;
  test.each<[string, string]>([
    ['a number', 'replicas: "{{ .value }}"'],
    ['a quantity', pod('', ', resources: {requests: {cpu: "{{ .value }}"}}')],
    ['a time', pod(', creationTimestamp: "{{ .value }}"')],
    ['a label', pod(', annotations: {"{{ .value }}/a/b": x}')],
    ['an enumeration', `strategy: {type: "{{ .value }}"}${pod('')}`],
    ['two of a name', pod('', ', env: [{name: "{{ .value }}", value: a}, {name: "{{ .value }}", value: b}]')],
    ['a list', 'template: {spec: {containers: "{{ .value }}"}}'],
    [
      'a selector that does not match',
      'selector: {matchLabels: {app: "{{ .value }}"}}\ntemplate: {metadata: {labels: {app: y}}, spec: {containers: [{name: main, image: x}]}}',
    ],
  ])('%s of a Deployment', async (_, literal) => {
    const name = `failing-${count++}`;
    await core.create(namespace, name, VALUES, { spec: spec(literal, DEPLOYMENT) });
    const { status, message = '' } = await ready(name);
    expect([status, message]).toEqual(['False', expect.not.stringContaining(MARKER)]);
  });

  test('a time of a Deployment, in the way that Go quotes it', async () => {
    const { target } = spec(pod(', creationTimestamp: {{ .quoted | toJson }}'), DEPLOYMENT);
    const text = await failing('SERVER_ERROR', { ...(target && { target }) }, ['quoted']);
    expect(text).toContain('is not shown');
  });

  test('a key of a ConfigMap', async () => {
    await failing(
      'INVALID',
      rendering({ templateFrom: [{ target: 'Data', literal: '"{{ .value }}/x": y' }] }, CONFIG_MAP),
    );
  });

  test('a ConfigMap and a Secret that are immutable', async () => {
    const put = { metadata: { namespace, name: 'frozen' }, immutable: true } as const;
    await core.admin.create(configMaps, { ...CONFIG_MAP, ...put, data: { old: MARKER } });
    await core.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', ...put, stringData: { old: MARKER } });
    await failing('INVALID', { target: { name: 'frozen', manifest: CONFIG_MAP } });
    await failing('TARGET_IMMUTABLE', { target: { name: 'frozen' } });
  });

  test('a value that was in a kind with a rule about changes', async () => {
    const before = { ...GADGET, metadata: { namespace, name: 'fixed' }, spec: { fixed: `${MARKER}-old` } };
    await core.admin.request('POST', `/apis/planted.test/v1/namespaces/${namespace}/gadgets`, { body: before });
    await failing('INVALID', { target: { ...spec('fixed: new').target, name: 'fixed' } });
  });

  test.each([
    ['Secret', undefined],
    ['ConfigMap', CONFIG_MAP],
  ])('a policy quotes what a %s would get', async (kind, manifest) => {
    const name = `policed-new-${kind.toLowerCase()}`;
    await core.create(namespace, name, ['value'], { spec: { target: { ...(manifest && { manifest }) } } });
    await denied(name);
  });

  test('a policy quotes what a Secret had that is taken over', async () => {
    const metadata = {
      namespace,
      name: 'policed-old',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"old":"${LONG}"}}` },
    };
    await core.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { old: LONG } });
    await core.create(namespace, 'policed-old', ['plain']);
    await denied('policed-old');
  });

  test('a policy quotes what an object of another kind had', async () => {
    const metadata = { namespace, name: 'policed-old-other' };
    await core.admin.create(configMaps, { ...CONFIG_MAP, metadata, data: { old: `"${MARKER}": "${MARKER}"` } });
    const gadget = { ...GADGET, metadata, spec: { data: { old: `${MARKER}-old` } } };
    await core.admin.request('POST', `/apis/planted.test/v1/namespaces/${namespace}/gadgets`, { body: gadget });
    for (const manifest of [CONFIG_MAP, GADGET]) {
      const name = `policed-${manifest.kind.toLowerCase()}`;
      await core.create(namespace, name, ['plain'], { spec: { target: { name: 'policed-old-other', manifest } } });
      await denied(name);
    }
  });

  test('a policy quotes what a Secret holds that is to be deleted: one that is left over, and one with nothing to hold', async () => {
    core.backend.set('fleeting', MARKER);
    await core.create(namespace, 'left', ['value'], { spec: { target: { name: 'policed-gone-left' } } });
    await core.ready(namespace, 'left');
    await core.edit(namespace, 'left', { spec: { target: { name: 'elsewhere' } } });
    await denied('left');
    await core.create(namespace, 'empty', ['fleeting'], {
      spec: { target: { name: 'policed-gone-empty', deletionPolicy: 'Delete' } },
    });
    await core.ready(namespace, 'empty');
    core.backend.delete('fleeting');
    await denied('empty');
  });

  /** Each pass is refused, so that another one says so. */
  async function denied(name: string): Promise<void> {
    await eventually(
      async () => {
        await force(name);
        expect(await fails(name, 'ADMISSION_DENIED')).toContain('planted');
      },
      { timeoutMs: 60_000 },
    );
  }
});

test('a Secret that is taken over, and one of which somebody took the label away', async () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { a: LONG } }) };
  const metadata = { namespace, name: 'by-hand', annotations };
  await core.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { a: MARKER } });
  await core.create(namespace, 'by-hand', ['plain']);
  await core.ready(namespace, 'by-hand');
  core.backend.set('changing', JSON.stringify({ [`${MARKER}-gone`]: 'x', stays: 'x' }));
  await core.create(namespace, 'unlabelled', [], { spec: { data: [], dataFrom: [{ extract: { key: 'changing' } }] } });
  await core.ready(namespace, 'unlabelled');
  core.backend.set('changing', JSON.stringify({ stays: 'y' }));
  const label = { 'reconcile.external-secrets.io/managed': null };
  await core.admin.patch(
    secrets,
    { namespace, name: 'unlabelled' },
    { metadata: { labels: label } },
    { type: 'merge' },
  );
  await core.holds(namespace, 'unlabelled', { stays: 'y' });
});

test('a manifest target keeps no copy of the manifest that kubectl left on its ExternalSecret', async () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ literal: MARKER }) };
  await core.create(namespace, 'applied', ['value'], {
    metadata: { annotations },
    spec: { target: { manifest: CONFIG_MAP } },
  });
  await core.ready(namespace, 'applied');
  const { metadata } = await core.admin.get(configMaps, { namespace, name: 'applied' });
  expect(JSON.stringify(metadata.annotations)).not.toContain(MARKER);
  await core.admin.delete(externalSecrets, { namespace, name: 'applied' });
});

test('nothing of it stands in conditions, events, log or metrics', async () => {
  await core.atRest();
  const { items: all } = await core.admin.list<ExternalSecret>(externalSecrets, { namespace });
  const { items: told } = await core.admin.list(events, { namespace });
  const places = {
    conditions: JSON.stringify(all.map(({ status }) => status)),
    events: JSON.stringify(told.map(({ message, reason }) => ({ message, reason }))),
    log: await core.log(),
    metrics: await core.metrics(),
  };
  expect(places.conditions).toContain('ADMISSION_DENIED');
  expect(places.events).toContain('was taken over');
  expect(places.events.split('UpdateFailed').length).toBeGreaterThan(30);
  expect(places.log).toContain('reconcile failed');
  for (const [place, text] of Object.entries(places)) expect([place, spilled(text)]).toEqual([place, []]);
});

/** What stands around each place of a text that has the marker in it, in any case, as it is or in base64. */
function spilled(text: string): string[] {
  const forms = [0, 1, 2].map((shift) =>
    Buffer.from('\u0000'.repeat(shift) + MARKER)
      .toString('base64')
      .replace(/=+$/, '')
      .slice(4, -2),
  );
  const found = new RegExp(`.{0,120}(?:${[MARKER, ...forms].join('|')}).{0,40}`, 'gi');
  return [...text.matchAll(found)].map(([line]) => line);
}
