import type { Node } from './nodes.ts';
import type { TreeSet } from './parser.ts';

function collect(node: Node, survey: { readonly functions: Set<string>; nodes: number }): void {
  survey.nodes++;
  switch (node.kind) {
    case 'list':
      for (const child of node.nodes) collect(child, survey);
      return;
    case 'action':
      collect(node.pipe, survey);
      return;
    case 'if':
    case 'with':
    case 'range':
      collect(node.pipe, survey);
      collect(node.list, survey);
      if (node.elseList !== undefined) collect(node.elseList, survey);
      return;
    case 'template':
      if (node.pipe !== undefined) collect(node.pipe, survey);
      return;
    case 'pipe':
      for (const command of node.commands) collect(command, survey);
      return;
    case 'command':
      for (const arg of node.args) collect(arg, survey);
      return;
    case 'chain':
      collect(node.node, survey);
      return;
    case 'identifier':
      survey.functions.add(node.name);
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

/** What is known of parsed templates without running them. */
export interface TreeSurvey {
  /** The names of all functions that they call. */
  readonly functions: ReadonlySet<string>;
  /** How many nodes they have. */
  readonly nodes: number;
}

/** Walks through all templates of a text. */
export function surveyTrees(trees: TreeSet): TreeSurvey {
  const survey = { functions: new Set<string>(), nodes: 0 };
  for (const tree of trees.values()) collect(tree.root, survey);
  return survey;
}
