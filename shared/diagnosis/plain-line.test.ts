import { describe, expect, it } from 'vitest';
import { plainLine } from './plain-line.ts';

const plain = (text: string) => plainLine({ number: 1, text });

describe('a plain line', () => {
  it.each([
    ['[000.015]: poll_wait events=POLLIN msec=1000 timeout', 'poll_wait events=POLLIN msec=1000 timeout'],
    ['[000.015] RECEIVED <-- SAHARA_HELLO_ID', 'RECEIVED <-- SAHARA_HELLO_ID'],
    ['[ 2064.786216] usb 2-1: USB disconnect', 'usb 2-1: USB disconnect'],
    ['03-31_09:35:21:070] QFlash Version: 2', 'QFlash Version: 2'],
    ['Nov 23 12:02:32 gw flash[411]: [000.015]: send finished', 'send finished'],
    ['Mon Nov 23 12:02:32 2026 daemon.info flash[411]: send finished', 'send finished'],
    ['Mon Nov 23 12:02:32 2026 user.notice modem_updater: send finished', 'send finished'],
    ['2026-11-23T12:02:32.123+01:00 gw flash[411]: send finished', 'send finished'],
    ['[ERROR] firmware directory is empty', '[ERROR] firmware directory is empty'],
  ])('of %s is what the tool said, and known to be a tool’s', (text, body) => {
    expect(plain(text)).toEqual({ number: 1, body, isStamped: true });
  });

  it.each([
    ['> [000.015]: send finished', 'send finished'],
    ['>> > [000.015]: send finished', 'send finished'],
    ['[000.015]: &lt;response value=&quot;ACK&quot; /&gt;', '<response value="ACK" />'],
    ['[000.015]: &amp;lt;power value=&#34;reset&#x22; /&amp;gt;', '<power value="reset" />'],
    ['[000.015]: STATE ← SAHARA_WAIT_HELLO', 'STATE <-- SAHARA_WAIT_HELLO'],
    ['[000.015]: switch to ‘Emergency download mode’', "switch to 'Emergency download mode'"],
    ['[000.015]: Mount failed? Exiting…', 'Mount failed? Exiting...'],
    ['\u001b[1;31m[000.015]: send finished\u001b[0m', 'send finished'],
    ['<p>[000.015]: send finished<br />', 'send finished'],
    ['[code][000.015]: send finished[/code]', 'send finished'],
    ['\ufeff[000.015]: send finished', 'send finished'],
  ])('of %s is freed of its damage', (text, body) => {
    expect(plain(text).body).toBe(body);
  });

  it.each([
    ['<?xml version="1.0" encoding="UTF-8" ?>', '<?xml version="1.0" encoding="UTF-8" ?>'],
    [
      '<program filename="..\\sbl1.mbn" start_sector="0" />',
      '<program filename="..\\sbl1.mbn" start_sector="0" />',
    ],
    ['My modem is dead.', 'My modem is dead.'],
    ['&unknown; &#0; &lt', '&unknown; &#0; &lt'],
  ])('of %s is the same, and not a stamped one', (text, body) => {
    expect(plain(text)).toEqual({ number: 1, body, isStamped: false });
  });
});
