/** In which state the modem was left, and how sure that is. */
import type { Diagnosis, FlashState, ModemState } from './diagnosis.ts';
import type { Run } from './run.ts';

type ModemVerdict = Diagnosis['modem'];

/** By the last run that has seen the modem. */
export function judgeModem(runs: readonly Run[], flash: FlashState): ModemVerdict {
  const last = runs.findLast(({ modem }) => modem !== null);
  const state = last?.modem ?? 'unknown';
  const isLastWord = last !== undefined && last === runs.at(-1);
  const certainty = state === 'unknown' ? 'unknown' : last?.isModemShown && isLastWord ? 'shown' : 'likely';
  return { state, certainty, says: sentence(state, last, flash) };
}

function sentence(state: ModemState, last: Run | undefined, flash: FlashState): string {
  switch (state) {
    case 'normal':
      return last?.succeeded
        ? 'The modem was restarted and should be in normal mode with the new firmware.'
        : 'The modem is in normal mode.';
    case 'edl':
      return last?.seen.has('restart-asked')
        ? 'The modem is in emergency download mode (EDL), unless the restart that was asked for has brought it back; no line shows that.'
        : 'The modem is in emergency download mode (EDL): it shows up as 05c6:9008 and carries no traffic.';
    case 'programmer-running':
      return 'The modem is in EDL with the programmer running in its memory; the next flasher has to take that up, or the modem has to be reset.';
    case 'ram-dump':
      return 'The modem has crashed and offers its memory; it stays so until its power is cut.';
    case 'fastboot':
      return 'The modem is in fastboot, which is another way of flashing than EDL.';
    case 'absent':
      return 'The modem was not on the bus where the tool looked for it.';
    case 'unknown':
      if (last === undefined) return 'The log does not show the modem.';
      return flash === 'untouched'
        ? 'The modem was told to restart, or has lost its power; its flash is whole, so it should start normally.'
        : 'The modem was restarting or had lost its power when the log ends; whether it came back is not shown.';
  }
}
