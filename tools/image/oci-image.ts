/** An image of ours: one manifest for each platform below one index. */
import { APP } from './app-layer.ts';
import { CA_BUNDLE, NONROOT } from './base-layer.ts';
import type { Blob, Layer } from './layer.ts';
import { NODE } from './node-layer.ts';
import { descriptor, jsonBlob, layoutArchive, MEDIA } from './oci-archive.ts';
import { blobsOf, type Manifest, manifestOf } from './oci-manifest.ts';
import type { Platform } from './platforms.ts';

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
export interface PlatformImage extends Manifest {
  readonly platform: Platform;
}

/**
 * How the program starts. It trusts the authorities of the base layer, or whom a cluster mounts in their place, and not the list that
 * is compiled into Node (ADR 0044).
 */
const ENTRYPOINT = [`/${NODE}`, '--use-openssl-ca', `/${APP}/main.mjs`];
const ENVIRONMENT = ['PATH=/usr/local/bin', `SSL_CERT_FILE=/${CA_BUNDLE}`];

/** The image for one platform. @param layers from the lowest to the highest */
export function platformImage(platform: Platform, layers: readonly Layer[], described: Described): PlatformImage {
  const process = {
    User: `${NONROOT}:${NONROOT}`,
    Env: ENVIRONMENT,
    Entrypoint: ENTRYPOINT,
    WorkingDir: `/${APP}`,
    Labels: annotationsOf(described),
  };
  const { architecture } = platform;
  return { platform, ...manifestOf({ architecture, process, layers, annotations: annotationsOf(described) }) };
}

/** The index over all platforms: its digest is the digest of the image. */
export function imageOf(platforms: readonly PlatformImage[], described: Described): Image {
  const manifests = platforms.map(({ platform: { architecture }, manifest }) => ({
    ...descriptor(MEDIA.manifest, manifest),
    platform: { architecture, os: 'linux' },
  }));
  const annotations = annotationsOf(described);
  return { index: jsonBlob({ schemaVersion: 2, mediaType: MEDIA.index, manifests, annotations }), platforms };
}

/** The image as an archive of the OCI image layout. @param name with its tag */
export const archiveOf = ({ index, platforms }: Image, name: string): Promise<Buffer> =>
  layoutArchive(name, descriptor(MEDIA.index, index), [index, ...platforms.flatMap(blobsOf)]);

const annotationsOf = ({ app, version, description, license }: Described): Record<string, string> => ({
  'org.opencontainers.image.title': app,
  'org.opencontainers.image.version': version,
  'org.opencontainers.image.description': description,
  'org.opencontainers.image.licenses': license,
});
