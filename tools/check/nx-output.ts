/** What `nx run-many --output-style=static` prints, read as it comes: which task has ended, and what the failed ones have said. */
export class NxOutput {
  /** Tasks in the order in which they ended: `@eso/api:lint`. */
  readonly tasks: string[] = [];
  readonly #onTask: (task: string) => void;
  /** What was printed before the first task, of each task, and, under `''`, after the last. */
  readonly #said = new Map<string, string[]>();
  #current = '';
  #rest = '';

  /** @param onTask told of each task when it has ended, whether it has failed or not: Nx says that at its end */
  constructor(onTask: (task: string) => void = () => undefined) {
    this.#onTask = onTask;
  }

  /** Takes the next piece of output; a piece may end in the middle of a line. */
  read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#readLine(line);
  }

  /** The tasks that Nx says have failed; none when it has not come so far. */
  get failed(): string[] {
    const end = this.#said.get('') ?? [];
    const from = end.indexOf('Failed tasks:');
    if (from < 0) return [];
    return end.slice(from).flatMap((line) => /^- (\S+:\S+)$/.exec(line)?.[1] ?? []);
  }

  /** What the failed tasks have said; everything that was said outside of tasks when Nx names none. */
  failures(): string {
    const { failed } = this;
    const parts = failed.length > 0 ? failed : [''];
    return parts
      .map((task) => [...(task ? [`> ${task}`] : []), ...(this.#said.get(task) ?? [])].join('\n').trim())
      .join('\n\n');
  }

  #readLine(line: string): void {
    const task = /^> nx run (\S+)/.exec(line)?.[1];
    if (task !== undefined) {
      this.#current = task;
      this.tasks.push(task);
      this.#onTask(task);
      return;
    }
    if (line.startsWith(' NX ')) this.#current = '';
    const said = this.#said.get(this.#current);
    if (said) said.push(line);
    else this.#said.set(this.#current, [line]);
  }
}
