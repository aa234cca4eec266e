import { describe, expect, it } from 'vitest';
import { askModem } from './ask-modem.ts';
import { QUESTIONS } from './questions.ts';
import { answeringPipe } from './test-answers.ts';
import { examined } from './test-examined.ts';

describe('an interview', () => {
  it('asks, and changes nothing', () => {
    for (const { command } of QUESTIONS) expect(command).toMatch(/^AT\+\w+\??(?:="\w+")?$/);
    for (const { command } of QUESTIONS) expect(command).not.toMatch(/CIMI|CNUM|CCID|QENG|CLAC/);
  });

  it('stops at the first question that is not answered', async () => {
    const pipe = answeringPipe({ 'AT+CSQ': null });
    const interview = await askModem(pipe);
    expect(interview.ok && interview.value.silentAt).toBe('AT+CSQ');
    expect(pipe.sentText()).not.toContain('AT+CREG?');
  });

  it('survives a modem that knows nothing but versions', async () => {
    const { findings, facts } = await examined(
      Object.fromEntries(QUESTIONS.slice(1).map(({ command }) => [command, 'ERROR'])),
    );
    expect(facts?.version).toBe('EC25EUGAR06A05M4G_01.003.01.003');
    expect(findings[0]?.id).toBe('sim-unreadable');
  });

  it('keeps no IMEI and no address among its facts', async () => {
    const { facts } = await examined({});
    expect(facts).toMatchObject({ hasImei: true, hasAddress: true });
    expect(JSON.stringify(facts)).not.toMatch(/490154203237518|10\.3\.4\.5/);
  });
});
