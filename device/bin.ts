#!/usr/bin/env node
import { buildContext } from './context.ts';
import { main } from './main.ts';

await main(process.argv.slice(2), buildContext(process), process);
