import { ProviderError } from '../../contract/provider-error.ts';
import { parseRetrySettings, type RawRetrySettings } from './retry-settings.ts';

test.each<[RawRetrySettings | null | undefined, object | undefined]>([
  [undefined, undefined],
  [null, undefined],
  [{}, undefined],
  [{ maxRetries: null, retryInterval: undefined }, undefined],
  [{ maxRetries: 0 }, { maxRetries: 0 }],
  [
    { maxRetries: 5, retryInterval: '10s' },
    { maxRetries: 5, retryIntervalMs: 10_000 },
  ],
  [{ retryInterval: '1h2m3.5s' }, { retryIntervalMs: 3_723_500 }],
  [{ retryInterval: '500ms' }, { retryIntervalMs: 500 }],
  [{ retryInterval: '0' }, { retryIntervalMs: 0 }],
])('%j is %j [V1.13.1]', (raw, expected) => {
  expect(parseRetrySettings(raw)).toEqual(expected);
});

test.each<[RawRetrySettings, string]>([
  [{ retryInterval: '10' }, 'spec.retrySettings.retryInterval'],
  [{ retryInterval: '' }, 'spec.retrySettings.retryInterval'],
  [{ retryInterval: '1d' }, 'spec.retrySettings.retryInterval'],
  [{ retryInterval: '-1s' }, 'spec.retrySettings.retryInterval'],
  [{ retryInterval: 10 }, 'spec.retrySettings.retryInterval'],
  [{ maxRetries: -1 }, 'spec.retrySettings.maxRetries'],
  [{ maxRetries: 1.5 }, 'spec.retrySettings.maxRetries'],
  [{ maxRetries: '3' }, 'spec.retrySettings.maxRetries'],
  [{ maxRetries: 2 ** 31 }, 'spec.retrySettings.maxRetries'],
])('%j is refused, naming %s [V1.13.2]', (raw, field) => {
  expect(() => parseRetrySettings(raw)).toThrow(ProviderError);
  expect(() => parseRetrySettings(raw)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', field }) as Error);
});

test('the field is where the caller says', () => {
  expect(() => parseRetrySettings({ retryInterval: 'x' }, 'spec.retry')).toThrow(
    expect.objectContaining({ field: 'spec.retry.retryInterval' }) as Error,
  );
});
