/** AT answers of an EC25 that works at home, and a pipe that gives them. */
import { type ScriptedPipe, scriptedPipe } from '../transport/scripted-pipe.ts';

export const WORKING_ANSWERS: Readonly<Record<string, string>> = {
  'AT+QGMR': 'EC25EUGAR06A05M4G_01.003.01.003',
  'AT+CFUN?': '+CFUN: 1',
  'AT+CGSN': '490154203237518',
  'AT+CPIN?': '+CPIN: READY',
  'AT+CSQ': '+CSQ: 21,99',
  'AT+QCSQ': '+QCSQ: "LTE",-59,-88,160,-9',
  'AT+CREG?': '+CREG: 0,1',
  'AT+CEREG?': '+CEREG: 0,1',
  'AT+COPS?': '+COPS: 0,0,"Some Mobile",7',
  'AT+CGATT?': '+CGATT: 1',
  'AT+CGDCONT?':
    '+CGDCONT: 1,"IPV4V6","internet","10.3.4.5",0,0,0,0\r\n+CGDCONT: 2,"IPV4V6","ims","0.0.0.0",0,0,0,0',
  'AT+CGACT?': '+CGACT: 1,1\r\n+CGACT: 2,1',
  'AT+CGPADDR': '+CGPADDR: 1,"10.3.4.5"\r\n+CGPADDR: 2,"0.0.0.0"',
  'AT+QCFG="roamservice"': '+QCFG: "roamservice",255',
  'AT+QCFG="nwscanmode"': '+QCFG: "nwscanmode",0',
  'AT+QCFG="band"': '+QCFG: "band",0x93,0x1e0080800d5,0x0',
  'AT+QMBNCFG="AutoSel"': '+QMBNCFG: "AutoSel",1',
  'AT+QMBNCFG="Select"': '+QMBNCFG: "Select","ROW_Generic_3GPP"',
  'AT+QCFG="usbnet"': '+QCFG: "usbnet",0',
};

/** `null`: no answer at all. An answer that is an error is written as one. */
export type Answers = Readonly<Record<string, string | null>>;

export function answeringPipe(changes: Answers = {}): ScriptedPipe {
  const answers: Answers = { ...WORKING_ANSWERS, ...changes };
  return scriptedPipe({
    answers: (sent) => {
      const command = new TextDecoder().decode(sent).trim();
      const answer = answers[command];
      if (answer === null) return [];
      const text = answer ?? 'ERROR';
      const isFinal = /^(?:ERROR|\+CM[ES] ERROR.*)$/.test(text);
      return [`${command}\r\r\n${text}\r\n${isFinal ? '' : '\r\nOK\r\n'}`];
    },
  });
}
