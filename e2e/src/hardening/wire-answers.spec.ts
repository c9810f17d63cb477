// Whatever a provider answers one tenant, another tenant of the same provider loses no refresh by it. The providers are peers in Go
// and Python (tools/peers): what they send is what the libraries of those languages send.
import { type PeerLanguage, peerLanguages } from '@eso/testing';
import { TwoTenants } from '../support/two-tenants.ts';

/** Long enough for five failures in a row, and for what follows from them. */
const BESIDE_MS = 8_000;
/** B refreshes each second; a refresh that is lost is one that fails, or one that keeps waiting. */
const GAP_MS = 5_000;

const ANSWERS = [
  // UNAUTHENTICATED, UNAVAILABLE, INTERNAL, DEADLINE_EXCEEDED, CANCELLED; and a status that does not exist.
  'code:16',
  'code:14',
  'code:13',
  'code:4',
  'code:1',
  'code:99',
  'bigmsg:9000',
  'bigmsg:100000',
  'bigmsg:1000000',
  'bigdetail:100000',
  'manytrailers:200',
  'size:100000,gzip',
  'size:5000000',
  'sleep:60000',
  'goaway',
  'restart',
  'age:200',
];

describe.each(peerLanguages)(
  'beside six references of another tenant at a provider in %s',
  (language: PeerLanguage) => {
    let tenants: TwoTenants;

    beforeAll(async () => {
      tenants = await TwoTenants.start(language);
    }, 600_000);
    afterAll(() => tenants[Symbol.asyncDispose]());

    test.each(ANSWERS)('%s: every refresh comes', async (steps) => {
      const { b, callsOfA } = await tenants.beside(steps, BESIDE_MS);
      expect(b.failures).toEqual([]);
      expect(b.longestGapMs).toBeLessThan(GAP_MS);
      expect(callsOfA).toBeGreaterThan(0);
    });
  },
);
