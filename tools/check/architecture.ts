/**
 * The picture of the house in docs/architecture.md, drawn from the imports of the programs. Without an argument it is
 * written anew; with `--check` it is compared, and a difference ends the process with 1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root as workspace } from '../setup.mjs';
import { type ImportGraph, importGraph, type PackageEdge, packageEdges } from './import-graph.ts';

/** The page, from the root of the workspace. */
export const PAGE = 'docs/architecture.md';

const BEGIN = '<!-- drawn by tools/check/architecture.ts: begin -->';
const END = '<!-- drawn by tools/check/architecture.ts: end -->';
/** Folders with programs and what they are made of; tools and tests may import what they like. */
const DRAWN = /^(?:apps|libs)\//;

/**
 * A diagram in Mermaid and a table of the same, sorted, so that equal imports give equal text. The diagram leaves out an arrow
 * that others imply; the table has them all.
 */
export function drawArchitecture(graph: ImportGraph): string {
  const edges = packageEdges(graph).filter(({ from, to }) => DRAWN.test(from) && DRAWN.test(to));
  const packages = [...new Set(graph.modules.flatMap((each) => (each.test ? [] : [each.package])))]
    .filter((folder) => DRAWN.test(folder))
    .sort();
  const nodes = packages.map((folder) => `  ${idOf(folder)}[${folder}]`);
  const arrows = withoutImplied(edges).map(({ from, to, kind }) => `  ${idOf(from)} ${ARROWS[kind]} ${idOf(to)}`);
  const rows = packages.map((folder) => {
    const names = edges.filter(({ from }) => from === folder).map(({ to, kind }) => (kind === 'type' ? `*${to}*` : to));
    return `| ${folder} | ${names.join(', ') || '–'} |`;
  });
  return [
    '```mermaid',
    'flowchart TD',
    ...nodes,
    ...arrows,
    '```',
    '',
    '| Package | imports (*types only*) |',
    '| --- | --- |',
    ...rows,
  ].join('\n');
}

/** A page with the picture between its marks, everything else as it was. @throws Error when the page has no marks. */
export function withPicture(page: string, picture: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} lacks the lines between which the picture stands: ${BEGIN}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${picture}\n\n${page.slice(end)}`;
}

/**
 * What the page says otherwise than the imports do: nothing where it is up to date.
 * @param root folder of the workspace
 * @throws Error when the page has no marks, and what the file system answers
 */
export function architectureProblems(root: string): string[] {
  const page = readFileSync(join(root, PAGE), 'utf8');
  const wanted = withPicture(page, drawArchitecture(importGraph(root)));
  if (page === wanted) return [];
  const [before, after] = [linesOf(page), linesOf(wanted)];
  return [
    ...[...after].filter((line) => !before.has(line)).map((line) => `${PAGE} lacks "${line.trim()}"`),
    ...[...before].filter((line) => !after.has(line)).map((line) => `${PAGE} has "${line.trim()}"`),
    'draw it anew: node --conditions=@eso/source tools/check/architecture.ts',
  ];
}

const ARROWS = { value: '-->', type: '-.->' } as const;

const idOf = (folder: string): string => folder.replace(/\W/g, '_');
const linesOf = (text: string): Set<string> => new Set(text.split('\n'));

/** The edges without which something could not be reached any more. Types alone imply nothing. */
function withoutImplied(edges: readonly PackageEdge[]): PackageEdge[] {
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    edges.some((edge) => {
      if (edge.from !== from || edge.kind === 'type' || seen.has(edge.to)) return false;
      seen.add(edge.to);
      return edge.to === to || reaches(edge.to, to, seen);
    });
  return edges.filter(
    ({ from, to }) =>
      !edges.some(
        (edge) => edge.from === from && edge.to !== to && edge.kind === 'value' && reaches(edge.to, to, new Set()),
      ),
  );
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  if (values.check) {
    const problems = architectureProblems(workspace);
    for (const problem of problems) console.error(problem);
    process.exit(problems.length === 0 ? 0 : 1);
  }
  const path = join(workspace, PAGE);
  writeFileSync(path, withPicture(readFileSync(path, 'utf8'), drawArchitecture(importGraph(workspace))));
}
