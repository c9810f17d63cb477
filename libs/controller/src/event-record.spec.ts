import { contentKey, type EventContent, eventContent, newEvent, repeatPatch, subjectKey } from './event-record.ts';

const content: EventContent = {
  subject: {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { namespace: 'team-a', name: 'db', uid: 'u1', resourceVersion: '7' },
  },
  type: 'Warning',
  reason: 'UpdateFailed',
  message: 'could not get secret data from provider',
};
const stamp = { firstMs: Date.UTC(2026, 0, 1), lastMs: Date.UTC(2026, 0, 1, 0, 0, 5), count: 2, serial: 1 };

test('an event names its object, its reporter, and how often it happened', () => {
  expect(newEvent(content, 'external-secrets', stamp)).toMatchObject({
    metadata: { namespace: 'team-a', name: expect.stringMatching(/^db\.[0-9a-f]{16}$/) as string },
    involvedObject: {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      namespace: 'team-a',
      name: 'db',
      uid: 'u1',
      resourceVersion: '7',
    },
    source: { component: 'external-secrets' },
    count: 2,
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:00:05Z',
  });
  expect(repeatPatch({ count: 3, lastMs: stamp.lastMs })).toEqual({ count: 3, lastTimestamp: '2026-01-01T00:00:05Z' });
});

test('events of cluster-scoped objects live in namespace default', () => {
  const subject = { apiVersion: 'external-secrets.io/v1', kind: 'ClusterProvider', metadata: { name: 'shared' } };
  const event = newEvent({ ...content, subject }, 'external-secrets', stamp);
  expect(event.metadata.namespace).toBe('default');
  expect(event.involvedObject).not.toHaveProperty('namespace');
});

test('message and name stay within the limits of the API', () => {
  const subject = {
    ...content.subject,
    metadata: { namespace: 'team-a', name: `${'a'.repeat(235)}.${'b'.repeat(17)}` },
  };
  const object = { ...subject, apiVersion: 'v1', kind: 'ConfigMap' };
  const event = newEvent(eventContent(object, 'Normal', 'Updated', 'ä'.repeat(2_000)), 'external-secrets', stamp);
  expect(Buffer.byteLength(event.message ?? '')).toBeLessThanOrEqual(1_024);
  expect(event.metadata.name.length).toBeLessThanOrEqual(253);
  const long = { ...object, metadata: { ...object.metadata, name: 'a'.repeat(253) } };
  expect(newEvent(eventContent(long, 'Normal', 'Updated', ''), 'external-secrets', stamp).metadata.name).toHaveLength(
    253,
  );
  // RFC 1123 subdomain: each part ends in a letter or a digit.
  expect(event.metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
});

test('equal events are told by object, type, reason and message; a new object of the same name is another', () => {
  const key = contentKey(content);
  expect(contentKey(structuredClone(content))).toBe(key);
  expect(contentKey({ ...content, message: 'another' })).not.toBe(key);
  expect(contentKey({ ...content, type: 'Normal' })).not.toBe(key);
  const reborn = { ...content.subject, metadata: { ...content.subject.metadata, uid: 'u2' } };
  expect(contentKey({ ...content, subject: reborn })).not.toBe(key);
  expect(subjectKey(reborn)).not.toBe(subjectKey(content.subject));
  const changed = { ...content.subject, metadata: { ...content.subject.metadata, resourceVersion: '8' } };
  expect(contentKey({ ...content, subject: changed })).toBe(key);
});
