import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { readTar, type TarEntry, writeTar } from './tar.ts';

const file = (path: string, content: string, executable = false): TarEntry => ({
  kind: 'file',
  path,
  content: Buffer.from(content),
  executable,
});
const link: TarEntry = { kind: 'symlink', path: 'usr/lib/b.so', target: 'b.so.1' };

test('what is written is read again, in the order of its paths', async () => {
  const entries = [link, file('usr/bin/a', 'program', true), file('etc/passwd', 'root')];
  const read = await readTar(await writeTar(entries));
  expect(read).toEqual([entries[2], entries[1], entries[0]]);
});

test('the bytes do not depend on the order of the entries, and say no time and no owner', async () => {
  const entries = [file('b', '2'), file('a/c', '1'), link];
  const archive = await writeTar(entries);
  expect((await writeTar([...entries].reverse())).equals(archive)).toBe(true);
  const zeros = /^[0 \0]+$/;
  for (const [from, to] of [[108, 116], [116, 124], [136, 148]]) expect(archive.toString('latin1', from, to)).toMatch(zeros); // prettier-ignore
});

test('folders above a file are there once, before it, and may be written by root alone', async () => {
  const archive = (await writeTar([file('a/b/c', ''), file('a/d', '')])).toString('latin1');
  expect(
    [...archive.matchAll(/(a\/(?:[bd]\/?)?(?:c)?)\0+0*([0-7]{3}) \0/g)].map(([, path, mode]) => [path, mode]),
  ).toEqual([
    ['a/', '755'],
    ['a/b/', '755'],
    ['a/b/c', '644'],
    ['a/d', '644'],
  ]);
});

test('a path that stands twice is refused', async () => {
  await expect(writeTar([file('a', '1'), file('a', '2')])).rejects.toThrow('a stands twice in one archive');
});

test('a hard link is the file that it links to, and folders and devices are left out', async () => {
  const archive = pack();
  archive.entry({ name: './zone/', type: 'directory' });
  archive.entry({ name: './zone/UTC', mode: 0o644 }, 'TZif');
  archive.entry({ name: './zone/Zulu', type: 'link', linkname: './zone/UTC' });
  archive.entry({ name: './dev/null', type: 'character-device' });
  archive.finalize();
  expect(await readTar(await buffer(archive))).toEqual([file('zone/UTC', 'TZif'), file('zone/Zulu', 'TZif')]);
});

test('a path that leads out of the archive is refused', async () => {
  const archive = pack();
  archive.entry({ name: 'a/../../etc/passwd' }, 'root');
  archive.finalize();
  await expect(readTar(await buffer(archive))).rejects.toThrow('leads out of it');
});
