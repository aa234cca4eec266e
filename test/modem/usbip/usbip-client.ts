/**
 * A small USB/IP client for tests. It writes and reads the numbers of the protocol by itself, so that it shares no
 * mistake with `layout.ts`.
 */
import { connect, type Socket } from 'node:net';
import { ByteReader } from './byte-reader.ts';

const RECORD_BYTES = 312;

export type Reply = {
  /** 3 RET_SUBMIT, 4 RET_UNLINK. */
  readonly command: number;
  readonly sequence: number;
  readonly status: number;
  readonly actualBytes: number;
  readonly bytes: Buffer;
};

export class UsbipClient {
  readonly #socket: Socket;
  readonly #reader: ByteReader;
  readonly #inSequences = new Set<number>();
  #sequence = 0;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('error', () => {});
    this.#reader = new ByteReader(this.#socket);
  }

  write(hexOrBytes: string | Uint8Array): void {
    this.#socket.write(typeof hexOrBytes === 'string' ? Buffer.from(hexOrBytes, 'hex') : hexOrBytes);
  }

  /** So many bytes as hex; `undefined` when the server hung up before. */
  async hex(count: number): Promise<string | undefined> {
    return (await this.#reader.take(count))?.toString('hex');
  }

  /** The device's record, or the status of a refusal. */
  async import(busid: string): Promise<Buffer | number> {
    this.write(Buffer.concat([Buffer.from('0111800300000000', 'hex'), Buffer.from(busid.padEnd(32, '\0'))]));
    const header = await this.#must(8);
    const status = header.readUInt32BE(4);
    return status === 0 ? this.#must(RECORD_BYTES) : status;
  }

  /** CMD_SUBMIT of an OUT; answers its sequence number. */
  submitOut(endpoint: number, bytes: Uint8Array, options: { readonly zeroPacket?: boolean } = {}): number {
    const flags = options.zeroPacket === true ? 0x40 : 0;
    const sequence = this.#submit({ direction: 0, endpoint, flags, lengthBytes: bytes.length });
    this.write(bytes);
    return sequence;
  }

  submitIn(endpoint: number, lengthBytes: number): number {
    const sequence = this.#submit({ direction: 1, endpoint, flags: 0x200, lengthBytes });
    this.#inSequences.add(sequence);
    return sequence;
  }

  /** A control request by its eight setup bytes as hex; IN when their first bit says so. */
  submitControl(setup: string, bytes: Uint8Array = new Uint8Array(0)): number {
    const isIn = Number.parseInt(setup.slice(0, 2), 16) >= 0x80;
    const lengthBytes = isIn ? Buffer.from(setup, 'hex').readUInt16LE(6) : bytes.length;
    const sequence = this.#submit({ direction: isIn ? 1 : 0, endpoint: 0, flags: 0, lengthBytes, setup });
    if (isIn) this.#inSequences.add(sequence);
    this.write(bytes);
    return sequence;
  }

  async control(setup: string): Promise<string> {
    this.submitControl(setup);
    const { status, bytes } = await this.reply();
    return status === 0 ? bytes.toString('hex') : `status ${status}`;
  }

  unlink(target: number): number {
    const packet = Buffer.alloc(48);
    packet.writeUInt32BE(2, 0);
    packet.writeUInt32BE(++this.#sequence, 4);
    packet.writeUInt32BE(target, 20);
    this.write(packet);
    return this.#sequence;
  }

  /** The next answer, whatever it answers. */
  async reply(): Promise<Reply> {
    const header = await this.#must(48);
    const command = header.readUInt32BE(0);
    const sequence = header.readUInt32BE(4);
    const actualBytes = header.readInt32BE(24);
    const carries = command === 3 && this.#inSequences.has(sequence);
    const bytes = carries ? await this.#must(actualBytes) : Buffer.alloc(0);
    return { command, sequence, status: header.readInt32BE(20), actualBytes, bytes };
  }

  /** Resolves when the server hangs up. */
  async hungUp(): Promise<void> {
    while ((await this.#reader.take(1)) !== undefined);
  }

  close(): void {
    this.#socket.destroy();
  }

  #submit(urb: {
    readonly direction: 0 | 1;
    readonly endpoint: number;
    readonly flags: number;
    readonly lengthBytes: number;
    readonly setup?: string;
  }): number {
    const packet = Buffer.alloc(48);
    const words = [1, ++this.#sequence, 0x10002, urb.direction, urb.endpoint, urb.flags, urb.lengthBytes];
    words.forEach((word, index) => {
      packet.writeUInt32BE(word, index * 4);
    });
    packet.set(Buffer.from(urb.setup ?? '', 'hex'), 40);
    this.write(packet);
    return this.#sequence;
  }

  async #must(count: number): Promise<Buffer> {
    const bytes = await this.#reader.take(count);
    if (bytes === undefined) throw new Error('the server hung up');
    return bytes;
  }
}
