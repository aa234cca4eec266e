/** The simulated modem: a cellular module as its host sees it, and what a test may do to it. */
import { err, ok, type Result } from '../../shared/result.ts';
import type { BootOutcome } from './boot.ts';
import { calibrationDigest } from './calibration.ts';
import { factoryFlash } from './factory.ts';
import { FaultPlan } from './fault-plan.ts';
import type { ProgramProgress } from './firehose-session.ts';
import { hostLink } from './host-link.ts';
import type { ByteLink, ModemState, OpenFailure, UsbLink } from './link.ts';
import { ec25Eu, type ModuleModel, modelForFirmware } from './models.ts';
import type { SimulatedModemOptions } from './modem-options.ts';
import { Module } from './module.ts';
import { Nand, type NandGeometry } from './nand.ts';
import { openNandDirectory } from './nand-directory.ts';
import type { Partition } from './partitions.ts';
import { type ModemSettings, workingSettings } from './settings.ts';
import type { StartState } from './start-state.ts';
import { bulkPacketBytes, type UsbComposition } from './usb-compositions.ts';

const WRONG_PAGES_PER_BLOCK = 128;
const DEFAULT_IMEI = '861536030196001';
const DEFAULT_CHIP_SERIAL = 0x12345678;
const DEFAULT_TIMING = { rebootMs: 0, departureMs: 50, lingerMs: 0, secondMs: 1000 };

export class SimulatedModem {
  readonly model: ModuleModel;
  readonly nand: Nand;
  readonly partitions: readonly Partition[];
  readonly #module: Module;
  readonly #listeners = new Set<(state: ModemState) => void>();
  readonly #programListeners = new Set<(progress: ProgramProgress) => void>();
  readonly #closeFlash: () => void;
  readonly #faults: FaultPlan;
  #usbHolder: object | undefined;
  #atHolder: object | undefined;

