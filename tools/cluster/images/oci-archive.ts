/** Writes an image as an OCI archive (image-spec v1.1), with tar alone: one layer, one configuration, one manifest. */
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '@eso/control-plane/command.mjs';

/** What an image of tests consists of. */
export interface ImageOptions {
  /** Name with tag, `eso.test/pause:1`. */
  readonly name: string;
  /** Files of the image by their path in it, `/pause`, each executable: paths on this machine. */
  readonly files: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  /** Default: 65532, which is no user of any machine. */
  readonly user?: string;
}

const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** The same files give the same archive: nothing of the machine's clock and users is in it. */
const REPRODUCIBLE = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--format=ustar'];

/**
 * Writes the archive.
 * @param path of the archive
 * @param options what is in it
 */
export async function writeOciArchive(path: string, options: ImageOptions): Promise<void> {
  const draft = `${path}.draft`;
  await rm(draft, { recursive: true, force: true });
  const blobs = join(draft, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  const layer = await layerOf(draft, blobs, options);
  const config = await blob(blobs, {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { User: options.user ?? '65532:65532', Entrypoint: options.entrypoint },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = await blob(blobs, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: CONFIG_TYPE, ...config },
    layers: [{ mediaType: LAYER_TYPE, ...layer }],
  });
  // containerd takes the name of an image from the first annotation, others from the second.
  const annotations = {
    'io.containerd.image.name': options.name,
    'org.opencontainers.image.ref.name': options.name.split(':').at(-1),
  };
  const manifests = [{ mediaType: MANIFEST_TYPE, ...manifest, annotations }];
  await writeFile(join(draft, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  await writeFile(join(draft, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await runCommand('tar', [...REPRODUCIBLE, '-C', draft, '-cf', path, 'oci-layout', 'index.json', 'blobs']);
  await rm(draft, { recursive: true });
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

async function layerOf(draft: string, blobs: string, { files }: ImageOptions): Promise<Descriptor> {
  const root = join(draft, 'root');
  await mkdir(root);
  for (const [inside, source] of Object.entries(files)) {
    const target = join(root, inside);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
    await chmod(target, 0o755);
  }
  const tar = join(draft, 'layer.tar');
  await runCommand('tar', [...REPRODUCIBLE, '--mode=0755', '-C', root, '-cf', tar, '.']);
  const sum = sha256(await readFile(tar));
  const { size } = await stat(tar);
  await rename(tar, join(blobs, sum));
  await rm(root, { recursive: true });
  return { digest: `sha256:${sum}`, size };
}

async function blob(blobs: string, content: unknown): Promise<Descriptor> {
  const text = JSON.stringify(content);
  const sum = sha256(Buffer.from(text));
  await writeFile(join(blobs, sum), text);
  return { digest: `sha256:${sum}`, size: Buffer.byteLength(text) };
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
