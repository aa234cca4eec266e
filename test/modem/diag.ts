/** The DIAG interface of normal mode (edl 1a): version request, the switch to EDL, an error for all else. */
import type { FaultPlan } from './fault-plan.ts';
import { encodeHdlc, HdlcDecoder } from './hdlc.ts';
import { DIAG_FRAME_MAX_BYTES } from './limits.ts';
import type { ModuleControl, UsbFunction } from './usb-function.ts';

/** DIAG_EXT_BUILD_ID_F. */
const EXTENDED_BUILD_ID = 0x7c;
/** DIAG_SUBSYS_CMD_F, subsystem 0x65, command 1. */
const SWITCH_TO_EDL = Uint8Array.of(0x4b, 0x65, 0x01, 0x00);
/** Error answers carry the request back: command unknown, request of the wrong length. */
const BAD_COMMAND = 0x13;
const BAD_LENGTH = 0x15;
const SOFTWARE_REVISION_OFFSET = 12;

export class Diag implements UsbFunction {
  readonly sendsZeroPackets = true;
  readonly #control: ModuleControl;
  readonly #softwareRevision: string;
  readonly #faults: FaultPlan | undefined;
  readonly #decoder = new HdlcDecoder({ maxFrameBytes: DIAG_FRAME_MAX_BYTES });

  /** `softwareRevision`: the version without its custom part, e.g. `EC25EUGAR08A03M4G`. */
  constructor(
    control: ModuleControl,
    options: { readonly softwareRevision: string; readonly faults?: FaultPlan },
  ) {
    this.#control = control;
    this.#softwareRevision = options.softwareRevision;
    this.#faults = options.faults;
  }

  receive(bytes: Uint8Array): void {
    for (const request of this.#decoder.push(bytes)) this.#answer(request);
  }

  opened(): void {
    this.#control.setBusy(this.#faults?.ignoresEdlSwitch('write') ?? false);
  }

  cutDuring(): void {}
  disconnected(): void {}

  #answer(request: Uint8Array): void {
    if (request[0] === EXTENDED_BUILD_ID) {
      this.#send(request.length === 1 ? this.#buildId() : errorAnswer(BAD_LENGTH, request));
      return;
    }
    if (!SWITCH_TO_EDL.every((byte, index) => request[index] === byte)) {
      this.#send(errorAnswer(BAD_COMMAND, request));
      return;
    }
    if (request.length !== SWITCH_TO_EDL.length) {
      this.#send(errorAnswer(BAD_LENGTH, request));
      return;
    }
    if (this.#faults?.ignoresEdlSwitch('echo')) return;
    this.#send(request);
    this.#control.restart({ into: 'edl', waitForHost: false });
  }

  /** 7C, version, reserved[2], MSM[4], model[4], the revision as a C string. */
  #buildId(): Uint8Array {
    const answer = Buffer.alloc(SOFTWARE_REVISION_OFFSET + this.#softwareRevision.length + 1);
    answer[0] = EXTENDED_BUILD_ID;
    answer[1] = 2;
    answer.write(this.#softwareRevision, SOFTWARE_REVISION_OFFSET, 'latin1');
    return answer;
  }

  #send(payload: Uint8Array): void {
    this.#control.send(encodeHdlc(payload));
  }
}

function errorAnswer(code: number, request: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(code), request]);
}
