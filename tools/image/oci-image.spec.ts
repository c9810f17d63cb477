import { blobOf } from './layer.ts';
import { qualified } from './oci-archive.ts';
import { archiveOf } from './oci-image.ts';
import { readTar } from './tar.ts';

test.each([
  ['external-secrets/core:0.1.0', 'docker.io/external-secrets/core:0.1.0'],
  ['core:0.1.0', 'docker.io/library/core:0.1.0'],
  ['registry.example.org/eso/core:0.1.0', 'registry.example.org/eso/core:0.1.0'],
  ['registry:5000/core:0.1.0', 'registry:5000/core:0.1.0'],
  ['localhost/core:0.1.0', 'localhost/core:0.1.0'],
])('a node knows %s as %s', (name, known) => {
  expect(qualified(name)).toBe(known);
});

test('containerd imports an archive under the name that a node knows, others under its own', async () => {
  const archive = await archiveOf({ index: blobOf(Buffer.from('{}')), platforms: [] }, 'external-secrets/core:0.1.0');
  const index = (await readTar(archive)).find(({ path }) => path === 'index.json');
  if (index?.kind !== 'file') throw new Error('the archive has no index.json');
  expect(JSON.parse(index.content.toString())).toMatchObject({
    manifests: [
      {
        annotations: {
          'io.containerd.image.name': 'docker.io/external-secrets/core:0.1.0',
          'org.opencontainers.image.ref.name': 'external-secrets/core:0.1.0',
        },
      },
    ],
  });
});
