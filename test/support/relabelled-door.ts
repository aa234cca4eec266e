/** A door that shows a modem as something else, for states that a stand-in is good enough for. */
import { type ModemDoor, type ModemState, stateOf } from '../../device/transport/door.ts';
import { ok } from '../../shared/result.ts';

/** While the modem is in EDL it is shown with this id; a crash dump is offered over the same Sahara (edl 1b). */
export function relabelledEdl(door: ModemDoor, usbId: string): ModemDoor {
  return {
    ...door,
    open: async (signal) => {
      const opened = await door.open(signal);
      if (!opened.ok || opened.value.state !== 'edl') return opened;
      const state: ModemState = stateOf(usbId, 1);
      return ok({ ...opened.value, usbId, state });
    },
  };
}
