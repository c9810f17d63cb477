// The program of a provider's worker, for what is too long for its main thread. The bundle has it as worker.mjs.
import { serveTasks } from '@eso/runtime';
import {
  canonicalTask,
  dataTask,
  metadataTask,
  objectTask,
  propertyTask,
  selectTask,
  writeTask,
} from './calls/heavy-tasks.ts';

serveTasks([canonicalTask, dataTask, metadataTask, objectTask, propertyTask, selectTask, writeTask]);
