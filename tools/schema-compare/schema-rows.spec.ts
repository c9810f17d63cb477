/** The rows of docs/parity.md about the schema, each with what our CRD has to say of it; what core makes of a field is shown elsewhere. */
import type { Facts } from './facts.ts';
import { comparedKind, ourFacts } from './tables.ts';

const ours = ourFacts(comparedKind('ExternalSecret'));

const text: Facts = { type: 'string' };
const object: Facts = { type: 'object' };
const array: Facts = { type: 'array' };
const flag: Facts = { type: 'boolean' };
const required = (facts: Facts): Facts => ({ ...facts, required: true });
const oneOf = (...values: string[]): Facts => ({ ...text, enum: values });
const withDefault = (value: unknown, facts: Facts = text): Facts => ({ ...facts, default: value });
const exactlyOne: Facts = { ...object, minProperties: 1, maxProperties: 1 };
const dnsName: Facts = {
  ...text,
  minLength: 1,
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
};
const dataKey: Facts = { ...text, minLength: 1, maxLength: 253, pattern: '^[-._a-zA-Z0-9]+$' };
const storeKind = oneOf('SecretStore', 'ClusterSecretStore', 'Provider', 'ClusterProvider');
/** Which texts are durations, `crds.int.spec.ts` shows on the API server. */
const goDuration: Facts = { ...text, pattern: expect.any(String) as unknown };
const decoding = oneOf('Auto', 'Base64', 'Base64URL', 'None');
const conversion = oneOf('Default', 'Unicode');
const nullBytes = oneOf('Ignore', 'Fail');
const shortcuts = 'annually|yearly|monthly|weekly|daily|midnight|hourly';

const DATA = 'spec.data[]';
const FROM = 'spec.dataFrom[]';
const MERGE = `${FROM}.rewrite[].merge`;
const TEMPLATE = 'spec.target.template';
const TEXTS = `${TEMPLATE}.templateFrom[]`;

