import type { ExternalSecret } from '@eso/api/resources';
import { Priority } from '@eso/controller';
import { ExternalSecretConcluder, type ExternalSecretConcluderOptions } from './conclude.ts';

const NOW = Date.UTC(2026, 0, 2, 12);

/** When one with an interval of ten seconds is looked at again, that was refreshed so long ago. */
function again(secondsAgo: number): unknown {
  // Nothing of it is used but the clock.
  const concluder = new ExternalSecretConcluder({ now: () => NOW } as ExternalSecretConcluderOptions);
  const status = { refreshTime: new Date(NOW - secondsAgo * 1_000).toISOString() };
  const es = { metadata: { name: 'app' }, spec: { refreshInterval: '10s' }, status } as ExternalSecret;
  return concluder.requeueForRefresh(es, status);
}

test('a refresh comes when the interval has passed', () => {
  expect(again(4)).toEqual({ kind: 'requeueAfter', ms: 6_000, priority: Priority.refresh });
});

test('where a pass took longer than the interval, the next one is no retry after a failure: it comes soon, each time', () => {
  for (const secondsAgo of [10, 11, 3_600])
    expect(again(secondsAgo)).toEqual({ kind: 'requeueAfter', ms: 1_000, priority: Priority.refresh });
});
