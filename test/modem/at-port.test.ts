import { afterEach, describe, expect, it } from 'vitest';
import { AT_LINE_MAX_CHARS } from './limits.ts';
import type { ByteLink } from './link.ts';
import { SimulatedModem } from './modem.ts';
import type { ModemSettings } from './settings.ts';

const firmware = 'EC25EUGAR06A05M4G_01.003.01.003';

let modem: SimulatedModem;
afterEach(() => modem.close());

function open(options: Partial<ConstructorParameters<typeof SimulatedModem>[0]> = {}): ByteLink {
  modem = new SimulatedModem({ firmware, ...options });
  const opened = modem.openAt();
  if (!opened.ok) throw new Error(opened.failure.reason);
  return opened.value;
}

/** Sends text and collects what the port says until it is quiet. */
async function talk(port: ByteLink, text: string): Promise<string> {
  await port.write(Buffer.from(text), { timeoutMs: 100 });
  let answer = '';
  for (;;) {
    const read = await port.read(7, { timeoutMs: 2 });
    if (!read.ok) return answer;
    answer += Buffer.from(read.value).toString('latin1');
  }
}

const damaged: Partial<ModemSettings> = { sim: 'absent' };

describe('AT port', () => {
  it('echoes what is typed until it is told not to', async () => {
    const port = open();
    expect(await talk(port, 'AT\r')).toBe('AT\r\r\nOK\r\n');
    expect(await talk(port, 'ATE0\r')).toBe('ATE0\r\r\nOK\r\n');
    expect(await talk(port, 'AT+CGMM\r')).toBe('\r\nEC25\r\n\r\nOK\r\n');
    expect(await talk(port, 'ate1\r\n')).toBe('\r\nOK\r\n\n');
    expect(await talk(port, 'AT')).toBe('AT');
  });

  it.each([
    ['ATI', 'Quectel\r\nEC25\r\nRevision: EC25EUGAR06A05M4G'],
    ['AT+CGMI', 'Quectel'],
    ['AT+CGMR', 'EC25EUGAR06A05M4G'],
    ['AT+CGSN', '861536030196001'],
    ['AT+CPIN?', '+CPIN: READY'],
    ['AT+CFUN?', '+CFUN: 1'],
    ['AT+QCCID', '+QCCID: 89860000000000000007'],
    ['AT+CGDCONT?', '+CGDCONT: 1,"IPV4V6","internet","0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0",0,0,0,0'],
    ['AT+CREG?', '+CREG: 0,1'],
    ['AT+CEREG?', '+CEREG: 0,1'],
    ['AT+CGATT?', '+CGATT: 1'],
    ['AT+COPS?', '+COPS: 0,0,"Simulated Mobile",7'],
    ['AT+CSQ', '+CSQ: 21,99'],
    ['AT+QCFG="usbnet"', '+QCFG: "usbnet",0'],
    ['AT+QMBNCFG="AutoSel"', '+QMBNCFG: "AutoSel",1'],
    ['AT+QMBNCFG="Select"', '+QMBNCFG: "Select","ROW_Generic_3GPP"'],
  ])('answers %s', async (command, information) => {
    const port = open();
    await talk(port, 'ATE0\r');
    expect(await talk(port, `${command}\r`)).toBe(`\r\n${information}\r\n\r\nOK\r\n`);
  });

  it('lists the MBN files', async () => {
    expect(await talk(open(), 'AT+QMBNCFG="List"\r')).toContain(
      '+QMBNCFG: "List",0,1,1,"ROW_Generic_3GPP",0x05010824,201806201\r\n+QMBNCFG: "List",1,0,0,"OpenMkt',
    );
  });

  it('says ERROR to what it does not know and to a line that is too long', async () => {
    const port = open();
    await talk(port, 'ATE0\r');
    expect(await talk(port, 'AT+QFASTBOOT\r')).toBe('\r\nERROR\r\n');
    expect(await talk(port, `AT${'x'.repeat(AT_LINE_MAX_CHARS + 50)}\r`)).toBe('\r\nERROR\r\n');
    expect(await talk(port, 'AT\r')).toBe('\r\nOK\r\n');
  });

  it.each([1, 3])('answers AT+QGMR with a placeholder %i times after each boot', async (times) => {
    const port = open({ settings: { applicationPendingAnswers: times } });
    await talk(port, 'ATE0\r');
    for (let turn = 0; turn < times; turn++) {
      expect(await talk(port, 'AT+QGMR\r')).toContain('EC25EUGAR06A05M4G_01.016.00.000\r\n');
    }
    expect(await talk(port, 'AT+QGMR\r')).toContain(`\r\n${firmware}\r\n`);
  });

  it('reports a missing SIM as an error in the chosen format and is not registered', async () => {
    const port = open({ settings: damaged });
    await talk(port, 'ATE0\r');
    expect(await talk(port, 'AT+CPIN?\r')).toBe('\r\n+CME ERROR: 10\r\n');
    await talk(port, 'AT+CMEE=2\r');
    expect(await talk(port, 'AT+QCCID\r')).toBe('\r\n+CME ERROR: SIM not inserted\r\n');
    expect(await talk(port, 'AT+CREG?\r')).toContain('+CREG: 0,0');
  });

  it('is in factory test mode, without IMEI and network, when calibration is damaged', async () => {
    open();
    modem.nand.eraseBlock(1280 / 64);
    modem.powerCycle();
    await modem.whenState(['rebooting'], { timeoutMs: 1000 });
    await modem.whenState(['normal'], { timeoutMs: 1000 });
    const opened = modem.openAt();
    if (!opened.ok) throw new Error(opened.failure.reason);
    expect(await talk(opened.value, 'AT+CFUN?\r')).toContain('+CFUN: 5');
    expect(await talk(opened.value, 'AT+CGSN\r')).toBe('AT+CGSN\r\r\n\r\n\r\nOK\r\n');
    expect(await talk(opened.value, 'AT+CREG?\r')).toContain('+CREG: 0,0');
    expect(await talk(opened.value, 'AT+CSQ\r')).toContain('+CSQ: 99,99');
  });

  it('brings unsolicited result codes in between', async () => {
    const port = open();
    modem.sendUnsolicited('+CREG: 2');
    expect(await talk(port, 'AT\r')).toBe('\r\n+CREG: 2\r\nAT\r\r\nOK\r\n');
  });

  it('restarts on AT+CFUN=1,1 and powers down on AT+QPOWD', async () => {
    const port = open();
    expect(await talk(port, 'AT+CFUN=1,1\r')).toContain('OK');
    expect(await modem.whenState(['normal'], { timeoutMs: 1000 })).toMatchObject({ ok: true });
    const again = modem.openAt();
    if (!again.ok) throw new Error(again.failure.reason);
    expect(await talk(again.value, 'AT+QPOWD\r')).toContain('POWERED DOWN');
    expect(modem.state()).toBe('off');
    expect(modem.openAt()).toMatchObject({ ok: false, failure: { reason: 'not-on-bus', state: 'off' } });
  });

  it('takes over the settings a firmware brings with it when that firmware boots', async () => {
    const port = open({ settingsByFirmware: { [firmware]: { usbNet: 2, contexts: [] } } });
    await talk(port, 'ATE0\r');
    expect(await talk(port, 'AT+QCFG="usbnet"\r')).toContain('"usbnet",2');
    expect(await talk(port, 'AT+CGDCONT?\r')).toBe('\r\nOK\r\n');
  });
});
