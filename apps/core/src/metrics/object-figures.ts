import { extendedLabels, type LabelValues } from './extended-labels.ts';

/** An object as metrics label it; the namespace of cluster-scoped ones is empty. */
export interface MeasuredObject {
  readonly name: string;
  readonly namespace?: string | undefined;
  /** The object's own labels. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** A condition as it stands in a status. */
export interface MeasuredCondition {
  readonly type: string;
  readonly status: string;
}

/** All that the series of one object say. */
export interface Figures {
  readonly name: string;
  readonly namespace: string;
  /** Undefined where they are switched off. */
  extended: LabelValues | undefined;
  calls: number;
  errors: number;
  /** Of the last pass, milliseconds; undefined before its end. */
  durationMs: number | undefined;
  conditions: readonly MeasuredCondition[];
}

/** The figures of the objects of one kind, as they are now: one set for each, so that nothing of an earlier set of labels is left. */
export class ObjectFigures {
  readonly #figures = new Map<string, Figures>();
  readonly #extended: boolean;

  constructor(options: { readonly extendedLabels: boolean }) {
    this.#extended = options.extendedLabels;
  }

  get(object: MeasuredObject): Figures | undefined {
    return this.#figures.get(figuresKey(object));
  }

  /** Those of an object, made at first use. */
  of(object: MeasuredObject): Figures {
    const key = figuresKey(object);
    let figures = this.#figures.get(key);
    if (!figures) {
      const { name, namespace = '' } = object;
      figures = { name, namespace, extended: undefined, calls: 0, errors: 0, durationMs: undefined, conditions: [] };
      this.#figures.set(key, figures);
    }
    if (this.#extended) figures.extended = extendedLabels(object.labels);
    return figures;
  }

  /** Takes the figures of one that is gone. */
  take(object: MeasuredObject): Figures | undefined {
    const key = figuresKey(object);
    const figures = this.#figures.get(key);
    this.#figures.delete(key);
    return figures;
  }

  /** All of this moment, so that a page that takes several turns of the event loop shows none twice. */
  all(): Figures[] {
    return [...this.#figures.values()];
  }
}

/** `namespace/name` */
export function figuresKey({ name, namespace = '' }: MeasuredObject): string {
  return `${namespace}/${name}`;
}

/** One array for all objects with the same conditions: ten thousand of them have two or three sets between them. */
const shared = new Map<string, readonly MeasuredCondition[]>();

/** Of conditions what metrics show, held once however many objects have it. */
export function sharedConditions(conditions: readonly MeasuredCondition[]): readonly MeasuredCondition[] {
  const key = conditions.map(({ type, status }) => `${type}=${status}`).join();
  let found = shared.get(key);
  if (!found) {
    found = conditions.map(({ type, status }) => ({ type, status }));
    if (shared.size < MAX_SHARED) shared.set(key, found);
  }
  return found;
}

/** Types and statuses are core's own and few; whoever writes others into a status gets no room here. */
const MAX_SHARED = 100;
