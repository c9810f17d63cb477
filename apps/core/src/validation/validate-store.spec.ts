import { type ErrorCode, ProviderError } from '@eso/api/contract';
import type { ProviderCapabilities, ProviderClient, ProviderValidation } from '@eso/client';
import { validateStore } from './validate-store.ts';

const question = {
  hasConfig: true,
  sourceNamespace: 'team',
  providerRef: {
    apiVersion: 'g/v1',
    kind: 'Fake',
    name: 'c',
    namespace: 'team',
    storeRefKind: 'Provider',
    storeName: 's',
    storeUid: 'u',
    storeGeneration: 1n,
  },
} as const;
const valid: ProviderValidation = { kind: 'valid', warnings: [] };

function client(
  capabilities: ProviderCapabilities | ErrorCode,
  validation: ProviderValidation | ErrorCode = valid,
): ProviderClient & { readonly asked: string[] } {
  const asked: string[] = [];
  const answer = <T extends object>(name: string, given: T | ErrorCode): Promise<T> => {
    asked.push(name);
    return typeof given === 'string' ? Promise.reject(new ProviderError(given, 'x')) : Promise.resolve(given);
  };
  const unused = (): never => {
    throw new TypeError('not asked here');
  };
  return {
    asked,
    capabilities: () => answer('capabilities', capabilities),
    validate: () => answer('validate', validation),
    checkHealth: async () => {
      await answer('health', {});
    },
    getSecret: unused,
    getSecretMap: unused,
    getAllSecrets: unused,
  };
}

const verdictOf = (provider: ProviderClient) => validateStore(provider, question, new AbortController().signal);

test('the set and the one word go together into the verdict [3.7.3]', async () => {
  expect(await verdictOf(client({ coarse: 'ReadOnly', features: ['get'], protocol: { min: 1, max: 4 } }))).toEqual({
    kind: 'valid',
    warnings: [],
    capabilities: 'ReadOnly',
    features: ['get'],
  });
});

test.each<ErrorCode>(['UNSUPPORTED', 'INTERNAL', 'CONFIG_INVALID', 'NAMESPACE_NOT_ALLOWED'])(
  'an answer that fails with %s says nothing, and Validate decides',
  async (code) => {
    expect(await verdictOf(client(code))).toEqual({ kind: 'valid', warnings: [] });
  },
);

test('an answer without content says nothing', async () => {
  expect(await verdictOf(client({}))).toEqual({ kind: 'valid', warnings: [] });
});

test.each<ErrorCode>(['PROVIDER_UNREACHABLE', 'TIMEOUT', 'TLS_EXPIRED', 'CIRCUIT_OPEN', 'CLIENT_REJECTED'])(
  'a process that is not reached (%s) is not asked twice',
  async (code) => {
    const provider = client(code);
    expect((await verdictOf(provider)).kind).toBe(code === 'CIRCUIT_OPEN' ? 'circuitOpen' : 'invalid');
    expect(provider.asked).toEqual(['capabilities']);
  },
);

test('a process of another protocol is said to be one, whatever else it would answer', async () => {
  const provider = client({ coarse: 'ReadOnly', protocol: { min: 2, max: 3 } }, 'INTERNAL');
  expect(await verdictOf(provider)).toEqual({
    kind: 'invalid',
    problem: {
      code: 'PROTOCOL_INCOMPATIBLE',
      publicMessage: 'the provider speaks version 2 to 3 of the protocol, this core 1',
      nextStep: 'Run releases of both that go together.',
    },
    told: false,
  });
  expect(provider.asked).toEqual(['capabilities']);
});

test('a caller that gives up gets its own reason', async () => {
  const gone = new AbortController();
  gone.abort(new Error('gone'));
  await expect(validateStore(client('PROVIDER_UNREACHABLE'), question, gone.signal)).rejects.toThrow('gone');
});
