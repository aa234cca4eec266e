/** A set of chunk ids that is small enough for a million of them: sixteen of their thirty-two bytes tell them apart. */
export class ChunkIds {
  readonly #known = new Set<string>();

  add(id: string): void {
    this.#known.add(short(id));
  }

  /** May name one that was not added, once in 2^128; never misses one that was. */
  has(id: string): boolean {
    return this.#known.has(short(id));
  }

  get size(): number {
    return this.#known.size;
  }
}

function short(id: string): string {
  return Buffer.from(id.slice(0, 32), 'hex').toString('latin1');
}
