/** Everything that pages say and that can be looked up: pointers, examples, the picture of the house, what is published. */
import { root as workspace } from '../setup.mjs';
import { architectureProblems } from './architecture.ts';
import { linkProblems } from './links.ts';
import { publishProblems } from './publishable.ts';

/**
 * What is not as the pages say; nothing where all is.
 * @param root folder of the workspace
 * @throws what the file system answers, and Error where docs/architecture.md has no place for the picture
 */
export function pageProblems(root: string): string[] {
  return [...linkProblems(root), ...architectureProblems(root), ...publishProblems(root)];
}

if (import.meta.main) {
  const problems = pageProblems(workspace);
  for (const problem of problems) console.error(problem);
  process.exit(problems.length === 0 ? 0 : 1);
}
