/** The commands of `cistern`. */
import { buildApplication, buildRouteMap } from '@stricli/core';
import { checkCommand } from './commands/check.ts';
import { devicesCommand } from './commands/devices.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exitCodesCommand } from './commands/exit-codes.ts';
import { fetchCommand } from './commands/fetch.ts';
import { flashCommand } from './commands/flash.ts';
import { modemUpdaterCommand } from './commands/modem-updater.ts';
import { rescueCommand } from './commands/rescue.ts';
import { resetCommand } from './commands/reset.ts';
import { scheduleRoutes } from './commands/schedule.ts';
import { statusCommand } from './commands/status.ts';
import { trustCommand } from './commands/trust.ts';
import { updateCommand } from './commands/update.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-code.ts';
import { UPDATER_VERSION } from './report/updater-version.ts';

const commands = buildRouteMap<string, Context>({
  routes: {
    devices: devicesCommand,
    check: checkCommand,
    fetch: fetchCommand,
    update: updateCommand,
    flash: flashCommand,
    rescue: rescueCommand,
    reset: resetCommand,
    status: statusCommand,
    schedule: scheduleRoutes,
    trust: trustCommand,
    doctor: doctorCommand,
    diagnose: diagnoseCommand,
    'exit-codes': exitCodesCommand,
    'modem-updater': modemUpdaterCommand,
  },
  docs: {
    brief: 'Updates LTE modem firmware: everything is here and verified before the modem is touched',
    fullDescription: [
      'Settings come from flags, then CISTERN_MODEM, CISTERN_REPOSITORY, CISTERN_ROOT, CISTERN_STATE, CISTERN_STAGE and',
      'CISTERN_CHANNEL, then /etc/cistern/config.json.',
      '',
      'Examples:',
      '  cistern devices                                            what is plugged in',
      '  cistern check --modem usb:1-1.4                            a modem by its USB path',
      '  cistern update --modem auto --ask                          the only modem in sight',
      '  cistern update --modem serial:/dev/ttyUSB0                 over the ttys of option and qcserial',
      '  cistern update --modem "tcp://192.0.2.1:9008?at=9007"      behind a relay',
      '  cistern flash PACKAGE.zip --plan                           what a vendor package would do',
      '  cistern rescue --modem usb:1-1.4                           a modem that does not start',
      '  cistern reset --modem usb:1-1.4                            out of emergency download mode, nothing written',
      '  cistern status --json',
      '  cistern trust                                              what is believed, and until when',
      '  cistern doctor                                             what is wrong with the modem, and what to do',
      '  cistern schedule install --window 02:00-05:00              by itself, once a day',
      '  cistern diagnose flash.log                                 what the log of a flasher shows',
    ].join('\n'),
  },
});

export const app = buildApplication(commands, {
  name: 'cistern',
  determineExitCode: () => EXIT.SOFTWARE.code,
  versionInfo: { currentVersion: UPDATER_VERSION },
  scanner: { caseStyle: 'allow-kebab-for-camel' },
});
