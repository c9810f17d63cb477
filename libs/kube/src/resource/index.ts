export * from './builtin.ts';
export * from './object.ts';
export * from './resource-type.ts';
