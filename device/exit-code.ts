import { Interruption } from './interruption.ts';

/**
 * Exit codes (sysexits.h). Stable: monitoring and cron jobs rely on them. The README's table is made of these
 * words, and a test holds the two together.
 */
export const EXIT = {
  OK: { code: 0, means: 'done, or nothing to do' },
  FAILURE: { code: 1, means: 'the update was written but the modem did not confirm it' },
  UNFINISHED: {
    code: 2,
    means: 'the modem waits for the rest of a flashing: run it again, or cistern rescue',
  },
  USAGE: { code: 64, means: 'the command line was wrong' },
  DATA: { code: 65, means: 'a signature, hash, manifest or package was wrong; nothing was flashed' },
  UNAVAILABLE: { code: 69, means: 'the repository or the modem could not be reached' },
  SOFTWARE: { code: 70, means: 'a bug in cistern' },
  OS: { code: 71, means: 'the system could not give what was needed: memory, a mount' },
  CANTCREAT: { code: 73, means: 'a file could not be written' },
  IO: { code: 74, means: 'the link to the modem broke' },
  TEMPORARY: {
    code: 75,
    means:
      'not now, and the modem is as it was: another updater runs, the uplink costs, it is no time for it',
  },
  PROTOCOL: { code: 76, means: 'the modem answered what it should not' },
  NOT_PERMITTED: {
    code: 77,
    means: 'refused: it does not fit, is held back, or would touch what is protected',
  },
  CONFIG: { code: 78, means: 'the configuration is wrong or missing' },
  INTERRUPTED: { code: 130, means: 'interrupted by Ctrl-C; 143 by SIGTERM, 129 by SIGHUP' },
} as const;

export type ExitName = keyof typeof EXIT;

/** The code to end with; an interruption ends with 128 and the number of the signal that `signal` aborted for. */
export function exitCodeOf(name: ExitName, { reason }: Pick<AbortSignal, 'reason'>): number {
  return name === 'INTERRUPTED' && reason instanceof Interruption ? reason.exitCode : EXIT[name].code;
}
