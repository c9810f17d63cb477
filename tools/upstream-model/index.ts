/**
 * What External Secrets 2.9 would do with an ExternalSecret and its Secret, from a description of it and nothing else: a judge
 * for whoever comes from there or goes back. Imports nothing of this project.
 */
export { goDuration } from './duration.ts';
export { dueAt } from './due.ts';
export { type Backend, type Fetched, fetched } from './fetch.ts';
export { hashData, hashLabelsAndAnnotations, hashOwner, versionOf } from './hash.ts';
export {
  CLEANUP_FINALIZER,
  HASH_ANNOTATION,
  LAST_APPLIED,
  MANAGED_LABEL,
  managerOf,
  OWNER_LABEL,
  recordedFor,
} from './marks.ts';
export type * from './objects.ts';
export { changedByRefresh, type Effect, type Pass, passOver, type Scene, targetIn, unrecordedKeys } from './pass.ts';
export { type ReadText } from './render.ts';
export { validityOf } from './valid.ts';
export { targetNameOf, written } from './write.ts';
export type { Author } from './fixture/authors.ts';
export { type Migrant, type MigrantOptions, migrants } from './fixture/migrants.ts';
export type { Afterwards } from './fixture/shapes.ts';
export { LOST, STORED } from './fixture/values.ts';
