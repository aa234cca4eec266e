/** The programmer once it runs: takes Firehose commands one by one (edl 1c, the 9x07 dialect as data). */
import type { Result } from '../../shared/result.ts';
import type { FaultPlan } from './fault-plan.ts';
import { configurationAttributes, storageDescription } from './firehose-answers.ts';
import type { FirehoseDialect } from './firehose-dialect.ts';
import { blocksToErase, isProjectQuestion, namesProject } from './firehose-erase.ts';
import {
  checkGeometryAttributes,
  checkProgramAlignment,
  numberAttribute,
  type Region,
  type RegionFailure,
  regionOf,
} from './firehose-region.ts';
import { cursorOver, eraseBlocks, readOut } from './firehose-storage.ts';
import { type FirehoseCommand, logDocument, parseFirehoseXml, responseDocument } from './firehose-xml.ts';
import { FIREHOSE_XML_MAX_BYTES } from './limits.ts';
import type { Nand } from './nand.ts';
import type { Partition } from './partitions.ts';
import { describeProgramFailure, ProgramWriter } from './program-writer.ts';
import type { ModuleControl, UsbFunction } from './usb-function.ts';
import { sourceOf } from './usb-pipe.ts';

export type ProgrammerOptions = {
  readonly dialect: FirehoseDialect;
  readonly nand: Nand;
  readonly partitions: readonly Partition[];
  readonly faults: FaultPlan;
  /** What the vendor's anti-misburn erase must name, e.g. `EC25EUGA_VH`. */
  readonly projectName: string;
};

const HANDLE_READ_FAILURE = 'ERROR 20: Line 2514: HANDLE_READ_FAILURE';
const HANDLE_PROGRAM_FAILURE = 'ERROR 21: Line 2459: HANDLE_PROGRAM_FAILURE';
/** Taken before configure: a host probes with nop, and leaves with power. */
const BEFORE_CONFIGURE = ['configure', 'nop', 'power'];

export class Firehose implements UsbFunction {
  readonly #control: ModuleControl;
  readonly #options: ProgrammerOptions;
  readonly #handlers: Readonly<Record<string, (command: FirehoseCommand) => void>>;
  #payloadMaxBytes: number | undefined;
  #writing: { readonly writer: ProgramWriter; readonly region: Region; readonly logs: string[] } | undefined;
  #refusal: 'start' | 'end' | undefined;
  #unfinished: Uint8Array = new Uint8Array(0);
  #isHostZlpAware = false;
  #isLeaving = false;

