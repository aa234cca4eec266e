/** What can go wrong with a module, declared as data. Transfers are counted over the module's whole life, from 1. */
import * as z from 'zod';

const transfer = z.int().positive();

export const faultSchema = z.discriminatedUnion('kind', [
  /** Power goes during this transfer: a page being written is garbage, an erase half done; then a fresh start. */
  z.strictObject({ kind: z.literal('cut-power'), atTransfer: transfer }),
  /** The cable goes during this transfer and comes back; power stays, the programmer keeps running. */
  z.strictObject({ kind: z.literal('disconnect'), atTransfer: transfer }),
  /** From this transfer on nothing is answered any more, until a power cycle. */
  z.strictObject({ kind: z.literal('silence'), fromTransfer: transfer }),
  /**
   * The n-th command with this tag (`erase`, `program`, ...) is refused: at once, after its raw data, or when half of it
   * was taken; what comes of it then is no longer raw to the programmer.
   */
  z.strictObject({
    kind: z.literal('nak'),
    command: z.string(),
    occurrence: z.int().positive(),
    phase: z.enum(['start', 'middle', 'end']).default('start'),
    /** With `AttemptRetry="1"` or `AttemptRestart="1"`, as some programmers do. */
    form: z.enum(['plain', 'attempt-retry', 'attempt-restart']).default('plain'),
  }),
  /** After a `nak` the programmer refuses everything but `power`, until it is started again. */
  z.strictObject({ kind: z.literal('wedged-after-nak') }),
  /** Every erase takes this long. */
  z.strictObject({ kind: z.literal('slow-erase'), delayMs: z.int().nonnegative() }),
  /** From the last raw byte of every program to its answer. */
  z.strictObject({ kind: z.literal('slow-program'), delayMs: z.int().nonnegative() }),
  /** Behind each response it is at work for so long, says one log more, and listens once that was read. */
  z.strictObject({
    kind: z.literal('late-log'),
    delayMs: z.int().positive(),
    /** Behind the ACK of a `<program>` too, in the middle of its raw data. */
    inRawData: z.boolean().default(false),
  }),
  /** The next erase of this block fails, and the block is bad from then on. */
  z.strictObject({ kind: z.literal('worn-block'), block: z.int().nonnegative() }),
  /** Somebody else reads HELLO, the first `times` times the module enters EDL. */
  z.strictObject({ kind: z.literal('stolen-hello'), times: z.int().positive().default(1) }),
  /**
   * The request to enter EDL comes to nothing the first `times` times: it is neither obeyed nor echoed, or the DIAG port
   * takes no byte of it while it is open.
   */
  z.strictObject({
    kind: z.literal('unheard-edl-switch'),
    times: z.int().positive(),
    at: z.enum(['echo', 'write']).default('echo'),
  }),
  /** The chip has 256 KiB blocks (128 pages of 2 KiB), whatever its package says. */
  z.strictObject({ kind: z.literal('wrong-geometry') }),
  /** The boot ROM takes no programmer: status 0x21. */
  z.strictObject({ kind: z.literal('rejected-programmer') }),
  /** The programmer takes commands only with a signed table of their digests, and nobody has one. */
  z.strictObject({ kind: z.literal('vip') }),
  /** One bit of this sector comes back wrong when it is read in Firehose; what is in flash stays good. */
  z.strictObject({
    kind: z.literal('flipped-bit'),
    sector: z.int().nonnegative(),
    times: z.enum(['once', 'always']).default('once'),
  }),
  /** This firmware crashes instead of starting, the first `times` times, and offers its memory. */
  z.strictObject({ kind: z.literal('crashing-firmware'), firmware: z.string(), times: z.int().positive() }),
  /** The module leaves the bus and stays away, until a power cycle. */
  z.strictObject({
    kind: z.literal('never-returns'),
    after: z.enum(['reset', 'edl-switch']).default('reset'),
  }),
]);

export type Fault = z.infer<typeof faultSchema>;
/** As it is written: what has a default may be left out. */
export type FaultDeclaration = z.input<typeof faultSchema>;

export type TransferFault = 'cut-power' | 'disconnect' | 'silence';
