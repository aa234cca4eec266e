/**
 * The boot ROM in EDL, 32-bit Sahara (edl 1b). It says HELLO once, then only answers. Whatever is out of turn ends
 * in END_IMAGE_TX with a status and an error state that only RESET leaves.
 */
import { type Loading, loadProgrammer } from './sahara-loader.ts';
import {
  HELLO_RESPONSE_BYTES,
  parseHostPacket,
  SAHARA,
  SAHARA_STATUS,
  saharaHello,
  saharaPacket,
} from './sahara-packets.ts';
import type { ModuleControl, UsbFunction } from './usb-function.ts';

export type SaharaDialect = {
  readonly version: number;
  readonly lowestVersion: number;
  readonly commandMaxBytes: number;
  /** 13 is EHOSTDL, the Firehose programmer. */
  readonly imageId: number;
  /** DONE_RESP: the 9x07 says 0 (PENDING), the SDX55 1 (COMPLETE). */
  readonly doneStatus: number;
};

type State =
  | { readonly kind: 'hello-unsent' }
  | { readonly kind: 'awaiting-hello-response' }
  | {
      readonly kind: 'reading';
      readonly target: Uint8Array;
      receivedBytes: number;
      readonly loading: Loading;
    }
  | { readonly kind: 'awaiting-done' }
  | { readonly kind: 'error' }
  | { readonly kind: 'over' };

/** The status END_IMAGE_TX reports; `undefined`: all is well. */
type Failure = number | undefined;

const IMAGE_TRANSFER_MODE = 0;

export class Sahara implements UsbFunction {
  /** Its packets are never that long. */
  readonly sendsZeroPackets = false;
  readonly #control: ModuleControl;
  readonly #options: { readonly dialect: SaharaDialect; readonly chip: string; readonly rejectsAll: boolean };
  #state: State = { kind: 'hello-unsent' };

  constructor(
    control: ModuleControl,
    options: {
      readonly dialect: SaharaDialect;
      readonly chip: string;
      /** HELLO went to somebody else before we came (fault `stolen-hello`). */
      readonly helloStolen: boolean;
      readonly rejectsAll: boolean;
    },
  ) {
    this.#control = control;
    this.#options = options;
    if (options.helloStolen) this.#state = { kind: 'awaiting-hello-response' };
  }

  opened(): void {
    if (this.#state.kind !== 'hello-unsent') return;
    this.#state = { kind: 'awaiting-hello-response' };
    this.#control.send(saharaHello(this.#options.dialect));
  }

  receive(bytes: Uint8Array): void {
    // Some hosts end their transfers with a zero-length packet; it carries nothing (edl 1b).
    if (bytes.length === 0 || this.#state.kind === 'over') return;
    const failure =
      this.#state.kind === 'reading' ? this.#takeImageBytes(this.#state, bytes) : this.#takePacket(bytes);
    if (failure === undefined) return;
    this.#state = { kind: 'error' };
    this.#control.send(saharaPacket(SAHARA.endImage, this.#options.dialect.imageId, failure));
  }

  cutDuring(): void {}
  disconnected(): void {}

  #takePacket(bytes: Uint8Array): Failure {
    const packet = parseHostPacket(bytes);
    if (packet === undefined) return SAHARA_STATUS.invalidPacketSize;
    const { command, fields } = packet;
    if (command === SAHARA.reset && fields.length === 0) return this.#reset();
    if (this.#state.kind === 'awaiting-hello-response' && command === SAHARA.helloResponse) {
      return this.#answerHelloResponse(fields);
    }
    if (this.#state.kind === 'awaiting-done' && command === SAHARA.done && fields.length === 0) {
      return this.#startProgrammer();
    }
    return SAHARA_STATUS.invalidCommand;
  }

  #answerHelloResponse(fields: readonly number[]): Failure {
    const [version, , status, mode] = fields;
    const { dialect, chip, rejectsAll } = this.#options;
    if (8 + fields.length * 4 !== HELLO_RESPONSE_BYTES) return SAHARA_STATUS.invalidPacketSize;
    if (
      version === undefined ||
      version < dialect.lowestVersion ||
      version > dialect.version ||
      status !== 0
    ) {
      return SAHARA_STATUS.protocolMismatch;
    }
    if (mode !== IMAGE_TRANSFER_MODE) return SAHARA_STATUS.invalidHostMode;
    const loading = loadProgrammer({ chip, rejectsAll });
    return this.#continue(loading, loading.next());
  }

  #takeImageBytes(state: State & { kind: 'reading' }, bytes: Uint8Array): Failure {
    const { target, loading } = state;
    const missingBytes = target.length - state.receivedBytes;
    // A short packet ends the transfer on USB: what came is all that will come.
    const isShort = bytes.length < missingBytes && bytes.length % this.#control.packetBytes !== 0;
    if (bytes.length > missingBytes || isShort) return SAHARA_STATUS.readDataError;
    target.set(bytes, state.receivedBytes);
    state.receivedBytes += bytes.length;
    return state.receivedBytes < target.length ? undefined : this.#continue(loading, loading.next(target));
  }

  #continue(loading: Loading, step: ReturnType<Loading['next']>): Failure {
    const { imageId } = this.#options.dialect;
    if (!step.done) {
      const { offset, bytes } = step.value;
      this.#state = { kind: 'reading', target: new Uint8Array(bytes), receivedBytes: 0, loading };
      this.#control.send(saharaPacket(SAHARA.readData, imageId, offset, bytes));
      return undefined;
    }
    if (step.value !== SAHARA_STATUS.success) return step.value;
    this.#state = { kind: 'awaiting-done' };
    this.#control.send(saharaPacket(SAHARA.endImage, imageId, SAHARA_STATUS.success));
    return undefined;
  }

  #startProgrammer(): undefined {
    this.#state = { kind: 'over' };
    this.#control.send(saharaPacket(SAHARA.doneResponse, this.#options.dialect.doneStatus));
    this.#control.startProgrammer();
  }

  #reset(): undefined {
    this.#state = { kind: 'over' };
    this.#control.send(saharaPacket(SAHARA.resetResponse));
    this.#control.restart({ into: 'firmware', waitForHost: false });
  }
}
