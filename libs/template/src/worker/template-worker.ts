// The program of a rendering worker.
import { serveTasks } from '@eso/runtime';
import { renderTask } from './render-task.ts';

serveTasks([renderTask]);
