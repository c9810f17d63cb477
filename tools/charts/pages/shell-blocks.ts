/** The commands that a page gives its reader, for tests that run them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../setup.mjs';

/** One block of shell commands. */
export interface ShellBlock {
  /** Where its fence is: `docs/install.md:9`. */
  readonly at: string;
  /** The heading that it stands under, without its marks. */
  readonly heading: string;
  readonly commands: string;
  /** Why no test runs it, where the page says so: `<!-- not run: REASON -->` in the line before. */
  readonly notRun?: string;
}

const HEADING_OR_BLOCK = /^#{1,6} (.+)$|(?:^<!-- not run: ([^\n]+) -->\n)?^```sh\n([^]*?)^```$/gm;

/**
 * The blocks of a page that are marked as shell, in their order.
 * @param path below the root of the checkout
 * @throws Error when there is no such page
 */
export function shellBlocks(path: string): ShellBlock[] {
  const text = readFileSync(join(root, path), 'utf8');
  const blocks: ShellBlock[] = [];
  let heading = '';
  for (const { 1: title, 2: notRun, 3: commands, index } of text.matchAll(HEADING_OR_BLOCK)) {
    if (title !== undefined) heading = title;
    if (commands === undefined) continue;
    const at = `${path}:${text.slice(0, index).split('\n').length}`;
    blocks.push({ at, heading, commands: commands.trim(), ...(notRun !== undefined && { notRun }) });
  }
  return blocks;
}

/** The commands of the blocks under a heading, to be run. @throws Error where there are none */
export function commandsUnder(path: string, heading: string): string[] {
  const blocks = shellBlocks(path).filter((block) => block.heading === heading && block.notRun === undefined);
  if (blocks.length === 0) throw new Error(`${path} has no commands to run under "${heading}"`);
  return blocks.map(({ commands }) => commands);
}
