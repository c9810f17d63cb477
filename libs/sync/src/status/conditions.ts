/** How a condition gets into a status: the transition time changes with the status alone. */

/** What every condition has. */
export interface ConditionLike {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

/**
 * The conditions with `next` in them. Identical content leaves the list as it is (the same array, so that the caller can
 * see that nothing is to be written); a new status gets a new time; a changed condition moves to the end.
 * @param now wall clock, milliseconds since the epoch
 */
export function mergeCondition<C extends ConditionLike>(
  conditions: readonly C[] | undefined,
  next: Omit<C, 'lastTransitionTime'>,
  now: number,
): readonly C[] {
  const list = conditions ?? [];
  const wanted = next as C;
  const current = list.find(({ type }) => type === wanted.type);
  if (current && isSame(current, wanted)) return list;
  const keepsTime = current?.status === wanted.status && current.lastTransitionTime !== undefined;
  const merged: C = { ...wanted, lastTransitionTime: keepsTime ? current.lastTransitionTime : kubeTime(now) };
  return [...list.filter(({ type }) => type !== wanted.type), merged];
}

const isSame = (a: ConditionLike, b: ConditionLike): boolean =>
  a.status === b.status &&
  (a.reason ?? '') === (b.reason ?? '') &&
  (a.message ?? '') === (b.message ?? '') &&
  a.observedGeneration === b.observedGeneration;

/** Time as Kubernetes writes it into objects: RFC 3339, UTC, whole seconds. */
export function kubeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
