/** Which chip this is and whose key it trusts, by the modem's own word, and whether that is what was expected. */

/**
 * The serial number names one device and its owner, so it can be compared and never shown (P11): whatever prints,
 * logs or stores it gets the word `hidden`.
 */
export class ChipSerial {
  readonly #serial: number;

  constructor(serial: number) {
    this.#serial = serial;
  }

  equals(other: ChipSerial): boolean {
    return this.#serial === other.#serial;
  }

  toString(): string {
    return 'hidden';
  }

  toJSON(): string {
    return 'hidden';
  }
}

/** null is what the modem did not say. */
export type ModemHardware = {
  readonly serial: ChipSerial | null;
  /** Upper half of the hardware id: the chip, e.g. `000480e1`. */
  readonly msmId: string | null;
  readonly oemId: string | null;
  readonly modelId: string | null;
  /** SHA-256 or SHA-384 of the root key that programmers must be signed by, in hex. */
  readonly oemKeyHash: string | null;
};

/** What the catalogue knows; null is not compared. */
export type ExpectedHardware = {
  /** Chips that this model is built with. */
  readonly msmIds: readonly string[] | null;
  readonly oemKeyHashes: readonly string[] | null;
};

/** What of it both sides named, so that agreement or contradiction could be seen. */
export type ComparedHardware = readonly HardwareFailure['what'][];

export type HardwareFailure = {
  readonly reason: 'wrong-hardware';
  readonly what: 'chip' | 'signing key';
  readonly wanted: string;
  readonly found: string;
};

export const UNKNOWN_HARDWARE: ModemHardware = {
  serial: null,
  msmId: null,
  oemId: null,
  modelId: null,
  oemKeyHash: null,
};

/** The first contradiction; null where nothing that is known on both sides differs. */
export function findContradiction(found: ModemHardware, expected: ExpectedHardware): HardwareFailure | null {
  return (
    contradiction('chip', found.msmId, expected.msmIds) ??
    contradiction('signing key', found.oemKeyHash, expected.oemKeyHashes)
  );
}

/** Empty: nothing is known of this modem that the catalogue knows of its model, and the programmer alone will judge. */
export function comparedHardware(found: ModemHardware, expected: ExpectedHardware): ComparedHardware {
  const chip = found.msmId !== null && expected.msmIds !== null;
  const key = found.oemKeyHash !== null && expected.oemKeyHashes !== null;
  return [...(chip ? (['chip'] as const) : []), ...(key ? (['signing key'] as const) : [])];
}

function contradiction(
  what: HardwareFailure['what'],
  found: string | null,
  wanted: readonly string[] | null,
): HardwareFailure | null {
  if (found === null || wanted === null || wanted.includes(found)) return null;
  return { reason: 'wrong-hardware', what, wanted: wanted.join(' or '), found };
}
