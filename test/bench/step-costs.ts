/** Wall and processor time of this process between the steps of an attempt. */
export type Cost = { readonly wallMs: number; readonly cpuMs: number };

export type StepCosts = {
  /** To be called as a step begins. */
  readonly begin: (step: string) => void;
  /** Ends the last step; what each took, repeated steps added up. */
  readonly end: () => ReadonlyMap<string, Cost>;
};

/** Both clocks in milliseconds, from any beginning. */
export type Clocks = { readonly wallMs: () => number; readonly cpuMs: () => number };

export const PROCESS_CLOCKS: Clocks = {
  wallMs: () => performance.now(),
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

export function measureSteps(clocks: Clocks): StepCosts {
  const costs = new Map<string, Cost>();
  let current: { step: string; wallMs: number; cpuMs: number } | null = null;
  const endCurrent = () => {
    if (current === null) return;
    const before = costs.get(current.step) ?? { wallMs: 0, cpuMs: 0 };
    costs.set(current.step, {
      wallMs: before.wallMs + clocks.wallMs() - current.wallMs,
      cpuMs: before.cpuMs + clocks.cpuMs() - current.cpuMs,
    });
    current = null;
  };
  return {
    begin: (step) => {
      endCurrent();
      current = { step, wallMs: clocks.wallMs(), cpuMs: clocks.cpuMs() };
    },
    end: () => {
      endCurrent();
      return costs;
    },
  };
}
