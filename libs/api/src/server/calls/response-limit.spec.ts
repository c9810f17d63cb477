import { create, toBinary } from '@bufbuild/protobuf';
import { GetSecretMapResponseSchema, GetSecretResponseSchema } from '../../gen/provider/v1/provider_pb.js';
import { checkMap, checkValue } from './response-limit.ts';

const sizes = [0, 1, 127, 128, 300, 16_383, 16_384, 70_000];

test.each(sizes.slice(1))('a value of %i bytes is measured as protobuf writes it', (length) => {
  const value = new Uint8Array(length);
  const bytes = toBinary(GetSecretResponseSchema, create(GetSecretResponseSchema, { value })).length;
  expect(() => checkValue(value, { responseBytes: bytes, responseKeys: 1 })).not.toThrow();
  expect(() => checkValue(value, { responseBytes: bytes - 1, responseKeys: 1 })).toThrow(
    `has ${bytes} bytes, more than the provider's limit of ${bytes - 1}`,
  );
});

test('a map is measured as protobuf writes it', () => {
  const secrets = new Map(sizes.map((length) => [`schlüssel-${length}`, new Uint8Array(length)]));
  const message = create(GetSecretMapResponseSchema, { secrets: Object.fromEntries(secrets) });
  const bytes = toBinary(GetSecretMapResponseSchema, message).length;
  expect(() => checkMap(secrets, { responseBytes: bytes, responseKeys: 100 })).not.toThrow();
  expect(() => checkMap(secrets, { responseBytes: bytes - 1, responseKeys: 100 })).toThrow(
    expect.objectContaining({ code: 'LIMIT_EXCEEDED' }) as Error,
  );
});

test('too many keys name the limit and the flag', () => {
  const secrets = new Map([
    ['a', new Uint8Array()],
    ['b', new Uint8Array()],
  ]);
  expect(() => checkMap(secrets, { responseBytes: 1_000, responseKeys: 1 })).toThrow(
    expect.objectContaining({
      publicMessage: "the answer has 2 keys, more than the provider's limit of 1",
      nextStep: expect.stringContaining('--max-response-keys') as string,
      retryable: false,
    }) as Error,
  );
});
