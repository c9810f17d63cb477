import { sprintf } from '../fmt/printf.ts';
import { sprint } from '../fmt/print.ts';
import type {
  BranchNode,
  ChainNode,
  CommandNode,
  FieldNode,
  IdentifierNode,
  ListNode,
  Node,
  Operand,
  PipeNode,
  TemplateNode,
  Tree,
  VariableNode,
} from '../parse/nodes.ts';
import type { TreeSet } from '../parse/parser.ts';
import { printNode, sourceOf } from '../parse/print-node.ts';
import { quote } from '../strconv/quote.ts';
import { GoError } from '../value/go-error.ts';
import type { PublicText } from '../value/public-text.ts';
import { authored, constant, count, shown } from '../value/public-text.ts';
import { isTrue, typeOf } from '../value/reflect.ts';
import type { GoType, Value } from '../value/values.ts';
import { anyType } from '../value/types.ts';
import { GoInt, GoMap, GoSlice } from '../value/values.ts';
import { goInt } from '../value/make.ts';
import { asArgument, idealConstant, literalArgument, nilArgument } from './arguments.ts';
import { ExecError } from './exec-error.ts';
import { readField } from './fields.ts';
import type { FunctionContext, FunctionTable, GoFunction } from './functions.ts';
import { callPaid, reflectedType } from './functions.ts';
import { Output } from './output.ts';
import type { Reflected } from './reflected.ts';
import { element, unboxed } from './reflected.ts';

/** What `.missing` gives on a map: `<no value>`, or an error. */
export type MissingKey = 'default' | 'error';

/** What an execution needs besides the data. */
export interface ExecOptions {
  readonly trees: TreeSet;
  readonly functions: FunctionTable;
  readonly missingKey: MissingKey;
  readonly context: FunctionContext;
}

/** The value of the stage before; `noInput` in the first stage of a pipeline. */
const noInput = Symbol('no input');
type Input = Reflected | typeof noInput;

interface Variable {
  readonly name: string;
  value: Reflected;
}

/** How a list of nodes ended. */
type Flow = 'next' | 'break' | 'continue';

/** Runs the tree of the given name and returns its output as a byte string. Throws `ExecError` or `LimitError`. */
export function execute(tree: Tree, data: Value, options: ExecOptions): string {
  const output = new Output(options.context.budget.limits);
  new Executor(tree, options, output, 0).run(data);
  return output.text;
}

/** Runs one template; each call of another template gets an executor of its own, which sees no variables of its caller. */
class Executor {
  readonly #tree: Tree;
  readonly #options: ExecOptions;
  readonly #output: Output;
  readonly #depth: number;
  #variables: Variable[] = [];
  /** The node that messages name. */
  #node: Node;

  constructor(tree: Tree, options: ExecOptions, output: Output, depth: number) {
    this.#tree = tree;
    this.#options = options;
    this.#output = output;
    this.#depth = depth;
    this.#node = tree.root;
  }

  run(data: Reflected): void {
    this.#variables = [{ name: '$', value: data }];
    this.#walk(data, this.#tree.root);
  }

