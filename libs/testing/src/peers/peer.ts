import type { LocalKubelet } from '@eso/control-plane/kubelet.mjs';
import type { Pod } from '@eso/control-plane/pod.mjs';
import { ensureGoPeer } from './build-go.ts';
import { ensurePythonPeer } from './build-python.ts';

/** Languages that there is a provider in which does what a key says (tools/peers/README.md). */
export const peerLanguages = ['go', 'python'] as const;
/** One of {@link peerLanguages}. */
export type PeerLanguage = (typeof peerLanguages)[number];

/** What a peer has counted since its process was started. */
export interface PeerCounters {
  /** Calls by key. */
  readonly keys: Readonly<Record<string, number>>;
  /** Calls with a key that are being answered, and the most of them that were so at once. */
  readonly inFlight: number;
  readonly mostInFlight: number;
  /** Connections that have carried such a call. */
  readonly connections: number;
}

/** In which language a {@link Peer} is, and as what pod it runs. */
export interface PeerOptions {
  readonly language: PeerLanguage;
  /** Name of the pod. */
  readonly name: string;
  readonly namespace: string;
  /** Whom the pod runs as; a peer has no use for its rights. */
  readonly serviceAccount: string;
  /** Secret with the certificate of its Service. */
  readonly tlsSecret: string;
  /** Calls that it announces a connection may have in flight. Default: as the language's library does. */
  readonly maxStreams?: number;
  /** Told what is slow. */
  readonly progress?: (text: string) => void;
}

/** A provider in another language, as a pod. */
export class Peer {
  readonly pod: Pod;

  private constructor(pod: Pod) {
    this.pod = pod;
  }

  /**
   * Builds the program unless it is in the cache, runs it and waits until it is ready.
   * @throws Error when it cannot be built, or with the end of its log when it does not get ready
   */
  static async run(kubelet: LocalKubelet, options: PeerOptions): Promise<Peer> {
    const { language, name, namespace, serviceAccount, tlsSecret, maxStreams = 0, progress } = options;
    const pod = await kubelet.run({
      name,
      namespace,
      serviceAccount,
      command: [
        ...(await programOf(language, progress)),
        '--listen=127.0.0.1:$(PORT_GRPC)',
        '--status-addr=127.0.0.1:$(PORT_STATUS)',
        '--cert-dir=$(VOLUME_CERTS)',
        `--max-streams=${maxStreams}`,
      ],
      ports: ['grpc', 'status'],
      volumes: { certs: { secret: tlsSecret } },
    });
    const peer = new Peer(pod);
    await peer.ready();
    return peer;
  }

  /** Port that it serves calls on, 127.0.0.1. */
  get port(): number {
    return this.pod.ports['grpc'] ?? 0;
  }

  /** Waits until it answers its readiness probe. */
  ready(): Promise<void> {
    return this.pod.waitUntilReady({ port: 'status' });
  }

  /** @throws Error while the process does not answer */
  async counters(): Promise<PeerCounters> {
    const response = await fetch(`http://127.0.0.1:${String(this.pod.ports['status'])}/counters`);
    return (await response.json()) as PeerCounters;
  }
}

async function programOf(language: PeerLanguage, progress?: (text: string) => void): Promise<[string, ...string[]]> {
  if (language === 'go') return [(await ensureGoPeer(progress)).server];
  const { python, server } = await ensurePythonPeer(progress);
  return [python, server];
}
