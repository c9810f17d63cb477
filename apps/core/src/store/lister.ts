/** Read access to the objects an informer holds; every `Store` of @eso/kube is one. */
export interface Lister<T> {
  get(namespace: string | undefined, name: string): T | undefined;
  list(namespace?: string): T[];
  byIndex(index: string, value: string): T[];
}
