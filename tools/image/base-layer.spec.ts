import { BASE_PACKAGES, CA_BUNDLE, select, withBundle } from './base-layer.ts';
import { baseLock, packagesFor } from './base-lock.ts';
import { PLATFORMS } from './platforms.ts';
import type { TarEntry } from './tar.ts';

const file = (path: string, content = ''): TarEntry => ({
  kind: 'file',
  path,
  content: Buffer.from(content),
  executable: false,
});

test('the lock has every package of the base layer once for each platform, by its content', () => {
  for (const platform of PLATFORMS) {
    const locked = packagesFor(baseLock(), platform);
    expect(locked.map(({ package: name }) => name).sort()).toEqual([...BASE_PACKAGES].sort());
    for (const { sha256 } of locked) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  }
});

test('of a package only what is named is taken, for its platform', () => {
  const [, arm64] = PLATFORMS;
  const wanted = [
    'usr/lib/aarch64-linux-gnu/libatomic.so.1',
    'usr/lib/aarch64-linux-gnu/libatomic.so.1.2.0',
    'usr/share/doc/libatomic1',
  ];
  const contents = [...wanted, 'usr/bin/something', 'usr/lib/x86_64-linux-gnu/libatomic.so.1'].map((path) =>
    file(path),
  );
  expect(select('libatomic1', contents, arm64).map(({ path }) => path)).toEqual(wanted);
});

test('a package that is laid out in another way is refused with the pattern that nothing matches', () => {
  const contents = [file('usr/share/doc/tzdata/copyright')];
  expect(() => select('tzdata', contents, PLATFORMS[0])).toThrow(
    /^tzdata for amd64 has nothing that matches usr\/share\/zoneinfo/,
  );
});

test('certificates become one file, in the order of their names', () => {
  const entries = ['b', 'a'].map((name) => file(`usr/share/ca-certificates/mozilla/${name}.crt`, `cert ${name}\n`));
  const [kept, bundle] = withBundle([...entries, file('etc/passwd')]);
  expect(kept?.path).toBe('etc/passwd');
  expect(bundle).toMatchObject({ path: CA_BUNDLE, content: Buffer.from('cert a\ncert b\n') });
});
