/** Timers that end together: what a module had in hand when it lost its power, or left the bus. */
export class Timers {
  readonly #pending = new Set<NodeJS.Timeout>();

  after(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      action();
    }, delayMs);
    this.#pending.add(timer);
  }

  clear(): void {
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
  }
}
