#!/usr/bin/env node
import { run } from '@stricli/core';
import { app, processExitCode } from './app.ts';
import { buildContext } from './context.ts';

const context = buildContext(process);
await run(app, process.argv.slice(2), context);
process.exitCode = processExitCode(context.process.exitCode);
