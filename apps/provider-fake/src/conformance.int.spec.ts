import { setTimeout as delay } from 'node:timers/promises';
import { conformanceOf } from '@eso/conformance/testing';
import { reportLines } from '@eso/conformance';
import type { MemoryObjects, TestObject } from '@eso/api/testing';
import { fakeProvider } from './definition.ts';

const OWN = 'provider.external-secrets.io/v2alpha1';
const STORE = 'external-secrets.io/v1';
/** As long as the backend of the secret that is slow takes, milliseconds. */
const SLOW_MS = 3_000;

const data = [
  { key: 'text', value: 'a value of some length' },
  { key: 'spaces', value: '  spaces around and a line break\n' },
  { key: 'versioned', value: 'the first version', version: 'v1' },
  { key: 'versioned', value: 'the second version', version: 'v2' },
  { key: 'object', value: '{"user":{"name":"änn of the team"},"port":5432}' },
  { key: 'large', value: 'x'.repeat(5 * 1024 * 1024) },
];

/** A Fake and the store that names it. */
function fake(name: string, spec: object, namespace = 'team-a'): TestObject[] {
  const metadata = { name, namespace };
  const providerRef = { apiVersion: OWN, kind: 'Fake', name };
  return [
    { apiVersion: OWN, kind: 'Fake', metadata, spec },
    { apiVersion: STORE, kind: 'Provider', metadata, spec: { address: 'fake.fake.svc:8080', providerRef } },
  ];
}

const store = (name: string, sourceNamespace = 'team-a') => ({
  apiVersion: OWN,
  kind: 'Fake',
  name,
  storeName: name,
  sourceNamespace,
});

/** Reads as it is asked to; the object `slow` takes its time. */
function slowly(objects: MemoryObjects) {
  return {
    get: async (...[type, ref, options]: Parameters<MemoryObjects['get']>) => {
      if (type.kind === 'Fake' && ref.name === 'slow') await delay(SLOW_MS);
      return objects.get(type, ref);
    },
  };
}

test('keeps every rule of the contract that concerns it', async () => {
  const report = await conformanceOf({
    definition: fakeProvider(),
    objects: [...fake('own', { data }), ...fake('other', { data }, 'team-b')],
    config: {
      store: store('own'),
      otherStore: store('other', 'team-b'),
      secrets: data.slice(0, 2).map(({ key, value }) => ({ key, value })),
      absent: { key: 'nowhere' },
    },
  });
  console.log(reportLines(report).join('\n'));
  expect(report.rules.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
}, 120_000);
void slowly;
