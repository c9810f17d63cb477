/** An image of the Open Container Initiative, version 1.1 of its format: one manifest for each platform below one index. */
import { APP } from './app-layer.ts';
import { CA_BUNDLE, NONROOT } from './base-layer.ts';
import { type Blob, blobOf, type Layer } from './layer.ts';
import { NODE } from './node-layer.ts';
import type { Platform } from './platforms.ts';
import { type TarEntry, writeTar } from './tar.ts';

/** What the image says of itself. */
export interface Described {
  /** `core` */
  readonly app: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

/** An image for every platform that was given. */
export interface Image {
  readonly index: Blob;
  readonly platforms: readonly PlatformImage[];
}

/** What one kind of machine pulls. */
export interface PlatformImage {
  readonly platform: Platform;
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layers: readonly Layer[];
}

/** How a blob is pointed to. */
interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const MEDIA = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** When it was made is no part of what it is. */
const CREATED = '1970-01-01T00:00:00Z';

/**
 * How the program starts. It trusts the authorities of the base layer, or whom a cluster mounts in their place, and not the list that
 * is compiled into Node (ADR 0044).
 */
const ENTRYPOINT = [`/${NODE}`, '--use-openssl-ca', `/${APP}/main.mjs`];
const ENVIRONMENT = ['PATH=/usr/local/bin', `SSL_CERT_FILE=/${CA_BUNDLE}`];

/** The image for one platform. @param layers from the lowest to the highest */
export function platformImage(platform: Platform, layers: readonly Layer[], described: Described): PlatformImage {
  const config = json({
    created: CREATED,
    architecture: platform.architecture,
    os: 'linux',
    config: {
      User: `${NONROOT}:${NONROOT}`,
      Env: ENVIRONMENT,
      Entrypoint: ENTRYPOINT,
      WorkingDir: `/${APP}`,
      Labels: annotations(described),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ title }) => ({ created: CREATED, created_by: title })),
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: descriptor(MEDIA.config, config),
    layers: layers.map(({ blob }) => descriptor(MEDIA.layer, blob)),
    annotations: annotations(described),
  });
  return { platform, manifest, config, layers };
}

/** The index over all platforms: its digest is the digest of the image. */
export function imageOf(platforms: readonly PlatformImage[], described: Described): Image {
  const manifests = platforms.map(({ platform: { architecture }, manifest }) => ({
    ...descriptor(MEDIA.manifest, manifest),
    platform: { architecture, os: 'linux' },
  }));
  const index = json({
    schemaVersion: 2,
    mediaType: MEDIA.index,
    manifests,
    annotations: annotations(described),
  });
  return { index, platforms };
}

/** The image as an archive of the OCI image layout, which `ctr images import` and `skopeo copy oci-archive:` read. @param name with its tag */
export async function archiveOf({ index, platforms }: Image, name: string): Promise<Buffer> {
  const blobs = [
    index,
    ...platforms.flatMap(({ manifest, config, layers }) => [manifest, config, ...layers.map(({ blob }) => blob)]),
  ];
  const once = new Map(blobs.map(({ digest, bytes }) => [digest, bytes]));
  const named = {
    ...descriptor(MEDIA.index, index),
    annotations: { 'org.opencontainers.image.ref.name': name, 'io.containerd.image.name': qualified(name) },
  };
  const file = (path: string, content: Buffer): TarEntry => ({ kind: 'file', path, content, executable: false });
  return writeTar([
    file('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')),
    file('index.json', json({ schemaVersion: 2, mediaType: MEDIA.index, manifests: [named] }).bytes),
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

const descriptor = (mediaType: string, { digest, bytes }: Blob): Descriptor => ({
  mediaType,
  digest,
  size: bytes.length,
});

const json = (value: unknown): Blob => blobOf(Buffer.from(JSON.stringify(value)));

const annotations = ({ app, version, description, license }: Described): Record<string, string> => ({
  'org.opencontainers.image.title': app,
  'org.opencontainers.image.version': version,
  'org.opencontainers.image.description': description,
  'org.opencontainers.image.licenses': license,
});
