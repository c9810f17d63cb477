/**
 * What is worked on first when not everything can be: an object that never synced, then one that changed, then one whose
 * periodic refresh is due. Any few numbers may be used; the higher one goes first. They are a label of metrics.
 */
export const Priority = { neverSynced: 100, changed: 0, refresh: -100 } as const;