test.each<[string, Readonly<Record<string, Facts>>]>([
  [
    'group, scope, names, version [1.1.1]',
    {
      '#group': { value: 'external-secrets.io' },
      '#scope': { value: 'Namespaced' },
      '#names': expect.objectContaining({
        kind: 'ExternalSecret',
        plural: 'externalsecrets',
        shortNames: ['es'],
        categories: ['external-secrets'],
      }) as Facts,
      '#versions': { v1: 'served', v1beta1: 'not served' },
    },
  ],
  [
    'print columns in their order [1.1.2]',
    {
      '#columns': {
        value: [
          ['StoreType', 'string', '.spec.secretStoreRef.kind', 0],
          ['Store', 'string', '.spec.secretStoreRef.name', 0],
          ['Refresh Interval', 'string', '.spec.refreshInterval', 0],
          ['Status', 'string', '.status.conditions[?(@.type=="Ready")].reason', 0],
          ['Ready', 'string', '.status.conditions[?(@.type=="Ready")].status', 0],
          ['Last Sync', 'date', '.status.refreshTime', 0],
        ],
      },
    },
  ],
  [
    'selectable fields [1.1.3]',
    {
      '#selectable': {
        value: ['.spec.refreshInterval', '.spec.secretStoreRef.kind', '.spec.secretStoreRef.name', '.spec.target.name'],
      },
    },
  ],
  ['the name of the store [1.2.1]', { 'spec.secretStoreRef': object, 'spec.secretStoreRef.name': dnsName }],
  ['the kind of the store [1.2.2] [P2.5.1]', { 'spec.secretStoreRef.kind': storeKind }],
  ['refreshPolicy [1.2.3]', { 'spec.refreshPolicy': oneOf('CreatedOnce', 'Periodic', 'OnChange') }],
  ['refreshInterval [1.2.4]', { 'spec.refreshInterval': withDefault('1h0m0s', goDuration) }],
  ['syncWindows.kind [1.2.5]', { 'spec.syncWindows.kind': required(oneOf('allow', 'deny')) }],
  ['syncWindows.windows [1.2.6]', { 'spec.syncWindows.windows': required({ ...array, minItems: 1 }) }],
  [
    'schedule [1.2.7]',
    {
      'spec.syncWindows.windows[].schedule': required({
        ...text,
        minLength: 1,
        pattern: `^(@(${shortcuts})|@every [^\\s]+.*|[^\\s]+( [^\\s]+){4})$`,
      }),
    },
  ],
  ['the duration of a window [1.2.8]', { 'spec.syncWindows.windows[].duration': required(goDuration) }],
  ['data [1.2.9]', { 'spec.data': array, [DATA]: object }],
  ['secretKey [1.2.10]', { [`${DATA}.secretKey`]: required(dataKey) }],
  ['remoteRef [1.2.11]', { [`${DATA}.remoteRef`]: required(object) }],
  [
    'sourceRef of data [1.2.12] [P2.5.2]',
    {
      [`${DATA}.sourceRef`]: exactlyOne,
      [`${DATA}.sourceRef.storeRef.name`]: dnsName,
      [`${DATA}.sourceRef.storeRef.kind`]: storeKind,
      [`${DATA}.sourceRef.generatorRef`]: object,
    },
  ],
  ['rewrite [1.2.16]', { [`${FROM}.rewrite`]: array, [`${FROM}.rewrite[]`]: exactlyOne }],
  [
    'sourceRef of dataFrom [1.2.17] [P2.5.2]',
    {
      [`${FROM}.sourceRef`]: exactlyOne,
      [`${FROM}.sourceRef.storeRef.name`]: dnsName,
      [`${FROM}.sourceRef.storeRef.kind`]: storeKind,
      [`${FROM}.sourceRef.generatorRef`]: object,
    },
  ],
  [
    'the default of the target [1.2.18]',
    { 'spec.target': withDefault({ creationPolicy: 'Owner', deletionPolicy: 'Retain' }, object) },
  ],
  ['target.name [1.2.19]', { 'spec.target.name': dnsName }],
  [
    'creationPolicy [1.2.20]',
    { 'spec.target.creationPolicy': withDefault('Owner', oneOf('Owner', 'Orphan', 'Merge', 'None', 'CreateOrMerge')) },
  ],
  [
    'deletionPolicy [1.2.21]',
    { 'spec.target.deletionPolicy': withDefault('Retain', oneOf('Delete', 'Merge', 'Retain')) },
  ],
  ['immutable [1.2.22]', { 'spec.target.immutable': flag }],
  [
    'manifest [1.2.23]',
    {
      'spec.target.manifest.apiVersion': required({ ...text, minLength: 1 }),
      'spec.target.manifest.kind': required({ ...text, minLength: 1 }),
    },
  ],
  [
    'keys of remote refs [1.2.25]',
    { [`${DATA}.remoteRef.key`]: required(text), [`${FROM}.extract.key`]: required(text) },
  ],
  ...[`${DATA}.remoteRef`, `${FROM}.extract`].flatMap((ref): [string, Readonly<Record<string, Facts>>][] => [
    [`property and version of ${ref} [1.2.26]`, { [`${ref}.property`]: text, [`${ref}.version`]: text }],
    [`metadataPolicy of ${ref} [1.2.27] [1.2.31]`, { [`${ref}.metadataPolicy`]: oneOf('None', 'Fetch') }],
    [`conversionStrategy of ${ref} [1.2.28] [1.2.31]`, { [`${ref}.conversionStrategy`]: conversion }],
    [`decodingStrategy of ${ref} [1.2.29] [1.2.31]`, { [`${ref}.decodingStrategy`]: decoding }],
    [`nullBytePolicy of ${ref} [1.2.30] [1.2.31]`, { [`${ref}.nullBytePolicy`]: nullBytes }],
  ]),
  ['find.path [1.2.32]', { [`${FROM}.find.path`]: text }],
  ['find.name [1.2.33]', { [`${FROM}.find.name`]: object, [`${FROM}.find.name.regexp`]: text }],
  ['find.tags [1.2.34]', { [`${FROM}.find.tags`]: object, [`${FROM}.find.tags{}`]: text }],
  [
    'strategies of find [1.2.35] [1.2.31]',
    {
      [`${FROM}.find.conversionStrategy`]: conversion,
      [`${FROM}.find.decodingStrategy`]: decoding,
      [`${FROM}.find.nullBytePolicy`]: nullBytes,
    },
  ],
  [
    'rewrite by expression [1.2.36]',
    { [`${FROM}.rewrite[].regexp.source`]: required(text), [`${FROM}.rewrite[].regexp.target`]: required(text) },
  ],
  ['rewrite by template [1.2.37]', { [`${FROM}.rewrite[].transform.template`]: required(text) }],
  ['merge.into [1.2.38]', { [`${MERGE}.into`]: withDefault('') }],
  ['merge.priority [1.2.39]', { [`${MERGE}.priority`]: array, [`${MERGE}.priority[]`]: text }],
  [
    'merge.priorityPolicy [1.2.40]',
    { [`${MERGE}.priorityPolicy`]: withDefault('Strict', oneOf('Strict', 'IgnoreNotFound')) },
  ],
  ['merge.conflictPolicy [1.2.41]', { [`${MERGE}.conflictPolicy`]: withDefault('Error', oneOf('Error', 'Ignore')) }],
  ['merge.strategy [1.2.42]', { [`${MERGE}.strategy`]: withDefault('Extract', oneOf('Extract', 'JSON')) }],
  ...[`${DATA}.sourceRef.generatorRef`, `${FROM}.sourceRef.generatorRef`].map(
    (ref): [string, Readonly<Record<string, Facts>>] => [
      `generator at ${ref} [1.2.43]`,
      {
        [`${ref}.apiVersion`]: withDefault('generators.external-secrets.io/v1alpha1'),
        [`${ref}.kind`]: required(
          oneOf(
            ...['ACRAccessToken', 'BeyondtrustWorkloadCredentialsDynamicSecret', 'ClusterGenerator'],
            ...['CloudsmithAccessToken', 'ECRAuthorizationToken', 'Fake', 'GCRAccessToken', 'GithubAccessToken'],
            ...['GitlabDeployToken', 'QuayAccessToken', 'Password', 'SSHKey', 'STSSessionToken', 'UUID'],
            ...['VaultDynamicSecret', 'Webhook', 'Grafana', 'MFA'],
          ),
        ),
        [`${ref}.name`]: required(dnsName),
      },
    ],
  ),
  ['engineVersion [1.2.44]', { [`${TEMPLATE}.engineVersion`]: withDefault('v2', oneOf('v2')) }],
  ['mergePolicy [1.2.45]', { [`${TEMPLATE}.mergePolicy`]: withDefault('Replace', oneOf('Replace', 'Merge')) }],
  ['the type of the Secret [1.2.46]', { [`${TEMPLATE}.type`]: text }],
  [
    'labels and annotations of a template [1.2.47]',
    { [`${TEMPLATE}.metadata.labels{}`]: text, [`${TEMPLATE}.metadata.annotations{}`]: text },
  ],
  ['finalizers of a template [1.2.48]', { [`${TEMPLATE}.metadata.finalizers[]`]: text }],
  ['data of a template [1.2.49]', { [`${TEMPLATE}.data`]: object, [`${TEMPLATE}.data{}`]: text }],
  [
    'templateFrom, without exclusions [1.2.50]',
    { [`${TEMPLATE}.templateFrom`]: array, [TEXTS]: object, [`${TEXTS}.literal`]: text },
  ],
  ...(['configMap', 'secret'] as const).flatMap((kind): [string, Readonly<Record<string, Facts>>][] => [
    [
      `templateFrom ${kind} [1.2.51]`,
      { [`${TEXTS}.${kind}.name`]: required(dnsName), [`${TEXTS}.${kind}.items`]: required(array) },
    ],
    [
      `items of a ${kind} [1.2.52]`,
      {
        [`${TEXTS}.${kind}.items[].key`]: required(dataKey),
        [`${TEXTS}.${kind}.items[].templateAs`]: withDefault('Values', oneOf('Values', 'KeysAndValues')),
      },
    ],
  ]),
  ['the target of templateFrom [1.2.53]', { [`${TEXTS}.target`]: withDefault('Data') }],
  ['a literal [1.2.54]', { [`${TEXTS}.literal`]: text }],
  ['valuesDecodingStrategy [1.2.55] [1.2.31]', { [`${TEXTS}.valuesDecodingStrategy`]: decoding }],
  ['refreshTime [1.3.1]', { 'status.refreshTime': { ...text, format: 'date-time', nullable: true } }],
  ['syncedResourceVersion [1.3.2]', { 'status.syncedResourceVersion': text }],
  [
    'conditions [1.3.3]',
    {
      'status.conditions[].type': required(oneOf('Ready', 'Deleted')),
      'status.conditions[].status': required(oneOf('True', 'False', 'Unknown')),
      'status.conditions[].reason': text,
      'status.conditions[].message': text,
      'status.conditions[].lastTransitionTime': { ...text, format: 'date-time' },
    },
  ],
  [
    'binding [1.3.4]',
    { 'status.binding': { ...object, 'x-kubernetes-map-type': 'atomic' }, 'status.binding.name': withDefault('') },
  ],
  [
    'the label of the CRD [1.4.14]',
    { '#labels': expect.objectContaining({ 'external-secrets.io/component': 'controller' }) as Facts },
  ],
])('%s', (_, expected) => {
  for (const [path, facts] of Object.entries(expected))
    expect({ path, facts: ours.get(path) }).toEqual({ path, facts });
});
