/**
 * Whether what pages and comments point at is there: links and anchors of Markdown, files named in Markdown and in comments of
 * code, examples that are taken from a file, decisions by number, threats by theirs. Nothing is fetched: links to other hosts are left alone.
 */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { root as workspace } from '../setup.mjs';
import { commentsOf } from './comments-of.ts';
import { exampleProblems } from './examples.ts';
import { anchorsOf, linksOf, pathsOf } from './pointers.ts';

/** Not read: made by machines, brought by npm, or data of tests. */
const SKIPPED = new Set(['node_modules', 'dist', 'gen', 'testdata', 'corpus', 'venv', '__pycache__']);
const CODE = /\.(?:[cm]?[jt]s|go|py|proto|ya?ml|sh)$|^(?:\.npmrc|\.gitignore|run)$/;

/** Names of documents that are not in the repository, and numbers without one: they say nothing to a reader. */
const NO_PAGE = /\bDESIGN\b|\bD\d{1,2}\b|\bW-[A-Z]\d+\b|\bspec\/[a-z-]+\.md\b/g;

/** A page that makes a provider, and may name what is in it. */
const MAKES = /^npx nx g @eso\/tools:provider (\S+)$/gm;

/**
 * Each pointer that leads nowhere, as `path:line what`, sorted by path.
 * @param root folder of the workspace; folders whose names begin with a dot are read as far as they hold `.ci` and `.github`
 * @throws what the file system answers
 */
export function linkProblems(root: string): string[] {
  const tops = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !SKIPPED.has(entry.name))
    .map(({ name }) => name);
  const files = filesIn(root, '').sort();
  const anchors = new Map<string, ReadonlySet<string>>();
  const anchorsIn = (path: string): ReadonlySet<string> => {
    const known = anchors.get(path) ?? anchorsOf(readFileSync(join(root, path), 'utf8'));
    anchors.set(path, known);
    return known;
  };

  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const page = file.endsWith('.md');
    const made = page ? [...text.matchAll(MAKES)].flatMap(([, name]) => name ?? []) : [];
    const problems = page ? linksOf(text).flatMap(({ line, target }) => linkProblem(file, line, target)) : [];
    if (page) problems.push(...exampleProblems(root, file, text));
    const starts = page && existsSync(join(root, dirname(file), 'package.json')) ? [...tops, 'src'] : tops;
    for (const { line, text: said } of page ? pathLines(text) : commentsOf(file, text)) {
      for (const path of pathsOf(said, starts))
        if (!isThere(path, file) && !isMade(path, made)) problems.push(`${file}:${line} no file ${path}`);
      problems.push(...numberProblems(said).map((problem) => `${file}:${line} ${problem}`));
    }
    return problems;
  });

  function linkProblem(file: string, line: number, target: string): string[] {
    const [path = '', anchor] = target.split('#');
    const to = path === '' ? file : posix.join(posix.dirname(file), decodeURIComponent(path));
    if (!existsSync(join(root, to))) return [`${file}:${line} no file ${to}`];
    if (anchor === undefined || !to.endsWith('.md') || anchorsIn(to).has(anchor)) return [];
    return [`${file}:${line} no heading #${anchor} in ${to}`];
  }

  /** A path counts from the root; in the page of a package one that begins with `src` counts from there. */
  function isThere(path: string, file: string): boolean {
    const from = /^src\b/.test(path) ? dirname(file) : '.';
    const full = posix.join(from, path);
    return full.includes('*') ? globSync(full, { cwd: root }).length > 0 : existsSync(join(root, full));
  }

  function numberProblems(said: string): string[] {
    const decisions = [...said.matchAll(/\bADR (\d{4})\b/g)].flatMap(([name, number]) =>
      globSync(`docs/adr/${String(number)}-*.md`, { cwd: root }).length > 0 ? [] : [`no ${name}`],
    );
    const threats = [...said.matchAll(/\bthreat[ -]model(?:\.md)?\s+(T\d+)/gi)].flatMap(([, number = '']) =>
      existsSync(join(root, 'docs/threat-model.md')) &&
      new RegExp(`^## ${number} `, 'm').test(readFileSync(join(root, 'docs/threat-model.md'), 'utf8'))
        ? []
        : [`no threat ${number} in docs/threat-model.md`],
    );
    return [...decisions, ...threats, ...[...said.matchAll(NO_PAGE)].map(([name]) => `${name} names no page`)];
  }
}

/** Whether a path is of a provider that the page itself makes; the test that follows the page sees whether it is there then. */
function isMade(path: string, made: readonly string[]): boolean {
  return made.some((name) =>
    [`apps/provider-${name}`, `charts/provider-${name}`].includes(path.split('/', 2).join('/')),
  );
}

/** Lines of a page as they are read for names of files: code blocks show what others have, and are left out. */
function pathLines(text: string): { line: number; text: string }[] {
  let fenced = false;
  return text.split('\n').flatMap((each, index) => {
    if (/^\s*(?:```|~~~)/.test(each)) {
      fenced = !fenced;
      return [];
    }
    return fenced || /^ {4}/.test(each) ? [] : [{ line: index + 1, text: each.replace(/\]\([^)]*\)/g, ']') }];
  });
}

function filesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      const hidden = entry.name.startsWith('.') && entry.name !== '.ci' && entry.name !== '.github';
      return hidden || SKIPPED.has(entry.name) ? [] : filesIn(root, path);
    }
    return entry.isFile() && (entry.name.endsWith('.md') || CODE.test(entry.name)) ? [path] : [];
  });
}

if (import.meta.main) {
  const problems = linkProblems(workspace);
  for (const problem of problems) console.error(problem);
  process.exit(problems.length === 0 ? 0 : 1);
}
