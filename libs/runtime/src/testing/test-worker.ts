import { serveTasks } from '../worker/task.ts';
import { testTask } from './test-task.ts';

serveTasks([testTask]);
