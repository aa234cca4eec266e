/** Sahara's command mode (edl 1b): what the boot ROM tells of the chip it is burnt into. */

export type ChipIdentity = {
  /** Burnt in, one a chip. */
  readonly serial: number;
  /** MSM id, OEM id and model id; 16 hex digits. */
  readonly hardwareId: string;
  /** Hash of the root key that programmers must be signed with, as hex. */
  readonly rootKeyHash: string;
};

const COMMAND = { serial: 1, hardwareId: 2, rootKeyHash: 3, chipIdV3: 0x0a } as const;
/** From Sahara 3 on the ids of the chip stand inside a longer record. */
const CHIP_ID_V3 = {
  sinceVersion: 3,
  recordBytes: 84,
  msmOffset: 36,
  oemOffset: 40,
  modelOffset: 42,
} as const;
/** The hardware id and the hash come this often: one a root of trust. */
const REPETITIONS = 3;

/** What EXECUTE_DATA sends for this client command; `undefined`: the boot ROM does not know it. */
export function answerClientCommand(
  command: number,
  chip: ChipIdentity,
  { version }: { readonly version: number },
): Uint8Array | undefined {
  const hasChipIdV3 = version >= CHIP_ID_V3.sinceVersion;
  switch (command) {
    case COMMAND.serial: {
      const serial = Buffer.alloc(4);
      serial.writeUInt32LE(chip.serial);
      return serial;
    }
    case COMMAND.chipIdV3:
      return hasChipIdV3 ? chipIdV3(chip.hardwareId) : undefined;
    case COMMAND.hardwareId:
      if (hasChipIdV3) return undefined;
      return repeated(Buffer.from(chip.hardwareId, 'hex').reverse());
    case COMMAND.rootKeyHash:
      return repeated(Buffer.from(chip.rootKeyHash, 'hex'));
    default:
      return undefined;
  }
}

function chipIdV3(hardwareId: string): Uint8Array {
  const [msm, oem, model] = [hardwareId.slice(0, 8), hardwareId.slice(8, 12), hardwareId.slice(12)];
  const record = Buffer.alloc(CHIP_ID_V3.recordBytes);
  record.writeUInt32LE(Number.parseInt(msm, 16), CHIP_ID_V3.msmOffset);
  record.writeUInt16LE(Number.parseInt(oem, 16), CHIP_ID_V3.oemOffset);
  record.writeUInt16LE(Number.parseInt(model, 16), CHIP_ID_V3.modelOffset);
  return record;
}

function repeated(bytes: Uint8Array): Uint8Array {
  return Buffer.concat(new Array<Uint8Array>(REPETITIONS).fill(bytes));
}
