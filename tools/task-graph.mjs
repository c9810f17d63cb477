// Sets things up side by side: what does not need each other runs at once. Uses nothing but Node, since it runs before any install.

/**
 * @typedef {object} Task
 * @property {string} name for progress lines and errors; different from those of the others
 * @property {readonly string[]} [needs] names of tasks that have to be through before this one starts. Default: none
 * @property {(signal: AbortSignal) => Promise<unknown>} run ends soon once the signal aborts, which it does when another task has failed
 */

/**
 * Runs every task as soon as what it needs is through.
 * @param {readonly Task[]} tasks
 * @returns {Promise<void>} when all are through
 * @throws Error that names the first task that failed, after all others have ended; Error at once for a name that stands twice, a need
 *   that there is not, or tasks that need each other
 */
export async function runTasks(tasks) {
  const order = inOrder(tasks);
  const abort = new AbortController();
  /** @type {Error | undefined} */
  let failure;
  /** @type {Map<string, Promise<boolean>>} whether it is through */
  const through = new Map();
  for (const { name, needs = [], run } of order) {
    const start = async () => {
      const ready = await Promise.all(needs.map((need) => through.get(need) ?? Promise.resolve(false)));
      if (!ready.every(Boolean) || abort.signal.aborted) return false;
      try {
        await run(abort.signal);
        return true;
      } catch (cause) {
        failure ??= new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
        abort.abort(failure);
        return false;
      }
    };
    through.set(name, start());
  }
  await Promise.all(through.values());
  if (failure) throw failure;
}

/**
 * Each task after those that it needs.
 * @param {readonly Task[]} tasks
 * @returns {Task[]}
 */
function inOrder(tasks) {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  if (byName.size < tasks.length) throw new Error('two tasks have the same name');
  /** @type {Set<Task>} */
  const done = new Set();
  /** @param {Task} task @param {readonly string[]} above */
  const visit = (task, above) => {
    if (above.includes(task.name)) throw new Error(`tasks need each other: ${[...above, task.name].join(' → ')}`);
    if (done.has(task)) return;
    for (const need of task.needs ?? []) {
      const other = byName.get(need);
      if (!other) throw new Error(`${task.name} needs ${need}, which is no task`);
      visit(other, [...above, task.name]);
    }
    done.add(task);
  };
  for (const task of tasks) visit(task, []);
  return [...done];
}
