import { createLogger, createRegistry } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { testCall } from '../../testing/test-call.ts';
import type { Backend } from '../backend.ts';
import { AuthorFaults } from './author-faults.ts';
import { checkedBackend } from './checked-backend.ts';

const MARKER = 'hunter2-marker';
type Method = Exclude<keyof Backend, 'close'>;

function setup(backend: object) {
  let lines = '';
  const registry = createRegistry({ processMetrics: false });
  const logger = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => (lines += line) } });
  const checked = checkedBackend(backend, new AuthorFaults(registry), logger);
  const call = async (method: Method, signal = new AbortController().signal): Promise<unknown> => {
    const context = testCall({ signal });
    const functions = checked as Readonly<Record<string, (...parameters: unknown[]) => Promise<unknown>>>;
    const run = functions[method]!;
    return method === 'validate' ? run(context) : run({}, context);
  };
  return { checked, call, lines: () => lines, metrics: () => registry.metrics() };
}

const bytes = new Uint8Array([1]);

test.each<[Method, unknown, string]>([
  ['getSecret', MARKER, 'text instead of bytes'],
  ['getSecret', undefined, 'nothing instead of bytes'],
  ['getSecret', null, 'null instead of bytes'],
  ['getSecret', 5, 'a number instead of bytes'],
  ['getSecret', [1, 2], 'an array instead of bytes'],
  ['getSecret', { value: MARKER }, 'an object instead of bytes'],
  ['getSecret', new ArrayBuffer(1), 'an object instead of bytes'],
  ['getSecretMap', { [MARKER]: bytes }, 'an object instead of a map'],
  ['getSecretMap', undefined, 'nothing instead of a map'],
  ['getSecretMap', new Map([[MARKER, MARKER]]), 'a map with text instead of bytes in it'],
  ['getSecretMap', new Map([[5, bytes]]), 'a map with a number as a key'],
  ['getAllSecrets', [[MARKER, bytes]], 'an array instead of a map'],
  ['getAllSecrets', new Map([[MARKER, null]]), 'a map with null instead of bytes in it'],
  ['getAllSecrets', new Map([[MARKER, Promise.resolve(bytes)]]), 'a map with a promise instead of bytes in it'],
  ['secretExists', 'yes', 'text instead of true or false'],
  ['secretExists', undefined, 'nothing instead of true or false'],
  ['secretExists', 1, 'a number instead of true or false'],
  ['validate', undefined, 'nothing instead of a validation'],
  ['validate', true, 'a boolean instead of a validation'],
  ['validate', { kind: 'fine' }, 'a validation of no known kind'],
  ['validate', { kind: 'invalid' }, 'a validation with nothing as its message'],
  ['validate', { kind: 'valid', warnings: MARKER }, 'a validation with text as its warnings'],
  ['validate', { kind: 'valid', warnings: ['old', 5] }, 'a validation with a number as a warning'],
  ['validate', { kind: 'valid', warnings: [undefined] }, 'a validation with nothing as a warning'],
])('%s that answers %p is a defect of the provider, told by type only', async (method, answer, problem) => {
  for (const answered of [() => answer, () => Promise.resolve(answer)]) {
    const { call, lines, metrics } = setup({ [method]: answered });
    await expect(call(method)).rejects.toMatchObject({
      code: 'INTERNAL',
      publicMessage: `the provider returned ${problem} (${method})`,
      nextStep: expect.stringContaining("provider's author") as string,
    });
    expect(lines()).toContain(`defect of the provider: ${method} returned ${problem}`);
    expect(lines()).not.toContain(MARKER);
    expect(await metrics()).toContain(`eso_provider_backend_faults_total{callback="${method}",fault="returned"} 1`);
  }
});

test.each<[Method, unknown]>([
  ['getSecret', bytes],
  ['getSecret', Buffer.from('x')],
  ['getSecretMap', new Map([['__proto__', bytes]])],
  ['getAllSecrets', new Map()],
  ['secretExists', false],
  ['validate', { kind: 'valid' }],
  ['validate', { kind: 'unknown', warnings: ['old'] }],
  ['validate', { kind: 'invalid', message: 'no such region', warnings: [] }],
  ['pushSecret', undefined],
  ['pushSecret', 'anything'],
  ['deleteSecret', undefined],
])('%s may answer %p', async (method, answer) => {
  const { call, lines } = setup({ [method]: () => answer });
  expect(await call(method)).toBe(answer);
  expect(lines()).toBe('');
});

test.each<[Method, ConstructorParameters<typeof ProviderError>[0], boolean]>([
  ['getSecret', 'SECRET_NOT_FOUND', true],
  ['getSecretMap', 'SECRET_NOT_FOUND', true],
  ['getAllSecrets', 'SECRET_NOT_FOUND', false],
  ['secretExists', 'SECRET_NOT_FOUND', false],
  ['validate', 'SECRET_NOT_FOUND', false],
  ['getSecret', 'BACKEND_THROTTLED', true],
  ['getSecret', 'CLIENT_REJECTED', false],
  ['getSecret', 'CIRCUIT_OPEN', false],
])('%s may throw %s: %p [V1.2.2]', async (method, code, allowed) => {
  const thrown = new ProviderError(code, 'in its own words');
  const { call, lines } = setup({ [method]: () => Promise.reject(thrown) });
  const error = await call(method).catch((reason: unknown) => reason);
  if (allowed) expect(error).toBe(thrown);
  else {
    expect(error).toMatchObject({ code: 'INTERNAL', cause: thrown });
    expect(lines()).toContain(`defect of the provider: ${method} threw ${code}`);
  }
});

test('what a backend throws because the call has ended is left to the call', async () => {
  const thrown = new Error('aborted');
  const { call, lines } = setup({ getSecret: () => Promise.reject(thrown) });
  await expect(call('getSecret', AbortSignal.abort())).rejects.toBe(thrown);
  expect(lines()).toBe('');
});

test('a method that throws at once rejects, and sees its own object', async () => {
  class Own {
    readonly #secret = bytes;
    getSecret(): Promise<Uint8Array> {
      return Promise.resolve(this.#secret);
    }
    secretExists(): boolean {
      throw new TypeError(MARKER);
    }
  }
  const { call, checked, lines } = setup(new Own());
  expect(await call('getSecret')).toBe(bytes);
  await expect(call('secretExists')).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(lines()).not.toContain(MARKER);
  expect(Object.keys(checked)).toEqual(['getSecret', 'secretExists']);
});
