/** The faults of one module over its life: which come true now, and which are used up. */
import type { Fault, FaultDeclaration, TransferFault } from './faults.ts';
import { faultSchema } from './faults.ts';

/** How a command is refused. */
export type Refusal = Pick<Fault & { kind: 'nak' }, 'phase' | 'form'>;

export class FaultPlan {
  readonly #faults: Fault[];
  readonly #commandCounts = new Map<string, number>();
  readonly #flipped = new Set<Fault>();
  #edlEntryCount = 0;
  #edlSwitchCount = 0;
  #startCount = 0;
  #isNextHelloStolen = false;

  constructor(declarations: readonly FaultDeclaration[]) {
    this.#faults = declarations.map((declaration) => faultSchema.parse(declaration));
  }

  /** One more: power goes during this transfer. */
  cutAt(transferCount: number): void {
    this.#faults.push({ kind: 'cut-power', atTransfer: transferCount });
  }

  /** One more: the HELLO of the next entry into EDL is stolen, whatever was declared. */
  stealNextHello(): void {
    this.#isNextHelloStolen = true;
  }

  /** What happens at this transfer, if anything; `silence` is reported once, where it begins. */
  at(transferCount: number): TransferFault | undefined {
    const fault = this.#faults.find((f) => {
      if (f.kind === 'silence') return f.fromTransfer === transferCount;
      return (f.kind === 'cut-power' || f.kind === 'disconnect') && f.atTransfer === transferCount;
    });
    return fault?.kind as TransferFault | undefined;
  }

  /** Counts one command with this tag; says at which of its phases it is refused, and how. */
  refusalOf(command: string): Refusal | undefined {
    const count = (this.#commandCounts.get(command) ?? 0) + 1;
    this.#commandCounts.set(command, count);
    for (const fault of this.#faults) {
      if (fault.kind === 'nak' && fault.command === command && fault.occurrence === count) return fault;
    }
    return undefined;
  }

  /** Counts one request to enter EDL, or one opening of the DIAG port; says whether it comes to nothing. */
  ignoresEdlSwitch(at: 'echo' | 'write'): boolean {
    const fault = this.#faults.find((f) => f.kind === 'unheard-edl-switch' && f.at === at);
    if (fault?.kind !== 'unheard-edl-switch') return false;
    this.#edlSwitchCount += 1;
    return this.#edlSwitchCount <= fault.times;
  }

  /** Counts one entry into EDL; says whether its HELLO is stolen. */
  stealsHello(): boolean {
    this.#edlEntryCount += 1;
    const isStolen = this.#isNextHelloStolen;
    this.#isNextHelloStolen = false;
    return isStolen || this.#faults.some((f) => f.kind === 'stolen-hello' && this.#edlEntryCount <= f.times);
  }

  /** Counts one start of this firmware; says whether it crashes. */
  crashes(firmware: string): boolean {
    const fault = this.#faults.find((f) => f.kind === 'crashing-firmware' && f.firmware === firmware);
    if (fault?.kind !== 'crashing-firmware') return false;
    this.#startCount += 1;
    return this.#startCount <= fault.times;
  }

  get eraseDelayMs(): number {
    return this.#faults.find((f) => f.kind === 'slow-erase')?.delayMs ?? 0;
  }

  get programDelayMs(): number {
    return this.#faults.find((f) => f.kind === 'slow-program')?.delayMs ?? 0;
  }

  get lateLog(): (Fault & { kind: 'late-log' }) | undefined {
    return this.#faults.find((f) => f.kind === 'late-log');
  }

  get wornBlocks(): readonly number[] {
    return this.#faults.flatMap((f) => (f.kind === 'worn-block' ? [f.block] : []));
  }

  get hasWrongGeometry(): boolean {
    return this.#faults.some((f) => f.kind === 'wrong-geometry');
  }

  get wedgesAfterNak(): boolean {
    return this.#faults.some((f) => f.kind === 'wedged-after-nak');
  }

  get hasVip(): boolean {
    return this.#faults.some((f) => f.kind === 'vip');
  }

  get rejectsProgrammer(): boolean {
    return this.#faults.some((f) => f.kind === 'rejected-programmer');
  }

  neverReturnsAfter(event: 'reset' | 'edl-switch'): boolean {
    return this.#faults.some((f) => f.kind === 'never-returns' && f.after === event);
  }

  /** Flips a bit of the page read as `sector` where a fault says so. */
  flipBit(sector: number, target: Uint8Array, offsetBytes: number): void {
    for (const fault of this.#faults) {
      if (fault.kind !== 'flipped-bit' || fault.sector !== sector) continue;
      if (fault.times === 'once' && this.#flipped.has(fault)) continue;
      this.#flipped.add(fault);
      target[offsetBytes] = (target[offsetBytes] ?? 0) ^ 0x10;
    }
  }
}
