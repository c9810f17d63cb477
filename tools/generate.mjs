// npm run generate [-- --check | --new-baseline]: installs what is missing, then goes on in generate/main.ts.
import { bootstrap } from './setup.mjs';

await bootstrap('generate/main.ts');
