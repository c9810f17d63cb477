import type { ExternalSecret } from '@eso/api/resources';
import type { SecretData } from '../../data/secret-data.ts';
import { SyncError } from '../../error.ts';
import { manifestContent } from './content.ts';

const fetched: SecretData = new Map([
  ['user', Buffer.from('admin')],
  ['__proto__', Buffer.from('ünï')],
]);
const es = (target: object, kind = 'ConfigMap'): ExternalSecret =>
  ({
    metadata: {
      name: 'app',
      labels: { team: 'a' },
      annotations: { note: 'b', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    },
    spec: { target: { manifest: { apiVersion: 'v1', kind }, ...target } },
  }) as unknown as ExternalSecret;

function refused(run: () => unknown): SyncError {
  try {
    run();
  } catch (error) {
    return SyncError.from(error);
  }
  throw new Error('it was taken');
}

test('a ConfigMap without a template holds what was fetched, as texts [1.13b.4]', () => {
  const { object } = manifestContent(es({}), { fetched });
  expect(JSON.stringify(object)).toBe('{"data":{"__proto__":"ünï","user":"admin"}}');
});

test('any other kind has it in spec.data [1.13b.4]', () => {
  const { object } = manifestContent(es({}, 'AppConfig'), { fetched: new Map([['user', Buffer.from('admin')]]) });
  expect(object).toEqual({ spec: { data: { user: 'admin' } } });
});

test('without a template the labels and annotations are those of the ExternalSecret [1.13b.9]', () => {
  const { labels, annotations } = manifestContent(es({}), { fetched });
  expect({ labels, annotations }).toEqual({ labels: { team: 'a' }, annotations: { note: 'b' } });
});

test('with a template, what was fetched is not copied, and the template has its own labels [1.13b.5] [1.13b.9]', () => {
  const rendered = { kind: 'manifest', object: { spec: { host: 'h' } }, labels: { x: 'y' }, annotations: {} } as const;
  expect(manifestContent(es({ template: {} }), { fetched, rendered })).toEqual({
    nothingFetched: false,
    object: { spec: { host: 'h' } },
    labels: { x: 'y' },
    annotations: {},
  });
});

test('a value that is no text is an error, and neither it nor its key is in the text', () => {
  const binary = new Map([['S3cret', Buffer.from([0xff, 0xfe])]]);
  const error = refused(() => manifestContent(es({}), { fetched: binary }));
  expect(error).toMatchObject({ code: 'VALUE_NOT_TEXT', field: 'spec.target.manifest' });
  expect(error.message).not.toContain('S3cret');
});
