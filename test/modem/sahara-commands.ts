/** Sahara's command mode (edl 1b): what the boot ROM tells of the chip it is burnt into. */

export type ChipIdentity = {
  /** Burnt in, one a chip. */
  readonly serial: number;
  /** MSM id, OEM id and model id; 16 hex digits. */
  readonly hardwareId: string;
  /** Hash of the root key that programmers must be signed with, as hex. */
  readonly rootKeyHash: string;
};

const COMMAND = { serial: 1, hardwareId: 2, rootKeyHash: 3 } as const;
/** The hardware id and the hash come this often: one a root of trust. */
const REPETITIONS = 3;

/** What EXECUTE_DATA sends for this client command; `undefined`: the boot ROM does not know it. */
export function answerClientCommand(command: number, chip: ChipIdentity): Uint8Array | undefined {
  switch (command) {
    case COMMAND.serial: {
      const serial = Buffer.alloc(4);
      serial.writeUInt32LE(chip.serial);
      return serial;
    }
    case COMMAND.hardwareId:
      return repeated(Buffer.from(chip.hardwareId, 'hex').reverse());
    case COMMAND.rootKeyHash:
      return repeated(Buffer.from(chip.rootKeyHash, 'hex'));
    default:
      return undefined;
  }
}

function repeated(bytes: Uint8Array): Uint8Array {
  return Buffer.concat(new Array<Uint8Array>(REPETITIONS).fill(bytes));
}
