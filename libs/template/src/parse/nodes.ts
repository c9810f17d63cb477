import type { GoComplex } from '../value/values.ts';

/** The parse tree. Positions are byte offsets in the text of the tree that a node belongs to. */
export type Node =
  TextNode | ActionNode | BranchNode | TemplateNode | JumpNode | CommandNode | ListNode | EndNode | ElseNode | Operand;

/** What can be an argument or the first word of a command. */
export type Operand =
  | IdentifierNode
  | VariableNode
  | DotNode
  | NilNode
  | FieldNode
  | ChainNode
  | BoolNode
  | NumberNode
  | StringNode
  | PipeNode;

/** A run of nodes: a whole template, or a branch of it. */
export interface ListNode {
  readonly kind: 'list';
  readonly position: number;
  readonly nodes: Node[];
}

/** Text outside of actions, written as it is. */
export interface TextNode {
  readonly kind: 'text';
  readonly position: number;
  readonly text: string;
}

/** `{{pipe}}`: its value is printed, unless it assigns. */
export interface ActionNode {
  readonly kind: 'action';
  readonly position: number;
  readonly pipe: PipeNode;
}

/** `{{if}}`, `{{with}}` or `{{range}}` up to its `{{end}}`. */
export interface BranchNode {
  readonly kind: 'if' | 'with' | 'range';
  readonly position: number;
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}

/** `{{template "name" pipe}}`. */
export interface TemplateNode {
  readonly kind: 'template';
  readonly position: number;
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

/** `{{break}}` or `{{continue}}`. */
export interface JumpNode {
  readonly kind: 'break' | 'continue';
  readonly position: number;
}

/** `{{end}}`; only the parser sees it. */
export interface EndNode {
  readonly kind: 'end';
  readonly position: number;
}

/** `{{else}}`; only the parser sees it. */
export interface ElseNode {
  readonly kind: 'else';
  readonly position: number;
}

/** Commands joined by `|`, with the variables that take the result. */
export interface PipeNode {
  readonly kind: 'pipe';
  readonly position: number;
  isAssign: boolean;
  readonly declarations: VariableNode[];
  readonly commands: CommandNode[];
}

/** A function, method or value with its arguments. */
export interface CommandNode {
  readonly kind: 'command';
  readonly position: number;
  /** At least one. */
  readonly args: readonly [Operand, ...Operand[]];
}

/** The name of a function. */
export interface IdentifierNode {
  readonly kind: 'identifier';
  readonly position: number;
  readonly name: string;
}

/** `$x`, with fields behind it. */
export interface VariableNode {
  readonly kind: 'variable';
  readonly position: number;
  /** With its dollar sign. */
  readonly name: string;
  readonly fields: readonly string[];
}

/** `.`, the current data. */
export interface DotNode {
  readonly kind: 'dot';
  readonly position: number;
}

/** The constant `nil`. */
export interface NilNode {
  readonly kind: 'nil';
  readonly position: number;
}

/** `.a.b`, fields of the current data. */
export interface FieldNode {
  readonly kind: 'field';
  readonly position: number;
  readonly fields: readonly string[];
}

/** `(pipe).a.b`, fields of an operand. */
export interface ChainNode {
  readonly kind: 'chain';
  readonly position: number;
  readonly node: Operand;
  readonly fields: readonly string[];
}

/** `true` or `false`. */
export interface BoolNode {
  readonly kind: 'bool';
  readonly position: number;
  readonly value: boolean;
}

/** A constant. A form that the constant does not have is undefined. */
export interface NumberNode {
  readonly kind: 'number';
  readonly position: number;
  readonly text: string;
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  readonly complex: GoComplex | undefined;
}

/** A text in quotes or backquotes. */
export interface StringNode {
  readonly kind: 'string';
  readonly position: number;
  /** As it stands in the source. */
  readonly quoted: string;
  readonly text: string;
}

/** One template: the root of a text, or one of its `define` and `block` parts. */
export interface Tree {
  readonly name: string;
  /** The name that messages show: that of the whole text. */
  readonly parseName: string;
  /** The whole text, to which positions refer. */
  readonly text: string;
  readonly root: ListNode;
}
