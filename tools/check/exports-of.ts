/** What one source declares and exports under a name, and whether a comment says what it is. */
import ts from 'typescript';

/** One exported name that is declared in this source. What is only passed on from another module is none. */
export interface ExportOf {
  readonly name: string;
  /** Counted from 1. */
  readonly line: number;
  /** A comment of the form of JSDoc stands before one of its declarations. */
  readonly documented: boolean;
}

/**
 * The exported declarations of a parsed source, in its order, each name once: an interface and a constant of one name, or the
 * overloads of a function, are one thing. A default export has no name that another could share, and is left out.
 */
export function exportsIn(source: ts.SourceFile): ExportOf[] {
  const listed = listedExports(source);
  const found = new Map<string, ExportOf>();
  for (const statement of source.statements) {
    const exported = ts.canHaveModifiers(statement) && hasExport(statement);
    const documented = ts.getJSDocCommentsAndTags(statement).some((node) => ts.isJSDoc(node));
    for (const node of namesDeclaredBy(statement)) {
      const name = exported ? node.text : listed.get(node.text);
      if (name === undefined) continue;
      const before = found.get(name);
      const line = before?.line ?? source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      found.set(name, { name, line, documented: documented || (before?.documented ?? false) });
    }
  }
  return [...found.values()];
}

/** `export { local as name }`: local name to exported name. */
function listedExports(source: ts.SourceFile): Map<string, string> {
  const listed = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier) continue;
    if (!statement.exportClause || !ts.isNamedExports(statement.exportClause)) continue;
    for (const { name, propertyName } of statement.exportClause.elements)
      listed.set((propertyName ?? name).text, name.text);
  }
  return listed;
}

function hasExport(statement: ts.HasModifiers): boolean {
  const kinds = new Set(statement.modifiers?.map(({ kind }) => kind));
  return kinds.has(ts.SyntaxKind.ExportKeyword) && !kinds.has(ts.SyntaxKind.DefaultKeyword);
}

function namesDeclaredBy(statement: ts.Statement): ts.Identifier[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => namesInBinding(name));
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  )
    return statement.name ? [statement.name] : [];
  return [];
}

function namesInBinding(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : namesInBinding(element.name)));
}
