/** Paths of the pages that others link to. */

/** `model` is an id: vendor and name, both of letters, digits and hyphens. */
export function modelPath(model: string): string {
  return `/models/${model.split('/').map(encodeURIComponent).join('/')}`;
}

export function releasePath(model: string, version: string): string {
  return `${modelPath(model)}/releases/${encodeURIComponent(version)}`;
}

export function lookUpPath(installed: string, wanted?: string): string {
  return `/?${new URLSearchParams({ installed, ...(wanted === undefined ? {} : { wanted }) })}`;
}

export function fleetModelPath(model: string): string {
  return `/fleet${modelPath(model)}`;
}

export function fleetReleasePath(model: string, version: string): string {
  return `/fleet${releasePath(model, version)}`;
}
