import { describe, expect, it } from 'vitest';
import type { ModemState } from '../door.ts';
import type { SeenModem } from './find-modems.ts';
import { followModem } from './follow-modem.ts';

let visits = 0;
function modem(path: string, state: ModemState, options: { readonly isSettled?: boolean } = {}): SeenModem {
  return {
    path,
    state,
    usbId: state === 'edl' ? '05c6:9008' : '2c7c:0800',
    name: 'Quectel',
    busNumber: Number.parseInt(path, 10),
    deviceNumber: ++visits,
    interfaceCount: 1,
    interfaces: [],
    roles: { diag: 0, at: 2 },
    isSettled: options.isSettled ?? true,
  };
}

const absent = (path: string) => ({ ok: false, failure: { reason: 'modem-absent', where: `usb:${path}` } });
const found = (path: string, state: ModemState) => ({ ok: true, value: { path, state } });

describe('following a modem', () => {
  it('finds it in its socket, in whatever state', () => {
    const ours = followModem({ path: '1-1.4', peer: null });
    expect(ours.locate([modem('1-1.4', 'normal'), modem('1-2', 'edl')])).toMatchObject(
      found('1-1.4', 'normal'),
    );
    expect(ours.locate([modem('1-2', 'edl')])).toEqual(absent('1-1.4'));
    expect(ours.locate([modem('1-1.4', 'edl'), modem('1-2', 'edl')])).toMatchObject(found('1-1.4', 'edl'));
    expect(ours.locate([modem('1-1.4', 'ram-dump')])).toMatchObject(found('1-1.4', 'ram-dump'));
  });

  it('finds it at the other path of its socket, though another waits in EDL with the same ports', () => {
    const ours = followModem({ path: '2-1', peer: '1-5' });
    expect(ours.locate([modem('2-1', 'normal'), modem('3-1', 'edl')])).toMatchObject(found('2-1', 'normal'));
    expect(ours.locate([modem('1-5', 'edl'), modem('3-1', 'edl')])).toMatchObject(found('1-5', 'edl'));
    expect(ours.locate([modem('2-1', 'normal'), modem('3-1', 'edl')])).toMatchObject(found('2-1', 'normal'));
  });

  it('finds it on another bus with the same ports, in EDL and back in normal mode', () => {
    const ours = followModem({ path: '2-1.4', peer: null });
    ours.locate([modem('2-1.4', 'normal')]);
    expect(ours.locate([])).toEqual(absent('2-1.4'));
    expect(ours.locate([modem('1-1.4', 'edl')])).toMatchObject(found('1-1.4', 'edl'));
    expect(ours.locate([modem('4-1.4', 'normal')])).toMatchObject(found('4-1.4', 'normal'));
  });

  it('does not take for it one that stood there before, nor one with other ports', () => {
    const ours = followModem({ path: '1-1', peer: null });
    const other = modem('3-2', 'edl');
    ours.locate([modem('1-1', 'normal'), other]);
    expect(ours.locate([other, modem('2-3', 'edl')])).toEqual(absent('1-1'));
  });

  it('never takes for it a modem in normal mode that it has not followed there', () => {
    expect(followModem({ path: '1-1', peer: null }).locate([modem('3-1', 'normal')])).toEqual(absent('1-1'));
  });

  it('refuses where two newcomers could be it, and lists them', () => {
    const ours = followModem({ path: '2-1', peer: null });
    ours.locate([modem('2-1', 'normal')]);
    expect(ours.locate([modem('1-1', 'edl'), modem('3-1', 'edl')])).toEqual({
      ok: false,
      failure: { reason: 'modems-indistinguishable', where: 'usb:2-1', choices: ['usb:1-1', 'usb:3-1'] },
    });
  });

  it('refuses a newcomer that could as well be another modem with the same ports', () => {
    const ours = followModem({ path: '2-1', peer: null });
    ours.locate([modem('2-1', 'normal'), modem('4-1', 'normal')]);
    expect(ours.locate([modem('3-1', 'edl')])).toMatchObject({
      failure: { reason: 'modems-indistinguishable', choices: ['usb:3-1'] },
    });
    expect(ours.locate([modem('4-1', 'normal')])).toEqual(absent('2-1'));
  });

  it('takes one in EDL on another bus unseen only when no other waits in EDL', () => {
    const ours = () => followModem({ path: '2-1', peer: null });
    expect(ours().locate([modem('1-1', 'edl'), modem('1-2', 'normal')])).toMatchObject(found('1-1', 'edl'));
    expect(ours().locate([modem('1-1', 'edl'), modem('1-2', 'edl')])).toMatchObject({
      failure: { reason: 'modems-indistinguishable', choices: ['usb:1-1', 'usb:1-2'] },
    });
  });

  it('waits for one that the kernel is still setting up', () => {
    const ours = followModem({ path: '1-1', peer: null });
    expect(ours.locate([modem('1-1', 'normal', { isSettled: false })])).toEqual(absent('1-1'));
  });
});
