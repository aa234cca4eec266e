#!/usr/bin/env node
import { endWhatHangs } from './end-what-hangs.ts';
import { becomeSmall } from './small-process.ts';

becomeSmall(process);
// Read only now: what is given up at once need not be loaded.
const [{ buildContext }, { main }] = await Promise.all([import('./context.ts'), import('./main.ts')]);
await main(process.argv.slice(2), buildContext(process), process);
endWhatHangs(process);
