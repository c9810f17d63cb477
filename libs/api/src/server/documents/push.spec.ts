import { testCall } from '../../testing/test-call.ts';
import { writeProperty } from './documents.ts';
import { isManaged, MANAGED_BY } from './managed-mark.ts';
import { pushMetadata, pushMetadataField } from './push-metadata.ts';
import { checkPushText } from './push-text.ts';
import { pushValue } from './push-value.ts';

const call = testCall();
const refusal = (changes: object): Error => expect.objectContaining(changes) as Error;

describe('the value of a push', () => {
  const data = new Map([
    ['b', Buffer.from('<&>')],
    ['a', Buffer.from('x')],
    ['ä', Buffer.from('{"x":1}')],
  ]);

  test('is that of its key [V1.8.1]', async () => {
    expect(await pushValue({ data, secretKey: 'b' }, call)).toEqual(Buffer.from('<&>'));
  });

  test('of a key that is not there is an error with its name, or empty [V1.8.2]', async () => {
    await expect(pushValue({ data, secretKey: 'c' }, call)).rejects.toThrow(
      refusal({ code: 'INVALID_REQUEST', publicMessage: 'the source Secret has no key c', field: 'match.secretKey' }),
    );
    expect(await pushValue({ data, secretKey: 'c' }, call, { absentKey: 'empty' })).toHaveLength(0);
  });

  test('without a key is all of the data as texts, sorted, without escapes for HTML [V1.8.3]', async () => {
    const value = Buffer.from(await pushValue({ data, secretKey: '' }, call)).toString();
    expect(value).toBe('{"a":"x","b":"<&>","ä":"{\\"x\\":1}"}');
  });

  test('of bytes that are no text is taken as it is by its key, and refused where it has to become JSON [V1.8.4] [V1.12.5]', async () => {
    const binary = Buffer.from([0x61, 0xff]);
    const push = { data: new Map([...data, ['z', binary], ['y', binary]]), secretKey: '' };
    expect(await pushValue({ ...push, secretKey: 'z' }, call)).toEqual(binary);
    await expect(pushValue(push, call)).rejects.toThrow(
      refusal({
        code: 'INVALID_REQUEST',
        publicMessage: '2 of the 5 keys of the source Secret hold bytes that are no UTF-8 text, and JSON is text',
        field: 'match.secretKey',
        nextStep: 'encode it in the source Secret, or push the key alone and without a property',
      }),
    );
    expect(() => checkPushText({ ...push, secretKey: 'b' })).not.toThrow();
    expect(() =>
      checkPushText({ ...push, secretKey: 'z' }, { why: 'a parameter is text', field: 'metadata.spec' }),
    ).toThrow(
      refusal({
        publicMessage: 'key z of the source Secret holds bytes that are no UTF-8 text, and a parameter is text',
        field: 'metadata.spec',
      }),
    );
    await expect(writeProperty(Buffer.from('{}'), 'a', binary, call)).rejects.toThrow(
      refusal({ code: 'INVALID_REQUEST', field: 'match.remoteRef.property' }),
    );
  });
});

interface Spec {
  readonly kmsKeyID?: string;
  readonly tags?: Record<string, string>;
  readonly format: string;
  readonly rules?: readonly { readonly inDays: number }[];
}
const metadata = pushMetadata<Spec>({
  type: 'object',
  properties: {
    kmsKeyID: { type: 'string' },
    tags: { type: 'object', additionalProperties: { type: 'string' } },
    format: { type: 'string', enum: ['string', 'binary'], default: 'binary' },
    rules: {
      type: 'array',
      items: { type: 'object', properties: { inDays: { type: 'integer' } }, required: ['inDays'] },
    },
  },
});
const read = (text: string): Promise<Spec> => metadata.read({ metadata: Buffer.from(text) }, call);
const envelope = (spec: unknown, more: object = {}): string =>
  JSON.stringify({ apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec, ...more });

