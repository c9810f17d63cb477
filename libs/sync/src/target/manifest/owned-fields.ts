/** Which part of an object a field manager wrote, by `managedFields` (structured-merge-diff, the format FieldsV1). */

/** A node of a fieldsV1 tree: `f:<name>` fields, `k:<keys>`, `v:<value>`, `i:<index>` items of lists, `.` the thing itself. */
export type FieldTree = Readonly<Record<string, unknown>>;

/**
 * Of a value what the tree names: fields of objects, items of lists in the order that they have. What is named without anything below
 * it is taken whole. A field that is named and not there is left out; nothing is copied that can be shared.
 */
export function pickFields(value: unknown, tree: FieldTree): unknown {
  if (typeof value !== 'object' || value === null || isEmpty(tree)) return value;
  return Array.isArray(value) ? pickItems(value, tree) : pickMembers(value as FieldTree, tree);
}

/** One tree that names whatever any of them names. */
export function mergeTrees(trees: readonly FieldTree[]): FieldTree {
  const [first = {}, ...others] = trees;
  if (others.length === 0) return first;
  const merged: Record<string, unknown> = {};
  for (const tree of trees) mergeInto(merged, tree);
  return merged;
}

function mergeInto(target: Record<string, unknown>, tree: FieldTree): void {
  for (const step in tree) {
    const below = (target[step] ??= {}) as Record<string, unknown>;
    mergeInto(below, treeOf(tree[step]));
  }
}

/** Whether trees have more nodes together than that; looks at no more of them. */
export function hasMoreNodes(trees: readonly FieldTree[], limit: number): boolean {
  const waiting = [...trees];
  let nodes = 0;
  for (let tree = waiting.pop(); tree; tree = waiting.pop())
    for (const step in tree) {
      if (++nodes > limit) return true;
      waiting.push(treeOf(tree[step]));
    }
  return false;
}

/** A node of a tree; anything else is a node with nothing below it. */
export function treeOf(node: unknown): FieldTree {
  return typeof node === 'object' && node !== null ? (node as FieldTree) : {};
}

function isEmpty(tree: FieldTree): boolean {
  for (const _step in tree) return false;
  return true;
}

function pickMembers(value: FieldTree, tree: FieldTree): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const step in tree) {
    if (!step.startsWith('f:')) continue;
    const name = step.slice(2);
    if (!Object.hasOwn(value, name)) continue;
    const part = pickFields(value[name], treeOf(tree[step]));
    if (name === '__proto__') Object.defineProperty(picked, name, { value: part, enumerable: true });
    else picked[name] = part;
  }
  return picked;
}

function pickItems(items: readonly unknown[], tree: FieldTree): unknown[] {
  const selectors = new ItemSelectors(tree);
  return items.flatMap((item, index) => {
    const subtree = selectors.find(item, index);
    return subtree === undefined ? [] : [pickFields(item, subtree)];
  });
}

/** Finds the node of a list's item in a time that does not depend on how many there are: tenants write long lists. */
class ItemSelectors {
  readonly #byText = new Map<string, FieldTree>();
  /** Names of the key fields; the items of one list have the same, except while its schema changes. */
  readonly #keyNames = new Map<string, readonly string[]>();

  constructor(tree: FieldTree) {
    for (const [step, subtree] of Object.entries(tree)) {
      const selector = parseSelector(step);
      if (selector === undefined) continue;
      if (selector.names) this.#keyNames.set(selector.names.join('\0'), selector.names);
      this.#byText.set(selector.text, treeOf(subtree));
    }
  }

  find(item: unknown, index: number): FieldTree | undefined {
    for (const names of this.#keyNames.values()) {
      const found = this.#byText.get(keyText(names, treeOf(item)));
      if (found) return found;
    }
    return this.#byText.get(`v:${JSON.stringify(item)}`) ?? this.#byText.get(`i:${index}`);
  }
}

interface ItemSelector {
  /** Equal for the item that is meant. */
  readonly text: string;
  readonly names?: readonly string[];
}

function parseSelector(step: string): ItemSelector | undefined {
  const rest = step.slice(2);
  try {
    switch (step.slice(0, 2)) {
      case 'i:':
        return { text: step };
      case 'v:':
        return { text: `v:${JSON.stringify(JSON.parse(rest))}` };
      case 'k:': {
        const keys = treeOf(JSON.parse(rest));
        const names = Object.keys(keys).sort();
        return { text: keyText(names, keys), names };
      }
    }
  } catch {
    // managedFields can be written by anybody; what is not in their format names nothing.
  }
  return undefined;
}

function keyText(names: readonly string[], item: FieldTree): string {
  return `k:${JSON.stringify(names.map((name) => [name, item[name]]))}`;
}