  constructor(control: ModuleControl, options: ProgrammerOptions) {
    this.#control = control;
    this.#options = options;
    this.#handlers = {
      configure: (command) => this.#configure(command),
      erase: (command) => this.#erase(command),
      program: (command) => this.#program(command),
      read: (command) => this.#read(command),
      getstorageinfo: (command) => this.#describeStorage(command),
      nop: () => this.#answer('ACK'),
      power: (command) => this.#power(command),
      benchmark: () => this.#refuse('benchmark is not part of this simulation'),
    };
    for (const line of options.dialect.banner) this.#log(line);
  }

  receive(bytes: Uint8Array): void {
    if (this.#isLeaving) return;
    if (this.#writing !== undefined) {
      if (bytes.length > 0) this.#takeRaw(bytes);
      return;
    }
    // A transfer that fills its last packet is not over: the programmer reads on (edl 1c).
    const isOver = bytes.length % this.#control.packetBytes !== 0 || bytes.length === 0;
    const document = Buffer.concat([this.#unfinished, bytes]);
    this.#unfinished = new Uint8Array(0);
    if (document.length === 0) return;
    if (document.length > FIREHOSE_XML_MAX_BYTES) this.#refuse('XML file too long');
    else if (isOver) this.#execute(document);
    else this.#unfinished = document;
  }

  cutDuring(bytes: Uint8Array): void {
    if (this.#writing !== undefined) {
      this.#writing.writer.tear(bytes);
      return;
    }
    const command = parseFirehoseXml(bytes);
    if (!command.ok || command.value.tag !== 'erase' || this.#payloadMaxBytes === undefined) return;
    if (isProjectQuestion(command.value)) return;
    const blocks = blocksToErase(command.value, this.#options.nand, this.#options.dialect);
    if (blocks.ok) this.#eraseFirstHalf(blocks.value);
  }

  disconnected(): void {
    this.#writing = undefined;
    this.#unfinished = new Uint8Array(0);
  }

  opened(): void {}

  get sendsZeroPackets(): boolean {
    return this.#isHostZlpAware;
  }

  #execute(document: Uint8Array): void {
    const parsed = parseFirehoseXml(document);
    if (!parsed.ok) {
      const { expected, atByte } = parsed.failure;
      this.#refuse(`XML not formed correctly. Expected ${expected} at location ${atByte}`);
      return;
    }
    const { tag } = parsed.value;
    const handler = this.#options.dialect.commands.includes(tag) ? this.#handlers[tag] : undefined;
    this.#refusal = this.#options.faults.refusalOf(tag);
    if (handler === undefined) this.#refuse(`**WARNING Ignoring Unrecognized tag '${tag}'`);
    else if (this.#refusal === 'start')
      this.#refuse(`Failed to run the command '${tag}'`, HANDLE_PROGRAM_FAILURE);
    else if (this.#payloadMaxBytes === undefined && !BEFORE_CONFIGURE.includes(tag)) {
      this.#refuse(`ERROR: '${tag}' before configure`);
    } else handler(parsed.value);
  }

  #configure(command: FirehoseCommand): void {
    const { dialect } = this.#options;
    const memoryName = command.attributes.get('MemoryName') ?? '';
    const wantedBytes = numberAttribute(command, 'MaxPayloadSizeToTargetInBytes') ?? dialect.payloadMaxBytes;
    if (memoryName.toLowerCase() !== dialect.memoryName) {
      this.#refuse(`ERROR: MemoryName '${memoryName}' is not supported`);
      return;
    }
    if (!(wantedBytes >= this.#control.packetBytes)) {
      this.#refuse('ERROR: MaxPayloadSizeToTargetInBytes is too small');
      return;
    }
    if (wantedBytes > dialect.payloadMaxBytes) {
      this.#log("Host's payload to target size is too large");
      this.#answer('NAK', configurationAttributes(dialect, dialect.payloadMaxBytes));
      return;
    }
    this.#payloadMaxBytes = wantedBytes;
    this.#isHostZlpAware = isZlpAware(command);
    this.#answer('ACK', configurationAttributes(dialect, wantedBytes));
  }

  #erase(command: FirehoseCommand): void {
    const { nand, dialect, faults, projectName } = this.#options;
    if (isProjectQuestion(command)) {
      this.#log(`[harden] project: ${projectName}`);
      if (namesProject(command, projectName)) this.#finish();
      else this.#refuse('[harden] project does not match');
      return;
    }
    const named = blocksToErase(command, nand, dialect);
    if (!named.ok) {
      this.#refuse(named.failure.log);
      return;
    }
    const blocks = named.value;
    const startSector = numberAttribute(command, 'start_sector') ?? 0;
    const sectorCount = numberAttribute(command, 'num_partition_sectors') ?? 0;
    this.#logRegion({ startSector, sectorCount });
    this.#log(`Erasing start sector ${startSector}, num sectors 0`);
    const finish = (rest: readonly number[]): void => {
      for (const log of eraseBlocks(nand, rest)) this.#log(log);
      this.#finish();
    };
    if (faults.eraseDelayMs === 0) {
      finish(blocks);
      return;
    }
    this.#control.setBusy(true);
    const secondHalf = this.#eraseFirstHalf(blocks);
    this.#control.after(faults.eraseDelayMs, () => {
      finish(secondHalf);
      this.#control.setBusy(false);
    });
  }

  #eraseFirstHalf(blocks: readonly number[]): readonly number[] {
    const half = Math.ceil(blocks.length / 2);
    eraseBlocks(this.#options.nand, blocks.slice(0, half));
    return blocks.slice(half);
  }

  #program(command: FirehoseCommand): void {
    const { nand } = this.#options;
    const named = this.#regionForTransfer(command);
    const checked = named.ok ? checkProgramAlignment(named.value, nand.geometry) : named;
    if (!checked.ok) {
      this.#refuse(checked.failure.log, HANDLE_PROGRAM_FAILURE);
      return;
    }
    const region = checked.value;
    const logs: string[] = [];
    const cursor = cursorOver(region, this.#options, (log) => logs.push(log));
    const payloadMaxBytes = this.#payloadMaxBytes ?? 0;
    const writer = new ProgramWriter({ nand, cursor, sectorCount: region.sectorCount, payloadMaxBytes });
    this.#writing = { writer, region, logs };
    this.#logRegion(region);
    this.#answer('ACK', { rawmode: 'true' });
  }

  #takeRaw(bytes: Uint8Array): void {
    if (this.#writing === undefined) return;
    const { writer, region, logs } = this.#writing;
    writer.take(bytes);
    if (!writer.isComplete) return;
    this.#writing = undefined;
    for (const log of logs) this.#log(log);
    if (writer.failure !== undefined) {
      this.#refuse(describeProgramFailure(writer.failure, region), HANDLE_PROGRAM_FAILURE);
      return;
    }
    this.#log(
      `Finished programming start_sector ${region.startSector} and TotalSectorsToProgram ${region.sectorCount}`,
    );
    this.#finish();
  }

  #read(command: FirehoseCommand): void {
    const checked = this.#regionForTransfer(command);
    if (!checked.ok) {
      this.#refuse(checked.failure.log, HANDLE_READ_FAILURE);
      return;
    }
    const region = checked.value;
    const { nand, partitions, faults, dialect } = this.#options;
    const verdict = this.#refusal === 'end' ? 'NAK' : 'ACK';
    this.#logRegion(region);
    this.#answer('ACK', { rawmode: 'true' });
    const transferBytes = dialect.payloadToHostBytes;
    const finish = () => [responseDocument(verdict, { rawmode: 'false' })];
    this.#control.send(sourceOf(readOut({ nand, partitions, region, transferBytes, faults, finish })));
  }

  #regionForTransfer(command: FirehoseCommand): Result<Region, RegionFailure> {
    const { geometry } = this.#options.nand;
    const checks = { sectorSize: 'required', pagesPerBlock: 'if-present' } as const;
    const fits = checkGeometryAttributes(command, geometry, checks);
    return fits.ok ? regionOf(command, geometry) : fits;
  }

  #describeStorage(command: FirehoseCommand): void {
    const { geometry } = this.#options.nand;
    if ((numberAttribute(command, 'physical_partition_number') ?? 0) !== 0) {
      this.#refuse('Failed to open the NAND Device physical partition');
      return;
    }
    this.#log(storageDescription(geometry));
    this.#finish();
  }

  #power(command: FirehoseCommand): void {
    const value = command.attributes.get('value');
    if (value !== 'reset' && value !== 'off' && value !== 'reset_to_edl') {
      this.#refuse(`ERROR: power value '${value ?? ''}' is not supported`);
      return;
    }
    this.#log(`Calling handler for power: ${value}`);
    this.#answer('ACK');
    this.#isLeaving = true;
    if (value === 'off') this.#control.powerOff();
    else this.#control.restart({ into: value === 'reset' ? 'firmware' : 'edl', waitForHost: true });
  }

  #finish(): void {
    if (this.#refusal === 'end') this.#refuse('Failed to run the last command', HANDLE_PROGRAM_FAILURE);
    else this.#answer('ACK');
  }

  #refuse(log: string, afterwards?: string): void {
    this.#log(log);
    this.#answer('NAK');
    if (afterwards !== undefined) this.#log(afterwards);
  }

  /** The stray bracket is the programmer's own. */
  #logRegion({ startSector, sectorCount }: Region): void {
    this.#log(`start_sector = ${startSector} and num_partition_sectors =0x${sectorCount.toString(16)})`);
  }

  #log(text: string): void {
    this.#control.send(logDocument(text));
  }

  #answer(value: 'ACK' | 'NAK', attributes: Readonly<Record<string, string>> = { rawmode: 'false' }): void {
    this.#control.send(responseDocument(value, attributes));
  }
}

/** The host's spelling varies: `ZlpAwareHost`, `ZLPAwareHost` (edl 1c). */
function isZlpAware({ attributes }: FirehoseCommand): boolean {
  return (attributes.get('ZlpAwareHost') ?? attributes.get('ZLPAwareHost')) === '1';
}
