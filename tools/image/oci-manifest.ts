/** What one kind of machine pulls: a manifest, its configuration and its layers. */
import type { Blob, Layer } from './layer.ts';
import { descriptor, jsonBlob, MEDIA } from './oci-archive.ts';

/** What a container is started with, under the names of the format. */
export interface ProcessConfig {
  /** `<user>:<group>` */
  readonly User: string;
  readonly Entrypoint: readonly string[];
  /** `NAME=value` */
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

/** What a manifest is made of. */
export interface ManifestOptions {
  /** Of OCI: `amd64`. */
  readonly architecture: string;
  readonly process: ProcessConfig;
  /** From the lowest to the highest. */
  readonly layers: readonly Layer[];
  /** Default: none. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A manifest with what it points to. */
export interface Manifest {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layers: readonly Layer[];
}

/** When it was made is no part of what it is. */
const CREATED = '1970-01-01T00:00:00Z';

/** The manifest of these layers; its bytes follow from what is given alone. */
export function manifestOf({ architecture, process, layers, annotations }: ManifestOptions): Manifest {
  const config = jsonBlob({
    created: CREATED,
    architecture,
    os: 'linux',
    config: process,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ title }) => ({ created: CREATED, created_by: title })),
  });
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: descriptor(MEDIA.config, config),
    layers: layers.map(({ mediaType, blob }) => descriptor(mediaType, blob)),
    annotations,
  });
  return { manifest, config, layers };
}

/** Each blob of a manifest, itself first. */
export const blobsOf = ({ manifest, config, layers }: Manifest): Blob[] => [
  manifest,
  config,
  ...layers.map(({ blob }) => blob),
];
