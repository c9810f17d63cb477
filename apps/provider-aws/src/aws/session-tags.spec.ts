import type { AwsConfig } from './aws-config.ts';
import { sessionTagsOf } from './session-tags.ts';

const tagsOf = (config: Partial<AwsConfig>, namespace = 'team-a') =>
  Object.fromEntries(
    sessionTagsOf(
      { region: 'eu-central-1', ...config },
      { source: { name: 'main', namespace }, requester: () => 'team-a' },
    ).map(({ Key = '', Value }) => [Key, String(Value)]),
  );

test('without a policy they are those that are written', () => {
  expect(tagsOf({})).toEqual({});
  const sessionTags = [{ key: 'team', value: 'a' }];
  expect(tagsOf({ sessionTags, customSessionTags: { more: 'x' } })).toEqual({ team: 'a' });
});

test.each([
  ['team-a', 'SecretStore'],
  ['', 'ClusterSecretStore'],
])('Simple says who uses which store, in place of what is written (%p)', (namespace, esoStoreKind) => {
  expect(tagsOf({ sessionTagsPolicy: 'Simple', sessionTags: [{ key: 'team', value: 'a' }] }, namespace)).toEqual({
    esoNamespace: 'team-a',
    esoStoreName: 'main',
    esoStoreKind,
  });
});

test('Custom adds to it, and replaces nothing of it', () => {
  const customSessionTags = { team: 'a', esoNamespace: 'other', empty: '', '': 'x' };
  expect(tagsOf({ sessionTagsPolicy: 'Custom', customSessionTags })).toEqual({
    team: 'a',
    esoNamespace: 'team-a',
    esoStoreName: 'main',
    esoStoreKind: 'SecretStore',
  });
});

test('who asks is not looked for where no policy needs it', () => {
  const requester = () => {
    throw new Error('asked');
  };
  expect(sessionTagsOf({ region: 'x' }, { source: { name: 'main', namespace: '' }, requester })).toEqual([]);
});
