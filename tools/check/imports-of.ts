/** What one source names in its imports, types told apart from values, found by its syntax alone. */
import ts from 'typescript';

/** `type`: gone when the program runs. `value`: loaded, also where only its side effects are wanted. */
export type ImportKind = 'type' | 'value';

/** One place where a source names another module: import, re-export, dynamic import, `import('…')` as a type. */
export interface ImportOf {
  /** As written: `./fuel.ts`, `@eso/api/contract`, `node:fs`. */
  readonly specifier: string;
  readonly kind: ImportKind;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * The imports of a text in its order. In JavaScript the types that JSDoc names count too.
 * @param path decides by its ending whether the text is read as TypeScript or as JavaScript
 */
export function importsOf(path: string, text: string): ImportOf[] {
  const { ParseAll, ParseNone } = ts.JSDocParsingMode;
  const jsDocParsingMode = /\.[cm]?js$/.test(path) ? ParseAll : ParseNone;
  return importsIn(ts.createSourceFile(path, text, { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode }));
}

/** The imports of a parsed source. `import { type A }` is a value: under `verbatimModuleSyntax` the module is loaded. */
export function importsIn(source: ts.SourceFile): ImportOf[] {
  const found: ImportOf[] = [];
  const add = (node: ts.Node | undefined, kind: ImportKind): void => {
    if (!node || !ts.isStringLiteralLike(node)) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push({ specifier: node.text, kind, line: line + 1 });
  };
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) add(statement.moduleSpecifier, kindOf(statement.importClause));
    else if (ts.isExportDeclaration(statement)) add(statement.moduleSpecifier, statement.isTypeOnly ? 'type' : 'value');
  }
  // Most sources have neither, and are not walked to the leaves.
  if (!/\bimport\s*\(|@import\b/.test(source.text)) return found;
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], 'value');
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'type');
    else if (ts.isJSDocImportTag(node)) add(node.moduleSpecifier, 'type');
    for (const comment of jsDocOf(node)) visit(comment);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function kindOf(clause: ts.ImportClause | undefined): ImportKind {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'value';
}

/** `forEachChild` leaves out the comments that belong to a node. */
function jsDocOf(node: ts.Node): readonly ts.Node[] {
  return (node as { readonly jsDoc?: readonly ts.Node[] }).jsDoc ?? [];
}
