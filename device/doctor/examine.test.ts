import { describe, expect, it } from 'vitest';
import type { Examination, Seen } from './examination.ts';
import { CONDITIONS, examine } from './examine.ts';
import type { Answers } from './test-answers.ts';
import { examined, seenNormal } from './test-examined.ts';

const notAsked = (seen: Partial<Seen>): Examination =>
  examine({ seen: { ...seenNormal, ...seen }, facts: null });

const roaming = { 'AT+CEREG?': '+CEREG: 0,5', 'AT+CREG?': '+CREG: 0,5' };
const noAddress = { 'AT+CGPADDR': '+CGPADDR: 1,"0.0.0.0"' };
const searching = { 'AT+CEREG?': '+CEREG: 0,2', 'AT+CREG?': '+CREG: 0,2' };

describe('what is wrong with a modem', () => {
  it.each<[string, Answers, string, Examination['firmware']['verdict'], string]>([
    ['nothing, at home', {}, 'modem-is-well', 'not-likely', 'routes, firewall and DNS'],
    ['nothing, abroad', roaming, 'modem-is-well-abroad', 'not-likely', 'data while roaming'],
    [
      'what the owner of the original accident had: abroad, connected, no Internet',
      { ...roaming, 'AT+QCFG="roamservice"': '+QCFG: "roamservice",1' },
      'roaming-off',
      'not-likely',
      'AT+QCFG="roamservice",2,1',
    ],
    [
      'roaming off in a 5G module',
      {
        ...roaming,
        'AT+QCFG="roamservice"': 'ERROR',
        'AT+QNWPREFCFG="roam_pref"': '+QNWPREFCFG: "roam_pref",1',
      },
      'roaming-off',
      'not-likely',
      'AT+QNWPREFCFG="roam_pref",255',
    ],
    [
      'abroad, may roam, and gets no data',
      { ...roaming, 'AT+CGATT?': '+CGATT: 0' },
      'data-refused-abroad',
      'not-likely',
      'AT+COPS=?',
    ],
    ['no data at home', { 'AT+CGATT?': '+CGATT: 0' }, 'data-refused-at-home', 'not-likely', 'AT+CGATT=1'],
    [
      'no APN',
      { 'AT+CGDCONT?': '+CGDCONT: 1,"IPV4V6","","0.0.0.0",0,0', ...noAddress },
      'apn-empty',
      'not-likely',
      'AT+CGDCONT=1,"IPV4V6","APN"',
    ],
    [
      'no APN in the context that is active',
      {
        'AT+CGDCONT?': '+CGDCONT: 1,"IPV4V6","internet","0",0,0\r\n+CGDCONT: 3,"IPV4V6","","0",0,0',
        'AT+CGACT?': '+CGACT: 1,0\r\n+CGACT: 3,1',
        ...noAddress,
      },
      'apn-empty',
      'not-likely',
      'AT+CGDCONT=1,"IPV4V6","APN"',
    ],
    [
      'no APN, and the network gave an address without one',
      { 'AT+CGDCONT?': '+CGDCONT: 1,"IPV4V6","","0.0.0.0",0,0' },
      'modem-is-well',
      'not-likely',
      'routes, firewall and DNS',
    ],
    [
      'no APN, and an address for IMS alone',
      {
        'AT+CGDCONT?': '+CGDCONT: 1,"IPV4V6","","0",0,0\r\n+CGDCONT: 2,"IPV4V6","ims","0",0,0',
        'AT+CGPADDR': '+CGPADDR: 1,"0.0.0.0"\r\n+CGPADDR: 2,"10.3.4.5"',
      },
      'apn-empty',
      'not-likely',
      'AT+CGDCONT=1,"IPV4V6","APN"',
    ],
    [
      'an APN in a later context, which is active and waits for its address',
      {
        'AT+CGDCONT?': '+CGDCONT: 1,"IPV4V6","","0",0,0\r\n+CGDCONT: 3,"IPV4V6","internet","0",0,0',
        'AT+CGACT?': '+CGACT: 1,1\r\n+CGACT: 3,1',
        ...noAddress,
      },
      'no-data-session',
      'not-likely',
      'interface of the modem is up',
    ],
    [
      'no context at all',
      { 'AT+CGDCONT?': '', ...noAddress },
      'apn-empty',
      'not-likely',
      'AT+CGDCONT=1,"IPV4V6","APN"',
    ],
    [
      'IPv6 alone',
      { 'AT+CGDCONT?': '+CGDCONT: 1,"IPV6","fast.example","0",0,0' },
      'ipv6-only',
      'possible',
      'AT+CGDCONT=1,"IPV4V6","APN"',
    ],
    [
      'no MBN after an update',
      { 'AT+QMBNCFG="AutoSel"': '+QMBNCFG: "AutoSel",0', 'AT+QMBNCFG="Select"': 'ERROR' },
      'mbn-none',
      'possible',
      'AT+QMBNCFG="AutoSel",1',
    ],
    [
      'no data session',
      { 'AT+CGACT?': '+CGACT: 1,0', 'AT+CGPADDR': '+CGPADDR: 1,"0.0.0.0"' },
      'no-data-session',
      'not-likely',
      'interface of the modem is up',
    ],
    [
      'a weak signal',
      { 'AT+QCSQ': '+QCSQ: "LTE",-95,-121,30,-18' },
      'weak-signal',
      'not-likely',
      'Move the antennas',
    ],
    ['no SIM', { 'AT+CPIN?': '+CME ERROR: 10' }, 'sim-absent', 'not-likely', 'Put the SIM in'],
    ['no SIM, in words', { 'AT+CPIN?': '+CME ERROR: SIM not inserted' }, 'sim-absent', 'not-likely', 'Put'],
    ['a PIN', { 'AT+CPIN?': '+CPIN: SIM PIN' }, 'sim-pin', 'not-likely', 'Give the PIN'],
    ['a PUK', { 'AT+CPIN?': '+CPIN: SIM PUK' }, 'sim-puk', 'not-likely', 'PUK that came with it'],
    ['a network lock', { 'AT+CPIN?': '+CPIN: PH-NET PIN' }, 'sim-network-lock', 'not-likely', 'unlock code'],
    ['a SIM that fails', { 'AT+CPIN?': '+CME ERROR: 13' }, 'sim-failed', 'not-likely', 'another SIM'],
    ['a SIM that is read', { 'AT+CPIN?': '+CME ERROR: 14' }, 'sim-busy', 'not-likely', 'Wait'],
    ['a SIM that says nothing', { 'AT+CPIN?': 'ERROR' }, 'sim-unreadable', 'not-likely', 'Reseat'],
    ['the radio off', { 'AT+CFUN?': '+CFUN: 4' }, 'radio-off', 'not-likely', 'AT+CFUN=1'],
    ['lost calibration', { 'AT+CFUN?': '+CFUN: 5' }, 'calibration-lost', 'no-cure', 'never with -e'],
    ['no IMEI', { 'AT+CGSN': '' }, 'calibration-lost', 'no-cure', 'restoration of the calibration'],
    ['firmware of another baseline', { 'AT+CFUN?': '+CFUN: 7' }, 'wrong-baseline', 'likely', 'cistern check'],
    [
      'a refusal',
      { 'AT+CEREG?': '+CEREG: 0,3', 'AT+CREG?': '+CREG: 0,3' },
      'registration-denied',
      'not-likely',
      'subscription is active',
    ],
    [
      'emergency calls only',
      { 'AT+CEREG?': '+CEREG: 0,8', 'AT+CREG?': '+CREG: 0,8' },
      'emergency-only',
      'not-likely',
      'subscription',
    ],
    [
      'no signal',
      { ...searching, 'AT+CSQ': '+CSQ: 99,99', 'AT+QCSQ': '+QCSQ: "NOSERVICE"' },
      'no-signal',
      'not-likely',
      'antennas',
    ],
    [
      'no network, and a signal that is told in RSRP alone',
      { ...searching, 'AT+CSQ': '+CSQ: 99,99', 'AT+QCSQ': '+QCSQ: "LTE",-65,-95,160,-9' },
      'not-registered',
      'possible',
      'another SIM',
    ],
    [
      'no network, and a signal of 5G alone',
      { ...searching, 'AT+CSQ': '+CSQ: 99,99', 'AT+QCSQ': '+QCSQ: "NR5G",-95,18,-11' },
      'not-registered',
      'possible',
      'another SIM',
    ],
    [
      'no signal, its RSRP not measured',
      { ...searching, 'AT+CSQ': '+CSQ: 99,99', 'AT+QCSQ': '+QCSQ: "NR5G",-32768,-32768,-32768' },
      'no-signal',
      'not-likely',
      'antennas',
    ],
    [
      'an operator chosen by hand',
      { ...searching, 'AT+COPS?': '+COPS: 1' },
      'operator-by-hand',
      'not-likely',
      'AT+COPS=0',
    ],
    [
      'a search for LTE alone',
      { ...searching, 'AT+QCFG="nwscanmode"': '+QCFG: "nwscanmode",3' },
      'scan-restricted',
      'not-likely',
      'AT+QCFG="nwscanmode",0,1',
    ],
    [
      'one band',
      { ...searching, 'AT+QCFG="band"': '+QCFG: "band",0x0,0x80000,0x0' },
      'few-bands',
      'not-likely',
      'AT+QCFG="band"',
    ],
    [
      'roaming off, and no network',
      { ...searching, 'AT+QCFG="roamservice"': '+QCFG: "roamservice",1' },
      'roaming-off-unregistered',
      'not-likely',
      'AT+QCFG="roamservice",2,1',
    ],
    [
      'no MBN, and no network',
      { ...searching, 'AT+QMBNCFG="AutoSel"': '+QMBNCFG: "AutoSel",0', 'AT+QMBNCFG="Select"': 'ERROR' },
      'mbn-none-unregistered',
      'possible',
      'AT+QMBNCFG="AutoSel",1',
    ],
    ['no network, for no reason that shows', searching, 'not-registered', 'possible', 'another SIM'],
    ['silence', { 'AT+CFUN?': null }, 'at-silent', 'possible', 'ModemManager'],
    [
      'a modem that has just started',
      { 'AT+QGMR': 'EC25EUGAR06A05M4G_01.016.00.000' },
      'not-ready',
      'not-likely',
      'Wait a minute',
    ],
  ])('is found: %s', async (_, answers, id, firmware, advice) => {
    const examination = await examined(answers);
    expect(examination.findings[0]?.id).toBe(id);
    expect(examination.firmware.verdict).toBe(firmware);
    expect(examination.summary).toBe(examination.findings[0]?.says);
    expect(JSON.stringify(examination.next.map(({ what, command }) => `${what} ${command ?? ''}`))).toContain(
      JSON.stringify(advice).slice(1, -1),
    );
  });

  it('is not that nothing is received where the modem did not say', async () => {
    const silent = { ...searching, 'AT+CSQ': 'ERROR', 'AT+QCSQ': 'ERROR' };
    const { findings, summary } = await examined(silent);
    expect(findings.map(({ id }) => id)).toEqual(['not-registered']);
    expect(summary).toContain('whether it receives a signal it did not say');
    expect((await examined(searching)).summary).toContain('receives a signal');
  });

  it('is that no driver took it, where the router sees no interface', async () => {
    const { findings } = await examined({ 'AT+QCFG="usbnet"': '+QCFG: "usbnet",2' }, { drivers: ['option'] });
    expect(findings.map(({ id }) => id)).toEqual(['no-network-driver']);
    expect(findings[0]?.says).toContain('"usbnet" is 2');
    expect((await examined({}, { drivers: null })).findings.map(({ id }) => id)).toEqual(['modem-is-well']);
  });

  it('is told on the level where it begins: without a SIM nobody speaks of registration', async () => {
    const { findings } = await examined({
      'AT+CPIN?': '+CME ERROR: 10',
      'AT+CEREG?': '+CEREG: 0,0',
      'AT+CREG?': '+CREG: 0,0',
      'AT+CGATT?': '+CGATT: 0',
    });
    expect(findings.map(({ id }) => id)).toEqual(['sim-absent']);
  });

  it.each<[string, Partial<Seen>, string, string]>([
    ['absent', { state: 'absent', usbId: null }, 'not-on-the-bus', 'GPIO'],
    ['in EDL', { state: 'edl', usbId: '05c6:9008' }, 'edl-without-journal', 'cistern reset'],
    [
      'in EDL in the middle of an update',
      { state: 'edl', isUnfinished: true },
      'edl-with-journal',
      'cistern update',
    ],
    ['a crash dump', { state: 'ram-dump', usbId: '05c6:900e' }, 'ram-dump', 'Cut the power'],
    ['in fastboot', { state: 'fastboot', usbId: '18d1:d00d' }, 'fastboot', 'fastboot reboot'],
    ['no Qualcomm chip', { state: 'not-qualcomm', usbId: '2c7c:6005' }, 'not-qualcomm', "maker's own tool"],
    ['something else', { state: 'unsupported', usbId: '05c6:f00d' }, 'not-known', 'lsusb -v'],
    [
      'behind a port that is held',
      { atProblem: { what: 'Another program holds /dev/ttyUSB2.', next: 'Stop it.' } },
      'at-port-closed',
      'Stop it.',
    ],
  ])('is that it is %s', (_, seen, id, advice) => {
    const { findings, next } = notAsked(seen);
    expect(findings.map((finding) => finding.id)).toEqual([id]);
    expect(next.map(({ what, command }) => `${what} ${command ?? ''}`).join('\n')).toContain(advice);
  });

  it('has a sentence, a source and a next step for each condition', async () => {
    for (const { id, source, says, next } of CONDITIONS) {
      expect(source, id).not.toBe('');
      if (typeof says === 'string') expect(says, id).toMatch(/\.$/);
      if (Array.isArray(next)) expect(next.length, id).toBeGreaterThan(0);
    }
    expect(new Set(CONDITIONS.map(({ id }) => id)).size).toBe(CONDITIONS.length);
  });
});
