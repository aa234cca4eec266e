/** Takes so many bytes of a socket at a time, however TCP cut them. */
import type { Socket } from 'node:net';

export class ByteReader {
  readonly #socket: Socket;
  #isEnded = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    const end = (): void => {
      this.#isEnded = true;
      this.#wake();
    };
    socket.on('readable', () => this.#wake());
    socket.on('end', end);
    socket.on('close', end);
  }

  /** Exactly `count` bytes; `undefined` when the connection ended before. One taker at a time. */
  async take(count: number): Promise<Buffer | undefined> {
    if (count === 0) return Buffer.alloc(0);
    for (;;) {
      const bytes: Buffer | null = this.#socket.read(count);
      if (bytes !== null) return bytes.length === count ? bytes : undefined;
      if (this.#isEnded || this.#socket.destroyed) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
