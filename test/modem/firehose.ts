/** The programmer once it runs: takes Firehose commands one by one (edl 1c); how programmers differ is their dialect. */
import { configurationAttributes, storageDescription } from './firehose-answers.ts';
import { patchDisk, setBootableStorageDrive } from './firehose-disk.ts';
import { cutErase, eraseRegion } from './firehose-erase.ts';
import { numberAttribute } from './firehose-region.ts';
import { FirehoseSession, HANDLE_PROGRAM_FAILURE, type ProgrammerOptions } from './firehose-session.ts';
import { digestRegion, readRegion, startProgram, takeRawTransfer } from './firehose-transfer.ts';
import { type FirehoseCommand, parseFirehoseXml } from './firehose-xml.ts';
import { FIREHOSE_XML_MAX_BYTES, POWER_DELAY_MAX_S } from './limits.ts';
import type { ModuleControl, UsbFunction } from './usb-function.ts';

type Handler = (session: FirehoseSession, command: FirehoseCommand) => void;

const HANDLERS: Readonly<Record<string, Handler>> = {
  configure,
  erase: eraseRegion,
  program: startProgram,
  read: readRegion,
  getsha256digest: digestRegion,
  getstorageinfo: describeStorage,
  patch: patchDisk,
  setbootablestoragedrive: setBootableStorageDrive,
  nop: (session) => session.answer('ACK'),
  power,
};
/** Taken before configure: a host probes with nop, and leaves with power. */
const BEFORE_CONFIGURE = ['configure', 'nop', 'power'];
const VIP_BANNER = 'VIP is enabled, receiving the signed table of size 8192';

export class Firehose implements UsbFunction {
  readonly #session: FirehoseSession;
  #unfinished: Uint8Array = new Uint8Array(0);

  constructor(control: ModuleControl, options: ProgrammerOptions) {
    this.#session = new FirehoseSession(control, options);
    for (const line of options.dialect.banner) this.#session.log(line);
    if (options.faults.hasVip) this.#session.log(VIP_BANNER);
    this.#session.voice.flush();
  }

  receive(bytes: Uint8Array): void {
    this.#take(bytes);
    this.#session.voice.flush();
  }

