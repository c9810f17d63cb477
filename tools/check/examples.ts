/** Examples in pages that are taken from a file: they stand there as they are shown. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TAKEN = /<!-- taken from (\S+) -->\n```\w*\n([^]*?)\n```/g;

/**
 * Each example whose lines are not in the file that it names, one after the other, whatever their indentation.
 * @param root folder of the workspace
 * @param page path of the page, for what is said
 * @throws what the file system answers
 */
export function exampleProblems(root: string, page: string, text: string): string[] {
  return [...text.matchAll(TAKEN)].flatMap(([, path = '', example = '']) => {
    if (!existsSync(join(root, path))) return [`${page} takes an example from ${path}, which is not there`];
    const stands = outdented(readFileSync(join(root, path), 'utf8')).includes(outdented(example));
    return stands ? [] : [`${page} shows what does not stand in ${path} any more: ${example.split('\n')[0] ?? ''}`];
  });
}

/** Without the space around lines; a line break at both ends, so that only whole lines are found. */
function outdented(text: string): string {
  return `\n${text
    .split('\n')
    .map((line) => line.trim())
    .join('\n')}\n`;
}
