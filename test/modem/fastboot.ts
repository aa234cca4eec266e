/**
 * A module in its boot loader's fastboot (AT+QFASTBOOT), which is not EDL: it answers the questions of a host that has
 * lost its way, and starts the firmware again. Flashing through it is not part of this simulation.
 */
import { FASTBOOT_COMMAND_MAX_BYTES } from './limits.ts';
import type { ModuleControl, UsbFunction } from './usb-function.ts';

export class Fastboot implements UsbFunction {
  readonly sendsZeroPackets = false;
  readonly #control: ModuleControl;
  readonly #variables: Readonly<Record<string, string>>;

  constructor(control: ModuleControl, options: { readonly chip: string }) {
    this.#control = control;
    this.#variables = { version: '0.4', product: options.chip.toLowerCase() };
  }

  receive(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const command = Buffer.from(bytes.subarray(0, FASTBOOT_COMMAND_MAX_BYTES + 1)).toString('latin1');
    if (command.length > FASTBOOT_COMMAND_MAX_BYTES) this.#say('FAILcommand too long');
    else if (command === 'reboot' || command === 'continue') {
      this.#say('OKAY');
      this.#control.restart({ into: 'firmware', waitForHost: false });
    } else if (command.startsWith('getvar:')) {
      const name = command.slice('getvar:'.length);
      this.#say(`OKAY${Object.hasOwn(this.#variables, name) ? this.#variables[name] : ''}`);
    } else this.#say('FAILunknown command');
  }

  opened(): void {}
  cutDuring(): void {}
  disconnected(): void {}

  #say(answer: string): void {
    this.#control.send(Buffer.from(answer, 'latin1'));
  }
}
