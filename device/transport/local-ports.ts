/** What doors to modems that are plugged in need of the machine. */
import { access, constants } from 'node:fs/promises';
import { type Clock, systemClock } from '../clock.ts';
import { type OpenTty, openTty } from './serial/open-tty.ts';
import { type LoadUsb, loadUsb } from './usb/web-usb.ts';

export type LocalPorts = {
  /** Where sysfs is mounted. */
  readonly sysfs: string;
  readonly loadUsb: LoadUsb;
  readonly openTty: OpenTty;
  readonly clock: Clock;
  /** False where this user may not open a device node; true also where that cannot be told. */
  readonly mayOpen: (node: string) => Promise<boolean>;
};

export const systemPorts: LocalPorts = {
  sysfs: '/sys',
  loadUsb,
  openTty,
  clock: systemClock,
  mayOpen: (node) =>
    access(node, constants.R_OK | constants.W_OK).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code !== 'EACCES' && error.code !== 'EPERM',
    ),
};
