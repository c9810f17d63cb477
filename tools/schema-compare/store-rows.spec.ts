/** The rows of docs/parity.md about the schema of stores, each with what our CRDs have to say of it. */
import type { Facts } from './facts.ts';
import { comparedKind, ourFacts } from './tables.ts';

const text: Facts = { type: 'string' };
const required = (facts: Facts): Facts => ({ ...facts, required: true });
const name: Facts = { ...text, minLength: 1, maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };
const CONDITION = 'spec.conditions[]';
const SELECTOR = `${CONDITION}.namespaceSelector`;

describe.each([
  ['SecretStore', 'Namespaced', 'secretstores', 'ss'],
  ['ClusterSecretStore', 'Cluster', 'clustersecretstores', 'css'],
])('%s', (kind, scope, plural, shortName) => {
  const ours = ourFacts(comparedKind(kind));

  test.each<[string, Readonly<Record<string, Facts>>]>([
    [
      'group, scope, names, versions [3.1.1]',
      {
        '#group': { value: 'external-secrets.io' },
        '#scope': { value: scope },
        '#names': expect.objectContaining({
          kind,
          plural,
          shortNames: [shortName],
          categories: ['external-secrets'],
        }) as Facts,
        '#versions': { v1: 'served', v1beta1: 'not served' },
        '#subresources': { value: { status: {} } },
      },
    ],
    [
      'print columns in their order [3.1.2]',
      {
        '#columns': {
          value: [
            ['AGE', 'date', '.metadata.creationTimestamp', 0],
            ['Status', 'string', '.status.conditions[?(@.type=="Ready")].reason', 0],
            ['Capabilities', 'string', '.status.capabilities', 0],
            ['Ready', 'string', '.status.conditions[?(@.type=="Ready")].status', 0],
          ],
        },
      },
    ],
    ['the class of the controller [3.1.3]', { 'spec.controller': text }],
    [
      'provider, with one key, open below it [3.1.4]',
      {
        'spec.provider': {
          type: 'object',
          minProperties: 1,
          maxProperties: 1,
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
    ],
    ['how often a call is repeated [3.1.5]', { 'spec.retrySettings.maxRetries': { type: 'integer', format: 'int32' } }],
    ['the time between two tries [3.1.6]', { 'spec.retrySettings.retryInterval': text }],
    [
      'the selector of a condition [3.1.9]',
      {
        [SELECTOR]: { type: 'object', 'x-kubernetes-map-type': 'atomic' },
        [`${SELECTOR}.matchLabels{}`]: text,
        [`${SELECTOR}.matchExpressions[].key`]: required(text),
        [`${SELECTOR}.matchExpressions[].operator`]: required(text),
        [`${SELECTOR}.matchExpressions[].values[]`]: text,
      },
    ],
    ['the names of a condition [3.1.10]', { [`${CONDITION}.namespaces[]`]: name }],
    ['the expressions of a condition [3.1.11]', { [`${CONDITION}.namespaceRegexes[]`]: text }],
    ['capabilities [3.2.1]', { 'status.capabilities': { ...text, enum: ['ReadOnly', 'WriteOnly', 'ReadWrite'] } }],
    [
      'conditions of the status [3.2.2]',
      {
        'status.conditions[].type': required({ ...text, minLength: 1 }),
        'status.conditions[].status': required({ ...text, enum: ['True', 'False', 'Unknown'] }),
        'status.conditions[].reason': text,
        'status.conditions[].message': text,
        'status.conditions[].lastTransitionTime': { ...text, format: 'date-time' },
        'status.conditions[].observedGeneration': { type: 'integer' },
        'status.features[]': { ...text, maxLength: 63 },
      },
    ],
  ])('%s', (_, expected) => {
    for (const [path, facts] of Object.entries(expected))
      expect({ path, facts: ours.get(path) }).toEqual({ path, facts });
  });
});
