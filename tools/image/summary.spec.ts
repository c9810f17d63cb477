import { MOST_BYTES, oversizes, pulledBytes, type Summary } from './summary.ts';

const summary = (base: number, own: number): Summary => ({
  name: 'external-secrets/x:1.0.0',
  digest: 'sha256:0',
  platforms: [
    {
      architecture: 'amd64',
      digest: 'sha256:1',
      layers: [
        { title: 'base', digest: 'sha256:2', bytes: base },
        { title: 'x', digest: 'sha256:3', bytes: own },
      ],
    },
  ],
});

test('an image at its bounds is taken', () => {
  const largest = summary(MOST_BYTES.image - MOST_BYTES.own, MOST_BYTES.own);
  expect(pulledBytes(largest.platforms[0]!)).toBe(MOST_BYTES.image);
  expect(oversizes(largest)).toEqual([]);
});

test('a byte more in all, or of its own, is said with both figures', () => {
  expect(oversizes(summary(MOST_BYTES.image - 1, 2))).toEqual([
    'external-secrets/x:1.0.0 for amd64 has 60000001 bytes, and may have 60000000',
  ]);
  expect(oversizes(summary(1, MOST_BYTES.own + 1))).toEqual([
    'external-secrets/x:1.0.0 for amd64 has 2000001 bytes of its own, and may have 2000000',
  ]);
});