  /** Makes the module, flashes it in the factory when its chip is blank, and powers it on. */
  constructor(options: SimulatedModemOptions) {
    this.model = options.model ?? modelForFirmware(options.firmware) ?? ec25Eu;
    const faults = new FaultPlan(options.faults ?? []);
    this.#faults = faults;
    const geometry = faults.hasWrongGeometry
      ? withWrongBlocks(options.geometry ?? this.model.geometry)
      : (options.geometry ?? this.model.geometry);
    this.partitions = this.model.partitions(geometry);
    const flash = openFlash(options, { geometry, model: this.model, wornBlocks: faults.wornBlocks });
    this.nand = flash.nand;
    this.#closeFlash = flash.close;
    const { firmware, imei = DEFAULT_IMEI, timing } = options;
    if (flash.isBlank) factoryFlash(this.nand, this.partitions, { firmware, chip: this.model.chip, imei });
    const parts = {
      model: this.model,
      nand: this.nand,
      partitions: this.partitions,
      faults,
      chipSerial: options.chipSerial ?? DEFAULT_CHIP_SERIAL,
      framing: options.framing ?? 'apart',
      onProgram: (progress: ProgramProgress): void => {
        for (const listener of this.#programListeners) listener(progress);
      },
      settings: { ...workingSettings, ...options.settings },
      settingsByFirmware: options.settingsByFirmware ?? {},
      timing: { ...DEFAULT_TIMING, ...timing },
    };
    const onState = (state: ModemState): void => {
      for (const listener of this.#listeners) listener(state);
    };
    this.#module = new Module(parts, { onState });
    this.#module.startIn(options.startIn ?? 'normal');
  }

  state(): ModemState {
    return this.#module.state;
  }

  /** What the module is on USB now; `undefined` while it is on no bus. */
  get usb(): UsbComposition | undefined {
    return this.#module.usb;
  }

  /** Transfers on the bulk pair, in and out, since the module was made. The AT port does not count. */
  get transferCount(): number {
    return this.#module.transferCount;
  }

  /** What the last boot found; `undefined` while the boot ROM was told to stay in EDL. */
  get bootOutcome(): BootOutcome | undefined {
    return this.#module.outcome;
  }

  get settings(): ModemSettings {
    return this.#module.settings;
  }

  changeSettings(change: Partial<ModemSettings>): void {
    this.#module.changeSettings(change);
  }

  /** SHA-256 (hex) over the protected partitions: equal before and after means that calibration is untouched. */
  calibrationDigest(): string {
    return calibrationDigest(this.nand, this.partitions);
  }

  /** The module as it now is on the bus: DIAG in normal mode, the only bulk pair in EDL. One holder at a time. */
  openUsb(options: { readonly packetBytes?: number } = {}): Result<UsbLink, OpenFailure> {
    const { pipe, usb, state } = this.#module;
    if (pipe === undefined || usb === undefined) return err({ reason: 'not-on-bus', state });
    if (this.#usbHolder === pipe) return err({ reason: 'busy' });
    this.#usbHolder = pipe;
    const onClose = (): void => {
      pipe.releaseWaiters();
      if (this.#module.pipe !== pipe) return;
      this.#usbHolder = undefined;
      this.#module.usbClosed();
    };
    const end = { read: pipe.read.bind(pipe), write: pipe.write.bind(pipe) };
    const { vendorId, productId, interfaces } = usb;
    const identity = { vendorId, productId, interfaceCount: interfaces.length };
    this.#module.usbOpened({ packetBytes: options.packetBytes ?? this.#packetBytes });
    return ok({ ...identity, ...hostLink({ end, onClose }) });
  }

  get #packetBytes(): number {
    const { normal, edl } = this.model.speed;
    return bulkPacketBytes(this.state() === 'normal' ? normal : edl);
  }

  /** The AT port, in normal mode only, as a byte stream. One holder at a time. */
  openAt(): Result<ByteLink, OpenFailure> {
    const { at: port, state } = this.#module;
    if (port === undefined) return err({ reason: 'not-on-bus', state });
    if (this.#atHolder === port) return err({ reason: 'busy' });
    this.#atHolder = port;
    const onClose = (): void => {
      port.hangUp();
      if (this.#atHolder === port) this.#atHolder = undefined;
    };
    const end = { read: port.read.bind(port), write: async (bytes: Uint8Array) => port.write(bytes) };
    return ok(hostLink({ end, onClose }));
  }

  /** Sends an unsolicited result code on the AT port; nothing happens outside normal mode. */
  sendUnsolicited(line: string): void {
    this.#module.at?.sendUnsolicited(line);
  }

  /** Takes power away and gives it back; ends silence and absence. */
  powerCycle(): void {
    this.#module.powerCycle('firmware');
  }

  /** Takes power away until the next `powerCycle`. */
  powerOff(): void {
    this.#module.powerOff();
  }

  /** Takes power away during the next transfer of the bulk pair, and gives it back. */
  cutPowerAtNextTransfer(): void {
    this.#faults.cutAt(this.#module.transferCount + 1);
  }

  /** Somebody else reads the HELLO of the next entry into EDL. */
  stealNextHello(): void {
    this.#faults.stealNextHello();
  }

  /** Pulls the cable: the module leaves the bus and keeps its power until `plug`. */
  unplug(): void {
    this.#module.unplug();
  }

  plug(): void {
    this.#module.plug();
  }

  /** Something happens to it, and it is found in this state from now on; a power cycle ends that. */
  becomes(state: StartState): void {
    this.#module.powerOff();
    this.#module.startIn(state);
  }

  /** What a human does to a stuck module: shorts the test point at power-on, so that the boot ROM stays in EDL. */
  shortTestPoint(): void {
    this.#module.powerCycle('edl');
  }

  /** Calls `listener` after every change of state; returns what ends that. */
  onStateChange(listener: (state: ModemState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` when a `<program>` has begun, and when its last raw byte was taken; returns what ends that. */
  onProgram(listener: (progress: ProgramProgress) => void): () => void {
    this.#programListeners.add(listener);
    return () => this.#programListeners.delete(listener);
  }

  /** Waits until the module is in one of these states; it may be already. */
  whenState(
    states: readonly ModemState[],
    options: { readonly timeoutMs: number },
  ): Promise<Result<ModemState, { readonly reason: 'timeout'; readonly state: ModemState }>> {
    if (states.includes(this.state())) return Promise.resolve(ok(this.state()));
    return new Promise((resolve) => {
      const finish = (result: Parameters<typeof resolve>[0]): void => {
        clearTimeout(timer);
        stop();
        resolve(result);
      };
      const stop = this.onStateChange((state) => {
        if (states.includes(state)) finish(ok(state));
      });
      const timer = setTimeout(
        () => finish(err({ reason: 'timeout', state: this.state() })),
        options.timeoutMs,
      );
    });
  }

  /** Ends the simulation: off the bus, no timer left, flash files closed. */
  close(): void {
    this.powerOff();
    this.#listeners.clear();
    this.#programListeners.clear();
    this.#closeFlash();
  }
}

function withWrongBlocks(geometry: NandGeometry): NandGeometry {
  const pageCount = geometry.pagesPerBlock * geometry.blockCount;
  return {
    pageBytes: geometry.pageBytes,
    pagesPerBlock: WRONG_PAGES_PER_BLOCK,
    blockCount: Math.floor(pageCount / WRONG_PAGES_PER_BLOCK),
  };
}

function openFlash(
  options: SimulatedModemOptions,
  {
    geometry,
    model: { isRewritable = false },
    wornBlocks,
  }: { geometry: NandGeometry; model: ModuleModel; wornBlocks: readonly number[] },
) {
  const chip = { geometry, badBlocks: options.badBlocks ?? [], wornBlocks, isRewritable };
  if (options.flashDirectory !== undefined) return openNandDirectory(options.flashDirectory, chip);
  return { nand: new Nand(chip), isBlank: true, close: () => {} };
}
