/** `cistern doctor --bundle`: what is taken along, and what is not. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { inputReader } from '../../device/read-input.ts';
import { appendToLog } from '../../device/schedule/rotating-log.ts';
import { answering, sceneWith, unfinishedJournal } from './doctor-scene.ts';

const IDENTITIES = {
  imei: '490154203237518',
  iccid: '8949020000012345678',
  number: '+4917012345678',
  token: 'hunter22',
};

async function filesOf(path: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const tar = Readable.from([gunzipSync(await readFile(path))]).pipe(extract());
  for await (const entry of tar) {
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    files.set(entry.header.name, Buffer.concat(parts).toString());
  }
  return files;
}

describe('a support archive', () => {
  const LOG = `[000.000]: Version: QFirehose_Linux_Android_V1.4.17 ${IDENTITIES.imei} ${IDENTITIES.number}\npassword=${IDENTITIES.token}\n`;

  async function taken() {
    const { modem, scene } = await sceneWith(
      { imei: IDENTITIES.imei, settings: { iccid: IDENTITIES.iccid } },
      answering({ 'AT+CGPADDR': `+CGPADDR: 1,"84.15.201.33"\r\n+CNUM: ,"${IDENTITIES.number}",145` }),
      { readInput: inputReader(Readable.from([Buffer.from(LOG)])) },
    );
    await unfinishedJournal(modem, scene);
    for (const line of ['the first run was well', `the modem ${IDENTITIES.imei} did not answer`])
      await appendToLog(scene.stateDir, line);
    const path = join(scene.stateDir, 'support.tar.gz');
    const said = await scene.cistern('doctor', '--bundle', path, '--log', '-');
    return { scene, path, said };
  }

  it('holds what was seen and heard, the journal and the log', async () => {
    const { path, said } = await taken();
    expect(said.code).toBe(0);
    expect(said.stderr).toContain(`written to ${path}`);
    const files = await filesOf(path);
    expect([...files.keys()].sort()).toEqual(
      [
        'README.txt',
        'answers.txt',
        'cistern.log',
        'diagnosis.json',
        'examination.json',
        'flash.log',
        'journal.json',
        'system.json',
      ].map((name) => `cistern-support/${name}`),
    );
    expect(files.get('cistern-support/answers.txt')).toContain('AT+CFUN?\n  1\n');
    expect(files.get('cistern-support/cistern.log')).toBe(
      'the first run was well\nthe modem <number removed> did not answer\n',
    );
    expect(JSON.parse(files.get('cistern-support/journal.json') ?? '')).toMatchObject({
      step: 'programming',
    });
  });

  it('holds no identity, and is readable by its owner alone', async () => {
    const { path } = await taken();
    const all = [...(await filesOf(path)).values()].join('\n');
    for (const identity of [...Object.values(IDENTITIES), '84.15.201.33'])
      expect(all).not.toContain(identity);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('never overwrites a file', async () => {
    const { scene, path } = await taken();
    const before = await readFile(path);
    const { code, stderr } = await scene.cistern('doctor', '--bundle', path);
    expect(code).toBe(73);
    expect(stderr).toContain('there is a file of that name');
    expect(await readFile(path)).toEqual(before);
  });
});