  #fail(reason: PublicText): never {
    this.#failWith(reason, reason);
  }

  /** @param goReason Go's words, which may hold values. */
  #failWith(goReason: string, publicReason: PublicText): never {
    const { text, parseName, name } = this.#tree;
    const before = text.slice(0, this.#node.position);
    throw new ExecError({
      template: parseName,
      line: before.split('\n').length,
      column: before.length - (before.lastIndexOf('\n') + 1),
      executing: name,
      at: printNode(this.#node),
      goReason,
      publicReason,
    });
  }

  /** Gives errors of value rules the place of the current node. */
  #checked<T>(check: () => T): T {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof GoError)) throw error;
      this.#failWith(error.goText, error.publicReason ?? constant('the value cannot be used here'));
    }
  }

  #at(node: Node): void {
    this.#options.context.budget.step();
    this.#node = node;
  }

  #walk(dot: Reflected, node: Node): Flow {
    this.#at(node);
    switch (node.kind) {
      case 'text':
        this.#output.write(node.text);
        return 'next';
      case 'action': {
        const value = this.#pipeline(dot, node.pipe);
        if (node.pipe.declarations.length === 0) this.#print(node, value);
        return 'next';
      }
      case 'list':
        return this.#list(dot, node);
      case 'if':
      case 'with':
        return this.#ifOrWith(dot, node);
      case 'range':
        this.#range(dot, node);
        return 'next';
      case 'template':
        this.#template(dot, node);
        return 'next';
      case 'break':
      case 'continue':
        return node.kind;
      default:
        this.#fail(shown`unknown node: ${sourceOf(node)}`);
    }
  }

  #list(dot: Reflected, list: ListNode): Flow {
    for (const node of list.nodes) {
      const flow = this.#walk(dot, node);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #print(node: Node, value: Reflected): void {
    this.#at(node);
    const concrete = unboxed(value);
    this.#output.write(concrete === undefined ? '<no value>' : sprint(this.#options.context.budget, [concrete]));
  }

  #ifOrWith(dot: Reflected, node: BranchNode): Flow {
    const mark = this.#variables.length;
    const value = this.#pipeline(dot, node.pipe);
    let flow: Flow = 'next';
    if (isTrue(unboxed(value))) flow = this.#walk(node.kind === 'with' ? value : dot, node.list);
    else if (node.elseList !== undefined) flow = this.#walk(dot, node.elseList);
    this.#variables.length = mark;
    return flow;
  }

  #range(dot: Reflected, node: BranchNode): void {
    this.#at(node);
    const mark = this.#variables.length;
    const value = unboxed(this.#pipeline(dot, node.pipe));
    let ran = false;
    for (const [index, item] of this.#turns(node, value)) {
      ran = true;
      if (this.#turn(node, index, item) === 'break') break;
    }
    if (!ran && node.elseList !== undefined) this.#walk(dot, node.elseList);
    this.#variables.length = mark;
  }

  /** The pairs that a range goes through. */
  *#turns(node: BranchNode, value: Exclude<Value, null> | undefined): Generator<[Reflected, Reflected]> {
    if (value === undefined) return;
    if (value instanceof GoInt) {
      if (node.pipe.declarations.length > 1) {
        const text = sprintf(this.#options.context.budget, '%v', [value]);
        this.#failWith(
          `can't use ${text} to iterate over more than one variable`,
          constant("can't use an integer to iterate over more than one variable"),
        );
      }
      for (let at = 0n; at < value.value; at++) yield [undefined, new GoInt(value.type, at)];
    } else if (value instanceof GoSlice) {
      for (const [at, item] of value.items.entries()) yield [goInt(at), element(value, item)];
    } else if (value instanceof GoMap) {
      // A copy: the body may change the map.
      const pairs = value.sortedKeys().map((key) => [key, value.entries.get(key) ?? null] as const);
      for (const [key, item] of pairs) yield [key, element(value, item)];
    } else {
      const text = sprintf(this.#options.context.budget, '%v', [value]);
      this.#failWith(`range can't iterate over ${text}`, constant("range can't iterate over this value"));
    }
  }

  #turn(node: BranchNode, index: Reflected, item: Reflected): Flow {
    const [first, second] = node.pipe.declarations;
    const mark = this.#variables.length;
    if (first !== undefined && node.pipe.isAssign) {
      this.#assign(first.name, second === undefined ? item : index);
      if (second !== undefined) this.#assign(second.name, item);
    } else if (first !== undefined) {
      this.#setTop(1, item);
      if (second !== undefined) this.#setTop(2, index);
    }
    const flow = this.#walk(item, node.list);
    this.#variables.length = mark;
    return flow;
  }

  #setTop(offset: number, value: Reflected): void {
    const variable = this.#variables.at(-offset);
    if (variable !== undefined) variable.value = value;
  }

  #assign(name: string, value: Reflected): void {
    const variable = this.#variables.findLast((candidate) => candidate.name === name);
    if (variable === undefined) this.#fail(shown`undefined variable: ${authored(name)}`);
    variable.value = value;
  }

  #variable(name: string): Reflected {
    const variable = this.#variables.findLast((candidate) => candidate.name === name);
    if (variable === undefined) this.#fail(shown`undefined variable: ${authored(name)}`);
    return variable.value;
  }

  #template(dot: Reflected, node: TemplateNode): void {
    this.#at(node);
    const tree = this.#options.trees.get(node.name);
    if (tree === undefined) this.#fail(shown`template ${authored(quote(node.name))} not defined`);
    this.#options.context.budget.nest(this.#depth + 1);
    const data = node.pipe === undefined ? undefined : this.#pipeline(dot, node.pipe);
    new Executor(tree, this.#options, this.#output, this.#depth + 1).run(data);
  }

  #pipeline(dot: Reflected, pipe: PipeNode): Reflected {
    this.#at(pipe);
    let value: Input = noInput;
    for (const command of pipe.commands) value = unboxed(this.#command(dot, command, value));
    const result = value === noInput ? undefined : value;
    for (const variable of pipe.declarations) {
      if (pipe.isAssign) this.#assign(variable.name, result);
      else this.#variables.push({ name: variable.name, value: result });
    }
    return result;
  }

  #command(dot: Reflected, command: CommandNode, input: Input): Reflected {
    const { args } = command;
    const first = args[0];
    switch (first.kind) {
      case 'field':
        return this.#field(dot, first, args, input);
      case 'chain':
        return this.#chain(dot, first, args, input);
      case 'identifier':
        return this.#function(dot, first, command, args, input);
      case 'pipe':
        this.#refuseArguments(args, input);
        return this.#pipeline(dot, first);
      case 'variable':
        return this.#variableNode(dot, first, args, input);
      default:
        break;
    }
    this.#at(first);
    this.#refuseArguments(args, input);
    switch (first.kind) {
      case 'bool':
        return first.value;
      case 'dot':
        return dot;
      case 'number':
        return this.#checked(() => idealConstant(first));
      case 'string':
        return first.text;
      case 'nil':
        this.#fail(constant('nil is not a command'));
    }
  }

  #refuseArguments(args: readonly Operand[], input: Input): void {
    const [first] = args;
    if (first !== undefined && (args.length > 1 || input !== noInput)) {
      this.#fail(shown`can't give argument to non-function ${sourceOf(first)}`);
    }
  }

  #field(dot: Reflected, node: FieldNode, args: readonly Operand[], input: Input): Reflected {
    this.#at(node);
    return this.#fields(dot, dot, node, node.fields, args, input);
  }

  #chain(dot: Reflected, node: ChainNode, args: readonly Operand[], input: Input): Reflected {
    this.#at(node);
    if (node.node.kind === 'nil') this.#fail(shown`indirection through explicit nil in ${sourceOf(node)}`);
    const value = this.#argument(dot, anyOrNothing, node.node);
    return this.#fields(dot, value, node, node.fields, args, input);
  }

  #variableNode(dot: Reflected, node: VariableNode, args: readonly Operand[], input: Input): Reflected {
    this.#at(node);
    const value = this.#variable(node.name);
    if (node.fields.length > 0) return this.#fields(dot, value, node, node.fields, args, input);
    this.#refuseArguments(args.length === 0 ? [node] : args, input);
    return value;
  }

  /** Goes along `.x.y.z`; arguments belong to the last. */
  #fields(
    dot: Reflected,
    receiver: Reflected,
    node: Node,
    fields: readonly string[],
    args: readonly Operand[],
    input: Input,
  ): Reflected {
    let value = receiver;
    fields.forEach((name, at) => {
      const last = at === fields.length - 1;
      value = this.#fieldOf(dot, value, name, node, last ? args : [], last ? input : noInput);
    });
    return value;
  }

  #fieldOf(
    dot: Reflected,
    receiver: Reflected,
    name: string,
    node: Node,
    args: readonly Operand[],
    input: Input,
  ): Reflected {
    const field = this.#checked(() =>
      readField(receiver, name, {
        hasArguments: args.length > 1 || input !== noInput,
        failOnMissing: this.#options.missingKey === 'error',
      }),
    );
    if (field.kind === 'value') return field.value;
    const { method } = field;
    const asFunction: GoFunction = {
      name,
      params: method.params,
      variadic: false,
      runs: 'inline',
      call: (_context, values) => method.call(values as readonly Value[]),
    };
    return this.#call(dot, asFunction, node, args, input);
  }

  #function(dot: Reflected, node: IdentifierNode, command: Node, args: readonly Operand[], input: Input): Reflected {
    this.#at(node);
    const fn = this.#options.functions.get(node.name);
    if (fn === undefined) this.#fail(shown`${authored(quote(node.name))} is not a defined function`);
    return this.#call(dot, fn, command, args, input);
  }

  /** Calls a function. The first of `args` is the function itself. */
  #call(dot: Reflected, fn: GoFunction, node: Node, args: readonly Operand[], input: Input): Reflected {
    const operands = args.slice(1);
    this.#checkCount(fn, operands.length, input !== noInput);
    if (fn.name === 'and' || fn.name === 'or') return this.#andOr(dot, fn.name, operands, input);
    const values = operands.map((operand, at) => this.#argument(dot, parameterType(fn, at), operand));
    if (input !== noInput) {
      const type = parameterType(fn, operands.length);
      values.push(this.#checked(() => asArgument(input, type)));
    }
    if (fn.name === 'call') values.unshift(operands[0] === undefined ? calleeText(input) : printNode(operands[0]));
    return this.#invoke(fn, values, node, operands);
  }

  #checkCount(fn: GoFunction, given: number, hasInput: boolean): void {
    const name = authored(fn.name);
    const taken = hasInput ? given + 1 : given;
    if (fn.variadic) {
      const fixed = fn.params.length - 1;
      if (taken < fixed) {
        this.#fail(shown`wrong number of args for ${name}: want at least ${count(fixed)} got ${count(given)}`);
      }
    } else if (taken !== fn.params.length) {
      this.#fail(shown`wrong number of args for ${name}: want ${count(fn.params.length)} got ${count(taken)}`);
    }
  }

  #invoke(fn: GoFunction, values: readonly Reflected[], node: Node, operands: readonly Operand[]): Reflected {
    try {
      return callPaid(fn, this.#options.context, values);
    } catch (error) {
      if (!(error instanceof GoError)) throw error;
      this.#at(node);
      const prefix = shown`error calling ${authored(fn.name)}`;
      // What the author wrote into the template is no value.
      const literal = fn.name === 'fail' && operands[0]?.kind === 'string' ? authored(operands[0].text) : undefined;
      const reason = error.publicReason ?? literal;
      const publicReason = reason === undefined ? prefix : shown`${prefix}: ${reason}`;
      this.#failWith(`${prefix}: ${error.goText}`, publicReason);
    }
  }

  /** `and` and `or` stop at the argument that decides. */
  #andOr(dot: Reflected, name: 'and' | 'or', operands: readonly Operand[], input: Input): Reflected {
    let value: Reflected;
    for (const operand of operands) {
      value = this.#argument(dot, reflectedType, operand);
      if (isTrue(unboxed(value)) === (name === 'or')) return value;
    }
    return input === noInput ? value : input;
  }

  #argument(dot: Reflected, type: GoType | typeof anyOrNothing, node: Operand): Reflected {
    this.#at(node);
    const accept = (value: Reflected): Reflected =>
      type === anyOrNothing ? value : this.#checked(() => asArgument(value, type));
    switch (node.kind) {
      case 'dot':
        return accept(dot);
      case 'nil':
        return type === anyOrNothing ? undefined : this.#checked(() => nilArgument(type));
      case 'field':
        return accept(this.#field(dot, node, [node], noInput));
      case 'variable':
        return accept(this.#variableNode(dot, node, [], noInput));
      case 'pipe':
        return accept(this.#pipeline(dot, node));
      case 'identifier':
        return accept(this.#function(dot, node, node, [], noInput));
      case 'chain':
        return accept(this.#chain(dot, node, [], noInput));
      default:
        break;
    }
    return this.#literal(type === anyOrNothing ? anyType : type, node);
  }

  #literal(type: GoType, node: Operand): Reflected {
    if (type !== anyType && type !== reflectedType) return this.#checked(() => literalArgument(node, type));
    switch (node.kind) {
      case 'bool':
        return node.value;
      case 'string':
        return node.text;
      case 'number':
        return this.#checked(() => idealConstant(node));
      default:
        this.#fail(shown`can't handle assignment of ${sourceOf(node)} to empty interface argument`);
    }
  }
}

/** Stands for the missing type of the value before a chain of fields. */
const anyOrNothing = Symbol('any value or none');

function parameterType(fn: GoFunction, at: number): GoType {
  const last = fn.params.length - 1;
  return fn.params[Math.min(at, last)] ?? anyType;
}

/** Go prints the value that was piped into `call` in place of a function's name. */
function calleeText(input: Input): Reflected {
  if (input === noInput || input === undefined) return '<invalid Value>';
  const value = unboxed(input);
  if (typeof value === 'string') return value;
  return value === undefined ? '<interface {} Value>' : `<${typeOf(value).name} Value>`;
}
