/**
 * The first file of a bundle (`tools/bundle.mjs`), beside `program.mjs`. Where the container's memory is limited, the process starts
 * itself anew with a heap that fits: here that happens before the program is loaded, which takes most of the time to ready.
 */
import { boundMemory } from './memory.ts';

boundMemory();
const program = './program.mjs';
await import(program);
