/**
 * The module's life between power-on and power-off: which mode it is in, what is on the bus, and what a restart makes
 * of what is in flash. What a test can do with it is in `modem.ts`.
 */
import { AtPort } from './at-port.ts';
import { type BootOutcome, boot } from './boot.ts';
import { Fastboot } from './fastboot.ts';
import { type BusState, isOnBus, type ModemState } from './link.ts';
import {
  atStateOf,
  compositionIn,
  diagOf,
  type ModuleParts,
  type NormalBoot,
  programmerFoundIn,
  programmerOf,
  saharaOf,
} from './module-functions.ts';
import { RamDump } from './ram-dump.ts';
import type { SaharaSession } from './sahara.ts';
import type { ModemSettings } from './settings.ts';
import type { StartState } from './start-state.ts';
import { Timers } from './timers.ts';
import type { UsbComposition } from './usb-compositions.ts';
import type { ModuleControl, RestartInto, UsbFunction } from './usb-function.ts';
import { HIGH_SPEED_PACKET_BYTES, type TransferFate, UsbPipe } from './usb-pipe.ts';

export class Module {
  readonly #parts: ModuleParts;
  readonly #onState: (state: ModemState) => void;
  readonly #timers = new Timers();
  #settings: ModemSettings;
  #state: ModemState = 'off';
  #outcome: BootOutcome | undefined;
  #lastStarted: string | undefined;
  #pipe: UsbPipe | undefined;
  #function: UsbFunction | undefined;
  #at: AtPort | undefined;
  #exit: (() => void) | undefined;
  #isSilent = false;
  #isPlugged = true;
  /** What appears when the cable is put back. */
  #unseen: BusState | undefined;
  #transferCount = 0;

  /** A module without power. */
  constructor(parts: ModuleParts, options: { readonly onState: (state: ModemState) => void }) {
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#onState = options.onState;
  }

  get state(): ModemState {
    return this.#state;
  }

  get outcome(): BootOutcome | undefined {
    return this.#outcome;
  }

  get transferCount(): number {
    return this.#transferCount;
  }

  get settings(): ModemSettings {
    return this.#settings;
  }

  /** The bulk pair while the module is on the bus. */
  get pipe(): UsbPipe | undefined {
    return this.#pipe;
  }

  /** What the module is on USB; `undefined` while it is on no bus. */
  get usb(): UsbComposition | undefined {
    return this.#pipe === undefined ? undefined : compositionIn(this.#state, this.#parts.model);
  }

  /** The AT port while the module is in normal mode. */
  get at(): AtPort | undefined {
    return this.#at;
  }

  changeSettings(change: Partial<ModemSettings>): void {
    this.#settings = { ...this.#settings, ...change };
  }

  /** Power comes on: the boot decides, or the boot ROM stays in EDL. */
  start(into: RestartInto): void {
    const { nand, partitions, model } = this.#parts;
    this.#outcome = into === 'edl' ? undefined : boot(nand, partitions, model.chip);
    if (this.#outcome?.kind === 'stuck') this.#become('stuck');
    else if (this.#outcome?.kind === 'normal' && this.#parts.faults.crashes(this.#outcome.firmware))
      this.#run(new RamDump(this.#control()), 'ram-dump');
    else if (this.#outcome?.kind === 'normal') this.#enterNormalMode(this.#outcome);
    else this.#enterEdl(this.#parts.faults.stealsHello() ? 'hello-taken' : 'fresh');
  }

  /** Found in this state: it ran before anybody looked. */
  startIn(state: StartState): void {
    this.#outcome = undefined;
    if (state === 'normal' || state === 'edl') this.start(state === 'edl' ? 'edl' : 'firmware');
    else if (state === 'edl-hello-taken') this.#enterEdl('hello-taken');
    else if (state === 'edl-mid-image') this.#enterEdl('mid-image');
    else if (state === 'ram-dump') this.#run(new RamDump(this.#control()), state);
    else if (state === 'fastboot') this.#run(new Fastboot(this.#control(), this.#parts.model), state);
    else if (state === 'programmer-unread') {
      this.#enterEdl('hello-taken');
      this.#startProgrammer();
    } else {
      this.#run(programmerFoundIn(state, this.#parts, this.#control()), 'edl-firehose');
    }
  }

  /** Power goes and comes back. */
  powerCycle(into: RestartInto): void {
    this.#isSilent = false;
    this.#leaveBus();
    this.#startLater(into);
  }

  powerOff(): void {
    this.#leaveBus();
    this.#become('off');
  }

  /** A host opened the bulk pair, with packets of this size. */
  usbOpened(options: { readonly packetBytes: number }): void {
    this.#pipe?.setPacketBytes(options.packetBytes);
    this.#function?.opened();
  }

  usbClosed(): void {
    // What the boot ROM said went into the buffers of the host that now left; HELLO is not said twice (edl 1b).
    if (this.#state === 'edl-sahara') this.#pipe?.discardPending();
  }

  /** The cable goes; power stays, and what runs goes on. */
  unplug(): void {
    this.#isPlugged = false;
    const state = this.#state;
    if (!isOnBus(state)) return;
    this.#function?.disconnected();
    this.#endPorts();
    this.#unseen = state;
    this.#become('gone');
  }

  /** The cable comes back. */
  plug(): void {
    this.#isPlugged = true;
    if (this.#unseen !== undefined) this.#appear(this.#unseen);
  }

  #startLater(into: RestartInto): void {
    this.#timers.after(this.#parts.timing.rebootMs, () => this.start(into));
    this.#become('rebooting');
  }

  #enterNormalMode(outcome: NormalBoot): void {
    // A firmware brings its settings once; what is set afterwards survives a restart.
    if (outcome.firmware !== this.#lastStarted)
      this.changeSettings(this.#parts.settingsByFirmware[outcome.firmware] ?? {});
    this.#lastStarted = outcome.firmware;
    this.#run(diagOf(this.#parts, this.#control(), outcome), 'normal');
  }

  #run(usbFunction: UsbFunction, state: BusState): void {
    this.#function = usbFunction;
    this.#appear(state);
  }

  #enterEdl(session: SaharaSession): void {
    this.#run(saharaOf(this.#parts, this.#control(), session), 'edl-sahara');
  }

  #startProgrammer(): void {
    this.#function = programmerOf(this.#parts, this.#control());
    this.#become('edl-firehose');
  }

  #appear(state: BusState): void {
    this.#unseen = this.#isPlugged ? undefined : state;
    if (!this.#isPlugged) {
      this.#become('gone');
      return;
    }
    this.#pipe = new UsbPipe({
      received: (bytes) => this.#function?.receive(bytes),
      fateOf: (transfer) => this.#fateOf(transfer),
      drained: () => this.#exit?.(),
      sendsZeroPackets: () => this.#function?.sendsZeroPackets ?? false,
    });
    if (state === 'normal' && this.#outcome?.kind === 'normal') this.#at = this.#atPort(this.#outcome);
    this.#become(state);
    this.#exit?.();
  }

