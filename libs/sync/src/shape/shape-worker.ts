// The program of a worker that puts answers together.
import { serveTasks } from '@eso/runtime';
import { shapeTask } from './shape-task.ts';

serveTasks([shapeTask]);
