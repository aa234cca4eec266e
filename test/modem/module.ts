/**
 * The module's life between power-on and power-off: which mode it is in, what is on the bus, and what a restart makes
 * of what is in flash. What a test can do with it is in `modem.ts`.
 */
import { parseFirmwareVersion, versionWithoutCustom } from '../../shared/firmware-version.ts';
import type { AtState } from './at-commands.ts';
import { AtPort } from './at-port.ts';
import { type BootOutcome, boot } from './boot.ts';
import { Diag } from './diag.ts';
import type { FaultPlan } from './fault-plan.ts';
import { Firehose } from './firehose.ts';
import type { DocumentFraming } from './firehose-voice.ts';
import type { ModemState } from './link.ts';
import type { ModuleModel } from './models.ts';
import type { SimulatedModemOptions } from './modem-options.ts';
import type { Nand } from './nand.ts';
import type { Partition } from './partitions.ts';
import { Sahara } from './sahara.ts';
import type { ModemSettings } from './settings.ts';
import type { UsbComposition } from './usb-compositions.ts';
import type { ModuleControl, RestartInto, UsbFunction } from './usb-function.ts';
import { HIGH_SPEED_PACKET_BYTES, type TransferFate, UsbPipe } from './usb-pipe.ts';

type BusState = 'normal' | 'edl-sahara' | 'edl-firehose';
type NormalBoot = BootOutcome & { kind: 'normal' };

export type ModuleParts = {
  readonly model: ModuleModel;
  readonly nand: Nand;
  readonly partitions: readonly Partition[];
  readonly faults: FaultPlan;
  /** Burnt into the chip. */
  readonly chipSerial: number;
  readonly settings: ModemSettings;
  readonly settingsByFirmware: Readonly<Record<string, Partial<ModemSettings>>>;
  readonly framing: DocumentFraming;
  readonly timing: Required<NonNullable<SimulatedModemOptions['timing']>>;
};

export class Module {
  readonly #parts: ModuleParts;
  readonly #onState: (state: ModemState) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #settings: ModemSettings;
  #state: ModemState = 'off';
  #outcome: BootOutcome | undefined;
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
    if (this.#pipe === undefined) return undefined;
    return this.#state === 'normal' ? this.#parts.model.normalUsb : this.#parts.model.edlUsb;
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
    else if (this.#outcome?.kind === 'normal') this.#enterNormalMode(this.#outcome);
    else this.#enterEdl();
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
    if (state !== 'normal' && state !== 'edl-sahara' && state !== 'edl-firehose') return;
    this.#function?.disconnected();
    this.#pipe?.end();
    this.#at?.end();
    this.#pipe = undefined;
    this.#at = undefined;
    this.#unseen = state;
    this.#become('gone');
  }

  /** The cable comes back. */
  plug(): void {
    this.#isPlugged = true;
    if (this.#unseen !== undefined) this.#appear(this.#unseen);
  }

  #startLater(into: RestartInto): void {
    this.#after(this.#parts.timing.rebootMs, () => this.start(into));
    this.#become('rebooting');
  }

  #enterNormalMode(outcome: NormalBoot): void {
    this.changeSettings(this.#parts.settingsByFirmware[outcome.firmware] ?? {});
    const softwareRevision = firmwareNames(outcome.firmware).withoutCustom;
    this.#function = new Diag(this.#control(), { softwareRevision });
    this.#appear('normal');
  }

  #enterEdl(): void {
    const { faults, model } = this.#parts;
    const { sahara: dialect, chip, hardwareId, rootKeyHash } = model;
    this.#function = new Sahara(this.#control(), {
      dialect,
      chip,
      identity: { serial: this.#parts.chipSerial, hardwareId, rootKeyHash },
      session: faults.stealsHello() ? 'hello-taken' : 'fresh',
      rejectsAll: faults.rejectsProgrammer,
    });
    this.#appear('edl-sahara');
  }

  #startProgrammer(): void {
    const { nand, partitions, faults, model, framing, timing } = this.#parts;
    const { firehose: dialect, projectName } = model;
    const { secondMs } = timing;
    const options = { dialect, nand, partitions, projectName, faults, framing, secondMs };
    this.#function = new Firehose(this.#control(), options);
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
    const state: AtState = {
      vendor: this.#parts.model.vendor,
      modelName: this.#parts.model.name,
      firmware: firmwareNames(outcome.firmware),
      calibration: outcome.calibration,
      settings: () => this.#settings,
      changeSettings: (change) => this.changeSettings(change),
      functionality: 1,
      isEchoOn: true,
      errorFormat: 1,
      applicationPendingAnswers: this.#settings.applicationPendingAnswers,
    };
    const port: AtPort = new AtPort(state, {
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
    if (fault === 'silence') this.#fallSilent();
    if (fault === 'disconnect') this.#unplugAndReplug();
    if (fault === 'cut-power') {
      if (transfer.direction === 'out') this.#function?.cutDuring(transfer.bytes);
      this.#leaveBus();
      this.#startLater('firmware');
    }
    return 'lost';
  }

  #fallSilent(): void {
    this.#isSilent = true;
    this.#at?.silence();
  }

  #unplugAndReplug(): void {
    this.unplug();
    this.#after(this.#parts.timing.rebootMs, () => this.plug());
  }

  #control(): ModuleControl {
    const module = this;
    return {
      get packetBytes() {
        return module.#pipe?.packetBytes ?? HIGH_SPEED_PACKET_BYTES;
      },
      send: (message) => this.#pipe?.send(message),
      setBusy: (isBusy) => this.#pipe?.setBusy(isBusy),
      after: (delayMs, action) => this.#after(delayMs, action),
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
      else this.#after(lingerMs, leave);
    };
    if (this.#pipe?.isDrained) {
      exit();
      return;
    }
    this.#exit = exit;
    if (!waitForHost) this.#after(this.#parts.timing.departureMs, exit);
  }

  #restart(into: RestartInto): void {
    this.#leaveBus();
    if (this.#parts.faults.neverReturnsAfter(into === 'edl' ? 'edl-switch' : 'reset')) this.#become('gone');
    else this.#startLater(into);
  }

  /** Everything volatile ends here. */
  #leaveBus(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#exit = undefined;
    this.#unseen = undefined;
    this.#function = undefined;
    this.#pipe?.end();
    this.#at?.end();
    this.#pipe = undefined;
    this.#at = undefined;
  }

  #after(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
  }

  #become(state: ModemState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#onState(state);
  }
}

function firmwareNames(full: string): { readonly full: string; readonly withoutCustom: string } {
  const version = parseFirmwareVersion(full);
  return { full, withoutCustom: version.ok ? versionWithoutCustom(version.value) : full };
}
