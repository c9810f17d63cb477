/** Archives of the OCI image layout, version 1.1 of its format: blobs below their digests, and an index that names the image. */
import { type Blob, blobOf } from './layer.ts';
import { type TarEntry, writeTar } from './tar.ts';

/** How a blob is pointed to. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:…` */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** What a blob can be. */
export const MEDIA = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
} as const;

/** Points to a blob. */
export const descriptor = (mediaType: string, { digest, bytes }: Blob): Descriptor => ({
  mediaType,
  digest,
  size: bytes.length,
});

/** A value as JSON, named by its content. */
export const jsonBlob = (value: unknown): Blob => blobOf(Buffer.from(JSON.stringify(value)));

/**
 * An image as an archive, which `ctr images import` and `skopeo copy oci-archive:` read.
 * @param name with its tag
 * @param top the index or manifest that the name stands for
 * @param blobs all of it, that one included; those that stand twice are written once
 */
export async function layoutArchive(name: string, top: Descriptor, blobs: readonly Blob[]): Promise<Buffer> {
  const once = new Map(blobs.map(({ digest, bytes }) => [digest, bytes]));
  // containerd takes the name of an image from the second annotation, others from the first.
  const named = {
    ...top,
    annotations: { 'org.opencontainers.image.ref.name': name, 'io.containerd.image.name': qualified(name) },
  };
  const file = (path: string, content: Buffer): TarEntry => ({ kind: 'file', path, content, executable: false });
  return writeTar([
    file('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')),
    file('index.json', jsonBlob({ schemaVersion: 2, mediaType: MEDIA.index, manifests: [named] }).bytes),
    ...[...once].map(([digest, bytes]) => file(`blobs/${digest.replace(':', '/')}`, bytes)),
  ]);
}

/**
 * The name as a node knows it. Whatever a pod says, the kubelet asks containerd for a name with a registry, `docker.io` where there is none,
 * and containerd takes an imported name literally.
 */
export function qualified(name: string): string {
  const [first = '', ...rest] = name.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return hasRegistry ? name : `docker.io/${rest.length > 0 ? name : `library/${name}`}`;
}
