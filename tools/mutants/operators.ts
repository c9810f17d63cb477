/** Small faults that could be written by mistake, found in a source by its syntax. */
import ts from 'typescript';

/** One fault: the text from `start` to `end` becomes `replacement`. */
export interface Mutant {
  /** Path from the root of the workspace. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  readonly original: string;
  readonly replacement: string;
}

type Edit = Omit<Mutant, 'file' | 'line' | 'original'>;

const FLIPPED: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.LessThanToken]: '<=',
  [ts.SyntaxKind.LessThanEqualsToken]: '<',
  [ts.SyntaxKind.GreaterThanToken]: '>=',
  [ts.SyntaxKind.GreaterThanEqualsToken]: '>',
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: '!==',
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: '===',
  [ts.SyntaxKind.AmpersandAmpersandToken]: '||',
  [ts.SyntaxKind.BarBarToken]: '&&',
};
const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/** Every fault that the operators find in a source, in the order of the text. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const codes = codesOf(source);
  const found: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    for (const edit of editsOf(node, source, codes)) {
      const original = text.slice(edit.start, edit.end);
      if (original === edit.replacement) continue;
      const line = source.getLineAndCharacterOfPosition(edit.start).line + 1;
      found.push({ file, line, original, ...edit });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.sort((a, b) => a.start - b.start || a.end - b.end || (a.operator < b.operator ? -1 : 1));
}

function editsOf(node: ts.Node, source: ts.SourceFile, codes: readonly string[]): Edit[] {
  const whole = { start: node.getStart(source), end: node.getEnd() };
  const text = (part: ts.Node): string => part.getText(source);
  if (ts.isBinaryExpression(node)) return binary(node, source);
  if (ts.isIfStatement(node)) {
    const { expression, thenStatement, elseStatement } = node;
    const condition = { start: expression.getStart(source), end: expression.getEnd() };
    return [
      { operator: 'negated condition', ...condition, replacement: `!(${text(expression)})` },
      ...(elseStatement || !leaves(thenStatement) ? [] : [{ operator: 'dropped guard', ...whole, replacement: ';' }]),
    ];
  }
  if (ts.isConditionalExpression(node)) {
    const replacement = `${text(node.condition)} ? ${text(node.whenFalse)} : ${text(node.whenTrue)}`;
    return [{ operator: 'swapped branches', ...whole, replacement }];
  }
  if (ts.isExpressionStatement(node) && isEffect(node.expression, source))
    return [{ operator: 'dropped call', ...whole, replacement: ';' }];
  if ((ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) && isOption(node))
    return [{ operator: 'dropped option', ...withComma(node, source), replacement: '' }];
  if (ts.isNumericLiteral(node)) return number(node, whole);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [{ operator: 'boolean', ...whole, replacement: 'false' }];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [{ operator: 'boolean', ...whole, replacement: 'true' }];
  if (ts.isStringLiteral(node) && CODE.test(node.text)) {
    const other = codes[(codes.indexOf(node.text) + 1) % codes.length];
    return other === undefined ? [] : [{ operator: 'swapped code', ...whole, replacement: `'${other}'` }];
  }
  return [];
}

function binary({ operatorToken, right }: ts.BinaryExpression, source: ts.SourceFile): Edit[] {
  const token = { start: operatorToken.getStart(source), end: operatorToken.getEnd() };
  const flipped = FLIPPED[operatorToken.kind];
  if (flipped !== undefined) return [{ operator: 'flipped operator', ...token, replacement: flipped }];
  if (operatorToken.kind !== ts.SyntaxKind.QuestionQuestionToken) return [];
  const start = operatorToken.parent.getStart(source);
  return [{ operator: 'default always', start, end: right.getEnd(), replacement: `(${right.getText(source)})` }];
}

/** 0 becomes 1, what counts something one more, what is a time or a size nothing. */
function number(node: ts.NumericLiteral, whole: { start: number; end: number }): Edit[] {
  const value = Number(node.text.replaceAll('_', ''));
  if (!Number.isFinite(value)) return [];
  return [{ operator: 'number', ...whole, replacement: value < 10 ? String(value + 1) : '0' }];
}

/** Whether a branch always leaves: a guard. */
function leaves(statement: ts.Statement): boolean {
  if (ts.isBlock(statement)) {
    const last = statement.statements.at(-1);
    return last !== undefined && leaves(last);
  }
  return (
    ts.isReturnStatement(statement) ||
    ts.isThrowStatement(statement) ||
    ts.isContinueStatement(statement) ||
    ts.isBreakStatement(statement)
  );
}

/** A call for its effect. What is only written into a log is no behaviour that a test should hold. */
function isEffect(expression: ts.Expression, source: ts.SourceFile): boolean {
  const inner =
    ts.isAwaitExpression(expression) || ts.isVoidExpression(expression) ? expression.expression : expression;
  if (!ts.isCallExpression(inner)) return false;
  const called = inner.expression.getText(source);
  return called !== 'super' && !/(?:^|\.|#)logger\.\w+$/.test(called);
}

/** A property of an object that is handed to a call. */
function isOption(node: ts.ObjectLiteralElementLike): boolean {
  const { parent } = node.parent;
  return (
    (ts.isCallExpression(parent) || ts.isNewExpression(parent)) && !/logger\.\w+$/.test(parent.expression.getText())
  );
}

function withComma(node: ts.Node, source: ts.SourceFile): { start: number; end: number } {
  const end = node.getEnd();
  const comma = /^\s*,/.exec(source.text.slice(end));
  return { start: node.getStart(source), end: end + (comma?.[0].length ?? 0) };
}

function codesOf(source: ts.SourceFile): string[] {
  const codes = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && CODE.test(node.text)) codes.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...codes];
}

/** The source with the fault in it. */
export function applied(mutant: Mutant, text: string): string {
  return text.slice(0, mutant.start) + mutant.replacement + text.slice(mutant.end);
}

/** Whether the source is still one: a fault that does not even parse is no fault that anybody ships. */
export function parses(file: string, text: string): boolean {
  const { diagnostics = [] } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  });
  return diagnostics.length === 0;
}
