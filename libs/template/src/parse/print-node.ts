import type { PublicText } from '../value/public-text.ts';
import { authored } from '../value/public-text.ts';
import { quote as quoteName } from '../strconv/quote.ts';
import type { CommandNode, Node, PipeNode } from './nodes.ts';

/** A node as source text, the form in which messages show it. */
export function printNode(node: Node): string {
  switch (node.kind) {
    case 'list':
      return node.nodes.map(printNode).join('');
    case 'text':
      return node.text;
    case 'action':
      return `{{${printPipe(node.pipe)}}}`;
    case 'if':
    case 'with':
    case 'range': {
      const otherwise = node.elseList === undefined ? '' : `{{else}}${printNode(node.elseList)}`;
      return `{{${node.kind} ${printPipe(node.pipe)}}}${printNode(node.list)}${otherwise}{{end}}`;
    }
    case 'template':
      return `{{template ${quoteName(node.name)}${node.pipe === undefined ? '' : ` ${printPipe(node.pipe)}`}}}`;
    case 'break':
    case 'continue':
    case 'end':
    case 'else':
      return `{{${node.kind}}}`;
    case 'command':
      return printCommand(node);
    case 'pipe':
      return printPipe(node);
    case 'identifier':
      return node.name;
    case 'variable':
      return [node.name, ...node.fields].join('.');
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'field':
      return node.fields.map((field) => `.${field}`).join('');
    case 'chain': {
      const inner = printNode(node.node);
      return (node.node.kind === 'pipe' ? `(${inner})` : inner) + node.fields.map((field) => `.${field}`).join('');
    }
    case 'bool':
      return node.value ? 'true' : 'false';
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
  }
}

function printPipe(pipe: PipeNode): string {
  const commands = pipe.commands.map(printCommand).join(' | ');
  if (pipe.declarations.length === 0) return commands;
  return `${pipe.declarations.map(printNode).join(', ')} ${pipe.isAssign ? '=' : ':='} ${commands}`;
}

function printCommand(command: CommandNode): string {
  return command.args.map((arg) => (arg.kind === 'pipe' ? `(${printPipe(arg)})` : printNode(arg))).join(' ');
}

/** The same as something that may be shown: it is the author's own text. */
export function sourceOf(node: Node): PublicText {
  return authored(printNode(node));
}
