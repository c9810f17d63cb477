import type { PeerLanguage } from '@eso/testing';
import { TwoTenants } from './two-tenants.ts';

/** Long enough for five failures in a row, and for what follows from them. */
const BESIDE_MS = 8_000;
/** B refreshes each second; a refresh that is lost is one that fails, or one that keeps waiting. */
const GAP_MS = 5_000;

/**
 * Tests, for each of these languages of the peers and each of these answers to six references of one tenant, that another tenant of the same
 * provider gets its secret each second.
 * @param answers keys without a tag (tools/peers/README.md); one that stays in force (`age`) comes last
 */
export function testBesideEach(languages: readonly PeerLanguage[], answers: readonly string[]): void {
  describe.each(languages)('beside six references at a provider in %s', (language: PeerLanguage) => {
    let tenants: TwoTenants;

    beforeAll(async () => {
      tenants = await TwoTenants.start(language);
    }, 600_000);
    afterAll(() => tenants[Symbol.asyncDispose]());

    test.each(answers)('that are answered with %s, every refresh of another tenant comes', async (steps) => {
      const { b, callsOfA } = await tenants.beside(steps, BESIDE_MS);
      expect(b.failures.join('\n')).toBe('');
      expect(b.longestGapMs).toBeLessThan(GAP_MS);
      expect(callsOfA).toBeGreaterThan(0);
    });
  });
}
