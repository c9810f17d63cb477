import { awsSchema } from './gen/aws.ts';

const at = (...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (schema, name) => (schema as { properties?: Record<string, unknown> } | undefined)?.properties?.[name],
    awsSchema,
  );
const dnsName = {
  type: 'string',
  minLength: 1,
  maxLength: 253,
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
};
const namespace = { type: 'string', minLength: 1, maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };

test.each(['accessKeyIDSecretRef', 'secretAccessKeySecretRef', 'sessionTokenSecretRef'])(
  '%s has what a reference to a key of a Secret has, none of it required [3.1.14]',
  (field) => {
    const key = { type: 'string', minLength: 1, maxLength: 253, pattern: '^[-._a-zA-Z0-9]+$' };
    expect(at('auth', 'secretRef', field)).toEqual({ type: 'object', properties: { name: dnsName, namespace, key } });
  },
);

test('serviceAccountRef has what a reference to a ServiceAccount has, its name required [3.1.15]', () => {
  expect(at('auth', 'jwt', 'serviceAccountRef')).toEqual({
    type: 'object',
    required: ['name'],
    properties: { name: dnsName, namespace, audiences: { type: 'array', items: { type: 'string' } } },
  });
});
