export { ensureGoPeer, type GoPeer } from './build-go.ts';
export { ensurePythonPeer, type PythonPeer } from './build-python.ts';
export { ConformingPeer, type ConformingPeerOptions, peerFaults } from './conforming-peer.ts';
export { type GoClientOptions, type GoClientResult, runGoClient } from './go-client.ts';
export { Peer, type PeerCounters, type PeerLanguage, peerLanguages, type PeerOptions } from './peer.ts';
