/** A module that a USB/IP client has imported: its endpoints, until the client goes or the module leaves the bus. */
import { URBS_QUEUED_MAX_BYTES, URBS_QUEUED_MAX_COUNT } from '../limits.ts';
import type { ByteLink, UsbLink } from '../link.ts';
import { bulkPacketBytes, type UsbEndpoint, type UsbInterface } from '../usb-compositions.ts';
import { forgets, readsPackets, readsStream, staysSilent, writesTo } from './carry.ts';
import { ControlEndpoint } from './control-requests.ts';
import { type CarriedUrb, type CarryUrb, EndpointQueue, type QueuedUrb } from './endpoint-queue.ts';
import { type ExportedDevice, submitReply, URB_STATUS, type UrbUnlink, unlinkReply } from './layout.ts';

/** What stands behind the bulk pairs; `at` only in normal mode. */
export type ModuleLinks = { readonly main: UsbLink; readonly at: ByteLink | undefined };

const DIRECTION_IN = 0x80;

export class AttachedDevice {
  readonly #control: ControlEndpoint;
  readonly #queues: ReadonlyMap<number, EndpointQueue>;
  readonly #send: (packet: Uint8Array) => void;
  #queuedBytes = 0;
  #queuedCount = 0;

  constructor(device: ExportedDevice, links: ModuleLinks, send: (packet: Uint8Array) => void) {
    this.#send = send;
    this.#control = new ControlEndpoint(device.composition, device.speed);
    const packetBytes = bulkPacketBytes(device.speed);
    const replies = {
      submitted: (urb: QueuedUrb, carried: CarriedUrb) => {
        this.#forget(urb);
        send(submitReply({ sequence: urb.sequence, ...carried }));
      },
      unlinked: (sequence: number, urb: QueuedUrb | undefined) => {
        if (urb !== undefined) this.#forget(urb);
        send(unlinkReply(sequence, { wasQueued: urb !== undefined }));
      },
    };
    this.#queues = new Map(
      device.composition.interfaces.flatMap((usbInterface) =>
        usbInterface.endpoints.map((endpoint) => {
          const carry = carryFor(usbInterface, endpoint, { links, packetBytes });
          return [endpoint.address, new EndpointQueue(carry, replies)] as const;
        }),
      ),
    );
  }

  /** Takes one URB. `refused`: the client has queued more than any kernel does. */
  submit(urb: QueuedUrb): 'taken' | 'refused' {
    if (urb.endpoint === 0) {
      this.#answerControl(urb);
      return 'taken';
    }
    const queue = this.#queues.get(urb.endpoint | (urb.direction === 'in' ? DIRECTION_IN : 0));
    if (queue === undefined) {
      this.#send(submitReply({ sequence: urb.sequence, status: URB_STATUS.stall, actualBytes: 0 }));
      return 'taken';
    }
    this.#queuedCount += 1;
    this.#queuedBytes += urb.lengthBytes;
    if (this.#queuedCount > URBS_QUEUED_MAX_COUNT || this.#queuedBytes > URBS_QUEUED_MAX_BYTES)
      return 'refused';
    queue.submit(urb);
    return 'taken';
  }

  /** Always answered at once: a client whose UNLINK hangs cannot even be killed. */
  unlink({ sequence, target }: UrbUnlink): void {
    for (const queue of this.#queues.values()) if (queue.unlink(target, sequence)) return;
    this.#send(unlinkReply(sequence, { wasQueued: false }));
  }

  end(): void {
    for (const queue of this.#queues.values()) queue.end();
  }

  #answerControl({ sequence, setup, bytes }: QueuedUrb): void {
    const answer = this.#control.answer(setup);
    if (answer === undefined) {
      this.#send(submitReply({ sequence, status: URB_STATUS.stall, actualBytes: 0 }));
      return;
    }
    const isIn = (setup.requestType & DIRECTION_IN) !== 0;
    const data = isIn ? { actualBytes: answer.length, bytes: answer } : { actualBytes: bytes.length };
    this.#send(submitReply({ sequence, status: URB_STATUS.ok, ...data }));
  }

  #forget({ lengthBytes }: QueuedUrb): void {
    this.#queuedCount -= 1;
    this.#queuedBytes -= lengthBytes;
  }
}

/** Interrupt endpoints say nothing here: serial state never changes, and no QMI message waits. */
function carryFor(
  { role }: UsbInterface,
  { address, interruptPacketBytes }: UsbEndpoint,
  { links, packetBytes }: { readonly links: ModuleLinks; readonly packetBytes: number },
): CarryUrb {
  const isIn = (address & DIRECTION_IN) !== 0;
  if (interruptPacketBytes !== undefined) return staysSilent;
  if (role === 'main') return isIn ? readsPackets(links.main, packetBytes) : writesTo(links.main);
  if (role === 'at' && links.at !== undefined) return isIn ? readsStream(links.at) : writesTo(links.at);
  return isIn ? staysSilent : forgets;
}
