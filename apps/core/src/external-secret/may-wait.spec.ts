import type { ExternalSecret } from '@eso/api/resources';
import { mayWait } from './may-wait.ts';

const NOW = Date.UTC(2026, 0, 2, 12);
const MINUTE = 60_000;

test.each([
  ['a turn that has not come', 'SHAPING_BUSY', 'True', 61, true],
  ['a turn that has not come for too long', 'SHAPING_BUSY', 'True', 71, false],
  ['a turn of one that has failed already', 'SHAPING_BUSY', 'False', 61, false],
  ['a turn of one that never synced', 'SHAPING_BUSY', 'True', undefined, false],
  ['anything else', 'TOO_EXPENSIVE', 'True', 61, false],
] as const)('%s: it may wait without a word: %s, %s, %s min, %s', (_case, code, ready, minutes, expected) => {
  const es = {
    spec: { refreshInterval: '1h' },
    status: {
      conditions: [{ type: 'Ready', status: ready }],
      ...(minutes === undefined ? {} : { refreshTime: new Date(NOW - minutes * MINUTE).toISOString() }),
    },
  } as ExternalSecret;
  expect(mayWait({ code, publicMessage: '' }, { es, now: NOW })).toBe(expected);
});
