import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { CA_SECRET } from '@eso/api/resources';
import { createInformer, type KubeClient, type Secret, secrets } from '@eso/kube';
import { secretEntry } from '../secret-data.ts';

/** Remembers every state of every Secret of some namespaces, so that a test can say what never was. */
export class SecretHistory {
  readonly #seen: Secret[] = [];
  readonly #stop = new AbortController();
  readonly #waiting = new Set<() => void>();

  constructor(admin: KubeClient, namespaces: readonly string[]) {
    const informer = createInformer(admin, secrets, { namespaces });
    const remember = (secret: Secret): void => {
      this.#seen.push(secret);
      for (const look of this.#waiting) look();
    };
    informer.addHandler({ add: remember, update: (_, after) => remember(after) });
    informer.start(this.#stop.signal);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Resolves in the moment that a Secret is seen. */
  seen(name: string, namespace: string): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.of(name, namespace).length === 0) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Every state of the Secrets of one name, oldest first. */
  of(name: string, namespace?: string): Secret[] {
    return this.#seen.filter(
      ({ metadata }) => metadata.name === name && (!namespace || metadata.namespace === namespace),
    );
  }

  /** Fingerprints of all authorities that there were. */
  authorities(): Set<string> {
    return new Set(this.of(CA_SECRET).map((secret) => certificate(secret, 'ca.crt').fingerprint256));
  }

  /** How many states held a certificate with a key that is not its own, or that its `ca.crt` did not sign. */
  unusablePairs(): number {
    return this.#leaves().filter((secret) => {
      const [leaf, authority] = [certificate(secret, 'tls.crt'), certificate(secret, 'ca.crt')];
      return (
        !leaf.checkPrivateKey(createPrivateKey(secretEntry(secret, 'tls.key')!)) || !leaf.verify(authority.publicKey)
      );
    }).length;
  }

  /** Places where an authority's private key was, other than encrypted in its own Secret. */
  misplacedAuthorityKeys(): string[] {
    const authorities = this.of(CA_SECRET).map((secret) => certificate(secret, 'ca.crt').publicKey);
    const encrypted = new Set(this.of(CA_SECRET).map((secret) => secretEntry(secret, 'ca.key')!));
    return this.#seen.flatMap((secret) => {
      const own = secret.metadata.name === CA_SECRET;
      return Object.keys(secret.data ?? {}).filter((entry) => {
        const text = secretEntry(secret, entry)!;
        if (encrypted.has(text)) return !own || entry !== 'ca.key';
        if (!text.includes('PRIVATE KEY')) return false;
        const publicKey = createPublicKey(createPrivateKey(text));
        return own || authorities.some((authority) => authority.equals(publicKey));
      });
    });
  }

  /** Lines of all private keys that there were, encrypted ones too: none of them may be found anywhere else. */
  keyLines(): string[] {
    const keys = this.#seen.flatMap((secret) => ['tls.key', 'ca.key'].map((entry) => secretEntry(secret, entry) ?? ''));
    return [
      ...new Set(keys.flatMap((pem) => pem.split('\n').filter((line) => line !== '' && !line.startsWith('-----')))),
    ];
  }

  #leaves(): Secret[] {
    return this.#seen.filter((secret) => secret.type === 'kubernetes.io/tls');
  }
}

function certificate(secret: Secret, entry: string): X509Certificate {
  return new X509Certificate(secretEntry(secret, entry)!);
}
