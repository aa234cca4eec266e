/** How a simulated module is made. */
import type { FaultDeclaration } from './faults.ts';
import type { DocumentFraming } from './firehose-voice.ts';
import type { ModuleModel } from './models.ts';
import type { NandGeometry } from './nand.ts';
import type { ModemSettings } from './settings.ts';
import type { StartState } from './start-state.ts';

export type SimulatedModemOptions = {
  /** What the factory flashes onto a blank chip, e.g. `EC25EUGAR06A05M4G_01.003.01.003`. */
  readonly firmware: string;
  /** Default: the EC25-EU. */
  readonly model?: ModuleModel;
  /** 15 digits; part of the calibration. */
  readonly imei?: string;
  /** What Sahara's command mode tells; 32 bits. */
  readonly chipSerial?: number;
  readonly geometry?: NandGeometry;
  readonly badBlocks?: readonly number[];
  /** Where it differs from a module that works. */
  readonly settings?: Partial<ModemSettings>;
  /** What changes when a firmware boots, by its full version: a release that loses the APN, say. */
  readonly settingsByFirmware?: Readonly<Record<string, Partial<ModemSettings>>>;
  readonly faults?: readonly FaultDeclaration[];
  /** How it is found. Default `normal`: what is in flash decides. */
  readonly startIn?: StartState;
  /** How the programmer's documents travel. Default `apart`, as over USB. */
  readonly framing?: DocumentFraming;
  readonly timing?: {
    /** From leaving the bus to being on it again. Default 0. */
    readonly rebootMs?: number;
    /** How long a module that answered a reset waits for the host to read the answer. Default 50. */
    readonly departureMs?: number;
    /** From the host's reading of the last answer to leaving the bus. Default 0; a kernel needs about 100. */
    readonly lingerMs?: number;
    /** How long a second of `<power DelayInSeconds>` lasts. Default 1000. */
    readonly secondMs?: number;
  };
  /** Keeps the flash over restarts of the process. */
  readonly flashDirectory?: string;
};
