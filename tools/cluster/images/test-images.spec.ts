import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '@eso/control-plane/command.mjs';
import { IMAGES, writeTestImages } from './test-images.ts';

const dir = mkdtempSync(join(tmpdir(), 'oci-archive-'));
afterAll(() => rmSync(dir, { recursive: true }));

for (const program of Object.keys(IMAGES)) writeFileSync(join(dir, program), 'the program', { mode: 0o600 });

/** Path of the archive with the program `probe`. */
async function write(folder: string): Promise<string> {
  const paths = await writeTestImages(join(dir, folder), dir);
  return paths.find((path) => path.endsWith('/probe.tar')) ?? 'no archive of probe';
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

describe('the archive of an image of tests', () => {
  test('names its image, and each blob by its digest and size', async () => {
    const unpacked = join(dir, 'unpacked');
    mkdirSync(unpacked);
    await runCommand('tar', ['-C', unpacked, '-xf', await write('one')]);
    const json = (path: string): unknown => JSON.parse(readFileSync(join(unpacked, path), 'utf8'));
    const blobOf = ({ digest, size }: Descriptor): string => {
      const path = join('blobs', digest.replace(':', '/'));
      const content = readFileSync(join(unpacked, path));
      expect([`sha256:${createHash('sha256').update(content).digest('hex')}`, content.length]).toEqual([digest, size]);
      return path;
    };
    expect(json('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
    const { manifests } = json('index.json') as {
      readonly manifests: readonly [Descriptor & { readonly annotations: Readonly<Record<string, string>> }];
    };
    expect(manifests[0].annotations['io.containerd.image.name']).toBe('eso.test/probe:1');
    const manifest = json(blobOf(manifests[0])) as {
      readonly config: Descriptor;
      readonly layers: readonly [Descriptor];
    };
    expect(json(blobOf(manifest.config))).toMatchObject({
      os: 'linux',
      config: { User: '65532:65532', Entrypoint: ['/probe'] },
      rootfs: { type: 'layers', diff_ids: [manifest.layers[0].digest] },
    });
    const listing = await runCommand('tar', ['-tvf', join(unpacked, blobOf(manifest.layers[0]))]);
    expect(listing).toMatch(/^-rwxr-xr-x 0\/0 +11 .* probe$/m);
  });

  test('is the same, whenever it is written', async () => {
    const first = readFileSync(await write('first'));
    utimesSync(join(dir, 'probe'), 1, 1);
    expect(readFileSync(await write('second')).equals(first)).toBe(true);
  });
});
