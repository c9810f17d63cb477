// Words that a provider of somebody else's sends with its statuses reach conditions and events as its own, behind ours. The providers are
// the peers in Go and Python (tools/peers): what they send is what the libraries of those languages send.
import { peerLanguages } from '@eso/testing';
import { applyPeerStore, references, runPeerProvider } from '../support/peers.ts';
import { externalSecretManifest, System } from '../support/system.ts';

const TENANT = 'peer-words';

let system: System;

beforeAll(async () => {
  system = await System.start({ tenants: [TENANT], providers: { fake: {} } });
}, 120_000);
afterAll(() => system.stop());

describe.each(peerLanguages)('a provider in %s', (language) => {
  const store = `peer-${language}`;

  beforeAll(async () => {
    await applyPeerStore(system, TENANT, store, await runPeerProvider(system, language, store));
  }, 600_000);

  test.each([
    [
      'status',
      'code:13',
      'INTERNAL',
      /\(gRPC status Internal\); the provider said: "code:13" \[INTERNAL\]\. Look into/,
    ],
    [
      'status without a meaning',
      'code:2',
      'INTERNAL',
      /\(gRPC status Unknown\); the provider said: "code:2" \[INTERNAL\]/,
    ],
    [
      'text of 5 KB',
      'bigmsg:5000',
      'INTERNAL',
      /\(gRPC status Unknown\); the provider said: "m{250,253}…" \[INTERNAL\]/,
    ],
    ['detail with a code of its own', 'bigdetail:9', 'INTERNAL', /; the provider said: "d{9}" \[INTERNAL\]/],
  ])('that answers with a %s is quoted', async (_, key, code, expected) => {
    const name = `${language}-${key.replace(':', '-')}`;
    await system.apply(externalSecretManifest(TENANT, name, store, references([key])));
    const { message } = await system.failed(TENANT, name, code);
    expect(message).toMatch(expected);
    expect(message).toMatch(/remoteRef: the provider failed unexpectedly \(gRPC/);
    await system.warned(TENANT, name, '; the provider said: "');
  });
});
