import { ProviderError } from '../../contract/provider-error.ts';
import { type ConfigSchema, inlineDecoder } from './inline-config.ts';

const MARKER = 'hunter2-marker';

const schema: ConfigSchema = {
  type: 'object',
  required: ['region'],
  properties: {
    region: { type: 'string', pattern: '^[a-z-]+$', minLength: 2 },
    service: { type: 'string', enum: ['SecretsManager', 'ParameterStore'], default: 'SecretsManager' },
    port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    retries: { type: 'integer', minimum: 1, maximum: 9, multipleOf: 2 },
    prefix: { type: 'string', nullable: true },
    auth: {
      type: 'object',
      properties: {
        secretRef: {
          type: 'object',
          properties: { name: { type: 'string' }, key: { type: 'string', default: 'token' } },
        },
      },
    },
    tags: {
      type: 'array',
      maxItems: 2,
      items: { type: 'object', required: ['key'], properties: { key: { type: 'string' } } },
    },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    tls: { type: 'object', default: {}, properties: { verify: { type: 'boolean', default: true } } },
    either: {
      type: 'object',
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
      properties: { a: { type: 'string' }, b: { type: 'string' } },
    },
  },
};
const decode = inlineDecoder(schema, 'spec.provider.aws');

function refusal(value: unknown): ProviderError {
  try {
    decode(value);
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('taken');
}

test('defaults are those that the API server would write', () => {
  expect(decode({ region: 'eu' })).toEqual({ region: 'eu', service: 'SecretsManager', tls: { verify: true } });
  expect(decode({ region: 'eu', service: null, tls: {}, auth: { secretRef: { name: 'n' } } })).toEqual({
    region: 'eu',
    service: 'SecretsManager',
    tls: { verify: true },
    auth: { secretRef: { name: 'n', key: 'token' } },
  });
});

test('what is given stays, and the object that it came in is left alone', () => {
  const given = {
    region: 'eu',
    service: 'ParameterStore',
    port: '80',
    retries: 4,
    prefix: null,
    tags: [{ key: 'a' }],
    labels: { a: 'b' },
    free: { any: [{ thing: 1 }] },
    tls: { verify: false },
    either: { b: 'x' },
  };
  const before = structuredClone(given);
  expect(decode(given)).toEqual(given);
  expect(given).toEqual(before);
});

test.each<[string, unknown, string, RegExp]>([
  ['a missing field', {}, 'spec.provider.aws.region', /is required/],
  ['a wrong type', { region: 1 }, 'spec.provider.aws.region', /has to be string/],
  ['a text that does not match', { region: 'EU' }, 'spec.provider.aws.region', /has to match/],
  ['a text that is too short', { region: 'a' }, 'spec.provider.aws.region', /at least 2 characters/],
  [
    'no value of the enumeration',
    { region: 'eu', service: MARKER },
    'spec.provider.aws.service',
    /one of SecretsManager, Para/,
  ],
  ['neither number nor text', { region: 'eu', port: true }, 'spec.provider.aws.port', /integer or string/],
  ['a number that is too small', { region: 'eu', retries: 0 }, 'spec.provider.aws.retries', /at least 1/],
  ['a number that is no multiple', { region: 'eu', retries: 3 }, 'spec.provider.aws.retries', /multiple of 2/],
  ['a fraction', { region: 'eu', retries: 2.5 }, 'spec.provider.aws.retries', /integer/],
  ['null where it is not allowed', { region: null }, 'spec.provider.aws.region', /has to be string/],
  ['an unknown field', { region: 'eu', [MARKER]: 1 }, `spec.provider.aws.${MARKER}`, /is not known/],
  [
    'an unknown field below',
    { region: 'eu', auth: { secretRef: { nam: 'x' } } },
    'spec.provider.aws.auth.secretRef.nam',
    /is not known/,
  ],
  [
    'a missing field in a list',
    { region: 'eu', tags: [{ key: 'a' }, {}] },
    'spec.provider.aws.tags[1].key',
    /is required/,
  ],
  [
    'too many items',
    { region: 'eu', tags: [{ key: 'a' }, { key: 'b' }, { key: 'c' }] },
    'spec.provider.aws.tags',
    /at most 2 items/,
  ],
  ['a wrong value of a map', { region: 'eu', labels: { a: 1 } }, 'spec.provider.aws.labels.a', /has to be string/],
  [
    'two alternatives at once',
    { region: 'eu', either: { a: 'x', b: 'x' } },
    'spec.provider.aws.either',
    /not of a form/,
  ],
  ['a list', [], 'spec.provider.aws', /has to be object/],
  ['null', null, 'spec.provider.aws', /has to be object/],
  ['a text', MARKER, 'spec.provider.aws', /has to be object/],
])('%s is refused with its path', (_what, value, field, message) => {
  const error = refusal(value);
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', field });
  expect(error.publicMessage).toMatch(message);
  // Names of fields are shown, and never what stands in them.
  if (field.endsWith(MARKER)) return;
  expect(`${error.publicMessage} ${error.nextStep}`).not.toContain(MARKER);
});

test('several problems are counted', () => {
  expect(refusal({ region: 1, retries: 0 }).publicMessage).toMatch(/region has to be string, and 1 more problem$/);
});

test('an unknown field is answered with those that are known', () => {
  expect(refusal({ region: 'eu', auth: { secret: {} } }).nextStep).toBe(
    'remove it, or correct its name: known are secretRef',
  );
});

test('names that every object has are no fields', () => {
  expect(refusal({ region: 'eu', constructor: 1 }).field).toBe('spec.provider.aws.constructor');
  expect(refusal(JSON.parse('{"region":"eu","__proto__":{"x":1}}')).field).toBe('spec.provider.aws.__proto__');
});

test.each<[string, unknown, RegExp]>([
  [
    'wrong items',
    { region: 'eu', tags: Array.from({ length: 100_000 }, () => 1) },
    /may have at most 2 items|has to be object/,
  ],
  [
    'unknown fields',
    Object.fromEntries([['region', 'eu'], ...Array.from({ length: 100_000 }, (_, i) => [`field${i}`, i])]),
    /field0 is not known, and at least 99 more problems$/,
  ],
  ['letters that no name has', { region: `${'a'.repeat(1_000_000)}!` }, /too large to be checked|has to match/],
])('a hundred thousand %s cost a bounded time, and one line', (_what, value, message) => {
  const error = refusal(value);
  expect(error.publicMessage).toMatch(message);
  expect(error.publicMessage.length).toBeLessThan(200);
});

test('what is nested deeper than can be read is refused, not answered as a defect', () => {
  const deep = JSON.parse(`${'['.repeat(9_000)}1${']'.repeat(9_000)}`) as unknown;
  expect(refusal({ region: 'eu', free: { deep } })).toMatchObject({ code: 'CONFIG_INVALID' });
});

test.each<[ConfigSchema, RegExp]>([
  [{ type: 'object', 'x-kubernetes-validations': [{ rule: 'true' }] }, /CEL rules.*checkConfig/],
  [{ type: 'object', properties: { a: { $ref: '#/x' } } }, /spec\.provider\.x\.a uses \$ref/],
  [{ type: 'string', pattern: '(' }, /no regular expression/],
  [{ type: 'string', format: 'colour' }, /format colour, which is not checked/],
  [{ type: 'number', exclusiveMinimum: 1 }, /has to be true beside a bound/],
])('a schema that could not be checked is refused: %j', (bad, message) => {
  expect(() => inlineDecoder(bad, 'spec.provider.x')).toThrow(message);
});