describe('the metadata of a push', () => {
  test.each([
    ['', 'none'],
    ['null', 'null'],
    [envelope({}), 'an empty spec'],
    [envelope(undefined), 'no spec'],
  ])('%s has the defaults [V1.7.1]', async (text) => {
    expect(await read(text)).toEqual({ format: 'binary' });
  });

  test('names of fields match in any case, keys of maps do not [V1.7.4]', async () => {
    const spec = { KMSKEYID: 'k', Tags: { Format: 'x', format: 'y' }, rules: [{ INDAYS: 3 }] };
    expect(await read(envelope(spec))).toEqual({
      kmsKeyID: 'k',
      tags: { Format: 'x', format: 'y' },
      rules: [{ inDays: 3 }],
      format: 'binary',
    });
  });

  test('may be YAML [V1.7.3]', async () => {
    const text = `apiVersion: kubernetes.external-secrets.io/v1alpha1
kind: PushSecretMetadata
spec:
  kmsKeyId: k # a comment
  tags: {a: "yes"}
`;
    expect(await read(text)).toEqual({ kmsKeyID: 'k', tags: { a: 'yes' }, format: 'binary' });
  });

  test.each([
    ['{}', 'metadata.apiVersion'],
    ['[]', 'metadata'],
    ['"text"', 'metadata'],
    [envelope({}, { apiVersion: 'v1' }), 'metadata.apiVersion'],
    [envelope({}, { kind: 'Other' }), 'metadata.kind'],
    [envelope({}, { status: 1 }), 'metadata.status'],
    [envelope({}, { KIND: 'PushSecretMetadata' }), 'metadata.kind'],
    [envelope({ unknown: 1 }), 'metadata.spec.unknown'],
    [envelope({ format: 'text' }), 'metadata.spec.format'],
    [envelope({ kmsKeyID: 'a', kmsKeyId: 'b' }), 'metadata.spec.kmsKeyID'],
    [envelope({ rules: [{ inDays: 1 }, { inDays: 'two' }] }), 'metadata.spec.rules[1].inDays'],
    [envelope({ rules: [{}] }), 'metadata.spec.rules[0].inDays'],
    [envelope([]), 'metadata.spec'],
    ['a: b: c', 'metadata'],
    ['a: 1\na: 2', 'metadata'],
    ['--- 1\n--- 2', 'metadata'],
    ['{'.repeat(50_000), 'metadata'],
    [
      `a: &a [x,x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : 'a'},*${i ? `b${i - 1}` : 'a'}]`).join('\n')}`,
      'metadata',
    ],
  ])('%.60s is refused, and the field is named [V1.7.2] [V1.7.5]', async (text, field) => {
    await expect(read(text)).rejects.toThrow(refusal({ code: 'INVALID_REQUEST', field }));
  });

  test('no refusal repeats a value', async () => {
    for (const text of [envelope({ format: 'S3cret' }), 'p: *S3cret', envelope({ rules: [{ inDays: 'S3cret' }] })])
      await expect(read(text)).rejects.toThrow(/^(?!.*S3cret)/);
  });

  test('is bounded', async () => {
    await expect(read(JSON.stringify('x'.repeat(300_000)))).rejects.toThrow(refusal({ code: 'LIMIT_EXCEEDED' }));
  });
});

describe('one field of metadata without an envelope', () => {
  const field = (text: string): Promise<string | undefined> =>
    pushMetadataField({ metadata: Buffer.from(text) }, 'secretPushFormat', call);

  test.each([
    ['', undefined],
    ['{}', undefined],
    ['{"secretPushFormat":"string"}', 'string'],
    ['{"a":{"secretPushFormat":"inner"},"secretPushFormat":"outer"}', 'outer'],
    ['{"a":{},"b":{"c":{"secretPushFormat":"deep"}}}', 'deep'],
    ['{"a":[{"secretPushFormat":"in a list"}]}', undefined],
  ])('%s [V1.7.6]', async (text, expected) => {
    expect(await field(text)).toBe(expected);
  });

  test.each([
    ['{"a":{"secretPushFormat":1}}', 'metadata.a.secretPushFormat'],
    ['[]', 'metadata'],
  ])('%s is refused [V1.7.7]', async (text, name) => {
    await expect(field(text)).rejects.toThrow(refusal({ code: 'INVALID_REQUEST', field: name }));
  });
});

test.each([
  [{}, false],
  [{ 'managed-by': 'somebody' }, false],
  [{ 'Managed-By': 'external-secrets' }, false],
  [{ [MANAGED_BY.key]: MANAGED_BY.value, other: 'x' }, true],
])('tags %j are ours: %p', (tags, ours) => {
  expect(isManaged(new Map(Object.entries(tags as Record<string, string>)))).toBe(ours);
});
