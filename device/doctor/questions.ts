/** What a modem is asked: only questions, nothing that changes it. None asks for an identity that would be shown. */

export type Topic =
  | 'version'
  | 'functionality'
  | 'imei'
  | 'sim'
  | 'signal'
  | 'quality'
  | 'registration-circuit'
  | 'registration-eps'
  | 'registration-5g'
  | 'operator'
  | 'attached'
  | 'contexts'
  | 'active-contexts'
  | 'addresses'
  | 'roam-service'
  | 'roam-preference'
  | 'scan-mode'
  | 'mode-preference'
  | 'bands'
  | 'mbn-auto-select'
  | 'mbn-selected'
  | 'usb-net';

/** 3GPP TS 27.007, and the maker's own (field 2b). `prefix` is what answer lines begin with; empty where none. */
export type Question = { readonly topic: Topic; readonly command: string; readonly prefix: string };

const question = (topic: Topic, command: string, prefix: string): Question => ({ topic, command, prefix });

export const QUESTIONS: readonly Question[] = [
  question('version', 'AT+QGMR', ''),
  question('functionality', 'AT+CFUN?', '+CFUN'),
  question('imei', 'AT+CGSN', ''),
  question('sim', 'AT+CPIN?', '+CPIN'),
  question('signal', 'AT+CSQ', '+CSQ'),
  question('quality', 'AT+QCSQ', '+QCSQ'),
  question('registration-circuit', 'AT+CREG?', '+CREG'),
  question('registration-eps', 'AT+CEREG?', '+CEREG'),
  question('registration-5g', 'AT+C5GREG?', '+C5GREG'),
  question('operator', 'AT+COPS?', '+COPS'),
  question('attached', 'AT+CGATT?', '+CGATT'),
  question('contexts', 'AT+CGDCONT?', '+CGDCONT'),
  question('active-contexts', 'AT+CGACT?', '+CGACT'),
  question('addresses', 'AT+CGPADDR', '+CGPADDR'),
  question('roam-service', 'AT+QCFG="roamservice"', '+QCFG'),
  question('roam-preference', 'AT+QNWPREFCFG="roam_pref"', '+QNWPREFCFG'),
  question('scan-mode', 'AT+QCFG="nwscanmode"', '+QCFG'),
  question('mode-preference', 'AT+QNWPREFCFG="mode_pref"', '+QNWPREFCFG'),
  question('bands', 'AT+QCFG="band"', '+QCFG'),
  question('mbn-auto-select', 'AT+QMBNCFG="AutoSel"', '+QMBNCFG'),
  question('mbn-selected', 'AT+QMBNCFG="Select"', '+QMBNCFG'),
  question('usb-net', 'AT+QCFG="usbnet"', '+QCFG'),
];
