// The program of core's worker, for work that is too long for its main thread. The bundle has it as worker.mjs.
import { serveTasks } from '@eso/runtime';
import { shapeTask } from '@eso/sync';

serveTasks([shapeTask]);
