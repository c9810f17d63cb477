import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followGuide, guideSteps } from '../support/guide.ts';

const folder = mkdtempSync(join(tmpdir(), 'guide-'));
afterAll(() => rmSync(folder, { recursive: true }));

const block = (language: string, text: string, mark?: string): string =>
  `${mark === undefined ? '' : `<!-- ${mark} -->\n`}\`\`\`${language}\n${text}\n\`\`\`\n`;

test('files are written and commands are run, in the order of the page', async () => {
  const page = `Words.\n\n${block('ts', 'export {};', 'file: src/a.ts')}\n${block('sh', 'cat src/a.ts > b\ncp b c')}\n`;
  const times = await followGuide(guideSteps(page), folder);
  expect(readFileSync(join(folder, 'c'), 'utf8')).toBe('export {};\n');
  expect(times).toEqual([{ command: 'cat src/a.ts > b\ncp b c', seconds: expect.any(Number) as number }]);
});

test.each([
  [block('ts', 'export {};')],
  [block('yaml', 'a: 1')],
  [block('', 'words')],
  [block('sh', 'true', 'not run')],
])('a block that nothing runs is refused: %j', (text) => {
  expect(() => guideSteps(`one\ntwo\n${text}`)).toThrow('the block in line 3 is run by nothing');
});

test('a command that fails, and one that was to fail, are told with their line', async () => {
  await expect(followGuide(guideSteps(`\n${block('sh', 'echo why; false; true')}`), folder)).rejects.toThrow(
    /line 2, .* failed:\nwhy/,
  );
  await expect(followGuide(guideSteps(block('sh', 'true', 'fails')), folder)).rejects.toThrow('was to fail');
  expect(await followGuide(guideSteps(block('sh', 'false', 'fails')), folder)).toHaveLength(1);
});
