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

export interface ListNode {
  readonly kind: 'list';
  readonly position: number;
  readonly nodes: Node[];
}

export interface TextNode {
  readonly kind: 'text';
  readonly position: number;
  readonly text: string;
}

export interface ActionNode {
  readonly kind: 'action';
  readonly position: number;
  readonly pipe: PipeNode;
}

export interface BranchNode {
  readonly kind: 'if' | 'with' | 'range';
  readonly position: number;
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}

export interface TemplateNode {
  readonly kind: 'template';
  readonly position: number;
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

export interface JumpNode {
  readonly kind: 'break' | 'continue';
  readonly position: number;
}

export interface EndNode {
  readonly kind: 'end';
  readonly position: number;
}

export interface ElseNode {
  readonly kind: 'else';
  readonly position: number;
}

export interface PipeNode {
  readonly kind: 'pipe';
  readonly position: number;
  isAssign: boolean;
  readonly declarations: VariableNode[];
  readonly commands: CommandNode[];
}

export interface CommandNode {
  readonly kind: 'command';
  readonly position: number;
  /** At least one. */
  readonly args: readonly [Operand, ...Operand[]];
}

export interface IdentifierNode {
  readonly kind: 'identifier';
  readonly position: number;
  readonly name: string;
}

export interface VariableNode {
  readonly kind: 'variable';
  readonly position: number;
  /** With its dollar sign. */
  readonly name: string;
  readonly fields: readonly string[];
}

export interface DotNode {
  readonly kind: 'dot';
  readonly position: number;
}

export interface NilNode {
  readonly kind: 'nil';
  readonly position: number;
}

export interface FieldNode {
  readonly kind: 'field';
  readonly position: number;
  readonly fields: readonly string[];
}

export interface ChainNode {
  readonly kind: 'chain';
  readonly position: number;
  readonly node: Operand;
  readonly fields: readonly string[];
}

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