  #atPort(outcome: NormalBoot): AtPort {
    const settings = () => this.#settings;
    const changeSettings = (change: Partial<ModemSettings>) => this.changeSettings(change);
    const port: AtPort = new AtPort(atStateOf(this.#parts, outcome, { settings, changeSettings }), {
      onEffect: (effect) => {
        if (effect === 'reset') this.#restart('firmware');
        else {
          port.sendUnsolicited('POWERED DOWN');
          this.powerOff();
        }
      },
    });
    return port;
  }

  #fateOf(transfer: { direction: 'in' | 'out'; bytes: Uint8Array }): TransferFate {
    this.#transferCount += 1;
    const fault = this.#isSilent ? 'silence' : this.#parts.faults.at(this.#transferCount);
    if (fault === undefined) return 'happens';
    if (fault === 'silence') {
      this.#isSilent = true;
      this.#at?.silence();
    }
    if (fault === 'disconnect') this.#unplugAndReplug();
    if (fault === 'cut-power') {
      if (transfer.direction === 'out') this.#function?.cutDuring(transfer.bytes);
      this.#leaveBus();
      this.#startLater('firmware');
    }
    return 'lost';
  }

  #unplugAndReplug(): void {
    this.unplug();
    this.#timers.after(this.#parts.timing.rebootMs, () => this.plug());
  }

  #control(): ModuleControl {
    const module = this;
    return {
      get packetBytes() {
        return module.#pipe?.packetBytes ?? HIGH_SPEED_PACKET_BYTES;
      },
      send: (message) => this.#pipe?.send(message),
      setBusy: (isBusy) => this.#pipe?.setBusy(isBusy),
      after: (delayMs, action) => this.#timers.after(delayMs, action),
      restart: ({ into, waitForHost }) => this.#leaveWhenRead(() => this.#restart(into), { waitForHost }),
      powerOff: () => this.#leaveWhenRead(() => this.powerOff(), { waitForHost: true }),
      startProgrammer: () => this.#startProgrammer(),
    };
  }

  /** The answer must reach the host before the bus goes: it stays for a moment after the last byte was read. */
  #leaveWhenRead(leave: () => void, { waitForHost }: { waitForHost: boolean }): void {
    const { lingerMs } = this.#parts.timing;
    const exit = (): void => {
      this.#exit = undefined;
      if (lingerMs === 0) leave();
      else this.#timers.after(lingerMs, leave);
    };
    if (this.#pipe?.isDrained) {
      exit();
      return;
    }
    this.#exit = exit;
    if (!waitForHost) this.#timers.after(this.#parts.timing.departureMs, exit);
  }

  #restart(into: RestartInto): void {
    this.#leaveBus();
    if (this.#parts.faults.neverReturnsAfter(into === 'edl' ? 'edl-switch' : 'reset')) this.#become('gone');
    else this.#startLater(into);
  }

  /** Everything volatile ends here. */
  #leaveBus(): void {
    this.#timers.clear();
    this.#exit = undefined;
    this.#unseen = undefined;
    this.#function = undefined;
    this.#endPorts();
  }

  #endPorts(): void {
    this.#pipe?.end();
    this.#at?.end();
    this.#pipe = undefined;
    this.#at = undefined;
  }

  #become(state: ModemState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#onState(state);
  }
}