  cutDuring(bytes: Uint8Array): void {
    if (this.#session.writing !== undefined) {
      this.#session.writing.writer.tear(bytes);
      return;
    }
    const command = parseFirehoseXml(bytes);
    if (command.ok) cutErase(this.#session, command.value);
  }

  disconnected(): void {
    this.#session.writing = undefined;
    this.#unfinished = new Uint8Array(0);
  }

  opened(): void {}

  get sendsZeroPackets(): boolean {
    return this.#session.isHostZlpAware;
  }

  #take(bytes: Uint8Array): void {
    const session = this.#session;
    if (session.isLeaving) return;
    if (session.writing !== undefined) {
      if (bytes.length > 0) takeRawTransfer(session, bytes);
      return;
    }
    // A transfer that fills its last packet is not over: the programmer reads on (edl 1c).
    const isOver = bytes.length % session.control.packetBytes !== 0 || bytes.length === 0;
    const document = Buffer.concat([this.#unfinished, bytes]);
    this.#unfinished = new Uint8Array(0);
    session.refusal = undefined;
    if (document.length === 0) return;
    // What it takes for the table of digests is signed by nobody, whatever the host sends.
    if (session.options.faults.hasVip) session.refuse('ERROR: VIP: the signed table failed authentication');
    else if (document.length > FIREHOSE_XML_MAX_BYTES) session.refuse('XML file too long');
    else if (isOver) execute(session, document);
    else this.#unfinished = document;
  }
}

function execute(session: FirehoseSession, document: Uint8Array): void {
  const parsed = parseFirehoseXml(document);
  if (!parsed.ok) {
    const { expected, atByte } = parsed.failure;
    session.refuse(`XML not formed correctly. Expected ${expected} at location ${atByte}`);
    return;
  }
  const { tag } = parsed.value;
  const { dialect, faults } = session.options;
  session.refusal = faults.refusalOf(tag);
  const isWedged = session.isWedged && tag !== 'power';
  session.isWedged ||= faults.wedgesAfterNak && session.refusal !== undefined;
  if (isWedged) session.refuse(`ERROR: '${tag}' after a failure`);
  else if (!dialect.commands.includes(tag)) session.refuse(`**WARNING Ignoring Unrecognized tag '${tag}'`);
  else if (session.refusal?.phase === 'start')
    session.refuse(`Failed to run the command '${tag}'`, HANDLE_PROGRAM_FAILURE);
  else if (session.payloadMaxBytes === undefined && !BEFORE_CONFIGURE.includes(tag)) {
    session.refuse(`ERROR: '${tag}' before configure`);
  } else {
    const handler = HANDLERS[tag];
    if (handler === undefined) session.refuse(`'${tag}' is not part of this simulation`);
    else handler(session, parsed.value);
  }
}

function configure(session: FirehoseSession, command: FirehoseCommand): void {
  const { dialect } = session.options;
  const memoryName = command.attributes.get('MemoryName') ?? '';
  const wantedBytes = numberAttribute(command, 'MaxPayloadSizeToTargetInBytes') ?? dialect.payloadMaxBytes;
  if (memoryName.toLowerCase() !== dialect.memoryName) {
    session.refuse(`ERROR: MemoryName '${memoryName}' is not supported`);
    return;
  }
  if (!(wantedBytes >= session.control.packetBytes)) {
    session.refuse('ERROR: MaxPayloadSizeToTargetInBytes is too small');
    return;
  }
  if (wantedBytes > dialect.payloadMaxBytes) {
    session.log("Host's payload to target size is too large");
    session.answer('NAK', configurationAttributes(dialect, dialect.payloadMaxBytes));
    return;
  }
  session.payloadMaxBytes = wantedBytes;
  session.isHostZlpAware = isZlpAware(command);
  session.answer('ACK', configurationAttributes(dialect, wantedBytes));
}

function describeStorage(session: FirehoseSession, command: FirehoseCommand): void {
  const { dialect, nand } = session.options;
  if ((numberAttribute(command, 'physical_partition_number') ?? 0) !== 0) {
    session.refuse(`Failed to open the ${dialect.storageName} Device physical partition`);
    return;
  }
  session.log(storageDescription(nand.geometry, dialect));
  session.finish();
}

function power(session: FirehoseSession, command: FirehoseCommand): void {
  const { dialect, secondMs } = session.options;
  const value = command.attributes.get('value');
  const delayS = dialect.delaysPower ? (numberAttribute(command, 'DelayInSeconds') ?? 0) : 0;
  if (value !== 'reset' && value !== 'off' && value !== 'reset_to_edl') {
    session.refuse(`ERROR: power value '${value ?? ''}' is not supported`);
    return;
  }
  if (!(delayS <= POWER_DELAY_MAX_S)) {
    session.refuse(`ERROR: DelayInSeconds is more than ${POWER_DELAY_MAX_S}`);
    return;
  }
  session.log(`Calling handler for power: ${value}`);
  session.answer('ACK');
  session.isLeaving = true;
  const leave = (): void => {
    if (value === 'off') session.control.powerOff();
    else session.control.restart({ into: value === 'reset' ? 'firmware' : 'edl', waitForHost: true });
  };
  if (delayS === 0) leave();
  else session.control.after(delayS * secondMs, leave);
}

/** The host's spelling varies: `ZlpAwareHost`, `ZLPAwareHost` (edl 1c). */
function isZlpAware({ attributes }: FirehoseCommand): boolean {
  return (attributes.get('ZlpAwareHost') ?? attributes.get('ZLPAwareHost')) === '1';
}
