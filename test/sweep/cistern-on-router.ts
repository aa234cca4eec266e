/**
 * The updater as a process, with the router of a test around it (`CISTERN_TEST_ROUTER`): its services and programs are
 * real, below that directory; the modem behind the relay seems to stand in a socket of it. With `CISTERN_TEST_DIES_AT`
 * it kills itself once that step stands in the journal, before anything of it is done. All else is as it is run.
 */
import { buildContext, type Context } from '../../device/context.ts';
import { main } from '../../device/main.ts';
import { systemPorts } from '../../device/transport/local-ports.ts';
import { openDoor } from '../../device/transport/open-door.ts';
import { ok } from '../../shared/result.ts';
import { machineBelow, ON_BUS } from '../support/a-router.ts';

const own = buildContext(process);
const context: Context = {
  ...own,
  stdout: dyingAt(process.env.CISTERN_TEST_DIES_AT, own.stdout),
  machine: machineBelow(process.env.CISTERN_TEST_ROUTER ?? '/nowhere'),
  localPorts: { ...systemPorts, sysfs: '/nowhere' },
  openDoor: async (locator) => {
    const door = await openDoor(locator, systemPorts);
    return door.ok ? ok({ ...door.value, onBus: ON_BUS }) : door;
  },
};
await main(process.argv.slice(2), context, process);

/** The step is told when it is written, and in the same breath. */
function dyingAt(step: string | undefined, out: Context['stdout']): Context['stdout'] {
  if (step === undefined) return out;
  return {
    ...out,
    write: (text: string) => {
      if (text.includes(`"step":"${step}"`)) process.kill(process.pid, 'SIGKILL');
      return out.write(text);
    },
  };
}
