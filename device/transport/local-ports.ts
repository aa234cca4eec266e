/** What doors to modems that are plugged in need of the machine. */
import { type Clock, systemClock } from '../clock.ts';
import { type OpenTty, openTty } from './serial/open-tty.ts';
import { type LoadUsb, loadUsb } from './usb/web-usb.ts';

export type LocalPorts = {
  /** Where sysfs is mounted. */
  readonly sysfs: string;
  readonly loadUsb: LoadUsb;
  readonly openTty: OpenTty;
  readonly clock: Clock;
};

export const systemPorts: LocalPorts = { sysfs: '/sys', loadUsb, openTty, clock: systemClock };
