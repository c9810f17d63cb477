/** Which ids the titles of a test file carry, read off its source: what can be said without running anything. */
import ts from 'typescript';
import { idsIn } from './ids.ts';

/** A title with ids. */
export interface TaggedTitle {
  readonly title: string;
  readonly ids: readonly string[];
  /** Counted from 1. */
  readonly line: number;
  /** The test, or a block around it, is written as skipped or to do. */
  readonly skipped: boolean;
}

const BLOCKS = new Set(['describe', 'test', 'it', 'fdescribe', 'fit', 'xdescribe', 'xtest', 'xit']);

/** Titles with ids of one parsed test file; those of a table (`test.each`) are the texts in its rows, too. */
export function titlesIn(source: ts.SourceFile): TaggedTitle[] {
  const found: TaggedTitle[] = [];
  const visit = (node: ts.Node, skippedAround: boolean): void => {
    const block = ts.isCallExpression(node) ? blockOf(node) : undefined;
    const skipped = skippedAround || (block?.skipped ?? false);
    const texts = block ? block.texts.flatMap((part) => textsIn(part)) : [];
    // A title `… [%s]` takes its ids out of the table as they stand there.
    const bare = texts.some(({ text }) => /\[(?:%s|\$\w+)\]/.test(text));
    for (const text of texts) {
      const ids = idsIn(bare ? `[${text.text}] ${text.text}` : text.text);
      if (ids.length === 0) continue;
      const line = source.getLineAndCharacterOfPosition(text.getStart(source)).line + 1;
      found.push({ title: text.text, ids, line, skipped });
    }
    ts.forEachChild(node, (child) => visit(child, skipped));
  };
  visit(source, false);
  return found;
}

interface Block {
  /** Where texts of its title are: the title itself, and the table. */
  readonly texts: readonly ts.Node[];
  readonly skipped: boolean;
}

/** `test('…')`, `describe.skip('…')`, `test.each(table)('…')`, `` test.each`…`('…') ``. */
function blockOf({ expression, arguments: [title] }: ts.CallExpression): Block | undefined {
  let callee: ts.Node = expression;
  // The call of `each` itself: the one around it has the title.
  if (ts.isPropertyAccessExpression(callee) && callee.name.text === 'each') return undefined;
  const texts: ts.Node[] = title === undefined ? [] : [title];
  if (ts.isCallExpression(callee)) {
    texts.push(...callee.arguments.flatMap((table) => withConstants(table)));
    callee = callee.expression;
  } else if (ts.isTaggedTemplateExpression(callee)) callee = callee.tag;
  const words: string[] = [];
  while (ts.isPropertyAccessExpression(callee)) {
    words.push(callee.name.text);
    callee = callee.expression;
  }
  if (!ts.isIdentifier(callee) || !BLOCKS.has(callee.text)) return undefined;
  return { texts, skipped: callee.text.startsWith('x') || words.includes('skip') || words.includes('todo') };
}

/** A table, and every constant of the same file that it is made from: `ROWS.map((row) => [row, NAMES[row]])` has the texts of both. */
function withConstants(table: ts.Node): ts.Node[] {
  const constants = new Map<string, ts.Expression>();
  for (const statement of table.getSourceFile().statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations)
      if (initializer && ts.isIdentifier(name)) constants.set(name.text, initializer);
  }
  const found = new Set<ts.Node>([table]);
  const visit = (node: ts.Node): void => {
    const constant = ts.isIdentifier(node) ? constants.get(node.text) : undefined;
    if (constant && !found.has(constant)) {
      found.add(constant);
      visit(constant);
    }
    ts.forEachChild(node, visit);
  };
  visit(table);
  return [...found];
}

type Text = ts.StringLiteralLike | ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail;

/** Every text below a node, the pieces of a template each for itself. */
function textsIn(node: ts.Node): Text[] {
  const own = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  const below: Text[] = [];
  ts.forEachChild(node, (child) => void below.push(...textsIn(child)));
  return own ? [node, ...below] : below;
}
