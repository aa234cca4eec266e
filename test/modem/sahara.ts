/**
 * The boot ROM in EDL (edl 1b). It says HELLO once, then only answers. Whatever is out of turn ends in END_IMAGE_TX
 * with a status and an error state that only RESET leaves, or RESET_STATE_MACHINE where the boot ROM knows it.
 */
import { answerClientCommand, type ChipIdentity } from './sahara-commands.ts';
import { type Loading, loadProgrammer, type ReadRequest } from './sahara-loader.ts';
import {
  HELLO_RESPONSE_BYTES,
  parseHostPacket,
  SAHARA,
  SAHARA_MODE,
  SAHARA_STATUS,
  saharaHello,
  saharaPacket,
  saharaPacket64,
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
  /** READ_DATA64 instead of READ_DATA, as the newest chips ask. */
  readonly asksIn64Bit: boolean;
  /** Serial, hardware id and root key hash on request. */
  readonly hasCommandMode: boolean;
  /** RESET_STATE_MACHINE says HELLO again without a restart. */
  readonly hasStateMachineReset: boolean;
};

/**
 * How the first host of this power-on finds it. `hello-taken`: somebody read HELLO. `mid-image`: somebody began to
 * hand over a programmer, and died before it sent a byte.
 */
export type SaharaSession = 'fresh' | 'hello-taken' | 'mid-image';

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
  | { readonly kind: 'command-mode'; readonly prepared?: { command: number; bytes: Uint8Array } }
  | { readonly kind: 'error' }
  | { readonly kind: 'over' };

/** The status END_IMAGE_TX reports; `undefined`: all is well. */
type Failure = number | undefined;

export type SaharaOptions = {
  readonly dialect: SaharaDialect;
  readonly chip: string;
  readonly identity: ChipIdentity;
  readonly session: SaharaSession;
  /** It takes no programmer (fault `rejected-programmer`). */
  readonly rejectsAll: boolean;
};

export class Sahara implements UsbFunction {
  /** Its packets are never that long. */
  readonly sendsZeroPackets = false;
  readonly #control: ModuleControl;
  readonly #options: SaharaOptions;
  #state: State = { kind: 'hello-unsent' };

  constructor(control: ModuleControl, options: SaharaOptions) {
    this.#control = control;
    this.#options = options;
    if (options.session === 'hello-taken') this.#state = { kind: 'awaiting-hello-response' };
    if (options.session === 'mid-image') {
      const loading = loadProgrammer(options);
      const first = loading.next();
      if (first.done) throw new Error('a boot ROM asks for the header of its programmer');
      this.#await(first.value, loading);
    }
  }

  opened(): void {
    if (this.#state.kind === 'hello-unsent') this.#sayHello(SAHARA_MODE.imageTransfer);
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
    if (command === SAHARA.resetStateMachine && this.#options.dialect.hasStateMachineReset) {
      return this.#sayHello(SAHARA_MODE.imageTransfer);
    }
    if (this.#state.kind === 'awaiting-hello-response' && command === SAHARA.helloResponse) {
      return this.#answerHelloResponse(fields);
    }
    if (this.#state.kind === 'awaiting-done' && command === SAHARA.done && fields.length === 0) {
      return this.#startProgrammer();
    }
    if (this.#state.kind === 'command-mode') return this.#obey(command, fields, this.#state);
    return SAHARA_STATUS.invalidCommand;
  }

  #sayHello(mode: number): undefined {
    this.#state = { kind: 'awaiting-hello-response' };
    this.#control.send(saharaHello(this.#options.dialect, mode));
  }

  #answerHelloResponse(fields: readonly number[]): Failure {
    const [version, , status, mode] = fields;
    const { dialect } = this.#options;
    if (8 + fields.length * 4 !== HELLO_RESPONSE_BYTES) return SAHARA_STATUS.invalidPacketSize;
    if (
      version === undefined ||
      version < dialect.lowestVersion ||
      version > dialect.version ||
      status !== 0
    ) {
      return SAHARA_STATUS.protocolMismatch;
    }
    if (mode === SAHARA_MODE.command && dialect.hasCommandMode) return this.#enterCommandMode();
    if (mode !== SAHARA_MODE.imageTransfer) return SAHARA_STATUS.invalidHostMode;
    const loading = loadProgrammer(this.#options);
    return this.#continue(loading, loading.next());
  }

  #enterCommandMode(): undefined {
    this.#state = { kind: 'command-mode' };
    this.#control.send(saharaPacket(SAHARA.commandReady));
  }

  #obey(command: number, fields: readonly number[], state: State & { kind: 'command-mode' }): Failure {
    const [argument] = fields;
    if (argument === undefined || fields.length !== 1) return SAHARA_STATUS.invalidCommand;
    if (command === SAHARA.execute) {
      const bytes = answerClientCommand(argument, this.#options.identity, this.#options.dialect);
      if (bytes === undefined) return SAHARA_STATUS.commandUnsupported;
      this.#state = { kind: 'command-mode', prepared: { command: argument, bytes } };
      this.#control.send(saharaPacket(SAHARA.executeResponse, argument, bytes.length));
      return undefined;
    }
    if (command === SAHARA.executeData) {
      if (state.prepared?.command !== argument) return SAHARA_STATUS.commandDataInvalid;
      this.#state = { kind: 'command-mode' };
      this.#control.send(state.prepared.bytes);
      return undefined;
    }
    if (command !== SAHARA.switchMode) return SAHARA_STATUS.invalidCommand;
    if (argument === SAHARA_MODE.command) return this.#enterCommandMode();
    if (argument !== SAHARA_MODE.imageTransfer) return SAHARA_STATUS.invalidModeSwitch;
    return this.#sayHello(argument);
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
    const { imageId, asksIn64Bit } = this.#options.dialect;
    if (!step.done) {
      const { offset, bytes } = step.value;
      this.#await(step.value, loading);
      this.#control.send(
        asksIn64Bit
          ? saharaPacket64(SAHARA.readData64, imageId, offset, bytes)
          : saharaPacket(SAHARA.readData, imageId, offset, bytes),
      );
      return undefined;
    }
    if (step.value !== SAHARA_STATUS.success) return step.value;
    this.#state = { kind: 'awaiting-done' };
    this.#control.send(saharaPacket(SAHARA.endImage, imageId, SAHARA_STATUS.success));
    return undefined;
  }

  #await({ bytes }: ReadRequest, loading: Loading): void {
    this.#state = { kind: 'reading', target: new Uint8Array(bytes), receivedBytes: 0, loading };
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
