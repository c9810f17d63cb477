import type { ExternalSecret } from '@eso/api/resources';
import { followsSources } from './source-change.ts';

test.each<[Pick<ExternalSecret['spec'], 'refreshPolicy' | 'refreshInterval'>, boolean]>([
  [{}, true],
  [{ refreshInterval: '1h' }, true],
  [{ refreshInterval: '0' }, false],
  [{ refreshPolicy: 'Periodic', refreshInterval: '1h' }, true],
  [{ refreshPolicy: 'Periodic', refreshInterval: '0s' }, false],
  [{ refreshPolicy: 'OnChange', refreshInterval: '0s' }, true],
  [{ refreshPolicy: 'OnChange' }, true],
  [{ refreshPolicy: 'CreatedOnce' }, false],
])('with %j a change of what a template reads counts: %s [1.15.5]', (spec, expected) => {
  expect(followsSources({ spec })).toBe(expected);
});
