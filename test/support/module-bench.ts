/** A simulated module of any model, flashed from a package on a disk by a catalogue of its own; no repository is asked. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../device/clock.ts';
import { type LocalPackage, openLocalPackage } from '../../device/package/open-local-package.ts';
import { systemProcesses } from '../../device/process-table.ts';
import { loadDeviceIdentity } from '../../device/report/device-key.ts';
import { nodePlatform } from '../../device/stage/node-platform.ts';
import type { ModemDoor } from '../../device/transport/door.ts';
import type { FlashPorts, UpdateEvents } from '../../device/update/attempt.ts';
import { flashLocal } from '../../device/update/flash-local.ts';
import { rescue } from '../../device/update/rescue.ts';
import { localFirmware } from '../../device/update/rescue-firmware.ts';
import { withoutUplink } from '../../device/update/uplink.ts';
import type { ModelEntry } from '../../shared/catalogue.ts';
import type { ModuleModel } from '../modem/models.ts';
import { SimulatedModem } from '../modem/modem.ts';
import type { SimulatedModemOptions } from '../modem/modem-options.ts';
import { bareSurroundings } from './bare-machine.ts';
import type { CutSubject } from './cut-run.ts';
import { inProcessDoor } from './in-process-door.ts';
import { endOfRescue } from './local-flashing.ts';
import { must } from './must.ts';
import { endOf } from './scenario.ts';
import { SHORT_TIMINGS } from './short-timings.ts';

export type BenchedModule = {
  readonly model: ModuleModel;
  readonly oldVersion: string;
  readonly newVersion: string;
  readonly entry: ModelEntry;
  readonly writePackage: (directory: string) => Promise<void>;
};

/** The machine beside a modem, and what went from it to the programmer: `tag start_sector` of each command. */
export type Beside = { readonly ports: FlashPorts; readonly sent: readonly string[] };

const never = new AbortController().signal;

export class ModuleBench {
  readonly module: BenchedModule;
  readonly directory: string;
  readonly packageDirectory: string;
  readonly #modems = new Set<SimulatedModem>();

  static async of(module: BenchedModule): Promise<ModuleBench> {
    const bench = new ModuleBench(module, await mkdtemp(join(tmpdir(), 'cistern-bench-')));
    await module.writePackage(bench.packageDirectory);
    return bench;
  }

  constructor(module: BenchedModule, directory: string) {
    this.module = module;
    this.directory = directory;
    this.packageDirectory = join(directory, module.newVersion);
  }

  aModem(options: Partial<SimulatedModemOptions> = {}): SimulatedModem {
    const modem = new SimulatedModem({
      firmware: this.module.oldVersion,
      model: this.module.model,
      timing: { rebootMs: 0, departureMs: 1, secondMs: 1 },
      ...options,
    });
    this.#modems.add(modem);
    return modem;
  }

  /** Ends all modems there are. */
  closeModems(): void {
    for (const modem of this.#modems) modem.close();
    this.#modems.clear();
  }

  open(path = this.packageDirectory, entry = this.module.entry): ReturnType<typeof openLocalPackage> {
    const catalogue = { format: 'cistern-catalogue/1' as const, models: [entry], incomplete: [] };
    return openLocalPackage({ path, catalogue }, never);
  }

  async beside(modem: SimulatedModem, onStep: UpdateEvents['onStep'] = () => {}): Promise<Beside> {
    const stateDir = await mkdtemp(join(this.directory, 'router-'));
    const sent: string[] = [];
    const onNote = () => {};
    const door = listening(inProcessDoor(modem), sent);
    const ports = {
      door,
      clock: systemClock,
      newId: randomUUID,
      stagePlatform: nodePlatform,
      processes: systemProcesses,
      timings: SHORT_TIMINGS,
      identity: must(await loadDeviceIdentity(stateDir)),
      surroundings: bareSurroundings(door, { stateDir, repositoryUrl: null, onNote }),
      stateDir,
      events: { onStep, onNote, onPlan: () => {}, onFetch: () => {}, onFlash: () => {} },
    };
    const offline = { reason: 'package-not-found', path: this.packageDirectory } as const;
    return { ports: withoutUplink(ports, offline), sent };
  }

  async flash(local: LocalPackage, { ports }: Beside): Promise<string> {
    const options = { ...(await this.#newStage()), voucher: null };
    return endOf(await flashLocal(local, options, ports, never));
  }

  async rescue(local: LocalPackage, { ports }: Beside): Promise<string> {
    return endOfRescue(await rescue(localFirmware(local), await this.#newStage(), ports, never));
  }

  async #newStage() {
    const stage = await mkdtemp(join(this.directory, 'stage-'));
    return { stage, ask: null, accepted: [], restoreSettings: false };
  }

  /** Flashed, and rescued as long as it is not finished. */
  get cutSubject(): CutSubject {
    return {
      oldVersion: this.module.oldVersion,
      newVersion: this.module.newVersion,
      begin: async ({ faults, onStep }) => {
        const modem = this.aModem({ faults });
        const beside = await this.beside(modem, onStep);
        const local = must(await this.open());
        let runs = 0;
        const run = () => (runs++ === 0 ? this.flash(local, beside) : this.rescue(local, beside));
        const end = async () => {
          await local.close();
          modem.close();
        };
        return { modem, run, end };
      },
    };
  }

  async end(): Promise<void> {
    this.closeModems();
    await rm(this.directory, { recursive: true, force: true });
  }
}

function listening(door: ModemDoor, sent: string[]): ModemDoor {
  return {
    ...door,
    open: async (signal) => {
      const found = await door.open(signal);
      if (!found.ok) return found;
      const { pipe } = found.value;
      const heard: typeof pipe = {
        transferIn: (...order) => pipe.transferIn(...order),
        transferOut: (bytes, options) => {
          const text = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
          const [, tag, attributes = ''] = /^<\?xml[^>]*>\n<data>\n<(\w+) ([^>]*)\/>/.exec(text) ?? [];
          const place = /start_sector="([^"]*)"/.exec(attributes)?.[1];
          if (tag !== undefined) sent.push(place === undefined ? tag : `${tag} ${place}`);
          return pipe.transferOut(bytes, options);
        },
        close: () => pipe.close(),
      };
      return { ok: true, value: { ...found.value, pipe: heard } };
    },
  };
}
