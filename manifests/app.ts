/** The command line of `cistern-repo`: every command, and how failures end. */
import { buildApplication, buildRouteMap, text_en } from '@stricli/core';
import { CommandFailure } from './command-failure.ts';
import { catalogue } from './commands/catalogue.ts';
import { exportCommand } from './commands/export.ts';
import { gc } from './commands/gc.ts';
import { importCommand } from './commands/import.ts';
import {
  keysAdd,
  keysRenew,
  keysRevoke,
  keysRotate,
  keysRotateOnline,
  keysThreshold,
} from './commands/keys-change.ts';
import { keysInit } from './commands/keys-init.ts';
import { keysNew } from './commands/keys-new.ts';
import { keysShow } from './commands/keys-show.ts';
import { keysUpload } from './commands/keys-upload.ts';
import { lint } from './commands/lint.ts';
import { mirror } from './commands/mirror.ts';
import { onlineRenew } from './commands/online-renew.ts';
import { onlineSeal } from './commands/online-seal.ts';
import { publish } from './commands/publish.ts';
import { releases } from './commands/releases.ts';
import { rollout } from './commands/rollout.ts';
import { sign } from './commands/sign.ts';
import { signImport } from './commands/sign-import.ts';
import { signRequest } from './commands/sign-request.ts';
import { targetsRenew } from './commands/targets-renew.ts';
import { tokens } from './commands/tokens.ts';
import { verify } from './commands/verify.ts';
import { Interrupted } from './context.ts';
import { EXIT, exitCodeOf } from './failure.ts';

const routes = buildRouteMap({
  routes: {
    keys: buildRouteMap({
      routes: {
        init: keysInit,
        show: keysShow,
        new: keysNew,
        add: keysAdd,
        revoke: keysRevoke,
        rotate: keysRotate,
        rotateOnline: keysRotateOnline,
        threshold: keysThreshold,
        renew: keysRenew,
        upload: keysUpload,
      },
      docs: { brief: 'The root of trust and the keys below it' },
    }),
    targets: buildRouteMap({
      routes: { renew: targetsRenew },
      docs: { brief: 'The signed list of what a model offers' },
    }),
    online: buildRouteMap({
      routes: { renew: onlineRenew, seal: onlineSeal },
      docs: { brief: 'What a Worker signs by itself, for a repository without one' },
    }),
    catalogue,
    signRequest,
    sign,
    signImport,
    lint,
    publish,
    verify,
    rollout,
    tokens,
    releases,
    mirror,
    export: exportCommand,
    import: importCommand,
    gc,
  },
  docs: { brief: 'Publish signed modem firmware: judge, sign, upload, roll out, audit' },
});

export const app = buildApplication(routes, {
  name: 'cistern-repo',
  scanner: { caseStyle: 'allow-kebab-for-camel' },
  documentation: { caseStyle: 'convert-camel-to-kebab', disableAnsiColor: true },
  determineExitCode: (error) => {
    if (error instanceof CommandFailure) return exitCodeOf(error.failure);
    return error instanceof Interrupted ? EXIT.interrupted : EXIT.software;
  },
  localization: {
    text: {
      ...text_en,
      commandErrorResult: (error) => `cistern-repo: ${error.message}`,
      exceptionWhileRunningCommand: (error) =>
        error instanceof Interrupted
          ? `cistern-repo: ${error.message}`
          : `cistern-repo: this is a defect of cistern-repo.\n${stackOf(error)}`,
    },
  },
});

/** stricli's own codes are negative: arguments it could not read. */
export function processExitCode(code: number | string | null | undefined): number {
  return typeof code === 'number' && code >= 0 ? code : EXIT.usage;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
