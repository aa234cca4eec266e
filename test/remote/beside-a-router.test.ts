/** `cistern … --router`, through a real ssh and a real sshd, to a router whose programs are busybox. */
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { postGuard } from '../../device/remote/guard.ts';
import { connectSsh } from '../../device/remote/ssh.ts';
import { next } from '../support/shelf-of-file.ts';
import { SOCKET } from './router-files.ts';
import { ROUTER } from './router-login.ts';
import { expectNothingLeft, run, sceneWith, why } from './router-scene.ts';

describe.skipIf(why !== null)('a modem in a router', { timeout: 120_000 }, () => {
  it('of RutOS is flashed through its relay, with its services stopped, and nothing is left behind', async () => {
    const on = await sceneWith({ kind: 'rutos' });
    const { code, stderr } = await run(on, 'flash', next);
    expect(code, stderr).toBe(0);
    expect(on.modem.state()).toBe('normal');
    const calls = await on.router.calls();
    expect(calls.filter((call) => !call.startsWith('quectel_flash'))).toEqual([
      'stop modem_trackd',
      'stop gsmd',
      'stop ledman',
      'start ledman',
      'start gsmd',
      'start modem_trackd',
    ]);
    expect(calls).toContain(`quectel_flash qfirehose -p 9008 -s /sys/bus/usb/devices/${SOCKET}`);
    expect(await on.router.running()).toEqual(['ledman', 'gsmd', 'modem_trackd']);
    await expectNothingLeft(on.router);
  });

  it('that was found in emergency download mode is rescued, and nothing is written', async () => {
    const on = await sceneWith({ kind: 'rutos' }, { startIn: 'edl-hello-taken' });
    const { code, stdout, stderr } = await run(on, 'rescue');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('starts by itself: in normal mode');
    await expectNothingLeft(on.router);
  });

  it.each([
    ['is killed', undefined, true],
    ['falls silent and never says good-bye', { watchIntervalS: 1, silentLooks: 2 }, false],
  ])(
    'has its services again, and nothing of us, where the computer beside it %s',
    async (_, patience, isCut) => {
      const { router } = await sceneWith({ kind: 'rutos' });
      const wish = { destination: ROUTER, configPath: router.sshConfig, mayAsk: false };
      const link = await connectSsh(wish, new AbortController().signal);
      if (!link.ok) throw new Error(link.failure.reason);
      const guard = await postGuard(link.value, 'a-run', patience);
      if (!guard.ok) throw new Error(guard.failure.reason);
      await guard.value.keep(['/etc/init.d/gsmd', 'start']);
      await link.value.run('/etc/init.d/gsmd stop');
      guard.value.keepRelay(['sleep', '600']);
      if (isCut) router.cutConnections();
      await expect.poll(router.calls, { timeout: 30_000 }).toEqual(['stop gsmd', 'start gsmd']);
      await expectNothingLeft(router);
      await expect.poll(guard.value.isOnDuty).toBe(false);
      await link.value.close();
    },
  );

  it('is not touched where the router cannot be logged in to, each with its reason', async () => {
    const on = await sceneWith({ kind: 'openwrt', hasQcserial: false });
    const said = async (router = ROUTER) =>
      (await on.scene.cistern('rescue', '--router', router, '--yes', '--json')).stdout;
    expect(await said()).toContain('"relay-missing"');
    await writeFile(on.router.authorizedKeys, '');
    expect(await said()).toContain('"router-login-refused"');
    await writeFile(on.router.knownHosts, '');
    expect(await said()).toContain('"router-host-key-unknown"');
    await writeFile(on.router.knownHosts, on.router.otherKnownHost);
    expect(await said()).toContain('"router-host-key-changed"');
    expect(await said('-oProxyCommand=reboot')).toContain('"router-unreadable"');
    await on.router.end();
    expect(await said()).toContain('"router-unreachable"');
  });
});
