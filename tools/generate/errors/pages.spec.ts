import { errorCodes } from '@eso/api/contract';
import { syncErrorCodes } from '@eso/sync';
import { documented, errorCatalogue } from './catalogue.ts';
import { errorPages } from './pages.ts';

const pages = errorPages(errorCatalogue());

test('each code of the contract and of a sync has a page, which the index links', () => {
  const index = pages.get('errors.md') ?? '';
  for (const code of [...Object.keys(errorCodes), ...Object.keys(syncErrorCodes)]) {
    expect(pages.has(`errors/${code}.md`)).toBe(true);
    expect(index).toContain(`](errors/${code}.md)`);
  }
});

test('every page is linked, and every link has a page', () => {
  const linked = [...(pages.get('errors.md') ?? '').matchAll(/\]\((errors\/\w+\.md)\)/g)].map(([, path]) => path);
  expect(new Set(linked)).toEqual(new Set([...pages.keys()].filter((path) => path.startsWith('errors/'))));
});

test('a page says what happened, why, what to do, where it shows and whether it is tried again', () => {
  expect(pages.get('errors/BACKEND_THROTTLED.md')).toMatchInlineSnapshot(`
   "<!-- Written by \`npm run generate\`. -->

   # BACKEND_THROTTLED

   [All errors](../errors.md)

   ## A provider answers so

   **What happened:** the backend limits the rate of requests. The gRPC status is ResourceExhausted.

   **Typical causes**

   - many ExternalSecrets with a short refreshInterval on one account
   - other programs use up the same quota

   **What to do:** wait, refresh less often, or raise the quota of the backend.

   **Where it shows**

   - condition Ready of the ExternalSecret (reason \`SecretSyncedError\`), and its Warning event \`UpdateFailed\`
   - condition Ready of the store, where the provider says it when it is asked whether the store is valid
   - log of the provider, with what the backend answered in its own code and its request id

   **Tried again:** The call is repeated before the pass fails, where that does no harm. A failed ExternalSecret is looked at again at each change of it, and after 1 s, doubling to 1 minute.
   "
  `);
});

test('a code that several say has a section for each', () => {
  expect(pages.get('errors/KEY_COLLISION.md')?.match(/^## .*/gm)).toEqual([
    '## A provider answers so',
    '## Core says so of the ExternalSecret, and of what came for it',
  ]);
});

test('a code without causes, and causes of no code, are refused', () => {
  const code = { code: 'A', group: 'store', meaning: 'm', nextStep: 'n', remedy: 'time' } as const;
  expect(() => documented([code], {})).toThrow('store.A has no causes');
  expect(() => documented([code], { store: { A: [] } })).toThrow('store.A has no causes');
  expect(() => documented([code], { store: { A: ['x'], B: ['y'] } })).toThrow('store.B is no code');
  expect(documented([code], { store: { A: ['x'] } })).toEqual([{ ...code, causes: ['x'] }]);
});
