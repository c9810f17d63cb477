import { Peer, type PeerLanguage } from '@eso/testing';
import { createProviderService, dial, type ProviderService } from './provider-process.ts';
import { providerManifest, type System } from './system.ts';

/** What a connection to a peer may have in flight, as ours announce it. */
const MAX_STREAMS = 256;
/** A peer looks no config up; core wants one to be named. */
const ANY_CONFIG = '{ apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: any }';

/** A peer behind a shared Service of its own. */
export interface PeerProvider {
  readonly peer: Peer;
  readonly service: ProviderService;
}

/** Runs a peer as the provider behind a new Service of this name. The installation has provider-fake, whose namespace it is in. */
export async function runPeerProvider(system: System, language: PeerLanguage, name: string): Promise<PeerProvider> {
  const service = await createProviderService(system, name);
  const peer = await Peer.run(system.own.cluster.kubelet(), {
    language,
    name,
    namespace: 'provider-fake',
    serviceAccount: 'provider-fake',
    tlsSecret: service.tlsSecret,
    maxStreams: MAX_STREAMS,
    progress: (text) => process.stderr.write(`${text}\n`),
  });
  dial(system.installation, service, peer.port);
  return { peer, service };
}

/** A Provider of this name at a peer. */
export async function applyPeerStore(
  system: System,
  namespace: string,
  name: string,
  { service }: PeerProvider,
): Promise<void> {
  await system.apply(providerManifest(namespace, name, '', ANY_CONFIG, service.address));
  await system.providerReady(namespace, name, 'True', 'Valid');
}

/** `data` with one reference for each key; secret keys are `k0`, `k1` and so on. */
export function references(keys: readonly string[]): string {
  return `data: ${JSON.stringify(keys.map((key, index) => ({ secretKey: `k${index}`, remoteRef: { key } })))}`;
}

/** How often a peer was asked for any of these keys. */
export async function callsFor({ peer }: PeerProvider, keys: readonly string[]): Promise<number> {
  const { keys: counted } = await peer.counters();
  return keys.reduce((sum, key) => sum + (counted[key] ?? 0), 0);
}
