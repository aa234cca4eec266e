/**
 * A module whose firmware crashed (edl 1a, 1b): on the bus with one interface, Sahara in memory debug mode. It offers a
 * table of memory regions and reads out of them; nothing can be flashed, RESET starts the firmware again.
 */
import { deterministicBytes } from './deterministic-bytes.ts';
import {
  HELLO_RESPONSE_BYTES,
  parseHostPacket,
  SAHARA,
  SAHARA_MODE,
  SAHARA_STATUS,
  saharaHello,
  saharaPacket,
} from './sahara-packets.ts';
import type { ModuleControl, UsbFunction } from './usb-function.ts';

const TABLE = { address: 0x0860_0000, entryBytes: 52 } as const;
/** One region, and a small one: what was in the chip's internal memory. */
const REGION = { address: 0x0860_1000, bytes: 4096, description: 'OCIMEM', file: 'OCIMEM.BIN' } as const;
const SAHARA_OF_DUMPS = { version: 2, lowestVersion: 1, commandMaxBytes: 0x400 } as const;
const IMAGE_ID = 0;

export class RamDump implements UsbFunction {
  readonly sendsZeroPackets = false;
  readonly #control: ModuleControl;
  readonly #memory: ReadonlyMap<number, Uint8Array>;
  #state: 'hello-unsent' | 'awaiting-hello-response' | 'reading' | 'error' | 'over' = 'hello-unsent';

  constructor(control: ModuleControl) {
    this.#control = control;
    this.#memory = new Map([
      [TABLE.address, table()],
      [REGION.address, deterministicBytes('what crashed', REGION.bytes)],
    ]);
  }

  opened(): void {
    if (this.#state !== 'hello-unsent') return;
    this.#state = 'awaiting-hello-response';
    this.#control.send(saharaHello(SAHARA_OF_DUMPS, SAHARA_MODE.memoryDebug));
  }

  receive(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#state === 'over') return;
    const packet = parseHostPacket(bytes);
    if (packet === undefined) this.#fail(SAHARA_STATUS.invalidPacketSize);
    else if (packet.command === SAHARA.reset && packet.fields.length === 0) this.#reset();
    else if (this.#state === 'awaiting-hello-response' && packet.command === SAHARA.helloResponse)
      this.#answerHelloResponse(packet.fields);
    else if (this.#state === 'reading' && packet.command === SAHARA.memoryRead) this.#read(packet.fields);
    else this.#fail(SAHARA_STATUS.invalidCommand);
  }

  cutDuring(): void {}
  disconnected(): void {}

  #answerHelloResponse(fields: readonly number[]): void {
    const isWhole = 8 + fields.length * 4 === HELLO_RESPONSE_BYTES;
    if (!isWhole || fields[3] !== SAHARA_MODE.memoryDebug) {
      this.#fail(SAHARA_STATUS.invalidHostMode);
      return;
    }
    this.#state = 'reading';
    this.#control.send(saharaPacket(SAHARA.memoryDebug, TABLE.address, TABLE.entryBytes));
  }

  #read([address = 0, lengthBytes = 0]: readonly number[]): void {
    for (const [base, bytes] of this.#memory) {
      const offset = address - base;
      if (offset < 0 || lengthBytes === 0 || offset + lengthBytes > bytes.length) continue;
      this.#control.send(bytes.slice(offset, offset + lengthBytes));
      return;
    }
    this.#fail(SAHARA_STATUS.invalidMemoryRead);
  }

  #fail(status: number): void {
    this.#state = 'error';
    this.#control.send(saharaPacket(SAHARA.endImage, IMAGE_ID, status));
  }

  #reset(): void {
    this.#state = 'over';
    this.#control.send(saharaPacket(SAHARA.resetResponse));
    this.#control.restart({ into: 'firmware', waitForHost: false });
  }
}

/** Whether to save it, base, length, description[20], file name[20] (edl 1b). */
function table(): Uint8Array {
  const entry = Buffer.alloc(TABLE.entryBytes);
  entry.writeUInt32LE(1, 0);
  entry.writeUInt32LE(REGION.address, 4);
  entry.writeUInt32LE(REGION.bytes, 8);
  entry.write(REGION.description, 12, 'latin1');
  entry.write(REGION.file, 32, 'latin1');
  return entry;
}
