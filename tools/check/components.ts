/** Which nodes of a directed graph can reach each other, and how. */

/** For each node, the nodes that it points to. A node that is only pointed to needs no entry. */
export type Successors = ReadonlyMap<string, readonly string[]>;

/**
 * The sets of nodes that can all reach each other, each sorted, without those of a single node that does not point to
 * itself: what is left has a circle. Tarjan's algorithm, without recursion: a chain of imports may be long.
 */
export function cyclicComponents(successors: Successors): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const open = new Set<string>();
  const path: string[] = [];
  const components: string[][] = [];

  const enter = (node: string) => {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    open.add(node);
    path.push(node);
    return { node, rest: (successors.get(node) ?? []).values() };
  };
  const lower = (node: string, to: number) => low.set(node, Math.min(low.get(node) ?? to, to));

  for (const root of successors.keys()) {
    if (index.has(root)) continue;
    const calls = [enter(root)];
    for (let call = calls.at(-1); call; call = calls.at(-1)) {
      const next = call.rest.next();
      if (!next.done) {
        const seen = index.get(next.value);
        if (seen === undefined) calls.push(enter(next.value));
        else if (open.has(next.value)) lower(call.node, seen);
        continue;
      }
      calls.pop();
      const own = low.get(call.node) ?? 0;
      const caller = calls.at(-1);
      if (caller) lower(caller.node, own);
      if (own !== index.get(call.node)) continue;
      const component = path.splice(path.lastIndexOf(call.node));
      for (const node of component) open.delete(node);
      if (component.length > 1 || (successors.get(call.node) ?? []).includes(call.node))
        components.push(component.sort());
    }
  }
  return components;
}

/** The shortest way from a node back to it, the node at both ends; nothing where there is none. Breadth first. */
export function shortestCircle(successors: Successors, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of successors.get(node) ?? []) {
      if (next === start) {
        const way = [start];
        for (let at = node; at !== start; at = cameFrom.get(at) ?? start) way.unshift(at);
        return [start, ...way];
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}
