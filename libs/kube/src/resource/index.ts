export * from './builtin.ts';
export * from './object.ts';
export * from './resource-type.ts';
export * from './resource-version.ts';
