import { readFile } from 'node:fs/promises';
import {
  type ControlPlane,
  type ControlPlaneOptions,
  type ControlPlaneState,
  startControlPlane,
} from '@eso/control-plane/control-plane.mjs';
import { TestCluster } from './test-cluster.ts';

/** Path of the state file of a control plane that the test command has started for everybody. */
export const SHARED_CONTROL_PLANE_ENV = 'ESO_CONTROL_PLANE';

/**
 * The API server that all tests of a run share, or one of its own for a test file that is run alone. Tests keep apart by
 * namespaces of their own (`createNamespace`). `stop` it in `afterAll`.
 */
export async function controlPlane(): Promise<TestCluster> {
  const stateFile = process.env[SHARED_CONTROL_PLANE_ENV];
  if (!stateFile) return (await ownControlPlane()).cluster;
  const state = JSON.parse(await readFile(stateFile, 'utf8')) as ControlPlaneState;
  return TestCluster.connect(state, () => Promise.resolve());
}

/** A control plane that no other test uses, and how to end it. */
export interface OwnControlPlane {
  readonly cluster: TestCluster;
  /** Kills and starts the API server. */
  readonly controlPlane: ControlPlane;
}

/**
 * An API server for one test file: for tests that kill it, change its flags, or read its metrics. `cluster.stop()` ends it.
 */
export async function ownControlPlane(options: ControlPlaneOptions = {}): Promise<OwnControlPlane> {
  const own = await startControlPlane(options);
  try {
    return { controlPlane: own, cluster: await TestCluster.connect(own, () => own.stop()) };
  } catch (error) {
    await own.stop();
    throw error;
  }
}
