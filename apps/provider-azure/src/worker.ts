// The program of the workers of this provider; the bundle has it as worker.mjs.
import '@eso/api/provider-worker';
