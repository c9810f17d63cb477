/** How long the functions of one source are. */
import ts from 'typescript';

/** A function, method, accessor or constructor with a body. */
export interface FunctionOf {
  /** `Pool.acquire`, `readFlags`; `a function` where nothing gives it a name. */
  readonly name: string;
  /** First line, counted from 1; the comment before it does not count. */
  readonly line: number;
  /** Lines from its first to its last, what is nested in it included. */
  readonly lines: number;
}

/** Every function of a parsed source, in its order; those inside of others too. */
export function functionsIn(source: ts.SourceFile): FunctionOf[] {
  const found: FunctionOf[] = [];
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const line = lineOf(node.getStart(source));
      found.push({ name: nameOf(node, source), line, lines: lineOf(node.end) - line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function nameOf(node: ts.SignatureDeclaration, source: ts.SourceFile): string {
  if (ts.isConstructorDeclaration(node)) return `${classOf(node)}constructor`;
  if (node.name) return `${classOf(node)}${node.name.getText(source)}`;
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText(source);
  if (ts.isPropertyDeclaration(parent)) return `${classOf(parent)}${parent.name.getText(source)}`;
  return 'a function';
}

function classOf({ parent }: ts.Node): string {
  return ts.isClassLike(parent) ? `${parent.name?.text ?? 'class'}.` : '';
}
