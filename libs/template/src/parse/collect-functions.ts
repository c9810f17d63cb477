import type { Node } from './nodes.ts';
import type { TreeSet } from './parser.ts';

function collect(node: Node, names: Set<string>): void {
  switch (node.kind) {
    case 'list':
      for (const child of node.nodes) collect(child, names);
      return;
    case 'action':
      collect(node.pipe, names);
      return;
    case 'if':
    case 'with':
    case 'range':
      collect(node.pipe, names);
      collect(node.list, names);
      if (node.elseList !== undefined) collect(node.elseList, names);
      return;
    case 'template':
      if (node.pipe !== undefined) collect(node.pipe, names);
      return;
    case 'pipe':
      for (const command of node.commands) collect(command, names);
      return;
    case 'command':
      for (const arg of node.args) collect(arg, names);
      return;
    case 'chain':
      collect(node.node, names);
      return;
    case 'identifier':
      names.add(node.name);
      return;
    case 'text':
    case 'break':
    case 'continue':
    case 'end':
    case 'else':
    case 'variable':
    case 'dot':
    case 'nil':
    case 'field':
    case 'bool':
    case 'number':
    case 'string':
      return;
  }
}

/** The names of all functions that the templates of a text call. */
export function collectFunctions(trees: TreeSet): Set<string> {
  const names = new Set<string>();
  for (const tree of trees.values()) collect(tree.root, names);
  return names;
}
