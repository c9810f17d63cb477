/** Time as Kubernetes writes it into objects: RFC 3339, UTC, whole seconds. */
export function kubeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
